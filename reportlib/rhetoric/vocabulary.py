"""The room's data: words, lists, patterns and cards, read once and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

import numpy as np

from reportlib.finder import Finder, Ints
from reportlib.records import DataError
from reportlib.resources import require, settings, table

COLUMNS = ("word", "measure", "rule", "source", "source_status")
DEVICES = (
    *("slogan_number", "parallel", "war", "journey", "building", "body", "rank_claim"),
    *("commitment", "hedge", "problem", "thanks", "leader_formula", "quotation"),
)
CONDITIONS = ("", "ahead", "stance", "figure", "target")
LISTS = ("plain", "coined", "parallel", "rank_level", "orientation")  # read by rules, not matched
RELIABILITY = ("solid", "indicative", "exploratory")


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
def words() -> tuple[Finder, Ints, dict[tuple[str, str], int], Ints]:
    """The words that are matched, with a row for each measure that a word speaks for.

    A word counts always or only where the sentence does not report what was done (``ahead``), is
    ``stance``, states a ``figure`` and is ahead, or is a plan with a figure (``target``).

    Matching is leftmost-longest and a character belongs to one match, which may speak for several
    measures. Compounds of measure ``none`` (重要 for 要) are matched and thrown away, so that 要 is
    met as a word and never as a character of another word.

    Returns:
        their finder; rows by its words, filled up with -1; numbers of measures and rules; and, in
        lines, by row: number of measure and rule, use (0: each is a hit; 1: unless a form finds a
        longer one; 2: none is, as a connective is too common and a problem a sentence), device
        (its number in DEVICES, -1 for none), condition (in CONDITIONS).
    """
    forms = {row.get("measure") for row in settings("rhetoric_patterns").values()}
    use = dict.fromkeys(forms, 1) | {"connective": 2, "problem": 2}
    allowed = (("when", "|".join(CONDITIONS)), ("device", "|".join(("", *DEVICES))))
    known = table("rhetoric_words", COLUMNS, allowed=allowed)
    rows = [row for row in known if {row["rule"], row["measure"]}.isdisjoint(LISTS)]
    meant: dict[str, list[int]] = {row["word"]: [] for row in rows}
    names: dict[tuple[str, str], int] = {}
    numbers, devices = [], {device: k for k, device in enumerate(DEVICES)}
    for k, row in enumerate(rows):
        measure, name = row["measure"], (row["measure"], row["rule"])
        meant[row["word"]].append(k if measure != "none" else -1)  # 重要 only hides 要
        places = devices.get(row["device"], -1), CONDITIONS.index(row["when"])
        numbers.append((names.setdefault(name, len(names)), use.get(measure, 0), *places))
    filled = np.array([*zip_longest(*meant.values(), fillvalue=-1)]).T
    return Finder([*meant]), filled, names, np.array(numbers).T


@cache
def listed(measure: str, rule: str) -> frozenset[str]:
    """The words of one list, by measure and rule."""
    rows = table("rhetoric_words", COLUMNS)
    return frozenset(r["word"] for r in rows if r["measure"] == measure and r["rule"] == rule)


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


@cache
def counted(measure: str, rule: str) -> list[int]:
    """The columns to which a hit adds: of its measure, of its measure and kind of rule; else 0."""
    names = (measure, f"{measure}:{rule.partition(':')[0]}")
    return [columns().index(name) if name in columns() else 0 for name in names]
