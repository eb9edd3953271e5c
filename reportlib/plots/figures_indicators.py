"""Indicators as pictures: figures side by side, and what is blank for which reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.frame import COLOURS, SHAPES, frame
from reportlib.resources import settings, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@cache
def labels() -> dict[str, str]:
    """Headline indicators in the order in which they are drawn, each with its Chinese label.

    >>> list(labels())[:2]
    ['gdp', 'fixed_asset_investment']
    """
    return {row["id"]: row["zh"] for row in table("indicator_labels", ("id", "zh"), unique="id")}


def name_of(indicator: str) -> str:
    """Chinese label of a headline indicator, the id of any other.

    >>> name_of("gdp"), name_of("bank_loans")
    ('地区生产总值', 'bank_loans')
    """
    return labels().get(indicator, indicator)


def dot_plot(cells: pd.DataFrame, limit: float = float("inf")) -> Axes:
    """Figures of several places side by side, one line an indicator.

    Args:
        cells: rows of a panel with values in one base unit; full marks are reported figures,
            hollow ones expected (预计) or targets; ≥ ≤ ≈ stand beside figures that are bounds.
        limit: figures above it stand at the edge with their value in print.

    >>> cells = pd.DataFrame({"indicator": ["gdp"], "place": ["花山区"], "value_base": [6.5]})
    >>> dot_plot(cells.assign(bound="eq", status="expected", base_unit="%")).get_title("left")
    'n = 1 figures, 1 places'
    """
    known = [name for name in labels() if name in set(cells["indicator"])]
    indicators = list(dict.fromkeys([*known, *cells["indicator"]]))
    places = list(dict.fromkeys(cells["place"]))
    ax = frame(9, 0.5 * len(indicators) + 2, places)
    looks = {p: (SHAPES[k % 7], COLOURS[k % 7]) for k, p in enumerate(places)}
    for row in rows_of(cells):
        shape, colour = looks[row.place]
        share = (places.index(row.place) + 0.5) / len(places) - 0.5
        at = (min(row.value_base, limit), indicators.index(row.indicator) + 0.7 * share)
        face = colour if row.status == "actual" else "white"
        ax.plot(*at, shape, color=colour, mfc=face, ms=7)
        beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": colour}
        ax.annotate(settings("figures")["bounds"].get(row.bound, ""), at, (6, 0), **beside)
        if row.value_base > limit:
            ax.annotate(f"{row.value_base:g} →", at, (-8, 0), ha="right", **beside)
    for place, (shape, colour) in looks.items():
        ax.plot([], [], shape, color=colour, label=place)
    if indicators:
        ax.set_ylim(len(indicators) - 0.5, -0.5)
        figure: Any = ax.get_figure(root=True)
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
    ax.set_yticks(range(len(indicators)), [name_of(i) for i in indicators])
    ax.grid(axis="x", color="#dddddd")
    ax.set_axisbelow(True)
    ax.axvline(0, color="#888888", lw=0.8)
    unit = " ".join(dict.fromkeys(cells["base_unit"]))
    ax.set_xlabel(f"{unit}  (hollow: expected 预计 or target 目标; ≥ ≤ ≈: bound)")
    ax.set_title(f"n = {len(cells)} figures, {len(places)} places", loc="left")
    return ax


def coverage_heat(coverage: pd.DataFrame, names: Mapping[str, str] | None = None) -> Axes:
    """What each report says of each headline indicator: given, or the reason for the blank.

    Args:
        coverage: the table ``coverage``; a report has one line for outcomes, one for targets.
        names: report_id to the name shown.

    >>> said = pd.DataFrame({"report_id": ["a"], "side": ["target"], "indicator": ["gdp"]})
    >>> ax = coverage_heat(said.assign(state="relative"), {"a": "花山区 2025"})
    >>> ax.get_yticklabels()[0].get_text(), ax.texts[0].get_text()
    ('花山区 2025 目标', 'R')
    """
    from matplotlib.patches import Rectangle

    states = settings("figures")["states"]
    lines = list(dict.fromkeys(zip(coverage["report_id"], coverage["side"], strict=True)))
    columns = list(dict.fromkeys(coverage["indicator"]))
    shown = [f"{(names or {}).get(r, r)} {'目标' if s == 'target' else '实绩'}" for r, s in lines]
    ax = frame(0.45 * len(columns) + 3.5, 0.32 * len(lines) + 2.6, shown)
    for row in rows_of(coverage):
        x, y = columns.index(row.indicator), lines.index((row.report_id, row.side))
        _, colour, sign = states[row.state]
        ax.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, color=colour, lw=0))
        ink = "white" if colour in ("#0072b2", "#d55e00", "#999999") else "black"
        ax.text(x, y, sign, ha="center", va="center", size=8, color=ink)
    ax.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    ax.set_ylim(max(len(lines), 1) - 0.5, -0.5)
    ax.set_xticks(range(len(columns)), [name_of(c) for c in columns], rotation=60, ha="right")
    ax.set_yticks(range(len(lines)), shown)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(f"n = {len(set(coverage['report_id']))} reports", loc="left")
    known = [look for state, look in states.items() if state in set(coverage["state"])]
    boxes = [Rectangle((0, 0), 1, 1, color=colour) for _, colour, _ in known]
    figure: Any = ax.get_figure(root=True)
    told = [f"{sign} {name}" for name, _, sign in known]
    figure.legend(boxes, told, loc="outside lower center", ncols=4, frameon=False)
    return ax
