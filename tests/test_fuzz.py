"""Inputs that a fuzzer found to break something, kept as cases; see benchmarks/fuzz.py."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from contract import broken
from hypothesis import given
from hypothesis import strategies as st
from made import zipped

from reportlib.build.analyse import analyse
from reportlib.quantities import find_quantities
from reportlib.read import SUFFIXES, Source, read_source
from reportlib.records import Page

CASES = Path(__file__).parent / "cases" / "fuzz"
FOLDER = Path(tempfile.mkdtemp(prefix="reportlib-fuzz-"))


def read(data: bytes) -> None:
    """Any bytes as any kind of file: pages with a reason or with text that can be written."""
    suffix = SUFFIXES[data[0] % len(SUFFIXES)] if data else ".txt"
    data = data[1:]
    if suffix == ".docx":  # what stands in the container; nobody hits on a container by chance
        data = zipped(word__document_xml=data)
    path = FOLDER / f"x{suffix}"
    path.write_bytes(data)
    pages = read_source(Source(path, path.name))
    assert pages and len({page.doc for page in pages}) == len(pages)
    for page in pages:
        assert page.kind in ("page", "skipped", "failed")
        assert (page.kind == "page") == bool(page.text.strip()) == (not page.reason)
        page.text.encode()


def page(data: bytes) -> None:
    """Any text as a page: all tables keep their promises."""
    text = data.decode("utf-8", "replace")
    assert broken(analyse(Page("x.txt", "x.txt", text))) == []


def quantities(data: bytes) -> None:
    """Any text as a sentence: numerals inside it, in order, whole."""
    text = data.decode("utf-8", "replace")
    found = find_quantities(text)
    last = 0
    for one in found:
        assert last <= one.first <= one.number < one.stop <= one.last <= len(text)
        assert text[one.first : one.last] == one.quote
        last = one.last


TARGETS: dict[str, Callable[[bytes], None]] = {"read": read, "page": page, "quantities": quantities}


@pytest.mark.parametrize("path", sorted(CASES.glob("*-*")), ids=lambda p: p.name)
def test_findings_stay_mended(path: Path) -> None:
    """Each file is named after its target."""
    TARGETS[path.name.partition("-")[0]](path.read_bytes())


@pytest.mark.parametrize("target", sorted(TARGETS))
@given(data=st.binary(max_size=300))
def test_targets_bear_anything(target: str, data: bytes) -> None:
    """The same properties on bytes without any sense."""
    TARGETS[target](data)
