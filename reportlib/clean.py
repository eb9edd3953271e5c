"""Lines of a page, the named noise rules, and normalisation with a map back to the page.

Nothing here decides where a report begins or ends; ``structure`` does, using ``noise_rule`` line
by line. Normalisation never touches what the user sees: quotations are always cut from the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from reportlib.records import DataError, Edit, Mapped
from reportlib.resources import table

ZONES = ("any", "edge", "tail", "inline")

# Line ends: real ones, Unicode's, and the two or four characters a careless scraper leaves.
LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]|\\r\\n|\\n(?![a-zA-Z])|<br\s*/?>")
# A whole report on one line: cut where a numbered heading or an address follows a full stop.
VIRTUAL_END = re.compile(
    r"(?<=[。！!])(?=(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|各位代表))"
    r"|(?<=提出意见。)|(?<=提出意见和建议。)|(?<=请予审议。)"
)
LONG_LINE = 3000
# A numbered heading and, after a blank, its paragraph on the same line.
HEADED = re.compile(
    r"[\s\u3000]*(?:\*\*)?(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])"
    r"[^\s。；：;:]{3,40}(?:\*\*)?[ \t\u3000\xa0]+(?=[^\s])"
)

_FULL_ALNUM = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i).isalnum()}
_NARROW = _FULL_ALNUM | {ord("％"): "%", ord("﹪"): "%", ord("．"): ".", ord("＋"): "+"}
_WIDE = {ord(a): b for a, b in zip(",;:!?()", "，；：！？（）", strict=True)}
_FULL = re.compile("[" + "".join(map(chr, _NARROW)) + "]")
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad\ue000-\uf8ff]+|&nbsp;?|&[er]nsp;|(?<!\*)\*\*(?!\*)")
_MARK = re.compile(r"^#{1,6}(?=[^#])|[?？]{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: offsets without the line end, and a key without spaces for matching."""

    start: int
    end: int
    key: str


def make_key(text: str) -> str:
    """``text`` without spaces and mark-up, digits narrowed, Chinese punctuation widened.

    >>> make_key(" **２０２４ 年政府工作报告(全文)** ")
    '2024年政府工作报告（全文）'
    """
    key = narrow(_BLANK.sub("", text))
    for half, full in zip(",;:!?()", "，；：！？（）", strict=True):
        key = key.replace(half, full)
    return _MARK.sub("", key)


def narrow(text: str) -> str:
    """Full-width digits, letters and % as half-width ones (a search is cheaper than translate)."""
    return text.translate(_NARROW) if _FULL.search(text) else text


def split_lines(text: str) -> list[Line]:
    """All non-blank lines of a page; very long lines are cut at numbered headings too."""
    lines = []
    at = 0
    for match in (*LINE_END.finditer(text), None):
        end = match.start() if match else len(text)
        cuts = [at]
        if end - at > LONG_LINE:
            cuts += [m.start() for m in VIRTUAL_END.finditer(text, at, end) if m.start() > at]
        elif (headed := HEADED.match(text, at, end)) and "。" in text[headed.end() : end]:
            cuts.append(headed.end())
        for first, last in zip(cuts, [*cuts[1:], end], strict=True):
            if key := make_key(text[first:last]):
                lines.append(Line(first, last, key))
        at = match.end() if match else end
    return lines


@cache
def _rules(zone: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = table("noise_rules", ("rule", "zone", "pattern", "source"), unique="rule")
    if bad := [r["rule"] for r in rows if r["zone"] not in ZONES]:
        raise DataError(f"noise_rules.csv: rule {bad[0]!r} has no zone of {', '.join(ZONES)}")
    return tuple((r["rule"], re.compile(r["pattern"])) for r in rows if r["zone"] == zone)


def noise_rule(key: str, *zones: str) -> str:
    """Name of the first noise rule of ``zones`` that the line key fits, "" if none does.

    >>> noise_rule("（责任编辑：张三）", "any")
    'editor_line'
    """
    if len(key) > 500:
        return ""
    return next((n for z in zones for n, p in _rules(z) if p.search(key)), "")


def inline_noise(text: str, start: int, end: int) -> tuple[int, str]:
    """Where a vendor's mark begins behind the last sentence of text[start:end] (end if none)."""
    tail = max(start, end - 60)
    for name, pattern in _rules("inline"):
        match = pattern.search(text, tail, end)
        if match and match.end() >= end - 2 and text[tail : match.start()].rstrip()[-1:] in "。！!”":
            return match.start(), name
    return end, ""


# --- normalisation -------------------------------------------------------------------------

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
_SPACE = "[ \\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|&nbsp;?|&[er]nsp;"
_SQUEEZE = re.compile(
    rf"(?P<space>(?:{_SPACE})+)"
    r"|(?P<invisible>[\u200b-\u200f\u2060\ufeff\u00ad\ue000-\uf8ff\x00-\x08\x0e-\x1f]+)"
    r"|(?P<mark_up>(?<!\*)\*\*(?!\*)|(?m:^#{1,6}(?=\s))|(?m:^>\s))"
    r"|(?P<entity>&(?:amp|lt|gt|quot|ldquo|rdquo|mdash|middot|#\d{2,5});)"
    r"|(?P<lost_space>\?{2,})"
    r"|(?P<thousands>(?<=\d)[,，](?=\d{3}(?!\d)))"
)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "ldquo": "“", "rdquo": "”"}
_ENTITIES |= {"mdash": "—", "middot": "·"}
_THOUSANDS_BEFORE = re.compile(r"(?<![\d.,，])\d{1,3}(?:[,，]\d{3})*$")
_HALF = re.compile("[,:;!?()]")
_STOP_AT_END = re.compile(rf"(?<=[{_HAN}])\.(?=\n|$)")


def _keep_space(text: str, start: int, end: int) -> bool:
    """Whether the blank at text[start:end] parts two Latin words or two numbers."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not (before.isascii() and after.isascii() and before.isalnum() and after.isalnum()):
        return False
    if not (before.isdigit() and after.isdigit()):
        return True
    left = re.search(r"\d+$", text[max(0, start - 12) : start])
    right = re.match(r"\d+", text[end : end + 12])
    return bool(left and right and len(left[0]) > 1 and len(right[0]) > 1)


class Normaliser:
    """Collects pieces of a page and the map of where each normalised character stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self._out: list[str] = []
        self.length = 0
        self._firsts: list[int] = []
        self._starts: list[int] = []
        self.lengths: list[int] = []

    def _run(self, out: str, start: int, length: int) -> None:
        self._firsts.append(self.length)
        self._starts.append(start)
        self.lengths.append(length)
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
            if out:
                self._run(out, first, last - first)
            self.edits.append(Edit(first, last, rule, self.text[first:last], out))
            at = last
        if end > at:
            self._run(self.text[at:end], at, -1)

    def _squeezed(self, rule: str, first: int, last: int, start: int, end: int) -> str | None:
        """What the match becomes; None leaves it as it is."""
        if rule == "space":
            keep = start < first and last < end and _keep_space(self.text, first, last)
            if keep and self.text[first:last] == " ":
                return None
            return " " if keep else ""
        if rule == "entity":
            name = self.text[first + 1 : last - 1]
            code = int(name[1:]) if name.startswith("#") else 0
            return _ENTITIES.get(name) or (chr(code) if 31 < code < 0x110000 else "")
        if rule == "thousands":
            return "" if _THOUSANDS_BEFORE.search(self.text[max(start, first - 15) : first]) else None
        return ""

    def finish(self) -> Mapped:
        """The normalised text; the one-for-one steps (width, script, quotes) are done here."""
        squeezed = "".join(self._out)
        text = one_for_one(squeezed)
        mapped = Mapped(text, tuple(self._firsts), tuple(self._starts), tuple(self.lengths))
        for first, last in _differences(squeezed, text):
            start, end = mapped.locate(first, last)
            rule = _rule_of(squeezed[first], text[first])
            self.edits.append(Edit(start, end, rule, squeezed[first:last], text[first:last]))
        self.edits.sort(key=lambda e: (e.start, e.end, e.rule))
        return mapped


def one_for_one(text: str) -> str:
    """The normalisation steps that keep the length: width, script, quotation marks.

    >>> one_for_one('增长５％,"三农"(2024年)')
    '增长5%，“三农”（2024年）'
    """
    text = narrow(text)
    text = _HALF.sub(_widen, text)
    text = _STOP_AT_END.sub("。", text)
    if '"' in text:
        text = "\n".join(_pair_quotes(line) for line in text.split("\n"))
    return _simplify(text)


def _widen(match: re.Match[str]) -> str:
    """A half-width mark as the Chinese one; the colon of 12:30 stays."""
    text, at = match.string, match.start()
    if match[0] == ":" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
        return ":"
    return _WIDE[ord(match[0])]


def _pair_quotes(line: str) -> str:
    """Straight double quotes of a line in turn as “ and ”, if their number is even."""
    parts = line.split('"')
    if len(parts) % 2 == 0:
        return line
    out = [parts[0]]
    for i, part in enumerate(parts[1:]):
        out += ["”" if i % 2 else "“", part]
    return "".join(out)


@cache
def _traditional() -> dict[int, str]:
    rows = table("traditional", ("traditional", "simplified", "source"), unique="traditional")
    return {ord(r["traditional"]): r["simplified"] for r in rows}


@cache
def _traditional_pattern() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(chr, _traditional())) + "]")


def _simplify(text: str) -> str:
    """Traditional characters as simplified ones where a text mixes them in earnest.

    Ten different traditional characters are asked for, so that a name with a rare character does
    not set it off.
    """
    if len(set(_traditional_pattern().findall(text))) < 10:
        return text
    return text.translate(_traditional())


def _differences(before: str, after: str) -> Iterable[tuple[int, int]]:
    """Stretches (first, last) of neighbouring characters that one rule changed."""
    if before == after:
        return
    old, new = (np.frombuffer(t.encode("utf-32-le"), dtype=np.uint32) for t in (before, after))
    changed = np.flatnonzero(old != new).tolist()
    first = previous = changed[0]
    for i in changed[1:]:
        if i != previous + 1 or _rule_of(before[i], after[i]) != _rule_of(before[first], after[first]):
            yield first, previous + 1
            first = i
        previous = i
    yield first, previous + 1


def _rule_of(before: str, after: str) -> str:
    if before == '"':
        return "pair_quotes"
    if before == ".":
        return "full_stop"
    if ord(before) in _WIDE:
        return "widen_punctuation"
    return "narrow_width" if ord(before) in _NARROW else "simplify"


def normalise(text: str, spans: Sequence[tuple[int, int]] | None = None) -> tuple[Mapped, list[Edit]]:
    """Normalise a text (or the given spans of it, one line each) with its map and edits.

    A convenience for single strings; ``structure`` uses ``Normaliser`` line by line.

    >>> mapped, edits = normalise("完成 7 4 7 7 2 亿元,增长６．５％")
    >>> mapped.text
    '完成74772亿元，增长6.5%'
    >>> mapped.locate(2, 7)
    (3, 12)
    """
    worker = Normaliser(text)
    for start, end in spans if spans is not None else [(0, len(text))]:
        worker.copy(start, end)
    mapped = worker.finish()
    return mapped, worker.edits
