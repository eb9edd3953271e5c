"""Names of indicators: a small pattern language, and a finder for their longest match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from reportlib.records import DataError
from reportlib.resources import table

ROLES = ("name", "bare", "after", "trap")


@dataclass(frozen=True, slots=True)
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
    pattern: re.Pattern[str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: characters ``first`` to ``last`` - 1."""

    first: int
    last: int
    form: Form


Node = str | tuple[bool, list["Row"]]
Row = list[Node]


def _parse(form: str, at: int = 0, close: str = "") -> tuple[list[Row], int]:
    """The alternatives of ``form`` from ``at`` up to ``close``, and where they end.

    ``(x)`` may be missing, ``[x|y]`` is one of several; both nest.
    """
    rows: list[Row] = [[]]
    while at < len(form):
        char = form[at]
        at += 1
        if char in "([":
            inner, at = _parse(form, at, ")" if char == "(" else "]")
            rows[-1].append((char == "(", inner))
        elif char == close:
            return rows, at
        elif char == "|":
            rows.append([])
        elif char in ")]":
            raise DataError(f"name pattern {form!r}: {char!r} at {at} closes nothing")
        else:
            rows[-1].append(char)
    if close:
        raise DataError(f"name pattern {form!r}: {close!r} is missing")
    return rows, at


def _source(rows: list[Row]) -> str:
    """Regular expression of parsed alternatives, longest first; atomic, so it never backtracks."""
    out = []
    for row in rows:
        text = ""
        for node in row:
            if isinstance(node, str):
                text += re.escape(node)
            else:
                text += f"(?:{_source(node[1])})" + ("?" if node[0] else "")
        out.append(text)
    return "|".join(sorted(out, key=len, reverse=True))


def _heads(rows: list[Row], size: int = 2) -> Iterator[str]:
    """The first ``size`` characters of every text that the alternatives match."""
    for row in rows:
        yield from _row_heads(row, size)


def _row_heads(row: Row, size: int) -> Iterator[str]:
    if not row or size == 0:
        yield ""
        return
    node, rest = row[0], row[1:]
    starts = [node] if isinstance(node, str) else [*_heads(node[1], size), *([""] * node[0])]
    for start in dict.fromkeys(starts):
        for end in dict.fromkeys(_row_heads(rest, size - len(start))):
            yield start + end


Index = dict[str, tuple[re.Pattern[str], tuple[Form, ...]]]


@cache
def forms() -> tuple[tuple[Form, ...], Index, re.Pattern[str]]:
    """All forms, the forms by their first two characters (with one pattern that says whether any
    of them matches), and a pattern for those two characters.

    Raises:
        DataError: a malformed pattern, an unknown role, a form that may be shorter than two
            characters.
    """
    known = {row["id"] for row in table("indicators", ("id",), "id")}
    every, index = [], defaultdict(list)
    for row in table("indicator_names", ("form", "role", "source"), "form"):
        ids = tuple(filter(None, row["indicator"].split("+")))
        split = tuple(filter(None, row["split"].split("+")))
        needs = tuple(filter(None, row["needs"].split("|")))
        name = f"indicator_names.csv: form {row['form']!r}"
        if row["role"] not in ROLES:
            raise DataError(f"{name}: role is {row['role']!r}, not one of {', '.join(ROLES)}")
        if (bad := [i for i in (*ids, *split) if i not in known]) or not (
            ids or row["role"] == "trap"
        ):
            raise DataError(f"{name}: unknown indicator {', '.join(bad) or '(none)'}")
        rows, _ = _parse(row["form"])
        form = Form(row["form"], ids, row["role"], split, re.compile(_source(rows)), needs)
        every.append(form)
        for head in dict.fromkeys(_heads(rows)):
            if len(head) < 2:
                raise DataError(f"{name}: it may be shorter than two characters")
            index[head].append(form)
    seconds = defaultdict(set)
    for head in index:
        seconds[head[0]].add(head[1])
    parts = (f"{re.escape(a)}[{re.escape(''.join(sorted(b)))}]" for a, b in sorted(seconds.items()))
    gates = {
        head: (re.compile("|".join(f.pattern.pattern for f in found)), tuple(found))
        for head, found in index.items()
    }
    return tuple(every), gates, re.compile("|".join(parts))


def _has(text: str, needs: tuple[str, ...], before: int) -> bool:
    return any(text.find(word, max(0, before - 48), before) >= 0 for word in needs)


def find_mentions(text: str) -> list[Mention]:
    """Every name in ``text``, leftmost and longest, without overlaps; linear in the text.

    >>> [text[m.first:m.last] for text in ["全市地区生产总值增长5%"] for m in find_mentions(text)]
    ['地区生产总值']
    """
    _, index, head = forms()
    found = []
    at = 0
    while match := head.search(text, at):
        first = match.start()
        best, which = 0, None
        gate, candidates = index[text[first : first + 2]]
        for form in candidates if gate.match(text, first) else ():
            hit = form.pattern.match(text, first)
            if hit and hit.end() > best and (not form.needs or _has(text, form.needs, first)):
                best, which = hit.end(), form
        if which is None:
            at = first + 1
        else:
            found.append(Mention(first, best, which))
            at = best
    return found
