"""New phrases (提法): word sequences no dictionary has, quoted coinages, and their passports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from reportlib.compare.attention import Tables, described, life_spans
from reportlib.compare.concordance import Pages
from reportlib.records import Report, ReportlibError
from reportlib.themes import lexicon
from reportlib.words import FIRST, LAST, cut, word_list

LONGEST = 8  # words of a phrase
Ints = NDArray[np.int64]


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
    """
    said = tables["sentences"].query("section not in ('', 'annex')")
    said = said[said["report_id"].isin(described(tables)["report_id"])]
    pieces = pd.Series(cut("\n".join(t.replace("\n", " ") for t in said["text"])), dtype="str")
    reports = pd.factorize(said["report_id"])[0][
        np.minimum((pieces == "\n").cumsum(), len(said) - 1)
    ]
    ids, words = pd.factorize(pieces)
    ids = np.where(pieces.str[0].between(FIRST, LAST), ids, -1 - np.arange(len(ids)))
    edge = np.r_[ids, -1 - len(ids)]  # whatever is no word differs from all else
    stop = np.isin(ids, np.flatnonzero(pd.Series(words).isin(word_list("stop_words"))))
    code, counts = [ids], [_frequency(ids)]
    out = []
    for n in range(2, LONGEST + 1):
        shorter, last = code[-1][:-1], ids[n - 1 :]
        alive = (shorter >= 0) & (last >= 0) & (counts[-1][:-1] >= least)
        key = np.where(alive, shorter * len(words) + last, -1)
        code.append(np.where(alive, pd.factorize(key)[0], -1))
        counts.append(np.where(alive, _frequency(key), 0))
        first = np.unique(np.where(counts[-1] >= least, code[-1], -1), return_index=True)[1]
        at = first[(counts[-1][first] >= least) & ~stop[first] & ~stop[first + n - 1]]
        if not len(at):
            continue
        total = max((ids >= 0).sum(), 1)
        parts = [counts[k - 1][at] * counts[n - k - 1][at + k] for k in range(1, n)]
        pmi = np.log2(counts[-1][at] * total / np.max(parts, axis=0))
        every = np.flatnonzero(np.isin(code[-1], code[-1][at]) & (code[-1] >= 0))
        mine, order = code[-1][every], np.argsort(code[-1][at])
        row = order[np.searchsorted(code[-1][at][order], mine)]
        free_ends = [_entropy(row, edge[e], len(at)) for e in (every - 1, every + n)]
        spread = pd.Series(reports[every]).groupby(row).nunique()
        for k, p in enumerate(at):
            cells = ("/".join(pieces[p : p + n]), int(counts[-1][p]), int(spread[k]), pmi[k])
            out.append((*cells, min(free_ends[0][k], free_ends[1][k])))
    found = pd.DataFrame(out, columns=["words", "n", "n_reports", "pmi", "entropy"])
    found = found[(found["pmi"] >= bound) & (found["entropy"] >= free)]
    found.insert(0, "phrase", found["words"].str.replace("/", ""))
    known = {row["term"]: row["theme"] for row in lexicon().rows}
    found = found.assign(
        score=found["pmi"] * found["entropy"], theme=found["phrase"].map(known).fillna("")
    )
    return found.sort_values(["score", "phrase"], ascending=[False, True], ignore_index=True)


def _frequency(ids: Ints) -> Ints:
    _, inverse, n = np.unique(ids, return_inverse=True, return_counts=True)
    return n[inverse]


def _entropy(row: Ints, beside: Ints, n: int) -> NDArray[np.float64]:
    """Entropy in bits of the neighbours of each phrase (``row`` 0 to n - 1)."""
    pairs, k = np.unique(np.stack([row, beside]), axis=1, return_counts=True)
    share = k / np.bincount(row, minlength=n)[pairs[0]]
    return np.bincount(pairs[0], -share * np.log2(share), n).astype(float)


def coinages(tables: Tables, least: int = 1) -> pd.DataFrame:
    """Terms in quotation marks: phrase (without them), n, n_reports, report_id of the first."""
    hits = tables["rhetoric_hits"].query("measure == 'quotation'")
    hits = hits[hits["report_id"].isin(described(tables)["report_id"])]
    hits = hits.assign(phrase=hits["text"].str.strip("“”\"'‘’「」『』"))
    out = hits.groupby("phrase", sort=False)["report_id"].agg(
        n="size", n_reports="nunique", first="first"
    )
    out = out[out["n"] >= least].sort_values(["n_reports", "n"], ascending=False, kind="stable")
    return out.reset_index()


def uses(corpus: Pages, phrases: Sequence[str]) -> pd.DataFrame:
    """Every occurrence of some phrases, found in one pass over each page.

    Returns:
        phrase, doc, report_id, start, end, slot (title, heading, body, annex), task and tasks (rank
        of the numbered task of the plan in which it stands, and how many there are; NaN elsewhere),
        explained (an annex entry begins with it), before and after (two characters beside it).

    Raises:
        ReportlibError: an empty phrase, or none.
    """
    if not phrases or not all(phrases):
        raise ReportlibError("name at least one phrase; a phrase is not empty")
    names = list(dict.fromkeys(phrases))
    automaton = AhoCorasick(names)
    rows = [row for report in corpus.reports for row in _uses(report, automaton, names)]
    columns = "phrase doc report_id start end slot task tasks explained before after"
    return pd.DataFrame(rows, columns=columns.split())


def _uses(report: Report, automaton: AhoCorasick, names: list[str]) -> Iterator[tuple[Any, ...]]:
    text, tasks = report.mapped.text, _tasks(report)
    for number, first, last in automaton.find_matches_as_indexes(text, overlapping=True):
        start, end = report.mapped.locate(first, last)
        part = next((p for p in report.parts if p.start <= start < p.end), None)
        slot = "title" if part is None else "annex" if part.section == "annex" else "body"
        if slot == "body" and any(h.start <= start < h.end for h in report.headings):
            slot = "heading"
        rank = sum(begin <= start for begin in tasks)
        inside = bool(rank) and part is not None and part.section == "plan"
        told = slot == "annex" and "：" in text[last : last + 3]
        task = (rank, len(tasks)) if inside else (np.nan, np.nan)
        where = (report.doc, report.report_id, start, end, slot, *task, told)
        yield (names[number], *where, text[max(first - 2, 0) : first], text[last : last + 2])


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
    """
    reports = described(corpus).set_index("report_id", drop=False)
    met = uses(corpus, phrases)
    met = met[met["report_id"].isin(reports.index)].join(
        reports[["place", "level", "plan_year"]], on="report_id"
    )
    spans = life_spans(met, reports, "phrase").drop(columns="n_reports").set_index("phrase")
    out = []
    for phrase in dict.fromkeys(phrases):
        rows = met[met["phrase"] == phrase].sort_values(
            ["plan_year", "doc", "start"], kind="stable"
        )
        out.append(_passport(corpus, phrase, rows))
    whole = dict.fromkeys(["first_year", "last_year", "n_earlier", "n_later"], "Int64")
    return (
        pd.DataFrame(out)
        .join(spans, on="phrase")
        .astype(whole | {"start": "Int64", "end": "Int64"})
    )


def _passport(corpus: Pages, phrase: str, rows: pd.DataFrame) -> dict[str, Any]:
    longer = Counter([b + phrase for b in rows["before"]] + [phrase + a for a in rows["after"]])
    han = [v for v, n in longer.most_common() if n > 1 and all(FIRST <= c <= LAST for c in v)]
    told = {"phrase": phrase, "n": len(rows), "n_reports": rows["report_id"].nunique()}
    told |= {"slots": "; ".join(f"{slot} {n}" for slot, n in rows["slot"].value_counts().items())}
    told |= {k + "s": "; ".join(sorted({*rows[k]} - {""})) for k in ("place", "level")}
    told |= {"variants": "; ".join(han[:3]), "explained": bool(rows["explained"].any())}
    listed = rows.dropna(subset="task").sort_values("task", kind="stable").head(1)
    told["task"] = "".join(f"{a:.0f} of {b:.0f}" for a, b in listed[["task", "tasks"]].to_numpy())
    for doc, report_id, start, end in rows[["doc", "report_id", "start", "end"]].head(1).to_numpy():
        line = " ".join(corpus.text(doc)[max(start - 10, 0) : end + 10].split())
        told |= {"first_report": report_id, "line": line, "doc": doc, "start": start, "end": end}
    return {"start": None, "end": None} | told
