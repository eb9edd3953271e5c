"""Rhetoric drawn: a report among others, where its devices stand, words of promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.frame import COLOURS, SHAPES, frame, short
from reportlib.resources import settings
from reportlib.rhetoric import card

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "frameon": False}


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
    ax.set(xlim=(0, 100), xlabel="percentile among the reference (grey: its middle half)")
    ax.set_yticks(range(len(order)), [f"{card(n).en} {card(n).zh}" for n in order])
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.legend(ncols=3, fontsize="small", **ABOVE)
    return ax


def where_in_text(hits: pd.DataFrame, sections: pd.DataFrame) -> Axes:
    """Where in one report each measure has its hits: a row a measure, a tick a hit.

    Args:
        hits: rows of ``rhetoric_hits`` of one report. sections: rows of ``sections`` of the same.

    Returns:
        Axes; x is characters of the page; the ground shows the parts of the report.

    >>> hits = pd.DataFrame({"measure": ["war", "war"], "start": [3, 40]})
    >>> sections = pd.DataFrame({"section": ["plan"], "start": [0], "end": [50]})
    >>> where_in_text(hits, sections).get_yticklabels()[0].get_text()
    'War vocabulary 战争隐喻词汇 (2)'
    """
    names = list(dict.fromkeys(hits["measure"]))
    ax = frame(9, 0.4 * len(names) + 1.4)
    for row in rows_of(sections):
        label, colour = settings("figures")["parts"][row.section]
        ax.axvspan(row.start, row.end, color=colour, alpha=0.14, lw=0, label=label)
    for k, name in enumerate(names):
        ax.vlines(hits["start"][hits["measure"] == name], k - 0.32, k + 0.32, color="#1a3a5c", lw=1)
    sizes = hits["measure"].value_counts()
    ax.set_yticks(range(len(names)), [f"{card(n).en} {card(n).zh} ({sizes[n]})" for n in names])
    ax.set(ylim=(len(names) - 0.5, -0.5), xlabel="characters of the page")
    ax.legend(ncols=5, fontsize="small", **ABOVE)
    return ax


def opposed_words(counts: Sequence[pd.Series], titles: tuple[str, str]) -> Axes:
    """Two lists of words back to back, the first to the left; bars are counts.

    Args:
        counts: two series of counts by word, largest first.

    >>> ax = opposed_words([pd.Series({"确保": 2}), pd.Series({"力争": 1})], ("binds", "softens"))
    >>> [text.get_text() for text in ax.texts]
    ['确保 2', '力争 1']
    """
    longest = max(map(len, counts))
    ax = frame(8, 0.3 * longest + 1.4, [word for one in counts for word in one.index])
    for sign, one, colour in zip((-1, 1), counts, COLOURS, strict=False):
        ax.barh(range(len(one)), sign * one, color=colour, height=0.7)
        for k, (word, n) in enumerate(one.items()):
            side = "left" if sign > 0 else "right"
            ax.text(sign * (n + 0.3), k, f"{word} {n}", va="center", ha=side)
    most = max(one.max() for one in counts) * 1.5
    ax.set(xlim=(-most, most), ylim=(longest - 0.5, -0.5), yticks=[], xticks=[])
    ax.set_title(titles[0], loc="left")
    ax.set_title(titles[1], loc="right")
    ax.axvline(0, color="black", lw=0.8)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax
