"""The catalogue: which indicators there are, and which quantities may be their value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from reportlib.records import DataError, Quantity
from reportlib.resources import table

TIERS = ("core", "extended")
BASES = ("stock", "flow")
DIRECTIONS = ("higher", "lower", "none")


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
    """
    families = {
        row["family"]: Family(
            row["family"],
            frozenset(row["kinds"].split()),
            frozenset(row["changes"].split()),
            re.compile(row["units"]),
        )
        for row in table("indicator_families", ("family", "kinds", "units", "meaning"), "family")
    }
    allowed = {
        "family": families,
        "tier": TIERS,
        "basis": BASES,
        "direction": DIRECTIONS,
        "headline": "01",
        "sums": ("0", "1", "bare"),
    }
    found = {}
    for row in table("indicators", ("id", "english", "source", "source_status"), "id"):
        for column, values in allowed.items():
            if row[column] not in values:
                raise DataError(
                    f"indicators.csv: {row['id']}: {column} is {row[column]!r}, "
                    f"not one of {', '.join(values)}"
                )
        found[row["id"]] = Indicator(
            row["id"],
            row["english"],
            row["tier"] == "core",
            families[row["family"]],
            row["basis"],
            row["sums"],
            row["direction"],
            row["headline"] == "1",
            row["not"],
        )
    return found


def fits(indicator: Indicator, quantity: Quantity) -> bool:
    """Whether the quantity's kind and unit can be a level of the indicator."""
    family = indicator.family
    return quantity.kind in family.kinds and bool(family.units.fullmatch(quantity.unit))
