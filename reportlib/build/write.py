"""Tables: cells that a spreadsheet may open, columns and types of the schema, there and back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlib.records import ReportlibError
from reportlib.resources import require, schema

if TYPE_CHECKING:  # half a second that a build of CSV files does not need
    import pandas as pd

LONGEST = 1 << 26  # characters of a cell
RISKY = "=+-@\t\r'"
# Rows of a table that come together: a list or tuple holds the cells of a column, anything else
# stands in each row.
Block = Sequence[Any]
COLUMN = (list, tuple)
SKETCH = ("doc", "hashes")  # kept in the parts only, to find the same report twice


def unsafe(cell: str) -> str:
    """The text of a parsed CSV cell as it was before ``plain``.

    >>> unsafe("'=1+1"), unsafe("'s"), unsafe("增长")
    ('=1+1', "'s", '增长')
    """
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in RISKY else cell


def plain(cell: Any) -> str:
    """A cell as it stands in a CSV file: whole numbers without .0, not measurable ones empty, and
    before a text that a spreadsheet would run a '.

    >>> plain(2.0), plain(0.5), plain(float("nan")), plain(None), plain("2024-01-09")
    ('2', '0.5', '', '', '2024-01-09')
    >>> plain("=1+1"), plain("增长,5%"), plain("'")
    ("'=1+1", '"增长,5%"', "''")
    """
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell) if cell == cell else ""
    text = "" if cell is None else str(cell)
    if not isinstance(cell, str) or not text or text.isidentifier():  # most are words or names
        return text
    text = "'" * (text[0] in RISKY) + text
    if any(sign in text for sign in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


_number = lru_cache(1 << 14)(plain)


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


def encode(table: str, block: Block) -> bytes:
    """A block of a table as lines of CSV in UTF-8, without a header; None is an empty cell.

    All texts of a column are looked at together, and one formatting makes all lines: a call for
    each row or cell would cost more than the work in it.

    >>> print(encode("words", ("甲.txt", "plan", ["=1", "发展"], [2, 1])).decode(), end="")
    甲.txt,plan,'=1,2
    甲.txt,plan,发展,1
    """
    cells = zip(block, _types(table), strict=True)
    columns = [_written(cell, kind) for cell, kind in cells if isinstance(cell, COLUMN)]
    line = ["%s" if isinstance(cell, COLUMN) else plain(cell).replace("%", "%%") for cell in block]
    length = len(columns[0]) if columns else 1
    every = [None] * (length * len(columns))
    for k, column in enumerate(columns):
        every[k :: len(columns)] = column
    return ((",".join(line) + "\n") * length % tuple(every)).encode("utf-8", "replace")


def _written(cells: Sequence[Any], kind: str) -> Sequence[Any]:
    """The cells of a column as they stand in a CSV file; as they are, where nothing must change."""
    if kind == "number":
        return [*map(_number, cells)]
    try:
        if kind in ("integer", "flag"):
            sum(cells)  # sooner done than looking for None
            return cells
        if _is_plain("\x1f".join(["", *cells])):
            return cells
    except TypeError:  # a blank
        pass
    written = {cell: plain(cell) for cell in set(cells)}
    return [written[cell] for cell in cells]


def _is_plain(texts: str) -> bool:
    """Whether texts, each behind a sign of its own, stand in a CSV file as they are."""
    if "," in texts or '"' in texts or "\n" in texts or "\r" in texts:
        return False
    return not any([sign in texts and f"\x1f{sign}" in texts for sign in RISKY])


def rows_of(block: Block) -> Iterator[tuple[Any, ...]]:
    """The rows of a block.

    >>> list(rows_of(("甲.txt", "plan", ["改革", "发展"], [2, 1])))
    [('甲.txt', 'plan', '改革', 2), ('甲.txt', 'plan', '发展', 1)]
    """
    if not any(isinstance(cell, COLUMN) for cell in block):
        return iter([tuple(block)])
    columns = (cell if isinstance(cell, COLUMN) else repeat(cell) for cell in block)
    return zip(*columns, strict=False)


def as_csv(table: pd.DataFrame) -> str:
    """Any data frame as CSV with a header, its cells as safe as those of a build.

    >>> import pandas as pd
    >>> as_csv(pd.DataFrame({"甲": ["=1", None], "n": [1.0, 2.5]}))
    "甲,n\\n'=1,1\\n,2.5\\n"
    """
    cells = table.astype("object").where(table.notna(), None)
    rows = zip(*(map(plain, cells[name]) for name in cells), strict=True)
    return "\n".join([*map(",".join, [map(plain, cells.columns), *rows]), ""])


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
