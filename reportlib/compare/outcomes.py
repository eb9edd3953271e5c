"""Promise and outcome, growth against levels, ranks: what a panel says across years and places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reportlib.compare.panel import EVIDENCE, interval
from reportlib.compare.tables import frame
from reportlib.indicators import catalogue
from reportlib.records import ReportlibError
from reportlib.resources import require

SAME = ["place", "year", "indicator"]
MATCH = [*SAME, "measure", "base_unit"]
CELL = ["adcode", *MATCH]
SHOWN = ["value_base", "quote", "bound", "status", "doc", "start", "end", "sentence"]
JUDGED = ["verdict", "reason", "gap", "tolerance", "direction", "target_kind", "target_strength"]
SLIP = (3, 5)  # powers of ten between two levels that tell a unit from growth


def outcomes(cells: pd.DataFrame) -> pd.DataFrame:
    """Each target of a panel against the outcome of the same place, year, indicator and measure.

    A point is met by an equal outcome, beaten by a better and missed by a worse one (better is
    higher or lower as the catalogue says); 以上, 以内 and 控制在 are met on the promised side and
    cannot be beaten; a range is met inside; 左右 is a range of ``tolerance`` to each side (see
    ``panel.interval``). Where neither side is better (prices), a range can be missed on both, and a
    point is not judged. An outcome that is a bound itself is judged if all it allows agrees.

    Returns:
        one row a target of one year, goals in words included. ``verdict`` is met, missed, beaten,
        no_follow_up or not_comparable; ``reason`` says why there is no follow-up (report_absent:
        no report of t+1 is in the corpus; else the panel's reason for the blank) or why it cannot
        be compared. ``gap`` is outcome minus target in base units (points for per cents), from the
        nearer end of a range, NaN where a side is missing. Both quotations with their places.

    >>> from reportlib.compare import panel
    >>> found = outcomes(panel(corpus["indicators"], corpus["reports"])).query("year == '2024'")
    >>> found = found[["indicator", "target_quote", "actual_quote", "verdict"]]
    >>> print(found.to_string(index=False))
         indicator target_quote actual_quote      verdict
               cpi      控制在3%以内         0.4%          met
    fiscal_revenue           5%              no_follow_up
               gdp       5.5%左右         5.9%       beaten
      grain_output       12万吨以上       12.3万吨          met
    """
    rows = cells[cells["year"].str.fullmatch(r"\d{4}")]
    done, goals = rows[rows["side"] == "actual"], rows[rows["side"] == "target"]
    goals = goals[~goals["state"].isin(["not_stated", "part_missing"])].reset_index(drop=True)
    found = goals[MATCH].merge(done.drop_duplicates(MATCH), "left", MATCH)
    by = done.assign(stated=done["state"] == "stated").groupby(SAME, as_index=False)
    other = goals[SAME].merge(by.agg({"state": "first", "stated": "any"}), "left", SAME)
    reviews = pd.to_numeric(cells["report_year"]).astype("Int64") - 1
    reviewed = (goals["place"] + goals["year"]).isin(cells["place"] + reviews.astype("str"))
    silent = found["state"].fillna(other["state"]).fillna("not_stated")
    worded = goals["state"] != "stated"
    unlike = found["state"].isna() & other["stated"].eq(True)
    out = goals[[*CELL, "target_kind", "target_strength"]].assign(
        direction=[catalogue()[name].direction for name in goals["indicator"]],
        verdict=np.where(worded | unlike, "not_comparable", "no_follow_up"),
        reason=np.select(
            [worded, unlike, reviewed],
            ["target " + goals["state"], "other measure or unit", silent],
            "report_absent",
        ),
    )
    both = ~worded & (found["state"] == "stated")
    read = goals["target_kind"].map({"floor": "min", "ceiling": "max"})
    aims = goals.assign(bound=read.fillna(goals["bound"]))
    judged = verdict(aims[both], found[both], out["direction"][both])
    out = judged.combine_first(out)
    sides = [t[SHOWN].add_prefix(f"{side}_") for side, t in (("target", goals), ("actual", found))]
    columns = [*CELL, *JUDGED, *sides[0].columns, *sides[1].columns]
    return frame(pd.concat([out, *sides], axis=1), columns)


def verdict(target: pd.DataFrame, actual: pd.DataFrame, direction: pd.Series) -> pd.DataFrame:
    """Verdict, reason, gap and tolerance of stated cells, row by row of one index.

    Args:
        direction: the better side of each, higher, lower or none.
    """
    low, high = interval(target)
    value, bounded = actual["value_base"], actual["bound"].isin(["min", "max", "range"])
    ends = (end.where(bounded, value) for end in interval(actual))
    one, two = (_side(end, low, high, direction) for end in ends)
    either = (one == "") | (two == "")
    result = one.mask(one != two, "met").mask((one == "missed") != (two == "missed"), "")
    result = result.mask(either, "")
    reason = np.select([result != "", either], ["", "no better side"], "outcome is a bound")
    aim = target["value_base"].mask(target["bound"] == "range", value.clip(low, high))
    tolerance = ((high - low) / 2).where(target["bound"] == "approx", 0.0)
    told = {"verdict": result.replace("", "not_comparable"), "reason": reason}
    return pd.DataFrame(told | {"gap": (value - aim).round(9), "tolerance": tolerance})


def _side(value: pd.Series, low: pd.Series, high: pd.Series, direction: pd.Series) -> pd.Series:
    """Where values lie: met inside, beaten or missed outside, "" where neither side is better."""
    ends = pd.concat([low, high], axis=1).abs().replace(np.inf, 0.0)
    slack = 1e-9 * ends.max(axis=1).clip(lower=1.0)
    inside, neither = value.between(low - slack, high + slack), direction == "none"
    better = np.where((value > high) == (direction == "higher"), "beaten", "missed")
    said = np.select([inside, neither & (low == high), neither], ["met", "", "missed"], better)
    return pd.Series(said, value.index, dtype="str")


def consistency(cells: pd.DataFrame, tolerance: float = 0.05) -> pd.DataFrame:
    """The level before that growth implies, against the level that the year before has.

    Beware: growth of GDP and value added is real (可比价), levels are nominal and get revised;
    ``differs`` is a reason to look, no proof of a fault. Levels that are bounds are left out.

    Returns:
        one row a level with growth or with a level of the year before: level, previous (base
        units), growth (per cent), implied_previous = level / (1 + growth), ``ratio`` of previous to
        implied (NaN where one is missing) and ``flag``: unit_slip (levels about 10⁴ apart), differs
        (ratio off 1 by more than ``tolerance``), agrees, or "" where nothing can be compared.

    >>> from reportlib.compare import panel
    >>> found = consistency(panel(corpus["indicators"], corpus["reports"]))
    >>> found[["indicator", "year", "level", "previous", "flag"]].values.tolist()
    [['grain_output', '2024', 123000.0, 120000.0, '']]
    """
    known = cells[(cells["side"] == "actual") & (cells["state"] == "stated")]
    known = known[known["year"].str.fullmatch(r"\d{4}") & known["bound"].isin(["eq", "approx"])]
    known = known[known["value_base"] > -100].rename(columns={"value_base": "level"})
    unit, cell = [*SAME, "base_unit"], ["level", "quote"]
    now = known[known["measure"] == "level"][[*unit, *cell]]
    before = now.assign(year=(now["year"].astype("int64") + 1).astype("str"))
    before = before.rename(columns={"level": "previous", "quote": "previous_quote"})
    rise = known[(known["measure"] == "growth") & (known["base_unit"] == "%")]
    rise = rise.rename(columns={"level": "growth"})[[*SAME, "growth"]]
    rows = now.merge(before, "left", unit).merge(rise, "left", SAME)
    rows = rows[(rows["level"] > 0) & (rows["previous"].gt(0) | rows["growth"].notna())]
    rows["implied_previous"] = rows["level"] / (1 + rows["growth"] / 100)
    rows["ratio"] = rows["previous"] / rows["implied_previous"]
    apart = np.log10(rows["level"]).sub(np.log10(rows["previous"])).abs()
    compared = rows["ratio"].notna()
    known_flags = [apart.between(*SLIP), (rows["ratio"] - 1).abs() > tolerance, compared]
    rows["flag"] = np.select(known_flags, ["unit_slip", "differs", "agrees"], "")
    shown = [*unit, "level", "previous", "growth", "implied_previous", "ratio", "flag"]
    return rows[[*shown, "quote", "previous_quote"]].reset_index(drop=True)


def ranks(
    cells: pd.DataFrame, indicator: str, year: str, measure: str = "growth", side: str = "actual"
) -> pd.DataFrame:
    """The places of a panel in order of an indicator in a year, best first.

    Ties share the best rank (1, 2, 2, 4). A place without a figure stands last, with rank NaN and
    the reason in ``state`` (other measure or unit: its figure is not in that of most). Best is
    highest or lowest as the catalogue says; where neither is better, the highest stands first.

    Returns:
        rank, tied, place, adcode, value_base, base_unit, bound (a floor ranks by its floor), state,
        and the quotation with its place.

    Raises:
        ReportlibError: unknown indicator, or nothing in the panel.

    >>> from reportlib.compare import panel
    >>> found = ranks(panel(corpus["indicators"], corpus["reports"]), "gdp", "2024")
    >>> found[["rank", "place", "value_base"]].values.tolist()
    [[1.0, '安徽省六安市霍山县', 5.9]]
    """
    entry = catalogue()[require(indicator, list(catalogue()), "indicator")]
    there = cells[(cells["year"] == str(year)) & (cells["side"] == side)]
    about = there[there["indicator"] == indicator]
    rows = about[(about["measure"] == measure) & (about["state"] == "stated")]
    rows = rows[rows["base_unit"].isin(rows["base_unit"].mode()[:1])]
    if rows.empty:
        raise ReportlibError(f"the panel has no {measure} of {indicator} ({side}) in {year}")
    best = rows["value_base"].rank(method="min", ascending=entry.direction == "lower")
    rows = rows.assign(rank=best, tied=best.duplicated(keep=False))
    why = about.drop_duplicates("place").set_index("place")["state"]
    last = there[~there["place"].isin(rows["place"])].drop_duplicates("place")
    why = last["place"].map(why.replace("stated", "other measure or unit")).fillna("not_stated")
    last = last[["place", "adcode"]].assign(state=why)
    shown = ["rank", "tied", "place", "adcode", "value_base", "base_unit", "bound", "state"]
    both = pd.concat([rows.sort_values(["rank", "adcode", "place"]), last], ignore_index=True)
    return both[[*shown, *EVIDENCE]]
