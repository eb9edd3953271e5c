"""Tables for other programs, and text made inert: nothing of a page runs, hides or turns round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reportlib.build.write import RISKY, as_csv
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import require

# Signs that turn the reading direction round, and control characters but tab and line end.
_TURNING = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CONTROL = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A)]
_SHOWN = {c: f"[U+{c:04X}]" for c in _TURNING} | dict.fromkeys([*_CONTROL, 0xFFFE, 0xFFFF], "")
_SHOWN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
EXCEL_ROWS, EXCEL_CELL = 1_048_575, 32_767


def inert(text: str) -> str:
    """Text for looking at: signs that turn the reading direction are named, controls dropped.

    >>> inert("a\\u202eb\\x1b[31m\\n")
    'a[U+202E]b[31m\\n'
    """
    return text.translate(_SHOWN)


def export_tables(
    tables: Mapping[str, pd.DataFrame], folder: str | Path, formats: Sequence[str]
) -> list[Path]:
    """Write tables to a folder; see ``Corpus.export``."""
    for one in formats:
        require(one, list(WRITERS), "format")
    out = Path(folder)
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [path for form in formats for path in _written(tables, out, form)]
    except ImportError as error:
        extra = {"openpyxl": "formats", "pyarrow": "parquet", "jinja2": "notebooks"}
        name = extra.get(str(error.name), "formats,parquet,notebooks")
        raise ReportlibError(f"this format needs: pip install 'reportlib[{name}]'") from None
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror or error}") from None


def _written(tables: Mapping[str, pd.DataFrame], out: Path, form: str) -> list[Path]:
    """Files of one format, written: a workbook of all tables, or one file for each."""
    names = {"tables": tables} if form == "xlsx" else tables
    files = {out / f"{name}.{form}": content for name, content in names.items()}
    for path, content in files.items():
        WRITERS[form](content, path)
    return [*files]


def _csv(table: pd.DataFrame, path: Path) -> None:
    path.write_text(as_csv(table), encoding="utf-8-sig", newline="\n")


def _parquet(table: pd.DataFrame, path: Path) -> None:
    import pyarrow  # noqa: F401 - its absence is told by its own name

    table.to_parquet(path, index=False)


def _xlsx(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """One workbook, one sheet a table; text is text, whatever it begins with."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in tables.items():
        if len(table) > EXCEL_ROWS:
            raise ReportlibError(f"{name} has {len(table)} rows, a sheet {EXCEL_ROWS}: use parquet")
        sheet = book.create_sheet(name[:31])
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False):
            sheet.append([_cell(cell) for cell in row])
    book.save(path)


def _tex(table: pd.DataFrame, path: Path) -> None:
    """One longtable a table, every cell escaped; needs a LaTeX with a Chinese font (xeCJK)."""
    import jinja2  # noqa: F401 - its absence is told by its own name

    shown = table.map(lambda cell: inert(str(cell)) if isinstance(cell, str) else cell)
    style = shown.style.hide(axis="index").format(escape="latex", na_rep="")
    style, caption = style.format_index(escape="latex", axis=1), path.stem.replace("_", " ")
    text = style.to_latex(environment="longtable", hrules=True, caption=caption)
    text = text.replace("\n[", "\n{[}")  # behind the end of a row a bracket would be its height
    path.write_text(text, encoding="utf-8", newline="\n")


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return ("'" * cell.startswith(tuple(RISKY)) + inert(cell))[:EXCEL_CELL]
    return None if pd.isna(cell) else cell


Writer = Callable[[Any, Path], None]
WRITERS: dict[str, Writer] = {"csv": _csv, "parquet": _parquet, "xlsx": _xlsx, "tex": _tex}
