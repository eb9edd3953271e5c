"""Reads and runs notebooks, several at a time, each in a kernel of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

from tqdm import tqdm

from reportlib.build.export import inert
from reportlib.publish.blocks import INJECTED
from reportlib.records import ReportlibError

TIMEOUT = 300  # seconds a cell may take
PARAMETERS = "parameters"  # tag of the cell that sets SOURCE (papermill's convention)
ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}


def read_notebook(path: Path) -> Any:
    """The notebook as it stands in the file.

    Raises:
        ReportlibError: the file is no notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise ReportlibError(f"{path.name} is no notebook: {inert(str(error))[:200]}") from None


def run_notebooks(paths: Sequence[Path], parameters: Mapping[str, Any]) -> list[Any]:
    """The notebooks with fresh outputs, one for each core at a time, in the order given.

    Args:
        parameters: values set in a cell after the one tagged ``parameters``.

    Raises:
        ReportlibError: a cell failed (it is shown) or took too long.
    """
    with (
        warnings.catch_warnings(action="ignore"),  # Jupyter's own, about ids, loops and sockets
        ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool,
    ):
        runs = pool.map(_run, paths, repeat(parameters))
        bar = tqdm(runs, "notebooks", len(paths), delay=2, disable=not sys.stderr.isatty())
        try:
            return list(bar)
        finally:
            pool.shutdown(cancel_futures=True)


def _run(path: Path, parameters: Mapping[str, Any]) -> Any:
    notebook = read_notebook(path)
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    if parameters:
        _inject(notebook, parameters)
    # A slow cell sends what it prints in pieces, on a busy machine in others: they are joined.
    settings: Any = {"timeout": TIMEOUT, "kernel_name": "python3", "coalesce_streams": True}
    client = NotebookClient(notebook, **settings)
    # This interpreter, whatever kernels the user has installed under the same name.
    client.create_kernel_manager().kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
    environment = {**os.environ, **ENVIRONMENT}
    try:
        run = client.async_execute(cwd=path.parent, env=environment, stderr=subprocess.DEVNULL)
        asyncio.run(run)
    except CellTimeoutError:
        raise ReportlibError(f"{path.name}: a cell took over {TIMEOUT} seconds") from None
    except CellExecutionError as error:
        told = f"{path.name}: {error.ename}: {error.evalue}\n{error}"
        raise ReportlibError(inert(told).rstrip()) from None
    except RuntimeError as error:  # the kernel did not start, or died
        raise ReportlibError(f"{path.name}: {error}") from None
    return notebook


def _inject(notebook: Any, parameters: Mapping[str, Any]) -> None:
    from nbformat import v4

    tagged = [i for i, c in enumerate(notebook.cells) if PARAMETERS in c.metadata.get("tags", [])]
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    cell: Any = v4.new_code_cell(source, metadata={"tags": [INJECTED]})  # type: ignore
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)
