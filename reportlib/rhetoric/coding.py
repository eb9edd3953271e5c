"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Sentence
from reportlib.rhetoric.figures import Hit, explanations, find_forms, rank_level, repeated_frames
from reportlib.rhetoric.parallel import DIGIT, cut, four_characters, four_letters, parallels
from reportlib.rhetoric.vocabulary import columns, cue, find_words, listed
from reportlib.themes.lexicon import Texts

DEVICES = (
    *("slogan_number", "parallel", "war", "journey", "building", "body", "rank_claim"),
    *("commitment", "hedge", "problem", "thanks", "leader_formula", "quotation"),
)
FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
UNLISTED = frozenset({"connective"})  # counted, but too common to be listed hit by hit
SILENT = ("", "annex")  # titles and the annex are no part of the speech
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism
Tally = defaultdict[str, list[int]]  # count -> the sentences' rows, as often as they count for it
Found = tuple[int, int, str, str, str, int]  # first, -last, measure, rule, device, sentence's row


class Coded(NamedTuple):
    """A sentence with its orientation, devices, hits, and counts in the order of ``columns``."""

    sentence: Sentence
    orientation: str
    devices: tuple[str, ...]
    hits: tuple[Hit, ...]
    counts: NDArray[np.float64]


def code_report(
    sentences: Sequence[Sentence], quantities: Mapping[str, Sequence[Quantity]] | None = None
) -> list[Coded]:
    """Orientation, devices, hits and counts of each sentence of one report, in their order.

    Args:
        quantities: the numerals by sentence_id, if they have been found already.

    >>> one = Sentence("r.1", "plan", "text", 0, 9, "坚决打赢脱贫攻坚战", 0, 0, 0, "")
    >>> coded = code_report([one])[0]
    >>> coded.orientation, coded.devices, [h.text for h in coded.hits]
    ('plan', ('war', 'commitment'), ['坚决', '坚决', '打赢', '脱贫攻坚'])
    """
    texts = Texts([s.text for s in sentences])
    orientations = [code_orientation(s) for s in sentences]
    hits, devices, tally = _read(sentences, texts, _found(texts, orientations))
    for s, orientation, met, own in zip(sentences, orientations, devices, hits, strict=True):
        if "problem" in met or _owns_up(s, orientation):
            met.add("problem")
            own.insert(0, Hit(s, 0, len(s.text), "problem", s.section))
    _add_whole_report(sentences, hits, tally)
    named = [tuple(d for d in DEVICES if d in met) if met else () for met in devices]
    for row, names in enumerate(named):
        for name in names:
            tally[f"device:{name}"].append(row)
    counts = {name: np.bincount(rows, minlength=len(hits)) for name, rows in tally.items()}
    counts |= _sizes(sentences, texts, np.array(orientations), quantities)
    counts["plan_commitment"] = counts["plan"] * counts.get("device:commitment", 0)
    zeros = np.zeros(len(hits))
    table = np.stack([counts.get(name, zeros) for name in columns()], axis=1)
    rows = zip(sentences, orientations, named, map(tuple, hits), table, strict=True)
    return [Coded(*row) for row in rows]


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


def _owns_up(sentence: Sentence, orientation: str) -> bool:
    """Whether a sentence that is no thanks names a problem or admits a shortcoming."""
    stance, troubled = orientation == "stance", sentence.section == "problems"
    if not sentence.text or sentence.section == "annex" or not (stance or troubled):
        return False
    owned = (stance and troubled) or cue("admits").search(sentence.text)
    return bool(owned) and not cue("thanks").search(sentence.text)


def _read(
    sentences: Sequence[Sentence], texts: Texts, found: list[Found]
) -> tuple[list[list[Hit]], list[set[str]], Tally]:
    """The hits of each sentence, from first to last, its devices, and what hits are counted.

    The longer hit comes first: a character belongs to one hit of a measure.
    """
    hits: list[list[Hit]] = [[] for _ in sentences]
    devices: list[set[str]] = [set() for _ in sentences]
    tally: Tally = defaultdict(list)
    end: defaultdict[str, int] = defaultdict(int)
    starts = texts.starts.tolist()
    for first, minus, measure, rule, device, row in sorted(found):
        if device:
            devices[row].add(device)
        if first < end[measure] or measure == "problem":
            continue
        end[measure] = -minus
        for name in _counted(measure, rule):
            tally[name].append(row)
        if measure == "rank_claim":
            rule = f"{rule}:{rank_level(texts.joined, first, -minus)}"
        if measure not in UNLISTED:
            start = starts[row]
            hits[row].append(Hit(sentences[row], first - start, -minus - start, measure, rule))
    return hits, devices, tally


def _found(texts: Texts, orientations: Sequence[str]) -> list[Found]:
    """The words that count in sentences of these orientations, and the forms."""
    text, figured = texts.joined, _with(texts, DIGIT).tolist()
    holds = [_holding(o, figure) for o, figure in zip(orientations, figured, strict=True)]
    words = find_words(text)
    found = [
        (first, -last, word.measure, word.rule, word.device, row)
        for (first, last, meant), row in zip(words, texts.rows_of(words), strict=True)
        for word in meant
        if word.when in holds[row]
    ]
    spans = [*find_forms(text), *parallels(text), *four_characters(text)]
    for (first, last, measure, rule, device), row in zip(spans, texts.rows_of(spans), strict=True):
        found.append((first, -last, measure, rule, device, row))
    return found


def _with(texts: Texts, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    """Which of the texts the pattern is found in."""
    return texts.count([found.start() for found in pattern.finditer(texts.joined)]) > 0


@cache
def _holding(orientation: str, figure: bool) -> frozenset[str]:
    """The conditions that hold in a sentence of this orientation, with or without a figure."""
    ahead = orientation != "past"
    given = {"": True, "ahead": ahead, "figure": ahead and figure}
    given |= {"stance": orientation == "stance", "target": orientation == "plan" and figure}
    return frozenset(name for name, holds in given.items() if holds)


@cache
def _counted(measure: str, rule: str) -> tuple[str, ...]:
    """The counts that a hit adds to: of its measure, and of its measure and kind of rule."""
    names = (measure, f"{measure}:{rule.partition(':')[0]}")
    return tuple(name for name in names if name in columns())


def _add_whole_report(sentences: Sequence[Sentence], hits: list[list[Hit]], tally: Tally) -> None:
    """Add what only the whole report shows: repeated frames, abbreviations and their meaning."""
    number = {s.sentence_id: row for row, s in enumerate(sentences)}
    terms = [h for own in hits for h in own if h.measure == "numeric_abbreviation"]
    said = explanations(terms)
    for term, hit in {h.text: h for h in reversed(terms)}.items():  # where it is first met
        row = number[hit.sentence.sentence_id]
        tally["terms"].append(row)
        tally["terms_explained"] += [row] if term in said else []
    spoken = [s for s in sentences if s.section not in SILENT]
    for hit in (*repeated_frames(spoken), *said.values()):
        row = number[hit.sentence.sentence_id]
        hits[row].append(hit)
        tally["framed"] += [row] if hit.measure == "repeated_frame" else []


def _sizes(
    sentences: Sequence[Sentence],
    texts: Texts,
    orientation: NDArray[np.str_],
    quantities: Mapping[str, Sequence[Quantity]] | None,
) -> dict[str, NDArray[Any]]:
    """The counts that are not hits: sizes, orientation, figures, concreteness."""
    chars, plan = texts.lengths, orientation == "plan"
    full = np.array([s.role == "text" for s in sentences], dtype=bool)
    problems = np.array([s.section == "problems" for s in sentences], dtype=bool)
    spoken = np.array([s.section != "" for s in sentences], dtype=bool)
    numerals = (
        find_quantities(s.text) if quantities is None else quantities.get(s.sentence_id, ())
        for s in sentences
    )
    figures = np.array([sum(q.kind in FIGURES for q in own) for own in numerals])
    named = (_with(texts, cue(name)) for name in ("deadline", "named_thing"))
    _, items, clauses = cut(texts.joined)
    return {
        "past": orientation == "past",
        "plan": plan,
        "stance": orientation == "stance",
        "sentences": np.ones_like(chars),
        "chars": chars,
        "items": texts.count(items.first),
        "four": texts.count(four_letters(texts.joined)),
        "text_sentences": full,
        "text_chars": chars * full,
        "clauses": texts.count(clauses.first) * full,
        "problems_chars": chars * problems,
        "before_problems": chars * spoken * (np.cumsum(problems) == 0) * problems.any(),
        "figures": figures,
        "concrete": plan * sum(named, start=1 * (figures > 0)),
    }
