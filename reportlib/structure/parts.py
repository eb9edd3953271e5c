"""A report's normalised text, its parts, headings and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlib.clean import Normaliser
from reportlib.records import Edit, Heading, Mapped, Part, Sentence
from reportlib.structure.extents import TERMINAL, Draft, Layout, cue, is_opening

NUMERALS = "一二三四五六七八九十"
NUMBERED = re.compile(
    rf"(?P<one>[{NUMERALS}]{{1,3}}[、，](?![{NUMERALS}])|第[{NUMERALS}]{{1,2}}部分)"
    rf"|(?P<two>（[{NUMERALS}]{{1,3}}）)"
    r"|(?P<three>\d{1,2}[.．、](?!\d)|（\d{1,2}）|[①-⑳]|——?(?=[^\d]))"
)
JOINERS = "，。；：、！？”’）》〉」』】…%"  # a line that begins so goes on with the one before
OPEN_ENDS = "，、—“‘（《和与及的对在把"
HEADING_CHARS = 45
RUN_IN_CHARS = 28
LEAD = re.compile(r"(?:[一二三四五六七八九]年来|过去[一五]年|这一年|一年来|五年来)，?我们[^。]{4,50}。")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in normalised offsets; role is title, body or annex."""

    first: int
    last: int
    role: str


@dataclass(frozen=True, slots=True)
class Body:
    """What ``read_body`` finds; ``heads`` are the title lines, sections (section, first, last)."""

    mapped: Mapped
    edits: list[Edit]
    heads: list[str]
    parts: list[Part]
    headings: list[Heading]
    sentences: list[Sentence]
    sections: list[tuple[str, str]]
    completeness: str


def read_body(page: Layout, index: int, report_id: str) -> Body:
    """Normalise one report of a page and find its parts, headings and sentences."""
    draft = page.drafts[index]
    paragraphs, mapped, edits = _paragraphs(page, index)
    text = mapped.text
    keys = [text[p.first : p.last] for p in paragraphs]
    marks = [_heading_of(k) if p.role == "body" else None for p, k in zip(paragraphs, keys, strict=True)]
    names = _sections(paragraphs, keys, marks, draft)
    headings = list(_headings(mapped, paragraphs, marks, page.text))
    return Body(
        mapped=mapped,
        edits=edits,
        heads=[k for p, k in zip(paragraphs, keys, strict=True) if p.role == "title"],
        parts=_parts(mapped, paragraphs, names),
        headings=headings,
        sentences=list(_sentences(mapped, paragraphs, marks, names, report_id)),
        sections=[(n, k) for n, k in zip(names, keys, strict=True) if n],
        completeness=_completeness(draft, names, keys, marks),
    )


# --- paragraphs ----------------------------------------------------------------------------


def _paragraphs(page: Layout, index: int) -> tuple[list[Paragraph], Mapped, list[Edit]]:
    rows = [i for i, owner in enumerate(page.owners) if owner == index]
    joins = _joins(page, rows, set(page.drafts[index].head))
    worker = Normaliser(page.text)
    paragraphs: list[Paragraph] = []
    first = 0
    for k, i in enumerate(rows):
        line = page.lines[i]
        worker.copy(line.start, page.ends[i])
        last = worker.length
        following = page.lines[rows[k + 1]].start if k + 1 < len(rows) else -1
        if following >= 0 and joins[k]:
            worker.gap(page.ends[i], following, "join_lines", "")
            continue
        role = "title" if i in page.drafts[index].head else "body"
        role = "annex" if page.labels[i] == "annex" else role
        paragraphs.append(Paragraph(first, last, role))
        if following >= 0:
            worker.gap(page.ends[i], following, "", "\n")
        first = worker.length
    mapped = worker.finish()
    return _split_problems(mapped.text, paragraphs), mapped, worker.edits


def _split_problems(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Cut a long paragraph where thanks or praise turn into the admission of problems."""
    out = []
    for p in paragraphs:
        found = None
        if p.role == "body" and p.last - p.first > 150:
            found = cue("problem_split").search(text, p.first + 20, p.last)
        if found and _is_problem(text[found.start() : p.last]):
            out.append(Paragraph(p.first, found.start(), p.role))
            p = Paragraph(found.start(), p.last, p.role)
        out.append(p)
    return out


def _joins(page: Layout, rows: Sequence[int], heads: set[int]) -> list[bool]:
    """For each line of a report but the last, whether the next one goes on with it."""
    keys = [page.lines[i].key for i in rows]
    long = sorted(len(k) for k in keys if len(k) >= 15)
    broken = [k for k in keys if len(k) >= 15 and k[-1] not in TERMINAL]
    width = long[int(len(long) * 0.8)] if long and len(broken) > 0.4 * len(long) else 0
    gaps = [
        page.text.count("\n", page.ends[a], page.lines[b].start) > 1
        for a, b in zip(rows, rows[1:], strict=False)
    ]
    spaced = sum(gaps) > 0.5 * max(1, len(gaps))
    joins = []
    for k, (a, b) in enumerate(zip(rows, rows[1:], strict=False)):
        plain = not {a, b} & heads and page.labels[a] == page.labels[b]
        tight = spaced and not gaps[k]
        joins.append(plain and _goes_on(keys[k], keys[k + 1], width, tight))
    return joins


def _goes_on(before: str, after: str, width: int, tight: bool) -> bool:
    """Whether line ``after`` continues line ``before`` (a hard wrap, a link on a line of its own)."""
    if after[0] in JOINERS:
        return True
    if NUMBERED.match(after) or cue("salutation").search(after):
        return False
    if before[-1] in TERMINAL:
        return False
    if before[-1] in OPEN_ENDS or "。" in before:
        return True
    if NUMBERED.match(before) and len(before) <= HEADING_CHARS:
        return False
    return len(before) >= 60 or (width > 0 and len(before) >= 0.8 * width) or tight


# --- headings ------------------------------------------------------------------------------


def _heading_of(key: str) -> tuple[int, str, int] | None:
    """(level, number, length) of the heading that a paragraph is or begins with, or None."""
    match = NUMBERED.match(key)
    number = match[0] if match else ""
    own_line = len(key) <= 60 and key[-1:] not in "。！；，" and "。" not in key
    if match:
        level = 1 if match["one"] else 2 if match["two"] else 3
        if own_line:
            return level, number, len(key)
        if number[-1] == "，":
            return None
        stop = key.find("。", len(number), len(number) + HEADING_CHARS)
        if stop > 0:
            return level, number, stop
        return (level, number, 0) if level < 3 and len(key) < 60 else None
    if own_line and 3 < len(key) <= 40 and not cue("salutation").search(key) and key[-1] not in "：":
        return (1 if is_part_heading(key) else 3), "", len(key)
    if lead := LEAD.match(key):
        return 3, "", lead.end() - 1
    stop = key.find("。", 0, RUN_IN_CHARS)
    if 3 < stop < len(key) - 20 and not re.search(r"[\d“，！]|^(?:我们|各位|同时|当前)", key[:stop]):
        return 3, "", stop
    return None


def is_part_heading(key: str) -> bool:
    """Whether an unnumbered line is the heading of a main part (2023年工作回顾, 今年工作安排)."""
    if not re.search(r"年|时期|届|工作|任务|目标|回顾", key):
        return False
    if re.search(r"工作$", key) and not re.search(r"\d{4}年|今年|今后|未来|过去|十.五|一年|五年|届", key):
        return False
    return bool(re.search(r"(?:回顾|安排|部署|打算|意见|建议|总结|任务|要求|目标|思路|重点|工作)$", key))


def _headings(
    mapped: Mapped,
    paragraphs: Sequence[Paragraph],
    marks: Sequence[tuple[int, str, int] | None],
    page_text: str,
) -> Iterator[Heading]:
    for paragraph, mark in zip(paragraphs, marks, strict=True):
        if mark and mark[2]:
            start, end = mapped.locate(paragraph.first, paragraph.first + mark[2])
            yield Heading(mark[0], mark[1], page_text[start:end], start, end)


# --- parts ---------------------------------------------------------------------------------


def _sections(
    paragraphs: Sequence[Paragraph],
    keys: Sequence[str],
    marks: Sequence[tuple[int, str, int] | None],
    draft: Draft,
) -> list[str]:
    """The section of each paragraph; "" for title lines."""
    names = [{"title": "", "annex": "annex"}.get(p.role, "review") for p in paragraphs]
    body = [i for i, name in enumerate(names) if name == "review"]
    if not body:
        return names
    start = _after_opening(keys, body, draft)
    for i in body:
        if i < start:
            names[i] = "opening"
    rest = [i for i in body if i >= start]
    problems = [i for i in rest if not _is_headed(keys[i], marks[i]) and _is_problem(keys[i])]
    plan = _plan_start(keys, marks, rest, problems)
    run = _problem_run(keys, marks, rest, problems, plan)
    plan = _plan_after_problems(keys, marks, run, plan)
    for i in rest:
        if i >= plan:
            names[i] = "plan"
    if rest and not draft.has_opening and not draft.head and _is_tail(keys, rest):
        for i in rest:
            names[i] = "plan"
    for i in run:
        names[i] = "problems"
    for i in reversed(rest[:-1]):
        if len(keys[i]) <= 6 and cue("salutation").search(keys[i]):
            names[i] = names[i + 1]
    return names


def _is_headed(key: str, mark: tuple[int, str, int] | None) -> bool:
    """Whether a paragraph has a heading of its own (but 一是 …。 in a list of problems is none)."""
    if not mark or not mark[2] or re.match(rf"[{NUMERALS}]是", key):
        return False
    return not re.search("清醒|看到|认识到|意识到", key[:80])


def _is_tail(keys: Sequence[str], rest: Sequence[int]) -> bool:
    """Whether a piece without a beginning is the end of a report: it closes with the appeal."""
    return bool(cue("closing").search(keys[rest[-1]][-200:])) and not any(
        cue("review_head").search(keys[i]) for i in rest if len(keys[i]) <= 40
    )


def _after_opening(keys: Sequence[str], body: Sequence[int], draft: Draft) -> int:
    """Index of the first paragraph after the address and the opening sentence."""
    start = body[0]
    for i in body[:5]:
        if is_opening(keys[i]) and draft.has_opening:
            start = i + 1
            if not re.search("审议|审查|意见", keys[i]) and re.search("审议|意见", "".join(keys[i + 1 : i + 2])[:60]):
                start = i + 2
            break
        if cue("salutation").search(keys[i]) and not draft.has_opening:
            start = i + 1
    return start


def _is_problem(key: str) -> bool:
    """Whether a paragraph admits shortcomings: a lead in its first words and words of want."""
    if len(key) < 40:
        return False
    words = len(cue("problem_words").findall(key[:600]))
    if cue("problem_lead").search(key[:140]):
        return words >= 2
    return words >= 3 and bool(cue("problem_now").search(key[:160]))


def _plan_start(
    keys: Sequence[str],
    marks: Sequence[tuple[int, str, int] | None],
    rest: Sequence[int],
    problems: Sequence[int],
) -> int:
    """Paragraph index where the plan begins; past the end if there is no plan."""
    end = rest[-1] + 1 if rest else 0
    sizes = sum(len(keys[i]) for i in rest) or 1
    tops = _tops(keys, marks, rest)
    seen = 0
    places = {}
    for i in rest:
        places[i] = seen / sizes
        seen += len(keys[i])
    for k, i in enumerate(tops):
        mark = marks[i]
        title = keys[i][: mark[2] if mark and mark[2] else 40]
        review, plan = _tendency(title)
        cued = any(cue("plan_cue").search(keys[j][:160]) for j in range(i, min(i + 3, end)))
        passed = any(p < i for p in problems if not k or p > tops[k - 1])
        if review > plan and not (passed and cued and not re.search("回顾", title)):
            continue
        if k == 0 and places[i] < 0.12 and not cue("first_is_plan").search(title):
            continue
        if plan and review and re.search("[和及与]", title):
            return _future_start(keys, rest, i, title)
        if plan > review or passed or cued:
            return i
    for i in rest:
        late = places[i] > 0.15
        if late and cue("strong_plan_cue").search(keys[i][:200]):
            return _back_to_heading(marks, rest, i)
        if late and problems and i == problems[-1] + 1 and cue("plan_cue").search(keys[i][:160]):
            return i
    return end


def _tops(
    keys: Sequence[str], marks: Sequence[tuple[int, str, int] | None], rest: Sequence[int]
) -> list[int]:
    """The headings of the main parts: the unnumbered ones where 一、二、 count tasks below them."""
    tops = [i for i in rest if (mark := marks[i]) and mark[0] == 1]
    bare = [i for i in tops if (mark := marks[i]) and not mark[1]]
    leanings = [_tendency(keys[i]) for i in bare]
    if not any(review > plan for review, plan in leanings):
        return tops
    if leanings[-1][1] > leanings[-1][0]:
        return bare
    ones = [i for i in tops if (mark := marks[i]) and mark[1] == "一、"]
    return tops if len(ones) < 2 else sorted({*bare, *(i for i in tops if i >= ones[1])})


def _future_start(keys: Sequence[str], rest: Sequence[int], heading: int, title: str) -> int:
    """Where a part on both (“十四五”发展成就和“十五五”主要目标) turns to the future."""
    plans = re.findall("十[一二三四五六七八九]五", title)
    for i in rest:
        if i <= heading:
            continue
        if plans and plans[-1] in keys[i][:60]:
            return i
        if cue("future_part").search(keys[i]) or cue("strong_plan_cue").search(keys[i][:160]):
            return i
    return heading


def _tendency(title: str) -> tuple[int, int]:
    """How strongly a heading speaks of the past and of the future."""
    review = len(cue("review_head").findall(title))
    plan = len(cue("plan_head").findall(title))
    if re.search("回顾|总结", title):
        review += 3
    if re.search("安排|部署|打算|今后|今年|预期|建议|展望|意见", title):
        plan += 3
    return review, plan


def _back_to_heading(marks: Sequence[tuple[int, str, int] | None], rest: Sequence[int], i: int) -> int:
    """The unnumbered or numbered heading right above paragraph ``i``, or ``i``."""
    while i - 1 in rest and (mark := marks[i - 1]) and mark[0] == 1:
        i -= 1
    return i


def _problem_run(
    keys: Sequence[str],
    marks: Sequence[tuple[int, str, int] | None],
    rest: Sequence[int],
    problems: Sequence[int],
    plan: int,
) -> list[int]:
    """The paragraphs of the passage that admits shortcomings, near the seam of review and plan."""
    inside = set(rest)
    near = [i for i in problems if i < plan] or [i for i in problems if i <= plan + 12]
    if not near:
        return []
    explicit = [i for i in near if cue("problem_explicit").search(keys[i][:140])]
    start = explicit[-1] if explicit else near[-1]
    run = [start]
    above = keys[start - 1] if start - 1 in inside else ""
    if cue("problem_before").search(above) and not cue("thanks").search(above):
        run.insert(0, start - 1)
    i = start + 1
    while i in inside and i != plan and len(run) < 16:
        mark, key = marks[i], keys[i]
        listed = bool(mark and mark[0] == 2) and len(cue("problem_words").findall(key)) > 1
        more = cue("problem_more").search(key) or cue("problem_before").search(key) or i in problems
        if (mark and mark[0] == 1) or not (listed or more or _closes_problems(key)):
            break
        run.append(i)
        i += 1
    return run


def _closes_problems(key: str) -> bool:
    return len(key) <= 200 and bool(cue("problem_close").search(key))


def _plan_after_problems(
    keys: Sequence[str], marks: Sequence[tuple[int, str, int] | None], run: Sequence[int], plan: int
) -> int:
    """The plan begins right behind the problems when a paragraph there already looks ahead."""
    for i in range(run[-1] + 1, plan) if run and run[-1] < plan else ():
        key = keys[i][:160]
        if (mark := marks[i]) and mark[0] == 1:
            break
        if cue("thanks").search(keys[i]):
            continue
        if any(cue(c).search(key) for c in ("plan_cue", "strong_plan_cue", "future_part")):
            return i
    return plan


def _parts(mapped: Mapped, paragraphs: Sequence[Paragraph], names: Sequence[str]) -> list[Part]:
    """Neighbouring paragraphs of one section as one part; parts touch, so that they tile."""
    parts: list[Part] = []
    for paragraph, name in zip(paragraphs, names, strict=True):
        if not name or paragraph.last <= paragraph.first:
            continue
        start, end = mapped.locate(paragraph.first, paragraph.last)
        if parts and parts[-1].section == name:
            parts[-1] = Part(name, parts[-1].start, end)
        else:
            if parts:
                parts[-1] = Part(parts[-1].section, parts[-1].start, start)
            parts.append(Part(name, start, end))
    return parts


def _completeness(
    draft: Draft,
    names: Sequence[str],
    keys: Sequence[str],
    marks: Sequence[tuple[int, str, int] | None],
) -> str:
    """fragment | truncated | no_plan | complete, the first that fits (see the guide of the gold)."""
    body = [i for i, n in enumerate(names) if n and n != "annex"]
    if not body:
        return "fragment"
    first, last = body[0], body[-1]
    mark = marks[first]
    begun = draft.has_opening or draft.head or bool(cue("salutation").search(keys[first]))
    if not begun and not (mark and (mark[1] in ("", "一、")) and mark[0] == 1):
        return "fragment"
    ending = keys[last][-160:]
    if draft.cut == "trial_end" or (ending[-1:] not in "。！？”）；：…" and not cue("appeal").search(ending)):
        return "truncated"
    tail = "".join(keys[i] for i in body[-3:])[-600:]
    if cue("appeal").search(ending):
        return "complete"
    if "plan" in names:
        return "complete" if cue("closing").search(tail) or "各位代表" in tail else "truncated"
    whole = names[last] == "problems" or cue("thanks").search(tail)
    return "no_plan" if whole else "truncated"


# --- sentences -----------------------------------------------------------------------------

_TOKENS = re.compile(r"[。！？；]+|……|[“‘（《「『【〔\[]|[”’）》」』】〕\]]")
_PAIRS = dict(zip("”’）》」』】〕]", "“‘（《「『【〔[", strict=True))
_OPEN = set(_PAIRS.values())
REACH = 200  # an opening mark whose partner is farther away than this is taken as stray


def split_sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(first, last, ends_chain) of the sentences of one paragraph, never cut inside marks.

    >>> [t for t in split_sentences("坚持“稳；进”；增长5.5%。")]
    [(0, 8, False), (8, 15, True)]
    """
    depth: list[tuple[str, int]] = []
    first = 0
    for match in _TOKENS.finditer(text):
        mark, at = match[0], match.start()
        while depth and at - depth[-1][1] > REACH:
            depth.pop()
        if mark in _OPEN:
            depth.append((mark, at))
            continue
        last = match.end()
        if mark in _PAIRS:
            opened = [k for k, (m, _) in enumerate(depth) if m == _PAIRS[mark]]
            if opened:
                del depth[opened[-1] :]
            ended = not depth and text[at - 1] in "。！？" and text[last : last + 1] not in "，；、。的"
            if not (ended and last < len(text)):
                continue
        elif depth or (mark == "……" and text[last : last + 1] not in "”’"):
            continue
        if text[last : last + 1] in ("”", "’", "）") and mark not in _PAIRS:
            continue
        if last > first:
            yield first, last, mark[0] != "；"
        first = last
    if first < len(text):
        yield first, len(text), True


def _sentences(
    mapped: Mapped,
    paragraphs: Sequence[Paragraph],
    marks: Sequence[tuple[int, str, int] | None],
    names: Sequence[str],
    report_id: str,
) -> Iterator[Sentence]:
    heading, chain, number = "", 0, 0
    for k, (paragraph, mark, name) in enumerate(zip(paragraphs, marks, names, strict=True)):
        text = mapped.text[paragraph.first : paragraph.last]
        own_line = bool(mark) and mark is not None and mark[2] == len(text)
        role = "title" if not name else "heading" if own_line else "text"
        pieces = [(0, len(text), True)] if role != "text" else split_sentences(text)
        for first, last, ends in pieces:
            if not text[first:last].strip():
                continue
            number += 1
            at = paragraph.first + first
            start, end = mapped.locate(at, paragraph.first + last)
            sid = f"{report_id}.{number:04d}"
            yield Sentence(sid, name, role, start, end, text[first:last], at, k, chain, heading)
            chain += ends
        if mark and mark[2]:
            heading = text[: mark[2]]
