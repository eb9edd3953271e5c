"""``reportlib appendix``: run the notebooks, write the page, the PDF, tables and their papers."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from reportlib import __version__
from reportlib.build.run import build_tables
from reportlib.build.write import as_csv, read_table
from reportlib.publish.blocks import Block, Chapter, blocks_of
from reportlib.publish.notebooks import read_notebook, run_notebooks
from reportlib.publish.pdf import write_pdf
from reportlib.publish.site import write_site
from reportlib.publish.view import glossary
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import schema, settings
from reportlib.rhetoric import cards

TITLE = "Chinese government work reports 政府工作报告: reproducible appendix"
# The page comes last: where it stands, everything else stands beside it.
OWN = "tables glossary.csv codebook.csv cards.csv inputs.csv versions.json".split()
OWN += ["appendix.pdf", "index.html"]
PARTS = "publish/parts"  # settings: what follows the notebooks
NEEDS = "the appendix needs: pip install 'reportlib[notebooks,appendix]'"
TOOLS = "nbclient ipykernel jinja2 mistune fonttools brotli typst matplotlib wordcloud".split()


def make_appendix(
    out: str | Path,
    notebooks: str | Path = "notebooks",
    source: str | Path = "seeds",
    study: str | Path | None = None,
    student: bool = False,
) -> Path:
    """Run the notebooks and write the appendix into ``out``, which is touched only at the end.

    Args:
        out: folder for index.html, appendix.pdf, tables, codebook, cards, input hashes, versions.
        notebooks: folder of the notebooks, in the order of their names.
        source: the pages that the notebooks read when no study is given.
        study: a folder of the user's own pages. The notebooks that say in their metadata that they
            take any folder (``"reportlib": {"any_folder": true}``) run on it.
        student: leave out the worked answers.

    Returns:
        the path of index.html.

    Raises:
        ReportlibError: no notebooks there, a cell failed, no such study folder, no report in it,
            a package is missing.
        OutputError: ``out`` cannot be written or holds other files.
    """
    folder, pages = Path(out), Path(study or source)
    tools = _check(folder)
    paths = sorted(Path(notebooks).glob("[0-9]*.ipynb"))
    if study:
        notes = {path: read_notebook(path).metadata.get("reportlib", {}) for path in paths}
        paths = [path for path in paths if notes[path].get("any_folder")]
    if not paths:
        raise ReportlibError(
            f"no notebooks in {notebooks}: run the command where the project stands"
        )
    with tempfile.TemporaryDirectory(prefix=".reportlib-", dir=folder) as name:
        fresh = Path(name)
        build_tables([pages], fresh / "tables")
        read = read_table(fresh / "tables", "pages")
        if not (read["kind"] == "report").any():
            why = next(filter(None, read["reason"]), "nothing to read")
            raise ReportlibError(f"no work report among {len(read)} pages of {pages} ({why} …)")
        books = run_notebooks(paths, {"SOURCE": str(pages.resolve())} if study else {})
        parts = {p.stem: blocks_of(b, student) for p, b in zip(paths, books, strict=True)}
        tables = {"glossary": glossary(), "codebook": codebook(), "cards": measure_cards()}
        tables["inputs"] = read[["doc", "kind", "reason", "sha256"]]
        chapters = _chapters(parts, tables)
        terms = dict(tables["glossary"].to_numpy()[:, :2])
        write_site(fresh / "index.html", TITLE, chapters, terms)
        write_pdf(fresh / "appendix.pdf", TITLE, chapters)
        _papers(fresh, tables, tools)
        _replace(fresh, folder)
    return folder / "index.html"


def _check(folder: Path) -> dict[str, str]:
    """The versions of the packages that the appendix needs, before anything runs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(p.name for p in folder.iterdir() if p.name not in OWN)
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}") from None
    if others := [name for name in others if not name.startswith(".reportlib-")]:
        raise OutputError(f"{folder} holds other files ({others[0]} …); name another folder")
    try:
        return {name: version(name) for name in TOOLS}
    except PackageNotFoundError:
        raise ReportlibError(NEEDS) from None


def _replace(fresh: Path, folder: Path) -> None:
    for name in OWN:
        old = folder / name
        if old.is_dir():
            shutil.rmtree(old)
        (fresh / name).replace(old)


def codebook() -> pd.DataFrame:
    """Every column of every table: table, column, type, unit, meaning, source.

    >>> codebook().query("table == 'spans'")["column"].tolist()
    ['doc', 'start', 'end', 'label', 'report_id', 'rule']
    """
    return pd.DataFrame([column for columns in schema().values() for column in columns])


def measure_cards() -> pd.DataFrame:
    """The card of every measure of rhetoric, one row each.

    >>> measure_cards()["measure"][0]
    '回顾性句子 Orientation: past (orientation_past)'
    """
    columns = settings(PARTS)["cards"]["columns"].items()
    return pd.DataFrame({h: form.format(card) for h, form in columns} for card in cards().values())


def _chapters(
    books: Mapping[str, Iterable[Block]], tables: Mapping[str, pd.DataFrame]
) -> list[Chapter]:
    """The notebooks, then what their reader looks up; tables and figures are counted through."""
    parts = dict(books)
    with pd.option_context("display.max_colwidth", None):
        for name, part in settings(PARTS).items():
            table = tables[part["table"]].to_html(index=False)
            words = part["words"].format(version=__version__)
            parts[name] = [Block("prose", words), Block("table", table, *part["captions"])]
    counts, chapters = Counter[str](), []
    for name, blocks in parts.items():
        chapter = Chapter(name, name, [])
        for block in blocks:
            counts[block.kind] += bool(block.caption)
            chapter.blocks.append(replace(block, number=bool(block.caption) * counts[block.kind]))
        prose = "\n".join(block.body for block in chapter.blocks if block.kind == "prose")
        heading = re.search(r"^#+\s*(.+)$", prose, re.MULTILINE)
        chapters.append(replace(chapter, title=heading[1].strip()) if heading else chapter)
    return chapters


def _papers(folder: Path, tables: Mapping[str, pd.DataFrame], tools: Mapping[str, str]) -> None:
    """Glossary, codebook, cards, input hashes and versions beside the page."""
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(as_csv(table), encoding="utf-8-sig", newline="\n")
    facts = json.loads((folder / "tables" / "versions.json").read_text(encoding="utf-8"))
    facts["packages"] |= tools
    text = json.dumps(facts, indent=2, sort_keys=True) + "\n"
    (folder / "versions.json").write_text(text, encoding="utf-8")
