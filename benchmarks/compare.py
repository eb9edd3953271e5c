"""Time of the comparisons between reports as a corpus doubles: an index, or all pairs?

    python benchmarks/compare.py [--sizes 500 1000 2000] [--characters 1500] [--copies N...]

The reports are made as in benchmarks/growth.py, given a place and a year (60 cities, 36 years),
analysed once, and compared in corpora of growing size. Copies are looked for in larger ones too,
whose reports are not analysed: their sentences are cut at full stops and hashed. The slope is log2
of the factor by which processor time grows when the corpus doubles: 1 is linear, 2 is all pairs.
What is found in each row is told, so that no row is fast by doing nothing.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from growth import recombined  # noqa: E402

from reportlib.build import parts  # noqa: E402
from reportlib.build.analyse import Analysis, analyse, sketch  # noqa: E402
from reportlib.build.corpus import Corpus  # noqa: E402
from reportlib.compare.phrases import coinages, new_phrases, passports  # noqa: E402
from reportlib.compare.reuse import reuse  # noqa: E402
from reportlib.records import Page  # noqa: E402
from reportlib.resources import table  # noqa: E402
from reportlib.themes import lexicon  # noqa: E402

MANY = 60  # prefectures


def analysed(n: int, characters: int) -> list[Analysis]:
    """Reports of many places and years, so that there are previous ones."""
    rows = {row["code"]: row for row in table("places") if not row["last_year"]}
    cities = [row for row in rows.values() if row["level"] == "prefecture"][:MANY]
    places = [rows[row["parent"]]["name"] + row["name"] for row in cities]
    found = []
    for number, text in enumerate(recombined(n, characters)):
        doc, year = f"{number:06d}.txt", 1990 + number // MANY % 36
        given = {"place": places[number % MANY], "year": str(year)}
        found.append(analyse(Page(doc, doc, text, given=given)))
    return found


def hashed(n: int, characters: int) -> list[tuple[str, str]]:
    """What finding copies needs of each report, without its analysis."""
    rows = []
    for number, text in enumerate(recombined(n, characters)):
        hashes = sketch(re.split("[。！？；\n]", text))
        rows.append((f"{number:06d}.txt", " ".join(map(str, hashes))))
    return rows


def passing(corpus: Corpus) -> str:
    terms = sorted({row["term"] for row in lexicon().rows})
    found = passports(corpus, random.Random(3).sample(terms, 50))
    return f"{int(found['n'].sum())} places of 50 phrases"


def shared(against: str) -> Callable[[Corpus], str]:
    return lambda corpus: f"{int(reuse(corpus, against)['wording'].count())} shares"


JOBS: dict[str, Callable[[Corpus], str]] = {
    "reuse, previous report": shared("previous"),
    "reuse, closest report": shared("closest"),
    "reuse, any report": shared("any"),
    "new phrases": lambda corpus: f"{len(new_phrases(corpus))} phrases",
    "coinages": lambda corpus: f"{len(coinages(corpus))} coinages",
    "passports": passing,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[500, 1000, 2000])
    parser.add_argument("--characters", type=int, default=1500, help="cut reports to this length")
    parser.add_argument("--copies", type=int, nargs="*", default=[500, 2000, 4000, 8000, 16000])
    chosen = parser.parse_args()
    if chosen.sizes:
        analyses = analysed(max(chosen.sizes), chosen.characters)
        show(JOBS, {size: Corpus(analyses[:size]) for size in sorted(chosen.sizes)})
    if chosen.copies:
        rows = hashed(max(chosen.copies), chosen.characters)
        find = {"copies": lambda some: f"{len(parts.find_copies(some))} copies"}
        show(find, {size: rows[:size] for size in sorted(chosen.copies)})


def show(jobs: dict[str, Callable[[Any], str]], given: dict[int, Any]) -> None:
    """The table of times: a row a job, a column a size."""
    sizes = list(given)
    head = " | ".join(f"{size:,} reports, s" for size in sizes)
    print(f"| comparison | {head} | slope | found in the last |")
    print(f"|---|{'---:|' * (len(sizes) + 1)}---|")
    for job, function in jobs.items():
        seconds, told = [], ""
        for one in given.values():
            began = time.process_time()
            told = function(one)
            seconds.append(time.process_time() - began)
        slope = math.log2(seconds[-1] / seconds[0]) / math.log2(sizes[-1] / sizes[0])
        cells = " | ".join(f"{s:.2f}" for s in seconds)
        print(f"| {job} | {cells} | {slope:.2f} | {told} |", flush=True)
    print()


if __name__ == "__main__":
    main()
