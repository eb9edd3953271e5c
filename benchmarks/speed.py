"""Where the time of a build goes, stage by stage, as ratios to plain jieba on the same text.

    python benchmarks/speed.py [FOLDER...] [--every N]

Without a folder it takes the development corpus beside the project, or else the seeds. The pages
come in the groups of a build. Group by group the stages are timed (processor time, one thread), and
then ``jieba.lcut`` of the same cleaned texts, so that both meet the same neighbours on a noisy
machine. A stage is a room of the
library; what a room calls in another room counts there. The goals are those of the project: all
but word cutting at most 0.6, everything with the extra ``fast`` at most 0.7.
"""

from __future__ import annotations

import argparse
import functools
import inspect
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does; idle threads burn time

import jieba  # noqa: E402

from reportlib import words  # noqa: E402
from reportlib.build import folder, parts, run  # noqa: E402
from reportlib.build.analyse import analyse, analyse_all, grouped  # noqa: E402
from reportlib.read import iter_sources, read_source  # noqa: E402

STAGES = "read structure metadata quantities indicators themes rhetoric words rows writing".split()
GOAL, GOAL_FAST = 0.6, 0.7
CALLS = 20_000  # of an empty function, to know what reading the clock takes


class Clock:
    """Processor time by stage; a stage that calls another does not count the other's time.

    Reading the clock some ten thousand times takes time too. What it takes of the stage that calls
    and of the one that is called is measured first, on nothing, and not counted.
    """

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._running: list[str] = []
        self._since = time.process_time()
        self._own = (0.0, 0.0)
        nothing = self.timed("called", lambda: None)
        self.enter("calls")
        for _ in range(CALLS):
            nothing()
        self.leave()
        self._own = (self.spent.pop("calls") / CALLS, self.spent.pop("called") / CALLS)

    def _switch(self) -> None:
        now = time.process_time()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now

    def enter(self, stage: str) -> None:
        self._switch()
        self._running.append(stage)

    def leave(self) -> None:
        self._switch()
        self.spent[self._running.pop()] -= self._own[1]
        if self._running:
            self.spent[self._running[-1]] -= self._own[0]

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its time counted for ``stage``; what it yields is made at once."""
        lazy = inspect.isgeneratorfunction(inspect.unwrap(function))

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                result = function(*args, **kwargs)
                return list(result) if lazy else result
            finally:
                self.leave()

        return run


def watch(clock: Clock) -> None:
    """Time every function of another room that the order of work calls."""
    module = sys.modules["reportlib.build.analyse"]
    for name, value in list(vars(module).items()):
        room = stage_of(getattr(value, "__module__", None) or getattr(value, "__name__", ""))
        if inspect.isfunction(value) and room in STAGES:
            setattr(module, name, clock.timed(room, value))
        elif inspect.ismodule(value) and room in STAGES:
            for inner, function in list(vars(value).items()):
                if inspect.isfunction(function) and not inner.startswith("_"):
                    setattr(value, inner, clock.timed(room, function))


def stage_of(module: str) -> str:
    names = module.split(".")
    return names[1] if names[0] == "reportlib" and len(names) > 1 else ""


def pages_of(paths: list[Path], every: int, clock: Clock) -> Iterator[Any]:
    found = [s for s in iter_sources(paths) if s.kind == "page"]
    for source in found[::every]:
        clock.enter("read")
        pages = read_source(source)
        clock.leave()
        yield from pages


def measure(paths: list[Path], every: int) -> tuple[Clock, Counter[str]]:
    """The clock after a build of the pages, and how many pages, reports and characters."""
    clock, size = Clock(), Counter[str]()
    words.cut("热身")  # loading a dictionary is paid once, not per page
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    for warm in read_source(iter_sources([ROOT / "seeds"])[0]):
        analyse(warm)
    watch(clock)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        folder.prepare(out, "speed", overwrite=False)
        with run.few_collections(), parts.open_part(out, 0) as part:
            for pages in grouped(pages_of(paths, every, clock)):
                clock.enter("rows")
                results = analyse_all(pages)
                clock.leave()
                clock.enter("writing")
                for result in results:
                    for table, blocks in result.blocks.items():
                        part.add(table, *blocks)
                clock.leave()
                reports = [report for result in results for report in result.reports]
                for report in reports:
                    clock.enter("jieba")
                    jieba.lcut(report.mapped.text)
                    clock.leave()
                size["characters"] += sum(len(report.mapped.text) for report in reports)
                size.update(pages=len(pages), reports=len(reports))
        clock.enter("writing")
        parts.finish(out, 1, "csv")
        clock.leave()
    return clock, size


def report(clock: Clock, size: Counter[str]) -> None:
    base = clock.spent["jieba"]
    print(f"{size['pages']} pages, {size['reports']} reports, {size['characters']:,} characters")
    print(f"word engine: {words.engine_in_use()}; 1.00 = jieba.lcut of the same cleaned text\n")
    print("| stage | of jieba.lcut |\n|---|---:|")
    for stage in STAGES:
        print(f"| {stage} | {clock.spent[stage] / base:.3f} |")
    total = sum(clock.spent[s] for s in STAGES) / base
    rest = total - clock.spent["words"] / base
    print(f"| **all but word cutting** (goal {GOAL}) | **{rest:.2f}** |")
    print(f"| **everything** (goal {GOAL_FAST} with the extra fast) | **{total:.2f}** |")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth page")
    chosen = parser.parse_args()
    corpus = ROOT.parent / "shared" / "corpus"
    paths = chosen.folder or [corpus if corpus.is_dir() else ROOT / "seeds"]
    report(*measure(paths, chosen.every))


if __name__ == "__main__":
    main()
