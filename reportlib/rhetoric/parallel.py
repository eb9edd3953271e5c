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
    """Phrases of a text in row 0, and in row 1 the one that follows each.

    ``codes`` are the text's characters, ``words`` each of them and the next as one number, and
    ``digits`` where digits stand.
    """

    codes: Ints
    words: Ints
    digits: Ints
    first: Ints
    last: Ints

    def these(self, chosen: Bools) -> Pairs:
        """The chosen pairs."""
        return self._replace(first=self.first[:, chosen], last=self.last[:, chosen])

    def letter(self, at: int) -> Ints:
        """One character of each phrase, counted from its end where ``at`` is negative."""
        return self.codes.take(at + (self.first if at >= 0 else self.last))

    def word(self, at: int) -> Ints:
        """Two characters of each phrase as one number."""
        return self.words.take(at + (self.first if at >= 0 else self.last))

    def figured(self) -> Bools:
        """Which phrases hold a digit."""
        return np.not_equal(*(np.searchsorted(self.digits, at) for at in (self.last, self.first)))

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


@cache
def _listed_words(rule: str) -> Ints:
    return np.sort([ord(w[0]) * SPLIT + ord(w[1]) for w in listed("parallel", rule)])


def _are(words: Ints, rule: str) -> Bools:
    """Which words of two characters are listed."""
    known = _listed_words(rule)
    return known.take(np.searchsorted(known, words), mode="clip") == words


@lru_cache(maxsize=1)
def cut(text: str) -> tuple[Ints, Phrases, Phrases]:
    """The character codes of a text (newlines behind it), its items and its clauses.

    Punctuation cuts clauses, which are linked within a line; 、 cuts a clause into linked items.

    >>> _, items, clauses = cut("稳住企业、稳预期，保民生。")
    >>> items.first.tolist(), items.last.tolist(), items.linked.tolist()
    ([0, 5, 9], [4, 8, 12], [True, False, False])
    >>> clauses.first.tolist(), clauses.last.tolist(), clauses.linked.tolist()
    ([0, 9], [8, 12], [True, False])
    """
    padded = text + "\n" * LONGEST_PAIR
    codes = np.frombuffer(padded.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    edges = np.flatnonzero(np.diff(among(codes, MARKS), prepend=True))
    first, last = edges[0::2], edges[1::2]
    linked = (np.append(first[1:], 0) == last + 1) & (codes[last] == ord("、"))
    start, stop = first[~np.append(False, linked)[:-1]], last[~linked]
    line = np.searchsorted(np.flatnonzero(codes == ord("\n")), start)
    return codes, Phrases(first, last, linked), Phrases(start, stop, np.diff(line, append=-1) == 0)


def four_letters(text: str) -> Ints:
    """Where the items of exactly four Han characters begin.

    >>> four_letters("解放思想、开拓进取，发展1年。").tolist()
    [0, 5]
    """
    codes, (first, last, _), _ = cut(text)
    four = first[last - first == 4]
    pieces = codes[four[:, None] + np.arange(4)].astype(np.uint32)
    return four[np.char.isalpha(pieces.view("U4")[:, 0]) & (pieces > 127).any(axis=1)]


def four_characters(text: str) -> Iterator[Span]:
    """Three or more phrases of exactly four characters in a row.

    >>> list(four_characters("我们不怕，解放思想、开拓进取，扬长补短，固本兴新。"))
    [(0, 24, 'four_character', 'run:5', '')]
    """
    codes, four = cut(text)[0], four_letters(text)
    linked = (np.diff(four, append=0) == 5) & (codes[four + 4] != ord("\n"))
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
    codes, items, clauses = cut(text)
    words, digits = codes[:-1] * SPLIT + codes[1:], np.flatnonzero(among(codes, DIGITS))
    every = Pairs(codes, words, digits, items.first, items.last)
    yield from _runs(every, clauses, _trimmed(words, items))
    yield from _pairs(text, every, clauses, items)


def _trimmed(words: Ints, items: Phrases) -> Phrases:
    """The items of each list, the outer ones cut to the length of their neighbours."""
    first, last, linked = items.first.copy(), items.last.copy(), items.linked
    length, after = last - first, np.append(False, linked)[:-1]
    begins, ends = np.flatnonzero(linked & ~after), np.flatnonzero(after & ~linked)
    ends = ends[words[last[ends] - 2] != words[last[ends - 1] - 2]]
    first[begins] = np.maximum(first[begins], last[begins] - length[begins + 1])
    last[ends] = np.minimum(last[ends], items.first[ends] + length[ends - 1])
    return Phrases(first, last, linked)


def _joined(every: Pairs, *kinds: Phrases) -> tuple[Phrases, Pairs]:
    """Phrases of several kinds as one, and those that are linked with what follows each."""
    phrases = Phrases(*(np.concatenate(columns) for columns in zip(*kinds, strict=True)))
    at = np.flatnonzero(phrases.linked) + np.array([[0], [1]])
    return phrases, every._replace(first=phrases.first[at], last=phrases.last[at])


def _runs(every: Pairs, clauses: Phrases, items: Phrases) -> Iterator[Span]:
    """Maximal runs of at least three neighbouring phrases, each built like the next.

    Among clauses a shared function word (向…，向…) is enough.
    """
    (first, last, linked), pairs = _joined(every, clauses, items)
    loose = np.arange(linked.sum()) < clauses.linked.sum()
    while (adverb := loose & among(pairs.codes[pairs.first[0]], ADVERBS)).any():
        pairs.first[0] += adverb
    n, heads, tails = pairs.last - pairs.first, pairs.letter(0), pairs.letter(-1)
    alike = same(heads)
    framed = loose & alike & among(heads[0], listed("parallel", "opening"))
    changes = frozenset(word[1] for word in listed("parallel", "change"))
    near = same(n) | alike | same(tails) | among(tails, changes).all(axis=0)
    near &= (n.min(axis=0) >= 3) & (n.max(axis=0) <= LONGEST_RUN)
    around = np.zeros(len(linked) + 2, dtype=bool)
    around[1:-1][linked] = near | framed
    near &= (around[:-2] | around[2:])[linked]  # one pair alone makes no run
    near[near] = _same_build(pairs.these(near))
    linked[linked] = near | framed
    for start, stop in _stretches(linked):
        yield int(first[start]), int(last[stop]), "parallel", f"run:{stop - start + 1}", "parallel"


def _stretches(linked: Bools) -> list[tuple[int, int]]:
    """First and last phrase of each stretch of three or more that are linked one by one."""
    edges = np.flatnonzero(np.diff(linked, prepend=False, append=False))
    return [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a > 1]


def _same_build(pairs: Pairs) -> Bools:
    """Equal length and a shared character in a telling place, or a shared beginning or ending.

    Lists of figures and lists of nouns (绿色交通、绿色建筑) are no parallelism. A phrase
    that begins with a verb or function word tells: its repetition is a frame.
    """
    (n, other), begin, end = pairs.last - pairs.first, pairs.word(0), pairs.word(-2)
    least, before, acting = np.minimum(n, other), pairs.letter(-3), _are(begin, "begins")
    single = (among(begin[0] // SPLIT, listed("parallel", rule)) for rule in ("verb", "opening"))
    telling = np.logical_or(*single) | acting[0]
    changes = (least > 5) & _are(end, "change").all(axis=0)
    begins = same(begin) & telling & (abs(n - other) <= 20)
    ended = same(end) & (_are(end[0], "predicate") | same(before))
    built = (least > 3) & (changes | np.where(ended, before[0] != ord("、"), begins))
    built |= (n == other) & (n <= CLOSE) & _shared_letters(pairs, end, telling, acting)
    built &= ~(same(pairs.letter(0)) & (least < 7) & _are(begin, "modifier").all(axis=0))
    built[built] = ~pairs.these(built).figured().any(axis=0)
    return built


def _shared_letters(pairs: Pairs, end: Ints, telling: Bools, acting: Bools) -> Bools:
    """Whether equally long phrases are not the same, and share letters in a telling place.

    Or are short: verb and object (拓市场, 优化环境), subject and quality.
    """
    n, alike = (pairs.last - pairs.first)[0], pairs.alike(CLOSE).sum(axis=1)
    heads, tails = pairs.letter(0), pairs.letter(-1)
    head, tail, ends = same(heads), same(tails), same(end)
    noun = ends & _are(end[0], "noun")
    outside = (ends & ~noun) | (head & telling)
    inside = alike - head - tail - noun > 0
    shared = (alike > tail) & (inside | ((n > 3) & outside))
    acts = ((n == 3) | (n == 5)) & among(heads, listed("parallel", "verb")).all(axis=0)
    acts &= ~among(tails[0], NOUN_ENDS) | ((n == 3) & head)
    words = _are(end, "quality").all(axis=0) | acting.all(axis=0)
    return (alike < n) & (shared | acts | ((n >= 5) & (n <= 8) & words))


def _pairs(text: str, every: Pairs, *kinds: Phrases) -> Iterator[Span]:
    """Strict pairs: 于…中…，于…中…; 既…又…; 越…越…; or the second phrase turned about."""
    _, pairs = _joined(every, *kinds)
    (n, length), heads, end = pairs.last - pairs.first, pairs.letter(0), pairs.word(-2)[0]
    fit = (np.minimum(n, length) >= 4) & (np.maximum(n, length) <= LONGEST_PAIR)
    turning = np.any([end == pairs.word(k)[1] for k in range(3)], axis=0)
    framed = same(pairs.letter(-1)) | (same(heads) & (n == length))
    framed &= fit & (n >= length) & (length > 4)
    framed[framed] = _framed(pairs.these(framed))
    chosen = framed | (fit & (turning | among(heads[1], ANSWERS)))
    spans = np.concatenate([pairs.first, pairs.last])[:, chosen].T.tolist()
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
    number, words = alike.sum(axis=1), listed("parallel", "opening")
    opened = same(pairs.letter(0)) & (n == length)
    one, two, three, four = (same(ends.letter(-k)) for k in (1, 2, 3, 4))
    together = LONGEST_PAIR - alike[:, ::-1].argmax(axis=1) - alike.argmax(axis=1) == number
    last = (length > 5) & four & (two ^ three) & one & (ends.letter(-4)[0] != ord("、"))
    worded = alike & among(ends.codes[ends.first[1][:, None] + np.arange(LONGEST_PAIR)], words)
    apart = opened | ((number >= length // 2) & worded.any(axis=1))
    framed = np.where((number < 2) | (number > length - 3) | together, last, apart)
    return framed & ~ends.figured().any(axis=0)


def _turned(a: str, b: str) -> bool:
    """抓项目就是抓发展，抓发展必须抓项目: the end opens the next phrase, the rest comes back."""
    n = next((n for n in (4, 3, 2) if a.endswith(b[:n])), 0) if a[-2:] in b[:4] else 0
    if not n or not {*DIGITS}.isdisjoint(a + b):
        return False
    return any(a[k : k + 3] in b[n:] for k in range(len(a) - n - 2))
