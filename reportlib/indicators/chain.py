"""One chain of clauses made ready: what hides names and numbers from each other is blanked."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from reportlib.indicators.forms import Mention
from reportlib.indicators.vocabulary import BLANK, BREAKS, pattern
from reportlib.records import Quantity

BARE = frozenset({"percent", "multiple", "count", "physical"})  # never passed over
CLAUSE = re.compile(f"[{BREAKS}]")
_REACH = 32  # characters before a number in which a comparison (高于全国) is looked for


def blank_out(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with the spans (in order) as blanks of the same length.

    >>> blank_out("比2020年增长", [(1, 6)]).replace(BLANK, "_")
    '比_____增长'
    """
    parts, at = [], 0
    for first, last in spans:
        parts += [text[at:first], BLANK * (last - max(first, at))]
        at = max(at, last)
    return "".join([*parts, text[at:]])


def measures(q: Quantity) -> bool:
    """Whether a quantity is of a kind that indicators have.

    >>> measures(Quantity(0, 2, 0, 2, "5%", "percent", 5.0))
    True
    """
    return q.kind in BARE or q.kind in ("money", "points") or q.unit == "天"


class Chain:
    """A text up to a full stop.

    ``view`` is the text with brackets and notes blanked, ``gaps`` also without dates, ranks and
    comparisons; ``mentions`` are the names and ``figures`` the numbers that are left;
    ``shares`` says whether 分别, 均 or the like may stand in it.
    """

    def __init__(
        self, text: str, quantities: Sequence[Quantity], mentions: Sequence[Mention]
    ) -> None:
        self.text = self.view = text
        self.mentions = mentions
        noted = pattern("note").finditer(text) if pattern("note_sign").search(text) else ()
        self.notes = [(m.start(), m.end(), m[0]) for m in noted]
        hidden = [(first, last) for first, last, _ in self.notes]
        hidden += [m.span() for m in pattern("bracket").finditer(text)] if "（" in text else []
        if hidden:
            self.view = blank_out(text, sorted(hidden))
            self.mentions = [m for m in mentions if BLANK not in self.view[m.first : m.last]]
        self.breaks = [0, *[m.end() for m in CLAUSE.finditer(self.view)]]
        self.firsts = [m.first for m in self.mentions]
        self.figures: list[Quantity] = []
        rest = []
        for q in quantities:
            coined = q.kind == "formula" and not {*"百千万亿"} & {*q.quote}  # “四上企业”1747家
            coined = coined or (q.unit == "个" and text.startswith(("台阶", "大台阶"), q.last))
            if coined or self._in_name(q.first) or self.view[q.number] == BLANK:
                continue
            if q.kind in BARE or not (aside := self._aside(q)):
                self.figures.append(q)
            else:
                rest.append(aside)
        latin = pattern("latin_bracket").finditer(self.view) if "（" in self.view else ()
        rest += [m.span() for m in latin if not self._in_name(m.start())]
        self.gaps = blank_out(self.view, sorted(rest)) if rest else self.view
        self.shares = bool(pattern("shared_sign").search(self.gaps))

    def _aside(self, q: Quantity) -> tuple[int, int] | None:
        """What to pass over: a date, a rank, 高于全国2个百分点, 亿元以上项目; None for a figure."""
        low = max(0, q.first - _REACH)
        if q.kind == "points":
            beside = pattern("beside").search(self.view[low : q.first])
            return (low + beside.start(), q.last) if beside else None
        if q.kind != "money":
            return None if measures(q) else (q.first, q.last)
        noun = pattern("big_noun").match(self.view, q.last)
        bare = self.view[q.number] in "百千万亿" and q.first == q.number
        listed = self.view[q.first - 1 : q.first] in ("、", "和", "在")  # 突破千亿元、百亿元
        if not q.masked and ((bare and not listed) or (noun and q.bound != "eq")):
            return q.first, noun.end() if noun else q.last
        return None

    def _in_name(self, at: int) -> bool:
        k = bisect_left(self.firsts, at + 1) - 1
        return k >= 0 and at < self.mentions[k].last

    def clause(self, at: int) -> int:
        """Where the clause that holds ``at`` begins."""
        return self.breaks[bisect_left(self.breaks, at + 1) - 1]

    def named(self, low: int, high: int) -> Sequence[Mention]:
        """The names that begin at ``low`` or later and before ``high``."""
        return self.mentions[bisect_left(self.firsts, low) : bisect_left(self.firsts, high)]

    def note(self, low: int, high: int) -> str:
        """剔除…因素, 同口径 … between two places, no break of a unit between it and ``high``."""
        for first, end, note in self.notes:
            if low <= first < high and not {"；", "。"} & set(self.view[end:high]):
                return note
        return ""

    def total_after(self, at: int, name: str) -> str:
        """全省 where the figure of ``name`` before ``at`` is called a share of its total
        (占全省的41%), not of a larger thing (占全省生产总值的41%); else ""."""
        rest = self.view[at : at + 30]
        if "占" not in rest:
            return ""
        rest = CLAUSE.sub("，", re.split("；|其中", rest)[0])
        share = pattern("share_of").search(rest)
        if share is None or self.named(at, at + share.start()):
            return ""
        same = any(name in m.form.ids for m in self.named(at + share.start(), at + share.end() + 1))
        return share[1] if same or share["bare"] is not None else ""
