"""The words around a figure: what may stand between a name and its number, and before a name."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

from reportlib.resources import settings, table

CLASSES = (
    *("up", "down", "reach", "fill", "predicate", "new", "less"),
    *("divide", "same", "own", "region", "branch", "narrowing", "from"),
)
LONGEST_GAP = 60  # characters between a name and its number; more is another matter
BREAKS = "，；：。！？\n"
_AND = ("、", "和", "与", "及", "以及", "，以及", "、以及")
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


def begun(words: str) -> str:
    """A pattern with a look ahead for a Chinese character or digit of its own, which is quick to
    see; for patterns that begin with one.

    >>> begun("增长|增速")
    '(?=[增速长])(?:增长|增速)'
    """
    signs = sorted({*re.sub("[^0-9一-鿿]", "", words)})
    return f"(?=[{''.join(signs)}])(?:{words})"


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
    classes = (("class", "|".join(CLASSES)),)
    rows = table("indicator_words", ("word", "class", "source"), allowed=classes)
    return frozenset(row["word"] for row in rows if row["class"] == kind)


@cache
def _index(kind: str, at: int) -> dict[str, list[str]]:
    """The words of a class (or of gaps) by their character ``at``, the longest first."""
    index = defaultdict(list)
    for word in sorted(_in_gaps() if kind == "gap" else words(kind), key=len, reverse=True):
        index[word[at]].append(word)
    return index


def starts_with(text: str, kind: str, at: int = 0) -> str:
    """The longest word of the class that ``text`` has at ``at``, or "".

    >>> starts_with("全市增长", "region")
    '全市'
    """
    for word in _index(kind, 0).get(text[at : at + 1], ()):
        if text.startswith(word, at):
            return word
    return ""


def ends_with(text: str, kind: str) -> str:
    """The longest word of the class that ``text`` ends with, or "".

    >>> ends_with("其中全市", "region")
    '全市'
    """
    for word in _index(kind, -1).get(text[-1:], ()):
        if text.endswith(word):
            return word
    return ""


@cache
def _in_gaps() -> dict[str, str]:
    """The words of which a gap is made, and their classes."""
    known = dict.fromkeys([*BREAKS, BLANK, " "], "fill")
    for kind in ("fill", "reach", "down", "up"):
        known |= dict.fromkeys(words(kind), kind)
    return known


@lru_cache(maxsize=4096)
def read_gap(text: str) -> Gap | None:
    """``text`` as a gap, or None when it holds a word that brings in something else.

    >>> read_gap("完成"), read_gap("同比增长").moved, read_gap("带动就业")
    (Gap(turn='reach', moved='', text='完成'), 'up', None)
    """
    if len(text) > LONGEST_GAP or pattern("compared").search(text):
        return None
    text = pattern("amid").sub("", text)  # 产量在灾情影响下实现
    kinds = _in_gaps()
    at, turn, moved = 0, "", ""
    while at < len(text):
        if not (word := starts_with(text, "gap", at)):
            return None
        if (kind := kinds[word]) != "fill":
            turn, moved = kind, moved if kind == "reach" else kind
        at += len(word)
    return Gap(turn, moved, text)


def goes_on(text: str) -> bool:
    """Whether a clause begins like one that goes on about the same subject.

    >>> goes_on("居全国第11位"), goes_on("全市旅游")
    (True, False)
    """
    return bool(starts_with(text, "predicate"))


def is_joint(between: str) -> bool:
    """Whether two names are a list when ``between`` stands between them: 、 or 和累计.

    >>> is_joint("、累计"), is_joint("带动")
    (True, False)
    """
    text = between.strip(BLANK)
    while text not in _AND and (word := ends_with(text, "own")):
        text = text[: -len(word)]
    return text in _AND
