"""Inputs that a fuzzer found to break something, kept as cases; see benchmarks/fuzz.py."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import test_clean
import test_quantities
from contract import broken
from hypothesis import given, settings
from hypothesis import strategies as st
from made import report, zipped

from reportlib.build.analyse import Analysis, analyse
from reportlib.read import SUFFIXES, Source, read_source
from reportlib.records import Page

CASES = Path(__file__).parent / "cases" / "fuzz"
FOLDER = Path(tempfile.mkdtemp(prefix="reportlib-fuzz-"))
HEAD, TAIL = report().split("（一）产业", 1)
SLOW = 20_000  # bytes of a page for each second; the slowest kind of text known is six times faster
ENDLESS = 20_000  # characters


def read(data: bytes) -> None:
    """Any bytes as any kind of file: pages with a reason or with text that can be written."""
    suffix = SUFFIXES[data[0] % len(SUFFIXES)] if data else ".txt"
    data = data[1:]
    if suffix == ".docx":  # what stands in the container; nobody hits on a container by chance
        data = zipped(word__document_xml=data)
    elif suffix == ".xlsx":
        data = workbook(data)
    path = FOLDER / f"x{suffix}"
    path.write_bytes(data)
    pages = read_source(Source(path, path.name))
    assert pages and len({page.doc for page in pages}) == len(pages)
    for page in pages:
        assert page.kind in ("page", "skipped", "failed")
        assert (page.kind == "page") == bool(page.text.strip()) == (not page.reason)
        page.text.encode()


def workbook(sheet: bytes) -> bytes:
    """A workbook whose only sheet is some bytes."""
    empty, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(empty)
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if "/sheet1" in name else old.read(name))
    return made.getvalue()


def clean(data: bytes) -> None:
    """Any text: the receipt of its edits is complete, twice is once, lines leave only blanks."""
    text = data.decode("utf-8", "replace")
    test_clean.test_the_receipt_is_complete.hypothesis.inner_test(text)
    test_clean.test_normalising_twice_changes_nothing_more.hypothesis.inner_test(text)
    test_clean.test_width_steps_keep_the_length.hypothesis.inner_test(text)
    test_clean.test_lines_cover_all_but_blanks.hypothesis.inner_test(text)


def timed(text: str) -> Analysis:
    """What a page gives, in time that its length allows; a busy machine gets three tries."""
    seconds = []
    for _ in range(3):
        began = time.process_time()
        made = analyse(Page("x.txt", "x.txt", text))
        seconds.append(time.process_time() - began)
        if seconds[-1] <= max(1.0, len(text.encode()) / SLOW):
            return made
    raise AssertionError(f"{min(seconds):.1f} s for {len(text)} characters")


def page(data: bytes) -> None:
    """Any text as a page: all tables keep their promises, and say the same a second time."""
    text = data.decode("utf-8", "replace")
    made, again = timed(text), timed(text)
    assert broken(made) == []
    assert made.rows == again.rows


def passage(data: bytes) -> None:
    """Any text in the middle of a report."""
    page((HEAD + data.decode("utf-8", "replace") + TAIL).encode())


def endless(data: bytes) -> None:
    """A short text again and again in the middle of a report takes no longer than any."""
    text = data.decode("utf-8", "replace")[:200] or "。"
    timed(HEAD + text * (ENDLESS // len(text)) + TAIL)


def quantities(data: bytes) -> None:
    """Any text as a sentence: numerals inside it, in order, whole, the same beside others."""
    text = data.decode("utf-8", "replace")
    test_quantities.test_rows_quote_the_text_in_order.hypothesis.inner_test(text)
    test_quantities.test_texts_are_read_apart.hypothesis.inner_test(text.splitlines())


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (read, clean, page, passage, endless, quantities)
}


@pytest.mark.parametrize("path", sorted(CASES.glob("*-*")), ids=lambda p: p.name)
def test_findings_stay_mended(path: Path) -> None:
    """Each file is named after its target."""
    TARGETS[path.name.partition("-")[0]](path.read_bytes())


@pytest.mark.parametrize("target", sorted({*TARGETS} - {"endless"}))
@settings(max_examples=30)
@given(data=st.binary(max_size=300))
def test_targets_bear_anything(target: str, data: bytes) -> None:
    """The same properties on bytes without any sense."""
    TARGETS[target](data)
