"""The appendix as one HTML page: offline, searchable, readable on a phone, Chinese font inside."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from reportlib.publish.notebooks import Block
from reportlib.resources import DATA

FONT = "Reportlib Sans SC"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One notebook: an id for links, its title and its blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def write_site(path: Path, title: str, chapters: Sequence[Chapter], tail: str) -> None:
    """Write the page. ``tail`` is Markdown: provenance and how to cite."""
    body = "\n".join(_chapters(chapters))
    menu = "".join(f'<li><a href="#{c.id}">{escape(c.title)}</a></li>' for c in chapters)
    end = f'<section id="provenance">{markdown(tail)}</section>'
    text = title + menu + body + end
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_font(text)}{_asset('appendix.css')}</style>\n"
        f'</head>\n<body>\n<header><h1>{escape(title)}</h1></header>\n<nav aria-label="Contents">'
        '<label>Search <input id="search" type="search"></label> <span id="hits"></span>'
        f'<ol>{menu}<li><a href="#provenance">Provenance</a></li></ol></nav>\n<main>{body}{end}</main>'
        f"\n<script>{_asset('appendix.js')}</script>\n</body>\n</html>\n"
    )
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(page, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _asset(name: str) -> str:
    return (DATA / "publish" / name).read_text(encoding="utf-8")


def markdown(text: str) -> str:
    """Markdown as HTML; HTML in it is shown, not obeyed."""
    import mistune

    render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    return str(render(text))


def _chapters(chapters: Sequence[Chapter]) -> list[str]:
    figure = table = 0
    out = []
    for chapter in chapters:
        out.append(f'<section id="{chapter.id}">')
        for block in chapter.blocks:
            figure += block.kind == "figure"
            table += block.kind == "table"
            out.append(_block(block, figure if block.kind == "figure" else table))
        out.append("</section>")
    return out


def _block(block: Block, number: int) -> str:
    if block.kind == "prose":
        return markdown(block.body)
    if block.kind == "code":
        return f"<details><summary>code</summary><pre><code>{escape(block.body)}</code></pre></details>"
    if block.kind == "text":
        return f'<pre class="out">{escape(block.body)}</pre>'
    if block.kind == "view":
        return f'<div class="view">{block.body}</div>'
    words = " ".join(filter(None, (block.caption, block.caption_zh)))
    if block.kind == "table":
        name = f"<b>Table {number} 表 {number}.</b> {escape(words)}"
        return f'<figure id="table-{number}"><figcaption>{name}</figcaption>' + (
            f'<div class="wide" tabindex="0">{block.body}</div></figure>'
        )
    name = f"<b>Figure {number} 图 {number}.</b> {escape(words)}"
    alt = escape(block.alt or words or f"Figure {number}", quote=True)
    return (
        f'<figure id="figure-{number}"><img alt="{alt}" src="data:image/png;base64,'
        f'{"".join(block.body.split())}"><figcaption>{name}</figcaption></figure>'
    )


def _font(text: str) -> str:
    """A @font-face rule with the bundled font cut down to the Chinese characters of the page."""
    wanted = {ord(c) for c in text if ord(c) >= 0x2E80}
    if not wanted:
        return ""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    options.drop_tables += ["GSUB", "GPOS"]
    font = subset.load_font(str(font_path()), options)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=wanted | set(range(0x2010, 0x2030)))
    worker.subset(font)
    font["head"].modified = font["head"].created = 0
    out = io.BytesIO()
    subset.save_font(font, out, options)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    ranges = "U+2010-202F,U+2E80-FFEF"
    return (
        f'@font-face{{font-family:"{FONT}";unicode-range:{ranges};'
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
    )


def font_path() -> Path:
    """The bundled Chinese font file."""
    return next(iter(sorted((DATA / "fonts").glob("*.otf"))))
