"""Divisions of China by year, and which of them a text speaks of.

``data/places.csv`` holds every division with the calendar years in which it existed, both ends
inclusive: in the year of a change the old and the new name are both right. A report is given at
the beginning of its plan year, so where only the year is known the state at its beginning counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from reportlib.finder import Finder
from reportlib.metadata.dates import cue
from reportlib.resources import table

LEVELS = ("province", "prefecture", "county")
ENOUGH = 60  # points of scores(): three mentions of the own name
CLEAR = 1.25  # times the points of the next name that a winner needs
_OLDEST = "1980"  # first_year of what the first vintage holds: it reaches back
# How the official names of areas end that a government calls 全市, 全州 …
_ENDS = {"州": "自治州", "地": "地区"}


class Place(NamedTuple):
    """A division and the calendar years (inclusive) in which it had this code and name."""

    code: str
    name: str
    level: str
    parent: str
    first: int
    last: int

    def strangeness(self, year: int) -> tuple[int, bool]:
        """(years between ``year`` and its life, whether it began only in ``year``)."""
        return max(0, self.first - year, year - self.last), self.first == year


Scores = Mapping[Place, tuple[int, int]]  # points, mentions of divisions above


class _Index(NamedTuple):
    by_code: dict[str, list[Place]]
    by_name: dict[str, list[Place]]  # full, short and half-short (恩施州) names; [] for no name
    finder: Finder
    heads: dict[str, list[str]]  # names by their first two characters, the longest first
    noise: dict[str, int]  # names that are everyday words: mentions that say nothing


@cache
def _stems() -> tuple[re.Pattern[str], re.Pattern[str]]:
    peoples = [row["word"] for row in table("place_words") if row["kind"] == "people"]
    groups = "|".join(sorted(peoples, key=len, reverse=True))
    self_governed = re.compile(rf"(.{{2,24}}?)(?:(?:{groups})族?){{1,6}}自治(.)")
    plain = re.compile(r"(.{2,24}?)(?:族?自治.|新区|地区|林区|特区|矿区|[省市区县盟旗])")
    return self_governed, plain


def short_names(name: str) -> list[str]:
    """The names people use for a division beside the official one.

    >>> short_names("恩施土家族苗族自治州"), short_names("金安区"), short_names("唐县")
    (['恩施', '恩施州'], ['金安'], [])
    """
    self_governed, plain = _stems()
    if found := self_governed.fullmatch(name):
        return [found[1]] if found[2] == "区" else [found[1], found[1] + found[2]]
    found = plain.fullmatch(name)
    return [found[1]] if found else []


@cache
def _index() -> _Index:
    """All divisions, their names and one finder of the names (built once, on first use)."""
    by_code: dict[str, list[Place]] = defaultdict(list)
    by_name: dict[str, list[Place]] = defaultdict(list)
    for row in table("places", ("code", "name", "level", "first_year")):
        first = 0 if row["first_year"] == _OLDEST else int(row["first_year"])
        cells = (row["code"], row["name"], row["level"], row["parent"])
        place = Place(*cells, first, int(row["last_year"] or 9999))
        by_code[place.code].append(place)
        for name in (place.name, *short_names(place.name)):
            by_name[name].append(place)
    words = table("place_words", ("word", "kind", "source"))
    for row in words:
        if row["kind"] == "alias":
            by_name[row["word"]] += by_name[row["name"]]
        elif row["kind"] == "other":  # found, so that no name is found inside it, and left out
            by_name[row["word"]] = []
    noise = {row["word"]: int(row["noise"]) for row in words if row["kind"] == "ordinary"}
    heads: dict[str, list[str]] = defaultdict(list)
    for name in sorted(by_name, key=len, reverse=True):
        heads[name[:2]].append(name)
    return _Index(dict(by_code), dict(by_name), Finder([*by_name]), dict(heads), noise)


@lru_cache(maxsize=4096)
def by_code(code: str, year: int) -> Place | None:
    """The division with this code at the beginning of ``year``, else the nearest in time.

    >>> by_code("341503", 2024).name
    '裕安区'
    """
    known = _index().by_code.get(code, [])
    return min(known, key=lambda p: p.strangeness(year), default=None)


@lru_cache(maxsize=4096)
def by_name(name: str, year: int, slack: int = 2) -> Sequence[Place]:
    """Divisions called ``name`` at the beginning of ``year``, else within ``slack`` years of it.

    >>> [p.code for p in by_name("巢湖市", 2009)], [p.code for p in by_name("巢湖市", 2013)]
    (['341400'], ['340181'])
    """
    found = [(p.strangeness(year), p) for p in _index().by_name.get(name, [])]
    near = min((s for s, _ in found), default=(0, False))
    return [p for s, p in found if s == near and near[0] <= slack]


def lineage(place: Place, year: int) -> list[Place]:
    """The division and those above it, lowest first, as they were in ``year``.

    >>> [p.name for p in lineage(by_code("341503", 2024), 2024)]
    ['裕安区', '六安市', '安徽省']
    """
    line = [place]
    while line[-1].parent and (above := by_code(line[-1].parent, year)):
        line.append(above)
    return line


def path(place: Place, year: int) -> str:
    """The names of a division and those above it, as on an envelope.

    >>> path(by_code("341503", 2024), 2024)
    '安徽省六安市裕安区'
    """
    return "".join(p.name for p in reversed(lineage(place, year)))


def mentions(text: str) -> tuple[tuple[str, int, int], ...]:
    """(name, first, last) of every name of a division, longest first where names overlap.

    >>> mentions("安徽省六安市金安区")
    (('安徽省', 0, 3), ('六安市', 3, 6), ('金安区', 6, 9))
    """
    if len(text) < 100:  # characters, as a title
        return tuple(_in_line(text))
    _, firsts, lasts = _index().finder.find(text)
    spans, known = zip(firsts.tolist(), lasts.tolist(), strict=True), _index().by_name
    return tuple([(name, a, b) for a, b in spans if known[name := text[a:b]]])


def _in_line(text: str) -> Iterator[tuple[str, int, int]]:
    """The same in a short text, of which columns would cost more than it has characters."""
    at, heads, known = 0, _index().heads, _index().by_name
    while at < len(text):
        name = next((n for n in heads.get(text[at : at + 2], ()) if text.startswith(n, at)), "")
        if known.get(name):
            yield name, at, at + len(name)
        at += len(name) or 1


def fits(place: Place, unit: str) -> bool:
    """Whether the government of this division would call its area 全省, 全市, 全区 … (``unit``).

    >>> fits(by_name("恩施州", 2024)[0], "州"), fits(by_name("广西", 2024)[0], "区")
    (True, False)
    """
    low = unit not in ("区", "县") or place.level == "county"
    return low and place.name.endswith(_ENDS.get(unit, unit))


def named(lines: Sequence[str], year: int, unit: str = "") -> list[Place]:
    """The divisions that title-like lines can mean: the lowest that the most names agree on.

    A name counts for a division if it is its own or that of one above it. More than one division
    comes back where the lines do not decide (鼓楼区 without a city).

    >>> [p.code for p in named(["六安市金安区政府工作报告"], 2024)]
    ['341502']
    """
    support: Counter[Place] = Counter()
    text, met = "\0".join(lines), defaultdict(list)
    for name, first, last in mentions(text):
        if name not in _index().noise or cue("title_tail").match(text, last):
            met[text.count("\0", 0, first)].append((name, by_name(name, year)))
    for found in met.values():
        for place in {p for _, ps in found for p in ps if fits(p, unit)}:
            above = {p.code for p in lineage(place, year)}
            own = sum(2 if name == place.name else 1 for name, ps in found if place in ps)
            support[place] += 10 * own + sum(any(p.code in above for p in ps) for _, ps in found)
    rank = {p: (n, LEVELS.index(p.level)) for p, n in support.items()}
    return [p for p in rank if rank[p] == max(rank.values())]


def scores(text: str, year: int, unit: str = "") -> Scores:
    """(points, mentions of divisions above) of each division that a report's body may be of.

    Twenty points for each time the own name is printed, forty if it is a self-reference (…发展,
    中共…委, …人民), forty for each division directly below that is named. Names in passages on
    aid, pairing and visits do not count.

    >>> [(p.name, points) for p, (points, _) in scores("金寨县发展。金寨人民。", 2024).items()]
    [('金寨县', 80)]
    """
    met: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, first, last in mentions(text):
        met[name].append((first, last))
    elsewhere, itself, noise = cue("elsewhere").search, cue("self").match, _index().noise
    own: Counter[Place] = Counter()
    below: dict[str, set[str]] = defaultdict(set)
    for name, spans in met.items():
        weight = -2 * noise.get(name, 0)
        for first, last in spans if 2 * len(spans) > -weight else ():
            if not elsewhere(text, max(0, first - 12), first):
                weight += 2 if itself(text, last) else 1
        for place in by_name(name, year, 0) if weight > 0 else ():
            own[place] += weight
            below[place.parent].add(name)
    points = {p: 20 * n + 40 * len(below[p.code]) for p, n in own.items() if fits(p, unit)}
    return {p: (n, sum(own[q] for q in lineage(p, year)[1:])) for p, n in points.items()}


def winner(scored: Scores, clear: float = CLEAR) -> Place | None:
    """The division that a body speaks for clearly, None if two names are near each other.

    Divisions of one name are told apart by the mentions of those above them.

    >>> winner(scores("金寨县发展。金寨人民。", 2024)).name
    '金寨县'
    """
    names: Counter[str] = Counter()
    for place, (points, _) in scored.items():
        names[place.name] = max(names[place.name], points)
    first, second = ([*names.most_common(2), ("", 0), ("", 0)])[:2]
    if first[1] < ENOUGH or first[1] < clear * second[1]:
        return None
    same = sorted((above, p) for p, (_, above) in scored.items() if p.name == first[0])
    return same[-1][1] if len(same) == 1 or same[-1][0] > 2 * same[-2][0] else None
