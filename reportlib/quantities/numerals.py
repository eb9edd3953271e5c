"""Reads numerals: Arabic, Chinese and mixed, with 万 and 亿 kept apart as printed."""

from __future__ import annotations

import re
from typing import NamedTuple

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "○": 0, "O": 0, "Ｏ": 0, "两": 2, "壹": 1, "贰": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "亿": 10**8}
TWENTY = {"廿": 20, "卅": 30}
HAN_NUMERALS = "零〇○一二三四五六七八九十百千万亿两廿卅"
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)
_NEIGHBOURS = re.compile(
    r"(?:(?<=[十百千万亿])|^)([一两二三四五六七八])([二两三四五六七八九])(?=[十百千万亿]|$)"
)


class Number(NamedTuple):
    """A numeral: ``value`` times ``scale`` (万 = 10 000 … as printed), ``high`` for 七八 or 十五六."""

    value: float
    high: float | None
    scale: str


def to_number(text: str) -> float:
    """The value of a numeral in Chinese, Arabic or mixed writing.

    Years and telephone style (二〇二四) are read digit by digit; 两万五 is 25000, 一百零五 is 105.

    Raises:
        ValueError: a character that is no part of a numeral, or an empty text.

    >>> to_number("二亿四千九百五十万"), to_number("二〇二四"), to_number("1亿2千万")
    (249500000.0, 2024.0, 120000000.0)
    >>> to_number("廿五"), to_number("三十六点九"), to_number("两万五")
    (25.0, 36.9, 25000.0)
    """
    if not text:
        raise ValueError("empty numeral")
    whole, point, decimals = text.partition("点")
    total = section = 0.0
    pending: float | None = None
    last = 1.0  # the multiplier just read, for 两万五 and 三百二
    for token in _TOKEN.findall(whole):
        if token in DIGITS:
            digit = DIGITS[token]
            last = last if digit or pending is not None else 1.0
            pending = digit if pending is None else pending * 10 + digit
            if digit == 0 and pending == 0 and (section or total):
                pending = None
        elif token in TENS:
            last = TENS[token]
            section += (1.0 if pending is None else pending) * last
            pending = None
        elif token in BIG:
            last = BIG[token]
            section += pending or 0.0
            if section == 0 and total == 0:
                total = last
            elif section == 0 or 0 < total < last:
                total = (total + section) * last  # 万亿, 一万二千亿
            else:
                total += section * last
            section, pending = 0.0, None
        elif token in TWENTY:
            section, last = section + TWENTY[token], 10.0
        elif token[0] in "0123456789":
            pending, last = float(token), 1.0
        else:
            raise ValueError(f"{token!r} in {text[:40]!r} is no part of a numeral")
    if pending is not None:
        section += pending * (last / 10 if last > 10 and pending < 10 else 1)
    if point:
        digits = "".join(str(DIGITS[c]) for c in decimals if c in DIGITS)
        rest = decimals.lstrip("零〇○O一二三四五六七八九两")
        section += float(f"0.{digits or 0}")
        return (total + section) * (to_number(rest) if rest else 1)
    return total + section


def split_number(text: str) -> Number:
    """A numeral with a closing 万, 亿 or 万亿 kept as its printed scale.

    >>> split_number("六千六百五十亿"), split_number("万亿"), split_number("十五六")
    (Number(value=6650.0, high=None, scale='亿'), Number(value=1.0, high=None, scale='万亿'), \
Number(value=15.0, high=16.0, scale=''))
    """
    text = text.replace(",", "")
    scale = text[len(text.rstrip("万亿")) :]
    scale = scale if scale in ("万", "亿", "万亿") else scale[-1:]
    factor = to_number(scale) if scale else 1.0

    def reduced(numeral: str) -> float:
        return round(to_number(numeral) / factor, 10)

    near = _NEIGHBOURS.search(text)
    if near and (int(DIGITS[near[2]]) - DIGITS[near[1]] == 1 or near[0] == "三五"):
        low = text[: near.end() - 1] + text[near.end() :]
        high = text[: near.start()] + text[near.start() + 1 :]
        return Number(reduced(low), reduced(high), scale)
    return Number(reduced(text), None, scale)
