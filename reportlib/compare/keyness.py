"""Keyness: words that set one group of texts apart, and words that stand together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reportlib.compare.tables import Tables, described, spoken
from reportlib.words import FIRST, LAST, cut, word_list


def words_of(tables: Tables) -> pd.DataFrame:
    """``words`` with the columns of its report (and ``place``); annexes and copies left out.

    ``n`` is how often a report's section has the word.

    >>> words_of(corpus).query("word == '办事'")[["plan_year", "section", "n"]].values.tolist()
    [['2024', 'plan', 1], ['2025', 'review', 1], ['2025', 'plan', 1]]
    """
    counted = tables["words"].query("section != 'annex'")
    return counted.merge(described(tables), on="report_id")


def running_words(tables: Tables) -> pd.DataFrame:
    """The spoken sentences cut into words, in order, each with its ``sentence`` (a number) and
    ``report_id``, and whether it is of Chinese characters (``han``) or a stop word. A line break
    stands between sentences; annexes and copies are left out."""
    said = spoken(tables)
    text = "\n".join(said["text"].str.replace("\n", " "))
    word = pd.Series(cut(text) if text else [], dtype="str")
    sentence = (word == "\n").cumsum()
    han, stop = word.str[0].between(FIRST, LAST), word.isin(word_list("stop_words"))
    report = said["report_id"].to_numpy()[sentence]
    cells = {"word": word, "sentence": sentence, "report_id": report, "han": han, "stop": stop}
    return pd.DataFrame(cells)


def keyness(a: pd.DataFrame, b: pd.DataFrame, prior: float = 500) -> pd.DataFrame:
    """Weighted log-odds of each word between two groups, z > 0: typical of ``a``.

    Args:
        a, b: rows of ``words`` or ``words_of``, chosen by any query.
        prior: words that the prior is worth; more pulls rare words closer to 0.

    Returns:
        word, n_a, n_b, reports_a, reports_b (reports with the word: a word of one report marks
        that report, not the group), log_odds (natural) with low and high (95 %), z; sorted by z.
        No rows where a group has no words.

    Source: Monroe, Colaresi & Quinn 2008; the prior is the words of both groups together.

    >>> words = words_of(corpus)
    >>> found = keyness(words.query("section == 'plan'"), words.query("section == 'review'"))
    >>> found[["word", "n_a", "n_b", "z"]].head(2).round(2).values.tolist()
    [['预期', 2, 0, 0.47], ['霍山', 2, 0, 0.47]]
    """
    groups = [
        g.groupby("word").agg(**{f"n_{k}": ("n", "sum"), f"reports_{k}": ("report_id", "nunique")})
        for k, g in (("a", a), ("b", b))
    ]
    out = pd.concat(groups, axis=1).fillna(0).astype(int).reset_index(names="word")
    if not (out["n_a"].any() and out["n_b"].any()):
        out = out[:0]
    alpha = prior * (out["n_a"] + out["n_b"]) / max(out[["n_a", "n_b"]].to_numpy().sum(), 1)
    k_a, k_b = out["n_a"] + alpha, out["n_b"] + alpha
    with np.errstate(divide="ignore", invalid="ignore"):  # a single word has no odds: NaN
        odds = np.log(k_a / (k_a.sum() - k_a)) - np.log(k_b / (k_b.sum() - k_b))
    spread = np.sqrt(1 / k_a + 1 / k_b)
    out = out.assign(log_odds=odds, low=odds - 1.96 * spread, high=odds + 1.96 * spread)
    order = ["z", "word"]
    return out.assign(z=odds / spread).sort_values(order, ascending=False, ignore_index=True)


def collocations(tables: Tables, node: str = "", window: int = 4, least: int = 3) -> pd.DataFrame:
    """Pairs of words within a sentence, at most ``window`` words apart, in any order.

    Returns:
        word, collocate, n, n_word, n_collocate (pairs with each), pmi (bits; high for rare pairs),
        log_likelihood (Dunning 1993; sorted by it, < 0: rarer together than by chance).
        With ``node`` only its pairs, node first. Pairs met fewer than ``least`` times are left out.

    >>> found = collocations(corpus, node="扎实", least=2)
    >>> found[["word", "collocate", "n", "pmi"]].round(1).head(2).values.tolist()
    [['扎实', '乡村振兴', 4, 3.2], ['扎实', '推进', 4, 3.0]]
    """
    text = running_words(tables)
    text = text[text["han"] & ~text["stop"] & (text["word"].str.len() > 1)]
    ids, vocabulary = pd.factorize(text["word"], sort=True)
    row, ends = text["sentence"].to_numpy(), ["word", "collocate"]
    near = [
        np.stack([ids[:-d], ids[d:]], axis=1)[row[:-d] == row[d:]] for d in range(1, window + 1)
    ]
    pairs = pd.DataFrame(np.sort(np.concatenate(near), axis=1), columns=ends)
    pairs = pairs.value_counts(sort=False).rename("n").reset_index()
    flipped = pd.concat([pairs, pairs.rename(columns=dict(zip(ends, ends[::-1], strict=True)))])
    margin, total = flipped.groupby("word")["n"].sum(), int(flipped["n"].sum())
    if node:
        pairs = flipped[vocabulary[flipped["word"]] == node]
    out = pairs[(pairs["n"] >= least) & (pairs["word"] != pairs["collocate"])]
    out = out.assign(n_word=out["word"].map(margin), n_collocate=out["collocate"].map(margin))
    n, left, right = (out[name].to_numpy(dtype=float) for name in ("n", "n_word", "n_collocate"))
    expected = left * right / max(total, 1)
    met, chance = (
        np.stack([k, left - k, right - k, total - left - right + k]) for k in (n, expected)
    )
    g = (met * np.log(np.where(met > 0, met, 1) / np.where(met > 0, chance, 1))).sum(axis=0)
    out = out.assign(pmi=np.log2(n / expected), log_likelihood=2 * g * np.sign(n - expected))
    out = out.assign(**{end: vocabulary[out[end]] for end in ends})
    order = ["log_likelihood", "word", "collocate"]
    return out.sort_values(order, ascending=[False, True, True], ignore_index=True)
