"""The Chinese font of every figure: it comes with the package.

A figure looks the same on every system. matplotlib is imported when a function is called, not with
this module.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from reportlib.resources import DATA

# Regular weight, 15,000 characters; word clouds and embedded pages take the file itself.
FONT = DATA / "fonts" / "ReportlibSansSC-Regular.otf"
FAMILY = "Reportlib Sans SC"
FALLBACK = "DejaVu Sans"  # comes with matplotlib: mathematical signs, other scripts
BOXES = "Last Resort"  # fonts of this name claim every character and draw boxes


@cache
def _characters(path: str) -> frozenset[int]:
    """Code points that a font file has glyphs for; none if the file cannot be used."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()


def _drawn(texts: Iterable[str]) -> set[int]:
    """Code points that need a glyph: everything but blanks, controls and joiners."""
    invisible = ("C", "Z")
    return {ord(c) for text in texts for c in text if unicodedata.category(c)[0] not in invisible}


def _register() -> dict[str, list[str]]:
    """Family name -> font files of this system, the bundled font among them."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    if all(entry.fname != str(FONT) for entry in manager.ttflist):
        manager.addfont(FONT)
    files: dict[str, list[str]] = {}
    for entry in sorted(manager.ttflist, key=lambda entry: (entry.name, entry.fname)):
        if not entry.name.startswith(BOXES):
            files.setdefault(entry.name, []).append(entry.fname)
    return files


def use_chinese_font(texts: Iterable[str] = ()) -> list[str]:
    """Make matplotlib draw Chinese, for all figures that follow.

    The bundled font comes first and matplotlib's own last. A font of this system comes between
    only where it has characters of ``texts`` that the bundled one lacks.

    Args:
        texts: what will be drawn, where it may hold rare characters (the labels of one's own
            corpus). Without it, no font of the system is used.

    Returns:
        The families, in the order in which they are tried for each character.

    >>> use_chinese_font()
    ['Reportlib Sans SC', 'DejaVu Sans']
    """
    import matplotlib as mpl

    files = _register()
    families = [FAMILY]
    lacking = _drawn(texts) - _characters(str(FONT)) if texts else set()
    for path in files.get(FALLBACK, [])[:1]:
        lacking -= _characters(path)
    for family, paths in files.items() if lacking else ():
        if found := lacking & _characters(paths[0]):
            families.append(family)
            lacking -= found
    families.append(FALLBACK)
    mpl.rcParams["font.family"] = families
    mpl.rcParams["axes.unicode_minus"] = False  # the hyphen is in every font, U+2212 is not
    return families


def missing_glyphs(texts: Iterable[str]) -> list[str]:
    """Characters of ``texts`` that would be drawn as empty boxes, sorted; [] if all is well.

    Judged by the families in use, as set by :func:`use_chinese_font`. Blanks, line ends and
    invisible joiners need no glyph.

    >>> _ = use_chinese_font()
    >>> missing_glyphs(["增长6%", "\U0002a6d6"])
    ['\U0002a6d6']
    """
    import matplotlib as mpl

    files = _register()
    lacking = _drawn(texts)
    for family in mpl.rcParams["font.family"]:
        for path in files.get(family, [])[:1]:
            lacking -= _characters(path)
    return sorted(map(chr, lacking))
