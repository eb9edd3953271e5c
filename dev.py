#!/usr/bin/env python3
"""The project's commands. Needs Python 3.11 or newer and pip, nothing else.

    python3 dev.py report         tables from seeds/ and the appendix, both in build/
    python3 dev.py test [--fast]  lint, types and tests; without --fast slow tests and notebooks too
    python3 dev.py refresh        run the notebooks again and save them with their outputs, cleaned
    python3 dev.py lock           write requirements.lock anew from pyproject.toml

The environment is .venv beside this file. It is made without ensurepip (some systems lack it), from
requirements.lock with hashes, and left alone until the lock or pyproject.toml changes. An active
conda environment that has all the packages is used instead. `--wheels DIR` installs from a folder
of downloaded packages without a network; `--venv DIR` puts the environment elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
EXTRAS_NOT_LOCKED = {"data"}  # for tools/ only
OLDEST = (3, 11)


class SetupError(Exception):
    """Something the user has to mend; the message says what."""


def run(command: list[str], quiet: bool = False) -> int:
    """Exit status of a command run from the project's folder; UTF-8 whatever the system."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    silent = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, cwd=ROOT, env=environment, stdout=silent, stderr=silent)


def step(name: str, command: list[str]) -> bool:
    """Run a command between two lines with its name and time; true if it went well."""
    began = time.monotonic()
    print(f"== {name}", flush=True)
    good = run(command) == 0
    seconds = time.monotonic() - began
    print(f"== {name}: {'ok' if good else 'FAILED'}, {seconds:.1f} s", flush=True)
    return good


def beside(name: str, command: list[str]) -> Callable[[], bool]:
    """Start a command beside the next steps; the result shows what it said, and is true if it
    went well."""
    environment, pipe = {**os.environ, "PYTHONUTF8": "1"}, subprocess.PIPE
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT
    )

    def result() -> bool:
        said, _ = process.communicate()
        good = process.returncode == 0
        print(f"== {name}\n{said.decode(errors='replace')}", end="")
        print(f"== {name}: {'ok' if good else 'FAILED'}", flush=True)
        return good

    return result


# ---- the environment -----------------------------------------------------------------------------


def program(folder: Path, name: str) -> str:
    """The path of a program in a virtual or conda environment (conda on Windows: no Scripts)."""
    if os.name != "nt":
        return str(folder / "bin" / name)
    inside = folder / "Scripts" / f"{name}.exe"
    return str(inside if inside.exists() else folder / f"{name}.exe")


def settings() -> dict[str, Any]:
    """The tables of pyproject.toml."""
    import tomllib  # not in the Pythons that environment() refuses

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked_block(name: str) -> str:
    """The lines of requirements.lock that pin one package, hashes included."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith(f"{name}==")), None)
    if first is None:
        raise SetupError(f"{LOCK.name} does not pin {name}: run python3 dev.py lock")
    last = first + 1
    while last < len(lines) and lines[last].startswith(" "):
        last += 1
    return "\n".join(lines[first:last]) + "\n"


def stamp() -> str:
    """What the environment was made from: the lock, the project's own tables, its place."""
    given = settings()
    tables = [given["build-system"], given["project"], given["tool"]["setuptools"], str(ROOT)]
    return hashlib.sha256(LOCK.read_bytes() + json.dumps(tables).encode()).hexdigest()


def conda_python() -> str | None:
    """The interpreter of the active conda environment, if it has every package the work needs."""
    if not (prefix := os.environ.get("CONDA_PREFIX")):
        return None
    project = settings()["project"]
    extras = project["optional-dependencies"]
    unneeded = EXTRAS_NOT_LOCKED | {"tools"}
    wanted = project["dependencies"] + [d for e in extras if e not in unneeded for d in extras[e]]
    names = [requirement.split(">")[0].split("=")[0] for requirement in wanted]
    python = program(Path(prefix), "python")
    check = "import sys; from importlib.metadata import version as v; [v(n) for n in sys.argv[1:]]"
    if Path(python).exists() and run([python, "-c", check, *names], quiet=True) == 0:
        print(f"using the conda environment {Path(prefix).name!r}")
        return python
    print(f"conda environment {Path(prefix).name!r} lacks packages of environment.yml: using .venv")
    return None


def first_installs(folder: Path, source: list[str]) -> None:
    """Put uv and setuptools into a new environment, with the pip of the calling Python.

    Both come from the lock with their hashes, so that nothing unchecked is ever installed: jieba is
    published as source only, and its build then needs no download of its own.
    """
    python, wanted = program(folder, "python"), folder / "first.txt"
    wanted.write_text(locked_block("uv") + locked_block("setuptools"), encoding="utf-8")
    install = ["install", "--quiet", "--require-hashes", *source, "-r", str(wanted)]
    outer = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    if run([*outer, "--version"], quiet=True) == 0:
        status = run([*outer, *install])
    elif run([python, "-m", "ensurepip", "--default-pip"], quiet=True) == 0:
        status = run([python, "-m", "pip", *install])
    else:
        raise SetupError(
            "this Python has no pip of version 22.3 or newer and cannot make one. Install pip "
            "(Debian, Ubuntu: apt install python3-pip) and run the command again."
        )
    if status:
        raise SetupError("pip could not install the first two packages; is there a network?")


def install(folder: Path, wheels: Path | None) -> None:
    """Install the lock and this project into a new environment: with uv, or else with pip."""
    source = ["--no-index", "--find-links", str(wheels)] if wheels else []
    first_installs(folder, source)
    python = program(folder, "python")
    hashed = ["--require-hashes", "--no-build-isolation", *source, "-r", LOCK.name]
    editable = ["--no-deps", "--no-build-isolation", *source, "-e", "."]
    uv = [program(folder, "uv"), "pip", "install", "--quiet", "--compile-bytecode"]
    uv += ["--python", python]
    if run([*uv, *hashed]) == 0 and run([*uv, *editable]) == 0:
        return
    print("uv could not install the packages (a proxy or an index of your own?): trying pip")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    pip += ["install", "--quiet"]
    if run([*pip, *hashed]) or run([*pip, *editable]):
        raise SetupError("the packages of requirements.lock could not be installed; see above")


def environment(folder: Path, wheels: Path | None) -> str:
    """The interpreter to work with; makes or renews the environment where needed."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"Python 3.11 or newer is needed, this is {found} ({sys.executable}).")
    if python := conda_python():
        return python
    mark = folder / "reportlib-stamp"
    if mark.exists() and mark.read_text() == stamp():
        python = program(folder, "python")
        if Path(python).exists() and run([python, "-c", ""]) == 0:
            return python
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise SetupError(f"{folder} holds something else than a Python environment; left alone.")
    began = time.monotonic()
    print(f"== environment: making {folder.name} (once, a minute or two)", flush=True)
    venv.create(folder, clear=True, with_pip=False, symlinks=os.name != "nt")
    install(folder, wheels)
    mark.write_text(stamp())
    print(f"== environment: ok, {time.monotonic() - began:.1f} s", flush=True)
    return program(folder, "python")


# ---- the commands --------------------------------------------------------------------------------


def notebooks() -> list[str]:
    """The numbered notebooks in reading order, relative to the project."""
    return [f"notebooks/{path.name}" for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))]


def report(python: str) -> bool:
    """The main job: tables from the seed documents, then the notebooks as an appendix."""
    reportlib = [python, "-m", "reportlib"]
    tables = [*reportlib, "build", "seeds", "--out", "build/tables", "--overwrite"]
    appendix = [*reportlib, "appendix", "--out", "build/appendix"]
    good = step("tables", tables) and step("appendix", appendix)
    if good:
        print("read build/appendix/index.html; the tables are in build/tables")
    return good


def test(python: str, fast: bool) -> bool:
    """Everything continuous integration runs; ``fast`` leaves out slow tests and notebooks.

    A failing step does not hide the next one.
    """
    good = [
        step("ruff check", [python, "-m", "ruff", "check", "."]),
        step("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
    ]
    types = beside("mypy", [python, "-m", "mypy"])
    workers = str(min(os.cpu_count() or 1, 8))
    pytest = [python, "-m", "pytest", "-q", "-n", workers, "--dist", "loadfile"]
    some = ["-m", "not slow and not browser"] if fast else []
    good += [step("tests", [*pytest, "-p", "no:nbval", *some]), types()]
    if not fast and notebooks():
        strict = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
        good.append(step("notebooks", [*pytest, *strict, *notebooks()]))
    return all(good)


def refresh(python: str) -> bool:
    """Run the notebooks in place, then drop time stamps but keep outputs and counts."""
    if not notebooks():
        raise SetupError("there are no notebooks in notebooks/")
    convert = [python, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    convert += ["--log-level=WARN", "--ExecutePreprocessor.coalesce_streams=True"]
    ran = [step(book, [*convert, book]) for book in notebooks()]
    strip = [python, "-m", "nbstripout", "--keep-output", "--keep-count"]
    return all(ran) and step("clean", [*strip, *notebooks()])


def lock(python: str) -> bool:
    """Write requirements.lock: every system and Python we support, hashes, no host names."""
    uv = program(Path(python).parent.parent, "uv")
    if not Path(uv).exists():
        raise SetupError("the active conda environment has no uv: conda deactivate, then again")
    left_out = [word for extra in sorted(EXTRAS_NOT_LOCKED) for word in ("--no-extra", extra)]
    export = [uv, "export", "--quiet", "--frozen", "--all-extras", *left_out]
    bare = ["--no-emit-project", "--no-header", "--no-annotate", "--output-file", LOCK.name]
    solve = [uv, "lock", "--quiet", "--upgrade", "--python", python]
    return step("solve", solve) and step("export", [*export, *bare])


def main() -> None:
    about, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("report", "test", "refresh", "lock"))
    parser.add_argument("--fast", action="store_true", help="test: what takes under three minutes")
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="install from this folder only")
    parser.add_argument("--venv", type=Path, metavar="DIR", default=ROOT / ".venv")
    chosen = parser.parse_args()
    began = time.monotonic()
    try:
        python = environment(chosen.venv.absolute(), chosen.wheels and chosen.wheels.absolute())
        if chosen.command == "test":
            good = test(python, chosen.fast)
        else:
            good = {"report": report, "refresh": refresh, "lock": lock}[chosen.command](python)
    except SetupError as error:
        raise SystemExit(f"dev.py: {error}") from None
    result = "ok" if good else "FAILED"
    print(f"== {chosen.command}: {result}, {time.monotonic() - began:.0f} s in all")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
