"""The appendix as PDF: a typst document with numbered figures and tables and bookmarks."""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from reportlib.publish.notebooks import NEEDS, Block, table_of
from reportlib.publish.site import FONT, Chapter
from reportlib.records import ReportlibError
from reportlib.resources import DATA

WIDE = 8  # columns from which on a table stands on a page of its own, turned
LONG_VIEW = 4000  # characters up to which a view is printed
_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=+\-/])")
_LONG = re.compile(r"[!-~]{12,}")  # Latin runs that must be allowed to break in a narrow column


def write_pdf(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    """Write the PDF; the same chapters give the same bytes.

    Raises:
        ReportlibError: typst is not installed, or it could not set the document.
    """
    try:
        import typst
    except ImportError:
        raise ReportlibError(NEEDS) from None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(DATA / "publish" / "appendix.typ", folder / "style.typ")
        source = "\n\n".join(_document(folder, title, chapters))
        (folder / "main.typ").write_text(source, encoding="utf-8")
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONT.parent)])
        try:
            data = typst.compile(str(folder / "main.typ"), font_paths=fonts, timestamp=0)
        except Exception as error:
            raise ReportlibError(f"typst could not set the PDF: {error}") from None
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def _document(folder: Path, title: str, chapters: Sequence[Chapter]) -> Iterator[str]:
    yield f'#import "style.typ": *\n#show: appendix.with(title: "{_quoted(title)}")'
    for number, block in enumerate(b for chapter in chapters for b in chapter.blocks):
        yield _block(folder, block, number)


def _block(folder: Path, block: Block, number: int) -> str:
    caption = text(" ".join(filter(None, (block.caption, block.caption_zh))))
    if block.kind == "prose":
        return prose(block.body)
    if block.kind == "text":
        return f'#raw(block: true, "{_quoted(breakable(block.body.rstrip()))}")'
    if block.kind == "figure":
        (folder / f"{number}.png").write_bytes(base64.b64decode(block.body))
        image = f'image("{number}.png", alt: "{_quoted(block.alt or block.caption)}")'
        return f"#figure({image}, caption: [{caption}])" if caption else f"#{image}"
    if block.kind == "table":
        return _table(block.body, caption)
    return _read(block.body) if block.kind == "view" else ""  # code is in the HTML page


def _read(html: str) -> str:
    """The text of a view; a long one is left to the HTML page."""
    plain = re.sub(r"<[^>]*>", "", re.sub(r"<(li|br|p|tr)\b[^>]*>", "\n", html))
    if len(plain) > LONG_VIEW:
        return "#emph[This reading view stands on the HTML page. 阅读视图见网页版。]"
    return "\n\n".join(text(unescape(line)) for line in plain.splitlines() if line.strip())


def _table(html: str, caption: str) -> str:
    tree = table_of(html)
    assert tree is not None  # blocks_of makes a table block of nothing else
    rows = [list(row) for row in tree.iter("tr")]
    columns = sum(int(cell.get("colspan") or 1) for cell in rows[0])
    header = len(tree.findall("thead/tr")) or 1
    lines = [", ".join(map(_cell, row)) for row in rows]
    body = f"table(columns: {columns}, table.header({', '.join(lines[:header])}),\n  "
    body += ",\n  ".join(lines[header:]) + ")"
    whole = f"figure(kind: table, caption: [{caption}], {body})" if caption else body
    return f"#page(flipped: true)[#{whole}]" if columns >= WIDE else f"#{whole}"


def _cell(cell: Element) -> str:
    spans = (f"{k}: {int(cell.get(k, 1))}, " for k in ("rowspan", "colspan") if cell.get(k))
    return f"table.cell({''.join(spans)})[{text(''.join(cell.itertext()))}]"


def breakable(plain: str) -> str:
    """Text whose long Latin runs may break at any sixth character."""
    return _LONG.sub(lambda m: "\u200b".join(re.findall(".{1,6}", m[0])), plain)


def text(plain: str) -> str:
    """Plain text as typst markup: every character that means something there is escaped.

    >>> text("#a  [b]")
    '\\\\#a \\\\[b\\\\]'
    """
    return _SPECIAL.sub(r"\\\1", breakable(" ".join(plain.split())))


def _quoted(plain: str) -> str:
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def prose(markdown: str) -> str:
    """Markdown as typst markup."""
    import mistune

    tokens: Any = mistune.create_markdown(renderer="ast", plugins=["table"])(markdown)
    return "\n\n".join(_token(t) for t in tokens if t["type"] != "blank_line") + "\n"


def _inline(tokens: Iterable[Mapping[str, Any]]) -> str:
    return "".join(_token(t) for t in tokens)


def _token(token: Mapping[str, Any]) -> str:
    kind, inside = token["type"], token.get("children", [])
    if kind == "heading":
        return "=" * token["attrs"]["level"] + " " + _inline(inside)
    if kind == "list":
        mark = "+" if token["attrs"].get("ordered") else "-"
        return "\n".join(f"{mark} {_inline(item['children'])}" for item in inside)
    if kind in ("text", "inline_html", "block_html"):
        return _SPECIAL.sub(r"\\\1", token["raw"])
    if kind == "codespan":
        return f'#raw("{_quoted(breakable(token["raw"]))}")'
    if kind == "block_code":
        return f'#raw(block: true, "{_quoted(breakable(token["raw"].rstrip()))}")'
    if kind in ("strong", "emphasis"):
        return f"#{'strong' if kind == 'strong' else 'emph'}[{_inline(inside)}]"
    if kind == "link":
        address, words = token["attrs"]["url"], _inline(inside)
        return f'#link("{_quoted(address)}")[{words}]' if "://" in address else words
    if kind in ("softbreak", "linebreak"):
        return " "
    if kind == "table":
        rows = [inside[0]["children"], *(row["children"] for row in inside[1]["children"])]
        cells = ", ".join(f"[{_inline(cell['children'])}]" for row in rows for cell in row)
        return f"#table(columns: {len(rows[0])}, {cells})"
    return _inline(inside)
