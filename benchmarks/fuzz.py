"""Coverage-guided fuzzing (atheris) of reading, of whole pages, and of quantities.

    pip install atheris; python benchmarks/fuzz.py read|page|quantities [--seconds 60]

Skips with a reason where atheris is not installed. What must hold: reading never raises and gives
pages whose text can be written; every table of a page keeps its promises (tests/contract.py);
numerals lie inside their sentence, in order. An input that breaks one is written to the folder
where the script was started; put it into tests/cases/fuzz/ and mend the library: every file
there is run by tests/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

try:
    import atheris
except ImportError:
    raise SystemExit("skipped: atheris is not installed (pip install atheris)") from None

with atheris.instrument_imports(include=["reportlib"]):
    from test_fuzz import TARGETS


def corpus(folder: Path, target: str) -> None:
    """What the fuzzer begins with: pieces of the seeds, and all cases known."""
    folder.mkdir()
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for at in range(0, len(text), 1500):
            head = str(at // 1500 % 9) if target == "read" else ""  # each kind of file
            piece = (head + text[at : at + 1500]).encode()
            (folder / f"{path.stem[:3]}-{at}").write_bytes(piece)
    for path in sorted((ROOT / "tests" / "cases" / "fuzz").glob(f"{target}-*")):
        (folder / path.name).write_bytes(path.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    chosen = parser.parse_args()
    check: Callable[[bytes], None] = TARGETS[chosen.target]
    with tempfile.TemporaryDirectory() as name:
        corpus(Path(name) / "corpus", chosen.target)
        for piece in sorted((Path(name) / "corpus").iterdir())[::7]:
            check(piece.read_bytes())  # what is loaded once is no slow input
        options = [f"-max_total_time={chosen.seconds}", "-max_len=6000", "-timeout=60"]
        options += [
            f"-artifact_prefix={chosen.target}-",
            "-print_final_stats=1",
            "-rss_limit_mb=2000",
        ]
        atheris.Setup([sys.argv[0], *options, str(Path(name) / "corpus")], check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
