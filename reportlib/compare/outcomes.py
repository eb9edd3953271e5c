"""Promise and outcome, growth against levels, ranks: what a panel says across years and places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reportlib.compare.panel import EVIDENCE, frame, interval, rows_of
from reportlib.indicators import catalogue
from reportlib.records import ReportlibError
from reportlib.resources import require

CELL = ("adcode", "place", "year", "indicator", "measure", "base_unit")
SHOWN = ("value_base", "quote", "bound", "status", "doc", "start", "end", "sentence")
JUDGED = ("verdict", "reason", "gap", "tolerance", "direction", "target_kind", "target_strength")
SLIP = (3, 5)  # powers of ten between two levels that tell a unit from growth


def outcomes(cells: pd.DataFrame) -> pd.DataFrame:
    """Each target of a panel against the outcome of the same place, year, indicator and measure.

    A point is met by an equal outcome, beaten by a better and missed by a worse one (better is
    higher or lower as the catalogue says); 以上 and 以内 are met on the promised side and cannot be
    beaten; a range is met inside; 左右 is a range of ``tolerance`` to each side (see
    ``panel.interval``). An outcome that is a bound itself is judged if all it allows agrees.

    Returns:
        one row a target of one year, goals in words included. ``verdict`` is met, missed, beaten,
        no_follow_up or not_comparable; ``reason`` says why there is no follow-up (report_absent:
        no report of t+1 is in the corpus; else the panel's reason for the blank) or why it cannot
        be compared. ``gap`` is outcome minus target in base units (points for per cents), from the
        nearer end of a range, NaN where a side is missing. Both quotations with their places.
    """
    rows = cells[cells["year"].str.fullmatch(r"\d{4}")]
    reviewed = {(r.place, str(int(r.report_year) - 1)) for r in rows_of(cells) if r.report_year}
    done: dict[tuple[str, ...], list[Any]] = {}
    for r in rows_of(rows[rows["side"] == "actual"]):
        done.setdefault((r.place, r.year, r.indicator), []).append(r)
    out = []
    for goal in rows_of(rows[rows["side"] == "target"]):
        if goal.state in ("not_stated", "part_missing"):
            continue
        same = done.get((goal.place, goal.year, goal.indicator), [])
        at = [r for r in same if (r.measure, r.base_unit) == (goal.measure, goal.base_unit)]
        found = at[0] if at else None
        row = {c: getattr(goal, c) for c in (*CELL, *JUDGED[5:])}
        row["direction"] = catalogue()[goal.indicator].direction
        for side, cell in (("target", goal), ("actual", found)):
            row |= {f"{side}_{c}": getattr(cell, c) for c in SHOWN if cell is not None}
        if goal.state != "stated":
            row |= {"verdict": "not_comparable", "reason": f"target {goal.state}"}
        elif found is not None and found.state == "stated":
            row |= verdict(goal, found, row["direction"])
        else:
            row |= _no_outcome(found, same, (goal.place, goal.year) in reviewed)
        out.append(row)
    sides = [f"{side}_{c}" for side in ("target", "actual") for c in SHOWN]
    return frame(out, [*CELL, *JUDGED, *sides])


def _no_outcome(found: Any, same: list[Any], reviewed: bool) -> dict[str, str]:
    """Why a target has no outcome; ``same`` are the other cells of its place, year, indicator."""
    if found is None and any(r.state == "stated" for r in same):
        return {"verdict": "not_comparable", "reason": "other measure or unit"}
    said = found.state if found is not None else next((r.state for r in same), "not_stated")
    return {"verdict": "no_follow_up", "reason": said if reviewed else "report_absent"}


def verdict(target: Any, actual: Any, direction: str) -> dict[str, Any]:
    """Verdict, reason, gap and tolerance of two stated cells; ``direction`` is the better side."""
    low, high = interval(target)
    ends = interval(actual) if actual.bound in ("min", "max", "range") else (actual.value_base,) * 2
    said = {_side(end, low, high, direction) for end in ends}
    result, reason = "not_comparable", "outcome is a bound"
    if len(said) == 1 and "" not in said:
        result, reason = said.pop(), ""
    elif said == {"met", "beaten"}:
        result, reason = "met", ""
    elif "" in said:
        reason = "no better side"
    aim = target.value_base
    if target.bound == "range":
        aim = min(max(actual.value_base, low), high)
    gap = actual.value_base - aim
    tolerance = (high - low) / 2 if target.bound == "approx" else 0.0
    return {"verdict": result, "reason": reason, "gap": round(gap, 9), "tolerance": tolerance}


def _side(value: float, low: float, high: float, direction: str) -> str:
    """Where a value lies: met inside, beaten or missed outside, "" where neither side is better."""
    slack = 1e-9 * max(1.0, *(abs(x) for x in (low, high) if abs(x) < float("inf")))
    if low - slack <= value <= high + slack:
        return "met"
    if direction == "none":
        return "" if low == high else "missed"
    return "beaten" if (value > high) == (direction == "higher") else "missed"


def consistency(cells: pd.DataFrame, tolerance: float = 0.05) -> pd.DataFrame:
    """The level before that growth implies, against the level that the year before has.

    Beware: growth of GDP and value added is real (可比价), levels are nominal and get revised;
    ``differs`` is a reason to look, no proof of a fault. Levels that are bounds are left out.

    Returns:
        one row a level with growth or with a level of the year before: level, previous (base
        units), growth (per cent), implied_previous = level / (1 + growth), ``ratio`` of previous to
        implied (NaN where one is missing) and ``flag``: unit_slip (levels about 10⁴ apart), differs
        (ratio off 1 by more than ``tolerance``), agrees, or "" where nothing can be compared.
    """
    known = cells[(cells["side"] == "actual") & (cells["state"] == "stated")]
    known = known[known["year"].str.fullmatch(r"\d{4}") & known["bound"].isin(["eq", "approx"])]
    known = known.rename(columns={"value_base": "level"})[known["value_base"] > -100]
    now, rise = known[known["measure"] == "level"], known[known["measure"] == "growth"]
    before = now.assign(year=(now["year"].astype("int64") + 1).astype("str"))
    before = before.rename(columns={"level": "previous", "quote": "previous_quote"})
    rise = rise[rise["base_unit"] == "%"].rename(columns={"level": "growth"})
    at = ["place", "year", "indicator"]
    rows = now.merge(
        before[[*at, "base_unit", "previous", "previous_quote"]], on=[*at, "base_unit"], how="left"
    )
    rows = rows.merge(rise[[*at, "growth"]], on=at, how="left")
    rows = rows[(rows["level"] > 0) & (rows["previous"].gt(0) | rows["growth"].notna())]
    rows["implied_previous"] = rows["level"] / (1 + rows["growth"] / 100)
    rows["ratio"] = rows["previous"] / rows["implied_previous"]
    off = (rows["ratio"] - 1).abs() > tolerance
    rows["apart"] = np.log10(rows["level"] / rows["previous"])
    rows["flag"] = off.map({True: "differs", False: "agrees"}).where(rows["ratio"].notna(), "")
    rows["flag"] = rows["flag"].mask(rows["apart"].abs().between(*SLIP), "unit_slip")
    shown = [*at, "base_unit", "level", "previous", "growth", "implied_previous", "ratio", "flag"]
    return rows[[*shown, "quote", "previous_quote"]].reset_index(drop=True)


def ranks(
    cells: pd.DataFrame, indicator: str, year: str, measure: str = "growth", side: str = "actual"
) -> pd.DataFrame:
    """The places of a panel in order of an indicator in a year, best first.

    Ties share the best rank (1, 2, 2, 4). A place without a figure stands last, with rank NaN and
    the reason in ``state`` (other_unit: in another unit than most).

    Raises:
        ReportlibError: unknown indicator, or nothing in the panel.
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
    why = about.set_index("place")["state"].replace("stated", "other measure or unit")
    last = there[~there["place"].isin(rows["place"])].drop_duplicates("place")
    last = last.assign(state=last["place"].map(why[~why.index.duplicated()]).fillna("not_stated"))
    last = last.drop(columns=["value_base", "base_unit", "bound", *EVIDENCE])
    shown = ["rank", "tied", "place", "adcode", "value_base", "base_unit", "bound", "state"]
    both = pd.concat([rows.sort_values(["rank", "adcode", "place"]), last], ignore_index=True)
    return both[[*shown, *EVIDENCE]]
