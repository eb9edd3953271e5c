"""Reading: every format and encoding gives the same text, and a bad file one clear sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import locked_pdf
from openpyxl import Workbook

from reportlib import read
from reportlib.read import Source, iter_sources, read_sidecar, read_source
from reportlib.read.decode import CANDIDATES, decode, plausibility
from reportlib.read.facts import LABELLED, facts_of
from reportlib.read.markup import html_text
from reportlib.records import Page, ReportlibError
from reportlib.resources import settings, table

ROOT = Path(__file__).resolve().parent.parent
CASES = json.loads((ROOT / "tests" / "cases" / "read.json").read_text(encoding="utf-8"))
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["label"])


def page_of(folder: Path, name: str, data: bytes, column: str = "") -> Page:
    """The only page of a file made of ``data``."""
    (page,) = pages_of(folder, name, data, column)
    return page


def pages_of(folder: Path, name: str, data: bytes, column: str = "") -> list[Page]:
    path = folder / name
    path.write_bytes(data)
    return read_source(Source(path, name, column=column))


def shared(one: str, other: str) -> int:
    """How many characters two texts have in common from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


@pytest.fixture(scope="session")
def traditional(seeds: dict[str, str]) -> str:
    """A seed in traditional characters (one for one), for Big5."""
    back = {row["simplified"]: row["traditional"] for row in table("traditional")}
    text = seeds["003_3f2956fd13a85515.txt"].translate(str.maketrans(back))
    return text.encode("big5", "ignore").decode("big5")


# ---- encodings -----------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("length", [100_000, 300, 40])
def test_seeds_come_back_from_every_encoding(
    seeds: dict[str, str], encoding: str, length: int
) -> None:
    """Whole pages and short ones are read right whatever their encoding, with no damage told."""
    for name, text in seeds.items():
        data = text[150 : 150 + length].encode(encoding, "ignore")
        page = decode(data)
        assert page.text == data.decode(encoding).removeprefix("\ufeff"), name
        assert page.damage == ""


@pytest.mark.parametrize("encoding", ["big5", "big5hkscs", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("length", [100_000, 300, 40])
def test_traditional_pages_too(traditional: str, encoding: str, length: int) -> None:
    """Traditional characters: Big5 is not taken for GB18030 nor the other way round."""
    text = traditional[150 : 150 + length]
    assert decode(text.encode(encoding)).text == text


def test_a_wrong_label_does_not_win(seeds: dict[str, str]) -> None:
    """A page that names the wrong encoding for itself is read by its bytes."""
    text = seeds["000_dc62f651b78a44b5.txt"]
    for label in ("big5", "gb2312", "utf-8", "no such thing", "zlib_codec"):
        assert decode(text.encode("gb18030"), label).text == text
        assert decode(text.encode("utf-8"), label).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Отчёт правительства о работе за прошедший год и задачах на будущий год. "),
        ("shift_jis", "政府活動報告について、ここに報告いたします。ご審議をお願いいたします。"),
        ("euc_kr", "정부 업무 보고에서 지난해의 성과와 올해의 과제를 다음과 같이 보고합니다. "),
    ],
)
def test_other_languages(encoding: str, text: str) -> None:
    """A page that is not Chinese is read with a detector's help."""
    assert decode(text.encode(encoding) * 4).text == text * 4


DAMAGE: dict[str, Callable[[bytes, int], bytes]] = {
    "overwritten": lambda data, at: data[:at] + b"\xff" + data[at + 1 :],
    "lost": lambda data, at: data[:at] + data[at + 1 :],
    "added": lambda data, at: data[:at] + b"\xfe" + data[at:],
    "cut at the head": lambda data, at: data[1:],
    "cut at the end": lambda data, at: data[:-1],
}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16-le"])
@pytest.mark.parametrize("kind", DAMAGE)
def test_one_bad_byte_changes_nothing_else(
    seeds: dict[str, str], traditional: str, encoding: str, kind: str
) -> None:
    """At most four characters around a bad byte are lost; all before and after stay."""
    text = traditional if encoding == "big5" else seeds["001_a34cfee4e12b4e7f.txt"]
    text = text[200:1500].replace("\n", "").replace(" ", "")  # no line end helps to find the way
    data = text.encode(encoding)
    for at in range(301, len(data) - 300, 397):
        found = decode(DAMAGE[kind](data, at)).text
        same = shared(found, text)
        rest = shared(found[::-1], text[::-1])
        assert len(text) - same - rest <= 4, found[same : len(found) - rest]


def test_damage_is_told_in_words() -> None:
    """How many, where in the file, and in which encoding; nothing for a sign the page holds."""
    text = "一年来，我们坚持稳中求进工作总基调。"
    data = bytearray(text.encode("utf-8"))
    data[9] = 0xFF  # the first byte of the comma; two more are left over
    assert decode(bytes(data)).damage == "3 characters are not utf-8, the first at offset 9"
    assert decode(text.encode("utf-8")[:-2]).damage == "1 character at offset 51 is not utf-8"
    assert decode(text.encode("gbk")[:-1]).damage == "1 byte at offset 34 is not gb18030"
    marked = b"\xef\xbb\xbf" + text.encode("utf-8")[:-2]
    assert decode(marked).damage == "1 character at offset 54 is not utf-8"
    assert decode("甲\ufffd乙".encode()) == ("甲\ufffd乙", "utf-8", "")


def test_every_common_character_is_one_and_stands_once() -> None:
    """The list that judges readings holds 800 different Han characters."""
    common = "".join(settings("read")["characters"]["common"].split())
    assert len(set(common)) == len(common) == 800
    assert all("\u4e00" <= char <= "\u9fff" for char in common)


def test_right_readings_stand_far_above_wrong_ones(seeds: dict[str, str]) -> None:
    """The threshold between Chinese and not Chinese has room on both sides."""
    for text in seeds.values():
        assert plausibility(text) > 0.7
        data = text.encode("gb18030")
        wrong = [e for e in CANDIDATES if e != "gb18030"]
        assert max(plausibility(data.decode(e, "replace")) for e in wrong) < 0.1


# ---- page facts and HTML -------------------------------------------------------------------------


@cases("facts")
def test_facts(case: dict) -> None:
    """Front matter and labelled lines give title, date and address; look-alikes give nothing."""
    assert facts_of(case["input"].replace("@5000@", "文" * 5000 + "\n")) == case["facts"]


@cases("html")
def test_html(case: dict, tmp_path: Path) -> None:
    """Visible text in document order, and the facts of the tags."""
    page = page_of(tmp_path, "a.html", case["input"].encode())
    assert page.text == case["text"]
    told = {"title": page.title, "published": page.published, "source_url": page.source_url}
    assert {name: value for name, value in told.items() if value} == case.get("facts", {})
    assert not page.is_plain


@pytest.mark.parametrize("encoding", ["gb2312", "utf-8", "utf-16", "big5"])
def test_html_in_its_encoding(traditional: str, encoding: str, tmp_path: Path) -> None:
    """A wrapped page gives the lines of the page."""
    text = traditional if encoding == "big5" else "一年来，我们稳中求进。\n地区生产总值增长5.2%。"
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    body = "".join(f"<p>{line}</p>\n" for line in lines)
    page = f'<html><meta http-equiv="Content-Type" content="text/html; charset={encoding}">{body}'
    found = page_of(tmp_path, "a.htm", page.encode(encoding))
    assert found.text == "\n".join(lines)


def test_every_fact_name_is_valid() -> None:
    """page_facts.csv names only known places and facts, each name once."""
    rows = table("page_facts", ("where", "name", "fact"))
    facts = {
        "column": {"text", "title", "published", "source_url", "place", "adcode", "year"},
        "label": set(LABELLED),
        "tag": set(LABELLED),
    }
    assert all(row["fact"] in facts[row["where"]] for row in rows)
    assert len({(row["where"], row["name"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("row", table("page_facts"), ids=lambda r: f"{r['where']} {r['name']}")
def test_every_fact_name_is_used(row: dict[str, str], tmp_path: Path) -> None:
    """Each label, tag and column of page_facts.csv finds its fact."""
    name, fact = row["name"], row["fact"]
    value = {"published": "2024-01-30", "source_url": "https://a.gov.cn/1", "year": "2024"}
    value |= {"adcode": "340503", "text": "全文", "place": "花山区", "title": "报告"}
    if row["where"] == "label":
        page = page_of(tmp_path, "a.txt", f"{name}：{value[fact]}\n各位代表".encode())
    elif row["where"] == "tag":
        page = page_of(tmp_path, "a.html", f'<meta name={name} content="{value[fact]}">文'.encode())
    else:
        text = "" if fact == "text" else "text"
        data = f"{name.upper()},{text}\n{value[fact]},各位代表\n".encode()
        page = page_of(tmp_path, "a.csv", data)
    found = {"title": page.title, "published": page.published, "source_url": page.source_url}
    found |= {"text": page.text} | {key[4:]: value for key, value in page.given.items()}
    assert found[fact] == value[fact]


BOMBS = {
    "open blocks": "<div>",
    "formatting": "<b id=1><p>",
    "comments that never end": "<!--",
    "tags that never end": "<a ",
    "values that never end": '<a b="',
    "scripts that never end": "<script>",
    "titles": "<title>x</title>",
    "attributes": "<p hidden style='a:b'",
    "hidden": "<p hidden>",
    "spaces": "<b> </b>",
    "entities": "&amp&#",
    "signs": "<",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_html_bombs_are_harmless(kind: str) -> None:
    """400,000 characters that make parsers quadratic: a blink here, minutes if a step were so."""
    bomb = BOMBS[kind] * (400_000 // len(BOMBS[kind]))
    begin = time.process_time()
    html_text(bomb)
    assert time.process_time() - begin < 10


# ---- DOCX and PDF --------------------------------------------------------------------------------


def docx(body: str, **parts: str) -> bytes:
    """A DOCX with the given content of <w:body>, and other parts of the word folder."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return box.getvalue()


def test_docx_gives_the_paragraphs_of_a_seed(seeds: dict[str, str], tmp_path: Path) -> None:
    """One line a paragraph, in order."""
    lines = seeds["003_3f2956fd13a85515.txt"].splitlines()
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    page = page_of(tmp_path, "a.docx", docx(body))
    assert page.text == "\n".join(lines) + "\n"
    assert (page.kind, page.encoding, page.is_plain) == ("page", "", False)


def test_docx_keeps_what_lists_of_runs_lose(tmp_path: Path) -> None:
    """Smart tags, insertions, content controls and tables are text; deletions and fields not."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    row = "<w:tr>" + "".join(f"<w:tc><w:p>{run.format(c)}</w:p></w:tc>" for c in "丙丁") + "</w:tr>"
    empty = "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>"
    body = (
        f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:smartTag>{run.format('2012年')}"
        f"</w:smartTag><w:ins>{run.format('1月')}</w:ins><w:del><w:r><w:delText>x</w:delText></w:r>"
        f"</w:del><w:r><w:instrText>PAGE</w:instrText><w:br/><w:tab/><w:t>甲</w:t></w:r></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run.format('乙')}</w:p></w:sdtContent></w:sdt>"
        f"<w:tbl>{row}{empty}{row}</w:tbl><w:p>{run.format('戊')}</w:p>"
    )
    notes = f'<w:footnotes xmlns:w="{W}"><w:p>{run.format("注")}</w:p></w:footnotes>'
    page = page_of(tmp_path, "a.docx", docx(body, footnotes=notes))
    assert page.text == "2012年1月\n 甲\n乙\n丙\t丁\n\t\n丙\t丁\n戊\n注\n"


def test_docx_bombs(tmp_path: Path) -> None:
    """Too much XML, a container that lies about it, and entities: refused at once."""
    bomb = docx("<w:p/>", styles=" " * (30 << 20))
    assert len(bomb) < 100_000
    page = page_of(tmp_path, "a.docx", bomb)
    assert page.kind == "failed" and "at most 25165824 are read" in page.reason
    bomb = docx(" " * (30 << 20))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lie = bomb.replace(size.to_bytes(4, "little"), (900).to_bytes(4, "little"))
    page = page_of(tmp_path, "b.docx", lie)
    assert page.kind == "failed" and page.reason.startswith("a broken file (Bad CRC-32")
    entities = '<!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a>'.format("x" * 1000)
    page = page_of(tmp_path, "c.docx", docx("<w:p/>", document1=entities))
    assert page.kind == "failed" and "document type" in page.reason


def pdf(pages: list[str]) -> bytes:
    """A PDF printed from ``pages`` with the bundled font; "" gives a page with a grey box only."""
    typst = pytest.importorskip("typst")
    fonts = ROOT / "reportlib" / "data" / "fonts"
    body = "\n#pagebreak()\n".join(
        page.replace("*", "·") or "#rect(width: 8cm, height: 8cm, fill: gray)" for page in pages
    )
    source = f'#set text(font: "Noto Sans SC", lang: "zh", size: 10pt)\n{body}'
    return typst.compile(source.encode(), font_paths=[str(fonts)])


def test_pdf_gives_the_text_of_a_seed(seeds: dict[str, str], tmp_path: Path) -> None:
    """All characters of a printed seed come back; lines are the printed ones."""
    text = seeds["003_3f2956fd13a85515.txt"][:3000].replace("*", "")
    page = page_of(tmp_path, "a.pdf", pdf([text]))
    assert "".join(page.text.split()) == "".join(text.split())
    assert page.damage == "" and "\r" not in page.text


def test_pdf_without_text(tmp_path: Path) -> None:
    """A scanned PDF needs OCR; one with some scanned pages says which."""
    page = page_of(tmp_path, "a.pdf", pdf(["", ""]))
    assert page.reason == "2 pages without text: scanned, they need OCR"
    page = page_of(tmp_path, "b.pdf", pdf(["各位代表：", "", "一年来"]))
    assert page.kind == "page" and page.damage == "no text (scanned) on page 2"


def test_pdf_with_a_password(tmp_path: Path) -> None:
    """An encrypted PDF is named as such."""
    page = page_of(tmp_path, "a.pdf", locked_pdf())
    assert page.reason == "protected by a password; save it without one"


# ---- tables --------------------------------------------------------------------------------------

TABLE = [
    ["省份", "城市", "标题", "发布日期", "正文", "年份", "网址"],
    ["安徽省", "马鞍山市", "花山区报告", "2024-12-31", "各位代表：\r\n一、回顾", "2024", "https://a.cn/1"],
    ["", "", "", "", "", "", ""],
    ["辽宁省", "鞍山市", "", "2023/1/9 08:00", "标题：鞍山市报告\n二、计划", "2023", "未知"],
]  # fmt: skip


def as_csv(mark: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(TABLE)
    return text.getvalue().encode("gb18030")


def as_xlsx() -> bytes:
    book, box = Workbook(), io.BytesIO()
    for row in TABLE:
        book.active.append([cell.replace("\r", "") or None for cell in row])
    book.create_sheet("说明").append(["这里没有正文"])
    book.save(box)
    return box.getvalue()


def as_jsonl() -> bytes:
    rows = [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]
    rows[2]["年份"] = 2023  # type: ignore[assignment]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


@pytest.mark.parametrize("name", ["a.csv", "tab.csv", "semicolon.csv", "a.xlsx", "a.jsonl"])
def test_rows_of_a_table_are_pages(name: str, tmp_path: Path) -> None:
    """One page a row, counted below the header, with what the other columns say."""
    made = {"a.csv": as_csv, "a.xlsx": as_xlsx, "a.jsonl": as_jsonl}
    made |= {"tab.csv": lambda: as_csv("\t"), "semicolon.csv": lambda: as_csv(";")}
    first, second, *others = pages_of(tmp_path, name, made[name]())
    assert (first.doc, second.doc) == (f"{name}#1", f"{name}#3")
    assert first.text.replace("\r", "") == "各位代表：\n一、回顾"
    assert (first.title, first.published) == ("花山区报告", "2024-12-31")
    assert (first.source_url, first.is_plain) == ("https://a.cn/1", False)
    assert first.given == {"row_place": "安徽省马鞍山市", "row_year": "2024"}
    assert second.given == {"row_place": "辽宁省鞍山市", "row_year": "2023"}
    assert (second.title, second.published, second.source_url) == ("鞍山市报告", "2023-01-09", "")
    assert first.sha256 == second.sha256 != ""
    if name == "a.xlsx":
        assert (others[0].doc, others[0].kind) == ("a.xlsx#说明!0", "skipped")
    else:
        assert not others and "\r\n" in first.text


def test_the_text_column_may_be_named(tmp_path: Path) -> None:
    """A name given goes before the names known; a wrong one is answered with the columns."""
    data = "备份 正文,正文\n甲,乙\n".encode()
    assert page_of(tmp_path, "a.csv", data).text == "乙"
    assert page_of(tmp_path, "a.csv", data, "备份 正文").text == "甲"
    failed = page_of(tmp_path, "a.csv", data, "正文二")
    assert failed.kind == "failed" and "it has 备份_正文, 正文" in failed.reason
    listed = page_of(tmp_path, "b.csv", b"file,year\na.txt,2024\n")
    assert listed.kind == "skipped" and "it has file, year" in listed.reason


def test_big_cells_and_bad_rows(tmp_path: Path) -> None:
    """A cell may be longer than the csv module allows; a row out of shape fails alone."""
    long = "各位代表：" + "稳中求进。" * 60_000
    data = f'title,text\n甲,"{long}"\n乙,一,二\n丙,\n'.encode()
    first, second, third = pages_of(tmp_path, "a.csv", data)
    assert first.text == long
    assert (second.kind, second.reason) == ("failed", "3 cells in a row under 2 columns")
    assert (third.kind, third.reason) == ("failed", "it holds no text")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_table_of_endless_rows(name: str, tmp_path: Path) -> None:
    """Rows that hold next to nothing are refused before they fill the memory."""
    data = b"text\n" + b"a\n" * 200_000 if name == "a.csv" else b'{"text":1}\n' * 200_000
    page = page_of(tmp_path, name, data)
    assert page.kind == "failed" and page.reason.startswith("more than 100000 ")


def test_a_table_of_endless_columns(tmp_path: Path) -> None:
    """Lines that share no name would make a table as wide as it is long."""
    data = "\n".join(f'{{"text": "a", "k{number}": 1}}' for number in range(5000)).encode()
    assert page_of(tmp_path, "a.jsonl", data).reason.startswith("5001 different names")


def test_half_characters_in_json(tmp_path: Path) -> None:
    """A lone surrogate cannot be written to any table and becomes a replacement sign."""
    page = page_of(tmp_path, "a.jsonl", b'{"text": "a\\ud83db", "title": "\\ude00"}\n')
    assert (page.text, page.title) == ("a\ufffdb", "\ufffd")


def test_damage_of_a_table_is_told_where_it_shows(tmp_path: Path) -> None:
    """Only the row with the bad byte carries the note."""
    data = "text\n一年来，我们稳中求进\n二年来，我们@@稳中求进\n".encode("gbk").replace(
        b"@@", b"\xff"
    )
    first, second = pages_of(tmp_path, "a.csv", data)
    assert (first.damage, second.damage) == ("", "1 byte at offset 38 is not gb18030")
    assert second.text == "二年来，我们\ufffd稳中求进"


# ---- bad files -----------------------------------------------------------------------------------


@cases("not_text")
def test_bad_files_say_what_is_wrong(case: dict, tmp_path: Path) -> None:
    """Empty, binary, broken, protected: one row with one sentence and the hash of the bytes."""
    page = page_of(tmp_path, "a" + case["suffix"], case["latin1"].encode("latin-1"))
    assert page.kind == "failed" and page.text == ""
    assert page.reason.startswith(case["reason"]) or f"this is {case['reason']}" in page.reason
    assert len(page.sha256) == 64


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    """200 MB: one sentence, and no more memory than the limit on files."""
    path = tmp_path / "a.txt"
    with path.open("wb") as handle:
        handle.truncate(200 << 20)
    tracemalloc.start()
    (page,) = read_source(Source(path, "a.txt"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page.reason == "209715200 bytes; at most 67108864 are read: split it"
    assert peak < 2 * read.MOST_BYTES


def test_a_page_too_long_for_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More characters than any report has: refused, not cut."""
    monkeypatch.setattr(read, "MOST_CHARACTERS", 100)
    page = page_of(tmp_path, "a.txt", ("稳" * 101).encode())
    assert page.reason == "101 characters; a page has at most 100: split it"


@pytest.mark.parametrize(("suffix", "library"), [(".pdf", "pypdfium2"), (".xlsx", "openpyxl")])
def test_a_missing_library_is_named(
    suffix: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, the reason says what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    page = page_of(tmp_path, "a" + suffix, as_xlsx() if suffix == ".xlsx" else b"%PDF-1.7")
    assert page.reason == f"reading it needs {library}: pip install 'reportlib[formats]'"


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be opened is a row like others."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text("文", encoding="utf-8")
    (source,) = iter_sources([tmp_path])
    monkeypatch.setattr(Path, "open", refuse)
    (page,) = read_source(source)
    assert (page.kind, page.reason) == ("failed", "cannot be opened: Permission denied")
    monkeypatch.setattr(Path, "iterdir", refuse)
    (folder,) = iter_sources([tmp_path])
    assert folder.kind == "failed" and "a folder that cannot be opened" in folder.reason


@pytest.mark.parametrize("suffix", settings("read")["old"])
def test_old_formats_name_what_converts_them(suffix: str, tmp_path: Path) -> None:
    """.doc and its like give a failed row with the name of a tool."""
    (tmp_path / f"报告{suffix.upper()}").write_bytes(b"\xd0\xcf\x11\xe0")
    (source,) = iter_sources([tmp_path])
    (page,) = read_source(source)
    assert page.kind == "failed" and "LibreOffice" in page.reason


# ---- folders -------------------------------------------------------------------------------------


def test_a_folder_is_walked_in_sorted_order_and_leaves_nothing_out(tmp_path: Path) -> None:
    """Every file met is listed: pages in the order of their paths, others with the reason."""
    for name in ("b/2.txt", "b/1.TXT", "a.md", "b.txt", "-x.txt", "line\nend.txt", "c/pages.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("文", encoding="utf-8")
    for name in (
        "README.zh-CN.md",
        "SOURCES.md",
        "LICENSE",
        ".hidden.txt",
        "~$a.docx",
        "x.exe",
        "no_suffix",
    ):
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").touch()
    (tmp_path / "out").symlink_to(ROOT / "seeds")
    (tmp_path / "out.txt").symlink_to(ROOT / "README.md")
    (tmp_path / "in.txt").symlink_to(tmp_path / "a.md")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.txt")  # to open it would wait for ever
    sources = iter_sources([tmp_path], {tmp_path / "c" / "pages.csv": "the --pages file"})
    pages = [source.doc for source in sources if source.kind == "page"]
    assert pages == ["-x.txt", "a.md", "b/1.TXT", "b/2.txt", "b.txt", "in.txt", "line\\x0aend.txt"]
    assert {source.doc: source.reason for source in sources if source.kind != "page"} == {
        ".git": "a hidden file or folder",
        ".hidden.txt": "a hidden file or folder",
        "LICENSE": "a file about the folder, by its name",
        "README.zh-CN.md": "a file about the folder, by its name",
        "SOURCES.md": "a file about the folder, by its name",
        "c/pages.csv": "the --pages file",
        "gone.txt": "not a regular file",
        "loop": "a link to a folder",
        "no_suffix": f"unknown suffix ''; read are {' '.join(read.SUFFIXES)}",
        "out": "a link that leads out of the folder",
        "out.txt": "a link that leads out of the folder",
        "pipe.txt": "not a regular file",
        "x.exe": f"unknown suffix '.exe'; read are {' '.join(read.SUFFIXES)}",
        "~$a.docx": "a hidden file or folder",
    }
    for source in sources:
        if source.kind == "page":
            (page,) = read_source(source)
            assert (page.text, page.doc) == ("文", source.doc)
            assert "\n" not in page.path


def test_docs_are_unique_over_sources(tmp_path: Path) -> None:
    """The same name below two folders, files named themselves, and the same folder twice."""
    for name in ("x/2024/a.txt", "y/2024/a.txt", "y/2024/b.txt", "2024/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    named = ["x/2024", "y/2024", "x/2024", "2024/a.txt", "2024/../2024"]
    docs = [source.doc for source in iter_sources([tmp_path / name for name in named])]
    assert docs[:3] == ["a.txt", "2024/a.txt", "b.txt"]
    assert docs[3] == f"{tmp_path.name}/2024/a.txt"
    assert len(set(docs)) == len(docs) == 5


def test_a_file_named_itself(tmp_path: Path) -> None:
    """A README or hidden file named by the user is read; what is of no use fails."""
    for name in ("README.md", ".hidden.txt", "x.exe"):
        (tmp_path / name).write_text("文", encoding="utf-8")
    kinds = {s.doc: s.kind for s in iter_sources(sorted(tmp_path.iterdir()))}
    assert kinds == {"README.md": "page", ".hidden.txt": "page", "x.exe": "failed"}
    with pytest.raises(ReportlibError, match=r"no file or folder .*nothing"):
        iter_sources([tmp_path / "nothing"])


def test_no_row_can_be_taken_for_a_file(tmp_path: Path) -> None:
    """A file called a.csv#1 does not share its doc with row 1 of a.csv."""
    (tmp_path / "a.csv").write_text("text\n文\n", encoding="utf-8")
    (tmp_path / "a.csv#1").touch()
    pages = [page for source in iter_sources([tmp_path]) for page in read_source(source)]
    assert [page.doc for page in pages] == ["a.csv#1", "a.csv\\x231"]


# ---- sidecar -------------------------------------------------------------------------------------


def test_sidecar(tmp_path: Path) -> None:
    """What the user says, by doc; empty cells say nothing; a spreadsheet's encoding is read."""
    path = tmp_path / "pages.csv"
    text = "doc,place,adcode,year,note\n2024/a.txt,花山区,,2024,\n表.csv#1, ,340503,,抄本\n"
    path.write_bytes(text.encode("gbk"))
    assert read_sidecar(path) == {
        "2024/a.txt": {"place": "花山区", "year": "2024"},
        "表.csv#1": {"adcode": "340503", "note": "抄本"},
    }
    with pytest.raises(ReportlibError, match=r"none\.csv: .*No such file"):
        read_sidecar(tmp_path / "none.csv")


@cases("sidecar")
def test_a_wrong_sidecar(case: dict, tmp_path: Path) -> None:
    """What is wrong, in which row, and what is allowed."""
    (tmp_path / "pages.csv").write_text(case["input"], encoding="utf-8")
    with pytest.raises(ReportlibError, match=r"^(pages\.csv|unknown)") as error:
        read_sidecar(tmp_path / "pages.csv")
    assert case["error"] in str(error.value)


# ---- properties and the corpus -------------------------------------------------------------------

ANYTHING = st.binary(max_size=300) | st.text(max_size=100).map(
    lambda text: text.encode("gb18030", "replace")
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@given(data=ANYTHING, suffix=st.sampled_from(read.SUFFIXES))
def test_any_bytes_give_pages(scratch: Path, data: bytes, suffix: str) -> None:
    """Whatever the bytes: pages, each readable or with a reason on one line; never an exception."""
    pages = pages_of(scratch, f"a{suffix}", data)
    assert pages
    for page in pages:
        assert page.kind in ("page", "failed", "skipped")
        assert bool(page.reason) == (page.kind != "page")
        assert "\n" not in page.reason
        page.text.encode("utf-8")


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\r\n\t"), min_size=1)
)
def test_plain_utf8_comes_back_unchanged(scratch: Path, text: str) -> None:
    """No newline is translated, no space trimmed: the page text is the decoded file."""
    page = page_of(scratch, "a.txt", b"\xef\xbb\xbf" + text.encode())
    if text.strip():
        assert (page.kind, page.text, page.damage) == ("page", text, "")
    else:
        assert page.reason == "it holds no text"


@given(st.text("年来我们GDP增长5.2%，。\n ", min_size=8), st.sampled_from(["gb18030", "utf-16-le"]))
def test_cut_anywhere_the_head_stays(scratch: Path, text: str, encoding: str) -> None:
    """A page cut in mid-character keeps all that came before."""
    whole = ("一年来，我们坚持稳中求进。" + text).encode(encoding)
    found = decode(whole[:-1]).text
    assert found.startswith(whole.decode(encoding)[:-1])


def corpus_pages(corpus: Path) -> Iterator[Path]:
    for suffix in ("txt", "md"):
        yield from sorted(corpus.rglob(f"*.{suffix}"))


def test_corpus_pages_are_the_decoded_files(corpus: Path) -> None:
    """Plain pages: text, encoding and offsets are those of the file, byte for byte."""
    count = 0
    for path in corpus_pages(corpus):
        (page,) = read_source(Source(path, path.name))
        with path.open(encoding="utf-8", newline="") as handle:
            assert page.text == handle.read(), path.name
        assert (page.kind, page.encoding, page.damage) == ("page", "utf-8", "")
        count += 1
    assert count > 500


def test_corpus_originals_hold_the_text_of_their_pages(corpus: Path) -> None:
    """The DOCX originals give the characters of the pages made from them."""
    originals = sorted((corpus / "originals").glob("*.docx"))
    assert originals
    for path in originals:
        (page,) = read_source(Source(path, path.name))
        (twin,) = [p for p in corpus.rglob(f"{path.stem}.txt")]
        assert "".join(page.text.split()) == "".join(twin.read_text(encoding="utf-8").split())
