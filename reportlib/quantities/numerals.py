"""Reads numerals: Arabic, Chinese and mixed, with 万 and 亿 kept apart as printed."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

HAN_NUMERALS = "零〇○一二三四五六七八九十百千万亿两廿卅"
MULTITUDES = "十百千万亿"
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
DIGITS |= dict.fromkeys("〇○OoＯΟ", 0)
SMALL = {"十": 10.0, "百": 100.0, "千": 1000.0}
BIG = {"万": 1e4, "亿": 1e8}
TWENTY = {"廿": 20.0, "卅": 30.0}
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)
_NEIGHBOURS = re.compile(
    "(?:(?<=[十百千万亿])|^)([一两二三四五六七八])([二两三四五六七八九])(?=[十百千万亿]|$)"
)


class Reading(NamedTuple):
    """A numeral as it stands in a text: ``value`` times the printed ``scale`` (万, 亿, 万亿).

    ``high`` is the upper value of 七八 or 十五六; ``bound`` is min for 余, 多 and 几.
    """

    start: int
    stop: int
    numeral: str
    value: float
    high: float | None
    scale: str
    bound: str
    han: bool


def to_number(text: str) -> float:
    """The value of a numeral in Chinese, Arabic or mixed writing.

    A row of digits (二〇二四) is read digit by digit; 两万五 is 25000, 一百零五 is 105.

    Raises:
        ValueError: a character that is no part of a numeral, or an empty text.

    >>> to_number("二亿四千九百五十万"), to_number("二〇二四"), to_number("1亿2千万")
    (249500000.0, 2024.0, 120000000.0)
    >>> to_number("廿五"), to_number("三十六点九"), to_number("两万五"), to_number("一百零五")
    (25.0, 36.9, 25000.0, 105.0)
    """
    if not text:
        raise ValueError("empty numeral")
    whole, _, decimals = text.partition("点")
    total = section = 0.0
    pending: float | None = None  # digits read and not yet multiplied
    last = 1.0  # the multiplier just read, for 两万五 and 三百二
    for token in _TOKEN.findall(whole):
        if token in DIGITS:
            if token in "零〇○" and pending is None and (section or total):
                last = 1.0
            else:
                pending = (pending or 0.0) * 10 + DIGITS[token]
        elif token in SMALL:
            last = SMALL[token]
            section += (1 if pending is None else pending) * last
            pending = None
        elif token in BIG:
            last = BIG[token]
            section += pending or 0
            if not section or 0 < total < last:  # 亿 alone, 万亿, 一万二千亿
                total = (total + section or 1) * last
            else:
                total += section * last
            section, pending = 0.0, None
        elif token in TWENTY:
            section, last = section + TWENTY[token], 10.0
        elif token[0] in "0123456789":
            pending, last = float(token), 1.0
        elif whole == token and unicodedata.category(token) in ("No", "Nl"):
            return unicodedata.numeric(token)  # ① Ⅱ
        else:
            raise ValueError(f"{token!r} in {text[:40]!r} is no part of a numeral")
    if pending is not None:
        section += pending * (last / 10 if last > 10 and pending < 10 else 1)
    if not decimals:
        return total + section
    rest = decimals.lstrip("".join(DIGITS))
    digits = "".join(str(DIGITS[c]) for c in decimals[: len(decimals) - len(rest)])
    return (total + section + float(f"0.{digits or 0}")) * (to_number(rest) if rest else 1)


def split_number(text: str) -> tuple[float, float | None, str]:
    """Value, upper value and scale of a numeral whose closing 万 or 亿 is kept as printed.

    >>> split_number("六千六百五十亿"), split_number("万亿"), split_number("十五六")
    ((6650.0, None, '亿'), (1.0, None, '万亿'), (15.0, 16.0, ''))
    """
    text = text.replace(",", "")
    if text.isdecimal():
        return float(text), None, ""
    scale = text[len(text.rstrip("万亿")) :]
    scale = scale if scale == "万亿" else scale[-1:]
    factor = to_number(scale) if scale else 1.0
    near = _NEIGHBOURS.search(text) if len(text) < 9 else None
    if near and (DIGITS[near[2]] - DIGITS[near[1]] == 1 or near[0] == "三五"):
        high = to_number(text[: near.start()] + text[near.start() + 1 :])
        text = text[: near.end() - 1] + text[near.end() :]
        return to_number(text) / factor, high / factor, scale
    return round(to_number(text) / factor, 10), None, scale


def read_number(m: re.Match[str]) -> Reading:
    """The reading of a match of the ``number`` pattern."""
    digits, *rest = m.group("digits", "scale", "scale2", "han", "scale3")
    few, *more = m.group("few", "more", "more2", "more3")
    bound = "approx" if more[2] == "来" else "min" if few or any(more) else ""
    if digits:
        digits = digits.replace("·", ".")
        if not any(rest):  # most numerals are plain
            value = float(digits.replace(",", ""))
            return Reading(m.start(), m.end(), digits, value, None, "", bound, False)
    numeral = (digits or "") + "".join(filter(None, rest))
    return Reading(m.start(), m.end(), numeral, *split_number(numeral), bound, not digits)
