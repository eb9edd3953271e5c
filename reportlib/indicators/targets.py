"""What kind of goal a target is, and what each report says or does not say of each indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.forms import find_mentions
from reportlib.indicators.observe import Observation
from reportlib.indicators.scope import Home
from reportlib.records import DataError, Report
from reportlib.resources import require, table

KINDS = ("point", "floor", "ceiling", "range", "around", "qualitative", "relative")
READINGS = ("yu2019", "aspirational")
_OF_BOUND = {"eq": "point", "min": "floor", "max": "ceiling", "range": "range", "approx": "around"}
_CLAUSE = re.compile("[^，；：。！？]+")


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


@cache
def _target_words() -> tuple[dict[str, str], ...]:
    rows = table("target_words", ("word", "place", "reading", "source", "source_status"))
    allowed = {
        "place": ("before", "number", "after"),
        "kind": ("", *KINDS),
        "strength": ("", "hard", "soft"),
        "reading": ("all", *READINGS),
    }
    for row in rows:
        for column, values in allowed.items():
            if row[column] not in values:
                raise DataError(f"target_words.csv: {row['word']}: {column} is {row[column]!r}")
    return rows


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
    rows = [
        r
        for r in _target_words()
        if r["word"] in where[r["place"]] and r["reading"] in ("all", reading)
    ]
    kind = _OF_BOUND[bound]
    if kind == "point":
        kind = next((r["kind"] for r in rows if r["kind"]), kind)
    strengths = {r["strength"] for r in rows if r["strength"]} | (
        {"soft"} if kind == "range" else set()
    )
    strength = "plain" if not strengths else strengths.pop() if len(strengths) == 1 else "mixed"
    return Target(kind, strength, tuple(dict.fromkeys(r["word"] for r in rows)))


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = table("target_phrases", ("phrase", "kind", "source"), "phrase")
    return tuple(
        (kind, re.compile("|".join(f"(?:{r['phrase']})" for r in rows if r["kind"] == kind)))
        for kind in ("relative", "qualitative")
    )


def classify_phrase(text: str) -> tuple[str, int, int] | None:
    """(relative or qualitative, first, last) of the goal without a number in a clause.

    >>> classify_phrase("一般公共预算收入稳中有升")
    ('qualitative', 8, 12)
    """
    for kind, pattern in _phrases():
        if match := pattern.search(text):
            return kind, match.start(), match.end()
    return None


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
    for row in sorted(_worded(report), key=lambda row: row.state != "relative"):
        said.setdefault((row.indicator, row.side), row)
    sections = {part.section for part in report.parts}
    broken = report.metadata.completeness
    out = []
    for entry in catalogue().values():
        for side, section in (("actual", "review"), ("target", "plan")) if entry.headline else ():
            cut = (broken, side) == ("truncated", "target") or broken == "fragment"
            state = "part_missing" if cut or section not in sections else "not_stated"
            silent = Coverage(report.report_id, entry.id, side, state)
            out.append(said.get((entry.id, side), silent))
    return out


def _stated(report: Report, observations: Sequence[Observation]) -> dict[tuple[str, str], Coverage]:
    """The first figure of each indicator and side; a masked one only where there is no other."""
    years = {"target": report.metadata.plan_year, "actual": report.metadata.review_year}
    found: dict[tuple[str, str], Coverage] = {}
    for o in sorted(observations, key=lambda o: (o.masked, o.start)):
        side = "target" if o.status == "target" else "actual"
        if o.scope == "own" and years[side] in ("", o.period):
            row = (report.report_id, o.indicator, side, "masked" if o.masked else "stated")
            found.setdefault((o.indicator, side), Coverage(*row, o.quote, o.start, o.end))
    return found


def _worded(report: Report) -> Iterator[Coverage]:
    """Goals and outcomes in words, in the order of the text."""
    home = Home.of(report.metadata)
    for sentence in report.sentences:
        if sentence.section not in ("review", "plan") or sentence.role == "title":
            continue
        side = "target" if sentence.section == "plan" else "actual"
        mentions = find_mentions(sentence.text)
        for clause in _CLAUSE.finditer(sentence.text) if mentions else ():
            named = [m for m in mentions if clause.start() <= m.first < clause.end()]
            found = classify_phrase(clause[0]) if named else None
            if found is None:
                continue
            state, last = found[0], clause.start() + found[2]
            after = clause.start()
            for m in named:
                head = sentence.text[clause.start() : m.first]
                rest = sentence.text[m.last : clause.end()]
                if m.first >= clause.start() + found[1] or home.is_yardstick(head, rest):
                    continue
                if home.scope_of(sentence.text, clause.start(), m, after) == "own":
                    span = report.locate(sentence, m.first, last)
                    text = sentence.text[m.first : last]
                    both = m.form.split if "城乡" in text else ()
                    for name in (*m.form.ids, *both):
                        yield Coverage(report.report_id, name, side, state, text, *span)
                after = m.last
