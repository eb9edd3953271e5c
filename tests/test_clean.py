"""Lines, noise rules and normalisation: cases as data, and what must hold for any text."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.clean import (
    ZONES,
    cue,
    inline_noise,
    noise_rule,
    normalise,
    one_for_one,
    split_lines,
)
from reportlib.records import Edit
from reportlib.resources import settings, table

CASES = Path(__file__).parent / "cases"
NORMALISE = json.loads((CASES / "clean.json").read_text(encoding="utf-8"))
with (CASES / "clean_noise.csv").open(encoding="utf-8", newline="") as handle:
    NOISE = list(csv.DictReader(handle))

# What pages are made of, with everything that normalisation looks at over-represented.
ALPHABET = '增长经济０５5１2,，.。:：;；()（）"“”%％ \u3000\u00a0\u200b\ue000*#&>?？\n\rabＡ—國發'
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=60) | st.text(max_size=30)


def replayed(text: str, edits: list[Edit]) -> str:
    """``text`` with every edit made."""
    out, at = [], 0
    for e in edits:
        assert text[e.start : e.end] == e.before and e.start >= at
        out += [text[at : e.start], e.after]
        at = e.end
    return "".join(out) + text[at:]


# ---- normalisation -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", NORMALISE, ids=lambda c: c["label"])
def test_normalise(case: dict) -> None:
    """The text comes out as listed, by the rules listed, and the receipt can be replayed."""
    mapped, edits = normalise(case["input"])
    assert mapped.text == case["text"]
    assert sorted({e.rule for e in edits}) == sorted(case["rules"])
    assert replayed(case["input"], edits) == case["text"]


def test_every_kind_of_case_and_every_rule_is_there() -> None:
    """Real, synthetic and negative cases; each rule of normalisation fires in one of them."""
    assert {c["kind"] for c in NORMALISE} == {"real", "synthetic", "negative"}
    rules = {rule for c in NORMALISE for rule in c["rules"]}
    one_for_one_rules = {
        "narrow_width",
        "widen_punctuation",
        "pair_quotes",
        "full_stop",
        "simplify",
    }
    squeezing = {"space", "invisible", "mark_up", "entity", "lost_space", "thousands"}
    assert rules == one_for_one_rules | squeezing


@given(TEXTS)
def test_the_receipt_is_complete(text: str) -> None:
    """Whatever the text, its edits turn it into the normalised text, and the map holds."""
    mapped, edits = normalise(text)
    assert replayed(text, edits) == mapped.text
    at = 0
    for i, char in enumerate(mapped.text):
        start, end = mapped.locate(i, i + 1)
        assert at <= start < end <= len(text)
        assert char == text[start:end] or any(e.start <= start < e.end for e in edits)
        at = end


@given(TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    """A normalised text is its own normal form, unless what parted two marks has gone (* *), or
    what parted a comma from three digits: 1, 200 may be two numbers."""
    once = normalise(text)[0].text
    apart = set("*#>&?") & set(once) or re.search(r"\d，\d{3}(?!\d)", once)
    assert normalise(once)[0].text == once or apart


@given(TEXTS)
def test_width_steps_keep_the_length(text: str) -> None:
    """Narrowing, widening, pairing and simplifying replace one character by one."""
    assert len(one_for_one(text)) == len(text)


def test_curly_quotation_marks_are_kept(seeds: dict[str, str]) -> None:
    """No quotation mark of a page is rewritten away."""
    for text in seeds.values():
        out = normalise(text)[0].text
        for mark in "“”‘’《》":
            assert out.count(mark) >= text.count(mark)


# ---- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\\r\\n", "\\n", "<br>", "<br/>", "\u2028"])
def test_line_ends(end: str) -> None:
    """Real line ends, Unicode's, and those that scrapers leave as text."""
    lines = split_lines(f"各位代表：{end}{end}现在报告工作。{end}")
    assert [x.key for x in lines] == ["各位代表：", "现在报告工作。"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("一、回顾过去 2023年，全市增长5%。", ["一、回顾过去", "2023年，全市增长5%。"]),
        ("让人民放心。二、对新一届政府的建议", ["让人民放心。", "二、对新一届政府的建议"]),
        ("奋力开创新局面！附件", ["奋力开创新局面！", "附件"]),
        ("加以解决。今后五年奋斗目标和总体要求", ["加以解决。", "今后五年奋斗目标和总体要求"]),
        ("推进一、二、三产业融合。", ["推进一、二、三产业融合。"]),
        ("地址 C:\\new\\name", ["地址C：", "\\name"]),
    ],
)
def test_lines_that_hold_two(text: str, keys: list[str]) -> None:
    """A heading on the line of its neighbour is a line of its own."""
    if "\\" in text:
        keys = ["地址C：\\new\\name"]  # a backslash before a word is no line end
    assert [x.key for x in split_lines(text)] == keys


@given(TEXTS)
def test_lines_cover_all_but_blanks(text: str) -> None:
    """Lines come in order, do not overlap, and leave out only blanks, marks and line ends."""
    at, left = 0, []
    for line in split_lines(text):
        assert at <= line.start < line.end and line.key
        left.append(text[at : line.start])
        at = line.end
    left.append(text[at:])
    rest = re.sub(r"&(nbsp|[er][nm]sp)", "", cue("end").sub("", "".join(left)))
    assert not re.search(r"[\w。，“”]", re.sub(r"[\ue000-\uf8ff\W]", "", rest))


# ---- noise rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", NOISE, ids=lambda c: c["line"][:24])
def test_noise_rule(case: dict[str, str]) -> None:
    """A line of a site is known by the rule listed; a line of a report by none."""
    line = case["line"]
    if case["zone"] == "inline":
        assert inline_noise(line, 0, len(line))[1] == case["rule"]
    else:
        assert noise_rule(split_lines(line)[0].key, case["zone"]) == case["rule"]


def test_every_noise_rule_has_a_case_and_is_sound() -> None:
    """Each rule fires in a case, is anchored, names no group, and stands in a known zone."""
    rules = table("noise_rules", ("rule", "zone", "pattern", "source", "source_status"))
    fired = {c["rule"] for c in NOISE}
    for row in rules:
        assert row["rule"] in fired, f"no case for {row['rule']}"
        assert row["zone"] in ZONES and re.compile(row["pattern"]).groups == 0
        assert row["pattern"].startswith("^") or row["zone"] == "inline"
    assert sum(c["kind"] == "negative" for c in NOISE) >= 15


def test_every_pattern_compiles_and_is_used() -> None:
    """structure.toml holds no pattern that the code never names."""
    code = "".join(
        p.read_text(encoding="utf-8")
        for p in (Path(__file__).parent.parent / "reportlib").rglob("*.py")
        if p.parent.name == "structure" or p.name == "clean.py"
    )
    roles = ("title", "delivery", "speaker", "note")  # named with _not added in the code
    for group in settings("structure").values():
        for name, pattern in group.items():
            re.compile(pattern)
            assert f'"{name}"' in code or name.removesuffix("_not") in roles, name


def test_an_unknown_zone_gives_nothing() -> None:
    """A line that is too long for furniture fits no rule."""
    assert noise_rule("来源：" + "长" * 600, "any") == ""
