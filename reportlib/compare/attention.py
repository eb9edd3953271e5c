"""Attention: shares of the sentences about each theme, between parts, reports, places and years.

A share is a fraction of sentences, 0 to 1; a sentence about two themes counts for both. Annexes are
left out, and so are pages that repeat another page's report. Intervals are 95 % bootstrap ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.compare.tables import RESAMPLES, Tables, described, ends, spoken, stacked
from reportlib.resources import require
from reportlib.themes import lexicon, theme_ids

Array = NDArray[Any]
FEWEST = 10  # sentences below which a part of a report has no share worth comparing
EDGE, LEVEL = 4, 0.05  # of a change point: years on either side, and what would be odd


def coded(tables: Tables) -> pd.DataFrame:
    """``sentence_codes`` with the sentence's ``section``, without annexes and copies."""
    return tables["sentence_codes"].merge(spoken(tables)[["sentence_id", "section"]])


def counts(tables: Tables) -> pd.DataFrame:
    """Sentences by (report_id, section; "all" for the whole): one column a theme, and ``n``.

    A sentence about two themes counts for both. Titles, annexes and copies are left out; a part
    without sentences has no row.

    >>> print(counts(corpus)[["rural", "n"]].reset_index().head(3).to_string(index=False))
    report_id section  rural  n
     2024.txt     all      4 16
     2024.txt opening      0  2
     2024.txt    plan      2  6
    """
    codes = coded(tables)
    number, distinct = pd.factorize(codes["themes"])
    about = pd.Series(distinct, dtype="str").str.get_dummies(";")
    about = about.reindex(columns=list(theme_ids()), fill_value=0).iloc[number]
    about = about.set_axis(codes.index).assign(n=1)
    parts = about.groupby([codes["report_id"], codes["section"]]).sum()
    whole = parts.groupby(level=0).sum().assign(section="all").set_index("section", append=True)
    return pd.concat([parts, whole]).sort_index()


def shift(tables: Tables, parts: Sequence[str] = ("review", "plan"), seed: int = 0) -> pd.DataFrame:
    """How the share of each theme moves from one part of a report to another, report by report.

    The interval draws sentences one by one. Neighbours are alike, yet drawing runs of neighbours
    would be wrong: a report gives each theme its own passage in either part. In 36 provincial
    reports the squared shifts are 1.1 times what single sentences lead one to expect, and 0.3 times
    what runs of ten do.

    Returns:
        report_id, theme, n_before and n_after (sentences of the parts), before, after, shift (after
        - before), low, high, reason. Shares are NaN without one of the parts (``part_missing``) or
        where one has fewer than FEWEST sentences (``too_short``); the interval is NaN where neither
        is about the theme at all.

    >>> found = shift(corpus).query("theme == 'rural'")
    >>> print(found[["report_id", "n_before", "n_after", "shift", "reason"]].to_string(index=False))
    report_id  n_before  n_after  shift    reason
     2024.txt         8        6    NaN too_short
     2025.txt         6        6    NaN too_short
    """
    rng, names = np.random.default_rng(seed), list(theme_ids())
    out = []
    for report_id, rows in counts(tables).groupby(level=0):
        two = rows.droplevel(0).reindex(list(parts), fill_value=0)
        n = two[["n"]].to_numpy()
        reason = "part_missing" if n.min() == 0 else "too_short" if n.min() < FEWEST else ""
        cells = {"report_id": report_id, "theme": names, "n_before": n[0, 0], "n_after": n[1, 0]}
        if not reason:
            share = two[names].to_numpy() / n
            drawn = rng.binomial(n, share, (RESAMPLES, *share.shape)) / n
            cells |= {"before": share[0], "after": share[1], "shift": share[1] - share[0]}
            cells |= ends(np.where(share.sum(axis=0) > 0, drawn[:, 1] - drawn[:, 0], np.nan))
        out.append(pd.DataFrame(cells | {"reason": reason}))
    return stacked(
        out, "report_id theme n_before n_after before after shift low high reason".split()
    )


def shares(
    tables: Tables, by: str | Sequence[str] = "plan_year", section: str = "all", seed: int = 0
) -> pd.DataFrame:
    """Mean share of each theme over the reports of a group: a year, a place, a level …

    Args:
        by: columns of ``reports``, or ``place``; reports that lack one of them are left out.

    Returns:
        the columns of ``by``, theme, share, n_reports, n_sentences, low, high. The bootstrap draws
        reports, then sentences within each: two reports have a wide interval, as they should.

    >>> found = shares(corpus).query("theme == 'rural'")
    >>> print(found.round(2).to_string(index=False))
    plan_year theme  share  n_reports  n_sentences  low  high
         2024 rural   0.25          1           16 0.06  0.50
         2025 rural   0.36          1           14 0.14  0.57
    """
    keys, names = [by] if isinstance(by, str) else list(by), list(theme_ids())
    reports = described(tables).set_index("report_id", drop=False)
    _ = [require(key, list(reports.columns), "column of reports") for key in keys]
    table = counts(tables).query("section == @section").droplevel(1)
    group = reports.loc[table.index, keys]
    group = group[(group != "").all(axis=1)]
    rng, out = np.random.default_rng(seed), []
    for key, rows in table.loc[group.index].groupby([group[k] for k in keys]):
        n = rows[["n"]].to_numpy()
        share = rows[names].to_numpy() / n
        draws = rng.integers(len(n), size=(RESAMPLES, len(n)))
        means = [(rng.binomial(n[d], share[d]) / n[d]).mean(axis=0) for d in draws]
        cells: dict[Any, Any] = dict(zip(keys, key, strict=True))
        cells |= {"theme": names, "share": share.mean(axis=0), "n_reports": len(n)}
        out.append(pd.DataFrame(cells | {"n_sentences": int(n.sum())} | ends(means)))
    return stacked(out, [*keys, *"theme share n_reports n_sentences low high".split()])


def breaks(points: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """The year from which a theme's share stands at another level, named only where supported.

    The rule: the year is the one that splits a series of ``shares`` (by year, or by place and year)
    into the two most different levels, with EDGE years on either side. It is named if (1) less than
    LEVEL by the number of themes of random orders of the years have as large a split anywhere, and
    (2) the interval of the difference leaves 0 out: residuals of years drawn anew, and the year
    chosen anew each time (which makes differences too large; the interval mirrors the draws). A
    slow drift passes too: the year says that before and after differ, not that something happened.

    Returns:
        the other columns of ``by``, theme, n_years, year (None: not named), difference (after -
        before), low, high, p, reason (``too_few_years``, ``not_supported``).

    >>> years = [str(year) for year in range(2000, 2020)]
    >>> points = pd.DataFrame({"plan_year": years, "theme": "rural"})
    >>> points["share"] = [0.1, 0.12] * 6 + [0.3, 0.32] * 4
    >>> breaks(points)[["year", "difference", "reason"]].round(3).values.tolist()
    [['2012', 0.2, '']]
    """
    known = ["plan_year", "theme", "share", "n_reports", "n_sentences", "low", "high"]
    keys = [c for c in points.columns if c not in known]
    rng, out = np.random.default_rng(seed), []
    groups: Any = points.groupby(keys) if keys else [((), points)]
    for key, rows in groups:
        series = rows.pivot_table(index="plan_year", columns="theme", values="share", sort=False)
        found = _break(series.sort_index(), rng)
        out.append(found.assign(**dict(zip(keys, key, strict=True))))
    return stacked(out, [*keys, *"theme n_years year difference low high p reason".split()])


def _break(series: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The largest split of each column of a series (years × themes)."""
    y, n = series.to_numpy(), len(series)
    out = pd.DataFrame({"theme": series.columns, "n_years": n, "year": None})
    if n < 2 * EDGE:
        return out.assign(reason="too_few_years")
    size, at, step = _split(y[None])
    orders = rng.permuted(np.tile(np.arange(n), (RESAMPLES, 1)), axis=1)
    chance = (1 + (_split(y[orders])[0] >= size - 1e-12).sum(axis=0)) / (RESAMPLES + 1)
    late = np.arange(n)[:, None] >= at
    levels = y.mean(axis=0) + step * (late - late.mean(axis=0))
    rest = (y - levels) * np.sqrt(n / (n - 2))
    again = _split(levels + rest[rng.integers(n, size=(RESAMPLES, n))])[2]
    out = out.assign(difference=step[0], p=chance, **ends(2 * step - again))
    named = (chance <= LEVEL / y.shape[1]) & ((out["low"] > 0) | (out["high"] < 0))
    years = pd.Series(series.index[at[0]], dtype="object").where(named, None)
    return out.assign(year=years, reason=np.where(named, "", "not_supported"))


def _split(y: Array) -> tuple[Array, Array, Array]:
    """Size, place and difference of the largest split of series (orders × years × themes)."""
    n = y.shape[1]
    at = np.arange(EDGE, n - EDGE + 1)
    sums = np.cumsum(y - y.mean(axis=1, keepdims=True), axis=1)[:, at - 1]
    size = np.abs(sums) / np.sqrt(at * (n - at) / n)[:, None]
    best = size.argmax(axis=1)
    step = -np.take_along_axis(sums, best[:, None], axis=1)[:, 0] * n / at[best] / (n - at[best])
    return size.max(axis=1), at[best], step


def diversity(tables: Tables, section: str = "all", seed: int = 0) -> pd.DataFrame:
    """Evenness of attention: Shannon entropy of the themes' counts by its maximum, 0 to 1.

    Higher = attention spread over more themes. Few codings make it too low, and codings drawn anew
    make it too low once more; the interval therefore mirrors the draws (value - (draw - value), the
    basic bootstrap) and leans up where the value is too low. Columns: report_id, n (codings),
    diversity, low, high; NaN where no sentence has a theme.

    >>> diversity(corpus).round(2).values.tolist()
    [['2024.txt', 12, 0.61, 0.6, 0.85], ['2025.txt', 10, 0.41, 0.37, 0.62]]
    """
    rng, table = np.random.default_rng(seed), counts(tables).query("section == @section")
    k = table[list(theme_ids())].to_numpy()
    n, value = k.sum(axis=1), _evenness(k)
    out = {"report_id": table.index.get_level_values(0), "n": n, "diversity": value}
    share = k / np.maximum(n, 1)[:, None]
    drawn = [_evenness(rng.multinomial(*of, RESAMPLES)) for of in zip(n, share, strict=True)]
    mirrored = 2 * value - np.reshape(drawn, (-1, RESAMPLES)).T
    return pd.DataFrame(out | ends(mirrored.clip(0, 1)))


def _evenness(k: Array) -> Array:
    n = k.sum(axis=1, keepdims=True)
    share = k / np.where(n > 0, n, np.nan)
    return -(share * np.log(np.where(k > 0, share, 1))).sum(axis=1) / np.log(k.shape[1]) + 0.0


def sensitivity(tables: Tables) -> pd.DataFrame:
    """Leave one term out: the least that each theme's share would be without each of its terms.

    A sentence is lost if the term is the only one of its theme in it. Columns: theme, term, n_hits,
    share, without; the terms that matter most come first.

    >>> sensitivity(corpus).head(2).round(2).values.tolist()
    [['business_env', '营商环境', 3, 0.1, 0.0], ['rural', '粮食产量', 4, 0.3, 0.23]]
    """
    codes, at = coded(tables), ["sentence_id", "theme"]
    hits = tables["theme_hits"][[*at, "term"]].merge(codes[["sentence_id"]])
    pairs = codes.assign(theme=codes["themes"].str.split(";")).explode("theme")[at]
    alone = hits[hits.groupby(at)["term"].transform("nunique") == 1].drop_duplicates(at)
    lost = alone.merge(pairs).groupby(["theme", "term"]).size().rename("lost")
    out = hits.groupby(["theme", "term"]).size().rename("n_hits").to_frame().join(lost)
    out = out.fillna({"lost": 0}).sort_values("lost", ascending=False, kind="stable").reset_index()
    out["share"] = out["theme"].map(pairs["theme"].value_counts()).fillna(0).astype(float)
    out["without"] = out["share"] - out.pop("lost")
    return out.assign(share=out["share"] / len(codes), without=out["without"] / len(codes))


def token_view(tables: Tables) -> pd.DataFrame:
    """What counting jieba's words would have said: the sure Chinese terms, matched and as words.

    Columns: theme, matched, tokens, lost (share of the hits that are no word of their own; NaN
    without hits), rank_matched, rank_tokens.

    >>> token_view(corpus)[["theme", "matched", "tokens"]].head(3).values.tolist()
    [['rural', 16, 15], ['macro_demand', 11, 4], ['education', 5, 5]]
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

    >>> spans = life_spans(corpus["theme_hits"], corpus["reports"]).set_index("term")
    >>> spans.loc["乡村振兴", ["first_year", "last_year", "n_reports"]].tolist()
    [2024, 2025, 2]
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
