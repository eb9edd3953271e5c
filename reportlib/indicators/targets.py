"""What kind of goal a target is, and what each report says or does not say of each indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.forms import find_mentions
from reportlib.indicators.observe import Observation
from reportlib.indicators.scope import Home
from reportlib.records import DataError, Report
from reportlib.resources import require, table

KINDS = ("point", "floor", "ceiling", "range", "around", "qualitative", "relative")
READINGS = ("yu2019", "aspirational")
_OF_BOUND = {"eq": "point", "min": "floor", "max": "ceiling", "range": "range", "approx": "around"}
_BREAK = re.compile("[，；：。！？]")


@dataclass(frozen=True, slots=True)
class Target:
    """``kind`` is one of KINDS; ``strength`` hard, soft, mixed (words of both) or plain (none);
    ``words`` are the words that decided."""

    kind: str
    strength: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
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
    """
    said: dict[tuple[str, str], Coverage] = {}
    for row in _worded(report):
        known_row = said.setdefault((row.indicator, row.side), row)
        if (known_row.state, row.state) == ("qualitative", "relative"):
            said[row.indicator, row.side] = row
    sections = {part.section for part in report.parts}
    broken = report.metadata.completeness
    out = []
    for entry in catalogue().values():
        for side, section in (("actual", "review"), ("target", "plan")) if entry.headline else ():
            known = [
                o for o in observations if o.indicator == entry.id and _speaks(o, report, side)
            ]
            known.sort(key=lambda o: (o.masked, o.start))
            gone = (
                section not in sections
                or broken == "fragment"
                or (broken, side) == ("truncated", "target")
            )
            if known:
                o = known[0]
                state = "masked" if o.masked else "stated"
                out.append(
                    Coverage(report.report_id, entry.id, side, state, o.quote, o.start, o.end)
                )
            elif (entry.id, side) in said:
                out.append(said[entry.id, side])
            else:
                out.append(
                    Coverage(
                        report.report_id, entry.id, side, "part_missing" if gone else "not_stated"
                    )
                )
    return out


def _speaks(o: Observation, report: Report, side: str) -> bool:
    year = report.metadata.plan_year if side == "target" else report.metadata.review_year
    if o.scope != "own" or (o.status == "target") != (side == "target"):
        return False
    return not year or o.period == year


def _worded(report: Report) -> Iterator[Coverage]:
    """Goals and outcomes in words, in the order of the text."""
    home = Home.of(report.metadata)
    for sentence in report.sentences:
        if sentence.section not in ("review", "plan") or sentence.role == "title":
            continue
        side = "target" if sentence.section == "plan" else "actual"
        at = 0
        for clause in _BREAK.split(sentence.text):
            if found := classify_phrase(clause):
                state, first, last = found
                after = 0
                for mention in find_mentions(clause[:first]):
                    rest = clause[mention.last :]
                    if home.is_yardstick(clause[: mention.first], rest):
                        continue
                    if home.scope_of(clause, 0, mention, after) == "own":
                        span = report.locate(sentence, at + mention.first, at + last)
                        text = clause[mention.first : last]
                        both = mention.form.split if "城乡" in text else ()
                        for name in (*mention.form.ids, *both):
                            yield Coverage(report.report_id, name, side, state, text, *span)
                    after = mention.last
            at += len(clause) + 1
