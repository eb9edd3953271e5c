"""From page to report: cases as data, dirty pages made from the seeds, and what always holds."""

from __future__ import annotations

import csv
import json
import random
import re
import time
from itertools import accumulate
from pathlib import Path

import dirty_pages as dirty
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportlib.structure import Layout, lay_out, read_body
from reportlib.structure.body import REACH, split_sentences
from reportlib.structure.paragraphs import heading_of

CASES = Path(__file__).parent / "cases"
PAGES = json.loads((CASES / "structure_pages.json").read_text(encoding="utf-8"))
OTHERS = json.loads((CASES / "structure_others.json").read_text(encoding="utf-8"))
REPORTS = ("000", "001", "002", "003", "004b")
PAIRS = ("“”", "（）", "《》", "‘’")
STOCK = {
    "opening": "现在，我代表市人民政府，向大会报告工作，请予审议，并请市政协委员提出意见。",
    "body": "全市生产总值增长5.5%，城镇新增就业12万人，新建改建道路30公里。" * 6,
    "thanks": "在此，我代表市人民政府，向全市人民致以崇高的敬意，表示衷心的感谢！",
    "problems": "我们也清醒地认识到，发展中还存在不少困难和问题：经济总量不大，产业层次不高，"
    "财政收支矛盾突出，民生领域还有短板。对此，我们将采取有力措施，认真加以解决。",
    "bureau": "全市新建改扩建幼儿园10所、中小学15所，新增学位1.2万个，课后服务全覆盖。" * 9,
    "farewell": "各位代表！让我们同心同德、锐意进取，为全面建成小康社会、实现美好明天而努力奋斗！",
}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of cases."""
    with (CASES / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


HEADINGS = rows("structure_headings.csv")
SENTENCES = rows("structure_sentences.csv")
BREAKS = rows("structure_breaks.csv")
FURNITURE = rows("structure_furniture.csv")
SITES = sorted({r["group"] for r in FURNITURE if r["group"]})


@pytest.fixture(scope="module")
def clean(seeds: dict[str, str]) -> dict[str, list[dirty.Piece]]:
    """The seed reports without anything of their sites."""
    return dirty.clean_reports(seeds)


def check(clean: dict[str, list[dirty.Piece]], name: str, pieces: list[dirty.Piece]) -> None:
    """A dirty page gives one report, with every character labelled right and the same words."""
    page = dirty.lay_pieces(pieces)
    assert len(page.drafts) == 1, page.reason
    assert dirty.wrong_labels(pieces, page) == []
    assert dirty.spoken(page) == dirty.spoken(dirty.lay_pieces(clean[name]))
    check_layout(page)


def check_layout(page: Layout) -> None:
    """What holds for any page: spans tile it, and every quotation is cut from it."""
    at = 0
    for span in page.spans():
        assert span.start == at < span.end and span.label in ("report", "annex", "noise")
        assert (span.report >= 0) is (span.label != "noise") and span.rule
        at = span.end
    assert at == len(page.text)
    for k in range(len(page.drafts)):
        check_body(page, k)


def check_body(page: Layout, index: int) -> None:
    """Parts and sentences in order; each report character in one sentence, or edited away."""
    body = read_body(page, index, "r")
    at = 0
    for part in body.parts:
        assert at <= part.start < part.end
        at = part.end
    for heading in body.headings:
        assert heading.text == page.text[heading.start : heading.end] and 1 <= heading.level <= 3
        assert re.sub(r"[\s*]", "", heading.text)
    gone = {i for e in body.edits if not e.after for i in range(e.start, e.end)}
    seen: set[int] = set()
    for s in body.sentences:
        assert body.mapped.text[s.first : s.first + len(s.text)] == s.text
        assert body.mapped.locate(s.first, s.first + len(s.text)) == (s.start, s.end)
        assert s.role in ("title", "heading", "text") and bool(s.section) is (s.role != "title")
        own = set(range(s.start, s.end))
        assert not own & seen
        seen |= own
    known = seen | gone
    for line in page.lines:
        stretch = range(line.start, line.end - line.cut) if line.owner == index else ()
        missed = [j for j in stretch if j not in known and not page.text[j].isspace()]
        assert not missed, page.text[missed[0] : missed[0] + 20]


# ---- cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", PAGES, ids=lambda c: c["label"])
def test_parts(case: dict) -> None:
    """The parts of a page stand in the order listed, and it is as complete as listed."""
    page = lay_out("\n".join(line.format(**STOCK) for line in case["lines"]) + "\n")
    check_layout(page)
    (body,) = [read_body(page, k, "r") for k in range(len(page.drafts))]
    assert [p.section for p in body.parts] == case["sections"]
    assert body.completeness == case["completeness"]


@pytest.mark.parametrize("case", OTHERS, ids=lambda c: c["label"])
def test_other_documents(case: dict) -> None:
    """Plan, budget and court reports, news and summaries give no report, but a reason."""
    page = lay_out("\n".join(line.format(**STOCK) for line in case["lines"]))
    assert not page.drafts and page.reason.startswith(case["reason"])
    check_layout(page)


@pytest.mark.parametrize("case", HEADINGS, ids=lambda c: c["paragraph"][:20])
def test_heading(case: dict[str, str]) -> None:
    """Level, number and words of the heading that a paragraph is or begins with."""
    level, number, length = heading_of(case["paragraph"])
    assert (str(level), number) == (case["level"], case["number"])
    assert case["paragraph"][:length] == case["heading"]


@pytest.mark.parametrize("case", SENTENCES, ids=lambda c: c["text"][:20])
def test_sentences(case: dict[str, str]) -> None:
    """A paragraph is cut at the places listed."""
    assert split_sentences(case["text"]) == case["sentences"].split("⏎")


@pytest.mark.parametrize("case", BREAKS, ids=lambda c: c["below"][:20])
def test_a_break_in_mid_sentence(case: dict[str, str]) -> None:
    """Blank lines and page turns that cut a sentence are mended, others are kept."""
    pair = case["between"].replace("⏎", "\n").join((case["above"], case["below"]))
    text = "\n\n".join(("各位代表：", STOCK["opening"], STOCK["body"], pair, STOCK["farewell"]))
    body = read_body(lay_out(text), 0, "r")
    assert (case["above"] + case["below"] in body.mapped.text) is (case["joined"] == "1")


def test_a_line_torn_in_three_is_mended() -> None:
    """A subscript or a link on a line of its own, on a page without blank lines."""
    pieces = ("全市环境质量稳步改善。优良天数达到300天，PM", "2.5", "年均浓度保持在20微克左右。")
    text = "\n".join(("各位代表：", STOCK["opening"], STOCK["body"], *pieces, STOCK["farewell"]))
    assert "".join(pieces) in read_body(lay_out(text), 0, "r").mapped.text


def test_every_kind_of_case_is_there() -> None:
    """Real, synthetic and negative cases in each table."""
    for cases in (PAGES, HEADINGS):
        assert {c["kind"] for c in cases} == {"real", "synthetic", "negative"}
    assert {c["kind"] for c in SENTENCES} == {"real", "synthetic", "negative"}


# ---- dirty pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("group", SITES)
def test_furniture_around_a_report(clean: dict, name: str, group: str) -> None:
    """Navigation, counters, tools and footers of five kinds of sites are noise."""
    check(clean, name, dirty.on_a_site(clean[name], group))


@pytest.mark.parametrize("name", ["001", "002"])
def test_unknown_lines_behind_the_closing_appeal(clean: dict, name: str) -> None:
    """What no rule knows is noise all the same where the speaker has said the last word."""
    report = clean[name][0]
    line = "本栏目内容由某某市融媒体中心统一采集录入，页面更新时间以系统显示为准，谨供参考之用\n"
    page = dirty.lay_pieces([report, (line, "noise")])
    assert dirty.wrong_labels([report, (line, "noise")], page) == []


@pytest.mark.parametrize("line", [r["line"] for r in FURNITURE if r["place"] == "middle"])
def test_lines_of_the_site_in_the_middle(clean: dict, line: str) -> None:
    """Captions, credits, buttons and advertisements between paragraphs are noise."""
    for seed, name in enumerate(REPORTS):
        check(clean, name, dirty.interrupted(clean[name], line + "\n", seed))


@pytest.mark.parametrize("header", ["政府工作报告", "www.example.gov.cn", "某市公报 2024年第2期"])
@pytest.mark.parametrize("name", REPORTS)
def test_running_headers(clean: dict, name: str, header: str) -> None:
    """Page numbers and headers that cut sentences anywhere leave no trace in the text."""
    check(clean, name, dirty.printed(clean[name], header, 1))


@pytest.mark.parametrize("indent", ["", "\u3000\u3000"])
@pytest.mark.parametrize("width", [40, 28])
@pytest.mark.parametrize("name", REPORTS)
def test_hard_wraps(clean: dict, name: str, width: int, indent: str) -> None:
    """Text out of a PDF: wrapped lines are joined again, page numbers are noise."""
    check(clean, name, dirty.wrapped(clean[name], width, indent))


@pytest.mark.parametrize("width", [40, 32])
@pytest.mark.parametrize("name", ["000", "002", "003", "004b"])  # 001 has blanks in its lines
def test_hard_wraps_by_count(clean: dict, name: str, width: int) -> None:
    """Lines of so many characters are joined again, though those with figures look shorter."""
    pages = [clean[name], dirty.counted(clean[name], width)]
    bodies = [read_body(dirty.lay_pieces(pieces), 0, "r") for pieces in pages]
    want, found = ({s.text for s in b.sentences if s.section != "annex"} for b in bodies)
    assert len(want - found) <= 0.03 * len(want)


def test_a_short_last_line_ends_its_paragraph() -> None:
    """On a page with hard wraps it does not go on with the heading below."""
    lines = ("各位代表：", STOCK["opening"], "2023年工作回顾", STOCK["body"], STOCK["farewell"])
    text = "\n".join(lines) + "\n"
    page = dirty.lay_pieces(dirty.counted([(text, "report")], len(STOCK["opening"]) - 3))
    assert [h.text for h in read_body(page, 0, "r").headings] == ["2023年工作回顾"]


@pytest.mark.parametrize("maker", [dirty.with_contents, dirty.in_parts])
@pytest.mark.parametrize("name", REPORTS)
def test_contents_and_parts(clean: dict, name: str, maker: dirty.Maker) -> None:
    """A table of contents below the title and buttons between parts of a text are noise."""
    check(clean, name, maker(clean[name]))


@pytest.mark.parametrize("name", ["000", "002", "003", "004b"])
def test_hard_wraps_with_blank_lines(clean: dict, name: str) -> None:
    """A blank line below every wrapped line parts nothing: the sentences stay whole."""
    lines = dirty.wrapped(clean[name], 35, "\u3000\u3000")
    pages = [clean[name], [(text.replace("\n", "\n\n"), label) for text, label in lines]]
    bodies = [read_body(dirty.lay_pieces(pieces), 0, "r") for pieces in pages]
    want, found = ({s.text for s in b.sentences if s.section != "annex"} for b in bodies)
    assert len(want - found) <= 1


def test_rows_of_a_table_stay_apart() -> None:
    """Even on a page whose paragraphs stand apart."""
    rows = ["| 指标 | 2023年 |", "| 生产总值（亿元） | 120 |", "| 城镇新增就业（万人） | 3 |"]
    lines = ("各位代表：", *map(STOCK.get, ("opening", "body", "thanks", "problems")))
    text = "\n\n".join((*lines, "\n".join(rows), STOCK["bureau"], STOCK["farewell"]))
    found = {s.text for s in read_body(lay_out(text), 0, "r").sentences}
    assert found >= {"".join(row.split()) for row in rows}


@pytest.mark.parametrize("change", dirty.TEXT_CHANGES)
def test_careless_scrapers(clean: dict, change: str) -> None:
    """Line ends, blanks and widths of any kind change nothing in the words."""
    for name in REPORTS:
        check(clean, name, dirty.changed(clean[name], change))


@pytest.mark.parametrize(
    "maker", [dirty.twice, dirty.twice_without_head, dirty.with_abstract, dirty.linked]
)
@pytest.mark.parametrize("name", REPORTS)
def test_copies_and_links(clean: dict, name: str, maker: dirty.Maker) -> None:
    """A second copy and an abstract are noise; linked words are put back into their line."""
    check(clean, name, maker(clean[name]))


@pytest.mark.parametrize("between", [" ", "\u3000\u3000", ""])
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_on_one_line(clean: dict, name: str, between: str) -> None:
    """Without any line end the report is still found whole, with its title and its parts."""
    pieces = dirty.on_one_line(clean[name][:1], between)
    page = dirty.lay_pieces(pieces)
    assert len(page.drafts) == 1 and len(page.lines) > 6
    assert dirty.wrong_labels(pieces, page) == []
    check_layout(page)
    wanted = read_body(dirty.lay_pieces(clean[name]), 0, "r")
    body = read_body(page, 0, "r")
    assert "".join(body.heads) == "".join(wanted.heads)
    if between:  # without a trace of the line ends some headings have no end
        sections = {p.section for p in wanted.parts} - {"annex"}
        assert {p.section for p in body.parts} == sections


@pytest.mark.parametrize("seed", range(12))
def test_several_reports_on_a_page(clean: dict, seed: int) -> None:
    """Two or three reports one below the other are that many reports, each as if alone."""
    names = random.Random(seed).sample(REPORTS, 2 + seed % 2)
    pieces = [piece for name in names for piece in [*clean[name], ("\n", "noise")]]
    page = dirty.lay_pieces(pieces)
    assert len(page.drafts) == len(names)
    assert dirty.wrong_labels(pieces, page) == []
    for k, name in enumerate(names):
        assert dirty.spoken(page, k) == dirty.spoken(dirty.lay_pieces(clean[name]))


# ---- what always holds ---------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        *STOCK.values(),
        *("各位代表：", "政府工作报告", "一、2023年工作回顾", "二、2024年工作安排", "12", "附件"),
        *("（一）抓投资。新开工项目12个。", "“没有后引号", "来源：某报", "市长 张三", "---"),
        "source: 现在，我代表县人民政府，向大会作政府工作报告，请予审议。",
        *("——2024年1月5日在某市第八届人民代表大会上", "1.“三资”：资金、资产、资源。", "**", "  "),
    ]
)


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\n\n", "\r\n", " ", ""]))
def test_any_order_of_lines(lines: list[str], end: str) -> None:
    """Whatever the order of lines, the page is tiled and every quotation is the page's."""
    check_layout(lay_out(end.join(lines)))


@given(st.text(max_size=80) | st.text("各位代表：。，“”（）\n一二、1 *#-", max_size=80))
@settings(max_examples=150)
def test_any_text(text: str) -> None:
    """Any text at all is a page, tiled, mostly without a report."""
    check_layout(lay_out(text))


@given(st.text('甲乙，。；！？“”‘’（）《》5.%"', max_size=60))
@settings(max_examples=300)
def test_sentences_cover_and_respect_marks(text: str) -> None:
    """Sentences follow each other without a gap, and none ends inside a pair that crosses none."""
    pieces = split_sentences(text)
    assert "".join(pieces) == text
    ends = set(accumulate(map(len, pieces[:-1])))
    plain = f"[^{''.join(PAIRS)}]*"
    inner = "|".join(f"{opener}{plain}{closer}" for opener, closer in PAIRS)
    for opener, closer in PAIRS:
        for m in re.finditer(f"{opener}{plain}(?:(?:{inner}){plain})*{closer}", text):
            assert not ends & set(range(m.start() + 1, m.end()))


def test_a_stray_mark_does_not_swallow_the_paragraph() -> None:
    """An opening mark without a partner costs no sentence, however long the paragraph."""
    text = "实施“三大行动。" + "推进项目建设。" * 200
    assert len(split_sentences(text)) == 201
    far = "实施“三大行动。" + "推进项目建设。" * (REACH // 7 + 1) + "”完成。"
    assert len(split_sentences(far)) > 40


def test_an_opening_in_the_front_matter_begins_no_report() -> None:
    """Each report found has lines of its own, however the labelled lines above it are worded."""
    opening = "现在，我代表省人民政府，向大会作政府工作报告，请予审议。"
    front = f"---\nsource: {opening}\n{opening}\n---\n"
    page = lay_out(f"{front}政府工作报告\n各位代表：\n{opening}\n一、过去一年工作回顾")
    assert len(page.drafts) == 1
    alone = lay_out(front)
    assert alone.drafts == [] and alone.reason


def test_sentences_stand_under_run_in_headings() -> None:
    """A sentence names the heading above it, also one that its own paragraph begins with."""
    below = "（一）抓投资。新开工项目12个。全年完成投资30亿元，比上年增长5%以上。"
    page = lay_out(
        f"各位代表：\n{STOCK['opening']}\n一、2024年工作安排\n{below}\n{STOCK['farewell']}"
    )
    headings = {s.text: s.heading for s in read_body(page, 0, "r").sentences}
    assert headings["一、2024年工作安排"] == ""
    assert headings["（一）抓投资。"] == "一、2024年工作安排"
    assert headings["新开工项目12个。"] == headings["各位代表！"] == "（一）抓投资"


@pytest.mark.parametrize("end", ["。", "；", "，推进项目建设"])
def test_chains_end_at_full_stops(end: str) -> None:
    """Clauses parted by semicolons share a chain; a full stop or the paragraph's end closes it."""
    last = "全市上下加力推进，一是甲甲乙乙丙丙；二是乙乙；三是丙丙。四是丁丁戊戊己己" + end
    page = lay_out(f"各位代表：\n{STOCK['opening']}\n{last}")
    chains = [s.chain for s in read_body(page, 0, "r").sentences[-4:]]
    assert chains[0] == chains[1] == chains[2] and chains[3] == chains[2] + 1


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "各位代表：\n" + STOCK["opening"] + "\n" + "推进项目建设，" * (n // 7),
        lambda n: "各位代表：" + STOCK["opening"] + "推进“项目（建设；" * (n // 9) + "。",
        lambda n: STOCK["opening"] + "\n" + "短行\n" * (n // 3),
        lambda n: STOCK["opening"] + "\n" + "1\n2\n" * (n // 4),
        lambda n: STOCK["opening"] + "\n" + "一、一、" * (n // 4),
        lambda n: STOCK["opening"] + "\n" + "1，2" * (n // 3) + "“" * (n // 3) + " " * (n // 3),
        lambda n: "我代表" * (n // 3),
    ],
)
@pytest.mark.slow
def test_time_grows_with_length_only(make: dirty.PageMaker) -> None:
    """Four times the text takes about four times as long, on lines that invite worse."""

    def seconds(n: int) -> float:
        text, best = make(n), 1e9
        for _ in range(3):
            start = time.process_time()
            page = lay_out(text)
            for k in range(len(page.drafts)):
                read_body(page, k, "r")
            best = min(best, time.process_time() - start)
        return best

    assert seconds(80_000) < 10 * seconds(20_000) + 0.05


# ---- the development corpus, where it is ---------------------------------------------------------


def test_pages_of_the_corpus(corpus: Path) -> None:
    """Every twelfth page of the corpus: tiled, quoted, one report each, problems found in most."""
    paths = sorted(p for p in corpus.glob("*/*") if p.suffix in (".txt", ".md"))
    paths = [p for p in paths if p.parent.name in ("cities", "counties", "provinces", "series")]
    sections = []
    for path in paths[::12]:
        page = lay_out(path.read_bytes().decode("utf-8"))
        check_layout(page)
        assert len(page.drafts) == 1, path.name
        sections.append({p.section for p in read_body(page, 0, "r").parts})
    for name, share in (("opening", 0.95), ("review", 1.0), ("problems", 0.95), ("plan", 0.97)):
        assert sum(name in s for s in sections) >= share * len(sections), name
