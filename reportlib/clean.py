"""Lines of a page, the named noise rules, and normalisation with a map back to the page.

Nothing here decides where a report begins or ends; ``structure`` does, using ``noise_rule`` line
by line. Normalisation never touches what the user sees: quotations are always cut from the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape

import numpy as np

from reportlib.records import DataError, Edit, Mapped
from reportlib.resources import settings, table

ZONES = ("any", "edge", "tail", "inline")
LONG_LINE = 1500  # a longer one is taken for several lines that lost their ends

_NARROW = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94) if chr(0x21 + i).isalnum()}
_NARROW |= {"％": "%", "﹪": "%", "．": ".", "＋": "+"}
_WIDE = dict(zip(",;!?()", "，；！？（）", strict=True))
_WIDTHS = _NARROW | _WIDE
_WIDTH = re.compile(f"[{re.escape(''.join(_WIDTHS))}]")
_COLON = re.compile(r":(?:(?<!\d:)|(?!\d))")  # not that of 12:30
_STOP_AT_END = re.compile(r"\.(?<=[\u3007\u3400-\u4dbf\u4e00-\u9fff]\.)(?=\n|$)")
_RULES = dict.fromkeys((*_WIDE, ":"), "widen_punctuation") | {'"': "pair_quotes", ".": "full_stop"}
_RULES |= dict.fromkeys(_NARROW, "narrow_width")
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


@cache
def _line_pattern(name: str) -> re.Pattern[str]:
    return re.compile(settings("structure")["lines"][name])


def split_lines(text: str) -> list[Line]:
    """All non-blank lines of a page; lines that hold several former lines are cut there too.

    Keys of a page that mixes traditional and simplified characters are simplified.

    >>> split_lines(" **２０２４ 年政府工作报告(全文)** ")
    [Line(start=0, end=22, key='2024年政府工作报告（全文）')]
    """
    flat = _replaced(text).replace(":", "：")
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
    return next(filter(None, (_first_rule(zone, key) for zone in zones)), "")


@lru_cache(maxsize=4096)
def _first_rule(zone: str, key: str) -> str:
    """The first rule of one zone; several steps ask for the same lines."""
    match = _rules(zone).match(key) if len(key) <= 500 else None
    return str(match.lastgroup) if match else ""


def inline_noise(text: str, start: int, end: int) -> tuple[int, str]:
    """Where a vendor's mark begins behind the last sentence of text[start:end] (end if none).

    >>> inline_noise("加快建设。来源：某某数据网", 0, 13)
    (5, 'inline_vendor')
    """
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
        for first, last, rule in _differences(squeezed, text):
            start, end = mapped.locate(first, last)
            self.edits.append(Edit(start, end, rule, squeezed[first:last], text[first:last]))
        self.edits.sort(key=lambda e: (e.start, e.end, e.rule))
        return mapped


def one_for_one(text: str) -> str:
    """The normalisation steps that keep the length: width, script, quotation marks.

    >>> one_for_one('增长５％,"三农"(2024年)')
    '增长5%，“三农”（2024年）'
    """
    text = _STOP_AT_END.sub("。", _COLON.sub("：", _replaced(text)))
    if '"' in text:
        text = "\n".join(map(_pair_quotes, text.split("\n")))
    return text


def _replaced(text: str) -> str:
    """``text`` in narrow digits, wide punctuation (but the colon) and simplified characters.

    Fewer than ten different traditional characters are only names, and stay.
    """
    for char in set(_WIDTH.findall(text)):
        text = text.replace(char, _WIDTHS[char])
    known, pairs = _traditional()
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    old = set(units[known[units]].tolist())
    for code in old if len(old) >= 10 else ():
        text = text.replace(chr(code), pairs[chr(code)])
    return text


@cache
def _traditional() -> tuple[np.ndarray, dict[str, str]]:
    """Whether a UTF-16 unit is a traditional character, and what is put in its place."""
    rows = table("traditional", ("traditional", "simplified", "source"), "traditional")
    known = np.zeros(0x10000, dtype=bool)
    known[[ord(r["traditional"]) for r in rows]] = True
    return known, {r["traditional"]: r["simplified"] for r in rows}


def _pair_quotes(line: str) -> str:
    """Straight double quotes of a line in turn as “ and ”, if their number is even."""
    parts = line.split('"')
    if len(parts) % 2 == 0:
        return line
    return parts[0] + "".join("“”"[i % 2] + part for i, part in enumerate(parts[1:]))


def _differences(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """(first, last, rule) of the stretches of neighbouring characters that one rule changed."""
    codes = (t.encode("utf-32-le", "surrogatepass") for t in (before, after))
    old, new = (np.frombuffer(c, dtype=np.uint32) for c in codes)
    first = last = 0
    current = ""
    for i in np.flatnonzero(old != new).tolist():
        rule = _RULES.get(before[i], "simplify")
        if (i, rule) != (last, current):
            if current:
                yield first, last, current
            first, current = i, rule
        last = i + 1
    if current:
        yield first, last, current


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
