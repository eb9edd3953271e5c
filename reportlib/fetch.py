"""Optional public corpora, pinned by commit and checked by SHA-256 where it is known.

Nothing here runs by itself: only a call of ``fetch`` opens a connection.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import pandas as pd
from tqdm import tqdm

from reportlib.records import OutputError, ReportlibError
from reportlib.resources import require, settings, table

SUMS = "SHA256SUMS"
WAIT = 30  # seconds without a byte after which a transfer has failed
AGAIN = "run the same command to go on"
STRANGER = "reportlib has no checksum for {}: it cannot say whether what arrives is what was meant"


def corpora() -> pd.DataFrame:
    """The corpora that can be fetched: corpus, files, checked (files with a hash), licence, what.

    >>> dict(zip(corpora()["corpus"], corpora()["checked"].tolist()))
    {'national': 0, 'provinces-2026': 0, 'series': 316}
    """
    rows = pd.DataFrame(table("corpora", ("corpus", "path", "source", "source_status")))
    counts = rows.assign(checked=rows["sha256"] != "").groupby("corpus")["checked"]
    known = pd.DataFrame(settings("corpora")).T.join(counts.agg(files="size", checked="sum"))
    known = known.rename_axis("corpus").reset_index()
    return known[["corpus", "files", "checked", "licence", "what"]]


def fetch(name: str, out: str | Path = "corpora", unverified: bool = False) -> Path:
    """Bring one corpus into the folder ``out/name`` and write the hash of each file beside it.

    Files that are there and right are kept, so that a cut transfer goes on where it stopped.

    Args:
        unverified: bring files although no hash of them is known; what arrives the first time is
            what later calls check against.

    Raises:
        ReportlibError: unknown corpus, no hash known, no answer, other content than pinned.
        OutputError: the folder cannot be written.
    """
    known = settings("corpora")[require(name, list(settings("corpora")), "corpus")]
    files = {row["path"]: row["sha256"] for row in table("corpora") if row["corpus"] == name}
    if not all(files.values()) and not unverified:
        raise ReportlibError(f"{STRANGER.format(name)}; add --unverified to bring it all the same")
    return bring(known["base"], files, Path(out) / name)


def bring(base: str, files: Mapping[str, str], folder: Path, wait: float = WAIT) -> Path:
    """Bring the missing ones of files (path below ``base`` to SHA-256, "" unknown) into a folder.

    Raises:
        ReportlibError: one sentence on the first file that did not come whole and right.
        OutputError: the folder cannot be written.
    """
    try:
        import pooch
    except ImportError:
        raise ReportlibError("fetch needs: pip install 'reportlib[fetch]'") from None
    pooch.get_logger().setLevel(logging.ERROR)
    sums, shown = folder / SUMS, sys.stderr.isatty()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = sums.read_text(encoding="utf-8").splitlines() if sums.exists() else []
        seen = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
        for path, pinned in tqdm(files.items(), unit="file", delay=2, disable=not shown):
            digest = pinned or seen.get(path, "")
            _one(base + quote(path), digest, folder, path, wait)
            seen[path] = hashlib.sha256((folder / path).read_bytes()).hexdigest()
            sums.write_text("".join(f"{d}  {p}\n" for p, d in sorted(seen.items())), "utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}") from None
    return folder


def _one(url: str, digest: str, folder: Path, path: str, wait: float) -> None:
    import pooch
    from requests import exceptions

    where = folder / PurePosixPath(path)
    get = pooch.HTTPDownloader(timeout=wait)
    known = f"sha256:{digest}" if digest else None
    try:
        pooch.retrieve(url, known, fname=where.name, path=where.parent, downloader=get)
    except exceptions.HTTPError as error:
        status = error.response.status_code if error.response is not None else "an error"
        raise ReportlibError(f"{path}: the server answered {status}; {AGAIN} later") from None
    except exceptions.Timeout:
        raise ReportlibError(f"{path}: no answer for {wait:g} seconds; {AGAIN}") from None
    except exceptions.RequestException:
        raise ReportlibError(f"{path}: no connection, or it was cut; {AGAIN}") from None
    except ValueError:
        raise ReportlibError(f"{path}: other content than pinned, not kept; tell us") from None
