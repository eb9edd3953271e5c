"""Sentences coded: orientation, devices, hits, and the counts behind every measure.

Orientation rests first on the part of the report: a review reports, a plan plans. The cues of
``data/rhetoric_patterns.toml`` overrule it. They are rules of thumb: a code says how a sentence is
put, not what its speaker meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, compress, count, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportlib.finder import apart
from reportlib.quantities import find_quantities
from reportlib.records import Quantity, Sentence
from reportlib.rhetoric import figures, parallel
from reportlib.rhetoric.parallel import Bools, Ints, among, cut
from reportlib.rhetoric.vocabulary import DEVICES, columns, counted, cue, listed, words
from reportlib.themes.lexicon import Texts

FIGURES = frozenset({"money", "percent", "points", "multiple", "count", "physical"})
PARTS = ("opening", "review", "problems", "plan")
SILENT = ("", "annex")  # titles and the annex are no part of the speech
NEAR = 12  # characters from the beginning of a clause within which a modal word governs it
LONG = 30  # characters beyond which a sentence of the plan is hardly ever an aphorism
Sentences = Sequence[Sentence]
Names = defaultdict[tuple[str, str], int]  # numbers of measures and rules, in order of use
Quantities = Iterable[Sequence[Quantity]]


class Speech(NamedTuple):
    """The sentences of some reports, one report after the other, and which of them ``hold``.

    By name: a cue that is looked for everywhere, a ``digit``, a part of the report, ``full`` (no
    title and no heading). Report k is rows ``edges[k]`` to ``edges[k + 1]`` - 1.
    """

    sentences: Sentences
    texts: Texts
    hold: dict[str, Bools]
    edges: list[int]

    def passing(self, rows: Bools, test: Callable[[str], object]) -> Bools:
        """Which of the sentences in these rows pass a test."""
        passed, said = np.zeros(len(rows), dtype=bool), self.sentences
        passed[[row for row in rows.nonzero()[0].tolist() if test(said[row].text)]] = True
        return passed


def read_speech(reports: Sequence[Sentences]) -> Speech:
    """The speech that the sentences of reports make."""
    sentences = [*chain.from_iterable(reports)]
    texts = Texts([s.text for s in sentences])
    section = np.array([s.section for s in sentences], dtype=str)
    hold = {part: section == part for part in PARTS + SILENT}
    hold["full"] = np.array([s.role == "text" for s in sentences], dtype=bool)
    hold["digit"] = _count(texts, cut(texts.joined)[3]) > 0
    for name, met in figures.find_cues(texts.joined).items():
        hold[name] = _count(texts, [first for first, _ in met]) > 0
    return Speech(sentences, texts, hold, [*accumulate(map(len, reports), initial=0)])


def _count(texts: Texts, at: ArrayLike) -> Ints:
    """How many of the characters at ``at`` stand in each text."""
    return np.bincount(texts.rows(np.asarray(at, dtype=np.int64)), minlength=len(texts.lengths))


class Coded(NamedTuple):
    """How the sentences of one report are put: row k of each table is that of sentence k.

    ``found`` has the hits as columns, in the order of the sentences: row, first and last in the
    sentence, measure, rule; of the annex only what it explains. ``counts`` has the columns of
    ``columns``: whole numbers, which 32 bits hold as they are. ``hold`` is that of the speech.
    """

    found: tuple[NDArray[Any], ...]
    hold: dict[str, Bools]
    sentences: Sentences
    orientation: list[str]
    devices: list[tuple[str, ...]]
    counts: NDArray[np.float32]


def code_report(sentences: Sentences, quantities: Quantities | None = None) -> Coded:
    """Orientation, devices, hits and counts of the sentences of one report, in their order.

    Args:
        quantities: the numerals of each sentence, if they have been found already.

    >>> one = Sentence("r.1", "plan", "text", 0, 9, "坚决打赢脱贫攻坚战", 0, 0, 0, "")
    >>> coded = code_report([one])
    >>> coded.orientation, coded.devices, coded.found[3].tolist()
    (['plan'], [('war', 'commitment')], ['commitment', 'directive', 'war', 'war'])
    """
    numerals = (find_quantities(s.text) for s in sentences) if quantities is None else quantities
    return code_reports([sentences], numerals)[0]


def code_reports(reports: Sequence[Sentences], quantities: Quantities) -> list[Coded]:
    """``code_report`` of several reports in one pass; none depends on the others.

    >>> code_reports([], [])
    []
    """
    speech, names = read_speech(reports), defaultdict(count(len(words()[2])).__next__, words()[2])
    orientation = _orientations(speech)
    hits, devices, counts = _read(speech.texts, _words_said(speech, orientation), names)
    owned = devices[:, DEVICES.index("problem")]
    owned |= _owns_up(speech, orientation)
    told, sizes = _whole_reports(speech, hits, names)
    stated = [row for row, own in enumerate(quantities) if own for q in own if q.kind in FIGURES]
    sizes |= _sizes(speech, orientation, np.bincount(stated, minlength=len(orientation)))
    sizes |= {f"device:{name}": devices[:, k] for k, name in enumerate(DEVICES)}
    sizes["plan_commitment"] = sizes["plan"] & sizes["device:commitment"]
    for k, name in enumerate(columns()):
        counts[k] = sizes.get(name, counts[k] if name else 0)
    own = compress(enumerate(speech.sentences), owned.tolist())
    owns = [(row, 0, len(s.text), names["problem", s.section]) for row, s in own]
    hits = np.concatenate((np.array(owns, dtype=np.int64).reshape(-1, 4).T, hits), axis=1)
    hits = np.concatenate((hits[:, ~speech.hold["annex"][hits[0]]], told), axis=1)
    hits = hits[:, hits[0].argsort(kind="stable")]  # of one sentence those of the report come last
    named = [_named(bits) for bits in (devices @ (1 << np.arange(len(DEVICES)))).tolist()]
    found = (*hits[:3], *np.array([*names], dtype=object).T[:, hits[3]])
    return [*_apiece(speech, found, orientation.tolist(), named, counts.T.astype(np.float32))]


def _apiece(speech: Speech, found: tuple[NDArray[Any], ...], *codes: Any) -> Iterator[Coded]:
    """What each report has of the hits, and of columns with a row for each sentence."""
    columns = (speech.sentences, *codes)
    hits = found[0].searchsorted(speech.edges).tolist()
    for (a, first), (b, last) in pairwise(zip(speech.edges, hits, strict=True)):
        row, *others = (column[first:last] for column in found)
        hold = {name: held[a:b] for name, held in speech.hold.items()}
        yield Coded((row - a, *others), hold, *(column[a:b] for column in columns))


def _orientations(speech: Speech) -> NDArray[np.str_]:
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
    short = left & held["full"] & ~held["digit"] & (speech.texts.lengths <= LONG)
    plan |= (clear & ~review) | tasked | (left & ~short) | (short & _acts(speech, short))
    return np.where(past, "past", np.where(plan, "plan", "stance"))


def _dated(text: str) -> bool:
    """Whether 是 or 为 stands before the first word of a period: 今年是…之年."""
    period = cue("period").search(text + "\n")
    return period is not None and not {"是", "为"}.isdisjoint(text[: period.start()])


def _tasked(text: str) -> bool:
    """Whether a modal word of its own stands near the beginning of a clause."""
    modal = cue("modal").search(text)
    if modal is None or cue("quoted_task").match(text):
        return False
    return modal.start() - max(text.rfind(mark, 0, modal.start()) for mark in "，；：") <= NEAR


def _acts(speech: Speech, rows: Bools) -> Bools:
    """Which of these short sentences of the plan are a task by their form, or name an act.

    An aphorism does neither.
    """
    texts, codes = speech.texts, cut(speech.texts.joined)[0]
    at = np.repeat(rows, texts.lengths + 1).nonzero()[0]
    acting = _count(texts, at[parallel.worded(codes, at, "orientation", "action")]) > 0
    acting |= (codes[texts.starts + 1] == ord("是")) | among(codes[texts.starts], "（—\n")
    phrases = listed("orientation", "phrase")
    return acting | speech.passing(rows & ~acting, lambda s: any(map(s.__contains__, phrases)))


def _owns_up(speech: Speech, orientation: NDArray[np.str_]) -> Bools:
    """Which sentences that are no thanks name a problem or admit a shortcoming."""
    stance, held = orientation == "stance", speech.hold
    others = (stance ^ held["problems"]) & held["admits"] & ~held["annex"]
    owned = (others | (stance & held["problems"])) & ~held["thanks"]
    return owned & (speech.texts.lengths > 0)


def _words_said(speech: Speech, orientation: NDArray[np.str_]) -> Ints:
    """The words that count in such sentences: first, last and the lines of ``words``."""
    ahead, plan, figured = orientation != "past", orientation == "plan", speech.hold["digit"]
    met = np.array((ahead | True, ahead, ahead & ~plan, ahead & figured, plan & figured))
    finder, meant, _, numbers = words()
    word, *places = finder.find(speech.texts.joined)
    at, which = np.nonzero(meant[word] >= 0)
    first, last = (column[at] for column in places)
    found = np.array((first, last, *numbers[:, meant[word[at], which]]))
    return found[:, met[found[5], speech.texts.rows(first)]]


def _read(texts: Texts, said: Ints, names: Names) -> tuple[Ints, Bools, Ints]:
    """Hits (row, first, last, name) in their order, devices of each text and what hits count."""
    size, text, number = len(texts.lengths), texts.joined, {d: k for k, d in enumerate(DEVICES)}
    forms = (figures.find_forms(text), parallel.parallels(text), parallel.four_characters(text))
    spans = [(a, b, names[m, r], 1, number.get(of, -1)) for a, b, m, r, of in chain(*forms)]
    found = np.concatenate((said[:5], np.array(spans, dtype=np.int64).reshape(-1, 5).T), axis=1)
    devices = np.zeros((size, len(DEVICES) + 1), dtype=bool)
    devices[texts.rows(found[0]), found[4]] = True
    first, last, name, use, _ = found = _apart(text, found, names)
    row, adds = texts.rows(first), np.array([counted(*name) for name in names]).T
    counts = np.bincount((adds[:, name] * size + row).ravel(), minlength=len(columns()) * size)
    hits = np.array((row, first - texts.starts[row], last - texts.starts[row], name))
    return hits[:, use < 2], devices[:, :-1], counts.reshape(len(columns()), size)


def _apart(text: str, found: Ints, names: Names) -> Ints:
    """Hits in their order: the longer first, those of one measure apart, ranks with their level."""
    rank = np.argsort([names[name] for name in sorted(names)])
    found = found[:, np.lexsort((rank[found[2]], -found[1], found[0]))]
    number, told = {measure: k for k, (measure, _) in enumerate(names)}, [*names]
    measure, kept = np.array([number[name] for name, _ in names])[found[2]], found[3] != 1
    alike = (~kept).nonzero()[0]
    alike = alike[measure[alike].argsort(kind="stable")]
    first, last = found[:2, alike] + measure[alike] * len(text)
    kept[alike[apart(first, last)]] = True
    for k in (kept & (measure == number["rank_claim"])).nonzero()[0].tolist():
        level = figures.rank_level(text, *found[:2, k].tolist())
        found[2, k] = names["rank_claim", f"{told[found[2, k]][1]}:{level}"]
    return found[:, kept]


@lru_cache(maxsize=1024)
def _named(bits: int) -> tuple[str, ...]:
    """The devices whose bits are set."""
    return tuple(name for k, name in enumerate(DEVICES) if bits >> k & 1)


def _whole_reports(speech: Speech, hits: Ints, names: Names) -> tuple[Ints, dict[str, Any]]:
    """What only whole reports show: repeated frames, abbreviations and their meaning; counts."""
    sentences, said = speech.sentences, ~(speech.hold[""] | speech.hold["annex"])
    told: list[tuple[int, int, int, str, str]] = []  # row, first, -last, measure, rule
    terms = hits[:, np.array([measure == "numeric_abbreviation" for measure, _ in names])[hits[3]]]
    places = [*zip(*terms[:3].tolist(), strict=True)]
    rows: dict[str, list[int]] = {"terms": [], "terms_explained": [], "framed": []}
    ends = zip(speech.edges, terms[0].searchsorted(speech.edges).tolist(), strict=True)
    for (a, c), (b, d) in pairwise(ends):
        met = {sentences[row].text[x:y]: row for row, x, y in reversed(places[c:d])}
        meant = figures.explanations(sentences, places[c:d])
        rows["terms"] += met.values()
        rows["terms_explained"] += [met[term] for term in meant]
        frames = [*figures.repeated_frames(speech.texts, (a + said[a:b].nonzero()[0]).tolist())]
        rows["framed"] += [row for row, *_ in frames]
        told += [(row, x, -y, "repeated_frame", rule) for row, x, y, rule in frames]
        told += [(k, x, -y, "abbreviation_explained", m) for m, (k, x, y) in meant.items()]
    placed = [(row, x, -y, names[m, r]) for row, x, y, m, r in sorted(told)]
    counts = {name: np.bincount(own, minlength=len(said)) for name, own in rows.items()}
    return np.array(placed, dtype=np.int64).reshape(-1, 4).T, counts


def _sizes(speech: Speech, orientation: NDArray[np.str_], stated: Ints) -> dict[str, NDArray[Any]]:
    """The counts that are not hits: sizes, orientation, figures, concreteness."""
    texts, held, chars = speech.texts, speech.hold, speech.texts.lengths
    plan, problems, full = orientation == "plan", held["problems"], held["full"]
    _, items, clauses, _ = cut(texts.joined)
    apiece = np.split(problems, speech.edges[1:-1])
    before = np.concatenate([(own.cumsum() == 0) & own.any() for own in apiece])
    begins = (items.first, parallel.four_letters(texts.joined), clauses.first)
    n_items, four, n_clauses = (_count(texts, at) for at in begins)
    return {
        **{name: orientation == name for name in ("past", "plan", "stance")},
        "sentences": np.ones_like(chars),
        "chars": chars,
        "items": n_items,
        "four": four,
        "text_sentences": full,
        "text_chars": chars * full,
        "clauses": n_clauses * full,
        "problems_chars": chars * problems,
        "before_problems": chars * ~held[""] * before,
        "figures": stated,
        "concrete": plan * (held["deadline"] + 1 * held["named_thing"] + (stated > 0)),
    }
