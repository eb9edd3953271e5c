"""Time of the comparisons between reports as a corpus doubles: an index, or all pairs?

    python benchmarks/compare.py [--sizes 500 1000 2000] [--characters 1500]

The reports are made as in benchmarks/growth.py, analysed once, and compared in corpora of growing
size. The slope is log2 of the factor by which processor time grows when the corpus doubles: 1 is
linear, 2 is all pairs. What is found in each row is told, so that no row is fast by doing nothing.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from growth import recombined  # noqa: E402

from reportlib.build import parts  # noqa: E402
from reportlib.build.analyse import Analysis, analyse  # noqa: E402
from reportlib.build.corpus import Corpus  # noqa: E402
from reportlib.compare.phrases import coinages, new_phrases, passports  # noqa: E402
from reportlib.compare.reuse import reuse  # noqa: E402
from reportlib.records import Page  # noqa: E402
from reportlib.themes import lexicon  # noqa: E402

PLACES = (
    "合肥市 芜湖市 蚌埠市 淮南市 马鞍山市 淮北市 铜陵市 安庆市 黄山市 滁州市 阜阳市 宿州市".split()
)


def analysed(n: int, characters: int) -> list[Analysis]:
    """Reports of several places and years, so that there are previous ones and parents."""
    found = []
    for number, text in enumerate(recombined(n, characters)):
        year, place = 1990 + number // len(PLACES) % 36, PLACES[number % len(PLACES)]
        doc = f"{number:06d}.txt"
        given = {"place": f"安徽省{place}", "year": str(year)}
        found.append(analyse(Page(doc, doc, text, given=given)))
    return found


def copies(corpus: Corpus) -> str:
    rows = [
        (a.page.doc, " ".join(map(str, s))) for a in corpus.analyses for s in a.sketches.values()
    ]
    return f"{len(parts.find_copies(rows))} copies"


def passing(corpus: Corpus) -> str:
    terms = sorted({row["term"] for row in lexicon().rows})
    found = passports(corpus, random.Random(3).sample(terms, 50))
    return f"{int(found['n'].sum())} places of 50 phrases"


def shared(against: str) -> Callable[[Corpus], str]:
    return lambda corpus: f"{int(reuse(corpus, against)['wording'].count())} shares"


JOBS: dict[str, Callable[[Corpus], str]] = {
    "duplicates (build)": copies,
    "reuse, previous report": shared("previous"),
    "reuse, closest report": shared("closest"),
    "reuse, any report": shared("any"),
    "new phrases": lambda corpus: f"{len(new_phrases(corpus))} phrases",
    "coinages": lambda corpus: f"{len(coinages(corpus))} coinages",
    "passports": passing,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--characters", type=int, default=1500, help="cut reports to this length")
    chosen = parser.parse_args()
    analyses = analysed(max(chosen.sizes), chosen.characters)
    spent: dict[str, list[float]] = {job: [] for job in JOBS}
    told = {}
    for size in sorted(chosen.sizes):
        corpus = Corpus(analyses[:size])
        for job, function in JOBS.items():
            began = time.process_time()
            told[job] = function(corpus)
            spent[job].append(time.process_time() - began)
    head = " | ".join(f"{s:,} reports, s" for s in sorted(chosen.sizes))
    print(f"| comparison | {head} | slope | found in the last |")
    print(f"|---|{'---:|' * (len(chosen.sizes) + 1)}---|")
    doublings = math.log2(max(chosen.sizes) / min(chosen.sizes))
    for job, seconds in spent.items():
        slope = math.log2(seconds[-1] / seconds[0]) / doublings
        cells = " | ".join(f"{s:.2f}" for s in seconds)
        print(f"| {job} | {cells} | {slope:.2f} | {told[job]} |")


if __name__ == "__main__":
    main()
