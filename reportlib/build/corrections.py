"""Corrections by hand: a CSV of doc, start, end, field, old, new, who, why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reportlib.build.analyse import Analysis
from reportlib.build.write import unsafe
from reportlib.records import ReportlibError
from reportlib.resources import schema

COLUMNS = ("doc", "start", "end", "field", "old", "new", "who", "why")
FIXED = {"doc", "report_id", "sentence_id", "start", "end", "quote", "text", "sentence"}


class Correction(NamedTuple):
    """One corrected cell: the row of ``doc`` at start..end (blank for ``reports``)."""

    doc: str
    start: str
    end: str
    field: str
    old: str
    new: str
    who: str
    why: str
    line: int


def read_corrections(path: Path) -> list[Correction]:
    """The rows of a corrections file.

    Raises:
        ReportlibError: missing file or column, a row without new value's author or reason, a
            field that no table has or that is evidence and cannot be corrected.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if missing := [c for c in COLUMNS if c not in (reader.fieldnames or [])]:
                raise ReportlibError(f"{path.name}: no column {missing[0]!r}; wanted {', '.join(COLUMNS)}")
            rows = [
                Correction(*(unsafe((row[c] or "").strip()) for c in COLUMNS), reader.line_num)
                for row in reader
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise ReportlibError(f"cannot read corrections {path.name}: {error}") from None
    fields = {c["column"] for columns in schema().values() for c in columns} - FIXED
    for row in rows:
        where = f"{path.name} line {row.line}"
        if row.field not in fields:
            raise ReportlibError(f"{where}: field {row.field!r} cannot be corrected")
        if not row.who or not row.why:
            raise ReportlibError(f"{where}: who and why must be filled in")
    return rows


def apply_corrections(result: Analysis, fixes: Sequence[Correction]) -> dict[str, list[Any]]:
    """The rows of an analysis with the corrections for its page, each also listed.

    Raises:
        ReportlibError: no such row, or its cell no longer holds ``old``.
    """
    rows: dict[str, list[Any]] = dict(result.rows)
    for fix in (f for f in fixes if f.doc == result.page.doc):
        hits = 0
        for table, columns in schema().items():
            names = [c["column"] for c in columns]
            if fix.field in names and table != "corrections":
                rows[table], n = _fix(rows.get(table, []), names, fix)
                hits += n
                if n:
                    cells = (fix.doc, fix.start, fix.end, table, *fix[3:8])
                    rows.setdefault("corrections", []).append(cells)
        if not hits:
            where = f"{fix.doc} {fix.start}–{fix.end}".strip(" –")
            raise ReportlibError(f"corrections line {fix.line}: no row at {where} with {fix.field}")
    return rows


def _fix(rows: Sequence[Any], names: list[str], fix: Correction) -> tuple[list[Any], int]:
    out, hits = [], 0
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        place = [cells.get(k) for k in ("start", "end") if k in cells] or ["", ""]
        if [str(x) for x in place] != [fix.start, fix.end] or cells.get("doc") != fix.doc:
            out.append(row)
            continue
        have = "" if cells[fix.field] is None else f"{cells[fix.field]}".removesuffix(".0")
        if have != fix.old:
            raise ReportlibError(
                f"corrections line {fix.line}: {fix.field} is {have!r} now, not {fix.old!r}"
            )
        cells[fix.field] = fix.new
        if "note" in cells and fix.field != "note":
            mark = f"corrected {fix.field}: {fix.old} → {fix.new} ({fix.who})"
            cells["note"] = "; ".join(filter(None, [cells["note"], mark]))
        out.append(tuple(cells.values()))
        hits += 1
    return out, hits
