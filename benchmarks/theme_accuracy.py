"""Accuracy of the sentence themes on coded sentences: the seeds', and all 260 where they are here.

usage: python benchmarks/theme_accuracy.py [FOLDER]

The 150 coded sentences of the seeds come with the project (tests/gold/coding.csv). FOLDER, by
default ../shared beside the project, may hold more of them (gold/coding.csv) with their pages
(corpus/provinces, corpus/central). Codes of disputed themes count for nobody. The gold is
machine-read: two readings under one codebook, where both agree.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import reportlib
from reportlib.compare import coding_accuracy

ROOT = Path(__file__).resolve().parent.parent


def measure(name: str, gold: Path, folders: list[Path]) -> None:
    """Print precision, recall and F1 by theme for the coded sentences of pages found in folders."""
    read = pd.read_csv(gold, encoding="utf-8-sig", keep_default_na=False)
    pages = {doc: [f / doc for f in folders if (f / doc).is_file()] for doc in read["doc"].unique()}
    lacking = [doc for doc, found in pages.items() if not found]
    loaded = reportlib.load(*(found[0] for found in pages.values() if found))
    read = read[~read["doc"].isin(lacking)]
    print(f"{name}: n = {len(read)} sentences of {len(pages) - len(lacking)} pages")
    if lacking:
        print(f"not here: {', '.join(lacking)}")
    print(coding_accuracy(loaded["sentence_codes"], read).round(3).to_string(index=False), "\n")


def main() -> None:
    """The seeds first, then everything coded."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
    measure("seeds", ROOT / "tests" / "gold" / "coding.csv", [ROOT / "seeds"])
    if not (shared / "gold" / "coding.csv").is_file():
        print(f"no further coded sentences: {shared.name}/gold/coding.csv is not here")
        return
    corpus = shared / "corpus"
    folders = [ROOT / "seeds", corpus / "provinces", corpus / "central"]
    measure("all coded sentences", shared / "gold" / "coding.csv", folders)


if __name__ == "__main__":
    main()
