"""Part files, one a batch, and the tables put together from them."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from reportlib.build.folder import PARTS, drop, whole
from reportlib.build.write import Block, columns_of, encode, frame, parse
from reportlib.resources import schema

LARGE = 1 << 23  # bytes of lines that a worker holds before it writes them
PIECE = 50_000  # rows of a table in one Parquet file
END = b"end 0\n"
SAME = 0.6  # share of common sentences above which two reports are one
FEWEST = 8  # common sentences that this takes
NEAREST = 3  # earlier reports with which one is compared


def part_path(out: Path, number: int) -> Path:
    """The part file of a batch.

    >>> part_path(Path("out"), 12).as_posix()
    'out/.parts/0000012.part'
    """
    return out / PARTS / f"{number:07d}.part"


def is_done(path: Path) -> bool:
    """Whether a batch is done: its part file is there, with its last line.

    >>> is_done(Path("nowhere.part"))
    False
    """
    try:
        with path.open("rb") as handle:
            handle.seek(-len(END), 2)
            return handle.read() == END
    except OSError:
        return False


class Part:
    """Takes the rows of a batch, page by page, and writes them table by table."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._lines: defaultdict[str, list[bytes]] = defaultdict(list)
        self._size = 0

    def add(self, table: str, *blocks: Block) -> None:
        """Take blocks of rows of a table."""
        lines = b"".join(encode(table, block) for block in blocks)
        self._lines[table].append(lines)
        self._size += len(lines)
        if self._size > LARGE:
            self.flush()

    def flush(self) -> None:
        """Write what was taken, table by table."""
        for table, lines in sorted(self._lines.items()):
            self._handle.write(f"{table} {sum(map(len, lines))}\n".encode())
            self._handle.writelines(lines)
        self._lines.clear()
        self._size = 0


@contextmanager
def open_part(out: Path, number: int) -> Iterator[Part]:
    """The part file of a batch, which gets its name when the batch is done.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     out = Path(name)
    ...     (out / PARTS).mkdir()
    ...     with open_part(out, 0) as part:
    ...         part.add("words", ("a.txt", "plan", "发展", 2))
    ...     list(rows_of([part_path(out, 0)], "words"))
    [['a.txt', 'plan', '发展', '2']]
    """
    with whole(part_path(out, number), out) as handle:
        part = Part(handle)
        yield part
        part.flush()
        handle.write(END)


def blocks(paths: Iterable[Path], table: str) -> Iterator[bytes]:
    """The lines of one table in the order of the sources, some megabytes at a time."""
    for path in paths:
        with path.open("rb") as handle:
            while (head := handle.readline()) != END:
                name, size = head.split()
                if name.decode() == table:
                    yield handle.read(int(size))
                else:
                    handle.seek(int(size), 1)


def rows_of(paths: Iterable[Path], table: str) -> Iterator[list[str | None]]:
    """The rows of one table as ``parse`` gives them."""
    for block in blocks(paths, table):
        yield from parse(StringIO(block.decode(), newline=""))


def finish(out: Path, n: int, form: str) -> Counter[str]:
    """Write one file a table out of ``n`` parts; the number of pages of each kind."""
    paths = [part_path(out, k) for k in range(n)]
    copies = find_copies(rows_of(paths, "sketch"))
    names = columns_of("pages")
    kind, doc, copy = (names.index(name) for name in ("kind", "doc", "duplicate_of"))
    kinds: Counter[str] = Counter()

    def pages() -> Iterator[list[str | None]]:
        for row in rows_of(paths, "pages"):
            kinds[row[kind] or ""] += 1
            row[copy] = copies.get(row[doc] or "")
            yield row

    for table in schema():
        if form == "parquet":
            _write_parquet(out, table, pages() if table == "pages" else rows_of(paths, table))
        elif table == "pages":
            _write_csv(out, table, (encode(table, row) for row in pages()))
        else:
            _write_csv(out, table, blocks(paths, table))
    return kinds


def _write_csv(out: Path, table: str, texts: Iterable[bytes]) -> None:
    with whole(out / f"{table}.csv", out) as handle:
        handle.write(f"\ufeff{','.join(columns_of(table))}\n".encode())
        handle.writelines(texts)


def _write_parquet(out: Path, table: str, rows: Iterator[list[str | None]]) -> None:
    """A folder of files of ``PIECE`` rows, so that memory does not grow with the table."""
    made, final = out / PARTS / f"{table}.parquet", out / f"{table}.parquet"
    drop(made)
    made.mkdir()
    number = 0
    while (some := list(islice(rows, PIECE))) or not number:
        frame(table, some).to_parquet(made / f"{number:05d}.parquet", index=False)
        number += 1
    drop(final)
    made.replace(final)


def find_copies(rows: Iterable[Sequence[str | None]]) -> dict[str, str]:
    """doc -> the earlier doc with the same report, by the hashes of their sentences.

    A report is compared with the ``NEAREST`` earlier ones that most of its sentences stood in
    first, however many reports there are: a formula leads to one report, not to all that have it.

    >>> hashes = "11 12 13 14 15 16 17 18 19"
    >>> find_copies([("a", hashes), ("b", "1 2 3"), ("c", hashes)])
    {'c': 'a'}
    """
    import numpy as np  # later than a worker is started, which begins as well

    docs: list[str] = []
    ends, flat = [0], array("I")
    for doc, hashes in rows:
        docs.append(doc or "")
        flat.extend(map(int, (hashes or "").split()))
        ends.append(len(flat))
    values = np.array(flat, dtype=np.uint32)
    _, first, sentence = np.unique(values, return_index=True, return_inverse=True)
    owners = np.repeat(np.arange(len(docs)), np.diff(ends))[first[sentence]]
    copies: dict[str, str] = {}
    for i, doc in enumerate(docs):
        own = set(values[ends[i] : ends[i + 1]].tolist())
        met = Counter(owners[ends[i] : ends[i + 1]].tolist())
        near = [j for j, _ in met.most_common() if docs[j] != doc][:NEAREST]
        common = {j: len(own.intersection(values[ends[j] : ends[j + 1]].tolist())) for j in near}
        for j in sorted(near, key=lambda j: (-common[j], j)):
            if common[j] >= max(FEWEST, SAME * min(len(own), ends[j + 1] - ends[j])):
                copies.setdefault(doc, copies.get(docs[j], docs[j]))
                break
    return copies
