"""Reads the package's data files (CSV and TOML) and refuses a bad row by file and line."""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from reportlib.records import DataError, ReportlibError

DATA = Path(__file__).with_name("data")
Rows = tuple[dict[str, str], ...]
Names = tuple[str, ...]  # of columns
Allowed = tuple[tuple[str, str], ...]  # columns with their possible values, joined by |
Fault = tuple[int, str]  # place of the row, and what is wrong with it


@cache
def table(name: str, required: Names = (), unique: str = "", allowed: Allowed = ()) -> Rows:
    """The rows of ``data/NAME.csv`` as dicts of strings, in file order.

    Args:
        name: file name without ``.csv``.
        required: columns that must be there and never be empty.
        unique: a column whose values must not repeat.
        allowed: columns with their possible values, joined by ``|``.

    Raises:
        DataError: missing file or column, empty required cell, repeated key, ragged row, a value
            that is not allowed.

    >>> table("units", ("unit", "kind"), "unit")[0]["unit"]
    '元'
    """
    columns, rows = _read(name)
    if missing := [c for c in (*required, *filter(None, [unique])) if c not in columns]:
        raise DataError(f"{name}.csv: no column {missing[0]!r}; it has {', '.join(columns)}")
    if faults := [*_faults(rows, required, unique, allowed)]:
        place, what = min(faults)
        raise DataError(f"{name}.csv line {_line(name, place)}: {what}")
    return rows


def _faults(rows: Rows, required: Names, unique: str, allowed: Allowed) -> Iterator[Fault]:
    """Place and kind of what is wrong; whole columns are looked at, as rows are thousands."""
    for column in required:
        if "" in (cells := [row[column] for row in rows]):
            yield cells.index(""), f"column {column!r} is empty"
    if unique and len({*(cells := [row[unique] for row in rows])}) < len(cells):
        often = next(cell for cell in cells if cells.count(cell) > 1)
        yield cells.index(often, cells.index(often) + 1), f"{unique} {often!r} stands twice"
    for column, values in allowed:
        cells = [row[column] for row in rows]
        for other in {*cells}.difference(values.split("|")):
            yield cells.index(other), f"{column} is {other!r}, not one of {values}"


@cache
def _read(name: str) -> tuple[list[str], Rows]:
    """The columns of a data file and its rows, however they are checked."""
    path = DATA / f"{name}.csv"
    if not path.is_file():
        raise DataError(f"no data file {path.name}")
    with path.open(encoding="utf-8", newline="") as handle:
        columns, *cells = [row for row in csv.reader(handle) if row] or [[]]
    if {*map(len, cells)} - {wide := len(columns)}:
        line = _line(name, next(k for k, row in enumerate(cells) if len(row) != wide))
        raise DataError(f"{path.name} line {line}: the row does not have {wide} cells")
    return columns, tuple([dict(zip(columns, row, strict=False)) for row in cells])


def _line(name: str, place: int) -> int:
    """The line of a data file on which the row at ``place`` ends."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        return [reader.line_num for row in reader if row][place + 1]


@cache
def settings(name: str) -> dict[str, Any]:
    """The content of ``data/NAME.toml``.

    Raises:
        DataError: missing or malformed file.

    >>> sorted(settings("number_patterns"))
    ['parts', 'patterns', 'plain', 'typed']
    """
    path = DATA / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"no data file {path.name}") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path.name}: {error}") from None


def require(name: str, known: list[str], what: str) -> str:
    """``name`` if it is one of ``known``; otherwise an error with the nearest guess.

    Raises:
        ReportlibError: unknown name.

    >>> require("gdp", ["gdp", "cpi"], "indicator")
    'gdp'
    """
    if name in known:
        return name
    near = get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(known[:200]) + f", … ({len(known)})" * (len(known) > 200)
    raise ReportlibError(f"unknown {what} {name!r}.{hint} Known: {listed}")


def one_thread() -> None:
    """Ask libraries of linear algebra that are not loaded yet for one thread in each process.

    On matrices as small as ours more threads win nothing, and wait for each other at full load.

    >>> one_thread()
    >>> "OPENBLAS_NUM_THREADS" in os.environ
    True
    """
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@cache
def schema() -> dict[str, list[dict[str, str]]]:
    """The columns of every table in order: column, type, unit, meaning, source.

    >>> [column["column"] for column in schema()["sections"]]
    ['doc', 'report_id', 'section', 'start', 'end']
    """
    tables: dict[str, list[dict[str, str]]] = {}
    for row in table("schema", ("table", "column", "type", "meaning", "source")):
        tables.setdefault(row["table"], []).append(row)
    return tables
