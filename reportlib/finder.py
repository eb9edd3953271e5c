"""Where the words of a list stand in a text: all places are looked at together, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WINDOW = 8  # characters that are compared in columns; longer words are compared one at a time
_MIX = np.uint16(40503)  # what makes hashes of two characters differ
_LEVEL = np.int64(1 << 16)  # how many hashes there are, of one, of two, of three characters
_RARE = 0xFFFF  # stands for a character of more than 16 bits, and behind a text


class Finder:
    """Finds the words of a list; they are not empty and differ.

    The words are kept in groups by a hash of their one, two or first three characters, the longest
    of a group first. Where a text has such a hash, the whole group is compared with it.
    """

    def __init__(self, words: Sequence[str]) -> None:
        sizes = np.array([*map(len, words)], dtype=np.int64)
        inside = np.arange(WINDOW) < sizes[:, None]
        letters = np.zeros(inside.shape, dtype=np.uint16)
        letters[inside] = _codes("".join([word[:WINDOW] for word in words]))
        hashes = [*accumulate(letters.T[:3], lambda mixed, column: mixed * _MIX + column)]
        level = np.minimum(sizes, 3) - 1
        group = level * _LEVEL + np.choose(level, hashes)
        self._order = order = np.lexsort((-sizes, group))
        self._sizes, self._words = sizes[order], [words[k] for k in order.tolist()]
        self._count = np.bincount(group, minlength=3 * _LEVEL).astype(np.int32)
        self._first = np.cumsum(self._count, dtype=np.int32) - self._count
        self._some = self._count > 0
        self._pairs = np.bincount(hashes[1][sizes > 1], minlength=_LEVEL) > 0
        self._long = ((sizes > WINDOW) | (letters == _RARE).any(axis=1))[order]
        heads = (letters[order], inside[order] * np.uint16(_RARE))
        fours = (head.view(np.uint64).T.copy() for head in heads)  # four characters as one number
        self._fours = [*enumerate(zip(*fours, strict=True))]

    def find(self, text: str, overlapping: bool = False) -> tuple[Ints, Ints, Ints]:
        """The number of each word found, its first character and the one behind it; in order.

        The leftmost word wins, of those that begin together the longest; a character belongs to
        one word. Where ``overlapping``, all words are found, the longer of two first.

        >>> [column.tolist() for column in Finder(["环境", "营商环境"]).find("优化营商环境")]
        [[1], [2], [6]]
        """
        codes = _codes(text + WINDOW * chr(_RARE))
        at, number = self._candidates(codes[: len(text) + 2])
        if not len(at):
            return at, at, at
        fours = np.ndarray(len(text) + 4, np.uint64, codes, strides=(2,)).copy()
        for k, (heads, masks) in self._fours:
            same = fours.take(at + 4 * k) & masks.take(number) == heads.take(number)
            at, number = at.compress(same), number.compress(same)
        long, same = np.flatnonzero(self._long.take(number)), np.ones(len(at), dtype=bool)
        told = zip(number.take(long).tolist(), at.take(long).tolist(), strict=True)
        same[long] = [text.startswith(self._words[k], first) for k, first in told]
        kept = np.flatnonzero(same)[np.argsort(at[same], kind="stable")]
        first, number = at.take(kept), number.take(kept)
        last = first + self._sizes.take(number)
        kept = np.arange(len(first)) if overlapping else _apart(first, last)
        return self._order.take(number.take(kept)), first.take(kept), last.take(kept)

    def _candidates(self, codes: NDArray[np.uint16]) -> tuple[Ints, Ints]:
        """Places of a text with words that may begin there; ``codes`` end two behind its last."""
        pairs = codes[:-2] * _MIX + codes[1:-1]
        at = np.flatnonzero(self._pairs.take(pairs))
        pairs = pairs.take(at)
        places, groups = [at, at], [pairs * _MIX + codes.take(at + 2) + 2 * _LEVEL, pairs + _LEVEL]
        if self._some[:_LEVEL].any():
            places.append(np.flatnonzero(self._some.take(codes[:-2])))
            groups.append(codes.take(places[-1]).astype(np.int64))
        at, group = np.concatenate(places), np.concatenate(groups)
        met = np.flatnonzero(self._some.take(group))
        at, group = at.take(met), group.take(met)
        count = self._count.take(group)
        number = np.repeat(self._first.take(group) + count - np.cumsum(count), count)
        return np.repeat(at, count), number + np.arange(len(number))


def _apart(first: Ints, last: Ints) -> Ints:
    """Which of these stretches, ordered by their beginnings, are left if the earlier one wins."""
    kept = first >= np.append(0, np.maximum.accumulate(last)[:-1])  # nothing before reaches them
    unsure = np.flatnonzero(~kept & (first >= np.maximum.accumulate(last * kept)))
    columns, end = (unsure.tolist(), first[unsure].tolist(), last[unsure].tolist()), 0
    for k, begin, stop in zip(*columns, strict=True):
        if begin >= end:
            kept[k], end = True, stop
    return np.flatnonzero(kept)


def _codes(text: str) -> NDArray[np.uint16]:
    """The number of each character, ``_RARE`` for those of more than 16 bits."""
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(wide, _RARE).astype(np.uint16)
