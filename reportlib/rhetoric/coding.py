"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Report, Sentence
from reportlib.rhetoric.figures import FINDERS, explained, rank_level, repeated_frames
from reportlib.rhetoric.parallel import cut
from reportlib.rhetoric.vocabulary import DIGIT, columns, cue, find_words, listed

DEVICES = (
    *("slogan_number", "parallel", "war", "journey", "building", "body", "rank_claim"),
    *("commitment", "hedge", "problem", "thanks", "leader_formula", "quotation"),
)
FORMS = {"numeric_abbreviation": "slogan_number"}  # measures whose device has another name
FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
UNLISTED = frozenset({"connective"})  # counted, but too common to be listed hit by hit
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism


class Hit(NamedTuple):
    """Characters ``first`` to ``last`` - 1 of a sentence's text, and the rule that took them."""

    sentence: Sentence
    first: int
    last: int
    measure: str
    rule: str

    @property
    def text(self) -> str:
        """The characters as they stand in the normalised sentence."""
        return self.sentence.text[self.first : self.last]


class Coded(NamedTuple):
    """A sentence with its orientation, devices, hits and counts."""

    sentence: Sentence
    orientation: str
    devices: tuple[str, ...]
    hits: tuple[Hit, ...]
    counts: dict[str, int]


def code_orientation(sentence: Sentence) -> str:
    """past (reports what was done or happened), plan (what will or should be done) or stance.

    Stance is neither: evaluation of the situation, thanks, ideology, problems, definitions.
    """
    text, section = sentence.text, sentence.section
    if section == "problems":
        return "plan" if cue("solves").search(text) and "清醒" not in text else "stance"
    if section == "annex":
        return "plan" if cue("public_deeds").search(text, 0, 32) else "stance"
    if section in ("", "opening") or cue("always_stance").search(text):
        return "stance"
    if section == "review":
        if cue("done").search(text):
            return "past"
        if _is_firm(text):
            return "stance"
        modal = None if cue("quoted_task").match(text) else cue("modal").search(text)
        return "plan" if modal and _near(text, modal.start()) else "past"
    if cue("modal").search(text):
        return "plan"
    if _is_firm(text):
        return "stance"
    if cue("done").search(text) and not cue("ahead").search(text):
        return "past"
    if cue("copula").search(text):
        return "stance"
    listed_task = sentence.role != "text" or text[1:2] == "是" or text[:1] in "（—"
    return "plan" if listed_task or _acts(text) else "stance"


def _is_firm(text: str) -> bool:
    """Whether a sentence says how things are."""
    if cue("situation").match(text) or cue("firm").search(text):
        return True
    period = cue("period").search(text)
    return period is not None and ("是" in text[: period.start()] or "为" in text[: period.start()])


def _near(text: str, at: int) -> bool:
    """Whether a word stands near the beginning of its clause."""
    return at - max(text.rfind(mark, 0, at) for mark in "，；：") <= NEAR


def _acts(text: str) -> bool:
    """Whether a sentence of the plan states a figure or names an act; an aphorism does neither."""
    return len(text) > LONG or DIGIT.search(text) is not None or _acting().search(text) is not None


@cache
def _acting() -> re.Pattern[str]:
    return re.compile("|".join(sorted(listed("orientation", "action"))))


def _devices(sentence: Sentence, orientation: str, met: Collection[str]) -> tuple[str, ...]:
    """Device ids of the codebook, in its order, from the devices and measures met."""
    names = {FORMS.get(name, name) for name in met}
    stance, troubled = orientation == "stance", sentence.section == "problems"
    asked = (stance or troubled) and sentence.section != "annex"
    if asked and not cue("thanks").search(sentence.text):
        owned = (stance and troubled) or cue("admits").search(sentence.text)
        names |= {"problem"} if owned else set()
    return tuple(device for device in DEVICES if device in names)


def code_sentence(sentence: Sentence, quantities: Sequence[Quantity] | None = None) -> Coded:
    """Read one sentence: orientation, devices, hits, and the counts that the cards need.

    Args:
        quantities: its numerals, if they have been found already.
    """
    text, orientation = sentence.text, code_orientation(sentence)
    counts = _zeros().copy()
    met: set[str] = set()
    found: list[tuple[int, int, str, str]] = []
    for first, last, word in find_words(text, orientation):
        met.add(word.device)
        if word.measure in UNLISTED:
            counts[word.measure] += 1
        else:
            found.append((first, -last, word.measure, word.rule))
    for measure, finder in FINDERS.items():
        for first, last, rule in finder(text):
            met.add("leader_formula" if rule == "leader" else measure)
            found.append((first, -last, measure, rule))
    devices = _devices(sentence, orientation, met)
    if "problem" in devices and text:
        found.append((0, -len(text), "problem", sentence.section))
    hits = tuple(_apart(sentence, sorted(found)))
    for hit in hits:
        for name in _counted(hit.measure, hit.rule):
            counts[name] += 1
    quantities = find_quantities(text) if quantities is None else quantities
    _count_forms(sentence, orientation, devices, quantities, counts)
    return Coded(sentence, orientation, devices, hits, counts)


@cache
def _zeros() -> dict[str, int]:
    return dict.fromkeys(columns(), 0)


@cache
def _counted(measure: str, rule: str) -> tuple[str, ...]:
    """The counts that a hit adds to: of its measure, and of its measure and kind of rule."""
    names = (measure, f"{measure}:{rule.partition(':')[0]}")
    return tuple(name for name in names if name in columns())


def _apart(sentence: Sentence, found: list[tuple[int, int, str, str]]) -> Iterator[Hit]:
    """Hits from first to last, the longer first: a character belongs to one hit of a measure."""
    end: dict[str, int] = {}
    for first, minus, measure, rule in found:
        if first >= end.get(measure, 0):
            end[measure] = -minus
            if measure == "rank_claim":
                rule = f"{rule}:{rank_level(sentence.text, first, -minus)}"
            yield Hit(sentence, first, -minus, measure, rule)


def _count_forms(
    sentence: Sentence,
    orientation: str,
    devices: Sequence[str],
    quantities: Sequence[Quantity],
    counts: dict[str, int],
) -> None:
    """Add the counts that are not hits: sizes, orientation, devices, figures, concreteness."""
    text = sentence.text
    clauses, four = cut(text)
    counts["sentences"] = counts[orientation] = 1
    counts["chars"], counts["four"] = len(text), len(four)
    counts["items"] = sum(map(len, clauses))
    counts["figures"] = figures = sum(q.kind in FIGURES for q in quantities)
    for device in devices:
        counts[f"device:{device}"] = 1
    if sentence.section == "problems":
        counts["problems_chars"] = len(text)
    if sentence.role == "text":
        counts["text_sentences"], counts["text_chars"] = 1, len(text)
        counts["clauses"] = len(clauses)
    if orientation == "plan":
        counts["plan_commitment"] = "commitment" in devices
        found = (figures, cue("deadline").search(text), cue("named_thing").search(text))
        counts["concrete"] = sum(map(bool, found))


def code_report(
    report: Report, quantities: Mapping[str, Sequence[Quantity]] | None = None
) -> list[Coded]:
    """Every sentence of a report coded; repeated frames and explained abbreviations are added.

    Args:
        quantities: the numerals already found, by sentence_id; the others are looked for.
    """
    given = quantities or {}
    coded = [code_sentence(s, given.get(s.sentence_id)) for s in report.sentences]
    spoken = [c.sentence for c in coded if c.sentence.section not in ("", "annex")]
    terms = [h for c in coded for h in c.hits if h.measure == "numeric_abbreviation"]
    glosses = explained([(h.sentence, h.first, h.last) for h in terms])
    more: dict[str, list[Hit]] = {}
    for sentence, first, last, rule in repeated_frames(spoken):
        hit = Hit(sentence, first, last, "repeated_frame", rule)
        more.setdefault(sentence.sentence_id, []).append(hit)
    for term, (sentence, first, last) in glosses.items():
        hit = Hit(sentence, first, last, "abbreviation_explained", term)
        more.setdefault(sentence.sentence_id, []).append(hit)
    seen: set[str] = set()
    early = any(s.section == "problems" for s in spoken)
    for k, one in enumerate(coded):
        s, found = one.sentence, more.get(one.sentence.sentence_id, [])
        new = {h.text for h in one.hits if h.measure == "numeric_abbreviation"} - seen
        seen |= new
        early = early and s.section != "problems"
        one.counts["terms"], one.counts["terms_explained"] = len(new), len(new & glosses.keys())
        one.counts["framed"] = any(h.measure == "repeated_frame" for h in found)
        one.counts["before_problems"] = len(s.text) if early and s.section else 0
        coded[k] = one._replace(hits=(*one.hits, *found)) if found else one
    return coded
