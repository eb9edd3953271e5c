"""HTML to visible text and page facts, in one pass over the tags and without building a tree.

Parsers that build a tree take minutes for a megabyte of nested or unclosed tags; this one looks at
each character a fixed number of times, whatever the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape

from reportlib.read.facts import names, sift
from reportlib.resources import settings

TAG = re.compile(r"<(?:(!--)|[!?]|(/?)([A-Za-z][^\s/>]*))")
STOP = re.compile(r"""=\s*+["']|>""")
ATTRIBUTE = re.compile(r"""(?<![^\s"'/])([^\s=/>"']++)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>"']++))?""")
INVISIBLE = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
LONGEST_TAG = 4000  # characters of a tag in which attributes are looked for
BLOCK, BREAK, CELL = "\x01\x02\x03"  # stand for ends of lines until _lines() counts them


@cache
def _elements(kind: str) -> frozenset[str]:
    """Names of the elements that are raw, silent, blocks, void or open_ended (data/read.toml)."""
    return frozenset(settings("read")["html"][kind].split())


def html_text(page: str) -> tuple[str, dict[str, str]]:
    """Visible text in document order, and title, published, source_url as the tags give them.

    A block begins and ends a line, ``<br>`` ends one, a tab parts the cells of a table row; white
    space inside a line counts as one space. Scripts, styles, comments and what the page itself
    hides (``hidden``, ``display:none``) are left out.

    >>> html_text("<title>甲</title><p>一年<b>来</b></p>\\n<p hidden>x</p>稳<br>进")
    ('一年来\\n稳\\n进', {'title': '甲'})
    """
    silent, blocks, void = map(_elements, ("silent", "blocks", "void"))
    signs = dict.fromkeys(blocks, BLOCK) | {"br": BREAK, "td": CELL, "th": CELL}
    pieces: list[str] = []
    told: list[tuple[str, str]] = []
    line_end, title = "\n", ""
    skipped, depth = "", 0  # the hidden element we are in, and how many of its name are open
    for kind, name, body in _tokens(re.sub("[\x01-\x03]", " ", page)):
        if skipped == "title" and kind == "raw":
            title = title or unescape(body)
        elif name == "meta":
            given = _attributes(body)
            tag = given.get("name") or given.get("property") or ""
            told.append((names("tag").get(tag.lower(), ""), given.get("content", "")))
        if skipped:
            depth += (name == skipped) * {"open": 1, "close": -1}.get(kind, 0)
            if kind == "open" and skipped in _elements("open_ended"):
                depth *= name != skipped and not (skipped == "p" and name in blocks)
            if depth > 0 or kind == "close":
                skipped = skipped if depth > 0 else ""
                continue
            skipped = ""
        if kind == "open" and name not in void and (name in silent or _is_hidden(body)):
            skipped, depth = name, 1
        elif kind == "text" or (kind == "raw" and name not in silent):
            pieces.append(unescape(body).replace("\n", line_end))
        elif kind == "open" or name in blocks:
            pieces.append(signs.get(name, ""))
            if name == "pre":
                line_end = BREAK if kind == "open" else "\n"
    return _lines("".join(pieces)), sift([("title", title), *told])


def _lines(text: str) -> str:
    """Text in lines as a browser would break them."""
    text = re.sub("[ \t\r\n\f]+", " ", text)
    text = re.sub(f"{BREAK}[ {BLOCK}]*", BREAK, text)
    text = re.sub(f"[ {BLOCK}]+", lambda run: BREAK if BLOCK in run[0] else " ", text)
    text = re.sub(f" ?{CELL} ?", "\t", re.sub(f" ?{BREAK} ?", "\n", text))
    return re.sub(r"(?m)^[\t ]+", "", text).strip("\n")


def _tokens(page: str) -> Iterator[tuple[str, str, str]]:
    """(text | open | close | raw, element name, text or attributes) in the order of the page."""
    at = 0
    missing: set[str] = set()  # ends not found once are not looked for again
    while found := TAG.search(page, at):
        yield "text", "", page[at : found.start()]
        name = (found[3] or "").lower()
        if found[1]:
            at = _after(page, "-->", found.end(), missing) or found.end()
            continue
        at = _end_of_tag(page, found.end())
        if not at:  # cut off in a tag
            return
        yield "close" if found[2] else "open", name, page[found.end() : at - 1]
        if name in _elements("raw") and not found[2]:
            end = _after(page, f"</{name}", at, missing) - len(name) - 2
            if end > 0:
                yield "raw", name, page[at:end]
                at = end
    yield "text", "", page[at:]


def _after(page: str, end: str, at: int, missing: set[str]) -> int:
    """Offset after the next ``end`` (in any case), 0 if there is none."""
    found = None if end in missing else re.compile(end, re.IGNORECASE).search(page, at)
    missing.update(() if found else (end,))
    return found.end() if found else 0


def _end_of_tag(page: str, at: int) -> int:
    """Offset after the ``>`` of a tag, not counting one in a quoted value; 0 if there is none."""
    while found := STOP.search(page, at):
        if found[0] == ">":
            return found.end()
        close = page.find(found[0][-1], found.end())
        at = close + 1 if close >= 0 else found.end()
    return 0


def _attributes(body: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(body[:LONGEST_TAG])
    return {name.lower(): unescape(value.strip("\"'")) for name, value in found}


def _is_hidden(body: str) -> bool:
    if "hidden" not in body.lower() and "none" not in body.lower():
        return False
    given = _attributes(body)
    return "hidden" in given or bool(INVISIBLE.search(given.get("style", "")))
