"""Tables keep their promises on the seeds, on other pages, and on pages made up to break them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from contract import NAMES, broken
from hypothesis import example, given
from hypothesis import strategies as st
from made import folder_of, report

import reportlib
from reportlib.build.analyse import GROUP, SHORT, Analysis, analyse, analyse_all, grouped
from reportlib.build.write import encode, frame, parse, read_table, rows_of
from reportlib.read import iter_sources, read_source
from reportlib.records import Page
from reportlib.resources import schema

ROOT = Path(__file__).resolve().parent.parent


def page(text: str) -> Analysis:
    return analyse(Page("页.txt", "页.txt", text))


# ---- the promises --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").glob("*.txt")), ids=lambda p: p.name[:3])
def test_promises_hold_on_the_seeds(path: Path) -> None:
    """Columns, offsets, tiling, ids, types: see contract.py."""
    (source,) = iter_sources([path])
    for one in read_source(source):
        assert broken(analyse(one)) == []


def pages_of_the_corpus(folder: Path, every: int, first: int) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".txt", ".md"))[first::every]


def test_promises_hold_on_other_pages(corpus: Path) -> None:
    """A sample of the development corpus."""
    for path in pages_of_the_corpus(corpus, 29, 3):
        for one in read_source(iter_sources([path])[0]):
            assert broken(analyse(one)) == [], path.name


@pytest.mark.slow
def test_promises_hold_on_many_other_pages(corpus: Path) -> None:
    """A bigger sample."""
    for path in pages_of_the_corpus(corpus, 4, 1):
        for one in read_source(iter_sources([path])[0]):
            assert broken(analyse(one)) == [], path.name


def test_a_broken_promise_is_noticed() -> None:
    """The checks can fail: each of these changes breaks a promise."""
    breaks = {
        "quantities": lambda row: (*row[:3], row[3] + 1, *row[4:]),
        "spans": lambda row: (row[0], row[1] + 1, *row[2:]),
        "sentences": lambda row: (row[0], row[1], row[2], row[3], row[4] + 1, *row[5:]),
        "reports": lambda row: (row[0] + "x", *row[1:]),
        "words": lambda row: (*row[:-1], 0),
        "indicators": lambda row: row[:-1],
        "pages": lambda row: (*row[:2], "readable", *row[3:]),
        "themes": lambda row: (*row[:-1], 2.0),
        "sections": lambda row: (*row[:3], row[3] - 1, row[4]),
    }
    for table, change in breaks.items():
        result = page(report())
        assert broken(result) == []
        *rows, last = result.rows[table]
        result.blocks[table] = [*rows, change(last)]
        assert broken(result), table


# ---- made-up pages -------------------------------------------------------------------------------

LINES = report(3).split("\n")
SITE = st.sampled_from(
    "首页 > 政务公开|【字体：大 中 小】|打印本页|责任编辑：张三|来源：政府网|扫一扫|试读结束|第3页|"
    "- 4 -|ICP备12345678号|相关链接：|\u3000\u3000图为会议现场。 李四 摄|&nbsp;|\\r\\n|***|"
    "名词解释|1.一网通办：指|——|一是抓项目，二是抓招商，三是抓服务。|XX亿元|增长XX%|预计增长5%左右|"
    "“一二三四五”|（一）|一、|①|……|**|# |?？|&emsp;|<br>|---".split("|")
)
SIGNS = st.sampled_from(
    " |\u3000|\xa0|,|;|％|１|0|\r|\t|（|“|”|。|\u200b|\ufeff|\x00|😀|*".split("|")
)
ODD = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("年月日亿元%增长0123456789，。"),
    max_size=40,
)


@st.composite
def dirty_pages(draw: st.DrawFn) -> str:
    """A report with lines lost, doubled and joined, furniture between them and signs inside."""
    text = ""
    for line in draw(st.lists(st.sampled_from(LINES) | SITE | ODD, max_size=30)):
        if line and draw(st.integers(0, 3)) == 0:
            at = draw(st.integers(0, len(line)))
            line = line[:at] + draw(SIGNS) + line[at:]
        text += line + draw(st.sampled_from(["\n", "\n", "\n", "\n\n", "\r\n", "\r", "", "\u2028"]))
    whole = report(draw(st.integers(0, 40)))
    return draw(st.sampled_from([text, text + whole, whole + text, whole[:-200] + text + whole]))


@given(dirty_pages())
@example("")
@example("\ufeff")
@example("\r\r\r")
@example(report() + report(1))
@example(report().replace("，", ",").replace("0", "０").replace("\n", "\r\n"))
@example(report().replace("\n", "\\r\\n"))
@example(report() + "肥西县政府工作报告\n" * 7 + "一、2023年工作回顾\n**\n")
@example("**\n" + report().replace("\n", "<br>\n"))
@example(report().replace("\n", "\n#\n", 9).replace("一般公", "？？\n* *\n&emsp;\n一般公"))
@example("各位代表：" + "我们坚持稳中求进，" * 3000)
@example("地区生产总值增长" + "9" * 5000 + "%。")
def test_promises_hold_on_dirty_pages(text: str) -> None:
    """Whatever a site does to a page, offsets, tiling and ids stand; and twice gives the same."""
    result = page(text)
    assert broken(result) == []
    assert page(text).rows == result.rows


@given(dirty_pages())
def test_a_page_is_cut_the_same_when_it_holds_nothing_but_its_reports(text: str) -> None:
    """What was labelled report is found again when all else is taken away: cutting is settled."""
    first = page(text)
    for found in first.rows["reports"]:
        spans = [r for r in first.rows["spans"] if r[4] == found[0]]
        own = page("".join(text[start:end] for _, start, end, *_ in spans))
        assert broken(own) == []


@given(st.lists(dirty_pages(), min_size=2, max_size=4))
@example([report(), "", report(1) + report(2), "\x00", report()])
def test_a_page_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    """Pages of a group give the rows that each gives alone, named alike or not."""
    pages = [Page(f"{k % 3}.txt", "x.txt", text) for k, text in enumerate(texts)]
    for one, result in zip(pages, analyse_all(pages), strict=True):
        assert result.rows == analyse(one).rows


def test_groups_hold_some_pages_or_one_long_one() -> None:
    """In order and none lost; many pages without text are a group too."""
    sizes = [0] * 99 + [GROUP - 1, 1, SHORT, 5 * GROUP, 2, *[GROUP // 4] * 9]
    groups = [*grouped(Page(str(k), "x", "文" * n) for k, n in enumerate(sizes))]
    assert [page.doc for group in groups for page in group] == [*map(str, range(len(sizes)))]
    counts = [[max(SHORT, len(page.text)) for page in group] for group in groups]
    assert all(sum(c) <= GROUP or len(c) == 1 for c in counts)
    assert all(sum(c) + d[0] > GROUP for c, d in pairwise(counts))


# ---- to disk and back ----------------------------------------------------------------------------

CELLS = {
    "text": st.text(max_size=12)
    | st.sampled_from(["=1+1", "+", "-1", "@x", "\t", "\r", "'", "''a"]),
    "number": st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "integer": st.none() | st.integers(-(2**40), 2**40),
    "flag": st.sampled_from([0, 1]),
}
ROWS = st.sampled_from(sorted(schema())).flatmap(
    lambda table: st.tuples(
        st.just(table),
        st.lists(
            st.tuples(*(CELLS.get(c["type"], CELLS["text"]) for c in schema()[table])), max_size=4
        ),
    )
)


@given(ROWS)
def test_cells_come_back_as_they_were(drawn: tuple[str, list[tuple[object, ...]]]) -> None:
    """Text, numbers and blanks survive the way through CSV, whatever they hold.

    A block is written as its rows are one by one.
    """
    table, rows = drawn
    text = "".join(encode(table, row).decode() for row in rows)
    if rows:
        block = [*zip(*rows, strict=True)]
        assert encode(table, block).decode() == text and list(rows_of(block)) == rows
    back = list(parse(text.splitlines(keepends=True) if "\n" not in text else _lines(text)))
    assert frame(table, back).equals(frame(table, rows))


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]]


@given(st.text(min_size=1))
@example("=cmd|'/c calc'!A1")
@example("\t=1")
@example("\r=1")
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would run stands behind a '; numbers below zero stay numbers."""
    line = encode("edits", ("=doc", 1, 2, "+rule", text, "-1")).decode()
    cells = next(iter(__import__("csv").reader(_lines(line))))
    assert not [c for c in cells if c[:1] in ("=", "+", "-", "@", "\t", "\r") and c]
    assert next(iter(parse(_lines(line))))[4] == text
    number = encode("themes", ("r", "all", "t", 1, 1, 1, [-4.5], 0.0, [None], 1.0))
    assert number == b"r,all,t,1,1,1,-4.5,0,,1\n"


TEXTS = CELLS["text"] | st.text('%s,\n"') | st.none()


@given(TEXTS, st.lists(TEXTS), st.integers(0, 9) | st.lists(st.integers(0, 9), min_size=9))
def test_a_block_is_what_its_rows_are_one_by_one(cell: Any, words: list[Any], n: Any) -> None:
    """Whether one column is joined or more are formatted: 100%s, quotes and blanks in each."""
    words = words[:9]
    block = (cell, "plan", words, n[: len(words)] if isinstance(n, list) else n)
    assert encode("words", block) == b"".join(encode("words", row) for row in rows_of(block))


def test_tables_on_disk_have_the_columns_of_the_schema(tmp_path: Path) -> None:
    """Header, order, types and the mark that lets a spreadsheet show Chinese."""
    reportlib.build_tables([folder_of(tmp_path / "pages", 2)], tmp_path / "out")
    for table, columns in schema().items():
        data = (tmp_path / "out" / f"{table}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
        assert data.decode("utf-8-sig").split("\n")[0] == ",".join(NAMES[table])
        rows = read_table(tmp_path / "out", table)
        for column in columns:
            kind = {"integer": "Int64", "flag": "Int64", "number": "Float64"}.get(column["type"])
            if (table, column["column"]) != ("quantities", "value"):
                assert kind is None or rows[column["column"]].dtype == kind, (table, column)
        assert "nan" not in data.decode().lower().split(","), table


def test_every_column_of_the_schema_is_filled_somewhere(seeds: dict[str, str]) -> None:
    """No column stands in the codebook for nothing; some say only what is rare or wrong."""
    corpus = reportlib.load(ROOT / "seeds")
    silent = {
        ("pages", "damage"), ("pages", "title"), ("pages", "source_url"), ("pages", "duplicate_of"),
        ("pages", "file_name_says"), ("reports", "conflicts"), ("indicators", "value_high"),
        ("indicators_extended", "value_high"),
    }  # fmt: skip
    for table, columns in schema().items():
        for column in columns if table != "corrections" else ():
            cells = corpus[table][column["column"]]
            filled = (cells.notna() & (cells.astype(str) != "")).any()
            assert filled or (table, column["column"]) in silent, (table, column["column"])
