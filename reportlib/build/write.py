"""Tables on disk: columns from the schema, cells safe for spreadsheets, parts that survive a kill."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reportlib.records import OutputError, ReportlibError
from reportlib.resources import schema

MARKER = ".reportlib.json"
LOCK = ".reportlib.lock"
PARTS = ".parts"
RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
NUMBERS = {"integer", "number"}


def safe(cell: Any) -> Any:
    """A cell as it may stand in a CSV file: text that a spreadsheet would run gets a leading '.

    >>> safe("=1+1"), safe(-4.7), safe("增长"), safe(None)
    ("'=1+1", -4.7, '增长', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(RISKY) else cell
    if isinstance(cell, float):
        return repr(cell) if cell % 1 else int(cell)
    return cell


def unsafe(cell: str) -> str:
    """The text of a CSV cell as it was before ``safe``."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell


def write_csv(path: Path, header: Sequence[str] | None, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under a temporary name and rename when whole.

    Without a header it is a part file: cells are made safe. With one it is a table put together
    from parts, whose cells are safe already.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as handle:
            if header:
                handle.write("\ufeff")
                csv.writer(handle, lineterminator="\n").writerow(header)
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerows(rows if header else ([safe(c) for c in row] for row in rows))
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path.name}: {error.strerror or error}") from None


def frame(table: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows of one table as a data frame with the schema's columns and types.

    Numbers are nullable (``Int64``, ``Float64``), so that a blank stays blank and is never 0.
    ``quantities.value`` holds ISO dates beside numbers and stays text there.
    """
    columns = schema()[table]
    out = pd.DataFrame([tuple(row) for row in rows], columns=[c["column"] for c in columns])
    for column in columns:
        name, kind = column["column"], column["type"]
        if kind == "integer" or kind == "flag":
            out[name] = pd.to_numeric(out[name]).astype("Int64")
        elif kind == "number" and not (table == "quantities" and name == "value"):
            out[name] = pd.to_numeric(out[name]).astype("Float64")
        else:
            filled = out[name].astype(object).where(out[name].notna(), "")
            out[name] = filled.map(str).astype("str")
    return out


def read_table(folder: str | Path, table: str) -> pd.DataFrame:
    """One table of a build, CSV or Parquet, as ``frame`` gives it.

    Raises:
        ReportlibError: the folder holds no such table.
    """
    folder = Path(folder)
    if table not in schema():
        raise ReportlibError(f"no table {table!r}; tables are {', '.join(schema())}")
    if (folder / f"{table}.parquet").exists():
        return pd.read_parquet(folder / f"{table}.parquet")
    path = folder / f"{table}.csv"
    if not path.is_file():
        raise ReportlibError(f"no table {table} in {folder}: run reportlib build SOURCE --out DIR")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.reader(handle)
        next(rows, None)
        return frame(table, ([unsafe(c) or None for c in row] for row in rows))


def take_folder(out: Path, signature: str, overwrite: bool) -> bool:
    """Make ``out`` ready; True if it already holds the finished build with this signature.

    Raises:
        OutputError: another build is at work, or the folder holds something else.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _lock(out)
    except FileExistsError:
        raise OutputError(f"{out} is a file; --out wants a folder") from None
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror or error}") from None
    marker = out / MARKER
    known = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    if known.get("signature") == signature:
        return bool(known.get("finished"))
    others = sorted(p.name for p in out.iterdir() if p.name not in (MARKER, LOCK, PARTS))
    if (others or known) and not overwrite:
        release(out)
        what = "a build of other sources or versions" if known else f"other files ({others[0]} …)"
        raise OutputError(f"{out} holds {what}; name another folder or add --overwrite")
    if known:
        _clear(out)
    mark(out, signature, finished=False)
    return False


def mark(out: Path, signature: str, finished: bool) -> None:
    """Write the marker that says which sources and versions the folder belongs to."""
    temporary = out / (MARKER + ".tmp")
    temporary.write_text(json.dumps({"signature": signature, "finished": finished}), encoding="utf-8")
    temporary.replace(out / MARKER)


def _clear(out: Path) -> None:
    """Remove the tables of an earlier build; files that are not ours stay."""
    parts = out / PARTS
    for path in sorted(parts.rglob("*"), reverse=True) if parts.is_dir() else []:
        path.unlink() if path.is_file() else path.rmdir()
    for table in schema():
        for suffix in ("csv", "parquet"):
            (out / f"{table}.{suffix}").unlink(missing_ok=True)
    (out / MARKER).unlink(missing_ok=True)


def _lock(out: Path) -> None:
    """Take the lock file; a lock whose process is gone is taken over."""
    path = out / LOCK
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            if _alive(path):
                raise OutputError(f"another build is writing to {out} (lock file {LOCK})") from None
            path.unlink(missing_ok=True)
            continue
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        return


def _alive(path: Path) -> bool:
    try:
        owner = int(path.read_text() or 0)
        if owner == os.getpid() or owner <= 0:
            return owner > 0
        os.kill(owner, 0)
    except (OSError, ValueError):
        return False
    return True


def release(out: Path) -> None:
    """Give the lock file back."""
    (out / LOCK).unlink(missing_ok=True)


def read_part(path: Path) -> Iterator[list[str]]:
    """Rows of a part file, cells as they will stand in the table."""
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.reader(handle)
