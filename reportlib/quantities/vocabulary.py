"""The tables of units, classifiers and fixed words, and the patterns, ready for looking up."""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import NamedTuple

from reportlib.quantities.numerals import BIG, HAN_NUMERALS
from reportlib.records import DataError
from reportlib.resources import settings, table


class Unit(NamedTuple):
    """A unit or classifier of the tables; ``strict`` ones follow neither 一 nor 万 (县, 链)."""

    name: str
    kind: str
    factor: float
    base: str
    not_before: str
    strict: bool


class Word(NamedTuple):
    """A fixed word; ``back`` is how far its first numeral character stands from its beginning."""

    text: str
    kind: str
    back: int
    not_before: str

    def stands(self, text: str, at: int) -> bool:
        """Whether the word stands in ``text`` with its first numeral at ``at``."""
        start = at - self.back
        if start < 0 or not text.startswith(self.text, start):
            return False
        after = text[start + len(self.text) : start + len(self.text) + 1]
        return not after or after not in self.not_before


@cache
def units() -> dict[str, tuple[Unit, ...]]:
    """First character -> units beginning with it, longest first."""
    rows = [
        Unit(r["unit"], r["kind"], float(r["factor"]), r["base_unit"], r["not_before"], False)
        for r in table("units", ("unit", "kind", "factor", "base_unit", "source"), "unit")
    ]
    for r in table("classifiers", ("classifier", "kind", "strict", "source"), "classifier"):
        name, base = r["classifier"], r["base_unit"] or r["classifier"]
        rows.append(Unit(name, r["kind"], 1.0, base, r["not_before"], r["strict"] == "yes"))
    by_first: dict[str, list[Unit]] = {}
    for unit in sorted(rows, key=lambda u: -len(u.name)):
        by_first.setdefault(unit.name[0], []).append(unit)
    return {first: tuple(found) for first, found in by_first.items()}


def unit_at(text: str, at: int) -> Unit | None:
    """The longest unit or classifier that begins at ``at``, if what follows allows it."""
    for unit in units().get(text[at : at + 1], ()):
        if text.startswith(unit.name, at):
            after = text[at + len(unit.name) : at + len(unit.name) + 1]
            if not after or after not in unit.not_before:
                return unit
    return None


@cache
def words() -> dict[str, tuple[Word, ...]]:
    """Two characters -> fixed words, longest first.

    The two are the first numeral character with the next one, or, for words that do not begin
    with it (统一), the one before it and itself.
    """
    rows = table("number_words", ("word", "kind", "source"), "word")
    listed = [(r["word"], r["kind"], r["not_before"]) for r in rows]
    listed += [(name, "none", "") for name in sorted(_place_names() - {r["word"] for r in rows})]
    found: dict[str, list[Word]] = {}
    for text, kind, not_before in listed:
        back = next((i for i, c in enumerate(text) if c in HAN_NUMERALS), -1)
        if back < 0:
            raise DataError(f"number_words.csv: {text!r} has no numeral in it")
        not_before += HAN_NUMERALS if text[-1] in HAN_NUMERALS else ""
        key = text[:2] if back == 0 else text[back - 1 : back + 1]
        found.setdefault(key, []).append(Word(text, kind, back, not_before))
    return {k: tuple(sorted(v, key=lambda w: -len(w.text))) for k, v in found.items()}


def _place_names() -> set[str]:
    """Place names with a numeral in them; short forms too, unless they read as a count (三台)."""
    names = {r["name"] for r in table("places") if set(r["name"]) & set(HAN_NUMERALS)}
    short = {n[:-1] for n in names if len(n) > 2 and n[-1] in "省市县区旗州"}
    return names | {n for n in short if len(n) > 1 and n[1:] not in units()}


def word_at(text: str, at: int) -> Word | None:
    """The longest fixed word whose first numeral character stands at ``at``."""
    known = words()
    if at:
        for word in known.get(text[at - 1 : at + 1], ()):
            if word.back and word.stands(text, at):
                return word
        if text[at - 1] in HAN_NUMERALS + "0123456789.第" and text[at - 2 : at] != "这一":
            return None
    for word in known.get(text[at : at + 2], ()):
        if not word.back and word.stands(text, at):
            return word
    return None


@cache
def base_of(unit: str) -> tuple[float, str]:
    """Factor and base unit of a printed unit (亿元, 万人次, 元/吨); (1, the unit) if unknown.

    >>> base_of("亿元"), base_of("公里"), base_of("万")
    ((100000000.0, 'yuan'), (1000.0, 'm'), (10000.0, ''))
    """
    factor = 1.0
    while unit and unit[0] in BIG:
        factor, unit = factor * BIG[unit[0]], unit[1:]
    top, slash, below = unit.replace("每", "/", 1).replace("／", "/").partition("/")
    known = next((u for u in units().get(top[:1], ()) if u.name == top), None)
    if known is None:
        return factor, unit
    if slash and below:
        under, name = base_of(below)
        return factor * known.factor / under, f"{known.base}/{name}"
    return factor * known.factor, known.base


@cache
def patterns() -> SimpleNamespace:
    """The compiled patterns of number_patterns.toml by name."""
    parts: dict[str, str] = settings("number_patterns")["parts"]
    found: dict[str, re.Pattern[str]] = {}
    for name, pattern in settings("number_patterns")["patterns"].items():
        pattern = pattern.replace("\n", "")
        for part, text in {**parts, **{k.upper(): p.pattern for k, p in found.items()}}.items():
            pattern = pattern.replace(f"<{part}>", text)
        found[name] = re.compile(pattern)
    return SimpleNamespace(**found)


class Leads(NamedTuple):
    """Bound words before a number, the characters they end with, and what may not precede one."""

    bound: dict[str, str]
    ends: frozenset[str]
    not_after: str


@cache
def leads() -> Leads:
    """The bound words that may stand before a number."""
    bounds = settings("number_patterns")["bounds"]
    bound = {word: name for name in ("min", "max", "approx") for word in bounds[name].split()}
    return Leads(bound, frozenset(word[-1] for word in bound), bounds["not_after"])
