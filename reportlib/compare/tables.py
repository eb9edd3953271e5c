"""What every comparison takes from the tables of a build, and gives back in its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

RESAMPLES, ENDS = 1000, (0.025, 0.975)  # of a bootstrap, and where it is cut
NUMBERS = "value value_high value_base gap tolerance precision low high".split()
WHOLE = "start end n_figures n right blank".split()
TYPES = dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(WHOLE, "Int64")


class Tables(Protocol):
    """A ``Corpus``, or a dict of tables read back from a build."""

    def __getitem__(self, table: str, /) -> pd.DataFrame: ...


def placed(reports: pd.DataFrame, pages: pd.DataFrame | None = None) -> pd.DataFrame:
    """``reports`` without copies (``pages.duplicate_of``), with ``place``: the names of its
    divisions, 全国, or "" where none is known."""
    place = reports["province"] + reports["prefecture"] + reports["county"]
    reports = reports.assign(place=place.mask(reports["level"] == "national", "全国"))
    if pages is None:
        return reports
    return reports[~reports["doc"].isin(pages.loc[pages["duplicate_of"] != "", "doc"])]


def described(tables: Tables) -> pd.DataFrame:
    """``placed`` reports of some tables."""
    return placed(tables["reports"], tables["pages"])


def spoken(tables: Tables, reports: pd.DataFrame | None = None) -> pd.DataFrame:
    """``sentences`` but titles and annexes, of some reports; of all that are no copies."""
    ids = (described(tables) if reports is None else reports)["report_id"]
    rows = tables["sentences"]
    return rows[~rows["section"].isin(["", "annex"]) & rows["report_id"].isin(ids)]


def ends(draws: Any) -> dict[str, Any]:
    """``low`` and ``high``: the 95 % percentile interval of resampled values (draws × …)."""
    return dict(zip(("low", "high"), np.quantile(draws, ENDS, axis=0), strict=True))


def stacked(tables: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Tables below each other with these columns, NaN where one of them has none; or no rows."""
    return pd.concat(tables or [pd.DataFrame()], ignore_index=True).reindex(columns=columns)


def frame(rows: Iterable[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a data frame: numbers with NaN, everything else as text with ""."""
    given = rows if isinstance(rows, pd.DataFrame) else list(rows)
    table = pd.DataFrame(given, columns=list(columns), dtype="object")
    for name in columns:
        kind: Any = TYPES.get(re.sub("^(?:target|actual)_", "", name))
        column = pd.to_numeric(table[name]) if kind else table[name].fillna("")
        table[name] = column.astype(kind or "str")
    return table


def rows_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table as named tuples."""
    return list(table.itertuples(index=False))
