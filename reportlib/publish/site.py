"""The appendix as one HTML page: offline, searchable, readable on a phone, Chinese font inside."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from reportlib.plots.frame import FAMILY, FONT
from reportlib.publish.blocks import Chapter, html_of
from reportlib.resources import DATA

ASSETS = DATA / "publish"
FIRST = 0x2010  # the bundled font serves from here on; Latin letters are the reader's own font
FONT_HERE = "/*font*/"  # in appendix.html
# where no link may be put
CLOSED = re.compile(r"(<(a|pre|h\d)\b.*?(?:</\2>|\Z)|<[^>]*+(?:>|\Z))", re.DOTALL)


def write_site(
    path: Path, title: str, chapters: Sequence[Chapter], terms: Mapping[str, str]
) -> None:
    """Write the page; ``terms`` (Chinese term to English) are linked where prose first has them.

    The page loads nothing, and its content policy lets no script run but its own. The template
    escapes all that it is given but the HTML of ``markdown`` and of the library's own views.
    """
    from jinja2 import Environment

    files = {one: (ASSETS / f"appendix.{one}").read_text("utf-8") for one in ("html", "css", "js")}
    digest = hashlib.sha256(files["js"].encode()).digest()
    given = {"title": title, "chapters": chapters, "terms": terms, "markdown": markdown}
    given |= {"style": files["css"], "script": files["js"]}
    given |= {"trusted": base64.b64encode(digest).decode("ascii")}
    page = Environment(autoescape=True, trim_blocks=True).from_string(files["html"]).render(given)
    path.write_text(page.replace(FONT_HERE, _font(page), 1), encoding="utf-8", newline="\n")


def markdown(source: str, terms: dict[str, str]) -> str:
    """Markdown as HTML, a level below the page's title; HTML in it is shown, not obeyed.

    Each of ``terms`` found in plain text is linked to the glossary once and taken out of ``terms``.

    >>> print(markdown("# The 目标", {"目标": "target"}), end="")
    <h2>The 目标</h2>
    """
    html = re.sub(r"<(/?)h([1-5])>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", html_of(source))
    html = re.sub(r"<th(?=[ >])", '<th scope="col"', html)
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")

    def link(found: re.Match[str]) -> str:
        told = escape(terms.pop(found[0], ""), quote=True)
        return f'<a href="#glossary" title="{told}">{found[0]}</a>' if told else found[0]

    longest = sorted(terms, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
    plain, closed = CLOSED.split(html)[::3], [*CLOSED.split(html)[1::3], ""]
    return "".join(known.sub(link, a) + b for a, b in zip(plain, closed, strict=True))


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
