"""From a report to its observations: one row for each figure of a catalogue indicator."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from reportlib.indicators.anchors import find_anchors
from reportlib.indicators.bind import bind
from reportlib.indicators.forms import passage, report_names
from reportlib.indicators.measure import Link
from reportlib.indicators.scope import Home
from reportlib.indicators.vocabulary import pattern
from reportlib.indicators.when import Clock, Timeline
from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Report, Sentence

Numerals = Callable[[Sentence], Sequence[Quantity]]
Figure = tuple[list[Sentence], Link, tuple[str, str, str]]  # with its chain, status, period, basis


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


def observe(report: Report, quantities: Numerals | None = None) -> list[Observation]:
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
    chains, opened = _chains(report.sentences)
    starts, names = [chain[0].first for chain in chains], report_names(text)
    # The chains, counted from 1 on, in which something is named; and those that may set the years:
    # what does has one of the signs, or says of forecasts 下同 (one by one they are found faster).
    told = {bisect_right(starts, mention.first) for mention in names}
    signs = (*pattern("sign").pattern.strip("[]"), "下同")
    timed = {bisect_right(starts, m.start()) for sign in signs for m in re.finditer(sign, text)}
    found: list[Figure] = []
    for before, k in pairwise(sorted({0, *timed, *told})):
        chain, head, start = chains[k - 1], chains[k - 1][0], starts[k - 1]
        if head.section != clock.section:
            clock.enter(head.section)
        if opened[k] > opened[before]:
            clock.pause()
        said, numerals = head.text, find(head)
        if len(chain) > 1:
            said = text[start : chain[-1].first + len(chain[-1].text)]
            numerals = [_shift(q, s.first - start) for s in chain for q in find(s)]
        anchors = find_anchors(said, numerals)
        clock.hear(said, anchors, opened[k] > opened[k - 1], head.role == "heading")
        named = passage(names, start, start + len(said), start) if k in told else []
        if links := bind(said, numerals, named, home):
            line = Timeline(said, anchors, clock, links)
            found += [(chain, link, line.moment(link)) for link in links]
    return _rows(report, found)


def _chains(sentences: Sequence[Sentence]) -> tuple[list[list[Sentence]], list[int]]:
    """The sentences of the body, those up to a full stop together; and how many paragraphs and
    headings had begun before the first, by the first, by the second and so on."""
    body = [s for s in sentences if s.section not in ("", "annex")]
    chains = [[*chain] for _, chain in groupby(body, attrgetter("chain"))]
    heads = [chain[0] for chain in chains]
    here, long = (np.array([s.paragraph for s in heads]), [len(s.text) > 8 for s in heads])
    opens = np.array([s.role == "heading" for s in heads], dtype=bool)
    # 各位代表！ does not open a paragraph by itself.
    known = np.maximum.accumulate(np.where(long, here, -1))
    opens |= here != np.append(-1, known)[:-1]
    return chains, [0, *opens.cumsum().tolist()]


def _rows(report: Report, found: Sequence[Figure]) -> list[Observation]:
    """The figures with their places on the page and their signs."""
    firsts = [chain[0].first + link.quantity.first for chain, link, _ in found]
    lasts = [chain[0].first + link.quantity.last for chain, link, _ in found]
    places = zip(*report.mapped.locate_all(firsts, lasts), strict=True)
    rows = []
    for (chain, link, when), first, place in zip(found, firsts, places, strict=True):
        subject, q, measure, sign, bound, _, rule, derivation, note = link
        sentence = chain[bisect_right(chain, first, key=attrgetter("first")) - 1]
        values = (q.value, q.value_high, q.value_base)
        value, high, base = (None if v is None or isinstance(v, str) else sign * v for v in values)
        where = (report.doc, report.report_id, sentence.sentence_id, *place, q.quote, subject.id)
        figure = (measure, value, high, q.unit, base, q.base_unit, bound, *when[:2])
        note = f"{note}; {derivation}" if note and derivation else note or derivation
        rest = (subject.scope, when[2], int(q.masked), note, rule, sentence.text)
        rows.append(Observation._make(where + figure + rest))
    return rows


def _shift(q: Quantity, by: int) -> Quantity:
    return Quantity(q.first + by, q.last + by, q.number + by, q.stop + by, *q[4:])
