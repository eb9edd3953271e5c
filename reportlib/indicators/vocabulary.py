"""The words around a figure: what may stand between a name and its number, and before a name."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from reportlib.records import DataError
from reportlib.resources import settings, table

CLASSES = (
    *("up", "down", "reach", "fill", "predicate", "new", "less"),
    *("divide", "same", "own", "region", "branch"),
)
LONGEST_GAP = 60  # characters between a name and its number; more is another matter
BREAKS = "，；：。！？\n"
BLANK = "\u3000"  # in place of brackets, notes and dates while names and numbers are bound


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The compiled pattern ``name`` of indicator_patterns.toml.

    >>> bool(pattern("met").match("的预期目标"))
    True
    """
    groups = settings("indicator_patterns")
    text = next(g[name] for g in groups.values() if name in g)
    return re.compile(text.replace("{N}", groups["time"]["N"]).replace("{BLANK}", BLANK))


class Gap(NamedTuple):
    """The words between a name (or a number) and a number, when they bring in nothing else.

    ``turn`` is up, down or reach, whichever came last, or ""; ``moved`` the last of up and down.
    """

    turn: str = ""
    moved: str = ""
    text: str = ""


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one class.

    Raises:
        DataError: a class that is not known, in ``indicator_words.csv``.

    >>> "占" in words("divide")
    True
    """
    rows = table("indicator_words", ("word", "class", "source"))
    if bad := {row["class"] for row in rows} - set(CLASSES):
        known = ", ".join(CLASSES)
        raise DataError(f"indicator_words.csv: class {min(bad)!r} is not one of {known}")
    return frozenset(row["word"] for row in rows if row["class"] == kind)


@cache
def _lengths(kind: str) -> tuple[int, ...]:
    return tuple(sorted({len(w) for w in words(kind)}, reverse=True))


def starts_with(text: str, kind: str, at: int = 0) -> str:
    """The longest word of the class that ``text`` has at ``at``, or "".

    >>> starts_with("全市增长", "region")
    '全市'
    """
    known = words(kind)
    return next((text[at : at + n] for n in _lengths(kind) if text[at : at + n] in known), "")


def ends_with(text: str, kind: str) -> str:
    """The longest word of the class that ``text`` ends with, or "".

    >>> ends_with("其中全市", "region")
    '全市'
    """
    known = words(kind)
    return next((text[-n:] for n in _lengths(kind) if len(text) >= n and text[-n:] in known), "")


@cache
def _classes() -> tuple[dict[str, str], int]:
    known = dict.fromkeys([*BREAKS, BLANK, " "], "fill")
    for kind in ("fill", "reach", "down", "up"):
        known |= dict.fromkeys(words(kind), kind)
    return known, max(map(len, known))


def read_gap(text: str) -> Gap | None:
    """``text`` as a gap, or None when it holds a word that brings in something else.

    >>> read_gap("完成"), read_gap("同比增长").moved, read_gap("带动就业")
    (Gap(turn='reach', moved='', text='完成'), 'up', None)
    """
    if len(text) > LONGEST_GAP or pattern("compared").search(text):
        return None
    known, longest = _classes()
    turn = moved = ""
    at = 0
    while at < len(text):
        for n in range(min(longest, len(text) - at), 0, -1):
            if kind := known.get(text[at : at + n]):
                break
        else:
            return None
        if kind != "fill":
            turn, moved = kind, moved if kind == "reach" else kind
        at += n
    return Gap(turn, moved, text)
