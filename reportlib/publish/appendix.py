"""``reportlib appendix``: run the notebooks, write the page, the PDF, the tables and their papers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from reportlib import __version__
from reportlib.build import build
from reportlib.build.write import read_table
from reportlib.publish.notebooks import blocks_of, run_notebook
from reportlib.publish.pdf import write_pdf
from reportlib.publish.site import Chapter, write_site
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import schema

TITLE = "Chinese government work reports 政府工作报告: reproducible appendix"
OWN = ("index.html", "appendix.pdf", "codebook.md", "inputs.csv", "versions.json", "tables")


def make_appendix(
    out: str | Path,
    notebooks: str | Path = "notebooks",
    source: str | Path = "seeds",
    study: str | Path | None = None,
    student: bool = False,
) -> Path:
    """Run the notebooks and write the appendix into ``out``.

    Args:
        out: folder for index.html, appendix.pdf, tables, codebook, input hashes, versions.
        notebooks: folder of the notebooks, run in the order of their names.
        source: the pages that the notebooks read when no study is given.
        study: a folder of the user's own pages; the notebooks run on it instead.
        student: leave out the worked answers.

    Returns:
        the path of index.html.

    Raises:
        ReportlibError: no notebooks there, a cell failed, no such study folder.
        OutputError: ``out`` cannot be written or holds other files.
    """
    folder, found = Path(out), sorted(Path(notebooks).glob("[0-9]*.ipynb"))
    if not found:
        raise ReportlibError(f"no notebooks in {notebooks}: run the command where the project stands")
    pages = Path(study or source)
    if not pages.exists():
        raise ReportlibError(f"no folder {pages}")
    _prepare(folder)
    build([pages], folder / "tables", overwrite=True)
    chosen = {"SOURCE": str(pages.resolve())} if study else {}
    chapters = []
    for path in found:
        blocks = tuple(blocks_of(run_notebook(path, chosen), student))
        chapters.append(Chapter(path.stem, _title(blocks[0].body if blocks else path.stem), blocks))
    tail = "\n".join(_tail(folder))
    write_site(folder / "index.html", TITLE, chapters, tail)
    write_pdf(folder / "appendix.pdf", TITLE, chapters, tail)
    _papers(folder)
    return folder / "index.html"


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(p.name for p in folder.iterdir() if p.name not in OWN)
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}") from None
    if others:
        raise OutputError(f"{folder} holds other files ({others[0]} …); name another folder")


def _title(markdown: str) -> str:
    found = re.search(r"^#+\s*(.+)$", markdown, re.MULTILINE)
    return found[1].strip() if found else "Notebook"


def _papers(folder: Path) -> None:
    """Codebook, input hashes and versions beside the page."""
    (folder / "codebook.md").write_text("\n".join(codebook()) + "\n", encoding="utf-8")
    pages = read_table(folder / "tables", "pages")
    pages[["doc", "kind", "reason", "sha256"]].to_csv(folder / "inputs.csv", index=False, lineterminator="\n")
    shutil.copy(folder / "tables" / "versions.json", folder / "versions.json")


def codebook() -> Iterable[str]:
    """Every table and column as Markdown."""
    yield "# Codebook"
    for table, columns in schema().items():
        yield f"\n## {table}\n\n| column | type | unit | meaning | source |\n|---|---|---|---|---|"
        for c in columns:
            cells: Sequence[str] = [c[k] for k in ("column", "type", "unit", "meaning", "source")]
            yield "| " + " | ".join(x.replace("|", "/") for x in cells) + " |"


def _tail(folder: Path) -> Iterable[str]:
    pages = read_table(folder / "tables", "pages")
    yield "# Provenance\n"
    yield f"Made with reportlib {__version__}. Versions of everything else are in versions.json.\n"
    yield "Every figure, hit and part points to characters of the pages below by offset; the tables "
    yield "and their codebook stand beside this page.\n"
    yield "| page | kind | SHA-256 |\n|---|---|---|"
    for row in pages.itertuples():
        yield f"| `{row.doc}` | {row.kind} | `{row.sha256[:16]}…` |"
    yield "\n## How to cite\n"
    yield f"reportlib maintainers: reportlib, version {__version__}, with the SHA-256 hashes above; "
    yield "see CITATION.cff of the project."
