"""From a report to its observations: one row for each figure of a catalogue indicator."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from reportlib.indicators.anchors import find_anchors
from reportlib.indicators.bind import bind
from reportlib.indicators.chain import measures
from reportlib.indicators.forms import Mention, report_names
from reportlib.indicators.measure import Link
from reportlib.indicators.scope import Home
from reportlib.indicators.when import Clock, Timeline
from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Report, Sentence
from reportlib.resources import settings

Numerals = Callable[[Sentence], Sequence[Quantity]]
# The chain, the figure in it, and its status, period and basis.
Figure = tuple[Sequence[Sentence], Link, tuple[str, str, str]]


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
    heads, opened = _chains(report.sentences)
    starts = [report.sentences[i].first for i in heads[:-1]]
    # The chains, counted from 1 on, in which something is named; and those that may set the years:
    # what does has one of the signs, or says of forecasts 下同 (one by one they are found faster).
    told: defaultdict[int, list[Mention]] = defaultdict(list)
    for mention in report_names(text):
        told[bisect_right(starts, mention.first)].append(mention)
    signs = settings("indicator_patterns")["time"]["signs"]
    timed = {bisect_right(starts, m.start()) for sign in signs for m in re.finditer(sign, text)}
    found, before = list[Figure](), 0
    for k in sorted({*timed, *told} - {0}):
        chain, start = report.sentences[heads[k - 1] : heads[k]], starts[k - 1]
        numerals = find(chain[0])
        if len(chain) > 1:
            numerals = [_shift(q, s.first - start) for s in chain for q in find(s)]
        names = told[k] if k in told and any(map(measures, numerals)) else ()
        if chain[0].section in ("", "annex") or not (names or k in timed):
            continue
        clock.enter(chain[0].section, opened[k] > opened[before])
        said = text[start : chain[-1].first + len(chain[-1].text)]
        before, anchors = k, find_anchors(said, numerals)
        clock.hear(said, anchors, opened[k] > opened[k - 1], chain[0].role == "heading")
        names = [Mention(first - start, last - start, form) for first, last, form in names]
        if names and (links := bind(said, numerals, names, home)):
            line = Timeline(said, anchors, clock, links)
            found += [(chain, link, line.moment(link)) for link in links]
    return _rows(report, found)


def _chains(sentences: Sequence[Sentence]) -> tuple[list[int], list[int]]:
    """Where chains (all up to a full stop) begin, and the last ends; and how many paragraphs and
    headings had begun before the first, by the first, by the second and so on."""
    heads, opened, number, paragraph = list[int](), [0], -1, -1
    for i, (_, _, role, _, _, text, _, here, chain, _) in enumerate(sentences):
        if chain != number:
            heads.append(i)
            opened.append(opened[-1] + (role == "heading" or here != paragraph))
            number = chain
            if len(text) > 8:  # 各位代表！ does not open a paragraph by itself.
                paragraph = here
    return [*heads, len(sentences)], opened


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
        value, high, base = [None if v is None or isinstance(v, str) else sign * v for v in values]
        where = (report.doc, report.report_id, sentence.sentence_id, *place, q.quote, subject.id)
        figure = (measure, value, high, q.unit, base, q.base_unit, bound, *when[:2])
        note = f"{note}; {derivation}" if note and derivation else note or derivation
        rest = (subject.scope, when[2], int(q.masked), note, rule, sentence.text)
        rows.append(Observation._make(where + figure + rest))
    return rows


def _shift(q: Quantity, by: int) -> Quantity:
    return Quantity(q.first + by, q.last + by, q.number + by, q.stop + by, *q[4:])
