"""The notebooks as they are committed: run in order, whole, short, explained, of no machine.

nbval runs them and compares their text; it compares no pictures and passes a stripped notebook.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BOOKS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in PATHS}

MOST_CODE_CELLS = 20
MOST_CELL_LINES = 12
MOST_FUNCTION_LINES = 5
FIRST_PROSE = ("**Question.**", "*You will learn*", "*Time:*")
LEVELS = ("*Warm-up.*", "*Apply.*", "*Find a fault.*")
PLACES = re.compile(
    r"(?<![\w.])/(work|tmp|root|home|Users|mnt|opt|var)/\w|[A-Z]:\\\\?Users|\bat 0x[0-9a-f]{6}"
)

notebooks = pytest.mark.parametrize("name", BOOKS)


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def cells(name: str, kind: str = "code") -> list[dict[str, Any]]:
    return [cell for cell in BOOKS[name]["cells"] if cell["cell_type"] == kind]


def tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def test_there_are_notebooks() -> None:
    """They are numbered from 01 without a gap."""
    numbers = [int(name[:2]) for name in BOOKS]
    assert numbers == sorted(numbers) and numbers[0] == 1, list(BOOKS)


@notebooks
def test_every_cell_ran_once_and_in_order(name: str) -> None:
    """Counts are 1 to n and no output is an error: somebody ran it from top to bottom."""
    counts = [cell["execution_count"] for cell in cells(name)]
    assert counts == list(range(1, len(counts) + 1))
    outputs = [out for cell in cells(name) for out in cell["outputs"]]
    assert outputs and all(out["output_type"] != "error" for out in outputs)
    assert all(out.get("name") != "stderr" for out in outputs), "a warning is in the outputs"


@notebooks
def test_cells_are_few_and_short(name: str) -> None:
    """Code belongs in the library; a notebook shows it at work."""
    code = cells(name)
    assert len(code) <= MOST_CODE_CELLS
    for cell in code:
        lines = source(cell).splitlines()
        assert len(lines) <= MOST_CELL_LINES, lines[0]
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < MOST_FUNCTION_LINES, node.name
    sizes = sorted(len(source(cell).splitlines()) for cell in code)
    assert sizes[len(sizes) // 2] <= 5, "the middle cell is short"


@notebooks
def test_prose_stands_before_code(name: str) -> None:
    """A sentence before each cell says what to look for; answers follow their exercises."""
    last = ""
    for cell in BOOKS[name]["cells"]:
        if cell["cell_type"] == "code" and last == "code":
            assert "solution" in tags(cell), f"no prose before: {source(cell)[:60]}"
        last = cell["cell_type"]


@notebooks
def test_teaching_parts_are_there(name: str) -> None:
    """Question, learning goals, time, what it cannot tell, exercises of three levels, answers."""
    first, prose = source(BOOKS[name]["cells"][0]), "\n".join(map(source, cells(name, "markdown")))
    assert all(words in first for words in FIRST_PROSE)
    assert "cannot" in prose.lower() and "## Exercises" in prose
    assert all(level in prose for level in LEVELS)
    answers = [cell for cell in cells(name) if "solution" in tags(cell)]
    assert len(answers) >= len(LEVELS) and all(cell["outputs"] for cell in answers)
    assert not any("solution" in tags(cell) for cell in cells(name)[: -len(answers)])


@notebooks
def test_source_is_a_parameter(name: str) -> None:
    """Exactly one cell is tagged ``parameters`` and sets SOURCE (papermill's convention)."""
    (cell,) = (cell for cell in cells(name) if "parameters" in tags(cell))
    assert source(cell).startswith("SOURCE = ") and not cell["outputs"]


@notebooks
def test_captions_in_two_languages(name: str) -> None:
    """Each figure and table has a caption in English and Chinese; a figure is told in words too."""
    figures = 0
    for cell in cells(name):
        notes = cell["metadata"].get("reportlib", {})
        pictures = [out for out in cell["outputs"] if "image/png" in out.get("data", {})]
        figures += len(pictures)
        if any(
            "<table" in source({"source": out["data"].get("text/html", "")})
            for out in cell["outputs"]
            if "data" in out
        ):
            assert "caption" in notes, f"a table without caption: {source(cell)[:60]}"
        if pictures:
            assert len(notes.get("alt", "")) > 40, f"no alt text: {source(cell)[:60]}"
        if pictures or notes:
            assert notes["caption"] and re.search(r"[\u4e00-\u9fff]", notes["caption_zh"])
        if "alt" in notes:
            assert pictures, f"the figure is missing: {source(cell)[:60]}"
        for out in pictures:
            png = base64.b64decode("".join(out["data"]["image/png"]))
            assert png.startswith(b"\x89PNG") and len(png) > 3000
    assert figures, "no picture at all"


@notebooks
def test_nothing_of_a_machine(name: str) -> None:
    """Kernel python3, no path of a disk, no address of an object, no time stamp."""
    meta = BOOKS[name]["metadata"]
    assert meta["kernelspec"]["name"] == "python3"
    assert not any("execution" in cell["metadata"] for cell in cells(name))
    for cell in BOOKS[name]["cells"]:
        texts = [source(cell)]
        for out in cell.get("outputs", []):
            texts += ["".join(out.get("text", ""))]
            texts += ["".join(v) for k, v in out.get("data", {}).items() if k.startswith("text/")]
        for text in texts:
            found = PLACES.search(text)
            assert not found, f"{text[max(0, found.start() - 40) : found.end() + 40]!r}"
