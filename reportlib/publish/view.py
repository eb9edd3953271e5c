"""A page for reading: noise greyed, parts marked, figures, themes and devices highlighted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import Any

import pandas as pd

from reportlib.build.corpus import Corpus
from reportlib.build.export import inert
from reportlib.compare.concordance import View
from reportlib.resources import settings, table

LOOKS = "publish/view"  # settings: layers of the legend, tables whose rows are marked, styles


def reading_view(corpus: Corpus, doc: str, start: int = 0, end: int | None = None) -> View:
    """The page ``doc`` (or its characters ``start`` to ``end``) with everything found in it.

    Text of the page is escaped, and signs that turn the reading direction are named. Pointing at a
    highlight names what it is; the legend stands on top, so that the view can be printed.

    Raises:
        ReportlibError: no such page.
    """
    text = corpus.text(doc)
    end = len(text) if end is None else min(end, len(text))
    found = {mark for mark in _marks(corpus, doc) if mark[0] < end and mark[1] > start}
    marks = sorted(found, key=lambda mark: (mark[0], -mark[1], mark[2:]))
    parts = {int(r.start): str(r.section) for r in _of(corpus, "sections", doc)}
    cuts = {start, end, *(p for p in parts if start <= p < end)}
    cuts |= {x for mark in marks for x in mark[:2] if start < x < end}
    body = "".join(_pieces(text, sorted(cuts), marks, parts))
    looks = settings(LOOKS)
    legend = " ".join(f'<span style="{s}">{name}</span>' for name, s in looks["layers"].values())
    return View(
        f'<div class="reportlib" lang="zh" style="{looks["paper"]}">'
        f'<p style="font-size:.85em">{legend}</p><div style="{looks["lines"]}">{body}</div></div>'
    )


Mark = tuple[int, int, str, str]


def _of(corpus: Corpus, table: str, doc: str) -> Iterable[Any]:
    rows = corpus[table]
    return rows[rows["doc"] == doc].itertuples()


def _marks(corpus: Corpus, doc: str) -> Iterator[Mark]:
    for name, (layer, columns) in settings(LOOKS)["marked"].items():
        for row in _of(corpus, name, doc):
            if (kind := layer or row.label) in settings(LOOKS)["layers"]:
                told = " ".join(str(getattr(row, column)) for column in columns)
                yield int(row.start), int(row.end), kind, told


def _pieces(text: str, edges: list[int], marks: list[Mark], parts: dict[int, str]) -> Iterator[str]:
    layers, part = settings(LOOKS)["layers"], settings(LOOKS)["part"]
    active: list[Mark] = []
    upcoming = marks[::-1]
    for first, last in pairwise(edges):
        active = [mark for mark in active if mark[1] > first]
        while upcoming and upcoming[-1][0] <= first:
            active.append(upcoming.pop())
        if first in parts:
            yield f'<span style="{part}">{escape(parts[first])}</span>'
        piece = escape(inert(text[first:last]))
        style = ";".join(dict.fromkeys(layers[mark[2]][1] for mark in active))
        title = escape("; ".join(dict.fromkeys(mark[3] for mark in active)), quote=True)
        yield f'<span style="{style}" title="{title}">{piece}</span>' if active else piece


def glossary() -> pd.DataFrame:
    """The terms of the notebooks in Chinese and English: term, english, meaning, notebook.

    >>> glossary().set_index("term").loc["预期目标", "english"]
    'expected target'
    """
    rows = table("glossary", ("term", "english", "notebook", "source"), unique="term")
    return pd.DataFrame(rows)[["term", "english", "meaning", "notebook"]]
