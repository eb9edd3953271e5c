"""A corpus in memory: what the notebooks work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from reportlib.build.analyse import Analysis, analyse
from reportlib.build.write import frame
from reportlib.read import iter_sources, read_source
from reportlib.records import Report, ReportlibError
from reportlib.resources import require, schema


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
    *sources: str | Path, given: Mapping[str, dict[str, str]] | None = None
) -> Corpus:
    """Read and analyse pages in memory; for thousands of pages use ``build``.

    Raises:
        ReportlibError: no such file or folder, or a folder without any page.
    """
    found = iter_sources([Path(s) for s in sources])
    pages = [page for source in found for page in read_source(source)]
    if not pages:
        raise ReportlibError("no pages: name files or folders of reports")
    return Corpus([analyse(replace(p, given=(given or {}).get(p.doc, {}))) for p in pages])
