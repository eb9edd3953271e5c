"""Pages and words as pictures: strips, where devices stand, words against words, word clouds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.frame import COLOURS, FONT, frame, short, told, use_chinese_font
from reportlib.resources import settings
from reportlib.rhetoric import card

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def page_strips(spans: pd.DataFrame, sections: pd.DataFrame) -> Axes:
    """Each page as a strip to scale: noise, title lines and the parts of its reports.

    Args:
        spans: the table ``spans``; one strip a ``doc``, from top to bottom in its order.
        sections: the table ``sections``; drawn over the report spans.

    Returns:
        Axes; x is characters of the page.

    >>> spans = pd.DataFrame({"doc": ["a"], "label": ["report"], "start": [0], "end": [9]})
    >>> sections = pd.DataFrame({"doc": ["a"], "section": ["plan"], "start": [2], "end": [9]})
    >>> page_strips(spans, sections).get_title("left")
    'What the pages hold (n = 1 pages)'
    """
    from matplotlib.patches import Patch

    parts = settings("figures")["parts"]
    docs = list(dict.fromkeys(spans["doc"]))
    ax = frame(9, 0.55 * len(docs) + 1.5, docs)
    bars = [(row, row.label if row.label in parts else "title") for row in rows_of(spans)]
    for row, part in [*bars, *((row, row.section) for row in rows_of(sections))]:
        colour, length = parts[part][1], row.end - row.start
        ax.barh(docs.index(row.doc), length, left=row.start, height=0.72, color=colour)
    names, colours = zip(*parts.values(), strict=True)
    boxes = [Patch(color=colour) for colour in colours], names
    title = f"What the pages hold (n = {len(docs)} pages)"
    shown = [short(doc, 24) for doc in docs]
    return told(ax, shown, title, "characters of the page", legend=boxes)


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
    shown = [f"{card(n).en} {card(n).zh} ({sizes[n]})" for n in names]
    return told(ax, shown, "", "characters of the page", 5)


def keyness_lollipops(words: pd.DataFrame, a: str, b: str, most: int = 14) -> Axes:
    """The words most typical of group ``a`` (right) and of ``b`` (left), with intervals.

    Args:
        words: ``compare.keyness``; each label has the two counts, a : b.

    >>> row = {"word": "打造", "z": 4, "low": 1, "high": 2, "log_odds": 1.6, "n_a": 41, "n_b": 10}
    >>> ax = keyness_lollipops(pd.DataFrame([row]), "plan", "review")
    >>> ax.get_yticklabels()[0].get_text()
    '打造  41 : 10'
    """
    rows = pd.concat([words[words["z"] > 0].head(most), words[words["z"] < 0].tail(most)])
    ax = frame(8, 0.27 * len(rows) + 1.4, [*words["word"], a, b])
    y, colour = np.arange(len(rows)), np.where(rows["z"] > 0, *COLOURS[1::-1])
    ax.hlines(y, rows["low"], rows["high"], color=colour, alpha=0.45, linewidth=3)
    ax.scatter(rows["log_odds"], y, color=colour, zorder=3)
    ax.axvline(0, color="black", linewidth=0.8)
    names = [f"{r.word}  {r.n_a} : {r.n_b}" for r in rows_of(rows)]
    n = f"n = {words['n_a'].sum()} : {words['n_b'].sum()} words"
    about = f"log-odds with 95 % interval: ← {b} | {a} →"
    return told(ax, names, f"Words of {a} against {b} ({n})", about)


def opposed_words(counts: Sequence[pd.Series], titles: tuple[str, str]) -> Axes:
    """Two lists of words back to back, the first to the left; bars are counts.

    Args:
        counts: two series of counts by word, largest first.

    >>> ax = opposed_words([pd.Series({"确保": 2}), pd.Series({"力争": 1})], ("binds", "softens"))
    >>> [text.get_text() for text in ax.texts]
    ['确保 2', '力争 1']
    """
    longest = max(map(len, counts))
    most = max(one.max() for one in counts) * 1.5
    ax = frame(8, 0.3 * longest + 1.4, [word for one in counts for word in one.index])
    for sign, one, colour in zip((-1, 1), counts, COLOURS, strict=False):
        ax.barh(range(len(one)), sign * one, color=colour, height=0.7)
        for k, (word, n) in enumerate(one.items()):
            side = "left" if sign > 0 else "right"
            ax.text(sign * (n + most / 99), k, f"{word} {n}", va="center", ha=side)
    ax.set_title(titles[1], loc="right")
    ax.axvline(0, color="black", lw=0.8)
    ax.spines[["left", "bottom"]].set_visible(False)
    told(ax, [""] * longest, titles[0]).set(xlim=(-most, most), yticks=[], xticks=[])
    return ax


def word_cloud(
    counts: Mapping[str, float], ax: Axes, title: str, marked: Collection[str] = ()
) -> Axes:
    """A word cloud of counts; size is the count, place says nothing.

    Args:
        counts: word to count; an empty mapping gives an empty picture that says so.
        marked: words drawn in a second colour.

    >>> from reportlib.plots.frame import frame
    >>> word_cloud({}, frame(3, 2), "nothing said").texts[0].get_text()
    'no words'
    """
    use_chinese_font([*counts])
    ax.set_axis_off()
    ax.set_title(title, loc="left")
    if not counts:
        ax.text(0.5, 0.5, "no words", ha="center", transform=ax.transAxes)
        return ax
    from wordcloud import WordCloud

    looks, colours = settings("figures")["cloud"], COLOURS[:2]
    cloud = WordCloud(str(FONT), color_func=lambda word, **_: colours[word in marked], **looks)
    ax.imshow(cloud.generate_from_frequencies(dict(counts)), interpolation="bilinear")
    return ax
