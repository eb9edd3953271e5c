"""Files made to burst: each is refused with a reason, in seconds and in little memory.

The files are small and hold gigabytes, millions of cells, or thousands of pages that show the same
heavy picture. What broken and hostile HTML does is in test_read.py.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

ROOT = Path(__file__).resolve().parent.parent
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SECONDS, MEGABYTES = 20, 700


def xlsx(*sheets: str) -> bytes:
    """A workbook whose sheets hold this XML between the tags of sheetData."""
    book, made, box = Workbook(), io.BytesIO(), io.BytesIO()
    for _ in sheets[1:]:
        book.create_sheet()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/"):
                inner = sheets[int(name.removeprefix("xl/worksheets/sheet")[:-4]) - 1]
                text = f'<worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData></worksheet>'
                data = text.encode()
            new.writestr(name, data)
    return box.getvalue()


def docx(body: str) -> bytes:
    """A DOCX with this content of <w:body>."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        text = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", text)
    return box.getvalue()


def pdf(n_pages: int, stream: bytes, packed: str = "") -> bytes:
    """A PDF whose pages all show one stream of drawing commands."""
    filters = f"/Filter [{packed}]".encode() if packed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * n_pages, n_pages),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filters, stream),
    ]
    data, places = b"%PDF-1.4\n", b""
    for number, content in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    tail = b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + places + tail


def blanks(n: int) -> bytes:
    """Packed spaces, never held at once."""
    pack = zlib.compressobj(9)
    pieces = [pack.compress(b" " * 10_000_000) for _ in range(n // 10_000_000)]
    return b"".join(pieces) + pack.flush()


FAR = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
EMPTY_BLOCK = b"\x00\x09\x00\xf6\xffstream\nx\x9c"  # packed, and the beginning of another stream
BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "millions of empty cells": (
        ".xlsx",
        lambda: xlsx("<row>" + "<c/>" * 3_000_000 + "</row>"),
        "more than 1000000 rows and cells",
    ),
    "millions of empty rows": (
        ".xlsx",
        lambda: xlsx("<row/>" * 2_000_000),
        "more than 1000000 rows and cells",
    ),
    "rows at the far end of many sheets": (
        ".xlsx",
        lambda: xlsx(*[FAR] * 40),
        "more than 100000 rows, empty ones too",
    ),
    "a sheet of spaces": (".xlsx", lambda: xlsx(" " * (30 << 20)), "unpacks to"),
    "elements in elements": (
        ".docx",
        lambda: docx("<w:tbl>" * 500_000 + "</w:tbl>" * 500_000),
        "it holds no text",
    ),
    "paragraphs that never end": (".docx", lambda: docx("<w:p>" * 900_000), "a broken file"),
    "pages without end": (".pdf", lambda: pdf(20_000, b"0 0 m 1 1 l S"), "20000 pages"),
    "pages full of lines": (
        ".pdf",
        lambda: pdf(300, zlib.compress(b"0 0 m 1 1 l S " * 100_000), "/FlateDecode"),
        "more than 1000000 drawn objects",
    ),
    "a long stream": (
        ".pdf",
        lambda: pdf(1, blanks(400_000_000), "/FlateDecode"),
        "a stream of 134",
    ),
    "a stream packed twice": (
        ".pdf",
        lambda: pdf(1, zlib.compress(blanks(400_000_000)), "/FlateDecode /FlateDecode"),
        "a stream of 134",
    ),
    "a long stream on every page": (
        ".pdf",
        lambda: pdf(9000, blanks(30_000_000), "/FlateDecode"),
        "a stream of 30000000 bytes or more in 9000 pages",
    ),
    "streams within streams": (
        ".pdf",
        lambda: pdf(1, b"stream\nx\x9c" + EMPTY_BLOCK * 300_000),
        "streams packed over and over",
    ),
}
# A process begins with the peak of the one that made it; where the system tells, its own is read.
PROGRAM = """
import json, re, resource, sys, time
from pathlib import Path
from reportlib.read import Source, read_source
path = Path(sys.argv[1])
scale = 1 << (20 if sys.platform == "darwin" else 10)
began = time.process_time()
(page,) = read_source(Source(path, path.name))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
if (status := Path("/proc/self/status")).exists():
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) / 1024
print(json.dumps([page.kind, page.reason, time.process_time() - began, peak]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is measured as POSIX has it")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_cheaply(name: str, tmp_path: Path) -> None:
    """Read in a process of its own, so that its memory can be told."""
    suffix, make, reason = BOMBS[name]
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(make())
    assert path.stat().st_size < 8 << 20
    line = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT, check=True)
    kind, told, seconds, peak = json.loads(done.stdout)
    assert kind == "failed" and told.startswith(reason)
    assert seconds < SECONDS and peak < MEGABYTES, (seconds, peak)
