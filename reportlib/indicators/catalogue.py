"""The catalogue: which indicators there are, and which quantities may be their value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from reportlib.resources import table

ALLOWED = (
    ("tier", "core|extended"),
    ("basis", "stock|flow"),
    ("direction", "higher|lower|none"),
    ("headline", "0|1"),
    ("sums", "0|1|bare"),
)


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds and units of the quantities that may be a level or a change of an indicator."""

    name: str
    kinds: frozenset[str]
    changes: frozenset[str]
    units: re.Pattern[str]

    @property
    def is_rate(self) -> bool:
        """Whether a per cent is the value itself, not its growth."""
        return "percent" in self.kinds

    @property
    def adds_up(self) -> bool:
        """Whether several years of it can be added: sums and counts, not rates and averages."""
        return bool(self.kinds & {"money", "count"}) and not self.is_rate


@dataclass(frozen=True, slots=True)
class Indicator:
    """One entry: ``direction`` is which way is better; ``basis`` stock or flow."""

    id: str
    english: str
    core: bool
    family: Family
    basis: str
    sums: str  # whether several years of it are given as one sum (五年新增就业300万人)
    direction: str
    headline: bool
    is_not: str


@cache
def catalogue() -> dict[str, Indicator]:
    """Every indicator by its id, in the order of ``indicators.csv``.

    ``core`` entries are those of the annotation guide, the others what reports often give besides.

    Raises:
        DataError: an unknown family, tier, basis or direction.

    >>> catalogue()["cpi"].english
    'Rise of consumer prices'
    """
    families = {}
    for row in table("indicator_families", ("family", "kinds", "units", "meaning"), "family"):
        kinds = frozenset(row["kinds"].split()), frozenset(row["changes"].split())
        families[row["family"]] = Family(row["family"], *kinds, re.compile(row["units"]))
    found = {}
    allowed = (("family", "|".join(families)), *ALLOWED)
    for row in table("indicators", ("id", "english", "source", "source_status"), "id", allowed):
        name = (row["id"], row["english"], row["tier"] == "core", families[row["family"]])
        kind = (row["basis"], row["sums"], row["direction"], row["headline"] == "1")
        found[row["id"]] = Indicator(*name, *kind, row["not"])
    return found


@lru_cache(maxsize=4096)
def fits(indicator: str, kind: str, unit: str) -> bool:
    """Whether a quantity of this kind and unit can be a level of the indicator.

    >>> fits("urban_unemployment_rate", "percent", "%"), fits("gdp", "percent", "%")
    (True, False)
    """
    family = catalogue()[indicator].family
    return kind in family.kinds and bool(family.units.fullmatch(unit.replace("／", "/")))
