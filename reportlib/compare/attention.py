"""Attention: shares of the sentences about each theme, between parts, reports, places and years.

A share is a fraction of sentences, 0 to 1; a sentence about two themes counts for both. Annexes are
left out, and so are pages that repeat another page's report. Intervals are 95 % bootstrap ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.resources import require
from reportlib.themes import lexicon, theme_ids

RESAMPLES, ENDS = 1000, (0.025, 0.975)
FEWEST = 10  # sentences below which a part of a report has no share worth comparing
EDGE, LEVEL = 4, 0.05  # of a change point: years on either side, and what would be odd
NAMES = ["low", "high"]


class Tables(Protocol):
    """A ``Corpus``, or a dict of tables read back from a build."""

    def __getitem__(self, table: str, /) -> pd.DataFrame: ...


def described(tables: Tables) -> pd.DataFrame:
    """``reports`` without copies, with ``place``: the names of its divisions, or 全国."""
    copies = tables["pages"].query("duplicate_of != ''")["doc"]
    reports = tables["reports"]
    place = reports["province"] + reports["prefecture"] + reports["county"]
    place = place.mask(reports["level"] == "national", "全国")
    return reports.assign(place=place)[~reports["doc"].isin(copies)]


def coded(tables: Tables) -> pd.DataFrame:
    """``sentence_codes`` with the sentence's ``section``, without annexes and copies."""
    parts = tables["sentences"].query("section != 'annex'")[["sentence_id", "section"]]
    codes = tables["sentence_codes"].merge(parts, on="sentence_id")
    return codes[codes["report_id"].isin(described(tables)["report_id"])]


def _matrix(cells: pd.Series) -> pd.DataFrame:
    """Themes joined by ; as a column of 0 and 1 for each theme."""
    number, distinct = pd.factorize(cells)
    ones = pd.Series(distinct, dtype="str").str.get_dummies(";")
    ones = ones.reindex(columns=list(theme_ids()), fill_value=0)
    return ones.iloc[number].set_axis(cells.index)


def counts(tables: Tables) -> pd.DataFrame:
    """Sentences by (report_id, section; "all" for the whole): one column a theme, and ``n``."""
    codes = coded(tables)
    about = _matrix(codes["themes"]).assign(n=1)
    parts = about.groupby([codes["report_id"], codes["section"]]).sum()
    whole = about.groupby(
        [codes["report_id"], codes["section"].mask(codes["section"] != "", "all")]
    )
    return pd.concat([parts, whole.sum()]).sort_index()


def shift(tables: Tables, parts: Sequence[str] = ("review", "plan"), seed: int = 0) -> pd.DataFrame:
    """How the share of each theme moves from one part of a report to another, report by report.

    Returns:
        report_id, theme, n_before and n_after (sentences of the parts), before, after, shift (after
        - before), low, high, reason. Shares are NaN without one of the parts (``part_missing``) or
        where one has fewer than FEWEST sentences (``too_short``); the interval is NaN where neither
        is about the theme at all.
    """
    rng, names = np.random.default_rng(seed), list(theme_ids())
    columns = "report_id theme n_before n_after before after shift low high reason"
    out = [pd.DataFrame(columns=columns.split())]
    for report_id, rows in counts(tables).groupby(level=0):
        two = rows.droplevel(0).reindex(list(parts), fill_value=0)
        n = two[["n"]].to_numpy()
        reason = "part_missing" if n.min() == 0 else "too_short" if n.min() < FEWEST else ""
        share = two[names].to_numpy() / (np.nan if reason else n)
        ends = np.full((2, len(names)), np.nan)
        if not reason:
            drawn = rng.binomial(n, share, (RESAMPLES, *share.shape)) / n
            ends = np.quantile(drawn[:, 1] - drawn[:, 0], ENDS, axis=0)
            ends[:, share.sum(axis=0) == 0] = np.nan
        cells = {"report_id": report_id, "theme": names, "n_before": n[0, 0], "n_after": n[1, 0]}
        cells |= {"before": share[0], "after": share[1], "shift": share[1] - share[0]}
        out.append(pd.DataFrame(cells | dict(zip(NAMES, ends, strict=True)) | {"reason": reason}))
    return pd.concat(out[1:] or out, ignore_index=True)


def shares(
    tables: Tables, by: str | Sequence[str] = "plan_year", section: str = "all", seed: int = 0
) -> pd.DataFrame:
    """Mean share of each theme over the reports of a group: a year, a place, a level …

    Args:
        by: columns of ``reports``, or ``place``; reports that lack one of them are left out.

    Returns:
        the columns of ``by``, theme, share, n_reports, n_sentences, low, high. The bootstrap draws
        reports, then sentences within each: two reports have a wide interval, as they should.
    """
    keys, names = [by] if isinstance(by, str) else list(by), list(theme_ids())
    reports = described(tables).set_index("report_id", drop=False)
    _ = [require(key, list(reports.columns), "column of reports") for key in keys]
    table = counts(tables).query("section == @section").droplevel(1)
    group = reports.loc[table.index, keys]
    group = group[(group != "").all(axis=1)]
    rng, out = np.random.default_rng(seed), [pd.DataFrame(columns=[*keys, "theme", "share"])]
    for key, rows in table.loc[group.index].groupby([group[k] for k in keys]):
        n = rows[["n"]].to_numpy()
        share = rows[names].to_numpy() / n
        draws = rng.integers(len(n), size=(RESAMPLES, len(n)))
        means = [(rng.binomial(n[d], share[d]) / n[d]).mean(axis=0) for d in draws]
        ends = dict(zip(NAMES, np.quantile(means, ENDS, axis=0), strict=True))
        cells: dict[Any, Any] = dict(zip(keys, key, strict=True))
        cells |= {"theme": names, "share": share.mean(axis=0), "n_reports": len(n)}
        out.append(pd.DataFrame(cells | {"n_sentences": int(n.sum())} | ends))
    return pd.concat(out[1:] or out, ignore_index=True)


def breaks(points: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """The year from which a theme's share stands at another level, named only where supported.

    The rule: the year is the one that splits a series of ``shares`` (by year, or by place and year)
    into the two most different levels, with EDGE years on either side. It is named if (1) less than
    LEVEL by the number of themes of random orders of the years have as large a split anywhere, and
    (2) the interval of the difference, residuals of years drawn anew, leaves 0 out. A slow drift
    passes too: the year says that before and after differ, not that something happened in it.

    Returns:
        the other columns of ``by``, theme, n_years, year (None: not named), difference (after -
        before), low, high, p, reason (``too_few_years``, ``not_supported``).
    """
    known = ["plan_year", "theme", "share", "n_reports", "n_sentences", *NAMES]
    keys = [c for c in points.columns if c not in known]
    rng, out = np.random.default_rng(seed), []
    for key, rows in points.groupby(keys) if keys else [((), points)]:
        series = rows.pivot_table(index="plan_year", columns="theme", values="share", sort=False)
        y, n = series.sort_index().to_numpy(), len(series)
        same = dict(zip(keys, key, strict=True)) | {"n_years": n}
        if n < 2 * EDGE:
            out += [same | {"theme": t, "year": None, "reason": "too_few_years"} for t in series]
            continue
        size, at = _split(y[None])
        orders = rng.permuted(np.tile(np.arange(n), (RESAMPLES, 1)), axis=1)
        chance = (1 + (_split(y[orders])[0] >= size - 1e-12).sum(axis=0)) / (RESAMPLES + 1)
        late = np.arange(n)[:, None] >= at
        step = late / late.sum(axis=0) - ~late / (~late).sum(axis=0)  # weights of the difference
        rest = y - np.where(
            late, (y * late).sum(0) / late.sum(0), (y * ~late).sum(0) / (~late).sum(0)
        )
        drawn = rng.integers(n, size=(RESAMPLES, n))
        noise = np.einsum("bnt,nt->bt", rest[drawn] * np.sqrt(n / (n - 2)), step)
        moved = (y * step).sum(axis=0)
        low, high = np.quantile(moved + noise, ENDS, axis=0)
        for k, theme in enumerate(series):
            named = chance[k] <= LEVEL / y.shape[1] and (low[k] > 0 or high[k] < 0)
            cells = {"theme": theme, "year": sorted(series.index)[at[0, k]] if named else None}
            cells |= {"difference": moved[k], "low": low[k], "high": high[k], "p": chance[k]}
            out.append(same | cells | {"reason": "" if named else "not_supported"})
    return pd.DataFrame(out)


def _split(y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Size and place of the largest split of series (orders × years × themes)."""
    n = y.shape[1]
    at = np.arange(EDGE, n - EDGE + 1)
    sums = np.cumsum(y - y.mean(axis=1, keepdims=True), axis=1)[:, at - 1]
    size = np.abs(sums) / np.sqrt(at * (n - at) / n)[:, None]
    return size.max(axis=1), at[size.argmax(axis=1)]


def diversity(tables: Tables, section: str = "all", seed: int = 0) -> pd.DataFrame:
    """Evenness of attention: Shannon entropy of the themes' counts by its maximum, 0 to 1.

    Higher = attention spread over more themes; few sentences make it too low. Columns: report_id,
    n (codings), diversity, low, high; NaN where no sentence has a theme.
    """
    rng, table = np.random.default_rng(seed), counts(tables).query("section == @section")
    k = table[list(theme_ids())].to_numpy()
    out = pd.DataFrame({"report_id": table.index.get_level_values(0), "n": k.sum(axis=1)})
    out["diversity"] = _evenness(k)
    drawn = [
        _evenness(rng.multinomial(r.sum(), r / max(r.sum(), 1), RESAMPLES)) for r in k if r.sum()
    ]
    ends = np.quantile(drawn, ENDS, axis=1).T if drawn else np.empty((0, 2))
    return out.join(pd.DataFrame(ends, columns=NAMES, index=out.index[out["n"] > 0]))


def _evenness(k: NDArray[Any]) -> NDArray[np.float64]:
    n = k.sum(axis=1, keepdims=True)
    share = k / np.where(n > 0, n, np.nan)
    return -(share * np.log(np.where(k > 0, share, 1))).sum(axis=1) / np.log(k.shape[1]) + 0.0


def sensitivity(tables: Tables) -> pd.DataFrame:
    """Leave one term out: the least that each theme's share would be without each of its terms.

    A sentence is lost if the term is the only one of its theme in it. Columns: theme, term, n_hits,
    share, without; the terms that matter most come first.
    """
    codes = coded(tables)
    pairs = codes.assign(theme=codes["themes"].str.split(";")).explode("theme").query("theme != ''")
    hits = tables["theme_hits"].merge(codes[["sentence_id"]], on="sentence_id")
    out = hits.groupby(["theme", "term"]).size().rename("n_hits").reset_index()
    alone = hits.groupby(["sentence_id", "theme"])["term"].agg(["nunique", "first"]).reset_index()
    lost = (
        alone[alone["nunique"] == 1]
        .merge(pairs[["sentence_id", "theme"]])
        .value_counts(["theme", "first"])
    )
    gone = lost.reindex(pd.MultiIndex.from_frame(out[["theme", "term"]]), fill_value=0).to_numpy()
    out["share"] = out["theme"].map(pairs.groupby("theme").size()).fillna(0) / len(codes)
    out["without"] = out["share"] - gone / len(codes)
    return out.iloc[np.argsort(-gone, kind="stable")].reset_index(drop=True)


def token_view(tables: Tables) -> pd.DataFrame:
    """What counting jieba's words would have said: the sure Chinese terms, matched and as words.

    Columns: theme, matched, tokens, lost (share of the hits that are no word of their own; NaN
    without hits), rank_matched, rank_tokens.
    """
    strong = {row["term"]: row["theme"] for row in lexicon().rows if row["strength"] == "strong"}
    hits = tables["theme_hits"].merge(coded(tables)[["sentence_id"]], on="sentence_id")
    hits = hits[hits["term"].str.fullmatch("[\u4e00-\u9fff]{2,}") & hits["term"].isin(strong)]
    words = tables["words"].query("section != 'annex'")
    words = words[words["report_id"].isin(described(tables)["report_id"])]
    sums = (hits.groupby("theme").size(), words.groupby(words["word"].map(strong))["n"].sum())
    out = pd.DataFrame(dict(zip(("matched", "tokens"), sums, strict=True)), index=theme_ids())
    out = out.fillna(0).astype(int)
    ranks = out.rank(ascending=False, method="min").astype(int).add_prefix("rank_")
    out["lost"] = 1 - out["tokens"] / out["matched"].where(out["matched"] > 0)
    out = out.join(ranks).rename_axis("theme").reset_index()
    return out.sort_values("rank_matched", kind="stable", ignore_index=True)


def life_spans(uses: pd.DataFrame, reports: pd.DataFrame, item: str = "term") -> pd.DataFrame:
    """First and last plan year of each term, and whether the folder could have shown more.

    Args:
        uses: ``item`` and ``report_id``, such as ``theme_hits``.
        reports: the folder's reports; those without a plan year are left out.

    Returns:
        item, first_year, last_year, n_reports with it, n_earlier and n_later reports, all without
        it, left_censored, right_censored. If the earlier reports used it as often as those of its
        span, missing it in all of them would be odd (under LEVEL); where it would not be odd, the
        first year is no beginning, only the folder's edge: left_censored.
    """
    years = pd.to_numeric(reports.set_index("report_id")["plan_year"], errors="coerce").dropna()
    seen = uses[[item, "report_id"]].drop_duplicates()
    seen = seen.assign(year=seen["report_id"].map(years)).dropna()
    spans = seen.groupby(item)["year"].agg(first_year="min", last_year="max", n_reports="size")
    out, ordered = pd.DataFrame(spans).astype(int), np.sort(years.to_numpy())
    earlier = np.searchsorted(ordered, out["first_year"].to_numpy(), "left")
    later = len(ordered) - np.searchsorted(ordered, out["last_year"].to_numpy(), "right")
    out = out.assign(n_earlier=earlier, n_later=later)
    # + 1: no term is taken to be in every report
    without = 1 - out["n_reports"] / (len(ordered) - earlier - later + 1)
    out["left_censored"] = without ** out["n_earlier"] > LEVEL
    out["right_censored"] = without ** out["n_later"] > LEVEL
    return out.reset_index()


def coding_accuracy(codes: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Themes found against themes read: theme, n (read), found, precision, recall, f1.

    The sentences that share half of their characters with a gold sentence, or of its, answer for
    it. Row ``all`` counts every theme, ``main`` the first one of sentences that have an agreed one.
    Disputed themes count for nobody. NaN where nothing was read or found.
    """
    gold = gold.fillna("").reset_index(drop=True).rename_axis("row").reset_index()
    pairs = gold.astype({"doc": "object"}).merge(codes.astype({"doc": "object"}), "inner", "doc")
    (s, e), (start, end) = ((pairs[f"start_{k}"], pairs[f"end_{k}"]) for k in "xy")
    shared = np.minimum(e, end) - np.maximum(s, start)
    pairs = pairs.assign(shared=shared)[2 * shared >= np.minimum(e - s, end - start)]
    pairs = pairs.sort_values("shared", ascending=False, kind="stable")
    cells = pairs.groupby("row")["themes_y"].agg(";".join).reindex(gold["row"], fill_value="")
    read, said = _matrix(gold["themes"]), _matrix(cells.str.strip(";"))
    said = said * np.maximum(read, 1 - _matrix(gold["themes_disputed"]))
    main = gold["main_theme"] != ""
    first = pairs.groupby("row")["themes_y"].first().reindex(gold["row"], fill_value="")
    first = first.str.split(";").str[0][main]
    rows = {"all": (read.sum().sum(), said.sum().sum(), (read * said).sum().sum())}
    rows["main"] = (main.sum(), (first != "").sum(), (first == gold["main_theme"][main]).sum())
    rows |= {t: (read[t].sum(), said[t].sum(), (read[t] * said[t]).sum()) for t in theme_ids()}
    out = pd.DataFrame(rows, index=["n", "found", "right"]).T.rename_axis("theme").reset_index()
    out["precision"] = out["right"] / out["found"].where(out["found"] > 0)
    out["recall"] = out["right"] / out["n"].where(out["n"] > 0)
    out["f1"] = 2 * out["right"] / (out["n"] + out["found"]).where(out["n"] > 0)
    return out.drop(columns="right")
