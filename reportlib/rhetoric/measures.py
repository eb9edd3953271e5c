"""Rates: every card of ``data/rhetoric_cards.toml`` is a ratio of counts over sentences.

A card names the counts above and below the line; any group of coded sentences has a value, and a
bootstrap over its sentences gives the interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.rhetoric.coding import Coded
from reportlib.rhetoric.vocabulary import card, cards, columns

RESAMPLES, SEED, FEWEST = 200, 20260101, 5  # of the bootstrap; fewer sentences get no interval
ENDS = (0.025, 0.975)
SECTIONS = ("all", "review", "problems", "plan")
SIZES = frozenset({"chars", "clauses", "items", "text_chars"})  # bases that are no observations
WINDOW = 500  # characters of the moving window of lexical diversity
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FFF
Totals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
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
    """
    draws = _draws(coded)
    totals = sum(draws.values(), start=np.zeros((RESAMPLES + 1, len(columns()))))
    found = _evaluate(totals, coded)
    return {name: found[card(name).id] for name in measures or cards()}


def _draws(coded: Sequence[Coded]) -> dict[str, Totals]:
    """By part, the totals of every count: row 0 as they are, then in each resample."""
    take = itemgetter(*columns())
    parts: dict[str, list[tuple[int, ...]]] = {}
    for one in coded:
        parts.setdefault(one.sentence.section, []).append(take(one.counts))
    out = {}
    for section, rows in parts.items():
        counts, n = np.array(rows, dtype=np.float64), len(rows)
        drawn = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
        drawn += np.arange(RESAMPLES)[:, None] * n
        weights = np.bincount(drawn.ravel(), minlength=RESAMPLES * n).reshape(RESAMPLES, n)
        resampled = weights.astype(np.float64) @ counts
        out[section] = np.vstack([counts.sum(axis=0), resampled])
    return out


@cache
def _sums() -> tuple[Totals, Totals]:
    """Which columns stand above and below the line of each card, as matrices (column, card)."""
    above, below = np.zeros((2, len(columns()), len(cards())))
    for k, one in enumerate(cards().values()):
        above[[columns().index(name) for name in one.above], k] = one.scale
        below[[columns().index(name) for name in one.below], k] = 1
    return above, below


def _evaluate(totals: Totals, coded: Sequence[Coded]) -> dict[str, Rate]:
    """Every card's value and interval from the totals of some sentences."""
    above, below = _sums()
    base = totals @ below
    ratios = np.divide(totals @ above, base, out=np.full(base.shape, np.nan), where=base > 0)
    names = list(cards())
    for k, one in enumerate(cards().values()):
        if one.mean_of:
            ratios[:, k] = ratios[:, [names.index(m) for m in one.mean_of]].mean(axis=1)
    ordered = np.sort(ratios[1:], axis=0)  # NaN, from resamples without a base, comes last
    last = np.maximum(RESAMPLES - 1 - np.isnan(ordered).sum(axis=0), 0)
    across = np.arange(len(names))
    lows, highs = (ordered[np.rint(last * q).astype(int), across].tolist() for q in ENDS)
    present = {c.sentence.section for c in coded}
    out = {}
    for k, one in enumerate(cards().values()):
        value = float(ratios[0, k])
        if not coded or (one.needs and one.needs not in present):
            out[one.id] = Rate(None, 0, reason="part_missing")
        elif one.id == "lexical_diversity":
            out[one.id] = _diversity("".join(c.sentence.text for c in coded))
        elif math.isnan(value):
            out[one.id] = Rate(None, 0, reason="no_base")
        else:
            n = len(coded) if not one.below or one.below[0] in SIZES else int(base[0, k])
            wide = len(coded) >= FEWEST and not math.isnan(lows[k])
            low, high = (round(lows[k], 4), round(highs[k], 4)) if wide else (None, None)
            out[one.id] = Rate(round(value, 4), n, low, high)
    return out


def mattr(tokens: str | Sequence[str], window: int = WINDOW) -> float | None:
    """Moving-average type-token ratio: distinct tokens in a window, averaged over all windows.

    A string is measured by its Han characters, a list by its words. Unit: fraction, 0-1; higher =
    more varied; the length of the text does not matter. None when shorter than the window.

    >>> mattr("发展要发展", 2), mattr(["稳", "稳", "进"], 2), mattr("短", 2)
    (1.0, 0.75, None)
    """
    if isinstance(tokens, str):
        ids: NDArray[Any] = np.frombuffer(tokens.encode("utf-32-le"), np.uint32)
        ids = ids[(ids >= FIRST_HAN) & (ids <= LAST_HAN)].astype(np.uint16)  # sorts fast
    else:
        ids = np.unique(np.asarray(tokens), return_inverse=True)[1]
    n = len(ids)
    if n < window:
        return None
    order = np.argsort(ids, kind="stable")
    before = np.full(n, -1)
    same = ids[order[1:]] == ids[order[:-1]]
    before[order[1:][same]] = order[:-1][same]
    at = np.arange(n)  # a token is new in the windows that begin after its last occurrence
    first = np.maximum(np.maximum(at - window + 1, before + 1), 0)
    new = np.maximum(np.minimum(at, n - window) - first + 1, 0)
    return float(new.sum() / (window * (n - window + 1)))


def _diversity(text: str) -> Rate:
    value = mattr(text)
    if value is None:
        return Rate(None, 0, reason="too_short")
    return Rate(round(value, 4), len(text))


def hit_rows(report: Report, coded: Sequence[Coded], page_text: str) -> Iterator[tuple[Any, ...]]:
    """Rows of ``rhetoric_hits``; the text is the page's own. Of the annex only explanations."""
    for one in coded:
        s = one.sentence
        for hit in one.hits:
            if s.section == "annex" and hit.measure != "abbreviation_explained":
                continue
            start, end = report.locate(s, hit.first, hit.last)
            where = (report.doc, report.report_id, s.sentence_id, start, end)
            yield *where, page_text[start:end], hit.measure, hit.rule


def measure_rows(report: Report, coded: Sequence[Coded]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``rhetoric``: each card for the whole report (no titles, no annex) and its parts."""
    spoken = [c for c in coded if c.sentence.section not in ("", "annex")]
    draws = _draws(spoken)
    empty = np.zeros((RESAMPLES + 1, len(columns())))
    draws["all"] = sum(draws.values(), start=empty)
    for section in SECTIONS:
        part = [c for c in spoken if section in ("all", c.sentence.section)]
        for name, rate in _evaluate(draws.get(section, empty), part).items():
            if section == "all" or not card(name).needs:
                cells = (rate.value, card(name).unit, rate.n, rate.low, rate.high, rate.reason)
                yield report.report_id, section, name, *cells
