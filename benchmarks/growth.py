"""Time and memory of a build as the corpus grows.

    python benchmarks/growth.py [--sizes 500 5000 20000] [--jobs N] [--characters N]

Reports are made by recombining paragraphs: each keeps the title, opening and headings of one page
of the development corpus (or of the seeds, where there is no corpus) and takes its other
paragraphs from pages drawn at random. Each size is built in a process of its own; processor time
is that of the process and its workers, peak memory that of the biggest process. Time per report
should not grow, memory neither.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(
    r"[（(]?[一二三四五六七八九十]+[）)、]|各位|政\s?府\s?工\s?作\s?报\s?告|现在，"
)
LONG = 60  # characters from which a paragraph is text that may be exchanged


def pages() -> list[list[str]]:
    """The paragraphs of each page to recombine."""
    corpus = ROOT.parent / "shared" / "corpus"
    names = ("provinces", "cities", "counties", "series")
    folders = [corpus / n for n in names] if corpus.is_dir() else [ROOT / "seeds"]
    files = sorted(p for f in folders for p in f.iterdir() if p.suffix in (".txt", ".md"))
    texts = [p.read_text(encoding="utf-8").split("\n") for p in files if p.stem != "SOURCES"]
    return [lines for lines in texts if sum(map(len, lines)) > 3000] or texts


def recombined(n: int, characters: int) -> Iterator[str]:
    """``n`` reports; the first of a bigger number are those of a smaller one."""
    chance, whole = random.Random(7), pages()
    pool = [line for lines in whole for line in lines if len(line) > LONG]
    for _ in range(n):
        lines = [
            line if len(line) <= LONG or HEADING.match(line) else chance.choice(pool)
            for line in chance.choice(whole)
        ]
        text = "\n".join(lines)
        if characters and len(text) > characters:  # the head, and the last lines as an ending
            text = text[: characters - 200] + "\n" + text[-200:]
        yield text


def build(folder: Path, out: Path, jobs: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of a build in its own process."""
    line = [sys.executable, "-m", "reportlib", "build", str(folder), "--out", str(out)]
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.environ["PYTHONPATH"] = str(ROOT)
        os.execv(sys.executable, [*line, "--jobs", str(jobs)])
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"the build ended with status {os.waitstatus_to_exitcode(status)}")
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / scale


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5_000, 20_000])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--characters", type=int, default=0, help="cut reports to this length")
    chosen = parser.parse_args()
    print("| reports | characters | CPU ms a report | of the first row | peak MB |")
    print("|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder, first, made = Path(name) / "pages", 0.0, 0
        folder.mkdir()
        texts = recombined(max(chosen.sizes), chosen.characters)
        total = 0
        for size in sorted(chosen.sizes):
            for number in range(made, size):
                text = next(texts)
                total += len(text)
                (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
            made = size
            _, busy, peak = build(folder, Path(name) / f"out{size}", chosen.jobs)
            each = 1000 * busy / size
            first = first or each
            print(
                f"| {size:,} | {total:,} | {each:.0f} | {each / first:.2f} | {peak:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
