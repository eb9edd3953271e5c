"""When a figure holds, and whether it is done, expected or aimed at."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reportlib.indicators.anchors import Anchor, Span, read_years
from reportlib.indicators.catalogue import Indicator, catalogue
from reportlib.indicators.measure import Link
from reportlib.indicators.vocabulary import pattern
from reportlib.records import Quantity

WINDOW = 300  # characters before a number in which words about its time are looked for


class Moment(NamedTuple):
    """Status, period and basis of one figure."""

    status: str
    period: str
    basis: str


class Clock:
    """Which years a report speaks of, heard sentence by sentence.

    ``span`` holds for the sentence at hand; ``kept`` until another paragraph or heading says
    otherwise.
    """

    def __init__(self, review: str, plan: str) -> None:
        self.review, self.plan = (int(y) if y.isdigit() else 0 for y in (review, plan))
        self.section = ""
        self.kept = self.span = Span(0, 0)
        self.local: Span | None = None  # 二十年来: holds to the end of the paragraph
        self.expected = False  # 预计（下同）: so does this

    @property
    def here(self) -> int:
        """The year that the section is about."""
        return self.plan if self.section == "plan" else self.review

    @property
    def looks_back(self) -> bool:
        """Whether a passage of the plan tells what was done before."""
        return self.section == "plan" and 0 < self.span.last < self.plan

    def enter(self, section: str) -> None:
        """A new section begins with its own year."""
        turns = (section == "plan") != (self.section == "plan") or not self.section
        self.section = section
        if turns:
            self.kept = self.span = Span(self.here, self.here)
            self.local = None

    def hear(self, text: str, anchors: Sequence[Anchor], opens: bool, heading: bool) -> None:
        """Let the beginning of a sentence or heading set the years: the first cue wins.

        Args:
            text: the sentence; anchors: its years and plans.
            opens: it begins a paragraph, so that what it says holds on.
            heading: it is a heading.
        """
        self.local = None if opens or heading else self.local
        self.span = self.local or self.kept
        told = "下同" in text and pattern("forecast_on").search(text)
        self.expected = bool(told) or (self.expected and not (opens or heading))
        if not self.here or not (anchors or pattern("sign").search(text, 0, 60)):
            return
        cues = [*self._words(text, 40 if heading else 20), *self._dates(text, anchors, heading)]
        if cues:
            at, self.span, strong = min(cues, key=lambda cue: (cue[0], not cue[2]))
            one_year = self.kept.first == self.kept.last
            lasting = opens and (strong or one_year or self.section == "plan")
            far = self.section != "plan" and self.span.last - self.span.first > 5
            if not heading and (far or self.looks_back):
                self.local = self.span
            elif heading or lasting or (strong and at < 8):
                self.kept, self.local = self.span, None

    def _words(self, text: str, reach: int) -> Iterator[tuple[int, Span, bool]]:
        """(place, years, strong) of the words near the beginning that set the years."""
        here, ahead = self.here, self.section == "plan"
        one, five = Span(here, here), Span(here, here + 4) if ahead else Span(here - 4, here)
        for cue, span, strong in (
            (pattern("plan_five" if ahead else "review_five"), five, True),
            *(((pattern("past_five"), Span(here - 5, here - 1), True),) if ahead else ()),
            (pattern("year"), one, False),
            (pattern("this_year"), Span(here - 1, here - 1) if ahead else one, True),
            (re.compile(f"{here}年(?![度末底初的以])"), one, False),
            # the story of a year begins (2020年是…之年，), not only a figure of that year
            (re.compile(f"{here}年[，是][^，。0-9]{{1,40}}[，。；]"), one, True),
        ):
            if (match := cue.search(text, 0, reach + 60)) and match.start() < reach:
                yield match.start(), span, strong
        if ahead and (match := pattern("aims_now").search(text, 0, 120)):
            yield min(match.start(), 7), one, True
        if (
            not ahead
            and (match := pattern("years_on").match(text))
            and 1 < read_years(match[1]) < 80
        ):
            yield match.start(), Span(here - read_years(match[1]) + 1, here), True

    def _dates(
        self, text: str, anchors: Sequence[Anchor], heading: bool
    ) -> Iterator[tuple[int, Span, bool]]:
        """The same for five-year plans, and for 到2030年 in the plan."""
        here, ahead = self.here, self.section == "plan"
        for a in anchors:
            first, last = a.span.first, a.span.last
            if a.role == "plan" and (heading or pattern("plan_head").fullmatch(text[: a.at])):
                if ahead and last > here:
                    yield a.at, Span(max(first, here), last), True
                elif ahead and last == here - 1 and pattern("plan_head").fullmatch(text[: a.at]):
                    yield a.at, Span(first, last), True
                elif not ahead and first < here <= last + 1:
                    yield a.at, Span(first, min(last, here)), True
            elif a.role == "until" and ahead and a.at < 8 and last > here + 1:
                yield a.at, Span(here, last), True


class Timeline:
    """The words about time in one chain; every question looks back at most ``WINDOW`` characters.

    Args:
        text: the chain; anchors: its years; clock: the years of the passage.
        links: the chain's figures: where their names begin limits the reach of 预计.
    """

    def __init__(
        self, text: str, anchors: Sequence[Anchor], clock: Clock, links: Sequence[Link]
    ) -> None:
        self.text, self.anchors, self.clock = text, anchors, clock
        self.places = [a.at for a in anchors]
        self.units = [0, *(m.end() for m in re.finditer("[；。]", text))]
        self.forecasts = [m.start() for m in pattern("forecast").finditer(text)]
        self.subjects = sorted(map(_since, links))

    def moment(self, link: Link) -> Moment:
        """Status, period and basis of a figure, after the annotation guide.

        A year that only something before its subject is compared with (比2010年翻一番，生产总值…)
        does not count.
        """
        q, measure, role = link.quantity, link.measure, link.role
        entry = catalogue()[link.subject.id]
        text, at, basis, since = self.text, q.first, entry.basis, _since(link)
        start = max(self.units[bisect_left(self.units, at + 1) - 1], at - WINDOW)
        clause = max(text.rfind(c, start, at) for c in "，；：。") + 1 or start
        here, unit = text[clause:at], text[start:at]
        before = self._before(at)
        near = [a for a in before if a.at >= start or a.at < 12 or a.role == "frame"]
        own = next((a for a in reversed(near) if a.role not in ("base", "frame")), None)
        status = self._status(unit, at, own)
        if role == "steps":
            return Moment(status, "", basis)
        if role == "from":
            return Moment("actual", self._base_year(at), basis)
        bases = (a for a in near if a.role == "frame" or (a.role == "base" and a.at >= since))
        base = max(bases, key=lambda a: a.at, default=None)
        span = self._span(at, here, unit, own, own is not None and own.at >= clause, measure)
        told = self.clock.section == "plan" and own is None and status == "actual"
        if told and self.clock.plan and not self.clock.looks_back:
            span = Span(self.clock.plan - 1, self.clock.plan - 1)
        mean, summed, span = self._spread(q, clause, unit, span, base, measure, entry, status)
        part = "part_year" if pattern("part_year").search(unit) else basis
        summed = summed and (span.first < span.last or "累计" in here)
        return Moment(
            status, str(span), "annual_mean" if mean else "cumulative" if summed else part
        )

    def _spread(
        self,
        q: Quantity,
        clause: int,
        unit: str,
        span: Span,
        base: Anchor | None,
        measure: str,
        entry: Indicator,
        status: str,
    ) -> tuple[bool, bool, Span]:
        """Whether the figure is a yearly mean, or a sum over years, and the years it covers."""
        text, at = self.text, q.first
        here = text[clause:at]
        item = text[max(text.rfind("、", clause, at) + 1, clause) : q.number]
        mean = bool(pattern("mean").search(here))
        summed = entry.basis == "flow" and not pattern("reached").search(item)
        if summed and not pattern("sum").search(here):
            far = pattern("years_first").match(here) or pattern("sum").search(unit)
            summed = bool(far and entry.family.adds_up) and not pattern("arrived").search(here)
        bare = not pattern("stands").search(item)
        single = 0 < span.first == span.last
        if mean and single and base is None:
            ahead = 4 if status == "target" else 0
            span = Span(span.first - 4 + ahead, span.last + ahead)
        elif summed and single:
            first = base.span.last + 1 if base else self.clock.span.first
            span = Span(min(first, span.last), span.last)
        if measure == "level":
            held = pattern("held").search(text, max(clause, at - 14), q.number)
            given = entry.sums == "1" or (entry.sums == "bare" and bare)
            span = span if mean or summed or given or held else span.end
        elif pattern("one_year").search(here) and not mean:
            span = span.end
        elif base is not None and 0 < base.span.last < span.last:
            span = Span(base.span.last + 1, span.last)
        return mean, summed, span

    def _before(self, at: int) -> list[Anchor]:
        """The years before ``at``: the nearest two dozen, and those that open the chain."""
        stop = bisect_left(self.places, at)
        return [*self.anchors[: min(2, stop)], *self.anchors[max(2, stop - 24) : stop]]

    def _span(
        self, at: int, here: str, unit: str, own: Anchor | None, close: bool, measure: str
    ) -> Span:
        """The years of the figure, before 年均, 累计 and 比…年 are weighed."""
        clock = self.clock
        last_n = pattern("last_n")
        told = (
            own is not None and own.role == "plan" and pattern("this").search(self.text, own.at, at)
        )
        if told:  # 按照“十四五”规划，今年…
            return Span(clock.here, clock.here)
        if own is not None and (close or not last_n.search(here)):
            later = own.role == "year" and own.span.last > clock.here > 0
            if measure == "level" or not later:
                return self._anchored(own)
        found = last_n.search(here) or pattern("years_first").match(here)
        found = found or pattern("years_since").search(unit)
        if found is None and measure == "level":
            found = pattern("running_n").search(here)
        if clock.section != "plan" and found and clock.span.last:
            n = read_years(next(filter(None, found.groups())))
            if 1 < n < 80:
                return Span(clock.span.last - n + 1, clock.span.last)
        return clock.span

    def _anchored(self, anchor: Anchor) -> Span:
        clock, span = self.clock, self.clock.span
        if anchor.role == "since":
            return Span(anchor.span.first, span.last or clock.review)
        if clock.section == "plan":
            through = anchor.role == "until" and span.first < anchor.span.last
            return Span(span.first, anchor.span.last) if through else anchor.span
        running = anchor.span.first <= clock.review < anchor.span.last
        return Span(anchor.span.first, clock.review) if running else anchor.span

    def _base_year(self, at: int) -> str:
        """The year of a level that something is compared with or grew from."""
        span = self.clock.span
        if told := pattern("base_year").search(self.text, max(0, at - 12), at):
            return str(span.last - bool(told[1])) if span.last else ""
        base = next((a for a in reversed(self._before(at)) if a.role in ("base", "frame")), None)
        return str(base.span) if base else str(span.first - 1) if span.first else ""

    def _status(self, unit: str, at: int, own: Anchor | None) -> str:
        clock = self.clock
        years = own.span if own is not None else Span(0, 0)
        dated = own is not None and own.role in ("year", "span", "until")
        if clock.section == "plan":
            past = dated and own is not None and own.role != "until" and 0 < years.last < clock.plan
            past = past or (own is None and clock.looks_back)
            return "actual" if past or _looks_back(unit) else "target"
        if years.last > clock.review > 0 and (
            (dated and own is not None and own.role != "span") or years.first > clock.review
        ):
            return "target"
        return "expected" if clock.expected or self._forecast(at) else "actual"

    def _forecast(self, at: int) -> bool:
        """Whether 预计 reaches ``at``: over units (up to ；) that begin with a figure's name."""
        k = bisect_left(self.forecasts, at) - 1
        if k < 0:
            return False
        low = bisect_left(self.units, self.forecasts[k] + 1)
        for unit in self.units[low : bisect_left(self.units, at + 1)][-20:]:
            i = bisect_left(self.subjects, unit)
            if i == len(self.subjects) or self.subjects[i] - unit > 16:
                return False
        return True


def _since(link: Link) -> int:
    """Where the name of a figure begins."""
    return link.subject.mention.first if link.subject.mention else link.quantity.first


def _looks_back(text: str) -> bool:
    """Whether 去年 or 上年 was said last of all years, and not to compare with."""
    past = list(pattern("last_year").finditer(text))
    return bool(past) and not pattern("now").search(text, past[-1].end())
