"""Numbers as pictures: figures side by side, blanks, a profile, shares of themes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.frame import COLOURS, SHAPES, frame, grid, short, told
from reportlib.resources import settings, table
from reportlib.rhetoric import card

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOWN, UP, FLAT = *COLOURS[:2], "#b0b0b0"


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


def theme_names() -> dict[str, str]:
    """Theme id -> label of axes, Chinese and the id.

    >>> theme_names()["rural"]
    '乡村振兴与三农 rural'
    """
    return {r["id"]: f"{r['zh']} {r['id']}" for r in table("themes", ("id", "zh", "en"), "id")}


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
    looks = {p: (SHAPES[k % 7], COLOURS[(k + k // 7) % 7]) for k, p in enumerate(places)}
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
        ax.plot([], [], shape, color=colour, label=short(place, 24))
    ax.grid(axis="x", color="#dddddd")
    ax.set_axisbelow(True)
    ax.axvline(0, color="#888888", lw=0.8)
    unit = " ".join(dict.fromkeys(cells["base_unit"]))
    unit += "  (hollow: expected 预计 or target 目标; ≥ ≤ ≈: bound)"
    title = f"n = {len(cells)} figures, {len(places)} places"
    return told(ax, [name_of(i) for i in indicators], title, unit, 2)


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
    sides = {"target": "目标", "actual": "实绩"}
    shown = [f"{short((names or {}).get(r, r), 24)} {sides[s]}" for r, s in lines]
    ax = frame(0.45 * len(columns) + 3.5, 0.32 * len(lines) + 2.6, shown)
    for row in rows_of(coverage):
        x, y = columns.index(row.indicator), lines.index((row.report_id, row.side))
        _, colour, sign = states[row.state]
        ax.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, color=colour, lw=0))
        ink = "white" if colour in ("#0072b2", "#d55e00", "#999999") else "black"
        ax.text(x, y, sign, ha="center", va="center", size=8, color=ink)
    ax.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    ax.set_xticks(range(len(columns)), [name_of(c) for c in columns], rotation=60, ha="right")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    known = [look for state, look in states.items() if state in set(coverage["state"])]
    boxes = [Rectangle((0, 0), 1, 1, color=colour) for _, colour, _ in known]
    legend = boxes, [f"{sign} {name}" for name, _, sign in known]
    return told(ax, shown, f"n = {len(set(coverage['report_id']))} reports", legend=legend)


def profile_strip(profile: pd.DataFrame, names: Mapping[str, str] | None = None) -> Axes:
    """Each measure a row, each report a mark at its percentile among the reference.

    Args:
        profile: what ``compare.profile`` gives; at most six reports. The middle half of the
            reference is shaded; at the right stand its median, quartiles, unit, level and number
            (of the first report, where reports of several levels are drawn).
        names: report_id to label.

    Returns:
        Axes; x is the percentile, 0-100.

    >>> row = {"report_id": "a", "measure": "war", "percentile": 80, "median": 1, "q1": 0.5}
    >>> row |= {"q3": 2, "unit": "per 1,000 characters", "level": "county", "n": 54}
    >>> profile_strip(pd.DataFrame([row])).get_yticklabels()[0].get_text()
    'War vocabulary 战争隐喻词汇'
    """
    rows = profile.dropna(subset="percentile")
    order, reports = list(dict.fromkeys(rows["measure"])), list(dict.fromkeys(rows["report_id"]))
    labels = [(names or {}).get(report, short(report)) for report in reports]
    ax = frame(9, 0.36 * len(order) + 1.6, labels)
    ax.axvspan(25, 75, color="#e8e8e8", zorder=0)
    ax.axvline(50, color="#999999", lw=1, zorder=1)
    for k, (report, label) in enumerate(zip(reports, labels, strict=True)):
        mine = rows[rows["report_id"] == report]
        y = mine["measure"].map(order.index) + 0.3 * ((k + 0.5) / len(reports) - 0.5)
        look: dict[str, Any] = {"color": COLOURS[k % 7], "label": label, "clip_on": False}
        ax.plot(mine["percentile"], y, SHAPES[k % 7], **look)
    for k, row in enumerate(rows_of(rows.drop_duplicates("measure"))):
        spread = f"{row.median:.3g} [{row.q1:.3g}–{row.q3:.3g}]"
        text = f"{spread} {row.unit}, {row.level} n = {row.n:.0f}"
        ax.text(102, k, text, va="center", fontsize="x-small", color="#555555")
    ax.set_xlim(0, 100)
    about = "percentile among the reference (grey: its middle half)"
    return told(ax, [f"{card(n).en} {card(n).zh}" for n in order], "", about, 3)


def theme_heatmap(points: pd.DataFrame) -> Axes:
    """Shares of themes (rows, the largest on top) by report, year or place (columns), in per cent.

    Args:
        points: ``compare.shares(corpus, "report_id")``, or by another column. Beyond 14 columns
            the cells carry no numbers.

    >>> points = pd.DataFrame({"report_id": ["a"], "theme": ["rural"], "share": [0.25]})
    >>> theme_heatmap(points.assign(n_sentences=40)).texts[0].get_text()
    '25'
    """
    by = points.columns[0]
    wide = points.pivot_table(index="theme", columns=by, values="share", sort=False)
    wide = wide.loc[wide.mean(axis=1).sort_values(ascending=False).index]
    n = points.groupby(by, sort=False)["n_sentences"].first().reindex(wide.columns)
    ax = frame(4.2 + 0.85 * min(len(n), 14), 7, map(str, wide.columns))
    ax.spines[:].set_visible(True)
    ax.imshow(wide, cmap="Blues", vmin=0, aspect="auto")
    few = len(n) <= 14
    heads = [f"{short(str(c))}\nn = {k}" if few else short(str(c), 24) for c, k in n.items()]
    ax.set_xticks(range(len(n)), heads, size=8, rotation=0 if few else 90)
    for (y, x), share in np.ndenumerate(wide.to_numpy()) if few else ():
        dark = share > 0.6 * np.nanmax(wide.to_numpy())
        text = "" if np.isnan(share) else f"{100 * share:.0f}"
        ax.text(x, y, text, ha="center", va="center", color="white" if dark else "black")
    title = f"Sentences about each theme, per cent (n = {int(n.sum())} sentences)"
    return told(ax, [theme_names()[t] for t in wide.index], title)


def shift_slopes(shifts: pd.DataFrame, most: int = 3) -> Any:
    """Slopes of theme shares from review to plan, one panel a report that has both.

    Coloured and named are the themes whose interval leaves 0 out; the others are grey.

    Args:
        shifts: ``compare.shift(corpus)``; drawn are the first ``most`` comparable reports.

    >>> row = {"report_id": "a", "theme": "rural", "before": 0.1, "after": 0.2, "shift": 0.1}
    >>> row |= {"low": 0.05, "high": 0.15, "reason": "", "n_before": 90, "n_after": 80}
    >>> shift_slopes(pd.DataFrame([row]))[0, 0].texts[0].get_text()
    '乡村振兴与三农 rural +10'
    """
    panels = list(shifts[shifts["reason"] == ""].groupby("report_id", sort=False))[:most]
    top = 100 * max((rows[["before", "after"]].max().max() for _, rows in panels), default=0)
    n_panels = max(len(panels), 1)
    axes = grid(1, n_panels, 5.6 * n_panels, 5)
    for ax, (report_id, rows) in zip(axes.flat, panels, strict=False):
        clear = (rows["low"] > 0) | (rows["high"] < 0)
        colour = np.where(clear, np.where(rows["shift"] > 0, UP, DOWN), FLAT)
        for r, c in zip(rows_of(rows), colour, strict=True):
            ax.plot([0, 1], [100 * r.before, 100 * r.after], "o-", color=c, zorder=2 + (c != FLAT))
        named = rows[clear].sort_values("after")
        # Labels are moved up where they would overlap.
        room = np.arange(len(named)) * top / 26
        heights = np.maximum.accumulate(100 * named["after"] - room) + room
        for r, y in zip(rows_of(named), heights, strict=True):
            text = f"{theme_names()[r.theme]} {100 * r.shift:+.0f}"
            ax.annotate(text, (1, 100 * r.after), (1.06, y), va="center", annotation_clip=False)
        ax.set_xticks([0, 1], ["review 回顾", "plan 安排"])
        ax.set_xlim(-0.1, 2.4)
        n = "{n_before} : {n_after}".format(**rows.iloc[0])
        ax.set_title(f"{short(str(report_id))} (n = {n} sentences)", loc="left", fontsize=11)
    axes[0, 0].set_ylabel("per cent of sentences")
    return axes


def share_lines(points: pd.DataFrame, marks: pd.DataFrame | None = None, columns: int = 4) -> Any:
    """Small multiples: the share of each theme by plan year, with its interval.

    Args:
        points: ``compare.shares(corpus)``. marks: ``compare.breaks(points)``; its years are drawn.

    >>> points = pd.DataFrame({"plan_year": [2020, 2021], "share": [0.1, 0.2]})
    >>> points = points.assign(theme="rural", low=0.05, high=0.3, n_reports=2)
    >>> share_lines(points)[0, 0].get_title("left")
    '乡村振兴与三农 rural'
    """
    themes = list(dict.fromkeys(points["theme"]))
    rows = -(-len(themes) // columns)
    axes = grid(rows, columns, 3 * columns, 2 * rows + 0.6)
    for ax in axes.flat[len(themes) :]:
        ax.set_axis_off()
    for ax in axes.flat[max(len(themes) - columns, 0) :]:  # the lowest of each column has the years
        ax.tick_params(labelbottom=True)
    for ax, theme in zip(axes.flat, themes, strict=False):
        one = points[points["theme"] == theme]
        x, (low, high) = pd.to_numeric(one["plan_year"]), (100 * one[["low", "high"]].to_numpy()).T
        ax.fill_between(x, low, high, color=DOWN, alpha=0.2, linewidth=0)
        ax.plot(x, 100 * one["share"], "o-", color=DOWN, markersize=3)
        for year in marks[marks["theme"] == theme]["year"].dropna() if marks is not None else ():
            ax.axvline(int(year) - 0.5, color=UP, linestyle="--")
        ax.set_title(theme_names()[theme], loc="left", fontsize=9)
        ax.set_ylim(bottom=0)
    years = points.groupby("plan_year")["n_reports"].first()
    n = f"n = {years.sum()} reports, {years.min()} to {years.max()} a year"
    title = f"Sentences about each theme by plan year, per cent ({n})"
    axes[0, 0].figure.suptitle(title, x=0.01, ha="left")
    return axes
