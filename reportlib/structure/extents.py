"""Which lines of a page are report, annex or noise, and which report they belong to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from reportlib.clean import Line, cue, inline_noise, noise_rule, split_lines
from reportlib.structure.layout import TERMINAL, Draft, Layout, appeals, begins, says, strays

HEAD_LINES = 14  # how far above the address a title may stand, noise not counted
HEAD_ROLES = (("title", 110), ("delivery", 90), ("speaker", 36), ("note", 20))  # longest key
FRAGMENT_CHARS = 400  # a leading piece without a beginning must be at least this long
FOLLOWING_CHARS = 800  # so much running text below a line of the site's is still the report
REPORT_CHARS = 1000  # a page without title and opening must be at least this long
NO_TEXT = "no text that reads like a work report"


def lay_out(text: str) -> Layout:
    """Find the reports of a page and label every line. Linear in the length of the page.

    >>> page = lay_out("各位代表：\\n我代表市政府向大会报告工作，请予审议。\\n一、2023年工作回顾")
    >>> [(span.start, span.end, span.label) for span in page.spans()]
    [(0, 37, 'report')]
    >>> lay_out("今天天气很好。").reason
    'no text that reads like a work report'
    """
    lines = split_lines(text)
    page = Layout(text, lines, [line.key for line in lines])
    _mark_front_matter(page)
    for (base, has_opening), (limit, _) in pairwise([*_starts(page), (len(lines), False)]):
        low = page.drafts[-1].base + 1 if page.drafts else 0
        page.drafts.append(_draft(page, base, has_opening, low, limit))
    _give_heads_back(page)
    _add_fragment(page)
    page.drop_repeats()
    page.reason = _why_no_report(page)
    if page.reason:
        page.drafts.clear()
    _paint(page)
    return page


def _mark_front_matter(page: Layout) -> None:
    """Labelled lines between two --- lines (also of a second document on the page)."""
    rules = [i for i, key in enumerate(page.keys) if key == "---"]
    for i, j in pairwise(rules):
        if 1 < j - i < 40 and re.match(r"[A-Za-z_]{1,40}：", page.keys[i + 1]):
            for line in page.lines[i : j + 1]:
                line.rule = "front_matter"


# --- beginnings ----------------------------------------------------------------------------


def _starts(page: Layout) -> list[tuple[int, bool]]:
    """(line, has_opening) where each body begins, at its address or its opening, top down."""
    found: list[tuple[int, bool]] = []
    keys = page.keys
    for i, (key, following) in enumerate(pairwise([*keys, ""])):
        wrapped, match = (key + following if len(key) < 60 else key)[:300], None
        told = "审" in wrapped or ("报" in wrapped and ("报告" in wrapped or "汇报" in wrapped))
        if told and page.lines[i].rule != "front_matter":
            match = cue("opening").search(wrapped)
        if match and match.start() < len(key) and not begins("not_government", wrapped):
            above = [j for j in range(i - 1, max(-1, i - 7), -1) if len(keys[j]) <= 30]
            base = next((j for j in above if begins("salutation", keys[j])), i)
            if not found or base > found[-1][0] + 2:
                found.append((base, True))
    for i in _addresses(page):
        if all(abs(i - base) > HEAD_LINES for base, _ in found):
            found.append((i, False))
    return sorted(found) or _first_body_line(page, len(keys))


def _addresses(page: Layout) -> list[int]:
    """Where a report without an opening begins: its address below a title, or its first heading."""
    keys, times, found = page.keys, Counter(page.keys), []
    for i, key in enumerate(keys):
        if len(key) <= 20 and begins("salutation", key):
            titles = [k for k in keys[max(0, i - 5) : i] if times[k] < 3]
            roles = {_head_role(k) if "会" in k or "报告" in k else "" for k in titles}
            if roles & {"title", "delivery"}:
                found.append(i)
        elif len(key) <= 30 and key.endswith("回顾") and begins("first_heading", key):
            above, below = keys[max(0, i - HEAD_LINES) : i], keys[i + 1 : i + 6]
            if any(len(k) > 60 and appeals(k) for k in above) and any(len(k) > 60 for k in below):
                found.append(i)
    return found


def _first_body_line(page: Layout, limit: int) -> list[tuple[int, bool]]:
    """For text without any opening: the first line that reads like a body."""
    for i, line in enumerate(page.lines[:limit]):
        key = line.key
        if line.rule != "outside" or noise_rule(key, "any", "edge") or _head_role(key):
            continue
        is_body = _body_like(key) or begins("first_heading", key)
        if begins("salutation", key) or (is_body and not begins("title", key)):
            return [(i, False)]
    return []


def _head_role(key: str) -> str:
    """title | delivery | speaker | note for a line that may stand above the address, else ""."""
    for role, longest in HEAD_ROLES:
        if len(key) <= longest and begins(role, key) and not says(f"{role}_not", key):
            return role
    return ""


def _head(page: Layout, base: int, low: int) -> list[int]:
    """Line numbers of the title, delivery and speaker lines above ``base``."""
    found, pending, title, room = list[int](), list[int](), "", HEAD_LINES
    for i in range(base - 1, max(low, base - 4 * HEAD_LINES) - 1, -1):
        key = page.keys[i]
        role = _head_role(key)
        rule = _head_noise(page, i, role)
        if page.lines[i].rule == "front_matter" or key.startswith("正文："):
            break
        if title and (role != "delivery" or noise_rule(key, "edge")):
            half = page.keys[i + 1] == title and not rule and role not in ("title", "delivery")
            return sorted([i, *found] if half and _is_title_half(key, title) else found)
        if rule:
            continue
        room -= 1
        if room < 0:
            break
        if not role and i + 1 in pending and "报" in key and _head_role(key + page.keys[i + 1]):
            role = "title"  # broken in the middle by a hard wrap
        if role:
            found += [*pending, i]
            pending.clear()
            title = key if role == "title" else title
        elif len(key) > 60 or key[-1] in "。；":
            break
        elif not says("site_word", key):
            pending.append(i)
    return sorted(found)


def _head_noise(page: Layout, i: int, role: str) -> str:
    """The rule that makes line ``i`` above an address the site's, "" if it is the report's."""
    if role == "delivery":
        return ""
    above = [k for k in page.keys[max(0, i - 2) : i] if k.endswith("：") and k != "正文："]
    labelled = not role and any(noise_rule(k, "any") for k in above)
    listed = not role and sum(begins("contents", k) for k in page.keys[max(0, i - 1) : i + 2]) > 1
    rule = noise_rule(page.keys[i], "any", "edge")
    return rule or "label_value" * labelled or "contents" * listed


def _is_title_half(key: str, title: str) -> bool:
    """Whether a line is the first half of the title line below it."""
    if title[0] in "—–―－":
        return len(key) <= 50 and key[-1] not in TERMINAL and not says("site_word", key)
    return begins("title_part", key)


# --- ends ----------------------------------------------------------------------------------


def _draft(page: Layout, base: int, has_opening: bool, low: int, limit: int) -> Draft:
    keys = page.keys
    stop, rule = _tail_cut(keys, base, limit)
    annex = _annex_start(keys, base, stop)
    last = _trim(keys, annex, stop, annex=True)
    if last == annex:
        annex = _trim(keys, base + 1, annex)
        closing = _last_closing(keys, base, annex)
        if sum(map(len, keys[closing + 1 : annex])) < 0.06 * sum(map(len, keys[base:annex])):
            while annex > closing + 1 and not says("speech", keys[annex - 1]):
                annex -= 1
        last = annex
    return Draft(_head(page, base, low), base, annex, last, has_opening, rule)


def _tail_cut(keys: Sequence[str], base: int, limit: int) -> tuple[int, str]:
    """The first line after the body's beginning from which on everything is the site's."""
    closing, stop, cut, ahead = _last_closing(keys, base, limit), limit, "", 0
    for i in range(limit - 1, base, -1):
        rule = noise_rule(keys[i], "tail")
        if rule and (i > closing or rule == "trial_end"):
            stop, cut = i, rule
        elif not rule and len(keys[i]) >= 60 and keys[i][-1] in "。！；":
            ahead += len(keys[i])
            if ahead >= FOLLOWING_CHARS:
                break
    return stop, cut


def _last_closing(keys: Sequence[str], base: int, limit: int) -> int:
    """The last line that reads like the closing appeal; ``base`` if there is none."""
    for i in range(limit - 1, base, -1):
        if len(keys[i]) >= 25 and appeals(keys[i]) and not noise_rule(keys[i], "tail"):
            return i
    return base


def _annex_start(keys: Sequence[str], base: int, stop: int) -> int:
    """The line where glossary or attachments begin; ``stop`` if there is no annex."""
    total, seen, titled = sum(map(len, keys[base:stop])), 0, stop
    for i in range(base, stop):
        seen += len(keys[i])
        if seen > 0.3 * total and len(keys[i]) <= 60 and begins("annex", keys[i].strip("*※")):
            titled = i
            break
    closing = _last_closing(keys, base, titled)
    rest = [i for i in range(closing + 1, titled) if not noise_rule(keys[i], "any", "edge", "tail")]
    if closing == base or not rest or sum(len(keys[i]) for i in rest) > 0.35 * total:
        return titled
    entries = sum(begins("glossary", keys[i]) for i in rest)
    named = len(keys[rest[0]]) <= 40 and says("annex_name", keys[rest[0]])
    listed = sum(len(keys[i]) <= 30 or begins("listed", keys[i]) for i in rest)
    if (named or 2 * entries > len(rest)) and 2 * listed > len(rest):
        return rest[0]
    return titled


def _body_like(key: str) -> bool:
    whole = len(key) >= 40 or (len(key) >= 8 and key[-1] in TERMINAL)
    return whole or re.match(r"[（(]?[一二三四五六七八九十]{1,3}[、）)]", key) is not None


def _trim(keys: Sequence[str], first: int, stop: int, annex: bool = False) -> int:
    """Step back from ``stop`` over lines that are the site's and not the report's.

    Below an annex of sentences (a glossary) so is every short line that is none.
    """
    told = annex and sum(key[-1] in "。；" for key in keys[first:stop]) > 0.6 * (stop - first)
    while stop > first:
        key, above = keys[stop - 1], keys[stop - 2] if stop > first + 1 else "。"
        goes_on = key[-1] in "。！" or (len(above) >= 20 and above[-1] not in TERMINAL)
        short = len(key) < (26 if told and not says("entry", key) else 2)
        site = (short and not goes_on) or noise_rule(key, "any", "edge")
        if not (site or says("label_left", key)) and (annex or goes_on or _body_like(key)):
            break
        stop -= 1
    return stop


def _give_heads_back(page: Layout) -> None:
    """A report ends where the next one's title begins."""
    for draft, following in pairwise(page.drafts):
        limit = following.first
        while limit > draft.base + 1 and page.lines[limit - 1].rule == "front_matter":
            limit -= 1
        first = max(draft.base + 1, min(draft.stop, limit))
        draft.last = _trim(page.keys, first, min(draft.last, limit))
        draft.stop = min(draft.stop, draft.last)


def _add_fragment(page: Layout) -> None:
    """Text above the first report that is itself report text: the tail of an earlier report."""
    if not page.drafts or not page.drafts[0].has_opening:
        return
    limit = page.drafts[0].first
    for base, _ in _first_body_line(page, limit):
        draft = _draft(page, base, False, 0, limit)
        body = page.keys[base : draft.stop]
        closed = any(says("closing", k[-160:]) for k in body[-3:])
        if sum(map(len, body)) >= (FRAGMENT_CHARS if closed else 5 * FRAGMENT_CHARS):
            page.drafts.insert(0, draft)


# --- verdict and labels --------------------------------------------------------------------


def _why_no_report(page: Layout) -> str:
    """One sentence saying why the page is no work report; "" if it is one."""
    keys = page.keys
    if not page.drafts:
        return NO_TEXT
    if any(says("summary", k) for k in keys[:12]):
        return "a summary written by the site, not the report itself"
    if any(d.has_opening for d in page.drafts):
        return ""
    if any(len(k) <= 80 and begins("other_title", k) for k in keys[:12]):
        return "another kind of document by its title"
    news = sum(begins("news", k) for k in keys)
    if news >= 2 or (news and any("开幕" in k for k in keys[:20])):
        return "news about the session, not the report itself"
    draft = page.drafts[0]
    size = sum(map(len, keys[draft.base : draft.stop]))
    named = any("工作报告" in k for k in keys[:15])
    if size < (FRAGMENT_CHARS if named or draft.head else REPORT_CHARS):
        return f"only {size} characters of running text"
    headed = any(len(k) < 40 and says("review_head", k) for k in keys)
    if not named and not (headed and len(set(cue("whole_place").findall(page.text))) > 1):
        return "neither title, opening nor headings of a work report"
    return ""


def _paint(page: Layout) -> None:
    """Give the lines of the drafts their labels, rules and owners; empty drafts go."""
    drafts, page.drafts = page.drafts, []
    for draft in drafts:
        k = len(page.drafts)
        for i, line in enumerate(page.lines[draft.first : draft.base], draft.first):
            if i in draft.head:
                line.label, line.rule, line.owner = "report", "title_lines", k
            else:
                line.rule = noise_rule(line.key, "any", "edge") or "between_title_and_text"
        printed_again = strays(page, draft)
        own = page.lines[draft.base : draft.last]
        for i, line in enumerate(own, draft.base):
            if rule := printed_again.get(i, "") or _stray(line, page.lines[max(i - 1, 0)]):
                line.rule = rule
            elif i < draft.stop:
                line.label, line.rule, line.owner = "report", "body", k
            else:
                line.label, line.rule, line.owner = "annex", "annex", k
        if last := next((line for line in reversed(own) if line.owner == k), None):
            last.cut, last.cut_rule = inline_noise(page.text, last.start, last.end)
        if any(line.owner == k for line in page.lines[draft.first : draft.last]):
            page.drafts.append(draft)
    page.reason = page.reason or ("" if page.drafts else NO_TEXT)
    for line in page.lines:
        if line.label == "noise" and line.rule == "outside":
            line.rule = noise_rule(line.key, "any", "edge", "tail") or "outside"


def _stray(line: Line, above: Line) -> str:
    """The rule by which a line in the middle of a report is the site's, "" if it is not."""
    key = line.key
    if len(key) < 3 and key.isdigit() and above.label == "noise":
        return above.rule  # 上一页 1 2 3 下一页
    if line.rule == "front_matter" or len(key) >= 160:
        return line.rule.replace("outside", "")
    return noise_rule(key, "any", "tail" if len(key) < 60 and key[-1] not in "。；" else "any")
