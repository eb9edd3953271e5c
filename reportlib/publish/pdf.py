"""The appendix as PDF: a typst document with numbered figures and tables and bookmarks.

The blocks go to typst as JSON, their prose as XML in it, so that no text of a page is ever read as
markup of typst; appendix.typ says how each kind of block and each tag looks.
"""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

from reportlib.plots.frame import FONT
from reportlib.publish.blocks import Block, Chapter, html_of, tree_of
from reportlib.records import ReportlibError
from reportlib.resources import DATA

ELSEWHERE = "*This reading view stands on the HTML page. 阅读视图见网页版。*"


def write_pdf(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    """Write the PDF; the same chapters give the same bytes.

    Raises:
        ReportlibError: typst could not set the document.
    """
    blocks = [b for chapter in chapters for b in chapter.blocks if b.kind != "code"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, block in enumerate(blocks):
            if block.kind == "figure":
                (folder / f"{number}.png").write_bytes(base64.b64decode(block.body))
        given = {"title": title, "blocks": [told(b, k) for k, b in enumerate(blocks)]}
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        shutil.copy(DATA / "publish" / "appendix.typ", folder)
        path.write_bytes(typeset(folder / "appendix.typ"))


def typeset(source: Path) -> bytes:
    """A typst document as PDF, in the fonts of this package and of typst only."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONT.parent)])
    try:
        return typst.compile(str(source), font_paths=fonts, timestamp=0)
    except Exception as error:
        raise ReportlibError(f"typst could not set the PDF: {error}") from None


def told(block: Block, number: int = 0) -> dict[str, Any]:
    """A block as appendix.typ takes it: kind, caption, and what its kind needs.

    >>> told(Block("text", "7"))
    {'kind': 'text', 'caption': '', 'body': '7'}
    """
    given: dict[str, Any] = {"kind": block.kind, "caption": block.words}
    if block.kind == "figure":
        return given | {"body": f"{number}.png", "alt": block.alt or block.caption}
    if (table := block.table) is not None:
        return given | {"body": table}
    if block.kind in ("prose", "view"):
        tree = tree_of(html_of(block.body if block.kind == "prose" else ELSEWHERE))
        return given | {"body": tostring(tree, "unicode")}
    return given | {"body": block.body.rstrip()}
