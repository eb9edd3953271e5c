"""The main parts of a report: opening, review, problems, plan; and whether it is complete."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlib.clean import cue
from reportlib.structure.layout import Draft, appeals, begins, says
from reportlib.structure.paragraphs import Paragraph

PASSAGE = 16  # most paragraphs of a passage on problems, and how deep in the plan it may begin
LEAST_SCORE = 9
Paragraphs = Sequence[Paragraph]


def name_sections(paragraphs: Paragraphs, draft: Draft) -> None:
    """Write the section of each paragraph into it; title lines are in none."""
    for p in paragraphs:
        p.section = {"title": "", "annex": "annex"}.get(p.role, "opening")
    body = [p for p in paragraphs if p.role == "body"]
    rest = body[_after_opening(body, draft) :]
    if not rest:
        return
    problems = [i for i, p in enumerate(rest) if _is_problem(p)]
    plan = _plan_start(rest, problems)
    if not draft.has_opening and not draft.head and _is_tail(rest):
        plan = 0
    first, last = _problem_passage(rest, problems, plan)
    plan = _plan_after_problems(rest, last, plan) if last else plan
    if last + 3 < plan == len(rest):
        last = first  # far from the end of a text without a plan it speaks of one subject
    for i, p in enumerate(rest):
        p.section = "problems" if first <= i < last else "plan" if i >= plan else "review"
    for p, following in zip(rest[-2::-1], rest[::-1], strict=False):
        if len(p.key) <= 6 and begins("salutation", p.key):
            p.section = following.section


def _after_opening(body: Paragraphs, draft: Draft) -> int:
    """Index of the first paragraph after the address and the opening sentence."""
    start = 0
    for i, p in enumerate(body[:6]):
        if draft.has_opening and says("opening", p.key[:400]):
            more = body[i + 1].key[:60] if i + 1 < len(body) else ""
            return i + 2 if says("asks", more) and not says("asks", p.key) else i + 1
        if not draft.has_opening and begins("salutation", p.key):
            start = i + 1
    return start


def _is_tail(rest: Paragraphs) -> bool:
    """Whether a piece without a beginning is the end of a report: it closes with the appeal."""
    reviewed = any(len(p.key) <= 40 and says("review_head", p.key) for p in rest)
    return not reviewed and says("closing", rest[-1].key[-200:])


# --- plan ----------------------------------------------------------------------------------


def _plan_start(rest: Paragraphs, problems: Sequence[int]) -> int:
    """Where the plan begins in ``rest``; its length if there is no plan."""
    total, places = 1, []
    for p in rest:
        places.append(total)
        total += len(p.key)
    tops = _tops(rest)
    for above, i in zip([-1, *tops], tops, strict=False):
        title = rest[i].key[: rest[i].head]
        review, plan = _tendency(title)
        cued = any(begins("plan_cue", p.key[:160]) for p in rest[i : i + 3])
        passed = any(above < p < i for p in problems)
        if review > plan and not (passed and cued and "回顾" not in title):
            continue
        both = says("both_head", title)
        early = above < 0 and places[i] < 0.12 * total and not begins("first_is_plan", title)
        if both and plan and (says("plan_word", title) if early else review):
            return _future_start(rest, i, title)
        if early:
            continue
        if plan > review or cued or (passed and not begins("subject_head", title)):
            return i
    for i, p in enumerate(rest):
        behind = bool(problems) and i == problems[-1] + 1 and begins("plan_cue", p.key[:160])
        if places[i] > 0.15 * total and (behind or says("strong_plan_cue", p.key[:200])):
            return _back(rest, i)
    return len(rest)


def _tops(rest: Paragraphs) -> list[int]:
    """The headings of the main parts: the unnumbered ones where 一、二、 count tasks below them."""
    tops = [i for i, p in enumerate(rest) if p.level == 1 and p.head]
    if not tops:
        return [i for i, p in enumerate(rest) if p.level == 2 and len(p.key) < 40]
    bare = [i for i in tops if not rest[i].number]
    leanings = [_tendency(rest[i].key) for i in bare]
    if not any(review > plan for review, plan in leanings):
        return tops
    if leanings[-1][1] > leanings[-1][0]:
        return bare
    ones = [i for i in tops if rest[i].number == "一、"]
    return tops if len(ones) < 2 else sorted({*bare, *(i for i in tops if i >= ones[1])})


def _future_start(rest: Paragraphs, heading: int, title: str) -> int:
    """Where a part on both (“十四五”发展成就和“十五五”主要目标) turns to the future."""
    plans = re.findall("十[一二三四五六七八九]五", title) or ["-"]
    for i in range(heading + 1, len(rest)):
        key = rest[i].key
        future = begins("future_part", key) or says("strong_plan_cue", key[:160])
        if future or plans[-1] in key[:60]:
            return i
    return heading


def _tendency(title: str) -> tuple[int, int]:
    """How strongly a heading speaks of the past and of the future."""
    review, plan = (len(cue(name).findall(title)) for name in ("review_head", "plan_head"))
    return review + 3 * says("review_word", title), plan + 3 * says("plan_word", title)


def _back(rest: Paragraphs, i: int) -> int:
    """The headings on lines of their own right above paragraph ``i``, or ``i``."""
    while i and 0 < rest[i - 1].head == len(rest[i - 1].key) and rest[i - 1].level <= 2:
        i -= 1
    return i


def _plan_after_problems(rest: Paragraphs, last: int, plan: int) -> int:
    """The plan begins right behind the problems when a paragraph there already looks ahead."""
    cues = ("plan_cue", "strong_plan_cue", "future_part")
    for i in range(last, plan):
        key = rest[i].key
        if rest[i].level == 1:
            break
        if not says("thanks", key) and any(says(c, key[:160]) for c in cues):
            return _back(rest, i)
    return plan


# --- problems ------------------------------------------------------------------------------


def _wants(key: str) -> int:
    """How many words of want (困难, 不足, 有待 …) a text has."""
    return len(cue("problem_words").findall(key))


def _is_problem(p: Paragraph) -> bool:
    """Whether a paragraph admits shortcomings: it says so at once, and words of want are many."""
    key = p.key[:400]
    wants = _wants(key) if len(key) >= 20 else 0
    if wants < max(2, len(key) / 50):
        return False
    if p.head and not begins("listed_item", key) and not says("problem_admits", key[:80]):
        return False
    if says("problem_lead", key[:140]) or begins("problem_now", key[:160]):
        return True
    return wants >= 4 and says("problem_solved", p.key[-100:])


def _problem_passage(rest: Paragraphs, problems: Sequence[int], plan: int) -> tuple[int, int]:
    """(first, last) of the passage on shortcomings, best the one at the seam of review and plan."""
    best, found, done = LEAST_SCORE, (0, 0), 0
    for i in problems:
        if not done <= i < plan + PASSAGE:
            continue
        first, done = _grown(rest, i, plan)
        text = "".join(p.key for p in rest[first:done])
        score = min(_wants(text), 14) + 4 * says("problem_solved", text[-100:])
        score += 6 * (says("problem_admits", text[:140]) or begins("problem_now", text[:160]))
        score += 5 * (plan - 5 <= first < plan) - 5 * (first >= plan)
        if score >= best and 100 * _wants(text) >= len(text):
            best, found = score, (first, done)
    return found


def _grown(rest: Paragraphs, i: int, plan: int) -> tuple[int, int]:
    """The passage around a paragraph on problems: what leads up to it, lists it and closes it."""
    first, last = i, i + 1
    while first and first != plan and _leads(rest[first - 1], rest[first]):
        first -= 1
    while last < len(rest) and last != plan and last - first < PASSAGE:
        p, closed = rest[last], says("problem_solved", rest[last - 1].key[-100:])
        goes_on = _closes(p) or begins("problem_more", p.key)
        goes_on = goes_on or (not closed and _lists(rest, last, plan))
        if p.level == 1 or not goes_on:
            break
        last += 1
    return first, last


def _leads(p: Paragraph, following: Paragraph) -> bool:
    """Whether paragraph ``p`` belongs to the passage that goes on with ``following``."""
    if p.level == 1 or says("thanks", p.key):
        return False
    items = begins("problem_item", p.key) and begins("problem_item", following.key)
    return items or says("problem_before", p.key) or _is_problem(p)


def _lists(rest: Paragraphs, i: int, plan: int) -> bool:
    """Whether paragraph ``i`` goes on with a passage on problems that is not closed yet."""
    p = rest[i]
    closing = p.level == 2 and any(_closes(q) for q in rest[i + 1 : min(i + 10, plan)])
    return says("problem_before", p.key) or _is_problem(p) or (closing and _wants(p.key) > 0)


def _closes(p: Paragraph) -> bool:
    return len(p.key) <= 200 and says("problem_close", p.key) and not says("thanks", p.key)


# --- completeness --------------------------------------------------------------------------


def completeness(paragraphs: Paragraphs, draft: Draft) -> str:
    """fragment | truncated | no_plan | complete, the first that fits."""
    body = [p for p in paragraphs if p.role == "body" and p.key]
    begun = bool(body) and (draft.has_opening or draft.head or begins("salutation", body[0].key))
    if not begun and not (body and body[0].level == 1 and body[0].number in ("", "一、")):
        return "fragment"
    ending = body[-1].key[-160:]
    appeal = appeals(ending)
    if begins("slogan", ending):
        return "complete"
    if draft.site_end == "trial_end" or (ending[-1] not in "。！？”）；：…" and not appeal):
        return "truncated"
    if appeal or says("victory", ending):
        return "complete"
    tail = "".join(p.key for p in body[-2:])[-700:]
    if any(p.section == "plan" for p in body):
        return "complete" if says("farewell", tail) else "truncated"
    return "no_plan" if body[-1].section == "problems" or says("thanks", tail) else "truncated"
