"""What a page says of itself: title, date of publication, address.

Found in labelled lines at the head (标题：… 发布时间：… or front matter), in the tags of an HTML
page or in the columns of a table. The labels, tags and columns are rows of ``data/page_facts.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from typing import Any

from reportlib.resources import table

HEAD = 4000  # characters from the beginning in which labelled lines are looked for
GAP = r"[ \t\u00a0\u3000]*"
DATE = r"(?<!\d)((?:19|20)\d\d)(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|(\d\d)(\d\d))(?!\d)"
# A page's own text, below a line that says so (its first character is found fast).
BODY = re.compile(rf"(?m:正(?<=^正){GAP}文{GAP}[:：])")
LABELLED = {  # what stands before the label of a fact, and after it
    "title": (rf"(?m)^{GAP}[【\[]?", rf"{GAP}[:：]{GAP}(\S[^\r\n]*)"),
    "published": (r"(?<![\w-])", rf"{GAP}[:：]?{GAP}({DATE})"),
    "source_url": (r"(?<![\w-])", r"\s*[:：][\s-]*(https?://\S+)"),
}


@cache
def names(where: str) -> dict[str, str]:
    """Fact by name for one place (column, label or tag), the best names first.

    >>> names("label")["标题"]
    'title'
    """
    rows = table("page_facts", ("where", "name", "fact"))
    return {row["name"]: row["fact"] for row in rows if row["where"] == where}


@cache
def _labelled(name: str, fact: str) -> re.Pattern[str]:
    """Finds a fact behind its label, whose characters may stand apart (标　　题：)."""
    return re.compile(GAP.join(name).join(LABELLED[fact]))


def facts_of(text: str) -> dict[str, Any]:
    """title, published and source_url as the head of a page gives them.

    >>> facts_of("标题：甲县政府工作报告\\n发文时间：2017-02-23\\n来源URL：https://a.cn/1\\n正文：")
    {'title': '甲县政府工作报告', 'published': '2017-02-23', 'source_url': 'https://a.cn/1'}
    """
    head = BODY.split(text[:HEAD], maxsplit=1)[0]
    close = "".join(head.split())
    labels = ((name, fact) for name, fact in names("label").items() if name in close)
    found = ((fact, _labelled(name, fact).search(head)) for name, fact in labels)
    return sift((fact, match[1]) for fact, match in found if match)


def sift(told: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The first usable value of each fact: one line, dates as ISO, addresses only with http(s).

    >>> sift([("title", " 甲\\n县 "), ("published", "2024年1月9日"), ("source_url", "x")])
    {'title': '甲 县', 'published': '2024-01-09'}
    """
    facts: dict[str, str] = {}
    for fact, value in told:
        value = " ".join(value[:2000].split())[:300].strip("'\"")
        if fact == "published":
            value = iso_date(value)
        elif fact == "source_url" and not re.match("https?://", value):
            value = ""
        if fact and value:
            facts.setdefault(fact, value)
    return facts


def iso_date(value: str) -> str:
    """The first date in ``value`` as YYYY-MM-DD, "" if there is none.

    A bare number of five digits is a spreadsheet's count of days.

    >>> iso_date("2024年1月9日 08:30"), iso_date("20240109"), iso_date("未知"), iso_date("45300")
    ('2024-01-09', '2024-01-09', '', '2024-01-09')
    """
    if re.fullmatch(r"[2-6]\d{4}(\.\d+)?", value):
        return (date(1899, 12, 30) + timedelta(int(value[:5]))).isoformat()
    for found in re.finditer(DATE, value):
        with suppress(ValueError):  # 2024-13-40
            return date(*map(int, filter(None, found.groups()))).isoformat()
    return ""
