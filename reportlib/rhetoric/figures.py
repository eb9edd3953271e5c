"""Devices that patterns find: coinages, coined numbers, ranks, masks; frames and explanations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from reportlib.records import Sentence
from reportlib.resources import settings, table
from reportlib.rhetoric.parallel import Span
from reportlib.rhetoric.vocabulary import COLUMNS, cue, listed

REACH, FAR = 12, 60  # characters before 第N in which a word of rank, of a level must stand
SHORTEST, LONGEST, OFTEN = 5, 20, 3  # characters of a frame; sentences that must share it
LEAST, HEAD = 4, 8  # characters of an explanation; between entry number and term


class Hit(NamedTuple):
    """Characters ``first`` to ``last`` - 1 of a sentence's text, and the rule that took them."""

    sentence: Sentence
    first: int
    last: int
    measure: str
    rule: str

    @property
    def text(self) -> str:
        """The characters as they stand in the normalised sentence."""
        return self.sentence.text[self.first : self.last]


@cache
def _forms() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    """The patterns of ``data/rhetoric_patterns.toml`` that find a measure's hits, in its order."""
    rows = settings("rhetoric_patterns").items()
    return tuple((cue(name), row) for name, row in rows if "measure" in row)


def find_forms(text: str) -> Iterator[Span]:
    """Quoted coinages, abbreviations built on a number, ranks and masked names.

    Args:
        text: one normalised sentence, or many with a newline after each.

    >>> text = "落实“四个不摘”，开展四送一服，总量居全省第3位，引进世界500强，XX区"
    >>> for first, last, measure, rule, _ in find_forms(text):
    ...     print(text[first:last], measure, rule)
    “四个不摘” quotation quoted
    四个不摘 numeric_abbreviation quoted
    四送一服 numeric_abbreviation bare
    居全省第3 rank_claim rank
    第3 rank_claim rank
    XX mask other
    """
    taken: set[tuple[str, int]] = set()
    for pattern, form in _forms():
        measure, phrase = form["measure"], pattern.groups
        if not any(letter in text for letter in form.get("letters", text[:1])):
            continue
        for found in pattern.finditer(text):
            first, last = found.span(phrase if form.get("inner") else 0)
            if (measure, first) in taken or not _counts(form, found[phrase]):
                continue
            if before := form.get("before"):
                start = _clause_start(text, first, REACH)
                if not (led := cue(before).search(text, start, first)):
                    continue
                first = led.start()
            taken.add((measure, first))
            yield first, last, measure, form["rule"], form["device"]


def _counts(form: dict[str, Any], phrase: str) -> bool:
    """Whether a phrase is one of a form: the words listed by hand come before the patterns."""
    measure, only, unless = form["measure"], form.get("only"), form.get("unless")
    if phrase in listed(measure, "coined"):
        return True
    if phrase in listed(measure, "plain") or (unless and cue(unless).fullmatch(phrase)):
        return False
    return not only or cue(only).fullmatch(phrase) is not None


def _clause_start(text: str, at: int, reach: int) -> int:
    """Where the clause around ``at`` begins, but no further back than ``reach`` characters."""
    low = max(0, at - reach)
    return max(low, *(text.rfind(mark, low, at) + 1 for mark in "，；。：\n"))


def rank_level(text: str, first: int, last: int) -> str:
    """Of whom a rank is claimed: world, national, region, province, prefecture, county, unstated.

    The level word nearest before the claim in its clause decides. 全区 is read as prefecture: in an
    autonomous region that is one level too low, in a district one too high.

    >>> rank_level("增速居全省第3位", 2, 8)
    'province'
    """
    pattern, levels = _levels()
    met = pattern.findall(text, _clause_start(text, first, FAR), last)
    return levels[met[-1]] if met else "unstated"


@cache
def _levels() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the longest level word at each character, and the level of each word."""
    rows = table("rhetoric_words", COLUMNS)
    levels = {r["word"]: r["rule"] for r in rows if r["measure"] == "rank_level"}
    return re.compile(f"(?=({'|'.join(sorted(levels, key=len, reverse=True))}))"), levels


def repeated_frames(texts: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
    """Openings that three or more texts share: 一年来，我们坚持 (rule ``frame:8`` for eight).

    Numbering is not part of a frame, and a salutation is none.

    Yields:
        number of the text, first, last, rule.
    """
    starts = [_numbered(text) for text in texts]
    openings = [text[at : at + SHORTEST] for text, at in zip(texts, starts, strict=True)]
    for opening, n in Counter(openings).items():
        if n < OFTEN or len(opening) < SHORTEST or opening[:4] in listed("address", "address"):
            continue
        rows = [row for row, own in enumerate(openings) if own == opening]
        letters = zip(*(texts[row][starts[row] :][:LONGEST] for row in rows), strict=False)
        shared = next((k for k, c in enumerate(letters) if len(set(c)) > 1), SHORTEST)
        for row in rows:
            yield row, starts[row], starts[row] + max(shared, SHORTEST), f"frame:{n}"


def _numbered(text: str) -> int:
    """How many characters of numbering open a text."""
    plain = text[:1].isalpha() and text[0] not in "一二三四五六七八九十"
    found = None if plain else cue("numbering").match(text)
    return found.end() if found else 0


def explanations(terms: Sequence[tuple[int, Hit]]) -> dict[str, tuple[int, int, int]]:
    """Where the report says what a number abbreviation stands for, by abbreviation.

    Args:
        terms: the abbreviations found, those of the annex included, with their sentence's number.

    A glossary entry of the annex (12.“四送一服”：…) is preferred to an apposition in the body
    (“两城”（即…）). A term that is not explained is not in the result.

    Returns:
        number of the sentence, first and last of the explanation, by abbreviation.
    """
    said: dict[str, tuple[int, int, int]] = {}
    for row, hit in sorted(terms, key=lambda term: term[1].sentence.section != "annex"):
        text, stop = hit.sentence.text, len(hit.sentence.text)
        glossary = hit.sentence.section == "annex"
        if glossary and hit.first - _numbered(text) > HEAD:
            continue
        if not (found := cue("gloss" if glossary else "apposition").match(text, hit.last)):
            continue
        if not glossary and "（" in found[0]:
            close = text.find("）", found.end())
            stop = close if close >= 0 else stop
        if stop - found.end() >= LEAST:
            said.setdefault(hit.text, (row, found.end(), stop))
    used = {hit.text for _, hit in terms if hit.sentence.section != "annex"}
    return {term: place for term, place in said.items() if term in used}
