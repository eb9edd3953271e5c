"""What was cut, kept and changed in one page, as a table and as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reportlib.build.analyse import Analysis, attempt
from reportlib.read import iter_sources, read_source

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 66
SHOWN = 3  # lines shown of each stretch of report text; the rest is counted
MARKS = {"noise": "cut  ", "annex": "annex", "report": "kept "}


class Line(NamedTuple):
    """A line of a page and what became of it."""

    doc: str
    start: int
    end: int
    label: str
    rule: str
    report_id: str
    section: str
    text: str


def explain(path: str | Path) -> pd.DataFrame:
    """One row a line of the page: its label, the rule that said so, its report and part.

    Returns:
        the columns of ``Line``; for a table file the lines of all its rows. The edits of
        normalisation are in ``load(path)["edits"]``.

    Raises:
        ReportlibError: no such file.

    >>> explain("nowhere.txt")
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: no file or folder nowhere.txt
    """
    import pandas as pd

    rows = [line for result in analyses(path) for line in _lines(result)]
    return pd.DataFrame(rows, columns=list(Line._fields))


def analyses(path: str | Path) -> Iterator[Analysis]:
    """The pages of a file, each taken apart."""
    return attempt(chain.from_iterable(map(read_source, iter_sources([Path(path)]))))


def _lines(result: Analysis) -> Iterator[Line]:
    layout, page = result.layout, result.page
    if layout is None:
        return
    for line in layout.lines:
        report = result.reports[line.owner] if line.owner >= 0 else None
        parts, name = (report.parts, report.report_id) if report else ((), "")
        inside = (p.section for p in parts if p.start < line.end and p.end > line.start)
        where, text = next(inside, ""), page.text[line.start : line.end].strip()
        yield Line(page.doc, line.start, line.end, line.label, line.rule, name, where, text)


def text_of(result: Analysis) -> Iterator[str]:
    """A page for reading: what it is, its reports, cut lines in full and kept ones in short.

    Characters that do not print, which could command a terminal, are dots.

    >>> from reportlib.records import Page
    >>> [rain] = attempt([Page("a.txt", "a.txt", "今天下雨。")])
    >>> next(text_of(rain))
    'a.txt: other (no text that reads like a work report)'
    """
    for line in _text_of(result):
        yield "".join(c if c.isprintable() else "·" for c in line.replace("\u3000", "  "))


def _text_of(result: Analysis) -> Iterator[str]:
    page = result.page
    yield f"{page.doc}: {page.kind}" + (f" ({page.reason})" if page.reason else "")
    facts = [page.encoding, page.damage, page.title, page.published, page.source_url]
    if any(facts):
        yield "  page: " + " · ".join(filter(None, facts))
    for report in result.reports:
        m = report.metadata
        place = "".join((m.province, m.prefecture, m.county)) or m.level or "place unknown"
        yield f"  report {report.report_id}: {place} {m.adcode}, plan year {m.plan_year or '?'}"
        who = " ".join(filter(None, (m.speaker_title, m.speaker, m.delivered, m.session)))
        yield f"    {who or 'no speaker or day'}; {m.completeness}; evidence {m.evidence or 'none'}"
        if m.conflicts or m.place_hints:
            yield f"    conflicts: {m.conflicts or '-'}; hints: {m.place_hints or '-'}"
    if edits := Counter(row[3] for row in result.rows.get("edits", ())).most_common():
        yield "  edits for matching: " + ", ".join(f"{n}× {rule}" for rule, n in edits)
    for (label, name), some in groupby(_lines(result), _stretch):
        stretch = list(some)
        rule = f" · {stretch[0].rule}" if label != "noise" else ""
        yield f"  {MARKS[label]} {name}{rule}"
        kept = stretch if label == "noise" else stretch[:SHOWN]
        for line in kept:
            cut = line.text if len(line.text) <= WIDTH else line.text[: WIDTH - 1] + "…"
            yield f"    {line.start:>6} {line.end:>6} {cut}"
        if more := len(stretch) - len(kept):
            yield f"           … {more} more lines"


def _stretch(line: Line) -> tuple[str, str]:
    return line.label, line.rule if line.label == "noise" else line.section
