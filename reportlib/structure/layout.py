"""A page as labelled lines, and the drafts of the reports found among them."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportlib.clean import Line, cue
from reportlib.records import Span

TERMINAL = "。！？；：…”）!?;:"


def says(name: str, text: str) -> bool:
    """Whether the pattern ``name`` of structure.toml occurs in ``text``.

    >>> says("salutation", "各位代表：")
    True
    """
    return cue(name).search(text) is not None


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
