"""When a figure holds and whether it is done, expected or aimed at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportlib.records import Quantity

# The first year of the plan called 一五, 二五, … (the third began after three years of recovery).
_PLANS = {1: 1953, 2: 1958, 3: 1966, **{n: 1971 + 5 * (n - 4) for n in range(4, 21)}}

_SPAN_CUE = re.compile(
    "(?:过去|这|近|前|回顾|总结|刚刚过去的|走过的|上届政府的?)的?[五5]年|[五5]年(?:来|间|里|中|的(?:工作|发展|奋斗))|本届政府|届内|任期"
)
_YEAR_CUE = re.compile(
    "过去的?一年|一年来|去年|上年(?!的|同期|度)|刚刚过去的|今年|全年|过去的?(?:19|20)[0-9]{2}年|这一年|年内|新的一年|明年"
)
_AHEAD_CUE = re.compile("(?:今后|未来|此后|下一个|接下来的|新的|往后)(?:的)?[五5]年|新一届政府|下个五年|本届政府|五年(?:内|后|的?(?:目标|奋斗))")
_FORECAST = re.compile("预计|预期(?!目标|指标|性)|有望|可望|预测|估计|预估|预计将|可完成|可实现|可达")
_TARGET = re.compile("力争|确保|目标(?:是|为|：)|争取(?=[^了]{0,6}(?:达|实现|完成|突破|增长))|到20[0-9]{2}年")
_PLAN_HEAD = re.compile("[“（）、。！，一二三四五六七八九十各位代表]*(?:(?:过去|回顾|经过|展望|在|到|纵观|总结|整个|这|《纲要》?提出了?)[“]?)?")
_NAMED = re.compile("“?(?:十[一二三四五]?|[一二三四五六七八九])五”?(?:时期|期间|计划|规划|以来|的?[五5]年|末|收官|目标)|“(?:十[一二三四五]?|[一二三四五六七八九])五”")


@dataclass(frozen=True, slots=True)
class Span:
    """Years ``first`` to ``last``, the same for one year; 0 where not known."""

    first: int
    last: int

    def __str__(self) -> str:
        if not self.last:
            return ""
        return str(self.last) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A date in a chain: ``role`` base (比2020年), since (2017年以来), until or span."""

    at: int
    span: Span
    role: str


def year(text: str) -> int:
    """A printed year as a number, 0 if there is none."""
    return int(text) if text.isdigit() else 0


class Clock:
    """Which years a part of a report speaks of, read sentence by sentence."""

    def __init__(self, review: str, plan: str) -> None:
        self.review, self.plan = year(review), year(plan)
        self.section = ""
        self.span = Span(0, 0)

    def enter(self, section: str) -> None:
        """A new section begins with its own year."""
        ahead = section == "plan"
        if ahead != (self.section == "plan") or not self.section:
            here = self.plan if ahead else self.review
            self.span = Span(here, here)
        self.section = section

    def hear(self, text: str, anchors: Sequence[Anchor], heading: bool = False) -> None:
        """Let the beginning of a sentence or heading set the years that follow: first cue wins."""
        here = self.plan if self.section == "plan" else self.review
        if not here:
            return
        cues: list[tuple[int, Span]] = []
        reach = 40 if heading else 20
        for pattern, span in (
            (_AHEAD_CUE if self.section == "plan" else _SPAN_CUE, self._five(here)),
            (_YEAR_CUE, Span(here, here)),
            (re.compile(f"{here}年(?![度末底初的])"), Span(here, here)),
        ):
            if (match := pattern.search(text)) and match.start() < reach:
                cues.append((match.start(), span))
        for anchor in anchors:
            span = anchor.span
            if anchor.role == "plan" and (heading or _PLAN_HEAD.fullmatch(text[: anchor.at])):
                if self.section == "plan" and span.last > here:
                    cues.append((anchor.at, Span(max(span.first, here), span.last)))
                elif self.section != "plan" and span.first < here and span.last >= here - 1:
                    cues.append((anchor.at, Span(span.first, min(span.last, here))))
            elif anchor.role == "until" and self.section == "plan" and anchor.at < 8 and span.last > here + 1:
                cues.append((anchor.at, Span(here, span.last)))
        if self.section != "plan" and (match := _YEARS_ON.match(text)) and 1 < (n := _number(match[1])) < 80:
            cues.append((match.start(), Span(here - n + 1, here)))
        if cues:
            self.span = min(cues, key=lambda cue: cue[0])[1]

    def _five(self, here: int) -> Span:
        return Span(here, here + 4) if self.section == "plan" else Span(here - 4, here)


def find_anchors(text: str, quantities: Sequence[Quantity], clock: Clock) -> list[Anchor]:
    """The years and named plans of a text with the part each plays."""
    out = []
    for q in quantities:
        span = _years(q)
        if span is None:
            continue
        before, after = text[max(0, q.first - 6) : q.first].rstrip("“"), text[q.last : q.last + 5].lstrip("”")
        role = "plan" if q.kind == "plan_number" else ""
        if re.search("(?:比|较|由|从|与|以|相比|自)$", before) and not after.startswith(("以来", "起", "开始", "到", "至")):
            role, span = "base", Span(span.last, span.last) if q.kind == "date" or after.startswith(("末", "期末", "时期末")) else Span(span.last, span.last)
        elif q.quote.endswith("以来") or after.startswith(("以来", "起", "开始")):
            role = "since"
        elif before.endswith(("到", "至")) or after.startswith(("末", "底", "年底")):
            role, span = "until", Span(span.last, span.last)
        elif not role:
            role = "span" if span.first != span.last else "year"
        out.append(Anchor(q.first, span, role))
    return out


def _years(q: Quantity) -> Span | None:
    """The years that a date or the number of a five-year plan names."""
    if q.kind == "plan_number" and isinstance(q.value, float) and q.quote.endswith("五"):
        first = _PLANS.get(int(q.value))
        return Span(first, first + 4) if first else None
    if q.kind != "date" or q.unit in ("月", "周", "年代", "世纪", "季度"):
        return None
    if isinstance(q.value, str):
        return Span(int(q.value[:4]), int(q.value[:4])) if re.match("[12][0-9]{3}", q.value) else None
    if q.value is None or not 1900 < q.value < 2100 or not (q.unit or q.value_high):
        return None
    last = int(q.value_high) if q.value_high else int(q.value)
    return Span(int(q.value), last)


# --- one figure ----------------------------------------------------------------------------

_HELD = re.compile("稳定在|保持在|控制在|维持在|稳定|连续|每年|年均|累计|平均每年|合计|总计")
_MEAN = re.compile("年均|平均每年|每年平均|年平均|每年")
_SUM = re.compile("累计|总计|合计|共计")
_TOTAL = re.compile("总量|总数|达到|拥有|存量")
_ONE_YEAR = re.compile("同比|比上年|较上年|比去年|较去年|上年同期|比年初|较年初")
_N = "([二两三四五六七八九十0-9]{1,3})年"
_LAST_N = re.compile(f"{_N}(?:来|间|里|累计|平均|年均|共)|近{_N}")
_YEARS_ON = re.compile(f"[^，。]{{0,6}}?{_N}(?:来|间)")
_RUNNING_N = re.compile(f"连续{_N}")
_PART = re.compile("上半年|前三季度|一季度|三季度末|前[0-9一二三四五六七八九十]+个月|1(?:月)?[-—至到]1[01]月|截至1[01]月")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    ten = _DIGITS.get(tens, 1) * 10 if "十" in text else 0
    return ten + (_DIGITS.get(ones, 0) if ones else 0)


@dataclass(frozen=True, slots=True)
class Moment:
    """Status, period and basis of one figure."""

    status: str
    period: str
    basis: str


def moment(
    text: str,
    quantity: Quantity,
    measure: str,
    role: str,
    clock: Clock,
    anchors: Sequence[Anchor],
    basis: str,
) -> Moment:
    """When the figure at ``quantity`` of a chain holds (see ``gold/GUIDE.md`` for the rules)."""
    at = quantity.first
    start = max(text.rfind(c, 0, at) for c in "；。") + 1
    clause = max(text.rfind(c, 0, at) for c in "，；：。") + 1
    near = [a for a in anchors if start <= a.at < at] or [a for a in anchors if a.at < at]
    span = clock.span
    own = next((a for a in reversed(near) if a.role in ("year", "span", "until", "plan", "since")), None)
    base = next((a for a in reversed(near) if a.role == "base"), None)
    status = _status(text, at, clock, own)
    here = text[clause:at]
    if own is not None:
        span = _from_anchor(own, span, clock)
    elif clock.section != "plan" and (
        (found := _LAST_N.search(text[start:at])) or (measure == "level" and (found := _RUNNING_N.search(here)))
    ):
        years = _number(next(filter(None, found.groups())))
        if 1 < years < 80 and span.last:
            span = Span(span.last - years + 1, span.last)
    if role == "steps":
        return Moment(status, "", basis)
    if role == "from":
        return Moment("actual", str(_base_year(base, span, text[max(0, at - 12) : at])), basis)
    item = text[max(text.rfind(c, 0, at) for c in "、，；：。") + 1 : quantity.number]
    mean = bool(_MEAN.search(here))
    summed = bool(_SUM.search(text[start:at])) and not _TOTAL.search(item)
    basis = "annual_mean" if mean else "cumulative" if summed else "part_year" if _PART.search(text[start:at]) else basis
    if measure == "level":
        held = mean or summed or _HELD.search(text[max(clause, at - 14) : quantity.number])
        return Moment(status, str(span if held and span.last else Span(span.last, span.last)), basis)
    if base is not None and 0 < base.span.last < span.last:
        return Moment(status, str(Span(base.span.last + 1, span.last)), basis)
    if _ONE_YEAR.search(here) and not mean:
        span = Span(span.last, span.last)
    return Moment(status, str(span), basis)


def _from_anchor(anchor: Anchor, span: Span, clock: Clock) -> Span:
    if anchor.role == "since":
        return Span(anchor.span.first, span.last or clock.review)
    if anchor.role == "until" and span.first < anchor.span.last and clock.section == "plan":
        return Span(span.first, anchor.span.last)
    if clock.section != "plan" and clock.review and anchor.span.first <= clock.review < anchor.span.last:
        return Span(anchor.span.first, clock.review)
    return anchor.span


def _base_year(base: Anchor | None, span: Span, before: str) -> Span:
    if base is not None:
        return Span(base.span.last, base.span.last)
    if not span.first:
        return span
    return Span(span.first - 1, span.first - 1)


def _status(text: str, at: int, clock: Clock, own: Anchor | None) -> str:
    if clock.section == "plan":
        past = own is not None and own.role in ("year", "span") and 0 < own.span.last < clock.plan
        return "actual" if past else "target"
    if own is not None and own.span.last > clock.review > 0 and own.role in ("until", "year"):
        return "target"
    return "expected" if _forecast_holds(text, at) else "actual"


def _forecast_holds(text: str, at: int) -> bool:
    """Whether 预计 stands before ``at`` in the same chain, with nothing of another kind between."""
    found = None
    for found in _FORECAST.finditer(text, 0, at):
        pass
    return found is not None
