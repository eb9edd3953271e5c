"""Sentences of a report, never cut inside quotation marks, brackets or decimals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reportlib.records import Mapped, Sentence
from reportlib.structure.paragraphs import Paragraph

_TOKENS = re.compile(r"[。！？；]+|[“‘（《「『【〔\[”’）》」』】〕\]]")
_PARTNER = dict(zip("”’）》」』】〕]", "“‘（《「『【〔[", strict=True))
_OPEN = set(_PARTNER.values())
_STOPS = set("。！？")
_GOES_ON = set("，；、。的等")  # after a quotation that ends in a full stop
REACH = 300  # marks farther apart than this are not taken for partners


def split_sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(first, last, ends_chain) of the sentences of one paragraph, never cut inside marks.

    A mark without its partner counts as an ordinary character.

    >>> list(split_sentences("坚持“稳；进”；增长5.5%。"))
    [(0, 8, False), (8, 15, True)]
    """
    tokens = [(m[0], m.start(), m.end()) for m in _TOKENS.finditer(text)]
    closes = _closes(tokens)
    first = inside = 0
    for mark, at, last in tokens:
        if mark in _OPEN:
            inside = max(inside, closes.get(at, 0))
            continue
        following = text[last : last + 1]
        if last < inside or following in _PARTNER:
            continue
        if mark in _PARTNER and (text[at - 1 : at] not in _STOPS or following in _GOES_ON):
            continue
        yield first, last, mark[0] != "；"
        first = last
    if first < len(text):
        yield first, len(text), True


def _closes(tokens: Sequence[tuple[str, int, int]]) -> dict[int, int]:
    """Where the partner of each opening mark ends."""
    opened: dict[str, list[int]] = defaultdict(list)
    closes = {}
    for mark, at, last in tokens:
        if mark in _OPEN:
            opened[mark].append(at)
        elif (waiting := opened.get(_PARTNER.get(mark, ""))) and last - waiting[-1] <= REACH:
            closes[waiting.pop()] = last
    return closes


def read_sentences(mapped: Mapped, paragraphs: Sequence[Paragraph], rid: str) -> Iterator[Sentence]:
    """The sentences of all paragraphs in order; a title line or a heading is one of its own."""
    heading, chain, n = "", 0, 0
    for k, p in enumerate(paragraphs):
        whole = "title" if p.role == "title" else "heading" if 0 < p.head == len(p.key) else ""
        for first, last, ends in [(0, len(p.key), True)] if whole else split_sentences(p.key):
            n, at = n + 1, p.first + first
            start, end = mapped.locate(at, p.first + last)
            role, text = whole or "text", p.key[first:last]
            sid = f"{rid}.{n:04d}"
            yield Sentence(sid, p.section, role, start, end, text, at, k, chain, heading)
            chain += ends
        heading = p.key[: p.head] or heading
