"""A report's measures of rhetoric against other reports: where each value stands among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reportlib.compare.tables import Tables
from reportlib.resources import require, table
from reportlib.rhetoric import card, cards

LEVELS = {"p5": 5, "q1": 25, "median": 50, "q3": 75, "p95": 95}  # marks of a reference
FEWEST = 5  # reports below which a position says nothing
FACTS = "report_id section measure value unit low high".split()


def profile(
    tables: Tables, measures: Sequence[str] = (), section: str = "all", reference: str = "folder"
) -> pd.DataFrame:
    """Each measure of each report beside a reference set: percentile, and the marks of the set.

    Args:
        measures: ids of cards; all by default.
        section: all, review, problems or plan.
        reference: ``folder`` (all reports here, itself among them) or ``shipped`` (quantiles of
            some 500 reports of 1954-2026, ``data/rhetoric_reference.csv``, numbers only). Either
            takes the reports of the same level of government where there are enough, else all.

    Returns:
        report_id, section, measure, value, unit, low, high (bootstrap interval), level (of the
        reference), n (its reports), p5, q1, median, q3, p95, ``percentile`` (0-100, higher = a
        higher value than more of them; between two marks of the shipped table it is interpolated,
        beyond the outer ones it reads 5 or 95) and reason. NaN with a reason: that of the value;
        ``incomplete`` (a report without some part has no whole to compare); ``few_reports``.

    Raises:
        ReportlibError: unknown measure, section or reference.

    >>> found = profile(corpus, ["commitment"], reference="shipped")
    >>> print(found[["report_id", "value", "median", "percentile"]].round(1).to_string(index=False))
    report_id  value  median  percentile
     2024.txt    3.1     2.5        80.7
     2025.txt    0.0     2.5         5.0
    """
    sets = {"folder": _folder, "shipped": _shipped}
    beside = sets[require(reference, list(sets), "reference")]
    require(section, ["all", "review", "problems", "plan"], "section")
    wanted = {card(name).id: k for k, name in enumerate(measures or cards())}
    about = tables["reports"].set_index("report_id")[["level", "completeness"]]
    rows = tables["rhetoric"].query("section == @section and measure in @wanted")
    rows = rows.join(about, on="report_id").reset_index(drop=True)
    rows = rows.astype(dict.fromkeys(["value", "low", "high"], float))
    partial = (rows["completeness"] != "complete") & (section == "all") & (rows["reason"] == "")
    rows["reason"] = rows["reason"].mask(partial, "incomplete")
    near, far = (beside(rows.assign(level=level)) for level in (rows["level"], "all"))
    enough = near["n"] >= FEWEST
    found = near.where(enough, far).assign(level=rows["level"].where(enough, "all"))
    few = ~(found["n"] >= FEWEST)
    found[list(LEVELS)] = found[list(LEVELS)].mask(few)
    reason = rows["reason"].mask((rows["reason"] == "") & few, "few_reports")
    found["percentile"] = found["percentile"].where(reason == "")
    out = pd.concat([rows[FACTS], found], axis=1).assign(reason=reason)
    return out.sort_values("measure", key=lambda m: m.map(wanted), kind="stable", ignore_index=True)


def _folder(rows: pd.DataFrame) -> pd.DataFrame:
    """Number, marks and mid-ranks of each row's measure and level among the rows with a value."""
    good = rows[rows["reason"] == ""]
    values = good.groupby(["measure", "level"])["value"]
    out = pd.DataFrame({"n": values.transform("size")}, index=rows.index)
    for mark, q in LEVELS.items():
        out[mark] = values.transform("quantile", q / 100)
    out["percentile"] = (values.rank() - 0.5) / out["n"] * 100
    return out


def _shipped(rows: pd.DataFrame) -> pd.DataFrame:
    """The same from the shipped table; a value equal to several marks stands in their middle."""
    key = ["measure", "level", "section"]
    marks = pd.DataFrame(table("rhetoric_reference", (*key, "n", *LEVELS))).set_index(key)
    out = marks.reindex(pd.MultiIndex.from_frame(rows[key])).set_axis(rows.index)
    out = out[["n", *LEVELS]].astype(float)
    ranks = np.array([*LEVELS.values()])
    out["percentile"] = [
        ranks[mine == value].mean() if value in mine else np.interp(value, mine, ranks)
        for value, mine in zip(rows["value"], out[[*LEVELS]].to_numpy(), strict=True)
    ]
    return out
