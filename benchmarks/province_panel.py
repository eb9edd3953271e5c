"""A real panel: what provinces promised for a year, and what they say of it a year later.

Usage: python benchmarks/province_panel.py [FOLDER] [--year 2025] [--all]

Takes the pages whose names end in the year and in the one after it, builds them in memory, and
prints the growth targets of GDP against the outcomes, the verdicts by indicator, and every target
without an outcome with the reason. FOLDER defaults to the optional development corpus beside the
project.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

import reportlib
from reportlib.compare import outcomes, panel, ranks

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "provinces"
SHOWN = [
    "place",
    "target_quote",
    "target_kind",
    "target_strength",
    "actual_quote",
    "gap",
    "verdict",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--all", action="store_true", help="every pair, not only the odd ones")
    args = parser.parse_args()
    years = (args.year, args.year + 1)
    pages = [p for p in sorted(args.folder.glob("*")) if p.stem.endswith(tuple(map(str, years)))]
    if not pages:
        print(f"no pages of {years[0]} and {years[1]} in {args.folder}", file=sys.stderr)
        return 0
    clock = time.perf_counter()
    corpus = reportlib.load(*pages)
    built = time.perf_counter()
    cells = panel(*(corpus[t] for t in ("indicators", "reports", "coverage", "pages")))
    pairs = outcomes(cells)
    done = time.perf_counter()
    both = corpus["reports"].groupby("province")["plan_year"].agg(set)
    both = both[both >= {str(y) for y in years}].index
    pairs = pairs[(pairs["year"] == str(args.year)) & pairs["place"].isin(both)]
    pd.set_option("display.width", 220, "display.max_rows", None, "display.max_columns", None)
    pd.set_option("display.max_colwidth", 40, "display.unicode.east_asian_width", True)
    print(
        f"{len(pages)} pages, {len(both)} provinces with both reports, {len(cells)} cells; ", end=""
    )
    print(f"build {built - clock:.1f} s, panel and outcomes {done - built:.1f} s")
    gdp = pairs[(pairs["indicator"] == "gdp") & (pairs["measure"] == "growth")]
    print(f"\nGDP growth, target of {years[0]} against the report of {years[1]} (n = {len(gdp)})")
    print(gdp[SHOWN].to_string(index=False))
    print(f"\nGDP growth of {years[0]}, ranks")
    print(ranks(cells, "gdp", str(years[0])).iloc[:, :8].to_string(index=False))
    print(f"\nVerdicts by indicator (n = {len(pairs)} targets)")
    print(pd.crosstab(pairs["indicator"], pairs["verdict"], margins=True).to_string())
    print("\nReasons")
    print(pairs.groupby(["verdict", "reason"]).size().to_string())
    odd = pairs if args.all else pairs[~pairs["verdict"].isin(["met", "missed", "beaten"])]
    print("\nEvery pair" if args.all else "\nTargets without a comparable outcome")
    print(odd[["indicator", "measure", *SHOWN, "reason"]].to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
