"""A page for reading: noise greyed, parts marked, figures, themes and devices highlighted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise

import pandas as pd

from reportlib.build import Corpus
from reportlib.build.export import inert
from reportlib.resources import table

# Each layer: legend and style. They are told apart without colour too: line, dots, ground, slant.
LAYERS = {
    "noise": ("noise 杂讯", "color:#6b6b6b;text-decoration:line-through"),
    "annex": ("annex 附件", "color:#595959;font-style:italic"),
    "figure": ("figure 数字", "background:#ffe08a"),
    "theme": ("theme 主题", "border-bottom:2px solid #0072b2"),
    "device": ("device 修辞", "text-decoration:underline dotted #b3420a 2px"),
}
PART = "display:block;margin:.8em 0 .2em;font-weight:bold;border-top:1px solid #999"
PAPER = "background:#fff;color:#1a1a1a;padding:.6em;print-color-adjust:exact"
LINES = "line-height:1.9;white-space:pre-wrap;overflow-wrap:anywhere"


class View:
    """HTML that a notebook shows and ``str()`` gives; it needs no script and no widget."""

    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html

    def __str__(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return f"<View: {len(self._html)} characters of HTML>"


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
    legend = " ".join(f'<span style="{style}">{name}</span>' for name, style in LAYERS.values())
    return View(
        f'<div class="reportlib" lang="zh" style="{PAPER}"><p style="font-size:.85em">{legend}</p>'
        f'<div style="{LINES}">{body}</div></div>'
    )


Mark = tuple[int, int, str, str]


def _of(corpus: Corpus, table: str, doc: str) -> Iterable[pd.Series]:
    rows = corpus[table]
    return rows[rows["doc"] == doc].itertuples()  # type: ignore[return-value]


def _marks(corpus: Corpus, doc: str) -> Iterator[Mark]:
    for r in _of(corpus, "spans", doc):
        if r.label != "report":
            yield int(r.start), int(r.end), str(r.label), f"{r.label}: {r.rule}"
    for name in ("indicators", "indicators_extended"):
        for r in _of(corpus, name, doc):
            told = " ".join(map(str, (r.indicator, r.measure, r.status, r.period, r.bound)))
            yield int(r.start), int(r.end), "figure", told
    for r in _of(corpus, "theme_hits", doc):
        yield int(r.start), int(r.end), "theme", str(r.theme)
    for r in _of(corpus, "rhetoric_hits", doc):
        yield int(r.start), int(r.end), "device", str(r.measure)


def _pieces(text: str, edges: list[int], marks: list[Mark], parts: dict[int, str]) -> Iterator[str]:
    active: list[Mark] = []
    upcoming = iter(marks)
    following = next(upcoming, None)
    for first, last in pairwise(edges):
        while following and following[0] <= first:
            active.append(following)
            following = next(upcoming, None)
        active = [m for m in active if m[1] > first]
        if first in parts:
            yield f'<span style="{PART}">{escape(parts[first])}</span>'
        piece = escape(inert(text[first:last]))
        if not active:
            yield piece
            continue
        style = ";".join(dict.fromkeys(LAYERS[m[2]][1] for m in active))
        title = escape("; ".join(dict.fromkeys(m[3] for m in active)), quote=True)
        yield f'<span style="{style}" title="{title}">{piece}</span>'


def glossary() -> pd.DataFrame:
    """The terms of the notebooks in Chinese and English: term, english, meaning, notebook."""
    rows = table("glossary", ("term", "english", "notebook", "source"), unique="term")
    return pd.DataFrame(rows)[["term", "english", "meaning", "notebook"]]
