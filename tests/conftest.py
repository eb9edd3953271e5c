"""What all tests share: the seed pages, the optional development corpus, and repeatable runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("MPLBACKEND", "Agg")

# The same examples every time: a run that fails here fails everywhere. Speed is judged by counting
# steps, never by the clock, so examples have no deadline.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def seeds() -> dict[str, str]:
    """Page text of the five seed documents by file name."""
    return {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "seeds").glob("*.txt"))}


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of development pages beside the project; tests that want it skip without."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the optional development corpus is not here")
    return folder
