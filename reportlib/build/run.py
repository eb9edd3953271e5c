"""The build: batches of pages in one process, many, or on a cluster, then one file a table."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from importlib import metadata as installed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from reportlib.build import write
from reportlib.build.analyse import SKETCH, analyse
from reportlib.build.corrections import Correction, apply_corrections, read_corrections
from reportlib.read import Source, iter_sources, read_sidecar, read_source
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import DATA, schema

BATCH = 16  # sources in one batch: some seconds of work, one set of part files
SAME = 0.6  # share of common sentences above which two reports are one
FORMATS = ("csv", "parquet")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one worker is given: a numbered group of sources and where the parts go."""

    number: int
    out: str
    sources: tuple[Source, ...]
    given: Mapping[str, dict[str, str]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """How a build ended: the folder, pages by kind, and whether anything had to be done."""

    out: Path
    kinds: Counter[str]
    reused: bool = False


def build(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    pages: str | Path | None = None,
    corrections: str | Path | None = None,
    jobs: int = 1,
    cluster: str = "",
    form: str = "csv",
    overwrite: bool = False,
) -> Summary:
    """Build all tables of the sources into a folder.

    Args:
        sources: files and folders of pages.
        out: a new or empty folder, or one with a build of the same sources (resumed or reused).
        pages: sidecar CSV with doc and what the user knows of it (place, adcode, year, note).
        corrections: CSV with doc, start, end, field, old, new, who, why.
        jobs: local processes.
        cluster: address of a Dask scheduler; used instead of local processes.
        form: csv or parquet.
        overwrite: replace a build of other sources or versions.

    Returns:
        the summary; the same sources and versions give the same bytes whatever ``jobs`` is.

    Raises:
        ReportlibError: unreadable sidecar or corrections, unknown format, no such source.
        OutputError: the folder cannot be used or written.
    """
    if form not in FORMATS:
        raise ReportlibError(f"unknown format {form!r}; formats are {', '.join(FORMATS)}")
    found = iter_sources([Path(s) for s in sources])
    given = read_sidecar(Path(pages)) if pages else {}
    fixes = read_corrections(Path(corrections)) if corrections else ()
    extra = [Path(p) for p in (pages, corrections) if p]
    folder = Path(out)
    if write.take_folder(folder, _signature(found, extra, form), overwrite):
        write.release(folder)
        return Summary(folder, _kinds(folder), reused=True)
    try:
        parts = folder / write.PARTS
        parts.mkdir(exist_ok=True)
        groups = [found[i : i + BATCH] for i in range(0, len(found), BATCH)]
        batches = [
            Batch(k, str(folder), tuple(group), given, tuple(fixes)) for k, group in enumerate(groups)
        ]
        todo = [b for b in batches if not (parts / f"{b.number:06d}.done").exists()]
        with tqdm(total=len(found), unit="page", delay=2, disable=not sys.stderr.isatty()) as bar:
            bar.update(BATCH * (len(batches) - len(todo)))
            for done in _work(todo, jobs, cluster):
                bar.update(done)
        _finish(folder, len(batches), form)
        write.mark(folder, _signature(found, extra, form), finished=True)
        return Summary(folder, _kinds(folder))
    finally:
        write.release(folder)


def _work(batches: Sequence[Batch], jobs: int, cluster: str) -> Iterator[int]:
    """Run the batches and yield how many sources each held."""
    if cluster:
        yield from _on_cluster(batches, cluster)
    elif jobs > 1 and len(batches) > 1:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            try:
                for future in as_completed([pool.submit(run_batch, b) for b in batches]):
                    yield future.result()
            except BrokenProcessPool:
                raise OutputError("a worker process died; run the same command to resume") from None
    else:
        yield from map(run_batch, batches)


def _on_cluster(batches: Sequence[Batch], address: str) -> Iterator[int]:
    try:
        from distributed import Client
        from distributed import as_completed as completed
    except ImportError:
        raise ReportlibError("--cluster needs: pip install 'reportlib[cluster]'") from None
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ReportlibError(f"no Dask scheduler at {address}: {error}") from None
    with client:
        for future in completed(client.map(run_batch, list(batches), pure=False, retries=3)):
            yield future.result()


def run_batch(batch: Batch) -> int:
    """Analyse the pages of one batch and write its part files; the same on every kind of worker."""
    out = Path(batch.out)
    rows: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for source in batch.sources:
        for page in read_source(source):
            page = replace(page, given=batch.given.get(page.doc, {}))
            result = analyse(page)
            if not page.is_plain and page.text:
                _keep_text(out / "text", page.doc, page.text)
            for table, more in apply_corrections(result, batch.corrections).items():
                rows[table] += more
            for report_id, hashes in result.sketches.items():
                rows["sketch"].append([page.doc, report_id, *hashes])
    stem = out / write.PARTS / f"{batch.number:06d}"
    for table, table_rows in sorted(rows.items()):
        write.write_csv(stem.with_name(f"{stem.name}.{table}.csv"), None, table_rows)
    write.write_csv(stem.with_name(f"{stem.name}.done"), None, [])
    return len(batch.sources)


def _keep_text(folder: Path, doc: str, text: str) -> None:
    """Write the extracted page text, so that each quotation can be looked up."""
    parts = [p for p in doc.split("/") if p not in ("", ".", "..")]
    path = folder.joinpath(*parts[:-1], parts[-1] + ".txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(text.encode("utf-8", "surrogatepass"))
    temporary.replace(path)


# --- putting the parts together ------------------------------------------------------------


def _finish(folder: Path, n: int, form: str) -> None:
    """One file a table out of the parts, in the order of the sources; then the parts go."""
    parts = folder / write.PARTS
    copies = _duplicates(parts, n)
    for table in schema():
        header = [c["column"] for c in schema()[table]]
        rows = _part_rows(parts, n, table)
        if table == "pages":
            rows = _with_copies(rows, header, copies)
        _write_table(folder, table, header, rows, form)
    write_versions(folder)
    for path in sorted(parts.iterdir()):
        path.unlink()
    parts.rmdir()


def _write_table(
    folder: Path, table: str, header: list[str], rows: Iterable[Sequence[str]], form: str
) -> None:
    if form == "csv":
        write.write_csv(folder / f"{table}.csv", header, rows)
        return
    frame = write.frame(table, ([write.unsafe(c) or None for c in r] for r in rows))
    temporary = folder / f"{table}.parquet.tmp"
    try:
        frame.to_parquet(temporary, index=False)
    except ImportError:
        raise ReportlibError("--format parquet needs: pip install 'reportlib[parquet]'") from None
    temporary.replace(folder / f"{table}.parquet")


def _part_rows(parts: Path, n: int, table: str) -> Iterator[list[str]]:
    for number in range(n):
        path = parts / f"{number:06d}.{table}.csv"
        if path.exists():
            yield from write.read_part(path)


def _duplicates(parts: Path, n: int) -> dict[str, str]:
    """doc -> the earlier doc with the same report, by shared sentence hashes.

    Reports meet only through an index of hashes, so the time grows with the number of reports
    and not with its square.
    """
    seen: dict[str, list[int]] = defaultdict(list)
    docs: list[str] = []
    sizes: list[int] = []
    copies: dict[str, str] = {}
    for doc, _, *hashes in _part_rows(parts, n, "sketch"):
        doc = write.unsafe(doc)
        shared = Counter(i for h in hashes for i in seen[h] if docs[i] != doc)
        for i, common in sorted(shared.items(), key=lambda x: (-x[1], x[0])):
            if common >= SAME * min(len(hashes), sizes[i]) and common >= 8:
                copies.setdefault(doc, copies.get(docs[i], docs[i]))
                break
        else:
            for h in hashes[:SKETCH]:
                seen[h].append(len(docs))
        docs.append(doc)
        sizes.append(len(hashes))
    return copies


def _with_copies(
    rows: Iterable[list[str]], header: list[str], copies: dict[str, str]
) -> Iterator[list[str]]:
    doc, copy = header.index("doc"), header.index("duplicate_of")
    for row in rows:
        row[copy] = str(write.safe(copies.get(write.unsafe(row[doc]), "")))
        yield row


def _kinds(folder: Path) -> Counter[str]:
    return Counter(write.read_table(folder, "pages")["kind"])


def _signature(sources: Sequence[Source], extra: Sequence[Path], form: str) -> str:
    """Hash of sources, side files, format, and of everything of this package that shapes rows."""
    digest = hashlib.sha256(f"{form}\n".encode())
    for package in ("reportlib", "jieba"):
        digest.update(f"{package} {installed.version(package)}\n".encode())
    own = sorted([*DATA.glob("*.csv"), *DATA.glob("*.toml"), *DATA.parent.rglob("*.py")])
    for path in [*own, *extra]:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for source in sources:
        digest.update(f"{source.doc}\n".encode("utf-8", "surrogatepass"))
        digest.update(_file_hash(source.path))
    return digest.hexdigest()


def _file_hash(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").digest()
    except OSError:
        return b"unreadable"


def write_versions(folder: Path) -> None:
    """``versions.json``: the only place where versions and host facts are written."""
    names = ("reportlib", "jieba", "pandas", "numpy", "charset-normalizer", "ahocorasick-rs")
    facts = {
        "python": platform.python_version(),
        "system": platform.system(),
        "packages": {name: installed.version(name) for name in names},
    }
    path = folder / "versions.json"
    temporary = path.with_name("versions.json.tmp")
    temporary.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(path)
