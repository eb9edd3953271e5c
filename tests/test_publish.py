"""Appendix, reading view and exports: whole, offline, numbered, the same twice, and inert."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import reportlib
from reportlib.build.export import inert
from reportlib.publish import make_appendix
from reportlib.publish.appendix import OWN
from reportlib.publish.blocks import Block, Chapter, blocks_of
from reportlib.publish.notebooks import read_notebook, run_notebooks
from reportlib.publish.pdf import write_pdf
from reportlib.publish.site import markdown
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import schema
from reportlib.resources import settings as settings_of

ROOT = Path(__file__).resolve().parent.parent
LINE = "=1+1&cmd|' /C calc'!A0 <script>alert('x')</script> 坚持\u202e稳中求进\u202c。"
PAGE = f"""怀宁县人民政府工作报告
——2023年1月5日在怀宁县第十八届人民代表大会第二次会议上
县长 张三
各位代表：
现在，我代表县人民政府，向大会报告工作，请予审议。
一、2022年工作回顾
过去一年，全县地区生产总值增长5.2%，达到120亿元，一般公共预算收入增长4%。
{LINE}
{"很" * 400}长，{"A" * 900}。
二、2023年工作安排
今年的预期目标是：地区生产总值增长6%左右，城镇新增就业3000人以上。
各位代表，让我们团结奋斗，谱写新篇章！
"""
CELLS = (
    (
        "md",
        "# 05 · One page\n\nThe 预期目标 of a page; 预期目标 again, and *no* <b>markup</b>.",
        {},
    ),
    ("code", "import matplotlib.pyplot as plt\nimport reportlib", {}),
    ("code", 'SOURCE = "nowhere"', {"tags": ["parameters"]}),
    ("code", "corpus = reportlib.load(SOURCE)\ncorpus", {}),
    (
        "md",
        "## Tables 表\n\n| a long head | another one | a third |\n|---|---|---|\n| 1 | 2 | 3 |",
        {},
    ),
    ("code", 'corpus["sentences"][["section", "text"]]', {"en": "Its sentences", "zh": "句子"}),
    ("code", 'corpus["reports"].T.head(20).T', {"en": "A wide table", "zh": "宽表"}),
    ("code", 'corpus["sections"].groupby(["doc", "section"]).agg(n=("start", "size"))', {}),
    ("code", 'doc = corpus["pages"]["doc"][0]\nreportlib.reading_view(corpus, doc)', {}),
    ("code", 'print(corpus["sentences"]["text"].max())', {}),
    (
        "code",
        "plt.plot([1, 2])\nplt.show()",
        {"en": "A line", "zh": "一条线", "alt": "A line rises"},
    ),
    ("code", 'print("the worked answer")', {"tags": ["solution"]}),
)


def make_notebook(folder: Path, cells: tuple[Any, ...] = CELLS, name: str = "05_one.ipynb") -> Path:
    """A notebook for any folder in ``folder``, without outputs."""
    folder.mkdir(exist_ok=True)
    book = new_notebook(metadata={"reportlib": {"any_folder": True}})
    for kind, source, notes in cells:
        meta = {"tags": notes["tags"]} if "tags" in notes else {}
        if "en" in notes:
            words = {"caption": notes["en"], "caption_zh": notes["zh"], "alt": notes.get("alt", "")}
            meta = {"reportlib": words}
        make = new_markdown_cell if kind == "md" else new_code_cell
        book.cells.append(make(source, metadata=meta))
    nbformat.write(book, folder / name)
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one hostile page."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "=page<b>.txt").write_text(PAGE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def appendix(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an appendix of that page."""
    made = tmp_path_factory.mktemp("made")
    books = make_notebook(made / "notebooks")
    return make_appendix(made / "out", books, study=study).parent


@pytest.fixture(scope="module")
def page(appendix: Path) -> str:
    return (appendix / "index.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """All start tags with their attributes, and the text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self._inside = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script"):
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def test_everything_stands_beside_the_page(appendix: Path, study: Path) -> None:
    """Tables, codebook, cards, hashes and versions; and nothing else, no temporary file."""
    assert {p.name for p in appendix.iterdir()} == set(OWN)
    codebook = pd.read_csv(appendix / "codebook.csv", keep_default_na=False)
    assert len(codebook) == sum(map(len, schema().values()))
    inputs = pd.read_csv(appendix / "inputs.csv", keep_default_na=False)
    (page,) = study.iterdir()
    assert inputs["sha256"].tolist() == [hashlib.sha256(page.read_bytes()).hexdigest()]
    versions = json.loads((appendix / "versions.json").read_text(encoding="utf-8"))
    assert {"reportlib", "pandas", "typst", "matplotlib"} <= versions["packages"].keys()
    assert not reportlib.read_table(appendix / "tables", "indicators").empty


def test_page_loads_nothing_and_lets_nothing_run(page: str) -> None:
    """No address is loaded, the policy forbids it, and no text of the page became markup."""
    found = Tags(page)
    assert len(page.encode()) < 5_000_000
    (policy,) = (m["content"] for m in found.of("meta") if "http-equiv" in m)
    assert policy and policy.startswith("default-src 'none'")
    assert len(found.of("script")) == 1 and "src" not in found.of("script")[0]
    trusted = hashlib.sha256(page.split("<script>")[1].split("</script>")[0].encode()).digest()
    assert base64.b64encode(trusted).decode() in policy
    assert not found.of("link") and not found.of("iframe") and not found.of("b>")
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in found.of("img"))
    loads = re.findall(r"url\(([^)]{0,30})|@import", page)
    assert loads and all(load.startswith("data:") for load in loads)
    assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
    assert "\u202e" not in page and "[U+202E]" in page
    assert "<script>alert('x')</script>" in found.text, "shown as text"


def test_font_has_every_chinese_character(page: str) -> None:
    """The embedded font draws all of the page that is not Latin."""
    from fontTools.ttLib import TTFont

    (data,) = re.findall(r"data:font/woff2;base64,([^)]+)\)", page)
    glyphs = TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()
    wanted = {c for c in unescape(Tags(page).text) if ord(c) >= 0x2E80}
    assert len(wanted) > 300 and not [c for c in wanted if ord(c) not in glyphs]


def test_numbers_captions_and_access(page: str) -> None:
    """Figures and tables are counted and named in both languages; tables and pictures are told."""
    found = Tags(page)
    for words in ("Table 1 表 1. Its sentences 句子", "Figure 1 图 1. A line 一条线"):
        assert words in found.text
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids)) and {"table-1", "table-2", "figure-1", "glossary"} <= {*ids}
    targets = {str(a["href"])[1:] for a in found.of("a") if str(a["href"]).startswith("#")}
    assert targets <= {*ids} and {"table-2", "figure-1", "provenance"} <= targets
    assert all(head.get("scope") in ("col", "row") for head in found.of("th")) and found.of("th")
    assert len(found.of("caption")) == len(found.of("table")) - 1, "all but the one in prose"
    assert [image["alt"] for image in found.of("img")] == ["A line rises"]
    assert [name for name, _ in found.tags if name == "h1"] == ["h1"]
    assert page.count("<summary>code") == sum(kind == "code" for kind, *_ in CELLS)
    assert '<a href="#glossary" title="expected target">预期目标</a>' in page
    assert page.count("expected target") >= 1 and page.count('title="expected target"') == 1
    assert found.of("html")[0]["lang"] == "en" and found.of("label") and found.of("nav")


def test_contrast() -> None:
    """Text colours of page and view stand 4.5 : 1 and more against their grounds."""
    css = (ROOT / "reportlib" / "data" / "publish" / "appendix.css").read_text(encoding="utf-8")
    inks = re.findall(r"--(?:ink|soft|accent):(#[0-9a-f]{3,6})", css)
    pairs = [(ink, "#ffffff") for ink in inks] + [("#1a1a1a", "#ffe08a"), ("#555555", "#f6f6f6")]
    styles = [style for _, style in settings_of("publish/view")["layers"].values()]
    grey = [c for style in styles for c in re.findall(r"(?<!-)color:(#\w{6})", style)]
    for ink, ground in pairs + [(c, "#ffffff") for c in grey]:
        bright, dark = sorted(map(luminance, (ink, ground)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_pdf_has_bookmarks_numbers_and_no_clipped_line(appendix: Path) -> None:
    """Bookmarks, captions in both languages, and every character inside its sheet."""
    import pypdfium2

    book = pypdfium2.PdfDocument(appendix / "appendix.pdf")
    titles = [mark.get_title() for mark in book.get_toc()]
    assert titles[0] == "05 · One page" and {"Tables 表", "Codebook"} <= {*titles}
    texts, turned = "", 0
    for sheet in book:
        width, height = sheet.get_size()
        turned += width > height
        layer = sheet.get_textpage()
        texts += layer.get_text_range()
        for number in range(0, layer.count_chars(), 7):
            left, bottom, right, top = layer.get_charbox(number)
            assert left > 20 and bottom > 20 and right < width - 20 and top < height - 20
    assert turned, "the wide table stands on a turned page"
    flat = re.sub(r"[\s\u200b]", "", texts)
    assert "Table1表1Itssentences句子" in flat and "Figure1图1Aline一条线" in flat
    assert "\u202e" not in flat and "稳中求进" in flat


@pytest.mark.slow
def test_same_bytes_twice_and_a_quiet_terminal(study: Path, tmp_path: Path) -> None:
    """The command run twice writes the same files and nothing but its one line."""
    books = make_notebook(tmp_path / "notebooks")
    made = []
    for name in ("a", "b"):
        command = [sys.executable, "-m", "reportlib", "appendix", "--study", str(study)]
        command += ["--out", str(tmp_path / name), "--notebooks", str(books)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert done.stdout == f"written: {tmp_path / name / 'index.html'}\n"
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        made.append({p.relative_to(tmp_path / name).as_posix(): p.read_bytes() for p in files})
    assert made[0].keys() == made[1].keys()
    different = {n for n in made[0] if made[0][n] != made[1][n]} - {"tables/.reportlib.json"}
    assert not different


def test_what_a_cell_prints_in_pieces_is_one_output(tmp_path: Path) -> None:
    """Pieces are sent by the clock, and no page may depend on that."""
    cells = (("code", "import time\nprint(1, flush=True)\ntime.sleep(0.5)\nprint(2)", {}),)
    [book] = run_notebooks([make_notebook(tmp_path / "n", cells) / "05_one.ipynb"], {})
    assert [output["text"] for output in book.cells[0].outputs] == ["1\n2\n"]


def test_students_get_no_answers(tmp_path: Path) -> None:
    book = read_notebook(make_notebook(tmp_path / "n") / "05_one.ipynb")
    assert any("worked answer" in block.body for block in blocks_of(book))
    assert not any("worked answer" in block.body for block in blocks_of(book, student=True))


def test_a_failing_cell_is_shown_and_the_last_appendix_stays(
    study: Path, tmp_path: Path, appendix: Path
) -> None:
    """The error names notebook, cell, source and cause; the old page is untouched."""
    cells = (("md", "# 05", {}), ("code", "x = 1\nraise ValueError('\x1b[31mno\\u202e')", {}))
    before = {p: p.read_bytes() for p in appendix.rglob("*") if p.is_file()}
    with pytest.raises(ReportlibError) as told:
        make_appendix(appendix, make_notebook(tmp_path / "n", cells), study=study)
    assert "05_one.ipynb: ValueError" in str(told.value) and "[U+202E]" in str(told.value)
    assert "x = 1\nraise ValueError" in str(told.value), "the cell"
    assert {p: p.read_bytes() for p in appendix.rglob("*") if p.is_file()} == before


def test_one_clear_sentence_for_each_wrong_call(tmp_path: Path, study: Path) -> None:
    books = make_notebook(tmp_path / "n")
    empty, filled = tmp_path / "empty", tmp_path / "filled"
    empty.mkdir()
    filled.mkdir()
    (filled / "mine.doc").touch()
    (empty / "news.txt").write_text("今天天气很好。", encoding="utf-8")
    with pytest.raises(ReportlibError, match="no work report among 1 pages"):
        make_appendix(tmp_path / "o", books, study=empty)
    with pytest.raises(ReportlibError, match="nowhere"):
        make_appendix(tmp_path / "o", books, study=tmp_path / "nowhere")
    with pytest.raises(ReportlibError, match="run the command where the project stands"):
        make_appendix(tmp_path / "o", tmp_path / "none", study=study)
    with pytest.raises(OutputError, match=r"holds other files \(mine\.doc"):
        make_appendix(filled, books, study=study)
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportlibError, match="is no notebook"):
        read_notebook(tmp_path / "bad.ipynb")


def test_notebooks_of_several_run_at_once_and_stay_in_order(tmp_path: Path) -> None:
    """Each has its own kernel; the order is that of the names."""
    for number in (1, 2, 3):
        cells = (("code", f"number = {number}\nprint(number)", {}),)
        make_notebook(tmp_path / "n", cells, f"0{number}.ipynb")
    done = run_notebooks(sorted((tmp_path / "n").iterdir()), {"extra": "a'b"})
    assert [book.cells[-1].outputs[0].text for book in done] == ["1\n", "2\n", "3\n"]
    assert done[0].cells[0].source == 'extra = "a\'b"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# 目标", "<h2>目标</h2>\n"),
        ("a <script>b</script>", "<p>a &lt;script&gt;b&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", '<p><a href="#harmful-link">x</a></p>\n'),
    ],
)
def test_markdown_is_escaped(source: str, html: str) -> None:
    assert markdown(source, {}) == html


def test_terms_are_linked_once_and_never_inside_a_link() -> None:
    """The longer term wins; headings, links and code blocks are left alone."""
    terms = {"目标": "target", "预期目标": "expected target"}
    html = markdown("## 目标\n\n[目标](x) 预期目标 预期目标\n\n```\n目标\n```", terms)
    link = '<a href="#glossary" title="expected target">预期目标</a>'
    assert html.count(link) == 1 and terms == {"目标": "target"}
    assert "<h3>目标</h3>" in html and '<a href="x">目标</a>' in html


HOSTILE = st.text(alphabet="#*_-`[]()<>!\\ \nab|目1.\"'$@=~+/&;", max_size=60)


@given(st.lists(st.text(max_size=40) | HOSTILE, max_size=12), st.lists(HOSTILE, max_size=3))
@settings(max_examples=30)
def test_typst_takes_any_text(pieces: list[str], prose: list[str]) -> None:
    """No text of a page is read as markup: what goes in comes out, and never an error."""
    import pypdfium2

    shown = pd.DataFrame({"n": [inert(piece) for piece in pieces]}).to_html()
    blocks = [Block("text", inert(piece), alt="x") for piece in pieces]
    blocks += [Block("table", shown, "#x[]")] + [Block("prose", source) for source in prose]
    with tempfile.TemporaryDirectory() as folder:
        write_pdf(Path(folder) / "a.pdf", 'a "title" \\', [Chapter("x", "#x", blocks)])
        with pypdfium2.PdfDocument(Path(folder) / "a.pdf") as book:
            text = "".join(page.get_textpage().get_text_range() for page in book)
    assert 'a "title" \\' in text and "#x[]" in text
    for sign in "#*_`[]$@\\":
        assert text.count(sign) >= sum(map("".join(pieces).count, sign)), sign


@given(st.text(max_size=80))
def test_inert_text_hides_and_turns_nothing(any_text: str) -> None:
    """Nothing is left that turns the direction, moves the cursor or cannot be encoded."""
    shown = inert(any_text)
    assert not re.search(
        r"[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown
    )
    assert inert(shown) == shown
    shown.encode()


def test_reading_view_shows_every_character_once(study: Path) -> None:
    """Take the tags out and the page is there again, with the hostile line as text."""
    corpus = reportlib.load(study)
    (doc,) = corpus["pages"]["doc"]
    html = str(reportlib.reading_view(corpus, doc))
    found = Tags(html)
    for part in corpus["sections"]["section"]:
        found.text = found.text.replace(part, "", 1)
    assert found.text.endswith(inert(corpus.text(doc)))
    assert not found.of("script") and "title" in html
    assert 'title="gdp growth actual 2022 eq"' in html, "a figure says what it is"
    part = str(reportlib.reading_view(corpus, doc, 10, 20))
    assert inert(corpus.text(doc))[10:20] in Tags(part).text
    with pytest.raises(ReportlibError, match="unknown page"):
        reportlib.reading_view(corpus, "nothing.txt")


def test_views_are_short_and_escaped(study: Path) -> None:
    """What Jupyter shows of a corpus and of its parts fits the screen and runs nothing."""
    corpus = reportlib.load(study)
    assert repr(corpus) == "<Corpus: 1 pages, 1 reports>"
    html = corpus._repr_html_()
    assert "=page<b>" not in html and "=page&lt;b&gt;" in html and "怀宁县" in html
    assert len(repr(reportlib.reading_view(corpus, corpus["pages"]["doc"][0]))) < 60
    (report,) = corpus.reports
    told = "安徽省安庆市怀宁县 2023, complete"
    assert repr(report).startswith(f"<Report =page<b>.txt: {told}") and len(repr(report)) < 120
    assert len(repr(corpus.analyses[0])) < 600


def test_exports_are_safe_in_every_format(study: Path, tmp_path: Path) -> None:
    """No formula in a spreadsheet, no command in LaTeX, the same rows everywhere."""
    from openpyxl import load_workbook

    corpus = reportlib.load(study)
    own = {"my_table": pd.DataFrame({"a_b": ["50% & #1_x", None], "n": [1.5, None]})}
    names = ("sentences", "indicators", "reports")
    files = corpus.export(tmp_path / "o", ("csv", "parquet", "xlsx", "tex"), names, own)
    assert len(files) == 3 * 4 + 1 and all(path.is_file() for path in files)
    book = load_workbook(tmp_path / "o" / "tables.xlsx")
    assert book.sheetnames == [*names, "my_table"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    hostile = [c.value for c in cells if isinstance(c.value, str) and "calc" in c.value]
    assert hostile and all(value.startswith("'=") and "\u202e" not in value for value in hostile)
    read = pd.read_csv(tmp_path / "o" / "sentences.csv", encoding="utf-8-sig")
    assert len(read) == len(corpus["sentences"]) == book["sentences"].max_row - 1
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "o" / "indicators.parquet"), corpus["indicators"]
    )
    tex = (tmp_path / "o" / "my_table.tex").read_text(encoding="utf-8")
    assert r"50\% \& \#1\_x" in tex and r"a\_b" in tex and r"\begin{longtable}" in tex
    with pytest.raises(ReportlibError, match="Did you mean 'xlsx'"):
        corpus.export(tmp_path / "o", ("xls",))


def test_glossary_is_a_table() -> None:
    """Each term is Chinese, has its English, and names a notebook that is there or planned."""
    terms = reportlib.glossary()
    assert list(terms.columns) == ["term", "english", "meaning", "notebook"] and len(terms) > 40
    assert terms["term"].str.contains(r"[\u4e00-\u9fff]").all()
    assert terms["notebook"].isin([f"0{n}" for n in range(1, 6)]).all()
