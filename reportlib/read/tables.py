"""Tables of pages: CSV, XLSX and JSONL with a text column, and the sidecar that a user writes."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

from reportlib.read.decode import Decoded, decode
from reportlib.read.facts import facts_of, names, sift, with_facts
from reportlib.read.office import sheets
from reportlib.records import Page, ReadError, ReportlibError
from reportlib.resources import require

LONGEST_CELL = 1 << 26  # characters
SIDECAR = {  # the columns of a sidecar and the pattern of their cells
    "doc": ".+",
    "place": ".*",
    "adcode": r"(\d{6})?",
    "year": r"((19|20)\d\d)?",
    "source_url": ".*",
    "note": ".*",
}


def table_pages(page: Page, data: bytes, suffix: str, column: str = "") -> list[Page]:
    """One page per row; ``doc`` gets ``#row`` (1 below the header), in later sheets ``#name!row``.

    What a row says of place, adcode and year goes to ``given`` as row_place, row_adcode and
    row_year; it weighs less than a sidecar's word. JSONL rows are its lines.

    Args:
        column: the text column; without it, the best name that ``data/page_facts.csv`` knows.

    Raises:
        ReadError: no text column, broken quoting, a line that is not JSON.
    """
    decoded = Decoded("", "") if suffix == ".xlsx" else decode(data)
    if suffix == ".xlsx":
        tables = sheets(data)
    else:
        tables = {"": csv_rows(decoded.text) if suffix == ".csv" else _json_rows(decoded.text)}
    heads = {name: list(map(_folded, rows[0][1])) for name, rows in tables.items() if rows}
    known = [_folded(column)] if column else [n for n, f in names("column").items() if f == "text"]
    texts = {name: next((n for n in known if n in head), "") for name, head in heads.items()}
    if not any(texts.values()):
        columns = "; ".join(", ".join(head) for head in heads.values())[:300]
        raise ReadError(f"no text column ({', '.join(known)}); the columns are: {columns}")
    pages: list[Page] = []
    for name, text_name in texts.items():
        prefix = f"{page.doc}#{name}!" if pages else f"{page.doc}#"
        if not text_name:
            pages.append(replace(page, doc=f"{prefix}0", kind="skipped", reason="no text column"))
            continue
        for number, cells in tables[name][1:]:
            row = replace(page, doc=f"{prefix}{number - tables[name][0][0]}")
            pages.append(_row_page(row, heads[name], cells, text_name, decoded))
    if not pages:
        raise ReadError("a table without rows")
    return pages


def _row_page(page: Page, head: list[str], cells: list[str], text: str, decoded: Decoded) -> Page:
    if any(cells[len(head) :]):
        reason = f"{len(cells)} cells in a row under {len(head)} columns"
        return replace(page, kind="failed", reason=reason)
    record = dict(zip(head, cells, strict=False))
    content = record.pop(text, "")
    told = [(fact, record[name]) for name, fact in names("column").items() if name in record]
    facts = facts_of(content) | sift(told)
    # Province, city and county may stand in columns of their own.
    facts["place"] = "".join(dict.fromkeys(cell.strip() for fact, cell in told if fact == "place"))
    given = {f"row_{f}": facts[f] for f in ("place", "adcode", "year") if facts.get(f)}
    damage = decoded.damage if "\ufffd" in content else ""
    page = replace(page, text=content, encoding=decoded.encoding, damage=damage, given=given)
    return with_facts(page, facts)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def csv_rows(text: str) -> list[tuple[int, list[str]]]:
    """Number and cells of each row of a CSV that holds anything; parted by comma, tab or ;.

    Raises:
        ReadError: quotation marks that do not pair, with the line.
    """
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
    first = text[: text.find("\n") + 1] or text
    mark = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        return [(number, cells) for number, cells in enumerate(reader) if any(cells)]
    except csv.Error as error:
        raise ReadError(f"line {reader.line_num}: {error}") from None


def _json_rows(text: str) -> list[tuple[int, list[str]]]:
    records = {}
    for number, line in enumerate(text.split("\n"), 1):
        try:
            record = json.loads(line) if line.strip() else {}
            records[number] = {name: value for name, value in record.items() if value is not None}
        except (ValueError, AttributeError, RecursionError) as error:
            raise ReadError(f"line {number} is no JSON object: {error}") from None
    head = list(dict.fromkeys(name for record in records.values() for name in record))
    half = re.compile("[\ud800-\udfff]")  # JSON can spell half characters, which no file can hold
    rows = [
        (number, [half.sub("\ufffd", str(record.get(name, ""))) for name in head])
        for number, record in records.items()
    ]
    return [(0, head), *((n, cells) for n, cells in rows if any(cells))]


def read_sidecar(path: Path) -> dict[str, dict[str, str]]:
    """What the user says of pages: ``{doc: {place, adcode, year, source_url, note}}``.

    Cells left empty are left out. A doc that is no page of the build is for the caller to list.

    Raises:
        ReportlibError: not readable, unknown column, a cell out of shape, a doc given twice.
    """
    try:
        (_, head), *rows = csv_rows(decode(path.read_bytes()).text) or [(0, [])]
    except (OSError, ReadError) as error:
        raise ReportlibError(f"{path.name}: {error}") from None
    for name in head:
        require(name, list(SIDECAR), f"column of {path.name}")
    if "doc" not in head:
        raise ReportlibError(f"{path.name}: no column 'doc'; it has {', '.join(head)}")
    said: dict[str, dict[str, str]] = {}
    for number, cells in rows:
        row = dict(zip(head, map(str.strip, cells), strict=False))
        for name, pattern in SIDECAR.items():
            value = row.get(name, "")
            if len(cells) > len(head):
                raise ReportlibError(f"{path.name} row {number + 1}: more cells than columns")
            if not re.fullmatch(pattern, value, re.DOTALL):
                where = f"{path.name} row {number + 1}"
                raise ReportlibError(f"{where}: {name} {value!r} does not fit {pattern!r}")
        if (doc := row.pop("doc")) in said:
            raise ReportlibError(f"{path.name} row {number + 1}: {doc!r} stands there twice")
        said[doc] = {name: value for name, value in row.items() if value}
    return said
