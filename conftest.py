"""Doctests of comparisons and theme tables read ``corpus``: two made-up reports of one county."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
USERS = ("reportlib.compare", "reportlib.themes.shares")


@cache
def two_reports() -> Any:
    import reportlib

    return reportlib.load(ROOT / "tests" / "cases" / "two_reports")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the example corpus to the doctests that use it."""
    if isinstance(item, pytest.DoctestItem) and item.name.startswith(USERS):
        item.dtest.globs["corpus"] = two_reports()
