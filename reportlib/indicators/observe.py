"""From a report to its observations: one row for each figure of a catalogue indicator."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from reportlib.indicators.anchors import find_anchors
from reportlib.indicators.bind import bind
from reportlib.indicators.chain import measures
from reportlib.indicators.forms import names_in
from reportlib.indicators.measure import Link
from reportlib.indicators.scope import Home
from reportlib.indicators.vocabulary import pattern
from reportlib.indicators.when import Clock, Timeline
from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Report, Sentence

Finder = Callable[[Sentence], Sequence[Quantity]]


class Observation(NamedTuple):
    """One figure of one indicator: a row of the table ``indicators``.

    ``start`` and ``end`` are page offsets; ``quote`` is the normalised text there (the build puts
    the page's own characters in its place). ``value`` carries its sign and is None when masked.
    ``note`` also says how 分别 or 均 was resolved.
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
    masked: int
    note: str
    rule: str
    sentence: str


def observe(report: Report, quantities: Finder | None = None) -> list[Observation]:
    """Every figure of a catalogue indicator in a report, in the order of the text.

    Args:
        report: with sentences; review and plan year may be unknown (then periods are "").
        quantities: gives the numerals of a sentence; the default finds them anew.

    Returns:
        core and extended indicators, own and other scope.

    >>> from reportlib.clean import normalise
    >>> from reportlib.records import Metadata
    >>> mapped, _ = normalise("全县生产总值增长5%。")
    >>> where = ("s1", "review", "text", 0, 11, mapped.text, 0, 0, 0, "")
    >>> found = observe(Report("r", "d", mapped, Metadata(), sentences=(Sentence(*where),)))
    >>> [(o.indicator, o.measure, o.value, o.unit) for o in found]
    [('gdp', 'growth', 5.0, '%')]
    """
    find = quantities or (lambda sentence: find_quantities(sentence.text))
    home, text = Home.of(report.metadata), report.mapped.text
    clock = Clock(report.metadata.review_year, report.metadata.plan_year)
    found: list[Observation] = []
    chains = _chains(report.sentences)
    starts = [chain[0].first for chain in chains]
    names = names_in(text, starts)
    # What sets the years has one of the signs, or says of forecasts 下同; one by one is faster.
    signs = (*pattern("sign").pattern.strip("[]"), "下同")
    marks = (mark.start() for sign in signs for mark in re.finditer(sign, text))
    timed = {bisect_right(starts, at) - 1 for at in marks}
    paragraph = -1
    for k, (chain, start) in enumerate(zip(chains, starts, strict=True)):
        head = chain[0]
        if head.section != clock.section:
            clock.enter(head.section)
        opens, heading = head.paragraph != paragraph, head.role == "heading"
        if opens or heading:
            clock.pause()
        if len(head.text) > 8:  # 各位代表！ does not open a paragraph by itself
            paragraph = head.paragraph
        if k not in timed and k not in names:
            continue
        said, numerals = head.text, find(head)
        if len(chain) > 1:
            said = text[start : chain[-1].first + len(chain[-1].text)]
            numerals = [_shift(q, s.first - start) for s in chain for q in find(s)]
        anchors = find_anchors(said, numerals)
        clock.hear(said, anchors, opens, heading)
        named = [m for m in names[k] if m.first < len(said)] if k in names else []
        if named and any(map(measures, numerals)) and (links := bind(said, numerals, named, home)):
            line = Timeline(said, anchors, clock, links)
            found += [_row(report, chain, link, line.moment(link)) for link in links]
    return found


def _chains(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """The sentences of the body, those up to a full stop together."""
    chains: defaultdict[int, list[Sentence]] = defaultdict(list)
    for s in sentences:
        if s.role != "title" and s.section not in ("", "annex"):
            chains[s.chain].append(s)
    return [*chains.values()]


def _row(
    report: Report, chain: Sequence[Sentence], link: Link, when: tuple[str, str, str]
) -> Observation:
    """The figure with its place on the page and its sign."""
    q, sign, subject = link.quantity, link.sign, link.subject
    first = chain[0].first + q.first
    sentence = next(s for s in reversed(chain) if s.first <= first)
    place = report.mapped.locate(first, first + q.last - q.first)
    value, high, base = _signed(q.value, sign), _signed(q.value_high, sign), q.value_base
    said = (subject.id, link.measure, value, high, q.unit, _signed(base, sign), q.base_unit)
    note = "; ".join(filter(None, (link.note, link.derivation)))
    where = (report.doc, report.report_id, sentence.sentence_id, *place, q.quote)
    time = (*when[:2], subject.scope, when[2], int(q.masked))
    return Observation._make((*where, *said, link.bound, *time, note, link.rule, sentence.text))


def _signed(value: float | str | None, sign: int) -> float | None:
    return None if value is None or isinstance(value, str) else sign * value


def _shift(q: Quantity, by: int) -> Quantity:
    return Quantity(q.first + by, q.last + by, q.number + by, q.stop + by, *q[4:])
