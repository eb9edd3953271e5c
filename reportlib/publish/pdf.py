"""The appendix as PDF: a typst document with numbered figures and tables and bookmarks."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportlib.publish.notebooks import Block, png_of, table_cells
from reportlib.publish.site import Chapter, font_path
from reportlib.records import ReportlibError
from reportlib.resources import DATA

MOST_ROWS = 40  # rows of one table that are printed; the page says how many there are
MOST_COLUMNS = 9
_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=+\-/])")


def write_pdf(path: Path, title: str, chapters: Sequence[Chapter], tail: str) -> None:
    """Write the PDF; the same chapters give the same bytes.

    Raises:
        ReportlibError: typst is not installed, or it could not set the document.
    """
    try:
        import typst
    except ImportError:
        raise ReportlibError("the PDF needs: pip install 'reportlib[appendix]'") from None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(DATA / "publish" / "appendix.typ", folder / "style.typ")
        source = "\n".join(_document(folder, title, chapters, tail))
        (folder / "main.typ").write_text(source, encoding="utf-8")
        fonts = [str(font_path().parent)]
        try:
            data = typst.compile(
                str(folder / "main.typ"), font_paths=fonts, ignore_system_fonts=True, timestamp=0
            )
        except Exception as error:
            raise ReportlibError(f"typst could not set the PDF: {error}") from None
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def _document(folder: Path, title: str, chapters: Sequence[Chapter], tail: str) -> Iterable[str]:
    yield f'#import "style.typ": *\n#show: appendix.with(title: "{_quoted(title)}")'
    number = 0
    for chapter in chapters:
        for block in chapter.blocks:
            number += 1
            yield _block(folder, block, number)
    yield prose(tail)


def _block(folder: Path, block: Block, number: int) -> str:
    caption = text(" ".join(filter(None, (block.caption, block.caption_zh))))
    if block.kind == "prose":
        return prose(block.body)
    if block.kind == "text":
        return f'#raw(block: true, "{_quoted(block.body.rstrip())}")'
    if block.kind == "figure":
        (folder / f"{number}.png").write_bytes(png_of(block))
        alt = _quoted(block.alt or block.caption)
        return f'#figure(image("{number}.png", alt: "{alt}"), caption: [{caption}])'
    if block.kind == "table":
        return _table(block.body, caption)
    return ""  # code and reading views are in the HTML page


def _table(html: str, caption: str) -> str:
    rows, header = table_cells(html)
    if not rows:
        return ""
    more = len(rows) - header - MOST_ROWS
    if more > 0:
        rows = rows[: header + MOST_ROWS]
        caption += f" (the first {MOST_ROWS} of {MOST_ROWS + more} rows)"
    width = min(len(rows[0]), MOST_COLUMNS)
    cells = [", ".join(f"[{text(c)}]" for c in row[:width]) for row in rows]
    head = ", ".join(cells[:header])
    body = ",\n  ".join(cells[header:])
    return (
        f"#figure(kind: table, caption: [{caption}], table(columns: {width},\n"
        f"  table.header({head}),\n  {body}))"
    )


def text(plain: str) -> str:
    """Plain text as typst markup: every character that means something there is escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(plain.split()))


def _quoted(plain: str) -> str:
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def prose(markdown: str) -> str:
    """Markdown as typst markup."""
    import mistune

    tokens = mistune.create_markdown(renderer="ast", plugins=["table"])(markdown)
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
        return f'#raw("{_quoted(token["raw"])}")'
    if kind == "block_code":
        return f'#raw(block: true, "{_quoted(token["raw"].rstrip())}")'
    if kind in ("strong", "emphasis"):
        return f"#{'strong' if kind == 'strong' else 'emph'}[{_inline(inside)}]"
    if kind == "link":
        return f'#link("{_quoted(token["attrs"]["url"])}")[{_inline(inside)}]'
    if kind in ("softbreak", "linebreak"):
        return " "
    if kind == "table":
        rows = [inside[0]["children"], *(row["children"] for row in inside[1]["children"])]
        cells = ", ".join(f"[{_inline(cell['children'])}]" for row in rows for cell in row)
        return f"#table(columns: {len(rows[0])}, {cells})"
    return _inline(inside)
