"""Promise against outcome, growth against levels, ranks with ties and blanks."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_compare_panel import figures, reports

from reportlib.compare import consistency, outcomes, panel, ranks
from reportlib.compare.outcomes import verdict
from reportlib.records import ReportlibError

with (Path(__file__).parent / "cases" / "compare_outcomes.csv").open(encoding="utf-8") as handle:
    CASES = list(csv.DictReader(handle))


def cell(bound: str, value: float, high: float | None, unit: str) -> pd.DataFrame:
    base = value * {"亿元": 1e8, "亿斤": 5e4}.get(unit, 1.0)
    row = {"bound": bound, "value": value, "value_high": high, "value_base": base}
    return pd.DataFrame([row | {"base_unit": unit, "quote": ""}])


def judge(target: pd.DataFrame, actual: pd.DataFrame, direction: str) -> pd.Series:
    return verdict(target, actual, pd.Series([direction])).iloc[0]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_verdicts(case: dict[str, str]) -> None:
    """Met, missed, beaten or not to be compared, with the gap in the printed unit of the case."""
    high = [float(case[k]) if case[k] else None for k in ("target_high", "actual_high")]
    target = cell(case["target_bound"], float(case["target_value"]), high[0], case["unit"])
    actual = cell(case["actual_bound"], float(case["actual_value"]), high[1], case["unit"])
    got = judge(target, actual, case["direction"])
    assert (got["verdict"], got["reason"]) == (case["verdict"], case["reason"])
    unit = (target["value_base"] / target["value"]).iloc[0]
    assert got["gap"] == pytest.approx(float(case["gap"]) * unit, abs=1e-6)


@settings(max_examples=25)
@given(st.floats(0.1, 100), st.floats(0.1, 100), st.sampled_from(["eq", "min", "max", "approx"]))
def test_better_is_never_worse(aim: float, outcome: float, bound: str) -> None:
    """Without a ceiling, a higher outcome of what should rise never has a worse verdict."""
    order = {"missed": 0, "met": 1, "beaten": 2}
    target = cell(bound, aim, None, "%")
    low, high = (
        judge(target, cell("eq", x, None, "%"), "higher") for x in (outcome, outcome * 1.5)
    )
    assert order[low["verdict"]] <= order[high["verdict"]]


def two_years(promise: dict[str, Any], answer: list[dict[str, Any]], **second: Any) -> pd.DataFrame:
    """A target for 2025 in the report of 2025, and what the report of 2026 says of 2025."""
    rows = [
        {"status": "target", "period": "2025", "quote": "6%左右", "value": 6, "bound": "approx"}
        | promise
    ]
    rows += [
        {"period": "2025", "doc": "r2.txt", "report_id": "r2", "sentence_id": "s9"} | a
        for a in answer
    ]
    later = {"doc": "r2.txt", "report_id": "r2", "review_year": "2025", "plan_year": "2026"}
    return panel(
        figures(rows), reports({}, later | second) if second.pop("there", True) else reports()
    )


def first(cells: pd.DataFrame) -> Any:
    return next(outcomes(cells).query("indicator == 'gdp' and year == '2025'").itertuples())


def test_pairs_carry_both_quotations() -> None:
    """A pair names both pages and both quotes, and whether the outcome was only expected."""
    pair = first(two_years({}, [{"quote": "6.1%", "value": 6.1, "status": "expected"}]))
    assert (pair.verdict, pair.target_quote, pair.actual_quote) == ("met", "6%左右", "6.1%")
    assert (pair.target_doc, pair.actual_doc, pair.actual_status) == (
        "r1.txt",
        "r2.txt",
        "expected",
    )
    assert pair.gap == pytest.approx(0.1) and pair.tolerance == pytest.approx(0.25)


def test_silence_is_not_absence() -> None:
    """A follow-up report that is silent, one that is not in the corpus, and one that breaks off."""
    assert first(two_years({}, [])).reason == "not_stated"
    assert first(two_years({}, [], there=False)).reason == "report_absent"
    assert {first(two_years({}, [])).verdict, first(two_years({}, [], there=False)).verdict} == {
        "no_follow_up"
    }


def test_what_cannot_be_compared_says_why() -> None:
    """A level is no answer to a growth target, and a conflict is none at all."""
    level = {"measure": "level", "quote": "800亿元", "value": 800, "unit": "亿元", "base": 8e10}
    pair = first(two_years({}, [level]))
    assert (pair.verdict, pair.reason) == ("not_comparable", "other measure or unit")
    twice = [{"quote": "6%", "value": 6}, {"quote": "7.5%", "value": 7.5, "sentence_id": "s8"}]
    pair = first(two_years({}, twice))
    assert (pair.verdict, pair.reason) == ("no_follow_up", "conflict")


@pytest.mark.parametrize(
    ("quote", "bound", "sentence", "value", "said"),
    [
        ("2%", "approx", "居民消费价格涨幅2%左右", 0.1, "missed"),
        ("2%", "eq", "居民消费价格涨幅控制在2%", 0.1, "met"),
        ("2%", "eq", "居民消费价格涨幅控制在2%", 2.5, "missed"),
        ("2%", "eq", "居民消费价格上涨2%", 0.1, "not_comparable"),
    ],
)
def test_prices_have_no_better_side(
    quote: str, bound: str, sentence: str, value: float, said: str
) -> None:
    """0.1% does not beat a goal of about 2%; the verb of a ceiling makes one of a bare number."""
    goal = {"indicator": "cpi", "quote": quote, "bound": bound, "value": 2, "sentence": sentence}
    cells = two_years(goal, [{"indicator": "cpi", "quote": f"{value}%", "value": value}])
    pair = next(outcomes(cells).query("indicator == 'cpi' and year == '2025'").itertuples())
    assert pair.verdict == said


def levels(*rows: tuple[str, float, float | None]) -> pd.DataFrame:
    """A panel of GDP levels (亿元) and growth by year, each from its own report."""
    found, papers = [], []
    for year, level, growth in rows:
        where = {"report_id": year, "doc": f"{year}.txt", "period": year, "sentence_id": year}
        quote = {
            "measure": "level",
            "unit": "亿元",
            "quote": f"{level}亿元",
            "value": level,
            "base": level * 1e8,
        }
        found.append(where | quote)
        if growth is not None:
            found.append(where | {"quote": f"{growth}%", "value": growth})
        papers.append(where | {"review_year": year, "plan_year": str(int(year) + 1)})
    return panel(figures(found), reports(*papers))


def test_growth_is_held_against_levels() -> None:
    """Implied previous level, a level that fits it, one that does not, and one of another unit."""
    got = consistency(
        levels(("2022", 100, 5), ("2023", 106, 6), ("2024", 140, 5), ("2025", 1470000, 5))
    )
    assert got["flag"].tolist() == ["", "agrees", "differs", "unit_slip"]
    assert got["implied_previous"].tolist()[1] == pytest.approx(100e8)
    assert pd.isna(got["previous"].iloc[0]) and got["implied_previous"].iloc[0] == pytest.approx(
        100 / 1.05 * 1e8
    )


def test_consistency_of_nothing() -> None:
    """No levels, no rows; a single level without growth says nothing."""
    assert consistency(panel(figures([]), reports())).empty
    assert consistency(levels(("2024", 100, None))).empty


def test_ranks_share_ties_and_keep_the_blank() -> None:
    """Two firsts, no second, and places without a figure at the end with the reason."""
    names = [f"r{k}" for k in range(5)]
    papers = [
        {"report_id": n, "doc": n, "adcode": f"99010{k}", "prefecture": f"{n}市"}
        for k, n in enumerate(names)
    ]
    level = {"measure": "level", "unit": "亿元", "quote": "9亿元", "value": 9, "base": 9e8}
    rows = [
        {"value": v, "quote": f"{v}%", "report_id": n, "doc": n}
        for n, v in zip(names, (5, 7, 7), strict=False)
    ]
    rows.append(level | {"report_id": "r3", "doc": "r3"})
    got = ranks(panel(figures(rows), reports(*papers)), "gdp", "2024")
    assert got["rank"].tolist()[:3] == [1, 1, 3] and got["rank"].isna().sum() == 2
    assert got["tied"].tolist()[:3] == [True, True, False]
    assert got["state"].tolist()[3:] == ["other measure or unit", "not_stated"]


def test_ranks_know_which_side_is_better() -> None:
    """Unemployment: the lowest comes first; prices, where neither side is better: the highest."""
    papers = [{"report_id": n, "doc": n, "prefecture": n} for n in "ab"]
    for name, first in (("urban_unemployment_rate", "某省b"), ("cpi", "某省a")):
        two = [{"indicator": name, "value": v, "report_id": n} for n, v in (("a", 2), ("b", 1))]
        assert ranks(panel(figures(two), reports(*papers)), name, "2024")["place"][0] == first
    with pytest.raises(ReportlibError, match="Did you mean 'cpi'"):
        ranks(panel(figures([]), reports()), "cpy", "2024")
    with pytest.raises(ReportlibError, match="no growth of gdp"):
        ranks(panel(figures([]), reports()), "gdp", "1999")
