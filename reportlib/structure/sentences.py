"""Sentences of a report, never cut inside quotation marks, brackets or decimals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reportlib.records import Mapped, Sentence
from reportlib.structure.paragraphs import Paragraph

REACH = 300  # marks farther apart than this are not taken for partners
_PAIRS = [[re.escape(c) for c in pair] for pair in "“” ‘’ （） 《》 「」 『』 【】 〔〕 []".split()]
_OPEN, _CLOSE = map("".join, zip(*_PAIRS, strict=True))
_WHOLE = "|".join(f"{a}[^{a}{b}]{{0,{REACH - 2}}}+{b}" for a, b in _PAIRS)
_MARK = f"(?>{_WHOLE}|[{_OPEN}{_CLOSE}])"
# A full stop inside the closing mark ends the sentence, unless it goes on (“……。”的要求).
_ENDS = f"(?<=[。！？][{_CLOSE}])(?![，；、。的等{_CLOSE}])"
_SENTENCE = re.compile(
    f"(?:[^。！？；{_OPEN}{_CLOSE}]++|[。！？；]++(?=[{_CLOSE}])|{_MARK}(?!{_ENDS}))*+"
    f"(?:([。！？；]++)|{_MARK})?+"
)


def split_sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(first, last, ends_chain) of the sentences of one paragraph, never cut inside marks.

    A mark without its partner counts as an ordinary character; of two pairs that cross, the one
    that opens first is kept whole.

    >>> list(split_sentences("坚持“稳；进”；增长5.5%。"))
    [(0, 8, False), (8, 15, True)]
    """
    for found in _SENTENCE.finditer(text):
        first, last = found.span()
        if first < last:
            yield first, last, not found[1] or found[1][0] != "；"


def read_sentences(mapped: Mapped, paragraphs: Sequence[Paragraph], rid: str) -> Iterator[Sentence]:
    """The sentences of all paragraphs in order; a title line or a heading is one of its own.

    A sentence behind the run-in heading of its paragraph stands under that one.
    """
    above, chain, n = "", 0, 0
    for k, p in enumerate(paragraphs):
        whole = "title" if p.role == "title" else "heading" if 0 < p.head == len(p.key) else ""
        own = p.key[: p.head] or above
        for first, last, ends in [(0, len(p.key), True)] if whole else split_sentences(p.key):
            n, at = n + 1, p.first + first
            start, end = mapped.locate(at, p.first + last)
            role, text = whole or "text", p.key[first:last]
            sid, heading = f"{rid}.{n:04d}", own if first >= p.head else above
            yield Sentence(sid, p.section, role, start, end, text, at, k, chain, heading)
            chain += ends
        above = own
