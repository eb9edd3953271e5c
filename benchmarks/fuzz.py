"""Coverage-guided fuzzing (atheris) of reading, cleaning, quantities, and whole pages.

    pip install atheris; python benchmarks/fuzz.py read|clean|quantities|page|passage|endless
        [--seconds 60] [--pages FOLDER] [--keep FOLDER]

Skips with a reason where atheris is not installed. What must hold stands in tests/test_fuzz.py:
reading never raises and gives pages whose text can be written; the edits of cleaning are a whole
receipt; numerals lie inside their sentence, in order; every table of a page keeps its promises
(tests/contract.py), twice the same, in time that its length allows.

The fuzzer begins with pieces of real pages and with every cell of tests/cases, and changes them as
pages differ: lines cut, doubled, moved and spliced, masks, odd numerals, blanks, line ends. An
input that breaks a promise is written to the folder where the script was started; put it into
tests/cases/fuzz/ and mend the library: every file there is run by tests/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

try:
    import atheris
except ImportError:
    raise SystemExit("skipped: atheris is not installed (pip install atheris)") from None

with atheris.instrument_imports(include=["reportlib"]):
    from test_fuzz import TARGETS

from dirty_pages import TEXT_CHANGES  # noqa: E402

from reportlib.read import SUFFIXES  # noqa: E402

MOST = {"page": 12_000, "read": 12_000, "endless": 600}  # bytes of an input; others 3,000
BEGIN = {"endless": 120}  # inputs to begin with, at most; others 400
NUMERALS = (
    "０ ５．２ 1,234.5 1，234 7 4 7 二十三 〇 廿 卅 两 百分之五 百分之五点二 1/3 三分之一 ５％ "
    "-1.5 +0.3 1e9 ①  Ⅷ ㈠ ½ ٣ 99999999999999999999 1.2.3 2024-01-02 2024年1月 3—5 3至5 10：30 "
    "12：5 五六 十余 数百 几十 第3 第三 亿 万亿 1.5万亿 3.2倍 翻一番 零 00 .5 5. 十四五 1949 2101"
).split(" ")
SIGNS = (
    "XX亿元 *** ×× □□ ＸＸ ？？ 某某 “ ” ‘ ’ \" ' （ ） 《 》 【 】 ( ) 。 ！ ？ ； ， 、 ： : "
    "; , . —— … \n \r\n \r \t \u3000 \u00a0 \u200b \ufeff \u2028 \x00 \x1b \u202e \ufffd \ue000 "
    "\U00020000 <br> <p> </td> &nbsp; &#12288; &lt; ** # > | \\n \\r\\n {} % ％ ‰ ℃ ㎡ 發 展 é Ａ"
).split(" ")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = f"<w:document xmlns:w='{W}'><w:body><w:p><w:r><w:t>{{}}</w:t></w:r></w:p></w:body>"
DOCUMENT += "</w:document>"
SHEET = f"<worksheet xmlns='{S}'><sheetData><row><c t='inlineStr'><is><t>text</t></is></c></row>"
SHEET += "<row><c t='inlineStr'><is><t>{}</t></is></c></row></sheetData></worksheet>"


# ---- what the fuzzer begins with, and what it puts in --------------------------------------------


def cells(value: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from cells(one)


def known_cases() -> list[str]:
    """Every cell of the tables of cases that has a Chinese character in it."""
    found: dict[str, None] = {}
    for path in sorted((ROOT / "tests" / "cases").glob("*.*")):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            found |= dict.fromkeys(cells(json.loads(text)))
        elif path.suffix == ".csv":
            found |= dict.fromkeys(cells(list(csv.reader(text.splitlines()))))
    return [cell for cell in found if re.search(r"[\u4e00-\u9fff]", cell)]


def pieces(text: str, target: str) -> Iterator[str]:
    """Of a page: its head and end with something between (page), or passages of its own."""
    step = 900 if target in ("page", "read") else 60 if target == "endless" else 300
    for at in range(0, len(text), step * 4):
        if target == "page":
            yield text[:500] + text[at : at + step] + text[-200:]
        else:
            yield text[at : at + step]


def file_of(number: int, text: str) -> bytes:
    """A text as a file for the target read: of each kind and encoding in turn, marked up for it."""
    suffix = SUFFIXES[number % len(SUFFIXES)]
    lines = [escape(line) for line in text.splitlines()]
    written = {
        ".html": "<title>2024年政府工作报告</title><p>" + "</p>\n<p>".join(lines),
        ".htm": "<table><tr><td>" + "</td></tr><tr><td>".join(lines),
        ".docx": DOCUMENT.format("</w:t></w:r></w:p><w:p><w:r><w:t>".join(lines)),
        ".xlsx": SHEET.format("</t></is></c></row><row><c t='inlineStr'><is><t>".join(lines)),
        ".csv": 'place,text\n甲县,"' + text.replace('"', '""') + '"\n',
        ".jsonl": json.dumps({"text": text, "place": "甲县"}, ensure_ascii=number % 2 == 0),
    }.get(suffix, text)
    plain = suffix in (".docx", ".xlsx", ".jsonl")
    encoding = "utf-8" if plain else ("utf-8", "gb18030", "utf-16", "big5")[number // 9 % 4]
    return bytes([number % len(SUFFIXES)]) + written.encode(encoding, "replace")


def corpus(folder: Path, target: str, pages: Path, cases: list[str]) -> None:
    """Pieces of the pages, the cells of all cases, and all findings known."""
    folder.mkdir(exist_ok=True)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in pages.rglob("*.txt")]
    begin = [piece for text in texts for piece in pieces(text, target)]
    if target != "page":
        several = 1 if target == "endless" else 12
        begin += ["\n".join(cases[k : k + several]) for k in range(0, len(cases), several)]
    for number, piece in enumerate(begin[:: len(begin) // BEGIN.get(target, 400) + 1]):
        data = file_of(number, piece) if target == "read" else piece.encode()
        (folder / f"{number:05d}").write_bytes(data)
    for path in sorted((ROOT / "tests" / "cases" / "fuzz").glob(f"{target}-*")):
        (folder / path.name).write_bytes(path.read_bytes())


# ---- changes -------------------------------------------------------------------------------------


class Changes:
    """Changes a text as pages differ from each other; other bytes as the fuzzer does."""

    def __init__(self, target: str, cases: list[str]) -> None:
        self.raw = 0.5 if target == "read" else 0.1  # share of changes that know no characters
        self.pool = cases
        self.most = MOST.get(target, 3000)

    def __call__(self, data: bytes, most: int, seed: int) -> bytes:
        """A changed input of at most so many bytes."""
        chance = random.Random(seed)
        if chance.random() < self.raw:
            return atheris.Mutate(data, most)
        text = data.decode("utf-8", "replace")
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            text = chance.choice((self.less, self.more, self.put, self.number, self.whole))(
                text, chance
            )
        return text.encode("utf-8", "replace")[: min(most, self.most)]

    def some(self, text: str, chance: random.Random) -> tuple[int, int]:
        """A stretch of text: a few characters, or whole lines or sentences."""
        first = chance.randrange(len(text) + 1)
        last = min(len(text), first + chance.choice((0, 1, 2, 5, 20, 100)))
        if chance.random() < 0.3:
            edges = [0, *(m.end() for m in re.finditer(r"[。\n，]", text)), len(text)]
            first = chance.choice(edges)
            last = next((e for e in edges if e > first), len(text))
        return first, last

    def less(self, text: str, chance: random.Random) -> str:
        """A stretch is missing."""
        first, last = self.some(text, chance)
        return text[:first] + text[last:]

    def more(self, text: str, chance: random.Random) -> str:
        """A stretch stands again, once or often, there or elsewhere."""
        first, last = self.some(text, chance)
        at = chance.choice((last, chance.randrange(len(text) + 1)))
        return text[:at] + text[first:last] * chance.choice((1, 1, 2, 40)) + text[at:]

    def put(self, text: str, chance: random.Random) -> str:
        """A stretch makes room for a sign, a numeral, or a piece of another page."""
        first, last = self.some(text, chance)
        new = chance.choice(chance.choice((SIGNS, NUMERALS, self.pool)))
        return text[:first] + new + text[chance.choice((first, last)) :]

    def number(self, text: str, chance: random.Random) -> str:
        """A number becomes an odd one or a mask."""
        found = list(re.finditer(r"\d[\d.]*|[一二三四五六七八九十百]+", text))
        if not found:
            return self.put(text, chance)
        first, last = chance.choice(found).span()
        return text[:first] + chance.choice((*NUMERALS, *SIGNS[:6])) + text[last:]

    def whole(self, text: str, chance: random.Random) -> str:
        """Line ends, blanks and widths of all the text as a careless scraper leaves them."""
        return chance.choice(list(TEXT_CHANGES.values()))(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pages", type=Path, default=ROOT / "seeds", help="pages to begin with")
    parser.add_argument("--keep", type=Path, help="where the inputs of new coverage are kept")
    chosen = parser.parse_args()
    check: Callable[[bytes], None] = TARGETS[chosen.target]
    cases = known_cases()
    with tempfile.TemporaryDirectory() as name:
        begin, found = Path(name) / "begin", chosen.keep or Path(name) / "found"
        corpus(begin, chosen.target, chosen.pages, cases)
        found.mkdir(parents=True, exist_ok=True)
        for piece in sorted(begin.iterdir())[::50]:
            check(piece.read_bytes())  # what is loaded once is no slow input
        options = [f"-max_total_time={chosen.seconds}", "-timeout=60", "-rss_limit_mb=2000"]
        options += [f"-max_len={MOST.get(chosen.target, 3000)}", "-len_control=0"]
        options += [f"-artifact_prefix={chosen.target}-", "-print_final_stats=1"]
        folders = [str(found), str(begin)]
        changes = Changes(chosen.target, cases)
        atheris.Setup([sys.argv[0], *options, *folders], check, custom_mutator=changes)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
