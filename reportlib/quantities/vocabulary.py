"""The tables of units, classifiers and fixed words, and the patterns, ready for looking up."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from math import prod
from string import ascii_letters, digits
from types import SimpleNamespace
from typing import NamedTuple

from reportlib.quantities.numerals import HAN_NUMERALS, SCALES
from reportlib.resources import settings, table

CLEAR = frozenset(("money", "percent", "points", "multiple", "count", "physical"))
NUMERALS = frozenset(HAN_NUMERALS)
BEFORE_NO_WORD = NUMERALS | set("0123456789.第")


class Unit(NamedTuple):
    """A unit or classifier; ``strict`` ones follow neither 一 nor 万 (县, 链).

    A numeral before a ``clear`` one is a number and nothing else. One that ``plain`` fits is read
    whatever stands around it.
    """

    name: str
    kind: str
    factor: float
    base: str
    not_before: tuple[str, ...]
    strict: bool
    clear: bool
    plain: re.Pattern[str]


class Word(NamedTuple):
    """A fixed word; ``back`` is how far its first numeral character stands from its beginning."""

    text: str
    kind: str
    back: int


class Shape(NamedTuple):
    """A pattern whose matches have a kind of their own; the data file explains each field."""

    kind: str
    pattern: re.Pattern[str]
    read: str = "number"
    unit: str = ""
    then: str = ""
    after: str = ""
    top: int = 0


@cache
def units() -> dict[str, Unit]:
    """All units and classifiers by name, longest first.

    >>> units()["公里"].base
    'm'
    """
    rows = [
        (r["unit"], r["kind"], float(r["factor"]), r["base_unit"], (*r["not_before"],), False)
        for r in table("units", ("unit", "kind", "factor", "base_unit", "source"), "unit")
    ]
    for r in table("classifiers", ("classifier", "kind", "strict", "source"), "classifier"):
        name, base = r["classifier"], r["base_unit"] or r["classifier"]
        rows.append((name, r["kind"], 1.0, base, (*r["not_before"],), r["strict"] == "yes"))
    rules = [(*map(re.compile, rule.values()),) for rule in settings("number_patterns")["plain"]]
    found = {}
    for row in sorted(rows, key=lambda row: -len(row[0])):
        plain = next(n for of, n in rules if of.fullmatch(f"{'strict ' * row[5]}{row[1]} {row[0]}"))
        found[row[0]] = Unit(*row, row[1] in CLEAR and not row[5], plain)
    return found


@cache
def _beginnings() -> dict[str, list[Unit]]:
    """The units by their first character, longest first; what most numbers have comes first."""
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units().values(), key=lambda unit: len(unit.name)):
        found[unit.name[0]].insert(0, unit)
    return found


def _unit_pattern() -> str:
    """The longest unit that what follows allows; the frequent first characters are tried first."""
    first, often = _beginnings(), settings("number_patterns")["parts"]["OFTEN"]
    rest = {u: u.name[1:] + "".join(f"(?!{c})" for c in u.not_before) for u in units().values()}
    order = sorted(first, key=lambda char: often.find(char) % len(first))
    begun = (f"{c}(?:{'|'.join(map(rest.__getitem__, first[c]))})" for c in order)
    return f"(?=[{''.join(first)}])(?:{'|'.join(begun)})"


def unit_at(text: str, at: int) -> Unit | None:
    """The longest unit or classifier that begins at ``at``, if what follows allows it.

    >>> unit_at("5公里", 1).base, unit_at("5元素", 1)
    ('m', None)
    """
    for unit in _beginnings().get(text[at : at + 1], ()):
        end = at + len(unit.name)
        if text.startswith(unit.name, at) and text[end : end + 1] not in unit.not_before:
            return unit
    return None


@cache
def words() -> dict[str, tuple[Word, ...]]:
    """Two characters -> fixed words, longest first.

    The two are the first numeral character with the next one, or, for words that do not begin
    with it (统一), the one before it and itself. Place names count as fixed words; their short
    forms too, unless they read as a count (三台).

    >>> words()["统一"][-1]
    Word(text='统一', kind='none', back=1)
    """
    listed = {r["word"]: r["kind"] for r in table("number_words", ("word", "kind", "source"))}
    begin = {name[0] for name in units()}
    for name in {r["name"] for r in table("places") if not NUMERALS.isdisjoint(r["name"])}:
        short = name[:-1] if len(name) > 2 and name[1:-1] not in begin else name
        listed |= {name: "none", name if NUMERALS.isdisjoint(short) else short: "none"}
    found: dict[str, list[Word]] = defaultdict(list)
    for text, kind in sorted(listed.items(), key=lambda item: (-len(item[0]), item)):
        back = min(text.find(c) for c in HAN_NUMERALS if c in text)
        found[text[max(0, back - 1) : max(0, back - 1) + 2]].append(Word(text, kind, back))
    return {two: tuple(longest_first) for two, longest_first in found.items()}


def word_at(text: str, at: int) -> Word | None:
    """The longest fixed word whose first numeral character stands at ``at``.

    A word that begins or ends with a numeral does not stand inside a longer numeral, and
    ``number`` words (一点五, 十分之) are no words but numbers.

    >>> word_at("统一部署", 1).text, word_at("新增一千个", 2)
    ('统一', None)
    """
    listed = words()
    ahead, found = listed.get(text[at - 1 : at + 1]), listed.get(text[at : at + 2])
    if found and text[at - 1 : at] in BEFORE_NO_WORD and text[at - 2 : at] != "这一":
        found = None
    for word in (*ahead, *found) if ahead and found else ahead or found or ():
        whole, kind, back = word
        if text.startswith(whole, at - back):
            if kind == "number":
                return None
            end = at - back + len(whole)
            if whole[-1] not in NUMERALS or text[end : end + 1] not in NUMERALS:
                return word
    return None


@cache
def base_of(unit: str) -> tuple[float, str]:
    """Factor and base unit of a printed unit (亿元, 万人次, 元/吨); (1, the unit) if unknown.

    >>> base_of("亿元"), base_of("公里"), base_of("万")
    ((100000000.0, 'yuan'), (1000.0, 'm'), (10000.0, ''))
    """
    bare = unit.lstrip("万亿")
    factor = prod((SCALES[scale] for scale in unit[: len(unit) - len(bare)]), start=1.0)
    top, slash, below = re.sub("[每／]", "/", bare, count=1).partition("/")
    known = units().get(top)
    if known is None:
        return factor, bare
    under, name = base_of(below) if below else (1.0, "")
    return factor * known.factor / under, known.base + slash + name


@cache
def patterns() -> SimpleNamespace:
    """The patterns of number_patterns.toml by name, and what is made of them.

    ``typed`` has the shapes by the character they begin with; ``start`` is where any numeral may
    begin.

    >>> patterns().trail.match("左右").group()
    '左右'
    """
    data = settings("number_patterns")
    parts = {**data["parts"], "HAN": HAN_NUMERALS, "DIGITS": digits, "LETTERS": ascii_letters}
    parts |= {"UNIT": _unit_pattern(), "NAMED": "".join(map(re.escape, _beginnings()))}

    def fill(text: str) -> str:
        return re.sub("<([A-Z]+)>", lambda part: fill(parts[part[1]]), text)

    def build(pattern: str) -> re.Pattern[str]:
        return re.compile(fill(pattern).replace("\n", ""))

    typed: dict[str, list[Shape]] = defaultdict(list)
    for row in data["typed"]:
        given = {name: row[name] for name in ("read", "unit", "top") if name in row}
        given |= {name: fill(row.get(name, "")) for name in ("then", "after")}
        shape = Shape(row["kind"], build(row["pattern"]), **given)
        for char in fill(row["begins"]):
            typed[char].append(shape)
    parts["BEGINS"] = re.escape("".join(typed))
    named = {name: build(pattern) for name, pattern in data["patterns"].items()}
    return SimpleNamespace(**named, typed=typed)
