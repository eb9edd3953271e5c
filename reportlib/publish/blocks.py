"""Notebooks taken apart into blocks that a page and a PDF can be made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from reportlib.build.export import inert

SOLUTION = "solution"  # tag of cells that the student version leaves out
INJECTED = "injected-parameters"  # tag of the cell that a run put in
OURS = '<div class="reportlib'
NUMBER = re.compile(r"-?[\d.,]+%?|NaN")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a notebook: kind is prose, code, text, table, view or figure.

    ``body`` is Markdown (prose), source (code), plain text (text), HTML (table, view) or a PNG in
    base64 (figure); captions are English and Chinese, ``alt`` describes a figure. ``number`` is
    that of a figure or table with a caption, counted through all chapters.
    """

    kind: str
    body: str
    caption: str = ""
    caption_zh: str = ""
    alt: str = ""
    number: int = field(default=0, kw_only=True)

    @property
    def words(self) -> str:
        """Both captions."""
        return " ".join(filter(None, (self.caption, self.caption_zh)))

    @property
    def table(self) -> dict[str, Any] | None:
        """What a block of kind table holds."""
        tree = tree_of(self.body).find(".//table") if self.kind == "table" else None
        return None if tree is None else table_of(tree)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One notebook or reference part: an id for links, its title and its blocks."""

    id: str
    title: str
    blocks: list[Block]


def blocks_of(notebook: Any, student: bool = False) -> Iterator[Block]:
    """The blocks of a notebook in order; for students without the cells tagged ``solution``.

    >>> from types import SimpleNamespace
    >>> cell = SimpleNamespace(metadata={}, cell_type="markdown", source="# A", get=dict().get)
    >>> [block.kind for block in blocks_of(SimpleNamespace(cells=[cell]))]
    ['prose']
    """
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if (student and SOLUTION in tags) or INJECTED in tags:
            continue
        if cell.cell_type in ("markdown", "code"):
            yield Block("prose" if cell.cell_type == "markdown" else "code", inert(cell.source))
        for output in cell.get("outputs", []):
            yield _output(output, cell.metadata.get("reportlib", {}))


def _output(output: Any, notes: Mapping[str, str]) -> Block:
    words = (notes.get("caption", ""), notes.get("caption_zh", ""), notes.get("alt", ""))
    data = output.get("data", {})
    html = inert(data.get("text/html", ""))
    if "image/png" in data:
        return Block("figure", "".join(data["image/png"].split()), *words)
    ours = html.startswith(OURS)  # made and escaped here; of other HTML only tables are shown
    if tree_of(html).find(".//table") is not None and ("dataframe" in html or not ours):
        return Block("table", html, *words)
    if ours:
        return Block("view", html, *words)
    return Block("text", inert(output.get("text", "") or data.get("text/plain", "")))


def tree_of(html: str) -> Element:
    """HTML as pandas, mistune and this library write it as a tree; if not well formed, its text.

    >>> [cell.text for cell in tree_of("<table><tr><td>7<br>&nbsp;</td></tr></table>").iter("td")]
    ['7']
    """
    html = re.sub(r"<style.*?(?:</style>|\Z)", "", html, flags=re.DOTALL)
    for word, sign in (("&nbsp;", "\u00a0"), ("<br>", "<br/>"), ("<hr>", "<hr/>")):
        html = html.replace(word, sign)
    try:
        return fromstring(f"<div>{html}</div>")
    except ParseError:
        bare = Element("div")
        bare.text = html
        return bare


def table_of(tree: Element) -> dict[str, Any]:
    """The table of an HTML element: its rows, how many of them are its head, its own caption.

    A cell is text, rowspan, colspan, ``scope`` (row or col: what it heads; "" heads nothing) and
    ``number``: whether its column holds only numbers.

    >>> found = table_of(tree_of("<table><tr><th>n</th></tr><tr><td>7</td></tr></table>")[0])
    >>> [(cell["text"], cell["scope"], cell["number"]) for row in found["rows"] for cell in row]
    [('n', 'col', True), ('7', '', True)]
    """
    rows = [[("".join(cell.itertext()).strip(), cell) for cell in row] for row in tree.iter("tr")]
    head = len(tree.findall("thead/tr")) or 1
    # Columns are counted from the right: a head at the left may stand for several rows.
    columns = zip_longest(*([text for text, _ in row[::-1]] for row in rows[head:]), fillvalue="")
    right = [all(map(NUMBER.fullmatch, filter(None, column))) for column in columns]
    right += [False] * max(map(len, rows), default=0)
    cells = [
        [
            {
                "text": text,
                "rowspan": int(cell.get("rowspan", 1)),
                "colspan": int(cell.get("colspan", 1)),
                "scope": ("col" if k < head else "row") if cell.tag == "th" and text else "",
                "number": number and (k < head or cell.tag == "td"),
            }
            for (text, cell), number in zip(row, right[len(row) - 1 :: -1], strict=False)
        ]
        for k, row in enumerate(rows)
    ]
    own = " ".join("".join(caption.itertext()) for caption in tree.iter("caption"))
    return {"rows": cells, "head": head, "told": own}


def html_of(source: str) -> str:
    """Markdown as HTML; HTML that stands in it is shown, not obeyed.

    >>> html_of("*a* <b>")
    '<p><em>a</em> &lt;b&gt;</p>\\n'
    """
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(source))
