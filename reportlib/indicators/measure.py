"""What a number says of its indicator: a level, a growth or a change, and with which sign."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from reportlib.indicators.catalogue import catalogue, fits
from reportlib.indicators.chain import Chain
from reportlib.indicators.forms import Mention
from reportlib.indicators.vocabulary import BLANK, Gap, ends_with, pattern, starts_with, words
from reportlib.records import Quantity


class Subject(NamedTuple):
    """What a number may be said of: an indicator, or (``id`` "") something not in the catalogue."""

    id: str
    scope: str = "own"
    mention: Mention | None = None


AND = ("、", "和", "与")
UNKNOWN = Subject("")


class Link(NamedTuple):
    """A number that is a figure of an indicator; offsets are those of the chain.

    ``role`` is "from" for the level before a change, "steps" for one of several thresholds.
    """

    subject: Subject
    quantity: Quantity
    measure: str
    sign: int
    bound: str
    role: str = ""
    rule: str = ""
    derivation: str = ""
    note: str = ""


def link(
    chain: Chain, subject: Subject, q: Quantity, gap: Gap, last: Link | None, *said: str
) -> Link | None:
    """The number as a figure of the subject, or None if it cannot be one.

    Args:
        gap: what stands before the number; last: the link before; said: rule, derivation, note.

    >>> from reportlib.indicators.forms import find_mentions
    >>> text = "财政收入下降5%"
    >>> [mention] = find_mentions(text)
    >>> five = Quantity(6, 8, 6, 8, "5%", "percent", 5.0, unit="%")
    >>> chain, subject = Chain(text, [five], [mention]), Subject("fiscal_revenue", "own", mention)
    >>> found = link(chain, subject, five, Gap("down", "down", "下降"), None)
    >>> found.measure, found.sign
    ('growth', -1)
    """
    if subject.id == "gdp" and "人均" in gap.text:
        subject = subject._replace(id="gdp_per_capita")
    if subject.id == "livelihood_spending" and q.kind == "percent" and gap[:2] == ("reach", ""):
        subject = subject._replace(id="livelihood_spending_share")  # 民生支出保持在80%以上
    if last and last.subject.id == subject.id and last.measure == "growth" and not gap.moved:
        aimed = gap.turn == "reach" or pattern("strive").search(gap.text)
        if aimed and not pattern("share").search(gap.text):
            fell = last.sign < 0 and not _minus(chain.view, last.quantity)
            gap = gap._replace(moved="down" if fell else "up")  # 增长8%、力争达到10%
    found = _measure(chain, subject, q, gap) if subject.id else None
    if found is None:
        return None
    scope = _narrowed(chain.view, subject, q, gap, found[0], last)
    subject = subject if scope == subject.scope else subject._replace(scope=scope)
    role, bound = "", q.bound
    joint = chain.gaps[last.quantity.last : q.first] if last and last.role == "from" else ""
    if last and last.role == "steps" and gap.text in ("、", "和", "，"):
        role, bound = "steps", last.bound
    elif pattern("steps").search(chain.view, max(0, q.first - 8), q.number):
        role = "steps"
    elif pattern("from").search(chain.gaps[max(0, q.first - 24) : q.first]) or joint in AND:
        role = "from"
    return Link(subject, q, *found, bound, role, *said)


def _measure(chain: Chain, subject: Subject, q: Quantity, gap: Gap) -> tuple[str, int] | None:
    """The measure and the sign, None where the quantity is none of the indicator's."""
    entry, view = catalogue()[subject.id], chain.view
    family, given = entry.family, (entry.id, q.kind, q.unit)
    start, end = subject.mention[:2] if subject.mention else (0, 0)
    name = view[start:end]
    paced = q.kind == "percent" and pattern("pace").match(view, q.last)
    rate = "" if gap.text.startswith("总量") else _rate(name)  # 增速回升，总量跨上1万亿元
    moved = "down" if rate == "down" else gap.moved or ("up" if paced else rate)
    better = "改善" in gap.text and entry.direction == "higher"  # PM2.5改善 is a fall
    fall = -1 if (moved == "down" and not better) or _minus(view, q) else 1
    growth = ("growth", fall) if moved else None
    if q.kind == "multiple":
        return ("growth", 1) if moved and q.unit == "倍" else None
    if q.kind == "points":
        return ("change", fall) if moved and "points" in family.changes else None
    if q.kind in ("percent", "count") and family.name == "index":
        whole = isinstance(q.value, float) and 50 < q.value < 200
        return ("level", 1) if whole else ("growth", fall) if q.kind == "percent" else None
    if q.kind == "count" and not q.unit and gap.text.endswith(("保", "争")):
        return growth  # 增速保8争9
    if q.kind == "percent":
        if not family.is_rate or family.name == "weight" or not fits(*given):
            return growth
        if q.unit == "%" and "占" in name and "增长" in gap.text:
            return None  # 民生支出占支出的75%、增长11%: the sum grew
        return ("change", fall) if gap.turn in ("up", "down") else ("level", 1)
    if not fits(*given):
        return None
    lifted = moved == "down" or pattern("relief").match(name)
    if subject.id == "poor_population" and (lifted or _verb(chain, start, q) == "less"):
        return "change", -1
    if (gap.turn or rate) in ("up", "down"):
        return "change", fall
    if entry.basis != "stock":
        return "level", 1
    # 新登记市场主体达到…, but not 新增市场主体5户、达到…
    first = not gap.text.startswith(("、", "，", "累计")) and "总" not in gap.text
    fresh = pattern("fresh").search(name) or ends_with(view[max(0, start - 10) : start], "new")
    said = gap.text + view[q.first : q.number] + name
    if gap.text.startswith("累计") and any(map(str.isdigit, view[end : q.first])):
        return "level", 1  # 新增5家，累计20家
    total = pattern("total").search(said)
    counted = (first and fresh) or (not total and _verb(chain, start, q) == "new")
    return "change" if counted else "level", 1


def _minus(view: str, q: Quantity) -> bool:
    at = q.number - 1  # 增长-3.8%
    return view[at : at + 1] in ("-", "－", "−") and "一" <= view[at - 1 : at] <= "龥"


@cache
def _rate(name: str) -> str:
    """up or down for the name of a rate of change (涨幅, 下降率), "" for another."""
    down = pattern("rate_down").search(name)
    return "down" if down else "up" if pattern("rate_name").search(name) else ""


def _narrowed(
    view: str, subject: Subject, q: Quantity, gap: Gap, measure: str, last: Link | None
) -> str:
    """The scope, other for a sum that something brought about and for the growth of what is new.

    带动进出口5亿元、增长8% is a part of trade, 带动进出口突破5亿元 is all of it; 新增贷款增长8% is
    not the growth of what is owed.
    """
    mention, growth = subject.mention, measure == "growth"
    before = last if last and last.subject.mention is mention else None
    if subject.scope == "lent" and before:
        return before.subject.scope
    if subject.scope == "lent":
        least = q.bound == "min" and "多" not in q.quote
        whole = q.kind == "percent" or least or gap.turn or "达" in gap.text
        return "own" if whole else "other"
    entry = catalogue()[subject.id]
    owed = growth and mention and (entry.basis, entry.family.name) == ("stock", "money")
    told = (before and before.measure == "level") or (owed and pattern("whole").search(gap.text))
    if mention and owed and not told:
        new = ends_with(view[: mention.first], "new") or view[mention.first : mention.last]
        return "other" if new.startswith("新") else subject.scope
    return subject.scope


def is_relief(before: str, after: str) -> Gap | None:
    """The gap for 12万贫困人口脱贫 (a fall) or 还有3万贫困人口 (a level); None otherwise.

    >>> is_relief("实现", "贫困人口脱贫").moved, is_relief("发放", "贫困人口补助")
    ('down', None)
    """
    if pattern("lifted").search(before[-6:] + after):
        return Gap("down", "down")
    return Gap() if before.endswith(("有", "剩", "剩余")) else None


def _verb(chain: Chain, start: int, q: Quantity) -> str:
    """new or less: the verb that governs a count, also over a list (新增A 3家、B 5家，C 2家).

    ``start`` is where the name of what is counted begins.
    """
    view = chain.view
    if view.startswith(("新增", "净增"), start):
        return "new"
    edge = min(start, q.first)
    for _ in range(4):
        start = chain.clause(edge)
        if found := governing_verb(view[max(start, edge - 80) : edge]):
            return found
        if pattern("lead").match(view, start):
            return ""  # 培育A企业3家，力争B企业超5家
        going_on = starts_with(view[start : start + 12].lstrip(BLANK), "predicate")
        if start == 0 or view[start - 1] != "，" or going_on:
            return ""
        edge = start - 1
    return ""


def governing_verb(head: str) -> str:
    """new, less or total: what the last verb in ``head`` says of a count; "" if there is none.

    >>> governing_verb("全年新增"), governing_verb("新增5家、总数达到")
    ('new', 'total')
    """
    said = [(head.rfind(word), kind) for kind in ("less", "new") for word in words(kind)]
    best, kind = max([found for found in said if found[0] >= 0], default=(-1, ""))
    stop = max((m.start() for m in pattern("total").finditer(head)), default=-1)
    return "total" if stop > best else kind


def expand(items: list[Subject], wanted: int, *, each: bool) -> list[Subject]:
    """城乡居民人均可支配收入 stands for two when two numbers or 均 follow.

    >>> from reportlib.indicators.forms import find_mentions
    >>> [mention] = find_mentions("城乡居民人均可支配收入")
    >>> [s.id for s in expand([Subject("resident_income", "own", mention)], 2, each=False)]
    ['urban_income', 'rural_income']
    """
    out: list[Subject] = []
    for item in items:
        form = item.mention.form if item.mention else None
        several = form and form.split and form.ids == (item.id,) and (each or len(items) < wanted)
        out += [item._replace(id=part) for part in form.split] if form and several else [item]
    return out


def name_after(chain: Chain, q: Quantity, mention: Mention) -> Gap | None:
    """What is said of a name whose number stands just before it; None if it is no figure of it.

    >>> from reportlib.indicators.forms import find_mentions
    >>> from reportlib.quantities import find_quantities
    >>> text = "新增30家高新技术企业"
    >>> [number], [mention] = find_quantities(text), find_mentions(text)
    >>> name_after(Chain(text, [number], [mention]), number, mention)
    Gap(turn='', moved='', text='')
    """
    at, role = q.last + chain.gaps.startswith("的", q.last), mention.form.role
    between = chain.gaps[at : mention.first] if at <= mention.first < at + 5 else "…"
    if not mention.form.ids or not pattern("grades").fullmatch(between):
        return None
    if role == "after":
        return Gap()
    if q.kind != "percent":
        return _counted(chain, q, mention)
    aim = q.last < at == mention.first and pattern("goal_after").match(chain.gaps, mention.last)
    return Gap("up", "up", "") if aim else None


def _counted(chain: Chain, q: Quantity, mention: Mention) -> Gap | None:
    """The gap for a count or sum that stands before its name, None if it says another thing."""
    view, name = chain.view, mention.form.ids[0]
    after, lifted = chain.gaps[mention.last : mention.last + 14], pattern("lifted")
    if pattern("number_next").match(after) and not lifted.search(view, mention.first, mention.last):
        return None
    before = view[max(chain.clause(q.first), q.first - 10) : q.first]
    if before.endswith(("、", "和")):  # 新增2家上市公司、5家高新技术企业
        before = view[max(chain.clause(q.first), q.first - 48) : q.first]
    if name == "poor_population":
        after = view[mention.first : mention.last + 12]
        return is_relief(before, after) if q.kind == "count" else None
    if mention.form.role != "name" or q.kind not in ("count", "money"):
        return None
    counted = name in ("high_tech_firms", "market_entities")
    if counted != (q.kind == "count") or (counted and not governing_verb(before)):
        return None
    return Gap()
