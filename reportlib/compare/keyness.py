"""Keyness: words that set one group of texts apart, and words that stand together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reportlib.compare.attention import Tables, described
from reportlib.words import FIRST, LAST, cut, word_list


def words_of(tables: Tables) -> pd.DataFrame:
    """``words`` with the columns of its report (and ``place``); annexes and copies left out."""
    spoken = tables["words"].query("section != 'annex'")
    return spoken.merge(described(tables), on="report_id")


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
    """
    groups = [g.groupby("word").agg(n=("n", "sum"), r=("report_id", "nunique")) for g in (a, b)]
    out = pd.concat(groups, axis=1).fillna(0).astype(int)
    out = out.set_axis(["n_a", "reports_a", "n_b", "reports_b"], axis=1).reset_index()
    n_a, n_b = out["n_a"].to_numpy(dtype=float), out["n_b"].to_numpy(dtype=float)
    if not n_a.sum() or not n_b.sum():
        out = out[:0]
        n_a, n_b = n_a[:0], n_b[:0]
    alpha = prior * (n_a + n_b) / max(n_a.sum() + n_b.sum(), 1)
    k_a, k_b = n_a + alpha, n_b + alpha
    with np.errstate(divide="ignore", invalid="ignore"):  # a single word has no odds: NaN
        odds = np.log(k_a / (k_a.sum() - k_a)) - np.log(k_b / (k_b.sum() - k_b))
    spread = np.sqrt(1 / k_a + 1 / k_b)
    out = out.assign(log_odds=odds, low=odds - 1.96 * spread, high=odds + 1.96 * spread)
    return out.assign(z=odds / spread).sort_values(
        ["z", "word"], ascending=False, ignore_index=True
    )


def collocations(tables: Tables, node: str = "", window: int = 4, least: int = 3) -> pd.DataFrame:
    """Pairs of words within a sentence, at most ``window`` words apart, in any order.

    Returns:
        word, collocate, n, n_word, n_collocate (pairs with each), pmi (bits; high for rare pairs),
        log_likelihood (Dunning 1993; sorted by it, < 0: rarer together than by chance).
        With ``node`` only its pairs, node first. Pairs met fewer than ``least`` times are left out.
    """
    texts = tables["sentences"].query("section not in ('', 'annex')")["text"]
    pieces = pd.Series(cut("\n".join(t.replace("\n", " ") for t in texts)), dtype="str")
    number, stop = (pieces == "\n").cumsum(), word_list("stop_words")
    kept = (pieces.str.len() > 1) & pieces.str[0].between(FIRST, LAST) & ~pieces.isin(stop)
    ids, vocabulary = pd.factorize(pieces[kept], sort=True)
    row = number[kept].to_numpy()
    pairs = [
        np.sort(np.stack([ids[:-d], ids[d:]])[:, row[:-d] == row[d:]], axis=0)
        for d in range(1, window + 1)
    ]
    key, n = np.unique(
        np.concatenate([p[0] * len(vocabulary) + p[1] for p in pairs]), return_counts=True
    )
    left, right = np.divmod(key, max(len(vocabulary), 1))
    margin = np.bincount(np.r_[left, right], np.r_[n, n], len(vocabulary))
    total, chosen = n.sum(), (n >= least) & (left != right)
    if node:
        at = np.flatnonzero(vocabulary == node)
        chosen &= np.isin(left, at) | np.isin(right, at)
        left, right = (
            np.where(np.isin(right, at), right, left),
            np.where(np.isin(right, at), left, right),
        )
    left, right, n = left[chosen], right[chosen], n[chosen]
    n_left, n_right = margin[left], margin[right]
    expected = n_left * n_right / max(2 * total, 1)
    cells = [(n, expected), (n_left - n, n_left - expected), (n_right - n, n_right - expected)]
    cells.append((total - n_left - n_right + n, total - n_left - n_right + expected))
    g = sum(
        np.where(o > 0, o * np.log(np.maximum(o, 1e-9) / np.maximum(e, 1e-9)), 0) for o, e in cells
    )
    out = pd.DataFrame({"word": vocabulary[left], "collocate": vocabulary[right], "n": n})
    out = out.assign(n_word=n_left.astype(int), n_collocate=n_right.astype(int))
    out = out.assign(pmi=np.log2(n / expected), log_likelihood=2 * g * np.sign(n - expected))
    order = ["log_likelihood", "word", "collocate"]
    return out.sort_values(order, ascending=[False, True, True], ignore_index=True)
