"""The appendix as one HTML page: offline, searchable, readable on a phone, Chinese font inside."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from xml.etree import ElementTree

from reportlib.publish.notebooks import Block, table_of
from reportlib.resources import DATA

FONT = DATA / "fonts" / "ReportlibSansSC-Regular.otf"
FAMILY = "Reportlib Sans SC"
FIRST = 0x2010  # the bundled font serves from here on; Latin letters are the reader's own font
NUMBER = re.compile(r"-?[\d.,]+%?")
CLOSED = re.compile(r"(<(a|pre|h\d)\b.*?</\2>|<[^>]*>)", re.DOTALL)  # where no link may be put


@dataclass(frozen=True, slots=True)
class Chapter:
    """One notebook or reference part: an id for links, its title and its blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def numbers(chapters: Sequence[Chapter]) -> Iterator[int]:
    """The number of each block in order, figures and tables apart; 0 for what has no caption."""
    counts = {"figure": 0, "table": 0}
    for block in (b for chapter in chapters for b in chapter.blocks):
        counted = block.kind in counts and bool(block.caption)
        if counted:
            counts[block.kind] += 1
        yield counts[block.kind] if counted else 0


def write_site(
    path: Path, title: str, chapters: Sequence[Chapter], terms: Mapping[str, str]
) -> None:
    """Write the page; ``terms`` (Chinese term to English) are linked where prose first has them.

    The page loads nothing, and its content policy lets no script run but its own.
    """
    count, body, lists = numbers(chapters), [], {"figure": "", "table": ""}
    for chapter in chapters:
        linked = dict(terms)
        body.append(f'<section id="{chapter.id}">')
        for block in chapter.blocks:
            number = next(count)
            body.append(_block(block, number, linked))
            if number:
                link = f'<a href="#{block.kind}-{number}">{escape(block.caption)}</a>'
                lists[block.kind] += f"<li>{link}</li>"
        body.append("</section>")
    script = _asset("appendix.js")
    parts = {
        "title": escape(title),
        "menu": "".join(f'<li><a href="#{c.id}">{escape(c.title)}</a></li>' for c in chapters),
        **lists,
        "body": "\n".join(body),
        "style": _asset("appendix.css"),
        "script": script,
        "trusted": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
    }
    page = Template(_asset("appendix.html"))
    parts["font"] = _font(page.safe_substitute(parts))
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(page.substitute(parts), encoding="utf-8", newline="\n")
    temporary.replace(path)


def _asset(name: str) -> str:
    return (DATA / "publish" / name).read_text(encoding="utf-8")


def _block(block: Block, number: int, terms: dict[str, str]) -> str:
    if block.kind == "prose":
        return markdown(block.body, terms)
    if block.kind == "code":
        code = f'<pre tabindex="0"><code>{escape(block.body)}</code></pre>'
        return f"<details><summary>code 代码</summary>{code}</details>"
    if block.kind == "text":
        return f'<pre class="out" tabindex="0">{escape(block.body)}</pre>'
    if block.kind == "view":
        return f'<div class="view" tabindex="0">{block.body}</div>'
    words = escape(" ".join(filter(None, (block.caption, block.caption_zh))))
    name, zh = ("Table", "表") if block.kind == "table" else ("Figure", "图")
    told = f"<b>{name} {number} {zh} {number}.</b> {words}" if number else ""
    mark = f' id="{block.kind}-{number}"' if number else ""
    if block.kind == "table":
        return f'<div class="wide"{mark} tabindex="0">{_table(block.body, told)}</div>'
    alt = escape(block.alt or block.caption or "figure without a description", quote=True)
    image = f'<img alt="{alt}" src="data:image/png;base64,{block.body}">'
    wide = f'<div class="wide" tabindex="0">{image}</div>'
    return f"<figure{mark}>{wide}<figcaption>{told}</figcaption></figure>"


def _table(html: str, caption: str) -> str:
    """A table with its caption, header cells that say what they head, and aligned numbers."""
    tree = table_of(html)
    assert tree is not None  # blocks_of makes a table block of nothing else
    head = tree.findall("thead/tr") or tree.findall("tr")[:1]
    rows = [
        f"<tr>{''.join(_cell(cell, row in head) for cell in row)}</tr>" for row in tree.iter("tr")
    ]
    told = [caption, *(escape("".join(own.itertext())) for own in tree.findall("caption"))]
    top, body = "".join(rows[: len(head)]), "".join(rows[len(head) :])
    caption = f"<caption><span>{' '.join(told)}</span></caption>"
    return f"<table>{caption}<thead>{top}</thead><tbody>{body}</tbody></table>"


def _cell(cell: ElementTree.Element, head: bool) -> str:
    plain = "".join(cell.itertext()).strip()
    spans = "".join(f' {k}="{int(cell.get(k, 1))}"' for k in ("rowspan", "colspan") if cell.get(k))
    if cell.tag == "th" and plain:  # an empty corner heads nothing
        return f'<th scope="{"col" if head else "row"}"{spans}>{escape(plain)}</th>'
    mark = ' class="n"' if NUMBER.fullmatch(plain) else ""
    return f"<td{mark}{spans}>{escape(plain)}</td>"


def markdown(text: str, terms: dict[str, str] | None = None) -> str:
    """Markdown as HTML, a level below the page's title; HTML in it is shown, not obeyed.

    Each of ``terms`` found in plain text is linked to the glossary once and taken out of ``terms``.
    """
    import mistune

    html = str(mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(text))
    html = re.sub(r"<(/?)h([1-5])>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", html)
    html = re.sub(r"<th(?=[ >])", '<th scope="col"', html)
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    longest = sorted(terms or {}, key=len, reverse=True)

    def link(found: re.Match[str]) -> str:
        told = escape((terms or {}).pop(found[0], ""), quote=True)
        return f'<a href="#glossary" title="{told}">{found[0]}</a>' if told else found[0]

    pieces = CLOSED.split(html)[::3], [*CLOSED.split(html)[1::3], ""]
    known = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
    return "".join(known.sub(link, a) + b for a, b in zip(*pieces, strict=True))


def _font(text: str) -> str:
    """A @font-face rule with the bundled font cut down to the characters of the page."""
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    options.drop_tables += ["GSUB", "GPOS"]
    out = io.BytesIO()
    with subset.load_font(str(FONT), options) as font:
        worker = subset.Subsetter(options)
        worker.populate(unicodes={ord(c) for c in text if ord(c) >= FIRST})
        worker.subset(font)
        font["head"].modified = font["head"].created = 0
        subset.save_font(font, out, options)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    source = f"unicode-range:U+{FIRST:X}-FFFF;src:url(data:font/woff2;base64,{data})"
    return f'@font-face{{font-family:"{FAMILY}";{source} format("woff2")}}'
