"""A page as labelled lines, the drafts of the reports among them, and what is printed twice."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from reportlib.clean import Line, cue
from reportlib.records import Span

TERMINAL = "。！？；：…”）!?;:"
# About every fifth stretch of twelve characters.
SHINGLE = re.compile("(?=([发工建业展政府会人报].{11}))")
PAGE_CHARS = 250  # a printed page holds more text than this
COPY_CHARS = 200  # fewer characters in a row that stood before may be chance


def says(name: str, text: str) -> bool:
    """Whether the pattern ``name`` of structure.toml occurs in ``text``.

    >>> says("farewell", "我们坚信，各位代表！")
    True
    """
    return cue(name).search(text) is not None


def begins(name: str, text: str) -> bool:
    """The same for a pattern of beginnings, of which no other place needs to be looked at.

    >>> begins("salutation", "各位代表：")
    True
    """
    return cue(name).match(text) is not None


def appeals(key: str) -> bool:
    """Whether a line reads like the closing appeal; but for one phrase its end tells.

    >>> appeals("让我们在党中央的坚强领导下，团结一心，再创辉煌！")
    True
    """
    return "让我们" in key[:-12] or says("appeal", key[-80:])


@dataclass(slots=True)
class Draft:
    """A report of a page as line numbers: title lines, body from ``base``, annex from ``stop``."""

    head: list[int]
    base: int
    stop: int
    last: int  # where the annex ends
    has_opening: bool
    site_end: str = ""  # the rule that says the site stopped the text, e.g. trial_end

    @property
    def first(self) -> int:
        """The first line of the report, title lines included."""
        return min([*self.head, self.base])


@dataclass(slots=True)
class Layout:
    """A page cut into lines, each labelled; ``drafts`` are its reports in order."""

    text: str
    lines: list[Line]
    keys: list[str]
    drafts: list[Draft] = field(default_factory=list)
    reason: str = ""  # why the page gives no report

    def spans(self) -> list[Span]:
        """A tiling of the page: labels of neighbouring lines merged, blanks to the left one."""
        pieces: list[tuple[int, str, str, int]] = []
        for line in self.lines:
            pieces.append((line.start, line.label, line.rule, line.owner))
            if line.cut:
                pieces.append((line.end - line.cut, "noise", line.cut_rule, -1))
        if not pieces:
            return [Span(0, len(self.text), "noise", "blank")] if self.text else []
        pieces[0] = (0, *pieces[0][1:])
        kept = [p for i, p in enumerate(pieces) if i == 0 or p[1:] != pieces[i - 1][1:]]
        stops = [p[0] for p in kept[1:]] + [len(self.text)]
        return [Span(p[0], stop, *p[1:]) for p, stop in zip(kept, stops, strict=True)]

    def drop_repeats(self) -> None:
        """A body printed twice, or an abstract of a body on the same page, is noise."""
        if len(self.drafts) < 2:
            return
        rows = [(*draft.head, *range(draft.base, draft.stop)) for draft in self.drafts]
        texts = ["".join([self.keys[i] for i in own]) for own in rows]
        pieces = [(len(text), set(SHINGLE.findall(text))) for text in texts]
        kept = []
        for k, (draft, (size, own)) in enumerate(zip(self.drafts, pieces, strict=True)):
            least = (0.6 if size > 400 else 0.4) * len(own)
            bigger = [other for length, other in pieces[:k] if length >= 0.9 * size]
            bigger += [other for length, other in pieces[k + 1 :] if length > 1.1 * size]
            if any(len(own & other) > least for other in bigger):
                for line in self.lines[draft.base : draft.last]:
                    line.rule = "repeated_body"
            else:
                kept.append(draft)
        self.drafts = kept


def running_lines(page: Layout, draft: Draft) -> dict[int, str]:
    """Lines of a report that come back on every printed page: headers, footers, page numbers."""
    rows: dict[str, list[int]] = defaultdict(list)
    for i in range(draft.first, draft.last):
        key = page.keys[i]
        if len(key) <= 40 and not says("never_running", key):
            rows[re.sub(r"\d+", "#", key)].append(i)
    found: dict[int, str] = {}
    for key, places in ((key, places) for key, places in rows.items() if len(places) > 2):
        starts = [page.lines[i].start for i in places]
        apart = all(b - a > PAGE_CHARS for a, b in pairwise(starts))
        numbers = [re.sub(r"\D", "", page.keys[i]) for i in places if not re.search(r"\w", key)]
        if apart and all(a < b for a, b in pairwise(map(int, filter(None, numbers)))):
            found |= dict.fromkeys(places, "running_line")
    return found


def strays(page: Layout, draft: Draft) -> dict[int, str]:
    """Running lines, and those of the body that stood in it before, in the same order: a copy."""
    seen, found, run = set[str](), dict[int, str](), list[int]()
    for i in range(draft.base, draft.stop + 1):
        key = page.keys[i] if i < draft.stop else ""
        if key in seen and (run or len(key) >= 4):
            run.append(i)
            continue
        if sum(len(page.keys[j]) for j in run) >= COPY_CHARS:
            found |= dict.fromkeys(run, "repeated_body")
        run = []
        seen.add(key)
    return running_lines(page, draft) | found
