"""How far the tables of a build are from the gold tables in tests/gold.

    python tests/gold_score.py OUT        # OUT: a build of seeds/

White space is never counted. Offsets are string indexes into the seed pages. The gold was read by
machine under the guides beside it (GUIDE_SPANS.md, GUIDE.md, KINDS.md, CODEBOOK.md), so agreement
with it is not accuracy in the eyes of a human reader: say "machine-read gold" with every figure.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]
INDICATOR_FIELDS = ("value", "value_high", "unit", "bound", "status", "period", "masked")


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, with or without a byte order mark; none if there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def read_gold() -> dict[str, list[dict[str, str]]]:
    """All gold tables: spans, reports, sections, indicators, quantities, coding."""
    names = ("spans", "reports", "sections", "indicators", "quantities")
    gold = {name: read_rows(GOLD / "seeds" / f"{name}.csv") for name in names}
    return gold | {"coding": read_rows(GOLD / "coding.csv")}


def score(built: Tables, gold: Tables, pages: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Measures by table; ``pages`` maps the name of each page to its text."""
    mine = {name: [r for r in rows if r["doc"] in pages] for name, rows in built.items()}
    twins = _twins(mine["spans"], gold["spans"])
    return {
        "spans": _spans(mine["spans"], gold["spans"], pages),
        "reports": _reports(mine["reports"], gold["reports"], twins),
        "sections": _sections(mine["sections"], gold["sections"], pages),
        "indicators": _indicators(mine["indicators"], gold["indicators"], pages),
        "quantities": _quantities(mine["quantities"], gold["quantities"]),
        "coding": _coding(mine["sentence_codes"], gold["coding"]),
    }


def f1(hits: int, built: int, wanted: int) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * hits / (built + wanted) if built + wanted else 0.0


def same(name: str, a: str, b: str) -> bool:
    """Whether two cells say the same (6 and 6.0, 万元 and 万, true and 1)."""

    def plain(x: str) -> str | float:
        x = x.strip().replace("–", "-")
        if name in ("masked", "anonymised"):
            return "1" if x.lower() in ("1", "true") else "0"
        if name == "unit":
            x = {"个百分点": "百分点", "％": "%"}.get(x, x)
            return x[:-1] if len(x) > 1 and x[-1] in "元人" else x
        try:
            return round(float(x), 6)
        except ValueError:
            return x

    return plain(a) == plain(b)


def _at(row: Row) -> tuple[int, int]:
    return int(row["start"]), int(row["end"])


def _common(a: Row, b: Row) -> int:
    """How many characters two stretches of one page share."""
    (a0, a1), (b0, b1) = _at(a), _at(b)
    return min(a1, b1) - max(a0, b0) if a["doc"] == b["doc"] else 0


def _length(row: Row) -> int:
    return int(row["end"]) - int(row["start"])


def _painted(rows: Iterable[Row], key: str, pages: Mapping[str, str]) -> dict[tuple[str, int], str]:
    """(page, offset) -> cell, for every character that is no white space."""
    return {
        (r["doc"], i): r[key]
        for r in rows
        for i in range(*_at(r))
        if not pages[r["doc"]][i : i + 1].isspace()
    }


def _spans(mine: Sequence[Row], gold: Sequence[Row], pages: Mapping[str, str]) -> dict[str, float]:
    got, want = (_painted(rows, "label", pages) for rows in (mine, gold))
    lost = sum(got.get(k, "noise") == "noise" for k, label in want.items() if label != "noise")
    faults = 0
    for doc, text in pages.items():
        ends = sorted(_at(r) for r in mine if r["doc"] == doc)
        edges = [0, *(x for pair in ends for x in pair), len(text)]
        faults += sum(a != b for a, b in zip(edges[::2], edges[1::2], strict=True))
    reports = [r for r in mine if r["label"] == "report"]
    return {
        "characters_right": sum(got.get(k) == v for k, v in want.items()) / len(want),
        "report_kept": 1 - lost / sum(label != "noise" for label in want.values()),
        "tiled": float(faults == 0),
        "reports_found": f1(
            len(_twins(mine, gold)),
            len({r["report_id"] for r in reports}),
            len({(r["doc"], r["report"]) for r in gold if r["label"] == "report"}),
        ),
    }


def _twins(mine: Sequence[Row], gold: Sequence[Row]) -> dict[tuple[str, str], str]:
    """(page, gold report) -> the report built that shares nearly all of its characters."""
    shared: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for g in (r for r in gold if r["label"] == "report"):
        for r in (r for r in mine if r["label"] == "report"):
            shared[g["doc"], g["report"]][r["report_id"]] += max(0, _common(r, g))
    best = {key: counts.most_common(1)[0] for key, counts in shared.items()}
    return {key: name for key, (name, n) in best.items() if n}


def _reports(
    mine: Sequence[Row], gold: Sequence[Row], twins: Mapping[tuple[str, str], str]
) -> dict[str, float]:
    fields = [name for name in gold[0] if name not in ("doc", "report", "place_hints")]
    by_id: dict[str, Row] = {r["report_id"]: r for r in mine}
    pairs = [(by_id.get(twins.get((g["doc"], g["report"]), ""), {}), g) for g in gold]
    right = sum(same(f, r[f], g[f]) for r, g in pairs if r for f in fields)
    extra = max(0, len(mine) - len(gold))
    return {"fields_right": right / (len(fields) * (len(gold) + extra))}


def _sections(
    mine: Sequence[Row], gold: Sequence[Row], pages: Mapping[str, str]
) -> dict[str, float]:
    got, want = (_painted(rows, "section", pages) for rows in (mine, gold))
    return {"characters_right": sum(got.get(k) == v for k, v in want.items()) / len(want)}


def _indicators(
    mine: Sequence[Row], gold: Sequence[Row], pages: Mapping[str, str]
) -> dict[str, float]:
    def meets(r: Row, g: Row) -> bool:
        lengths = (_length(r), _length(g))
        near = max(lengths) <= 2 * min(lengths) + 4
        return r["indicator"] == g["indicator"] and _common(r, g) > 0 and near

    own = [g for g in gold if g["scope"] == "own"]
    open_ = [g for g in gold if g["scope"] == "disputed"]
    kept = [r for r in mine if r["scope"] == "own" and not any(meets(r, g) for g in open_)]
    used: set[int] = set()
    whole = 0
    for g in own:
        near = [k for k, r in enumerate(kept) if k not in used and meets(r, g)]
        near = [k for k in near if kept[k]["measure"] == g["measure"] or g["indicator"] == "cpi"]
        if near:
            rank = {k: sum(same(f, kept[k][f], g[f]) for f in INDICATOR_FIELDS) for k in near}
            best = max(near, key=lambda k: rank[k])
            used.add(best)
            whole += rank[best] == len(INDICATOR_FIELDS)
    exact = sum(pages[r["doc"]][slice(*_at(r))] == r["quote"] for r in mine)
    return {
        "detection": f1(len(used), len(kept), len(own)),
        "record": f1(whole, len(kept), len(own)),
        "quotes_exact": exact / max(1, len(mine)),
    }


def _quantities(mine: Sequence[Row], gold: Sequence[Row]) -> dict[str, float]:
    found = kind = value = 0
    for g in gold:
        near = [r for r in mine if _common(r, g) > 0]
        near.sort(
            key=lambda r, g=g: (r["kind"] != g["kind"], not same("value", r["value"], g["value"]))
        )
        found += bool(near)
        kind += bool(near) and near[0]["kind"] == g["kind"]
        cells = ("value", "value_high", "unit")
        value += bool(near) and all(same(f, near[0][f], g[f]) for f in cells)
    n = len(gold)
    return {"found": found / n, "kind_right": kind / n, "value_unit_right": value / n}


def _coding(mine: Sequence[Row], gold: Sequence[Row]) -> dict[str, float]:
    right: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for g in gold:
        near = sorted((r for r in mine if _common(r, g) > 0), key=lambda r, g=g: -_common(r, g))
        near = [r for r in near if 2 * _common(r, g) >= min(_length(r), _length(g))]
        for kind in ("themes", "devices"):
            want, open_ = (set(filter(None, g[kind + x].split(";"))) for x in ("", "_disputed"))
            got = {x for r in near for x in r[kind].split(";") if x} - open_
            hits[kind] += len(got & want)
            sizes[kind] += len(got) + len(want)
        for kind, cell in (("main_theme", "themes"), ("orientation", "orientation")):
            if g[kind]:
                sizes[kind] += 1
                right[kind] += bool(near) and near[0][cell].split(";")[0] == g[kind]
    return {kind: 2 * hits[kind] / sizes[kind] for kind in ("themes", "devices")} | {
        kind: right[kind] / sizes[kind] for kind in ("main_theme", "orientation")
    }


def main(out: Path) -> None:
    """Print every measure of a build of seeds/."""
    pages = {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "seeds").glob("*.txt"))}
    gold = read_gold()
    names = ("spans", "reports", "sections", "indicators", "quantities", "sentence_codes")
    for table, measures in score(
        {n: read_rows(out / f"{n}.csv") for n in names}, gold, pages
    ).items():
        cells = "  ".join(f"{name} {value:.4f}" for name, value in measures.items())
        print(f"{table:<11} n={len(gold[table])}  {cells}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
