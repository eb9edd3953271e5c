"""Names of indicators: a small pattern language, and a finder for their longest match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from reportlib.finder import Finder
from reportlib.records import DataError
from reportlib.resources import table

HEAD = 5  # characters at the beginning of a name by which it is found
NO_YEAR = "(?!19|20|[上去同])"
Read = tuple[str, set[str]]
_PIECES, _CLOSES = re.compile(r"[^()\[\]~]+|."), {"(": ")", "[": "]"}


@dataclass(frozen=True, eq=False)
class Form:
    """One name of an indicator, or of something that only looks like one (``role`` trap).

    ``ids`` are the indicators it names (two for 城镇、农村居民人均可支配收入), ``split`` those it
    names when 分别 or 均 follows; ``needs`` words of which one must stand before it. ``role`` is
    name (stands on its own), bare (any noun before it narrows it: 整车出口), after (the number
    comes first: 八成财政资金用于民生) or trap.
    """

    form: str
    ids: tuple[str, ...]
    role: str
    split: tuple[str, ...]
    source: str  # of its regular expression
    needs: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What its texts are; most forms are met in few reports, so it is compiled when asked."""
        return re.compile(self.source)


class Mention(NamedTuple):
    """A name found in a text: characters ``first`` to ``last`` - 1."""

    first: int
    last: int
    form: Form


def read_form(form: str, pieces: Iterator[str] | None = None, close: str = "") -> Read:
    """The regular expression of a name pattern, and what its texts begin with (``HEAD`` characters
    or all).

    ``(x)`` may be missing, ``[x|y]`` is one of several; both nest. The longest of several is tried
    first. After ``~`` no year may follow (城乡居民收入比2010年增长…).

    Args:
        pieces: those of a part of ``form`` that ends with ``close``, in place of all.

    >>> read_form("(总)[产|产量]")[0]
    '(?:总)?(?:产量|产)'
    """
    rows: list[Read] = [("", {""})]
    pieces = pieces or iter(_PIECES.findall(form))
    for piece in pieces:
        if piece == close:
            break
        if piece in (")", "]"):
            raise DataError(f"name pattern {form!r}: {piece!r} closes nothing")
        word, *others = piece.split("|")
        source, heads = (NO_YEAR, {""}) if word == "~" else (re.escape(word), {word})
        if word in _CLOSES:
            source, heads = read_form(form, pieces, _CLOSES[word])
            source = f"(?:{source})" + "?" * (word == "(")
            heads |= {""} if word == "(" else set()
        before, firsts = rows[-1]
        full = {first for first in firsts if len(first) == HEAD}
        longer = {(a + b)[:HEAD] for a in firsts - full for b in heads}
        rows[-1] = before + source, longer | full
        rows += [(re.escape(other), {other[:HEAD]}) for other in others]
    else:
        if close:
            raise DataError(f"name pattern {form!r}: {close!r} is missing")
    rows.sort(key=lambda row: len(row[0]), reverse=True)
    return "|".join(source for source, _ in rows), set().union(*(h for _, h in rows))


@cache
def forms() -> dict[Form, set[str]]:
    """All forms, each with what its texts begin with.

    Raises:
        DataError: a malformed pattern, an unknown role, a form that may be shorter than two
            characters.

    >>> [sorted(heads) for form, heads in forms().items() if form.form == "M2"]
    [['M2']]
    """
    known = {row["id"] for row in table("indicators", ("id",), "id")}
    found = {}
    roles = (("role", "name|bare|after|trap"),)
    for row in table("indicator_names", ("form", "role", "source"), "form", roles):
        ids = tuple(filter(None, row["indicator"].split("+")))
        split = tuple(filter(None, row["split"].split("+")))
        needs = tuple(filter(None, row["needs"].split("|")))
        name = f"indicator_names.csv: form {row['form']!r}"
        if (bad := {*ids, *split} - known) or not (ids or row["role"] == "trap"):
            raise DataError(f"{name}: unknown indicator {', '.join(sorted(bad)) or '(none)'}")
        source, heads = read_form(row["form"])
        if min(map(len, heads)) < 2:
            raise DataError(f"{name}: it may be shorter than two characters")
        found[Form(row["form"], ids, row["role"], split, source, needs)] = heads
    return found


@cache
def _beginnings() -> tuple[Finder, list[list[Form]]]:
    """A finder of what texts of the forms begin with, and the forms that begin so."""
    begun: defaultdict[str, list[Form]] = defaultdict(list)
    for form, heads in forms().items():
        for head in sorted(heads):
            begun[head].append(form)
    return Finder([*begun]), [*begun.values()]


def find_mentions(text: str) -> list[Mention]:
    """Every name in ``text``, leftmost and longest, without overlaps; linear in the text.

    >>> [text[m.first:m.last] for text in ["全市地区生产总值增长5%"] for m in find_mentions(text)]
    ['地区生产总值']
    """
    found: list[Mention] = []
    start = end = 0
    finder, begun = _beginnings()
    heads, firsts, _ = finder.find(text, overlapping=True)
    for head, first in zip(heads.tolist(), firsts.tolist(), strict=True):
        if first != start:
            if first < end:
                continue
            start = end = first
        for form in begun[head]:
            hit = form.pattern.match(text, first)
            if hit and hit.end() > end and (not form.needs or _has(text, form.needs, first)):
                if start < end:
                    found.pop()
                end = hit.end()
                found.append(Mention(first, end, form))
    return found


def name_short_of(text: str, head: str, at: int) -> list[Mention]:
    """The name that ``text``, from place ``at``, makes with the head noun it lacks, if it does.

    >>> [(m.first, m.last, *m.form.ids) for m in name_short_of("全市工业", "投资", 20)]
    [(22, 24, 'industrial_investment')]
    """
    full = len(text + head)
    found = [m for m in find_mentions(text + head) if m.first < len(text) and m.last == full]
    return [m._replace(first=at + m.first, last=at + len(text)) for m in found]


def _has(text: str, needs: tuple[str, ...], before: int) -> bool:
    head = re.split("[。！？\n]", text[max(0, before - 48) : before])[-1]
    return any(word in head for word in needs)


report_names = lru_cache(maxsize=2)(find_mentions)  # kept for the report at hand
