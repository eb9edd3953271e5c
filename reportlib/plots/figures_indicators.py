"""Indicators as pictures: figures side by side, and what is blank for which reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportlib.compare.panel import rows_of
from reportlib.plots.font import use_chinese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = dict(
    pair.split("=")
    for pair in (
        "gdp=地区生产总值 fixed_asset_investment=固定资产投资 "
        "general_public_budget_revenue=一般公共预算收入 fiscal_revenue=财政收入 "
        "retail_sales=社会消费品零售总额 industrial_value_added=规上工业增加值 "
        "foreign_trade=进出口总额 fdi=利用外资 resident_income=居民收入 urban_income=城镇居民收入 "
        "rural_income=农村居民收入 urban_new_jobs=城镇新增就业 urban_unemployment_rate=城镇失业率 "
        "cpi=居民消费价格 grain_output=粮食产量 energy_intensity=单位GDP能耗"
    ).split()
)
BOUNDS = {"min": "≥", "max": "≤", "approx": "≈", "range": "–"}
# Colours and shapes that stay apart in greyscale and for colour-blind readers (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
SHAPES = "osD^vPX"
STATES = {
    "stated": ("given 有数", "#0072b2", "●"),
    "qualitative": ("in words 定性", "#56b4e9", "Q"),
    "relative": ("relative 相对", "#e69f00", "R"),
    "masked": ("masked 隐去", "#cc79a7", "M"),
    "conflict": ("conflict 矛盾", "#d55e00", "C"),
    "not_stated": ("not stated 未提", "#f0f0f0", "·"),
    "part_missing": ("part missing 缺页", "#999999", "?"),
}


def name_of(indicator: str) -> str:
    """Chinese name of a headline indicator, the id of any other."""
    return NAMES.get(indicator, indicator)


def dot_plot(cells: pd.DataFrame, ax: Axes | None = None, limit: float = float("inf")) -> Axes:
    """Figures of several places side by side, one line an indicator.

    Args:
        cells: rows of a panel with values in one base unit; full marks are reported figures,
            hollow ones expected (预计) or targets; ≥ ≤ ≈ stand beside figures that are bounds.
        limit: figures above it stand at the edge with their value in print.
    """
    import matplotlib.pyplot as plt

    indicators = list(
        dict.fromkeys([*(n for n in NAMES if n in set(cells["indicator"])), *cells["indicator"]])
    )
    places = list(dict.fromkeys(cells["place"]))
    use_chinese_font([*places, *NAMES.values()])
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 0.5 * len(indicators) + 2), layout="constrained")
    for row in rows_of(cells):
        k = places.index(row.place)
        y = indicators.index(row.indicator) + 0.7 * ((k + 0.5) / len(places) - 0.5)
        colour = COLOURS[k % len(COLOURS)]
        face = colour if row.status == "actual" else "white"
        at, mark = (min(row.value_base, limit), y), BOUNDS.get(row.bound, "")
        ax.plot(*at, SHAPES[k % len(SHAPES)], color=colour, mfc=face, ms=7)
        beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": colour}
        ax.annotate(mark, at, (6, 0), **beside)
        if row.value_base > limit:
            ax.annotate(f"{row.value_base:g} →", at, (-8, 0), ha="right", **beside)
    for k, place in enumerate(places):
        ax.plot([], [], SHAPES[k % len(SHAPES)], color=COLOURS[k % len(COLOURS)], label=place)
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


def coverage_heat(
    coverage: pd.DataFrame, labels: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """What each report says of each headline indicator: given, or the reason for the blank.

    Args:
        coverage: the table ``coverage``; a report has one line for outcomes, one for targets.
        labels: report_id to the name shown.
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    lines = list(dict.fromkeys(zip(coverage["report_id"], coverage["side"], strict=True)))
    columns = list(dict.fromkeys(coverage["indicator"]))
    shown = [f"{(labels or {}).get(r, r)} {'目标' if s == 'target' else '实绩'}" for r, s in lines]
    use_chinese_font([*shown, *NAMES.values()])
    if ax is None:
        size = (0.45 * len(columns) + 3.5, 0.32 * len(lines) + 2.6)
        _, ax = plt.subplots(figsize=size, layout="constrained")
    for row in rows_of(coverage):
        x, y = columns.index(row.indicator), lines.index((row.report_id, row.side))
        _, colour, sign = STATES[str(row.state)]
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
    known = [s for s in STATES if s in set(coverage["state"])]
    boxes = [Rectangle((0, 0), 1, 1, color=STATES[s][1]) for s in known]
    names = [f"{STATES[s][2]} {STATES[s][0]}" for s in known]
    figure: Any = ax.get_figure(root=True)
    figure.legend(boxes, names, loc="outside lower center", ncols=4, frameon=False)
    return ax
