"""A build of the seed pages against the machine-read gold: floors that only rise."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from gold_score import GOLD, ROOT, read_gold, read_rows, same, score

from reportlib.build.run import build_tables

FLOORS = tomllib.loads((GOLD / "floors.toml").read_text(encoding="utf-8"))
TABLES = ("spans", "reports", "sections", "indicators", "quantities", "sentence_codes")
MEASURES = [(t, m) for t, floors in FLOORS.items() if t != "sha256" for m in floors]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The tables of a build of seeds/, as rows of strings."""
    out = tmp_path_factory.mktemp("gold") / "tables"
    build_tables([ROOT / "seeds"], out)
    return {name: read_rows(out / f"{name}.csv") for name in TABLES}


@pytest.fixture(scope="module")
def measured(built: Mapping[str, list[dict[str, str]]], seeds: dict[str, str]) -> dict:
    """Every measure of that build."""
    return score(built, read_gold(), seeds)


def test_the_gold_is_the_one_the_floors_were_measured_on() -> None:
    """The hash in floors.toml is that of the gold tables, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(GOLD.rglob("*.csv"), key=lambda p: p.relative_to(GOLD).as_posix()):
        digest.update(path.read_bytes())
    assert digest.hexdigest() == FLOORS["sha256"]


@pytest.mark.parametrize(("table", "measure"), MEASURES)
def test_floor(measured: dict, table: str, measure: str) -> None:
    """No measure is below its floor, and none so far above that the floor says nothing."""
    value, floor = measured[table][measure], FLOORS[table][measure]
    assert value >= floor, f"{table} {measure} fell to {value:.4f}, below {floor}"
    assert value < floor + 0.03, f"{table} {measure} is {value:.4f}: raise its floor of {floor}"


def test_every_measure_has_a_floor(measured: dict) -> None:
    """A new measure comes with a floor."""
    assert {(t, m) for t, values in measured.items() for m in values} == set(MEASURES)


def test_the_gold_agrees_with_itself(seeds: dict[str, str]) -> None:
    """The gold tables, given to the scorer as if built, reach 1.0; an empty build reaches 0."""
    gold = read_gold()
    as_built = {name: [dict(r) for r in gold.get(name, gold["coding"])] for name in TABLES}
    for r in as_built["spans"]:
        r["report_id"] = r["report"]
    for r in as_built["reports"]:
        r["report_id"] = r["report"]
    for r in as_built["sentence_codes"]:  # the main theme stands first
        r["themes"] = ";".join(dict.fromkeys([r["main_theme"], *r["themes"].split(";")])).strip(";")
    for values in score(as_built, gold, seeds).values():
        assert set(values.values()) == {1.0}, values
    nothing = score({name: [] for name in TABLES}, gold, seeds)
    assert nothing["spans"]["characters_right"] == nothing["sections"]["characters_right"] == 0
    assert nothing["reports"]["fields_right"] == nothing["indicators"]["detection"] == 0


@pytest.mark.parametrize(
    ("name", "a", "b", "equal"),
    [
        ("value", "6", "6.0", True),
        ("value", "", "0", False),
        ("unit", "万元", "万", True),
        ("unit", "个百分点", "百分点", True),
        ("unit", "%", "百分点", False),
        ("masked", "True", "1", True),
        ("period", "2016–2020", "2016-2020", True),
        ("speaker", "韦韬", "韦 韬", False),
    ],
)
def test_same_cell(name: str, a: str, b: str, equal: bool) -> None:
    """Spellings of one value are one value; a blank is not zero."""
    assert same(name, a, b) is equal


def test_gold_quotes_stand_in_the_pages(seeds: dict[str, str]) -> None:
    """Every quotation of the gold is the page's text at its offsets."""
    gold = read_gold()
    for row in (*gold["indicators"], *gold["quantities"]):
        assert seeds[row["doc"]][int(row["start"]) : int(row["end"])] == row["quote"]


def test_gold_lives_in_the_repository() -> None:
    """The scorer reads nothing outside the checkout."""
    assert Path(GOLD).is_relative_to(ROOT)
