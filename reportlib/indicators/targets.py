"""What kind of goal a target is, and what each report says or does not say of each indicator."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import NamedTuple

from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.chain import CLAUSE
from reportlib.indicators.forms import Mention, report_names
from reportlib.indicators.observe import Observation
from reportlib.indicators.scope import Home
from reportlib.indicators.vocabulary import begun
from reportlib.records import Report
from reportlib.resources import require, table

KINDS = ("point", "floor", "ceiling", "range", "around", "qualitative", "relative")
SIDES = {"review": "actual", "plan": "target"}
READINGS = ("yu2019", "aspirational")
_OF_BOUND = {"eq": "point", "min": "floor", "max": "ceiling", "range": "range", "approx": "around"}


class Target(NamedTuple):
    """``kind`` is one of KINDS; ``strength`` hard, soft, mixed (words of both) or plain (none);
    ``words`` are the words that decided."""

    kind: str
    strength: str
    words: tuple[str, ...]


class Coverage(NamedTuple):
    """What a report says of a headline indicator: a row of the table ``coverage``.

    ``state`` is stated, masked, relative, qualitative, part_missing or not_stated; ``phrase`` and
    its page offsets say where, "" and 0 where nothing is said.
    """

    report_id: str
    indicator: str
    side: str
    state: str
    phrase: str = ""
    start: int = 0
    end: int = 0


def classify_target(bound: str, quote: str, sentence: str, reading: str = "yu2019") -> Target:
    """The kind of a numeric target, and whether its wording is hard or soft.

    Args:
        bound: as in the table ``indicators``; quote: the number with its bound words; sentence:
            the sentence it stands in.
        reading: whose list of words: yu2019 (余泳泽 and others 2019, 力争 is hard) or aspirational
            (力争 is soft). The list with its sources is ``data/target_words.csv``.

    Raises:
        ReportlibError: an unknown reading or bound.

    >>> classify_target("approx", "6%左右", "地区生产总值增长6%左右")
    Target(kind='around', strength='soft', words=('左右',))
    >>> classify_target("min", "8%以上", "确保生产总值增长8%以上").words
    ('确保', '以上')
    """
    require(reading, list(READINGS), "reading")
    require(bound, list(_OF_BOUND), "bound")
    at = max(sentence.find(quote), 0)
    clause = re.split("[，；：。、]", sentence[max(0, at - 60) : at])[-1]
    after = sentence[at + len(quote) : at + len(quote) + 3]
    where = {"before": clause, "number": clause[-3:] + quote, "after": after}
    kinds, readings = ("kind", "|".join(("", *KINDS))), ("reading", "|".join(("all", *READINGS)))
    allowed = (kinds, readings, ("place", "before|number|after"), ("strength", "|hard|soft"))
    known = table("target_words", ("word", "source", "source_status"), allowed=allowed)
    listed = [r for r in known if r["reading"] in ("all", reading)]
    rows = [r for r in listed if r["word"] in where[r["place"]]]
    kind = _OF_BOUND[bound]
    if kind == "point":
        kind = next((r["kind"] for r in rows if r["kind"]), kind)
    strengths = {r["strength"] for r in rows} - {""} | ({"soft"} if kind == "range" else set())
    strength = "plain" if not strengths else strengths.pop() if len(strengths) == 1 else "mixed"
    return Target(kind, strength, tuple(dict.fromkeys(r["word"] for r in rows)))


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = table("target_phrases", ("phrase", "kind", "source"), "phrase")
    return tuple(
        (kind, re.compile(begun("|".join(r["phrase"] for r in rows if r["kind"] == kind))))
        for kind in ("relative", "qualitative")
    )


def find_phrases(text: str) -> list[tuple[int, int, str]]:
    """(first, last, relative or qualitative) of what a clause says without a number, in order.

    >>> find_phrases("财政收入稳中有升、增速高于全国")
    [(4, 8, 'qualitative'), (11, 15, 'relative')]
    """
    return sorted((*m.span(), kind) for kind, found in _phrases() for m in found.finditer(text))


def coverage(report: Report, observations: Sequence[Observation]) -> list[Coverage]:
    """For every headline indicator and side (actual, target): stated, or why not.

    actual is about the review year, target about the plan year (any year where they are unknown).
    Several reasons: stated before masked before relative before qualitative.

    >>> from reportlib.records import Mapped, Metadata
    >>> report = Report("r", "d", Mapped("", (), (), ()), Metadata())
    >>> {row.state for row in coverage(report, [])}
    {'part_missing'}
    """
    said = _stated(report, observations)
    headline = [entry.id for entry in catalogue().values() if entry.headline]
    silent = {side: {i for i in headline if (i, side) not in said} for side in SIDES.values()}
    for row in sorted(_worded(report, silent), key=lambda row: row.state != "relative"):
        said.setdefault((row.indicator, row.side), row)
    sections = {part.section for part in report.parts}
    broken = report.metadata.completeness
    for section, side in SIDES.items():
        cut = (broken, side) == ("truncated", "target") or broken == "fragment"
        state = "part_missing" if cut or section not in sections else "not_stated"
        for name in silent[side]:
            said.setdefault((name, side), Coverage(report.report_id, name, side, state))
    return [said[name, side] for name in headline for side in SIDES.values()]


def _stated(report: Report, observations: Sequence[Observation]) -> dict[tuple[str, str], Coverage]:
    """The first figure of each indicator and side; a masked one only where there is no other."""
    years = {"target": report.metadata.plan_year, "actual": report.metadata.review_year}
    found: dict[tuple[str, str], Coverage] = {}
    for o in sorted(observations, key=attrgetter("masked", "start")):
        side = "target" if o.status == "target" else "actual"
        if o.scope == "own" and years[side] in ("", o.period):
            row = (report.report_id, o.indicator, side, "masked" if o.masked else "stated")
            found.setdefault((o.indicator, side), Coverage(*row, o.quote, o.start, o.end))
    return found


def _worded(report: Report, silent: dict[str, set[str]]) -> Iterator[Coverage]:
    """Goals and outcomes in words, in the order of the text, in clauses that name one of the
    indicators that are ``silent`` on their side."""
    home, told = Home.of(report.metadata), SIDES | {"problems": "actual"}
    asked, done = set[str]().union(*silent.values()), 0
    names, firsts = report_names(report.mapped.text), [*map(itemgetter(6), report.sentences)]
    for place, _, form in names:
        if place < done or asked.isdisjoint(form.ids + form.split):
            continue
        s = report.sentences[bisect_right(firsts, place) - 1]
        side, at = told.get(s.section, ""), place - s.first
        if not 0 <= at < len(s.text) or not side or silent[side].isdisjoint(form.ids + form.split):
            continue
        cuts = [0, *[c.end() for c in CLAUSE.finditer(s.text)], len(s.text) + 1]
        at, stop = cuts[(i := bisect_right(cuts, at)) - 1], cuts[i] - 1
        start, done, about = at, s.first + stop, list[Mention]()
        low, high = (bisect_left(names, (edge,)) for edge in (s.first + start, done))
        named = [Mention(a - s.first, b - s.first, form) for a, b, form in names[low:high]]
        for first, last, state in find_phrases(s.text[start:stop]):
            about = [m for m in named if at <= m.first < start + first] or about
            at, after = start + last, start
            for m in about:
                if home.is_yardstick(s.text[start : m.first], s.text[m.last : stop]):
                    continue
                if home.scope_of(s.text, start, m, after) == "own":
                    said, span = s.text[m.first : at], report.locate(s, m.first, at)
                    for name in (*m.form.ids, *(m.form.split if "城乡" in said else ())):
                        yield Coverage(report.report_id, name, side, state, said, *span)
                after = m.last
