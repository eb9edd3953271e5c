"""One value a cell: place by year by indicator, with its quotation or the reason for a blank."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from reportlib.clean import normalise
from reportlib.compare.tables import frame, placed, rows_of
from reportlib.indicators import catalogue, classify_target

KEY = ["adcode", "place", "year", "indicator", "side", "measure", "base_unit"]
FACTS = ["unit", "bound", "status", "basis", "note"]
VALUES = ["value", "value_high", "value_base"]
EVIDENCE = ["report_id", "doc", "start", "end", "sentence_id", "quote", "sentence"]
TARGET = ["target_kind", "target_strength", "target_words"]
COLUMNS = [*KEY, "state", *VALUES, *FACTS, *TARGET, "report_year", "n_figures", "others", *EVIDENCE]
RULES = ["far", "masked", "part", "narrow", "aside"]  # among these figures are told apart
FIGURES = ["stated", "masked"]  # states of ``coverage`` in which a figure stands
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

    >>> cells = panel(*(corpus[t] for t in ("indicators", "reports", "coverage", "pages")))
    >>> stated = cells[(cells["state"] == "stated") & (cells["indicator"] == "gdp")]
    >>> print(stated[["year", "side", "value", "bound"]].to_string(index=False))
    year   side  value  bound
    2023 actual    5.2     eq
    2024 actual    5.9     eq
    2024 target    5.5 approx
    2025 target    5.0    min
    """
    reports = placed(reports, pages)
    # a report without a name is a place of its own
    place = reports["place"].mask(reports["place"] == "", "[" + reports["report_id"] + "]")
    reports = reports.assign(place=place, report_year=reports["plan_year"])
    cells = _cells(_figures(indicators, reports), reading)
    blanks = _blanks(reports, coverage)
    seen = pd.MultiIndex.from_frame(cells[KEY[:5]])
    blanks = blanks[~pd.MultiIndex.from_frame(blanks[KEY[:5]]).isin(seen)]
    both = [t.reindex(columns=COLUMNS).astype("object") for t in (cells, blanks)]
    return frame(pd.concat(both), COLUMNS).sort_values(KEY, kind="stable", ignore_index=True)


def _figures(indicators: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Own figures with their place and side, best first under the rule of ``panel``."""
    named = reports[["report_id", "adcode", "place", "review_year", "report_year"]]
    rows = indicators[indicators["scope"] == "own"].merge(named, on="report_id")
    goal = rows["status"] == "target"
    rows["side"] = goal.map({True: "target", False: "actual"})
    rows["year"] = rows["period"].where(rows["period"].str.fullmatch(_YEAR), "")
    rows = rows.astype(dict.fromkeys(VALUES, "float64"))
    rows["value_base"] = rows["value_base"].fillna(rows["value"])
    span = rows["year"].str.extract(_YEAR)
    near = span[0].where(goal, span[1].fillna(span[0]))
    home = rows["report_year"].where(goal, rows["review_year"])
    rows["far"] = (pd.to_numeric(near) - pd.to_numeric(home, errors="coerce")).abs().fillna(99)
    rows["part"] = rows["basis"] == "part_year"
    rows["narrow"] = [any("→" not in n for n in note.split("; ") if n) for note in rows["note"]]
    named_beside = rows.groupby(["sentence_id", "side"])["indicator"].transform("nunique")
    rows["aside"] = named_beside < PASSAGE
    rows["loose"] = ~goal & (rows["bound"] != "eq")
    side = (rows["bound"] == "max").astype("int64") - (rows["bound"] == "min").astype("int64")
    rows["slack"] = (rows["value_base"].abs() * side).where(~goal, 0.0).fillna(0.0)
    return rows.sort_values([*RULES, "loose", "slack", "doc", "start"], kind="stable")


def _cells(rows: pd.DataFrame, reading: str) -> pd.DataFrame:
    """The first figure of each cell, whether others contradict it, and what they are."""
    rows["cell"] = rows.groupby(KEY, sort=False).ngroup()
    cells, rest = rows.drop_duplicates("cell").set_index("cell"), rows[rows.duplicated("cell")]
    first = cells.loc[rest["cell"]].set_axis(rest.index)
    (low, high), (least, most) = interval(first, rounded=True), interval(rest, rounded=True)
    stretch = (rest["side"] == "target") & (rest["sentence_id"] == first["sentence_id"])
    equal = (rest[RULES] == first[RULES]).all(axis=1) & ~stretch
    torn = cells.index.isin(rest["cell"][equal & ((low > most) | (least > high))])
    cells["state"] = np.select([cells["masked"] == 1, torn], ["masked", "conflict"], "stated")
    cells[VALUES] = cells[VALUES].where(cells["state"] == "stated")
    told = rest["quote"] + " [" + rest["doc"] + ":" + rest["start"].astype("str") + "]"
    cells["others"] = told.groupby(rest["cell"]).agg("; ".join)
    cells["n_figures"] = rows["cell"].value_counts()
    goals = []
    for r in rows_of(cells[cells["side"] == "target"].reset_index()):
        quote, sentence = (normalise(text)[0].text for text in (r.quote, r.sentence))
        goal = classify_target(r.bound, quote, sentence, reading)
        goals.append((r.cell, goal.kind, goal.strength, ";".join(goal.words)))
    return cells.join(pd.DataFrame(goals, columns=["cell", *TARGET]).set_index("cell"))


def interval(rows: pd.DataFrame, rounded: bool = False) -> tuple[pd.Series, pd.Series]:
    """The values, in base units, that figures allow by their bound and, rounded, their last digit.

    6%以上 has no upper end; a bound of a fall is one of its size: 下降3%以上 allows -3 and less;
    左右 reaches a twentieth to each side, for per cents a quarter point at most; 3.1万亿元,
    rounded, reaches from 3.05 to 3.15 万亿元.
    """
    value, base = rows["value"].astype("float64"), rows["value_base"].astype("float64")
    unit = (base / value).where(value != 0, 1.0)
    other = (rows["value_high"].astype("float64") * unit).where(rows["bound"] == "range", base)
    ends = pd.concat([base, other.fillna(base)], axis=1)
    reach = pd.Series(0.0, rows.index)
    if rounded:
        decimals = rows["quote"].str.extract(r"[.．](\d+)")[0].str.len().fillna(0)
        reach += unit.abs() * 0.5 / 10.0**decimals * (1 + 1e-9)
    most = np.where(rows["base_unit"].isin(["%", "percentage point"]), POINTS, np.inf)
    reach += (base.abs() * SHARE).clip(upper=most).where(rows["bound"] == "approx", 0.0)
    falls = base < 0
    below = rows["bound"] == np.where(falls, "min", "max")
    above = rows["bound"] == np.where(falls, "max", "min")
    low, high = ends.min(axis=1) - reach, ends.max(axis=1) + reach
    return low.mask(below, -np.inf), high.mask(above, np.inf)


def _blanks(reports: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.DataFrame:
    """A row for each report, side and headline indicator; what ``coverage`` says of it, if any."""
    sides = pd.DataFrame({"side": ["target", "actual"]})
    names = [entry.id for entry in catalogue().values() if entry.headline]
    rows = reports.merge(sides.merge(pd.DataFrame({"indicator": names}), "cross"), "cross")
    goal = rows["side"] == "target"
    gone = goal & rows["completeness"].isin(["no_plan", "truncated", "fragment"])
    rows["year"] = rows["plan_year"].where(goal, rows["review_year"])
    rows = rows.assign(state=gone.map({True: "part_missing", False: "not_stated"}), n_figures=0)
    rows = rows.assign(measure="", base_unit="")
    if coverage is not None:
        at = ["report_id", "indicator", "side"]
        said = coverage[~coverage["state"].isin(FIGURES)].drop_duplicates(at, keep="last")
        said = rows[at].merge(said.set_index(at), "left", left_on=at, right_index=True)
        rows["state"] = said["state"].fillna(rows["state"])
        shown = said[["phrase", "start", "end"]].where(said["phrase"].fillna("") != "")
        rows[["quote", "start", "end"]] = shown
    return rows.drop_duplicates(KEY[:5])


def wide(cells: pd.DataFrame, sides: Iterable[str] = ("target", "actual")) -> pd.DataFrame:
    """A panel with one row a place and year, ready for a regression; spans of years are left out.

    Returns:
        adcode, place, year; for each indicator, measure and side the value in base units
        (``gdp_growth_target_pct``) and its bound (``gdp_growth_target_bound``); for each indicator
        and side without a figure the reason (``cpi_target_blank``).

    >>> from reportlib.compare import panel
    >>> table = wide(panel(corpus["indicators"], corpus["reports"]))
    >>> table[["year", "gdp_growth_target_pct", "gdp_growth_target_bound"]].values.tolist()
    [['2023', nan, nan], ['2024', 5.5, 'approx'], ['2025', 5.0, 'min']]
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
        table = table.join(long.pivot_table(cell, index, "column", aggfunc="first"))
    return table[sorted(table.columns)].reset_index().sort_values(index, ignore_index=True)
