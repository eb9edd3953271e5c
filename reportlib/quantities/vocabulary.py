"""The tables of units, classifiers and fixed words, indexed for look-up at a place in a text."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from reportlib.quantities.numerals import BIG, HAN_NUMERALS
from reportlib.resources import table


class Unit(NamedTuple):
    """A unit or classifier as the tables have it; ``after_one`` says whether 一 may precede it."""

    name: str
    kind: str
    factor: float
    base: str
    not_before: str
    after_one: bool


class Word(NamedTuple):
    """A fixed word; ``back`` is how far its first numeral character stands from its beginning."""

    text: str
    kind: str
    back: int


@cache
def units() -> dict[str, tuple[Unit, ...]]:
    """First character -> units beginning with it, longest first."""
    rows = [
        Unit(r["unit"], r["kind"], float(r["factor"]), r["base_unit"], r["not_before"], True)
        for r in table("units", ("unit", "kind", "factor", "base_unit", "source"), "unit")
    ]
    rows += [
        Unit(
            r["classifier"],
            r["kind"],
            1.0,
            r["base_unit"] or r["classifier"],
            r["not_before"],
            r["after_one"] == "yes",
        )
        for r in table("classifiers", ("classifier", "kind", "after_one", "source"), "classifier")
    ]
    by_first: dict[str, list[Unit]] = {}
    for unit in sorted(rows, key=lambda u: -len(u.name)):
        by_first.setdefault(unit.name[0], []).append(unit)
    return {first: tuple(found) for first, found in by_first.items()}


def unit_at(text: str, at: int) -> Unit | None:
    """The longest unit or classifier that begins at ``at``, if what follows allows it."""
    for unit in units().get(text[at : at + 1], ()):
        if text.startswith(unit.name, at):
            after = text[at + len(unit.name) : at + len(unit.name) + 1]
            if not (after and after in unit.not_before):
                return unit
    return None


@cache
def words() -> dict[str, tuple[Word, ...]]:
    """Two characters -> fixed words, longest first.

    The two are the first numeral character with the next one, or, for words that do not begin
    with it (统一), the one before it and itself.
    """
    found: dict[str, list[Word]] = {}
    listed = [(r["word"], r["kind"]) for r in table("number_words", ("word", "kind", "source"))]
    listed += [(name, "none") for name in place_names()]
    for text, kind in listed:
        back = next(i for i, c in enumerate(text) if c in HAN_NUMERALS)
        key = text[back : back + 2] if back == 0 else text[back - 1 : back + 1]
        found.setdefault(key, []).append(Word(text, kind, back))
    return {k: tuple(sorted(v, key=lambda w: -len(w.text))) for k, v in found.items()}


def place_names() -> set[str]:
    """Place names with a numeral in them; short forms too, unless they read as a count (三台)."""
    names = {r["name"] for r in table("places") if set(r["name"]) & set(HAN_NUMERALS)}
    short = {n[:-1] for n in names if len(n) > 2 and n[-1] in "省市县区旗州"}
    return names | {n for n in short if len(n) > 1 and n[1:] not in units()}


def word_at(text: str, at: int) -> Word | None:
    """The longest fixed word whose first numeral character stands at ``at``."""
    if at:
        for word in words().get(text[at - 1 : at + 1], ()):
            if word.back and at >= word.back and text.startswith(word.text, at - word.back):
                return word
        if text[at - 1] in HAN_NUMERALS or text[at - 1] in "0123456789.第":
            return None
    for word in words().get(text[at : at + 2], ()):
        if not word.back and text.startswith(word.text, at):
            return word
    return None


@cache
def base_of(unit: str) -> tuple[float, str]:
    """Factor and base unit of a printed unit such as 亿元, 万人次, 微克/立方米; (1, unit) if unknown.

    >>> base_of("亿元"), base_of("公里")
    ((100000000.0, 'yuan'), (1000.0, 'm'))
    """
    factor = 1.0
    while unit[:1] in BIG and unit[:1]:
        factor, unit = factor * BIG[unit[0]], unit[1:]
    top, slash, below = unit.replace("每", "/", 1).partition("/")
    known = next((u for u in units().get(top[:1], ()) if u.name == top), None)
    if known is None:
        return factor, unit
    if slash:
        under, name = base_of(below)
        return factor * known.factor / under, f"{known.base}/{name}"
    return factor * known.factor, known.base
