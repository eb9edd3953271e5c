"""Rows to be checked by hand: a random sheet, the precision of a judged one, marked sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from reportlib.compare.tables import frame, rows_of
from reportlib.read.tables import side_rows
from reportlib.records import ReportlibError

YES, NO = "1 1.0 y yes true 对 是".split(), "0 0.0 n no false 错 否".split()
SHEET = "stratum doc start end quote indicator measure value value_high unit bound status period"
SHEET += " scope sentence right comment"


def sample(
    tables: Mapping[str, pd.DataFrame],
    n: int = 100,
    seed: int = 0,
    by: Sequence[str] = ("measure", "status"),
) -> pd.DataFrame:
    """A sheet of ``n`` rows of ``indicators`` with their sentences, to be judged by hand.

    Every row has the same chance, and each stratum (the values of ``by``) comes in proportion to
    its size: rows are put in random order inside their stratum and every so-manieth is taken. The
    same tables and seed give the same sheet. Fill in ``right`` with 1 or 0 (对 or 错).

    >>> sheet = sample(corpus, n=3)
    >>> sheet["stratum"].tolist()
    ['growth actual', 'growth target', 'level target']
    """
    rng, rows = np.random.default_rng(seed), tables["indicators"]
    strata = rows[list(by)].agg(" ".join, axis=1) if len(rows) else ""
    rows = rows.assign(stratum=strata, right="", comment="", chance=rng.random(len(rows)))
    rows, n = rows.sort_values(["stratum", "chance"]), min(n, len(rows))
    taken = ((np.arange(n) + rng.random()) * len(rows) / max(n, 1)).astype(int)
    sheet = rows.iloc[taken].sort_values(["stratum", "doc", "start"], ignore_index=True)
    return sheet[SHEET.split()]


def judged(sheet: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Precision of a sheet whose ``right`` column was filled in: all rows, then each stratum.

    Returns:
        stratum, n judged rows, how many are right, precision (0–1) with the ends of its 95 % Wilson
        interval, and how many rows were left blank.

    Raises:
        ReportlibError: no such file or column, or an answer that is neither yes nor no.

    >>> sheet = pd.DataFrame({"stratum": "growth", "right": ["1", "对", "0", ""]})
    >>> judged(sheet).loc[0, ["n", "right", "blank"]].tolist()
    [3, 2, 1]
    """
    if not isinstance(sheet, pd.DataFrame):
        head, rows = side_rows(Path(sheet))
        sheet = pd.DataFrame([dict(zip(head, row, strict=False)) for _, row in rows], columns=head)
        sheet = sheet.fillna("")
    if missing := {"stratum", "right"} - set(sheet.columns):
        said = f"the sheet has no column {min(missing)!r}; begin with reportlib sample"
        raise ReportlibError(said)
    answers = sheet["right"].astype("str").str.strip().str.lower()
    if len(bad := answers[~answers.isin([*YES, *NO, ""])]):
        what = f"right is {bad.iloc[0]!r}; write 1, 0 or nothing"
        raise ReportlibError(f"line {bad.index[0] + 2} of the sheet: {what}")
    out = []
    for name in ("all", *sorted(set(sheet["stratum"]))):
        marks = answers[(sheet["stratum"] == name) | (name == "all")]
        n, right = int((marks != "").sum()), int(marks.isin(YES).sum())
        out.append((name, n, right, *wilson(right, n), len(marks) - n))
    return frame(out, ("stratum", "n", "right", "precision", "low", "high", "blank"))


def wilson(right: float, n: float, z: float = 1.96) -> tuple[float, float, float]:
    """A share and its 95 % interval (Wilson 1927); NaN without observations.

    >>> [round(x, 3) for x in wilson(9, 10)]
    [0.9, 0.596, 0.982]
    """
    if not n:
        return (float("nan"),) * 3
    share, extra = right / n, z * z / n
    half = z * float(np.sqrt(share * (1 - share) / n + extra / n / 4))
    low, high = ((share + extra / 2 + side) / (1 + extra) for side in (-half, half))
    return share, max(low, 0.0), min(high, 1.0)


def evidence(rows: pd.DataFrame, sentences: pd.DataFrame) -> str:
    """Rows of ``indicators`` as HTML: each sentence with its number marked, all text escaped.

    ``sentences`` is the table that says where the sentences begin.

    >>> html = evidence(corpus["indicators"].head(1), corpus["sentences"])
    >>> html[html.index("<br>") :]
    '<br>过去一年，地区生产总值增长<mark>5.2%</mark>，一般公共预算收入增长6%。</li></ol></div>'
    """
    where, items = sentences.set_index("sentence_id")["start"], []
    for r in rows_of(rows):
        first, last = (int(x - where[r.sentence_id]) for x in (r.start, r.end))
        parts = (r.sentence[:first], r.sentence[first:last], r.sentence[last:])
        before, number, after = (escape(part) for part in parts)
        name = escape(f"{r.indicator} · {r.measure} · {r.status} · {r.period} · {r.doc}:{r.start}")
        items.append(f"<li><small>{name}</small><br>{before}<mark>{number}</mark>{after}</li>")
    return f'<div class="reportlib-evidence"><ol>{"".join(items)}</ol></div>'
