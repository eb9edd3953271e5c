"""The plain records that pass between the rooms, and the error classes.

Everything here is frozen: a room returns new records and never changes the ones it was given.
What there are thousands of in a report is a named tuple, made several times as fast.
Offsets called ``start`` and ``end`` are Python string indexes into the **page text**, end
exclusive. Offsets into normalised text are always called ``at``, ``first`` or ``last``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # a message about a wrong call needs no numpy
    import numpy as np
    from numpy.typing import ArrayLike


class ReportlibError(ValueError):
    """Anything wrong with the caller's file, folder, table or name."""


class ReadError(ReportlibError):
    """A file that cannot be read as a page; the message is its ``reason`` in ``pages``."""


class DataError(ReportlibError):
    """A bad row in one of the package's own data files, named by file and line."""


class OutputError(ReportlibError):
    """The output folder cannot be used as asked."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file, or one row of a table file.

    ``kind`` is "page" (readable), "skipped" or "failed"; the build turns "page" into "report" or
    "other". ``given`` is what the user's sidecar says of the page (place, adcode, year, note).
    """

    doc: str
    path: str
    text: str = field(default="", repr=False)
    kind: str = "page"
    reason: str = ""
    sha256: str = ""
    encoding: str = ""
    damage: str = ""
    title: str = ""
    published: str = ""
    source_url: str = ""
    is_plain: bool = True  # False: the page text was extracted and is written to OUT/text/
    given: dict[str, str] = field(default_factory=dict)


class Span(NamedTuple):
    """A labelled stretch of a page: report, annex or noise, with the rule that said so."""

    start: int
    end: int
    label: str
    rule: str
    report: int = -1  # which report of the page, counted from 0; -1 for noise


class Edit(NamedTuple):
    """One change that normalisation made: page[start:end] ``before`` became ``after``."""

    start: int
    end: int
    rule: str
    before: str
    after: str


@dataclass(frozen=True)
class Mapped:
    """Normalised text that knows where each of its characters stands in the page.

    The text is a row of runs. Run k begins at ``firsts[k]`` in the normalised text and at
    ``starts[k]`` in the page; a run with ``lengths[k] == -1`` is a plain copy (one character for
    one character), any other run is one replaced character that stands for ``lengths[k]`` page
    characters.

    >>> Mapped("5亿元", (0, 1), (10, 13), (-1, -1)).locate(0, 3)  # page: 5, two blanks, 亿元
    (10, 15)
    """

    text: str
    firsts: tuple[int, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]

    def locate(self, first: int, last: int) -> tuple[int, int]:
        """Page offsets (start, end) of the normalised characters ``first`` to ``last`` - 1.

        For no characters, both are the place before ``first``, or the end behind the last run.
        """
        begins, ends = self.places
        return int(begins[first]), int(ends[last - 1] if first < last else begins[first])

    def locate_all(self, firsts: ArrayLike, lasts: ArrayLike) -> tuple[list[int], list[int]]:
        """All starts and all ends of stretches of one or more characters, as of ``locate``."""
        import numpy as np

        begins, ends = self.places
        first, last = (np.asarray(at, dtype=np.int64) for at in (firsts, lasts))
        return begins[first].tolist(), ends[last - 1].tolist()

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each character of the text begins in the page, and where it ends.

        One more begins than ends: where the page goes on behind the last character.
        """
        import numpy as np

        columns = ((*self.firsts, len(self.text) + 1), self.starts, self.lengths)
        edges, starts, lengths = (np.array(column, dtype=np.int32) for column in columns)
        begins = np.repeat(starts - edges[:-1], edges[1:] - edges[:-1])
        begins += np.arange(len(begins), dtype=np.int32)
        ends, replaced = begins[:-1] + 1, lengths >= 0
        ends[edges[:-1][replaced]] = begins[edges[:-1][replaced]] + lengths[replaced]
        begins[-1:] = ends[-1:] if self.text else begins[-1:]
        return begins, ends


class Part(NamedTuple):
    """A stretch of a report's body: opening, review, problems, plan or annex (page offsets)."""

    section: str
    start: int
    end: int


class Heading(NamedTuple):
    """A heading. Level 1 一、, level 2 (一), level 3 1. ① —— and run-in headings; page offsets."""

    level: int
    number: str
    text: str
    start: int
    end: int


class Sentence(NamedTuple):
    """A sentence of a report.

    ``text`` is normalised (full-width Chinese punctuation, half-width digits, no spaces inside
    numbers or between Han characters, curly quotation marks); ``first`` is where it begins in the
    report's normalised text, so that ``report.locate(sentence, a, b)`` gives page offsets.
    ``role`` is title (title, delivery and speaker lines), heading or text. ``section`` is empty
    for titles. ``heading`` is the normalised text of the nearest heading above, "" if none; a
    run-in heading stands above the rest of its paragraph.
    Sentences end at 。！？； and at line ends; those cut at ；share their ``chain`` number, so
    that a chain is everything up to a full stop.
    """

    sentence_id: str
    section: str
    role: str
    start: int
    end: int
    text: str
    first: int
    paragraph: int
    chain: int
    heading: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where, when and who: the columns of ``reports`` that describe a report (strings, "" unknown).

    The fields stand in the order of the table.

    Years are "2024" or ""; ``anonymised`` is "0" or "1"; lists are joined by ";".
    """

    title: str = ""
    province: str = ""
    prefecture: str = ""
    county: str = ""
    adcode: str = ""
    level: str = ""
    delivered: str = ""
    title_year: str = ""
    review_year: str = ""
    plan_year: str = ""
    speaker: str = ""
    speaker_title: str = ""
    session: str = ""
    completeness: str = ""
    anonymised: str = "0"
    place_hints: str = ""
    evidence: str = ""
    conflicts: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """One report found in a page, with its normalised text, parts, headings and sentences."""

    report_id: str
    doc: str
    mapped: Mapped
    metadata: Metadata
    parts: tuple[Part, ...] = ()
    headings: tuple[Heading, ...] = ()
    sentences: tuple[Sentence, ...] = ()

    def __repr__(self) -> str:
        m = self.metadata
        place = "".join((m.province, m.prefecture, m.county)) or m.level or "place unknown"
        year, n = m.plan_year or "year unknown", len(self.sentences)
        return f"<Report {self.report_id}: {place} {year}, {m.completeness}, {n} sentences>"

    @cached_property
    def columns(self) -> list[tuple[Any, ...]]:
        """The fields of all sentences, one after the other: all ids, all sections, and so on."""
        return [*zip(*self.sentences, strict=True)] or [()] * len(Sentence._fields)

    def locate(self, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
        """Page offsets of characters ``first`` to ``last`` - 1 of a sentence's normalised text."""
        return self.mapped.locate(sentence.first + first, sentence.first + last)

    def locate_all(
        self, rows: ArrayLike, firsts: ArrayLike, lasts: ArrayLike
    ) -> tuple[list[str], list[int], list[int]]:
        """Ids and page offsets, all starts and all ends, of one or more characters of sentences.

        The same as ``locate`` of each in turn, in a part of the time.

        Args:
            rows: which of ``sentences``.

        >>> mapped = Mapped("5亿元", (0, 1), (10, 13), (-1, -1))
        >>> one = Sentence("r.1", "plan", "text", 10, 15, "5亿元", 0, 0, 0, "")
        >>> report = Report("r", "r.txt", mapped, Metadata(), sentences=(one,))
        >>> report.locate_all([0, 0], [0, 1], [3, 2])
        (['r.1', 'r.1'], [10, 13], [15, 14])
        """
        import numpy as np

        which = np.asarray(rows, dtype=np.int64)
        ids, at = (column.take(which) for column in self._places)
        edges = (at + np.asarray(places, dtype=np.int64) for places in (firsts, lasts))
        return ids.tolist(), *self.mapped.locate_all(*edges)

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """The ids of the sentences, and where they begin in the normalised text."""
        import numpy as np

        ids, *_, firsts, _, _, _ = self.columns
        return np.array(ids, dtype=object), np.array(firsts, dtype=np.int64)


class Quantity(NamedTuple):
    """A numeral in a normalised text, typed as ``tests/gold/KINDS.md`` defines.

    ``first``/``last`` delimit number, unit and touching bound words in that text; ``number`` and
    ``stop`` delimit the bare number with its unit. ``value`` is in the printed unit: a float, an
    ISO date string for a full date, or None (masked, formula, identifier).
    """

    first: int
    last: int
    number: int
    stop: int
    quote: str
    kind: str
    value: float | str | None
    value_high: float | None = None
    unit: str = ""
    value_base: float | None = None
    base_unit: str = ""
    bound: str = "eq"
    masked: bool = False
