"""Doctests of comparisons and theme tables read ``corpus``: two made-up reports of one county."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
# A grammar of internet addresses that nbformat would load for a second and never ask.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
USERS = ("reportlib.compare", "reportlib.themes.coding")


@cache
def two_reports() -> Any:
    import reportlib

    return reportlib.load(ROOT / "tests" / "cases" / "two_reports")


@pytest.fixture(autouse=True, scope="session")
def stops() -> tuple[type[Exception], ...]:
    """An error that nobody foresaw fails the test; for a user it makes a page that failed.

    The errors that stop a build for a user too.
    """
    steps = import_module("reportlib.build.analyse")
    for_users, steps.STOPS = steps.STOPS, (Exception,)
    return for_users


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the example corpus to the doctests that use it."""
    if isinstance(item, pytest.DoctestItem) and item.name.startswith(USERS):
        item.dtest.globs["corpus"] = two_reports()
