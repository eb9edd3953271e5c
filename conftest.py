"""Doctests of ``reportlib.compare`` read ``corpus``: two made-up reports of one county."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent


@cache
def two_reports() -> Any:
    import reportlib

    return reportlib.load(ROOT / "tests" / "cases" / "two_reports")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the example corpus to the doctests that use it."""
    if isinstance(item, pytest.DoctestItem) and item.name.startswith("reportlib.compare"):
        item.dtest.globs["corpus"] = two_reports()
