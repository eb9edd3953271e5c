"""The years and plans that a text names, and the part each plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reportlib.indicators.vocabulary import ends_with, pattern
from reportlib.records import Quantity

# The first year of the plan called 一五, 二五, … (the third began after three years of recovery).
_PLANS = {1: 1953, 2: 1958, 3: 1966, **{n: 1971 + 5 * (n - 4) for n in range(4, 21)}}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}


class Span(NamedTuple):
    """Years ``first`` to ``last``, the same for one year; 0 where not known."""

    first: int
    last: int

    def __str__(self) -> str:
        if not self.last:
            return ""
        return str(self.last) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def end(self) -> Span:
        """The last year alone."""
        return Span(self.last, self.last)


class Anchor(NamedTuple):
    """A year or plan in a chain.

    ``role`` is base (比2020年), frame (同2020年相比，), since, until, plan, span or year.
    """

    at: int
    span: Span
    role: str


def read_years(text: str) -> int:
    """How many years 二十 or 5 are.

    >>> read_years("二十"), read_years("5"), read_years("十三")
    (20, 5, 13)
    """
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if "十" in text else 0) + _DIGITS.get(ones, 0)


def find_anchors(text: str, quantities: Sequence[Quantity]) -> list[Anchor]:
    """The years and named five-year plans of a text, with the part each plays.

    >>> year = Quantity(1, 6, 1, 6, "2020年", "date", 2020.0, unit="年")
    >>> [(str(a.span), a.role) for a in find_anchors("比2020年增长5%", [year])]
    [('2020', 'base')]
    """
    out = []
    for q in quantities:
        if q.kind in ("date", "plan_number") and (span := _years(q)):
            role = _role(q, span, text[max(0, q.first - 6) : q.first], text[q.last : q.last + 8])
            span = span.end if role in ("base", "frame", "until") else span
            out.append(Anchor(q.first, span, role))
    return out


def _role(q: Quantity, span: Span, before: str, after: str) -> str:
    before, after = before.rstrip("“"), after.lstrip("”")
    times = before.endswith(("是", "为", "于", "达到")) and pattern("times").match(after)
    met = before.endswith("完成") and after.startswith(("目标", "规划", "任务"))
    if times or met or pattern("sum_of").match(after) or after.startswith(("基础上", "的基础上")):
        return "base"  # also of 提前完成“十四五”目标
    onward = ("以来", "起", "开始", "到", "至")
    ranged = bool(q.value_high) and before.endswith(("从", "由", "自"))  # 从1979年到1983年，
    if ends_with(before, "from") and not after.startswith(onward) and not ranged:
        return "frame" if after.startswith(("相比", "比较", "，")) else "base"
    if q.quote.endswith("以来") or after.startswith(("以来", "起", "开始")):
        return "since"
    if before.endswith(("到", "至")) or after.startswith(("末", "底", "年底")):
        return "until"
    return "plan" if q.kind == "plan_number" else "year" if span.first == span.last else "span"


def _years(q: Quantity) -> Span | None:
    """The years that a date or the number of a five-year plan names."""
    if q.kind == "plan_number" and isinstance(q.value, float):
        named = q.quote.endswith("五") or "个五年" in q.quote  # not 十五届五中
        first = _PLANS.get(int(q.value)) if named else None
        return Span(first, first + 4) if first else None
    if q.unit in ("月", "周", "年代", "世纪", "季度"):
        return None
    if isinstance(q.value, str):
        return Span(int(q.value[:4]), int(q.value[:4])) if q.value[:4].isdigit() else None
    if q.value is None or not 1900 < q.value < 2100 or not (q.unit or q.value_high):
        return None
    return Span(int(q.value), int(q.value_high or q.value))
