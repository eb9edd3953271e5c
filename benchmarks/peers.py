"""What else could be used on the same pages: speed and quality beside reportlib, on gold tables.

    python benchmarks/peers.py [--only NAME...] [--envs FOLDER] [--more]

Each peer is installed in an environment of its own (in FOLDER, or in a temporary folder) and runs
in a process of its own, on the same text; one that does not install or start is skipped with the
reason. Time is processor time as a ratio to ``jieba.lcut`` of the same text in the same process.
The pages are the seeds, with ``--more`` also the pages of the further gold beside the project. The
gold is machine-read, and reportlib was developed with these pages in view; the peers were not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from gold_score import read_rows  # noqa: E402

RUNS = Path(__file__).with_name("peer_runs.py")
SHARED = ROOT.parent / "shared"
TASKS = ("money", "percent", "number", "themes", "text")
NUMBERS = ("money", "percent", "points", "count", "physical")  # kinds with a value and a unit
MAGNITUDE = {"万亿": 1e12, "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2}


class Peer(NamedTuple):
    """A tool, what pip is given to install it, and what its makers made it for."""

    name: str
    packages: str  # empty: runs in the environment of this script
    made_for: str


PEERS = [
    Peer("reportlib", "", "these pages"),
    Peer("pattern", "", "number and unit by one regular expression, as many scripts do"),
    Peer("jionlp", "jionlp", "parsing Chinese text; of figures, amounts of money"),
    Peer("recognizers", "recognizers-text-suite emoji<2", "figures in messages to chat programs"),
    Peer("quantulum3", "quantulum3", "quantities with units in English text"),
    Peer("jieba count", "", "cut words counted against a list, as many scripts do"),
    Peer("cntext", "cntext ipython setuptools<81", "word lists counted in Chinese text"),
    Peer("trafilatura", "trafilatura lxml_html_clean", "main text of live pages, by markup"),
    Peer("justext", "justext lxml_html_clean", "main text by stop words; none are Chinese"),
]


# ---- pages and gold ------------------------------------------------------------------------------


def gold_pages(more: bool) -> tuple[dict[str, str], dict[str, list[dict[str, str]]]]:
    """Texts of the pages by doc, and the rows of the gold tables of all of them."""
    homes = [ROOT / "tests" / "gold" / "seeds", *([SHARED / "gold" / "provinces"] * more)]
    gold = {
        name: [row for home in homes for row in read_rows(home / f"{name}.csv")]
        for name in ("spans", "indicators", "quantities")
    }
    gold["coding"] = read_rows(ROOT / "tests" / "gold" / "coding.csv")
    folders = (ROOT / "seeds", SHARED / "corpus" / "provinces")
    docs = dict.fromkeys(row["doc"] for row in gold["spans"])
    texts = {d: f / d for d in docs for f in folders if (f / d).is_file()}
    pages = {doc: path.read_bytes().decode() for doc, path in texts.items()}
    return pages, {t: [r for r in rows if r["doc"] in pages] for t, rows in gold.items()}


def sentences(pages: dict[str, str]) -> list[tuple[str, int, str]]:
    """(doc, start, text) of each stretch up to 。！？； or a line end.

    Half-width punctuation between characters becomes full-width, one for one: the peers expect it,
    and that a page lacks it should not count against them.
    """
    found = []
    for doc, text in pages.items():
        wide = "".join(
            {",": "，", ";": "；", ":": "："}.get(c, c) if not text[k + 1 : k + 2].isdigit()
            or not text[k - 1 : k].isdigit() else c
            for k, c in enumerate(text)
        )  # fmt: skip
        start = 0
        for k, char in enumerate(wide):
            if char in "。！？；\n" or k == len(wide) - 1:
                found.append((doc, start, wide[start : k + 1]))
                start = k + 1
    return found


def marked_up(text: str, spans: Sequence[dict[str, str]], kept: bool) -> str:
    """The page as HTML: every line a paragraph, or (``kept``) also the markup that a site has."""
    body = []
    for row in spans:
        piece = text[int(row["start"]) : int(row["end"])]
        lines = [line.replace("&", "&amp;").replace("<", "&lt;") for line in piece.split("\n")]
        noise = kept and row["label"] == "noise"
        form = '<li><a href="#">{}</a></li>' if noise else "<p>{}</p>"
        inner = "\n".join(form.format(line) for line in lines if line.strip())
        body.append(f"<nav><ul>{inner}</ul></nav>" if noise else f"<article>{inner}</article>")
    whole = "\n".join(body)
    if not kept:
        whole = "\n".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
    return f'<html lang="zh"><head><meta charset="utf-8"></head><body>{whole}</body></html>'


# ---- scores --------------------------------------------------------------------------------------


def size_of(unit: str) -> float:
    """10,000 for 万元, 1 for 元."""
    return next((size for name, size in MAGNITUDE.items() if unit.startswith(name)), 1.0)


def fits(kind: str, row: dict[str, str], value: float) -> bool:
    """Whether a value is that of a gold row: in yuan, in per cent, or as a number in any scale."""
    try:
        said = abs(float(row["value"]))
    except ValueError:
        return False
    base = said * size_of(row["unit"])
    wanted = {base}
    if kind == "percent":
        wanted = {said * 10 if row["unit"] == "成" else said}
    if kind == "number":
        wanted = {said, base}
    return any(abs(abs(value) - w) <= 1e-6 * max(w, 1e-9) for w in wanted)


Found = tuple[str, int, int, float]  # doc, start, end, value


def touching(row: dict[str, str], item: Found) -> bool:
    return row["doc"] == item[0] and int(row["start"]) < item[2] and item[1] < int(row["end"])


def found_and_right(kind: str, rows: list[dict[str, str]], items: list[Found]) -> str:
    """Shares of gold figures found with their value, and of found ones that are right."""
    at = {doc: [r for r in rows if r["doc"] == doc] for doc in {r["doc"] for r in rows}}
    first = {doc: min(int(r["start"]) for r in some) for doc, some in at.items()}
    last = {doc: max(int(r["end"]) for r in some) for doc, some in at.items()}
    kinds = NUMBERS if kind == "number" else (kind,)
    wanted = [r for r in rows if r["kind"] in kinds and r["value"] and "美元" not in r["unit"]]
    inside = [i for i in items if i[0] in at and first[i[0]] <= i[1] and i[2] <= last[i[0]]]
    met = [(i, [r for r in at[i[0]] if touching(r, i)]) for i in inside]
    if kind == "number":  # dates, names and ordinals are numbers too, and not asked for
        met = [(i, m) for i, m in met if not m or any(r in wanted for r in m)]
    right = sum(any(r in wanted and fits(kind, r, i[3]) for r in m) for i, m in met)
    hit = sum(any(touching(r, i) and fits(kind, r, i[3]) for i in inside) for r in wanted)
    precision = f"{right}/{len(met)} {right / len(met):.2f}" if met else "0/0 –"
    return f"{hit}/{len(wanted)} {hit / len(wanted):.2f} | {precision}"


def headline(rows: list[dict[str, str]], items: list[Found]) -> str:
    """Share of the figures of catalogue indicators whose value was found at all."""
    by_doc: dict[str, list[Found]] = {}
    for item in items:
        by_doc.setdefault(item[0], []).append(item)
    wanted = [r for r in rows if r["value"]]
    hit = sum(
        any(touching(r, i) and fits("number", r, i[3]) for i in by_doc.get(r["doc"], ()))
        for r in wanted
    )
    return f"{hit}/{len(wanted)} {hit / len(wanted):.2f}"


def theme_score(rows: list[dict[str, str]], coded: Iterable[Sequence[str]]) -> str:
    """Precision, recall and F1 of the themes of sentences; disputed ones count for nobody."""
    hits = said = wanted = 0
    for row, mine in zip(rows, coded, strict=True):
        disputed = set(row["themes_disputed"].split(";"))
        gold = set(row["themes"].split(";")) - {""}
        got = set(mine) - (disputed - gold)
        hits, said, wanted = hits + len(gold & got), said + len(got), wanted + len(gold)
    return f"{hits / max(said, 1):.2f} | {hits / wanted:.2f} | {2 * hits / (said + wanted):.2f}"


def kept_and_dropped(
    pages: dict[str, str], spans: list[dict[str, str]], texts: dict[str, str]
) -> str:
    """Shares of the characters (no blanks) of reports kept, and of noise dropped.

    Noise that the report says too (a second title) cannot be told apart, and is left out.
    """
    kept, size = {"report": 0, "noise": 0}, {"report": 0, "noise": 0}
    said: dict[str, str] = dict.fromkeys(pages, "")
    for row in spans:
        if row["label"] != "noise":
            said[row["doc"]] += pages[row["doc"]][int(row["start"]) : int(row["end"])]
    said = {doc: "".join(text.split()) for doc, text in said.items()}
    for row in spans:
        label = "noise" if row["label"] == "noise" else "report"
        whole = "".join(texts[row["doc"]].split())
        for line in pages[row["doc"]][int(row["start"]) : int(row["end"])].split("\n"):
            plain = "".join(line.split())
            if label == "noise" and plain in said[row["doc"]]:
                continue
            size[label] += len(plain)
            kept[label] += len(plain) * (plain in whole)
    dropped = 1 - kept["noise"] / size["noise"]
    return f"{kept['report'] / size['report']:.3f} | {dropped:.3f}"


# ---- environments and processes ------------------------------------------------------------------


def interpreter(peer: Peer, envs: Path) -> str:
    """The Python that has the peer; made if it is not there."""
    if not peer.packages:
        return sys.executable
    home = envs / peer.name
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (home / "installed").exists():
        run([sys.executable, "-m", "venv", "--clear", str(home)])
        run([str(python), "-m", "pip", "install", "-q", "jieba", *peer.packages.split(" ")])
        (home / "installed").touch()
    return str(python)


def run(line: Sequence[str], said: str = "") -> str:
    done = subprocess.run(line, input=said, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        lines = [x for x in done.stderr.splitlines() if x.strip() and not x.startswith("WARNING")]
        raise RuntimeError(lines[-1].strip() if lines else f"status {done.returncode}")
    return done.stdout


def job(pages: dict[str, str], gold: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """What every peer is given."""
    terms: dict[str, list[str]] = {}
    for row in read_rows(ROOT / "reportlib" / "data" / "theme_terms.csv"):
        terms.setdefault(row["theme"], []).append(row["term"])
    spans = {d: [r for r in gold["spans"] if r["doc"] == d] for d in pages}
    html = {
        f"{form} {doc}": marked_up(text, spans[doc], form == "site")
        for doc, text in pages.items()
        for form in ("flat", "site")
    }
    seeds = {r["doc"] for r in gold["coding"]}
    return {
        "pages": pages,
        "sentences": [text for _, _, text in sentences(pages)],
        "coded": [(r["doc"], int(r["start"]), r["text"]) for r in gold["coding"]],
        "coded_pages": {doc: pages[doc] for doc in seeds},
        "terms": terms,
        "html": html,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=[p.name for p in PEERS], metavar="NAME")
    parser.add_argument("--envs", type=Path, help="folder of the environments, kept for next time")
    parser.add_argument("--more", action="store_true", help="the further gold pages too")
    chosen = parser.parse_args()
    pages, gold = gold_pages(chosen.more)
    given = json.dumps(job(pages, gold))
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        for peer in PEERS:
            if chosen.only and peer.name not in chosen.only:
                continue
            try:
                python = interpreter(peer, chosen.envs or Path(name))
                told = run([python, str(RUNS), peer.name], given)
                results[peer.name] = json.loads(told.splitlines()[-1])
            except RuntimeError as error:
                print(f"{peer.name}: skipped: {error}\n", flush=True)
    show(pages, gold, results)


def show(
    pages: dict[str, str], gold: dict[str, list[dict[str, str]]], results: dict[str, dict[str, Any]]
) -> None:
    """The three tables."""
    places = sentences(pages)
    ratio = {name: told["ratio"] for name, told in results.items()}
    print(f"{len(pages)} pages, {sum(map(len, pages.values())):,} characters\n")
    print("| figures | version | amounts found | amounts right | percentages found "
          "| percentages right | numbers found | numbers right | headline figures found "
          f"| time of jieba |\n|---|---|{'---:|' * 8}")  # fmt: skip
    for name, told in results.items():
        if not any(task in told for task in TASKS[:3]):
            continue
        items = {
            task: [(d, at + a, at + b, v)
                   for (d, at, _), some in zip(places, told[task], strict=True)
                   for a, b, v in some]
            for task in TASKS[:3] if task in told
        }  # fmt: skip
        cells = [
            found_and_right(t, gold["quantities"], items[t]) if t in items else "– | –"
            for t in TASKS[:3]
        ]
        every = [item for some in items.values() for item in some]
        cells += [headline(gold["indicators"], every)]
        spent = sum(ratio[name][t] for t in dict.fromkeys(items) if t in ratio[name])
        print(f"| {name} | {told['version'] or '–'} | {' | '.join(cells)} | {spent:.2f} |")
    print("\n| themes of sentences | version | right of found | found of gold | F1 "
          "| time of jieba |\n|---|---|---:|---:|---:|---:|")  # fmt: skip
    for name, told in results.items():
        if "themes" in told:
            cells = theme_score(gold["coding"], told["themes"])
            print(f"| {name} | {told['version']} | {cells} | {ratio[name]['themes']:.2f} |")
    print(
        "\n| cleaning | version | flat: report kept | flat: noise dropped | site: report "
        "kept | site: noise dropped | time of jieba |\n|---|---|---:|---:|---:|---:|---:|"
    )
    for name, told in results.items():
        if "text" in told:
            cells = [
                kept_and_dropped(
                    pages, gold["spans"], {d: told["text"][f"{form} {d}"] for d in pages}
                )
                for form in ("flat", "site")
            ]
            spent = ratio[name]["text"]
            print(f"| {name} | {told['version']} | {' | '.join(cells)} | {spent:.2f} |")


if __name__ == "__main__":
    main()
