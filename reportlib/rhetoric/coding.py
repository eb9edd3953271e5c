"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Sentence
from reportlib.resources import settings
from reportlib.rhetoric.figures import Hit, explanations, find_forms, rank_level, repeated_frames
from reportlib.rhetoric.parallel import Span, among, cut, four_characters, four_letters, parallels
from reportlib.rhetoric.vocabulary import DEVICES, columns, counted, cue, find_words, listed, words
from reportlib.themes.lexicon import Texts

TERM = "numeric_abbreviation"
FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
SILENT = ("", "annex")  # titles and the annex are no part of the speech
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Strings = NDArray[np.str_]
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism
Placed = tuple[int, int, int, int, str, str]  # row, turn (0, 1, 2), first, -last, measure, rule
Sentences = Sequence[Sentence]
Quantities = Mapping[str, Sequence[Quantity]]


class Coded(NamedTuple):
    """How the sentences of one report are put: row k of each table is that of sentence k.

    ``found`` has the hits as columns, in the order of the sentences: row, first and last in the
    sentence, measure, rule; of the annex only what it explains. ``counts`` has the columns of
    ``columns``: whole numbers, which 32 bits hold as they are.
    """

    sentences: Sentences
    section: Strings
    orientation: list[str]
    devices: list[tuple[str, ...]]
    found: tuple[Sequence[Any], ...]
    counts: NDArray[np.float32]

    @property
    def hits(self) -> list[Hit]:
        """The hits, each with its sentence."""
        return [Hit(self.sentences[row], *of) for row, *of in zip(*self.found, strict=True)]


def code_report(sentences: Sentences, quantities: Quantities | None = None) -> Coded:
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
    figured = texts.count(np.flatnonzero(among(cut(texts.joined)[0], "0123456789"))) > 0
    orientation = _orientations(sentences, section, texts, figured)
    said = _words_said(texts, orientation, figured)
    hits, devices, counts = _read(texts, said)
    owned = devices[:, DEVICES.index("problem")]
    owned |= _owns_up(sentences, section, texts, orientation)
    own = [(row, sentences[row]) for row in np.flatnonzero(owned).tolist()]
    if quantities is None:
        quantities = {s.sentence_id: find_quantities(s.text) for s in sentences}
    numerals = [quantities.get(s.sentence_id, ()) for s in sentences]
    stated = [row for row, own in enumerate(numerals) for q in own if q.kind in FIGURES]
    figures = np.bincount(stated, minlength=len(sentences))
    sizes = _sizes(sentences, section, texts, orientation, figures)
    sizes |= _add_whole_report(sentences, hits)
    first, last, word, row = said[:, words()[3][2, said[2]] == 0]
    start, names = texts.starts[row], words()[2][word, :2].T.tolist()
    places = (column.tolist() for column in (row, np.ones_like(row), first - start, start - last))
    hits += zip(*places, *names, strict=True)
    sizes |= {f"device:{name}": devices[:, k] for k, name in enumerate(DEVICES)}
    sizes["plan_commitment"] = sizes["plan"] * sizes["device:commitment"]
    for k, name in enumerate(columns()):
        counts[k] = sizes.get(name, counts[k] if name else 0)
    hits += [(row, 0, 0, -len(s.text), "problem", s.section) for row, s in own]
    told = [hit for hit in sorted(hits) if hit[1] == 2 or sentences[hit[0]].section != "annex"]
    rows, _, firsts, minus, measures, rules = zip(*told, strict=True) if told else ((),) * 6
    found = (rows, firsts, [-last for last in minus], measures, rules)
    named = [_named(bits) for bits in (devices @ (1 << np.arange(len(DEVICES)))).tolist()]
    return Coded(sentences, section, orientation.tolist(), named, found, counts.T)


def _orientations(sentences: Sentences, section: Strings, texts: Texts, figured: Bools) -> Strings:
    """past (reports what was done or happened), plan (what will or should be done) or stance.

    Stance is neither: evaluation of the situation, thanks, ideology, problems, definitions.

    Args:
        texts: the texts of the sentences. figured: which of them hold a digit.
    """
    review, problems, annex = (section == name for name in ("review", "problems", "annex"))
    plan = _passing(sentences, problems, _solves)
    plan |= _passing(sentences, annex, lambda text: cue("public_deeds").search(text, 0, 32))
    left = ~(problems | annex | (section == "") | (section == "opening"))
    left &= ~_holding(texts, "always_stance", left)
    done = _holding(texts, "done", left)
    modal = _holding(texts, "modal", left & ~(review & done))
    clear = np.where(review, done, modal)
    left &= ~clear
    firm = _holding(texts, "firm", left) | _passing(sentences, left, cue("situation").match)
    firm |= _passing(sentences, _holding(texts, "period", left), _dated)
    firm |= _holding(texts, "evaluates", left & ~review)
    left &= ~firm
    tasked = _passing(sentences, left & review & modal, _tasked)
    told = left & ~review & done
    told &= ~_passing(sentences, told, cue("ahead").search)
    past = ((clear | left) & review & ~tasked) | told
    left &= ~(review | told | _holding(texts, "copula", left & ~review & ~told))
    titled = np.array([s.role != "text" for s in sentences], dtype=bool)
    acts = left & (titled | figured | (texts.lengths > LONG))
    plan |= (clear & ~review) | tasked | acts | _passing(sentences, left & ~acts, _acts)
    return np.where(past, "past", np.where(plan, "plan", "stance"))


@lru_cache(maxsize=1)
def _places(text: str) -> tuple[Ints, Ints]:
    """Where cues can begin in a text, and the codes of the characters there."""
    codes, known = cut(text)[0], settings("rhetoric_patterns").values()
    at = np.flatnonzero(among(codes, "".join(row.get("begins", "") for row in known)))
    return at, codes[at]


def _holding(texts: Texts, name: str, rows: Bools) -> Bools:
    """Which of the texts in these rows a cue is found in; it is looked for where it can begin."""
    at, letters = _places(texts.joined)
    near = at[among(letters, settings("rhetoric_patterns")[name]["begins"])]
    match, text = cue(name).match, texts.joined
    return texts.count([k for k in near[rows[texts.rows(near)]].tolist() if match(text, k)]) > 0


def _passing(sentences: Sentences, rows: Bools, test: Callable[[str], object]) -> Bools:
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
    modal = cue("modal").search(text)
    if modal is None or cue("quoted_task").match(text):
        return False
    return modal.start() - max(text.rfind(mark, 0, modal.start()) for mark in "，；：") <= NEAR


def _acts(text: str) -> bool:
    """Whether a short sentence of the plan is a task by its form, or names an act.

    An aphorism does neither.
    """
    return text[1:2] == "是" or text[:1] in "（—" or _acting().search(text) is not None


@cache
def _acting() -> re.Pattern[str]:
    return re.compile("|".join(sorted(listed("orientation", "action"))))


def _owns_up(sentences: Sentences, section: Strings, texts: Texts, orientation: Strings) -> Bools:
    """Which sentences that are no thanks name a problem or admit a shortcoming."""
    stance, troubled = orientation == "stance", section == "problems"
    others = (stance ^ troubled) & (section != "annex")
    owned = (stance & troubled) | _holding(texts, "admits", others)
    return _passing(sentences, owned, lambda text: text and not cue("thanks").search(text))


def _words_said(texts: Texts, orientation: Strings, figured: Bools) -> Ints:
    """The words that count in texts of these orientations: first, last, row of ``words``, text."""
    ahead, plan = orientation != "past", orientation == "plan"
    met = (ahead | True, ahead, orientation == "stance", ahead & figured, plan & figured)
    first, last, word = find_words(texts.joined)
    found = np.array((first, last, word, texts.rows(first)))
    return found[:, np.array(met)[words()[3][1, word], found[3]]]


def _read(texts: Texts, said: Ints) -> tuple[list[Placed], Bools, NDArray[np.float32]]:
    """The hits of forms and of words like them, the devices of each text and what hits count.

    The longer hit comes first: a character belongs to one hit of a measure.
    """
    size, starts = len(texts.lengths), texts.starts.tolist()
    *_, names, numbers = words()
    device, _, use, *adds = numbers[:, said[2]]
    devices = np.zeros((size, len(DEVICES) + 1), dtype=bool)
    devices[said[3], device] = True
    hits: list[Placed] = []
    places: list[int] = []
    end: dict[str, int] = {}
    alike = said[:3, use == 1]
    spans: list[Span] = [*zip(*alike[:2].tolist(), *names[alike[2]].T.tolist(), strict=True)]
    spans += [*find_forms(texts.joined), *parallels(texts.joined), *four_characters(texts.joined)]
    spans.sort(key=lambda span: (span[0], -span[1], span[2:]))
    rows = texts.rows(np.array([span[0] for span in spans], dtype=int)).tolist()
    for (first, last, measure, rule, own), row in zip(spans, rows, strict=True):
        devices[row, DEVICES.index(own) if own else -1] = True
        if first < end.get(measure, 0):
            continue
        end[measure] = last
        places += [column * size + row for column in counted(measure, rule)]
        if measure == "rank_claim":
            rule = f"{rule}:{rank_level(texts.joined, first, last)}"
        hits.append((row, 1, first - starts[row], starts[row] - last, measure, rule))
    at = np.append((np.array(adds) * size + said[3])[:, use != 1], np.array(places, dtype=int))
    counts = np.bincount(at, minlength=len(columns()) * size).astype(np.float32)
    return hits, devices[:, :-1], counts.reshape(len(columns()), size)


@lru_cache(maxsize=1024)
def _named(bits: int) -> tuple[str, ...]:
    """The devices whose bits are set."""
    return tuple(name for k, name in enumerate(DEVICES) if bits >> k & 1)


def _add_whole_report(sentences: Sentences, hits: list[Placed]) -> dict[str, NDArray[Any]]:
    """Add what only the whole report shows: repeated frames, abbreviations and their meaning."""
    terms = [(h[0], Hit(sentences[h[0]], h[2], -h[3], *h[4:])) for h in hits if h[4] == TERM]
    first_met, said = {hit.text: row for row, hit in reversed(terms)}, explanations(terms)
    frames = [*repeated_frames([s.text if s.section not in SILENT else "" for s in sentences])]
    hits += [(row, 2, first, -last, "repeated_frame", rule) for row, first, last, rule in frames]
    hits += [(row, 2, a, -b, "abbreviation_explained", term) for term, (row, a, b) in said.items()]
    rows = {"terms": [*first_met.values()], "framed": [row for row, *_ in frames]}
    rows["terms_explained"] = [row for term, row in first_met.items() if term in said]
    return {name: np.bincount(own, minlength=len(sentences)) for name, own in rows.items()}


def _sizes(
    sentences: Sentences, section: Strings, texts: Texts, orientation: Strings, figures: Ints
) -> dict[str, NDArray[Any]]:
    """The counts that are not hits: sizes, orientation, figures, concreteness."""
    chars, plan = texts.lengths, orientation == "plan"
    full = np.array([s.role == "text" for s in sentences], dtype=bool)
    problems, spoken = section == "problems", section != ""
    named = sum(_holding(texts, name, plan) for name in ("deadline", "named_thing"))
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
        "concrete": plan * (named + 1 * (figures > 0)),
    }
