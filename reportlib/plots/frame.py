"""What all figures share: the empty frame, colours and shapes, short labels.

matplotlib is imported when a figure is drawn, not with this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from reportlib.plots.font import use_chinese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours and shapes that stay apart in greyscale and for colour-blind readers (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
SHAPES = "osD^vPX"


def grid(
    rows: int, columns: int, width: float, height: float, labels: Iterable[str] = ()
) -> np.ndarray:
    """Rows and columns of such axes in one figure.

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
    """Empty axes of so many inches, open at the top and right, in a font with ``labels``.

    >>> frame(4, 3).figure.get_size_inches().tolist()
    [4.0, 3.0]
    """
    return grid(1, 1, width, height, labels)[0, 0]


def short(name: str, most: int = 12) -> str:
    """A label of at most ``most`` characters; what is left out of its middle shows as ….

    >>> short("004_0f9bde7503defc49.txt:2")
    '004_0f…txt:2'
    """
    half = most // 2
    return name if len(name) <= most else f"{name[: most - half]}…{name[1 - half :]}"
