"""Devices of form: quoted coinages, coined numbers, ranks, masked names, frames, explanations.

A finder takes a normalised text, one sentence or many with a newline after each, and yields
(first, last, rule), in time linear in the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from reportlib.records import Sentence
from reportlib.resources import table
from reportlib.rhetoric.parallel import Span, four_characters, parallels
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


def quotations(text: str) -> Iterator[Span]:
    """Quoted coinages: at most 24 characters in quotation marks, plan names and dates left out.

    >>> list(quotations("建设“净美鞍山”，“十四五”开局"))
    [(2, 8, 'quoted')]
    """
    for found in cue("quoted").finditer(text):
        name = found[1]
        if name not in listed("none", "quoted") and not cue("plan_name").fullmatch(name):
            yield found.start(), found.end(), "quoted"


def slogans(text: str) -> Iterator[Span]:
    """Abbreviations built on a number, quoted (surer) or bare.

    >>> list(slogans("落实“四个不摘”，开展四送一服"))
    [(3, 7, 'quoted'), (11, 15, 'bare')]
    """
    quoted = [found.span(1) for found in cue("quoted").finditer(text) if is_coined(found[1])]
    for first, last in quoted:
        yield first, last, "quoted"
    taken = {first for first, _ in quoted}
    for found in cue("bare").finditer(text):
        if found.start() not in taken and found[0] not in listed("slogan", "plain"):
            yield found.start(), found.end(), "bare"


def is_coined(phrase: str) -> bool:
    """Whether a quoted phrase is an abbreviation built on a number.

    >>> [is_coined(p) for p in ("1+3+N+10", "四送一服", "十四五", "一网通办", "135")]
    [True, True, False, False, True]
    """
    if phrase in listed("slogan", "coined"):
        return True
    plain = phrase in listed("slogan", "plain") or cue("plan_name").fullmatch(phrase)
    return not plain and cue("coined").fullmatch(phrase) is not None


def ranks(text: str) -> Iterator[Span]:
    """Ranks stated in numbers: 居全省第3位, 20强县, 前10名.

    >>> list(ranks("总量居全省第3位，第一产业增长5%，引进世界500强"))
    [(2, 7, 'rank')]
    """
    for found in cue("rank").finditer(text):
        first, last = found.span()
        if text[first] == "第":
            before = cue("rank_before").search(text, _clause_start(text, first, REACH), first)
            if not before and text[last : last + 1] not in ("位", "名"):
                continue
            first = before.start() if before else first
        yield first, last, "rank"


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
    start = _clause_start(text, first, FAR)
    words = ((text.rfind(word, start, last), len(word), level) for word, level in _levels())
    at, _, level = max(words)
    return level if at >= 0 else "unstated"


@cache
def _levels() -> tuple[tuple[str, str], ...]:
    rows = table("rhetoric_words", COLUMNS)
    return tuple((r["word"], r["rule"]) for r in rows if r["measure"] == "rank_level")


def masks(text: str) -> Iterator[Span]:
    """Masked names: rule ``leader`` where an office or a doctrine follows, else ``other``.

    >>> list(masks("深入贯彻***总书记讲话，XX区完成投资XX亿元"))
    [(4, 7, 'leader'), (13, 15, 'other'), (20, 22, 'other')]
    """
    for found in cue("masked").finditer(text):
        leader = cue("leader_beside").match(text, found.end())
        yield found.start(), found.end(), "leader" if leader else "other"


FINDERS: dict[str, Callable[[str], Iterable[Span]]] = {
    "quotation": quotations,
    "numeric_abbreviation": slogans,
    "parallel": parallels,
    "rank_claim": ranks,
    "mask": masks,
    "four_character": four_characters,
}


def repeated_frames(sentences: Sequence[Sentence]) -> Iterator[Hit]:
    """Openings that three or more sentences share: 一年来，我们坚持 (rule ``frame:8`` for eight).

    Numbering is not part of a frame, and a salutation is none.
    """
    groups: defaultdict[str, list[tuple[Sentence, int]]] = defaultdict(list)
    for sentence in sentences:
        at = _numbered(sentence.text)
        opening = sentence.text[at : at + SHORTEST]
        if len(opening) == SHORTEST and opening[:4] not in listed("address", "address"):
            groups[opening].append((sentence, at))
    for places in groups.values():
        if len(places) >= OFTEN:
            letters = zip(*(s.text[at : at + LONGEST] for s, at in places), strict=False)
            shared = next((k for k, c in enumerate(letters) if len(set(c)) > 1), SHORTEST)
            for s, at in places:
                stop = at + max(shared, SHORTEST)
                yield Hit(s, at, stop, "repeated_frame", f"frame:{len(places)}")


def _numbered(text: str) -> int:
    """How many characters of numbering open a text."""
    found = cue("numbering").match(text)
    return found.end() if found else 0


def explanations(terms: Sequence[Hit]) -> dict[str, Hit]:
    """Where the report says what a number abbreviation stands for, by abbreviation.

    Args:
        terms: the abbreviations found, those of the annex included.

    A glossary entry of the annex (12.“四送一服”：…) is preferred to an apposition in the body
    (“两城”（即…）). A term that is not explained is not in the result.
    """
    body: dict[str, Hit] = {}
    annex: dict[str, Hit] = {}
    for hit in terms:
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
            said = Hit(hit.sentence, found.end(), stop, "abbreviation_explained", hit.text)
            (annex if glossary else body).setdefault(hit.text, said)
    used = {hit.text for hit in terms if hit.sentence.section != "annex"}
    return {term: hit for term, hit in (body | annex).items() if term in used}
