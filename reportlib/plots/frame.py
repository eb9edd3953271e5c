"""What all figures share: the Chinese font, the empty frame, colours and shapes, labels.

The font comes with the package, so that a figure looks the same on every system. matplotlib is
imported when a figure is drawn, not with this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from reportlib.resources import DATA

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Regular weight, 15,000 characters; word clouds and embedded pages take the file itself.
FONT = DATA / "fonts" / "ReportlibSansSC-Regular.otf"
FAMILY = "Reportlib Sans SC"
FALLBACK = "DejaVu Sans"  # comes with matplotlib: mathematical signs, other scripts
BOXES = "Last Resort"  # fonts of this name claim every character and draw boxes
# Colours and shapes that stay apart in greyscale and for colour-blind readers (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
SHAPES = "osD^vPX"


@cache
def _characters(path: str) -> frozenset[int]:
    """Code points that a font file has glyphs for; none if the file cannot be used."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()


def use_chinese_font(texts: Iterable[str] = ()) -> list[str]:
    """Make matplotlib draw Chinese, for all figures that follow.

    The bundled font comes first and matplotlib's own last. A font of this system comes between
    only where it has characters of ``texts`` that those two lack; for a character that no font has,
    matplotlib gives a warning that names it.

    Args:
        texts: what will be drawn, where it may hold rare characters (the labels of one's own
            corpus). Without it, no font of the system is used.

    Returns:
        The families, in the order in which they are tried for each character.

    >>> use_chinese_font()
    ['Reportlib Sans SC', 'DejaVu Sans']
    """
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    if all(entry.fname != str(FONT) for entry in fontManager.ttflist):
        fontManager.addfont(FONT)
    families = [FAMILY]
    lacking = {ord(c) for text in texts for c in text if c.isprintable()} - _characters(str(FONT))
    files = sorted(
        (entry.name != FALLBACK, entry.name, entry.fname) for entry in fontManager.ttflist
    )
    for _, family, path in files if lacking else ():
        if not family.startswith(BOXES) and (found := lacking & _characters(path)):
            families += [family] * (family != FALLBACK)
            lacking -= found
    families = [*dict.fromkeys(families), FALLBACK]
    mpl.rcParams["font.family"] = families
    mpl.rcParams["axes.unicode_minus"] = False  # the hyphen is in every font, U+2212 is not
    return families


def grid(
    rows: int, columns: int, width: float, height: float, labels: Iterable[str] = ()
) -> np.ndarray:
    """Rows and columns of empty axes in one figure, open at the top and right.

    >>> grid(1, 2, 6, 3).shape
    (1, 2)
    """
    import matplotlib.pyplot as plt

    use_chinese_font(labels)
    figure = plt.figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=rows == 1, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return axes


def frame(width: float, height: float, labels: Iterable[str] = ()) -> Axes:
    """Such axes, one of so many inches, in a font that has the ``labels``.

    >>> frame(4, 3).figure.get_size_inches().tolist()
    [4.0, 3.0]
    """
    return grid(1, 1, width, height, labels)[0, 0]


def told(
    ax: Axes, rows: Sequence[str], title: str = "", xlabel: str = "", n: int = 4, legend: Any = ()
) -> Axes:
    """The axes with their lines named from top to bottom, a title, and a legend outside below.

    ``legend`` is handles and labels, by default of what was drawn with a label, in ``n`` columns.

    >>> [label.get_text() for label in told(frame(4, 3), ["a", "b"]).get_yticklabels()]
    ['a', 'b']
    """
    ax.set_yticks(range(len(rows)), rows)
    ax.set(ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel=xlabel)
    ax.set_title(title, loc="left")
    handles, labels = legend or ax.get_legend_handles_labels()
    if shown := dict(zip(labels, handles, strict=True)):
        figure: Any = ax.get_figure(root=True)
        look: dict[str, Any] = {"loc": "outside lower center", "ncols": n, "frameon": False}
        figure.legend([*shown.values()], [*shown], **look)
    return ax


def short(name: str, most: int = 12) -> str:
    """A label of at most ``most`` characters: without the folder, and with … for its middle.

    >>> short("004_0f9bde7503defc49.txt:2"), short("provinces/北京市_2025.txt")
    ('004_0f…txt:2', '北京市_2025.txt')
    """
    half = most // 2
    name = name if len(name) <= most else name.rpartition("/")[2]
    return name if len(name) <= most else f"{name[: most - half]}…{name[1 - half :]}"
