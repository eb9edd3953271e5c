"""The house keeps its order: layers, light imports, agreeing dependencies, no machine named."""

from __future__ import annotations

import ast
import csv
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "reportlib"
SOURCES = sorted(LIBRARY.rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# The rooms from the bottom up; a room imports only what stands on an earlier line.
ROOMS = (
    ("records",),
    ("resources",),
    ("finder",),
    ("read",),
    ("clean",),
    ("structure",),
    ("metadata",),
    ("words",),
    ("quantities",),
    ("indicators",),
    ("themes",),
    ("rhetoric",),
    ("compare",),
    ("plots",),
    ("build",),
    ("publish",),
    ("fetch",),
    ("cli",),
    ("__main__", "__init__"),
)
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}

# Lines of code: blank lines, comments and docstrings not counted. The aim is 5,000 in all; these
# numbers may only fall.
MOST_LINES_OF_CODE = 8265
MOST_LINES_OF_A_MODULE = 350
MOST_LINES_OF_A_FUNCTION = 45  # docstring not counted

# Packages that only some users install, and the two that are slow to import.
NOT_AT_IMPORT = (
    "matplotlib wordcloud jieba rjieba docx pypdfium2 openpyxl selectolax nbconvert nbclient "
    "nbformat IPython typst fontTools brotli pyarrow dask distributed pooch"
).split()


def room_of(path: Path) -> str:
    """records for reportlib/records.py, compare for reportlib/compare/panel.py."""
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def own_imports(path: Path) -> dict[str, int]:
    """Modules of this library that a file imports, with the line; relative imports are refused."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write 'from reportlib.x import y'"
            module = node.module or ""
            if module == "reportlib":
                found |= {f"reportlib.{alias.name}": node.lineno for alias in node.names}
                continue
            for alias in node.names:
                inner = ROOT / module.replace(".", "/") / f"{alias.name}.py"
                # from reportlib.compare import panel: the module panel, not the package
                found[f"{module}.{alias.name}" if inner.exists() else module] = node.lineno
        elif isinstance(node, ast.Import):
            found |= {alias.name: node.lineno for alias in node.names}
    return {name: line for name, line in found.items() if name.startswith("reportlib.")}


def tracked() -> list[Path]:
    """Files that a clone has (or would have, when this checkout is not a repository)."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


# ---- layers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(LIBRARY).as_posix())
def test_a_room_imports_only_lower_rooms(path: Path) -> None:
    """Each module belongs to a room of the plan and looks down, never up or sideways."""
    room = room_of(path)
    assert room in FLOOR, f"{path.name} is in no room of the plan: {', '.join(FLOOR)}"
    for name, line in own_imports(path).items():
        other = name.split(".")[1]
        if other != room and other in FLOOR:
            assert FLOOR[other] < FLOOR[room], f"{path.name}:{line}: {room} may not import {other}"


def test_no_circles_inside_a_room() -> None:
    """Modules of one package do not import each other in a circle."""
    graph = {module_of(p): {n for n in own_imports(p) if n != module_of(p)} for p in SOURCES}
    while graph:
        free = {name for name, needs in graph.items() if not needs & graph.keys()}
        assert free, f"these modules import each other: {sorted(graph)}"
        graph = {name: needs for name, needs in graph.items() if name not in free}


def test_every_module_imports_without_the_extras() -> None:
    """With matplotlib, jieba and every optional package hidden, each module still imports."""
    modules = [module_of(path) for path in SOURCES if path.stem != "__main__"]
    program = f"""
import importlib, sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {NOT_AT_IMPORT!r}:
            raise ModuleNotFoundError(f"hidden for this test: {{name}}", name=name)
sys.meta_path.insert(0, Hidden())
for module in {modules!r}:
    importlib.import_module(module)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert (done.stdout, done.stderr) == ("", ""), "importing prints something"


# ---- size ----------------------------------------------------------------------------------------


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def lines_of_code(path: Path) -> int:
    """Lines that hold code; a docstring is an expression that is a bare string."""
    text = path.read_text(encoding="utf-8")
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def test_the_library_stays_small() -> None:
    """Modules that fit a few screens, in a library that does not grow."""
    code = {path.relative_to(LIBRARY).as_posix(): lines_of_code(path) for path in SOURCES}
    assert sum(code.values()) <= MOST_LINES_OF_CODE, code
    sizes = {path.relative_to(LIBRARY).as_posix(): lines_of(path) for path in SOURCES}
    assert not {n: k for n, k in sizes.items() if k > MOST_LINES_OF_A_MODULE}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(LIBRARY).as_posix())
def test_functions_are_short(path: Path) -> None:
    """A function fits a screen; its docstring may be as long as it needs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                doc = node.body[0]
                length -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
            assert length <= MOST_LINES_OF_A_FUNCTION, f"{path.name}: {node.name} is {length} long"


# ---- data files ----------------------------------------------------------------------------------

TABLES = sorted((LIBRARY / "data").glob("*.csv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.name)
def test_data_rows_say_where_they_come_from(path: Path) -> None:
    """Every row has a source; unless a script made the table, also whether it was read."""
    if path.stem == "schema":
        return  # our own output, described; its source column says what a value is taken from
    made = (ROOT / "tools" / f"make_{path.stem}.py").exists()
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), start=2):
            assert row.get("source"), f"{path.name} line {number}: no source"
            known = row.get("source_status") in ("read", "recalled")
            assert known or made, f"{path.name} line {number}: source_status is read or recalled"


def test_data_files_are_used_and_explained() -> None:
    """No data file lies about unread, and data/README.md has a word on each and its columns."""
    scripts = sorted((ROOT / "tools").glob("*.py"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*SOURCES, *scripts])
    readme = (LIBRARY / "data" / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    for path in [*TABLES, *sorted((LIBRARY / "data").glob("*.toml"))]:
        named = (f'"{path.stem}"', f'"{path.name}"')
        assert any(name in code for name in named), f"nothing reads data/{path.name}"
        assert path.name in rows, f"data/README.md does not explain {path.name}"
        if path.suffix == ".csv" and path.stem != "place_changes":
            columns = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
            for column in (c for c in columns if c not in ("source", "source_status")):
                assert f"`{column}`" in rows[path.name], f"data/README.md: {path.name} {column}"


# ---- dependencies --------------------------------------------------------------------------------

CONDA_NAMES = {  # conda name: name in pyproject.toml, where they differ
    "matplotlib-base": "matplotlib",
    "brotli-python": "brotli",
    "dask-core": "dask",
}
NOT_IN_CONDA = {"tools", "data"}  # extras: conda installs by itself; data is for tools/ only


def requirement(text: str) -> tuple[str, str]:
    """(normal name, version range) of one line; the range in a fixed order."""
    parsed = Requirement(text)
    name = re.sub(r"[-_.]+", "-", CONDA_NAMES.get(parsed.name, parsed.name)).lower()
    return name, ",".join(sorted(str(one) for one in parsed.specifier))


def test_environment_yml_agrees_with_pyproject() -> None:
    """The conda file names the same packages with the same ranges, and the same Python."""
    given = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = given["dependencies"]
    (from_pip,) = (line["pip"] for line in lines if isinstance(line, dict))
    assert from_pip[-1] == "-e ."
    named = [line for line in lines if isinstance(line, str)] + from_pip[:-1]
    conda = dict(requirement(line) for line in named)
    assert len(conda) == len(named), "a package stands twice in environment.yml"
    assert conda.pop("pip") == ""
    assert conda.pop("python") == PROJECT["requires-python"]
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + [
        line for extra, lines in extras.items() if extra not in NOT_IN_CONDA for line in lines
    ]
    assert conda == dict(requirement(line) for line in wanted)


def test_lock_pins_every_dependency_with_hashes_and_no_host() -> None:
    """requirements.lock: one version a line, sha256 hashes, ranges of pyproject met, no address."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "//" not in text and "file:" not in text and " @ " not in text
    blocks = re.split(r"\n(?=\S)", text.strip().replace("\\\n", ""))
    pins: dict[str, list[Requirement]] = {}
    for block in blocks:
        pin, *hashes = re.split(r"\s+--hash=", block.strip())
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), pin
        parsed = Requirement(pin)
        assert [one.operator for one in parsed.specifier] == ["=="], pin
        pins.setdefault(requirement(pin)[0], []).append(parsed)
    extras = PROJECT["optional-dependencies"]
    for line in PROJECT["dependencies"] + [d for e in extras if e != "data" for d in extras[e]]:
        wanted = Requirement(line)
        assert requirement(line)[0] in pins, f"requirements.lock lacks {line}: dev.py lock"
        for parsed in pins[requirement(line)[0]]:
            (version,) = (one.version for one in parsed.specifier)
            assert wanted.specifier.contains(version), f"{parsed} does not meet {line}"


def test_versions_agree() -> None:
    """CITATION.cff names the version of pyproject.toml, and CHANGELOG.md has a part on it."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["version"] in changes and "### Numbers that change" in changes


# ---- nothing of a machine ------------------------------------------------------------------------


def test_no_tracked_file_names_a_machine() -> None:
    """No path of somebody's disk and no registry's address in what others will clone."""
    folders = "work|tmp|root|farm|home|Users"
    disk = re.compile(rf"(^|[^A-Za-z0-9_.])(/({folders})/[A-Za-z]|[A-Z]:\\\\?Users)")
    hosts = re.compile(r"(?i)\b(pythonhosted|npmjs|anaconda)\.(org|com)|\bpypi\.org")
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("seeds/") or path.suffix == ".lock" or path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a font, a picture, a test page in another encoding
        for number, line in enumerate(text.splitlines(), start=1):
            assert not disk.search(line), f"{name}:{number} holds a path of a machine"
            assert not hosts.search(line), f"{name}:{number} holds a registry's address"


def test_seeds_are_as_received() -> None:
    """The bytes of each seed document are those that seeds/SOURCES.md lists."""
    from hashlib import sha256

    listed = (ROOT / "seeds" / "SOURCES.md").read_text(encoding="utf-8")
    pages = sorted((ROOT / "seeds").glob("*.txt"))
    assert len(pages) == 5
    for page in pages:
        assert sha256(page.read_bytes()).hexdigest() in listed, page.name
