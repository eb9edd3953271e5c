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
from functools import cache, lru_cache, reduce
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.finder import Ints, characters
from reportlib.records import Report, Sentence
from reportlib.resources import table
from reportlib.themes.lexicon import Found, Lexicon, Texts, lexicon, theme_ids

Floats = NDArray[np.float64]
OWN = "amount best also density first clause alone".split()
AROUND = "lack head prev next rest cue".split()
THRESHOLD = 0.45  # a theme is coded from this probability on
MOST = 3  # themes of one sentence


class Coded(NamedTuple):
    """What the sentences of one report are about.

    ``themes`` has those of each sentence, main theme first, and ``about`` the same as a table of
    sentences × themes. ``hits`` (``text`` is the sentence's number) are those that count, terms of
    the lexicon ``of``: strong ones always, weak ones where the sentence is about their theme.
    ``chars`` is how many characters each sentence has.
    """

    themes: list[tuple[str, ...]]
    about: NDArray[np.bool_]
    hits: Found
    chars: Ints
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
    return code_reports([sentences], of)[0]


def code_reports(reports: Sequence[Sequence[Sentence]], of: Lexicon | None = None) -> list[Coded]:
    """``code_report`` of each of several reports, in less time; none tells anything of another.

    >>> code_reports([])
    []
    """
    of, by, k = of or lexicon(), model(), len(theme_ids())
    columns = [*zip(*chain.from_iterable(reports), strict=True)] or [()] * 10
    cells, own, clues, found = features(columns, sizes := [*map(len, reports)], of)
    total = np.array([[by[theme]] for theme in theme_ids()]).repeat(n := sum(sizes), axis=1)
    for name, clue in clues.items():
        total += clue * (by[name] + by.get(f"lack_{name}", 0) * clues["lack"])
    total.ravel()[cells] += reduce(np.add, [by[name] * clue for name, clue in own.items()])
    total[:, [row for row, role in enumerate(columns[2]) if role == "title"]] = -np.inf
    cell = (total.ravel() >= math.log(THRESHOLD / (1 - THRESHOLD))).nonzero()[0]
    cell = cell.take((-total.ravel().take(cell)).argsort(kind="stable"))
    row = (cell % n).astype(np.min_scalar_type(n))  # short numbers are sorted sooner
    theme, row = np.divmod(cell.take(row.argsort(kind="stable")), n)
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    theme, row, rank = (column[rank < MOST] for column in (theme, row, rank))
    about = np.bincount(row * k + theme, minlength=n * k).reshape(n, k) > 0
    themes = [*map(_names, np.bincount(row, (theme + 1) * (k + 1) ** rank, n).astype(int).tolist())]
    counts = of.strong.take(found.term) | about[found.text, of.theme.take(found.term)]
    hits, cuts = Found(*(c.compress(counts) for c in found)), pairwise([0, *accumulate(sizes)])
    chars = np.fromiter(map(len, columns[5]), np.int64, n)
    return [Coded(themes[a:b], about[a:b], hits.within(a, b), chars[a:b], of) for a, b in cuts]


@cache
def _names(code: int) -> tuple[str, ...]:
    """The themes that a number stands for: its digits, to the base of one more than all themes."""
    rest, theme = divmod(code, len(theme_ids()) + 1)
    return (theme_ids()[theme - 1], *_names(rest)) if code else ()


@cache
def model() -> dict[str, float]:
    """The coefficient of each clue, and the constant of each theme."""
    return {r["name"]: float(r["value"]) for r in table("theme_model", ("name", "value"), "name")}


def features(
    columns: Sequence[Sequence[Any]], sizes: Sequence[int], of: Lexicon
) -> tuple[Ints, dict[str, Floats], dict[str, Floats], Found]:
    """Clues of the sentences of some reports, by name, and their hits.

    Args:
        columns: the fields of the sentences.
        sizes: how many sentences each report has.

    Returns:
        the cells of a table of themes × sentences, counted row by row, in which the sentences'
        own terms say something; what they say there: amount, best, also, density, first, clause,
        alone; clues that broadcast to that table: head, prev, next, rest: what a sentence's
        heading, its neighbours and the rest of its paragraph are about; lack: how far its own
        terms are from one sure term (the model has ``lack_head`` for what ``head`` weighs besides
        where that is so); cue: signs of thanks, closing words and procedure; the hits.
    """
    said, heads, n, k = columns[5], columns[9], len(columns[5]), len(theme_ids())
    number = {text: row for row, text in enumerate(dict.fromkeys(heads), start=n)}
    found, cues = of.search(texts := Texts([*said, *number, ""]))
    cells, own, about, lack = _own(texts, found, of)
    paragraph = np.array(columns[7], dtype=np.int64)
    paragraph += (np.arange(len(sizes)) << 32).repeat(sizes)  # another report, another paragraph
    over = about.take(np.fromiter(map(number.__getitem__, heads), np.int64, n), axis=1)
    cue = np.bincount(cues, minlength=n)[:n].clip(max=3)
    around = (lack[:n], over, *_around(_begins(paragraph), about), cue)
    row, theme = np.divmod(cells[: np.searchsorted(cells, n * k)], k)
    told = dict(zip(OWN, (clue[: len(row)] for clue in own), strict=True))
    return theme * n + row, told, dict(zip(AROUND, around, strict=True)), found.within(0, n)


def _own(texts: Texts, found: Found, of: Lexicon) -> tuple[Ints, list[Floats], Floats, Floats]:
    """What the texts' own terms say, in which cells of a table of texts × themes.

    Besides, what each text is about (themes × texts; at most 1 over all themes), and how far its
    terms are from one sure term.
    """
    n, k = len(texts.lengths), len(theme_ids())
    weight, row = of.weight.take(found.term), found.text * k
    keys = np.append(row + of.theme.take(found.term), row + of.also.take(found.term))
    cells, (at, beside) = _distinct(keys.reshape(2, -1), n * k)
    amount = np.minimum(np.bincount(at, weight, len(cells)), 3)
    also = np.bincount(beside, of.second.take(found.term), len(cells))
    best, first = np.zeros((2, len(cells)))
    np.maximum.at(best, at, weight)
    sure = (weight > 0.5).nonzero()[0]
    first[at.take(sure[_begins(found.text.take(sure))])] = 1
    evidence = amount + 0.4 * np.minimum(also, 2)
    row, theme = np.divmod(cells, k)
    total = np.bincount(row, evidence, n)
    density = np.minimum(10 * evidence / np.maximum(texts.lengths, 10).take(row), 2)
    about = np.zeros((k, n))
    about[theme, row] = evidence / np.maximum(total, 1).take(row)
    clauses = _clauses(texts, found, weight, at, cells)
    own = [amount, best, np.minimum(also, 1), density, first, *clauses]
    return cells, own, about, 1 - np.minimum(total, 1)


def _distinct(numbers: Ints, size: int) -> tuple[Ints, Ints]:
    """The different ones of numbers below ``size``, in order, and which of them each is."""
    some, which = np.zeros(size, dtype=bool), np.empty(size, dtype=np.int64)
    some[numbers] = True
    met = some.nonzero()[0]
    which[met] = np.arange(len(met))
    return met, which.take(numbers)


def _begins(numbers: Ints) -> NDArray[np.bool_]:
    """Where a row of numbers goes on to another one."""
    return np.concatenate([numbers[:1] == numbers[:1], numbers[1:] != numbers[:-1]])


def _clauses(texts: Texts, found: Found, weight: Floats, at: Ints, cells: Ints) -> list[Floats]:
    """Share of the clauses with terms that a theme has, and how many it has to itself (up to 3).

    Args:
        weight, at: of each hit, and which of the cells is that of its text and theme.
        cells: of a table of texts × themes.
    """
    codes, k = characters(texts.joined), len(theme_ids())
    marks = [codes == mark for mark in map(ord, "，；：。！？\n")]
    stops = reduce(np.logical_or, marks).nonzero()[0]
    begins = _begins(np.searchsorted(stops, texts.starts.take(found.text) + found.first))
    clause = begins.cumsum() - 1
    total = np.bincount(clause, weight)
    count = np.bincount(found.text[begins], np.minimum(total, 1), len(texts.lengths))
    pieces, piece = _distinct(clause * k + cells.take(at) % k, len(total) * k)
    amount, clause, cell = np.bincount(piece, weight), pieces // k, np.empty_like(pieces)
    cell[piece] = at
    share, size = amount / np.maximum(total, 1e-9).take(clause), np.minimum(total, 1).take(clause)
    spread = np.bincount(cell, share * size, len(cells))
    alone = np.bincount(cell, size * (share > 0.7), len(cells))
    return [spread / np.maximum(count, 1e-9).take(cells // k), np.minimum(alone, 3)]


def _around(begins: NDArray[np.bool_], about: Floats) -> list[Floats]:
    """What the sentence before each, the one after, and the rest of its paragraph are about.

    Args:
        begins: whether a sentence begins a paragraph.
        about: of the sentences and more texts, the last of which is empty.
    """
    place, ends = np.arange(n := len(begins)), np.append(begins[1:], True)
    sides = np.where(begins, -1, place - 1), np.where(ends, -1, place + 1)
    whole = np.add.reduceat(about[:, :n], begins.nonzero()[0], axis=1)
    rest = whole.take(begins.cumsum() - 1, axis=1) - about[:, :n]
    rest /= np.maximum(rest.sum(axis=0), 1)
    return [*(about.take(side, axis=1) for side in sides), rest]


def hit_columns(report: Report, coded: Coded) -> tuple[list[Any], ...]:
    """The columns of ``theme_hits`` behind doc and report_id, in the order of the text.

    Args:
        coded: ``code_report(report.sentences)``.

    >>> from reportlib.themes import code_report
    >>> report = corpus.reports[0]
    >>> [column[0] for column in hit_columns(report, code_report(report.sentences))]
    ['2024.txt.0007', 100, 106, '地区生产总值', 'macro_demand']
    """
    return *report.locate_all(*coded.hits[1:]), *coded.of.named(coded.hits)


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
    of, about, k = coded.of, coded.about.astype(float), len(theme_ids())
    cells = coded.hits.text * k + of.theme.take(coded.hits.term)
    hits = np.bincount(cells, minlength=about.size).reshape(about.shape)
    sections = [s.section for s in report.sentences]
    # titles and the annex are no part of the speech
    spoken = [part for part in dict.fromkeys(sections) if part not in ("", "annex")]
    parts = [*spoken, "all"] if spoken else []
    number = dict.fromkeys(sections, -1) | {part: row for row, part in enumerate(parts)}
    part = np.fromiter(map(number.__getitem__, sections), np.int64, len(sections))
    inside = (part == np.arange(len(parts))[:, None]).astype(float)
    inside[-1:] = part >= 0
    chars = inside * coded.chars
    n_hits, n_chars, n_about = inside @ hits, chars @ about, inside @ about
    total, size = chars.sum(axis=1, keepdims=True), inside.sum(axis=1, keepdims=True)
    counts = [c.astype(np.int64).ravel().tolist() for c in (n_hits, n_chars, n_about)]
    shares = (c.ravel().tolist() for c in (1000 * n_hits / total, n_about / size))
    sizes = np.repeat(size.astype(np.int64), k).tolist()
    ends = [*zip(*map(share_interval, counts[2], sizes), strict=True)] or [(), ()]
    return [p for p in parts for _ in range(k)], theme_ids() * len(parts), *counts, *shares, *ends


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
    # Fewer have next to no chance (Bernstein's inequality); much fewer would have none in floats.
    k = max(0, successes - 8 * math.isqrt(successes * (n - successes) // n) - 28)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    share, odds = successes / n, successes / (n - successes)
    chance = math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
    below, ends = chance, []  # the chance of at most k, and of k
    for end in (0.025 - 1e-12, 0.975 - 1e-12):
        while below < end:
            chance *= (n - k) / (k + 1) * odds
            below, k = below + chance, k + 1
        ends.append(k / n)
    return ends[0], ends[1]
