"""HTML to visible text and page facts in one pass over the tags, without building a tree.

Parsers that build a tree take minutes for a megabyte of nested or unclosed tags; here each
character is looked at a fixed number of times, whatever the page.
"""

from __future__ import annotations

import re
from html import unescape

from reportlib.read.facts import names, sift
from reportlib.resources import settings

RAW = re.compile(r"(?i)<(script|style|noscript|iframe|title|xmp)(?=[\s/>])")  # hold no markup
QUOTED = re.compile(r"""=\s*+(?:"[^"<>]*+>[^"<]*+"|'[^'<>]*+>[^'<]*+')""")  # a value with a >
TAG = re.compile(r"<(?:[!?]|(/?)([A-Za-z][^\s/>]*+))([^>]*+)(?:>|\Z)")
ATTRIBUTE = re.compile(r"""(?<![^\s"'/])([^\s=/>"']++)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>"']++))?""")
INVISIBLE = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
LONGEST_TAG = 4000  # characters of a tag in which attributes are looked for
BLOCK, BREAK, CELL = "\x01\x02\x03"  # stand for ends of lines until _lines() counts them


def html_text(page: str) -> tuple[str, dict[str, str]]:
    """Visible text in document order, and title, published, source_url as the tags give them.

    A block begins and ends a line, ``<br>`` ends one, a tab parts the cells of a table row; white
    space inside a line counts as one space. Scripts, styles, comments and what the page itself
    hides (``hidden``, ``display:none``) are left out.

    >>> html_text("<title>甲</title><p>一年<b>来</b></p>\\n<p hidden>x</p>稳<br>进")
    ('一年来\\n稳\\n进', {'title': '甲'})
    """
    kinds = settings("read")["html"]
    signs = dict.fromkeys(kinds["blocks"], BLOCK) | {"br": BREAK, "td": CELL, "th": CELL}
    page, title = _markup_only(page)
    pieces, told, line_end = [""], [("title", title)], "\n"
    at, skipped, depth = 0, "", 0  # the hidden element we are in, how many of its name are open
    for tag in TAG.finditer(page, 0, page.rfind(">") + 1):
        end, name, body = tag[1], (tag[2] or "").lower(), tag[3]
        pieces.append("" if skipped else unescape(page[at : tag.start()]).replace("\n", line_end))
        at = tag.end()
        if skipped:
            depth += (name == skipped) * (-1 if end else 1)
            if not end and skipped in kinds["open_ended"]:
                depth *= name != skipped and not (skipped == "p" and name in kinds["blocks"])
            if depth > 0:
                continue
            skipped = ""
        opens = not end and name not in kinds["void"]
        if name == "meta":
            given = _attributes(body)
            named = given.get("name") or given.get("property") or ""
            told.append((names("tag").get(named.lower(), ""), given.get("content", "")))
        elif opens and (name in kinds["silent"] or _is_hidden(body)):
            skipped, depth = name, 1
            continue
        elif name == "pre":
            line_end = "\n" if end else BREAK
        pieces.append("" if end and name in ("br", "td", "th") else signs.get(name, ""))
    if not skipped:  # a tag that was cut off is no text
        pieces.append(unescape(re.split("<[A-Za-z/!?]", page[at:], maxsplit=1)[0]))
    return _lines("".join(pieces)), sift(told)


def _markup_only(page: str) -> tuple[str, str]:
    """``page`` without comments and raw elements, no > in a quoted value; and its title."""
    first, *rest = re.sub("[\x01-\x03]", " ", page).split("<!--")
    page = first + "".join(part.partition("-->")[2] if "-->" in part else part for part in rest)
    first, *rest = RAW.split(page)
    pieces, title = [first], ""
    for name, content in zip(rest[::2], rest[1::2], strict=True):
        inside, *after = re.split(rf"(?i)</{name}", content, maxsplit=1)
        pieces += [part.partition(">")[2] for part in after]
        if name.lower() == "title":
            title = title or unescape(inside.partition(">")[2])
    return QUOTED.sub(lambda value: value[0].replace(">", " "), "".join(pieces)), title


def _lines(text: str) -> str:
    """Text in lines as a browser would break them."""
    text = re.sub("[ \t\r\n\f]+", " ", text)
    text = re.sub(f"{BREAK}[ {BLOCK}]*", BREAK, text)
    text = re.sub(f"[ {BLOCK}]+", lambda run: BREAK if BLOCK in run[0] else " ", text)
    text = re.sub(f" ?{CELL} ?", "\t", re.sub(f" ?{BREAK} ?", "\n", text))
    return re.sub(r"(?m)^[\t ]+", "", text).strip("\n")


def _attributes(body: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(body[:LONGEST_TAG])
    return {name.lower(): unescape(value.strip("\"'")) for name, value in found}


def _is_hidden(body: str) -> bool:
    if "hidden" not in body.lower() and "none" not in body.lower():
        return False
    given = _attributes(body)
    return "hidden" in given or bool(INVISIBLE.search(given.get("style", "")))
