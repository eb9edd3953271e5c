"""The numerals that have a shape of their own: dates, plans, shares, list numbers, names."""

from __future__ import annotations

import re
from math import isfinite

from reportlib.quantities.numerals import HAN_NUMERALS, MULTITUDES, split_number, to_number
from reportlib.quantities.vocabulary import base_of, patterns, unit_at
from reportlib.records import Quantity

CLEAR = frozenset(("money", "percent", "points", "multiple", "count", "physical"))
MEASURED = CLEAR | {"duration", "fraction"}
CLAUSE_ENDS = "\n。：；！？:;!?|》"


def is_han(char: str) -> bool:
    """Whether ``char`` is one Chinese character; "" is not."""
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
    return float(f"{value * factor:.12g}"), name or ("yuan" if kind == "money" else "")


class Shapes:
    """A text and the quantities found in it.

    Every rule takes a place and returns where the numeral ends, or 0 if it is not of its shape.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Quantity] = []
        self.shapes = patterns()

    def add(
        self,
        kind: str,
        start: int,
        stop: int,
        value: float | str | None = None,
        unit: str = "",
        high: float | None = None,
        bound: str = "",
        masked: bool = False,
    ) -> int:
        """Appends a quantity with the bound words that touch it; returns where it ends."""
        first, last = start, stop
        if kind in MEASURED or kind == "ordinal":
            first, last, outer = self.bounds(start, stop, kind)
            bound = outer or bound
        if kind == "identifier":
            value, unit = None, ""
        elif isinstance(value, float) and not isfinite(value):
            value = None
        base, name = base_value(kind, value, unit)
        bound = bound or ("eq" if high is None else "range")
        span = (first, last, start, stop, self.text[first:last])
        self.found.append(Quantity(*span, kind, value, high, unit, base, name, bound, masked))
        return last

    def bounds(self, start: int, stop: int, kind: str) -> tuple[int, int, str]:
        """First, last and bound with the bound words that touch the number.

        近 before a span of time is recent (近三年), 上 is a bound only in 上百, 上千.
        """
        text, first, last, bound = self.text, start, stop, ""
        free = max(start - 5, self.found[-1].last if self.found else 0)
        lead = self.shapes.lead.search(text, free, start)
        recent = lead and kind == "duration" and lead.group() == "近"
        if lead and not recent and (lead.group() != "上" or text[start] in MULTITUDES):
            first, bound = lead.start(), str(lead.lastgroup)
        if trail := self.shapes.trail.match(text, stop):
            last, bound = trail.end(), str(trail.lastgroup)
        if first < start and text.startswith(("台阶", "大关"), last):
            last += 2
        return first, last, bound

    def typed(self, i: int, begins: str) -> int:
        """The shapes whose kind the data file says; years like ’98 are of the last century."""
        for kind, unit, pattern in self.shapes.typed[begins]:
            if m := pattern.match(self.text, i):
                group = next(filter(None, m.groups()), "")
                value = to_number(group) if group else None
                if value is not None and kind == "date" and not unit:
                    value += 1900 if value > 30 else 2000
                masked = value is None and kind == "date"
                return self.add(kind, i, m.end(), value, unit, masked=masked)
        return 0

    def quoted(self, i: int) -> bool:
        """Whether a quotation mark opens just before ``i``."""
        return self.text[i - 1 : i] in ("“", '"', "‘")

    def slogan(self, i: int, end: int) -> int:
        """A formula that begins at ``i``: to the closing quotation mark, or else to ``end``."""
        m = self.shapes.quoted.match(self.text, i) if self.quoted(i) else None
        return self.add("formula", i, m.end() if m else end)

    def begins(self, i: int, after: str) -> bool:
        """Whether only marks stand between ``i`` and the beginning of a line or a clause."""
        k = i - 1
        while k >= 0 and i - k < 9 and self.text[k] in " \t\u3000\xa0#*—“":
            k -= 1
        return k < 0 or self.text[k] in after

    def numbered(self, i: int, shape: re.Pattern[str]) -> int:
        """一、 （一） 1. and 一是 at the beginning of a clause."""
        m = shape.match(self.text, i)
        if m and self.begins(i, CLAUSE_ENDS + "，、" * m.group().endswith(("是", "要"))):
            return self.add("list_number", i, m.end(), to_number(m["n"]))
        m = self.shapes.bracket.match(self.text, i - 1) if i else None
        return self.add("list_number", i - 1, m.end(), to_number(m["n"])) if m else 0

    def date(self, i: int) -> int:
        """Years, months, days, decades and spans of them; a full date is an ISO string."""
        text, shapes = self.text, self.shapes
        for shape, unit, top in (
            (shapes.years, "", 2100),
            (shapes.months, "月", 12),
            (shapes.days, "日", 31),
        ):
            if m := shape.match(text, i):
                low, high = to_number(m["low"]), to_number(m["high"])
                high += low // 100 * 100 if low > 99 > high else 0
                if 1 <= low < high <= top:
                    unit = m["unit"] or unit if top == 2100 else unit
                    return self.add("date", i, m.end(), low, unit, high)
        if m := shapes.calendar.match(text, i):
            if not m["month"]:
                return self.add("date", i, m.end(), to_number(m["year"]), m["unit"])
        elif not (m := shapes.day.match(text, i) or shapes.iso.match(text, i)):
            m = shapes.decade.match(text, i)
            if m is None:
                return 0
            value = to_number(m["decade"] or m["only"])
            value += (to_number(m["century"]) - 1) * 100 if m["century"] else 0
            return self.add("date", i, m.end(), value, "年代" if m["decade"] else "世纪")
        iso = "-".join(
            f"{to_number(part):02.0f}" for part in m.groups() if part not in (None, "年")
        )
        return self.add("date", i, m.end(), iso)

    def part(self, i: int) -> int:
        """百分之五, 千分之三, 四分之一, 1/3, 一半."""
        if m := self.shapes.percent.match(self.text, i):
            low, high, scale = split_number(m["low"])
            low *= to_number(scale) if scale else 1
            high = to_number(m["high"]) if m["high"] else high
            bound = "min" if m["more"] or m["more2"] else ""
            unit = {"百": "%", "千": "‰", "万": "‱"}[m["of"]]
            return self.add("percent", i, m.end(), low, unit, high, bound)
        if m := self.shapes.fraction.match(self.text, i):
            below = to_number(m["below"] or m["below2"] or "二")
            above = to_number(m["above"] or m["above2"] or "一")
            return self.add("fraction", i, m.end(), round(above / below, 10)) if below else 0
        return 0

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
            return self.add("list_number", i, stop, value)
        if unit and unit.kind not in ("money", "percent", "points", "physical"):
            kind = "rank" if unit.name in ("位", "名", "方阵", "梯队") else "ordinal"
            return self.add(kind, i, stop + len(unit.name), value, unit.name)
        ends = not is_han(following) or following in "的和及与"
        return self.add("rank" if ends else "ordinal", i, stop, value)

    def sign(self, i: int) -> int:
        """第, 翻, 周, 双, ’, [1], ①, Ⅱ, and * or × in place of a number."""
        text, c = self.text, self.text[i]
        if end := self.typed(i, "sign"):
            return end
        if c == "第":
            return self.ordinal(i)
        if c in "*＊×":
            end = i + 1
            while text[end : end + 1] == c:
                end += 1
            return self.mask(i, end)
        return i + 1

    def letters(self, i: int) -> int:
        """A run of Latin letters: a name with a number (G105), a formula (N+1), a mask (XX)."""
        if end := self.typed(i, "letter"):
            return end
        m = self.shapes.latin.match(self.text, i)
        if m["mask"]:
            return self.mask(i, m.end())
        if not m["name"]:
            return int(m.end())
        number = self.shapes.number.match(self.text, i + len(m["letters"]))
        unit = unit_at(self.text, number.end())
        if unit and (unit.kind in ("money", "percent") or number["scale"]):
            return int(number.start())  # GDP100亿元
        return self.add("identifier", i, m.end())

    def mask(self, i: int, end: int) -> int:
        """A blanked-out number: X, × or * before a unit. After a full stop ** is only bold type."""
        text, at = self.text, end
        while text[at : at + 1] in ("万", "亿", "余", "多"):
            at += 1
        unit = unit_at(text, at)
        before = text[i - 1 : i]
        stands = is_han(before) if text[i] in "*＊" else before not in (*"0123456789",)
        if not stands or unit is None or unit.strict or unit.kind not in CLEAR:
            return end
        if unit.name in "人家" and at == end:
            return end
        stop = at + len(unit.name)
        printed = re.sub("[余多]", "", text[end:stop])
        return self.add(unit.kind, i, stop, None, printed, masked=True)


def festival(word: str) -> str:
    """Month and day of a day named by its numerals.

    >>> festival("五一假"), festival("“九一八”")
    ('05-01', '09-18')
    """
    numerals = [c for c in word if c in HAN_NUMERALS]
    return f"{to_number(numerals[0]):02.0f}-{to_number(''.join(numerals[1:])):02.0f}"
