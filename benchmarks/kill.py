"""Kill a build at random moments and resume it: does it end with the same bytes?

    python benchmarks/kill.py [--kills 100] [--pages 64] [--seed 0]

Every second build uses two processes. A kill that comes when the build has ended already counts as
late. The test suite does the same five times.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from made import command, files, folder_of, tidy  # noqa: E402
from test_build import kill_and_resume  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pages", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    chance, told = random.Random(chosen.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        pages, whole = folder_of(Path(name) / "pages", chosen.pages), Path(name) / "whole"
        began = time.perf_counter()
        command("build", pages, "--out", whole)
        lasts = time.perf_counter() - began
        for number in range(chosen.kills):
            out = Path(name) / str(number)
            in_time = kill_and_resume(pages, out, chance.uniform(0, lasts), jobs=1 + number % 2)
            told["killed in time" if in_time else "ended before the kill"] += 1
            told["same bytes" if files(out) == files(whole) else "OTHER BYTES"] += 1
            told["nothing left over" if tidy(out) else "SOMETHING LEFT OVER"] += 1
    for what, count in sorted(told.items()):
        print(f"| {what} | {count} of {chosen.kills} |")
    raise SystemExit(bool(told["OTHER BYTES"] or told["SOMETHING LEFT OVER"]))


if __name__ == "__main__":
    main()
