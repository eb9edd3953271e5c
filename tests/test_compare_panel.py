"""One value a cell by a stated rule, the rest kept, and a reason for every blank."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportlib.build.write import frame
from reportlib.cli import main
from reportlib.compare.panel import KEY, panel, wide
from reportlib.indicators import catalogue
from reportlib.resources import schema

CASES = json.loads(
    Path(__file__).with_name("cases").joinpath("compare_panel.json").read_text("utf-8")
)
ROOT = Path(__file__).resolve().parent.parent


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table of the build with the cells given, all others blank."""
    columns = [c["column"] for c in schema()[name]]
    return frame(name, [[row.get(c) for c in columns] for row in rows])


def figures(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of ``indicators`` about GDP growth of 2024 in report r1, changed as the cells say."""
    plain = {"doc": "r1.txt", "report_id": "r1", "sentence_id": "s1", "indicator": "gdp"}
    plain |= {"measure": "growth", "unit": "%", "bound": "eq", "status": "actual", "masked": 0}
    plain |= {"period": "2024", "scope": "own", "basis": "flow", "sentence": "……", "base_unit": "%"}
    out = []
    for k, row in enumerate(rows):
        full = plain | {"start": 10 * k, "end": 10 * k + 5, "value_base": row.get("value")} | row
        if full["unit"] != "%":
            full |= {"base_unit": "yuan", "value_base": row.get("base")}
        out.append(full)
    return table("indicators", out)


def reports(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of ``reports``: 某市 in 2025 unless the cells say otherwise."""
    plain = {"doc": "r1.txt", "report_id": "r1", "province": "某省", "prefecture": "某市"}
    plain |= {"adcode": "990100", "review_year": "2024", "plan_year": "2025", "level": "prefecture"}
    return table("reports", [plain | {"completeness": "complete"} | row for row in rows or ({},)])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_cases(case: dict[str, Any]) -> None:
    """The figure taken, or the conflict, is the one the case names; every other one is kept."""
    given_figures = figures(case["figures"])
    cells = panel(given_figures, reports())
    cell = cells[(cells["indicator"] == "gdp") & (cells["n_figures"] > 0)].iloc[0]
    assert cell["state"] == case["state"]
    assert (None if pd.isna(cell["value"]) else cell["value"]) == case["value"]
    assert cell["start"] == case.get("start", cell["start"])
    own = given_figures[(given_figures["scope"] == "own") & (given_figures["indicator"] == "gdp")]
    assert cell["n_figures"] == len(own)
    for quote in own["quote"]:
        assert quote == cell["quote"] or quote in cell["others"]


def test_the_report_of_the_year_itself_is_believed_first() -> None:
    """An outcome of 2024 comes from the report that reviews 2024, not from a later mention."""
    rows = figures(
        [
            {"quote": "6%", "value": 6, "doc": "a.txt", "report_id": "later"},
            {"quote": "5%", "value": 5, "doc": "z.txt", "report_id": "r1"},
        ]
    )
    later = {"report_id": "later", "doc": "a.txt", "review_year": "2025", "plan_year": "2026"}
    cell = panel(rows, reports({}, later)).query(
        "indicator == 'gdp' and year == '2024' and n_figures > 0"
    )
    assert cell["value"].tolist() == [5.0]
    assert cell["others"].tolist() == ["6% [a.txt:0]"]


def test_a_second_copy_of_a_page_is_left_out() -> None:
    """Of two pages with the same report, the one that says so of itself counts for nothing."""
    rows = figures(
        [
            {"quote": "5%", "value": 5},
            {"quote": "5%", "value": 5, "doc": "r2.txt", "report_id": "r2"},
        ]
    )
    both = reports({}, {"doc": "r2.txt", "report_id": "r2"})
    pages = table("pages", [{"doc": "r1.txt"}, {"doc": "r2.txt", "duplicate_of": "r1.txt"}])
    assert panel(rows, both, pages=pages)["n_figures"].max() == 1
    assert panel(rows, both)["n_figures"].max() == 2


def test_blanks_have_reasons() -> None:
    """Headline indicators without figure stand in the panel with the reason coverage gives."""
    said = table(
        "coverage",
        [
            {
                "report_id": "r1",
                "indicator": "cpi",
                "side": "target",
                "state": "qualitative",
                "phrase": "物价平稳",
                "start": 3,
                "end": 7,
            },
            {
                "report_id": "r1",
                "indicator": "gdp",
                "side": "target",
                "state": "stated",
                "phrase": "5%",
            },
        ],
    )
    cells = panel(figures([]), reports({"completeness": "truncated"}), said)
    headline = sum(entry.headline for entry in catalogue().values())
    assert len(cells) == 2 * headline
    assert (cells["measure"] == "").all() and cells["value"].isna().all()
    at = cells.set_index(["indicator", "side"])
    assert at.loc[("cpi", "target"), ["state", "quote", "year"]].tolist() == [
        "qualitative",
        "物价平稳",
        "2025",
    ]
    assert at.loc[("gdp", "target"), "state"] == "part_missing"
    assert at.loc[("gdp", "actual"), ["state", "year"]].tolist() == ["not_stated", "2024"]


def test_reports_without_a_name_are_places_of_their_own() -> None:
    """Two masked reports are never taken for one place."""
    rows = figures([{"quote": "5%", "value": 5}, {"quote": "9%", "value": 9, "report_id": "r2"}])
    masked = {"province": "", "prefecture": "", "adcode": ""}
    cells = panel(rows, reports(masked, masked | {"report_id": "r2"}))
    assert cells[cells["n_figures"] > 0]["place"].tolist() == ["[r1]", "[r2]"]


def test_targets_carry_their_class() -> None:
    """A target says what kind of goal it is and which words made it hard or soft."""
    sentence = "生产总值增长6%左右,确保完成。"
    rows = figures(
        [
            {
                "quote": "6%左右",
                "value": 6,
                "bound": "approx",
                "status": "target",
                "period": "2025",
                "sentence": sentence,
            }
        ]
    )
    cell = panel(rows, reports()).query("side == 'target' and n_figures > 0").iloc[0]
    assert (cell["target_kind"], cell["target_words"]) == ("around", "左右")


def test_wide_is_one_row_a_place_and_year() -> None:
    """Values, bounds and reasons of one place and year stand in one row, units in the names."""
    rows = figures(
        [
            {"quote": "5%以上", "value": 5, "bound": "min", "status": "target", "period": "2025"},
            {"quote": "800亿元", "value": 800, "unit": "亿元", "base": 8e10, "measure": "level"},
            {"quote": "20%", "value": 20, "period": "2021-2025"},
        ]
    )
    long = panel(rows, reports())
    out = wide(long)
    assert out[["place", "year"]].to_numpy().tolist() == [
        ["某省某市", "2024"],
        ["某省某市", "2025"],
    ]
    assert out["gdp_level_actual_yuan"].tolist()[0] == 8e10
    assert out["gdp_growth_target_pct"].tolist()[1] == 5
    assert out["gdp_growth_target_bound"].tolist()[1] == "min"
    assert out["cpi_target_blank"].tolist()[1] == "not_stated"
    assert not [c for c in wide(long, ["actual"]) if "target" in c]
    assert wide(long.iloc[:0]).empty


FIGURE = st.fixed_dictionaries(
    {
        "quote": st.just("5%"),
        "value": st.floats(-50, 50).map(lambda x: round(x, 1)),
        "bound": st.sampled_from(["eq", "min", "max", "approx"]),
        "status": st.sampled_from(["actual", "expected", "target"]),
        "period": st.sampled_from(["2023", "2024", "2025", "2021-2025", ""]),
        "scope": st.sampled_from(["own", "own", "other"]),
        "indicator": st.sampled_from(["gdp", "cpi"]),
        "sentence_id": st.sampled_from(["s1", "s2"]),
        "masked": st.sampled_from([0, 0, 1]),
    }
)


@settings(max_examples=8)
@given(st.lists(FIGURE, max_size=12))
def test_no_own_figure_is_dropped(rows: list[dict[str, Any]]) -> None:
    """Cells are unique, and together they hold every own figure once, in any order of the rows."""
    found = figures(rows)
    cells = panel(found, reports())
    assert not cells.duplicated(list(KEY)).any()
    assert cells["n_figures"].sum() == (found["scope"] == "own").sum()
    assert (cells["value"].notna() == (cells["state"] == "stated")).all()
    again = panel(found.iloc[::-1], reports())
    pd.testing.assert_frame_equal(cells, again)


@pytest.fixture(scope="module")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of one seed page."""
    out = tmp_path_factory.mktemp("panel") / "out"
    page = sorted((ROOT / "seeds").glob("*.txt"))[2]
    assert main(["build", str(page), "--out", str(out)]) == 0
    return out


def test_command_writes_a_panel(build_folder: Path, tmp_path: Path) -> None:
    """The command writes the same cells as the function, with blanks blank, in both forms."""
    file = tmp_path / "panel.csv"
    assert (
        main(
            [
                "panel",
                str(build_folder),
                "--side",
                "target",
                "--indicator",
                "gdp",
                "--out",
                str(file),
            ]
        )
        == 0
    )
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {r["indicator"] for r in rows} == {"gdp"} and {r["side"] for r in rows} == {"target"}
    assert rows[0]["target_kind"] == "floor" and rows[0]["value_high"] == ""
    assert main(["panel", str(build_folder), "--wide", "--out", str(file)]) == 0
    assert "nan" not in file.read_text("utf-8").lower()
    assert main(["panel", str(build_folder), "--outcomes", "--out", str(file)]) == 0
    assert "report_absent" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["panel", "OUT", "--indicator", "gpd"], "Did you mean 'gdp'?"),
        (["panel", "nowhere"], "run reportlib build"),
        (["sample"], "--judged FILE"),
        (["sample", "--judged", "nowhere.csv"], "nowhere.csv: "),
    ],
)
def test_wrong_calls(
    build_folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """A wrong call ends with status 2 and says what to do instead."""
    assert main([str(build_folder) if a == "OUT" else a for a in arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.slow
def test_real_panel(corpus: Path) -> None:
    """GDP growth targets of 2025 and outcomes for every province with both reports."""
    script = ROOT / "benchmarks" / "province_panel.py"
    done = subprocess.run(
        [sys.executable, str(script), str(corpus / "provinces"), "--all"],
        capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT,
    )  # fmt: skip
    first = done.stdout.splitlines()
    assert "18 provinces with both reports" in first[0]
    rows = [line.split() for line in first[4 : first.index("", 4)]]
    assert len(rows) == 18
    missing = [r[0] for r in rows if r[-1] in ("no_follow_up", "not_comparable")]
    assert len(missing) <= 1, missing
