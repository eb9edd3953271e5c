"""Devices of form: quoted coinages, coined numbers, ranks, masked names, rhythm, frames.

A finder takes a normalised text and yields (first, last, rule), in time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from reportlib.records import Sentence
from reportlib.resources import table
from reportlib.rhetoric.parallel import Span, cut, parallels
from reportlib.rhetoric.vocabulary import COLUMNS, cue, listed

Place = tuple[Sentence, int, int]
REACH, FAR = 12, 60  # characters before 第N in which a word of rank, of a level must stand
SHORTEST, LONGEST, OFTEN = 5, 20, 3  # characters of a frame; sentences that must share it
LEAST, HEAD = 4, 8  # characters of an explanation; between entry number and term
NUMBERING = re.compile(
    r"(?:[（(\[［【]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[）)\]］】、.．是]{1,2}|——|\*{2}|\s)*"
)
GLOSS = re.compile(r"”?(?:（[^）]{0,40}）)?[^：，。]{0,12}?(?:：|是指|指的是|指|即)")
BESIDE = re.compile(r"”?[^，。；：（）]{0,6}(?:（(?:即|指)?[：:]?|，即|：)")


def quotations(text: str) -> Iterator[Span]:
    """Quoted coinages: at most 24 characters in quotation marks, plan names and dates left out.

    >>> list(quotations("建设“净美鞍山”，“十四五”开局"))
    [(2, 8, 'quoted')]
    """
    for found in cue("quoted").finditer(text) if "“" in text else ():
        name = found[1]
        if name not in listed("none", "quoted") and not cue("plan_name").fullmatch(name):
            yield found.start(), found.end(), "quoted"


def is_coined(phrase: str) -> bool:
    """Whether a quoted phrase is an abbreviation built on a number.

    >>> [is_coined(p) for p in ("1+3+N+10", "四送一服", "十四五", "一网通办", "135")]
    [True, True, False, False, True]
    """
    if phrase in listed("slogan", "coined"):
        return True
    plain = phrase in listed("slogan", "plain") or cue("plan_name").fullmatch(phrase)
    return not (plain or cue("one_each").fullmatch(phrase)) and bool(
        cue("coined").fullmatch(phrase)
    )


def slogans(text: str) -> Iterator[Span]:
    """Abbreviations built on a number, quoted (surer) or bare.

    >>> list(slogans("落实“四个不摘”，开展四送一服"))
    [(3, 7, 'quoted'), (11, 15, 'bare')]
    """
    taken = set()
    for found in cue("quoted").finditer(text) if "“" in text else ():
        if is_coined(found[1]):
            taken.add(found.start(1))
            yield found.start(1), found.end(1), "quoted"
    for name in ("bare", "bare_formula") if "+" in text else ("bare",):
        for found in cue(name).finditer(text):
            if found.start() not in taken and found[0] not in listed("slogan", "plain"):
                yield found.start(), found.end(), "bare"


def ranks(text: str) -> Iterator[Span]:
    """Ranks stated in numbers: 居全省第3位, 20强县, 前10名.

    >>> list(ranks("总量居全省第3位，第一产业增长5%，引进世界500强"))
    [(2, 7, 'rank')]
    """
    signs = "第" in text or "强" in text or "前" in text
    for found in cue("rank").finditer(text) if signs else ():
        first, last = found.span()
        if found[0][0] == "第":
            start = _clause_start(text, first, REACH)
            before = cue("rank_before").search(text, start, first)
            if not before and text[last : last + 1] not in ("位", "名"):
                continue
            first = before.start() if before else first
        elif found[0] == "强":
            while (
                first and last - first < 4 and text[first - 1] in "0123456789一二三四五六七八九十"
            ):
                first -= 1
        yield first, last, "rank"


def _clause_start(text: str, at: int, reach: int) -> int:
    """Where the clause around ``at`` begins, but no further back than ``reach`` characters."""
    low = max(0, at - reach)
    return max(low, *(text.rfind(mark, low, at) + 1 for mark in "，；。："))


def rank_level(text: str, first: int, last: int) -> str:
    """Of whom a rank is claimed: world, national, region, province, prefecture, county, unstated.

    The level word nearest before the claim in its clause decides. 全区 is read as prefecture: in an
    autonomous region that is one level too low, in a district one too high.

    >>> rank_level("增速居全省第3位", 2, 8)
    'province'
    """
    start = _clause_start(text, first, FAR)
    nearest = (-1, 0, "unstated")
    for word, level in _levels():
        if (at := text.rfind(word, start, last)) >= 0:
            nearest = max(nearest, (at, len(word), level))
    return nearest[2]


@cache
def _levels() -> tuple[tuple[str, str], ...]:
    rows = table("rhetoric_words", COLUMNS)
    return tuple((r["word"], r["rule"]) for r in rows if r["measure"] == "rank_level")


def masks(text: str) -> Iterator[Span]:
    """Masked names: rule ``leader`` where an office or a doctrine follows, else ``other``.

    >>> list(masks("深入贯彻***总书记讲话，XX区完成投资XX亿元"))
    [(4, 7, 'leader'), (13, 15, 'other'), (20, 22, 'other')]
    """
    signs = "**" in text or "XX" in text or "××" in text or "xx" in text or "某某" in text
    for found in cue("masked").finditer(text) if signs else ():
        leader = cue("leader_beside").match(text, found.end())
        yield found.start(), found.end(), "leader" if leader else "other"


def four_characters(text: str) -> Iterator[Span]:
    """Three or more phrases of exactly four characters in a row.

    >>> list(four_characters("我们不怕，解放思想、开拓进取，扬长补短，固本兴新。"))
    [(0, 24, 'run:5')]
    """
    run: list[tuple[int, int]] = []
    four = cut(text)[1]
    for phrase in [*four, (0, 0)] if len(four) > 2 else []:
        if run and phrase[0] != run[-1][1] + 1:
            if len(run) > 2:
                yield run[0][0], run[-1][1], f"run:{len(run)}"
            run = []
        run.append(phrase)


def repeated_frames(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, int, int, str]]:
    """Openings that three or more sentences share: 一年来，我们坚持 (rule ``frame:8`` for eight).

    Numbering is not part of a frame, and a salutation is none.
    """
    groups: dict[str, list[tuple[Sentence, int]]] = {}
    for sentence in sentences:
        at = NUMBERING.match(sentence.text).end()  # type: ignore[union-attr]  # may be empty
        opening = sentence.text[at : at + SHORTEST]
        if len(opening) == SHORTEST and opening[:4] not in listed("address", "address"):
            groups.setdefault(opening, []).append((sentence, at))
    for places in groups.values():
        if len(places) >= OFTEN:
            letters = zip(*(s.text[at : at + LONGEST] for s, at in places), strict=False)
            shared = next((k for k, c in enumerate(letters) if len(set(c)) > 1), SHORTEST)
            for sentence, at in places:
                yield sentence, at, at + max(shared, SHORTEST), f"frame:{len(places)}"


def explained(places: Sequence[Place]) -> dict[str, Place]:
    """Where the report says what a number abbreviation stands for: term to sentence and span.

    Args:
        places: the abbreviations found, those of the annex included.

    A glossary entry of the annex (12.“四送一服”：…) is preferred to an apposition in the body
    (“两城”（即…）). A term that is not explained is not in the result.
    """
    body: dict[str, Place] = {}
    annex: dict[str, Place] = {}
    terms: dict[str, None] = {}
    for sentence, first, last in places:
        text = sentence.text
        term, stop = text[first:last], len(text)
        if sentence.section == "annex":
            gloss = GLOSS.match(text, last)
            start = NUMBERING.match(text).end()  # type: ignore[union-attr]  # may be empty
            if gloss and first - start <= HEAD and stop - gloss.end() >= LEAST:
                annex.setdefault(term, (sentence, gloss.end(), stop))
            continue
        terms.setdefault(term)
        if beside := BESIDE.match(text, last):
            close = text.find("）", beside.end()) if "（" in beside[0] else -1
            stop = close if close >= 0 else stop
            if stop - beside.end() >= LEAST:
                body.setdefault(term, (sentence, beside.end(), stop))
    found = body | annex
    return {term: found[term] for term in terms if term in found}


FINDERS: dict[str, Callable[[str], Iterable[Span]]] = {
    "quotation": quotations,
    "numeric_abbreviation": slogans,
    "parallel": parallels,
    "rank_claim": ranks,
    "mask": masks,
    "four_character": four_characters,
}
