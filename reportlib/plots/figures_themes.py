"""Figures of themes and words: heat map, slopes from review to plan, lollipops, lines by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.frame import COLOURS, frame, grid, short
from reportlib.resources import table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOWN, UP, FLAT = *COLOURS[:2], "#b0b0b0"


def theme_names() -> dict[str, str]:
    """Theme id -> label of axes, Chinese and the id.

    >>> theme_names()["rural"]
    '乡村振兴与三农 rural'
    """
    return {r["id"]: f"{r['zh']} {r['id']}" for r in table("themes", ("id", "zh", "en"), "id")}


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
    heads = [f"{short(str(c))}\nn = {k}" for c, k in n.items()]
    few = len(n) <= 14
    ax.set_xticks(range(len(n)), heads if few else list(map(str, n.index)))
    ax.tick_params("x", labelsize=8, rotation=0 if few else 90)
    ax.set_yticks(range(len(wide)), [theme_names()[t] for t in wide.index])
    for (y, x), share in np.ndenumerate(wide.to_numpy()) if few else ():
        dark = share > 0.6 * np.nanmax(wide.to_numpy())
        text = "" if np.isnan(share) else f"{100 * share:.0f}"
        ax.text(x, y, text, ha="center", va="center", color="white" if dark else "black")
    title = f"Sentences about each theme, per cent (n = {int(n.sum())} sentences)"
    ax.set_title(title, loc="left", fontsize=11)
    return ax


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


def keyness_lollipops(words: pd.DataFrame, a: str, b: str, most: int = 14) -> Axes:
    """The words most typical of group ``a`` (right) and of ``b`` (left), with intervals.

    Args:
        words: ``compare.keyness``; each label has the two counts, a : b.

    >>> row = {"word": "打造", "z": 4, "low": 1, "high": 2, "log_odds": 1.6, "n_a": 41, "n_b": 10}
    >>> ax = keyness_lollipops(pd.DataFrame([row]), "plan", "review")
    >>> ax.get_yticklabels()[0].get_text()
    '打造  41 : 10'
    """
    rows = pd.concat([words[words["z"] > 0].head(most), words[words["z"] < 0].tail(most)])[::-1]
    ax = frame(8, 0.27 * len(rows) + 1.4, [*words["word"], a, b])
    y, colour = np.arange(len(rows)), np.where(rows["z"] > 0, UP, DOWN)
    ax.hlines(y, rows["low"], rows["high"], color=colour, alpha=0.45, linewidth=3)
    ax.scatter(rows["log_odds"], y, color=colour, zorder=3)
    names = [f"{r.word}  {r.n_a} : {r.n_b}" for r in rows_of(rows)]
    ax.set_yticks(y, names)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_xlabel(f"log-odds with 95 % interval: ← {b} | {a} →")
    n = f"n = {words['n_a'].sum()} : {words['n_b'].sum()} words"
    ax.set_title(f"Words of {a} against {b} ({n})", loc="left")
    ax.margins(y=0.02)
    return ax


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
    told = f"n = {years.sum()} reports, {years.min()} to {years.max()} a year"
    title = f"Sentences about each theme by plan year, per cent ({told})"
    axes[0, 0].figure.suptitle(title, x=0.01, ha="left")
    return axes
