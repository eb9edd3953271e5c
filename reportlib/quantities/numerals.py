"""Reads numerals: Arabic, Chinese and mixed, with 万 and 亿 kept apart as printed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from math import inf
from typing import NamedTuple

HAN_NUMERALS = "零〇○一二三四五六七八九十百千万亿两廿卅"
MULTITUDES = "十百千万亿"
SCALES = {"亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2, "十": 1e1}
_PLAIN = str.maketrans("〇○OoＯΟ零一二三四五六七八九两点·", "00000001234567892..", ",") | {
    ord("廿"): "2十",
    ord("卅"): "3十",
}
_VAGUE = str.maketrans("·", ".", "几数余多来")
_NUMERAL = re.compile(f"[0-9.{MULTITUDES}]+")
_NEIGHBOURS = re.compile(
    "(?:(?<=[十百千万亿])|^)([一两二三四五六七八])([二两三四五六七八九])(?=[十百千万亿]|$)"
)


class Reading(NamedTuple):
    """What a numeral as printed says: ``value`` times the printed ``scale`` (万, 亿, 万亿).

    ``high`` is the upper value of 七八 or 十五六; ``bound`` is min for 余, 多 and 几.
    """

    numeral: str
    value: float
    high: float | None
    scale: str
    bound: str
    han: bool


@lru_cache(maxsize=4096)
def to_number(text: str) -> float:
    """The value of a numeral in Chinese, Arabic or mixed writing.

    A row of digits (二〇二四) is read digit by digit; 两万五 is 25000, 一百零五 is 105. A comma
    parts thousands, and a middle dot is a point.

    Raises:
        ValueError: a character that is no part of a numeral, or an empty text.

    >>> to_number("二亿四千九百五十万"), to_number("二〇二四"), to_number("1亿2千万")
    (249500000.0, 2024.0, 120000000.0)
    >>> to_number("廿五"), to_number("三十六点九"), to_number("两万五"), to_number("一百零五")
    (25.0, 36.9, 25000.0, 105.0)
    """
    plain = text.translate(_PLAIN)
    if _NUMERAL.fullmatch(plain):
        return _value(plain) if len(plain) < 40 or plain.isascii() else inf
    if len(text) == 1 and unicodedata.category(text) in ("No", "Nl"):
        return unicodedata.numeric(text)  # ① Ⅱ
    raise ValueError(f"{text[:40]!r} is no numeral")


def _value(plain: str) -> float:
    """The value of Arabic digits among 亿, 万, 千, 百 and 十."""
    for scale, times in SCALES.items():
        before, found, after = plain.rpartition(scale)
        if found:
            rest = _value(after) if after else 0.0
            if len(after) == 1 and after.isdigit() and times > 10:
                rest *= times / 10  # 两万五
            return (_value(before) if before else 1.0) * times + rest
    return float(plain)


def split_number(text: str) -> tuple[float, float | None, str]:
    """Value, upper value and scale of a numeral whose closing 万 or 亿 is kept as printed.

    >>> split_number("六千六百五十亿"), split_number("万亿"), split_number("十五六")
    ((6650.0, None, '亿'), (1.0, None, '万亿'), (15.0, 16.0, ''))
    """
    scale = "万亿" if text.endswith("万亿") else text[-1] if text[-1] in "万亿" else ""
    factor = to_number(scale or "1")
    near = _NEIGHBOURS.search(text) if len(text) < 9 else None
    if near and (to_number(near[2]) - to_number(near[1]) == 1 or near[0] == "三五"):
        high = to_number(text[: near.start()] + text[near.start() + 1 :])
        low = to_number(text[: near.end() - 1] + text[near.end() :])
        return low / factor, high / factor, scale
    return round(to_number(text) / factor, 10), None, scale


@lru_cache(maxsize=16384)
def read_number(printed: str) -> Reading:
    """The reading of what the ``number`` pattern matches, without its unit.

    >>> read_number("13万余")[1:5], read_number("几十").bound
    ((13.0, None, '万', 'min'), 'min')
    """
    numeral = printed.translate(_VAGUE)
    bound = "approx" if "来" in printed else "min" if len(numeral) < len(printed) else ""
    return Reading(numeral, *split_number(numeral), bound, not printed[0].isdecimal())
