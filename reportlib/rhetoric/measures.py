"""Rates: every card of ``data/rhetoric_cards.toml`` is a ratio of counts over sentences.

A card names the counts above and below the line; any group of coded sentences has a value, and a
bootstrap over its sentences gives the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.rhetoric.coding import PARTS, Coded
from reportlib.rhetoric.vocabulary import cards, columns

RESAMPLES, SEED, FEWEST = 200, 20260101, 5  # of the bootstrap; fewer sentences get no interval
ENDS = (0.025, 0.975)
SECTIONS = ("all", *PARTS[1:])  # nothing is said of the opening alone
SIZES = frozenset({"chars", "clauses", "items", "text_chars"})  # bases that are no observations
REASONS = ("", "no_base", "too_short", "part_missing")
WINDOW = 500  # characters of the moving window of lexical diversity
HAN = (np.uint32(0x4E00), np.uint32(0x5200))  # the first Han character, and how many there are
Floats = NDArray[np.float64]


def measure_columns(coded: Coded) -> tuple[Sequence[Any], ...]:
    """The columns of ``rhetoric`` behind report_id: every measure of a report and of its parts.

    They are section (``all``: no titles, no annex), measure, value (None where it cannot be
    measured), unit, n (sentences, or the hits below the line where the measure is a share of hits),
    low and high (95 % bootstrap interval over sentences, which are drawn within each part; None
    below five) and reason: ``part_missing``, ``no_base`` (nothing below the line) or ``too_short``.
    Measures that need a part of the report are of the whole only.

    >>> from reportlib.records import Sentence
    >>> from reportlib.rhetoric import code_report
    >>> one = Sentence("r.1", "plan", "text", 7, 14, "坚决打赢这一仗", 0, 0, 0, "")
    >>> rows = zip(*measure_columns(code_report([one])), strict=True)
    >>> next(row[:5] for row in rows if row[1] == "war")
    ('all', 'war', 142.8571, 'per 1,000 characters', 1)
    """
    every = [(part, one.id, one.unit, one.needs) for part in SECTIONS for one in cards().values()]
    parts, names, units, needs = zip(*every, strict=True)
    numbers, n, reasons = _measured(coded)
    rounded = np.rint(scaled := numbers * 10_000) / 10_000
    for at in np.argwhere(abs(scaled % 1 - 0.5) < 1e-4):  # amid two, NumPy rounds otherwise
        rounded[*at] = round(float(numbers[*at]), 4)
    value, low, high = ([x if x == x else None for x in row] for row in rounded.tolist())
    asked = [part == "all" or not need for part, need in zip(parts, needs, strict=True)]
    table = (parts, names, value, units, n, low, high, reasons)
    return tuple([*compress(column, asked)] for column in table)


def _measured(coded: Coded) -> tuple[Floats, list[int], list[str]]:
    """By part and card: value and ends of its interval (NaN where there is none), n, reason."""
    held, said = coded.hold, [s.text for s in coded.sentences]
    inside = np.array([~(held[""] | held["annex"]), *(held[part] for part in SECTIONS[1:])])
    size = inside.sum(axis=1, keepdims=True)
    value, base, *ends = _evaluate(_totals(coded))
    sized = [not one.below or one.below[0] in SIZES for one in cards().values()]
    n, varied = np.where(sized, size, base), [*cards()].index("lexical_diversity")
    value[:, varied] = [mattr("".join(compress(said, own))) for own in inside.tolist()]
    n[:, varied] = inside @ np.array([*map(len, said)], dtype=np.int64)
    needed = [SECTIONS.index(one.needs or "all") for one in cards().values()]
    missing = (size == 0) | (size[needed, 0] == 0)
    value[missing] = np.nan
    blank = np.isnan(value)
    n[blank], reason = 0, np.where(missing, REASONS.index("part_missing"), blank)
    reason[:, varied] += reason[:, varied] == REASONS.index("no_base")
    bounds = np.where(blank | (size < FEWEST), np.nan, ends)
    numbers, n = np.array([value, *bounds]).reshape(3, -1), n.ravel().astype(int)
    return numbers, n.tolist(), [REASONS[k] for k in reason.ravel().tolist()]


def _totals(coded: Coded) -> Floats:
    """By part, what stands on each side of a card's line: as it is, then in each resample.

    Sums of whole numbers, which are exact below 2 ** 24.
    """
    sides = coded.counts @ _sides()[0].T
    totals = np.zeros((len(PARTS), sides.shape[1], RESAMPLES + 1))
    for row, part in enumerate(PARTS):
        if len(own := sides[coded.hold[part]]):
            totals[row] = (_weights(len(own)).astype(np.float32) @ own).T
    totals[0] += totals[1:].sum(axis=0)  # the opening is no part
    return totals


@lru_cache(maxsize=512)
def _weights(n: int) -> NDArray[np.uint8]:
    """How often each of n sentences counts: once as they are, then a line for each resample.

    Kept, because many parts of reports have as many sentences.
    """
    drawn = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
    drawn += np.arange(n, n * (RESAMPLES + 1), n)[:, None]
    weights = np.bincount(drawn.ravel(), minlength=n * (RESAMPLES + 1)).astype(np.uint8)
    weights[:n] = 1
    return weights.reshape(-1, n)


@cache
def _sides() -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """The counts that each side of a line adds up, and by card the sides above and below its line.

    Many cards share a side, such as the characters.
    """
    sides = [(one.above, one.below) for one in cards().values()]
    number = {side: k for k, side in enumerate(dict.fromkeys(chain(*sides)))}
    added = [[side.count(name) for name in columns()] for side in number]
    above, below = ([number[side] for side in both] for both in zip(*sides, strict=True))
    return np.array(added, dtype=np.float32), np.array(above), np.array(below)


def _evaluate(totals: Floats) -> tuple[Floats, ...]:
    """By part and card: its value, what is below its line, and the ends of its interval."""
    _, over, under = _sides()
    ratios, base = totals.take(over, axis=1), totals.take(under, axis=1)
    base[base == 0] = np.nan
    ratios *= np.array([one.scale for one in cards().values()])[:, None]
    ratios /= base
    for k, one in enumerate(cards().values()):
        if one.mean_of:
            ratios[:, k] = ratios[:, [[*cards()].index(m) for m in one.mean_of]].mean(axis=1)
    value, ordered = ratios[..., 0].copy(), ratios[..., 1:]
    ordered.sort()  # NaN, from resamples without a base, comes last
    last = np.maximum(RESAMPLES - 1 - np.isnan(ordered).sum(axis=-1), 0)
    part, card = np.ogrid[: len(value), : len(over)]
    return value, base[..., 0], *(ordered[part, card, np.rint(last * q).astype(int)] for q in ENDS)


def mattr(text: str, window: int = WINDOW) -> float | None:
    """Moving-average type-token ratio: distinct Han characters in a window, over all windows.

    Unit: fraction, 0-1; higher = more varied; the length of the text does not matter. None when
    the text has fewer Han characters than the window.

    >>> mattr("发展要发展", 2), mattr("稳、稳进", 2), mattr("短", 2)
    (1.0, 0.75, None)
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32) - HAN[0]
    codes = codes.compress(codes < HAN[1])
    if (n := len(codes)) < window:
        return None
    bits = 17 if n + window < 1 << 17 else 32
    kind: Any = np.uint32 if bits == 17 else np.uint64  # the former are sorted in half the time
    places = codes.astype(kind) << kind(bits) | np.arange(n, dtype=kind)
    places.sort()  # by character
    new, edge = np.full(n, window, dtype=kind), np.arange(window)
    # A character is new in as many windows as it is far from the same one before it,
    at = (places[1:] & kind((1 << bits) - 1)).astype(np.int64)
    new[at] = np.minimum(places[1:] - places[:-1], window)
    new[:window] = np.minimum(new[:window], edge + 1)  # but none reaches beyond an end.
    new[-window:] = np.maximum(new[-window:] - edge, 0)
    return float(new.sum() / (window * (n - window + 1)))


def hit_columns(report: Report, coded: Coded, page_text: str) -> tuple[Sequence[Any], ...]:
    """The columns of ``rhetoric_hits`` behind doc and report_id.

    The text is the page's own.

    >>> from reportlib.records import Mapped, Metadata, Sentence
    >>> from reportlib.rhetoric import code_report
    >>> one = Sentence("r.1", "plan", "text", 7, 14, "坚决打赢这一仗", 0, 0, 0, "")
    >>> mapped = Mapped(one.text, (0,), (7,), (-1,))
    >>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
    >>> [column[0] for column in hit_columns(report, code_report([one]), ".......坚决打赢这一仗")]
    ['r.1', 7, 9, '坚决', 'commitment', 'strong']
    """
    *where, measures, rules = coded.found
    ids, starts, ends = report.locate_all(*where)
    texts = [page_text[start:end] for start, end in zip(starts, ends, strict=True)]
    return ids, starts, ends, texts, measures.tolist(), rules.tolist()
