"""New phrases (提法): word sequences no dictionary has, quoted coinages, and their passports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.compare.attention import life_spans
from reportlib.compare.concordance import Pages
from reportlib.compare.keyness import running_words
from reportlib.compare.tables import Tables, described, rows_of
from reportlib.finder import Finder, Ints
from reportlib.records import Report, ReportlibError
from reportlib.themes import lexicon
from reportlib.words import FIRST, LAST

LONGEST = 8  # words of a phrase


def new_phrases(
    tables: Tables, least: int = 3, free: float = 1.0, bound: float = 3.0
) -> pd.DataFrame:
    """Sequences of two to eight words that stand together and stand on their own.

    Two measures decide: ``pmi`` (bits), the least association over all cuts of the phrase in two,
    says that its words belong together; ``entropy`` (bits), the lesser of the entropies of what
    stands before and after it, says that it ends where it seems to. Only Chinese words count, and
    no phrase crosses punctuation or begins or ends with a stop word.

    Args:
        least: occurrences at least. free: entropy at least. bound: pmi at least.

    Returns:
        phrase, words (cut by /), n, n_reports, pmi, entropy, score (their product; sorted by it),
        theme (if the phrase is a term of the lexicon already). Time n log n.

    >>> found = new_phrases(corpus, least=2, free=0)
    >>> found[["words", "n", "n_reports", "entropy"]].head(2).round(2).values.tolist()
    [['地区生产总值/增长', 4, 2, 2.0], ['办事/不出/村', 3, 2, 1.58]]
    """
    text = running_words(tables)
    number, vocabulary = pd.factorize(text["word"])
    # whatever is no Chinese word differs from all else
    ids = np.where(text["han"], number, -1 - np.arange(len(text)))
    codes, counts = [ids], [_frequency(ids)]
    found = []
    for n in range(2, LONGEST + 1):
        shorter, last = codes[-1][:-1], ids[n - 1 :]
        alive = (shorter >= 0) & (last >= 0) & (counts[-1][:-1] >= least)
        key = np.where(alive, shorter * len(vocabulary) + last, -1)
        codes.append(np.where(alive, pd.factorize(key)[0], -1))
        counts.append(np.where(alive, _frequency(key), 0))
        found.append(_phrases(text, ids, codes[-1], counts, least))
    out = pd.concat(found, ignore_index=True).astype({"words": "str"})
    out = out[(out["pmi"] >= bound) & (out["entropy"] >= free)]
    out.insert(0, "phrase", out["words"].str.replace("/", ""))
    known = {row["term"]: row["theme"] for row in lexicon().rows}
    out = out.assign(score=out["pmi"] * out["entropy"], theme=out["phrase"].map(known).fillna(""))
    return out.sort_values(["score", "phrase"], ascending=[False, True], ignore_index=True)


def _phrases(
    text: pd.DataFrame, ids: Ints, code: Ints, counts: list[Ints], least: int
) -> pd.DataFrame:
    """The phrases of n words (``counts`` has those of 1 to n), each with its measures."""
    n, stop = len(counts), text["stop"].to_numpy()
    met = np.flatnonzero((counts[-1] >= least) & ~stop[: len(code)] & ~stop[n - 1 :])
    row, _ = pd.factorize(code[met])
    at = met[~pd.Series(row).duplicated()]  # the first occurrence of each
    parts = [counts[k - 1][at] * counts[n - k - 1][at + k] for k in range(1, n)]
    total = (ids >= 0).sum()
    edge = np.r_[ids, -1 - len(ids)]
    sides = [_entropy(row, edge[beside], len(at)) for beside in (met - 1, met + n)]
    reports = text["report_id"].iloc[met].groupby(row).nunique()
    cells = {"words": ["/".join(text["word"][p : p + n]) for p in at], "n": counts[-1][at]}
    cells |= {"n_reports": reports, "pmi": np.log2(counts[-1][at] * total / np.max(parts, axis=0))}
    return pd.DataFrame(cells | {"entropy": np.minimum(*sides)})


def _frequency(ids: Ints) -> Ints:
    _, inverse, n = np.unique(ids, return_inverse=True, return_counts=True)
    return n[inverse]


def _entropy(row: Ints, beside: Ints, n: int) -> NDArray[np.float64]:
    """Entropy in bits of the neighbours of each phrase (``row`` 0 to n - 1)."""
    pairs, k = np.unique(np.stack([row, beside]), axis=1, return_counts=True)
    share = k / np.bincount(row, minlength=n)[pairs[0]]
    return np.bincount(pairs[0], -share * np.log2(share), n).astype(float)


def coinages(tables: Tables, least: int = 1) -> pd.DataFrame:
    """Terms in quotation marks: phrase (without them), n, n_reports, report_id of the first.

    Most reports first; terms met fewer than ``least`` times and copies are left out.

    >>> coinages(corpus).values.tolist()
    [['办事不出村', 3, 2, '2024.txt']]
    """
    hits = tables["rhetoric_hits"].query("measure == 'quotation'")
    hits = hits[hits["report_id"].isin(described(tables)["report_id"])]
    phrase = hits["text"].str.strip("“”\"'‘’「」『』").rename("phrase")
    by = hits["report_id"].groupby(phrase, sort=False)
    out = by.agg(n="size", n_reports="nunique", first="first").reset_index()
    order = ["n_reports", "n"]
    return out[out["n"] >= least].sort_values(
        order, ascending=False, kind="stable", ignore_index=True
    )


def uses(corpus: Pages, phrases: Sequence[str]) -> pd.DataFrame:
    """Every occurrence of some phrases, found in one pass over each page.

    Returns:
        phrase, doc, report_id, start, end, slot (title, heading, body, annex), task and tasks (rank
        of the numbered task of the plan in which it stands, and how many there are; NaN elsewhere),
        explained (an annex entry begins with it), before and after (two characters beside it).

    Raises:
        ReportlibError: an empty phrase, or none.

    >>> uses(corpus, ["乡村振兴"])[["report_id", "slot", "before", "after"]].head(2).values.tolist()
    [['2024.txt', 'body', '推进', '，新'], ['2024.txt', 'body', '推进', '，建']]
    """
    if not phrases or not all(phrases):
        raise ReportlibError("name at least one phrase; a phrase is not empty")
    finder = Finder(list(dict.fromkeys(phrases)))
    rows = [row for report in corpus.reports for row in _uses(report, finder)]
    columns = "phrase doc report_id start end slot task tasks explained before after"
    return pd.DataFrame(rows, columns=columns.split())


def _uses(report: Report, finder: Finder) -> Iterator[tuple[Any, ...]]:
    text, tasks = report.mapped.text, _tasks(report)
    _, firsts, lasts = finder.find(text, overlapping=True)
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        start, end = report.mapped.locate(first, last)
        part = next((p.section for p in report.parts if p.start <= start < p.end), "title")
        slot = part if part in ("title", "annex") else "body"
        if slot == "body" and any(h.start <= start < h.end for h in report.headings):
            slot = "heading"
        rank = sum(begin <= start for begin in tasks) if part == "plan" else 0
        task = (rank, len(tasks)) if rank else (np.nan, np.nan)
        told = slot == "annex" and "：" in text[last : last + 3]
        where = (report.doc, report.report_id, start, end, slot, *task, told)
        yield (text[first:last], *where, text[max(first - 2, 0) : first], text[last : last + 2])


def _tasks(report: Report) -> list[int]:
    """Where the numbered tasks of the plan begin: its highest level of three or more headings."""
    plans = [p for p in report.parts if p.section == "plan"]
    listed = [
        h for h in report.headings if h.number and any(p.start <= h.start < p.end for p in plans)
    ]
    by_level = [[h.start for h in listed if h.level == level] for level in (1, 2, 3)]
    return next((starts for starts in by_level if len(starts) >= 3), [])


def passports(corpus: Any, phrases: Sequence[str]) -> pd.DataFrame:
    """The life of each phrase in a folder, one row a phrase.

    Args:
        corpus: a ``Corpus``.

    Returns:
        phrase, n, n_reports, first_year and last_year (plan years) with n_earlier, n_later,
        left_censored and right_censored as in ``life_spans``; first_report, places, levels, slots
        (with counts), task (best rank, "2 of 7"), variants (up to three longer forms met twice or
        more), explained (in a glossary), line (one occurrence with ten characters on either side)
        and its doc, start, end. A phrase never met has n = 0 and blanks.

    >>> found = passports(corpus, ["办事不出村"])
    >>> found[["n", "n_reports", "first_year", "slots", "line"]].values.tolist()
    [[3, 2, 2024, 'body 3', '优化营商环境，打造“办事不出村”品牌。确保完成全年']]
    """
    reports = described(corpus).set_index("report_id", drop=False)
    met = uses(corpus, phrases).join(reports[["place", "level", "plan_year"]], "report_id", "inner")
    met = met.sort_values(["plan_year", "doc", "start"], kind="stable")
    groups, nothing = dict(iter(met.groupby("phrase"))), met[:0]
    out = pd.DataFrame(
        _passport(corpus, phrase, groups.get(phrase, nothing)) for phrase in dict.fromkeys(phrases)
    )
    spans = life_spans(met, reports, "phrase").drop(columns="n_reports").set_index("phrase")
    whole = "first_year last_year n_earlier n_later start end".split()
    return out.join(spans, on="phrase").astype(dict.fromkeys(whole, "Int64"))


def _passport(corpus: Pages, phrase: str, rows: pd.DataFrame) -> dict[str, Any]:
    longer = Counter([b + phrase for b in rows["before"]] + [phrase + a for a in rows["after"]])
    han = [v for v, n in longer.most_common() if n > 1 and all(FIRST <= c <= LAST for c in v)]
    told = {"phrase": phrase, "n": len(rows), "n_reports": rows["report_id"].nunique()}
    told |= {"slots": "; ".join(f"{slot} {n}" for slot, n in rows["slot"].value_counts().items())}
    told |= {k + "s": "; ".join(sorted({*rows[k]} - {""})) for k in ("place", "level")}
    told |= {"variants": "; ".join(han[:3]), "explained": bool(rows["explained"].any())}
    best = rows.dropna(subset="task").sort_values("task", kind="stable").head(1)
    told["task"] = "".join(f"{a:.0f} of {b:.0f}" for a, b in best[["task", "tasks"]].to_numpy())
    told |= dict.fromkeys(["first_report", "line", "doc", "start", "end"])
    for first in rows_of(rows.head(1)):
        line = corpus.text(first.doc)[max(first.start - 10, 0) : first.end + 10]
        told |= {"first_report": first.report_id, "line": " ".join(line.split())}
        told |= {"doc": first.doc, "start": first.start, "end": first.end}
    return told
