"""Figures find their indicator, time and scope; the catalogue and its word lists are sound."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.build.analyse import analyse
from reportlib.clean import normalise
from reportlib.indicators import Observation, catalogue, classify_target, coverage, observe
from reportlib.indicators.forms import find_mentions, forms, read_form
from reportlib.indicators.targets import find_phrases
from reportlib.indicators.vocabulary import CLASSES, read_gap, words
from reportlib.records import DataError, Metadata, Page, Part, Report, ReportlibError, Sentence
from reportlib.resources import table
from reportlib.structure.body import split_sentences

HERE = Path(__file__).parent
GOLD = HERE / "gold" / "seeds" / "indicators.csv"
PLACES = {
    "national": {},
    "province": {"province": "安徽省", "adcode": "340000"},
    "prefecture": {"province": "四川省", "prefecture": "达州市", "adcode": "511700"},
    "county": {
        "province": "安徽省",
        "prefecture": "六安市",
        "county": "金安区",
        "adcode": "341502",
    },
}
FIELDS = ("value", "value_high", "unit", "bound", "status", "period", "masked")
FLOORS = {"detection": 0.99, "record": 0.99}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def report_of(
    text: str,
    level: str = "province",
    section: str = "review",
    review: str = "2024",
    heading: str = "",
) -> Report:
    """A report of one section; ``heading`` stands on a line above ``text``."""
    mapped, _ = normalise(f"{heading}\n{text}" if heading else text)
    sentences: list[Sentence] = []
    at = chain = 0
    for k, line in enumerate(mapped.text.split("\n")):
        titled = bool(heading) and k == 0
        for piece in [line] if titled else split_sentences(line):
            start, end = mapped.locate(at, at + len(piece))
            role = "heading" if titled else "text"
            place = (start, end, piece, at, k, chain, heading)
            sentences.append(Sentence(f"s{len(sentences)}", section, role, *place))
            chain += titled or not piece.endswith("；")
            at += len(piece)
        at += 1
    years = {"review_year": review, "plan_year": str(int(review) + 1) if review else ""}
    metadata = Metadata(level=level, **PLACES[level], **years)
    part = Part(section, 0, len(text))
    return Report("r", "d", mapped, metadata, (part,), (), tuple(sentences))


def described(o: Observation, page: str) -> str:
    """An observation as the table of cases writes it."""
    value = "" if o.value is None else f"{o.value:.10g}"
    high = "" if o.value_high is None else f"..{o.value_high:.10g}"
    what = f"{o.indicator} {o.measure} {value}{high} {o.unit} {o.bound}"
    return f"{page[o.start : o.end]}={what} {o.status} {o.period or '-'} {o.scope}"


@pytest.mark.parametrize("case", rows(HERE / "cases" / "indicators.csv"), ids=lambda c: c["label"])
def test_cases(case: dict[str, str]) -> None:
    text = f"{case['heading']}\n{case['text']}" if case["heading"] else case["text"]
    options = {k: case[k] for k in ("level", "section", "review", "heading")}
    found = [described(o, text) for o in observe(report_of(case["text"], **options))]
    assert found == list(filter(None, case["expected"].split("; ")))


def test_real_cases_stand_in_the_seeds(seeds: dict[str, str]) -> None:
    """A case called real is a passage of a seed page, or the table lies."""
    pages = {name[:3]: normalise(text)[0].text for name, text in seeds.items()}
    for case in rows(HERE / "cases" / "indicators.csv"):
        if case["kind"] == "real":
            page = pages[case["source"].removeprefix("seeds/")].replace("\n", "")
            assert case["text"][:-1] in page, case["label"]


def test_the_note_says_how_a_list_was_resolved() -> None:
    found = observe(report_of("城乡居民人均可支配收入分别达56336元和46157元。"))
    assert found[0].note == (
        "城乡居民人均可支配收入 urban_income→56336元; 城乡居民人均可支配收入 rural_income→46157元"
    )
    assert {o.rule for o in found} == {"list-pairwise"}


def test_note_is_kept_with_the_figure_it_qualifies() -> None:
    found = observe(report_of("财政收入29亿元，剔除减税降费因素同比增长3.9%，税收收入增长2%。"))
    assert [o.note for o in found] == ["", "剔除减税降费因素", ""]


def test_basis() -> None:
    text = "财政收入年均增长6%，累计实际利用外资5亿美元，贷款余额90亿元，上半年粮食产量60万吨。"
    kinds = [o.basis for o in observe(report_of(text, heading="五年来的工作"))]
    assert kinds[:2] == ["annual_mean", "cumulative"]
    assert observe(report_of("上半年，粮食产量60万吨。"))[0].basis == "part_year"
    found = observe(report_of("年末城镇调查失业率从上半年5.5%降到5.3%。"))
    assert [(o.value, o.basis) for o in found] == [(5.5, "part_year"), (5.3, "stock")]


def test_unknown_years_leave_the_period_empty() -> None:
    assert [o.period for o in observe(report_of("生产总值增长5%。", review=""))] == [""]


def test_contradictory_repeats_are_both_kept() -> None:
    found = observe(report_of("生产总值增长5%。生产总值增长6%。"))
    assert [o.value for o in found] == [5, 6]


# --- accuracy on the seeds -------------------------------------------------------------------


def test_gold_of_the_seeds(seeds: dict[str, str]) -> None:
    """Detection and record F1 on the machine-read gold of the five seed pages; floors only rise."""
    if not GOLD.is_file():
        pytest.skip("tests/gold has no indicators.csv")
    gold = [r for r in rows(GOLD) if r["scope"] == "own"]
    disputed = [r for r in rows(GOLD) if r["scope"] == "disputed"]
    found = []
    for name, text in seeds.items():
        for report in analyse(Page(name, name, text)).reports:
            found += [o for o in observe(report) if o.scope == "own"]
    core = [o for o in found if catalogue()[o.indicator].core]
    mine = [o for o in core if not any(_same(o, r) for r in disputed)]
    hits = [(o, r) for r in gold for o in mine if _same(o, r) and o.measure == r["measure"]]
    whole = sum(all(_field(o, f) == r[f] for f in FIELDS) for o, r in hits)
    assert 2 * len(hits) / (len(mine) + len(gold)) >= FLOORS["detection"]
    assert 2 * whole / (len(mine) + len(gold)) >= FLOORS["record"]


def _same(o: Observation, row: dict[str, str]) -> bool:
    overlap = min(o.end, int(row["end"])) - max(o.start, int(row["start"]))
    return o.doc == row["doc"] and o.indicator == row["indicator"] and overlap > 0


def _field(o: Observation, name: str) -> str:
    value = getattr(o, name)
    if isinstance(value, bool):
        return str(int(value))
    if name == "unit":
        return str(value).removeprefix("个") if value == "个百分点" else str(value)
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


# --- coverage and targets --------------------------------------------------------------------


def state_of(report: Report, indicator: str, side: str) -> tuple[str, str]:
    """State and phrase of one indicator."""
    found = coverage(report, observe(report))
    row = next(c for c in found if (c.indicator, c.side) == (indicator, side))
    return row.state, row.phrase


@pytest.mark.parametrize(
    ("text", "indicator", "state", "phrase"),
    [
        ("生产总值增长5%。", "gdp", "stated", "5%"),
        ("生产总值XX亿元。", "gdp", "masked", "XX亿元"),
        ("财政收入稳中有升。", "fiscal_revenue", "qualitative", "财政收入稳中有升"),
        ("农民收入增速高于GDP增速。", "rural_income", "relative", "农民收入增速高于GDP增速"),
        ("居民收入增长与经济增长同步。", "gdp", "not_stated", ""),
        ("财政收入、进出口总额均高于上年。", "foreign_trade", "relative", "进出口总额均高于上年"),
        ("粮食产量保持稳定。", "grain_output", "qualitative", "粮食产量保持稳定"),
        ("大力发展教育。", "cpi", "not_stated", ""),
        ("进出口保稳提质。", "foreign_trade", "qualitative", "进出口保稳提质"),
        (
            "居民收入增速不低于经济增速、农民收入增速高于城镇居民。",
            *("rural_income", "relative", "农民收入增速高于城镇居民"),
        ),
    ],
)
def test_coverage(text: str, indicator: str, state: str, phrase: str) -> None:
    assert state_of(report_of(text, section="plan"), indicator, "target") == (state, phrase)


@pytest.mark.parametrize(
    ("text", "section", "indicator", "state", "phrase"),
    [
        ("CPI涨幅也未达年初预期。", "problems", "cpi", "relative", "CPI涨幅也未达年初预期"),
        (
            "城镇新增就业完成年计划的118.2%。",
            *("review", "urban_new_jobs", "relative", "城镇新增就业完成年计划的118.2%"),
        ),
        (
            "进出口超额完成全年任务。",
            "review",
            "foreign_trade",
            "relative",
            "进出口超额完成全年任务",
        ),
        ("粮食产量创10年来新高。", "review", "grain_output", "qualitative", "粮食产量创10年来新高"),
        (
            "失业率保持历史最好水平。",
            *("review", "urban_unemployment_rate", "qualitative", "失业率保持历史最好水平"),
        ),
        ("固定资产投资创新高地。", "review", "fixed_asset_investment", "not_stated", ""),
    ],
)
def test_outcomes_in_words(
    text: str, section: str, indicator: str, state: str, phrase: str
) -> None:
    assert state_of(report_of(text, section=section), indicator, "actual") == (state, phrase)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("居民收入增长与经济增长同步。", {"resident_income"}),
        ("城乡居民收入增长与经济增长同步。", {"resident_income", "urban_income", "rural_income"}),
        ("农村居民收入增长与经济增长同步。", {"rural_income"}),
    ],
)
def test_a_goal_in_words_is_only_of_the_income_it_names(text: str, kinds: set[str]) -> None:
    report = report_of(text, section="plan")
    found = coverage(report, observe(report))
    assert {c.indicator for c in found if c.state == "relative"} == kinds


def test_a_missing_part_is_told_from_silence() -> None:
    report = report_of("生产总值增长5%。")
    assert state_of(report, "gdp", "target") == ("part_missing", "")
    assert state_of(report, "cpi", "actual") == ("not_stated", "")


def test_coverage_names_every_headline_indicator_twice() -> None:
    report = report_of("生产总值增长5%。")
    found = coverage(report, observe(report))
    headline = [e.id for e in catalogue().values() if e.headline]
    assert [(c.indicator, c.side) for c in found] == [
        (name, side) for name in headline for side in ("actual", "target")
    ]


def test_phrases_give_page_offsets() -> None:
    page = "进 出 口总额稳中提质。"
    report = report_of(page, section="plan")
    row = next(
        c for c in coverage(report, []) if (c.indicator, c.side) == ("foreign_trade", "target")
    )
    assert page[row.start : row.end] == "进 出 口总额稳中提质"


@pytest.mark.parametrize("case", rows(HERE / "cases" / "targets.csv"), ids=lambda c: c["label"])
def test_target_grammar(case: dict[str, str]) -> None:
    found = classify_target(case["bound"], case["quote"], case["sentence"], case["reading"])
    assert (found.kind, found.strength) == (case["kind"], case["strength"])
    assert set(found.words) == set(filter(None, case["words"].split(";")))


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(ReportlibError, match="yu2019"):
        classify_target("eq", "5%", "增长5%", "yu2018")


def test_a_number_alone_is_no_phrase() -> None:
    assert find_phrases("地区生产总值增长5%") == []


def test_steady_is_not_the_same_as_last_year() -> None:
    assert find_phrases("进出口保持平稳增长") == [(3, 7, "qualitative")]
    assert find_phrases("进出口与上年持平")[0][2] == "relative"


# --- the data --------------------------------------------------------------------------------


def test_catalogue_is_complete() -> None:
    entries = catalogue()
    named = {i for form in forms() for i in (*form.ids, *form.split)}
    assert len(entries) >= 60
    assert set(entries) == named, "an entry without a name, or a name without an entry"
    assert len([e for e in entries.values() if e.core]) == 41


def test_every_name_finds_itself() -> None:
    """The longest text of a form is found whole."""
    for form in forms():
        text = longest(form.form)
        if form.needs:
            text = form.needs[0] + text
        found = find_mentions(text)
        whole = found and found[-1].last == len(text)
        assert whole, f"{form.form}: {text} is read as {[text[m.first : m.last] for m in found]}"


def longest(form: str) -> str:
    """The longest text of a name pattern."""
    text, _ = _longest(form, 0, "")
    return text


def _longest(form: str, at: int, close: str) -> tuple[str, int]:
    best, text = "", ""
    while at < len(form):
        char = form[at]
        at += 1
        if char in "([":
            inner, at = _longest(form, at, ")" if char == "(" else "]")
            text += inner
        elif char == close:
            break
        elif char == "|":
            best, text = max(best, text, key=len), ""
        else:
            text += char.strip("~")
    return max(best, text, key=len), at


def test_word_classes_do_not_contradict_each_other() -> None:
    found: dict[str, set[str]] = {}
    for kind in ("up", "down", "reach", "fill"):
        for word in words(kind):
            found.setdefault(word, set()).add(kind)
    assert {w: kinds for w, kinds in found.items() if len(kinds) > 1} == {}
    assert all(words(kind) for kind in CLASSES)
    pairs = [(r["word"], r["class"]) for r in table("indicator_words")]
    assert len(pairs) == len(set(pairs)), "a word stands twice in a class"


def test_a_malformed_name_is_refused() -> None:
    with pytest.raises(DataError, match="missing"):
        read_form("[城镇|城市居民")
    with pytest.raises(DataError, match="closes nothing"):
        read_form("城镇)居民")


def test_families_are_used() -> None:
    used = {r["family"] for r in table("indicators")}
    assert used == {r["family"] for r in table("indicator_families")}


# --- properties ------------------------------------------------------------------------------

PIECES = st.sampled_from(
    (
        "地区生产总值 城乡居民人均可支配收入 财政收入 高新技术企业 城镇登记失业率 GDP 5% 6.5%左右 "
        "3亿元 XX亿元 12家 1.5个百分点 2倍 八成 增长 下降 分别 均 达到 由 预计 其中 新增 比2020年 "
        "到2030年 全市 、 ， ； 。 （ ） “ ” 的 和"
    ).split()
)


@given(st.lists(PIECES, max_size=40))
def test_any_order_of_pieces_is_read(pieces: list[str]) -> None:
    """No crash; every quotation is in the page, and every sign fits its measure."""
    page = "".join(pieces)
    for o in observe(report_of(page)):
        assert page[o.start : o.end] == o.quote
        assert o.measure in ("level", "growth", "change")
        assert o.value is None or o.measure != "level" or o.value >= 0
        assert o.masked == (o.value is None)


@given(st.text("地区生产总值增长下降5%亿元，、分别（）", max_size=60))
def test_any_characters_are_read(text: str) -> None:
    observe(report_of(text))
    read_gap(text)


@pytest.mark.parametrize(
    "unit",
    (
        "地区生产总值增长5%， 分别增长5%、6%， 地区生产总值、固定资产投资、 预计财政收入5亿元、 "
        "比2020年财政收入增长5%、 5家高新技术企业 （地区生产总值 占全省的5%， 城镇居民"
    ).split(),
)
def test_steps_grow_with_the_length_only(unit: str) -> None:
    """A sentence without a full stop of twice the length takes about twice the steps."""
    counts = []
    for size in (1500, 3000):
        report = report_of(unit * (size // len(unit)))
        counts.append(steps(report))
    assert counts[1] <= 2.4 * counts[0] + 500


def steps(report: Report) -> int:
    """How many calls it takes to observe a report."""
    observe(report)  # so that tables are loaded
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        observe(report)
    finally:
        sys.setprofile(before)
    return calls
