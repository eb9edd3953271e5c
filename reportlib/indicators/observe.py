"""From a report to its observations: one row for each figure of a catalogue indicator."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reportlib.indicators.bind import bind
from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.scope import Home
from reportlib.indicators.when import Clock, Timeline, find_anchors
from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Report, Sentence

Finder = Callable[[Sentence], Sequence[Quantity]]


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure of one indicator: a row of the table ``indicators``.

    ``start`` and ``end`` are page offsets; ``quote`` is the normalised text there (the build puts
    the page's own characters in its place). ``value`` carries its sign and is None when masked.
    ``derivation`` says how 分别 or 均 was resolved, "" where neither was.
    """

    doc: str
    report_id: str
    sentence_id: str
    start: int
    end: int
    quote: str
    indicator: str
    measure: str
    value: float | None
    value_high: float | None
    unit: str
    value_base: float | None
    base_unit: str
    bound: str
    status: str
    period: str
    scope: str
    basis: str
    masked: bool
    note: str
    rule: str
    sentence: str
    derivation: str = ""


def observe(report: Report, quantities: Finder | None = None) -> list[Observation]:
    """Every figure of a catalogue indicator in a report, in the order of the text.

    Args:
        report: with sentences; review and plan year may be unknown (then periods are "").
        quantities: gives the numerals of a sentence; the default finds them anew.

    Returns:
        core and extended indicators, own and other scope.
    """
    find = quantities or (lambda sentence: find_quantities(sentence.text))
    home = Home.of(report.metadata)
    clock = Clock(report.metadata.review_year, report.metadata.plan_year)
    found: list[Observation] = []
    body = (s for s in report.sentences if s.role != "title" and s.section not in ("", "annex"))
    paragraph = -1
    for _, group in groupby(body, key=lambda s: s.chain):
        sentences = list(group)
        found += _observe_chain(
            report, sentences, find, home, clock, sentences[0].paragraph != paragraph
        )
        if len(sentences[0].text) > 8:  # 各位代表！ does not open a paragraph by itself
            paragraph = sentences[0].paragraph
    return found


def _observe_chain(
    report: Report, sentences: list[Sentence], find: Finder, home: Home, clock: Clock, opens: bool
) -> Iterator[Observation]:
    starts: list[int] = []
    numerals: list[Quantity] = []
    size = 0
    for sentence in sentences:
        starts.append(size)
        numerals += [_shift(q, size) for q in find(sentence)] if size else find(sentence)
        size += len(sentence.text)
    text = "".join(s.text for s in sentences)
    clock.enter(sentences[0].section)
    anchors = find_anchors(text, numerals)
    clock.hear(text, anchors, opens, sentences[0].role == "heading")
    links = sorted(bind(text, numerals, home), key=lambda link: link.quantity.first)
    if not links:
        return
    names = [k.subject.mention.first if k.subject.mention else k.quantity.first for k in links]
    line = Timeline(text, anchors, clock, names)
    for link, since in zip(links, names, strict=True):
        q = link.quantity
        where = bisect_right(starts, q.first) - 1
        sentence, offset = sentences[where], starts[where]
        start, end = report.locate(sentence, q.first - offset, q.last - offset)
        entry = catalogue()[link.subject.id]
        when = line.moment(q, link.measure, link.role, since, entry)
        place = (report.doc, report.report_id, sentence.sentence_id, start, end, q.quote)
        values = (_signed(q.value, link.sign), _signed(q.value_high, link.sign), q.unit)
        base = (_signed(q.value_base, link.sign), q.base_unit, link.bound)
        time = (when.status, when.period, link.subject.scope, when.basis)
        said = (link.note, link.rule, sentence.text, link.derivation)
        yield Observation(*place, entry.id, link.measure, *values, *base, *time, q.masked, *said)


def _signed(value: float | str | None, sign: int) -> float | None:
    return sign * value if isinstance(value, float | int) else None


def _shift(q: Quantity, by: int) -> Quantity:
    return Quantity(  # replace() is slow
        q.first + by,
        q.last + by,
        q.number + by,
        q.stop + by,
        q.quote,
        q.kind,
        q.value,
        q.value_high,
        q.unit,
        q.value_base,
        q.base_unit,
        q.bound,
        q.masked,
    )
