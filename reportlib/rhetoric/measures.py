"""Rates: every card of ``data/rhetoric_cards.toml`` is a ratio of counts over sentences.

A card names the counts above and below the line; any group of coded sentences has a value, and a
bootstrap over its sentences gives the interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.rhetoric.coding import SILENT, Coded
from reportlib.rhetoric.vocabulary import Card, cards, columns

RESAMPLES, SEED, FEWEST = 200, 20260101, 5  # of the bootstrap; fewer sentences get no interval
ENDS = (0.025, 0.975)
SECTIONS = ("all", "review", "problems", "plan")
SIZES = frozenset({"chars", "clauses", "items", "text_chars"})  # bases that are no observations
WINDOW = 500  # characters of the moving window of lexical diversity
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FFF
Floats = NDArray[np.float64]


class Rate(NamedTuple):
    """A measure of a group of sentences. ``value`` is None where it cannot be measured.

    ``n`` counts the sentences, or the hits below the line where the measure is a share of hits;
    ``low`` and ``high`` bound the 95 % bootstrap interval over sentences (None below five).
    ``reason`` is ``part_missing``, ``no_base`` (nothing below the line) or ``too_short``.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    reason: str = ""


def rates(coded: Coded) -> dict[str, dict[str, Rate]]:
    """Every measure of a report (``all``: no titles, no annex) and of its parts: part, measure.

    The bootstrap draws sentences within each part of the report, so that its parts keep their size.
    Measures that need a part of the report are of the whole only.

    >>> from reportlib.rhetoric import code_report
    >>> rates(code_report([]))["plan"]["commitment"].reason
    'part_missing'
    """
    names = [name for name in dict.fromkeys(coded.section.tolist()) if name not in SILENT]
    rows = {name: np.flatnonzero(coded.section == name).tolist() for name in names}
    totals = {name: _totals(coded.counts[at]) for name, at in rows.items()}
    rows["all"] = np.flatnonzero(~np.isin(coded.section, SILENT)).tolist()
    totals["all"] = sum(totals.values(), start=np.zeros((len(_sides()[0]), RESAMPLES + 1)))
    numbers = _evaluate(np.array([totals.get(part, totals["all"]) for part in SECTIONS]))
    found: dict[str, dict[str, Rate]] = {part: {} for part in SECTIONS}
    for part, own in zip(SECTIONS, numbers, strict=True):
        said = [coded.sentences[row].text for row in rows.get(part, ())]
        for one, four in zip(cards().values(), own, strict=True):
            if part == "all" or not one.needs:
                found[part][one.id] = _rate(one, said if one.needs in ("", *rows) else (), four)
    return found


def _totals(counts: NDArray[np.float32]) -> Floats:
    """What stands on each side of a card's line: as it is, then in each resample.

    Sums of whole numbers, which are exact below 2 ** 24.
    """
    return ((counts @ _sides()[0].T).T @ _weights(len(counts)).astype(np.float32)).astype(float)


@lru_cache(maxsize=256)
def _weights(n: int) -> NDArray[np.uint8]:
    """How often each of n sentences counts: once as they are, then in each resample.

    Kept, because many parts of reports have as many sentences.
    """
    drawn = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
    drawn += np.arange(n, n * (RESAMPLES + 1), n)[:, None]
    weights = np.bincount(drawn.ravel(), minlength=n * (RESAMPLES + 1)).astype(np.uint8)
    weights[:n] = 1
    return weights.reshape(-1, n).T


@cache
def _sides() -> tuple[NDArray[np.float32], list[int], list[int]]:
    """The counts that each side of a line adds up, and by card the sides above and below its line.

    Many cards share a side, such as the characters.
    """
    sides = [(one.above, one.below) for one in cards().values()]
    number = {side: k for k, side in enumerate(dict.fromkeys(chain(*sides)))}
    added = [[side.count(name) for name in columns()] for side in number]
    above, below = ([number[side] for side in both] for both in zip(*sides, strict=True))
    return np.array(added, dtype=np.float32), above, below


def _evaluate(totals: Floats) -> list[list[list[float]]]:
    """By group and card: its value, what is below its line, and the ends of its interval."""
    _, over, under = _sides()
    scale = np.array([one.scale for one in cards().values()])
    above, base = totals[:, over] * scale[:, None], totals[:, under]
    ratios = np.divide(above, base, out=np.full_like(base, np.nan), where=base > 0)
    for k, one in enumerate(cards().values()):
        if one.mean_of:
            ratios[:, k] = ratios[:, [list(cards()).index(m) for m in one.mean_of]].mean(axis=1)
    ordered = np.sort(ratios[..., 1:])  # NaN, from resamples without a base, comes last
    last = np.maximum(RESAMPLES - 1 - np.isnan(ordered).sum(axis=-1, keepdims=True), 0)
    ends = (np.take_along_axis(ordered, np.rint(last * q).astype(int), -1)[..., 0] for q in ENDS)
    numbers: list[Any] = np.stack((ratios[..., 0], base[..., 0], *ends), axis=-1).tolist()
    return numbers


def _rate(one: Card, texts: Sequence[str], numbers: Sequence[float]) -> Rate:
    """A card's rate of some sentences, from the numbers of ``_evaluate``."""
    value, below, low, high = numbers
    if not texts:
        return Rate(None, 0, reason="part_missing")
    if one.id == "lexical_diversity":
        varied = mattr(text := "".join(texts))
        short = Rate(None, 0, reason="too_short")
        return short if varied is None else Rate(round(varied, 4), len(text))
    if math.isnan(value):
        return Rate(None, 0, reason="no_base")
    n = len(texts) if not one.below or one.below[0] in SIZES else int(below)
    if len(texts) < FEWEST or math.isnan(low):
        return Rate(round(value, 4), n)
    return Rate(round(value, 4), n, round(low, 4), round(high, 4))


def mattr(text: str, window: int = WINDOW) -> float | None:
    """Moving-average type-token ratio: distinct Han characters in a window, over all windows.

    Unit: fraction, 0-1; higher = more varied; the length of the text does not matter. None when
    the text has fewer Han characters than the window.

    >>> mattr("发展要发展", 2), mattr("稳、稳进", 2), mattr("短", 2)
    (1.0, 0.75, None)
    """
    ids = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)  # sorts fast
    ids = ids[(ids >= FIRST_HAN) & (ids <= LAST_HAN)]
    n = len(ids)
    if n < window:
        return None
    order = np.argsort(ids, kind="stable")
    ids, order = ids.take(order), order.astype(np.int32)
    before = np.full(n, -1, dtype=np.int32)  # where the same character stands before
    np.copyto(before[1:], order[:-1], where=ids[1:] == ids[:-1])
    # A character is new in the windows that begin after that.
    new = np.minimum(order, n - window) - np.maximum(before, order - window)
    return float(new.clip(min=0).sum() / (window * (n - window + 1)))


def hit_columns(report: Report, coded: Coded, page_text: str) -> tuple[Sequence[Any], ...]:
    """The columns of ``rhetoric_hits`` behind doc and report_id; of the annex only explanations.

    The text is the page's own.

    >>> from reportlib.records import Mapped, Metadata, Sentence
    >>> from reportlib.rhetoric import code_report
    >>> one = Sentence("r.1", "plan", "text", 7, 14, "坚决打赢这一仗", 0, 0, 0, "")
    >>> mapped = Mapped(one.text, (0,), (7,), (-1,))
    >>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
    >>> [column[0] for column in hit_columns(report, code_report([one]), ".......坚决打赢这一仗")]
    ['r.1', 7, 9, '坚决', 'commitment', 'strong']
    """
    hits = [
        hit
        for hit in coded.hits
        if hit.sentence.section != "annex" or hit.measure == "abbreviation_explained"
    ]
    sentences, first, last, measures, rules = zip(*hits, strict=True) if hits else ((),) * 5
    starts, ends = report.locate_all(sentences, first, last)
    texts = [page_text[start:end] for start, end in zip(starts, ends, strict=True)]
    return [s.sentence_id for s in sentences], starts, ends, texts, measures, rules


def measure_rows(report: Report, coded: Coded) -> Iterator[tuple[Any, ...]]:
    """Rows of ``rhetoric``: each card for the whole report (no titles, no annex) and its parts.

    >>> from reportlib.records import Mapped, Metadata, Sentence
    >>> from reportlib.rhetoric import code_report
    >>> one = Sentence("r.1", "plan", "text", 7, 14, "坚决打赢这一仗", 0, 0, 0, "")
    >>> mapped = Mapped(one.text, (0,), (7,), (-1,))
    >>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
    >>> [row[1:6] for row in measure_rows(report, code_report([one])) if row[2] == "war"][0]
    ('all', 'war', 142.8571, 'per 1,000 characters', 1)
    """
    for section, found in rates(coded).items():
        for name, (value, n, low, high, reason) in found.items():
            yield report.report_id, section, name, value, cards()[name].unit, n, low, high, reason
