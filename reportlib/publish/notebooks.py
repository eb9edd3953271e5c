"""Runs notebooks and takes them apart into blocks that a site and a PDF can be made of."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tqdm import tqdm

from reportlib.build.export import inert
from reportlib.records import ReportlibError

TIMEOUT = 300  # seconds a cell may take
SOLUTION = "solution"  # tag of cells that the student version leaves out
PARAMETERS = "parameters"  # tag of the cell that sets SOURCE (papermill's convention)
OURS = '<div class="reportlib'
INJECTED = "injected-parameters"
ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}
NEEDS = "the appendix needs: pip install 'reportlib[notebooks,appendix]'"


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


def read_notebook(path: Path) -> Any:
    """The notebook as it stands in the file.

    Raises:
        ReportlibError: Jupyter is not installed, or the file is no notebook.
    """
    try:
        import nbclient  # noqa: F401 - its absence is told before anything runs
        import nbformat
    except ImportError:
        raise ReportlibError(NEEDS) from None
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise ReportlibError(f"{path.name} is no notebook: {inert(str(error))[:200]}") from None


def run_notebooks(
    paths: Sequence[Path], parameters: Mapping[str, Any] | None = None, jobs: int = 0
) -> list[Any]:
    """The notebooks with fresh outputs, several at a time, in the order given.

    Args:
        parameters: values set in a cell after the one tagged ``parameters``.
        jobs: how many run at once; 0: one for each core, four at most.

    Raises:
        ReportlibError: a cell failed or took too long (the cell is shown); Jupyter is missing.
    """
    work = partial(_run, parameters=parameters or {})
    with (
        warnings.catch_warnings(action="ignore"),  # Jupyter's own, about ids, loops and sockets
        ThreadPoolExecutor(jobs or min(os.cpu_count() or 1, 4)) as pool,
        tqdm(total=len(paths), unit="notebook", delay=2, disable=not sys.stderr.isatty()) as bar,
    ):
        done = []
        try:
            for notebook in pool.map(work, paths):
                done.append(notebook)
                bar.update()
        finally:
            pool.shutdown(cancel_futures=True)
    return done


def _run(path: Path, parameters: Mapping[str, Any]) -> Any:
    notebook = read_notebook(path)
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    if parameters:
        _inject(notebook, parameters)
    client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3")
    # This interpreter, whatever kernels the user has installed under the same name.
    client.create_kernel_manager().kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
    environment = {**os.environ, **ENVIRONMENT}
    try:
        run = client.async_execute(cwd=path.parent, env=environment, stderr=subprocess.DEVNULL)
        asyncio.run(run)
    except CellTimeoutError:
        raise ReportlibError(f"{path.name}: a cell took over {TIMEOUT} seconds") from None
    except CellExecutionError as error:
        told = inert(f"{path.name}: {error.ename}: {error.evalue}")
        raise ReportlibError(f"{told}\n{_failed(notebook)}") from None
    except RuntimeError as error:  # the kernel did not start, or died
        raise ReportlibError(f"{path.name}: {error}") from None
    return notebook


def _failed(notebook: Any) -> str:
    """The cell with the error, indented."""
    own = (cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", []))
    for number, cell in enumerate(own, start=1):
        if any(out.output_type == "error" for out in cell.get("outputs", [])):
            return f"in cell {number}:\n    " + cell.source.replace("\n", "\n    ")
    return ""


def _inject(notebook: Any, parameters: Mapping[str, Any]) -> None:
    from nbformat import v4

    tagged = [i for i, c in enumerate(notebook.cells) if PARAMETERS in c.metadata.get("tags", [])]
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell: Any = v4.new_code_cell(source, metadata={"tags": [INJECTED]})  # type: ignore
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def blocks_of(notebook: Any, student: bool = False) -> Iterator[Block]:
    """The blocks of a notebook in order; for students without the cells tagged ``solution``."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if (student and SOLUTION in tags) or INJECTED in tags:
            continue
        if cell.cell_type in ("markdown", "code"):
            yield Block("prose" if cell.cell_type == "markdown" else "code", inert(cell.source))
        for output in cell.get("outputs", []):
            yield _output(output, cell.metadata.get("reportlib", {}))


def _output(output: Any, notes: Mapping[str, str]) -> Block:
    words = (notes.get("caption", ""), notes.get("caption_zh", ""), notes.get("alt", ""))
    data = output.get("data", {})
    html = inert(data.get("text/html", ""))
    if "image/png" in data:
        return Block("figure", "".join(data["image/png"].split()), *words)
    if (
        "<table" in html
        and ("dataframe" in html or OURS not in html)
        and table_of(html) is not None
    ):
        return Block("table", html, *words)
    if html.startswith(OURS):  # made and escaped here; no other HTML is shown
        return Block("view", html, *words)
    return Block("text", inert(output.get("text", "") or data.get("text/plain", "")))


def table_of(html: str) -> ElementTree.Element | None:
    """The table of a data frame's HTML as a tree; None where it is not well formed.

    >>> [cell.text for cell in table_of("<div><table><tr><td>7</td></tr></table></div>").iter("td")]
    ['7']
    """
    first, last = html.find("<table"), html.rfind("</table>")
    try:
        return ElementTree.fromstring(html[first : last + len("</table>")])
    except ElementTree.ParseError:
        return None
