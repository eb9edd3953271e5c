"""The numerals that have a shape of their own: dates, plans, shares, list numbers, names."""

from __future__ import annotations

import re
from math import isfinite

from reportlib.quantities.numerals import HAN_NUMERALS, MULTITUDES, split_number, to_number
from reportlib.quantities.vocabulary import base_of, leads, patterns, unit_at
from reportlib.records import Quantity

CLEAR = frozenset(("money", "percent", "points", "multiple", "count", "physical"))
MEASURED = CLEAR | {"duration", "fraction"}
PERCENT = {"百": "%", "千": "‰", "万": "‱"}
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
    factor, name = base_of(unit) if unit else (1.0, "")
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
        quote = self.text[first:last]
        self.found.append(
            Quantity(
                first, last, start, stop, quote, kind, value, high, unit, base, name, bound, masked
            )
        )
        return last

    def bounds(self, start: int, stop: int, kind: str) -> tuple[int, int, str]:
        """First, last and bound with the bound words that touch the number."""
        text, first, last, bound, known = self.text, start, stop, "", leads()
        for length in (5, 4, 3, 2, 1) if text[start - 1 : start] in known.ends else ():
            word = text[max(0, start - length) : start]
            if word in known.bound:
                other = length == 1 and text[start - 2 : start - 1] in (*known.not_after,)
                other |= word == "近" and kind == "duration"
                other |= word == "上" and text[start] not in MULTITUDES
                if not other:
                    first, bound = start - length, known.bound[word]
                break
        if text[stop : stop + 1] in ("及", "以", "之", "有", "余", "多", "左", "上"):
            trail = self.shapes.trail.match(text, stop)
            if trail:
                last, bound = trail.end(), str(trail.lastgroup)
        if first < start and text.startswith(("台阶", "大关"), last):
            last += 2
        return first, last, bound

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
        if self.text[i - 1 : i] in ("(", "（") and (
            m := self.shapes.bracket.match(self.text, i - 1)
        ):
            return self.add("list_number", i - 1, m.end(), to_number(m["n"]))
        return 0

    def plan(self, i: int) -> int:
        """“十四五”, 二十大, 二十届三中全会, 第七个五年计划."""
        m = self.shapes.plan.match(self.text, i)
        if not m:
            return 0
        return self.add("plan_number", i, m.end(), to_number(next(filter(None, m.groups()))))

    def date(self, i: int) -> int:
        """Years, months, days, seasons, decades and spans of them; a full date is an ISO string."""
        text, shapes = self.text, self.shapes
        if m := shapes.years.match(text, i):
            low, high = to_number(m["low"]), to_number(m["high"])
            high += low // 100 * 100 if high < 100 else 0
            if low < high:
                return self.add("date", i, m.end(), low, m["unit"] or "", high)
        parts: list[float] = []
        if m := shapes.calendar.match(text, i):
            if not m["month"]:
                return self.add("date", i, m.end(), to_number(m["year"]), m["unit"])
            parts = [to_number(m[g]) for g in ("year", "month", "day") if m[g]]
        elif m := shapes.day.match(text, i) or shapes.dot_day.match(text, i):
            parts = [to_number(m["month"]), to_number(m["day"])]
        elif m := shapes.iso.match(text, i):
            parts = [float(x) for x in re.split("[-./]", m.group())]
        if m:
            return self.add("date", i, m.end(), "-".join(f"{x:02.0f}" for x in parts))
        for shape, unit, top in ((shapes.months, "月", 12), (shapes.days, "日", 31)):
            if m := shape.match(text, i):
                low, high = to_number(m["low"]), to_number(m["high"])
                if 1 <= low < high <= top:
                    return self.add("date", i, m.end(), low, unit, high)
        if m := shapes.decade.match(text, i):
            value = to_number(m["decade"] or m["only"])
            value += (to_number(m["century"]) - 1) * 100 if m["century"] else 0
            return self.add("date", i, m.end(), value, "年代" if m["decade"] else "世纪")
        if m := shapes.season.match(text, i):
            return self.add("date", i, m.end(), to_number(m["n"]), "季度")
        return 0

    def part(self, i: int) -> int:
        """百分之五, 千分之三, 四分之一, 1/3, 一半."""
        if m := self.shapes.percent.match(self.text, i):
            low, high, scale = split_number(m["low"])
            low *= to_number(scale) if scale else 1
            high = to_number(m["high"]) if m["high"] else high
            bound = "min" if m["more"] or m["more2"] else ""
            return self.add("percent", i, m.end(), low, PERCENT[m["of"]], high, bound)
        if m := self.shapes.fraction.match(self.text, i):
            above, below = (
                to_number(m[g] or m[g + "2"] or h) for g, h in (("above", "一"), ("below", "二"))
            )
            if below:
                return self.add("fraction", i, m.end(), round(above / below, 10))
        return 0

    def ordinal(self, i: int) -> int:
        """第三届, 第1, 第84位; 第一， at the beginning of a clause is a list number."""
        text = self.text
        m = self.shapes.number.match(text, i + 1)
        numeral: str = "" if m is None or m["few"] else m["digits"] or m["han"]
        if end := self.plan(i) if numeral else i + 1:
            return end
        stop = i + 1 + len(numeral)
        value, unit, following = to_number(numeral), unit_at(text, stop), text[stop : stop + 1]
        if following in ("，", "、") and self.begins(i, CLAUSE_ENDS):
            return self.add("list_number", i, stop, value)
        if unit and unit.kind not in ("money", "percent", "points", "physical"):
            kind = "rank" if unit.name in ("位", "名", "方阵", "梯队") else "ordinal"
            return self.add(kind, i, stop + len(unit.name), value, unit.name)
        ends = not is_han(following) or following in "的和及与"
        return self.add("rank" if ends else "ordinal", i, stop, value)

    def prefixed(self, i: int) -> int:
        """第, 翻, 周, 双, ’, a footnote bracket, a circled or Roman number, a row of * or ×."""
        text, c, shapes = self.text, self.text[i], self.shapes
        if c == "第":
            return self.ordinal(i)
        if c == "翻" and (m := shapes.double.match(text, i)):
            return self.add("multiple", i, m.end(), to_number(m["n"]), "番")
        if c == "周" and (m := shapes.weekday.match(text, i)):
            return self.add("date", i, m.end(), to_number(m["n"]), "周")
        if c == "双" and text[i + 1 : i + 2] in ("百", "千", "万") and self.quoted(i):
            return self.slogan(i, i + 2)
        if c in "[［【" and (m := shapes.footnote.match(text, i)):
            return self.add("list_number", i, m.end(), float(m["n"]))
        if c == "’" and (m := shapes.short_year.match(text, i)):
            year = float(m["n"])
            return self.add("date", i, m.end(), year + (1900 if year > 30 else 2000))
        if "①" <= c <= "⑳":
            return self.add("list_number", i, i + 1, ord(c) - ord("①") + 1.0)
        if "Ⅰ" <= c <= "Ⅻ":
            unit = unit_at(text, i + 1)
            name = unit.name if unit else ""
            return self.add("ordinal", i, i + 1 + len(name), ord(c) - ord("Ⅰ") + 1.0, name)
        if c in "*＊×":
            m = shapes.stars.match(text, i)
            return self.mask(i, m.end())
        return i + 1

    def latin(self, i: int) -> int:
        """A run of Latin letters: a name with a number (G105), a formula (N+1), a mask (XX)."""
        m = self.shapes.latin.match(self.text, i)
        if m["formula"]:
            return self.add("formula", i, m.end())
        if m["mask"]:
            return self.mask(i, m.end())
        if not m["name"]:
            return int(m.end())
        at = i + len(m["letters"])
        number = self.shapes.number.match(self.text, at)
        unit = unit_at(self.text, number.end()) if number else None
        if unit and (unit.kind in ("money", "percent") or number["scale"]):
            return at  # GDP100亿元
        return self.add("identifier", i, m.end())

    def mask(self, i: int, end: int) -> int:
        """A blanked-out number: X, × or * before a unit. After a full stop ** is only bold type."""
        text, at = self.text, end
        while text[at : at + 1] in ("万", "亿", "余", "多"):
            at += 1
        unit = unit_at(text, at)
        if not is_han(text[i - 1 : i]) or unit is None or unit.strict or unit.kind not in CLEAR:
            return end
        if unit.name in "人家" and at == end:
            return end
        stop = at + len(unit.name)
        printed = text[end:stop].translate({ord(c): None for c in "余多"})
        return self.add(unit.kind, i, stop, None, printed, masked=True)


def festival(word: str) -> str:
    """Month and day of a day named by its numerals.

    >>> festival("五一假"), festival("“九一八”")
    ('05-01', '09-18')
    """
    numerals = [c for c in word if c in HAN_NUMERALS]
    return f"{to_number(numerals[0]):02.0f}-{to_number(''.join(numerals[1:])):02.0f}"
