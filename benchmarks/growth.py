"""Time and memory of a build as the corpus grows.

    python benchmarks/growth.py [--sizes 500 5000 20000] [--characters N] [--format csv|parquet]

Reports are made by recombining paragraphs: each keeps the title, opening and headings of one page
of the development corpus (or of the seeds, where there is no corpus) and takes its other
paragraphs from pages drawn at random. Each size is built by one process of its own, which does all
the work: what it holds at its peak is what a worker or the parent of workers holds at most. A
machine is slower at one time than at another, so processor time is also told as a ratio to plain
jieba, which cuts a page between any two batches. Neither should grow with the corpus.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


def child(folder: str, out: str, form: str) -> None:
    """One build in this process; prints its measures as JSON."""
    import jieba

    from reportlib.build import parts, run
    from reportlib.build.analyse import analyse
    from reportlib.read import iter_sources, read_source

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    for page in read_source(iter_sources([ROOT / "seeds"])[0]):
        analyse(page)  # what is loaded once is not time per report
    spent, sizes = Counter[str](), Counter[str]()

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def inner(*args: Any) -> Any:
            began = time.process_time()
            result = function(*args)
            spent[name] += time.process_time() - began
            return result

        return inner

    cut = timed("jieba", jieba.lcut)

    def one_batch(batch: Any) -> int:
        done = work(batch)
        text = batch.sources[0].path.read_text(encoding="utf-8")
        sizes["jieba"] += len(text)
        cut(text)
        return done

    work = run.run_batch
    run.run_batch = one_batch
    for name in ("_sources", "_signature"):
        setattr(run, name, timed("plan", getattr(run, name)))
    parts.finish = timed("finish", parts.finish)
    began = time.process_time()
    if failed := run.build_tables([folder], out, form=form).kinds["failed"]:
        raise SystemExit(f"{failed} reports failed")
    spent["all"] = time.process_time() - began - spent["jieba"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    written = sum(p.stat().st_size for p in Path(out).rglob("*") if p.is_file())
    print(
        json.dumps(
            {
                **spent,
                "rate": spent["jieba"] / sizes["jieba"],
                "peak": peak / (1 << (20 if sys.platform == "darwin" else 10)),
                "written": written,
            }
        )
    )


def measure(folder: Path, out: Path, form: str) -> dict[str, float]:
    """``child`` in a process of its own."""
    line = [sys.executable, __file__, "--child", str(folder), str(out), form]
    done = subprocess.run(
        line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5_000, 20_000])
    parser.add_argument("--characters", type=int, default=0, help="cut reports to this length")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    chosen = parser.parse_args()
    head = ["reports", "million characters", "plan, ms a report", "finish, ms a report"]
    head += ["all, ms a report", "all, of jieba.lcut", "of the first row", "peak MB"]
    head += ["written, bytes a character"]
    print(f"| {' | '.join(head)} |\n{'|---:' * len(head)}|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pages"
        folder.mkdir()
        texts = recombined(max(chosen.sizes), chosen.characters)
        made = total = 0
        first = 0.0
        for size in sorted(chosen.sizes):
            for number in range(made, size):
                text = next(texts)
                total += len(text)
                (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
            made = size
            told = measure(folder, Path(name) / f"out{size}", chosen.format)
            ratio = told["all"] / total / told["rate"]
            first = first or ratio
            cells = [f"{size:,}", f"{total / 1e6:.1f}"]
            cells += [f"{1000 * told[k] / size:.2f}" for k in ("plan", "finish", "all")]
            cells += [f"{ratio:.2f}", f"{ratio / first:.2f}", f"{told['peak']:.0f}"]
            print(f"| {' | '.join(cells)} | {told['written'] / total:.1f} |", flush=True)


if __name__ == "__main__":
    main()
