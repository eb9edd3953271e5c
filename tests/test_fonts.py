"""The bundled font has every character that figures of work reports need, and is really used."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import subprocess
import sys
from pathlib import Path

import jieba
import pytest
from fontTools.ttLib import TTFont

from reportlib import plots
from reportlib.plots import frame
from reportlib.resources import DATA

matplotlib = pytest.importorskip("matplotlib")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def has() -> frozenset[str]:
    """The characters of the bundled font."""
    return frozenset(map(chr, TTFont(plots.FONT).getBestCmap()))


def test_seeds_are_covered(seeds: dict[str, str], has: frozenset[str]) -> None:
    """No character of a seed page is missing, noise included."""
    assert not {c for text in seeds.values() for c in text if not c.isspace()} - has


def test_gb2312_is_covered(has: frozenset[str]) -> None:
    """All 6,763 Chinese characters of the national standard of 1980, and its signs."""
    codes = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    text = "".join(code.decode("gb2312", errors="ignore") for code in codes)
    assert len(text) > 7400
    assert not {c for c in text if not c.isspace()} - has


def test_jieba_words_are_covered(has: frozenset[str]) -> None:
    """Whatever word jieba's dictionary knows can stand in a word cloud."""
    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(" ")[0] for line in lines]
    assert len(words) > 300_000
    assert not {c for word in words for c in word} - has


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda p: p.name)
def test_own_tables_are_covered(path: Path, has: frozenset[str]) -> None:
    """Place names since 1980, terms, labels: whatever the library can name, it can draw."""
    assert plots.use_chinese_font([path.read_text(encoding="utf-8")]) == [
        plots.FAMILY,
        "DejaVu Sans",
    ]
    spare = frame._characters(matplotlib.font_manager.findfont("DejaVu Sans"))
    text = {c for c in path.read_text(encoding="utf-8") if c.isprintable()}
    assert not text - has - set(map(chr, spare))


@pytest.mark.parametrize(
    "word", ["勠力同心", "涅槃", "埇桥区", "鄠邑区", "滆湖", "４．５％", "㎡", "①"]
)
def test_known_traps_are_covered(word: str, has: frozenset[str]) -> None:
    """Words whose characters are outside GB 2312 or are signs."""
    assert set(word) <= has


def test_font_is_static_named_and_licensed() -> None:
    """Regular weight (a variable font is drawn hairline-thin), a name of its own, OFL beside it."""
    face = TTFont(plots.FONT)
    assert "fvar" not in face and face["OS/2"].usWeightClass == 400
    assert face["name"].getDebugName(1) == plots.FAMILY
    assert "Open Font License" in face["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in plots.FONT.with_name("OFL.txt").read_text()


def test_figures_show_no_box(
    seeds: dict[str, str], caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    """Every character of the seeds drawn at once, bold too, without a word of complaint."""
    from matplotlib.figure import Figure

    assert plots.use_chinese_font() == [plots.FAMILY, "DejaVu Sans"]
    characters = sorted({c for text in seeds.values() for c in text if not c.isspace()})
    figure = Figure(figsize=(8, 20))
    for row in range(0, len(characters), 60):
        line = "".join(characters[row : row + 60]).replace("$", "")
        figure.text(0, 1 - row / len(characters), line, fontsize=5)
    figure.suptitle("政府工作报告 −2.5% ≥ 6%", fontweight="bold")
    with caplog.at_level(logging.WARNING):
        figure.canvas.draw()
    assert not caplog.records and not recwarn.list


def test_a_missing_glyph_is_a_warning_that_names_it() -> None:
    """What no font has is told when it is drawn; blanks and invisible joiners are not asked for."""
    plots.use_chinese_font(["增长6%\u200b\n\u3000", "西瓜"])
    axes = frame.frame(2, 1)
    axes.set_title("甲\U0002a6d6")
    with pytest.warns(UserWarning, match="Glyph 173782"):
        axes.figure.canvas.draw()


def test_a_system_font_helps_out_only_where_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A font of the system joins the list only for a character that the bundled one lacks."""
    rare = ord("\U0002a6d6")
    real = frame._characters

    def pretend(path: str) -> frozenset[int]:
        return frozenset({rare, ord("中")}) if "STIX" in path else real(path)

    monkeypatch.setattr(frame, "_characters", pretend)
    assert plots.use_chinese_font(["中文"]) == [plots.FAMILY, "DejaVu Sans"]
    families = plots.use_chinese_font(["中文\U0002a6d6"])
    assert families[0] == plots.FAMILY and families[-1] == "DejaVu Sans" and len(families) == 3
    assert families[1].startswith("STIX")
    monkeypatch.undo()
    plots.use_chinese_font()


@pytest.mark.slow
def test_the_script_makes_this_very_font() -> None:
    """tools/make_font.py gives the same bytes again (needs the packages of the extra `data`)."""
    if importlib.util.find_spec("pylopdf_fonts_zh_cn") is None:
        pytest.skip("pylopdf-fonts-zh-cn is not installed")
    if importlib.metadata.version("fonttools") != "4.68.0":
        pytest.skip("the recipe asks for fonttools 4.68.0")
    command = [sys.executable, ROOT / "tools" / "make_font.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
