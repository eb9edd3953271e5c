"""Terms of the 19 themes, and where they stand in a text: leftmost first, the longest wins.

A character belongs to one term, so 营商环境 is a hit of business_env and never one of environment.
Terms are matched on the text itself, never on cut words: a cutter hides four hits in ten.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reportlib.finder import Finder, Ints, apart
from reportlib.records import DataError
from reportlib.resources import require, table

CLASSES = {"strong": "1", "weak": "0.3"}  # with the weight of a term that nobody measured
MATCHES = ("literal", "ascii")
LATIN = re.compile("[0-9A-Za-z]")


class ThemeHit(NamedTuple):
    """Characters ``first`` to ``last`` - 1 of a text are ``term``, a term of ``theme``.

    A weak hit (``strong`` false) means its theme only in company: in a sentence about it.
    """

    first: int
    last: int
    term: str
    theme: str
    strong: bool


class Texts:
    """Texts joined for one pass; text k begins at ``starts[k]`` of ``joined``."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.joined = "\n".join((*texts, ""))
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.starts = np.cumsum(self.lengths + 1) - self.lengths - 1
        self._row = np.arange(len(texts), dtype=np.int32).repeat(self.lengths + 1)  # of a character

    def rows(self, at: Ints) -> Ints:
        """Numbers of the texts in which the characters at ``at`` stand."""
        return self._row[at].astype(np.int64)


class Found(NamedTuple):
    """Hits in many texts: numbers of the term and of the text, and the characters in that text."""

    term: Ints
    text: Ints
    first: Ints
    last: Ints

    def within(self, begin: int, end: int) -> Found:
        """The hits in texts ``begin`` to ``end`` - 1, which are numbered anew from 0."""
        low, high = np.searchsorted(self.text, (begin, end))
        term, text, *places = (column[low:high] for column in self)
        return Found(term, text - begin, *places)


class Lexicon:
    """Terms with their themes, and texts that only look like terms (``shields``).

    Args:
        rows: ``theme`` (an id of ``data/themes.csv``) and ``term``; optional ``strength`` (strong,
            weak), ``weight`` (evidence that a hit gives: about 1 for a sure term), ``also`` (a
            second theme) and ``match`` (literal; ascii: not inside a longer Latin word or number).
        shields: texts in which no term is seen: 绿色通道 says nothing of environment.
        source: name used in messages.

    Raises:
        DataError: empty or repeated terms, unknown words or bad weights, each with its line.
    """

    def __init__(
        self, rows: Sequence[Mapping[str, str]], shields: Sequence[str] = (), source: str = "rows"
    ) -> None:
        if faults := [*_faults(rows)]:
            raise DataError("; ".join(f"{source} line {line}: {why}" for line, why in faults))
        number = {theme: k for k, theme in enumerate(theme_ids())} | {"": -1}
        strength = [row.get("strength") or "strong" for row in rows]
        weight = [row.get("weight") or CLASSES[s] for row, s in zip(rows, strength, strict=True)]
        self.rows = tuple(rows)
        self.terms = tuple(row["term"] for row in rows)
        self._named = np.array([self.terms, [row["theme"] for row in rows]], dtype=object)
        self.shields = tuple(sorted(set(shields) - set(self.terms)))
        themes = [[number[row.get(c) or ""] for row in rows] for c in ("theme", "also")]
        self.theme, also = np.array(themes, dtype=np.int64)
        self.weight = np.array(weight, dtype=float)
        self.also, self.second = np.where(also < 0, self.theme, also), self.weight * (also >= 0)
        self.strong = np.array([s == "strong" for s in strength], dtype=bool)
        cues = {row["cue"] for row in table("theme_cues", ("cue", "kind"), unique="cue")}
        words = [*self.terms, *self.shields]
        self._listed, words = len(words), [*words, *sorted(cues.difference(words))]
        self._finder, self._cues = Finder(words), np.array([word in cues for word in words])
        latin = {row["term"] for row in rows if row.get("match") == "ascii"}
        self._latin = np.array([word in latin for word in words])

    def search(self, texts: Texts) -> tuple[Found, Ints]:
        """All hits in many texts, in one pass, and the texts in which cues stand."""
        word, first, last = self._finder.find(texts.joined, overlapping=True)
        met = (self._cues.take(word).nonzero()[0], (word < self._listed).nonzero()[0])
        cues, own = (kind.take(apart(first.take(kind), last.take(kind))) for kind in met)
        term, begin, end = (column.take(own) for column in (word, first, last))
        kept = term < len(self.terms)
        for k in self._latin.take(term).nonzero()[0].tolist():
            # before the first character stands the end of the last text
            kept[k] = not LATIN.search(texts.joined[begin[k] - 1] + texts.joined[end[k]])
        term, begin, end = (column.compress(kept) for column in (term, begin, end))
        start = texts.starts.take(text := texts.rows(begin))
        return Found(term, text, begin - start, end - start), texts.rows(first.take(cues))

    def named(self, found: Found) -> list[list[str]]:
        """The terms and the themes of what ``search`` found."""
        return [names.take(found.term).tolist() for names in self._named]


def _faults(rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of the rows of a lexicon; line 1 is the header."""
    lists = {"theme": theme_ids(), "also": theme_ids(), "strength": CLASSES, "match": MATCHES}
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, start=2):
        if not (term := row.get("term") or "").strip():
            yield line, "the term is empty"
        elif seen.setdefault(term, line) != line:
            yield line, f"{term!r} stands already on line {seen[term]}"
        if not (row.get("weight") or "1").replace(".", "", 1).isdecimal():
            yield line, f"weight {row['weight']!r} is no number of 0 or more"
        for column, words in lists.items():
            if (word := row.get(column) or "") not in words and (word or column == "theme"):
                yield line, f"{column} {word!r} is none of {', '.join(words)}"


@cache
def theme_ids() -> tuple[str, ...]:
    """The ids of ``data/themes.csv``, in its order.

    >>> len(theme_ids()), theme_ids()[0]
    (19, 'macro_demand')
    """
    return tuple(row["id"] for row in table("themes", ("id", "zh", "en"), unique="id"))


@cache
def lexicon() -> Lexicon:
    """The package's own lexicon: ``data/theme_terms.csv`` and ``data/theme_exclusions.csv``.

    >>> lexicon().rows[0]["theme"], "营商环境" in lexicon().terms
    ('macro_demand', True)
    """
    rows = table("theme_terms", ("theme", "term", "strength", "weight", "match"), unique="term")
    shields = [row["text"] for row in table("theme_exclusions", ("text", "shields"), unique="text")]
    return Lexicon(rows, shields, "theme_terms.csv")


def read_lexicon(path: str | Path, shields: Sequence[str] = ()) -> Lexicon:
    """A lexicon of your own: a CSV file (UTF-8) with the columns ``theme`` and ``term`` at least.

    Terms are plain text: characters that mean something in patterns mean nothing here.

    Raises:
        DataError: no such file or column, or bad rows, each named with its line.

    >>> read_lexicon("none.csv")
    Traceback (most recent call last):
    reportlib.records.DataError: none.csv: not readable as a UTF-8 table ([Errno 2] No such ...
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, restval="")
            rows, columns = list(reader), reader.fieldnames or []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: not readable as a UTF-8 table ({error})") from None
    if missing := [c for c in ("theme", "term") if c not in columns]:
        raise DataError(f"{path.name}: no column {missing[0]!r}; it has {', '.join(columns)}")
    return Lexicon(rows, shields, path.name)


def find_terms(text: str, theme: str = "", of: Lexicon | None = None) -> list[ThemeHit]:
    """The theme terms in a normalised text; those of one theme only, if it is named.

    Raises:
        ReportlibError: an unknown theme, with the nearest known one.

    >>> [(h.term, h.theme) for h in find_terms("优化营商环境，建设高标准农田。")]
    [('营商环境', 'business_env'), ('高标准农田', 'rural')]
    """
    theme = theme and require(theme, list(theme_ids()), "theme")
    found = (of := of or lexicon()).search(Texts([text]))[0]
    places, strong = (found.first.tolist(), found.last.tolist()), of.strong[found.term].tolist()
    return [h for h in map(ThemeHit, *places, *of.named(found), strong) if theme in ("", h.theme)]
