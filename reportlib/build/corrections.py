"""Corrections by hand: a CSV of doc, start, end, field, old, new, who, why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reportlib.build.write import columns_of
from reportlib.read.tables import side_rows
from reportlib.records import ReportlibError
from reportlib.resources import require, schema

if TYPE_CHECKING:
    from reportlib.build.analyse import Analysis

# Evidence, and what other tables refer to.
FIXED = {"doc", "report_id", "sentence_id", "start", "end", "quote", "text", "sentence", "path"}
NUMBERS = {"number": float, "integer": int, "flag": int}


class Correction(NamedTuple):
    """One corrected cell: the row of ``doc`` at start..end (both blank for ``reports``)."""

    doc: str
    start: str
    end: str
    field: str
    old: str
    new: str
    who: str
    why: str
    line: int


COLUMNS = list(Correction._fields[:-1])


def read_corrections(path: Path) -> list[Correction]:
    """The rows of a corrections file.

    Raises:
        ReportlibError: missing file or column, a row without author or reason, a field that no
            table has or that is evidence and cannot be corrected.
    """
    fields = {c["column"] for columns in schema().values() for c in columns} - FIXED
    fixes = []
    head, rows = side_rows(path)
    if missing := [c for c in COLUMNS if c not in head]:
        raise ReportlibError(f"{path.name}: no column {missing[0]!r}; wanted {', '.join(COLUMNS)}")
    for line, row in rows:
        cells = dict(zip(head, map(str.strip, row), strict=False))
        fix = Correction._make([*(cells.get(c, "") for c in COLUMNS), line + 1])
        if not (fix.who and fix.why):
            raise ReportlibError(f"{path.name} row {fix.line}: who and why must be filled in")
        require(fix.field, sorted(fields), f"field (row {fix.line} of {path.name})")
        fixes.append(fix)
    return fixes


def apply_corrections(result: Analysis, fixes: Sequence[Correction]) -> None:
    """Mend the rows of an analysis by the corrections for its page, and list each.

    Raises:
        ReportlibError: no such row, its cell no longer holds ``old``, ``new`` is of another type.
    """
    for fix in (f for f in fixes if f.doc == result.page.doc):
        met: list[str] = []
        for table, rows in result.rows.items():
            if fix.field not in columns_of(table):
                continue
            result.blocks[table], old = _fix(table, rows, fix)
            met += old
            if fix.old in old:
                place = (fix.doc, fix.start or None, fix.end or None)
                result.add("corrections", *place, table, *fix[3:8])
        if fix.old not in met:
            where = f"{fix.doc} {fix.start}–{fix.end}".strip(" –")
            now = [f"{fix.field} is {cell!r} there now, not {fix.old!r}" for cell in met]
            holds = (*now, "no such row")[0]
            raise ReportlibError(f"corrections row {fix.line}: {where}: {holds}")


def _fix(table: str, rows: Sequence[Any], fix: Correction) -> tuple[list[Any], list[str]]:
    """The rows with the cell mended, and what the cells at that place held."""
    out, met = [], []
    names = columns_of(table)
    kind = next(c["type"] for c in schema()[table] if c["column"] == fix.field)
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        if [str(cells.get(k, "")) for k in ("doc", "start", "end")] == [*fix[:3]]:
            have = "" if cells[fix.field] is None else f"{cells[fix.field]}".removesuffix(".0")
            met.append(have)
            if have == fix.old:
                cells[fix.field] = new = _typed(fix, kind)
                if fix.field == "value" and (base := cells.get("value_base")):
                    cells["value_base"] = new and float(f"{new * base / float(have):.12g}")
                mark = f"corrected {fix.field}: {fix.old} → {fix.new} ({fix.who})"
                if "note" in cells and fix.field != "note":
                    cells["note"] = "; ".join(filter(None, [cells["note"], mark]))
        out.append(tuple(cells.values()))
    return out, met


def _typed(fix: Correction, kind: str) -> Any:
    try:
        return NUMBERS.get(kind, str)(fix.new) if fix.new else None
    except ValueError:
        raise ReportlibError(f"corrections row {fix.line}: {fix.new!r} is no {kind}") from None
