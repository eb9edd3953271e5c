"""Rates: every card of ``data/rhetoric_cards.toml`` is a ratio of counts over sentences.

A card names the counts above and below the line; any group of coded sentences has a value, and a
bootstrap over its sentences gives the interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.rhetoric.coding import SILENT, Coded
from reportlib.rhetoric.vocabulary import Card, card, cards, columns

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


def rates(coded: Sequence[Coded], measures: Sequence[str] = ()) -> dict[str, Rate]:
    """The measures named (all by default) of some coded sentences, in the order given.

    The bootstrap draws sentences within each part of the report, so that its parts keep their size.

    Raises:
        ReportlibError: unknown measure.

    >>> rates([], ["commitment"])["commitment"].reason
    'part_missing'
    """
    (found,) = _evaluate([sum(_totals(coded).values(), start=_nothing())], [coded])
    return {name: found[card(name).id] for name in measures or cards()}


def _totals(coded: Sequence[Coded]) -> dict[str, Floats]:
    """By part of the report, the totals of every count: as they are, then in each resample."""
    parts: dict[str, list[Floats]] = {}
    for one in coded:
        parts.setdefault(one.sentence.section, []).append(one.counts)
    return {name: np.array(rows).T @ _weights(len(rows)) for name, rows in parts.items()}


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


def _nothing() -> Floats:
    return np.zeros((len(columns()), RESAMPLES + 1))


@cache
def _summed(side: str) -> Floats:
    """For each card, one row, what each count adds on one side of its line."""
    scales = [one.scale if side == "above" else 1.0 for one in cards().values()]
    named = [[getattr(one, side).count(name) for name in columns()] for one in cards().values()]
    return np.array(named) * np.array(scales)[:, None]


def _evaluate(totals: Sequence[Floats], groups: Sequence[Sequence[Coded]]) -> list[dict[str, Rate]]:
    """Every card's value and interval from the totals of groups of sentences."""
    above, base = _summed("above") @ totals, _summed("below") @ totals
    ratios = np.divide(above, base, out=np.full_like(base, np.nan), where=base > 0)
    for k, one in enumerate(cards().values()):
        if one.mean_of:
            ratios[:, k] = ratios[:, [list(cards()).index(m) for m in one.mean_of]].mean(axis=1)
    ordered = np.sort(ratios[..., 1:])  # NaN, from resamples without a base, comes last
    last = np.maximum(RESAMPLES - 1 - np.isnan(ordered).sum(axis=-1, keepdims=True), 0)
    ends = (np.take_along_axis(ordered, np.rint(last * q).astype(int), -1)[..., 0] for q in ENDS)
    numbers = np.stack((ratios[..., 0], base[..., 0], *ends), axis=-1).tolist()
    return [
        {one.id: _rate(one, coded, four) for one, four in zip(cards().values(), own, strict=True)}
        for coded, own in zip(groups, numbers, strict=True)
    ]


def _rate(one: Card, coded: Sequence[Coded], numbers: Sequence[float]) -> Rate:
    """A card's rate, from its value, what stands below the line, and the ends of the interval."""
    value, below, low, high = numbers
    if not coded or (one.needs and all(c.sentence.section != one.needs for c in coded)):
        return Rate(None, 0, reason="part_missing")
    if one.id == "lexical_diversity":
        varied = mattr(text := "".join(c.sentence.text for c in coded))
        short = Rate(None, 0, reason="too_short")
        return short if varied is None else Rate(round(varied, 4), len(text))
    if math.isnan(value):
        return Rate(None, 0, reason="no_base")
    n = len(coded) if not one.below or one.below[0] in SIZES else int(below)
    if len(coded) < FEWEST or math.isnan(low):
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
    order = np.argsort(ids, kind="stable").astype(np.int32)
    before = np.roll(order, 1)  # where the same character stands before
    before[np.diff(ids[order], prepend=0) != 0] = -1
    # A character is new in the windows that begin after that.
    new = np.minimum(order, n - window) - np.maximum(before, np.maximum(order - window, -1))
    return float(new.clip(min=0).sum() / (window * (n - window + 1)))


def hit_columns(
    report: Report, coded: Sequence[Coded], page_text: str
) -> tuple[Sequence[Any], ...]:
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
        for one in coded
        for hit in one.hits
        if one.sentence.section != "annex" or hit.measure == "abbreviation_explained"
    ]
    sentences = [hit.sentence for hit in hits]
    spans = report.locate_all(sentences, [h.first for h in hits], [h.last for h in hits])
    texts = [page_text[start:end] for start, end in zip(*spans, strict=True)]
    ids = [s.sentence_id for s in sentences]
    return ids, *spans, texts, [hit.measure for hit in hits], [hit.rule for hit in hits]


def measure_rows(report: Report, coded: Sequence[Coded]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``rhetoric``: each card for the whole report (no titles, no annex) and its parts.

    >>> from reportlib.records import Mapped, Metadata, Sentence
    >>> from reportlib.rhetoric import code_report
    >>> one = Sentence("r.1", "plan", "text", 7, 14, "坚决打赢这一仗", 0, 0, 0, "")
    >>> mapped = Mapped(one.text, (0,), (7,), (-1,))
    >>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
    >>> [row[1:6] for row in measure_rows(report, code_report([one])) if row[2] == "war"][0]
    ('all', 'war', 142.8571, 'per 1,000 characters', 1)
    """
    spoken = [c for c in coded if c.sentence.section not in SILENT]
    totals = _totals(spoken)
    totals["all"] = sum(totals.values(), start=_nothing())
    groups = [[c for c in spoken if section in ("all", c.sentence.section)] for section in SECTIONS]
    found = _evaluate([totals.get(section, _nothing()) for section in SECTIONS], groups)
    for section, rates_of in zip(SECTIONS, found, strict=True):
        for one in cards().values():
            if section == "all" or not one.needs:
                value, n, low, high, reason = rates_of[one.id]
                yield report.report_id, section, one.id, value, one.unit, n, low, high, reason
