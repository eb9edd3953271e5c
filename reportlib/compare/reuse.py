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


def _most_frequent(pairs: pd.DataFrame) -> pd.Series:
    """For each value of the first column the commonest of the second; of several the least."""
    one, two = pairs.columns
    votes = pairs.value_counts(sort=False).reset_index()
    votes = votes.sort_values([one, "count", two], ascending=[True, False, True])
    return votes.drop_duplicates(one).set_index(one)[two]


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
    """
    require(against, list(AGAINST), "comparison")
    reports, letters = _reports(tables).set_index("report_id", drop=False), shingles(tables, n)
    owner = letters["report_id"].cat
    names, keys = owner.categories, letters["kind"].to_numpy() * len(owner.categories)
    held = np.unique((keys + owner.codes)[keys >= 0])  # shingle and report, each pair once
    other = _others(reports.loc[names], held, against)
    if against == "any":
        spread = np.bincount(held // len(names), minlength=1)
        starts = (keys >= 0) & (spread[letters["kind"]] > 1)
    else:
        beside = names.get_indexer(pd.Index(other.reindex(names)))[owner.codes]
        starts = (beside >= 0) & np.isin(keys + beside, held)
    plain = _covered(starts & letters["plain"], n)
    plain = np.where(letters["free"], plain, np.nan)
    cells = {"n_chars": 1, "wording": _covered(starts, n), "wording_plain": plain}
    by = pd.DataFrame(cells).groupby(letters["report_id"], observed=True)
    shares = by.agg({"n_chars": "size", "wording": "mean", "wording_plain": "mean"})
    out = reports[["report_id"]].join(shares).fillna({"n_chars": 0}).astype({"n_chars": "int64"})
    out["other"] = other.reindex(out.index).fillna("").astype("str")
    out["reason"] = _reasons(reports, names, out["other"], against)
    out.loc[out["reason"] != "", ["wording", "wording_plain"]] = np.nan
    year = pd.to_numeric(reports["plan_year"]).astype("Int64")
    out["years"] = year - year.reindex(out["other"]).set_axis(out.index)
    themes = _theme_shares(tables)
    both = (themes.reindex(ids).to_numpy() for ids in (out.index, out["other"]))
    out = out.assign(against=against, topics=np.minimum(*both).sum(axis=1))
    return out[SHARES].reset_index(drop=True)


def _others(reports: pd.DataFrame, held: Array, against: str) -> pd.Series:
    """Whom each report is held against, by ``report_id``; without those that have nobody."""
    other = pd.Series(index=reports.index, dtype="object")
    if against == "closest":
        kind, owner = np.divmod(held, len(reports))
        rare = np.bincount(kind)[kind] <= COMMON
        kind, owner = kind[rare], owner[rare]
        pairs = [np.empty((0, 2), int)]
        for d in range(1, COMMON):  # the owners of a shingle stand side by side
            same = np.stack([owner[d:], owner[:-d]], axis=1)[kind[d:] == kind[:-d]]
            pairs += [same, same[:, ::-1]]
        best = _most_frequent(pd.DataFrame(np.concatenate(pairs)))
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


def _reasons(reports: pd.DataFrame, spoken: pd.Index, other: pd.Series, against: str) -> pd.Series:
    """Why reports are held against nobody; "" where they are."""
    if against in ("previous", "parent"):
        out = other.mask(other == "", f"no_{against}")
        out = out.mask(reports["plan_year"] == "", "year_unknown")
        out = out.mask(reports["place"] == "", "place_unknown")
    else:
        out = other.mask(other == "", "no_other")
    met = (other != "") | (against == "any" and len(spoken) > 1)
    return out.mask(met, "").where(out.index.isin(spoken), "no_text")


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
    """
    letters = shingles(tables, n)
    known = list(letters["report_id"].cat.categories)
    mine, theirs = (
        letters.loc[letters["report_id"] == require(name, known, "report"), ["row", "kind"]]
        for name in (report_id, other)
    )
    theirs = theirs[theirs["kind"] >= 0].drop_duplicates()
    rare = theirs[theirs.groupby("kind")["row"].transform("size") <= COMMON]
    pairs = mine.merge(rare, on="kind", suffixes=("", "_other"))[["row", "row_other"]]
    partner = mine["row"].map(_most_frequent(pairs)).fillna(-1).astype(int)
    there = pd.MultiIndex.from_frame(theirs[["kind", "row"]])
    starts = pd.MultiIndex.from_arrays([mine["kind"], partner]).isin(there)
    by = mine.assign(partner=partner, shared=_covered(starts, n), size=1).groupby("row")
    lines = by.agg({"partner": "first", "shared": "mean", "size": "sum"})
    table = tables["sentences"][SENTENCE]
    beside = table.reindex(lines["partner"]).add_prefix("other_").set_axis(lines.index)
    overlap = lines["shared"].where(lines["size"] >= n).rename("overlap")
    return pd.concat([table.loc[lines.index], overlap, beside], axis=1).reset_index(drop=True)
