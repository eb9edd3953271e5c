"""Devices that patterns find: coinages, coined numbers, ranks, masks; frames and explanations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Sentence
from reportlib.resources import settings, table
from reportlib.rhetoric.parallel import BEYOND, Span, cut
from reportlib.rhetoric.vocabulary import COLUMNS, cue, listed
from reportlib.themes.lexicon import Texts

Place = tuple[int, int, int]  # number of the sentence, first and last in it
REACH, FAR = 12, 60  # characters before 第N in which a word of rank, of a level must stand
SHORTEST, LONGEST, OFTEN = 5, 20, 3  # characters of a frame; sentences that must share it
LEAST, HEAD = 4, 8  # characters of an explanation; between entry number and term
NUMERALS = "一二三四五六七八九十"  # letters that may number a text


@cache
def _begins() -> tuple[list[str], NDArray[np.uint32]]:
    """The patterns that are looked for everywhere; which a letter concerns, by its code, as bits.

    In three lines: those whose hits begin with it, do so whatever follows, have it in second place.
    """
    rows = {k: row["begins"] for k, row in settings("rhetoric_patterns").items() if "begins" in row}
    bits = np.zeros((3, BEYOND), dtype=np.uint32)
    for k, begins in enumerate(rows.values()):
        for head, *second in begins.split(" "):
            bits[: 1 if second else 2, ord(head)] |= 1 << k
            bits[2, [ord(letter) for letter in second]] |= 1 << k
    return [*rows], bits


@lru_cache(maxsize=1)
def find_cues(text: str) -> dict[str, list[tuple[int, int]]]:
    """First and last of what patterns with ``begins`` find in a text, by pattern.

    >>> {name: found for name, found in find_cues("要看到，今年是关键之年。").items() if found}
    {'modal': [(0, 1)], 'period': [(10, 11)], 'copula': [(6, 7)]}
    """
    codes, (names, (head, alone, second)) = cut(text)[0], _begins()
    at = (head > 0).take(codes, mode="clip").nonzero()[0]
    first, after = codes.take(at), codes.take(at + 1)
    bits = head.take(first) & (alone.take(first) | second.take(after, mode="clip"))
    found: dict[str, list[tuple[int, int]]] = {}
    for k, name in enumerate(names):
        match, done, found[name] = cue(name).match, 0, []
        for place in at[(bits & (1 << k)) != 0].tolist():
            if place >= done and (met := match(text, place)):
                done = met.end()
                found[name].append((place, done))
    return found


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
    for name, form in settings("rhetoric_patterns").items():
        if not (measure := form.get("measure")):
            continue
        places = find_cues(text)[form.get("inside", name)]
        phrases, inside = [text[a:b].strip("“”") for a, b in places], "inside" in form
        for first, last in compress(places, _counted(form, phrases)):
            if (measure, first := first + inside) in taken:
                continue
            if before := form.get("before"):
                start = _clause_start(text, first, REACH)
                if not (led := cue(before).search(text, start, first)):
                    continue
                first = led.start()
            taken.add((measure, first))
            yield first, last - inside, measure, form["rule"], form["device"]


def _counted(form: dict[str, Any], phrases: list[str]) -> list[object]:
    """Which phrases are of a form: the words listed by hand come before the patterns."""
    coined, plain = (listed(form["measure"], rule) for rule in ("coined", "plain"))
    only, unless = (cue(form[key]).fullmatch if key in form else None for key in ("only", "unless"))
    plain = plain.union(filter(unless, phrases)) if unless else plain
    return [p in coined or (p not in plain and (not only or only(p))) for p in phrases]


def _clause_start(text: str, at: int, reach: int) -> int:
    """Where the clause around ``at`` begins, but no further back than ``reach`` characters."""
    low = max(0, at - reach)
    return low + 1 + max(map(text[low:at].rfind, "，；。：\n"))


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


def repeated_frames(texts: Texts, rows: list[int]) -> Iterator[tuple[int, int, int, str]]:
    """Openings that three or more texts share: 一年来，我们坚持 (rule ``frame:8`` for eight).

    Numbering is not part of a frame, and a salutation is none.

    Args:
        rows: numbers of the texts of one report that are looked at.

    Yields:
        number of the text, first, last, rule.
    """
    joined, address = texts.joined, listed("address", "address")
    starts = texts.starts[rows].tolist()
    for k, at in enumerate(starts):
        if not joined[at].isalpha() or joined[at] in NUMERALS:
            starts[k] += _numbered(joined[at : joined.index("\n", at)])
    openings = [joined[at : at + SHORTEST] for at in starts]
    for opening, n in Counter(openings).items():
        if n < OFTEN or "\n" in opening or opening[:4] in address:
            continue
        places = [(rows[k], starts[k]) for k, own in enumerate(openings) if own == opening]
        letters = zip(*(joined[at : at + LONGEST].split("\n")[0] for _, at in places), strict=False)
        common = next((k for k, c in enumerate(letters) if len(set(c)) > 1), SHORTEST)
        for row, at in places:
            first = at - int(texts.starts[row])
            yield row, first, first + max(common, SHORTEST), f"frame:{n}"


def _numbered(text: str) -> int:
    """How many characters of numbering open a text."""
    found = cue("numbering").match(text)
    return found.end() if found else 0


def explanations(sentences: Sequence[Sentence], terms: list[Place]) -> dict[str, Place]:
    """Where the report says what a number abbreviation stands for, by abbreviation.

    Args:
        terms: the abbreviations found, those of the annex included: number of the sentence, first
            and last in it.

    A glossary entry of the annex (12.“四送一服”：…) is preferred to an apposition in the body
    (“两城”（即…）). A term that is not explained is not in the result.

    Returns:
        number of the sentence, first and last of the explanation, by abbreviation.
    """
    said: dict[str, Place] = {}
    for row, first, last in sorted(terms, key=lambda term: sentences[term[0]].section != "annex"):
        text, glossary = sentences[row].text, sentences[row].section == "annex"
        found = cue("gloss" if glossary else "apposition").match(text, last)
        if not found or (glossary and first - _numbered(text) > HEAD):
            continue
        stop = len(text)
        if not glossary and "（" in found[0]:
            close = text.find("）", found.end())
            stop = close if close >= 0 else stop
        if stop - found.end() >= LEAST:
            said.setdefault(text[first:last], (row, found.end(), stop))
    body = ((sentences[row], first, last) for row, first, last in terms)
    used = {one.text[first:last] for one, first, last in body if one.section != "annex"}
    return {term: place for term, place in said.items() if term in used}
