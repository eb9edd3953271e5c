"""Which number belongs to which indicator: names, numbers and the words between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reportlib.indicators.catalogue import catalogue, fits
from reportlib.indicators.forms import Mention, find_mentions
from reportlib.indicators.scope import Home
from reportlib.indicators.vocabulary import (
    BLANK,
    BREAKS,
    LONGEST_GAP,
    Gap,
    ends_with,
    read_gap,
    shared_word,
    starts_with,
    words,
)
from reportlib.records import Quantity

MEASURED = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
_AND = ("、", "和", "与", "及", "以及", "，以及", "、以及")
_BRACKET = re.compile("（[^（）]{0,80}）")
_NOTE = re.compile(
    "(?:按?可比价格?(?:计算)?|(?:按|同)?(?:历史)?可比口径(?:计算)?|(?:按照?)?同口径(?:计算)?|(?:若|如|在)?(?:剔除|扣除|扣减|考虑|不考虑|不含|去除|除去)"
    "[^，；：。、0-9]{1,24}?(?:因素|影响|基数|以?后|等)(?:影响|外|以?后)?|按(?:新|老|原|现行)口径(?:计算)?|按现价(?:计算)?|按不变价(?:格)?(?:计算)?)"
)
_QUALIFIES = re.compile(
    "(?:的)?(?:大|龙头|规上|外贸|重点)?(?:企业|项目|县|乡镇|园区|村|集群|基地|街道|品牌|镇)|的(?!目标|预期|任务|增长|增速|速度|水平|基础|成绩|好|较|高|幅度|比例|比重|台阶|大关|历史|态势|要求|底线|同时|"
    "情况|新|良|规模|区间|左右|总体|年度|发展|基本|实际|上|中|重)(?=[一-龥])"
)
_GOAL = re.compile("(?:的)?(?:年均)?(?:增长|增速|增幅|涨幅|调控)?(?:的)?(?:预期|调控)?(?:目标|速度|预期)")
_LIFTED = re.compile("脱贫|脱困|减贫|退出|摆脱|越线|减少")
_FOLLOWED = re.compile("(?![占居增较同比位并为达以左]|可|再|首)[一-龥]")
_MET = re.compile("的(?:年度|预期|年初|既定|计划)*(?:目标|任务|要求|计划)")
_PACE = re.compile("的(?:年均|平均|年)?(?:增长|发展|递增)?(?:速度|增速|增幅|增长)")
_RATE_NAME = re.compile("增长|增速|涨幅")
_LEVEL_WORDS = re.compile("(?:国家级?|省级|市级|的|以上|全部)*")
_TOTAL = re.compile("总|达|拥有|存量|保有|累计有|现有|余额|突破")
_SHARE_OF = re.compile("占(?:到)?(全[国省市区县州])")
_CLAUSE = re.compile(f"[{BREAKS}]")
_STEPS = re.compile("连续(?:跃上|跨上|迈上|登上|站上|突破|跨越|越过|跨过|迈过)|先后(?:突破|跨上|跃上|迈上|跨越|越过)|接连(?:突破|跨上|迈上|跨越)|连(?:跨|越|破)")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a number may be said of: an indicator, or (``id`` "") something not in the catalogue."""

    id: str
    scope: str = "own"
    mention: Mention | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A number that was found to be a figure of an indicator. Offsets are those of the chain."""

    subject: Subject
    quantity: Quantity
    measure: str
    sign: int
    rule: str
    derivation: str = ""
    role: str = ""  # "from": the level before a change; "steps": one of several thresholds
    bound: str = ""


UNKNOWN = Subject("")


@dataclass(slots=True)
class _Chain:
    """State while one chain of clauses is read from left to right."""

    text: str
    view: str  # brackets and notes blanked: what names are looked for in
    gaps: str  # dates, ranks … blanked too: what stands between names and numbers
    home: Home
    notes: list[tuple[int, int, str]]
    breaks: list[int]  # where clauses begin
    links: list[Link] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    history: list[Subject] = field(default_factory=list)
    at: int = 0  # end of the last name or number
    fresh: bool = False  # no number since the last name
    verb: str = ""  # new or less: the verb that governs the counts of this clause
    done: int = -1  # numbers up to here were shared out already


def blank_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """``text`` with the spans replaced by blanks of the same length."""
    parts, at = [], 0
    for first, last in spans:
        parts += [text[at:first], BLANK * (last - first)]
        at = last
    return "".join([*parts, text[at:]])


def bind(text: str, quantities: Sequence[Quantity], home: Home) -> list[Link]:
    """The figures in one chain of clauses (a text up to a full stop).

    Args:
        text: normalised text; quantities: its numerals in order; home: whose report it is.
    """
    if not any(q.kind in MEASURED or q.unit == "天" for q in quantities) or not find_mentions(text):
        return []
    notes = [(m.start(), m.end(), m[0]) for m in _NOTE.finditer(text)]
    brackets = [m.span() for m in _BRACKET.finditer(text)]
    hidden = sorted([*brackets, *((a, b) for a, b, _ in notes)])
    hidden = [s for i, s in enumerate(hidden) if i == 0 or s[0] >= hidden[i - 1][1]]
    view = blank_out(text, hidden)
    kept = [q for q in quantities if not view[q.number : q.stop].isspace()]
    figures = [q for q in kept if _is_figure(view, q)]
    rest = [(q.first, _modified(view, q)) for q in kept if not _is_figure(view, q)]
    mentions = find_mentions(view)
    inside = {q.first for q in figures for m in mentions if m.first <= q.first < m.last}
    figures = [q for q in figures if q.first not in inside]
    breaks = [0, *(i + 1 for i, c in enumerate(view) if c in BREAKS)]
    chain = _Chain(text, view, blank_out(view, _outside(rest, mentions)), home, notes, breaks)
    events = sorted([(m.first, 0, i) for i, m in enumerate(mentions)] + [(q.first, 1, i) for i, q in enumerate(figures)])
    for _, kind, i in events:
        if kind == 0:
            _take_mention(chain, mentions[i])
        elif figures[i].first > chain.done:
            _take_number(chain, figures, i, mentions)
    return [_part(chain, link) for link in chain.links]


def _part(chain: _Chain, link: Link) -> Link:
    """A figure that is then called a share of the jurisdiction's own total is a part of it."""
    at = link.quantity.last
    stop = min(p for p in (chain.view.find("；", at), chain.view.find("。", at), at + 30, len(chain.view)) if p >= 0)
    share = _SHARE_OF.search(chain.view, at, stop)
    if share is None or not chain.home.owns(share[1]) or find_mentions(chain.view[at : share.start()]):
        return link
    return replace(link, subject=replace(link.subject, scope="other"))


_NOUN = re.compile("(?:的)?(?:重大|重点|产业|工业|招商|制造业)?(?:项目|企业|工程)")


def _is_figure(text: str, q: Quantity) -> bool:
    """Not a date or rank, and not a word such as 亿元 in 亿元楼 or 亿元以上项目."""
    if q.kind not in MEASURED and q.unit != "天":
        return False
    if q.kind != "money" or q.masked:
        return True
    bare = text[q.number] in "百千万亿"
    return not (bare and q.first == q.number) and not (q.last > q.stop and _NOUN.match(text, q.last))


def _modified(text: str, q: Quantity) -> int:
    """End of a quantity together with the noun that it only qualifies: 亿元以上项目."""
    noun = _NOUN.match(text, q.last) if q.kind == "money" else None
    return noun.end() if noun else q.last


def _outside(spans: list[tuple[int, int]], mentions: list[Mention]) -> list[tuple[int, int]]:
    """The spans that lie in no mention (5G基站 keeps its 5)."""
    out, k = [], 0
    for first, last in spans:
        while k < len(mentions) and mentions[k].last <= first:
            k += 1
        if k == len(mentions) or mentions[k].first >= last:
            out.append((first, last))
    return out


# --- names ---------------------------------------------------------------------------------


def _clause_start(chain: _Chain, at: int) -> int:
    return chain.breaks[bisect_left(chain.breaks, at + 1) - 1]


def _take_mention(chain: _Chain, mention: Mention) -> None:
    """A name: the new subject, one more of a list of subjects, or only a yardstick."""
    start = max(_clause_start(chain, mention.first), 0)
    before = chain.view[max(start, chain.at if chain.at <= mention.first else start) : mention.first]
    if mention.form.role == "after":
        return
    if chain.home.is_yardstick(before, chain.view[mention.last : mention.last + 8]):
        return
    between = chain.gaps[chain.at : mention.first]
    listed = chain.fresh and chain.subjects and _is_joint(between)
    scope = chain.home.scope_of(chain.view, start, mention, chain.at)
    if listed and chain.subjects[0].id and chain.subjects[0].scope == "other":
        scope = "other"
    if "其中" in between and set(mention.form.ids) & {s.id for s in chain.history}:
        scope = "other"
    elif mention.form.needs and chain.subjects:
        scope = chain.subjects[0].scope
    note = next((n for a, b, n in chain.notes if b >= start - 2 and b <= mention.first + 60), "")
    if note and scope == "own" and not re.search("因素|影响|口径|价", note) and any(w in note for w in words("branch")):
        scope = "other"
    found = [Subject(i, scope, mention, note) for i in mention.form.ids or ("",)]
    chain.subjects = [*chain.subjects, *found] if listed else found
    if not listed or scope == "other":
        chain.verb = ""
    chain.at, chain.fresh = mention.last, True


def _is_joint(between: str) -> bool:
    text = between.strip(BLANK)
    if text in _AND:
        return True
    while word := ends_with(text, "own"):
        text = text[: -len(word)]
    return text in _AND


# --- numbers -------------------------------------------------------------------------------


def _take_number(chain: _Chain, figures: list[Quantity], i: int, mentions: list[Mention]) -> None:
    quantity = figures[i]
    piece = _clause_start(chain, quantity.first)
    head = chain.gaps[max(piece, chain.at) : quantity.first]
    if word := shared_word(head):
        if _share(chain, figures, i, mentions, max(piece, chain.at), max(piece, chain.at) + word.start(), word[0]):
            return
    if _number_first(chain, quantity, mentions):
        return
    gap = _gap(chain, quantity, piece)
    if gap is None or not chain.subjects:
        chain.subjects, chain.fresh = [UNKNOWN], False
        chain.history.append(UNKNOWN)
        chain.at = quantity.last
        return
    met = _MET.match(chain.view, quantity.last) and re.search("完成了|超过|超额|高于|好于", gap.text)
    if met or _QUALIFIES.match(chain.view, quantity.last):
        chain.at = quantity.last
        return
    listed = chain.subjects if len(chain.subjects) > 1 or chain.fresh else _ungrown(chain)
    if len(listed) == 1 and chain.fresh:
        listed = _expand(listed, 2, each=False)
    run = _run(chain, figures, i, len(listed))
    if len(listed) > 1 and len(run) == len(listed):
        _pair(chain, listed, run, gap, "list-pairwise")
        return
    rule = "name-number" if chain.fresh else "same-topic"
    loose = quantity.kind == "count" and _FOLLOWED.match(chain.view, quantity.last)
    if not chain.fresh and (len(chain.subjects) > 1 or loose):
        chain.subjects, chain.at = [UNKNOWN], quantity.last
        return
    if chain.fresh and len(chain.subjects) > 1:
        rule = "coordinated"
    summed = rule == "coordinated" and quantity.kind not in ("percent", "points", "multiple")
    for subject in chain.subjects:  # 利用外资和对外投资38亿美元 is the sum of both
        _link(chain, replace(subject, scope="other") if summed else subject, quantity, gap, rule)
    if chain.fresh:
        chain.history += chain.subjects
    chain.at, chain.fresh = quantity.last, False


def _gap(chain: _Chain, quantity: Quantity, piece: int) -> Gap | None:
    """The gap before a number, over clauses that go on about the same subject."""
    if quantity.first - chain.at > 4 * LONGEST_GAP:
        return None
    if chain.at >= piece:
        return read_gap(chain.gaps[chain.at : quantity.first])
    pieces = _CLAUSE.split(chain.gaps[chain.at : piece - 1])
    first, middle = pieces[0], pieces[1:]
    if not chain.fresh and read_gap(first) is None and not starts_with(first.lstrip("、" + BLANK), "predicate"):
        return None
    for text in middle:
        if read_gap(text) is None and not starts_with(text.lstrip(BLANK), "predicate"):
            return None
    last = chain.gaps[piece : quantity.first]
    if chain.view[piece - 1] in "；。" and not starts_with(last, "predicate"):
        return None
    gap = None if "其中" in last else read_gap(last)
    if gap and not (gap.turn or gap.moved) and (
        read_gap(first) is None or not chain.gaps[piece : quantity.number].strip(BLANK)
    ):
        return None
    return gap


def _run(
    chain: _Chain, figures: list[Quantity], i: int, wanted: int, joints: str = "、和与及以并"
) -> list[Quantity]:
    """The numbers from ``i`` on that stand side by side: 5%、6.5%左右, 10亿元和20亿元."""
    run = [figures[i]]
    for q in figures[i + 1 :]:
        if len(run) == wanted:
            break
        between = chain.gaps[run[-1].last : q.first]
        rest = between.lstrip(joints)
        gap = read_gap(rest) if len(rest) < len(between) < 12 else None
        kinds = {q.kind, run[-1].kind}
        same = len(kinds) == 1 or kinds <= {"count", "money", "physical"} or kinds <= {"percent", "multiple"}
        if gap is None or gap.moved or not same or q.unit == "番":
            break
        run.append(q)
    return run


def _share(
    chain: _Chain, figures: list[Quantity], i: int, mentions: list[Mention], first: int, word: int, how: str
) -> bool:
    """分别, 均: share the numbers out over the list before the word. False if there is no list."""
    named = next((m.last for m in reversed(mentions) if first <= m.first and m.last <= word), word)
    named = chain.at if chain.fresh and chain.at >= first else named
    gap = read_gap(chain.gaps[named : figures[i].first]) or read_gap(chain.gaps[word : figures[i].first])
    if gap is None:
        return False
    items = _items(chain, mentions, first, word)
    each = how not in ("分别", "各", "各自")
    run = [figures[i]] if each else _run(chain, figures, i, 99, "、和与及以并，")
    if items is None:
        items = chain.subjects if chain.fresh else []
        if each and not items:
            items = chain.history[-2:] if how != "均" else _ungrown(chain)
    if len(run) > 1 or each:
        items = _expand(items, len(run), each)
    if not items:
        items = chain.history[-len(run) :]
    if len(run) == 1 and len(items) >= 1:
        if len(items) == 1 and how in ("分别", "各"):
            items = _expand(items, 2, True)
        run = run * len(items)
    if len(run) < len(items):
        items = items[-len(run) :]
    if len(items) < len(run):
        chain.subjects, chain.fresh, chain.at = [UNKNOWN], False, run[-1].last
        chain.done = run[-1].first
        return True
    _pair(chain, items, run, gap, "list-shared" if each else "list-pairwise", fresh=True)
    return True


def _ungrown(chain: _Chain) -> list[Subject]:
    """The last subjects that have a level but no growth yet."""
    out: list[Subject] = []
    for link in reversed(chain.links):
        if link.measure != "level":
            break
        out.insert(0, link.subject)
    return out


def _expand(items: list[Subject], wanted: int, each: bool) -> list[Subject]:
    """城乡居民人均可支配收入 stands for two when two numbers or 均 follow."""
    out: list[Subject] = []
    for item in items:
        split = item.mention.form.split if item.mention else ()
        if split and item.id and len(item.mention.form.ids) == 1 and (each or len(items) < wanted):  # type: ignore[union-attr]
            out += [replace(item, id=part) for part in split]
        else:
            out.append(item)
    return out


def _items(chain: _Chain, mentions: list[Mention], first: int, word: int) -> list[Subject] | None:
    """The list that stands in ``first`` to ``word``: names and other things; None if none does."""
    inside = [m for m in mentions if first <= m.first and m.last <= word]
    if chain.fresh and chain.subjects[0].mention and chain.subjects[0].mention.last <= first:
        head = chain.subjects[0].mention.first
        inside = [m for m in mentions if head <= m.first and m.last <= word]
        first = max(_clause_start(chain, head), 0)
    masked = blank_out(chain.gaps, [(m.first, m.last) for m in inside])
    out: list[Subject] = []
    start = first
    cuts = [m.end() for m in re.finditer("、|和|与|以及|及", masked[first:word])]
    for cut in [*(first + c for c in cuts), word]:
        piece = masked[start:cut].rstrip("、和与以及")
        named = [m for m in inside if start <= m.first < cut]
        if named:
            tail = chain.gaps[named[-1].last : start + len(piece)]
            usable = read_gap(tail) is not None and named[-1].form.role != "after"
            found = [s for s in chain.subjects if usable and s.mention == named[-1]]
            if usable and out and not out[-1].mention and masked[start : named[-1].first].strip(BLANK):
                found = [UNKNOWN]  # 宣汉、大竹GDP: the list is one of other things
            if not found and usable:
                scope = chain.home.scope_of(chain.view, start, named[-1], start)
                found = [Subject(x, scope, named[-1]) for x in named[-1].form.ids or ("",)]
            out += found or [UNKNOWN]
        elif read_gap(piece) is None:
            out.append(UNKNOWN)
        start = cut
    return out or None


def _pair(
    chain: _Chain, items: list[Subject], run: list[Quantity], gap: Gap, rule: str, *, fresh: bool = False
) -> None:
    """Link item by item; a bound that touches only the last (or first) number holds for all."""
    bounds = [q.bound for q in run]
    if len(run) > 1 and set(bounds[:-1]) == {"eq"} and bounds[-1] != "range" and run[-1].last > run[-1].stop:
        bounds = [bounds[-1]] * len(run)
    elif len(run) > 1 and set(bounds[1:]) == {"eq"} and bounds[0] != "range" and run[0].first < run[0].number:
        bounds = [bounds[0]] * len(run)
    text = "; ".join(
        f"{chain.text[s.mention.first : s.mention.last] if s.mention else '?'} {s.id or ''}→{q.quote}"
        for s, q in zip(items, run, strict=True)
    )
    for subject, quantity, bound in zip(items, run, bounds, strict=True):
        _link(chain, subject, quantity, gap, rule, text, bound)
    if chain.fresh or fresh:
        chain.history += items
    chain.subjects, chain.fresh = list(items), False
    chain.at, chain.done = run[-1].last, run[-1].first


def _number_first(chain: _Chain, quantity: Quantity, mentions: list[Mention]) -> bool:
    """八成财政资金用于民生, 30家高新技术企业, 1900亿元的GDP: the name follows the number."""
    at = quantity.last + chain.gaps.startswith("的", quantity.last)
    if quantity.kind == "percent" and at > quantity.last and _goal_after(chain, quantity, at, mentions):
        return True
    after = next((m for m in mentions if at <= m.first <= at + 4), None)
    if after is None or not after.form.ids:
        return False
    if after.form.role == "bare" and after.form.ids[0] != "poor_population":
        return False
    if not _LEVEL_WORDS.fullmatch(chain.gaps[at : after.first]) or quantity.kind not in ("count", "money", "percent"):
        return False
    if after.form.role != "after" and quantity.kind == "percent":
        return False
    if after.form.role == "name" and (quantity.kind == "count") != (catalogue()[after.form.ids[0]].family.name in ("count", "people")):
        return False
    head = chain.view[max(0, quantity.first - 10) : quantity.first]
    if after.form.role == "name" and quantity.kind == "count" and "贫困" not in after.form.form and not _last_verb(head):
        return False
    following = chain.gaps[after.last : after.last + 14]
    if after.form.role == "name" and re.match("[、，]?[^，。；、]{0,3}[0-9]", following):
        return False
    start = _clause_start(chain, quantity.first)
    scope = chain.home.scope_of(chain.view, start, replace(after, first=quantity.first, last=quantity.last), chain.at)
    gap = Gap("", "", "")
    if after.form.ids[0] == "poor_population":
        before = chain.view[max(0, quantity.first - 6) : quantity.first]
        if not before.endswith(("有", "剩", "剩余")):
            if not _LIFTED.search(before + chain.view[after.first : after.last + 12]):
                return False
            gap = Gap("down", "down", "")
    _link(chain, Subject(after.form.ids[0], scope, after), quantity, gap, "number-first")
    chain.subjects, chain.fresh = [Subject(after.form.ids[0], scope, after)], False
    chain.at = quantity.last
    return True


def _goal_after(chain: _Chain, quantity: Quantity, at: int, mentions: list[Mention]) -> bool:
    """8%左右的国内生产总值增长目标."""
    after = next((m for m in mentions if m.first == at), None)
    if after is None or not after.form.ids or not _GOAL.match(chain.gaps, after.last):
        return False
    subject = Subject(after.form.ids[0], "own", after)
    _link(chain, subject, quantity, Gap("up", "up", ""), "number-first")
    chain.subjects, chain.fresh, chain.at = [subject], False, quantity.last
    return True


# --- measure and sign ----------------------------------------------------------------------


def _link(
    chain: _Chain, subject: Subject, quantity: Quantity, gap: Gap, rule: str, derivation: str = "", bound: str = ""
) -> None:
    if subject.id == "gdp" and "人均" in gap.text:
        subject = replace(subject, id="gdp_per_capita")
    found = _measure(chain, subject, quantity, gap) if subject.id else None
    if found is None:
        return
    measure, sign = found
    role = "from" if _is_from(chain, quantity) else ""
    bound = bound or quantity.bound
    if chain.links and chain.links[-1].role == "steps" and gap.text in ("、", "和", "，"):
        role, bound = "steps", chain.links[-1].bound
    elif _STEPS.search(chain.view[max(0, quantity.first - 8) : quantity.number]):
        role = "steps"
    chain.links.append(Link(subject, quantity, measure, sign, rule, derivation, role, bound))


_FROM = re.compile("(?:从|由)(?:[^，；。]{0,14}的)?[" + BLANK + "]*$|(?:比|较|与)[^，；。]{0,16}的[" + BLANK + "]*$")


def _is_from(chain: _Chain, quantity: Quantity) -> bool:
    """Whether the number is where a change starts: 由19.9亿元增至, 较“十三五”末的9323亿元."""
    return bool(_FROM.search(chain.gaps[max(0, quantity.first - 24) : quantity.first]))


def _measure(chain: _Chain, subject: Subject, quantity: Quantity, gap: Gap) -> tuple[str, int] | None:
    """level, growth or change with its sign; None if the number cannot be said of the subject."""
    entry = catalogue()[subject.id]
    family, kind = entry.family, quantity.kind
    named = subject.mention and _RATE_NAME.search(chain.text[subject.mention.first : subject.mention.last])
    paced = kind == "percent" and _PACE.match(chain.view, quantity.last)
    moved = gap.moved or ("up" if named or paced else "")
    fall = -1 if moved == "down" else 1
    if kind == "multiple":
        return ("growth", 1) if moved and quantity.unit == "倍" else None
    if kind == "points":
        return ("change", fall) if moved and "points" in family.changes else None
    if kind == "percent":
        if family.name == "index":
            return ("level", 1) if (quantity.value or 0) and float(quantity.value or 0) > 50 else ("growth", fall)
        if not family.is_rate or not fits(entry, quantity) or family.name == "weight":
            return ("growth", fall) if moved else None
        return ("change", fall) if gap.turn in ("up", "down") else ("level", 1)
    if not fits(entry, quantity):
        return None
    verb = _verb(chain, subject, quantity)
    if subject.id == "poor_population" and (verb == "less" or _is_relief(chain, subject) or moved == "down"):
        return "change", -1
    if gap.turn in ("up", "down"):
        return "change", fall
    name = chain.text[subject.mention.first : subject.mention.last] if subject.mention else ""
    if entry.basis == "stock" and verb == "new" and not _TOTAL.search(gap.text + name):
        return "change", 1
    return "level", 1


def _is_relief(chain: _Chain, subject: Subject) -> bool:
    mention = subject.mention
    return bool(mention) and chain.text[mention.first : mention.last][:2] in ("减贫", "脱贫", "稳定", "实现", "减少")  # type: ignore[union-attr]


def _verb(chain: _Chain, subject: Subject, quantity: Quantity) -> str:
    """new or less: the verb that governs a count, also over a list (新增A 3家、B 5家，C 2家)."""
    mention = subject.mention
    if mention is None:
        return ""
    if chain.view.startswith(("新增", "净增"), mention.first):
        return "new"
    edge = min(mention.first, quantity.first)
    for _ in range(4):
        start = _clause_start(chain, edge)
        if found := _last_verb(chain.view[max(start, edge - 80) : edge]):
            return found
        clause = chain.gaps[start:edge].lstrip(BLANK)
        if start == 0 or chain.view[start - 1] != "，" or starts_with(clause, "predicate"):
            return ""
        edge = start - 1
    return ""


def _last_verb(head: str) -> str:
    """The class of the last verb in ``head`` that says new, less or (total) neither."""
    best, kind = -1, ""
    for name in ("new", "less"):
        for word in words(name):
            at = head.rfind(word)
            if at > best:
                best, kind = at, name
    stop = max((m.start() for m in _TOTAL.finditer(head)), default=-1)
    return "total" if stop > best else kind
