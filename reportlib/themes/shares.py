"""Rows of the tables ``theme_hits`` and ``themes``: hits, and the shares of a report's parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    for sentence, one in zip(report.sentences, coded, strict=True):
        for hit in one.hits:
            span = report.locate(sentence, hit.first, hit.last)
            where = (report.doc, report.report_id, sentence.sentence_id)
            yield (*where, *span, hit.term, hit.theme)


def theme_rows(report: Report, coded: Sequence[Coded]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``themes``: every theme in every part of a report, and in ``all`` of it.

    Columns: report_id, section, theme, n_hits, n_chars and n_sentences (of the sentences about the
    theme), per_1000_chars (hits by 1,000 characters of the part), sentence_share (fraction of the
    part's sentences, 0 to 1) with low and high, see ``share_interval``. A sentence about two themes
    counts for both, so shares may sum to more than 1. Title and annex are left out; a part without
    sentences has no rows, so nothing is 0 that could not be measured.
    """
    number = {theme: k for k, theme in enumerate(theme_ids())}
    shape = (len(coded), len(number))
    cells = [k * shape[1] + number[t] for k, one in enumerate(coded) for t in one.themes]
    about = np.bincount(np.array(cells, dtype=np.int64), minlength=shape[0] * shape[1])
    about = about.reshape(shape)
    cells = [k * shape[1] + number[h.theme] for k, one in enumerate(coded) for h in one.hits]
    hits = np.bincount(np.array(cells, dtype=np.int64), minlength=shape[0] * shape[1])
    hits = hits.reshape(shape)
    chars = np.array([len(s.text) for s in report.sentences], dtype=np.int64)
    sections = [s.section for s in report.sentences]
    for part in dict.fromkeys((*sections, "all")):
        inside = [k for k, s in enumerate(sections) if s not in SILENT and part in (s, "all")]
        if not inside:
            continue
        n_hits, n_sentences = hits[inside].sum(axis=0), about[inside].sum(axis=0)
        n_chars, size = chars[inside] @ about[inside], len(inside)
        low, high = share_interval(n_sentences, size).tolist()
        rates = (1000 * n_hits / chars[inside].sum()).tolist()
        for k, theme in enumerate(theme_ids()):
            counts = (int(n_hits[k]), int(n_chars[k]), int(n_sentences[k]))
            shares = (rates[k], counts[2] / size, low[k], high[k])
            yield (report.report_id, part, theme, *counts, *shares)


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
