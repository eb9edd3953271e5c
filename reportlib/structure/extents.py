"""Which lines of a page are report, annex or noise, and which report they belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from reportlib.clean import Line, inline_noise, noise_rule, split_lines
from reportlib.records import Span
from reportlib.resources import settings

HEAD_LINES = 14  # how far above the address a title may stand
FRAGMENT_CHARS = 400  # a leading piece without a beginning must be at least this long
REPORT_CHARS = 1000  # a page without title and opening must be at least this long
TERMINAL = "。！？；：…”）!?;:"
SHINGLE = 12


@cache
def cue(name: str) -> re.Pattern[str]:
    """The compiled pattern ``name`` of structure.toml."""
    groups = settings("structure")
    return re.compile(next(g[name] for g in groups.values() if name in g))


@dataclass(slots=True)
class Draft:
    """One report of a page as line numbers: title lines, body from ``base`` to ``stop``, annex."""

    head: list[int]
    base: int
    stop: int
    annex: tuple[int, int]
    has_opening: bool
    cut: str = ""  # the rule that says the site stopped the text, e.g. trial_end


@dataclass(slots=True)
class Layout:
    """A page cut into lines, each labelled; ``drafts`` are its reports in order."""

    text: str
    lines: list[Line]
    labels: list[str]
    rules: list[str]
    owners: list[int]
    ends: list[int]  # where the report text of a line ends (before an inline vendor mark)
    end_rules: list[str]
    drafts: list[Draft] = field(default_factory=list)
    reason: str = ""  # why the page gives no report

    def spans(self) -> list[Span]:
        """A tiling of the page: labels of neighbouring lines merged, blanks to the left one."""
        pieces: list[tuple[int, str, str, int]] = []
        for i, line in enumerate(self.lines):
            pieces.append((line.start, self.labels[i], self.rules[i], self.owners[i]))
            if self.ends[i] < line.end:
                pieces.append((self.ends[i], "noise", self.end_rules[i], -1))
        if not pieces:
            return [Span(0, len(self.text), "noise", "blank")] if self.text else []
        pieces[0] = (0, *pieces[0][1:])
        kept = [p for i, p in enumerate(pieces) if i == 0 or p[1:] != pieces[i - 1][1:]]
        stops = [p[0] for p in kept[1:]] + [len(self.text)]
        return [Span(s, e, lab, rule, own) for (s, lab, rule, own), e in zip(kept, stops, strict=True)]


def lay_out(text: str) -> Layout:
    """Find the reports of a page and label every line. Linear in the length of the page."""
    lines = split_lines(text)
    n = len(lines)
    page = Layout(text, lines, ["noise"] * n, ["outside"] * n, [-1] * n, [x.end for x in lines], [""] * n)
    _page_facts(page)
    bases = _find_bases(lines)
    starts = _body_starts(page, bases)
    for k, (base, has_opening) in enumerate(starts):
        limit = starts[k + 1][0] if k + 1 < len(starts) else n
        low = page.drafts[-1].base + 1 if page.drafts else 0
        page.drafts.append(_draft(page, base, has_opening, low, limit))
    _give_heads_back(page)
    _add_fragment(page)
    _drop_repeats(page)
    page.reason = _why_no_report(page)
    if page.reason:
        page.drafts.clear()
    _paint(page)
    return page


def _page_facts(page: Layout) -> None:
    """Front matter between two --- lines at the top is noise of its own."""
    if page.lines and page.lines[0].key == "---":
        for i, line in enumerate(page.lines[:40]):
            page.rules[i] = "front_matter"
            if i and line.key == "---":
                return
        for i in range(min(40, len(page.lines))):
            page.rules[i] = "outside"


def is_opening(key: str) -> bool:
    """Whether a line is "现在，我代表…政府，向大会报告工作，请予审议"."""
    return bool(cue("opening").search(key[:300])) and not cue("not_government").search(key)


def _find_bases(lines: Sequence[Line]) -> list[tuple[int, bool]]:
    """The line where each body begins (its address, or its opening), top down."""
    bases: list[tuple[int, bool]] = []
    for i, line in enumerate(lines):
        if not is_opening(line.key):
            continue
        base = i
        for j in range(i - 1, max(-1, i - 7), -1):
            if cue("salutation").search(lines[j].key):
                base = j
                break
        if not bases or base > bases[-1][0] + 2:
            bases.append((base, True))
    return bases


def _body_starts(page: Layout, bases: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """``bases``, or for a page without any opening the first line that reads like a body."""
    if bases:
        return bases
    lines = page.lines
    for i, line in enumerate(lines):
        key = line.key
        if page.rules[i] != "outside" or noise_rule(key, "any", "edge") or _head_role(key):
            continue
        if cue("salutation").search(key) or (_body_like(key) and not cue("title").search(key)):
            return [(i, False)]
    return []


def _head_role(key: str) -> str:
    """title | delivery | speaker | note for a line that may stand above the address, else ""."""
    if len(key) > 110:
        return ""
    if cue("title").search(key) and not cue("title_not").search(key):
        return "title"
    if len(key) <= 90 and cue("delivery").search(key) and not re.search("记者|开幕|摄$", key):
        return "delivery"
    if len(key) <= 36 and cue("speaker").search(key):
        return "speaker"
    return "note" if len(key) <= 20 and cue("draft_note").search(key) else ""


def _head(page: Layout, base: int, low: int) -> list[int]:
    """Line numbers of the title, delivery and speaker lines above ``base``."""
    found: list[int] = []
    pending: list[int] = []
    title = -1
    for i in range(base - 1, max(low, base - HEAD_LINES) - 1, -1):
        key = page.lines[i].key
        if page.rules[i] == "front_matter":
            break
        role = _head_role(key)
        rule = noise_rule(key, "any", "edge") if role != "delivery" else ""
        if title >= 0 and role != "delivery":
            if i == title - 1 and cue("title_part").search(key) and not rule and role != "title":
                found.append(i)
            break
        if rule:
            continue
        if key == "告" and i and page.lines[i - 1].key.endswith("工作报"):
            found += [i, i - 1]
            title = i - 1
        elif role:
            found += [*pending, i]
            pending.clear()
            title = i if role == "title" else title
        elif len(key) > 60 or key[-1] in "。；":
            break
        elif not found_site_word(key) and not _is_value(page.lines, i):
            pending.append(i)
    return sorted(found)


def _is_value(lines: Sequence[Line], i: int) -> bool:
    """Whether line ``i`` is the value of a label like 来源： that stands above it."""
    above = [x.key for x in lines[max(0, i - 2) : i]]
    return any(k.endswith("：") and noise_rule(k, "any") for k in above)


def found_site_word(key: str) -> bool:
    """Whether a short line is plainly of the site (counters, bars) and no subtitle."""
    return bool(re.search(r"[>|×»]|\d{4}-\d|：$|浏览|点击|下载|首页|登录", key))


def _draft(page: Layout, base: int, has_opening: bool, low: int, limit: int) -> Draft:
    lines = page.lines
    head = _head(page, base, low)
    stop, cut = _tail_cut(lines, base, limit)
    annex_from = _annex_start(lines, base, stop)
    if annex_from < stop:
        while stop > annex_from + 1 and _is_site_line(lines[stop - 1].key):
            stop -= 1
    else:
        annex_from = stop = _trim(lines, base + 1, stop)
    return Draft(head, base, annex_from, (annex_from, stop), has_opening, cut)


def _tail_cut(lines: Sequence[Line], base: int, limit: int) -> tuple[int, str]:
    """The first line after the body's beginning from which on everything is the site's."""
    closing = _last_closing(lines, base, limit)
    for i in range(base + 1, limit):
        rule = noise_rule(lines[i].key, "tail")
        if rule and (i > closing or rule == "trial_end"):
            return i, rule
    return limit, ""


def _last_closing(lines: Sequence[Line], base: int, limit: int) -> int:
    """The last line that reads like the closing appeal; ``base`` if there is none."""
    for i in range(limit - 1, base, -1):
        key = lines[i].key
        if len(key) >= 25 and cue("appeal").search(key):
            if not noise_rule(key, "tail"):
                return i
    return base


def _annex_start(lines: Sequence[Line], base: int, stop: int) -> int:
    """The line where glossary or attachments begin; ``stop`` if there is no annex."""
    sizes = [len(x.key) for x in lines[base:stop]]
    total, seen = sum(sizes), 0
    for i in range(base, stop):
        seen += sizes[i - base]
        key = lines[i].key
        if seen > 0.3 * total and len(key) <= 60 and cue("annex").search(key.strip("*※")):
            return i
    closing = _last_closing(lines, base, stop)
    if closing == base or sum(sizes[closing + 1 - base :]) > 0.35 * total:
        return stop
    rest = [i for i in range(closing + 1, stop) if not noise_rule(lines[i].key, "any", "edge", "tail")]
    first = next((i for i in rest if lines[i - 1].key[-1] in TERMINAL), stop)
    listed = sum(_list_like(lines[i].key) for i in rest)
    return first if listed > 0.5 * len(rest) else stop


def _list_like(key: str) -> bool:
    """Whether a line looks like an entry of a glossary, a numbered list or a table cell."""
    return len(key) <= 30 or bool(cue("glossary").search(key) or re.match(r"\d|[（(]?[一二三四五六七八九十]", key))


def _body_like(key: str) -> bool:
    if len(key) >= 40 or re.match(r"[（(]?[一二三四五六七八九十]{1,3}[、）)]", key):
        return True
    return len(key) >= 8 and key[-1] in TERMINAL


def _is_site_line(key: str) -> bool:
    return len(key) < 2 or bool(noise_rule(key, "any", "edge"))


def _trim(lines: Sequence[Line], first: int, stop: int) -> int:
    """Step back from ``stop`` over lines that are the site's and not the report's."""
    while stop > first:
        key = lines[stop - 1].key
        if not _is_site_line(key) and _body_like(key):
            break
        stop -= 1
    return stop


def _give_heads_back(page: Layout) -> None:
    """A report ends where the next one's title begins."""
    for draft, following in zip(page.drafts, page.drafts[1:], strict=False):
        limit = min([*following.head, following.base])
        first, last = draft.annex
        last = min(last, limit)
        last = _trim(page.lines, max(draft.base + 1, min(first, last)), last)
        draft.stop = min(draft.stop, last)
        draft.annex = (min(first, last), last)


def _add_fragment(page: Layout) -> None:
    """Text above the first report that is itself report text: the tail of an earlier report."""
    if not page.drafts or not page.drafts[0].has_opening:
        return
    limit = min([*page.drafts[0].head, page.drafts[0].base])
    lines = page.lines
    first = next(
        (
            i
            for i in range(limit)
            if page.rules[i] == "outside"
            and _body_like(lines[i].key)
            and not noise_rule(lines[i].key, "any", "edge", "tail")
            and not _head_role(lines[i].key)
            and not cue("title_not").search(lines[i].key[:60])
        ),
        limit,
    )
    stop = _trim(lines, first, limit)
    if sum(len(x.key) for x in lines[first:stop]) >= FRAGMENT_CHARS:
        page.drafts.insert(0, Draft([], first, stop, (stop, stop), False))


def _shingles(page: Layout, draft: Draft) -> set[str]:
    rows = [*draft.head, *range(draft.base, draft.stop)]
    text = "".join(page.lines[i].key for i in rows)
    return {text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE))}


def _drop_repeats(page: Layout) -> None:
    """A body printed twice, or an abstract of a body on the same page, is noise."""
    if len(page.drafts) < 2:
        return
    shingles = [_shingles(page, d) for d in page.drafts]
    keep = []
    for k, own in enumerate(shingles):
        repeat = any(
            j != k
            and len(own & other) > (0.6 if len(own) > 400 else 0.4) * len(own)
            and (len(other) > 1.1 * len(own) or (j < k and len(other) >= 0.9 * len(own)))
            for j, other in enumerate(shingles)
        )
        if repeat:
            draft = page.drafts[k]
            for i in range(draft.base, draft.annex[1]):
                page.rules[i] = "repeated_body"
        else:
            keep.append(page.drafts[k])
    page.drafts = keep


def _why_no_report(page: Layout) -> str:
    """One sentence saying why the page is no work report; "" if it is one."""
    if not page.drafts:
        return "no text that reads like a work report"
    keys = [x.key for x in page.lines]
    if any(cue("summary").search(k) for k in keys[:12]):
        return "a summary written by the site, not the report itself"
    if any(d.has_opening for d in page.drafts):
        return ""
    head = [k for k in keys[:12] if len(k) <= 80]
    if any(cue("other_title").search(k) and "政府工作报告" not in k for k in head):
        return "another kind of document by its title"
    news = sum(bool(cue("news").search(k)) for k in keys)
    if news >= 2 or (news and any("开幕" in k for k in keys[:20])):
        return "news about the session, not the report itself"
    draft = page.drafts[0]
    size = sum(len(k) for k in keys[draft.base : draft.stop])
    named = any("工作报告" in k for k in keys[:15])
    if size < (FRAGMENT_CHARS if named or draft.head else REPORT_CHARS):
        return f"only {size} characters of running text"
    if not named and not any(cue("review_head").search(k) and len(k) < 40 for k in keys):
        return "neither title, opening nor headings of a work report"
    return ""


def _paint(page: Layout) -> None:
    """Write labels, rules and owners of the drafts into the line lists."""
    lines = page.lines
    for k, draft in enumerate(page.drafts):
        for i in draft.head:
            page.labels[i], page.rules[i], page.owners[i] = "report", "title_lines", k
        inner = range(min([*draft.head, draft.base]), draft.base)
        for i in inner:
            if page.owners[i] < 0:
                page.rules[i] = noise_rule(lines[i].key, "any", "edge") or "between_title_and_text"
        for i in range(draft.base, draft.annex[1]):
            rule = noise_rule(lines[i].key, "any") if len(lines[i].key) < 160 else ""
            if rule:
                page.rules[i] = rule
                continue
            label = "report" if i < draft.annex[0] else "annex"
            page.labels[i], page.owners[i] = label, k
            page.rules[i] = "body" if label == "report" else "annex"
        if draft.annex[1] > draft.base:
            _cut_inline(page, draft.annex[1] - 1)
    for i, line in enumerate(lines):
        if page.labels[i] == "noise" and page.rules[i] == "outside":
            page.rules[i] = noise_rule(line.key, "any", "edge", "tail") or "outside"


def _cut_inline(page: Layout, i: int) -> None:
    end, rule = inline_noise(page.text, page.lines[i].start, page.lines[i].end)
    page.ends[i], page.end_rules[i] = end, rule
