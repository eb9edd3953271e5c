"""Writes reportlib/data/traditional.csv: traditional characters with one simplified form.

Needs the PyPI package ``opencc`` (Apache-2.0); run once at development time. Characters that are
themselves in GB 2312 (著, 乾, 徵) are left out: they are right in simplified text.
"""

import csv
from pathlib import Path

import opencc

OUT = Path(__file__).parents[1] / "reportlib" / "data" / "traditional.csv"
EXTRA = {"産": "产", "爲": "为", "説": "说", "麽": "么", "値": "值", "銭": "钱"}
EXTRA |= {"衆": "众", "敎": "教"}
ALWAYS = "後於"  # in GB 2312 for names only


def in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    convert = opencc.OpenCC("t2s").convert
    with OUT.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["traditional", "simplified", "source", "source_status"])
        for code in range(0x4E00, 0xA000):
            char = chr(code)
            simple = convert(char)
            source = "OpenCC t2s (Apache-2.0)"
            if simple == char and char in EXTRA:
                simple, source = EXTRA[char], "variant form"
            new = char in ALWAYS or not in_gb2312(char)
            if simple != char and len(simple) == 1 and new and in_gb2312(simple):
                writer.writerow([char, simple, source, "read"])


if __name__ == "__main__":
    main()
