"""Text reuse: which characters of a report stand in another too, and beside which sentence.

A shingle is a run of ``n`` characters of one sentence; only Han characters, letters and digits
count, so that punctuation and line breaks do not matter. A character is shared if it lies in a
shingle that the other report has. Shared words do not say who took them from whom, and obligatory
formulae stand in every report: hence two shares, with them and without. One index of hashes serves
all reports, so that time grows with their length and not with the number of pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.clean import one_for_one
from reportlib.compare.attention import Tables, described
from reportlib.records import ReportlibError
from reportlib.resources import require

Array = NDArray[Any]
AGAINST = ("previous", "parent", "closest", "any")
FORMULAE = ("formula", "address", "mask")  # measures whose hits every report has to have
COMMON = 20  # a shingle of more reports (more sentences) says nothing on who is close to whom
LETTERS = ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0x3400, 0x9FFF))  # 0-9, A-Z, a-z, Han
BASE = np.uint64(0x9E3779B97F4A7C15)  # of the rolling hash, modulo 2 to the 64th
SHARES = "report_id against other years n_chars wording wording_plain topics reason".split()
SENTENCE = "sentence_id start end text".split()


@dataclass(frozen=True, slots=True)
class Shingles:
    """The characters that count of several reports, in order; an array has a cell for each.

    ``bounds[report_id]`` is the slice of a report, ``row`` the sentence's row in ``sentences``;
    ``kind`` numbers the shingle that begins here (-1: it would leave its sentence), and
    ``spread[kind]`` says in how many reports it stands; ``plain``: it touches no formula;
    ``free``: the character lies in none.
    """

    n: int
    sentences: pd.DataFrame
    bounds: dict[str, slice]
    row: Array
    kind: Array
    spread: Array
    plain: Array
    free: Array

    def covered(self, starts: Array) -> Array:
        """Which characters lie in a shingle that begins at one of ``starts`` (masks)."""
        total = np.cumsum(np.concatenate([np.zeros(self.n, int), starts]))
        return total[self.n :] > total[: -self.n]

    def starts(self, report_id: str, other: str) -> Array:
        """Where a shingle of the report begins that the other ("": any other) has: a mask."""
        mine = self.kind[self.bounds[report_id]]
        theirs = (
            self.spread[mine] > 1 if not other else np.isin(mine, self.kind[self.bounds[other]])
        )
        return (mine >= 0) & theirs

    def closest(self) -> dict[str, str]:
        """For each report the one with which it shares most shingles of at most COMMON reports."""
        owners, names = _postings(self.kind, self.bounds)[1], list(self.bounds)
        votes = [Counter[int]() for _ in names]
        for last, size in zip(np.cumsum(self.spread).tolist(), self.spread.tolist(), strict=True):
            group = owners[last - size : last].tolist() if 1 < size <= COMMON else ()
            for one in group:
                votes[one].update(group)
        for k, count in enumerate(votes):
            del count[k]
        best = {k: min(c, key=lambda x: (-c[x], x)) for k, c in enumerate(votes) if c}
        return {names[k]: names[other] for k, other in best.items()}


def shingles(tables: Tables, n: int = 10) -> Shingles:
    """Index the spoken sentences (no titles, no annex) of every report that is no copy.

    Args:
        n: characters of a shingle, 8 to 12 as a rule: fewer find more, and more by chance.

    Raises:
        ReportlibError: fewer than 4 or more than 40 characters; no report at all.
    """
    if not 4 <= n <= 40:
        raise ReportlibError(f"a shingle has 4 to 40 characters, not {n}")
    spoken = tables["sentences"].query("section not in ('', 'annex')")
    spoken = spoken[spoken["report_id"].isin(_reports(tables)["report_id"])].reset_index(drop=True)
    hits = tables["rhetoric_hits"].query("measure in @FORMULAE").sort_values(["start", "end"])
    fixed = {doc: mine[["start", "end"]].to_numpy(int) for doc, mine in hits.groupby("doc")}
    bounds: dict[str, slice] = {}
    pieces, at = [], 0
    for report_id, mine in spoken.groupby("report_id", sort=False):
        pieces.append(_letters(mine, fixed.get(mine["doc"].iloc[0], np.zeros((1, 2), int))))
        bounds[str(report_id)] = slice(at, at := at + len(pieces[-1][0]))
    if not pieces:
        raise ReportlibError("no reports to compare: none of the pages holds one")
    codes, row, free = (np.concatenate(part) for part in zip(*pieces, strict=True))
    size = max(len(codes) - n + 1, 0)
    hashes = np.zeros(size, np.uint64)
    for k in range(n):
        hashes = hashes * BASE + codes[k : k + size]
    whole = row[:size] == row[len(row) - size :]
    kind = np.full(len(codes), -1)
    kind[:size][whole] = np.unique(hashes[whole], return_inverse=True)[1]
    held = np.cumsum(np.concatenate([[0], ~free, np.zeros(n - 1, int)]))
    spread = np.bincount(_postings(kind, bounds)[0], minlength=1)
    return Shingles(n, spoken, bounds, row, kind, spread, held[n:] == held[:-n], free)


def _letters(mine: pd.DataFrame, fixed: Array) -> tuple[Array, Array, Array]:
    """Code points that count, their sentences' rows, and whether each lies in no formula."""
    text = one_for_one("".join(mine["text"]))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    sizes = mine["text"].str.len().to_numpy(int)
    starts = mine["start"].to_numpy(int) - np.cumsum(sizes) + sizes
    at = np.arange(len(codes)) + np.repeat(starts, sizes)  # page offsets
    kept = np.any([(codes >= first) & (codes <= last) for first, last in LETTERS], axis=0)
    before = np.searchsorted(fixed[:, 0], at, side="right") - 1
    free = (before < 0) | (np.maximum.accumulate(fixed[:, 1])[before] <= at)
    free &= np.repeat(mine["section"].to_numpy() != "opening", sizes)  # the formula of delivery
    return codes[kept], np.repeat(mine.index.to_numpy(), sizes)[kept], free[kept]


def _postings(kind: Array, bounds: dict[str, slice]) -> tuple[Array, Array]:
    """The inverted index: pairs (shingle, number of a report that has it), each once, sorted."""
    owner = np.repeat(np.arange(len(bounds)), [b.stop - b.start for b in bounds.values()])
    pairs = np.unique((kind * len(bounds) + owner)[kind >= 0])
    return pairs // len(bounds), pairs % len(bounds)


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
    index, reports, themes = shingles(tables, n), _reports(tables), _theme_shares(tables)
    year = pd.to_numeric(reports.set_index("report_id")["plan_year"])
    rows = []
    for report_id, other, reason in _partners(index, reports, against):
        part = index.bounds.get(report_id, slice(0, 0))
        years, wording, plain, topics = [np.nan] * 4
        if not reason:
            starts, free = index.starts(report_id, other), index.free[part]
            wording = index.covered(starts).mean()
            plain = index.covered(starts & index.plain[part])[free].mean() if free.any() else np.nan
        if other:
            years = year[report_id] - year[other]
            topics = np.minimum(*themes.loc[[report_id, other]].to_numpy()).sum()
        size = part.stop - part.start
        rows.append((report_id, against, other, years, size, wording, plain, topics, reason))
    return pd.DataFrame(rows, columns=SHARES).astype({"years": "Int64"})


def _theme_shares(tables: Tables) -> pd.DataFrame:
    """Of what each report says about themes, the share of each (NaN where it names none)."""
    rows = tables["themes"].query("section == 'all'").astype({"n_sentences": float})
    sizes = rows.pivot_table("n_sentences", "report_id", "theme", fill_value=0)
    return sizes.div(sizes.sum(axis=1), axis=0).reindex(tables["reports"]["report_id"])


def _partners(
    index: Shingles, reports: pd.DataFrame, against: str
) -> Iterator[tuple[str, str, str]]:
    """Each report, the one it is held against ("" for none or all), and why there is none."""
    close = index.closest() if against == "closest" else {}
    every: list[Any] = list(reports.itertuples())
    rows = [r for r in every if r.report_id in index.bounds]
    known = {(r.place, r.plan_year): r.report_id for r in rows}
    years = {place: sorted(mine["plan_year"]) for place, mine in reports.groupby("place")}
    for r in every:
        other, reason = close.get(r.report_id, ""), ""
        if r.report_id not in index.bounds:
            reason = "no_text"
        elif against in ("closest", "any"):
            reason = "" if other or (against == "any" and len(rows) > 1) else "no_other"
        elif not r.place or not r.plan_year:
            reason = "year_unknown" if r.place else "place_unknown"
        else:
            before = [y for y in years[r.place] if "" < y < r.plan_year]
            places = [(r.place, before[-1] if before else "")]
            if against == "parent":
                above = (r.province + r.prefecture, r.province, "全国")
                places = [(a, r.plan_year) for a in above if a != r.place != "全国"]
            other = next((known[place] for place in places if place in known), "")
            reason = "" if other else f"no_{against}"
        yield r.report_id, other, reason


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
    index = shingles(tables, n)
    a, b = (index.bounds[require(r, list(index.bounds), "report")] for r in (report_id, other))
    where: dict[int, dict[int, None]] = {}
    for kind, row in zip(index.kind[b].tolist(), index.row[b].tolist(), strict=True):
        where.setdefault(kind, {})[row] = None
    where.pop(-1, None)
    partners, overlaps, rows = [], [], []
    kinds, place = index.kind[a].tolist(), index.row[a]
    edges = np.flatnonzero(np.diff(place, prepend=-1, append=-1)).tolist()
    for first, last in pairwise(edges):
        found = [where.get(kind, {}) for kind in kinds[first:last]]
        votes = Counter(row for rows in found if len(rows) <= COMMON for row in rows)
        best = min(votes, key=lambda row: (-votes[row], row), default=-1)
        starts = np.array([best in rows for rows in found])
        overlaps.append(index.covered(starts).mean() if last - first >= n else np.nan)
        partners.append(best)
        rows.append(place[first])
    table = index.sentences[SENTENCE]
    beside = table.reindex(partners).add_prefix("other_").reset_index(drop=True)
    mine = table.loc[rows].reset_index(drop=True).assign(overlap=overlaps)
    return pd.concat([mine, beside.astype({"other_start": "Int64", "other_end": "Int64"})], axis=1)
