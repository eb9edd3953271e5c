"""Where the words of a list stand in a text: all places are looked at together, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WINDOW = 8  # characters that are compared in columns; longer words are compared one at a time
_MIX = np.uint16(40503)  # what makes hashes of two characters differ
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
        letters[inside] = characters("".join([word[:WINDOW] for word in words]))
        hashes = [*accumulate(letters.T[:3], lambda mixed, column: mixed * _MIX + column)]
        level = np.minimum(sizes, 3) - 1
        group = level * (_RARE + 1) + np.choose(level, hashes)
        self._order = order = np.lexsort((-sizes, group))
        self._sizes, self._words = sizes[order], [words[k] for k in order.tolist()]
        known, first, count = np.unique(group[order], return_index=True, return_counts=True)
        self._first, self._count = np.append(0, first), np.append(0, count)
        groups = np.zeros((3, _RARE + 1), dtype=np.min_scalar_type(len(known)))
        groups.ravel()[known] = np.arange(1, len(known) + 1)  # 0: there is none of this hash
        self._groups = groups[::-1][: 2 + groups[0].any()]
        self._pairs = np.bincount(hashes[1][sizes > 1], minlength=_RARE + 1) > 0
        rare = (letters == _RARE).any(axis=1) | (sizes > WINDOW)
        self._steps = np.where(rare, 2, sizes > 4)[order]  # that follow the first comparison
        heads = (letters[order], inside[order] * np.uint16(_RARE))
        # four characters as one number
        self._heads, self._masks = (head.view(np.uint64).T.copy() for head in heads)

    def find(self, text: str, overlapping: bool = False) -> tuple[Ints, Ints, Ints]:
        """The number of each word found, its first character and the one behind it; in order.

        The leftmost word wins, of those that begin together the longest; a character belongs to
        one word. Where ``overlapping``, all words are found, the longer of two first.

        >>> [column.tolist() for column in Finder(["环境", "营商环境"]).find("优化营商环境")]
        [[1], [2], [6]]
        """
        codes = characters(text + WINDOW * chr(_RARE))
        at, number = self._candidates(codes[: len(text) + 2])
        fours = np.ndarray(len(text) + 5, np.uint64, codes, strides=(2,)).copy()
        same = fours.take(at) & self._masks[0].take(number) == self._heads[0].take(number)
        long = ((steps := self._steps.take(number) * same) > 0).nonzero()[0]
        which, four = number.take(long), fours.take(at.take(long) + 4)
        same[long] = four & self._masks[1].take(which) == self._heads[1].take(which)
        long = (same & (steps > 1)).nonzero()[0]
        told = zip(number.take(long).tolist(), at.take(long).tolist(), strict=True)
        same[long] = [text.startswith(self._words[k], first) for k, first in told]
        first, number = at.compress(same), number.compress(same)
        last = first + self._sizes.take(number)
        kept = np.arange(len(first)) if overlapping else apart(first, last)
        return self._order.take(number.take(kept)), first.take(kept), last.take(kept)

    def _candidates(self, codes: NDArray[np.uint16]) -> tuple[Ints, Ints]:
        """Places of a text with words that may begin there; ``codes`` end two behind its last."""
        pairs = codes[:-2] * _MIX + codes[1:-1]
        some = self._pairs.take(pairs)
        if len(self._groups) == 3:
            some |= self._groups[2].take(codes[:-2]) > 0
        at = some.nonzero()[0]
        pairs = pairs.take(at)
        hashes = (pairs * _MIX + codes.take(at + 2), pairs, codes.take(at))
        groups = np.stack([*map(np.take, self._groups, hashes)], axis=1).ravel()
        met = (groups > 0).nonzero()[0]
        group, at = groups.take(met), at.take(met // len(self._groups))
        count = self._count.take(group)
        number = (self._first.take(group) + count - count.cumsum()).repeat(count)
        return at.repeat(count), number + np.arange(len(number))


def apart(first: Ints, last: Ints) -> Ints:
    """Which of these stretches, ordered by their beginnings, are left if the earlier one wins."""
    kept = first >= np.append(0, np.maximum.accumulate(last)[:-1])  # nothing before reaches them
    unsure = (~kept & (first >= np.maximum.accumulate(last * kept))).nonzero()[0]
    columns, end = (unsure.tolist(), first[unsure].tolist(), last[unsure].tolist()), 0
    for k, begin, stop in zip(*columns, strict=True):
        if begin >= end:
            kept[k], end = True, stop
    return kept.nonzero()[0]


def characters(text: str) -> NDArray[np.uint16]:
    """The number of each character, ``_RARE`` for those of more than 16 bits."""
    return np.minimum(np.array([text]).view(np.uint32), _RARE).astype(np.uint16)
