"""Which files are pages: folders walked in sorted order, with a reason for each file left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlib.records import ReportlibError
from reportlib.resources import settings

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf", ".csv", ".xlsx", ".jsonl")
ODD = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\\\\]|#(?=\\d+$)")


@dataclass(frozen=True, slots=True)
class Source:
    """A file met: ``kind`` is page (to be read), skipped or failed, the last two with a reason.

    ``doc`` is the path below the folder that the user named, with forward slashes, or the name of
    a file that was named itself; no two sources of a build share one. ``column`` is the text
    column of a table file; empty: the best name that ``data/page_facts.csv`` knows.
    """

    path: Path
    doc: str
    kind: str = "page"
    reason: str = ""
    column: str = ""


def shown(name: str) -> str:
    r"""A file name as it can stand in a table: characters that do not print are escaped.

    So is the sign of a final ``#12``, which would look like a row of a table file.

    >>> shown("a\nb.txt"), shown("-甲 县.txt"), shown("a.csv#3")
    ('a\\x0ab.txt', '-甲 县.txt', 'a.csv\\x233')
    """
    return ODD.sub(lambda char: f"\\x{ord(char[0]):02x}", name)


def iter_sources(
    paths: Sequence[Path], not_pages: Mapping[Path, str] | None = None, column: str = ""
) -> list[Source]:
    """The files at and below ``paths``, those of one folder in the order of their paths.

    Args:
        not_pages: files and folders to skip (the sidecar, the output folder), with the reason.
        column: the text column of table files, where its name is none that is known.

    Raises:
        ReportlibError: a path that does not exist.

    >>> iter_sources([Path("nowhere")])
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: no file or folder nowhere
    """
    away = {path.resolve(): reason for path, reason in (not_pages or {}).items()}
    met: dict[str, Source] = {}
    for given in {path.resolve(): path for path in paths}.values():
        if not given.exists():
            raise ReportlibError(f"no file or folder {shown(str(given))}")
        root = given if given.is_dir() else given.parent
        for path, kind, reason in sorted(_found(given, given.is_dir(), away)):
            doc = below = shown(path.relative_to(root).as_posix())
            # The same doc in two folders: as much of the folder's own path as tells them apart.
            tails = (shown("/".join(root.resolve().parts[-n:])) for n in range(1, 99))
            while doc in met:
                doc = f"{next(tails)}/{below}"
            met[doc] = Source(path, doc, kind, reason, column)
    return list(met.values())


def _found(top: Path, walk: bool, away: Mapping[Path, str]) -> Iterator[tuple[Path, str, str]]:
    """(path, kind, reason) of ``top``, or of all that stands below it."""
    todo, root = [top], top.resolve() if walk else None
    while todo:
        here = todo.pop()
        try:
            paths = list(here.iterdir()) if walk else [here]
        except OSError as error:
            yield here, "failed", f"a folder that cannot be opened: {error.strerror}"
            continue
        for path in paths:
            try:
                kind, reason = _judged(path, root, away)
            except (OSError, RuntimeError) as error:  # no permission, a circle of links
                kind, reason = "failed", f"cannot be looked at: {error}"
            if kind == "folder":
                todo.append(path)
            else:
                yield path, kind, reason


def _judged(path: Path, root: Path | None, away: Mapping[Path, str]) -> tuple[str, str]:
    """What to do with ``path`` and why; ``root`` is None for a file that the user named itself."""
    name, suffix, old = path.name.upper(), path.suffix.lower(), settings("read")["old"]
    if away and path.resolve() in away:
        return "skipped", away[path.resolve()]
    if root and name.startswith((".", "~$")):
        return "skipped", "a hidden file or folder"
    if root and path.is_symlink() and not path.resolve().is_relative_to(root):
        return "skipped", "a link that leads out of the folder"
    if path.is_dir():
        return ("skipped", "a link to a folder") if path.is_symlink() else ("folder", "")
    if root and name.startswith(("README", "LICENSE", "SOURCES")):
        return "skipped", "a file about the folder, by its name"
    if suffix in old:
        return "failed", old[suffix]
    if not path.is_file() or suffix not in SUFFIXES:
        odd = f"unknown suffix {suffix!r}; read are {' '.join(SUFFIXES)}"
        return "skipped" if root else "failed", odd if path.is_file() else "not a regular file"
    return "page", ""
