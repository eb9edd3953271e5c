"""What the project says of itself: both READMEs agree and come true, functions show examples."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import shutil
import struct
from pathlib import Path

import pandas as pd
import pytest

import reportlib
from reportlib import cli

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str = "") -> list[str]:
    """The code blocks of a page in one language, without comments."""
    found = [code for kind, code in FENCE.findall(text(name)) if kind == language]
    return [re.sub(r"\s*#.*", "", code) for code in found]


def commands(name: str) -> list[list[str]]:
    """Every ``reportlib`` line of its shell blocks, as words."""
    lines = [line.split() for code in blocks(name) for line in code.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["reportlib"]]


# ---- the READMEs ---------------------------------------------------------------------------------


def test_both_languages_have_the_same_content() -> None:
    """The same headings, commands, code, tables, pictures and links, in the same order."""
    shapes = []
    for name in READMES:
        page = text(name)
        rows = [line for line in page.splitlines() if line.startswith("|")]
        shapes.append(
            {
                "headings": re.findall(r"^#+", page, re.MULTILINE),
                "shell": blocks(name),
                "python": blocks(name, "python"),
                "cells": [row.count("|") - row.count(r"\|") for row in rows],
                "links": [x for x in re.findall(r"\]\((\S+?)\)", page) if x not in READMES],
            }
        )
    for part in shapes[0]:
        assert shapes[0][part] == shapes[1][part], part


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "notebooks/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    """Each linked file is there; so is each file named in code that has a folder and a suffix."""
    page, here = text(name), (ROOT / name).parent
    for link in re.findall(r"\]\((\S+?)\)", page):
        assert "://" in link or (here / link).exists(), link
    for path in re.findall(r"`((?:reportlib|tests|tools|notebooks|seeds)/[\w./-]+)`", page):
        assert (ROOT / path).exists(), path


def test_the_promised_rows_come_out() -> None:
    """The sentence on the first screen gives the rows printed below it."""
    page = text("README.md").split("## ")[0]
    sentence = re.findall(r"^> (.+)$", page, re.MULTILINE)[0]
    head, _, *rows = [line.strip("| ").split(" | ") for line in page.splitlines() if "|" in line]
    figures = reportlib.load(ROOT / "seeds")["indicators"]
    figures = figures[figures["sentence"].str.startswith(sentence)].head(len(rows))
    shown = [
        [f"{x:g}" if isinstance(x, float) else str(x) for x in r] for r in figures[head].to_numpy()
    ]
    assert shown == rows


@pytest.mark.parametrize("name", READMES)
def test_the_picture_is_small_and_told(name: str) -> None:
    """One picture of the project's own, with words for who cannot see it."""
    ((told, path),) = re.findall(r"!\[(.+?)\]\((\S+)\)", text(name))
    data = (ROOT / path).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert len(told) > 40 and len(data) < 100_000 and 600 < width < 1400 and height < 900


@pytest.mark.slow
@pytest.mark.parametrize("name", READMES)
def test_commands_and_code_run_as_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command ends well (the appendix has tests of its own), then each piece of Python."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    told = re.findall(r"`reportlib (build \S+ --out \S+ --format parquet)`", text(name))
    assert len(told) == 1
    for words in [*commands(name), told[0].split()]:
        if words[0] == "appendix":
            assert cli._parser().parse_args(words).study == "seeds"
        else:
            assert cli.main(words) == 0, words
    assert not pd.read_csv(tmp_path / "build" / "panel.csv").empty
    for code in blocks(name, "python"):
        values: dict[str, object] = {}
        exec(code, values)
        last = code.strip().splitlines()[-1] if code.count("(") == code.count(")") else ""
        assert last == ")" or len(eval(last, values)), code


# ---- examples in docstrings ----------------------------------------------------------------------

# Rooms whose public functions all show an example, or say here why they do not.
SHOWN = ("resources", "plots", "publish", "fetch", "cli")
NO_EXAMPLE = {
    "make_appendix": "runs notebooks for a minute: tests/test_publish.py",
    "reading_view": "needs a corpus: tests/test_publish.py",
    "fetch": "opens a connection: tests/test_fetch.py against a server of its own",
    "bring": "opens a connection: tests/test_fetch.py against a server of its own",
    "read_notebook": "needs a file: tests/test_publish.py",
    "run_notebooks": "starts kernels: tests/test_publish.py",
    "write_pdf": "writes a file: tests/test_publish.py",
    "write_site": "writes a file: tests/test_publish.py",
    "typeset": "needs a file: tests/test_publish.py",
    "Block": "a record",
    "Chapter": "a record",
}


# The package and the rooms of which every exported function shows an example. What the room build
# does for users, the package exports.
EXPORTING = "records read clean structure metadata words quantities indicators".split()
EXPORTING += "themes rhetoric compare".split()
EXPORTING = ["reportlib", *(f"reportlib.{room}" for room in EXPORTING)]


def public(room: str) -> dict[str, object]:
    """Functions and classes of a room whose names have no underscore, by name."""
    top = importlib.import_module(f"reportlib.{room}")
    inner = pkgutil.iter_modules(getattr(top, "__path__", []))
    modules = [top, *(importlib.import_module(f"reportlib.{room}.{m.name}") for m in inner)]
    own = {m.__name__: m for m in modules}
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if name[0] != "_"
        and (inspect.isfunction(inspect.unwrap(value)) or inspect.isclass(value))
        and value.__module__ in own
    }


@pytest.mark.parametrize("room", SHOWN)
def test_public_functions_say_and_show(room: str) -> None:
    """A docstring, and an example that doctest runs; the exceptions have their reason."""
    found = public(room)
    assert found
    for name, value in found.items():
        told = inspect.getdoc(value) or ""
        assert told, f"{room}.{name} has no docstring"
        assert ">>>" in told or name in NO_EXAMPLE, f"{room}.{name}: an example, or a reason"


@pytest.mark.parametrize("place", EXPORTING)
def test_exported_functions_say_and_show(place: str) -> None:
    """A docstring for each name that a place exports, an example for each function."""
    top = importlib.import_module(place)
    for name in getattr(top, "__all__", None) or public(place.removeprefix("reportlib.")):
        value = getattr(top, name)
        told = inspect.getdoc(value) or ""
        assert told, f"{place}.{name} has no docstring"
        if inspect.isfunction(inspect.unwrap(value)) and name not in NO_EXAMPLE:
            assert ">>>" in told, f"{place}.{name} shows no example"


def test_no_exception_without_a_function() -> None:
    assert not set(NO_EXAMPLE) - {name for room in SHOWN for name in public(room)}
