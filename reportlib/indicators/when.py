"""When a figure holds, and whether it is done, expected or aimed at."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from reportlib.indicators.anchors import Anchor, Span, read_years
from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.measure import Link
from reportlib.indicators.vocabulary import begun, pattern
from reportlib.resources import settings

_UNIT = re.compile("[；。]")
WINDOW = 300  # characters before a number in which words about its time are looked for


@cache
def _cues(section: str, reach: int) -> tuple[re.Pattern[str], list[tuple[str, int, int, int]]]:
    """One pattern of all words that set the years of a passage and begin before ``reach``, a group
    for each row."""
    rows = settings("indicator_patterns")["cues"][section]
    words = "|".join(f"({words})" for words, *_ in rows)
    return re.compile(f".{{0,{reach - 1}}}?{begun(words)}", re.DOTALL), rows


class Clock:
    """Which years a report speaks of, heard sentence by sentence.

    ``span`` holds for the sentence at hand; ``kept`` until another paragraph or heading says
    otherwise.
    """

    def __init__(self, review: str, plan: str) -> None:
        self.review, self.plan = (int(y) if y.isdigit() else 0 for y in (review, plan))
        self.section, self.here = "", 0  # the part of the report, and the year it is about
        self.kept = self.span = Span(0, 0)
        self.local: Span | None = None  # 二十年来: holds to the end of the paragraph
        # 预计（下同）: so does this; and whether the section has set its years.
        self.expected = self.heard = False

    @property
    def looks_back(self) -> bool:
        """Whether a passage of the plan tells what was done before."""
        return self.section == "plan" and 0 < self.span.last < self.plan

    def enter(self, section: str, opens: bool) -> None:
        """A new section begins with its own year; with a new paragraph or heading (``opens``) what
        held only for the paragraph before is over."""
        if opens:
            self.local, self.expected = None, False
        if section == self.section:
            return
        turns = (section == "plan") != (self.section == "plan") or not self.section
        self.section, self.here = section, self.plan if section == "plan" else self.review
        if turns:
            self.kept = Span(self.here, self.here)
            self.local, self.heard = None, False

    def hear(self, text: str, anchors: Sequence[Anchor], opens: bool, heading: bool) -> None:
        """Let the beginning of a sentence or heading set the years: the first cue wins.

        Args:
            text: the sentence; anchors: its years and plans.
            opens: it begins a paragraph, so that what it says holds on.
            heading: it is a heading.
        """
        self.span = self.local or self.kept
        if "下同" in text and pattern("forecast_on").search(text):
            self.expected = True
        if not self.here or not (anchors or pattern("sign").search(text, 0, 60)):
            return
        cues = [*self._words(text, 40 if heading else 20), *self._dates(text, anchors, heading)]
        if cues:
            at, self.span, strong = min(cues, key=lambda cue: (cue[0], not cue[2]))
            one_year = self.kept.first == self.kept.last
            lasting = opens and (strong or one_year or self.section == "plan")
            years = self.span.last - self.span.first + 1
            far = self.section != "plan" and (years > 6 or (years not in (1, 5) and self.heard))
            # 到2030年… amid the tasks of the year, unless it opens a list
            beyond = self.heard and self.kept.last == self.here < self.span.last
            if not heading and (far or self.looks_back or (beyond and text[-1:] != "：")):
                self.local = self.span
            elif heading or lasting or (strong and at < 8):
                self.kept, self.local, self.heard = self.span, None, True

    def _words(self, text: str, reach: int) -> Iterator[tuple[int, Span, bool]]:
        """(place, years, strong) of the words near the beginning that set the years."""
        here, ahead = self.here, self.section == "plan"
        cues, rows = _cues("plan" if ahead else "review", reach)
        head = text[: reach + 60].replace(f"{here}年", "0000年")
        if match := cues.match(head):
            _, first, last, strong = rows[(match.lastindex or 1) - 1]
            yield match.start(match.lastindex or 1), Span(here + first, here + last), bool(strong)
        if ahead and (match := pattern("aims_now").search(text, 0, 120)):
            yield min(match.start(), 7), Span(here, here), True
        match = None if ahead else pattern("years_on").match(text)
        if match and 1 < (n := read_years(match[1])) < 80:
            yield match.start(), Span(here - n + 1, here), True

    def _dates(
        self, text: str, anchors: Sequence[Anchor], heading: bool
    ) -> Iterator[tuple[int, Span, bool]]:
        """The same for five-year plans, and for 到2030年 in the plan."""
        here, ahead = self.here, self.section == "plan"
        for a in anchors:
            if "基础" in text[a.at : a.at + 14] or pattern("declared").match(text, a.at):
                continue  # 在“十一五”发展的坚实基础上, 到2020年全面建成小康社会，是…
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
        self.units = [0, *[m.end() for m in _UNIT.finditer(text)]]
        self.forecasts = [m.start() for m in pattern("forecast").finditer(text)]
        self.subjects = [*sorted(map(_since, links)), len(text)] if self.forecasts else []
        self.plain = not pattern("spread").search(text)
        # Of most chains nothing but the passage says when their figures hold.
        told = anchors or self.forecasts or "去年" in text or "上年" in text
        usual = self.plain and not told and clock.span.first == clock.span.last
        self.usual = (self._status("", 0, None), str(clock.span)) if usual else None

    def moment(self, link: Link) -> tuple[str, str, str]:
        """Status, period and basis of a figure, after the annotation guide.

        A year that only something before its subject is compared with (比2010年翻一番，生产总值…)
        does not count.
        """
        text, at, clock = self.text, link.quantity.first, self.clock
        basis = catalogue()[link.subject.id].basis
        if self.usual and not link.role:
            return *self.usual, basis
        start = max(self.units[bisect_left(self.units, at + 1) - 1], at - WINDOW)
        clause = max(text.rfind("，", start, at), text.rfind("：", start, at)) + 1 or start
        unit, near = text[start:at], self._before(at) if self.anchors else []
        near = [a for a in near if a.at >= start or a.at < 12 or a.role == "frame"]
        own = next((a for a in reversed(near) if a.role not in ("base", "frame")), None)
        status = self._status(unit, at, own)
        if link.role == "steps":
            return status, "", basis
        if link.role == "from":
            part = text[max(0, at - 5) : at].rstrip("的").endswith(("半年", "季度"))
            return "actual", self._base_year(at), "part_year" if part else basis
        since = _since(link) if near else 0
        bases = [a for a in near if a.role == "frame" or (a.role == "base" and a.at >= since)]
        base = max(bases, key=lambda a: a.at) if bases else None
        span = self._span(link, text[clause:at], unit, own, own is not None and own.at >= clause)
        told = clock.section == "plan" and own is None and status == "actual"
        if told and clock.plan and not clock.looks_back:
            span = Span(clock.plan - 1, clock.plan - 1)
        if not self.plain or base or span.first != span.last:
            span, basis = self._spread(link, clause, unit, span, base, status)
        return status, str(span), basis

    def _spread(
        self, link: Link, clause: int, unit: str, span: Span, base: Anchor | None, status: str
    ) -> tuple[Span, str]:
        """The years that a figure covers, and its basis: a yearly mean, a sum over years."""
        text, at, stop = self.text, link.quantity.first, link.quantity.number
        entry = catalogue()[link.subject.id]
        here, item = text[clause:at], text[max(text.rfind("、", clause, at) + 1, clause) : stop]
        mean = pattern("mean").search(here)
        summed = entry.basis == "flow" and not pattern("reached").search(item)
        if summed and not pattern("sum").search(here):
            far = pattern("years_first").match(here) or pattern("sum").search(unit)
            summed = bool(far and entry.family.adds_up) and not pattern("arrived").search(here)
        single = 0 < span.first == span.last
        if mean and single and base is None:
            ahead = 4 if status == "target" else 0
            span = Span(span.first - 4 + ahead, span.last + ahead)
        elif summed and single:
            first = base.span.last + 1 if base else self.clock.span.first
            span = Span(min(first, span.last), span.last)
        if link.measure == "level":
            given = entry.sums == "bare" and not pattern("stands").search(item)
            given = given or entry.sums == "1"
            held = pattern("held").search(text, max(clause, at - 14), stop)
            if (entry.family.name, entry.basis) == ("share", "flow") and "由" not in here:
                held = held or pattern("sum").search(unit[-40:])  # 累计投入3万亿元，占支出的75%
            span = span if mean or summed or given or held else span.end
        elif not mean and (pattern("one_year").search(here) or entry.family.name == "index"):
            span = span if summed else span.end
        elif base is not None and 0 < base.span.last < span.last:
            span = Span(base.span.last + 1, span.last)
        if mean:
            return span, "annual_mean"
        if summed and (span.first < span.last or "累计" in here):
            return span, "cumulative"
        return span, "part_year" if pattern("part_year").search(unit) else entry.basis

    def _before(self, at: int) -> list[Anchor]:
        """The years before ``at``: the nearest two dozen, and those that open the chain."""
        stop = bisect_left(self.places, at)
        return [*self.anchors[: min(2, stop)], *self.anchors[max(2, stop - 24) : stop]]

    def _span(self, link: Link, here: str, unit: str, own: Anchor | None, close: bool) -> Span:
        """The years of the figure, before 年均, 累计 and 比…年 are weighed."""
        clock, last_n, level = self.clock, pattern("last_n"), link.measure == "level"
        planned = own is not None and own.role == "plan"
        if planned and own and pattern("this").search(self.text, own.at, link.quantity.first):
            return Span(clock.here, clock.here)  # 按照“十四五”规划，今年…
        later = own is not None and own.role == "year" and own.span.last > clock.here > 0
        if own and (level or not later) and (close or not last_n.search(here)):
            return self._anchored(own)
        if clock.span.first < clock.span.last and pattern("this").search(here):
            return Span(clock.here, clock.here)
        if self.plain or clock.section == "plan" or not clock.span.last:
            return clock.span
        found = last_n.search(here) or pattern("years_first").match(here)
        found = found or pattern("years_since").search(unit)
        if found is None and level:
            found = pattern("running_n").search(here)
        n = read_years(next(filter(None, found.groups()))) if found else 0
        return Span(clock.span.last - n + 1, clock.span.last) if 1 < n < 80 else clock.span

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
        for a in reversed(self._before(at)):  # 2003年到2023年，GDP由A增加到B: A is of 2003
            if a.role in ("base", "frame") or self.text.startswith(("年到", "年至"), a.at + 4):
                return str(a.span.first)
        if self.clock.kept.last == span.last:  # 2020年，GDP由A提高到B, in a review of five years
            span = min(span, self.clock.kept)
        return str(span.first - 1) if span.first else ""

    def _status(self, unit: str, at: int, own: Anchor | None) -> str:
        clock = self.clock
        years, role = (own.span, own.role) if own is not None else (Span(0, 0), "")
        if clock.section == "plan":
            past = role in ("year", "span") and 0 < years.last < clock.plan
            past = past or (own is None and clock.looks_back)
            return "actual" if past or _looks_back(unit) else "target"
        aimed = role in ("year", "until") or years.first > clock.review
        if aimed and years.last > clock.review > 0:
            return "target"
        return "expected" if clock.expected or self._forecast(at) else "actual"

    def _forecast(self, at: int) -> bool:
        """Whether 预计 reaches ``at``: over units (up to ；) that begin with a figure's name."""
        k = bisect_left(self.forecasts, at) - 1
        if k < 0:
            return False
        low = bisect_left(self.units, self.forecasts[k] + 1)
        leads = self.forecasts[k] - self.units[low - 1] < 4  # also over units without a figure
        for unit, end in pairwise([*self.units[low : bisect_left(self.units, at + 1)][-20:], at]):
            first = self.subjects[bisect_left(self.subjects, unit)]
            if first - unit > 16 and (first < end or not leads):
                return False
        return True


def _since(link: Link) -> int:
    """Where the name of a figure begins."""
    return link.subject.mention.first if link.subject.mention else link.quantity.first


def _looks_back(text: str) -> bool:
    """Whether 去年 or 上年 was said last of all years, and not to compare with."""
    past = [*pattern("last_year").finditer(text)]
    return bool(past) and not pattern("now").search(text, past[-1].end())
