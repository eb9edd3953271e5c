"""The build: batches of pages in one process, many, or on a cluster, then one file a table."""

from __future__ import annotations

import gc
import hashlib
import json
import platform
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from importlib import metadata as installed
from importlib.util import find_spec
from multiprocessing import connection, get_context, parent_process
from os import _exit
from pathlib import Path
from socket import create_connection
from threading import Thread

from reportlib import __version__, words
from reportlib.build import folder, parts
from reportlib.build.corrections import Correction, apply_corrections, read_corrections
from reportlib.build.write import read_table
from reportlib.read import MOST_BYTES, Source, iter_sources, read_sidecar, read_source
from reportlib.read.sources import shown
from reportlib.records import OutputError, Page, ReportlibError
from reportlib.resources import DATA, one_thread, require

# Sources in one batch; towards the end of the list they are fewer, down to one, so that all
# workers end at about the same time.
BATCH, LAST_BATCHES = 16, 12
LONGEST_NAME = 250  # bytes of a file name, before .txt
# What can change a byte of a table, beside this package.
PACKAGES = "jieba pandas numpy charset-normalizer pypdfium2 openpyxl pyarrow".split()


@dataclass(frozen=True, slots=True)
class Batch:
    """What one worker is given: a numbered group of sources, and what the user says of them."""

    number: int
    home: Path  # where the paths of the sources begin; a worker may stand elsewhere
    out: Path
    sources: tuple[Source, ...]
    given: dict[str, dict[str, str]] = field(default_factory=dict)
    fixes: list[Correction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a build ended: the folder, pages by kind, and whether nothing had to be done."""

    out: Path
    kinds: Counter[str]
    reused: bool = False


def build_tables(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    pages: str | Path | None = None,
    corrections: str | Path | None = None,
    jobs: int = 1,
    cluster: str = "",
    form: str = "csv",
    column: str = "",
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
        column: the text column of .csv, .xlsx and .jsonl; known names are found without it.
        overwrite: replace a build of other sources or versions.

    Returns:
        the summary; the same sources and versions give the same bytes whatever ``jobs`` is.

    Raises:
        ReportlibError: unreadable sidecar or corrections, or of a page that is not there; a
            correction that no longer fits; unknown format; no such source.
        OutputError: the folder cannot be used or written.

    >>> build_tables(["nowhere"], "out")
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: no file or folder nowhere
    """
    from tqdm import tqdm  # which workers have no need of

    require(form, list(folder.FORMATS), "format")
    if form == "parquet" and not find_spec("pyarrow"):
        raise ReportlibError("--format parquet needs: pip install 'reportlib[parquet]'")
    at, sides = Path(out), [Path(p) for p in (pages, corrections) if p]
    found = _sources([Path(s) for s in sources], at, sides, column)
    batches = _batches(found, at.absolute())
    _deal(batches, Path(pages) if pages else None, Path(corrections) if corrections else None)
    signature = _signature(found, sides, form)
    try:
        with folder.held(at):
            if folder.prepare(at, signature, overwrite):
                return Summary(at, Counter(read_table(at, "pages")["kind"]), reused=True)
            todo = [b for b in batches if not parts.is_done(parts.part_path(at, b.number))]
            engine, unseen = "", not sys.stderr.isatty()
            with tqdm(total=len(found), unit="page", delay=2, disable=unseen) as bar:
                bar.update(len(found) - sum(len(b.sources) for b in todo))
                try:
                    for done, used in _work(todo, jobs, cluster):
                        engine = used
                        bar.update(done)
                except ReportlibError as error:
                    if len(todo) == len(batches) and not isinstance(error, OutputError):
                        folder.clear(at)  # with the side file mended, nothing is in the way
                    raise
            counted = parts.finish(at, len(batches), form)
            _write_versions(at, engine or words.engine_in_use())
            folder.mark(at, signature, finished=True)
            folder.drop(at / folder.PARTS)
            return Summary(at, counted)
    except OSError as error:
        raise OutputError(f"cannot write to {at}: {error.strerror or error}") from None


def _sources(paths: list[Path], out: Path, sides: Iterable[Path], column: str) -> list[Source]:
    """What there is to read; the output folder is not part of it, and an empty folder is told."""
    away = {**dict.fromkeys(sides, "a side file of this command"), out: ""}
    found = [s for s in iter_sources(paths, away, column) if s.path.resolve() != out.resolve()]
    for path in paths:
        if path.is_dir() and not any(s.path.is_relative_to(path) for s in found):
            doc = f"{shown(path.resolve().name)}/"
            found.append(Source(path, doc, "skipped", "a folder without any file"))
    return found


def _batches(found: Sequence[Source], out: Path) -> list[Batch]:
    batches: list[Batch] = []
    at = 0
    while left := len(found) - at:
        size = min(BATCH, max(1, left // LAST_BATCHES))
        batches.append(Batch(len(batches), Path.cwd(), out, tuple(found[at : at + size])))
        at += size
    return batches


def _weight(batch: Batch) -> int:
    """Bytes of the sources of a batch, from which the time it takes is guessed."""
    return sum(s.path.stat().st_size for s in batch.sources if s.kind == "page" and s.path.exists())


def _deal(batches: Sequence[Batch], pages: Path | None, corrections: Path | None) -> None:
    """Give each batch its own rows of the sidecar and of the corrections."""
    place = {source.doc: batch for batch in batches for source in batch.sources}

    def batch_of(doc: str) -> Batch:
        ends = [len(doc), *(at for at, char in enumerate(doc) if char == "#")]  # rows of a table
        for end in ends:
            if doc[:end] in place:
                return place[doc[:end]]
        raise _unknown(doc, place)

    for doc, row in read_sidecar(pages).items() if pages else ():
        batch_of(doc).given[doc] = row
    for fix in read_corrections(corrections) if corrections else ():
        batch_of(fix.doc).fixes.append(fix)


def _unknown(doc: str, docs: Iterable[str]) -> ReportlibError:
    near = get_close_matches(doc, docs, 3, 0.4)
    hint = f"nearest: {', '.join(near)}" if near else "a doc is the path below the named folder"
    return ReportlibError(
        f"--pages or --corrections speak of {doc!r}, which is no page here; {hint}"
    )


def _work(batches: Sequence[Batch], jobs: int, cluster: str) -> Iterator[tuple[int, str]]:
    """Run the batches and yield what each gives."""
    if cluster:
        yield from _on_cluster(batches, cluster)
    elif jobs > 1 and len(batches) > 1:
        yield from _in_processes(batches, jobs)
    else:
        yield from map(run_batch, batches)


def _in_processes(batches: Sequence[Batch], jobs: int) -> Iterator[tuple[int, str]]:
    """The largest batches first; this process takes its share while the others begin to load."""
    one_thread()
    others = min(jobs, len(batches)) - 1
    pool = ProcessPoolExecutor(others, get_context("spawn"), initializer=_end_with_parent)
    queue = sorted(batches, key=_weight)
    running: set[Future[tuple[int, str]]] = set()
    try:
        while queue or running:
            while queue and len(running) < 2 * others:  # one at hand and one to go on with
                running.add(pool.submit(run_batch, queue.pop()))
            if queue:
                yield run_batch(queue.pop())
            done, running = wait(running, 0 if queue else None, FIRST_COMPLETED)
            yield from (one.result() for one in done)
    except BrokenProcessPool:
        raise OutputError("a worker process died; run the same command to resume") from None
    finally:
        # Idle workers may end while the tables are put together; busy ones must have ended before.
        pool.shutdown(wait=bool(running), cancel_futures=True)


def _end_with_parent() -> None:
    """A worker whose parent is killed stops; by itself it would wait for work for ever."""
    if parent := parent_process():
        Thread(target=lambda: _exit(len(connection.wait([parent.sentinel]))), daemon=True).start()


def _on_cluster(batches: Sequence[Batch], address: str) -> Iterator[tuple[int, str]]:
    if not find_spec("distributed"):
        raise ReportlibError("--cluster needs: pip install 'reportlib[cluster]'")
    dask = import_module("distributed")
    try:  # first by hand: a client that found nobody says so again and again
        create_connection(dask.comm.get_address_host_port(address), 10).close()
        client = dask.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ReportlibError(f"no Dask scheduler at {address}: {error}") from None
    with client:
        try:
            futures = client.map(run_batch, list(batches), pure=False, retries=3)
            for future in dask.as_completed(futures, loop=client.loop):
                yield future.result()
        except dask.KilledWorker as error:
            raise OutputError(f"workers of the cluster died: {error}; run it again") from None


@contextmanager
def few_collections() -> Iterator[None]:
    """Let the garbage collector look less often at rows, which are many and form no circles.

    >>> with few_collections():
    ...     gc.get_threshold()
    (50000, 20, 20)
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@few_collections()
def run_batch(batch: Batch) -> tuple[int, str]:
    """Analyse the pages of one batch into a part file; the same on every kind of worker.

    Returns:
        how many sources it held, and the word engine.
    """
    from reportlib.build.analyse import attempt  # half a second that whoever only waits is spared

    met: set[str] = set()
    with parts.open_part(batch.out, batch.number) as part:
        for result in attempt(_pages(batch)):
            page = result.page
            met.add(page.doc)
            if page.text and not page.is_plain and page.kind != "failed":
                _keep_text(batch.out, page)
            apply_corrections(result, batch.fixes)
            for table, blocks in result.blocks.items():
                part.add(table, *blocks)
        for doc in [*batch.given, *(fix.doc for fix in batch.fixes)]:
            if doc not in met:
                raise _unknown(doc, met)
    return len(batch.sources), words.engine_in_use()


def _pages(batch: Batch) -> Iterator[Page]:
    """The pages of a batch, read one by one, with what the user says of them."""
    for source in batch.sources:
        for page in read_source(replace(source, path=batch.home / source.path)):
            given = page.given | batch.given.get(page.doc, {})
            yield replace(page, path=shown(source.path.as_posix()), given=given)


def _keep_text(out: Path, page: Page) -> None:
    """Write the extracted page text, so that each quotation can be looked up."""
    *above, name = [p for p in page.doc.split("/") if p not in ("", ".", "..")]
    if len(name.encode()) > LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()
    target = out.joinpath("text", *above, f"{name}.txt")
    target.parent.mkdir(parents=True, exist_ok=True)
    with folder.whole(target, out) as handle:
        handle.write(page.text.encode("utf-8", "replace"))


def _signature(sources: Sequence[Source], sides: Iterable[Path], form: str) -> str:
    """Hash of sources, side files, format, and of everything that shapes rows."""
    digest = hashlib.sha256(json.dumps([form, _packages()]).encode())
    own = [*DATA.glob("*.csv"), *DATA.glob("*.toml"), *DATA.parent.rglob("*.py")]
    for path in [*sorted(own), *sides]:
        digest.update(_file_hash(path))
    for one in sources:
        named = (one.doc, shown(one.path.as_posix()), one.kind, one.reason, one.column)
        digest.update("\n".join(named).encode() + b"\n")
        if one.kind == "page":
            digest.update(_file_hash(one.path))
    return digest.hexdigest()


def _file_hash(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > MOST_BYTES:  # not read either
            return b"%d bytes" % size
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").digest()
    except OSError:
        return b"unreadable"


def _packages() -> dict[str, str]:
    """Versions of what can change a byte of a table."""
    found = {"reportlib": __version__}
    for name in PACKAGES:
        with suppress(installed.PackageNotFoundError):
            found[name] = installed.version(name)
    return found


def _write_versions(out: Path, engine: str) -> None:
    """``versions.json``: the only place where versions and host facts are written."""
    facts = {"packages": _packages(), "words": engine}
    facts |= {"python": platform.python_version(), "system": platform.system()}
    with folder.whole(out / "versions.json", out) as handle:
        handle.write((json.dumps(facts, indent=2, sort_keys=True) + "\n").encode())
