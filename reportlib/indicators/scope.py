"""Whose figure it is: the reporting jurisdiction's own, or another place's or only a part's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from reportlib.indicators.catalogue import catalogue
from reportlib.indicators.forms import Mention
from reportlib.indicators.vocabulary import BLANK, ends_with, pattern, starts_with, words
from reportlib.records import Metadata
from reportlib.resources import table


def _short(name: str) -> str:
    return str(pattern("peoples").sub("", pattern("suffix").sub("", name)))


@cache
def _places() -> tuple[frozenset[str], dict[str, str], frozenset[str]]:
    """Names of other places as they stand in a text, the short form of each full name, and what
    the names begin with."""
    full = {row["name"]: row["level"] for row in table("places", ("code", "name", "level"))}
    short = {name: _short(name) for name, level in full.items() if level != "county"}
    known = frozenset([*full, *(s for s in short.values() if len(s) > 1)])
    return known, short, frozenset(name[:2] for name in known)


@cache
def _divisions() -> dict[str, set[str]]:
    """Names of what lies below a province or prefecture, by its code."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in table("places", ("code", "name", "level")):
        for stem in {row["code"][:2] + "0000", row["code"][:4] + "00"} - {row["code"]}:
            found[stem].add(row["name"])
    return found


@cache
def _children(code: str) -> set[str]:
    """Short names (two characters or more) of what lies below, without everyday words."""
    known = table("place_words", ("word", "kind"))
    common = {row["word"] for row in known if row["kind"] == "ordinary"}
    return {s for s in map(_short, _divisions().get(code, ())) if len(s) > 1} - common


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """The jurisdiction whose report it is."""

    level: str
    names: tuple[str, ...]  # full and short, the longest first
    sign: str  # last character of the name: 全市 is the own region of a 市
    children: frozenset[str] = frozenset()  # short names of the divisions below

    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, metadata: Metadata) -> Home:
        """The home of a report; without a name every 全… below the nation is taken for its own."""
        short = _places()[1]
        name = metadata.county or metadata.prefecture or metadata.province
        every = {name, short.get(name, pattern("suffix").sub("", name))} - {""}
        names = tuple(sorted(every, key=len, reverse=True))
        below = frozenset(_children(metadata.adcode) - every)
        return cls(metadata.level, names, name[-1:], below)

    def owns(self, region: str) -> bool:
        """Whether 全市, 我省 … or a place name means this jurisdiction.

        >>> home = Home("prefecture", ("达州市", "达州"), "市")
        >>> home.owns("全市"), home.owns("全省"), home.owns("达州")
        (True, False, True)
        """
        if region in self.names or region in ("全域", "辖区", "区域"):
            return True
        if region.endswith("国"):
            return self.level == "national"
        if region in ("县域", "市域", "县域经济"):
            return self.sign in ("", region[0])
        return self.level != "national" and self.sign in ("", region[-1:])

    def is_yardstick(self, before: str, after: str) -> bool:
        """Whether a name is only compared with or divided by: 占GDP, 高于GDP增速, 与GDP增长同步.

        >>> Home("county", (), "").is_yardstick("税收占", "的比重")
        True
        """
        if "的" in after and pattern("measured_by").match(after):
            return True
        text = before.rstrip(BLANK)
        while text and (word := ends_with(text, "region")):
            text = text[: -len(word)]
        if not text or ends_with(text, "divide"):
            return text != ""
        joined = text.endswith(("与", "同", "和"))
        return joined and any(starts_with(after, "same", at) for at in range(len(after)))

    def scope_of(self, view: str, start: int, mention: Mention, after: int) -> str:
        """own, other or lent (带动进出口…), from the words before the name in its clause.

        >>> home, text = Home("county", ("金安区",), "区"), "全市的生产总值"
        >>> from reportlib.indicators.forms import find_mentions
        >>> [mention] = find_mentions(text)
        >>> home.scope_of(text, 0, mention, 0)
        'other'
        """
        low = max(start, after if after <= mention.first else start, mention.first - 60)
        text = view[low : mention.first].strip(BLANK)
        some = low == after > start and pattern("counted").search(view, max(start, low - 8), low)
        if some and mention.form.ids and "money" in catalogue()[mention.form.ids[0]].family.kinds:
            return "other"  # 67个县（市）工业增加值
        region = starts_with(view[mention.first : mention.last], "region")
        if text.endswith("”") and not text.endswith(("五”", "十”")):
            return "other"
        stripped = lent = False
        while text := text.rstrip(BLANK + "、“”，"):
            if word := ends_with(text, "region"):
                region = region or word
                text = text[: -len(word)]
            elif own := next((n for n in self.names if text.endswith(n)), ""):
                region, text = region or own, text[: -len(own)]
            elif word := ends_with(text, "own"):
                if len(ends_with(text, "branch")) > len(word):
                    break
                if word in words("narrowing") and mention.form.role != "name":
                    break
                text = text[: -len(word)]
                if word == "分别" and "、" in text and not text.endswith(("居民", "农民")):
                    return "other"  # 甲、乙、丙分别实现税收2亿元、1亿元
                lent = lent or (not stripped and word in ("带动", "拉动", "撬动"))
                stripped = True
            elif text.endswith(self.sign or "\n") and ends_with(text[:-1], "own"):
                text = text[:-1]  # 其中市一般预算收入
            else:
                break
        if region:
            scope = "own" if self.owns(region) else "other"
        elif self._foreign(view, start, mention.first):
            scope = "other"
        else:
            scope = self._remainder(text, mention, stripped)
        return "lent" if lent and scope == "own" else scope

    def _foreign(self, view: str, start: int, stop: int) -> bool:
        """Whether the clause, or the sentence up to ；, is about another place named at its
        beginning, before ``stop``."""
        low = max(0, start - 400)
        low = max(view.rfind("；", low, start), view.rfind("。", low, start)) + 1 or low
        return self._abroad(view, start, stop) or (low < start and self._abroad(view, low, stop))

    def _abroad(self, view: str, at: int, stop: int) -> bool:
        """Whether what follows ``at`` is about another place, named before ``stop``."""
        head = view[at : at + 14]
        if head[:2] not in _places()[2] and not pattern("abroad_sign").search(head):
            return False
        lead = pattern("lead").match(view, at)
        at = lead.end() if lead else at
        some = not self.owns("县域") and pattern("some_places").match(view, at)
        if at >= stop or some or self.names_other(view, at) or pattern("aided").match(view, at):
            return at < stop
        park = pattern("park").match(view, at)
        if park is None or any(name.endswith(park[0][-2:]) for name in self.names):
            return False
        acts = starts_with(view, "own", park.end()) or pattern("park_acts").match(view, park.end())
        return bool(acts) and len(starts_with(view, "own", at)) < 2

    def names_other(self, text: str, at: int) -> bool:
        """Whether another place is the subject that begins at ``at``: 宣汉、大竹…, 黄浦区…"""
        known, _, heads = _places()
        if text[at : at + 2] not in heads:
            return False
        for n in range(11, 1, -1):
            name = text[at : at + n]
            place = name in known and name not in self.names and name not in words("own")
            if place or name in self.children:
                rest = text[at + n : at + n + 8]
                inner = any(rest[:k] in known for k in range(2, 9)) or rest[:1] in tuple("、，和与")
                return inner or bool(pattern("suffix").search(name))
        return False

    def _remainder(self, text: str, mention: Mention, stripped: bool) -> str:
        """The scope when unknown words stand before the name."""
        if not text or not ("一" <= text[-1] <= "鿿") or text == self.sign:
            return "own"
        known = _places()[0]
        tails = {text[-n:] for n in range(2, 12)}
        named = not (tails.isdisjoint(known) and tails.isdisjoint(self.children))
        if named or ends_with(text, "branch") or pattern("not_whole").search(text):
            return "other"
        return "own" if stripped or mention.form.role in ("name", "after") else "other"
