"""One page through all rooms: its reports, and the rows it adds to each table."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, replace
from itertools import chain, compress
from operator import and_
from pathlib import Path
from traceback import extract_tb
from typing import Any

from reportlib import rhetoric, themes, words
from reportlib.build.write import Block, rows_of
from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.observe import observe
from reportlib.indicators.targets import coverage
from reportlib.metadata import Clues, describe
from reportlib.quantities import find_all
from reportlib.records import Page, Quantity, Report, ReportlibError
from reportlib.structure import Body, Layout, lay_out, read_body

Row = tuple[Any, ...]
SKETCH = 64  # hashes kept of a report's sentences, to find the same report from another source
BEFORE = 20  # noise lines above a report that may speak of it (captions, an anthology's title)
STOPS = (ReportlibError, OSError, MemoryError, ImportError)  # not the page's fault
FAULT = "an error of reportlib, please report it"


@dataclass(slots=True)
class Analysis:
    """What one page gives: its reports, blocks of rows by table, and a sketch of each report."""

    page: Page
    layout: Layout | None = field(default=None, repr=False)
    reports: list[Report] = field(default_factory=list)
    blocks: defaultdict[str, list[Block]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )
    sketches: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def add(self, table: str, *cells: Any) -> None:
        """Add one row, or as many as the cells that are columns (lists) are long."""
        self.blocks[table].append(cells)

    def add_rows(self, table: str, rows: Iterable[Row], *first: Any) -> None:
        """Add rows, each behind the cells that it begins with."""
        if columns := [*zip(*rows, strict=True)]:
            self.add(table, *first, *columns)

    @property
    def rows(self) -> defaultdict[str, list[Row]]:
        """The rows by table, made anew from the blocks."""
        made: defaultdict[str, list[Row]] = defaultdict(list)
        for table, blocks in self.blocks.items():
            made[table] = [row for block in blocks for row in rows_of(block)]
        return made


def analyse(page: Page) -> Analysis:
    """Find, describe and measure the reports of a page.

    Returns:
        the rows in the column order of ``data/schema.csv``; a page that holds no report gives
        rows of ``pages`` and ``spans`` only.

    >>> analyse(Page("a.txt", "a.txt", "今天下雨。")).rows["spans"]
    [('a.txt', 0, 5, 'noise', '', 'outside')]
    """
    out = Analysis(page)
    if page.kind == "page":
        out.layout = lay_out(page.text)
        kind = "report" if out.layout.drafts else "other"
        out.page = page = replace(page, kind=kind, reason=out.layout.reason)
        bodies = [_report(out, out.layout, k) for k in range(len(out.layout.drafts))]
        _span_rows(out, out.layout)
        for report, body in zip(out.reports, bodies, strict=True):
            _report_rows(out, report, body)
    _page_row(out)
    return out


def attempt(page: Page) -> Analysis:
    """``analyse``; an error that nobody foresaw makes a failed page, whose other rows are dropped.

    Raises:
        an error of the call, of the package's data or of the machine, which the page is not to
        blame for (``STOPS``).
    """
    try:
        return analyse(page)
    except STOPS:
        raise
    except Exception as error:
        out = Analysis(replace(page, kind="failed", reason=_fault(error)))
        _page_row(out)
        return out


def _fault(error: Exception) -> str:
    """What the error says and where in this library it struck, without a path of the machine."""
    home = Path(__file__).parents[1]
    calls = [(Path(call.filename), call.lineno) for call in extract_tb(error.__traceback__)]
    *_, (path, line) = ((p, n) for p, n in calls if p.is_relative_to(home))
    pieces = f"{type(error).__name__}: {error}"[:200].split()
    said = " ".join("…" if {"/", "\\"} & {*one} or "0x" in one else one for one in pieces)
    return f"{FAULT}: {said} ({path.relative_to(home.parent).as_posix()}:{line})"


def _report(out: Analysis, layout: Layout, index: int) -> Body:
    page, drafts = out.page, layout.drafts
    titled = next((k for k, draft in enumerate(drafts) if draft.has_opening), 0)
    report_id = page.doc if len(drafts) == 1 else f"{page.doc}:{index + 1}"
    body = read_body(layout, index, report_id)
    clues = Clues(
        heads=tuple(body.heads),
        sections=tuple(body.sections),
        others=tuple(_others(layout, index)),
        title=page.title if index == titled else "",
        doc=page.doc,
        given=page.given,
    )
    metadata = replace(describe(clues), completeness=body.completeness)
    found = (tuple(body.parts), tuple(body.headings), tuple(body.sentences))
    out.reports.append(Report(report_id, page.doc, body.mapped, metadata, *found))
    return body


def _others(layout: Layout, index: int) -> Iterator[str]:
    """Noise lines above a report and inside it, not those below it, nor the page's own head."""
    draft = layout.drafts[index]
    first = layout.drafts[index - 1].last if index else 0
    for line in layout.lines[max(first, draft.base - BEFORE) : draft.last]:
        if line.label == "noise" and (index or line.rule != "front_matter"):
            yield line.key


def _span_rows(out: Analysis, layout: Layout) -> None:
    ids = [*(r.report_id for r in out.reports), ""]  # the last, at -1, is nobody's
    if spans := layout.spans():
        starts, ends, labels, rules, owners = zip(*spans, strict=True)
        out.add("spans", out.page.doc, starts, ends, labels, [ids[k] for k in owners], rules)


def _page_row(out: Analysis) -> None:
    p = out.page
    conflicts = (c for r in out.reports for c in r.metadata.conflicts.split(";"))
    file_says = ";".join(dict.fromkeys(c for c in conflicts if c.startswith("file")))
    cells = (p.doc, p.path, p.kind, p.reason, p.sha256, p.encoding, p.damage, p.title)
    out.add("pages", *cells, p.published, p.source_url, "", file_says)


def _report_rows(out: Analysis, report: Report, body: Body) -> None:
    doc, rid, text = report.doc, report.report_id, out.page.text
    ids, sections, roles, starts, ends, texts, *_ = zip(*report.sentences, strict=True)
    spoken = [section not in ("", "annex") for section in sections]
    full = [*compress(texts, map(and_, spoken, [role == "text" for role in roles]))]
    sizes = (sum(map(len, compress(texts, spoken))), len(full))
    out.add("reports", rid, doc, *astuple(report.metadata), *sizes)
    printed = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    out.add("sentences", ids, doc, rid, sections, starts, ends, printed)
    out.add_rows("sections", report.parts, doc, rid)
    out.add_rows("headings", report.headings, doc, rid)
    out.add_rows("edits", body.edits, doc)
    numerals = _quantity_rows(out, report)
    _indicator_rows(out, report, numerals, dict(zip(ids, printed, strict=True)))
    _code_rows(out, report, numerals)
    _word_rows(out, report)
    out.sketches[rid] = sketch(full)


def _quantity_rows(out: Analysis, report: Report) -> dict[str, list[Quantity]]:
    rows = [k for k, s in enumerate(report.sentences) if s.section != "annex"]
    spoken = [report.sentences[k] for k in rows]
    numerals = find_all([s.text for s in spoken])
    if cells := [*chain.from_iterable(numerals)]:
        first, last, _, _, _, kind, *values, masked = zip(*cells, strict=True)
        of = [k for k, own in zip(rows, numerals, strict=True) for _ in own]
        where = (report.doc, report.report_id, *report.locate_all(of, first, last))
        quotes = [out.page.text[a:b] for a, b in zip(*where[-2:], strict=True)]
        out.add("quantities", *where, quotes, kind, *values, [*map(int, masked)])
    return {s.sentence_id: own for s, own in zip(spoken, numerals, strict=True)}


def _indicator_rows(
    out: Analysis, report: Report, numerals: dict[str, list[Quantity]], printed: dict[str, str]
) -> None:
    """Figures of the core catalogue, whose accuracy the gold measures, apart from the others."""
    observations = observe(report, lambda s: numerals.get(s.sentence_id, ()))
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for o in observations:
        cells = (*o[:5], out.page.text[o.start : o.end], *o[6:-1], printed[o.sentence_id])
        rows[catalogue()[o.indicator].core].append(cells)
    out.add_rows("indicators", rows[True])
    out.add_rows("indicators_extended", rows[False])
    said = coverage(report, observations)
    out.add_rows("coverage", (c if c.phrase else (*c[:-2], None, None) for c in said))


def _code_rows(out: Analysis, report: Report, numerals: dict[str, list[Quantity]]) -> None:
    """Themes and devices of every sentence, their hits, shares and measures."""
    about = themes.code_report(report.sentences)
    coded = rhetoric.code_report(report.sentences, numerals)
    where = (report.doc, rid := report.report_id)
    ids, sections, _, starts, ends, *_ = zip(*report.sentences, strict=True)
    met, devices = ([*map(";".join, names)] for names in (about.themes, coded.devices))
    columns = (ids, starts, ends, met, coded.orientation, devices)
    named, *others = ([*compress(column, sections)] for column in columns)  # no title lines
    out.add("sentence_codes", named, *where, *others)
    out.add("theme_hits", *where, *themes.hit_columns(report, about))
    out.add("themes", rid, *themes.theme_columns(report, about))
    out.add("rhetoric_hits", *where, *rhetoric.hit_columns(report, coded, out.page.text))
    out.add("rhetoric", rid, *rhetoric.measure_columns(coded))


def _word_rows(out: Analysis, report: Report) -> None:
    """Words of each part, the frequent ones first."""
    texts = defaultdict(list)
    for sentence in report.sentences:
        texts[sentence.section].append(sentence.text)
    texts.pop("", None)  # title lines
    for section, pieces in texts.items():
        ranked = words.count_words("\n".join(pieces)).most_common()
        out.add_rows("words", ranked, report.report_id, section)


def sketch(texts: Iterable[str]) -> tuple[int, ...]:
    """The ``SKETCH`` smallest hashes of a report's sentences of twelve characters and more.

    Two reports' sketches share as large a part as their sets of sentences do (bottom-k sketch,
    Broder 1997), so copies with different noise around them are found without comparing texts.

    >>> sketch([])
    ()
    """
    long = "\n".join([text for text in texts if len(text) >= 12]).encode()
    return tuple(sorted({*map(zlib.crc32, long.split(b"\n"))} if long else ())[:SKETCH])
