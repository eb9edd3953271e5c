"""The table of divisions: every row valid, every change in it, every name found again."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.metadata import places
from reportlib.resources import settings, table

LIBRARY = Path(__file__).resolve().parent.parent / "reportlib"
ROWS = table("places", ("code", "name", "level", "first_year", "source"))
YEARS = (1985, 1998, 2005, 2012, 2019, 2024)
with (Path(__file__).parent / "cases" / "places.csv").open(encoding="utf-8", newline="") as handle:
    CASES = list(csv.DictReader(handle))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['name']} {c['year']}")
def test_a_name_has_its_code_of_the_year(case: dict[str, str]) -> None:
    """A name and a year give the code that a reference work gives."""
    found = places.by_name(case["name"], int(case["year"]))
    assert [(p.code, places.path(p, int(case["year"]))) for p in found] == (
        [(case["code"], case["path"])] if case["code"] else []
    )


@given(
    st.lists(
        st.sampled_from([row["name"] for row in ROWS[::40]]) | st.text("省市县州，", max_size=3)
    )
)
def test_names_of_a_line_are_those_of_a_page(pieces: list[str]) -> None:
    """Short texts are read character by character, long ones in columns: both find the same."""
    line = "".join(piece[k % 2 :] for k, piece in enumerate(pieces))[:99]
    assert places.mentions(line) == places.mentions(line + 100 * "。")


def test_rows_are_valid() -> None:
    """Codes, levels, years and parents fit together; periods of a code do not overlap."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in ROWS:
        assert re.fullmatch(r"\d{6}", row["code"]), row
        level = "province" if row["code"].endswith("0000") else "county"
        level = "prefecture" if level == "county" and row["code"].endswith("00") else level
        assert row["level"] == level, row
        first, last = int(row["first_year"]), int(row["last_year"] or 9999)
        assert 1980 <= first <= last, row
        spans.setdefault(row["code"], []).append((first, last))
    for code, periods in spans.items():
        ordered = sorted(periods)
        for (_, last), (first, _) in pairwise(ordered):
            assert last <= first, code
    for row in ROWS:
        above = spans.get(row["parent"], [(0, 0)] if row["parent"] else [(1980, 9999)])
        first, last = int(row["first_year"]), int(row["last_year"] or 9999)
        assert any(a <= last and first <= b for a, b in above), row


def test_as_many_divisions_as_the_yearbooks_count() -> None:
    """31 provinces (of those covered), 333 prefectures and some 2,840 counties today."""
    today = Counter(row["level"] for row in ROWS if not row["last_year"])
    assert today["province"] == 31
    assert today["prefecture"] == 333
    assert 2835 <= today["county"] <= 2850


def test_every_later_change_is_in_the_table() -> None:
    """Each row of place_changes.csv is a beginning or an end in places.csv."""
    for change in table("place_changes", ("code", "name", "change", "year", "source")):
        column = {"begins": "first_year", "ends": "last_year"}[change["change"]]
        key = (change["code"], change["name"], change["year"])
        assert key in {(r["code"], r["name"], r[column]) for r in ROWS}, change


@pytest.mark.parametrize("year", YEARS)
def test_every_full_path_names_its_division(year: int) -> None:
    """省 + 市 + 县 in a title finds the division itself, for every division of the year."""
    known = (p for ps in places._index().by_code.values() for p in ps)
    current = [p for p in known if not any(p.strangeness(year))]
    lost = []
    for place in current:
        found = places.named([f"{places.path(place, year)}{year}年政府工作报告"], year)
        if [p.name for p in found] != [place.name] or place not in found:
            lost.append(places.path(place, year))
    assert len(lost) <= 0.002 * len(current), lost


def test_words_beside_the_names_are_used() -> None:
    """Everyday words are names, aliases lead to names, other words hold a name, groups are met."""
    index = places._index()
    names = [row["name"] for row in ROWS]
    for row in table("place_words", ("word", "kind", "source")):
        word, kind = row["word"], row["kind"]
        if kind == "ordinary":
            assert index.by_name.get(word), word
            assert int(row["noise"]) > 0, word
        elif kind == "alias":
            assert row["name"] in names, word
        elif kind == "other":
            assert any(n in word for n, known in index.by_name.items() if known and n != word), word
        else:
            assert kind == "people", kind
            assert any(word in name and "自治" in name for name in names), word


def test_cue_patterns_compile_and_are_used() -> None:
    """Each pattern of metadata.toml compiles and is asked for by name."""
    source = "".join(p.read_text(encoding="utf-8") for p in (LIBRARY / "metadata").glob("*.py"))
    patterns = [pair for group in settings("metadata").values() for pair in group.items()]
    for name, pattern in patterns:
        re.compile(pattern)
        assert f'"{name}"' in source, name
