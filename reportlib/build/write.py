"""Tables: cells that a spreadsheet may open, columns and types of the schema, there and back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlib.records import ReportlibError
from reportlib.resources import require, schema

if TYPE_CHECKING:  # half a second that a build of CSV files does not need
    import pandas as pd

LONGEST = 1 << 26  # characters of a cell
RISKY = "=+-@\t\r'"
SPECIAL = [",", '"', "\r", *(f"\n{sign}" for sign in RISKY)]  # what makes a text need escaping
SKETCH = ("doc", "hashes")  # kept in the parts only, to find the same report twice


def safe(cell: str | None) -> str:
    """A text as it stands in a CSV file: what a spreadsheet would run gets a leading '.

    >>> safe("=1+1"), safe("增长,5%"), safe("'"), safe(None)
    ("'=1+1", '"增长,5%"', "''", '')
    """
    if not cell or cell.isidentifier():  # most are words or names
        return cell or ""
    if cell[0] in RISKY:
        cell = "'" + cell
    if "," in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def unsafe(cell: str) -> str:
    """The text of a parsed CSV cell as it was before ``safe``.

    >>> unsafe("'=1+1"), unsafe("'s"), unsafe("增长")
    ('=1+1', "'s", '增长')
    """
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in RISKY else cell


def plain(cell: Any) -> str:
    """A number as it stands in a CSV file: whole ones without .0, not measurable ones empty.

    >>> plain(2.0), plain(0.5), plain(float("nan")), plain(None), plain("2024-01-09")
    ('2', '0.5', '', '', '2024-01-09')
    """
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell) if cell == cell else ""
    return safe(cell) if isinstance(cell, str) or cell is None else str(cell)


def columns_of(table: str) -> list[str]:
    """Names of the columns of a table, in order.

    >>> columns_of("words")
    ['report_id', 'section', 'word', 'n']
    """
    return list(SKETCH) if table == "sketch" else [c["column"] for c in schema()[table]]


@cache
def _types(table: str) -> list[str]:
    types = {c["column"]: c["type"] for c in schema().get(table, ())}
    return [types.get(name, "text") for name in columns_of(table)]


def _written(cells: Sequence[Any], kind: str) -> Iterable[Any]:
    """The cells of a column as they stand in a CSV file; as they are, where nothing must change."""
    if kind in ("integer", "flag"):
        return map(plain, cells) if None in cells else cells
    different = set(cells)
    if kind != "number" and None not in different:
        lines = "\n".join(["", *different])
        if lines.count("\n") == len(different) and not any(map(lines.__contains__, SPECIAL)):
            return cells
    return map({cell: plain(cell) for cell in different}.__getitem__, cells)


def encode(table: str, rows: Sequence[Sequence[Any]]) -> str:
    """Rows of a table as lines of CSV, without a header; None is an empty cell.

    Column by column, each different text looked at once; one formatting for all cells, since a
    call for each row or cell would cost more than the work in it.

    >>> encode("words", [("甲.txt", "plan", "=1", 2), ("甲.txt", "plan", "发展", 1)])
    "甲.txt,plan,'=1,2\\n甲.txt,plan,发展,1\\n"
    """
    columns = zip(zip(*rows, strict=True), _types(table), strict=bool(rows))
    written = [_written(cells, kind) for cells, kind in columns]
    line = ",".join(["%s"] * len(written)) + "\n"
    return line * len(rows) % tuple(chain.from_iterable(zip(*written, strict=True)))


def as_csv(table: pd.DataFrame) -> str:
    """Any data frame as CSV with a header, its cells as safe as those of a build.

    >>> import pandas as pd
    >>> as_csv(pd.DataFrame({"甲": ["=1", None], "n": [1.0, 2.5]}))
    "甲,n\\n'=1,1\\n,2.5\\n"
    """
    cells = table.astype("object").where(table.notna(), None)
    rows = zip(*(map(plain, cells[name]) for name in cells), strict=True)
    return "\n".join([*map(",".join, [map(safe, cells.columns), *rows]), ""])


def parse(text: Iterable[str]) -> Iterator[list[str | None]]:
    """Rows of CSV as they were before ``encode``, numbers still as text; empty cells are None.

    >>> list(parse(["甲.txt,'=1,"]))
    [['甲.txt', '=1', None]]
    """
    csv.field_size_limit(max(LONGEST, csv.field_size_limit()))
    for row in csv.reader(text):
        yield [unsafe(cell) or None for cell in row]


def frame(table: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows of one table as a data frame with the schema's columns and types.

    Numbers are nullable (``Int64``, ``Float64``), so that a blank stays blank and is never 0.
    ``quantities.value`` holds ISO dates beside numbers and stays text there.

    >>> frame("words", [("a.txt", "plan", "发展", "2")])["n"].tolist()
    [2]
    """
    import pandas as pd

    out = pd.DataFrame([tuple(row) for row in rows], columns=columns_of(table))
    for column in schema()[table]:
        name, kind = column["column"], column["type"]
        if kind in ("integer", "flag"):
            out[name] = pd.to_numeric(out[name]).astype("Int64")
        elif kind == "number" and not (table == "quantities" and name == "value"):
            out[name] = pd.to_numeric(out[name]).astype("Float64")
        else:
            texts = [x if isinstance(x, str) else plain(x) for x in out[name]]
            out[name] = pd.Series(texts, dtype="str", index=out.index)
    return out


def read_table(folder: str | Path, table: str) -> pd.DataFrame:
    """One table of a build, CSV or Parquet, as ``frame`` gives it.

    Raises:
        ReportlibError: unknown table, or the folder does not hold it.

    >>> read_table("nowhere", "word")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: unknown table 'word'. Did you mean 'words'? Known: pages, ...
    """
    import pandas as pd

    folder = Path(folder)
    require(table, list(schema()), "table")
    if (folder / f"{table}.parquet").exists():
        return pd.read_parquet(folder / f"{table}.parquet")
    path = folder / f"{table}.csv"
    if not path.is_file():
        raise ReportlibError(f"no table {table} in {folder}: run reportlib build SOURCE --out DIR")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return frame(table, islice(parse(handle), 1, None))
