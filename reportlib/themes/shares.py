"""Rows of the tables ``theme_hits`` and ``themes``: hits, and the shares of a report's parts.

>>> from reportlib.records import Mapped, Metadata, Report, Sentence
>>> from reportlib.themes import code_report
>>> one = Sentence("r.1", "plan", "text", 7, 14, "优化营商环境。", 0, 0, 0, "")
>>> mapped = Mapped(one.text, (0,), (7,), (-1,))
>>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
>>> coded = code_report(report.sentences)
>>> list(hit_rows(report, coded))
[('r.txt', 'r', 'r.1', 9, 13, '营商环境', 'business_env')]
>>> [row[:6] for row in theme_rows(report, coded) if row[3]]
[('r', 'plan', 'business_env', 1, 7, 1), ('r', 'all', 'business_env', 1, 7, 1)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Report
from reportlib.themes.coding import Coded
from reportlib.themes.lexicon import theme_ids

ENDS = (0.025, 0.975)
SILENT = ("", "annex")  # titles and the annex are no part of the speech


def hit_rows(report: Report, coded: Sequence[Coded]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``theme_hits``, in the order of the text.

    Args:
        coded: ``code_report(report.sentences)``.
    """
    pairs = [(s, h) for s, one in zip(report.sentences, coded, strict=True) for h in one.hits]
    sentences, hits = [s for s, _ in pairs], [h for _, h in pairs]
    spans = report.locate_all(sentences, [h.first for h in hits], [h.last for h in hits])
    ids = [s.sentence_id for s in sentences]
    named = [h.term for h in hits], [h.theme for h in hits]
    return zip(repeat(report.doc), repeat(report.report_id), ids, *spans, *named)


def theme_rows(report: Report, coded: Sequence[Coded]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``themes``: every theme in every part of a report, and in ``all`` of it.

    Columns: report_id, section, theme, n_hits, n_chars and n_sentences (of the sentences about the
    theme), per_1000_chars (hits by 1,000 characters of the part), sentence_share (fraction of the
    part's sentences, 0 to 1) with low and high, see ``share_interval``. A sentence about two themes
    counts for both, so shares may sum to more than 1. Title and annex are left out; a part without
    sentences has no rows, so nothing is 0 that could not be measured.
    """
    about = _table([one.themes for one in coded])
    hits = _table([[hit.theme for hit in one.hits] for one in coded])
    chars = np.array([len(s.text) for s in report.sentences], dtype=np.int64)
    section = np.array([s.section for s in report.sentences])
    spoken = ~np.isin(section, SILENT)
    for part in dict.fromkeys((*section.tolist(), "all")):
        inside = spoken & ((section == part) | (part == "all"))
        if not inside.any():
            continue
        own, n = about[inside], int(inside.sum())
        counts = np.stack([hits[inside].sum(axis=0), chars[inside] @ own, own.sum(axis=0)])
        low, high = share_interval(counts[2], n)
        shares = (1000 * counts[0] / chars[inside].sum(), counts[2] / n, low, high)
        columns = (column.tolist() for column in (*counts, *shares))
        for cells in zip(theme_ids(), *columns, strict=True):
            yield (report.report_id, part, *cells)


def _table(themes: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """How often each sentence names each theme."""
    number, width = {theme: k for k, theme in enumerate(theme_ids())}, len(theme_ids())
    cells = [k * width + number[t] for k, own in enumerate(themes) for t in own]
    counts = np.bincount(np.array(cells, dtype=np.int64), minlength=len(themes) * width)
    return counts.reshape(-1, width)


def share_interval(successes: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """95 % percentile bootstrap of the shares ``successes / n``: two rows, lower and upper ends.

    Drawing n of n sentences anew, with replacement, and counting those about a theme is drawing
    from a binomial distribution; its quantiles are what endlessly many draws would give, without
    any chance. Neighbouring sentences resemble each other, so it is rather too narrow than too
    wide; at 0 and n of n it has no width at all. NaN where n is 0.

    >>> share_interval(np.array([0, 50]), 100).tolist()
    [[0.0, 0.4], [0.0, 0.6]]
    """
    if n == 0:
        return np.full((2, len(successes)), np.nan)
    k = np.arange(n + 1)[:, None]
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])[:, None]
    share = np.clip(successes / n, 1e-300, 1 - 1e-16)
    ways = factorial[n] - factorial[k[:, 0]] - factorial[n - k[:, 0]]
    below = np.cumsum(np.exp(ways + k * np.log(share) + (n - k) * np.log1p(-share)), axis=0)
    return np.stack([(below < end - 1e-12).sum(axis=0) for end in ENDS]) / n
