"""Lines of a page, the named noise rules, and normalisation with a map back to the page.

Nothing here decides where a report begins or ends; ``structure`` does, using ``noise_rule`` line
by line. Normalisation never touches what the user sees: quotations are always cut from the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import groupby

import numpy as np

from reportlib.records import DataError, Edit, Mapped
from reportlib.resources import settings, table

ZONES = ("any", "edge", "tail", "inline")
LONG_LINE = 1500  # a longer one is taken for several lines that lost their ends

_FULL_ALNUM = {0xFF01 + i: chr(0x21 + i) for i in range(94) if chr(0x21 + i).isalnum()}
_NARROW = _FULL_ALNUM | {ord("％"): "%", ord("﹪"): "%", ord("．"): ".", ord("＋"): "+"}
_WIDE = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_RULES = dict.fromkeys(_WIDE, "widen_punctuation") | {'"': "pair_quotes", ".": "full_stop"}
_RULES |= dict.fromkeys(map(chr, _NARROW), "narrow_width")
_FULL = re.compile("[" + "".join(map(chr, _NARROW)) + "]")
_HALF = re.compile("[,:;!?()]")
_ODD = "\u200b-\u200f\u2060\ufeff\u00ad\ue000-\uf8ff"
_ROUGH = re.compile(rf"[{_ODD}*&#?？]")
_MARKS = re.compile(
    rf"[{_ODD}]+|&(?:nbsp|[er][nm]sp)[;；]?|(?<!\*)\*\*(?!\*)|^#{{1,6}}(?=[^#])|[?？]{{2,}}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: offsets without the line end, and a key without spaces for matching."""

    start: int
    end: int
    key: str


def _flatten(text: str) -> str:
    """``text`` with narrow digits and wide punctuation, character for character."""
    text = _narrow(text)
    for half, full in _WIDE.items():
        text = text.replace(half, full)
    return text


def _narrow(text: str) -> str:
    return _replace(text, set(_FULL.findall(text)), _NARROW)


def _replace(text: str, found: Iterable[str], into: dict[int, str]) -> str:
    """``str.translate`` for a few different characters in a long text, many times as fast."""
    for char in found:
        text = text.replace(char, into[ord(char)])
    return text


@cache
def _line_pattern(name: str) -> re.Pattern[str]:
    return re.compile(settings("structure")["lines"][name])


def split_lines(text: str) -> list[Line]:
    """All non-blank lines of a page; lines that hold several former lines are cut there too.

    Keys of a page that mixes traditional and simplified characters are simplified.

    >>> split_lines(" **２０２４ 年政府工作报告(全文)** ")
    [Line(start=0, end=22, key='2024年政府工作报告（全文）')]
    """
    flat = _simplify(_flatten(text))
    lines = []
    at = 0
    for match in (*_line_pattern("end").finditer(text), None):
        end = match.start() if match else len(text)
        cuts = _cuts(flat, at, end)
        for first, last in zip(cuts, [*cuts[1:], end], strict=True):
            key = "".join(flat[first:last].split())
            if key := _MARKS.sub("", key) if _ROUGH.search(key) else key:
                lines.append(Line(first, last, key))
        at = match.end() if match else end
    return lines


def _cuts(flat: str, at: int, end: int) -> list[int]:
    """Where the lines begin that flat[at:end] holds."""
    cuts = [at]
    if end - at > LONG_LINE:
        patterns = map(_line_pattern, ("once_line", "glued_heading"))
        found = {m.end() for p in patterns for m in p.finditer(flat, at, end)}
        cuts += sorted(found - {at, end})
    elif headed := _line_pattern("headed").match(flat, at, end):
        cuts += [headed.end()] if "。" in flat[headed.end() : end] else []
    if tail := _line_pattern("tailed").search(flat, max(cuts[-1], end - 60), end):
        cuts.append(tail.end())
    return cuts


@cache
def _rules(zone: str) -> re.Pattern[str]:
    """All rules of a zone as one pattern with a group named after each rule."""
    rows = table("noise_rules", ("rule", "zone", "pattern", "source"), unique="rule")
    if bad := [r["rule"] for r in rows if r["zone"] not in ZONES]:
        raise DataError(f"noise_rules.csv: rule {bad[0]!r} has no zone of {', '.join(ZONES)}")
    groups = [f"(?P<{r['rule']}>{r['pattern']})" for r in rows if r["zone"] == zone]
    return re.compile("|".join(groups))


def noise_rule(key: str, *zones: str) -> str:
    """Name of the first noise rule of ``zones`` that the line key fits, "" if none does.

    >>> noise_rule("（责任编辑：张三）", "any")
    'editor_line'
    """
    zones = zones if len(key) <= 500 else ()
    return next((str(m.lastgroup) for z in zones if (m := _rules(z).match(key))), "")


def inline_noise(text: str, start: int, end: int) -> tuple[int, str]:
    """Where a vendor's mark begins behind the last sentence of text[start:end] (end if none)."""
    tail = max(start, end - 60)
    match = _rules("inline").search(text, tail, end)
    if match and match.end() >= end - 2 and text[tail : match.start()].rstrip()[-1:] in "。！!”":
        return match.start(), str(match.lastgroup)
    return end, ""


_SP = " \\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = f"{_ODD}\x00-\x08\x0e-\x1f"
# The first class finds the candidates fast; each branch looks back at the character it took.
_SQUEEZE = re.compile(
    rf"[{_SP}{_INVISIBLE}*&#>?,，](?:"
    rf"(?P<space>(?<=[{_SP}])[{_SP}]*|(?<=&)(?:nbsp|[er][nm]sp);?)"
    rf"|(?P<invisible>(?<=[{_INVISIBLE}])[{_INVISIBLE}]*)"
    r"|(?P<mark_up>(?<=(?<!\*)\*)\*(?!\*)|(?m:(?<=^#)#{0,5}(?=\s))|(?m:(?<=^>)\s))"
    r"|(?P<entity>(?<=&)(?:[a-z]{2,8}|#\d{2,5});)"
    r"|(?P<lost_space>(?<=\?)\?+)"
    r"|(?P<thousands>(?<=\d[,，])(?=\d{3}(?!\d))))"
)
_THOUSANDS_BEFORE = re.compile(r"(?<![\d.,，])\d{1,3}(?:[,，]\d{3})*$")
_STOP_AT_END = re.compile(r"(?<=[\u3007\u3400-\u4dbf\u4e00-\u9fff])\.(?=\n|$)")


def _keep_space(text: str, start: int, end: int) -> bool:
    """Whether the blank at text[start:end] parts two Latin words or two numbers."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not (before.isascii() and after.isascii() and before.isalnum() and after.isalnum()):
        return False
    pairs = text[max(0, start - 2) : start] + text[end : end + 2]
    return not (before + after).isdigit() or (len(pairs) == 4 and pairs.isdigit())


class Normaliser:
    """Collects pieces of a page and the map of where each normalised character stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self.length = 0
        self._out: list[str] = []
        self._firsts: list[int] = []
        self._starts: list[int] = []
        self._lengths: list[int] = []

    def _run(self, out: str, start: int, length: int) -> None:
        self._firsts.append(self.length)
        self._starts.append(start)
        self._lengths.append(length)
        self._out.append(out)
        self.length += len(out)

    def gap(self, start: int, end: int, rule: str, out: str) -> None:
        """The page's [start:end] (a line end, an inner caption) becomes ``out``, "" or one char."""
        if out:
            self._run(out, start, end - start)
        if rule:
            self.edits.append(Edit(start, end, rule, self.text[start:end], out))

    def copy(self, start: int, end: int) -> None:
        """Add the page's [start:end], squeezing blanks, marks and thousands separators."""
        at = start
        for match in _SQUEEZE.finditer(self.text, start, end):
            rule, first, last = str(match.lastgroup), match.start(), match.end()
            out = self._squeezed(rule, first, last, start, end)
            if out is None:
                continue
            if first > at:
                self._run(self.text[at:first], at, -1)
            self.gap(first, last, rule, out)
            at = last
        if end > at:
            self._run(self.text[at:end], at, -1)

    def _squeezed(self, rule: str, first: int, last: int, start: int, end: int) -> str | None:
        """What the match becomes; None leaves it as it is."""
        if rule == "space":
            keep = start < first and last < end and _keep_space(self.text, first, last)
            return "" if not keep else None if self.text[first:last] == " " else " "
        if rule == "entity":
            char = unescape(self.text[first:last])
            return char if len(char) == 1 and char.isprintable() else None
        if rule == "thousands":
            before = self.text[max(start, first - 15) : first]
            return "" if _THOUSANDS_BEFORE.search(before) else None
        return ""

    def finish(self) -> Mapped:
        """The normalised text; the one-for-one steps (width, script, quotes) are done here."""
        if not self._out:
            self._run("", 0, -1)
        squeezed = "".join(self._out)
        text = one_for_one(squeezed)
        mapped = Mapped(text, tuple(self._firsts), tuple(self._starts), tuple(self._lengths))
        for first, last in _differences(squeezed, text):
            start, end = mapped.locate(first, last)
            rule = _RULES.get(squeezed[first], "simplify")
            self.edits.append(Edit(start, end, rule, squeezed[first:last], text[first:last]))
        self.edits.sort(key=lambda e: (e.start, e.end, e.rule))
        return mapped


def one_for_one(text: str) -> str:
    """The normalisation steps that keep the length: width, script, quotation marks.

    >>> one_for_one('增长５％,"三农"(2024年)')
    '增长5%，“三农”（2024年）'
    """
    text = _STOP_AT_END.sub("。", _HALF.sub(_widen, _narrow(text)))
    if '"' in text:
        text = "\n".join(_pair_quotes(line) for line in text.split("\n"))
    return _simplify(text)


def _widen(match: re.Match[str]) -> str:
    """A half-width mark as the Chinese one; the colon of 12:30 stays."""
    text, at = match.string, match.start()
    clock = match[0] == ":" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
    return ":" if clock else _WIDE[match[0]]


def _pair_quotes(line: str) -> str:
    """Straight double quotes of a line in turn as “ and ”, if their number is even."""
    parts = line.split('"')
    if len(parts) % 2 == 0:
        return line
    return parts[0] + "".join("“”"[i % 2] + part for i, part in enumerate(parts[1:]))


@cache
def _traditional() -> tuple[np.ndarray, dict[int, str]]:
    """Whether a UTF-16 unit is a traditional character, and what is put in its place."""
    rows = table("traditional", ("traditional", "simplified", "source"), unique="traditional")
    pairs = {ord(r["traditional"]): r["simplified"] for r in rows}
    known = np.zeros(0x10000, dtype=bool)
    known[[code for code in pairs if code < 0x10000]] = True
    return known, pairs


def _simplify(text: str) -> str:
    """Traditional characters as simplified ones; fewer than ten different ones are only names."""
    known, pairs = _traditional()
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    found = np.unique(codes[known[codes]]).tolist()
    return _replace(text, map(chr, found), pairs) if len(found) >= 10 else text


def _differences(before: str, after: str) -> Iterator[tuple[int, int]]:
    """Stretches (first, last) of neighbouring characters that one rule changed."""
    if before == after:
        return
    codes = (t.encode("utf-32-le", "surrogatepass") for t in (before, after))
    old, new = (np.frombuffer(c, dtype=np.uint32) for c in codes)
    changed = enumerate(np.flatnonzero(old != new).tolist())
    for _, run in groupby(changed, key=lambda x: (x[1] - x[0], _RULES.get(before[x[1]]))):
        places = [i for _, i in run]
        yield places[0], places[-1] + 1


def normalise(text: str) -> tuple[Mapped, list[Edit]]:
    """Normalise one string, with its map and edits.

    >>> mapped, edits = normalise("完成 7 4 7 7 2 亿元,增长６．５％")
    >>> mapped.text
    '完成74772亿元，增长6.5%'
    >>> mapped.locate(2, 7)
    (3, 12)
    """
    worker = Normaliser(text)
    worker.copy(0, len(text))
    return worker.finish(), worker.edits
