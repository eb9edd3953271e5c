"""Sheets to judge, their precision, marked sentences, and the score against the gold."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_compare_panel import figures, table

from reportlib.cli import main
from reportlib.compare import evidence, judged, match, naive_baseline, sample, scores, wilson
from reportlib.records import ReportlibError

MANY = figures(
    [
        {
            "quote": f"{k}%",
            "value": k,
            "measure": "growth" if k % 4 else "level",
            "sentence_id": f"s{k}",
        }
        for k in range(80)
    ]
)


@settings(max_examples=15)
@given(st.integers(1, 100), st.integers(0, 5))
def test_a_sheet_is_fair_and_repeatable(n: int, seed: int) -> None:
    """As many rows as asked, none twice, strata in proportion, the same for the same seed."""
    sheet = sample({"indicators": MANY}, n, seed)
    assert len(sheet) == min(n, 80) and not sheet.duplicated(["doc", "start"]).any()
    pd.testing.assert_frame_equal(sheet, sample({"indicators": MANY}, n, seed))
    share = (sheet["stratum"] == "level actual").sum()
    assert abs(share - len(sheet) / 4) <= 1
    assert (sheet["right"] == "").all()


def test_another_seed_another_sheet() -> None:
    """The draw is random in the seed, and every row can be drawn."""
    drawn = [set(sample({"indicators": MANY}, 20, seed)["start"]) for seed in range(30)]
    assert drawn[0] != drawn[1]
    assert len(set().union(*drawn)) == 80


def test_judged_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers in three languages count, blanks do not, and the command prints the precision."""
    sheet = sample({"indicators": MANY}, 8, 0)
    sheet["right"] = ["1", "对", "yes", "0", "错", "", "1", "1"]
    got = judged(sheet).set_index("stratum")
    assert got.loc["all", ["n", "right", "blank"]].tolist() == [7, 5, 1]
    assert got.loc["all", "precision"] == pytest.approx(5 / 7)
    assert got.loc["all", "low"] < 5 / 7 < got.loc["all", "high"]
    file = tmp_path / "sheet.csv"
    sheet.to_csv(file, index=False, encoding="utf-8-sig")
    assert main(["sample", "--judged", str(file)]) == 0
    assert "0.714" in capsys.readouterr().out
    sheet.loc[2, "right"] = "maybe"
    with pytest.raises(ReportlibError, match="line 4 of the sheet: right is 'maybe'"):
        judged(sheet)
    with pytest.raises(ReportlibError, match="no column 'right'"):
        judged(sheet.drop(columns="right"))


@pytest.mark.parametrize(("encoding", "mark"), [("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")])
def test_a_sheet_as_spreadsheets_save_it(encoding: str, mark: str, tmp_path: Path) -> None:
    """Excel saves CSV in the encoding of the system, with the separator of the country."""
    sheet = sample({"indicators": MANY}, 8, 0).assign(right=["1"] * 6 + ["0", ""], comment="好句")
    sheet.to_csv(tmp_path / "sheet.csv", index=False, encoding=encoding, sep=mark)
    pd.testing.assert_frame_equal(judged(tmp_path / "sheet.csv"), judged(sheet))


def test_what_is_no_sheet_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, no traceback."""
    (tmp_path / "sheet.csv").write_bytes(bytes(range(256)) * 9)
    for path in (tmp_path / "sheet.csv", tmp_path):
        assert main(["sample", "--judged", str(path)]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_an_empty_table_gives_an_empty_sheet() -> None:
    """Nothing to judge is no error, and its precision is unknown, not zero."""
    sheet = sample({"indicators": figures([])}, 10)
    assert sheet.empty
    assert judged(sheet)["precision"].isna().all()


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share(pair: tuple[int, int]) -> None:
    """The interval lies in 0 to 1 and holds the share."""
    share, low, high = wilson(*pair)
    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1


@settings(max_examples=25)
@given(st.text("<&>\"'5%增长，", min_size=1, max_size=20), st.data())
def test_marked_sentences_are_escaped(text: str, data: st.DataObject) -> None:
    """Untrusted text cannot become markup: without our own tags the sentence is there unchanged."""
    first = data.draw(st.integers(0, len(text) - 1))
    rows = figures(
        [
            {
                "quote": text[first:],
                "value": 5,
                "start": 100 + first,
                "end": 100 + len(text),
                "sentence": text,
            }
        ]
    )
    where = table(
        "sentences", [{"sentence_id": "s1", "start": 100, "end": 100 + len(text), "text": text}]
    )
    html = evidence(rows, where)
    assert html.startswith('<div class="reportlib-evidence">')  # what the appendix lets through
    assert unescape(re.sub("</?(?:div|ol|li|small|mark|br)[^<>]*>", "", html)).endswith(text)
    assert f"<mark>{text[first:]}</mark>" == unescape(re.search("<mark>.*</mark>", html)[0])  # type: ignore[index]


def gold(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return figures(rows).astype("object").where(lambda t: t.notna(), "").astype("str")


def test_gold_against_itself_is_perfect() -> None:
    """Every figure is right and nothing is left over."""
    got = scores(match(MANY, gold(MANY.to_dict("records"))))
    assert got["detection F1"] == got["record F1"] == 1
    assert got["gold figures"] == 80


def test_each_kind_of_fault_counts_once() -> None:
    """A wrong field, a missed figure, an extra one, another's figure, a disputed one."""
    true = gold(
        [
            {"quote": "5%", "value": 5},
            {"quote": "6%左右", "value": 6, "bound": "approx"},
            {"quote": "7%", "value": 7},
            {"quote": "8%", "value": 8, "scope": "other", "indicator": "cpi"},
            {"quote": "9%", "value": 9, "scope": "disputed"},
        ]
    )
    found = figures(
        [
            {"quote": "5%", "value": 5},
            {"quote": "6%", "value": 6, "start": 10, "end": 12},
            {"quote": "3%", "value": 3, "start": 200, "end": 202},
            {"quote": "8%", "value": 8, "start": 30, "end": 32},
            {"quote": "9%", "value": 9, "start": 40, "end": 42},
            {"quote": "1%", "value": 1, "doc": "no gold for this page.txt"},
        ]
    )
    pairs = match(found, true)
    assert sorted(pairs["result"]) == ["extra", "extra", "fooled", "missed", "right", "wrong"]
    assert pairs.set_index("result").loc["wrong", "fields"] == "bound"
    got = scores(pairs)
    assert (got["gold figures"], got["figures found"], got["distractors taken"]) == (3, 4, 1)
    assert got["detection recall"] == pytest.approx(2 / 3) and got["record precision"] == 0.25


def test_no_figures_no_score() -> None:
    """Without gold and without figures the score is unknown."""
    assert scores(match(figures([]), gold([])))[["detection F1", "record recall"]].isna().all()


def test_the_naive_way_mixes_up_a_list() -> None:
    """It gives both numbers of 分别 to the last name, which is why the ledger exists."""
    text = (
        "城镇居民人均可支配收入和农村居民人均可支配收入分别增长5%和7%。2024年地区生产总值800亿元。"
    )
    got = naive_baseline(text, "x")
    assert got["indicator"].tolist() == ["rural_income", "rural_income", "gdp"]
    assert got["quote"].tolist() == [
        text[a:b] for a, b in zip(got["start"], got["end"], strict=True)
    ]
    assert got["period"].tolist() == ["", "", "2024"]


def test_the_naive_way_takes_linear_time() -> None:
    """Twice the text, twice the rows, also in one sentence without a full stop."""
    one = "地区生产总值增长5%，"
    assert 2 * len(naive_baseline(one * 500)) == len(naive_baseline(one * 1000)) == 1000
