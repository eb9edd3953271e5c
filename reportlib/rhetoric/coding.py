"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Sentence
from reportlib.rhetoric.figures import Hit, explanations, find_forms, rank_level, repeated_frames
from reportlib.rhetoric.parallel import DIGITS, among, cut, four_characters, four_letters, parallels
from reportlib.rhetoric.vocabulary import CONDITIONS, columns, cue, find_words, listed
from reportlib.themes.lexicon import Texts

DEVICES = (
    *("slogan_number", "parallel", "war", "journey", "building", "body", "rank_claim"),
    *("commitment", "hedge", "problem", "thanks", "leader_formula", "quotation"),
)
FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
UNLISTED = frozenset({"connective"})  # counted, but too common to be listed hit by hit
SILENT = ("", "annex")  # titles and the annex are no part of the speech
Bools = NDArray[np.bool_]
Strings = NDArray[np.str_]
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism
Tally = defaultdict[str, list[int]]  # count -> the sentences' rows, as often as they count for it
Placed = tuple[int, Hit]  # sentence's row, hit
Found = tuple[int, int, str, str, str, int]  # first, -last, measure, rule, device, sentence's row


class Coded(NamedTuple):
    """How the sentences of one report are put: row k of each table is that of sentence k.

    ``hits`` stand in the order of the sentences. ``counts`` has the columns of ``columns``: whole
    numbers, which 32 bits hold as they are.
    """

    sentences: Sequence[Sentence]
    section: Strings
    orientation: list[str]
    devices: list[tuple[str, ...]]
    hits: list[Hit]
    counts: NDArray[np.float32]


def code_report(
    sentences: Sequence[Sentence], quantities: Mapping[str, Sequence[Quantity]] | None = None
) -> Coded:
    """Orientation, devices, hits and counts of the sentences of one report, in their order.

    Args:
        quantities: the numerals by sentence_id, if they have been found already.

    >>> one = Sentence("r.1", "plan", "text", 0, 9, "坚决打赢脱贫攻坚战", 0, 0, 0, "")
    >>> coded = code_report([one])
    >>> coded.orientation, coded.devices, [h.text for h in coded.hits]
    (['plan'], [('war', 'commitment')], ['坚决', '坚决', '打赢', '脱贫攻坚'])
    """
    texts = Texts([s.text for s in sentences])
    section = np.array([s.section for s in sentences], dtype=str)
    figured = texts.count(np.flatnonzero(among(cut(texts.joined)[0], DIGITS))) > 0
    orientation = _orientations(sentences, section, texts, figured)
    hits, devices, tally = _read(sentences, texts, _found(texts, orientation, figured))
    for row in np.flatnonzero(_owns_up(sentences, section, orientation)).tolist():
        devices[row].add("problem")
    _add_whole_report(sentences, hits, tally)
    owned = [(row, sentences[row]) for row, met in devices.items() if "problem" in met]
    hits[:0] = [(row, Hit(s, 0, len(s.text), "problem", s.section)) for row, s in owned]
    named: list[tuple[str, ...]] = [()] * len(sentences)
    for row, met in devices.items():
        named[row] = tuple(name for name in DEVICES if name in met)
        for name in met:
            tally[f"device:{name}"].append(row)
    ordered = [hit for _, hit in sorted(hits, key=itemgetter(0))]
    counts = {name: np.bincount(rows, minlength=len(named)) for name, rows in tally.items()}
    counts |= _sizes(sentences, section, texts, orientation, quantities)
    counts["plan_commitment"] = counts["plan"] * counts.get("device:commitment", 0)
    zeros = np.zeros(len(named))
    table = np.array([counts.get(name, zeros) for name in columns()], dtype=np.float32).T
    return Coded(sentences, section, orientation.tolist(), named, ordered, table)


def _orientations(
    sentences: Sequence[Sentence], section: Strings, texts: Texts, figured: Bools
) -> Strings:
    """past (reports what was done or happened), plan (what will or should be done) or stance.

    Stance is neither: evaluation of the situation, thanks, ideology, problems, definitions.

    Args:
        texts: the texts of the sentences. figured: which of them hold a digit.
    """
    problems, annex, review = (section == part for part in ("problems", "annex", "review"))
    modal, done, copula = (_holding(texts, cue(name)) for name in ("modal", "done", "copula"))
    silent = np.isin(section, ("", "opening")) | _holding(texts, cue("always_stance"))
    firm = _holding(texts, cue("firm")) | _passing(sentences, ~silent, cue("situation").match)
    firm |= _passing(sentences, _holding(texts, cue("period")), _dated)
    told = done & ~_passing(sentences, done & ~review, cue("ahead").search)
    cases: list[tuple[Bools, str]] = [
        (_passing(sentences, problems, _solves), "plan"),
        (_passing(sentences, annex, lambda text: cue("public_deeds").search(text, 0, 32)), "plan"),
        (problems | annex | silent, "stance"),
        (review & done, "past"),
        (review & firm, "stance"),
        (review & ~_passing(sentences, review & modal, _tasked), "past"),
        (review | modal, "plan"),
        (firm, "stance"),
        (told, "past"),
        (copula, "stance"),
    ]
    decided = np.any([case for case, _ in cases], axis=0)
    titled = np.array([s.role != "text" for s in sentences], dtype=bool)
    acts = titled | figured | (texts.lengths > LONG)
    acts |= _passing(sentences, ~decided & ~acts, _acts)
    cases.append((acts, "plan"))
    return np.select([case for case, _ in cases], [code for _, code in cases], "stance")


def _holding(texts: Texts, pattern: re.Pattern[str]) -> Bools:
    """Which of the texts the pattern is found in."""
    return texts.count([found.start() for found in pattern.finditer(texts.joined)]) > 0


def _passing(sentences: Sequence[Sentence], rows: Bools, test: Callable[[str], object]) -> Bools:
    """Which of the sentences in these rows pass a test."""
    passed = np.zeros(len(sentences), dtype=bool)
    passed[rows] = [bool(test(sentences[row].text)) for row in np.flatnonzero(rows).tolist()]
    return passed


def _solves(text: str) -> bool:
    """Whether a sentence of the problems says what will be done about them."""
    return "清醒" not in text and cue("solves").search(text) is not None


def _dated(text: str) -> bool:
    """Whether 是 or 为 stands before the first word of a period: 今年是…之年."""
    period = cue("period").search(text)
    return period is not None and not {"是", "为"}.isdisjoint(text[: period.start()])


def _tasked(text: str) -> bool:
    """Whether a modal word of its own stands near the beginning of a clause."""
    modal = None if cue("quoted_task").match(text) else cue("modal").search(text)
    if modal is None:
        return False
    at = modal.start()
    return at - max(text.rfind(mark, 0, at) for mark in "，；：") <= NEAR


def _acts(text: str) -> bool:
    """Whether a short sentence of the plan is a task by its form, or names an act.

    An aphorism does neither.
    """
    return text[1:2] == "是" or text[:1] in "（—" or _acting().search(text) is not None


@cache
def _acting() -> re.Pattern[str]:
    return re.compile("|".join(sorted(listed("orientation", "action"))))


def _owns_up(sentences: Sequence[Sentence], section: Strings, orientation: Strings) -> Bools:
    """Which sentences that are no thanks name a problem or admit a shortcoming."""
    stance, troubled = orientation == "stance", section == "problems"
    others = (stance ^ troubled) & (section != "annex")
    owned = (stance & troubled) | _passing(sentences, others, cue("admits").search)
    return _passing(sentences, owned, lambda text: text and not cue("thanks").search(text))


def _read(
    sentences: Sequence[Sentence], texts: Texts, found: list[Found]
) -> tuple[list[Placed], defaultdict[int, set[str]], Tally]:
    """The hits, from first to last, the devices of the rows that have any, and what hits count.

    The longer hit comes first: a character belongs to one hit of a measure.
    """
    hits: list[Placed] = []
    devices, tally = defaultdict[int, set[str]](set), defaultdict[str, list[int]](list)
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
            hits.append((row, Hit(sentences[row], first - start, -minus - start, measure, rule)))
    return hits, devices, tally


def _found(texts: Texts, orientation: Strings, figured: Bools) -> list[Found]:
    """The words that count in sentences of these orientations, and the forms."""
    text, ahead, plan = texts.joined, orientation != "past", orientation == "plan"
    met = (ahead | True, ahead, orientation == "stance", ahead & figured, plan & figured)
    holds = {when: rows.tolist() for when, rows in zip(CONDITIONS, met, strict=True)}
    words = find_words(text)
    found = [
        (first, -last, word.measure, word.rule, word.device, row)
        for (first, last, meant), row in zip(words, texts.rows_of(words), strict=True)
        for word in meant
        if holds[word.when][row]
    ]
    spans = [*find_forms(text), *parallels(text), *four_characters(text)]
    for (first, last, measure, rule, device), row in zip(spans, texts.rows_of(spans), strict=True):
        found.append((first, -last, measure, rule, device, row))
    return found


@cache
def _counted(measure: str, rule: str) -> tuple[str, ...]:
    """The counts that a hit adds to: of its measure, and of its measure and kind of rule."""
    names = (measure, f"{measure}:{rule.partition(':')[0]}")
    return tuple(name for name in names if name in columns())


def _add_whole_report(sentences: Sequence[Sentence], hits: list[Placed], tally: Tally) -> None:
    """Add what only the whole report shows: repeated frames, abbreviations and their meaning."""
    number = {s.sentence_id: row for row, s in enumerate(sentences)}
    placed = [(row, hit) for row, hit in hits if hit.measure == "numeric_abbreviation"]
    said = explanations([hit for _, hit in placed])
    first_met = {hit.text: row for row, hit in reversed(placed)}
    tally["terms"] = [*first_met.values()]
    tally["terms_explained"] = [row for term, row in first_met.items() if term in said]
    frames = [*repeated_frames([s for s in sentences if s.section not in SILENT])]
    tally["framed"] = [number[hit.sentence.sentence_id] for hit in frames]
    hits += [(number[hit.sentence.sentence_id], hit) for hit in (*frames, *said.values())]


def _sizes(
    sentences: Sequence[Sentence],
    section: Strings,
    texts: Texts,
    orientation: Strings,
    quantities: Mapping[str, Sequence[Quantity]] | None,
) -> dict[str, NDArray[Any]]:
    """The counts that are not hits: sizes, orientation, figures, concreteness."""
    chars, plan = texts.lengths, orientation == "plan"
    full = np.array([s.role == "text" for s in sentences], dtype=bool)
    problems, spoken = section == "problems", section != ""
    if quantities is None:
        quantities = {s.sentence_id: find_quantities(s.text) for s in sentences}
    numerals = [quantities.get(s.sentence_id, ()) for s in sentences]
    figures = np.array([[q.kind in FIGURES for q in own].count(True) for own in numerals])
    named = (_holding(texts, cue(name)) for name in ("deadline", "named_thing"))
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
