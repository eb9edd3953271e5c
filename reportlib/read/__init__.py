"""Room 2: files to pages. A bad file becomes a page that says in one sentence what is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import Any

from reportlib.read.decode import decode
from reportlib.read.facts import facts_of
from reportlib.read.markup import html_text
from reportlib.read.office import MOST_CHARACTERS, docx_text, pdf_text
from reportlib.read.sources import SUFFIXES, Source, iter_sources, shown
from reportlib.read.tables import read_sidecar, table_pages
from reportlib.records import Page, ReadError
from reportlib.resources import settings

__all__ = ["SUFFIXES", "Source", "iter_sources", "read_sidecar", "read_source"]

MOST_BYTES = 64 << 20  # of one file
CHARSET = re.compile(rb"(?i)(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([\w-]+)")


def read_source(source: Source) -> list[Page]:
    """The page of a file, or one for each row of a table file. Never raises for a bad file.

    A file or row that cannot be read gives a page of kind "failed" with the reason. Limits:
    ``MOST_BYTES`` a file, ``MOST_CHARACTERS`` a page, ``MOST_XML`` unpacked from DOCX or XLSX.

    >>> from pathlib import Path
    >>> [page.reason for page in read_source(Source(Path("nowhere.txt"), "nowhere.txt"))]
    ['cannot be opened: No such file or directory']
    """
    page = Page(source.doc, shown(source.path.as_posix()), kind=source.kind, reason=source.reason)
    if source.kind != "page":
        return [page]
    try:
        with source.path.open("rb") as handle:
            data = handle.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            size = source.path.stat().st_size
            raise ReadError(f"{size} bytes; at most {MOST_BYTES} are read: split it")
        page = replace(page, sha256=sha256(data).hexdigest())
        return [_checked(one) for one in _pages(page, data, source)]
    except ReadError as error:
        reason = str(error)
    except ImportError as error:
        reason = f"reading it needs {error.name}: pip install 'reportlib[formats]'"
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}"
    except Exception as error:  # whatever a library says of a file made to break it
        reason = f"a broken file ({type(error).__name__}: {error})"
    return [replace(page, kind="failed", reason=" ".join(reason.split())[:500])]


def _pages(page: Page, data: bytes, source: Source) -> list[Page]:
    suffix = source.path.suffix.lower()
    page = replace(page, is_plain=suffix in (".txt", ".md"))
    if not data:
        raise ReadError("the file is empty")
    for start, kind in settings("read")["magic"].items():
        if data.startswith(start.encode("latin-1")) and suffix not in (".docx", ".pdf", ".xlsx"):
            raise ReadError(f"this is {kind}, not {suffix}")
    if suffix in (".csv", ".xlsx", ".jsonl"):
        return table_pages(page, data, suffix, source.column)
    facts: dict[str, Any] = {}
    encoding = damage = ""
    if suffix == ".docx":
        text = docx_text(data)
    elif suffix == ".pdf":
        text, damage = pdf_text(data)
    elif suffix in (".html", ".htm"):
        hint = CHARSET.search(data[:4096])
        text, encoding, damage = decode(data, hint[1].decode() if hint else "")
        text, facts = html_text(text)
    else:
        text, encoding, damage = decode(data)
    return [replace(page, text=text, encoding=encoding, damage=damage, **facts_of(text) | facts)]


def _checked(page: Page) -> Page:
    """``page``, or the reason why its text is of no use."""
    reason = "" if page.text.strip() else "it holds no text"
    if len(page.text) > MOST_CHARACTERS:
        reason = f"{len(page.text)} characters; a page has at most {MOST_CHARACTERS}: split it"
    if page.kind != "page" or not reason:
        return page
    return replace(page, kind="failed", reason=reason, text="")
