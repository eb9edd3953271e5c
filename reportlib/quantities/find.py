"""Finds every numeral of a normalised text and says what kind of number it is."""

from __future__ import annotations

import re

from reportlib.quantities.numerals import (
    HAN_NUMERALS,
    MULTITUDES,
    Reading,
    read_number,
    to_number,
)
from reportlib.quantities.shapes import Shapes, base_value, is_han
from reportlib.quantities.vocabulary import Unit, Word, patterns, unit_at, word_at
from reportlib.records import Quantity

SEPARATORS = frozenset("-—–―─－−~～至到")
AMBIGUOUS = frozenset("位 名 次 线 类 桥 日 产业 方".split())  # units of more than one kind
LISTED = ("、", "和", "及", "与", "以及", "，")  # between the numbers of one list


def find_quantities(text: str) -> list[Quantity]:
    """Every numeral of a normalised text, in order, typed by kind.

    Offsets are relative to ``text``, which may be a sentence, a heading or a whole report. The
    time taken grows with the length of the text and no faster. Fixed words that state no number
    (统一, 零售) give no row; a numeral whose unit is unknown is a count without a unit.

    >>> [(q.quote, q.kind, q.value, q.bound) for q in find_quantities("增长6.5%左右，新增3至5个。")]
    [('6.5%左右', 'percent', 6.5, 'approx'), ('3至5个', 'count', 3.0, 'range')]
    >>> [q.value_base for q in find_quantities("完成一千三百五十九亿元")]
    [135900000000.0]
    """
    shapes = patterns()
    match = shapes.start.search(text)
    if match is None:
        return []
    scan = _Scan(text)
    while match:
        match = shapes.start.search(text, scan.read(match.start()))
    _share_lists(text, scan.found)
    return scan.found


class _Scan(Shapes):
    """One pass over one text: what begins here, and which unit it has."""

    def read(self, i: int) -> int:
        """Reads the numeral that begins at ``i``, if one does; returns where to go on."""
        text, c = self.text, self.text[i]
        if c in HAN_NUMERALS and (word := word_at(text, i)):
            return self.word(word, i - word.back)
        if m := self.shapes.number.match(text, i):
            unit = unit_at(text, m.end())
            plain = (unit and unit.clear) or m["few"]
            return (not plain and self.typed(i)) or self.number(m, unit)
        return self.typed(i) or self.sign(i)

    def sign(self, i: int) -> int:
        """第, a run of letters, or of * or × in place of a number."""
        text, c = self.text, self.text[i]
        if c == "第":
            return self.ordinal(i)
        if c.isascii() and c.isalpha():
            return self.letters(i)
        end = i + 1
        while c in "*＊×" and text[end : end + 1] == c:
            end += 1
        return self.mask(i, end) if c in "*＊×" else end

    def word(self, word: Word, start: int) -> int:
        """A fixed word: no row, or one of the kind its table says (一带一路, “七一”)."""
        pairs = self.shapes.pairs.match(self.text, start) if word.kind == "formula" else None
        end = max(start + len(word.text), pairs.end() if pairs else 0)
        if word.kind != "none" and (not self.found or self.found[-1].last <= start):
            self.add(word.kind, start, end, _festival(word.text) if word.kind == "date" else None)
        return end

    def number(self, m: re.Match[str], unit: Unit | None) -> int:
        """A number with its unit, or with the upper end of a range."""
        text, r = self.text, read_number(m)
        at = r.stop + (len(unit.name) if unit else 0)
        if text[at : at + 1] in SEPARATORS and (upper := self.upper(r, at, unit)):
            r, unit = upper
        i, stop = r.start, r.stop
        if not r.numeral.strip("零〇○"):
            return stop  # 零售, 零的突破
        if (
            unit is None
            or (unit.strict and self.is_coined(r, unit))
            or (unit.name == "级" and r.scale)
        ):
            return self.unitless(r)
        if r.han and (end := self.coined_count(i, stop, unit)):
            return self.slogan(i, end)
        kind = "count" if r.numeral == "两" and unit.kind == "ordinal" else unit.kind
        if unit.name in AMBIGUOUS and (m := self.shapes.ambiguous.match(text, i)):
            kind = m.lastgroup or kind
        stop, value = stop + len(unit.name), r.value
        if unit.kind in ("physical", "money") and text[stop : stop + 1] in ("/", "／", "每"):
            stop = self.per(stop)
        printed = "" if unit.name in ("强", "佳") else r.scale + text[r.stop : stop]
        if text[stop : stop + 1] == "半" and unit.name in ("年", "倍", "天", "个月"):
            value, stop = value + 0.5, stop + 1
        return self.add(kind, i, stop, value, printed, r.high, r.bound)

    def coined_count(self, i: int, stop: int, unit: Unit) -> int:
        """Where a row of counted nouns (三升一方, “四个一”) ends that is a name, or 0."""
        quoted = self.quoted(i)
        if not (quoted or unit.name in ("升", "方") or self.text.startswith("个一", stop)):
            return 0
        pairs = self.shapes.pairs.match(self.text, i)
        closed = pairs and (not quoted or self.text[pairs.end() : pairs.end() + 1] in ("”", '"'))
        return pairs.end() if closed else 0

    def upper(self, r: Reading, at: int, unit: Unit | None) -> tuple[Reading, Unit | None] | None:
        """The range whose lower end is ``r``, and its unit; 从3%到5% is no range but two levels."""
        text, end = self.text, at + 1
        while end < at + 3 and text[end : end + 1] in SEPARATORS:
            end += 1
        m = self.shapes.number.match(text, end)
        if m is None or m["few"] or (not m["digits"] and word_at(text, end)):
            return None
        second = unit_at(text, m.end())
        if unit and (
            second != unit or (text[at] in "至到" and text[r.start - 1 : r.start] in ("从", "由"))
        ):
            return None
        if second is None and not m["digits"]:
            return None
        other, value, scale = read_number(m), r.value, r.scale
        if scale and other.scale and scale != other.scale:
            value *= to_number(scale) / to_number(other.scale)
        both = r._replace(
            stop=other.stop, value=value, high=other.value, scale=other.scale or scale
        )
        return both, second

    def per(self, stop: int) -> int:
        """Where a compound unit ends (元/吨, 微克每立方米), or ``stop`` if there is none."""
        at = stop + 1
        while self.text[at : at + 1] in ("万", "亿", "百", "千"):
            at += 1
        unit = unit_at(self.text, at)
        return at + len(unit.name) if unit else stop

    def is_coined(self, r: Reading, unit: Unit) -> bool:
        """Whether number and noun are a name (“三链”, 一市, 985院校, 三河两库), not a count."""
        numeral, name = r.numeral, unit.name
        if unit.kind == "identifier":
            return numeral == "一"
        if r.scale or not r.han:
            return bool(r.scale) or (r.value >= 100 and len(name) > 1) or numeral.endswith(".0")
        multitudes = set(numeral) & set(MULTITUDES)
        if numeral == "一" or len(multitudes) == len(numeral) != "十".count(numeral):
            return True
        if len(numeral) > 1 and (not multitudes or numeral[-1] in "百千"):
            return True
        if unit.kind == "count" and self.shapes.pairs.match(self.text, r.start):
            return True
        return self.quoted(r.start) and len(name) == 1 and name != "大"

    def unitless(self, r: Reading) -> int:
        """A numeral without a unit: a year, a rank, money in 亿, a coined word or a plain count."""
        text, i, stop, numeral = self.text, r.start, r.stop, r.numeral
        if text[i - 1 : i] == "前" and r.value <= 1000 and not r.scale:
            return self.add("rank", i, stop, r.value)
        plain = set(numeral) - set(MULTITUDES)
        if len(numeral) == 4 and plain == set(numeral) and 1949 <= r.value <= 2050:
            return self.add("date", i, stop, r.value)
        if r.han:
            whole = len(numeral) > 1 and not self.quoted(i)
            if not whole or (not plain and (not r.scale or len(numeral) > len(r.scale) + 1)):
                return self.coined(i, stop)
            if len(plain) == len(set(numeral)) and r.high is None:
                return self.add("formula", i, stop)
        elif numeral.isdigit():
            if len(numeral) >= 7 or text[i - 2 : i] in ("国道", "省道", "县道", "乡道"):
                return self.add("identifier", i, stop)
            if self.quoted(i) and text[stop : stop + 1] in ("”", '"'):
                return self.add("formula", i, stop)
        money = "亿" in r.scale and (self.shapes.money if r.han else self.shapes.trade).match(
            text, stop
        )
        return self.add("money" if money else "count", i, stop, r.value, r.scale, r.high, r.bound)

    def coined(self, i: int, stop: int) -> int:
        """A coined number word (四好, 一老一小); a lone 一 or 万 in running text is none."""
        text, following, lone = self.text, self.text[stop : stop + 1], stop == i + 1
        if m := self.shapes.pairs.match(text, i) or self.shapes.multitudes.match(text, i):
            return self.slogan(i, m.end())
        if self.quoted(i) and self.shapes.quoted.match(text, i):
            return self.slogan(i, stop)
        if lone and following == "、" and text[stop + 1 : stop + 2] in (*HAN_NUMERALS,):
            return self.add("ordinal", i, stop, to_number(text[i]))
        if lone and (text[i] in "一百千万亿十" or not is_han(following)):
            return stop
        return self.add("formula", i, stop + lone)


def _share_lists(text: str, found: list[Quantity]) -> None:
    """Gives the members of a list the unit (8.2和10.3个百分点) and the bound they share."""
    last = len(found) - 1
    while last > 0:
        first = last
        while first and text[found[first - 1].last : found[first].first] in LISTED:
            first -= 1
            found[first] = _with_unit_of(found[first], found[first + 1])
        if first < last:
            _share_bound(text, found, first, last)
        last = min(first, last - 1)


def _share_bound(text: str, found: list[Quantity], first: int, last: int) -> None:
    """分别增长5%、6.5%左右: both are approximate; 分别超过8万元、4.5万元: both are at least."""
    before = text[max(0, found[first].first - 12) : found[first].first]
    clause = before[max(before.rfind(c) for c in "，。；") + 1 :]
    ends = found[last].last > found[last].stop, found[first].first < found[first].number
    if any(ends) and any(word in clause for word in ("分别", "均", "都")):
        bound = (found[last] if ends[0] else found[first]).bound
        for k in range(first, last + 1):
            if found[k].bound == "eq" and found[k].kind == found[last].kind:
                found[k] = found[k]._replace(bound=bound)


def _with_unit_of(one: Quantity, following: Quantity) -> Quantity:
    """``one`` with the unit of the number after it, if it has none or only a scale (万) itself."""
    scale, tail = one.unit, following.unit.lstrip("万亿")
    if one.kind not in ("count", "money") or scale.strip("万亿") or not tail or one.masked:
        return one
    unit = scale + tail if scale else following.unit
    base, name = base_value(following.kind, one.value, unit)
    return one._replace(kind=following.kind, unit=unit, value_base=base, base_unit=name)


def _festival(word: str) -> str:
    """Month and day of a day named by its numerals: 05-01 for 五一假, 09-18 for “九一八”."""
    numerals = [c for c in word if c in HAN_NUMERALS]
    return f"{to_number(numerals[0]):02.0f}-{to_number(''.join(numerals[1:])):02.0f}"
