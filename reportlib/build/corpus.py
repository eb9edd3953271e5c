"""A corpus in memory: what the notebooks work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlib.build.analyse import Analysis, attempt
from reportlib.build.corrections import apply_corrections, read_corrections
from reportlib.build.parts import find_copies
from reportlib.build.write import frame
from reportlib.read import iter_sources, read_sidecar, read_source
from reportlib.records import Report, ReportlibError
from reportlib.resources import require, schema

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12  # reports that JupyterLab shows of a corpus


class Corpus:
    """Pages analysed in memory: ``corpus["indicators"]`` is a table, ``corpus.text(doc)`` a page.

    Attributes:
        analyses: one ``Analysis`` a page, in the order of the sources.
        tables: data frames by name, columns and types as in ``data/schema.csv``.
    """

    def __init__(self, analyses: Sequence[Analysis]) -> None:
        self.analyses = list(analyses)
        rows: dict[str, list[Any]] = defaultdict(list)
        for one in self.analyses:
            for table, more in one.rows.items():
                rows[table] += more
        self.tables = {name: frame(name, rows[name]) for name in schema()}
        self._texts = {a.page.doc: a.page.text for a in self.analyses}
        copies = find_copies(rows["sketch"])
        pages = self.tables["pages"]
        pages["duplicate_of"] = pages["doc"].map(lambda doc: copies.get(doc, "")).astype("str")

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[require(table, list(self.tables), "table")]

    @property
    def reports(self) -> list[Report]:
        """All reports found, in order."""
        return [r for a in self.analyses for r in a.reports]

    def text(self, doc: str) -> str:
        """The page text of ``doc``; every ``start`` and ``end`` of a row points into it."""
        if doc not in self._texts:
            require(doc, list(self._texts), "page")
        return self._texts[doc]

    def export(
        self,
        folder: str | Path,
        formats: Sequence[str] = ("csv",),
        tables: Sequence[str] = (),
        more: Mapping[str, pd.DataFrame] | None = None,
    ) -> list[Path]:
        """Write tables for other programs; cells are safe in a spreadsheet, escaped in LaTeX.

        Args:
            folder: made if it is not there; files of the same names are replaced.
            formats: csv (one file a table), parquet, xlsx (one file, one sheet a table), tex.
            tables: names of tables; none means all that have rows.
            more: tables of your own by name, for instance a panel.

        Returns:
            the files written.

        Raises:
            ReportlibError: unknown format or table; an extra is missing (the pip command is told).
            OutputError: the folder cannot be written.
        """
        from reportlib.build.export import export_tables

        names = tables or [name for name, table in self.tables.items() if len(table)]
        return export_tables(
            {name: self[name] for name in names} | dict(more or {}), folder, formats
        )

    def __repr__(self) -> str:
        kinds = self["pages"]["kind"]
        failed = f", {n} failed" if (n := int((kinds == "failed").sum())) else ""
        n_pages = int((kinds != "skipped").sum())
        return f"<Corpus: {n_pages} pages{failed}, {len(self.reports)} reports>"

    def _repr_html_(self) -> str:
        """One row a report, the first of them, as JupyterLab shows the corpus."""
        from reportlib.build.export import inert

        shown = self["reports"].head(SHOWN)
        place = shown["province"] + shown["prefecture"] + shown["county"]
        columns = ["report_id", "place", "plan_year", "completeness", "n_sentences"]
        table = shown.assign(place=place.where(place != "", shown["level"]))[columns]
        more = f", the first {SHOWN} of them" if len(self["reports"]) > SHOWN else ""
        html = inert(table.to_html(index=False, border=0))
        return f'<div class="reportlib"><p>{escape(repr(self)[1:-1])}{more}</p>{html}</div>'


def load(
    *sources: str | Path,
    pages: str | Path | None = None,
    corrections: str | Path | None = None,
    column: str = "",
) -> Corpus:
    """Read and analyse pages in memory; for thousands of pages use ``build_tables``.

    Args:
        pages, corrections: side files as for ``build_tables``.
        column: the text column of table files, as for ``build_tables``.

    Raises:
        ReportlibError: no such file or folder, a folder without any page, a wrong side file.

    >>> load("nowhere")
    Traceback (most recent call last):
    ...
    reportlib.records.ReportlibError: no file or folder nowhere
    """
    given = read_sidecar(Path(pages)) if pages else {}
    fixes = read_corrections(Path(corrections)) if corrections else []
    found = iter_sources([Path(s) for s in sources], column=column)
    read = [page for source in found for page in read_source(source)]
    if not read:
        raise ReportlibError("no pages: name files or folders of reports")
    for doc in [*given, *(fix.doc for fix in fixes)]:
        require(doc, [page.doc for page in read], "page")
    results = [*attempt(replace(p, given=p.given | given.get(p.doc, {})) for p in read)]
    for result in results:
        apply_corrections(result, fixes)
    return Corpus(results)
