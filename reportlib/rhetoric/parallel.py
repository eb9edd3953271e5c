"""Phrases, and parallelism among them: runs of phrases of one build, and strict pairs.

A phrase is compared with its neighbours only, so the time taken is linear in the text. A text may
be one sentence, or many with a newline after each: nothing reaches beyond a newline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.rhetoric.vocabulary import listed

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Span = tuple[int, int, str, str, str]  # first, last, measure, rule, device
DIGIT = re.compile(r"\d")
MARKS = np.array([ord(mark) for mark in "，。；：！？、\n"])
ADVERBS = "就也并都则"  # may stand before the first of a run
ANSWERS = "又也更越"  # may open the second of a pair
NOUN_ENDS = "化性感馆院所站"
LONGEST_RUN, LONGEST_PAIR = 60, 30  # characters of a phrase that is compared
SPLIT = 1 << 21  # larger than any character's code: two codes make one number


class Phrases(NamedTuple):
    """Phrases, from first to last - 1; ``linked``: does a phrase belong together with the next?"""

    first: Ints
    last: Ints
    linked: Bools


@lru_cache(maxsize=1)
def cut(text: str) -> tuple[Ints, Phrases, Phrases]:
    """The character codes of a text, its items and its clauses.

    Punctuation cuts clauses, which are linked within a line; 、 cuts a clause into linked items.

    >>> _, items, clauses = cut("稳住企业、稳预期，保民生。")
    >>> items.first.tolist(), items.last.tolist(), items.linked.tolist()
    ([0, 5, 9], [4, 8, 12], [True, False])
    >>> clauses.first.tolist(), clauses.last.tolist(), clauses.linked.tolist()
    ([0, 9], [8, 12], [True])
    """
    codes = np.frombuffer((text + "\n").encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    inside = np.concatenate(([False], ~np.isin(codes, MARKS)))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = edges[0::2], edges[1::2]
    linked = (first[1:] == last[:-1] + 1) & (codes[last[:-1]] == ord("、"))
    start = first[np.concatenate(([True], ~linked))[: len(first)]]
    stop = last[np.concatenate((~linked, [True]))[: len(last)]]
    line = np.cumsum(codes == ord("\n"))[start]
    return codes, Phrases(first, last, linked), Phrases(start, stop, line[1:] == line[:-1])


@lru_cache(maxsize=1)
def four_letters(text: str) -> list[int]:
    """Where the items of exactly four Han characters begin.

    >>> four_letters("解放思想、开拓进取，发展1年。")
    [0, 5]
    """
    first, last, _ = cut(text)[1]
    pieces = ((at, text[at : at + 4]) for at in first[last - first == 4].tolist())
    return [at for at, piece in pieces if piece.isalpha() and not piece.isascii()]


def four_characters(text: str) -> Iterator[Span]:
    """Three or more phrases of exactly four characters in a row.

    >>> list(four_characters("我们不怕，解放思想、开拓进取，扬长补短，固本兴新。"))
    [(0, 24, 'four_character', 'run:5', '')]
    """
    run: list[int] = []
    for at in [*four_letters(text), 0]:
        if run and (at != run[-1] + 5 or text[at - 1] == "\n"):
            if len(run) > 2:
                yield run[0], run[-1] + 4, "four_character", f"run:{len(run)}", ""
            run = []
        run.append(at)


def parallels(text: str) -> Iterator[Span]:
    """Runs of three or more phrases of one build, and strict antithetical pairs.

    The first item of a list loses what stands before it, the last what follows, so that
    要稳就业、稳企业、稳预期 is a run of three.

    >>> text = "多措并举稳就业、稳企业、稳市场、稳预期。"
    >>> [(text[a:b], rule) for a, b, _, rule, _ in parallels(text)]
    [('稳就业、稳企业、稳市场、稳预期', 'run:4')]
    """
    codes, items, clauses = cut(text)
    spans = (
        _runs(text, codes, clauses, _same_clause),
        _runs(text, codes, _trimmed(codes, items), _same_build),
        _pairs(text, codes, clauses),
        _pairs(text, codes, items),
    )
    for first, last, rule in chain(*spans):
        yield first, last, "parallel", rule, "parallel"


def _trimmed(codes: Ints, items: Phrases) -> Phrases:
    """The items of each list, the outer ones cut to the length of their neighbours."""
    first, last, linked = items
    length = last - first
    begins = np.flatnonzero(linked & ~np.concatenate(([False], linked))[:-1])
    ends = 1 + np.flatnonzero(linked & ~np.concatenate((linked, [False]))[1:])
    first, last = first.copy(), last.copy()
    first[begins] = np.maximum(first[begins], last[begins] - length[begins + 1])
    tails = _tails(codes, items.last)
    ends = ends[tails[ends] != tails[ends - 1]]
    last[ends] = np.minimum(last[ends], first[ends] + length[ends - 1])
    return Phrases(first, last, linked)


def _tails(codes: Ints, last: Ints) -> Ints:
    """The last two characters of each phrase as one number."""
    return codes[last - 2] * SPLIT + codes[last - 1]


@cache
def _changes() -> Ints:
    """The words of change (提高, 扩大) as ``_tails`` gives them."""
    return np.array([ord(w[0]) * SPLIT + ord(w[1]) for w in listed("parallel", "change")])


def _runs(
    text: str, codes: Ints, phrases: Phrases, same: Callable[[str, str], bool]
) -> Iterator[tuple[int, int, str]]:
    """Maximal runs of at least three neighbouring phrases, each built like the next.

    Only neighbours that look alike at once (in length, first or last letter) are compared.
    """
    first, last, linked = phrases
    length, heads, tails = last - first, codes[first], _tails(codes, last)
    near = (length[1:] == length[:-1]) | (heads[1:] == heads[:-1])
    near |= (codes[last[1:] - 1] == codes[last[:-1] - 1]) | np.isin(tails[1:], _changes())
    near |= np.isin(heads[:-1], [ord(c) for c in ADVERBS])
    near &= linked
    for start, stop in _stretches(near):
        bounds = zip(first[start : stop + 1].tolist(), last[start : stop + 1].tolist(), strict=True)
        near[start:stop] = [same(a, b) for a, b in pairwise(text[a:b] for a, b in bounds)]
    for start, stop in _stretches(near):
        yield int(first[start]), int(last[stop]), f"run:{stop - start + 1}"


def _stretches(linked: Bools) -> list[tuple[int, int]]:
    """First and last phrase of each stretch of three or more that are linked one by one."""
    edges = np.flatnonzero(np.diff(linked, prepend=False, append=False))
    return [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a > 1]


def _same_clause(a: str, b: str) -> bool:
    """The same build for clauses, where a shared function word (向…，向…) is enough."""
    a = a.lstrip(ADVERBS)
    return (a[:1] == b[:1] and a[:1] in listed("parallel", "opening")) or _same_build(a, b)


def _same_build(a: str, b: str) -> bool:
    """Equal length and a shared character in a telling place, or a shared beginning or ending.

    Lists of figures and lists of nouns are no parallelism.
    """
    change, n, least = listed("parallel", "change"), len(a), min(len(a), len(b))
    tail, ends = a[-2:], a[-2:] == b[-2:]
    changes, begins = tail in change and b[-2:] in change, a[:2] == b[:2] and _telling(a)
    if (n != len(b) and not (changes or ends or begins)) or not 3 <= least <= LONGEST_RUN:
        return False
    if max(n, len(b)) > LONGEST_RUN or DIGIT.search(a + b):
        return False
    if n == len(b) <= 16:
        alike = [x == y for x, y in zip(a, b, strict=True)]
        if _short_phrases(a, b) and not all(alike):
            return True
        if alike[-1] < sum(alike) < n:  # not the last character alone
            noun = ends and tail in listed("parallel", "noun")
            ended, inside = ends and not noun, alike[1 : -2 if noun else -1]
            if any(inside) or (n > 3 and (ended or (alike[0] and _telling(a)))):
                return True
    if least < 4 or (changes and least > 5):
        return least > 3
    if ends and (tail in listed("parallel", "predicate") or a[-3:] == b[-3:]):
        return a[-3] != "、"
    return begins and abs(n - len(b)) <= 20


def _telling(phrase: str) -> bool:
    """Whether a phrase begins with a verb or function word, so that its repetition is a frame."""
    first = phrase[:1] in listed("parallel", "verb") or phrase[:1] in listed("parallel", "opening")
    return first or phrase[:2] in listed("parallel", "begins")


def _short_phrases(a: str, b: str) -> bool:
    """Equally long short phrases: verb and object (拓市场, 优化环境), subject and quality."""
    verbs, n = listed("parallel", "verb"), len(a)
    acts = n in (3, 5) and a[0] in verbs and b[0] in verbs
    if acts and (a[-1] not in NOUN_ENDS or (n == 3 and a[0] == b[0])):
        return True
    begins, quality = listed("parallel", "begins"), listed("parallel", "quality")
    return 5 <= n <= 8 and ({a[-2:], b[-2:]} <= quality or {a[:2], b[:2]} <= begins)


def _pairs(text: str, codes: Ints, phrases: Phrases) -> Iterator[tuple[int, int, str]]:
    """Strict pairs: 于…中…，于…中…; 既…又…; 越…越…; or the second phrase turned about."""
    here = np.flatnonzero(phrases.linked)
    first, last = phrases.first[here], phrases.last[here]
    start, stop = phrases.first[here + 1], phrases.last[here + 1]
    shorter = np.minimum(last - first, stop - start)
    fit = (shorter >= 4) & (np.maximum(last - first, stop - start) <= LONGEST_PAIR)
    near = (codes[last - 1] == codes[stop - 1]) | (codes[first] == codes[start])
    near |= np.isin(codes[start], [ord(c) for c in ANSWERS])
    for k in (2, 3, 4):
        near |= _tails(codes, last) == _tails(codes, np.minimum(start + k, stop))
    spans = np.stack([first, last, start, stop], axis=1)[fit & near]
    for first_a, last_a, first_b, last_b in spans.tolist():
        a, b = text[first_a:last_a], text[first_b:last_b]
        if _framed(a, b) or _answers(a, b):
            yield first_b - 1 - min(len(a), len(b)), last_b, "pair"
        elif _turned(a, b):
            yield first_a, last_b, "turned"


def _answers(a: str, b: str) -> bool:
    """越…，越…; 既…，又… (也…, 更…)."""
    return a[0] == "越" if b[0] == "越" else b[0] in ANSWERS and "既" in a


def _framed(a: str, b: str) -> bool:
    """Whether a phrase, or its end, and the next share a frame that stands in two places."""
    whole = len(a) == len(b)
    near = a[-1] == b[-1] or (whole and a[0] == b[0])
    a = a[-len(b) :]
    if not near or not len(a) == len(b) > 4 or DIGIT.search(a + b):
        return False
    marks = "".join("=" if x == y else " " for x, y in zip(a, b, strict=True))
    same, words = marks.count("="), listed("parallel", "opening")
    if same < 2 or same > len(b) - 3 or " " not in marks.strip():
        return len(b) > 5 and marks[-4:] in ("== =", "= ==") and a[-4] != "、"
    if whole and marks[0] == "=":
        return True
    return same >= len(b) // 2 and any(
        m == "=" and c in words for m, c in zip(marks, b, strict=True)
    )


def _turned(a: str, b: str) -> bool:
    """抓项目就是抓发展，抓发展必须抓项目: the end opens the next phrase, the rest comes back."""
    n = next((n for n in (4, 3, 2) if a.endswith(b[:n])), 0)
    if not n or DIGIT.search(a + b):
        return False
    return any(a[k : k + 3] in b[n:] for k in range(len(a) - n - 2))
