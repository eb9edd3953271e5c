"""Attention, keyness, phrases, concordance, figures: hand-made tables, seeds, properties."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reportlib
from reportlib import compare, plots
from reportlib.compare.attention import EDGE, FEWEST, described
from reportlib.records import ReportlibError
from reportlib.resources import schema
from reportlib.themes import theme_ids

ROOT = Path(__file__).resolve().parent.parent
CASES = json.loads((ROOT / "tests/cases/compare_themes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seed_corpus() -> reportlib.Corpus:
    """The five seed documents, analysed."""
    return reportlib.load(ROOT / "seeds")


def tables(*reports: tuple[str, str, dict[str, list[str]]]) -> dict[str, pd.DataFrame]:
    """Tables as a build makes them, of (report_id, plan_year, {section: themes of sentences})."""
    names = ("pages", "reports", "sentences", "sentence_codes", "theme_hits", "words")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for report_id, year, parts in reports:
        base = {"report_id": report_id, "doc": report_id, "plan_year": year, "level": "county"}
        rows["pages"].append({"doc": report_id})
        rows["reports"].append(base)
        for section, sentences in parts.items():
            for k, themes in enumerate(sentences):
                one = base | {"sentence_id": f"{report_id}.{section}.{k}", "section": section}
                rows["sentences"].append(one)
                rows["sentence_codes"].append(one | {"themes": themes})
    made = {}
    for name in names:
        columns = [column["column"] for column in schema()[name]]
        made[name] = pd.DataFrame(rows[name], columns=columns, dtype="object").fillna("")
    return made


# ---- shares, shifts, diversity -------------------------------------------------------------------


def test_shift_by_hand() -> None:
    """Six of twenty sentences in the review, twelve of twenty in the plan: a shift of 0.3."""
    review, plan = ["rural"] * 6 + [""] * 14, ["rural;health"] * 12 + [""] * 8
    found = compare.shift(tables(("a", "2024", {"review": review, "plan": plan})))
    row = found.set_index("theme").loc["rural"]
    assert (row["before"], row["after"]) == (0.3, 0.6) and row["shift"] == pytest.approx(0.3)
    assert row["low"] < 0.3 < row["high"] and row["reason"] == ""
    half = 1.96 * np.sqrt((0.3 * 0.7 + 0.6 * 0.4) / 20)  # what many draws come near to
    assert [row["low"], row["high"]] == pytest.approx([0.3 - half, 0.3 + half], abs=0.04)
    silent = found.set_index("theme").loc["poverty"]
    assert silent["shift"] == 0 and np.isnan(silent["low"])  # nothing to draw from


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"review": ["rural"] * 30}, "part_missing"),
        ({"review": ["rural"] * 30, "plan": ["rural"] * (FEWEST - 1)}, "too_short"),
        ({"review": [""] * 30, "plan": [""] * FEWEST}, ""),
    ],
)
def test_shift_says_why_there_is_none(parts: dict[str, list[str]], reason: str) -> None:
    """A missing or tiny part gives NaN and a reason, never 0."""
    found = compare.shift(tables(("a", "2024", parts)))
    assert len(found) == len(theme_ids()) and set(found["reason"]) == {reason}
    assert found["shift"].isna().all() == bool(reason)


def test_a_folder_without_reports() -> None:
    """No report, no rows; no exception either."""
    empty = tables()
    assert compare.shift(empty).empty and compare.shares(empty).empty
    assert compare.diversity(empty).empty and compare.sensitivity(empty).empty
    assert compare.token_view(empty)["lost"].isna().all()


def test_shares_tell_n_and_leave_out_copies_and_annexes() -> None:
    """Two reports of one year: the mean of their shares; a repeated page and an annex count not."""
    made = tables(
        ("a", "2024", {"plan": ["rural"] * 5 + [""] * 5, "annex": ["rural"] * 99}),
        ("b", "2024", {"plan": [""] * 40}),
        ("copy of a", "2024", {"plan": ["rural"] * 10}),
        ("no year", "", {"plan": ["rural"] * 10}),
    )
    made["pages"].loc[2, "duplicate_of"] = "a"
    rural = compare.shares(made).set_index("theme").loc["rural"]
    assert (rural["plan_year"], rural["n_reports"], rural["n_sentences"]) == ("2024", 2, 50)
    assert rural["share"] == 0.25 and rural["low"] == 0 and rural["high"] > 0.4


def test_an_unknown_column_is_named_with_its_nearest() -> None:
    """The error helps."""
    with pytest.raises(ReportlibError, match="Did you mean 'plan_year'"):
        compare.shares(tables(), "planyear")


@settings(max_examples=25)
@given(st.lists(st.lists(st.sampled_from(["", "rural", "health;rural"]), max_size=20), max_size=4))
def test_shares_are_fractions_within_their_interval(reports: list[list[str]]) -> None:
    """0 to 1, and low and high too, whatever the codes are."""
    made = tables(*((f"r{k}", "2024", {"plan": codes}) for k, codes in enumerate(reports)))
    found = compare.shares(made)
    if len(found):
        assert found["low"].min() >= 0 and found["high"].max() <= 1
        assert (found["low"] <= found["share"] + 1e-9).all()
        assert (found["high"] >= found["share"] - 1e-9).all()


def test_diversity_has_its_two_ends() -> None:
    """One theme only: 0; all alike: 1; none: NaN."""
    one, all_alike = ["rural"] * 9, list(theme_ids())
    made = tables(*((n, "2024", {"plan": p}) for n, p in zip("abc", (one, all_alike, [""]))))  # noqa: B905
    value = compare.diversity(made).set_index("report_id")["diversity"]
    assert value["a"] == 0 and value["b"] == pytest.approx(1) and np.isnan(value["c"])


def test_diversity_counted_by_hand() -> None:
    """Of four codings two, one and one: 1.5 bits of log2 of the number of themes."""
    made = tables(("a", "2024", {"plan": ["rural", "rural;health", "poverty", ""]}))
    row = compare.diversity(made).iloc[0]
    assert row["n"] == 4 and row["diversity"] == pytest.approx(1.5 / np.log2(len(theme_ids())))
    assert row["low"] <= row["diversity"] < row["high"] <= 1  # few codings say too little


def test_sensitivity_loses_only_sentences_without_another_term() -> None:
    """Of three sentences about farming, one has 农业 only."""
    made = tables(("a", "2024", {"plan": ["rural", "rural", "rural", ""]}))
    hits = [("a.plan.0", "农业"), ("a.plan.1", "农业"), ("a.plan.1", "农村"), ("a.plan.2", "农村")]
    made["theme_hits"] = pd.DataFrame(hits, columns=["sentence_id", "term"]).assign(theme="rural")
    found = compare.sensitivity(made).set_index("term")
    assert found.loc["农业", ["n_hits", "share", "without"]].tolist() == [2, 0.75, 0.5]


# ---- series --------------------------------------------------------------------------------------


def series(values: list[float]) -> pd.DataFrame:
    years = [str(2000 + k) for k in range(len(values))]
    return pd.DataFrame({"plan_year": years, "theme": "rural", "share": values})


def test_a_step_is_named_and_noise_is_not() -> None:
    """A clear step has its year; a flat noisy line and a short one have a reason."""
    noise = np.random.default_rng(1).normal(0, 0.01, 20)
    step = compare.breaks(series((0.1 + 0.2 * (np.arange(20) >= 12) + noise).tolist())).iloc[0]
    assert step["year"] == "2012" and 0.15 < step["low"] < step["high"] < 0.25
    flat = compare.breaks(series((0.1 + noise).tolist())).iloc[0]
    assert flat["year"] is None and flat["reason"] == "not_supported"
    short = compare.breaks(series([0.0] * 4 + [1.0] * (EDGE - 1))).iloc[0]
    assert short["year"] is None and short["reason"] == "too_few_years"


def test_false_alarms_are_rare() -> None:
    """Of 100 series of pure noise, hardly more than LEVEL are given a year."""
    rng = np.random.default_rng(7)
    named = [compare.breaks(series(rng.random(16).tolist())).iloc[0]["year"] for _ in range(100)]
    assert sum(year is not None for year in named) <= 10


@pytest.mark.parametrize("case", CASES["life_spans"], ids=lambda c: c["label"])
def test_life_spans(case: dict[str, Any]) -> None:
    """First and last years, and what the folder's edges leave open."""
    years = case["years"]
    reports = pd.DataFrame({"report_id": list(map(str, range(len(years)))), "plan_year": years})
    uses = pd.DataFrame({"report_id": list(map(str, case["seen_in"])), "term": "t"})
    row = compare.life_spans(uses, reports).iloc[0]
    assert {key: row[key] for key in case["expected"]} == case["expected"]


# ---- accuracy ------------------------------------------------------------------------------------


def test_accuracy_by_hand() -> None:
    """One right, one extra, one missed, one disputed; a sentence in two halves counts once."""
    gold = pd.DataFrame(
        [("p", 0, 10, "rural", "", "rural"), ("p", 10, 30, "health;poverty", "digital", "health")],
        columns=["doc", "start", "end", "themes", "themes_disputed", "main_theme"],
    )
    codes = pd.DataFrame(
        [("p", 0, 10, "rural;industry"), ("p", 10, 19, "digital"), ("p", 20, 30, "health")],
        columns=["doc", "start", "end", "themes"],
    )
    found = compare.coding_accuracy(codes, gold).set_index("theme")
    assert found.loc["all", ["n", "found"]].tolist() == [3, 3]
    assert found.loc["all", "precision"] == found.loc["all", "recall"] == pytest.approx(2 / 3)
    assert np.isnan(found.loc["epidemic", "f1"]) and found.loc["poverty", "f1"] == 0


def test_accuracy_on_the_coded_seeds(seed_corpus: reportlib.Corpus) -> None:
    """A floor under the themes of the 150 coded sentences; it may rise, not fall."""
    gold = pd.read_csv(ROOT / "tests/gold/coding.csv", encoding="utf-8-sig", keep_default_na=False)
    found = compare.coding_accuracy(seed_corpus["sentence_codes"], gold).set_index("theme")
    assert found.loc["all", "f1"] >= 0.82 and found.loc["main", "f1"] >= 0.78


# ---- keyness and collocations --------------------------------------------------------------------


COUNTS = st.dictionaries(st.sampled_from("甲乙丙丁戊"), st.integers(1, 50), min_size=1)


def words(counts: dict[str, int]) -> pd.DataFrame:
    frame = pd.DataFrame({"word": list(counts), "n": list(counts.values())})
    return frame.assign(report_id="r")


@settings(max_examples=15)
@given(COUNTS, COUNTS)
def test_keyness_is_antisymmetric(a: dict[str, int], b: dict[str, int]) -> None:
    """Swapping the groups turns every sign; the interval holds the value."""
    there = compare.keyness(words(a), words(b)).set_index("word")
    back = compare.keyness(words(b), words(a)).set_index("word").loc[there.index]
    for column, other in (("log_odds", "log_odds"), ("z", "z"), ("low", "high")):
        assert np.allclose(there[column], -back[other], equal_nan=True)
    if len(there) > 1:
        assert there["log_odds"].between(there["low"], there["high"]).all()


def test_keyness_by_hand_and_without_words() -> None:
    """A word of one group only leads; equal shares are 0; an empty group gives no rows."""
    found = compare.keyness(words({"打造": 30, "工作": 100}), words({"同比": 30, "工作": 100}))
    assert found["word"].tolist() == ["打造", "工作", "同比"]
    assert found["log_odds"].iloc[1] == pytest.approx(0) and found["z"].iloc[0] > 2.5
    assert compare.keyness(words({"打造": 3}), words({})).empty


def test_log_odds_counted_by_hand() -> None:
    """打造, prior 57.69: ln(87.7 / 542.3) - ln(57.7 / 572.3), squared sd 1 / 87.69 + 1 / 57.69."""
    found = compare.keyness(words({"打造": 30, "工作": 100}), words({"同比": 30, "工作": 100}))
    first = found.set_index("word").loc["打造"]
    assert first["log_odds"] == pytest.approx(0.4726, abs=1e-4)
    assert first["z"] == pytest.approx(2.7877, abs=1e-3)
    assert first["high"] - first["low"] == pytest.approx(2 * 1.96 * 0.16952, abs=1e-4)


def test_collocations_find_the_pair() -> None:
    """Words that always stand together lead; a node comes first; sentences are borders."""
    made = tables(("a", "2024", {"plan": [""] * 12}))
    pair, other = "耕地得到保护。", "项目加快建设。"
    made["sentences"]["text"] = [pair if k % 2 else other for k in range(12)]
    found = compare.collocations(made)
    assert {*found["word"], *found["collocate"]} == {"耕地", "得到", "保护", "项目", "加快", "建设"}
    near = compare.collocations(made, node="保护")
    assert set(near["word"]) == {"保护"} and set(near["collocate"]) == {"耕地", "得到"}
    assert (near["n"] == 6).all()
    # 6 of 72 places where 2 are expected: 2 (6 ln 3 + 2 × 6 ln 0.6 + 54 ln 1.08), log2 of 3
    assert near["log_likelihood"].tolist() == pytest.approx([9.235, 9.235], abs=1e-3)
    assert near["pmi"].tolist() == pytest.approx([1.585, 1.585], abs=1e-3)
    made["pages"]["duplicate_of"] = "another page"
    assert compare.collocations(made).empty  # a copy says nothing twice
    assert compare.collocations(tables()).empty


# ---- phrases -------------------------------------------------------------------------------------


def test_new_phrases_stand_together_and_end_freely() -> None:
    """A coined phrase in changing company is found whole, its pieces are not."""
    around = "推进 落实 支持 鼓励 深化 完善".split()
    made = tables(("a", "2024", {"plan": [""] * 18}))
    plain = "发展农业。 建设城市。 保护河流。".split()
    said = [
        f"{verb}全域无废细胞{end}工作。" for verb, end in zip(around, around[::-1], strict=True)
    ]
    made["sentences"]["text"] = said + plain * 4
    found = compare.new_phrases(made, least=4)
    assert found["phrase"].iloc[0] == "全域无废细胞" and found["n"].iloc[0] == 6
    assert found["entropy"].iloc[0] == pytest.approx(np.log2(6))  # six words on either side
    assert not {"全域无废", "无废细胞"} & set(found["phrase"])
    assert compare.new_phrases(tables()).empty


def test_passports_of_the_seeds(seed_corpus: reportlib.Corpus) -> None:
    """Slots, task rank, glossary and line as they stand in the pages; unmet phrases have n = 0."""
    names = ["紧密型医联体", "营商环境", "没有人说过的话"]
    found = compare.passports(seed_corpus, names).set_index("phrase")
    clinic = found.loc["紧密型医联体"]
    assert clinic["explained"] and "annex 1" in clinic["slots"] and clinic["first_year"] == 2023
    assert (
        found.loc["营商环境", "task"].startswith("1 of") and not found.loc["营商环境", "explained"]
    )
    assert found["n"].tolist()[-1] == 0 and pd.isna(found["first_year"].iloc[-1])
    for row in found[found["n"] > 0].itertuples():
        assert seed_corpus.text(row.doc)[int(row.start) : int(row.end)] == row.Index
        assert row.Index in row.line
    with pytest.raises(ReportlibError, match="at least one phrase"):
        compare.passports(seed_corpus, ["营商环境", ""])


def test_uses_find_every_occurrence(seed_corpus: reportlib.Corpus) -> None:
    """The index finds as many as a plain count in the normalised text, nested phrases too."""
    names = ["营商环境", "环境", "+", "（一）"]
    found = compare.uses(seed_corpus, names)["phrase"].value_counts()
    for name in names:
        count = sum(report.mapped.text.count(name) for report in seed_corpus.reports)
        assert found.get(name, 0) == count, name


def test_coinages_are_quoted(seed_corpus: reportlib.Corpus) -> None:
    """Quotation marks are taken off, whatever their kind."""
    found = compare.coinages(seed_corpus)
    assert len(found) > 50 and not found["phrase"].str.contains('[“”"]').any()
    assert (found["n"] >= found["n_reports"]).all()


# ---- concordance ---------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["营商环境", "[0-9.]+(?:亿元|%)", "(政治|创新)生态", "。"])
def test_kwic_offsets_are_exact(seed_corpus: reportlib.Corpus, pattern: str) -> None:
    """What a row quotes is what stands in the page."""
    found = compare.kwic(seed_corpus, pattern, width=9)
    assert len(found) > 1
    for row in found.itertuples():
        page = seed_corpus.text(row.doc)
        assert page[row.start : row.end] == row.match and row.match
        assert page[row.start - len(row.left) : row.end + len(row.right)] == (
            row.left + row.match + row.right
        )


@pytest.mark.parametrize("case", CASES["patterns"], ids=lambda c: c["label"])
def test_patterns_refused(seed_corpus: reportlib.Corpus, case: dict[str, str]) -> None:
    """A bad pattern is refused with a reason; a good one is not."""
    if case["error"]:
        with pytest.raises(ReportlibError, match=case["error"]):
            compare.kwic(seed_corpus, case["pattern"])
    else:
        compare.kwic(seed_corpus, case["pattern"], most=5)


def test_kwic_is_bounded(seed_corpus: reportlib.Corpus) -> None:
    """At most so many rows; an empty match is none; a long text costs no more per character."""
    assert len(compare.kwic(seed_corpus, ".", most=7)) == 7
    assert compare.kwic(seed_corpus, "x*").empty or compare.kwic(seed_corpus, "x*")["match"].all()
    from reportlib.compare.concordance import _compile, _matches

    text = "增长" * 25_000 + "甲乙"
    assert list(_matches(_compile("增.*乙"), text))[-1][1] == len(text)
    assert list(_matches(_compile("甲.*丙"), text)) == []


@given(st.text(min_size=0, max_size=30), st.text(max_size=30))
def test_the_html_view_escapes(left: str, match: str) -> None:
    """Nothing of a page becomes markup."""
    row = {"doc": left, "report_id": left, "section": "plan", "start": 1, "end": 2}
    rows = pd.DataFrame([row | {"left": left, "match": match, "right": "<script>&"}])
    html = compare.concordance_html(rows)
    assert "<script" not in html and html._repr_html_() == str(html)
    inside = re.sub(r"</?(?:table|caption|tr|td|th|b)(?: style='[^']*')?>", "", html)
    assert "<" not in inside


# ---- figures -------------------------------------------------------------------------------------


def test_figures_show_the_tables(seed_corpus: reportlib.Corpus) -> None:
    """n in each title, the data behind each mark, every glyph in the font, no warning."""
    import matplotlib.pyplot as plt

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points, shifts = compare.shares(seed_corpus, "report_id"), compare.shift(seed_corpus)
        heat = plots.theme_heatmap(points)
        assert heat.images[0].get_array().max() == points["share"].max()
        assert "n = " in heat.get_title("left")
        slopes = plots.shift_slopes(shifts)
        first = shifts[shifts["reason"] == ""].iloc[0]
        assert slopes.flat[0].lines[0].get_ydata()[1] == 100 * first["after"]
        assert all("n = " in ax.get_title("left") for ax in slopes.flat)
        table = compare.words_of(seed_corpus)
        keys = compare.keyness(table.query("section == 'plan'"), table.query("section == 'review'"))
        sticks = plots.keyness_lollipops(keys, "plan", "review", most=5)
        assert len(sticks.get_yticklabels()) == 10 and "n = " in sticks.get_title("left")
        lines = plots.share_lines(compare.shares(seed_corpus))
        assert lines.flat[0].lines[0].get_xdata().tolist() == [2020, 2023, 2024, 2025]
        for figure in {ax.figure for ax in (heat, slopes.flat[0], sticks, lines.flat[0])}:
            figure.set_dpi(40)
            figure.canvas.draw()
        plt.close("all")


def test_figures_of_nothing() -> None:
    """Empty tables give empty axes, no exception."""
    import matplotlib.pyplot as plt

    assert len(plots.shift_slopes(compare.shift(tables()))) == 1
    plots.keyness_lollipops(compare.keyness(words({}), words({})), "a", "b")
    plt.close("all")


# ---- the development corpus ----------------------------------------------------------------------


@pytest.mark.slow
def test_long_series(corpus: Path) -> None:
    """Twenty years of one province: breaks run, young terms begin, old ones are censored."""
    pages = sorted((corpus / "series").glob("云南省_*.md"))[:24]
    loaded = reportlib.load(*pages)
    points = compare.shares(loaded)
    assert points["n_reports"].min() >= 1 and points["plan_year"].nunique() >= 16
    found = compare.breaks(points)
    named = found[found["year"].notna()]
    assert len(found) == len(theme_ids()) and ((named["low"] > 0) | (named["high"] < 0)).all()
    spans = compare.life_spans(loaded["theme_hits"], described(loaded)).set_index("term")
    assert not spans.loc["脱贫攻坚", "left_censored"]
    first = int(points["plan_year"].min())
    assert spans.loc[spans["first_year"] == first, "left_censored"].all()
