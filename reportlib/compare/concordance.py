"""Concordance: every place where a pattern stands, with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Any, Protocol

import pandas as pd

from reportlib.records import Report, ReportlibError

LONGEST, MOST = 200, 1000  # characters of a pattern or a match; rows unless more are asked for
COLUMNS = "doc report_id section start end left match right".split()


class Pages(Protocol):
    """A ``Corpus``: reports found, and the text of their pages."""

    @property
    def reports(self) -> list[Report]: ...

    def text(self, doc: str) -> str: ...


class View(str):
    """HTML that a notebook shows; it needs no script and no widget, the string is the source.

    >>> View("<b>7</b>")
    <View: 8 characters of HTML>
    """

    def __repr__(self) -> str:
        return f"<View: {len(self)} characters of HTML>"

    def _repr_html_(self) -> str:
        return str(self)


def kwic(corpus: Pages, pattern: str, width: int = 20, most: int = MOST) -> pd.DataFrame:
    """Key word in context: one row for each match of a regular expression.

    The pattern meets the normalised text (full-width punctuation, no spaces in numbers); what the
    rows quote is the page: ``match`` is page_text[start:end], ``left`` and ``right`` the ``width``
    characters beside it. Matches of up to LONGEST characters are found; ``section`` is empty in
    title lines. The rows stand in the order of the pages; at most the first ``most`` are given.

    Raises:
        ReportlibError: an empty, overlong or malformed pattern, or one that may take for ever: a
            repeated group with a choice or a repetition in it, such as (a+)+.

    >>> kwic(corpus, "增长[0-9.]+%", width=6)[["left", "match", "right"]].head(2).values.tolist()
    [['地区生产总值', '增长5.2%', '，一般公共预'], ['公共预算收入', '增长6%', '。农业生产稳']]
    """
    wanted = _compile(pattern)
    rows = (row for report in corpus.reports for row in _lines(corpus, report, wanted, width))
    return pd.DataFrame(islice(rows, most), columns=COLUMNS)


def _lines(
    corpus: Pages, report: Report, pattern: re.Pattern[str], width: int
) -> Iterator[tuple[Any, ...]]:
    text = corpus.text(report.doc)
    for first, last in _matches(pattern, report.mapped.text):
        start, end = report.mapped.locate(first, last)
        section = "".join(p.section for p in report.parts if p.start <= start < p.end)
        around = text[max(start - width, 0) : start], text[start:end], text[end : end + width]
        yield (report.doc, report.report_id, section, start, end, *around)


def _compile(pattern: str) -> re.Pattern[str]:
    if not 0 < len(pattern) <= LONGEST:
        raise ReportlibError(f"a pattern has 1 to {LONGEST} characters, this has {len(pattern)}")
    plain = re.sub(rf"\[[^\]]{{1,{LONGEST}}}\]", "x", re.sub(r"\\.", "x", pattern))
    if re.search(r"\)[*+{]", re.sub(r"\((?:\?:)?[^()*+?{|]*\)", "x", plain)):
        raise ReportlibError(f"{pattern!r} repeats a group that holds a choice or a repetition")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ReportlibError(f"{pattern!r} is no regular expression: {error}") from None


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Matches that are not empty. The window keeps the time linear, whatever the pattern."""
    at = 0
    while at < len(text):
        found = pattern.search(text, at, at + 2 * LONGEST)
        if found and found.start() < at + LONGEST:
            if found[0]:
                yield found.span()
            at = max(found.end(), at + 1)
        else:
            at += LONGEST


def concordance_html(rows: pd.DataFrame) -> View:
    """The rows of ``kwic`` to read, the matches under each other; text of the pages is escaped.

    A table with its number of rows; a notebook shows it as it is.

    >>> rows = pd.DataFrame([["a", "a", "plan", 0, 2, "", "<b>", ""]], columns=COLUMNS)
    >>> "<td><b>&lt;b&gt;</b></td>" in concordance_html(rows)
    True
    """
    body, side = "", "style='white-space:nowrap;text-align:"
    for row in rows[COLUMNS[1:]].itertuples(index=False):
        told = [escape(" ".join(str(cell).split())) for cell in row]
        body += (
            f"<tr><td>{told[0]}</td><td>{told[1]} {told[2]}–{told[3]}</td>"
            f"<td {side}right'>{told[4]}</td><td><b>{told[5]}</b></td>"
            f"<td {side}left'>{told[6]}</td></tr>"
        )
    head = "<th>report</th><th>where</th><th>left</th><th>match</th><th>right</th>"
    return View(f"<table><caption>n = {len(rows)}</caption><tr>{head}</tr>{body}</table>")
