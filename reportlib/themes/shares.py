"""Rows of the tables ``theme_hits`` and ``themes``: hits, and the shares of a report's parts.

In the examples ``corpus = reportlib.load(folder)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from reportlib.records import Report
from reportlib.themes.coding import Coded
from reportlib.themes.lexicon import theme_ids

ENDS = (0.025, 0.975)
SILENT = ("", "annex")  # titles and the annex are no part of the speech


def hit_columns(report: Report, coded: Coded) -> tuple[list[Any], ...]:
    """The columns of ``theme_hits`` behind doc and report_id, in the order of the text.

    Args:
        coded: ``code_report(report.sentences)``.

    >>> from reportlib.themes import code_report
    >>> report = corpus.reports[0]
    >>> [column[0] for column in hit_columns(report, code_report(report.sentences))]
    ['2024.txt.0007', 100, 106, '地区生产总值', 'macro_demand']
    """
    hits, sentences = coded.hits, report.sentences
    at = np.array([s.first for s in sentences], dtype=np.int64)[hits.text]
    spans = report.mapped.locate_all(at + hits.first, at + hits.last)
    ids = np.array([s.sentence_id for s in sentences], dtype=object).take(hits.text).tolist()
    return ids, *spans, *coded.of.named(hits)


def theme_columns(report: Report, coded: Coded) -> tuple[Sequence[Any], ...]:
    """The columns of ``themes`` behind report_id: each theme in each part of a report and in all.

    They are section, theme, n_hits, n_chars and n_sentences (of the sentences about the theme),
    per_1000_chars (hits by 1,000 characters of the part), sentence_share (fraction of the
    part's sentences, 0 to 1) with low and high, see ``share_interval``. A sentence about two themes
    counts for both, so shares may sum to more than 1. Title and annex are left out; a part without
    sentences has no rows, so nothing is 0 that could not be measured.

    >>> from reportlib.themes import code_report
    >>> report = corpus.reports[0]
    >>> rows = zip(*theme_columns(report, code_report(report.sentences)), strict=True)
    >>> [row[:5] for row in rows if row[:2] == ("all", "rural")]
    [('all', 'rural', 8, 113, 4)]
    """
    of, about, sentences, k = coded.of, coded.about, report.sentences, len(theme_ids())
    cells = coded.hits.text * k + of.theme[coded.hits.term]
    hits = np.bincount(cells, minlength=about.size).reshape(about.shape)
    spoken = dict.fromkeys(s.section for s in sentences if s.section not in SILENT)
    parts = [*spoken, "all"] if spoken else []
    number = {part: row for row, part in enumerate(parts)}
    part = np.array([number.get(s.section, -1) for s in sentences])
    inside = (part == np.arange(len(parts))[:, None]).astype(float)
    inside[-1:] = part >= 0
    chars = inside * [len(s.text) for s in sentences]
    n_hits, n_chars, n_about = inside @ hits, chars @ about, inside @ about
    total, size = chars.sum(axis=1, keepdims=True), inside.sum(axis=1, keepdims=True)
    counts = [c.astype(np.int64).ravel().tolist() for c in (n_hits, n_chars, n_about)]
    shares = (c.ravel().tolist() for c in (1000 * n_hits / total, n_about / size))
    sizes = np.repeat(size.astype(np.int64), k).tolist()
    ends = np.array([*map(share_interval, counts[2], sizes)]).reshape(-1, 2).T.tolist()
    sections = [part for part in parts for _ in range(k)]
    return sections, theme_ids() * len(parts), *counts, *shares, *ends


@lru_cache(maxsize=1 << 16)
def share_interval(successes: int, n: int) -> tuple[float, float]:
    """95 % percentile bootstrap of the share ``successes / n``: its lower and upper end.

    Drawing n of n sentences anew, with replacement, and counting those about a theme is drawing
    from a binomial distribution; its quantiles are what endlessly many draws would give, without
    any chance. Neighbouring sentences resemble each other, so it is rather too narrow than too
    wide; at 0 and n of n it has no width at all. NaN where n is 0.

    >>> share_interval(50, 100)
    (0.4, 0.6)
    """
    if not 0 < successes < n:
        return (successes / n, successes / n) if n else (math.nan, math.nan)
    k = max(0, successes - 4 * math.isqrt(n) - 4)  # fewer have no chance (Hoeffding 1963)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    share, odds = successes / n, successes / (n - successes)
    chance = math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
    below, ends = chance, []  # the chance of at most k, and of k
    for end in ENDS:
        while below < end - 1e-12:
            chance *= (n - k) / (k + 1) * odds
            below, k = below + chance, k + 1
        ends.append(k / n)
    return ends[0], ends[1]
