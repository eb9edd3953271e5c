"""The folder a build writes to: its lock, its marker, and files that are whole or not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from reportlib.records import OutputError
from reportlib.resources import schema

try:
    import fcntl
except ImportError:  # Windows: two builds at once are not kept apart
    fcntl = None  # type: ignore[assignment]

MARKER = ".reportlib.json"
LOCK = ".reportlib.lock"
PARTS = ".parts"  # what a build that is not finished has done so far, and unfinished files
FORMATS = ("csv", "parquet")
OTHER = "a build of other sources or versions, or with other options"


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Make the folder and keep other builds out of it; the lock ends with the process.

    Raises:
        OutputError: another build is at work, or the folder cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; --out wants a folder")
    out.mkdir(parents=True, exist_ok=True)
    path = out / LOCK
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if fcntl:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.exists() or path.stat().st_ino != os.fstat(lock).st_ino:
            raise BlockingIOError  # the build that had it ended in this very moment
    except BlockingIOError:
        os.close(lock)
        raise OutputError(f"another build is writing to {out} (lock file {LOCK})") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def whole(path: Path, out: Path) -> Iterator[BinaryIO]:
    """A file below the build's folder ``out`` that gets its name when all of it is written."""
    temporary = out / PARTS / f"{token_hex(8)}.tmp"
    try:
        with temporary.open("wb") as handle:
            yield handle
            handle.flush()
            if path.parent == out:  # a table: safe from a power cut too
                os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def prepare(out: Path, signature: str, overwrite: bool) -> bool:
    """Make ``out`` ready; True if it already holds the finished build with this signature.

    Raises:
        OutputError: the folder holds something else.
    """
    try:
        known = json.loads((out / MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    if known.get("signature") == signature:
        there = all(any((out / f"{t}.{form}").exists() for form in FORMATS) for t in schema())
        if known.get("finished") and there:
            drop(out / PARTS)
            return True
    else:
        others = sorted(p.name for p in out.iterdir() if p.name not in (MARKER, LOCK, PARTS))
        if (others or known) and not overwrite:
            what = f"other files ({others[0]} …)" if not known else OTHER
            raise OutputError(f"{out} holds {what}; name another folder or add --overwrite")
        if known:
            clear(out)
    (out / PARTS).mkdir(exist_ok=True)
    mark(out, signature, finished=False)
    return False


def mark(out: Path, signature: str, finished: bool) -> None:
    """Write the marker that says which sources and versions the folder belongs to."""
    with whole(out / MARKER, out) as handle:
        handle.write(json.dumps({"signature": signature, "finished": finished}).encode())


def clear(out: Path) -> None:
    """Remove an earlier build, the marker last; files that are not ours stay."""
    tables = (f"{table}.{form}" for table in schema() for form in FORMATS)
    for name in (PARTS, "text", *tables, "versions.json", MARKER):
        drop(out / name)


def drop(path: Path) -> None:
    """Remove a file or a folder of files, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
