"""The ledger against figures read by hand, and the naive way of finding figures beside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reportlib.compare.panel import frame
from reportlib.indicators import catalogue
from reportlib.indicators.forms import find_mentions

FIELDS = ("value", "value_high", "unit", "bound", "status", "period", "masked")
RESULTS = ("right", "wrong", "missed", "extra", "fooled")
_SAME_UNIT = {"％": "%", "百分之": "%", "个百分点": "百分点", "微克每立方米": "微克/立方米"}
_NUMBER = re.compile(
    r"(\d+(?:\.\d+)?)\s*([百千万亿]*(?:美元|元|人次|人|家|户|个百分点|吨|斤|天)|[%％])"
)


def match(found: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Every gold figure beside the figure found for it, and every figure found beside none.

    Two rows are one figure if document, indicator and measure are equal (a rise of ``cpi`` may be
    called a level) and their characters overlap. Pages without gold are left out; gold rows of
    scope disputed settle nothing.

    Returns:
        doc, indicator, measure, start, quote, ``result`` (right; wrong, with the names of its wrong
        ``fields``; missed; extra; fooled: taken although the gold says it is another's figure).
    """
    mine: list[Any] = found[found["doc"].isin(gold["doc"])].to_dict("records")
    mine = [r for r in mine if (r.get("scope") or "own") == "own"]
    pool: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for r in mine:
        pool.setdefault((r["doc"], r["indicator"]), []).append(r)
    used: set[int] = set()
    out = []
    rows: list[Any] = gold.to_dict("records")
    for g in sorted(rows, key=lambda r: ("disputed", "own", "other").index(r["scope"])):
        near = [r for r in pool.get((g["doc"], g["indicator"]), []) if id(r) not in used]
        near = [r for r in near if _overlap(r, g, loose=g["scope"] == "disputed")]
        if g["scope"] == "disputed":
            used |= {id(r) for r in near}
            continue
        if g["scope"] == "other":
            near = [
                r for r in mine if id(r) not in used and r["doc"] == g["doc"] and _overlap(r, g)
            ]
            out += [_pair(g, "fooled") for _ in near[:1]]
            continue
        near = [r for r in near if g["indicator"] == "cpi" or r["measure"] == g["measure"]]
        wrong = [(tuple(f for f in FIELDS if _norm(r, f) != _norm(g, f)), r) for r in near]
        if not wrong:
            out.append(_pair(g, "missed"))
            continue
        fields, best = min(wrong, key=lambda x: len(x[0]))
        used.add(id(best))
        out.append(_pair(g, "wrong" if fields else "right", " ".join(fields)))
    out += [_pair(r, "extra") for r in mine if id(r) not in used]
    columns = ("doc", "indicator", "measure", "start", "quote", "result", "fields")
    return frame(out, columns)


def _pair(row: dict[str, Any], result: str, fields: str = "") -> dict[str, Any]:
    return row | {"start": int(row["start"]), "result": result, "fields": fields}


def _overlap(a: dict[str, Any], b: dict[str, Any], loose: bool = False) -> bool:
    """Whether two rows share characters and, unless loose, are of about one length."""
    sizes = [int(x["end"]) - int(x["start"]) for x in (a, b)]
    common = min(int(a["end"]), int(b["end"])) - max(int(a["start"]), int(b["start"]))
    return common > 0 and (loose or max(sizes) <= 2 * min(sizes) + 4)


def _norm(row: dict[str, Any], field: str) -> Any:
    """A cell as it is compared: numbers as numbers, units without a final 元 or 人."""
    cell = row.get(field)
    text = "" if cell is None or pd.isna(cell) else str(cell).strip()
    if field in ("value", "value_high"):
        return round(float(text), 6) if text else None
    if field == "masked":
        return text in ("1", "True", "true")
    if field == "unit":
        text = _SAME_UNIT.get(text, text)
        return text[:-1] if len(text) > 1 and text[-1] in "元人" else text
    return text


def scores(pairs: pd.DataFrame) -> pd.Series:
    """Precision, recall and F1 of a ``match``: of figures detected (right indicator, measure and
    place in the text) and of whole records (all of FIELDS right too); NaN without rows."""
    n = {kind: int((pairs["result"] == kind).sum()) for kind in RESULTS}
    gold, found = (n["right"] + n["wrong"] + n[rest] for rest in ("missed", "extra"))
    out: dict[str, float] = {"gold figures": gold, "figures found": found}
    for name, hits in (("detection", n["right"] + n["wrong"]), ("record", n["right"])):
        out[f"{name} precision"] = hits / found if found else float("nan")
        out[f"{name} recall"] = hits / gold if gold else float("nan")
        out[f"{name} F1"] = 2 * hits / (found + gold) if found + gold else float("nan")
    return pd.Series(out | {"distractors taken": n["fooled"]})


def naive_baseline(text: str, doc: str = "") -> pd.DataFrame:
    """Figures found the naive way: each number belongs to the last indicator named before it.

    A per cent is growth (of a rate its level), anything else a level; every figure is an outcome
    of the last year printed before it. Rows have the columns that ``match`` wants.
    """
    return frame(
        _naive(text, doc), ("doc", "indicator", "measure", "start", "end", "quote", *FIELDS)
    )


def _naive(text: str, doc: str) -> Iterator[dict[str, Any]]:
    year = ""
    for sentence in re.finditer(r"[^。！？\n]+", text):
        year = next(reversed(re.findall(r"(?:19|20)\d\d(?=年)", sentence[0])), year)
        names = [m for m in find_mentions(sentence[0]) if m.form.ids]
        ends = [m.last for m in names]
        for number in _NUMBER.finditer(sentence[0]):
            if not (before := bisect_right(ends, number.start())):
                continue
            entry = catalogue()[names[before - 1].form.ids[0]]
            if not entry.core:
                continue
            measure = "growth" if number[2] in "%％" and not entry.family.is_rate else "level"
            start = sentence.start() + number.start()
            row = {"doc": doc, "indicator": entry.id, "measure": measure, "start": start}
            row |= {"end": start + len(number[0]), "quote": number[0], "value": float(number[1])}
            yield row | {"unit": number[2], "bound": "eq", "status": "actual", "period": year}
