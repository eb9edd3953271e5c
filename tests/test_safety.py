"""Hostile pages: nothing of them runs, none of them costs more than its length, nothing is sent."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from contract import broken
from made import folder_of, report

from reportlib.build.analyse import analyse
from reportlib.records import Page

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "reportlib").rglob("*.py"))


# ---- code and network ----------------------------------------------------------------------------

NEVER = {
    "eval", "exec", "compile", "__import__", "pickle", "marshal", "shelve", "dill", "cloudpickle",
    "joblib", "os.system", "os.popen", "read_pickle", "to_pickle", "yaml.load",
}  # fmt: skip
NETWORK = {"urllib", "http", "requests", "ftplib", "smtplib", "httpx", "aiohttp", "pooch"}
MAY = {  # who may do what, and why
    "fetch.py": NETWORK,  # reportlib fetch: pinned addresses with a hash each
    "build/run.py": {"socket"},  # --cluster: whether the scheduler is there
}


def names_used(path: Path) -> set[str]:
    """Names called, attributes called with their owner, and modules imported."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            found |= {node.func.attr} - {"compile"}  # re.compile
            if isinstance(owner, ast.Name):
                found.add(f"{owner.id}.{node.func.attr}")
    return found


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda p: p.relative_to(ROOT / "reportlib").as_posix()
)
def test_the_library_runs_nothing_and_calls_nobody(path: Path) -> None:
    """No eval, no pickle, no shell, and only one module that may open a connection."""
    allowed = MAY.get(path.relative_to(ROOT / "reportlib").as_posix(), set())
    assert not names_used(path) & ((NEVER | NETWORK | {"socket"}) - allowed)


def test_a_build_needs_no_network(tmp_path: Path) -> None:
    """With every connection refused, a build of every format goes through."""
    folder_of(tmp_path / "pages", 1)
    (tmp_path / "pages" / "a.html").write_text(
        f'<img src="http://example.org/x"><link href="http://example.org/c.css">{report()}',
        encoding="utf-8",
    )
    program = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
from reportlib.cli import main
sys.exit(main(["build", "pages", "--out", "out"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert socket.gethostname()  # this process has its network still


def test_markup_of_a_page_stays_text(tmp_path: Path) -> None:
    """Commands to browsers, shells, templates and spreadsheets come out as they went in."""
    evil = [
        "<script>alert(1)</script>增长5%。",
        "{{7*7}}{% include x %}增长6%。",
        "$(touch x)`touch y`。",
        '=HYPERLINK("http://x","y")亿元。',
        "%s%n{0.__class__}7亿元。",
    ]
    text = report().replace("一、", "\n".join(evil) + "\n一、", 1)
    result = analyse(Page("a.txt", "a.txt", text))
    assert broken(result) == []
    whole = "\n".join(str(row[-1]) for row in result.rows["sentences"])
    for line in (
        "<script>alert(1)</script>",
        "{{7*7}}",
        "$(touch x)`touch y`",
        "%s%n{0.__class__}",
    ):
        assert line in whole
    assert not list(tmp_path.iterdir())


# ---- time grows with the length ------------------------------------------------------------------

UNITS: dict[str, Callable[[int], str]] = {
    "one sentence": lambda n: "我们坚持稳中求进工作总基调" * (n // 13),
    "clauses without a full stop": lambda n: "坚持稳中求进，" * (n // 7),
    "items": lambda n: "科技、教育、文化、" * (n // 9),
    "figures": lambda n: "增长5.2%，" * (n // 7),
    "amounts": lambda n: "投资230亿元、" * (n // 8),
    "digits": lambda n: "9" * n,
    "Chinese numerals": lambda n: "一二三四五六七八九十" * (n // 10),
    "dates": lambda n: "2024年1月2日" * (n // 9),
    "ranges": lambda n: "3至5个" * (n // 4),
    "dots": lambda n: "1.2." * (n // 4),
    "masks": lambda n: "XX亿元，" * (n // 5),
    "opening quotation marks": lambda n: "“" * n,
    "quotations": lambda n: "“三个一”" * (n // 5),
    "opening brackets": lambda n: "（" * n,
    "brackets": lambda n: "（一）" * (n // 3),
    "dashes": lambda n: "——" * (n // 2),
    "spaces": lambda n: " " * n,
    "spaces between characters": lambda n: "政 府 工 作 报 告 " * (n // 12),
    "ideographic spaces": lambda n: "\u3000" * n,
    "line ends": lambda n: "\n" * n,
    "short lines": lambda n: "增长。\n" * (n // 4),
    "headings": lambda n: "一、工作回顾\n" * (n // 7),
    "titles": lambda n: "政府工作报告\n" * (n // 7),
    "openings": lambda n: "各位代表：\n" * (n // 6),
    "respectively": lambda n: "甲、乙、丙分别增长1%、2%、3%，" * (n // 19),
    "names of indicators": lambda n: "地区生产总值、城镇居民人均可支配收入" * (n // 18),
    "places": lambda n: "安徽省合肥市庐阳区" * (n // 9),
    "parallels": lambda n: "更加注重创新，更加注重协调，" * (n // 14),
    "four-character phrases": lambda n: "攻坚克难、砥砺前行、" * (n // 10),
    "commands": lambda n: "&nbsp;\\r\\n<br>" * (n // 14),
    "traditional": lambda n: "發展經濟" * (n // 4),
    "stars": lambda n: "*" * n,
    "exclamations": lambda n: "！" * n,
    "equals signs": lambda n: "=" * n,
    "colons": lambda n: "：" * n,
}
SHORT, LONG = 8_000, 32_000


def seconds(text: str) -> float:
    began = time.process_time()
    analyse(Page("a.txt", "a.txt", text))
    return time.process_time() - began


ALONE = pytest.param(False, marks=pytest.mark.slow)


@pytest.mark.parametrize("inside", [True, ALONE], ids=["in a report", "alone"])
@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str, inside: bool) -> None:
    """Four times the text takes about four times as long; a quadratic step would take sixteen.

    The whole way of a page is timed, in a page of nothing else and in the middle of a report.
    """
    head, tail = report().split("（一）产业", 1) if inside else ("", "")
    pair = [head + UNITS[unit](n) + "。\n" + tail for n in (SHORT, LONG)]
    best = [min(seconds(pair[0]) for _ in range(2)), seconds(pair[1])]
    if best[1] > 8 * max(best[0], 0.02):
        best = [min(best[k], *(seconds(text) for _ in range(3))) for k, text in enumerate(pair)]
    assert best[1] <= 9 * max(best[0], 0.02), f"{best[0]:.2f} s, then {best[1]:.2f} s"


@pytest.mark.parametrize("unit", ["one sentence", "figures", "items", "digits", "masks"])
def test_promises_hold_in_endless_sentences(unit: str) -> None:
    """Offsets and tiling in a sentence of thirty thousand characters."""
    head, tail = report().split("（一）产业", 1)
    assert broken(analyse(Page("a.txt", "a.txt", head + UNITS[unit](LONG) + "。\n" + tail))) == []


# ---- what the project says of itself -------------------------------------------------------------


LICENCE = re.compile(r"^\| ([\w.-]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_licences_of_dependencies_are_told() -> None:
    """LICENSES.md names every package of the lock once, and no licence reaches beyond its files."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    told = LICENCE.findall((ROOT / "LICENSES.md").read_text(encoding="utf-8"))[1:]
    assert [row[0] for row in told] == sorted(set(re.findall(r"(?m)^([\w.-]+)==", lock)))
    assert not [row for row in told if "GPL" in row[1] or "UNKNOWN" in row[1]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = {re.split("[>=]", one)[0] for one in project["dependencies"]}
    assert always <= {name for name, _, extras, _ in told if extras == "always"}
    for name, licence, _, _ in told:
        try:
            facts = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        words = " ".join([facts.get("License-Expression") or "", facts.get("License") or "",
                          *(facts.get_all("Classifier") or [])])  # fmt: skip
        first = {"PSF-2.0": "P"}.get(licence, licence.split()[0].split("-")[0])  # BSD, MIT, Apache
        assert first.lower() in words.lower() or not words.strip(), f"{name}: {licence}"
