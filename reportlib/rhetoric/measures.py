"""Rates: every card of ``data/rhetoric_cards.toml`` is a ratio of counts over sentences.

A card names the counts above and below the line; any group of coded sentences has a value, and a
bootstrap over its sentences gives the interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.rhetoric.coding import SILENT, Coded
from reportlib.rhetoric.vocabulary import card, cards, columns

RESAMPLES, SEED, FEWEST = 200, 20260101, 5  # of the bootstrap; fewer sentences get no interval
ENDS = (0.025, 0.975)
SECTIONS = ("all", "review", "problems", "plan")
SIZES = frozenset({"chars", "clauses", "items", "text_chars"})  # bases that are no observations
WINDOW = 500  # characters of the moving window of lexical diversity
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FFF
SMALL = 200_000  # multiplications that a linear algebra library does not spread over threads
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
    found = _evaluate(sum(_draws(coded).values(), start=_nothing()), coded)
    return {name: found[card(name).id] for name in measures or cards()}


def _draws(coded: Sequence[Coded]) -> dict[str, Floats]:
    """By part, the totals of every count: row 0 as they are, then in each resample."""
    parts: dict[str, list[Floats]] = {}
    for one in coded:
        parts.setdefault(one.sentence.section, []).append(one.counts)
    return {section: _resampled(np.array(rows)) for section, rows in parts.items()}


def _resampled(counts: Floats) -> Floats:
    """Totals of the columns, as they are and in each resample of the rows.

    Some resamples at a time: a larger product would be spread over threads, which costs more.
    """
    n, rng = len(counts), np.random.default_rng(SEED)
    size = max(1, SMALL // counts.size)
    totals = [counts.sum(axis=0)[None]]
    for k in range(0, RESAMPLES, size):
        m = min(size, RESAMPLES - k)
        drawn = rng.integers(0, n, (m, n)) + np.arange(0, m * n, n)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=m * n).reshape(m, n)
        totals.append(weights @ counts)
    return np.concatenate(totals)


def _nothing() -> Floats:
    return np.zeros((RESAMPLES + 1, len(columns())))


@cache
def _summed(side: str) -> list[list[int]]:
    """The columns that stand on one side of the cards' lines: of each the first, the second."""
    named = zip_longest(*(getattr(one, side) for one in cards().values()), fillvalue="")
    return [[columns().index(name) for name in names] for names in named]


def _evaluate(totals: Floats, coded: Sequence[Coded]) -> dict[str, Rate]:
    """Every card's value and interval from the totals of some sentences."""
    above, base = (
        np.sum([totals[:, at] for at in _summed(side)], axis=0) for side in ("above", "below")
    )
    scale = [one.scale for one in cards().values()]
    ratios = above * scale / np.where(base > 0, base, np.nan)
    for k, one in enumerate(cards().values()):
        if one.mean_of:
            ratios[:, k] = ratios[:, [list(cards()).index(m) for m in one.mean_of]].mean(axis=1)
    ordered = np.sort(ratios[1:], axis=0)  # NaN, from resamples without a base, comes last
    last = np.maximum(RESAMPLES - 1 - np.isnan(ordered).sum(axis=0), 0)
    across = np.arange(len(last))
    lows, highs = (ordered[np.rint(last * q).astype(int), across].tolist() for q in ENDS)
    present = {c.sentence.section for c in coded}
    numbers = zip(ratios[0].tolist(), base[0].tolist(), lows, highs, strict=True)
    out = {}
    for one, (value, below, low, high) in zip(cards().values(), numbers, strict=True):
        if not coded or (one.needs and one.needs not in present):
            out[one.id] = Rate(None, 0, reason="part_missing")
        elif one.id == "lexical_diversity":
            out[one.id] = _diversity("".join(c.sentence.text for c in coded))
        elif math.isnan(value):
            out[one.id] = Rate(None, 0, reason="no_base")
        else:
            n = len(coded) if not one.below or one.below[0] in SIZES else int(below)
            ends = (
                (round(low, 4), round(high, 4))
                if len(coded) >= FEWEST and not math.isnan(low)
                else (None, None)
            )
            out[one.id] = Rate(round(value, 4), n, *ends)
    return out


def _diversity(text: str) -> Rate:
    value = mattr(text)
    if value is None:
        return Rate(None, 0, reason="too_short")
    return Rate(round(value, 4), len(text))


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
    before = np.full(n, -1, dtype=np.int32)
    same = ids[order[1:]] == ids[order[:-1]]
    before[order[1:][same]] = order[:-1][same]
    at = np.arange(n, dtype=np.int32)  # new in the windows that begin after its last occurrence
    new = np.minimum(at, n - window) - np.maximum(before, at - window).clip(min=-1)
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
    draws = _draws(spoken)
    draws["all"] = sum(draws.values(), start=_nothing())
    for section in SECTIONS:
        part = [c for c in spoken if section in ("all", c.sentence.section)]
        found = _evaluate(draws.get(section, _nothing()), part)
        for one in cards().values():
            if section == "all" or not one.needs:
                value, n, low, high, reason = found[one.id]
                yield report.report_id, section, one.id, value, one.unit, n, low, high, reason
