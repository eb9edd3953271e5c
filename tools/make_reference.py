"""Compute the reference that single reports are read against: quantiles of every rhetoric measure.

    python tools/make_reference.py ../shared/corpus

writes ``reportlib/data/rhetoric_reference.csv``: numbers only, no text. Only complete reports whose
place and year are known count, each once: of two copies the longer. Run it again whenever a rule of
the rooms ``structure`` or ``rhetoric`` changes; ``CHANGELOG.md`` says when the numbers moved.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from reportlib.build.analyse import Analysis, analyse
from reportlib.build.write import frame
from reportlib.read import iter_sources, read_source
from reportlib.resources import DATA

OUT = DATA / "rhetoric_reference.csv"
QUANTILES = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}
LEVELS = ("national", "province", "prefecture", "county")
FEWEST = 10  # reports below which a group has no quantiles worth the name
COLUMNS = ("measure", "level", "section", "n", "first_year", "last_year", "script", *QUANTILES)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    sources = list(iter_sources([args.corpus]))
    values = list(kept(analyse(p) for s in tqdm(sources, disable=None) for p in read_source(s)))
    rows = sorted(quantiles(pd.concat(values)), key=lambda row: row[:3])
    with OUT.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([*COLUMNS, "source", "source_status"])
        writer.writerows([*row, "development corpus", "read"] for row in rows)


def kept(pages: Iterator[Analysis]) -> Iterator[pd.DataFrame]:
    """The measures of each report that counts, with its level, year and script."""
    best: dict[tuple[str, ...], tuple[int, pd.DataFrame]] = {}
    for page in pages:
        reports = frame("reports", page.rows.get("reports", []))
        rhetoric = frame("rhetoric", page.rows.get("rhetoric", []))
        mixed = any(row[3] == "simplify" for row in page.rows.get("edits", []))
        found: list[Any] = list(reports.query("completeness == 'complete'").itertuples())
        for r in found:
            key = (r.level, r.province, r.prefecture, r.county, r.plan_year)
            size = best[key][0] if key in best else 0
            if r.plan_year and r.level in LEVELS and r.n_chars > size:
                mine = rhetoric[rhetoric["report_id"] == r.report_id]
                best[key] = (
                    r.n_chars,
                    mine.assign(level=r.level, year=int(r.plan_year), mixed=mixed),
                )
    yield from (mine for _, mine in best.values())


def quantiles(values: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """A row for each measure, level (all of them together: all) and section."""
    groups: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    rows: list[Any] = list(values.dropna(subset="value").itertuples())
    for row in rows:
        for level in (row.level, "all"):
            groups[row.measure, level, row.section].append((row.value, row.year, row.mixed))
    for key, group in groups.items():
        numbers, years, mixed = zip(*group, strict=True)
        if len(group) >= FEWEST:
            script = "simplified, some mixed" if any(mixed) else "simplified"
            cuts = np.quantile(np.array(numbers, dtype=float), list(QUANTILES.values()))
            marks = [f"{cut:.4g}" for cut in cuts]
            yield (*key, len(group), min(years), max(years), script, *marks)


if __name__ == "__main__":
    main()
