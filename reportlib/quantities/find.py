"""Finds every numeral of a normalised text and says what kind of number it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlib.quantities.numerals import HAN_NUMERALS, MULTITUDES, Reading, read_number, to_number
from reportlib.quantities.shapes import LISTED, Shapes, base_value, is_han, measured, said
from reportlib.quantities.vocabulary import NUMERALS, Unit, Word, patterns, unit_at, word_at
from reportlib.records import Quantity

ZEROS = "零〇○"
Range = tuple[Reading, Unit | None, int]  # a range read, its unit, and where the unit begins


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
    return find_all([text])[0]


def find_all(texts: Sequence[str]) -> list[list[Quantity]]:
    """The numerals of each text, as ``find_quantities`` gives them; one pass over all of them.

    >>> [[q.quote for q in found] for found in find_all(["增长6.5%左右。", "谢谢大家！"])]
    [['6.5%左右'], []]
    """
    lines, near = _Scan(texts).run()
    for line in near:
        _share_lists(texts[line], lines[line])
    return lines


class _Scan(Shapes):
    """One pass over all lines: what begins here, and which unit it has."""

    def run(self) -> tuple[list[list[Quantity]], set[int]]:
        """Reads all lines, and gives what ``lines`` does."""
        text, found, search, done = self.text, self.found, self.shapes.start.search, 0
        while m := search(text, done):
            i, done = m.span()
            if text[i] in NUMERALS and (word := word_at(text, i)):
                done = self.word(word, i - word.back)
            elif (name := m["unit"] or m.lastgroup) and (plain := measured(m[0], name)):
                found.append((i, done, plain))
            else:
                done = self.read(i)
        return self.lines()

    def read(self, i: int) -> int:
        """Reads what begins at ``i``, if it is a numeral; returns where to go on."""
        m = self.shapes.number.match(self.text, i)
        if m is None:
            return self.typed(i) or (self.ordinal(i) if self.text[i] == "第" else self.letters(i))
        unit = unit_at(self.text, m.end())
        shaped = not (unit and unit.clear) and self.text[i] not in "几数"
        return (shaped and self.typed(i)) or self.number(i, m.end(), unit)

    def word(self, word: Word, start: int) -> int:
        """A fixed word: no row, or one of the kind its table says (一带一路, “七一”)."""
        pairs = self.shapes.pairs.match(self.text, start) if word.kind == "formula" else None
        end = max(start + len(word.text), pairs.end()) if pairs else start + len(word.text)
        if word.kind != "none" and (not self.found or self.found[-1][1] <= start):
            self.add(start, end, said(word.kind, _festival(word)))
        return end

    def number(self, i: int, stop: int, unit: Unit | None) -> int:
        """A number with its unit, or with the upper end of a range."""
        text, end = self.text, stop + len(unit.name if unit else "")
        r = read_number(text[i:stop])
        if (sep := self.shapes.dashes.match(text, end)) and (upper := self.upper(r, i, sep, unit)):
            r, unit, stop = upper
        if not r.numeral.strip(ZEROS):
            return stop  # 零售, 零的突破
        if unit is None or self.is_coined(r, unit, i):
            return self.unitless(r, i, stop)
        if r.han and (end := self.coined_count(i, stop, unit)):
            return self.slogan(i, end)
        kind = "count" if r.numeral == "两" and unit.kind == "ordinal" else unit.kind
        value, end = r.value, stop + len(unit.name)
        if (not unit.clear or len(unit.name) == 1) and (m := self.shapes.ambiguous.match(text, i)):
            kind = m.lastgroup or kind
        if text[end] in "/／每" and unit.kind in ("physical", "money"):
            end = self.per(end)
        printed = "" if unit.name in ("强", "佳") else r.scale + text[stop:end]
        if text[end] == "半" and unit.name in ("年", "倍", "天", "个月"):
            value, end = value + 0.5, end + 1
        return self.add(i, end, said(kind, value, printed, r.high, r.bound))

    def coined_count(self, i: int, stop: int, unit: Unit) -> int:
        """Where a row of counted nouns (三升一方, “四个一”) ends that is a name, or 0."""
        quoted = self.quoted(i)
        if not (quoted or unit.name in ("升", "方") or self.text.startswith("个一", stop)):
            return 0
        pairs = self.shapes.pairs.match(self.text, i)
        closed = pairs and (not quoted or self.text[pairs.end() : pairs.end() + 1] in ("”", '"'))
        return pairs.end() if closed else 0

    def upper(self, r: Reading, i: int, dash: re.Match[str], unit: Unit | None) -> Range | None:
        """The range from ``r`` up, its unit and where that begins; 从3%到5% is none."""
        text, end = self.text, dash.end()
        m = self.shapes.number.match(text, end)
        if m is None or m["few"] or (not m["digits"] and word_at(text, end)):
            return None
        second = unit_at(text, stop := m.end())
        if unit and (second != unit or (dash[0][0] in "至到" and text[i - 1] in "从由")):
            return None
        if second is None and not m["digits"]:
            return None
        other, value, scale = read_number(text[end:stop]), r.value, r.scale
        if scale and other.scale and scale != other.scale:
            value *= to_number(scale) / to_number(other.scale)
        both = r._replace(value=value, high=other.value, scale=other.scale or scale)
        return both, second, stop

    def per(self, stop: int) -> int:
        """Where a compound unit ends (元/吨, 微克每立方米), or ``stop`` if there is none."""
        at = self.shapes.per.match(self.text, stop).end()
        unit = unit_at(self.text, at)
        return at + len(unit.name) if unit else stop

    def is_coined(self, r: Reading, unit: Unit, i: int) -> bool:
        """Whether number and noun are a name (“三链”, 一市, 985院校, 三河两库), not a count."""
        numeral, name = r.numeral, unit.name
        if not unit.strict or unit.kind == "identifier":
            return (unit.strict and numeral == "一") or (name == "级" and r.scale != "")
        if r.scale or not r.han:
            return bool(r.scale) or (r.value >= 100 and len(name) > 1) or numeral.endswith(".0")
        multitudes = set(numeral) & set(MULTITUDES)
        if numeral == "一" or len(multitudes) == len(numeral) != "十".count(numeral):
            return True
        if len(numeral) > 1 and (not multitudes or numeral[-1] in "百千"):
            return True
        if unit.kind == "count" and self.shapes.pairs.match(self.text, i):
            return True
        return self.quoted(i) and len(name) == 1 and name != "大"

    def unitless(self, r: Reading, i: int, stop: int) -> int:
        """A numeral without a unit: a year, a rank, money in 亿, a coined word or a plain count."""
        text, numeral = self.text, r.numeral
        if text[i - 1] == "前" and r.value <= 1000 and not r.scale:
            return self.add(i, stop, said("rank", r.value))
        plain = set(numeral) - set(MULTITUDES)
        if len(numeral) == 4 and plain == set(numeral) and 1949 <= r.value <= 2050:
            return self.add(i, stop, said("date", r.value))
        if r.han:
            whole = len(numeral) > 1 and not self.quoted(i)
            if not whole or (not plain and (not r.scale or len(numeral) > len(r.scale) + 1)):
                return self.coined(i, stop)
            if len(plain) == len(set(numeral)) and r.high is None:
                return self.add(i, stop, said("formula"))
        elif numeral.isdigit():
            if len(numeral) >= 7 or text[i - 2 : i] in ("国道", "省道", "县道", "乡道"):
                return self.add(i, stop, said("identifier"))
            if self.quoted(i) and text[stop : stop + 1] in ("”", '"'):
                return self.add(i, stop, said("formula"))
        money = self.shapes.money if r.han else self.shapes.trade
        kind = "money" if "亿" in r.scale and money.match(text, stop) else "count"
        return self.add(i, stop, said(kind, r.value, r.scale, r.high, r.bound))

    def coined(self, i: int, stop: int) -> int:
        """A coined number word (四好, 一老一小); a lone 一 or 万 in running text is none."""
        text, following, lone = self.text, self.text[stop : stop + 1], stop == i + 1
        if m := self.shapes.pairs.match(text, i) or self.shapes.multitudes.match(text, i):
            return self.slogan(i, m.end())
        if self.quoted(i) and self.shapes.quoted.match(text, i):
            return self.slogan(i, stop)
        if lone and following == "、" and text[stop + 1 : stop + 2] in (*HAN_NUMERALS,):
            return self.add(i, stop, said("ordinal", to_number(text[i])))
        if lone and (text[i] in "一百千万亿十" or not is_han(following)):
            return stop
        return self.add(i, stop + lone, said("formula"))


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
    begin = found[first].first
    ends = found[last].last > found[last].stop, begin < found[first].number
    clause = re.split("[，。；]", text[max(0, begin - 12) : begin])[-1] if any(ends) else ""
    if any(word in clause for word in ("分别", "均", "都")):
        bound = (found[last] if ends[0] else found[first]).bound
        for k in range(first, last + 1):
            if found[k].bound == "eq" and found[k].kind == found[last].kind:
                found[k] = found[k]._replace(bound=bound)


def _with_unit_of(one: Quantity, following: Quantity) -> Quantity:
    """``one`` with the unit of the number after it, if it has none or only a scale (万) itself."""
    scale, tail = one.unit, following.unit.lstrip("万亿")
    whole = one.masked or patterns().stage.search(one.quote)  # 迈上5万亿台阶、五年…
    if one.kind not in ("count", "money") or scale.strip("万亿") or not tail or whole:
        return one
    unit = scale + tail if scale else following.unit
    base, name = base_value(following.kind, one.value, unit)
    return one._replace(kind=following.kind, unit=unit, value_base=base, base_unit=name)


def _festival(word: Word) -> str | None:
    """Month and day of a day named by its numerals: 05-01 for 五一假, 09-18 for “九一八”."""
    if word.kind != "date":
        return None
    numerals = [c for c in word.text if c in HAN_NUMERALS]
    return f"{to_number(numerals[0]):02.0f}-{to_number(''.join(numerals[1:])):02.0f}"
