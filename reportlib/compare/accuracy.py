"""What was found against what was read by hand, and the naive way of finding figures beside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportlib.compare.tables import frame
from reportlib.indicators import catalogue
from reportlib.indicators.forms import find_mentions
from reportlib.rhetoric import DEVICES
from reportlib.themes import theme_ids

FIELDS = ["value", "value_high", "unit", "bound", "status", "period", "masked"]
RESULTS = ["right", "wrong", "missed", "extra", "fooled"]
SHOWN = ["doc", "indicator", "measure", "start", "quote"]
WHOSE = {"disputed": 0, "own": 1, "other": 2}  # in this order gold rows take what was found
_SAME_UNIT = {"％": "%", "百分之": "%", "个百分点": "百分点", "微克每立方米": "微克/立方米"}
_NUMBER = re.compile(
    r"(\d{1,15}(?:\.\d{1,9})?)\s{0,4}([百千万亿]{0,4}(?:美元|元|人次|人|家|户|个百分点|吨|斤|天)|[%％])"
)


def match(found: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Every gold figure beside the figure found for it, and every figure found beside none.

    Two rows are one figure if document, indicator and measure are equal (a rise of ``cpi`` may be
    called a level) and their characters overlap. Pages without gold are left out; gold rows of
    scope disputed settle nothing.

    Returns:
        doc, indicator, measure, start, quote, ``result`` (right; wrong, with the names of its wrong
        ``fields``; missed; extra; fooled: taken although the gold says it is another's figure).

    >>> gold = corpus["indicators"].assign(bound="eq")
    >>> found = match(corpus["indicators"], gold)[["quote", "result", "fields"]]
    >>> found.iloc[[0, 4]].values.tolist()
    [['5.2%', 'right', ''], ['5.5%左右', 'wrong', 'bound']]
    """
    gold = gold.sort_values("scope", key=lambda s: s.map(WHOSE), kind="stable", ignore_index=True)
    mine = found[found["doc"].isin(gold["doc"])]
    if "scope" in mine:
        mine = mine[mine["scope"].isin(["own", ""])]
    mine = mine.reset_index(drop=True)
    pairs = _pairs(gold, mine)
    settled = pairs["scope"] == "disputed"
    taken, chosen = set(pairs["mine"][settled]), {}
    for p in pairs[~settled].sort_values(["gold", "faults"], kind="stable").itertuples():
        if p.gold not in chosen and p.mine not in taken:
            chosen[p.gold] = p.fields
            if p.scope == "own":  # another's figure stays a figure too many
                taken.add(p.mine)
    gold["fields"] = pd.Series(chosen, dtype="object")
    met, own = gold["fields"].notna(), gold["scope"] == "own"
    right = gold["fields"] == ""
    gold["result"] = np.select([~own, ~met, right], ["fooled", "missed", "right"], "wrong")
    extra = mine.drop(index=list(taken)).assign(result="extra")
    out = pd.concat([gold[own | (met & (gold["scope"] == "other"))], extra], ignore_index=True)
    return frame(out.astype({"start": "int64"}), [*SHOWN, "result", "fields"])


def _pairs(gold: pd.DataFrame, mine: pd.DataFrame) -> pd.DataFrame:
    """Rows (by number) that may be one figure, and the fields in which they differ.

    They share characters and, unless the gold is disputed, are of about one length; for a figure
    that is another's any indicator will do.
    """
    where = ["doc", "indicator", "measure", "start", "end"]
    a, b = gold[[*where, "scope"]].reset_index(names="gold"), mine[where].reset_index(names="mine")
    pairs = a.merge(b, on="doc", suffixes=("", "_b"))
    at = pairs[["start", "start_b", "end", "end_b"]].astype("int64")
    sizes = pd.concat([at["end"] - at["start"], at["end_b"] - at["start_b"]], axis=1)
    common = at[["end", "end_b"]].min(axis=1) - at[["start", "start_b"]].max(axis=1)
    alike = (sizes.max(axis=1) <= 2 * sizes.min(axis=1) + 4) | (pairs["scope"] == "disputed")
    same = (pairs["indicator"] == pairs["indicator_b"]) | (pairs["scope"] == "other")
    measure = (pairs["measure"] == pairs["measure_b"]) | (pairs["indicator"] == "cpi")
    pairs = pairs[(common > 0) & alike & same & (measure | (pairs["scope"] != "own"))]
    unlike = _printed(gold, pairs["gold"]) != _printed(mine, pairs["mine"])
    unlike &= (pairs["scope"] == "own").to_numpy()[:, None]
    fields = [" ".join(np.array(FIELDS)[row]) for row in unlike]
    return pairs.assign(fields=fields, faults=unlike.sum(axis=1))


def _printed(rows: pd.DataFrame, numbers: pd.Series) -> NDArray[Any]:
    """FIELDS as they are compared: numbers as numbers, units without a final 元 or 人."""
    out = rows.reindex(columns=FIELDS).astype("object").fillna("").astype("str")
    out = out.apply(lambda cell: cell.str.strip())
    for name in ("value", "value_high"):
        out[name] = pd.to_numeric(out[name]).round(6).fillna(np.inf)
    out["unit"] = out["unit"].replace(_SAME_UNIT).str.replace("(?<=.)[元人]$", "", regex=True)
    out["masked"] = out["masked"].isin(["1", "True", "true"]).astype("str")
    return out.loc[numbers].to_numpy(dtype="object")


def scores(pairs: pd.DataFrame) -> pd.Series:
    """Precision, recall and F1 of a ``match``: of figures detected (right indicator, measure and
    place in the text) and of whole records (all of FIELDS right too); NaN without rows.

    >>> figures = corpus["indicators"]
    >>> found = scores(match(figures, figures.head(7)))
    >>> found[["gold figures", "figures found", "record precision", "record recall"]].tolist()
    [7.0, 8.0, 0.875, 1.0]
    """
    n = pairs["result"].value_counts().reindex(RESULTS, fill_value=0)
    gold, found = (n["right"] + n["wrong"] + n[rest] for rest in ("missed", "extra"))
    hits = {"detection": n["right"] + n["wrong"], "record": n["right"]}
    rates = _rates({name: (gold, found, right) for name, right in hits.items()})
    out: dict[str, float] = {"gold figures": gold, "figures found": found}
    for name, row in rates.rename(columns={"f1": "F1"}).iterrows():
        out |= {f"{name} {rate}": row[rate] for rate in ("precision", "recall", "F1")}
    return pd.Series(out | {"distractors taken": n["fooled"]})


def _rates(counted: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    """n (read by hand), found and right of several codes, with precision, recall and f1."""
    out = pd.DataFrame.from_dict(counted, "index", columns=["n", "found", "right"])
    out["precision"] = out["right"] / out["found"].where(out["found"] > 0)
    out["recall"] = out["right"] / out["n"].where(out["n"] > 0)
    return out.assign(f1=2 * out["right"] / (out["n"] + out["found"]).where(out["n"] > 0))


def coding_accuracy(codes: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Themes found against themes read: theme, n (read), found, precision, recall, f1.

    The sentences that share half of their characters with a gold sentence, or of its, answer for
    it. Row ``all`` counts every theme, ``main`` the first one of sentences that have an agreed one.
    Disputed themes count for nobody. NaN where nothing was read or found.

    >>> gold = corpus["sentence_codes"].assign(main_theme="", themes_disputed="")
    >>> coding_accuracy(corpus["sentence_codes"], gold).set_index("theme").loc["all"].tolist()
    [22.0, 22.0, 1.0, 1.0, 1.0]
    """
    out = _coded(codes, gold, "themes", theme_ids(), ["main", "main_theme", "themes"])
    order = ["all", "main", *theme_ids()]
    return out.loc[order].drop(columns="right").rename_axis("theme").reset_index()


def reliability(codes: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Devices and orientation found, against sentences read by the codebook of the gold.

    The sentences that share half of their characters with a gold sentence, or of its, answer for
    it. A code on which its readers differed counts for nobody.

    Args:
        codes: the table ``sentence_codes``. gold: doc, start, end, orientation, devices,
            devices_disputed; rows of pages that are not in ``codes`` are left out.

    Returns:
        by device (``all``: together; then orientation): n (read), found, right, precision, recall,
        f1, 0-1. NaN where nothing was read or nothing found: with n under 20 read no second digit.

    >>> gold = corpus["sentence_codes"].assign(devices_disputed="")
    >>> reliability(corpus["sentence_codes"], gold).set_index("code").loc["hedge"].tolist()
    [3.0, 3.0, 3.0, 1.0, 1.0, 1.0]
    """
    gold = gold[gold["doc"].isin(codes["doc"])]
    rates = _coded(codes, gold, "devices", DEVICES, ["orientation"] * 3)
    return rates.rename_axis("code").reset_index()


def _coded(
    codes: pd.DataFrame, gold: pd.DataFrame, several: str, names: Iterable[str], single: list[str]
) -> pd.DataFrame:
    """Rates of codes of which a sentence has ``several``, then of one of which it has a single one.

    Args:
        several: a column of both tables, codes joined by ``;``; the gold has ``*_disputed`` too.
        single: name of the row, column of the gold, and of the codes (the first one counts).
    """
    gold = gold.fillna("").reset_index(drop=True).astype({"doc": "object"})
    codes = codes.astype({"doc": "object"})
    pairs = gold.reset_index(names="row").merge(codes, on="doc", suffixes=("_read", ""))
    (a, b), (c, d) = ((pairs[f"start{k}"], pairs[f"end{k}"]) for k in ("_read", ""))
    shared = np.minimum(b, d) - np.maximum(a, c)
    pairs = pairs.assign(shared=shared)[2 * shared >= np.maximum(np.minimum(b - a, d - c), 1)]
    beside = pairs.sort_values("shared", ascending=False, kind="stable").groupby("row")
    found = beside[several].agg(";".join).reindex(gold.index, fill_value="")
    open_ = gold[f"{several}_disputed"]
    cells = [set_of.str.split(";") for set_of in (gold[several], found, open_)]
    counted: dict[str, Any] = {"all": (0, 0, 0)}
    for name in names:
        want, said, disputed = (cell.map({name}.issubset) for cell in cells)
        counted[name] = (want.sum(), (said & (want | ~disputed)).sum(), (want & said).sum())
    counted["all"] = tuple(np.sum([*counted.values()], axis=0))
    row, read, answer = single
    first = beside[answer].first().reindex(gold.index, fill_value="").str.split(";").str[0]
    agreed = gold[read] != ""
    right = agreed & (first == gold[read])
    counted[row] = (agreed.sum(), (agreed & (first != "")).sum(), right.sum())
    return _rates(counted)


def naive_baseline(text: str, doc: str = "") -> pd.DataFrame:
    """Figures found the naive way: each number belongs to the last indicator named before it.

    A per cent is growth (of a rate its level), anything else a level; every figure is an outcome
    of the last year printed before it. Rows have the columns that ``match`` wants.

    >>> found = naive_baseline("城镇和农村居民收入分别增长5%和7%。")
    >>> found[["quote", "indicator", "measure"]].values.tolist()
    [['5%', 'urban_income', 'growth'], ['7%', 'urban_income', 'growth']]
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
