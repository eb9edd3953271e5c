"""Lines of a page, the named noise rules, and normalisation with a map back to the page.

Nothing here decides where a report begins or ends; ``structure`` does, using ``noise_rule`` line
by line. Normalisation never touches what the user sees: quotations are always cut from the page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from itertools import accumulate, pairwise, repeat
from operator import eq
from typing import Any

import numpy as np

from reportlib.records import DataError, Edit, Mapped
from reportlib.resources import settings, table

ZONES = ("any", "edge", "tail", "inline")
LONG_LINE = 1500  # a longer one is taken for several lines that lost their ends

_NARROW = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94) if chr(0x21 + i).isalnum()}
_NARROW |= {"％": "%", "﹪": "%", "．": ".", "＋": "+"}
_WIDE = dict(zip(",;!?()", "，；！？（）", strict=True))
_COLON = re.compile(r":(?:(?<!\d:)|(?!\d))")  # not that of 12:30
_QUOTED = re.compile('"([^"]*)"')
_RULES = dict.fromkeys((*_WIDE, ":"), "widen_punctuation") | {'"': "pair_quotes", ".": "full_stop"}
_RULES |= dict.fromkeys(_NARROW, "narrow_width")
_ODD = "\u200b-\u200f\u2060\ufeff\u00ad\ue000-\uf8ff"
_MARKS = re.compile(
    rf"[{_ODD}]+|&(?:nbsp|[er][nm]sp)[;；]?|(?<!\*)\*\*(?!\*)|^(?:#{{1,6}}(?=[^#])|>(?=.))|[?？]{{2,}}"
)


@cache
def cue(name: str) -> re.Pattern[str]:
    """The compiled pattern ``name`` of structure.toml.

    >>> cue("listed_item").match("一是产业层次不高。")[0]
    '一是'
    """
    return re.compile(next(g[name] for g in settings("structure").values() if name in g))


@dataclass(slots=True)
class Line:
    """A line of a page: offsets without the line end, and a key without spaces for matching.

    ``structure`` says whose it is: ``label`` report, annex or noise by ``rule``, of the report
    ``owner`` counted from 0. The last ``cut`` characters are noise by ``cut_rule``.
    """

    start: int
    end: int
    key: str
    label: str = "noise"
    rule: str = "outside"
    owner: int = -1
    cut: int = 0
    cut_rule: str = ""


def split_lines(text: str) -> list[Line]:
    """All non-blank lines of a page; lines that hold several former lines are cut there too.

    Keys of a page that mixes traditional and simplified characters are simplified.

    >>> [(x.start, x.end, x.key) for x in split_lines(" **２０２４ 年政府工作报告(全文)** ")]
    [(0, 22, '2024年政府工作报告（全文）')]
    """
    flat = _replaced(text).replace(":", "：")
    odd = _odd_places(text)
    breaks = cue("end") if any(text[k] in _OTHER_ENDS for k in odd) else re.compile("\n")
    ends = [match.span() for match in breaks.finditer(text)]
    lines = []
    for (_, at), (end, _) in pairwise([(0, 0), *ends, (len(text), 0)]):
        near = odd[bisect_left(odd, at) : bisect_left(odd, end)]
        if whole := "".join(flat[at:end].split()) if near else flat[at:end]:
            cuts = _cuts(flat, at, end, whole)
            has_marks = near and any(not text[k].isspace() for k in near)
            for first, last in pairwise([*cuts, end]) if cuts[1:] else [(at, end)]:
                key = "".join(flat[first:last].split()) if cuts[1:] else whole
                if key := _MARKS.sub("", key) if has_marks else key:
                    lines.append(Line(first, last, key))
    return lines


def _cuts(flat: str, at: int, end: int, key: str) -> list[int]:
    """Where the lines begin that flat[at:end] holds; without blanks it is ``key``."""
    cuts = [at]
    if end - at > LONG_LINE:
        patterns = map(cue, ("once_line", "glued_heading"))
        found = {m.end() for p in patterns for m in p.finditer(flat, at, end)}
        cuts += sorted(found - {at, end})
    elif key[0] in "一二三四五六七八九十（*" and "。" in key:
        headed = cue("headed").match(flat, at, end) or cue("glued_heading").match(flat, at, end)
        cuts += [headed.end()] if headed and "。" in flat[headed.end() : end] else []
    if key.rstrip("*")[-1:] not in "。；！？，：" or "附" in key[-60:]:
        tail = cue("tailed").search(flat, max(cuts[-1], end - 60), end)
        cuts += [tail.end()] if tail else []
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
    return next(filter(None, map(_first_rule, zones, repeat(key))), "")


@lru_cache(maxsize=4096)
def _first_rule(zone: str, key: str) -> str:
    """The first rule of one zone; several steps ask for the same lines."""
    match = _rules(zone).match(key) if len(key) <= 500 else None
    return str(match.lastgroup) if match else ""


def inline_noise(text: str, start: int, end: int) -> tuple[int, str]:
    """Length and rule of a vendor's mark behind the last sentence of text[start:end].

    >>> inline_noise("加快建设。来源：某某数据网", 0, 13)
    (8, 'inline_vendor')
    """
    tail = max(start, end - 60)
    match = _rules("inline").search(text, tail, end)
    if match and match.end() >= end - 2 and text[tail : match.start()].rstrip()[-1:] in "。！!”":
        return end - match.start(), str(match.lastgroup)
    return 0, ""


_SP = " \\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ENTITY = "(?:nbsp|[er][nm]sp);?"  # of a blank, behind its &
_INVISIBLE = f"{_ODD}\x00-\x08\x0e-\x1f"
# Each branch looks back at the character that it took.
_SQUEEZE = re.compile(
    rf"[{_SP}{_INVISIBLE}*&#>?,，](?:"
    rf"(?P<space>(?:(?<=[{_SP}])|(?<=&){_ENTITY})(?:[{_SP}]|&{_ENTITY})*)"
    rf"|(?P<invisible>(?<=[{_INVISIBLE}])[{_INVISIBLE}]*)"
    r"|(?P<mark_up>(?<=(?<!\*)\*)\*(?!\*)|(?m:(?<=^#)#{0,5}(?=\s))|(?m:(?<=^>)\s))"
    r"|(?P<entity>(?<=&)(?:[a-z]{2,8}|#\d{2,5});)"
    r"|(?P<lost_space>(?<=\?)\?+)"
    r"|(?P<thousands>(?<=\d[,，])(?=\d{3}(?!\d))))"
)
_OTHER_ENDS = "\r\x0b\x0c\x85\u2028\u2029\\<"  # where a line may end, beside \n
_ODD_ONE = re.compile(rf"[{_SP}{_INVISIBLE}*&#>?？{re.escape(_OTHER_ENDS)}]")
# Commas are many, and few pages part thousands by them; one at a time they are found faster.
_THOUSANDS = [re.compile(rf"{comma}\d{{3}}(?<=\d{comma}\d{{3}})") for comma in ",，"]
_THOUSANDS_BEFORE = re.compile(r"(?<![\d.,，])\d{1,3}(?:[,，]\d{3})*$")


@lru_cache(1)  # a page is read twice
def _odd_places(text: str) -> list[int]:
    """Where blanks, marks and unseen characters stand; looked up, they are found faster."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.flatnonzero(_is_odd().take(codes, mode="clip")).tolist()


@cache
def _is_odd() -> np.ndarray:
    return np.array([*map(bool, map(_ODD_ONE.match, map(chr, range(0x10000))))])


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
        commas = [m.start() for pattern in _THOUSANDS for m in pattern.finditer(text)]
        self._odd = sorted([*_odd_places(text), *commas])
        self._runs: list[tuple[str, int, int]] = []  # as Mapped has them, with their text

    def gap(self, start: int, end: int, rule: str, out: str) -> None:
        """The page's [start:end] (a line end, an inner caption) becomes ``out``, "" or one char."""
        if out:
            self._runs.append((out, start, end - start))
        if rule:
            self.edits.append(Edit(start, end, rule, self.text[start:end], out))

    def copy(self, start: int, end: int) -> None:
        """Add the page's [start:end], squeezing blanks, marks and thousands separators."""
        at = done = start
        for k in self._odd[bisect_left(self._odd, start) : bisect_left(self._odd, end)]:
            if k < done or not (match := _SQUEEZE.match(self.text, k, end)):
                continue
            rule, done = str(match.lastgroup), match.end()
            out = self._squeezed(rule, k, done, start, end)
            if out is None:
                continue
            if k > at:
                self._runs.append((self.text[at:k], at, -1))
            self.gap(k, done, rule, out)
            at = done
        if end > at:
            self._runs.append((self.text[at:end], at, -1))

    def _squeezed(self, rule: str, first: int, last: int, start: int, end: int) -> str | None:
        """What the match becomes; None leaves it as it is."""
        if rule == "space":
            keep = start < first and last < end and _keep_space(self.text, first, last)
            return "" if not keep else None if self.text[first:last] == " " else " "
        if rule == "entity":
            char = unescape(self.text[first:last])
            return char if len(char) == 1 and char.isprintable() else None
        number = _THOUSANDS_BEFORE.search(self.text, max(start, first - 15), first)
        return None if rule == "thousands" and not number else ""

    def finish(self) -> Mapped:
        """The normalised text; the one-for-one steps (width, script, quotes) are done here."""
        pieces, starts, lengths = zip(*self._runs or [("", 0, -1)], strict=True)
        squeezed, firsts = "".join(pieces), (0, *accumulate(map(len, pieces[:-1])))
        text = one_for_one(squeezed)
        mapped = Mapped(text, firsts, starts, lengths)
        put = {edit.start: k for k, edit in enumerate(self.edits) if edit.after}
        changes = _differences(squeezed, text, mapped) if text != squeezed else ()
        for start, end, rule, a, b in changes:
            if (k := put.get(start)) is not None:  # an entity, now in another width
                self.edits[k] = self.edits[k]._replace(after=text[a:b])
            else:
                cells = (start, end, rule, squeezed[a:b], text[a:b])
                self.edits.append(tuple.__new__(Edit, cells))  # thousands, in half the time
        self.edits.sort()
        return mapped


def one_for_one(text: str) -> str:
    """The normalisation steps that keep the length: width, script, quotation marks.

    >>> one_for_one('增长５％,"三农"(2024年)')
    '增长5%，“三农”（2024年）'
    """
    text = cue("dot").sub("。", _COLON.sub("：", _replaced(text)))
    return "\n".join(map(_pair_quotes, text.split("\n"))) if '"' in text else text


def _replaced(text: str) -> str:
    """``text`` in narrow digits, wide punctuation (but the colon) and simplified characters.

    Fewer than ten different traditional characters are only names, and stay.
    """
    widths, both, old = _replacements()
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    new = both.take(units)
    changed = units[new != units].tolist()
    if 0 < len(old.intersection(changed)) < 10:
        new = widths.take(units)
    return new.tobytes().decode("utf-16-le", "surrogatepass") if changed else text


@cache
def _replacements() -> tuple[np.ndarray, np.ndarray, set[int]]:
    """What is put for each UTF-16 unit, widths alone or script too; the traditional units."""
    rows = table("traditional", ("traditional", "simplified", "source"), "traditional")
    old = [ord(row["traditional"]) for row in rows]
    widths = np.arange(0x10000, dtype=np.uint16)
    widths[[ord(char) for char in _NARROW | _WIDE]] = [*map(ord, (_NARROW | _WIDE).values())]
    both = widths.copy()
    both[old] = [ord(row["simplified"]) for row in rows]
    return widths, both, set(old)


def _pair_quotes(line: str) -> str:
    """Straight double quotes of a line in turn as “ and ”, if their number is even."""
    return line if line.count('"') % 2 else _QUOTED.sub(r"“\1”", line)


def _differences(before: str, after: str, mapped: Mapped) -> Iterable[tuple[Any, ...]]:
    """(start, end, rule, first, last) of stretches that one rule changed, neighbours everywhere."""
    codes = (t.encode("utf-32-le", "surrogatepass") for t in (before, after))
    old, new = (np.frombuffer(c, dtype=np.uint32) for c in codes)
    at = np.flatnonzero(old != new)
    rules = [_RULES.get(before[i], "simplify") for i in at.tolist()]
    goes_on = np.array([*map(eq, rules[1:], rules)], dtype=bool)
    for places in (at, *(column[at] for column in mapped.places)):
        goes_on &= np.diff(places) == 1
    first, last = (np.flatnonzero(~np.insert(goes_on, k, False)) for k in (0, len(goes_on)))
    edges, named = (at[first].tolist(), (at[last] + 1).tolist()), [rules[k] for k in first.tolist()]
    return zip(*mapped.locate_all(*edges), named, *edges, strict=True)


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
