"""The lines of one report as normalised paragraphs, with the heading each is or begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportlib.clean import Normaliser, cue
from reportlib.records import Edit, Mapped
from reportlib.structure.layout import TERMINAL, Layout, begins, says

JOINERS = "，。；：、！？”’）》〉」』】…%"  # a line that begins so goes on with the one before
OPEN_ENDS = "，、—“‘（《和与及的对在把"
TURN = "\u200b"  # what stands alone on a line where a wiki's scan turns the page
HEADING_CHARS = 45
RUN_IN_CHARS = 28
EARLY = 1500  # the opening stands within so many characters
GATES = {"plan_split": "plan_turn"}  # a pattern that is fast and finds no less
Spans = list[tuple[int, int]]


@dataclass(slots=True)
class Paragraph:
    """A paragraph in normalised offsets; role is title, body or annex.

    The first ``head`` characters of ``key`` (its text) are a heading of ``level`` 1 to 3; a level
    without them is a number whose heading has no plain end.
    """

    first: int
    last: int
    role: str
    key: str
    level: int = 0
    number: str = ""
    head: int = 0
    section: str = ""


def read_paragraphs(page: Layout, index: int) -> tuple[list[Paragraph], Mapped, list[Edit]]:
    """Normalise one report of a page, its wrapped lines joined, and cut it into paragraphs."""
    rows = [i for i, line in enumerate(page.lines) if line.owner == index]
    lines = [page.lines[i] for i in rows]
    worker, roles, joins = Normaliser(page.text), [], _joins(page, rows)
    for line, following, joined in zip(lines, [*lines[1:], None], joins, strict=True):
        stop = line.end - line.cut
        worker.copy(line.start, stop)
        roles += [] if joined else ["title" if line.rule == "title_lines" else line.rule]
        if following:
            rule, out = ("join_lines", "") if joined else ("", "\n")
            worker.gap(stop, following.start, rule, out)
    worker.edits += _line_ends(page, rows, joins)
    mapped = worker.finish()
    paragraphs, first, flat = [], 0, mapped.text.replace("！", "。")
    turns = _turns(flat)
    for role, text in zip(roles, mapped.text.split("\n"), strict=True):
        last = first + len(text)
        own = _pieces(mapped.text, flat, turns, first, last) if role == "body" else [(first, last)]
        for a, b in own:
            key = mapped.text[a:b]
            heading = heading_of(key) if role == "body" else ()
            paragraphs.append(Paragraph(a, b, role, key, *heading))
        first = last + 1
    return paragraphs, mapped, worker.edits


def _line_ends(page: Layout, rows: Sequence[int], joins: Sequence[bool]) -> list[Edit]:
    r"""What stands around the lines of a report and is no blank: <br>, a written \n, a lone **."""
    text, lines = page.text, page.lines
    stops = [*(line.start for line in lines[1:]), len(text)]
    kept = (i for i, joined in zip(rows, joins, strict=True) if not (joined or lines[i].cut))
    around = [(0, lines[0].start)] if rows[:1] == [0] else []
    around += [(lines[i].end, stops[i]) for i in kept]
    return [
        Edit(start + mark.start(), start + mark.end(), "line_end", mark[0], "")
        for start, end in around
        if not text[start:end].isspace()
        for mark in re.finditer(r"\S+", text[start:end])
    ]


def _turns(flat: str) -> list[tuple[int, str]]:
    """Where paragraphs may turn to problems or to the plan, each with the pattern that says so."""
    names = ["problem_split", "plan_split", *(["problem_though"] if "虽然" in flat else [])]
    return sorted((m.start(), n) for n in names for m in cue(GATES.get(n, n)).finditer(flat))


def _pieces(text: str, flat: str, turns: list[tuple[int, str]], first: int, last: int) -> Spans:
    """A paragraph, cut behind the opening and where it turns to problems or to the plan.

    ``flat`` is the text with 。 for every ！, ``turns`` where such a cut may be.
    """
    early = first < EARLY and last - first > 60
    near = [(k, name) for k, name in turns if first <= k < last]
    if not (early or near or first == last):
        return [(first, last)]
    found = cue("opening_end").match(text, first, last) if early else None
    at = found.end() if found else first
    cuts = [first, at] if found else [first]
    admits = bool(near) and says("problem_lead", text[at : at + 100])
    of, least, gap = (text, 300, 99) if admits else (flat, 150, 19)
    for k, name in near if last - at > least else ():
        if k >= at + gap and (name == "plan_split") is admits and cue(name).match(of, k, last):
            cuts.append(k + 1)
            break
    return [(a, b) for a, b in pairwise([*cuts, last]) if b > a]


def _joins(page: Layout, rows: Sequence[int]) -> list[bool]:
    """For each line of a report whether the next one goes on with it."""
    lines = [page.lines[i] for i in rows]
    width = _full_width([line.key for line in lines])
    between = [page.text[a.end - a.cut : b.start] for a, b in pairwise(lines)]
    spaced = not width and sum(x.count("\n") > 1 for x in between) > 0.5 * len(between)
    indents = [width > 0 and page.text[x.start : x.start + 2].isspace() for x in lines]
    indented = 0.02 * len(rows) < sum(indents) < 0.5 * len(rows)
    joins = []
    for k, (a, b) in enumerate(pairwise(lines)):
        gap = spaced and between[k].count("\n") > 1
        ended = not width and a.key[-1] in TERMINAL and b.key[0] not in JOINERS
        if ended or a.rule != b.rule or a.rule == "title_lines" or (indented and indents[k + 1]):
            joins.append(False)
        elif gap and between[k].isspace():
            joins.append(b.key[0] in JOINERS or a.key[-1] in OPEN_ENDS or _is_cut(a.key, b.key))
        else:
            loose = (spaced and not gap) or rows[k + 1] > rows[k] + 1 or TURN in between[k]
            # PM, 2.5 and 年均浓度 on three lines
            torn = lines[k - 1].key if len(a.key) < 6 and not width and any(joins[-1:]) else ""
            joins.append(any(_goes_on(x, b.key, width, loose) for x in {a.key, torn + a.key}))
    return [*joins, False]


def _full_width(keys: Sequence[str]) -> float:
    """The printed width of full lines on a page with hard wraps, 0 on another."""
    long = [key for key in keys if len(key) >= 15]
    if sum(key[-1] not in TERMINAL for key in long) <= 0.4 * len(long):
        return 0.0
    widths = sorted(map(_printed, long))
    usual, widest = (widths[int((len(widths) - 1) * share)] for share in (0.8, 0.95))
    return usual if widest <= 1.25 * usual else 0.0


def _printed(key: str) -> float:
    """The printed width of a line: Latin letters and digits take half the room."""
    return len(key.encode("gb18030", "replace")) / 2


def _is_cut(before: str, after: str) -> bool:
    """Whether a blank line cuts a sentence in two: the text above breaks off, none begins below."""
    if "。" not in before or before[-1] == "." or not _goes_on(before, after, 0, False):
        return False
    level, _, head = heading_of(after)
    return not (level and "，" not in after[:head]) and not says("problem_lead", after[:80])


def _goes_on(before: str, after: str, width: float, loose: bool) -> bool:
    """Whether line ``after`` continues line ``before`` (a hard wrap, a link on a line of its own).

    ``width`` is the printed width of full lines on a page with hard wraps, otherwise 0; ``loose``
    says that only a single line end, a line of the site's or a page turn stands between the two.
    """
    if after[0] in JOINERS:
        return True
    # A first line is indented; some wrap after so many characters of whatever width.
    full = width > 0 and max(_printed(before) + 3, len(before) + 2) >= width
    ended = (before[-1] in TERMINAL and not full) or after[0] == "|"
    if ended or cue("numbered").match(after) or begins("salutation", after):
        return False
    if full or before[-1] in OPEN_ENDS or "。" in before:
        return True
    if width or (len(before) <= HEADING_CHARS and cue("numbered").match(before)):
        return False
    return len(before) >= 60 or loose


def heading_of(key: str) -> tuple[int, str, int]:
    """(level, number, length) of the heading that a paragraph is or begins with; zeros if none.

    >>> heading_of("（一）坚持稳中求进。全年生产总值增长5%，城镇新增就业1200万人。")
    (2, '（一）', 9)
    """
    own_line = len(key) <= 60 and key[-1:] not in "。！；，" and "。" not in key
    if match := cue("numbered").match(key):
        number, level = match[0], 1 if match["one"] else 2 if match["two"] else 3
        stop = len(key) if own_line else key.find("。", len(number), len(number) + HEADING_CHARS)
        if not own_line and (number[-1] == "，" or (stop < 0 and (level == 3 or len(key) >= 60))):
            return 0, "", 0
        return level, number, max(0, stop)
    if own_line and 3 < len(key) <= 40 and key[-1] not in "：" and not begins("salutation", key):
        part = begins("part_title", key) and not begins("part_title_not", key)
        return (1 if part else 3), "", len(key)
    if lead := cue("lead").match(key):
        return 3, "", lead.end() - 1
    stop = key.find("。", 0, RUN_IN_CHARS)
    runs_in = 3 < stop < len(key) - 20 and not begins("run_in_before", key[stop : stop + 8])
    return (3, "", stop) if runs_in and not says("run_in_not", key[:stop]) else (0, "", 0)
