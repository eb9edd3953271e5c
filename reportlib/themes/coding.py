"""Which themes a sentence is about: evidence of its terms, its heading and its neighbours, weighed.

From them come the rows of the tables ``theme_hits`` and ``themes``: hits, and the shares of a
report's parts. In their examples ``corpus = reportlib.load(folder)``.

Every clue of ``features`` is a number per sentence and theme; ``data/theme_model.csv`` holds one
coefficient for each clue and one constant for each theme, fitted by ``tools/train_themes.py`` on
sentences read under the codebook. The logistic of the weighted sum is the probability that the
sentence reports on, sets a task in or claims priority for that theme.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.finder import Finder, Ints
from reportlib.records import Report, Sentence
from reportlib.resources import table
from reportlib.themes.lexicon import Found, Lexicon, Texts, lexicon, theme_ids

Floats = NDArray[np.float64]
THRESHOLD = 0.45  # a theme is coded from this probability on
MOST = 3  # themes of one sentence
_LEAST = np.log(THRESHOLD / (1 - THRESHOLD))  # the weighted sum of that probability
CLUES = "amount best also density first clause alone lack head prev next rest".split()
CLUES += [f"lack_{name}" for name in CLUES[-4:]] + ["cue"]
ENDS = (0.025, 0.975)
SILENT = ("", "annex")  # titles and the annex are no part of the speech
_STOPS = np.isin(np.arange(0x10000), [ord(c) for c in "，；：。！？\n"])


class Coded(NamedTuple):
    """What the sentences of one report are about.

    ``themes`` has those of each sentence, main theme first, and ``about`` the same as a table of
    sentences × themes. ``hits`` (``text`` is the sentence's number) are those that count, terms of
    the lexicon ``of``: strong ones always, weak ones where the sentence is about their theme.
    """

    themes: list[tuple[str, ...]]
    about: NDArray[np.bool_]
    hits: Found
    of: Lexicon


def code_report(sentences: Sequence[Sentence], of: Lexicon | None = None) -> Coded:
    """Themes and hits of the sentences of one report.

    A sentence has none to three themes. Salutations, thanks and words about procedure have none,
    nor have title lines. The sentences must stand in their order in the report: headings and
    neighbours count.

    Source: our own method; its accuracy is told in notebook 03.

    >>> one = Sentence("r.1", "plan", "text", 0, 7, "优化营商环境。", 0, 0, 0, "")
    >>> code_report([one]).themes
    [('business_env',)]
    """
    of = of or lexicon()
    clues, found = features(sentences, of)
    total = np.tile([model()[theme] for theme in theme_ids()], (len(sentences), 1))
    for name, clue in clues.items():
        total += model()[name] * clue
    total[[s.role == "title" for s in sentences]] = -np.inf
    row, theme = np.nonzero(total >= _LEAST)
    order = np.lexsort((-total[row, theme], row))
    order = order[np.arange(len(row)) - np.searchsorted(row, row) < MOST]
    row, theme = row[order], theme[order]
    about = np.zeros(total.shape, dtype=bool)
    about[row, theme] = True
    counts = of.strong[found.term] | about[found.text, of.theme[found.term]]
    names = [theme_ids()[k] for k in theme.tolist()]
    ends = np.searchsorted(row, np.arange(len(sentences) + 1)).tolist()
    themes = [tuple(names[a:b]) for a, b in pairwise(ends)]
    return Coded(themes, about, Found(*(column[counts] for column in found)), of)


@cache
def model() -> dict[str, float]:
    """The coefficient of each clue, and the constant of each theme."""
    rows = table("theme_model", ("kind", "name", "value"), unique="name")
    return {row["name"]: float(row["value"]) for row in rows}


def features(sentences: Sequence[Sentence], of: Lexicon) -> tuple[dict[str, Floats], Found]:
    """The clues by name, arrays that broadcast to sentences × themes, and the sentences' hits.

    amount, best, also, density, first, clause, alone: the sentence's own terms; lack: how far
    they are from one sure term; head, prev, next, rest: what its heading, its neighbours and the
    rest of its paragraph are about; lack_…: the same where its own terms are silent; cue: signs of
    thanks, closing words and procedure.
    """
    n, heads = len(sentences), [s.heading for s in sentences]
    number = {text: row for row, text in enumerate(dict.fromkeys(heads), start=n)}
    texts = Texts([s.text for s in sentences] + list(number))
    found = of.search(texts)
    own, about = _own(texts, found, of)
    over = about.take(np.array([number[text] for text in heads], dtype=np.int64), axis=0)
    around = [over, *_around(np.array([s.paragraph for s in sentences], np.int64), about[:n])]
    silent = [own[-1][:n] * clue for clue in around]
    clues = [clue[:n] for clue in (*own, *around, *silent, _cues(texts))]
    last = np.searchsorted(found.text, n)
    return dict(zip(CLUES, clues, strict=True)), Found(*(column[:last] for column in found))


def _own(texts: Texts, found: Found, of: Lexicon) -> tuple[list[Floats], Floats]:
    """Clues of the texts' own terms, and what each is about (at most 1 over all themes)."""
    n, k = len(texts.lengths), len(theme_ids())
    weight, theme = of.weight[found.term], of.theme[found.term]
    cell, row = found.text * k + theme, found.text * k
    amount = np.minimum(_sum(cell, weight, n, k), 3)
    second = _sum(row + of.also[found.term], of.second[found.term], n, k)
    best, first = np.zeros((n, k)), np.zeros((n, k))
    np.maximum.at(best.ravel(), cell, weight)
    sure = np.flatnonzero(weight > 0.5)
    first.ravel()[cell[sure[_begins(found.text[sure])]]] = 1
    evidence = amount + 0.4 * np.minimum(second, 2)
    total = evidence.sum(axis=1, keepdims=True)
    density = np.minimum(10 * evidence / np.maximum(texts.lengths, 10)[:, None], 2)
    clauses, lack = _clauses(texts, found, theme, weight), 1 - np.minimum(total, 1)
    own = [amount, best, np.minimum(second, 1), density, first, *clauses, lack]
    return own, evidence / np.maximum(total, 1)


def _sum(cell: Ints, weight: Floats, n: int, k: int) -> Floats:
    """Sums of weights in the cells, counted row by row, of a table of n × k."""
    return np.bincount(cell, weight, n * k).reshape(n, k).astype(float, copy=False)


def _begins(numbers: Ints) -> NDArray[np.bool_]:
    """Where a row of numbers goes on to another one."""
    return np.concatenate([numbers[:1] == numbers[:1], numbers[1:] != numbers[:-1]])


def _clauses(texts: Texts, found: Found, theme: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """Share of the clauses with terms that a theme has, and how many it has to itself (up to 3)."""
    n, k = len(texts.lengths), len(theme_ids())
    codes = np.frombuffer(texts.joined.encode("utf-32-le"), dtype=np.uint32)
    stops = np.cumsum(_STOPS.take(codes, mode="clip"))
    begins = _begins(stops[texts.starts[found.text] + found.first])  # first term of each clause
    row, number = found.text[begins], np.cumsum(begins) - 1
    amount = _sum(number * k + theme, weight, len(row), k).ravel()
    total = np.bincount(number, weight)
    size, cell = np.minimum(total, 1), np.flatnonzero(amount)
    clause, count = cell // k, np.bincount(row, size, n)
    share, cell = amount[cell] / total[clause], cell + (row[clause] - clause) * k
    spread = _sum(cell, share * size[clause], n, k)
    alone = _sum(cell, np.where(share > 0.7, size[clause], 0), n, k)
    return spread / np.maximum(count, 1e-9)[:, None], np.minimum(alone, 3)


def _around(paragraph: Ints, about: Floats) -> list[Floats]:
    """What the sentence before each, the one after, and the rest of its paragraph are about."""
    (n, k), begins = about.shape, _begins(paragraph)
    before, after = np.zeros((2, n, k))
    before[1:], after[:-1] = (side * ~begins[1:, None] for side in (about[:-1], about[1:]))
    rest = np.add.reduceat(about, np.flatnonzero(begins))[np.cumsum(begins) - 1] - about
    return [before, after, rest / np.maximum(rest.sum(axis=1, keepdims=True), 1)]


@cache
def _cue_finder() -> Finder:
    return Finder([row["cue"] for row in table("theme_cues", ("cue", "kind"), unique="cue")])


def _cues(texts: Texts) -> Floats:
    """Signs in each sentence that it thanks, closes or leads in (up to 3)."""
    _, met, _ = _cue_finder().find(texts.joined)
    return np.minimum(texts.count(met), 3).astype(float)[:, None]


def hit_columns(report: Report, coded: Coded) -> tuple[list[Any], ...]:
    """The columns of ``theme_hits`` behind doc and report_id, in the order of the text.

    Args:
        coded: ``code_report(report.sentences)``.

    >>> from reportlib.themes import code_report
    >>> report = corpus.reports[0]
    >>> [column[0] for column in hit_columns(report, code_report(report.sentences))]
    ['2024.txt.0007', 100, 106, '地区生产总值', 'macro_demand']
    """
    hits = coded.hits
    return *report.locate_all(hits.text, hits.first, hits.last), *coded.of.named(hits)


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
