"""Text reuse: which characters of a report stand in another too, and beside which sentence.

A shingle is a run of ``n`` characters of one sentence; only Han characters, letters and digits
count, so that punctuation and line breaks do not matter. A character is shared if it lies in a
shingle that the other report has. Shared words do not say who took them from whom, and obligatory
formulae stand in every report: hence two shares, with them and without. One index of hashes serves
all reports, so that time grows with their length and not with the number of pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.clean import one_for_one
from reportlib.compare.tables import Tables, described, spoken
from reportlib.records import ReportlibError
from reportlib.resources import require

Array = NDArray[Any]
AGAINST = ("previous", "parent", "closest", "any")
FORMULAE = ("formula", "address", "mask")  # measures whose hits every report has to have
COMMON = 20  # a shingle of more reports (more sentences) says nothing on who is close to whom
LETTERS = ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0x3400, 0x9FFF))  # 0-9, A-Z, a-z, Han
BASE = np.uint64(0x9E3779B97F4A7C15)  # of the rolling hash, modulo 2 to the 64th
PAGE = 1 << 32  # more than the characters of a page
SHARES = "report_id against other years n_chars wording wording_plain topics reason".split()
SENTENCE = "sentence_id start end text".split()


def shingles(tables: Tables, n: int = 10) -> pd.DataFrame:
    """Every character that counts of the spoken sentences, and the shingle that begins with it.

    Copies are left out, and of several reports of one place and year all but the longest.

    Args:
        n: characters of a shingle, 8 to 12 as a rule: fewer find more, and more by chance.

    Returns:
        report_id (a category), row (of ``sentences``), kind (number of the shingle that begins
        here; -1: it would leave its sentence), free (the character lies in no formula of ideology,
        address or delivery), plain (the shingle touches none); in the order of the text.

    Raises:
        ReportlibError: fewer than 4 or more than 40 characters; no report at all.

    >>> shingles(corpus, n=4).groupby("report_id", observed=True)["kind"].nunique().to_dict()
    {'2024.txt': 213, '2025.txt': 181}
    """
    if not 4 <= n <= 40:
        raise ReportlibError(f"a shingle has 4 to 40 characters, not {n}")
    said = spoken(tables, _reports(tables))
    if said.empty:
        raise ReportlibError("no reports to compare: none of the pages holds one")
    codes, row, free = _letters(said, tables["rhetoric_hits"].query("measure in @FORMULAE"))
    size = max(len(codes) - n + 1, 0)
    hashes = np.zeros(size, np.uint64)
    for k in range(n):
        hashes = hashes * BASE + codes[k : k + size]
    whole = np.flatnonzero(row[:size] == row[len(row) - size :])
    kind = np.full(len(codes), -1)
    kind[whole] = np.unique(hashes[whole], return_inverse=True)[1]
    fixed = np.cumsum(np.r_[0, ~free, np.zeros(n - 1, int)])
    report = pd.Categorical(said["report_id"], said["report_id"].unique())
    cells = {"report_id": report[row], "row": said.index[row]}
    return pd.DataFrame(cells | {"kind": kind, "free": free, "plain": fixed[n:] == fixed[:-n]})


def _letters(said: pd.DataFrame, formulae: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Code points that count, their sentences (by position), and whether each is in no formula."""
    # report by report: whether its script is mixed is not for others to decide
    reports = said.groupby("report_id", sort=False)["text"]
    text = "".join(one_for_one("".join(lines)) for _, lines in reports)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = said["text"].str.len().to_numpy(int)
    kept = np.any([(codes >= first) & (codes <= last) for first, last in LETTERS], axis=0)
    kept = np.flatnonzero(kept)
    row = np.repeat(np.arange(len(said)), sizes)[kept]
    page, docs = pd.factorize(said["doc"])
    starts = page * PAGE + said["start"].to_numpy(int)
    at = kept + (starts - np.cumsum(sizes) + sizes)[row]
    hits = formulae[formulae["doc"].isin(docs)].astype({"start": "int64", "end": "int64"})
    hits = hits[["start", "end"]].add(pd.Index(docs).get_indexer(hits["doc"]) * PAGE, axis=0)
    hits = hits.sort_values("start")
    ends = np.maximum.accumulate(np.r_[0, hits["end"]])
    free = ends[np.searchsorted(hits["start"], at, side="right")] <= at
    delivery = said["section"].to_numpy() == "opening"
    return codes[kept].astype(np.uint64), row, free & ~delivery[row]


def _covered(starts: Array, n: int) -> Array:
    """Which characters lie in a shingle that begins at one of ``starts`` (masks)."""
    total = np.cumsum(np.r_[np.zeros(n, int), starts])
    return total[n:] > total[:-n]


def _most_frequent(votes: pd.Series) -> pd.Series:
    """Of counted pairs, for each first one the commonest second; of several the least."""
    best = votes.sort_index().sort_values(ascending=False, kind="stable").reset_index(level=1)
    return best[~best.index.duplicated()].iloc[:, 0]


def _reports(tables: Tables) -> pd.DataFrame:
    """Reports that are no copies; of several of one place and year the longest."""
    reports = described(tables).sort_values("n_chars", kind="stable")
    again = reports.duplicated(["place", "plan_year"], keep="last")
    return reports[~again | (reports["place"] == "") | (reports["plan_year"] == "")].sort_index()


def reuse(tables: Tables, against: str = "previous", n: int = 10) -> pd.DataFrame:
    """How much of each report stands in another one: in the same words, and on the same themes.

    Args:
        against: ``previous`` (the last report of the same place before this one), ``parent`` (same
            year, nearest government above), ``closest`` (the report that shares most of the rarer
            shingles) or ``any`` (all others together).
        n: characters of a shingle.

    Returns:
        report_id, against, other, ``years`` between the two, n_chars (characters that count),
        ``wording`` (share of them that stand in the other, 0-1), ``wording_plain`` (the same
        without formulae of ideology, address and delivery), ``topics`` (overlap of the shares of
        themes, 0-1) and reason. Without another report shares are NaN, and reason says
        place_unknown, year_unknown, no_previous, no_parent, no_other or no_text. High topics with
        low wording is the same business in other words, the distinction of Lu 2023 (recalled).

    Raises:
        ReportlibError: unknown ``against``.

    >>> found = reuse(corpus).round(2)
    >>> found[["report_id", "other", "n_chars", "wording", "reason"]].values.tolist()
    [['2024.txt', '', 277, nan, 'no_previous'], ['2025.txt', '2024.txt', 244, 0.47, '']]
    """
    require(against, list(AGAINST), "comparison")
    reports, letters = _reports(tables).set_index("report_id", drop=False), shingles(tables, n)
    spoken = letters["report_id"].cat.categories
    code = letters["kind"].to_numpy() * len(spoken)
    held = np.unique((code + letters["report_id"].cat.codes)[code >= 0])  # each pair once
    other = _others(reports.loc[spoken], held, against).reindex(reports.index).fillna("")
    by_place, anybody = against in ("previous", "parent"), against == "any" and len(spoken) > 1
    reason = other.mask(other == "", f"no_{against}" if by_place else "no_other")
    for cell, why in (("plan_year", "year_unknown"), ("place", "place_unknown")):
        reason = reason.mask((reports[cell] == "") & by_place, why)
    reason = reason.mask((other != "") | anybody, "").where(reports.index.isin(spoken), "no_text")
    out = reports[["report_id"]].assign(against=against, other=other.astype("str"), reason=reason)
    out = out.join(_shared(letters, held, other, n)).fillna({"n_chars": 0})
    out[["wording", "wording_plain"]] = out[["wording", "wording_plain"]].where(reason == "")
    year, themes = pd.to_numeric(reports["plan_year"]).astype("Int64"), _theme_shares(tables)
    both = (themes.reindex(ids).to_numpy() for ids in (reports.index, other))
    years = year - year.reindex(other).set_axis(out.index)
    out = out.assign(years=years, topics=np.minimum(*both).sum(axis=1))
    return out[SHARES].astype({"n_chars": "int64"}).reset_index(drop=True)


def _shared(letters: pd.DataFrame, held: Array, other: pd.Series, n: int) -> pd.DataFrame:
    """Characters of each report, and the shares that stand in its ``other`` ("": in any other)."""
    report = letters["report_id"].cat
    size = len(report.categories)
    code = letters["kind"].to_numpy() * size
    beside = report.categories.get_indexer(pd.Index(other[report.categories]))[report.codes]
    spread = np.bincount(held // size, minlength=1)[letters["kind"]]
    starts = np.where(beside < 0, spread > 1, np.isin(code + beside, held)) & (code >= 0)
    plain = np.where(letters["free"], _covered(starts & letters["plain"], n), np.nan)
    cells = {"n_chars": 1, "wording": _covered(starts, n), "wording_plain": plain}
    by = pd.DataFrame(cells).groupby(letters["report_id"], observed=True)
    return by.agg({"n_chars": "size", "wording": "mean", "wording_plain": "mean"})


def _others(reports: pd.DataFrame, held: Array, against: str) -> pd.Series:
    """Whom each report is held against, by ``report_id``; without those that have nobody."""
    other = pd.Series(index=reports.index, dtype="object")
    if against == "closest":
        best = _closest(*np.divmod(held, len(reports)))
        other.iloc[best.index] = reports.index[best]
    rows = reports[(reports["place"] != "") & (reports["plan_year"] != "")]
    if against == "previous":
        return rows.sort_values("plan_year").groupby("place")["report_id"].shift()
    if against == "parent":
        by = rows.set_index(rows["place"] + rows["plan_year"])["report_id"]
        for above in ("全国", rows["province"], rows["province"] + rows["prefecture"]):
            found = (above + rows["plan_year"]).map(by).where(rows["place"] != above)
            other = found.fillna(other)  # the nearest comes last
    return other


def _closest(kind: Array, report: Array) -> pd.Series:
    """For each report (a number) the one with which it shares most of the rarer shingles."""
    spread = np.bincount(kind)[kind]
    some = (spread > 1) & (spread <= COMMON)
    rows = pd.DataFrame({"kind": kind[some], "one": report[some]})
    pairs = rows.merge(rows.rename(columns={"one": "two"}), on="kind")
    votes = pairs[pairs["one"] != pairs["two"]].value_counts(["one", "two"], sort=False)
    return _most_frequent(votes)


def _theme_shares(tables: Tables) -> pd.DataFrame:
    """Of what each report says about themes, the share of each (NaN where it names none)."""
    rows = tables["themes"].query("section == 'all'").astype({"n_sentences": float})
    sizes = rows.pivot_table("n_sentences", "report_id", "theme", fill_value=0)
    return sizes.div(sizes.sum(axis=1), axis=0)


def aligned(tables: Tables, report_id: str, other: str, n: int = 10) -> pd.DataFrame:
    """Every sentence of a report beside the sentence of another that shares most shingles with it.

    Returns:
        one row a sentence, in order: sentence_id, start, end, text, ``overlap`` (share of its
        characters that stand in the other sentence, 0-1; 0: a new sentence; NaN: fewer than n
        characters), other_sentence_id, other_start, other_end, other_text (blank without overlap).
        Offsets are those of the two pages.

    Raises:
        ReportlibError: no such report, or a copy of another.

    >>> found = aligned(corpus, "2025.txt", "2024.txt", n=6).set_index("text").round(2)
    >>> found.loc["要扎实推进乡村振兴，建设更多高标准农田。", ["overlap", "other_start"]].tolist()
    [0.61, 289.0]
    """
    letters = shingles(tables, n)
    known = list(letters["report_id"].cat.categories)
    mine, theirs = (
        letters.loc[letters["report_id"] == require(name, known, "report"), ["row", "kind"]]
        for name in (report_id, other)
    )
    theirs = theirs[theirs["kind"] >= 0].drop_duplicates()
    rare = theirs[theirs.groupby("kind")["row"].transform("size") <= COMMON]
    pairs = mine.merge(rare, on="kind", suffixes=("", "_other"))
    votes = pairs.value_counts(["row", "row_other"], sort=False)
    partner = mine["row"].map(_most_frequent(votes)).fillna(-1).astype(int)
    there = pd.MultiIndex.from_frame(theirs[["kind", "row"]])
    starts = pd.MultiIndex.from_arrays([mine["kind"], partner]).isin(there)
    by = mine.assign(partner=partner, shared=_covered(starts, n), size=1).groupby("row")
    lines = by.agg({"partner": "first", "shared": "mean", "size": "sum"})
    table = tables["sentences"][SENTENCE]
    beside = table.reindex(lines["partner"]).add_prefix("other_").set_axis(lines.index)
    overlap = lines["shared"].where(lines["size"] >= n).rename("overlap")
    return pd.concat([table.loc[lines.index], overlap, beside], axis=1).reset_index(drop=True)
