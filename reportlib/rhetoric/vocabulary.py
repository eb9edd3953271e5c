"""The room's data: words, lists, patterns and cards, read once and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from reportlib.records import DataError
from reportlib.resources import require, settings, table

COLUMNS = ("word", "measure", "rule", "source", "source_status")
CONDITIONS = ("", "ahead", "stance", "figure", "target")
LISTS = ("plain", "coined", "parallel", "rank_level", "orientation")  # read by rules, not matched
RELIABILITY = ("solid", "indicative", "exploratory")


class Word(NamedTuple):
    """A row of the word list: the measure and device a word speaks for, and when it counts.

    ``when`` is empty (always), ``ahead`` (the sentence does not report what was done), ``stance``,
    ``figure`` (ahead, and the sentence states a figure) or ``target`` (a plan with a figure).
    """

    text: str
    measure: str
    rule: str
    device: str
    when: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a measure is. ``above`` and ``below`` name the counts whose ratio it is, times scale."""

    id: str
    zh: str
    en: str
    claims: str
    formula: str
    unit: str
    direction: str
    source: str
    source_status: str
    pitfalls: str
    reliability: str
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    scale: float = 1.0
    mean_of: tuple[str, ...] = ()  # other cards whose mean it is, in place of above and below
    needs: str = ""  # a part of the report without which it cannot be measured


@cache
def _lexicon() -> tuple[AhoCorasick, tuple[tuple[Word, ...], ...]]:
    """The matcher, and for each of its patterns the words (rows) it stands for."""
    rows: dict[str, list[Word]] = {}
    for row in table("rhetoric_words", COLUMNS):
        if row["when"] not in CONDITIONS:
            raise DataError(f"rhetoric_words.csv: {row['word']}: unknown when {row['when']!r}")
        if row["rule"] not in LISTS and row["measure"] not in LISTS:
            cells = (row[c] for c in ("word", "measure", "rule", "device", "when"))
            rows.setdefault(row["word"], []).append(Word(*cells))
    kept = tuple(tuple(w for w in words if w.measure != "none") for words in rows.values())
    return AhoCorasick(list(rows), matchkind=MatchKind.LeftmostLongest), kept


def find_words(text: str) -> list[tuple[int, int, tuple[Word, ...]]]:
    """The listed words in a text: (first, last, rows of the list), in order.

    Matching is leftmost-longest and a character belongs to one match, which may speak for several
    measures. Compounds of measure ``none`` (重要 for 要) are matched and thrown away, so that 要 is
    met as a word and never as a character of another word.

    >>> [(words[0].text, words[0].measure) for _, _, words in find_words("重要的是要坚决打赢")][:2]
    [('要', 'modality'), ('坚决', 'commitment')]
    """
    matcher, words = _lexicon()
    found = matcher.find_matches_as_indexes(text)
    return [(first, last, words[k]) for k, first, last in found if words[k]]


@cache
def listed(measure: str, rule: str) -> frozenset[str]:
    """The words of one list, by measure and rule."""
    rows = table("rhetoric_words", COLUMNS)
    return frozenset(r["word"] for r in rows if (r["measure"], r["rule"]) == (measure, rule))


@cache
def cue(name: str) -> re.Pattern[str]:
    """One pattern of ``data/rhetoric_patterns.toml``, its alternatives joined.

    Raises:
        ReportlibError: no pattern of that name.
    """
    patterns = settings("rhetoric_patterns")
    return re.compile("|".join(patterns[require(name, list(patterns), "pattern")]["any"]))


@cache
def cards() -> dict[str, Card]:
    """The cards of ``data/rhetoric_cards.toml`` by id, in file order.

    Raises:
        DataError: a card with a missing or unknown field, or an unknown reliability tag.

    >>> cards()["commitment"].unit
    'per 1,000 characters'
    """
    found = {}
    for row in settings("rhetoric_cards")["card"]:
        lists = {k: tuple(row.get(k, "").split()) for k in ("above", "below", "mean_of")}
        try:
            one = Card(**{**row, **lists})
        except TypeError as error:
            raise DataError(f"rhetoric_cards.toml: {row.get('id')}: {error}") from None
        if one.reliability not in RELIABILITY:
            raise DataError(f"rhetoric_cards.toml: {one.id}: reliability {one.reliability!r}")
        found[one.id] = one
    return found


def card(measure: str) -> Card:
    """The card of one measure.

    Raises:
        ReportlibError: unknown measure; the message names the nearest.

    >>> card("parallel").zh, card("parallel").above
    ('排比与对仗', ('device:parallel',))
    """
    return cards()[require(measure, list(cards()), "measure")]


@cache
def columns() -> tuple[str, ...]:
    """The counts that any card needs, sorted; the first, without a name, is always 0."""
    return tuple(sorted({"", *(n for one in cards().values() for n in one.above + one.below)}))
