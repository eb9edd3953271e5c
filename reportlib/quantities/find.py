"""Finds every numeral of a normalised text and says what kind of number it is."""

from __future__ import annotations

import re
from math import isfinite

from reportlib.quantities.numerals import HAN_NUMERALS, split_number, to_number
from reportlib.quantities.vocabulary import Unit, base_of, unit_at, word_at
from reportlib.records import Quantity

_H = f"[{HAN_NUMERALS}]"
_D = "[0-9]+(?:\\.[0-9]+)?"
_SEP = "[-—–─－~～至到]"
_NOT_KILO = "(?!瓦|米|克|伏|卡|焦|赫|帕)"
_START = re.compile(f"[0-9A-Za-z{HAN_NUMERALS}第翻几数周双’*＊×①-⑳Ⅰ-Ⅻ]")
# One numeral without its unit. 千 before 瓦 or 米 belongs to the unit.
_NUMBER = re.compile(
    "(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?)"
    f"(?P<more>[余多几])?(?P<scale>(?:[百千]?[万亿]{{1,2}}|[百千]{_NOT_KILO})"
    f"(?:零?[0-9]+(?:[百千]?万|[百千]{_NOT_KILO}))?)?(?P<more2>[余多])?"
    f"|(?P<few>[数几])?(?P<han>(?:(?!千(?:瓦|米|克|伏|卡|焦)){_H})+"
    f"(?:点[零〇一二三四五六七八九]+(?:[万亿]+|(?=倍|%|公里|亩|个百分点)))?)"
    f"(?P<more3>[余多几来])?(?P<scale2>(?:[万亿百]|千(?!瓦|米|克|伏|卡))+)?(?P<more4>[余多])?"
)
_Y = f"(?:1[89]|20)[0-9]{{2}}|[一二][{HAN_NUMERALS[:3]}一二三四五六七八九Oo]{{3}}"
_N2 = f"[0-9]{{1,2}}|(?:[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DATE = re.compile(
    f"(?P<y>{_Y})(?P<u>年度|年(?!代))(?:(?P<m>{_N2})月(?:份)?(?:(?P<d>{_N2})[日号](?![线楼]))?)?(?P<tail>以来)?"
    f"|(?P<md>{_N2})月(?P<dd>{_N2})[日号](?![线楼])|(?P<iso>(?:19|20)[0-9]{{2}}[-./](?:1[0-2]|0?[1-9])[-./](?:[12][0-9]|3[01]|0?[1-9]))(?![0-9])"
    f"|(?P<dot>[0-9]{{1,2}}[·•][0-9]{{1,2}})"
)
_YEARS = re.compile(
    f"(?P<a>{_Y})年?{_SEP}+(?P<b>{_Y}|[0-9]{{2}}(?=年))(?P<u>年(?:度)?)?(?![0-9.年]|{_H}*[万亿])"
)
_DECADE = re.compile(
    f"(?:(?P<c>{_N2})世纪)?(?P<d>[0-9]0|[一二三四五六七八九]十|(?:19|20)[0-9]0|一九[一二三四五六七八九][〇○零])年代|(?P<only>{_N2})世纪"
)
_MONTHS = re.compile(f"(?P<a>{_N2})(?:月份?)?{_SEP}+(?P<b>{_N2})月份?(?!底?内)")
_QUARTER = re.compile(f"(?P<n>[一二三四1-4])季度")
_PLAN = re.compile(
    '(?P<a>十?[一二三四五六七八九])五(?=[”"’]?(?:计划|规划|时期|期间|目标|普法|收官|开局|发展|末|初|以来|的?头|中期|后|前|和|、|”|"|重点|建设|第|良|圆满))'
    "|(?P<b>十[一二三四五六七八九]?|二十[一二三四五]?|[七八九])大(?=以来|精神|报告|召开|代表|提出|作出|部署|确[定立]|胜利|关于|和十|和二|、十|、二|描绘|擘画|战略部|开[幕局]|闭幕|把|对|党章|路线|通过|决[议定]|上|后|前|要求|，|。|的(?:召开|精神|胜利|要求|部署))"
    f"|(?P<c>{_H}{{1,3}})届(?P<c2>{_H}{{1,2}})中(?:全会)?"
    f"|(?P<d>{_H}{{1,2}})中(?=全会|、{_H}{{1,2}}中)(?:全会)?"
    f"|第(?P<e>{_H}{{1,3}})个五年(?:计划|规划)?"
)
_PERCENT = re.compile(
    f"(?P<of>[百千万])分之(?P<a>{_H}+(?:点{_H}+)?|{_D})(?P<m1>[几多余])?"
    f"(?:(?:{_SEP}+)(?:[百千万]分之)?(?P<b>{_H}+(?:点{_H}+)?|{_D}))?(?P<m2>[多余])?"
)
_FRACTION = re.compile(
    f"(?P<a>{_H}+|[0-9]+)分之(?P<b>{_H}+|[0-9]+)|(?P<c>[0-9]+)/(?P<d>[0-9]+)(?![0-9/])|(?P<half>一半)"
)
_RATIO = re.compile(f"{_D}(?:[:：∶]{_D})+")
_FORMULA = re.compile("[0-9A-Z]+(?:[+＋][0-9A-Za-z]+)+[+＋]?|[0-9]{1,2}×[A-Z](?![A-Za-z])")
_DOUBLE = re.compile(
    "翻了?(?P<lead>近|约|超过?)?(?P<n>[一两二三四五六七八九十0-9]+(?:\\.[0-9]+)?)番"
)
_LATIN = re.compile(
    "(?P<formula>[A-Z](?:[+＋][0-9A-Z]+)+)|(?P<mask>[XxＸ]{1,6})(?![0-9A-Za-z])"
    "|(?P<name>[A-Za-z]+(?:-[A-Za-z]+)*-?[0-9]+(?:\\.[0-9]+)*[A-Za-z]*)|[A-Za-z]+"
)
_DIGIT_NAME = re.compile(
    '[0-9]+(?:\\.[0-9]+)?[A-Za-z]+[0-9]*(?:级(?!以))?|0[0-9]{2,3}-?[0-9]{5,}|[0-9]+\\.[0-9]+版?(?=时代|版)|12[0-9]{3}(?=”|"|热|政|市|平|民|便|服|投|、)|1(?:10|19|20|22)(?=”|热线|接处|报警|社会联|指挥|急救|、1)'
)
_LIST_HAN = re.compile(f"(?P<n>{_H}{{1,3}})(?:、(?!{_H})|是(?![否不])|要(?!素))")
_LIST_DIGIT = re.compile("(?P<n>[0-9]{1,2})(?:[.．](?![0-9])|、|[)）])")
_WEEKDAY = re.compile("周([一二三四五六])(?![年至个期岁])")
_PAREN = re.compile(f"[(（](?P<n>{_H}{{1,3}}|[0-9]{{1,2}})[)）]")
_QUOTED = re.compile('[^“”"‘’，。、；：]{1,9}(?=[”"’])')
_HAN = "[\\u4e00-\\u9fff]"
_NOT_H = f"(?![{HAN_NUMERALS}年月日天]){_HAN}"
_PAIRS = re.compile(
    f"[一两二三四五六七八九]{_NOT_H}[一两二三四五六七八九]{_NOT_H}(?:[一两二三四五六七八九]{_NOT_H})*"
)
_THOUSANDS = re.compile(
    f"[十百千万亿]{{1,2}}{_HAN}[十百千万亿]{{1,2}}{_HAN}(?:[十百千万亿]{_HAN})?"
)
_LEAD = {
    "min": "超过 突破 突破了 超过了 不低于 不少于 不小于 至少 逾 超 高于 大于 多于 超出 跃上 迈上 跨上 站上 登上 迈过 跨过 越过 跨越 跃升至 高达 不下",
    "max": "不超过 不高于 不多于 不大于 低于 少于 小于 不足 不到 至多 最多 控制在 未超过 控制到",
    "approx": "约 大约 近 接近 将近 大致 大约为 约为",
}
_LEADS = {word: bound for bound, found in _LEAD.items() for word in found.split()}
_TRAIL = re.compile(
    "(?P<min>及?以上|(?:之上)|有?余(?![杭姚地款额])|(?<=[番倍年%成])多)|(?P<max>以内|之内|及?以下|之下)|(?P<approx>左右|上下)"
)
_NO_APPROX = "最附邻就靠临逼贴亲远节签预制条公合履违缔大续协契解特失"


class _Scan:
    """One pass over one text; every rule takes a place and returns where the numeral ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Quantity] = []

    def run(self) -> list[Quantity]:
        text, at = self.text, 0
        while match := _START.search(text, at):
            i = match.start()
            c = text[i]
            if c in HAN_NUMERALS:
                at = self.han(i)
            elif c in "0123456789":
                at = self.arabic(i)
            elif c in "第翻’几数周双":
                at = self.prefixed(i)
            elif c.isascii() and c.isalpha():
                at = self.latin(i)
            else:
                at = self.sign(i)
        return self.found

    # ---- emitting -------------------------------------------------------------------------

    def add(
        self,
        kind: str,
        start: int,
        stop: int,
        value: float | str | None = None,
        high: float | None = None,
        unit: str = "",
        bound: str = "",
        masked: bool = False,
        bounded: bool = False,
    ) -> int:
        """Appends a quantity; ``bounded`` looks for touching bound words. Returns its end."""
        first, last = start, stop
        if bounded:
            first, last, outer = self.bounds(start, stop, kind, unit)
            bound = outer or bound
        if high is not None and bound in ("", "eq"):
            bound = "range"
        if kind == "identifier":
            value, unit = None, ""
        if isinstance(value, float) and not isfinite(value):
            value = None
        base, name = None, ""
        if isinstance(value, float) and kind in _MEASURED:
            factor, name = base_of(unit) if unit else (1.0, "")
            base = 2.0**value if name == "times" and unit == "番" and value < 99 else value * factor
            base = float(f"{base:.12g}")
        self.found.append(
            Quantity(
                first,
                last,
                start,
                stop,
                self.text[first:last],
                kind,
                value,
                high,
                unit,
                base,
                name,
                bound or "eq",
                masked,
            )
        )
        return last

    def bounds(self, start: int, stop: int, kind: str, unit: str) -> tuple[int, int, str]:
        """First, last and bound with the bound words that touch the number."""
        text, first, last, bound = self.text, start, stop, ""
        for length in (4, 3, 2, 1):
            word = text[max(0, start - length) : start]
            if word in _LEADS:
                before = text[start - length - 1 : start - length]
                if length == 1 and before and before in _NO_APPROX:
                    break
                if word == "近" and kind == "duration" and before not in ("将", "长"):
                    break
                first, bound = start - length, _LEADS[word]
                break
        trail = _TRAIL.match(text, stop)
        if trail:
            last, bound = trail.end(), str(trail.lastgroup)
        for word in ("台阶", "大关"):
            if first < start and text.startswith(word, last):
                last += 2
        return first, last, bound

    # ---- what a numeral may begin with ------------------------------------------------------

    def han(self, i: int) -> int:
        text = self.text
        word = word_at(text, i)
        if word:
            end = i - word.back + len(word.text)
            if word.kind != "none":
                self.add(word.kind, i - word.back, end)
            return end
        if (m := _LIST_HAN.match(text, i)) and self.begins(i):
            return self.add("list_number", i, m.end(), to_number(m["n"]))
        if (m := _PAREN.match(text, i - 1)) if i else None:
            return self.add("list_number", i - 1, m.end(), to_number(m["n"]))
        return self.plan(i) or self.date(i) or self.share(i) or self.number(i)

    def arabic(self, i: int) -> int:
        text = self.text
        if (m := _LIST_DIGIT.match(text, i)) and self.begins(i):
            return self.add("list_number", i, m.end(), float(m["n"]))
        if i and (m := _PAREN.match(text, i - 1)):
            return self.add("list_number", i - 1, m.end(), float(m["n"]))
        if m := _FORMULA.match(text, i):
            return self.add("formula", i, m.end())
        if end := self.date(i) or self.share(i):
            return end
        if m := _RATIO.match(text, i):
            return self.add("formula", i, m.end())
        if m := _DIGIT_NAME.match(text, i):
            digits = _NUMBER.match(text, i)
            if digits is None or unit_at(text, digits.end()) is None:
                return self.add("identifier", i, m.end())
        return self.number(i)

    def prefixed(self, i: int) -> int:
        text, c = self.text, self.text[i]
        if c == "翻":
            if m := _DOUBLE.match(text, i):
                return self.add("multiple", i, m.end(), to_number(m["n"]), unit="番", bounded=True)
            return i + 1
        if c == "’":
            if text[i + 1 : i + 3].isdigit() and not text[i + 3 : i + 4].isdigit():
                year = float(text[i + 1 : i + 3])
                return self.add("date", i, i + 3, year + (1900 if year > 30 else 2000))
            return i + 1
        if c == "第":
            return self.ordinal(i)
        if c == "周":
            if (m := _WEEKDAY.match(text, i)) and text[i - 1 : i] not in tuple(
                "一二三四五六七八九十每双圆千"
            ):
                return self.add("date", i, m.end(), to_number(m[1]), unit="周")
            return i + 1
        if c == "双":
            if (
                text[i + 1 : i + 2] in tuple("百千万")
                and self.quoted(i)
                and (m := _QUOTED.match(text, i))
            ):
                return self.add("formula", i, m.end())
            return i + 1
        if text[i + 1 : i + 2] in tuple("十百千万亿") and not word_at(text, i + 1):
            if not (
                c == "数" and i and text[i - 1] in "人户件次个系指参总岁分基倍"
            ) and not text.startswith("百分之", i + 1):
                return self.number(i)
        return i + 1

    def latin(self, i: int) -> int:
        m = _LATIN.match(self.text, i)
        assert m is not None
        if m["formula"]:
            return self.add("formula", i, m.end())
        if m["name"]:
            digits = re.search("[0-9]", m["name"])
            at = i + (digits.start() if digits else 0)
            number = _NUMBER.match(self.text, at)
            unit = unit_at(self.text, number.end()) if number else None
            if unit and unit.kind in ("money", "percent"):
                return at
            return self.add("identifier", i, m.end())
        if m["mask"]:
            return self.mask(i, m.end())
        return m.end()

    def sign(self, i: int) -> int:
        text, c = self.text, self.text[i]
        if "①" <= c <= "⑳":
            return self.add("list_number", i, i + 1, float(ord(c) - ord("①") + 1))
        if "Ⅰ" <= c <= "Ⅻ":
            unit = unit_at(text, i + 1)
            name = unit.name if unit else ""
            return self.add(
                "ordinal",
                i,
                i + 1 + len(name),
                float(ord(c) - ord("Ⅰ") + 1),
                unit=name,
                bounded=True,
            )
        end = i
        while text[end : end + 1] == c:
            end += 1
        return self.mask(i, end)

    def mask(self, i: int, end: int) -> int:
        """A blanked-out number: X, ×, * before a unit; ** after a full stop is only bold type."""
        text = self.text
        before = text[i - 1 : i]
        if text[end : end + 1].isdigit() or not before or not ("一" <= before <= "鿿"):
            return end
        at = end
        while text[at : at + 1] in ("万", "亿", "余", "多"):
            at += 1
        unit = unit_at(text, at)
        if unit is None or not unit.after_one or (unit.name in "人年月日" and at == end):
            return end
        stop = at + len(unit.name)
        printed = text[end:stop].replace("余", "").replace("多", "")
        return self.add(unit.kind, i, stop, unit=printed, masked=True, bounded=True)

    # ---- kinds with a shape of their own ------------------------------------------------------

    def begins(self, i: int) -> bool:
        """Whether the numeral stands at the beginning of a line or a clause."""
        k = i - 1
        while k >= 0 and i - k < 9 and self.text[k] in " \t\u3000\xa0#*—“":
            k -= 1
        return k < 0 or self.text[k] in "\n。：；！？:;!?|》"

    def plan(self, i: int) -> int:
        m = _PLAN.match(self.text, i)
        if m is None or (m["a"] and self.text[i - 1 : i] in ("第", "百")):
            return 0
        numeral = m["a"] + "五" if m["a"] and len(m["a"]) > 1 else next(g for g in m.groups() if g)
        value = {"十一五": 11.0, "十二五": 12.0, "十三五": 13.0}.get(numeral)
        if value is None:
            value = to_number(numeral[:-1] if numeral.endswith("五") and m["a"] else numeral)
        return self.add("plan_number", i, m.end(), value)

    def date(self, i: int) -> int:
        text = self.text
        if m := _YEARS.match(text, i):
            low, high = to_number(m["a"]), to_number(m["b"])
            high = high if high > 99 else high + low // 100 * 100
            if low < high:
                return self.add("date", i, m.end(), low, high, m["u"] or "")
        if m := _DATE.match(text, i):
            return self.calendar(i, m)
        if m := _MONTHS.match(text, i):
            low, high = to_number(m["a"]), to_number(m["b"])
            if 1 <= low < high <= 12:
                return self.add("date", i, m.end(), low, high, "月")
        if m := _DECADE.match(text, i):
            decade = to_number(m["d"]) if m["d"] else 0.0
            if m["c"] and decade:
                decade += (to_number(m["c"]) - 1) * 100
            value = decade or to_number(m["only"])
            return self.add("date", i, m.end(), value, unit="年代" if m["d"] else "世纪")
        if text.startswith("三月三", i):
            return self.add("date", i, i + 3, "03-03")
        if m := _QUARTER.match(text, i):
            return self.add("date", i, m.end(), to_number(m["n"]), unit="季度")
        return 0

    def calendar(self, i: int, m: re.Match[str]) -> int:
        """A year, a month or a day; with a day it is an ISO string without a unit."""
        if m["iso"]:
            parts = [int(x) for x in re.split("[-./]", m["iso"])]
            return self.add("date", i, m.end(), "{:04d}-{:02d}-{:02d}".format(*parts))
        if m["dot"]:
            month, day = (int(x) for x in re.split("[·•]", m["dot"]))
            return self.add("date", i, m.end(), f"{month:02d}-{day:02d}")
        if m["md"]:
            return self.add(
                "date", i, m.end(), f"{int(to_number(m['md'])):02d}-{int(to_number(m['dd'])):02d}"
            )
        value: float | str = to_number(m["y"])
        if not m["m"]:
            return self.add("date", i, m.end(), value, unit=m["u"])
        value = f"{value:.0f}-{int(to_number(m['m'])):02d}"
        if m["d"]:
            value += f"-{int(to_number(m['d'])):02d}"
        return self.add("date", i, m.end(), value)

    def share(self, i: int) -> int:
        """百分之五, 千分之三, 四分之一, 1/3, 一半."""
        if m := _PERCENT.match(self.text, i):
            unit = {"百": "%", "千": "‰", "万": "‱"}[m["of"]]
            low = to_number(m["a"])
            high = to_number(m["b"]) if m["b"] else None
            if high is None and (number := split_number(m["a"])).high and "点" not in m["a"]:
                low, high = number.value, number.high
            bound = "min" if m["m1"] or m["m2"] else ""
            return self.add("percent", i, m.end(), low, high, unit, bound, bounded=True)
        if m := _FRACTION.match(self.text, i):
            if m["half"]:
                return self.add("fraction", i, m.end(), 0.5, bounded=True)
            below, above = to_number(m["a"] or m["c"]), to_number(m["b"] or m["d"])
            if below:
                return self.add("fraction", i, m.end(), round(above / below, 10), bounded=True)
        return 0

    def ordinal(self, i: int) -> int:
        text = self.text
        if end := self.plan(i):
            return end
        m = _NUMBER.match(text, i + 1)
        if m is None:
            return i + 1
        numeral = m["digits"] or m["han"] or ""
        stop = i + 1 + len(numeral)
        if not numeral or m["few"]:
            return i + 1
        value = to_number(numeral)
        unit = unit_at(text, stop)
        if unit and unit.name in ("位", "名", "方阵", "梯队"):
            return self.add("rank", i, stop + len(unit.name), value, unit=unit.name)
        if unit and unit.kind in ("count", "ordinal", "date", "duration", "identifier", "rank"):
            return self.add("ordinal", i, stop + len(unit.name), value, unit=unit.name)
        if text[stop : stop + 1] in ("，", "、") and self.begins(i):
            return self.add("list_number", i, stop, value)
        nxt = text[stop : stop + 1]
        ends = not nxt or not ("一" <= nxt <= "鿿") or nxt in "的和及与；"
        return self.add("rank" if ends else "ordinal", i, stop, value)

    # ---- number, unit, bounds -------------------------------------------------------------------

    def number(self, i: int) -> int:
        text = self.text
        m = _NUMBER.match(text, i)
        if m is None:
            return i + 1
        numeral = (m["digits"] or m["han"]) + (m["scale"] or m["scale2"] or "")
        number = split_number(numeral)
        value, high, scale, stop = number.value, number.high, number.scale, m.end()
        more = "min" if any(m[g] for g in ("more", "more2", "more3", "more4", "few")) else ""
        more = "approx" if m["more3"] == "来" else more
        unit = unit_at(text, stop)
        if m["more3"] == "来" and unit is None:
            stop, more = m.start("more3"), ""
        second = self.second(i, stop, unit)
        if second:
            numeral2, stop, unit = second
            other = split_number(numeral2)
            high = other.value
            if other.scale and not scale:
                scale = other.scale
            elif scale and not other.scale and unit is None:
                scale = scale
        bare = not m["digits"]
        if unit is None:
            return self.unitless(i, stop, numeral, value, high, scale, more, bare)
        if bare and numeral == "一" and not unit.after_one:
            return self.coined(i, stop)
        if bare and set(numeral) <= set("百千万亿") and not unit.after_one and not more:
            return self.coined(i, stop)
        if bare and (m2 := _PAIRS.match(text, i)) and unit.kind in ("count", "rank", "ordinal"):
            if not unit.after_one or self.quoted(i):
                return self.add("formula", i, self.slogan_end(i, m2.end()))
        if bare and numeral[0] in "十百千万亿" and _THOUSANDS.match(text, i) and not unit.after_one:
            return self.add("formula", i, _THOUSANDS.match(text, i).end())
        kind, printed = self.kind_of(i, stop, numeral, unit, bare, scale)
        stop += len(unit.name)
        if unit.kind in ("physical", "money") and (below := self.per(stop)):
            printed, stop = printed + text[stop:below], below
        elif unit.kind in ("duration", "count") and bare is False and text[stop : stop + 1] == "半":
            pass
        if text[stop : stop + 1] == "半" and unit.name in ("年", "倍", "天", "个月"):
            value, stop = value + 0.5, stop + 1
        return self.add(
            kind, i, stop, value, high, scale + printed, more, bounded=kind not in ("identifier",)
        )

    def second(self, i: int, stop: int, unit: Unit | None) -> tuple[str, int, Unit | None] | None:
        """The upper end of a range that begins at ``i``: its numeral, where it stops, its unit."""
        text = self.text
        at = stop + (len(unit.name) if unit else 0)
        if text[at : at + 1] not in tuple("-—–─－~～至到"):
            return None
        sep = at
        while text[at : at + 1] in tuple("-—–─－~～至到"):
            at += 1
        m = _NUMBER.match(text, at)
        if m is None or m["few"] or word_at(text, at):
            return None
        if unit and text[sep] in "至到" and text[max(0, i - 1) : i] in ("从", "由"):
            return None
        if text[at : at + 4].isdigit() and unit is None and text[at + 4 : at + 5] == "年":
            return None
        unit2 = unit_at(text, m.end())
        if unit and (unit2 is None or unit2.name != unit.name):
            return None
        if unit is None and unit2 is None and m["digits"] is None:
            return None
        numeral = (m["digits"] or m["han"]) + (m["scale"] or m["scale2"] or "")
        return numeral, m.end(), unit2

    def per(self, stop: int) -> int:
        """Where a compound unit ends (元/吨, 微克每立方米), or 0."""
        text = self.text
        if text[stop : stop + 1] not in ("/", "／", "每"):
            return 0
        at = stop + 1
        while text[at : at + 1] in ("万", "亿", "百", "千"):
            at += 1
        unit = unit_at(text, at)
        return at + len(unit.name) if unit else 0

    def kind_of(
        self, i: int, stop: int, numeral: str, unit: Unit, bare: bool, scale: str
    ) -> tuple[str, str]:
        """Kind and printed unit (without 万 and 亿) from the unit and what stands around."""
        text, kind, name = self.text, unit.kind, unit.name
        if kind == "rank" or (text[i - 1 : i] == "前" and name in ("位", "名", "强")):
            return "rank", "" if name == "强" else name
        if bare and numeral == "二" and name in ("次", "期", "审", "线", "届", "类"):
            return "ordinal", name
        if name == "次" and text.startswith(("会议", "全会", "全体会议"), stop + 1):
            return "ordinal", name
        if name == "日" and not scale and not bare and float(numeral) <= 31:
            return "date", name
        if name in ("期", "级", "轮", "等") and bare and numeral == "两":
            return "count", name
        if name == "号" and text.startswith(("日",), stop):
            return "date", name
        return kind, name

    def unitless(
        self,
        i: int,
        stop: int,
        numeral: str,
        value: float,
        high: float | None,
        scale: str,
        more: str,
        bare: bool,
    ) -> int:
        """A numeral without a known unit: a year, money in 亿, a coined word or a plain count."""
        text = self.text
        if bare and (more or scale) and len(numeral) == 1 and not high:
            return (
                stop
                if not self.found or not scale
                else self.plain(i, stop, value, high, scale, more)
            )
        if not bare:
            if numeral.isdigit() and len(numeral) >= 7:
                return self.add("identifier", i, stop)
            if self.quoted(i) and text[stop : stop + 1] in ("”", '"') and numeral.isdigit():
                return self.add("formula", i, stop)
            if numeral.isdigit() and len(numeral) == 4 and 1949 <= value <= 2050 and not more:
                return self.add("date", i, stop, value)
            return self.plain(i, stop, value, high, scale, more)
        if len(numeral) > 1 and not set(numeral) <= set("十百千万亿"):
            return self.plain(i, stop, value, high, scale, more)
        return self.coined(i, stop)

    def plain(
        self, i: int, stop: int, value: float, high: float | None, scale: str, more: str
    ) -> int:
        kind = (
            "money"
            if "亿" in scale and self.text[stop : stop + 1] in tuple("级大台企产园项集")
            else "count"
        )
        return self.add(kind, i, stop, value, high, scale, more, bounded=True)

    def quoted(self, i: int) -> bool:
        return self.text[i - 1 : i] in ("“", '"', "‘")

    def slogan_end(self, i: int, end: int) -> int:
        m = _QUOTED.match(self.text, i) if self.quoted(i) else None
        return m.end() if m else end

    def coined(self, i: int, stop: int) -> int:
        """A coined number word (四好, 一老一小, 三河两库); a lone 一 or 百 in running text is none."""
        text = self.text
        if m := _PAIRS.match(text, i) or _THOUSANDS.match(text, i):
            return self.add("formula", i, self.slogan_end(i, m.end()))
        if self.quoted(i) and (m := _QUOTED.match(text, i)):
            return self.add("formula", i, m.end())
        nxt = text[stop : stop + 1]
        if not ("一" <= nxt <= "鿿"):
            if (
                text[i:stop] in "一二三四五六七八九"
                and nxt == "、"
                and text[stop + 1 : stop + 2] in tuple(HAN_NUMERALS)
            ):
                return self.add("ordinal", i, stop, to_number(text[i:stop]))
            return stop
        if text[i] in "一百千万亿十零〇○":
            return stop
        return self.add("formula", i, stop + 1)


_MEASURED = frozenset(
    ("money", "percent", "points", "multiple", "count", "physical", "duration", "fraction")
)


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
    return _Scan(text).run()
