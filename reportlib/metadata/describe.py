"""Where, when and who of one report: the evidence is weighed in a fixed order and named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from reportlib.metadata import dates, places
from reportlib.metadata.dates import cue
from reportlib.metadata.places import Place, Scores
from reportlib.records import Metadata, ReportlibError

_BEGINNING = 1500  # characters of a body in which the government says whom it represents
_UNITS = "国 自治区 省 地 州 盟 市 旗 县 区 乡 镇 街道".split(" ")  # from high to low
_LEVEL_OF = {"国": "national", "省": "province", "自治区": "province"}  # 市 may be any of three
_LEVEL_OF |= dict.fromkeys("州地盟", "prefecture") | dict.fromkeys("旗县区", "county")
_LEVEL_OF |= dict.fromkeys(("镇", "乡", "街道"), "township")
_Lines = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Clues:
    """What describes one report; all text is normalised, annexes are not used.

    ``others`` are noise lines of the page before and inside the report (a caption, an anthology's
    title); footers and lists of other reports do not belong there. The last two parts of ``doc``
    may name place and year. ``given`` is the user's sidecar row: place or adcode, (plan) year.
    """

    heads: Sequence[str] = ()  # the report's own title, delivery and speaker lines, in order
    sections: Sequence[tuple[str, str]] = ()  # (section, text) of the body, in order
    others: Sequence[str] = ()
    title: str = ""  # HTML title, front matter
    doc: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


class _Where(NamedTuple):
    """The level, the division with those above it (lowest first), what decided and what not."""

    level: str
    line: Sequence[Place]
    source: str = ""
    conflicts: Sequence[str] = ()


def describe(clues: Clues) -> Metadata:
    """Describe a report from all its clues.

    ``level`` of a national report is national and its place and ``adcode`` are empty (GB/T 2260
    has no code for the country); a town's or street's report has level township, the names of the
    divisions above it and no code. ``completeness`` is left empty: the parts decide it.

    Returns:
        the metadata; ``evidence`` says what decided place and year (given, title, delivery, body,
        noise, page, file), ``conflicts`` lists what spoke against them as ``place:title=…`` or
        ``file:year=…``, and the candidates where the place stays open.

    Raises:
        ReportlibError: the sidecar row names an unknown place, code or year.

    >>> found = describe(Clues(heads=["2024年金寨县政府工作报告"]))
    >>> found.province, found.county, found.plan_year, found.evidence
    ('安徽省', '金寨县', '2024', 'place:title;year:title')
    """
    heads, others, page = _lines(clues.heads), _lines(clues.others), _lines([clues.title])
    others = [o for o in others if len(o) < 120 and cue("about").search(o)]
    others = [o for o in others if not cue("listed").search(o)]
    titles, lines = {"title": heads, "noise": others, "page": page}, [*heads, *others, *page]
    body = "\n".join(text for section, text in clues.sections if section != "annex")
    day, sure = dates.delivered(lines)
    spoken = dates.plan_of(day, sure) if day else (0, 0)
    told = {p: [dates.printed_year(h) for h in of if "报告" in h] for p, of in titles.items()}
    years = {part: next(filter(None, said), 0) for part, said in told.items()}
    plan, year_from, against = _plan_year(clues, body, spoken, years)
    printed = "\n".join([*(h.replace("**", "") for h in clues.heads), body])
    signed = printed if any(sign in printed for sign in "X×x*某") else ""
    masked = bool(cue("mask_sign").search(signed)) and len(cue("mask").findall(signed)) > 1
    where = _place(clues, titles, body, plan or 2020, bool(signed))
    name, office = speaker(lines)
    file_says = _file_says(clues.doc, where, {plan, *years.values()})
    evidence = {"place": where.source, "year": year_from}
    code = [p.code for p in where.line[:1] if p.level == where.level]
    titled = (cue("delivered_in").split(h, 1)[0] for h in heads)
    named = (h for h in titled if "报告" in h and not cue("delivery_line").search(h))
    return Metadata(
        title=next(named, ""),
        level=where.level,
        adcode="".join(code),
        **{place.level: place.name for place in where.line},
        delivered=day or dates.caption_day(lines, plan),
        title_year=str(next(filter(None, years.values()), "")),
        review_year=str(plan - 1 if plan else ""),
        plan_year=str(plan or ""),
        speaker=name,
        speaker_title=office,
        session=session([*lines, *re.findall(r"向[^，。]{0,40}会议", body[:300])]),
        anonymised=str(int(masked)),
        place_hints=";".join(_hints(body, plan or 2020) if masked and not where.line else []),
        evidence=";".join(f"{key}:{part}" for key, part in evidence.items() if part),
        conflicts=";".join([*where.conflicts, *against, *file_says]),
    )


def _lines(raw: Sequence[str]) -> list[str]:
    return [re.sub(r"[\s*_#>]+", "", line) for line in raw]


def _plan_year(
    clues: Clues, body: str, spoken: tuple[int, int], titles: Mapping[str, int]
) -> tuple[int, str, list[str]]:
    """The plan year, the first evidence that speaks for it, and what speaks for another."""
    given = clues.given.get("year", "")
    if given and not re.fullmatch(r"(?:19|20)\d\d", given):
        raise ReportlibError(f"the sidecar's year {given!r} is not a year such as 2024")
    voted = dates.votes(body, _plan_at(clues)).most_common(2)
    said = {"given": {int(given or 0): 1000}, "delivery": dict([spoken])}
    said["body"] = {year: min(weight, 7) for year, weight in voted}
    said |= {part: {year: 4 if part == "title" else 2} for part, year in titles.items()}
    total: Counter[int] = Counter()
    for tally in said.values():
        tally.pop(0, None)
        total.update(tally)
    if total:
        plan = max(total, key=lambda year: (total[year], year))
        source = next(part for part in said if plan in said[part])
        others = [p for p, tally in said.items() if tally and plan not in tally]
        return plan, source, [f"year:{p}={max(said[p], key=said[p].__getitem__)}" for p in others]
    # A beginning tells the year reviewed even without dated headings; a fragment does not.
    if cue("opening").search(body[:_BEGINNING]) and (late := dates.latest_year(body)):
        return late + 1, "body", []
    file = _file_year(clues.doc)
    return file, "file" if file else "", []


def _plan_at(clues: Clues) -> int | None:
    """Where the plan begins in the joined body, its length if there is none; None if unlabelled."""
    at = 0
    for section, text in clues.sections:
        if section == "plan":
            return at
        at += len(text) + 1 if section != "annex" else 0
    return at if any(section == "review" for section, _ in clues.sections) else None


def _unit(lines: Sequence[str], body: str) -> tuple[str, bool]:
    """What the government calls its own area (国, 省, 市, 区 …; "" unknown), and if it says so."""
    begin = [("opening", body[:_BEGINNING]), *(("opening", h) for h in lines)]
    for how, text in (*begin, *(("titled", h) for h in lines)):
        for match in cue(how).finditer(text):
            if "国务院" in match[0] or "中央" in match[0]:
                return "国", True
            if match[1]:
                return {"自治州": "州", "自治县": "县", "地区": "地"}.get(match[1], match[1]), True
    if led := cue("led_by").findall(body):
        return max(led, key=_UNITS.index), True
    areas = Counter(m[1] or "国" for m in cue("area").finditer(body))
    if "自治区" in body and areas["市"] + areas["州"] + areas["县"]:
        del areas["区"]  # 全区 may be the region above
    often = (a for a in areas if 3 * areas[a] >= max(3, *areas.values()))
    return max(often, key=_UNITS.index, default=""), False


def _place(clues: Clues, titles: _Lines, body: str, year: int, signed: bool) -> _Where:
    """The division a report is of, from the first kind of evidence that decides it.

    ``signed`` says that there are signs that may mask a name.
    """
    if given := _given_place(clues.given, year):
        return _Where(given.level, places.lineage(given, year), "given")
    told = (h for h in titles["title"] if cue("about").search(h) or cue("delivery_line").search(h))
    heads = [h for h in told if not cue("web_line").match(h)]
    unit, sure = _unit([*titles["title"], *titles["noise"]], body)
    unit = "国" if not unit and any("国务院" in h for h in heads) else unit
    level = _LEVEL_OF.get(unit, "")
    if level == "national":
        other = [f"place:title={places.path(p, year)}" for p in places.named(heads, year)]
        return _Where(level, (), "body" if sure else "title", other)
    want = "" if level == "township" else unit
    blank = signed and any(cue("masked_place").search(text) for text in (body, *heads))
    scored = places.scores(body, year, want if sure else "")
    best = None if blank else places.winner(scored, places.CLEAR if want and sure else 2)
    best = best if best and places.fits(best, want) else None
    opening = [m[0] for m in cue("opening").finditer(body, 0, _BEGINNING)][:1]
    conflicts: list[str] = []
    for source, lines in {**titles, "title": [*heads, *opening]}.items():
        found = places.named(lines, year, want)
        if len(found) > 1 and not blank:
            conflicts = [f"place:candidate={places.path(p, year)}" for p in found]
            same = places.winner({p: scored.get(p, (0, 0)) for p in found}, 1)
            found, source = [same] if same else [], source + "+body"
        if len(found) == 1:
            if source == "title" and not places.named([h for h in heads if "届" not in h], year):
                source = "delivery"
            return _settled(found[0], best, scored, source, level, year)
    if best:
        return _Where(level or best.level, places.lineage(best, year), "body")
    if not (blank or conflicts):
        near = sorted(scored, key=lambda p: -scored[p][0])[:2]
        conflicts = [f"place:candidate={places.path(p, year)}" for p in near]
    filed = _file_place(clues.doc, year)
    if filed and places.fits(filed, want):
        return _Where(level or filed.level, places.lineage(filed, year), "file", conflicts)
    return _Where(level, (), "", conflicts)


def _settled(
    named: Place, best: Place | None, scored: Scores, source: str, level: str, year: int
) -> _Where:
    """The division a title names, unless the body names another all along (a misprint)."""
    conflicts = []
    own, top = scored.get(named, (0, 0))[0], scored[best][0] if best else 0
    if best and best.name != named.name and 3 * own < top and level != "township":
        conflicts = [f"place:body={places.path(best, year)}"]
        if top > 10 * max(places.ENOUGH, own):
            conflicts = [f"place:{source}={places.path(named, year)}"]
            named, source = best, "body"
    level = level if level == "township" else named.level
    return _Where(level, places.lineage(named, year), source, conflicts)


def _given_place(given: Mapping[str, str], year: int) -> Place | None:
    """The sidecar's place, by code or by name (浙江省宁波市 or 宁波)."""
    code, name = given.get("adcode", ""), given.get("place", "")
    if code and (place := places.by_code(code, year)):
        return place
    if code:
        raise ReportlibError(f"the sidecar's adcode {code!r} is no division's code of any year")
    found = (places.named([name], year) or places.by_name(name, year, 99)) if name else []
    if name and len(found) != 1:
        options = ", ".join(places.path(p, year) for p in found)
        why = f"one of {options}: give the full name or the adcode" if found else "unknown"
        raise ReportlibError(f"the sidecar's place {name!r} is {why}")
    return found[0] if name else None


def _file_year(doc: str) -> int:
    return int([0, *re.findall(r"(?<![0-9A-Za-z])(?:19|20)\d\d(?![0-9A-Za-z])", doc)][-1])


def _file_place(doc: str, year: int) -> Place | None:
    found = places.named(_lines(re.split(r"[/\\]", doc)[-2:]), year)
    return found[0] if len(found) == 1 else None


def _file_says(doc: str, where: _Where, years: Collection[int]) -> list[str]:
    """What the file name says against a text that decided otherwise."""
    year = max(years) or 2020
    filed, told = _file_place(doc, year), _file_year(doc)
    own = {n for p in where.line for n in (p.name, *places.short_names(p.name))}
    against = filed and where.level and not own & {filed.name, *places.short_names(filed.name)}
    said = [f"file:place={places.path(filed, year)}"] if filed and against else []
    return said + ([f"file:year={told}"] if told and max(years) and told not in years else [])


def _hints(body: str, year: int) -> list[str]:
    """Names printed in a report whose own name is blanked out, in order of appearance."""
    found: dict[str, int] = {}
    for name, first, _ in places.mentions(body):
        known = places.by_name(name, year, 0)
        if any(p.level != "county" or (name == p.name and len(name) > 2) for p in known):
            found.setdefault(name, first)
    for match in cue("spot").finditer(body):
        if not cue("spot_not").search(match[1] or match[2]):
            found.setdefault(match[1] or match[2], match.start())
    return sorted(found, key=lambda n: found[n])


def session(lines: Sequence[str]) -> str:
    """The session as printed, with the place before it; "" if no line names it.

    >>> session(["——2024年12月29日在花山区第三届", "人民代表大会第四次会议上"])
    '花山区第三届人民代表大会第四次会议'
    """
    for line in (*lines, *(a + b for a, b in pairwise(lines))):
        if not cue("web_line").match(line) and (match := cue("session").search(line)):
            cuts = [m.end() for m in cue("session_place").finditer(match[1])]
            parts = [match[1][cut:] for cut in reversed(cuts)]
            starts = (any(first == 0 for _, first, _ in places.mentions(part)) for part in parts)
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
