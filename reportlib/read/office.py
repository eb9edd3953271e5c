"""DOCX, XLSX and PDF to text. A file may be made to burst: what it unpacks to is checked first.

DOCX is read here and not by a library, because dates in smart tags, tracked insertions and content
controls are part of the text, and libraries that list a paragraph's runs leave them out.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any
from xml.etree import ElementTree

from reportlib.records import ReadError
from reportlib.resources import settings

MOST_XML = 24 << 20  # bytes that the XML of a DOCX or XLSX may unpack to
MOST_COLUMNS = 100  # of a table
MOST_CELLS = 1_000_000  # of all sheets of an XLSX, empty ones too
MOST_CHARACTERS = 5_000_000  # of one page; a report has about 20,000
MOST_PDF_PAGES, MOST_PDF_OBJECTS = 10_000, 1_000_000  # runs of text, lines and pictures
MOST_STREAM = 128 << 20  # bytes that one stream of a PDF unpacks to; a scanned page has about 30 MB
MOST_STREAMED = 8 << 30  # the same, of a PDF whose pages all show its largest stream
OLE = b"\xd0\xcf\x11\xe0"
LOCKED = "protected by a password; save it without one"


def unpacked(data: bytes, pattern: str) -> list[bytes]:
    """The members of a ZIP container whose name matches ``pattern``, in order of name.

    Raises:
        ReadError: no container, a password, XML that unpacks to more than ``MOST_XML`` bytes.

    >>> unpacked(OLE, "")
    Traceback (most recent call last):
    ...
    reportlib.records.ReadError: an old office format; save it as DOCX or XLSX
    """
    if data.startswith(OLE):
        secret = "EncryptedPackage".encode("utf-16-le") in data
        raise ReadError(LOCKED if secret else "an old office format; save it as DOCX or XLSX")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            # Pictures hardly shrink when packed; XML does, whatever its name, unless it is faked.
            parts = ((p.file_size, p.compress_size, p.filename) for p in box.infolist())
            size = sum(n for n, packed, name in parts if n > 3 * packed or name.endswith(".xml"))
            if size > MOST_XML:
                raise ReadError(f"unpacks to {size} bytes of XML; at most {MOST_XML} are read")
            return [box.read(n) for n in sorted(box.namelist()) if re.fullmatch(pattern, n)]
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise ReadError(f"a broken file ({error})") from None


def docx_text(data: bytes) -> str:
    """Paragraphs and tables in document order, then notes; a tab parts the cells of a row.

    >>> docx_text(b"PK")
    Traceback (most recent call last):
    ...
    reportlib.records.ReadError: a broken file (File is not a zip file)
    """
    if not (parts := unpacked(data, r"word/document\d*\.xml")):
        raise ReadError("no Word document: it holds no word/document.xml")
    parts += unpacked(data, r"word/(foot|end)notes\.xml")
    return "".join(map(_paragraphs, parts))


def _paragraphs(xml: bytes) -> str:
    if b"<!DOCTYPE" in xml.replace(b"\0", b""):
        raise ReadError("its XML declares a document type, which may hide endless text")
    unseen, signs = settings("read")["docx"]["silent"].split(), settings("read")["docx"]["signs"]
    pieces: list[str] = []
    ancestors: list[ElementTree.Element] = []
    silent = 0
    for event, node in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
        name = node.tag.rpartition("}")[2]
        if event == "start":
            ancestors.append(node)
            silent += name in unseen
            # A text box stands inside a paragraph and begins a line of its own.
            if name == "p" and not silent and pieces and pieces[-1] not in ("\n", "\t"):
                pieces.append("\n")
            continue
        ancestors.pop()
        if ancestors:  # keep no tree: memory stays that of one paragraph
            del ancestors[-1][-1]
        if not silent:
            if (name, pieces[-1:]) in (("tc", ["\n"]), ("tr", ["\t"])):
                pieces.pop()
            if said := node.text if name == "t" else signs.get(name):
                pieces.append(said)
        silent -= name in unseen
    return "".join(pieces)


def pdf_text(data: bytes) -> tuple[str, str]:
    """Text of the pages of a PDF, and which of them have none ("" if each has some).

    Raises:
        ReadError: a password, a broken file, no text at all (scanned pages).
    """
    from pypdfium2 import PdfDocument, PdfiumError, raw

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        raise ReadError(LOCKED if "assword" in str(error) else f"a broken PDF ({error})") from None
    texts: list[str] = []
    size = n_objects = 0
    with document:
        if len(document) > MOST_PDF_PAGES:
            raise ReadError(f"{len(document)} pages; at most {MOST_PDF_PAGES} are read: split it")
        if (largest := _largest_stream(data)) > min(MOST_STREAM, MOST_STREAMED // len(document)):
            raise ReadError(f"a stream of {largest} bytes or more in {len(document)} pages")
        for page in document:
            n_objects += raw.FPDFPage_CountObjects(page)
            if n_objects > MOST_PDF_OBJECTS:
                raise ReadError(f"more than {MOST_PDF_OBJECTS} drawn objects: split it")
            # U+FFFE and U+0002 stand for the hyphen of a word broken at a line end.
            texts.append(re.sub("[\r\ufffe\x02]", "", page.get_textpage().get_text_range()))
            page.close()
            size += len(texts[-1])
            if size > MOST_CHARACTERS:
                break
    empty = [str(number) for number, text in enumerate(texts, 1) if not text.strip()]
    if len(empty) == len(texts):
        raise ReadError(f"{len(texts)} pages without text: scanned, they need OCR")
    return "\n".join(texts), f"no text (scanned) on page {', '.join(empty)}" if empty else ""


def _largest_stream(data: bytes) -> int:
    """Bytes of the largest stream of a PDF when unpacked, counted to a little over MOST_STREAM."""
    largest, budget = 0, [len(data) + MOST_STREAM]  # streams that overlap are read again and again
    for match in re.finditer(rb"stream\r?\n?(?=[\x08-\x78])", data):
        starts = range(match.end(), len(data), 1 << 12)
        blocks: Iterator[bytes] = (data[k : k + (1 << 12)] for k in starts)
        size = packed = 0
        with suppress(zlib.error):  # what stands before the error is read all the same
            while (first := next(blocks, b"")) and _is_packed(first):
                blocks, packed = _unpacked(chain([first], blocks), budget), packed + 1
            for block in chain([first], blocks) if packed else ():
                size += len(block)
                if size > MOST_STREAM:
                    return size
        largest = max(largest, size)
    return largest


def _is_packed(block: bytes) -> bool:
    """Whether bytes begin as zlib's do."""
    return block[0] & 15 == 8 and int.from_bytes(block[:2], "big") % 31 == 0


def _unpacked(blocks: Iterable[bytes], budget: list[int]) -> Iterator[bytes]:
    """A packed stream, some hundred kilobytes at a time.

    Raises:
        ReadError: all streams together took more than the budget of bytes to read.
    """
    unpack = zlib.decompressobj()
    for block in blocks:
        budget[0] -= len(block)
        if budget[0] < 0:
            raise ReadError("streams packed over and over")
        while block and not unpack.eof:
            if out := unpack.decompress(block, 1 << 18):
                yield out
            block = unpack.unconsumed_tail


def sheets(data: bytes) -> Iterator[tuple[str, Iterable[Iterable[Any]]]]:
    """Name and rows of each worksheet of an XLSX, to be read in turn."""
    from openpyxl import load_workbook

    xml = b"".join(unpacked(data, r"xl/worksheets/.*")).replace(b"\0", b"")
    if sum(1 for _ in re.finditer(rb"<(?:\w+:)?(?:c|row)[\s/>]", xml)) > MOST_CELLS:
        raise ReadError(f"more than {MOST_CELLS} rows and cells: split it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and validations, which nobody asked for
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            limits = {"max_row": 1 << 20, "max_col": MOST_COLUMNS}
            yield sheet.title, sheet.iter_rows(**limits, values_only=True)
        book.close()
