"""Pages through all rooms: their reports, and the rows they add to each table.

Pages come in groups, because the rooms that look at the text of many reports at once have so much
less to begin anew; what is found in a page never depends on the others.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, compress
from operator import and_, attrgetter, not_
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
from reportlib.records import Metadata, Page, Quantity, Report, ReportlibError
from reportlib.structure import Body, Layout, lay_out, read_body

SKETCH = 64  # hashes kept of a report's sentences, to find the same report from another source
GROUP = 150_000  # characters of pages analysed together; more are not quicker done
SHORT = 1_000  # characters that a page counts for at least
BEFORE = 20  # noise lines above a report that may speak of it (captions, an anthology's title)
STOPS = (ReportlibError, OSError, MemoryError, ImportError)  # not the page's fault
FAULT = "an error of reportlib, please report it"


@dataclass(slots=True)
class Analysis:
    """What one page gives: its reports, and blocks of rows by table.

    Beside the tables of the schema there is ``sketch``, which finds copies.
    """

    page: Page
    layout: Layout | None = field(default=None, repr=False)
    reports: list[Report] = field(default_factory=list)
    blocks: defaultdict[str, list[Block]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )

    def add(self, table: str, *cells: Any) -> None:
        """Add one row, or as many as the cells that are columns (lists) are long."""
        self.blocks[table].append(cells)

    def add_rows(self, table: str, rows: Iterable[Sequence[Any]], *first: Any) -> None:
        """Add rows, each behind the cells that it begins with."""
        if columns := [*zip(*rows, strict=True)]:
            self.add(table, *first, *columns)

    @property
    def rows(self) -> defaultdict[str, list[tuple[Any, ...]]]:
        """The rows by table, made anew from the blocks."""
        made = {t: [*chain.from_iterable(map(rows_of, own))] for t, own in self.blocks.items()}
        return defaultdict(list, made)


Numerals = dict[str, list[Quantity]]


def grouped(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Pages in the groups in which they are analysed: ``GROUP`` characters, or one longer page."""
    group: list[Page] = []
    for page in pages:
        if group and sum(max(len(one.text), SHORT) for one in [*group, page]) > GROUP:
            yield group
            group = []
        group.append(page)
    yield group


def analyse(page: Page) -> Analysis:
    """Find, describe and measure the reports of a page.

    Returns:
        the rows in the column order of ``data/schema.csv``; a page that holds no report gives
        rows of ``pages`` and ``spans`` only.

    >>> analyse(Page("a.txt", "a.txt", "今天下雨。")).rows["spans"]
    [('a.txt', 0, 5, 'noise', '', 'outside')]
    """
    return analyse_all([page])[0]


def analyse_all(pages: Iterable[Page]) -> list[Analysis]:
    """``analyse`` of each page, sooner done for those of a group (``grouped``) together.

    >>> analyse_all([])
    []
    """
    done = [_lay_out(page) for page in pages]
    made = [(out, report) for out in done for report in out.reports]
    said = [report.sentences for _, report in made]
    # The annex is not looked at for numerals.
    found = iter(find_all(["" if s.section == "annex" else s.text for own in said for s in own]))
    numerals = [dict(zip([s.sentence_id for s in own], found, strict=False)) for own in said]
    about = themes.code_reports(said)
    coded = rhetoric.code_reports(said, chain.from_iterable(own.values() for own in numerals))
    for (out, report), own, on, put in zip(made, numerals, about, coded, strict=True):
        _quantity_rows(out, report, own)
        _indicator_rows(out, report, own)
        _code_rows(out, report, on, put)
        _word_rows(out, report)
    return done


def attempt(pages: Iterable[Page]) -> Iterator[Analysis]:
    """``analyse`` of each page, group by group.

    An error that nobody foresaw makes a failed page, whose other rows are dropped; only the page
    that is to blame fails.

    Raises:
        an error of the call, of the package's data or of the machine, which no page is to blame
        for (``STOPS``).
    """
    return chain.from_iterable(map(_attempt, grouped(pages)))


def _attempt(pages: Sequence[Page]) -> list[Analysis]:
    try:
        return analyse_all(pages)
    except STOPS:
        raise
    except Exception as error:
        if len(pages) > 1:  # one of them, and the others once more
            return [_attempt([page])[0] for page in pages]
        out = Analysis(replace(pages[0], kind="failed", reason=_fault(error)))
        _page_row(out)
        return [out]


def _fault(error: Exception) -> str:
    """What the error says and where in this library it struck, without a path of the machine."""
    home = Path(__file__).parents[1]
    calls = [(Path(call.filename), call.lineno) for call in extract_tb(error.__traceback__)]
    *_, (path, line) = ((p, n) for p, n in calls if p.is_relative_to(home))
    pieces = f"{type(error).__name__}: {error}"[:200].split()
    said = " ".join("…" if {"/", "\\"} & {*one} or "0x" in one else one for one in pieces)
    return f"{FAULT}: {said} ({path.relative_to(home.parent).as_posix()}:{line})"


def _lay_out(page: Page) -> Analysis:
    """What a page is, and the reports on it; the rows that say so."""
    out = Analysis(page)
    if page.kind == "page":
        out.layout = layout = lay_out(page.text)
        out.page = replace(page, kind="report" if layout.drafts else "other", reason=layout.reason)
        bodies = [_report(out, layout, k) for k in range(len(layout.drafts))]
        ids = [*(report.report_id for report in out.reports), ""]  # the last, at -1, is nobody's
        spans = ((*span[:3], ids[span.report], span.rule) for span in layout.spans())
        out.add_rows("spans", spans, page.doc)
        for report, body in zip(out.reports, bodies, strict=True):
            _report_rows(out, report, body)
    _page_row(out)
    return out


def _report(out: Analysis, layout: Layout, index: int) -> Body:
    page, drafts = out.page, layout.drafts
    titled = next((k for k, draft in enumerate(drafts) if draft.has_opening), 0)
    report_id = page.doc if len(drafts) == 1 else f"{page.doc}:{index + 1}"
    body = read_body(layout, index, report_id)
    title, others = page.title if index == titled else "", _others(layout, index)
    clues = Clues(body.heads, body.sections, others, title, doc=page.doc, given=page.given)
    metadata = replace(describe(clues), completeness=body.completeness)
    found = (tuple(body.parts), tuple(body.headings), tuple(body.sentences))
    out.reports.append(Report(report_id, page.doc, body.mapped, metadata, *found))
    return body


def _others(layout: Layout, index: int) -> list[str]:
    """Noise lines above a report and inside it, not those below it, nor the page's own head."""
    draft = layout.drafts[index]
    first = layout.drafts[index - 1].last if index else 0
    lines = layout.lines[max(first, draft.base - BEFORE) : draft.last]
    return [x.key for x in lines if x.label == "noise" and (index or x.rule != "front_matter")]


def _page_row(out: Analysis) -> None:
    p = out.page
    conflicts = (c for r in out.reports for c in r.metadata.conflicts.split(";"))
    file_says = ";".join(dict.fromkeys(c for c in conflicts if c.startswith("file")))
    cells = (p.doc, p.path, p.kind, p.reason, p.sha256, p.encoding, p.damage, p.title)
    out.add("pages", *cells, p.published, p.source_url, "", file_says)


def _report_rows(out: Analysis, report: Report, body: Body) -> None:
    doc, rid = report.doc, report.report_id
    ids, sections, roles, starts, ends, texts, *_ = report.columns
    spoken = [section not in ("", "annex") for section in sections]
    full = [*compress(texts, map(and_, spoken, [role == "text" for role in roles]))]
    sizes = (sum(map(len, compress(texts, spoken))), len(full))
    out.add("reports", rid, doc, *attrgetter(*Metadata.__match_args__)(report.metadata), *sizes)
    printed = map(out.page.text.__getitem__, map(slice, starts, ends))
    out.add("sentences", ids, doc, rid, sections, starts, ends, [*printed])
    out.add_rows("sections", report.parts, doc, rid)
    out.add_rows("headings", report.headings, doc, rid)
    out.add_rows("edits", body.edits, doc)
    out.add("sketch", doc, " ".join(map(str, sketch(full))))


def _quantity_rows(out: Analysis, report: Report, numerals: Numerals) -> None:
    if cells := [*chain.from_iterable(numerals.values())]:
        first, last, _, _, _, kind, *values, masked = zip(*cells, strict=True)
        of = [k for k, own in enumerate(numerals.values()) for _ in own]
        where = (report.doc, report.report_id, *report.locate_all(of, first, last))
        quotes = [out.page.text[a:b] for a, b in zip(*where[-2:], strict=True)]
        out.add("quantities", *where, quotes, kind, *values, [*map(int, masked)])


def _indicator_rows(out: Analysis, report: Report, numerals: Numerals) -> None:
    """Figures of the core catalogue, whose accuracy the gold measures, apart from the others."""
    text, columns = out.page.text, report.columns
    places = dict(zip(columns[0], map(slice, *columns[3:5]), strict=True))
    met = observe(report, lambda s: numerals[s.sentence_id])
    rows = [(*o[:5], text[o.start : o.end], *o[6:-1], text[places[o.sentence_id]]) for o in met]
    core = [catalogue()[o.indicator].core for o in met]
    out.add_rows("indicators", compress(rows, core))
    out.add_rows("indicators_extended", compress(rows, map(not_, core)))
    said = (c if c.phrase else (*c[:-2], None, None) for c in coverage(report, met))
    out.add_rows("coverage", said)


def _code_rows(out: Analysis, report: Report, about: themes.Coded, put: rhetoric.Coded) -> None:
    """Themes and devices of every sentence, their hits, shares and measures."""
    where = (report.doc, rid := report.report_id)
    ids, sections, _, starts, ends, *_ = report.columns
    met, devices = ([*map(";".join, names)] for names in (about.themes, put.devices))
    columns = (ids, starts, ends, met, put.orientation, devices)
    named, *others = ([*compress(column, sections)] for column in columns)  # no title lines
    out.add("sentence_codes", named, *where, *others)
    out.add("theme_hits", *where, *themes.hit_columns(report, about))
    out.add("themes", rid, *themes.theme_columns(report, about))
    out.add("rhetoric_hits", *where, *rhetoric.hit_columns(report, put, out.page.text))
    out.add("rhetoric", rid, *rhetoric.measure_columns(put))


def _word_rows(out: Analysis, report: Report) -> None:
    """Words of each part, the frequent ones first."""
    _, sections, _, _, _, texts, *_ = report.columns
    for section in dict.fromkeys(filter(None, sections)):  # no title lines
        text = "\n".join(compress(texts, map(section.__eq__, sections)))
        met = defaultdict(list)
        for word, n in words.count_words(text).items():
            met[n].append(word)
        ranked = sorted(met.items(), reverse=True)
        columns = ([w for _, own in ranked for w in own], [n for n, own in ranked for _ in own])
        out.add("words", report.report_id, section, *columns)


def sketch(texts: Iterable[str]) -> tuple[int, ...]:
    """The ``SKETCH`` smallest hashes of a report's sentences of twelve characters and more.

    Two reports' sketches share as large a part as their sets of sentences do (bottom-k sketch,
    Broder 1997), so copies with different noise around them are found without comparing texts.

    >>> sketch([])
    ()
    """
    long = "\n".join([text for text in texts if len(text) >= 12]).encode()
    return tuple(sorted({*map(zlib.crc32, long.split(b"\n"))} if long else ())[:SKETCH])
