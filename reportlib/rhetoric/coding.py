"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import add
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Sentence
from reportlib.rhetoric import figures, parallel
from reportlib.rhetoric.figures import find_cues
from reportlib.rhetoric.parallel import DIGITS, Bools, Ints, Span, among, cut
from reportlib.rhetoric.vocabulary import DEVICES, columns, counted, cue, find_words, listed, words
from reportlib.themes.lexicon import Texts

TERM = "numeric_abbreviation"
FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
PARTS = ("opening", "review", "problems", "plan")
SILENT = ("", "annex")  # titles and the annex are no part of the speech
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism
Strings = NDArray[np.str_]
Placed = tuple[int, int, int, int, str, str]  # row, turn (0, 1, 2), first, -last, measure, rule
Sentences = Sequence[Sentence]
Quantities = Mapping[str, Sequence[Quantity]]


class Speech(NamedTuple):
    """The sentences of one report, and which of them ``hold``.

    By name: a cue that is looked for everywhere, a ``digit``, a part of the report, ``full`` (no
    title and no heading).
    """

    said: Sequence[str]
    texts: Texts
    hold: dict[str, Bools]

    def passing(self, rows: Bools, test: Callable[[str], object]) -> Bools:
        """Which of the sentences in these rows pass a test."""
        passed = np.zeros(len(rows), dtype=bool)
        passed[[row for row in rows.nonzero()[0].tolist() if test(self.said[row])]] = True
        return passed


def read_speech(sentences: Sentences) -> Speech:
    """The speech that sentences make."""
    texts = Texts(said := [s.text for s in sentences])
    section = np.array([s.section for s in sentences], dtype=str)
    hold = {part: section == part for part in PARTS + SILENT}
    hold["full"] = np.array([s.role == "text" for s in sentences], dtype=bool)
    digits = texts.rows(among(cut(texts.joined)[0], DIGITS).nonzero()[0])
    hold["digit"] = np.bincount(digits, minlength=len(said)) > 0
    for name, met in find_cues(texts.joined).items():
        hold[name] = np.bincount(_rows(texts, met), minlength=len(said)) > 0
    return Speech(said, texts, hold)


class Coded(NamedTuple):
    """How the sentences of one report are put: row k of each table is that of sentence k.

    ``found`` has the hits as columns, in the order of the sentences: row, first and last in the
    sentence, measure, rule; of the annex only what it explains. ``counts`` has the columns of
    ``columns``: whole numbers, which 32 bits hold as they are.
    """

    sentences: Sentences
    speech: Speech
    orientation: list[str]
    devices: list[tuple[str, ...]]
    found: tuple[Sequence[Any], ...]
    counts: NDArray[np.float32]


def code_report(sentences: Sentences, quantities: Quantities | None = None) -> Coded:
    """Orientation, devices, hits and counts of the sentences of one report, in their order.

    Args:
        quantities: the numerals by sentence_id, if they have been found already.

    >>> one = Sentence("r.1", "plan", "text", 0, 9, "坚决打赢脱贫攻坚战", 0, 0, 0, "")
    >>> coded = code_report([one])
    >>> coded.orientation, coded.devices, coded.found[3]
    (['plan'], [('war', 'commitment')], ('commitment', 'directive', 'war', 'war'))
    """
    if quantities is None:
        quantities = {s.sentence_id: find_quantities(s.text) for s in sentences}
    speech = read_speech(sentences)
    orientation = _orientations(speech)
    said = _words_said(speech, orientation)
    hits, devices, counts = _read(speech.texts, said)
    owned = devices[:, DEVICES.index("problem")]
    owned |= _owns_up(speech, orientation)
    numerals = [quantities.get(s.sentence_id, ()) for s in sentences]
    stated = [row for row, own in enumerate(numerals) if own for q in own if q.kind in FIGURES]
    sizes = _sizes(speech, orientation, np.bincount(stated, minlength=len(sentences)))
    sizes |= _add_whole_report(sentences, hits)
    sizes |= {f"device:{name}": devices[:, k] for k, name in enumerate(DEVICES)}
    sizes["plan_commitment"] = sizes["plan"] & sizes["device:commitment"]
    for k, name in enumerate(columns()):
        counts[k] = sizes.get(name, counts[k] if name else 0)
    own = [(row, sentences[row]) for row in owned.nonzero()[0].tolist()]
    hits += [(row, 0, 0, -len(s.text), "problem", s.section) for row, s in own]
    told = [hit for hit in sorted(hits) if hit[1] == 2 or sentences[hit[0]].section != "annex"]
    rows, _, firsts, minus, measures, rules = zip(*told, strict=True) if told else ((),) * 6
    found = (rows, firsts, [-last for last in minus], measures, rules)
    named = [_named(bits) for bits in (devices @ (1 << np.arange(len(DEVICES)))).tolist()]
    return Coded(sentences, speech, orientation.tolist(), named, found, counts.T)


def _orientations(speech: Speech) -> Strings:
    """past (reports what was done or happened), plan (what will or should be done) or stance.

    Stance is neither: evaluation of the situation, thanks, ideology, problems, definitions.
    """
    held, test, review = speech.hold, speech.passing, speech.hold["review"]
    plan = held["problems"] & held["solves"] & ~held["aware"]
    plan |= test(held["annex"], lambda text: cue("public_deeds").search(text, 0, 32))
    left = (review | held["plan"]) & ~held["always_stance"]
    done, modal = left & held["done"], left & held["modal"]
    clear = np.where(review, done, modal)
    left &= ~(clear | held["firm"] | held["situation"] | (held["evaluates"] & ~review))
    left &= ~test(held["period"] & left, _dated)
    tasked = test(left & review & modal, _tasked)
    told = left & ~review & done
    told &= ~test(told, cue("ahead").search)
    past = ((clear | left) & review & ~tasked) | told
    left &= ~(review | told | held["copula"])
    acts = left & (~held["full"] | held["digit"] | (speech.texts.lengths > LONG))
    plan |= (clear & ~review) | tasked | acts | test(left & ~acts, _acts)
    return np.where(past, "past", np.where(plan, "plan", "stance"))


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
    acts, phrases = (listed("orientation", rule) for rule in ("action", "phrase"))
    acting = not acts.isdisjoint(map(add, text, text[1:])) or any(map(text.__contains__, phrases))
    return acting or text[1:2] == "是" or text[:1] in "（—"


def _owns_up(speech: Speech, orientation: Strings) -> Bools:
    """Which sentences that are no thanks name a problem or admit a shortcoming."""
    stance, held = orientation == "stance", speech.hold
    others = (stance ^ held["problems"]) & held["admits"] & ~held["annex"]
    owned = (others | (stance & held["problems"])) & ~held["thanks"]
    return owned & (speech.texts.lengths > 0)


def _words_said(speech: Speech, orientation: Strings) -> Ints:
    """The words that count in such sentences: first, last, row of ``words``, sentence."""
    ahead, plan, figured = orientation != "past", orientation == "plan", speech.hold["digit"]
    met = np.array((ahead | True, ahead, ahead & ~plan, ahead & figured, plan & figured))
    first, last, word = find_words(speech.texts.joined)
    found = np.array((first, last, word, speech.texts.rows(first)))
    return found[:, met[words()[3][1, word], found[3]]]


def _read(texts: Texts, said: Ints) -> tuple[list[Placed], Bools, NDArray[np.float32]]:
    """The hits of words and forms, the devices of each text and what hits count."""
    size, text, (*_, names, numbers) = len(texts.lengths), texts.joined, words()
    device, _, use, *adds = numbers[:, said[2]]
    hit, alike = said[:3, use == 0], said[:3, use == 1]
    spans: list[Span] = [*zip(*alike[:2].tolist(), *names[alike[2]].T.tolist(), strict=True)]
    spans += [*figures.find_forms(text), *parallel.parallels(text), *parallel.four_characters(text)]
    devices = np.zeros((size, len(DEVICES) + 1), dtype=bool)
    devices[said[3], device] = True
    number = {name: k for k, name in enumerate((*DEVICES, ""))}
    devices[_rows(texts, spans), [number[span[4]] for span in spans]] = True
    found = [*_apart(text, spans)]
    more = np.array([counted(*names) for _, _, *names in found], dtype=np.int64).reshape(-1, 2)
    at = ((np.array(adds) * size + said[3])[:, use != 1], more.T * size + _rows(texts, found))
    counts = np.bincount(np.concatenate(at, axis=None), minlength=len(columns()) * size)
    found += zip(*hit[:2].tolist(), *names[hit[2], :2].T.tolist(), strict=True)
    rows, starts = _rows(texts, found).tolist(), texts.starts.tolist()
    hits = [
        (row, 1, first - starts[row], starts[row] - last, measure, rule)
        for row, (first, last, measure, rule) in zip(rows, found, strict=True)
    ]
    return hits, devices[:, :-1], counts.astype(np.float32).reshape(len(columns()), size)


def _rows(texts: Texts, places: Sequence[tuple[Any, ...]]) -> Ints:
    """The texts in which places begin."""
    return texts.rows(np.array([place[0] for place in places], dtype=np.int64))


def _apart(text: str, spans: list[Span]) -> Iterator[tuple[int, int, str, str]]:
    """First, last, measure and rule of hits: the longer first, those of one measure apart."""
    end: dict[str, int] = {}
    for first, last, measure, rule, _ in sorted(spans, key=lambda s: (s[0], -s[1], s[2:])):
        if first >= end.get(measure, 0):
            end[measure] = last
            level = f":{figures.rank_level(text, first, last)}" if measure == "rank_claim" else ""
            yield first, last, measure, rule + level


@lru_cache(maxsize=1024)
def _named(bits: int) -> tuple[str, ...]:
    """The devices whose bits are set."""
    return tuple(name for k, name in enumerate(DEVICES) if bits >> k & 1)


def _add_whole_report(sentences: Sentences, hits: list[Placed]) -> dict[str, NDArray[Any]]:
    """Add what only the whole report shows: repeated frames, abbreviations and their meaning."""
    terms = [(row, first, -last) for row, _, first, last, measure, _ in hits if measure == TERM]
    met = {sentences[row].text[first:last]: row for row, first, last in reversed(terms)}
    said = figures.explanations(sentences, terms)
    frames = [*figures.repeated_frames(["" if s.section in SILENT else s.text for s in sentences])]
    hits += [(row, 2, first, -last, "repeated_frame", rule) for row, first, last, rule in frames]
    hits += [(row, 2, a, -b, "abbreviation_explained", term) for term, (row, a, b) in said.items()]
    rows = {"terms": [*met.values()], "framed": [row for row, *_ in frames]}
    rows["terms_explained"] = [row for term, row in met.items() if term in said]
    return {name: np.bincount(own, minlength=len(sentences)) for name, own in rows.items()}


def _sizes(speech: Speech, orientation: Strings, stated: Ints) -> dict[str, NDArray[Any]]:
    """The counts that are not hits: sizes, orientation, figures, concreteness."""
    texts, held, chars = speech.texts, speech.hold, speech.texts.lengths
    plan, problems, full = orientation == "plan", held["problems"], held["full"]
    _, items, clauses = cut(texts.joined)
    begins = (items.first, parallel.four_letters(texts.joined), clauses.first)
    n_items, four, n_clauses = (np.bincount(texts.rows(at), minlength=len(chars)) for at in begins)
    return {
        "past": orientation == "past",
        "plan": plan,
        "stance": orientation == "stance",
        "sentences": np.ones_like(chars),
        "chars": chars,
        "items": n_items,
        "four": four,
        "text_sentences": full,
        "text_chars": chars * full,
        "clauses": n_clauses * full,
        "problems_chars": chars * problems,
        "before_problems": chars * ~held[""] * (problems.cumsum() == 0) * problems.any(),
        "figures": stated,
        "concrete": plan * (held["deadline"] + 1 * held["named_thing"] + (stated > 0)),
    }
