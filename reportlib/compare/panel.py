"""One value a cell: place by year by indicator, with its quotation or the reason for a blank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from reportlib.clean import normalise
from reportlib.indicators import catalogue, classify_target

KEY = ("adcode", "place", "year", "indicator", "side", "measure", "base_unit")
FACTS = ("unit", "bound", "status", "basis", "note")
EVIDENCE = ("report_id", "doc", "start", "end", "sentence_id", "quote", "sentence")
TARGET = ("target_kind", "target_strength", "target_words")
COLUMNS = (
    *(*KEY, "state", "value", "value_high", "value_base", *FACTS, *TARGET),
    *("report_year", "n_figures", "others", *EVIDENCE),
)
SIDES = ("target", "actual")
FIGURES = ("stated", "masked")  # states of ``coverage`` in which a figure stands
NUMBERS = "value value_high value_base gap tolerance precision low high".split()
WHOLE = "start end n_figures n right blank".split()
TYPES = dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(WHOLE, "Int64")
PASSAGE = 3  # indicators that make a sentence a headline passage of its report
SHARE, POINTS = 0.05, 0.25  # how far 左右 reaches; goals are set in half points, so half of that
_YEAR = r"(\d{4})(?:-(\d{4}))?"


def panel(
    indicators: pd.DataFrame,
    reports: pd.DataFrame,
    coverage: pd.DataFrame | None = None,
    pages: pd.DataFrame | None = None,
    reading: str = "yu2019",
) -> pd.DataFrame:
    """The figures of all reports as cells: place × year × indicator × side × measure × base unit.

    The year of a cell is the period of its figures: "2025", a span "2021-2025", "" if not known.
    Figures of scope other and pages that repeat another (``pages.duplicate_of``) are left out. Of
    several figures a cell takes, in this order: the one of the year's own report (a target of year
    t from the report of t, an outcome from the report of t+1), else of the nearest; unmasked; full
    year before part of it; plain before 其中, 剔除, 同口径; in a headline passage (a sentence with
    three indicators); for outcomes an exact value before a bound, and the tighter bound; the first
    in the text. Figures that differ only by the rules after the headline passage and cannot both be
    true make the cell a ``conflict``. Two goals in one sentence (6%左右、力争6.5%) are none: the
    second is a stretch of the first.

    Args:
        indicators, reports, coverage, pages: tables of a build. Without coverage the reason for a
            blank is part_missing or not_stated.
        reading: whose list of hard and soft words, see ``indicators.targets.classify_target``.

    Returns:
        one row a cell. ``state`` is stated or the reason for the blank (then values are NaN);
        ``value`` is in the printed unit, ``value_base`` in ``base_unit``; ``report_year`` is the
        year the report plans for; ``others`` keeps every figure not taken. Headline indicators of
        which a report gives no figure have a row with empty measure.
    """
    reports = _places(reports, pages)
    cells: dict[tuple[str, ...], list[Any]] = {}
    for row in rows_of(_figures(indicators, reports)):
        cells.setdefault(tuple(getattr(row, k) for k in KEY), []).append(row)
    out = [_cell(key, rows, reading) for key, rows in cells.items()]
    out += _blanks(reports, coverage, {key[:5] for key in cells})
    return frame(out, COLUMNS).sort_values(list(KEY), kind="stable", ignore_index=True)


def frame(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a data frame: numbers with NaN, everything else as text with ""."""
    table = pd.DataFrame(list(rows), columns=list(columns), dtype="object")
    for name in columns:
        kind: Any = TYPES.get(re.sub("^(?:target|actual)_", "", name))
        column = pd.to_numeric(table[name]) if kind else table[name].fillna("")
        table[name] = column.astype(kind or "str")
    return table


def rows_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table as named tuples."""
    return list(table.itertuples(index=False))


def _places(reports: pd.DataFrame, pages: pd.DataFrame | None) -> pd.DataFrame:
    """Reports with their place; a report without a name is a place of its own."""
    if pages is not None:
        reports = reports[~reports["doc"].isin(pages.loc[pages["duplicate_of"] != "", "doc"])]
    name = reports["province"] + reports["prefecture"] + reports["county"]
    name = name.mask((name == "") & (reports["level"] == "national"), "全国")
    return reports.assign(place=name.mask(name == "", "[" + reports["report_id"] + "]"))


def _figures(indicators: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Own figures with their place and side, best first under the rule of ``panel``."""
    named = reports[["report_id", "adcode", "place", "review_year", "plan_year"]]
    rows = indicators[indicators["scope"] == "own"].merge(named, on="report_id")
    goal = rows["status"] == "target"
    rows["side"] = goal.map({True: "target", False: "actual"})
    rows["year"] = rows["period"].where(rows["period"].str.fullmatch(_YEAR), "")
    for name in ("value", "value_high", "value_base"):
        rows[name] = rows[name].astype("float64")
    rows["value_base"] = rows["value_base"].fillna(rows["value"])
    span = rows["year"].str.extract(_YEAR)
    near = span[0].where(goal, span[1].fillna(span[0]))
    home = rows["plan_year"].where(goal, rows["review_year"])
    rows["far"] = (pd.to_numeric(near) - pd.to_numeric(home, errors="coerce")).abs().fillna(99)
    rows["part"] = rows["basis"] == "part_year"
    rows["narrow"] = [any("→" not in n for n in note.split("; ") if n) for note in rows["note"]]
    rows["aside"] = (
        rows.groupby(["sentence_id", "side"])["indicator"].transform("nunique") < PASSAGE
    )
    rows["loose"] = ~goal & (rows["bound"] != "eq")
    side = (rows["bound"] == "max").astype("int64") - (rows["bound"] == "min").astype("int64")
    rows["slack"] = (rows["value_base"] * side).where(~goal, 0.0).fillna(0.0)
    order = ["far", "masked", "part", "narrow", "aside", "loose", "slack", "doc", "start"]
    return rows.sort_values(order, kind="stable")


def _cell(key: tuple[str, ...], rows: list[Any], reading: str) -> dict[str, Any]:
    best = rows[0]
    cell = dict(zip(KEY, key, strict=True)) | {c: getattr(best, c) for c in (*FACTS, *EVIDENCE)}
    cell["state"] = "masked" if best.masked else "stated"
    if not best.masked and any(_contradict(best, r) for r in rows[1:]):
        cell["state"] = "conflict"
    if cell["state"] == "stated":
        cell |= {c: getattr(best, c) for c in ("value", "value_high", "value_base")}
    if best.side == "target":
        quote, sentence = (normalise(text)[0].text for text in (best.quote, best.sentence))
        goal = classify_target(best.bound, quote, sentence, reading)
        cell |= zip(TARGET, (goal.kind, goal.strength, ";".join(goal.words)), strict=True)
    cell["others"] = "; ".join(f"{r.quote} [{r.doc}:{r.start}]" for r in rows[1:])
    return cell | {"n_figures": len(rows), "report_year": best.plan_year}


def _contradict(a: Any, b: Any) -> bool:
    """Whether two figures of a cell stand equal under the rule and cannot both be true."""
    rules = ("far", "masked", "part", "narrow", "aside")
    if any(getattr(a, r) != getattr(b, r) for r in rules):
        return False
    if a.side == "target" and a.sentence_id == b.sentence_id:
        return False
    (low, high), (least, most) = interval(a, rounded=True), interval(b, rounded=True)
    return low > most or least > high


def interval(row: Any, rounded: bool = False) -> tuple[float, float]:
    """The values, in base units, that a figure allows by its bound and, rounded, its last digit.

    6%以上 has no upper end; 左右 reaches a twentieth to each side, for per cents a quarter point at
    most; 3.1万亿元, rounded, reaches from 3.05 to 3.15 万亿元.
    """
    low = high = float(row.value_base)
    unit = low / float(row.value) if row.value else 1.0
    if row.bound == "range" and not pd.isna(row.value_high):
        high = float(row.value_high) * unit
    reach = 0.0
    if rounded:
        decimals = re.search(r"[.．](\d+)", row.quote)
        reach = abs(unit) * 0.5 / 10 ** (len(decimals[1]) if decimals else 0) * (1 + 1e-9)
    if row.bound == "approx":
        percent = row.base_unit in ("%", "percentage point")
        reach += min(abs(low) * SHARE, POINTS if percent else float("inf"))
    low = -float("inf") if row.bound == "max" else low - reach
    return low, float("inf") if row.bound == "min" else high + reach


def _blanks(
    reports: pd.DataFrame, coverage: pd.DataFrame | None, seen: set[tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """A row for each headline indicator and side of which a report gives no figure."""
    known = (
        coverage[~coverage["state"].isin(["stated", "masked"])] if coverage is not None else None
    )
    rows = known.itertuples(index=False) if known is not None else ()
    said = {(r.report_id, r.indicator, r.side): r for r in rows}
    headline = [entry.id for entry in catalogue().values() if entry.headline]
    for r in rows_of(reports):
        gone = r.completeness in ("no_plan", "truncated", "fragment")
        for side, indicator in ((s, i) for s in SIDES for i in headline):
            year = r.plan_year if side == "target" else r.review_year
            key = (r.adcode, r.place, year, indicator, side)
            if key in seen:
                continue
            seen.add(key)
            cell = dict(zip(KEY, key, strict=False)) | {"n_figures": 0, "report_year": r.plan_year}
            cell |= {"report_id": r.report_id, "doc": r.doc}
            cell["state"] = "part_missing" if gone and side == "target" else "not_stated"
            if row := said.get((r.report_id, indicator, side)):
                cell["state"] = row.state
                if row.phrase:
                    cell |= {"quote": row.phrase, "start": row.start, "end": row.end}
            yield cell


def wide(cells: pd.DataFrame, sides: Iterable[str] = SIDES) -> pd.DataFrame:
    """A panel with one row a place and year, ready for a regression; spans of years are left out.

    Returns:
        adcode, place, year; for each indicator, measure and side the value in base units
        (``gdp_growth_target_pct``) and its bound (``gdp_growth_target_bound``); for each indicator
        and side without a figure the reason (``cpi_target_blank``).
    """
    rows = cells[cells["side"].isin(list(sides)) & (cells["year"].str.len() <= 4)]
    stated = rows["state"] == "stated"
    unit = rows["base_unit"].replace({"%": "pct", "percentage point": "points", "": "number"})
    name = rows["indicator"] + "_" + rows["measure"] + "_" + rows["side"] + "_"
    short = rows["indicator"] + "_" + rows["side"] + "_blank"
    index = ["adcode", "place", "year"]
    table = rows[index].drop_duplicates().set_index(index)
    for column, cell, keep in (
        (name + unit, "value_base", stated),
        (name + "bound", "bound", stated),
        (short, "state", ~stated),
    ):
        long = rows.assign(column=column)[keep]
        if len(long):
            table = table.join(long.pivot_table(cell, index, "column", aggfunc="first"))
    return table[sorted(table.columns)].reset_index().sort_values(index, ignore_index=True)
