"""A corpus in memory: what the notebooks work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlib.build.analyse import Analysis, analyse
from reportlib.build.corrections import apply_corrections, read_corrections
from reportlib.build.write import frame
from reportlib.read import iter_sources, read_sidecar, read_source
from reportlib.records import Report, ReportlibError
from reportlib.resources import require, schema

if TYPE_CHECKING:
    import pandas as pd


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

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[require(table, list(self.tables), "table")]

    @property
    def reports(self) -> list[Report]:
        """All reports found, in order."""
        return [r for a in self.analyses for r in a.reports]

    def text(self, doc: str) -> str:
        """The page text of ``doc``; every ``start`` and ``end`` of a row points into it."""
        return self._texts[require(doc, list(self._texts), "page")]

    def __repr__(self) -> str:
        return f"<Corpus: {len(self.analyses)} pages, {len(self.reports)} reports>"


def load(
    *sources: str | Path, pages: str | Path | None = None, corrections: str | Path | None = None
) -> Corpus:
    """Read and analyse pages in memory; for thousands of pages, and for copies, use ``build``.

    Args:
        pages, corrections: side files as for ``build``.

    Raises:
        ReportlibError: no such file or folder, a folder without any page, a wrong side file.
    """
    given = read_sidecar(Path(pages)) if pages else {}
    fixes = read_corrections(Path(corrections)) if corrections else []
    found = iter_sources([Path(s) for s in sources])
    read = [page for source in found for page in read_source(source)]
    if not read:
        raise ReportlibError("no pages: name files or folders of reports")
    for doc in [*given, *(fix.doc for fix in fixes)]:
        require(doc, [page.doc for page in read], "page")
    results = [analyse(replace(p, given=p.given | given.get(p.doc, {}))) for p in read]
    for result in results:
        apply_corrections(result, fixes)
    return Corpus(results)
