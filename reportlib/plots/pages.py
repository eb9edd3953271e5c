"""Pages as strips, and word clouds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from reportlib.compare.tables import rows_of
from reportlib.plots.font import FONT, use_chinese_font
from reportlib.plots.frame import frame, short
from reportlib.resources import settings

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
    ax.set_yticks(range(len(docs)), [short(doc, 24) for doc in docs])
    ax.invert_yaxis()
    ax.set_xlabel("characters of the page")
    ax.set_title(f"What the pages hold (n = {len(docs)} pages)", loc="left")
    figure: Any = ax.get_figure(root=True)
    patches = [Patch(color=colour, label=name) for name, colour in parts.values()]
    figure.legend(handles=patches, ncols=4, loc="outside lower center", frameon=False)
    return ax


def word_cloud(
    counts: Mapping[str, float],
    ax: Axes,
    title: str,
    marked: Collection[str] = (),
    seed: int = 42,
) -> Axes:
    """A word cloud of counts; size is the count, place says nothing.

    Args:
        counts: word to count; an empty mapping gives an empty picture that says so.
        marked: words drawn in a second colour.
        seed: of the layout, so that the same counts give the same picture.

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

    cloud = WordCloud(
        font_path=str(FONT),
        width=900,
        height=560,
        background_color="white",
        max_words=90,
        prefer_horizontal=1.0,
        color_func=lambda word, **_: "#d55e00" if word in marked else "#1a3a5c",
        random_state=seed,
    ).generate_from_frequencies(dict(counts))
    ax.imshow(cloud, interpolation="bilinear")
    return ax
