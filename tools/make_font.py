"""Write ``reportlib/data/fonts/ReportlibSansSC-Regular.otf``, the font that figures are drawn with.

It is a subset of Noto Sans SC Regular (SIL Open Font License 1.1; ``OFL.txt`` beside the font is
its licence), a static OpenType font as the PyPI package pylopdf-fonts-zh-cn 0.1.1 carries it.
The variable builds that other packages carry are drawn hairline-thin by matplotlib. The subset has
a name of its own, so that a full Noto Sans SC on the reader's system is never taken for it.

    python tools/make_font.py [--check]

Needs that package and fonttools 4.68.0 (``pip install -e '.[data]'``); the same versions give the
same bytes. With ``--check`` nothing is written: the exit status is 1 if the file would change.
"""

from __future__ import annotations

import csv
import io
import sys
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "reportlib" / "data"
TARGET = DATA / "fonts" / "ReportlibSansSC-Regular.otf"
FAMILY, POSTSCRIPT = "Reportlib Sans SC", "ReportlibSansSC-Regular"
SOURCE = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")

# Signs that work reports, figures and their captions use: first and last of each stretch.
SIGNS = (
    (0x20, 0x17F),  # Latin, with the letters of pinyin and of European names
    (0x2000, 0x206F),  # spaces, dashes, quotation marks, per mille
    (0x2070, 0x209F),  # raised and lowered figures: m², CO₂
    (0x20AC, 0x20AC),
    (0x2100, 0x218F),  # ℃, №, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # ≥ ≤ ≈
    (0x2460, 0x24FF),  # ① ⑴
    (0x25A0, 0x266F),  # ■ ● ★
    (0x2700, 0x27BF),
    (0x3000, 0x303F),  # 、。《》〇
    (0x3200, 0x33FF),  # ㈠ ㎡
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full-width forms
)


def gb2312() -> set[str]:
    """The characters of GB 2312-80, signs included."""
    rows = range(0xA1, 0xF8)
    pairs = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return set("".join(pair.decode("gb2312", errors="ignore") for pair in pairs))


def of_our_texts() -> set[str]:
    """The characters of the seed pages and of every table of the library.

    Among these are all place names since 1980 and the traditional characters that the library
    can read, since a quotation shows a page as it is.
    """
    found: set[str] = set()
    for page in sorted((ROOT / "seeds").glob("*.txt")):
        found |= set(page.read_text(encoding="utf-8"))
    for table in sorted(DATA.glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                found |= {c for cell in row.values() if isinstance(cell, str) for c in cell}
    return found


def of_jieba() -> set[str]:
    """The characters of jieba's dictionary: names of rivers and villages are among its entries."""
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    return {c for line in lines for c in line.split(" ")[0]}


def rename(font: TTFont) -> None:
    """Give the subset its own name; copyright and licence entries stay as they are."""
    names = font["name"]
    keep = {0, 7, 8, 9, 11, 13, 14}
    own = {1: FAMILY, 2: "Regular", 4: FAMILY, 6: POSTSCRIPT}
    own |= {3: f"{POSTSCRIPT};subset of Noto Sans SC", 5: str(names.getDebugName(5))}
    names.names = [n for n in names.names if n.nameID in keep and n.langID == 0x409]
    for number, text in own.items():
        names.setName(text, number, 3, 1, 0x409)
    table = font["CFF "].cff
    table.fontNames = [POSTSCRIPT]
    top = table.topDictIndex[0]
    top.FullName, top.FamilyName = FAMILY, FAMILY


def make() -> bytes:
    """The bytes of the subset."""
    package, name = SOURCE
    with files(package).joinpath(name).open("rb") as handle:
        font = TTFont(io.BytesIO(handle.read()), recalcTimestamp=False)
    wanted = {chr(n) for first, last in SIGNS for n in range(first, last + 1)}
    wanted |= gb2312() | of_our_texts() | of_jieba()
    options = Options()
    options.layout_features = []  # no ligatures, no vertical forms: figures need neither
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(ord(c) for c in wanted))
    subsetter.subset(font)
    rename(font)
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def main() -> None:
    made = make()
    same = TARGET.exists() and TARGET.read_bytes() == made
    if "--check" in sys.argv[1:]:
        raise SystemExit(0 if same else f"{TARGET.name} is not what this script makes")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(made)
    glyphs = len(TTFont(io.BytesIO(made)).getBestCmap())
    print(f"{TARGET.name}: {glyphs} characters, {len(made) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
