"""Which themes a sentence is about: evidence of its terms, its heading and its neighbours, weighed.

Every clue of ``features`` is a number per sentence and theme; ``data/theme_model.csv`` holds one
coefficient for each clue and one constant for each theme, fitted by ``tools/train_themes.py`` on
sentences read under the codebook. The logistic of the weighted sum is the probability that the
sentence reports on, sets a task in or claims priority for that theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from numpy.typing import NDArray

from reportlib.records import DataError, Sentence
from reportlib.resources import table
from reportlib.themes.lexicon import Found, Lexicon, Texts, ThemeHit, lexicon, theme_ids

Floats = NDArray[np.float64]
THRESHOLD = 0.45  # a theme is coded from this probability on
MOST = 3  # themes of one sentence
_STOPS = np.array([ord(c) for c in "，；：。！？\n"], dtype=np.uint32)


class Coded(NamedTuple):
    """What one sentence is about, main theme first, and the hits that count for it.

    Strong hits always count, weak ones where the sentence is about their theme.
    """

    themes: tuple[str, ...]
    hits: tuple[ThemeHit, ...]


def code_report(sentences: Sequence[Sentence], of: Lexicon | None = None) -> list[Coded]:
    """Themes and hits of each sentence of one report.

    A sentence has none to three themes. Salutations, thanks and words about procedure have none,
    nor have title lines. The sentences must stand in their order in the report: headings and
    neighbours count.

    Source: our own method; its accuracy is told in notebook 03.

    >>> one = Sentence("r.1", "plan", "text", 0, 7, "优化营商环境。", 0, 0, 0, "")
    >>> code_report([one])[0].themes
    ('business_env',)
    """
    if not sentences:
        return []
    of, texts = of or lexicon(), Texts([s.text for s in sentences])
    found = of.search(texts)
    scores = _scores(sentences, texts, found, of)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :MOST]
    chosen = np.take_along_axis(scores, best, axis=1) >= THRESHOLD
    coded = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(coded, best, chosen, axis=1)
    counts = of.strong[found.term] | coded[found.text, of.theme[found.term]]
    hits = of.hits(Found(*(column[counts] for column in found)), len(sentences))
    ids = np.array(theme_ids(), dtype=object)[best].tolist()
    themes = (tuple(row[:n]) for row, n in zip(ids, chosen.sum(axis=1).tolist(), strict=True))
    return [Coded(t, tuple(h)) for t, h in zip(themes, hits, strict=True)]


def _scores(sentences: Sequence[Sentence], texts: Texts, found: Found, of: Lexicon) -> Floats:
    """Probability of each theme for each sentence."""
    weights, constants = model()
    clues = features(sentences, texts, found, of)
    total = constants + sum(weights[name] * clue for name, clue in clues.items())
    total[[s.role == "title" for s in sentences]] = -np.inf
    return 1 / (1 + np.exp(-total))


@cache
def model() -> tuple[dict[str, float], Floats]:
    """Coefficients by clue, and the constant of each theme."""
    rows = table("theme_model", ("kind", "name", "value"), unique="name")
    values: dict[str, dict[str, float]] = {"clue": {}, "constant": {}}
    for row in rows:
        values[row["kind"]][row["name"]] = float(row["value"])
    if set(values["constant"]) != set(theme_ids()):
        raise DataError("theme_model.csv: the constants are not those of themes.csv")
    return values["clue"], np.array([values["constant"][t] for t in theme_ids()])


def features(
    sentences: Sequence[Sentence], texts: Texts, found: Found, of: Lexicon
) -> dict[str, Floats]:
    """The clues by name, arrays that broadcast to sentences × themes.

    amount, best, also, density, first, clause, alone: the sentence's own terms; lack: how far
    they are from one sure term; head, prev, next, rest: what its heading, its neighbours and the
    rest of its paragraph are about; lack_…: the same where its own terms are silent; cue: signs of
    thanks, closing words and procedure.
    """
    own, about = _own(texts, found, of)
    around = _around(sentences, about, of)
    silent = {f"lack_{name}": own["lack"] * clue for name, clue in around.items()}
    return {**own, **around, **silent, "cue": _cues(texts)}


def _own(texts: Texts, found: Found, of: Lexicon) -> tuple[dict[str, Floats], Floats]:
    """Clues of the sentences' own terms, and what each is about (at most 1 over all themes)."""
    n, k = len(texts.lengths), len(theme_ids())
    weight, theme = of.weight[found.term], of.theme[found.term]
    also = of.also[found.term]
    cell = found.text * k + theme
    amount = _sum(cell, weight, n, k)
    second = _sum((found.text * k + also)[also >= 0], weight[also >= 0], n, k)
    best = np.zeros(n * k)
    np.maximum.at(best, cell, weight)
    place = np.full((n, k), np.inf)
    sure = weight > 0.5
    np.minimum.at(place.reshape(-1), cell[sure], found.first[sure].astype(float))
    head = np.isfinite(place) & (place == place.min(axis=1, keepdims=True))
    clause, alone = _clauses(texts, texts.starts[found.text] + found.first, theme, weight)
    evidence = np.minimum(amount, 3) + 0.4 * np.minimum(second, 2)
    total = evidence.sum(axis=1, keepdims=True)
    about = evidence / np.maximum(total, 1)
    own = {
        "amount": np.minimum(amount, 3),
        "best": best.reshape(n, k),
        "also": np.minimum(second, 1),
        "density": np.minimum(10 * evidence / np.maximum(texts.lengths, 10)[:, None], 2),
        "first": head.astype(float),
        "clause": clause,
        "alone": alone,
        "lack": 1 - np.minimum(total, 1),
    }
    return own, about


def _sum(cell: NDArray[np.int64], weight: Floats, n: int, k: int) -> Floats:
    return np.bincount(cell, weights=weight, minlength=n * k).reshape(n, k).astype(float)


def _clauses(
    texts: Texts, at: NDArray[np.int64], theme: NDArray[np.int64], weight: Floats
) -> tuple[Floats, Floats]:
    """Share of the clauses with terms that a theme has, and how many it has to itself (up to 3)."""
    n, k = len(texts.lengths), len(theme_ids())
    number = np.cumsum(np.isin(texts.codes, _STOPS))[at]
    begins = np.diff(number, prepend=-1) > 0  # the first term of each clause
    amount = _sum((np.cumsum(begins) - 1) * k + theme, weight, int(begins.sum()), k)
    total = amount.sum(axis=1, keepdims=True)
    size = np.minimum(total, 1)
    share = amount / np.maximum(total, 1e-9)
    row = texts.rows(at[begins])
    first = np.flatnonzero(np.diff(row, prepend=-1))  # the first clause of each sentence
    spread, only, count = np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, 1))
    for clue, parts in ((spread, share * size), (only, (share > 0.7) * size), (count, size)):
        clue[row[first]] = np.add.reduceat(parts, first)
    return spread / np.maximum(count, 1e-9), np.minimum(only, 3)


def _around(sentences: Sequence[Sentence], about: Floats, of: Lexicon) -> dict[str, Floats]:
    """What the heading, both neighbours and the rest of the paragraph are about."""
    heads = [s.heading for s in sentences]
    distinct = {text: row for row, text in enumerate(dict.fromkeys(heads))}
    headings = Texts(list(distinct))
    _, over = _own(headings, of.search(headings), of)
    paragraph = np.array([s.paragraph for s in sentences])
    same = (paragraph[1:] == paragraph[:-1])[:, None]
    before, after = np.zeros_like(about), np.zeros_like(about)
    before[1:], after[:-1] = about[:-1] * same, about[1:] * same
    begins = np.flatnonzero(np.r_[True, ~same[:, 0]])
    group = np.cumsum(np.r_[True, ~same[:, 0]]) - 1
    rest = np.add.reduceat(about, begins)[group] - about
    return {
        "head": over[[distinct[text] for text in heads]],
        "prev": before,
        "next": after,
        "rest": rest / np.maximum(rest.sum(axis=1, keepdims=True), 1),
    }


@cache
def _cue_automaton() -> AhoCorasick:
    words = [row["cue"] for row in table("theme_cues", ("cue", "kind"), unique="cue")]
    return AhoCorasick(words, matchkind=MatchKind.LeftmostLongest)


def _cues(texts: Texts) -> Floats:
    """Signs in each sentence that it thanks, closes or leads in (up to 3)."""
    met = _cue_automaton().find_matches_as_indexes(texts.joined)
    row = texts.rows(np.array([first for _, first, _ in met], dtype=np.int64))
    return np.minimum(np.bincount(row, minlength=len(texts.lengths)), 3).astype(float)[:, None]
