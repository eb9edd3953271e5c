"""Phrases, and parallelism among them: runs of phrases of one build, and strict pairs.

A phrase is compared with the next only, so the time taken is linear in the text; all neighbours of
a text are compared at once, as columns of character codes. A text may be one sentence, or many
with a newline after each: nothing reaches beyond a newline.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.rhetoric.vocabulary import listed

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Span = tuple[int, int, str, str, str]  # first, last, measure, rule, device
MARKS, DIGITS = "，。；：！？、\n", "0123456789"
ADVERBS = "就也并都则"  # may stand before the first of a run
ANSWERS = "又也更越"  # may open the second of a pair
NOUN_ENDS = "化性感馆院所站"
LONGEST_RUN, LONGEST_PAIR = 60, 30  # characters of a phrase that is compared
CLOSE = 16  # characters of equally long phrases of a run that are compared one by one
SPLIT = 1 << 21  # larger than any character's code: two codes make one number
BEYOND = 1 << 16  # larger than the code of any listed letter


class Phrases(NamedTuple):
    """Phrases, from first to last - 1; ``linked``: does a phrase belong together with the next?"""

    first: Ints
    last: Ints
    linked: Bools


class Pairs(NamedTuple):
    """Phrases in row 0, in row 1 the one that follows each; the text's characters and digits."""

    codes: Ints
    digits: Ints
    first: Ints
    last: Ints

    def these(self, chosen: Bools) -> Pairs:
        """The chosen pairs."""
        return self._replace(first=self.first[:, chosen], last=self.last[:, chosen])

    def letter(self, at: int) -> Ints:
        """One character of each phrase, counted from its end where ``at`` is negative."""
        return self.codes.take(at + (self.first if at >= 0 else self.last))

    def listed(self, at: int, rule: str) -> Bools:
        """Whether the same character and the next are a listed word."""
        return worded(self.codes, at + (self.first if at >= 0 else self.last), "parallel", rule)

    def figured(self) -> Bools:
        """Whether one of the two holds a digit."""
        first, last = (self.digits.searchsorted(at) for at in (self.first, self.last))
        return (first != last).any(axis=0)

    def alike(self, reach: int) -> Bools:
        """By pair: which characters, up to ``reach`` and the end of the second, are the same."""
        letters = self.codes.take(self.first[..., None] + np.arange(reach))
        return same(letters) & (np.arange(reach) < (self.last - self.first)[1, :, None])


def same(both: Ints) -> Bools:
    """Where the two rows are the same."""
    return both[0] == both[1]


@cache
def _listing(letters: str | frozenset[str]) -> Bools:
    return np.bincount([ord(letter) for letter in letters], minlength=BEYOND) > 0


def among(codes: NDArray[np.integer], letters: str | frozenset[str]) -> Bools:
    """Which of the characters with these codes are among the letters."""
    return _listing(letters).take(codes, mode="clip")


def worded(codes: Ints, at: Ints, measure: str, rule: str) -> Bools:
    """Whether the characters at ``at`` and the next are a word of a list."""
    known, heads = _listed_words(measure, rule)
    met = among(letters := codes.take(at), heads)
    words = letters[met] * SPLIT + codes.take(at[met] + 1)
    met[met] = known.take(known.searchsorted(words), mode="clip") == words
    return met


@cache
def _listed_words(measure: str, rule: str) -> tuple[Ints, str]:
    words = listed(measure, rule)
    return np.sort([ord(w[0]) * SPLIT + ord(w[1]) for w in words]), "".join(w[0] for w in words)


@lru_cache(maxsize=1)
def cut(text: str) -> tuple[Ints, Phrases, Phrases, Ints]:
    """The character codes of a text (newlines behind it), its items, clauses and digits.

    Punctuation cuts clauses, which are linked within a line; 、 cuts a clause into linked items.

    >>> _, items, clauses, _ = cut("稳住企业、稳预期，保民生。")
    >>> items.first.tolist(), items.last.tolist(), items.linked.tolist()
    ([0, 5, 9], [4, 8, 12], [True, False, False])
    >>> clauses.first.tolist(), clauses.last.tolist(), clauses.linked.tolist()
    ([0, 9], [8, 12], [True, False])
    """
    padded = (text + "\n" * LONGEST_PAIR).encode("utf-32-le")
    codes = np.frombuffer(padded, dtype=np.uint32).astype(np.int64)
    marks = among(codes, MARKS)
    edges = np.concatenate((~marks[:1], marks[1:] != marks[:-1])).nonzero()[0]
    first, last = edges[0::2], edges[1::2]
    linked = (np.append(first[1:], 0) == last + 1) & (codes[last] == ord("、"))
    start, stop = first[~np.append(False, linked)[:-1]], last[~linked]
    line = (codes == ord("\n")).nonzero()[0].searchsorted(start)
    clauses = Phrases(start, stop, np.diff(line, append=-1) == 0)
    return codes, Phrases(first, last, linked), clauses, among(codes, DIGITS).nonzero()[0]


def four_letters(text: str) -> Ints:
    """Where the items of exactly four Han characters begin.

    >>> four_letters("解放思想、开拓进取，发展1年。").tolist()
    [0, 5]
    """
    codes, (first, last, _), *_ = cut(text)
    four = first[last - first == 4]
    pieces = codes[four[:, None] + np.arange(4)].astype(np.uint32)
    return four[np.char.isalpha(pieces.view("U4")[:, 0]) & (pieces > 127).any(axis=1)]


def four_characters(text: str) -> Iterator[Span]:
    """Three or more phrases of exactly four characters in a row.

    >>> list(four_characters("我们不怕，解放思想、开拓进取，扬长补短，固本兴新。"))
    [(0, 24, 'four_character', 'run:5', '')]
    """
    codes, four = cut(text)[0], four_letters(text)
    linked = (np.diff(four, append=0) == 5) & (codes.take(four + 4) != ord("\n"))
    for start, stop in _stretches(linked):
        yield int(four[start]), int(four[stop]) + 4, "four_character", f"run:{stop - start + 1}", ""


def parallels(text: str) -> Iterator[Span]:
    """Runs of three or more phrases of one build, and strict antithetical pairs.

    The first item of a list loses what stands before it, the last what follows, so that
    要稳就业、稳企业、稳预期 is a run of three.

    >>> text = "多措并举稳就业、稳企业、稳市场、稳预期。"
    >>> [(text[a:b], rule) for a, b, _, rule, _ in parallels(text)]
    [('稳就业、稳企业、稳市场、稳预期', 'run:4')]
    """
    codes, items, clauses, digits = cut(text)
    yield from _runs(codes, digits, clauses, _trimmed(codes, items))
    yield from _pairs(text, codes, digits, clauses, items)


def _trimmed(codes: Ints, items: Phrases) -> Phrases:
    """The items of each list, the outer ones cut to the length of their neighbours."""
    (first, last, linked), length = items, items.last - items.first
    start, stop, after = first.copy(), last.copy(), np.append(False, linked)[:-1]
    # 水泥、钢铁等项目快建设、快投产、快见效: phrases of one length begin inside a list
    inner = np.roll(linked & (np.diff(length, append=-1) == 0), -1)
    begins, ends = (linked & (inner | ~after)).nonzero()[0], (after & ~linked).nonzero()[0]
    final = np.array((last.take(ends), last.take(ends - 1)))
    ends = ends[~(same(codes.take(final - 1)) & same(codes.take(final - 2)))]
    start[begins] = np.maximum(first[begins], last[begins] - length[begins + 1])
    stop[ends] = np.minimum(last[ends], first[ends] + length[ends - 1])
    return Phrases(start, stop, linked)


def _joined(*kinds: Phrases) -> Phrases:
    """Phrases of several kinds as one."""
    return Phrases(*map(np.concatenate, zip(*kinds, strict=True)))


def _runs(codes: Ints, digits: Ints, clauses: Phrases, items: Phrases) -> Iterator[Span]:
    """Maximal runs of at least three neighbouring phrases, each built like the next.

    Among clauses a shared function word (向…，向…) is enough.
    """
    first, last, linked = _joined(clauses, items)
    at = linked.nonzero()[0]
    loose = at < len(clauses.first)
    pairs = Pairs(codes, digits, first.take((at, at + 1)), last.take((at, at + 1)))
    while (adverb := loose & among(pairs.letter(0)[0], ADVERBS)).any():
        pairs.first[0] += adverb
    changes = among(pairs.letter(-1), frozenset(w[1] for w in listed("parallel", "change")))
    n, alike = pairs.last - pairs.first, same(pairs.letter(0))
    framed = loose & alike & among(pairs.letter(0)[0], listed("parallel", "opening"))
    near = same(n) | alike | same(pairs.letter(-1)) | (changes[0] & changes[1])
    near &= (np.minimum(*n) >= 3) & (np.maximum(*n) <= LONGEST_RUN)
    around = np.zeros(len(linked) + 2, dtype=bool)
    around[at + 1] = near | framed
    near &= around.take(at) | around.take(at + 2)  # one pair alone makes no run
    near[near] = _same_build(pairs.these(near))
    around[at + 1] = near | framed
    for start, stop in _stretches(around[1:-1]):
        yield int(first[start]), int(last[stop]), "parallel", f"run:{stop - start + 1}", "parallel"


def _stretches(linked: Bools) -> list[tuple[int, int]]:
    """First and last phrase of each stretch of three or more that are linked one by one."""
    edges = np.diff(linked, prepend=False, append=False).nonzero()[0]
    return [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a > 1]


def _same_build(pairs: Pairs) -> Bools:
    """Equal length and a shared character in a telling place, or a shared beginning or ending.

    Lists of figures and lists of nouns (绿色交通、绿色建筑) are no parallelism. A phrase
    that begins with a verb or function word tells: its repetition is a frame.
    """
    (n, other), before = pairs.last - pairs.first, pairs.letter(-3)
    begun, ended = (same(pairs.letter(at)) & same(pairs.letter(at + 1)) for at in (0, -2))
    acting, least = pairs.listed(0, "begins"), np.minimum(n, other)
    opens, verbs = listed("parallel", "opening"), listed("parallel", "verb")
    telling = among(pairs.letter(0)[0], opens | verbs) | acting[0]
    changes = (least > 5) & pairs.listed(-2, "change").all(axis=0)
    begun &= telling & (abs(n - other) <= 20)
    closed = ended & (pairs.listed(-2, "predicate")[0] | same(before))
    built = (least > 3) & (changes | np.where(closed, before[0] != ord("、"), begun))
    built |= (n == other) & (n <= CLOSE) & _shared_letters(pairs, ended, telling, acting)
    built &= ~(same(pairs.letter(0)) & (least < 7) & pairs.listed(0, "modifier").all(axis=0))
    built[built] = ~pairs.these(built).figured()
    return built


def _shared_letters(pairs: Pairs, ends: Bools, telling: Bools, acting: Bools) -> Bools:
    """Whether equally long phrases are not the same, and share letters in a telling place.

    Or are short: verb and object (拓市场, 优化环境), subject and quality.
    """
    n, alike = (pairs.last - pairs.first)[0], pairs.alike(CLOSE).sum(axis=1)
    heads, tails = pairs.letter(0), pairs.letter(-1)
    head, tail = same(heads), same(tails)
    noun = ends & pairs.listed(-2, "noun")[0]
    outside = (ends & ~noun) | (head & telling)
    inside = alike - head - tail - noun > 0
    shared = (alike > tail) & (inside | ((n > 3) & outside))
    acts = ((n == 3) | (n == 5)) & among(heads, listed("parallel", "verb")).all(axis=0)
    acts &= ~among(tails[0], NOUN_ENDS) | ((n == 3) & head)
    words = pairs.listed(-2, "quality").all(axis=0) | acting.all(axis=0)
    return (alike < n) & (shared | acts | ((n >= 5) & (n <= 8) & words))


def _pairs(text: str, codes: Ints, digits: Ints, *kinds: Phrases) -> Iterator[Span]:
    """Strict pairs: 于…中…，于…中…; 既…又…; 越…越…; or the second phrase turned about."""
    first, last, linked = _joined(*kinds)
    fit = (last - first >= 4) & (last - first <= LONGEST_PAIR)
    at = (linked[:-1] & fit[:-1] & fit[1:]).nonzero()[0]
    pairs = Pairs(codes, digits, first.take((at, at + 1)), last.take((at, at + 1)))
    (n, length), tails, ends = pairs.last - pairs.first, pairs.letter(-1), pairs.letter(-2)[0]
    opens = [pairs.letter(k)[1] for k in range(4)]
    turning = np.any([(opens[k] == ends) & (opens[k + 1] == tails[0]) for k in range(3)], axis=0)
    framed = same(tails) | (same(pairs.letter(0)) & (n == length))
    framed &= (n >= length) & (length > 4)
    framed[framed] = _framed(pairs.these(framed))
    chosen = framed | turning | among(pairs.letter(0)[1], ANSWERS)
    spans = np.concatenate((pairs.first, pairs.last))[:, chosen].T.tolist()
    for (first, start, last, stop), is_framed in zip(spans, framed[chosen].tolist(), strict=True):
        a, b = text[first:last], text[start:stop]
        answers = a[0] == "越" if b[0] == "越" else b[0] in ANSWERS and "既" in a  # 既…，又…
        if is_framed or answers:
            yield start - 1 - min(last - first, stop - start), stop, "parallel", "pair", "parallel"
        elif _turned(a, b):
            yield first, stop, "parallel", "turned", "parallel"


def _framed(pairs: Pairs) -> Bools:
    """Whether the ends of a phrase and the next share a frame that stands in two places."""
    n, length = pairs.last - pairs.first
    ends = pairs._replace(first=pairs.last - length)
    alike = ends.alike(LONGEST_PAIR)
    number = alike.sum(axis=1)
    opened = same(pairs.letter(0)) & (n == length)
    one, two, three, four = (same(ends.letter(-k)) for k in (1, 2, 3, 4))
    together = LONGEST_PAIR - alike[:, ::-1].argmax(axis=1) - alike.argmax(axis=1) == number
    last = (length > 5) & four & (two ^ three) & one & (ends.letter(-4)[0] != ord("、"))
    letters = pairs.codes.take(ends.first[1][:, None] + np.arange(LONGEST_PAIR))
    worded = (alike & among(letters, listed("parallel", "opening"))).any(axis=1)
    apart = opened | ((number >= length // 2) & worded)
    framed = np.where((number < 2) | (number > length - 3) | together, last, apart)
    return framed & ~ends.figured()


def _turned(a: str, b: str) -> bool:
    """抓项目就是抓发展，抓发展必须抓项目: the end opens the next phrase, the rest comes back."""
    n = next((n for n in (4, 3, 2) if a.endswith(b[:n])), 0) if a[-2:] in b[:4] else 0
    if not n or not {*DIGITS}.isdisjoint(a + b):
        return False
    return any(a[k : k + 3] in b[n:] for k in range(len(a) - n - 2))
