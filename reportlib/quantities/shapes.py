"""The numerals that have a shape of their own: dates, plans, shares, list numbers, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from math import isfinite

from reportlib.quantities.numerals import MULTITUDES, read_number, split_number, to_number
from reportlib.quantities.vocabulary import CLEAR, Shape, base_of, patterns, unit_at, units
from reportlib.records import Quantity

MEASURED = CLEAR | {"duration", "fraction"}
BOUNDED = MEASURED | {"ordinal"}
LEAD_ENDS = "过破了于少出上越达下逾超足到多在约近致"  # of the pattern `lead`
TRAIL_STARTS = "及以之有余多左上"  # of the pattern `trail`
CLAUSE_ENDS = "\n。：；！？:;!?|》"
QUOTES = '“"‘'  # that open
LISTED = frozenset(("、", "和", "及", "与", "以及", "，"))  # between the numbers of one list
MARKS = " \t\u3000\xa0#*—“"  # may stand between the beginning of a clause and its number
Said = tuple[str, float | str | None, float | None, str, float | None, str, str, bool]
Value = tuple[float | str | None, str, float | None, str]  # value, unit, upper value, bound


def is_han(char: str) -> bool:
    """Whether ``char`` is one Chinese character; "" is not.

    >>> is_han("亿"), is_han("％"), is_han("")
    (True, False, False)
    """
    return "一" <= char <= "鿿"


def base_value(kind: str, value: float | str | None, unit: str) -> tuple[float | None, str]:
    """Value and name in the base unit; 翻两番 is four times.

    >>> base_value("money", 1.5, "亿元"), base_value("multiple", 2.0, "番")
    ((150000000.0, 'yuan'), (4.0, 'times'))
    """
    if not isinstance(value, float) or kind not in MEASURED:
        return None, ""
    factor, name = base_of(unit)
    if unit == "番":
        return (2.0**value if value < 99 else None), name
    base = value if factor == 1 else float(f"{value * factor:.12g}")
    return base, name or ("yuan" if kind == "money" else "")


@lru_cache(maxsize=4096)
def said(
    kind: str,
    value: float | str | None = None,
    unit: str = "",
    high: float | None = None,
    bound: str = "",
    masked: bool = False,
) -> Said:
    """What a numeral says, in the order of the fields of a ``Quantity``.

    >>> said("money", 1.5, "亿元")
    ('money', 1.5, None, '亿元', 150000000.0, 'yuan', 'eq', False)
    """
    if kind == "identifier":
        value, unit = None, ""
    elif isinstance(value, float) and not isfinite(value):
        value = None
    bound = bound or ("eq" if high is None else "range")
    return kind, value, high, unit, *base_value(kind, value, unit), bound, masked


@lru_cache(maxsize=8192)
def measured(text: str, name: str) -> Said | None:
    """What a numeral with the unit ``name``, or of the kind ``name``, says.

    None if that depends on what stands around it.

    >>> measured("5.2亿元", "元")
    ('money', 5.2, None, '亿元', 520000000.0, 'yuan', 'eq', False)
    >>> measured("（一）", "list_number")[:2], measured("五大", "大")[:2], measured("七大", "大")
    (('list_number', 1.0), ('count', 5.0), None)
    """
    unit = units().get(name)
    if unit is None:
        if name == "formula":
            return None if unit_at(text, 1) or _shapes(text[0], text[1]) else said(name)
        bare = text.removesuffix("五").partition("届")[0] if name == "plan_number" else text
        printed = text[-1] if text[-1] in "次万" else ""
        return said(name, to_number(bare.strip("第（()）是、大中全会次万")), printed)
    number = text[: -len(name)]
    if number[0] == "第":
        kind = "rank" if name in ("位", "名", "方阵", "梯队") else "ordinal"
        numbered = unit.kind not in ("money", "percent", "points", "physical")
        return said(kind, to_number(number[1:]), name) if numbered else None
    if name == "年" and patterns().year.fullmatch(text):
        return said("date", to_number(number), name)
    if not unit.plain.fullmatch(number) or (number == "二" and patterns().ambiguous.match(text)):
        return None
    digits = number.rstrip("万亿")
    if unit.clear and digits and digits.isascii():
        value, printed = round(float(digits), 10), text[len(digits) :]
        return unit.kind, value, None, printed, *base_value(unit.kind, value, printed), "eq", False
    r = read_number(number)
    kind = "count" if number == "两" and unit.kind == "ordinal" else unit.kind
    return said(kind, r.value, "" if name in ("强", "佳") else r.scale + name, r.high, r.bound)


# --- values of the shapes, by the name in the data file's column `read`; None: not of this shape --


def _number(m: re.Match[str], shape: Shape) -> Value:
    group = next(filter(None, m.groups()), "")
    unit = m.groupdict().get("unit") or shape.unit
    return to_number(group) if group else None, unit, None, ""


def _short_year(m: re.Match[str], shape: Shape) -> Value:
    year = to_number(m[1])  # ’98
    return year + (1900 if year > 30 else 2000), "", None, ""


def _day(m: re.Match[str], shape: Shape) -> Value:
    return "-".join(f"{to_number(part):02.0f}" for part in m.groups() if part), "", None, ""


def _span(m: re.Match[str], shape: Shape) -> Value | None:
    low, high = to_number(m["low"]), to_number(m["high"])
    high += low // 100 * 100 if low > 99 > high else 0
    unit = m.groupdict().get("unit") or shape.unit
    return (low, unit, high, "") if 1 <= low < high <= shape.top else None


def _decade(m: re.Match[str], shape: Shape) -> Value:
    value = to_number(m["decade"] or m["only"])
    value += (to_number(m["century"]) - 1) * 100 if m["century"] else 0
    return value, "年代" if m["decade"] else "世纪", None, ""


def _share(m: re.Match[str], shape: Shape) -> Value:
    low, high, scale = split_number(m["low"])
    low *= to_number(scale) if scale else 1
    high = to_number(m["high"]) if m["high"] else high
    unit = {"百": "%", "千": "‰", "万": "‱"}[m["of"]]
    return low, unit, high, "min" if m["more"] or m["more2"] else ""


def _fraction(m: re.Match[str], shape: Shape) -> Value | None:
    below = to_number(m["below"] or m["below2"] or "二")
    above = to_number(m["above"] or m["above2"] or "一")
    return (round(above / below, 10), "", None, "") if below else None


READERS: dict[str, Callable[[re.Match[str], Shape], Value | None]] = {
    reader.__name__.lstrip("_"): reader
    for reader in (_number, _short_year, _day, _span, _decade, _share, _fraction)
}


@lru_cache(maxsize=4096)
def _shapes(char: str, then: str) -> list[Shape]:
    """The shapes that may begin with a character, and go on with ``then`` behind its numerals."""
    return [s for s in patterns().typed.get(char, ()) if not (s.then and then) or then in s.then]


class Shapes:
    """Texts on lines of their own, and the quantities found in each, with offsets in it.

    Every rule takes a place in the lines and returns where the numeral ends, or 0 if it is not of
    its shape. A line break stands before the first line and after the last, so that a numeral
    always has neighbours.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = "\n".join(("", *texts, ""))
        self.starts = [*accumulate([len(text) + 1 for text in texts], initial=1)]
        self.found: list[tuple[int, int, Said]] = []  # where each begins and ends, and what it says
        self.shapes = patterns()

    def add(self, start: int, stop: int, what: Said) -> int:
        """Appends what a numeral says; returns its end."""
        self.found.append((start, stop, what))
        return stop

    def lines(self) -> tuple[list[list[Quantity]], set[int]]:
        """The quantities of each line with the bound words that touch them, and the lines where
        two of them may stand in one list."""
        text, starts, new = self.text, self.starts, tuple.__new__
        lines: list[list[Quantity]] = []
        near: set[int] = set()
        base = end = done = 0
        for start, stop, what in self.found:
            while start >= end:
                lines.append(own := [])
                base, end = end or starts[0], starts[len(lines)]
            first, last, at, to = start, stop, start - base, stop - base
            span = (at, to, at, to, text[start:stop])
            if (text[start - 1] in LEAD_ENDS or text[stop] in TRAIL_STARTS) and what[0] in BOUNDED:
                first, last, bound = self.bounds(max(start - 5, done), start, stop, what[0])
                span = (first - base, last - base, at, to, text[first:last])
                what = (*what[:6], bound or what[6], what[7])
            own.append(new(Quantity, span + what))
            if first - done <= 2 and text[done:first] in LISTED:
                near.add(len(lines) - 1)
            done = last
        lines += ([] for _ in starts[len(lines) + 1 :])
        return lines, near

    def bounds(self, free: int, start: int, stop: int, kind: str) -> tuple[int, int, str]:
        """First, last and bound with the bound words that touch the number, not before ``free``.

        近 before a span of time is recent (近三年), 上 is a bound only in 上百, 上千.
        """
        text, first, last, bound = self.text, start, stop, ""
        if text[start - 1] in LEAD_ENDS and (lead := self.shapes.lead.search(text, free, start)):
            recent = kind == "duration" and lead.group() == "近"
            if not recent and (lead.group() != "上" or text[start] in MULTITUDES):
                first, bound = lead.start(), lead.lastgroup or ""
        if trail := self.shapes.trail.match(text, stop):
            last, bound = trail.end(), str(trail.lastgroup)
        if first < start and (stage := self.shapes.stage.match(text, last)):
            last = stage.end()
        return first, last, bound

    def typed(self, i: int) -> int:
        """The shapes of the data file that may begin with this character."""
        text, run = self.text, self.shapes.run.match(self.text, i)
        for shape in _shapes(text[i], text[run.end()] if run else ""):
            m = shape.pattern.match(text, i)
            if m is None or (shape.after and not self.begins(i, shape.after)):
                continue
            if read := READERS[shape.read](m, shape):
                masked = shape.kind == "date" and read[0] is None
                return self.add(i, m.end(), said(shape.kind, *read, masked))
        return 0

    def begins(self, i: int, after: str) -> bool:
        """Whether only marks stand between ``i`` and the beginning of a line or a clause."""
        return self.text[max(0, i - 10) : i].rstrip(MARKS)[-1:] in (*after,)

    def quoted(self, i: int) -> bool:
        """Whether a quotation mark opens just before ``i``."""
        return self.text[i - 1] in QUOTES

    def slogan(self, i: int, end: int) -> int:
        """A formula that begins at ``i``: to the closing quotation mark, or else to ``end``."""
        m = self.shapes.quoted.match(self.text, i) if self.quoted(i) else None
        return self.add(i, m.end() if m else end, said("formula"))

    def ordinal(self, i: int) -> int:
        """第三届, 第1, 第84位; 第一， at the beginning of a clause is a list number."""
        text = self.text
        m = self.shapes.number.match(text, i + 1)
        numeral: str = "" if m is None or m["few"] else m["digits"] or m["han"]
        if not numeral:
            return i + 1
        stop = i + 1 + len(numeral)
        value, unit, following = to_number(numeral), unit_at(text, stop), text[stop : stop + 1]
        if following in ("，", "、") and self.begins(i, CLAUSE_ENDS):
            return self.add(i, stop, said("list_number", value))
        end = stop + len(unit.name if unit else "")
        if unit and (what := measured(text[i:end], unit.name)):
            return self.add(i, end, what)
        ends = not is_han(following) or following in "的和及与"
        return self.add(i, stop, said("rank" if ends else "ordinal", value))

    def letters(self, i: int) -> int:
        """A run of Latin letters: a name with a number (G105) or a mask (XX, **)."""
        m = self.shapes.latin.match(self.text, i)
        if m["mask"]:
            return self.mask(i, m.end("mask"), m.end())
        if not m["name"]:
            return int(m.end())
        number = self.shapes.number.match(self.text, i + len(m["letters"]))
        unit = unit_at(self.text, number.end())
        if unit and (unit.kind in ("money", "percent") or number["scale"]):
            return int(number.start())  # GDP100亿元
        return self.add(i, m.end(), said("identifier"))

    def mask(self, i: int, end: int, at: int) -> int:
        """A blanked-out number: X, × or * before a unit. After a full stop ** is only bold type."""
        text = self.text
        unit = unit_at(text, at)
        before = text[i - 1 : i]
        stands = is_han(before) if text[i] in "*＊" else before not in (*"0123456789",)
        if not stands or unit is None or not unit.clear or (unit.name in "人家" and at == end):
            return end
        stop = at + len(unit.name)
        printed = re.sub("[余多]", "", text[end:stop])
        return self.add(i, stop, said(unit.kind, None, printed, masked=True))
