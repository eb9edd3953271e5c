"""Runs notebooks and takes them apart into blocks that a site and a PDF can be made of."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from reportlib.records import ReportlibError

TIMEOUT = 300  # seconds a cell may take
SOLUTION = "solution"  # tag of cells that the student version leaves out


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a notebook: kind is prose, code, text, table, view or figure.

    ``body`` is Markdown (prose), source (code), plain text (text), HTML (table, view) or a PNG in
    base64 (figure); captions are English and Chinese, ``alt`` describes a figure.
    """

    kind: str
    body: str
    caption: str = ""
    caption_zh: str = ""
    alt: str = ""


def run_notebook(path: Path, parameters: Mapping[str, Any] | None = None) -> Any:
    """The notebook with fresh outputs.

    Args:
        parameters: values set in a cell after the one tagged ``parameters`` (papermill's
            convention).

    Raises:
        ReportlibError: a cell failed, with its number and the error; Jupyter is not installed.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError
    except ImportError:
        raise ReportlibError("the appendix needs: pip install 'reportlib[notebooks,appendix]'") from None
    notebook = nbformat.read(path, as_version=4)
    if parameters:
        _inject(notebook, parameters, nbformat)
    client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3")
    try:
        client.execute(cwd=str(path.parent))
    except CellTimeoutError:
        raise ReportlibError(f"{path.name}: a cell took over {TIMEOUT} seconds") from None
    except CellExecutionError as error:
        raise ReportlibError(f"{path.name}: a cell failed: {error.ename}: {error.evalue}") from None
    return notebook


def _inject(notebook: Any, parameters: Mapping[str, Any], nbformat: Any) -> None:
    tagged = [i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", [])]
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def blocks_of(notebook: Any, student: bool = False) -> Iterator[Block]:
    """The blocks of a notebook in order; for students without the cells tagged ``solution``."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if (student and SOLUTION in tags) or "injected-parameters" in tags:
            continue
        if cell.cell_type == "markdown":
            yield Block("prose", cell.source)
        elif cell.cell_type == "code":
            yield Block("code", cell.source)
            for output in cell.outputs:
                yield from _output(output, cell.metadata.get("reportlib", {}))


def _output(output: Any, notes: Mapping[str, str]) -> Iterator[Block]:
    words = (notes.get("caption", ""), notes.get("caption_zh", ""), notes.get("alt", ""))
    if output.output_type == "stream":
        yield Block("text", output.text)
        return
    data = output.get("data", {})
    if "image/png" in data:
        yield Block("figure", data["image/png"].strip(), *words)
    elif "text/html" in data:
        html = data["text/html"]
        yield Block("table" if "<table" in html and "dataframe" in html else "view", html, *words)
    elif "text/plain" in data:
        yield Block("text", data["text/plain"])


def png_of(block: Block) -> bytes:
    """The picture of a figure block."""
    return base64.b64decode(block.body)


class _Cells(HTMLParser):
    """Reads the rows of an HTML table; the number of header rows is kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.header = 0
        self._in_head = self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self.rows.append([])
            self.header += self._in_head
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        elif tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def table_cells(html: str) -> tuple[list[list[str]], int]:
    """Rows of cell texts of an HTML table, all of one length, and how many are header rows."""
    reader = _Cells()
    reader.feed(html)
    width = max((len(row) for row in reader.rows), default=0)
    return [row + [""] * (width - len(row)) for row in reader.rows], reader.header
