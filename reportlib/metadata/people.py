"""Who spoke, in which office, at which session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reportlib.metadata.dates import cue
from reportlib.metadata.places import mentions


def session(lines: Sequence[str]) -> str:
    """The session as printed, with the place before it; "" if no line names it.

    >>> session(["——2024年12月29日在花山区第三届", "人民代表大会第四次会议上"])
    '花山区第三届人民代表大会第四次会议'
    """
    for line in (*lines, *(a + b for a, b in pairwise(lines))):
        if not cue("web_line").match(line) and (match := cue("session").search(line)):
            cuts = [m.end() for m in cue("session_place").finditer(match[1])]
            parts = [match[1][cut:] for cut in reversed(cuts)]
            starts = (any(first == 0 for _, first, _ in mentions(part)) for part in parts)
            own = (p for p, s in zip(parts, starts, strict=True) if s or cue("unit_first").match(p))
            return next(own, parts[0]) + match[2]
    return ""


def speaker(lines: Sequence[str]) -> tuple[str, str]:
    """(name, office) from title, delivery, speaker or caption lines; ("", "") if none says.

    The office is given without place and 人民政府; 自治区人民政府主席 is 自治区主席.

    >>> speaker(["区长李世华"]), speaker(["广西壮族自治区人民政府主席韦韬"])
    (('李世华', '区长'), ('韦韬', '自治区主席'))
    """
    kept = [line for line in lines if not cue("web_line").match(line)]
    kept += [a + b for a, b in pairwise(kept) if cue("office_end").search(a)]
    for how in ("by_office", "by_speech"):
        for line in kept:
            match = cue(how).search(line)
            if match and not cue("not_names").search(match[2]):
                office = re.sub(r"人民政府|（代）", "", match[1]).replace("代理", "代")
                by_region = office.endswith("主席") and "自治区" not in office and "自治区" in line
                return match[2], "自治区" * by_region + office
    for line in kept:
        match = cue("alone").fullmatch(line)
        named = match and not cue("not_names").search(match[1])
        if match and named and ("·" in match[1] or cue("surnames").match(match[1])):
            return match[1], ""
    return "", ""
