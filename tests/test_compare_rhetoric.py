"""Reuse, profiles and measured reliability: small tables whose answers can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reportlib
from reportlib import compare, plots
from reportlib.compare.accuracy import reliability
from reportlib.compare.profile import LEVELS, profile
from reportlib.compare.reuse import AGAINST, aligned, reuse, shingles
from reportlib.records import ReportlibError
from reportlib.resources import table
from reportlib.rhetoric import DEVICES, cards

ROOT = Path(__file__).resolve().parent.parent
TEN = "加快建设现代产业体系"  # ten characters
REPORTS = (  # report_id, province, prefecture, county, level, plan_year
    ("n23", "", "", "", "national", "2023"),
    ("p22", "甲省", "", "", "province", "2022"),
    ("p23", "甲省", "", "", "province", "2023"),
    ("c23", "甲省", "乙市", "丙区", "county", "2023"),
    ("x", "", "", "", "county", "2023"),
)


def tables(texts: dict[str, list[str]], fixed: str = "") -> dict[str, pd.DataFrame]:
    """Tables of reports with these sentences; ``fixed`` is a formula wherever it stands."""
    sentences, hits = [], []
    for report_id, lines in texts.items():
        at = 0
        for k, line in enumerate(lines):
            cells = (f"{report_id}:{k}", report_id, report_id, "plan", at, at + len(line), line)
            sentences.append(cells)
            if fixed and fixed in line:
                start = at + line.index(fixed)
                hits.append((report_id, start, start + len(fixed), "formula"))
            at += len(line) + 1
    facts = [(r, r, *cells, 100) for r, *cells in REPORTS if r in texts]
    places = ["province", "prefecture", "county"]
    about = [(r, "all", "industry", 3) for r in texts] + [(r, "all", "rural", 1) for r in texts]
    columns = ["sentence_id", "doc", "report_id", "section", "start", "end", "text"]
    names = ["report_id", "doc", *places, "level", "plan_year", "n_chars"]
    return {
        "pages": pd.DataFrame({"doc": list(texts), "duplicate_of": ""}, dtype="str"),
        "reports": pd.DataFrame(facts, columns=names),
        "sentences": pd.DataFrame(sentences, columns=columns),
        "rhetoric_hits": pd.DataFrame(hits, columns=["doc", "start", "end", "measure"]),
        "themes": pd.DataFrame(about, columns=["report_id", "section", "theme", "n_sentences"]),
    }


OWN = ["持续办好民生实事让群众满意。", "优化营商环境服务企业发展。"]
SMALL = {
    "n23": [f"{TEN}。", "全国的事情另有安排不必细说。"],
    "p22": [f"我们要{TEN}，扩大内需。"],
    "p23": [f"今年要{TEN}，稳定外贸。", "甲省独有的一句话在这里出现。"],
    "c23": [*OWN, "甲省独有的一句话,在这里出现!"],
    "x": ["此处无人提及之事共十余字也。"],
}


def row(found: pd.DataFrame, report_id: str) -> pd.Series:
    return found.set_index("report_id").loc[report_id]


# ---- reuse ---------------------------------------------------------------------------------------


def test_a_share_counted_by_hand() -> None:
    """Of the 17 characters that count in p23's first sentence and 13 of its second, 10 are old."""
    found = row(reuse(tables(SMALL), "previous"), "p23")
    assert found["other"] == "p22" and found["years"] == 1
    shared = len("要" + TEN)  # 我们要… and 今年要… have the 要 in common too
    assert found["n_chars"] == len("今年要稳定外贸") + len(TEN) + 13
    assert found["wording"] == pytest.approx(shared / found["n_chars"])
    assert found["topics"] == pytest.approx(1)


def test_whom_a_report_is_held_against() -> None:
    """The year before, the nearest government above, the closest, any; blanks say why."""
    given = tables(SMALL)
    previous, parent = reuse(given, "previous"), reuse(given, "parent")
    assert row(previous, "c23")["reason"] == "no_previous"
    assert row(previous, "x")["reason"] == "place_unknown"
    assert row(parent, "c23")["other"] == "p23", "no prefecture here: the province is next above"
    assert row(parent, "p23")["other"] == "n23" and row(parent, "n23")["reason"] == "no_parent"
    assert row(reuse(given, "closest"), "c23")["other"] == "p23"
    assert row(reuse(given, "closest"), "x")["reason"] == "no_other"
    assert row(reuse(given, "any"), "x")["wording"] == 0, "measured, and nothing is shared"
    for found in (reuse(given, against) for against in AGAINST):
        assert list(found["report_id"]) == list(given["reports"]["report_id"])
        assert (found["wording"].isna() == (found["reason"] != "")).all()


def test_punctuation_and_line_breaks_do_not_matter() -> None:
    """The county prints the province's sentence with half-width marks: all of it is shared."""
    pairs = aligned(tables(SMALL), "c23", "p23")
    last = pairs.iloc[-1]
    assert last["overlap"] == 1 and last["other_text"] == SMALL["p23"][1]
    assert (pairs["overlap"].iloc[:2] == 0).all() and pairs["other_text"].iloc[:2].isna().all()


def test_formulae_are_left_out_of_the_plain_share() -> None:
    """A shared formula counts with the rest, and not in the plain share or its base."""
    found = row(reuse(tables(SMALL, TEN), "previous"), "p23")
    assert found["wording"] > 0.3 and found["wording_plain"] == 0


def test_short_sentences_have_no_overlap_to_measure() -> None:
    """Fewer characters than a shingle: NaN, not 0."""
    given = tables({"p22": ["稳中求进。"], "p23": ["稳中求进。"]})
    assert aligned(given, "p23", "p22")["overlap"].isna().all()


def test_copies_are_nobodys_source() -> None:
    """Of two pages with the report of one place and year the longer counts."""
    given = tables(SMALL)
    again = given["reports"].query("report_id == 'p23'").assign(report_id="q", doc="q", n_chars=50)
    given["reports"] = pd.concat([given["reports"], again], ignore_index=True)
    assert "q" not in set(reuse(given, "any")["report_id"])


def test_wrong_calls_are_answered() -> None:
    """An unknown comparison, report or length of a shingle is refused with what is known."""
    given = tables(SMALL)
    with pytest.raises(ReportlibError, match="previous"):
        reuse(given, "previuos")
    with pytest.raises(ReportlibError, match="unknown report 'zz'"):
        aligned(given, "zz", "p22")
    with pytest.raises(ReportlibError, match="4 to 40"):
        shingles(given, 2)
    with pytest.raises(ReportlibError, match="none of the pages"):
        shingles(tables({}))


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([*"稳进发展，。A1《 "]), max_size=40).map("".join),
    st.lists(st.sampled_from([*"稳进发展，。A1《 "]), max_size=40).map("".join),
)
def test_shared_characters_by_definition(a: str, b: str) -> None:
    """The index finds what comparing every run of four characters with every other finds."""
    given = tables({"p22": [a, "甲乙丙丁戊"], "p23": [b, "子丑寅卯辰"]})
    found = row(reuse(given, "previous", 4), "p23")
    mine, theirs = ("".join(c for c in text if c.isalnum()) for text in (b, a))
    want = np.zeros(len(mine) + len("子丑寅卯辰"), bool)
    for k in range(len(mine) - 3):
        want[k : k + 4] |= mine[k : k + 4] in theirs
    assert found["n_chars"] == len(want) and found["wording"] == pytest.approx(want.mean())


# ---- profile -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder() -> reportlib.Corpus:
    return reportlib.load(ROOT / "seeds")


def measured(values: list[float]) -> dict[str, pd.DataFrame]:
    ids = [f"r{k}" for k in range(len(values))]
    facts = {"report_id": ids, "level": "county", "completeness": "complete"}
    cells = {"report_id": ids, "section": "all", "measure": "commitment", "value": values}
    rest = {"unit": "u", "low": np.nan, "high": np.nan, "reason": ""}
    return {"reports": pd.DataFrame(facts), "rhetoric": pd.DataFrame(cells | rest)}


def test_position_in_a_folder() -> None:
    """Of five values the middle one stands at 50, equal ones at the same rank."""
    found = profile(measured([1, 2, 3, 4, 4]), ["commitment"])
    assert found["percentile"].tolist() == [10, 30, 50, 80, 80]
    assert (found[["n", "median"]] == [5, 3]).all(axis=None)


def test_too_few_reports_have_no_position() -> None:
    """Four reports are no reference: NaN with the reason."""
    found = profile(measured([1, 2, 3, 4]), ["commitment"])
    assert found["percentile"].isna().all() and set(found["reason"]) == {"few_reports"}


def test_position_in_the_shipped_table() -> None:
    """At the median 50, halfway to the quartile between, beyond the outer marks 5 and 95."""
    marks = next(
        [float(r[m]) for m in LEVELS]
        for r in table("rhetoric_reference")
        if (r["measure"], r["level"], r["section"]) == ("commitment", "county", "all")
    )
    between = (marks[2] + marks[3]) / 2
    found = profile(measured([0, marks[2], between, 99]), ["commitment"], reference="shipped")
    assert found["percentile"].tolist() == pytest.approx([5, 50, 62.5, 95])


def test_a_part_of_a_report_is_no_whole(folder: reportlib.Corpus) -> None:
    """Reports without a plan get no place among whole reports, but their review does."""
    whole = profile(folder, ["commitment"], reference="shipped").set_index("report_id")
    complete = folder["reports"].set_index("report_id")["completeness"] == "complete"
    assert (whole["percentile"].notna() == complete).all() and complete.sum() == 2
    assert set(whole["reason"][~complete]) == {"incomplete"}
    review = profile(folder, ["commitment"], "review", "shipped")
    assert review["percentile"].between(5, 95).sum() == 5 and (review["n"] > 40).all()


def test_unknown_names_of_a_profile(folder: reportlib.Corpus) -> None:
    """An unknown measure, section or reference is refused with the nearest known one."""
    for wrong in ({"measures": ["comitment"]}, {"section": "plann"}, {"reference": "folders"}):
        with pytest.raises(ReportlibError, match="Did you mean"):
            profile(folder, **wrong)


def test_the_shipped_reference_is_whole() -> None:
    """Every row is of a known card, its marks rise, and it says of how many reports and years."""
    rows = table("rhetoric_reference", ("measure", "level", "section", "n", *LEVELS, "script"))
    keys = {(r["measure"], r["level"], r["section"]) for r in rows}
    assert len(keys) == len(rows) and {k[0] for k in keys} == set(cards())
    assert {k[1] for k in keys} == {"all", "national", "province", "prefecture", "county"}
    for r in rows:
        marks = [float(r[m]) for m in LEVELS]
        assert marks == sorted(marks) and int(r["n"]) >= 10
        assert 1954 <= int(r["first_year"]) <= int(r["last_year"]) <= 2026


# ---- reliability ---------------------------------------------------------------------------------


def test_reliability_counted_by_hand() -> None:
    """A hit, a miss, one too many; a disputed code counts for nobody; overlap decides."""
    gold = pd.DataFrame(
        {
            "doc": ["a", "a", "b"],
            "start": [0, 10, 0],
            "end": [10, 20, 9],
            "orientation": ["past", "plan", "past"],
            "devices": ["war;hedge", "", "war"],
            "devices_disputed": ["", "body", ""],
        }
    )
    codes = pd.DataFrame(
        {
            "doc": "a",
            "start": [0, 11],
            "end": [10, 20],
            "orientation": ["past", "stance"],
            "devices": ["war;quotation", "body"],
        }
    )
    found = reliability(codes, gold).set_index("code")
    assert found.loc["war", ["n", "found", "right"]].tolist() == [1, 1, 1]
    assert found.loc["hedge", "recall"] == 0 and found.loc["quotation", "precision"] == 0
    assert found.loc["all", ["n", "found", "right"]].tolist() == [2, 2, 1]
    assert found.loc["orientation", ["n", "right"]].tolist() == [2, 1]
    assert np.isnan(found.loc["body", "f1"])


def test_reliability_on_the_seeds(folder: reportlib.Corpus) -> None:
    """The measured reliability stays where it is: devices and orientation against the gold."""
    gold = pd.read_csv(ROOT / "tests" / "gold" / "coding.csv", encoding="utf-8")
    found = reliability(folder["sentence_codes"], gold).set_index("code")
    assert set(found.index) == {*DEVICES, "all", "orientation"}
    assert found.loc["all", "f1"] >= 0.92 and found.loc["orientation", "recall"] >= 0.97
    assert found.loc["all", "n"] > 100


# ---- figures -------------------------------------------------------------------------------------


def test_figures_show_the_table(folder: reportlib.Corpus) -> None:
    """A mark a value, a tick a hit, a bar a word; no character without a glyph."""
    found = profile(folder, ["commitment", "war"], "review", "shipped")
    axes = plots.profile_strip(found)
    drawn = sum(len(line.get_xdata()) for line in axes.lines[1:])
    assert drawn == found["percentile"].notna().sum() > 8
    hits = folder["rhetoric_hits"]
    first = hits["report_id"].iloc[0]
    mine = hits[(hits["report_id"] == first) & hits["measure"].isin(["war", "body"])]
    parts = folder["sections"][folder["sections"]["report_id"] == first]
    axes = plots.where_in_text(mine, parts)
    assert sum(len(c.get_segments()) for c in axes.collections) == len(mine)
    words = [hits[hits["measure"] == m]["text"].value_counts() for m in ("commitment", "hedge")]
    axes = plots.opposed_words(words, ("left", "right"))
    assert len(axes.patches) == sum(map(len, words))
    axes.figure.canvas.draw()  # a character without a glyph is a warning


def test_public_names() -> None:
    """What notebooks call is there under the short name."""
    assert compare.reuse is reuse or callable(compare.reuse)
    assert {"aligned", "profile", "reliability", "reuse", "shingles"} <= set(compare.__all__)
