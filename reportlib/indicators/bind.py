"""Which number belongs to which indicator: names, numbers and the words between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from reportlib.indicators.chain import CLAUSE, Chain, blank_out
from reportlib.indicators.forms import Mention, name_short_of
from reportlib.indicators.measure import AND, UNKNOWN, Link, Subject, expand, link, name_after
from reportlib.indicators.scope import Home
from reportlib.indicators.vocabulary import (
    BLANK,
    BREAKS,
    LONGEST_GAP,
    Gap,
    goes_on,
    is_joint,
    pattern,
    read_gap,
    words,
)
from reportlib.records import Quantity


def bind(
    text: str, quantities: Sequence[Quantity], mentions: Sequence[Mention], home: Home
) -> list[Link]:
    """The figures in one chain of clauses (a text up to a full stop); linear in its length.

    Args:
        text: normalised text; quantities: its numerals in order; mentions: the names in it;
        home: whose report it is.

    >>> from reportlib.quantities import find_quantities
    >>> text = "财政收入5亿元、增长8%"
    >>> from reportlib.indicators.forms import find_mentions
    >>> found = bind(text, find_quantities(text), find_mentions(text), Home("county", (), ""))
    >>> [(k.subject.id, k.measure, k.quantity.quote) for k in found]
    [('fiscal_revenue', 'level', '5亿元'), ('fiscal_revenue', 'growth', '8%')]
    """
    return _Reader(Chain(text, quantities, mentions), home).read() if mentions else []


class _Reader:
    """State while one chain is read from left to right.

    ``subjects`` is what the next number is about, ``history`` all that numbers were about.
    """

    def __init__(self, chain: Chain, home: Home) -> None:
        self.chain, self.home = chain, home
        self.view, self.gaps, self.figures = chain.view, chain.gaps, chain.figures
        self.links: list[Link] = []
        self.subjects: list[Subject] = []
        self.history: list[Subject] = []
        self.at = 0  # end of the last name or number
        self.fresh = False  # no number since the last name
        self.done = -1  # numbers up to here were shared out already
        self.before = 0  # end of the last number
        self.named = 0  # how many names were met
        self.served: Mention | None = None  # a name whose number stood before it

    def read(self) -> list[Link]:
        """All links of the chain, in order."""
        names = self.chain.mentions
        for i, q in enumerate(self.figures):
            while self.named < len(names) and names[self.named].first <= q.first:
                self._name(names[self.named])
                self.named += 1
            if q.first > self.done:
                self._number(i)
                self.before = self.at
        return [self._whole_or_part(k) for k in self.links] if "占" in self.view else self.links

    def _whole_or_part(self, found: Link) -> Link:
        """A figure that is then called a share of the own total is only a part: 占全省的41%."""
        total = self.chain.total_after(found.quantity.last, found.subject.id)
        if not total or not self.home.owns(total):
            return found
        return found._replace(subject=found.subject._replace(scope="other"))

    # --- names -----------------------------------------------------------------------------

    def _name(self, mention: Mention) -> None:
        """A name: the new subject, one more of a list of subjects, or only a yardstick."""
        first, last, form = mention
        start = self.chain.clause(first)
        before = self.view[max(start, min(self.at, first), first - 120) : first]
        after = self.view[last : last + 8]
        if form.role == "after" or self.home.is_yardstick(before, after):
            return
        between = self.gaps[max(self.at, first - 120) : first]
        listed = self.fresh and is_joint(between)
        own = {s.id for s in self.history[-12:] if s.scope == "own"} if "其中" in between else ()
        narrower = own and {*form.ids} & own and not pattern("defined").match(self.view, first)
        told = self.subjects[0].id if self.subjects else "gdp"
        beside = between.strip(BLANK) == "、" and pattern("yields").match(self.view, first)
        taxed = self.view[first:last] == "税收" and pattern("yielding").search(told)
        others = listed and self.subjects[0].id and self.subjects[0].scope == "other"
        if narrower or (beside and not told) or taxed or others:
            scope = "other"
        elif form.needs and any(word in before for word in form.needs):
            scope = "own"
        else:
            scope = self.home.scope_of(self.view, start, mention, self.at)
            if scope == "own" and form.needs and self.subjects:
                scope = self.subjects[0].scope
        note = self.chain.note(max(0, start - 40), first) if self.chain.notes else ""
        partial = note and not pattern("note_whole").search(note)
        if partial and any(map(note.count, words("branch"))):
            scope = "other"  # 扣除房地产后，固定资产投资…
        found = [Subject(i, scope, mention) for i in form.ids or ("",)]
        self.subjects = [*self.subjects[-24:], *found] if listed else found
        self.at, self.fresh = last, mention is not self.served

    # --- numbers ---------------------------------------------------------------------------

    def _number(self, i: int) -> None:
        q = self.figures[i]
        piece = self.chain.clause(q.first)
        head, more = max(piece, self.at), self.view[q.last : q.last + 1] not in BREAKS + "、"
        near = self.gaps[head : q.first] if q.first - head < 4 * LONGEST_GAP else ""
        met = more and pattern("met").match(self.view, q.last) and pattern("met_verb").search(near)
        if self.chain.shares and not met:
            for word in deque(pattern("shared").finditer(near), maxlen=1):
                if self._share(i, head, head + word.start(), word[0]):
                    return
        ahead = self.chain.mentions[self.named : self.named + 1]
        if ahead and ahead[0].first <= q.last + 5 and self._number_first(q, ahead[0]):
            return
        gap = self._gap(q, piece) if self.subjects else None
        if gap is None:
            self._unknown(q)
            return
        if met or (more and pattern("qualifies").match(self.view, q.last)):
            self.at = q.last
            return
        listed = self.subjects if len(self.subjects) > 1 or self.fresh else self._ungrown()
        if len(listed) == 1 and self.fresh:
            listed = expand(listed, 2, each=False)
        run = self._run(i, len(listed)) if len(listed) > 1 else []
        if run and len(run) == len(listed):
            self._pair(listed, run, gap, "list-pairwise")
        else:
            self._single(q, gap)

    def _single(self, q: Quantity, gap: Gap) -> None:
        """One number, for the last name, or for all names of a list."""
        several = len(self.subjects) > 1
        loose = q.kind == "count" and pattern("noun_after").match(self.view, q.last)
        places = loose and q.unit == "个" and pattern("places").match(self.view, q.last)
        apart = loose and self.at < self.chain.clause(q.first)  # 贫困人口稳定脱贫，200万农村人口…
        if places or apart or (not self.fresh and (several or loose)):
            self._unknown(q)
            return
        if self.subjects == [UNKNOWN] and gap.text.startswith(AND) and not gap.turn:
            self.history.append(UNKNOWN)  # 标准提高到762元、6120元，分别增长…
        rule = "same-topic" if not self.fresh else "coordinated" if several else "name-number"
        # 利用外资和对外投资38亿美元 is the sum of both, growth holds for each
        summed = rule == "coordinated" and q.kind not in ("percent", "points", "multiple")
        if summed and q.bound == "min" and self.view[q.number] in "百千万亿":
            summed = len({s.mention for s in self.subjects}) == 1  # both 突破千亿元大关
        for subject in self.subjects:
            self._link(subject._replace(scope="other") if summed else subject, q, gap, rule)
        if self.fresh:
            self.history += self.subjects
        self.at, self.fresh = q.last, False

    def _unknown(self, q: Quantity) -> None:
        self.subjects, self.fresh, self.at = [UNKNOWN], False, q.last
        self.history.append(UNKNOWN)

    def _link(
        self, subject: Subject, q: Quantity, gap: Gap, rule: str, derived: str = "", bound: str = ""
    ) -> None:
        last = self.links[-1] if self.links else None
        note = self.chain.note(max(self.before, q.first - 60), q.first) if self.chain.notes else ""
        if found := link(self.chain, subject, q, gap, last, rule, derived, note):
            self.links.append(found._replace(bound=bound) if bound else found)

    def _gap(self, q: Quantity, piece: int) -> Gap | None:
        """The gap before a number, over clauses that go on about the same subject."""
        if q.first - self.at > 4 * LONGEST_GAP:
            return None
        if self.at >= piece:
            text = self.gaps[self.at : q.first]
            if (gap := read_gap(text)) or (self.fresh and not goes_on(text.lstrip(BLANK))):
                return gap
            *middle, last = text.lstrip("、").split("、")
            gap = read_gap(last)  # 达到5万亿元、稳居全国前十、增长4.8%
            aside = bool(middle) and all(map(goes_on, middle))
            return gap if aside and gap and (gap.turn or gap.moved) else None
        first, *middle = CLAUSE.split(self.gaps[self.at : piece - 1])
        whole = read_gap(first) is not None
        if not self.fresh and not whole and not goes_on(first.lstrip("、" + BLANK)):
            return None
        if not all(read_gap(text) is not None or goes_on(text.lstrip(BLANK)) for text in middle):
            return None
        last = self.gaps[piece : q.first]
        if "其中" in last or (self.view[piece - 1] in "；。" and not goes_on(last)):
            return None
        gap = read_gap(last)
        told = gap and (gap.turn or gap.moved or pattern("whole").match(last))
        return gap if told or (whole and self.gaps[piece : q.number].strip(BLANK)) else None

    def _run(self, i: int, wanted: int, joints: str = "、和与及以并") -> list[Quantity]:
        """The numbers from ``i`` on that stand side by side: 5%、6.5%左右, 10亿元和20亿元."""
        run = [self.figures[i]]
        for k in range(i + 1, min(i + wanted, len(self.figures))):
            q = self.figures[k]
            between = self.gaps[run[-1].last : q.first] if q.first - run[-1].last < 12 else ""
            rest = between.lstrip(joints)
            if rest.strip(BLANK) and (wanted < 99 or "，" in between):
                break  # 增长6%、力争7%以上 is no list
            gap = read_gap(rest) if len(rest) < len(between) else None
            kinds = {q.kind, run[-1].kind}
            alike = len(kinds) == 1 or kinds <= {"count", "money", "physical"}
            alike = alike or kinds <= {"percent", "multiple"}
            if gap is None or gap.moved or q.unit == "番" or not alike:
                break
            run.append(q)
        return run

    def _number_first(self, q: Quantity, name: Mention) -> bool:
        """八成财政资金用于民生, 新增30家高新技术企业, 8%左右的生产总值增长目标."""
        if not (gap := name_after(self.chain, q, name)):
            return False
        span = name._replace(first=q.first, last=q.last)
        beside = pattern("villages").fullmatch(self.view, self.at, q.first)
        start = q.first if beside else self.chain.clause(q.first)
        scope = self.home.scope_of(self.view, start, span, self.at)
        self.subjects = [Subject(name.form.ids[0], scope, name)]
        self._link(self.subjects[0], q, gap, "number-first")
        self.fresh, self.at, self.served = False, q.last, name
        return True

    # --- 分别 and 均 -------------------------------------------------------------------------

    def _share(self, i: int, first: int, word: int, how: str) -> bool:
        """Share the numbers out over the list before 分别 or 均. False if that cannot be read."""
        q = self.figures[i]
        named = next((m.last for m in reversed(self.chain.named(0, word)) if m.last <= word), first)
        paced = pattern("paced").search(self.gaps, max(named, first), word)
        gap = read_gap(self.gaps[max(named, first) : q.first]) or read_gap(
            self.gaps[paced.start() if paced else word : q.first]
        )
        if gap is None:
            return False
        each = how not in ("分别", "各", "各自")
        items = self._items(first, word) or (self.subjects if self.fresh else [])
        run = [q] if each else self._run(i, 99)
        if not each and len(run) < max(len(items), 2):
            run = self._run(i, 99, "、和与及以并，")
        if each and not items:
            items = self._ungrown() if how == "均" else self.history[-2:]
        items = expand(items, len(run), each=each) or self.history[-max(len(run), 2) :]
        if len(run) == 1 and items:
            items = expand(items, 2, each=True)
            run = run * len(items)
        items = items[-len(run) :]
        if len(items) < len(run):
            self._unknown(run[-1])
            self.done = run[-1].first
        else:
            self._pair(items, run, gap, "list-shared" if each else "list-pairwise", new=True)
        return True

    def _items(self, first: int, word: int) -> list[Subject]:
        """The list that ends at ``word``: indicators and other things; empty if there is none."""
        if self.fresh and (head := self.subjects[0].mention) and head.last <= first:
            told = self.links[-1].quantity.last if self.links else 0
            first = max(self.chain.clause(head.first), head.first - LONGEST_GAP, told)
        inside = [m for m in self.chain.named(first, word) if m.last <= word]
        spans = [(m.first - first, m.last - first) for m in inside]
        masked = blank_out(self.gaps[first:word], spans)
        out: list[Subject] = []
        start, scope = 0, ""
        common = pattern("common_head").search(self.gaps, max(first, word - 12), word)
        for cut in [*(m.end() for m in pattern("joint").finditer(masked)), len(masked)]:
            piece = masked[start:cut].rstrip("、和与以及")
            named = [m for m, (a, _) in zip(inside, spans, strict=True) if start <= a < cut]
            short = name_short_of(piece, common[1], first + start) if common and not named else []
            if named or short:
                place = (first + start, first + start + len(piece))
                found = self._item((named or short)[-1], *place, out)
                if scope and named and named[-1].first == place[0]:
                    found = [s._replace(scope=scope) for s in found]  # 工业、技改投资
                scope, out = found[0].scope if short else scope, out + found
            elif read_gap(piece) is None:
                out.append(UNKNOWN)
            start = cut
        return out

    def _item(self, mention: Mention, start: int, end: int, before: list[Subject]) -> list[Subject]:
        lead, after = self.view[start : mention.first], self.view[mention.last : mention.last + 8]
        if self.home.is_yardstick(self.view[start - 1 : start], after):
            return []  # 收入与经济增长同步
        *aside, rest = CLAUSE.split(self.gaps[mention.last : end])  # 收入均居全省第2，分别…
        read = read_gap(rest) and all(read_gap(x) or goes_on(x.lstrip("均")) for x in aside)
        if not read or mention.form.role == "after" or self.home.is_yardstick(lead, after):
            return [UNKNOWN]
        if found := [s for s in self.subjects if s.mention == mention]:
            return found
        if before and not before[-1].mention and self.gaps[start : mention.first].strip(BLANK):
            return [UNKNOWN]  # 宣汉、大竹GDP: the list is one of other things
        scope = self.home.scope_of(self.view, start, mention, start)
        return [Subject(x, scope, mention) for x in mention.form.ids or ("",)]

    def _ungrown(self) -> list[Subject]:
        """The last subjects that have a level but no growth yet."""
        out: list[Subject] = []
        for found in reversed(self.links[-12:]):
            if found.measure != "level":
                break
            if found.subject not in out:  # 突破百亿大关，达到115亿元: once
                out.insert(0, found.subject)
        return out

    def _pair(
        self, items: list[Subject], run: list[Quantity], gap: Gap, rule: str, *, new: bool = False
    ) -> None:
        """Link item by item; a bound that touches only the last (or first) number holds for all."""
        bounds = [q.bound for q in run]
        if set(bounds[:-1]) == {"eq"} and bounds[-1] != "range" and run[-1].last > run[-1].stop:
            bounds = bounds[-1:] * len(run)
        elif set(bounds[1:]) == {"eq"} and bounds[0] != "range" and run[0].first < run[0].number:
            bounds = bounds[:1] * len(run)
        pairs = list(zip(items, run, strict=True))
        text = "; ".join(f"{self._called(s)}→{q.quote}" for s, q in pairs)
        for (subject, q), bound in zip(pairs, bounds, strict=True):
            self._link(subject, q, gap, rule, text, bound)
        if self.fresh or new:
            self.history += items
        self.subjects, self.fresh = list(items), False
        self.at, self.done = run[-1].last, run[-1].first

    def _called(self, subject: Subject) -> str:
        name = subject.mention
        return f"{self.chain.text[name.first : name.last]} {subject.id}".strip() if name else "?"
