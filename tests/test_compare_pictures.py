"""Pictures of indicators hold what the table holds, in a font that has the characters."""

from __future__ import annotations

import pandas as pd
import pytest
from test_compare_panel import figures, reports, table

from reportlib.compare import panel

plt = pytest.importorskip("matplotlib.pyplot")

from reportlib.plots import coverage_heat, dot_plot  # noqa: E402  (needs matplotlib)
from reportlib.resources import settings  # noqa: E402

STATES = settings("figures")["states"]


@pytest.fixture(autouse=True)
def closed() -> None:
    """No figure stays open between tests."""
    plt.close("all")


def test_dots_stand_where_the_figures_are() -> None:
    """One mark a figure: hollow if expected, its bound beside it, at the edge if too far out."""
    rows = [
        {"quote": "5%左右", "value": 5, "bound": "approx", "status": "expected"},
        {"quote": "102%", "value": 102, "indicator": "fdi"},
    ]
    cells = panel(figures(rows), reports()).query("n_figures > 0")
    ax = dot_plot(cells, limit=20)
    marks = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert sorted(line.get_xdata()[0] for line in marks) == [5, 20]
    assert [line.get_markerfacecolor() for line in marks].count("white") == 1
    texts = [t.get_text() for t in ax.texts]
    assert "≈" in texts and "102 →" in texts
    assert [t.get_text() for t in ax.get_yticklabels()] == ["地区生产总值", "利用外资"]
    assert "n = 2 figures" in ax.get_title(loc="left")


def test_heat_map_has_a_sign_for_every_state() -> None:
    """One square a cell, signs beside colours (greyscale), every state in the legend."""
    said = [
        {"report_id": "r1", "indicator": f"x{k}", "side": "target", "state": state}
        for k, state in enumerate(STATES)
    ]
    ax = coverage_heat(table("coverage", said), {"r1": "某市"})
    assert len(ax.patches) == len(ax.texts) == len(STATES)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["某市 目标"]
    legend = [t.get_text() for t in ax.figure.legends[0].get_texts()]
    assert len(legend) == len(STATES) and len({sign for _, _, sign in STATES.values()}) == len(
        STATES
    )
    ax.figure.canvas.draw()  # a character without a glyph is a warning


def test_empty_tables_give_empty_pictures() -> None:
    """A corpus without figures draws an empty frame and no warning."""
    nothing = panel(figures([]), reports().iloc[:0])
    assert nothing.empty
    for ax in (
        dot_plot(nothing),
        coverage_heat(pd.DataFrame(columns=["report_id", "side", "indicator", "state"])),
    ):
        ax.figure.canvas.draw()
        assert "n = 0" in ax.get_title(loc="left")
