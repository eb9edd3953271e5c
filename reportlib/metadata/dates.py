"""Chinese dates, the day of delivery, and the pair of years a report reviews and plans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from reportlib.resources import settings

_ZERO = "〇零○OＯ0"
_DIGITS = {c: str(i) for i, cs in enumerate((_ZERO, *"一二三四五六七八九")) for c in cs}
_RANGE = frozenset([*"到至—-－/0123456789", *_DIGITS])
_OPENS = frozenset(["", "\n", "。", "！"])
_REVIEW_SHARE, _PLAN_SHARE = 0.12, 0.22  # where 2024年是… still opens the review, already the plan


@cache
def cue(name: str) -> re.Pattern[str]:
    """The compiled pattern ``name`` of metadata.toml.

    >>> cue("session_near").search("第四次会议上")[0]
    '会议'
    """
    return re.compile(next(g[name] for g in settings("metadata").values() if name in g))


def number(text: str) -> int:
    """A year or a day in digits or Chinese numerals.

    >>> number("二○一七"), number("十六"), number("二十"), number("31"), number("廿八")
    (2017, 16, 20, 31, 28)
    """
    text = text.replace("廿", "二十")
    if "十" in text:
        tens, _, ones = text.partition("十")
        return 10 * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0"))
    return int("".join(_DIGITS.get(c, c) for c in text))


def iso(year: str, month: str, day: str) -> str:
    """``2017-01-16`` from printed parts, "" if there is no such day.

    >>> iso("二〇一七", "一", "十六"), iso("2017", "13", "1")
    ('2017-01-16', '')
    """
    y, m, d = number(year), number(month), number(day)
    return f"{y:04}-{m:02}-{d:02}" if 1 <= m <= 12 and 1 <= d <= 31 else ""


def delivered(lines: Sequence[str]) -> tuple[str, bool]:
    """The day of the speech as title, delivery or caption lines say it, and if beside its session.

    A date next to the session comes before any other; lines about the web page do not count.
    Lines must be without spaces. ("", False) if no line says it.

    >>> delivered(["政府工作报告", "（2007年1月30日在保定市第十二届人民代表大会第五次会议上）"])
    ('2007-01-30', True)
    >>> delivered(["发布时间：2026年02月03日"])
    ('', False)
    """
    found: list[tuple[bool, int, str]] = []
    for line in lines:
        for match in () if cue("web_line").match(line) else cue("full_date").finditer(line):
            far = not cue("session_near").search(line, match.end(), match.end() + 40)
            found.append((far, len(found), iso(*match.groups())))
    far, _, day = min((f for f in found if f[2]), default=(True, 0, ""))
    return day, not far


def caption_day(lines: Sequence[str], plan: int) -> str:
    """The day of a caption that names no year, with the year that goes with the plan year.

    >>> caption_day(["1月16日，市长张工在市十四届人大四次会议上作政府工作报告"], 2024)
    '2024-01-16'
    """
    for line in lines if plan else ():
        match = cue("day").search(line)
        if match and cue("session_near").search(line, match.end()):
            return iso(str(plan - (int(match[1]) > 10)), match[1], match[2])
    return ""


def printed_year(line: str) -> int:
    """The year of a title such as 2023年政府工作报告; 0 if none. Dates do not count.

    >>> printed_year("2023年政府工作报告"), printed_year("（2023年1月16日）")
    (2023, 0)
    """
    return [0, *map(number, cue("year").findall(cue("full_date").sub("", line)))][-1]


def plan_of(day: str, sure: bool = True) -> tuple[int, int]:
    """(plan year, weight) that the day of delivery speaks for.

    From November on a report plans the next year; between July and October it may do either, so
    the day alone says little. A day that stands without its session (``sure`` false) may be
    another day.

    >>> plan_of("2023-01-16"), plan_of("2022-12-29"), plan_of("2023-09-01")
    ((2023, 8), (2023, 8), (2023, 2))
    """
    year, month = int(day[:4]), int(day[5:7])
    weight = 2 if 7 <= month <= 10 else 8 if sure else 5
    return year + (month >= 11), weight


def votes(text: str, plan: int | None = None) -> Counter[int]:
    """How strongly headings and phrases of a body speak for each plan year.

    ``plan`` is where the plan begins, if known (len(text): the text has none).

    >>> votes("一、2022年工作回顾。做好2023年各项工作").most_common(1)
    [(2023, 9)]
    """
    tally: Counter[int] = Counter()
    review_ends = int(_REVIEW_SHARE * len(text)) if plan is None else plan
    plan_begins = int(_PLAN_SHARE * len(text)) if plan is None else plan
    for token in cue("token").finditer(text):
        first, last = token.start() - 4, token.start()
        before = text[max(0, first - 5) : first]
        if before[-1:] in _RANGE or text.startswith("年以来", last):
            continue
        year = number(text[first:last])
        if cue("back").match(text, last):
            tally[year + 1] += 6
        elif before.endswith("过去的"):
            tally[year + 1] += 3
        elif cue("ahead").match(text, last):
            done = first < review_ends and before.endswith(("完成", "完成了"))
            tally[year + done] += 4
        elif before.endswith("做好") and text.startswith(("年工作", "年的", "年各"), last):
            tally[year] += 3
        elif before[-1:] in _OPENS and cue("is").match(text, last):
            if first >= plan_begins:
                tally[year] += 3
            elif first < review_ends:
                tally[year + 1] += 3
    return tally


def latest_year(text: str) -> int:
    """The year reviewed by a text without dated headings; 0 if it names none.

    The first year that begins a sentence near the beginning (2023年，在…), else the latest that
    its first half names, best twice, dates to come (到2025年) apart.

    >>> latest_year("2023年，全县完成投资20亿元。各项工作稳步推进，到2025年全面建成。")
    2023
    """
    past: Counter[int] = Counter()
    for token in cue("token").finditer(text, 0, len(text) // 2):
        first, last = token.start() - 4, token.start()
        before, year = text[max(0, first - 1) : first], number(text[first:last])
        if before in _RANGE:
            continue
        if before in _OPENS and first < 1500 and text.startswith("年，", last):
            return year
        past[year] += 1
    return max((y for y, n in past.items() if n > 1), default=max(past, default=0))
