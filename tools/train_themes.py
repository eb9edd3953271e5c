"""Measure the weights of the theme terms and fit the theme model on a folder of real pages.

    python tools/train_themes.py ../shared/corpus          writes the data files
    python tools/train_themes.py ../shared/corpus --check  says how good they are, writes nothing

``tools/theme_labels.csv`` names 2,138 sentences of those pages by their place (no text) and says
what they are about; all were machine-read under the codebook of the gold, each with the sentences
around it. The rows of part ``fit`` fit the model (read once freely, then once more where a first
model saw a second theme); those of part ``check`` (289 of other regions, 493 drawn from all pages;
read before any prediction was seen) only measure it; the pages of part ``apart`` belong to the gold
and are not used. Three steps:

1. every term weighs what its class says (strong 1, weak 0.3); a first model is fitted;
2. that model codes all pages; a term's weight is how sure the model is of the term's theme in the
   sentences that hold it, pulled to the middle if rare, and half of what its class says;
3. the model is fitted anew with those weights.

Both fits are a logistic regression with one coefficient per clue for all themes and one constant
per theme, penalised by their squares; the same pages give the same numbers.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reportlib.records import Sentence
from reportlib.resources import DATA, table
from reportlib.structure import lay_out, read_body
from reportlib.themes.coding import THRESHOLD, features, model
from reportlib.themes.lexicon import Lexicon, Texts, lexicon, theme_ids

Floats = NDArray[np.float64]
Pages = dict[str, list[Sentence]]
LABELS = Path(__file__).with_name("theme_labels.csv")
PENALTY, ROUNDS = 1.0, 30
PRIOR, PRIOR_COUNT = 0.55, 5  # what a rare term's weight is pulled to
FLOOR, SPAN, LEAST, MOST = 0.15, 0.5, 0.1, 1.4  # from mean probability to weight


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--check", action="store_true", help="measure, write nothing")
    args = parser.parse_args()
    with LABELS.open(encoding="utf-8", newline="") as handle:
        labels = sorted(csv.DictReader(handle), key=itemgetter("doc"))  # pages are read one by one
    fit, check, apart = ([r for r in labels if r["part"] == p] for p in ("fit", "check", "apart"))
    kept_apart = {row["doc"] for row in apart}
    pages = {d: s for d, s in read_pages(args.corpus) if d not in kept_apart}
    if args.check:
        print(measure(pages, check, lexicon(), stored_model()))
        return
    authored = Lexicon([{**row, "weight": ""} for row in lexicon().rows], lexicon().shields)
    first = fit_model(*design(pages, fit, authored))
    held_out = {row["doc"] for row in check}
    weights = weigh({d: s for d, s in pages.items() if d not in held_out}, authored, first)
    rows = [{**r, "weight": f"{w:.2f}"} for r, w in zip(lexicon().rows, weights, strict=True)]
    weighed = Lexicon(rows, lexicon().shields)
    model = fit_model(*design(pages, fit, weighed))
    print(measure(pages, check, weighed, model))
    write("theme_terms", rows)
    write_model(pages, fit, weighed, model)


def read_pages(folder: Path) -> Iterator[tuple[str, list[Sentence]]]:
    """(path below the folder, sentences of all reports) of every page."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".txt", ".md")):
        if path.name.startswith("README"):
            continue
        page = lay_out(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
        bodies = [read_body(page, k, f"{path.name}:{k}") for k in range(len(page.drafts))]
        if sentences := [s for b in bodies for s in b.sentences]:
            yield path.relative_to(folder).as_posix(), sentences


def clues_of(sentences: Sequence[Sentence], of: Lexicon) -> dict[str, Floats]:
    """The clues of the sentences by name: arrays that broadcast to sentences × themes."""
    cells, own, clues, _ = features([*zip(*sentences, strict=True)], [len(sentences)], of)
    for name, clue in own.items():
        clues[name] = np.zeros((len(theme_ids()), len(sentences)))
        clues[name].ravel()[cells] = clue
    twice = [name for name in clues if f"lack_{name}" in model()]
    clues |= {f"lack_{name}": clues["lack"] * clues[name] for name in twice}
    return {name: np.atleast_2d(clues[name]).T for name in model() if name in clues}


def stack(sentences: Sequence[Sentence], of: Lexicon) -> Floats:
    """Clues of the sentences: sentences × themes × (clues and constants)."""
    clues = clues_of(sentences, of)
    shape = (len(sentences), len(theme_ids()))
    columns = np.stack([np.broadcast_to(c, shape) for c in clues.values()], axis=2)
    constants = np.broadcast_to(np.eye(shape[1]), (*shape, shape[1]))
    return np.concatenate([columns, constants], axis=2)


def design(pages: Pages, labels: list[dict[str, str]], of: Lexicon) -> tuple[Floats, Floats]:
    """Clues and codes of the labelled sentences, one row for each sentence and theme."""
    wanted: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in labels:
        wanted[row["doc"]].append(row)
    clues, codes = [], []
    for doc, rows in wanted.items():
        clue = stack(pages[doc], of)
        for row in rows:
            clues.append(clue[nearest(pages[doc], int(row["start"]), int(row["end"]))])
            codes.append([float(t in row["themes"].split(";")) for t in theme_ids()])
    return np.concatenate(clues), np.array(codes).ravel()


def nearest(sentences: Sequence[Sentence], start: int, end: int) -> int:
    """Number of the sentence that shares most characters with a labelled stretch."""
    shared = [min(s.end, end) - max(s.start, start) for s in sentences]
    best = int(np.argmax(shared))
    if shared[best] <= 0:
        sys.exit(
            f"no sentence at {start}-{end} of {sentences[0].sentence_id}: labels and pages differ"
        )
    return best


def fit_model(clues: Floats, codes: Floats) -> Floats:
    """Coefficients of a penalised logistic regression, by Newton's method."""
    model = np.zeros(clues.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-clues @ model))
        slope = clues.T @ (chance - codes) + PENALTY * model
        bend = (clues * (chance * (1 - chance))[:, None]).T @ clues
        step = np.linalg.solve(bend + PENALTY * np.eye(len(model)), slope)
        model -= step
        if np.abs(step).max() < 1e-8:
            break
    return model


def weigh(pages: Pages, of: Lexicon, model: Floats) -> Floats:
    """Weight of each term: how sure the model is of its theme where the term stands."""
    total, count = np.zeros(len(of.terms)), np.zeros(len(of.terms))
    seen: set[tuple[int, str]] = set()
    for sentences in pages.values():
        chance = 1 / (1 + np.exp(-stack(sentences, of) @ model))
        found, _ = of.search(Texts([s.text for s in sentences]))
        for term, row in set(zip(found.term.tolist(), found.text.tolist(), strict=True)):
            if (key := (term, sentences[row].text)) not in seen:  # pages repeat each other
                seen.add(key)
                total[term] += chance[row, of.theme[term]]
                count[term] += 1
    mean = (total + PRIOR_COUNT * PRIOR) / (count + PRIOR_COUNT)
    return (of.weight + np.clip((mean - FLOOR) / SPAN, LEAST, MOST)) / 2


def measure(pages: Pages, labels: list[dict[str, str]], of: Lexicon, model: Floats) -> str:
    """Precision, recall and F1 of the themes, and the share of right main themes."""
    clues, codes = design(pages, labels, of)
    chance = (1 / (1 + np.exp(-clues @ model))).reshape(len(labels), -1)
    said, right = chance >= THRESHOLD, codes.reshape(chance.shape) > 0
    for row in np.flatnonzero(said.sum(axis=1) > 3):
        said[row, np.argsort(-chance[row])[3:]] = False
    hit = int((said & right).sum())
    main = [
        theme_ids()[int(c.argmax())] if s.any() else "" for c, s in zip(chance, said, strict=True)
    ]
    agree = sum(m == r["themes"].split(";")[0] for m, r in zip(main, labels, strict=True))
    p, r = hit / said.sum(), hit / right.sum()
    f1, main_theme = 2 * p * r / (p + r), agree / len(labels)
    figures = f"precision {p:.3f}, recall {r:.3f}, F1 {f1:.3f}, main theme {main_theme:.3f}"
    return f"{len(labels)} sentences: {figures}"


def stored_model() -> Floats:
    """The coefficients of ``data/theme_model.csv`` in the order of the columns."""
    return np.array([float(row["value"]) for row in table("theme_model")])


def write_model(pages: Pages, labels: list[dict[str, str]], of: Lexicon, model: Floats) -> None:
    """``data/theme_model.csv``: a row for each clue and for each theme's constant."""
    names = [*clues_of(pages[labels[0]["doc"]][:5], of), *theme_ids()]
    kinds = ["clue"] * (len(names) - len(theme_ids())) + ["constant"] * len(theme_ids())
    origin = {"source": "tools/train_themes.py", "source_status": "read"}
    pairs = zip(kinds, names, model, strict=True)
    write(
        "theme_model", [{"kind": k, "name": n, "value": f"{v:.3f}", **origin} for k, n, v in pairs]
    )


def write(name: str, rows: Sequence[dict[str, str]]) -> None:
    """A data file, with the columns of its first row."""
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
