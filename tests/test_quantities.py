"""Every numeral of a text is found, typed and quoted; fixed words are left alone."""

from __future__ import annotations

import csv
import re
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reportlib.quantities import find_all, find_quantities, to_number
from reportlib.quantities.find import _Scan, measured
from reportlib.quantities.numerals import HAN_NUMERALS
from reportlib.quantities.vocabulary import patterns, units
from reportlib.records import Quantity
from reportlib.resources import table

HERE = Path(__file__).parent
GOLD = HERE / "gold" / "seeds" / "quantities.csv"
FLOORS = {"found": 0.99, "kind": 0.99, "value": 0.99, "extra": 0}
KINDS = set(
    "money percent points multiple count physical date duration ordinal rank list_number formula "
    "identifier plan_number fraction".split()
)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def printed(value: float | str | None) -> str:
    """A value as the tables of cases write it."""
    return "" if value is None else value if isinstance(value, str) else f"{value:.10g}"


def described(q: Quantity) -> str:
    """A quantity as the tables of cases write it."""
    return "|".join((q.quote, q.kind, printed(q.value), printed(q.value_high), q.unit, q.bound))


@pytest.mark.parametrize(
    "case", rows(HERE / "cases" / "quantities.csv"), ids=lambda case: case["label"]
)
def test_cases(case: dict[str, str]) -> None:
    """The table of cases: real, synthetic, and negative (looks like a number and is none)."""
    assert "; ".join(map(described, find_quantities(case["text"]))) == case["expected"]


def test_cases_name_all_kinds() -> None:
    """Each kind has a case, and each case says what sort of case it is."""
    cases = rows(HERE / "cases" / "quantities.csv")
    quoted = {part.split("|")[1] for c in cases for part in c["expected"].split("; ") if part}
    assert quoted == KINDS
    assert {c["kind"] for c in cases} == {"real", "synthetic", "negative"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("零", 0), ("〇", 0), ("十", 10), ("廿三", 23), ("卅", 30), ("一百零五", 105),
        ("一百五", 150), ("二千零八", 2008), ("三万五千", 35000), ("两万五", 25000), ("两千", 2000),
        ("一亿二千万", 1.2e8), ("一万二千亿", 1.2e12), ("十万亿", 1e13), ("二〇二六", 2026),
        ("一九八○", 1980), ("1.5亿", 1.5e8), ("3千万", 3e7), ("2亿3000万", 2.3e8), ("万亿", 1e12),
        ("零点零八", 0.08), ("三十六点九", 36.9), ("一点五亿", 1.5e8), ("一百零八万六", 1086000),
        ("1,234.5", 1234.5), ("1·5", 1.5),
    ],
)  # fmt: skip
def test_to_number(text: str, number: float) -> None:
    """Chinese, Arabic and mixed numerals, nested magnitudes, and digit by digit."""
    assert to_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "三个", "abc", "-5", ","])
def test_to_number_refuses(text: str) -> None:
    """Anything that is not all numeral is refused, not guessed."""
    with pytest.raises(ValueError):
        to_number(text)


def test_every_unit_is_read() -> None:
    """A number with the unit is a quantity of the unit's kind, in the base unit."""
    for row in table("units"):
        got = [
            (q.kind, q.unit, q.base_unit, q.value_base)
            for q in find_quantities(f"共计40{row['unit']}，")
        ]
        base = 2.0**40 if row["unit"] == "番" else pytest.approx(40 * float(row["factor"]))
        assert got == [(row["kind"], row["unit"], row["base_unit"], base)], row


def test_every_classifier_is_read() -> None:
    """A number with the classifier keeps it as its unit, after the number and after 第."""
    for row in table("classifiers"):
        name = row["classifier"]
        for text in (f"共计6{name}，", f"共计第六{name}，"):
            (found,) = find_quantities(text)
            assert found.quote.endswith(name), row
            assert found.unit == name or found.kind == "identifier" or name in ("强", "佳"), row


def test_every_fixed_word_is_left_whole() -> None:
    """A fixed word gives no row, or one row of the kind its table says."""
    for row in table("number_words"):
        found = find_quantities(f"做好{row['word']}，")
        if row["kind"] == "none":
            assert found == [], row
        elif row["kind"] != "number":
            assert [q.kind for q in found] == [row["kind"]], row
            assert row["word"].strip("“”") in found[0].quote, row


def test_patterns_are_used() -> None:
    """No pattern of the data file lies about unread."""
    folder = Path(sys.modules["reportlib.quantities"].__path__[0])
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    used = set(re.findall(r"(?:shapes|patterns\(\))\.(\w+)", code))
    assert set(vars(patterns())) <= used


BEFORE = (
    "超过 突破 突破了 超过了 不低于 不少于 不小于 至少 高于 大于 多于 超出 跃上 迈过 跨越 高达 "
    "不下 逾 超 不超过 不高于 不多于 不大于 未超过 低于 少于 小于 不足 不到 至多 最多 控制在 "
    "控制到 大约 接近 将近 大致 约 近"
).split()


@pytest.mark.parametrize("word", BEFORE)
def test_bound_words_before_a_number(word: str) -> None:
    """Each bound word is part of the quotation; its last character is one that is looked for."""
    (found,) = find_quantities(f"规模{word}5亿元，")
    assert found.quote == f"{word}5亿元"


AFTER = "以上 及以上 之上 余 以内 之内 以下 及以下 之下 左右 上下".split()


@pytest.mark.parametrize("word", AFTER)
def test_bound_words_after_a_number(word: str) -> None:
    """Each bound word is part of the quotation; its first character is one that is looked for."""
    (found,) = find_quantities(f"规模5公里{word}，")
    assert found.quote == f"5公里{word}"


def test_gold(seeds: dict[str, str]) -> None:
    """Two stretches of the seeds, typed by hand; the floors only rise."""
    if not GOLD.is_file():
        pytest.skip("the gold table of quantities is not here")
    gold, found, kind, value, extra = rows(GOLD), 0, 0, 0, 0
    for doc in {g["doc"] for g in gold}:
        mine = [g for g in gold if g["doc"] == doc]
        low, top = int(mine[0]["start"]), max(int(g["end"]) for g in mine)
        got = [q for q in find_quantities(seeds[doc]) if low <= q.first < top]
        used = set()
        for g in mine:
            over = [q for q in got if q.first < int(g["end"]) and q.last > int(g["start"])]
            used.update(id(q) for q in over)
            found += bool(over)
            kind += any(q.kind == g["kind"] for q in over)
            value += any(
                (printed(q.value), printed(q.value_high), q.unit)
                == (g["value"], g["value_high"], g["unit"])
                for q in over
            )
        extra += sum(id(q) not in used for q in got)
    assert found / len(gold) >= FLOORS["found"]
    assert kind / len(gold) >= FLOORS["kind"]
    assert value / len(gold) >= FLOORS["value"]
    assert extra <= FLOORS["extra"]


SIGNS = "元个%年月日号米届期级强成分第翻番倍半多余几数XN，。、；“”（）-—～.,:/+×*"
PHRASES = "百分之 个百分点 超过 以上 不低于 左右 分别 控制在 亿元 公里 十四五 一带一路".split()
PIECES = st.sampled_from([*HAN_NUMERALS, *"0123456789", *SIGNS, *PHRASES])


@given(st.lists(PIECES, max_size=40).map("".join))
@example("1.1.1.1.1.1亿元")
@example("第第一一、、1:1:1/1/1")
@example("99年99月99日0/0分之零")
@example("第1,234位第1·5亿")
def test_rows_quote_the_text_in_order(text: str) -> None:
    """Whatever the text: quotes are the text's own, in order, without overlap, kinds are known."""
    last = 0
    for q in find_quantities(text):
        assert last <= q.first <= q.number < q.stop <= q.last
        assert text[q.first : q.last] == q.quote
        assert q.kind in KINDS
        assert q.bound in ("eq", "min", "max", "approx", "range")
        last = q.last


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=6))
def test_texts_are_read_apart(texts: list[str]) -> None:
    """Texts read in one pass give what each gives alone, whatever stands at their edges."""
    assert find_all(texts) == [find_quantities(text) for text in texts]


def test_absurd_numbers_do_no_harm() -> None:
    """A number too large for a float has no value, but keeps its row and its quotation."""
    (found,) = find_quantities("9" * 4000 + "亿元")
    assert found.value is None
    assert found.kind == "money"
    (found,) = find_quantities("亿" * 400 + "元")
    assert found.unit.endswith("元")


LOOPS = "增长5%， 一 1. 1: 1,234, 第一 A- +1 “四” 3- 几十 X * 、八 亿 一年一 百分之一 一至".split()


@pytest.mark.parametrize("piece", LOOPS)
def test_time_grows_with_length(piece: str) -> None:
    """Twice the text takes about twice the calls, also without any full stop."""

    def steps(text: str) -> int:
        count = 0

        def seen(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(seen)
        try:
            find_quantities(text)
        finally:
            sys.setprofile(None)
        return count

    size = 3_000 // len(piece)
    assert steps(piece * 2 * size) < 2.3 * steps(piece * size) + 200


def test_numerals_that_are_read_at_once_are_read_well() -> None:
    """What is said of a number and its unit alone is what is said of them where they stand."""
    numbers = "2 12 31 500 3.5 20万 60余 二 两 七 五 十五 三百 万 第3 第二".split()
    for unit, number in product(units().values(), numbers):
        scan = _Scan([f"共{number}{unit.name}，"])
        m = scan.shapes.start.match(scan.text, 2)
        if m and m["unit"] and (known := measured(m[0], m["unit"])):
            scan.read(2)
            assert scan.found == [(2, m.end(), known)], m[0]
