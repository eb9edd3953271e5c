"""Tables of pages: CSV, XLSX and JSONL with a text column, and the sidecar that a user writes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from reportlib.read.decode import Decoded, decode
from reportlib.read.facts import facts_of, names, sift
from reportlib.read.office import MOST_COLUMNS, sheets
from reportlib.records import Page, ReadError, ReportlibError
from reportlib.resources import require

LONGEST_CELL = 1 << 26  # characters
MOST_ROWS = 100_000  # that hold anything
MOST_LINES = 1 << 22  # of all sheets of an XLSX, counted to the number of the last row of each
HALF = re.compile("[\ud800-\udfff]")  # JSON can spell half characters, which no file can hold
GUARD = re.compile(r"^'(?=['=+\-@\t\r])")  # what the CSV files of a build put before such a sign
SIDECAR = ["doc", "place", "adcode", "year", "source_url", "note"]
CELLS = {"doc": ".+", "adcode": r"(\d{6})?", "year": r"((19|20)\d\d)?"}  # of a sidecar
Rows = list[tuple[int, list[str]]]  # number and cells of the rows that hold anything


def table_pages(page: Page, data: bytes, suffix: str, column: str = "") -> list[Page]:
    """One page per row; ``doc`` gets ``#row`` (1 below the header), in later sheets ``#name!row``.

    What a row says of place, adcode and year goes to ``given`` as row_place, row_adcode and
    row_year; it weighs less than a sidecar's word. The rows of JSONL are its lines. A table without
    a text column is one page that is skipped.

    Args:
        column: the text column; without it, the best name that ``data/page_facts.csv`` knows.

    Raises:
        ReadError: no rows, broken quoting, a line that is not JSON.

    >>> [(p.doc, p.text) for p in table_pages(Page("a.csv", ""), "text\\n一年来".encode(), ".csv")]
    [('a.csv#1', '一年来')]
    """
    decoded = Decoded("", "") if suffix == ".xlsx" else decode(data)
    reader = csv_rows if suffix == ".csv" else _json_rows
    found = sheets(data) if suffix == ".xlsx" else iter([("", reader(decoded.text))])
    lines = count()
    tables = {name: rows for name, raw in found if (rows := _full(raw, lines))}
    known = [_folded(column)] if column else [n for n, f in names("column").items() if f == "text"]
    pages: list[Page] = []
    for name, ((top, titles), *rows) in tables.items():
        head = [_folded(title) for title in titles]
        text = next((one for one in known if one in head), "")
        prefix = f"{page.doc}#{name}!" if pages else f"{page.doc}#"
        if not text and len(tables) == 1:  # a list of files, figures: no pages, and nothing wrong
            reason = f"no text column ({', '.join(known)}); it has {', '.join(head)}"[:500]
            return [replace(page, kind="failed" if column else "skipped", reason=reason)]
        if not text:
            pages.append(replace(page, doc=f"{prefix}0", kind="skipped", reason="no text column"))
        for number, cells in rows if text else []:
            row = replace(page, doc=f"{prefix}{number - top}")
            pages.append(_row_page(row, head, cells, text, decoded))
    if not pages:
        raise ReadError("a table without rows")
    return pages


def _row_page(page: Page, head: list[str], cells: list[str], text: str, decoded: Decoded) -> Page:
    if any(cells[len(head) :]):
        reason = f"{len(cells)} cells in a row under {len(head)} columns"
        return replace(page, kind="failed", reason=reason)
    record = dict(zip(head, cells, strict=False))
    told = [(fact, record[name]) for name, fact in names("column").items() if name in record]
    facts = facts_of(record.get(text, "")) | sift(told)
    # Province, city and county may stand in columns of their own.
    facts["place"] = "".join(dict.fromkeys(cell.strip() for fact, cell in told if fact == "place"))
    given = {f"row_{f}": facts.pop(f) for f in ("place", "adcode", "year") if facts.get(f)}
    facts = {name: facts.get(name, "") for name in ("title", "published", "source_url")}
    damage = decoded.damage if "\ufffd" in record.get(text, "") else ""
    page = replace(page, text=record.get(text, ""), encoding=decoded.encoding, damage=damage)
    return replace(page, given=given, **facts)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def _full(rows: Iterable[Iterable[Any]], lines: Iterator[int]) -> Rows:
    """The rows that hold anything, in words; ``lines`` counts all rows of a file."""
    full: Rows = []
    for number, row in enumerate(map(list, rows)):
        if any(row):
            cells = ("" if cell is None else str(cell) for cell in row)
            full.append((number, [HALF.sub("\ufffd", cell) for cell in cells]))
        if len(full) > MOST_ROWS + 1 or next(lines) > MOST_LINES:
            raise ReadError(f"more than {MOST_ROWS} rows, empty ones too: split it")
    return full


def csv_rows(text: str) -> Iterator[list[str]]:
    """Rows of a CSV, parted by comma, tab or semicolon.

    Raises:
        ReadError: quotation marks that do not pair, with the line.

    >>> list(csv_rows("doc,year\\na.txt,2024\\n"))
    [['doc', 'year'], ['a.txt', '2024']]
    """
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
    mark = max(",\t;", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise ReadError(f"line {reader.line_num}: {error}") from None


def _json_rows(text: str) -> Iterator[list[Any]]:
    """The names of all lines, then what each line has for them; nothing for an empty line."""
    if text.count("\n") > MOST_ROWS:
        raise ReadError(f"more than {MOST_ROWS} lines: split it")
    head: dict[str, None] = {}
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            records.append(json.loads(line) if line.strip() else {})
            head |= dict.fromkeys(k for k, v in records[-1].items() if v is not None)
        except (ValueError, AttributeError, RecursionError) as error:
            raise ReadError(f"line {number} is no JSON object: {error}") from None
    if len(head) > MOST_COLUMNS:
        raise ReadError(f"{len(head)} different names; a row has at most {MOST_COLUMNS}")
    yield list(head)
    yield from ([record.get(name) for name in head] for record in records)


def side_rows(path: Path) -> tuple[list[str], Rows]:
    """Head and filled rows of a CSV that a user wrote, in the encoding and with the separator that
    the user's spreadsheet chose; the ``'`` that keeps a cell from being run is taken off.

    Raises:
        ReportlibError: not readable.

    >>> side_rows(Path("nowhere.csv"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: nowhere.csv: [Errno 2] No such file or directory: ...
    """
    try:
        (_, head), *rows = _full(csv_rows(decode(path.read_bytes()).text), count()) or [(0, [])]
    except (OSError, ReadError) as error:
        raise ReportlibError(f"{path.name}: {error}") from None
    return head, [(number, [GUARD.sub("", cell) for cell in row]) for number, row in rows]


def read_sidecar(path: Path) -> dict[str, dict[str, str]]:
    """What the user says of pages: ``{doc: {place, adcode, year, source_url, note}}``.

    Empty cells are left out. A doc that is no page of the build is for the caller to list.

    Raises:
        ReportlibError: not readable, unknown column, a cell out of shape, a doc given twice.

    >>> read_sidecar(Path("nowhere.csv"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: nowhere.csv: ...
    """
    head, rows = side_rows(path)
    for name in head:
        require(name, SIDECAR, f"column of {path.name}")
    require("doc", head, f"column of {path.name}")
    said: dict[str, dict[str, str]] = {}
    for number, cells in rows:
        row = dict(zip(head, map(str.strip, cells), strict=False))
        odd = [n for n in CELLS if n in row and not re.fullmatch(CELLS[n], row[n])]
        faults = [f"{name} {row[name]!r} does not fit {CELLS[name]!r}" for name in odd]
        faults += ["more cells than columns"] if len(cells) > len(head) else []
        faults += [f"doc {row['doc']!r} stands twice"] if row["doc"] in said else []
        if faults:
            raise ReportlibError(f"{path.name} row {number + 1}: {faults[0]}")
        said[row["doc"]] = {name: cell for name, cell in row.items() if cell and name != "doc"}
    return said
