"""Themes: the lexicon is sound, hits share no character, codes and shares are right."""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.records import DataError, Mapped, Report, ReportlibError, Sentence
from reportlib.resources import table
from reportlib.structure import lay_out, read_body
from reportlib.themes import (
    Lexicon,
    code_report,
    code_reports,
    find_terms,
    hit_columns,
    lexicon,
    read_lexicon,
    theme_columns,
    theme_ids,
)
from reportlib.themes.coding import features, model, share_interval

HERE = Path(__file__).parent
GOLD = HERE / "gold" / "coding.csv"
FLOORS = {"f1": 0.82, "main": 0.82}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


CASES = rows(HERE / "cases" / "themes.csv")
TERMS = table("theme_terms")
TEXTS = st.text(st.sampled_from("营商环境教育主题生态，。5GA1 \n") | st.characters(codec="utf-8"))


def sentence(text: str, paragraph: int = 0, heading: str = "", **other: str) -> Sentence:
    """A sentence of a report that stands nowhere in particular."""
    section, role = other.get("section", "plan"), other.get("role", "text")
    return Sentence("r.1", section, role, 0, len(text), text, 0, paragraph, 0, heading)


def code_themes(sentences: Sequence[Sentence], of: Lexicon | None = None) -> list[tuple[str, ...]]:
    """The themes of each sentence alone."""
    return code_report(sentences, of).themes


def report(sentences: Sequence[Sentence]) -> Any:
    """As much of a report as the shares need."""
    return SimpleNamespace(report_id="r", doc="r.txt", sentences=tuple(sentences))


# ---- cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_cases(case: dict[str, str]) -> None:
    """The table of cases: real, synthetic, and negative (a word of a theme that means another)."""
    lines = [t for t in (case["before"], case["text"]) if t]
    coded = code_themes([sentence(t, heading=case["heading"]) for t in lines])[-1]
    assert ";".join(coded) == case["themes"]
    hits = find_terms(case["text"])
    assert {f"{h.term}:{h.theme}" for h in hits} >= set(filter(None, case["terms"].split(";")))
    assert not {h.theme for h in hits} & set(filter(None, case["never"].split(";")))


def test_cases_cover_every_theme_and_kind() -> None:
    """Each theme has a case, and so has the sentence without one."""
    coded = Counter(theme for case in CASES for theme in case["themes"].split(";"))
    assert coded.keys() == {*theme_ids(), ""}
    assert {case["kind"] for case in CASES} == {"real", "synthetic", "negative"}


# ---- the lexicon ---------------------------------------------------------------------------------


def test_every_term_can_be_found() -> None:
    """Alone in a text, each term is one hit of its own theme: none hides behind another."""
    of = lexicon()
    for row in TERMS:
        hits = find_terms(f"、{row['term']}、")
        assert [(h.term, h.theme) for h in hits] == [(row["term"], row["theme"])]
    assert len(of.terms) == len(TERMS) > 900


def test_terms_are_dated_and_weighed() -> None:
    """Years are years in order; weights lie between nothing and a little more than sure."""
    for row in TERMS:
        assert 0 < float(row["weight"]) < 1.5, row
        years = [row[c] for c in ("valid_from", "valid_to") if row[c]]
        assert all(y.isdecimal() and 1940 <= int(y) <= 2030 for y in years), row
        assert years == sorted(years), row
        assert row["also"] != row["theme"], row


def test_every_theme_has_terms_and_codes_of_both_schemes() -> None:
    """Nineteen themes; the codes of other schemes are labelled as our own mapping."""
    strong = Counter(row["theme"] for row in TERMS if row["strength"] == "strong")
    assert len(theme_ids()) == 19 and min(strong[t] for t in theme_ids()) >= 20
    for row in table("themes"):
        assert row["cap"] and row["manifesto"] and row["mapping"] == "own"


def test_exclusions_shield() -> None:
    """None of the terms an exclusion shields is a hit inside it, or where it begins at its end."""
    themes = {row["term"]: row["theme"] for row in TERMS}
    for row in table("theme_exclusions"):
        for term in row["shields"].split(";"):
            if term not in row["text"]:  # 提高 is no 高产 in 提高产业
                end = next(k for k in range(len(term), 0, -1) if row["text"].endswith(term[:k]))
                assert term not in {h.term for h in find_terms(row["text"] + term[end:])}, row
            assert term in themes, row
        assert row["counts_as"] == themes.get(row["text"], ""), row
        assert {h.theme for h in find_terms(row["text"])} <= {row["counts_as"]}, row


def test_longest_term_wins_across_themes() -> None:
    """No shorter term of another theme is a hit where a longer one stands."""
    theme = {row["term"]: row["theme"] for row in TERMS}
    nested = 0
    for long in theme:
        parts = {long[i:j] for i in range(len(long)) for j in range(i + 1, len(long) + 1)}
        other = {short for short in parts & theme.keys() if theme[short] != theme[long]}
        nested += len(other)
        assert not other & {h.term for h in find_terms(long)}
    assert nested > 100


def test_the_model_weighs_every_clue() -> None:
    """The stored coefficients are those of the clues, in their order, and of the themes."""
    cells, own, clues, _ = features([*zip(sentence("办好教育。"))], [1], lexicon())
    assert {len(clue) for clue in own.values()} == {len(cells)} == {1}
    beside = {f"lack_{name}" for name in ("head", "prev", "next", "rest")}
    assert {*model()} == {*own, *clues, *beside, *theme_ids()}


# ---- a lexicon of one's own ----------------------------------------------------------------------


def test_own_lexicon(tmp_path: Path) -> None:
    """Two columns are enough; signs of patterns are plain; the longest of nested terms wins."""
    path = tmp_path / "own.csv"
    path.write_text("theme,term\ndigital,C++(a|b)*\ndigital,数据\nrural,数据村\n", encoding="utf-8")
    of = read_lexicon(path)
    found = [(h.term, h.theme) for h in find_terms("C++(a|b)*、数据村、数据", of=of)]
    assert found == [("C++(a|b)*", "digital"), ("数据村", "rural"), ("数据", "digital")]
    assert code_themes([sentence("建设数据村。")], of) == [("rural",)]


def test_own_lexicon_refused_by_line(tmp_path: Path) -> None:
    """Every bad row is named with its line, all at once."""
    path = tmp_path / "own.csv"
    bad = "theme,term,strength,weight\nrural,稻,,\nrural,稻,,\nrural,,,\nfarm,麦,sure,-1\n"
    path.write_text(bad, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_lexicon(path)
    told = str(caught.value)
    assert "own.csv line 3: '稻' stands already on line 2" in told
    assert "line 4: the term is empty" in told
    assert "line 5: theme 'farm' is none of macro_demand" in told
    assert "line 5: strength 'sure'" in told and "line 5: weight '-1'" in told


def test_own_lexicon_unreadable(tmp_path: Path) -> None:
    """A missing file, and a table without the two columns."""
    with pytest.raises(DataError, match=r"none\.csv: not readable"):
        read_lexicon(tmp_path / "none.csv")
    (tmp_path / "w.csv").write_text("word\n稻\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"w\.csv: no column 'theme'; it has word"):
        read_lexicon(tmp_path / "w.csv")


def test_empty_lexicon_finds_nothing() -> None:
    """A lexicon without terms is no error, and codes nothing."""
    assert find_terms("教育", of=Lexicon([])) == []


def test_unknown_theme_has_a_suggestion() -> None:
    """The nearest known theme is named."""
    with pytest.raises(ReportlibError, match="Did you mean 'education'"):
        find_terms("教育", theme="educaton")
    assert find_terms("教育、卫生", theme="health")[0].term == "卫生"


# ---- properties ----------------------------------------------------------------------------------


@given(TEXTS)
def test_hits_are_quotes_and_do_not_overlap(text: str) -> None:
    """Each hit is its term at its place; hits go from left to right and share no character."""
    end = 0
    for hit in find_terms(text):
        assert end <= hit.first < hit.last <= len(text)
        assert text[hit.first : hit.last] == hit.term
        end = hit.last


@given(st.lists(st.tuples(TEXTS, st.integers(0, 2)), max_size=8))
def test_any_sentences_can_be_coded(pieces: list[tuple[str, int]]) -> None:
    """At most three known themes, none twice; the hits are those of the sentence alone."""
    sentences = [sentence(text, paragraph) for text, paragraph in pieces]
    coded = code_report(sentences)
    rows = coded.hits.text.tolist()
    hits = list(zip(rows, coded.hits.first.tolist(), *coded.of.named(coded.hits), strict=True))
    assert rows == sorted(rows)
    for k, (one, themes) in enumerate(zip(sentences, coded.themes, strict=True)):
        assert len(set(themes)) == len(themes) <= 3
        assert {theme_ids()[t] for t in np.flatnonzero(coded.about[k])} == set(themes)
        counted = [
            (k, h.first, h.term, h.theme)
            for h in find_terms(one.text)
            if h.strong or h.theme in themes
        ]
        assert [hit for hit in hits if hit[0] == k] == counted


@given(st.lists(st.lists(st.tuples(TEXTS, st.integers(0, 2)), max_size=5), max_size=5))
def test_reports_tell_nothing_of_each_other(pieces: list[list[tuple[str, int]]]) -> None:
    """A report is coded among others as it is alone, though its paragraphs have their numbers."""
    reports = [[sentence(*one, heading="发展教育") for one in report] for report in pieces]
    for coded, report in zip(code_reports(reports), reports, strict=True):
        alone = code_report(report)
        assert (coded.themes, coded.about.tolist()) == (alone.themes, alone.about.tolist())
        assert all(np.array_equal(a, b) for a, b in zip(coded.hits, alone.hits, strict=True))


def test_long_sentence_is_no_trouble() -> None:
    """Fifty thousand characters in one sentence."""
    coded = code_report([sentence("建设高标准农田，" * 6250)])
    assert coded.themes == [("rural",)] and len(coded.hits.text) == 6250


def test_title_lines_have_no_theme() -> None:
    """Titles are coded with nothing, whatever they say."""
    assert code_themes([sentence("农业工作报告", role="title", section="")]) == [()]
    assert code_themes([]) == []


def test_heading_counts_where_a_sentence_is_silent() -> None:
    """A run-in heading speaks for itself, and for the rest of its paragraph."""
    lines = [
        ("（一）发展教育事业。", 0, ""),
        ("（二）改善交通条件。", 1, "（一）发展教育事业"),
        ("投入3.5亿元。", 1, "（二）改善交通条件"),
        ("（三）其他。", 2, "（二）改善交通条件"),
    ]
    coded = code_themes([sentence(*line) for line in lines])
    assert coded[:3] == [("education",), ("urban_infra",), ("urban_infra",)]


# ---- shares --------------------------------------------------------------------------------------


def test_shares_of_a_small_report() -> None:
    """Counted by hand: four sentences in two parts, the title left out."""
    sentences = [
        sentence("农业工作报告", 0, role="title", section=""),
        sentence("办好教育。", 1, section="review"),
        sentence("谢谢大家。", 2, section="review"),
        sentence("办好教育，改善医疗。", 3),
        sentence("建设医院。", 4),
    ]
    coded = code_report(sentences)
    assert coded.themes[1:3] == [("education",), ()]
    columns = theme_columns(report(sentences), coded)
    table_rows = {row[:2]: row for row in zip(*columns, strict=True)}
    assert len(table_rows) == 3 * 19
    _, _, hits, chars, number, per_1000, share, low, high = table_rows["review", "education"]
    assert (hits, chars, number, share, low, high) == (1, 5, 1, 0.5, 0.0, 1.0)
    assert per_1000 == pytest.approx(100)
    assert table_rows["all", "education"][2:5] == (2, 15, 2)
    assert table_rows["plan", "rural"][2:] == (0, 0, 0, 0.0, 0.0, 0.0, 0.0)


def test_no_rows_without_sentences() -> None:
    """An empty report, and one that is a title only, have no shares rather than zeros."""
    title = [sentence("农业工作报告", role="title", section="")]
    for sentences in ([], title):
        assert not any(theme_columns(report(sentences), code_report(sentences)))
    assert np.isnan(share_interval(0, 0)).all()


@given(st.integers(1, 400) | st.just(6000), st.data())
def test_interval_is_that_of_many_draws(n: int, data: st.DataObject) -> None:
    """The exact quantiles agree with drawing sentences anew, and hold the share between them."""
    k = data.draw(st.integers(0, n) | st.integers(max(0, n - 9), n))
    low, high = share_interval(k, n)
    assert 0 <= low <= k / n <= high <= 1
    drawn = np.random.default_rng(n).binomial(n, k / n, 4000) / n
    step = 1.5 / n + 0.15 * math.sqrt(k / n * (1 - k / n) / n)
    assert abs(np.quantile(drawn, 0.025) - low) <= step
    assert abs(np.quantile(drawn, 0.975) - high) <= step


def test_hits_are_located_in_the_page() -> None:
    """Rows of theme_hits quote the page."""
    text = "优化营商环境。"
    one = sentence(text)
    whole = Report("r", "r.txt", Mapped(text, (0,), (7,), (-1,)), SimpleNamespace(), (), (), (one,))
    found = zip(*hit_columns(whole, code_report([one])), strict=True)
    assert ("r.1", 9, 13, "营商环境", "business_env") in found


# ---- accuracy and speed --------------------------------------------------------------------------


def coded_seeds(seeds: dict[str, str]) -> dict[str, list[tuple[Sentence, tuple[str, ...]]]]:
    """The coded sentences of each seed page."""
    coded: dict[str, list[tuple[Sentence, tuple[str, ...]]]] = {}
    for doc, text in seeds.items():
        page = lay_out(text)
        bodies = [read_body(page, k, doc).sentences for k in range(len(page.drafts))]
        coded[doc] = [x for b in bodies for x in zip(b, code_themes(b), strict=True)]
    return coded


def test_accuracy_against_the_gold(seeds: dict[str, str]) -> None:
    """F1 of the themes and the share of right main themes do not fall below their floors."""
    if not GOLD.exists():
        pytest.skip("the coded sentences are not in tests/gold")
    coded = coded_seeds(seeds)
    hit = said = wanted = right = mains = 0
    for row in rows(GOLD):
        start, end = int(row["start"]), int(row["end"])
        _, themes = max(
            coded[row["doc"]], key=lambda x: min(x[0].end, end) - max(x[0].start, start)
        )
        gold = set(filter(None, row["themes"].split(";")))
        hit += len(gold & set(themes))
        said += len(set(themes) - set(row["themes_disputed"].split(";")))
        wanted += len(gold)
        mains += bool(row["main_theme"])
        right += bool(row["main_theme"]) and themes[:1] == (row["main_theme"],)
    assert 2 * hit / (said + wanted) >= FLOORS["f1"]
    assert right / mains >= FLOORS["main"]


def test_pages_of_all_ages_have_themes(corpus: Path) -> None:
    """On real pages of all ages most sentences have a theme, and every theme occurs."""
    found: Counter[str] = Counter()
    total = none = 0
    for name in ("central/1957.txt", "central/1995.txt", "cities/扬州市_2023.txt"):
        page = lay_out((corpus / name).read_text(encoding="utf-8"))
        for themes in code_themes(read_body(page, 0, name).sentences):
            found.update(themes)
            total, none = total + 1, none + (not themes)
    assert found.keys() >= set(theme_ids()) - {"epidemic", "digital"}
    assert none / total < 0.35


@pytest.mark.slow
def test_stored_model_is_the_trained_one(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The script that made the model reads the same pages and still agrees with its labels."""
    sys.path.insert(0, str(HERE.parent / "tools"))
    import train_themes

    sys.argv = ["train_themes.py", str(corpus), "--check"]
    train_themes.main()
    printed = capsys.readouterr().out
    assert float(printed.split("F1 ")[1].split(",")[0]) >= 0.83
