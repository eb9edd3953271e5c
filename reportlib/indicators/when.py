"""When a figure holds, and whether it is done, expected or aimed at."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from reportlib.records import Quantity

WINDOW = 300  # characters before a number in which words about its time are looked for

# The first year of the plan called 一五, 二五, … (the third began after three years of recovery).
_PLANS = {1: 1953, 2: 1958, 3: 1966, **{n: 1971 + 5 * (n - 4) for n in range(4, 21)}}
_N = "([二两三四五六七八九十0-9]{1,3})年"
_TIME_SIGN = re.compile("[年届五]|任期")
_REVIEW_FIVE = re.compile(
    "(?:过去|这|近|前|回顾|总结|刚刚过去的|走过的)的?[五5]年"
    "|[五5]年(?:来|间|里|中|的(?:工作|发展|奋斗))|本届政府|届内|任期"
)
_PLAN_FIVE = re.compile(
    "(?:今后|未来|此后|下一个|接下来的|新的|往后)(?:的)?[五5]年|新一届政府|下个五年|本届政府"
    "|五年(?:内|后|的?(?:目标|奋斗))"
)
_YEAR_CUE = re.compile(
    "去年|上年(?!的|同期|度)|今年|全年|过去的?(?:19|20)[0-9]{2}年|这一年|年内|新的一年|明年"
)
_THIS_YEAR_CUE = re.compile("刚刚过去的(?:一年|20[0-9]{2}年)|过去的?一年|一年来")
_YEARS_ON = re.compile(f"[^，。]{{0,6}}?{_N}(?:来|间)")
_PLAN_HEAD = re.compile(
    "[“（）、。！，一二三四五六七八九十各位代表]*(?:(?:过去|回顾|经过|展望|在|到|纵观|总结|整个|这"
    "|《纲要》?提出了?|我[省市区县]国?民?经济和社会发展)[“]?)?"
)
_FROM_DATE = re.compile("(?:比|较|由|从|与|同|以|相比|自)$")
_FORECAST = re.compile("预计|预期(?!目标|指标|性)|有望|可望|预测|估计|预估|可完成|可实现|可达")
_LAST_YEAR = re.compile(
    "(?<![比较与于按由同和过从])(?:去年|上年)(?!同期|底|末|的|水平|度|基础|持平)"
)
_HELD = re.compile("稳定|保持在|控制在|维持在|连续|每年|合计")
_MEAN = re.compile("年均|平均每年|每年平均|年平均|每年")
_SUM = re.compile("累计|总计|合计|共计")
_TOTAL = re.compile("总量|总数|达到|拥有|存量")
_ONE_YEAR = re.compile("同比|比上年|较上年|比去年|较去年|上年同期|比年初|较年初")
_LAST_N = re.compile(f"{_N}(?:来|间|里|累计|平均|年均|共|完成|实现|新增|投入|全[国省市区县])|近{_N}")
_RUNNING_N = re.compile(f"连续{_N}")
_PART = re.compile(
    "上半年|[一前]?[一二三1-3]个?季度|前[0-9一二三四五六七八九十]+个月|1月?[-—至到]1[01]月|截至1[01]月"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Span:
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


@dataclass(frozen=True, slots=True)
class Anchor:
    """A year or plan in a chain: ``role`` base (比2020年), frame (同2020年相比，), since, until,
    plan, span or year."""

    at: int
    span: Span
    role: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Status, period and basis of one figure."""

    status: str
    period: str
    basis: str


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if "十" in text else 0) + (_DIGITS.get(ones, 0) if ones else 0)


class Clock:
    """Which years a report speaks of, heard sentence by sentence.

    ``span`` holds for the sentence at hand; ``kept`` until another paragraph or heading says
    otherwise.
    """

    def __init__(self, review: str, plan: str) -> None:
        self.review, self.plan = (int(y) if y.isdigit() else 0 for y in (review, plan))
        self.section = ""
        self.kept = self.span = Span(0, 0)

    @property
    def here(self) -> int:
        """The year that the section is about."""
        return self.plan if self.section == "plan" else self.review

    def enter(self, section: str) -> None:
        """A new section begins with its own year."""
        turns = (section == "plan") != (self.section == "plan") or not self.section
        self.section = section
        if turns:
            self.kept = self.span = Span(self.here, self.here)

    def hear(self, text: str, anchors: Sequence[Anchor], opens: bool, heading: bool) -> None:
        """Let the beginning of a sentence or heading set the years: the first cue wins.

        Args:
            text: the sentence; anchors: its years and plans.
            opens: it begins a paragraph, so that what it says holds on.
            heading: it is a heading.
        """
        self.span = self.kept
        if not self.here or not (anchors or _TIME_SIGN.search(text, 0, 60)):
            return
        if cues := self._cues(text, anchors, 40 if heading else 20, heading):
            at, self.span, strong = min(cues, key=lambda cue: (cue[0], not cue[2]))
            one_year = self.kept.first == self.kept.last
            lasting = opens and (strong or one_year or self.section == "plan")
            if heading or lasting or (strong and at < 8):
                self.kept = self.span

    def _cues(
        self, text: str, anchors: Sequence[Anchor], reach: int, heading: bool
    ) -> list[tuple[int, Span, bool]]:
        """(place, years, strong) of everything that may set the years."""
        here, ahead = self.here, self.section == "plan"
        one = Span(here, here)
        cues = []
        for pattern, span, strong in (
            (_PLAN_FIVE, Span(here, here + 4), True) if ahead else (_REVIEW_FIVE, Span(here - 4, here), True),
            (_YEAR_CUE, one, False),
            (_THIS_YEAR_CUE, one, True),
            (re.compile(f"{here}年(?![度末底初的以])"), one, False),
            # the story of a year begins (2020年是…之年，), not only a figure of that year
            (re.compile(f"{here}年[，是][^，。0-9]{{1,40}}[，。；]"), one, True),
        ):
            if (match := pattern.search(text, 0, reach + 60)) and match.start() < reach:
                cues.append((match.start(), span, strong))
        for a in anchors:
            if a.role == "plan" and (heading or _PLAN_HEAD.fullmatch(text[: a.at])):
                if ahead and a.span.last > here:
                    cues.append((a.at, Span(max(a.span.first, here), a.span.last), True))
                elif not ahead and a.span.first < here <= a.span.last + 1:
                    cues.append((a.at, Span(a.span.first, min(a.span.last, here)), True))
            elif a.role == "until" and ahead and a.at < 8 and a.span.last > here + 1:
                cues.append((a.at, Span(here, a.span.last), True))
        if not ahead and (match := _YEARS_ON.match(text)) and 1 < (n := _number(match[1])) < 80:
            cues.append((match.start(), Span(here - n + 1, here), True))
        return cues


def find_anchors(text: str, quantities: Sequence[Quantity]) -> list[Anchor]:
    """The years and named five-year plans of a text, with the part each plays."""
    out = []
    for q in quantities:
        if (span := _years(q)) is None:
            continue
        before = text[max(0, q.first - 6) : q.first].rstrip("“")
        after = text[q.last : q.last + 6].lstrip("”")
        role = "plan" if q.kind == "plan_number" else ""
        if after.startswith(("基础上", "的基础上")) or (
            after.lstrip("末底").startswith("的") and before.endswith(("是", "为", "于", "达到"))
        ):
            role, span = "base", span.end
        elif _FROM_DATE.search(before) and not after.startswith(("以来", "起", "开始", "到", "至")):
            role = "frame" if after.startswith(("相比", "比较", "，")) else "base"
            span = span.end
        elif q.quote.endswith("以来") or after.startswith(("以来", "起", "开始")):
            role = "since"
        elif before.endswith(("到", "至")) or after.startswith(("末", "底", "年底")):
            role, span = "until", span.end
        elif not role:
            role = "span" if span.first != span.last else "year"
        out.append(Anchor(q.first, span, role))
    return out


def _years(q: Quantity) -> Span | None:
    """The years that a date or the number of a five-year plan names."""
    if q.kind == "plan_number" and isinstance(q.value, float) and "大" not in q.quote:
        first = _PLANS.get(int(q.value)) if "五" in q.quote else None
        return Span(first, first + 4) if first else None
    if q.kind != "date" or q.unit in ("月", "周", "年代", "世纪", "季度"):
        return None
    if isinstance(q.value, str):
        return Span(int(q.value[:4]), int(q.value[:4])) if q.value[:4].isdigit() else None
    if q.value is None or not 1900 < q.value < 2100 or not (q.unit or q.value_high):
        return None
    return Span(int(q.value), int(q.value_high or q.value))


class Timeline:
    """The words about time in one chain; every question looks back at most ``WINDOW`` characters.

    Args:
        text: the chain; anchors: its years; clock: the years of the passage.
        subjects: where the names of the chain's figures begin, for the reach of 预计.
    """

    def __init__(
        self, text: str, anchors: Sequence[Anchor], clock: Clock, subjects: Sequence[int]
    ) -> None:
        self.text, self.anchors, self.clock = text, anchors, clock
        self.units = [0, *(i + 1 for i, c in enumerate(text) if c in "；。")]
        self.forecasts = [m.start() for m in _FORECAST.finditer(text)]
        self.subjects = sorted(subjects)

    def moment(
        self, quantity: Quantity, measure: str, role: str, since: int, basis: str, sums: bool
    ) -> Moment:
        """Status, period and basis of the figure at ``quantity``, after the annotation guide.

        Args:
            role: from (the level before a change), steps (one of several thresholds) or "".
            since: where its subject begins: a year that only something before it is compared with
                (比2010年翻一番，生产总值…) does not count.
            basis: of the indicator; sums: whether several years of it are given as a sum.
        """
        text, at, clock = self.text, quantity.first, self.clock
        start = max(self.units[bisect_left(self.units, at + 1) - 1], at - WINDOW)
        clause = max(text.rfind(c, start, at) for c in "，；：。") + 1 or start
        here, unit = text[clause:at], text[start:at]
        near = [
            a for a in self.anchors if a.at < at and (a.at >= start or a.at < 12 or a.role == "frame")
        ]
        own = next((a for a in reversed(near) if a.role not in ("base", "frame")), None)
        status = self._status(unit, at, own)
        if role == "steps":
            return Moment(status, "", basis)
        if role == "from":
            return Moment("actual", self._base_year(at), basis)
        span = self._span(here, unit, own if own is None or own.at >= clause else None, own, measure)
        if clock.section == "plan" and own is None and status == "actual" and clock.plan:
            span = Span(clock.plan - 1, clock.plan - 1)
        item = text[max(text.rfind("、", clause, at) + 1, clause) : quantity.number]
        mean = bool(_MEAN.search(here))
        summed = bool(_SUM.search(unit)) and not _TOTAL.search(item) and basis != "stock"
        part = bool(_PART.search(unit))
        base = next(
            (a for a in reversed(near) if a.role == "frame" or (a.role == "base" and a.at >= since)),
            None,
        )
        if mean and 0 < span.last == span.first and base is None:
            span = Span(span.first, span.first + 4) if status == "target" else Span(span.last - 4, span.last)
        if summed and span.first == span.last > 0:
            first = base.span.last + 1 if base else clock.span.first
            span = Span(min(first, span.last), span.last)
        basis = "annual_mean" if mean else "cumulative" if summed else "part_year" if part else basis
        if measure == "level":
            held = mean or summed or sums or _HELD.search(text[max(clause, at - 14) : quantity.number])
            span = span if held else span.end
        elif _ONE_YEAR.search(here) and not mean:
            span = span.end
        elif base is not None and 0 < base.span.last < span.last:
            span = Span(base.span.last + 1, span.last)
        return Moment(status, str(span), basis)

    def _span(
        self, here: str, unit: str, close: Anchor | None, own: Anchor | None, measure: str
    ) -> Span:
        """The years of the figure, before 年均, 累计 and 比…年 are weighed."""
        clock = self.clock
        distant = own is not None and own.role == "year" and own.span.last > clock.here > 0
        if own is not None and not (distant and measure != "level"):
            if close is not None or not _LAST_N.search(here):
                return self._anchored(own)
        found = _LAST_N.search(unit) or (measure == "level" and _RUNNING_N.search(here)) or None
        if clock.section != "plan" and found and clock.span.last:
            n = _number(next(filter(None, found.groups())))
            if 1 < n < 80:
                return Span(clock.span.last - n + 1, clock.span.last)
        return clock.span

    def _anchored(self, anchor: Anchor) -> Span:
        clock, span = self.clock, self.clock.span
        if anchor.role == "since":
            return Span(anchor.span.first, span.last or clock.review)
        if clock.section == "plan":
            if anchor.role == "until" and span.first < anchor.span.last:
                return Span(span.first, anchor.span.last)
        elif anchor.span.first <= clock.review < anchor.span.last:
            return Span(anchor.span.first, clock.review)
        return anchor.span

    def _base_year(self, at: int) -> str:
        """The year of a level that something is compared with or grew from."""
        last = self.clock.span.last
        if re.search("(?:上年|去年)的?$", self.text[max(0, at - 12) : at]):
            return str(Span(last - 1, last - 1)) if last else ""
        base = next((a for a in reversed(self.anchors) if a.role in ("base", "frame") and a.at < at), None)
        first = self.clock.span.first
        return str(base.span) if base else str(first - 1) if first else ""

    def _status(self, unit: str, at: int, own: Anchor | None) -> str:
        clock = self.clock
        if clock.section == "plan":
            past = own is not None and own.role in ("year", "span") and 0 < own.span.last < clock.plan
            return "actual" if past or _looks_back(unit) else "target"
        if own is not None and own.span.last > clock.review > 0:
            if own.role in ("until", "year") or own.span.first > clock.review:
                return "target"
        return "expected" if self._forecast(at) else "actual"

    def _forecast(self, at: int) -> bool:
        """Whether 预计 reaches ``at``: over the units of a chain that begin with a figure's name."""
        k = bisect_left(self.forecasts, at) - 1
        if k < 0:
            return False
        begun = self.units[bisect_left(self.units, self.forecasts[k] + 1) : bisect_left(self.units, at + 1)]
        for unit in begun[-20:]:
            i = bisect_left(self.subjects, unit)
            if i == len(self.subjects) or self.subjects[i] - unit > 16:
                return False
        return True


def _looks_back(text: str) -> bool:
    """Whether 去年 or 上年 was said last of all years, and not to compare with."""
    past = None
    for past in _LAST_YEAR.finditer(text):
        pass
    return past is not None and not re.search("今年|明年|年内", text[past.end() :])
