"""Sentences of a report, never cut inside quotation marks, brackets or decimals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlib.records import Mapped, Sentence
from reportlib.structure.paragraphs import Paragraph

REACH = 300  # marks farther apart than this are not taken for partners
_PAIRS = [[re.escape(c) for c in pair] for pair in "“” ‘’ （） 《》 「」 『』 【】 〔〕 []".split()]
_OPEN, _CLOSE = map("".join, zip(*_PAIRS, strict=True))
_WHOLE = "|".join(f"{a}[^{a}{b}]{{0,{REACH - 2}}}+{b}" for a, b in _PAIRS)
_MARK = f"(?>{_WHOLE}|[{_OPEN}{_CLOSE}])"
# A full stop inside the closing mark ends the sentence, unless it goes on (“……。”的要求).
_ENDS = f"(?<=[。！？][{_CLOSE}])(?![，；、。的等{_CLOSE}])"
_STOPS = "。！？；"
_PLAIN = f"[^{_STOPS}{_OPEN}{_CLOSE}]*+"
_SENTENCE = re.compile(
    f"{_PLAIN}(?:(?:[{_STOPS}]++(?=[{_CLOSE}])|{_MARK}(?!{_ENDS})){_PLAIN})*+"
    f"(?:[{_STOPS}]++|{_MARK})?+"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of one paragraph, which they make up; none is cut inside marks.

    A mark without its partner counts as an ordinary character; of two pairs that cross, the one
    that opens first is kept whole.

    >>> split_sentences("坚持“稳；进”；增长5.5%。")
    ['坚持“稳；进”；', '增长5.5%。']
    """
    return _SENTENCE.findall(text)[:-1]  # at the end of a text it matches once more


def read_sentences(mapped: Mapped, paragraphs: Sequence[Paragraph], rid: str) -> list[Sentence]:
    """The sentences of all paragraphs in order; a title line or a heading is one of its own.

    A sentence behind the run-in heading of its paragraph stands under that one.
    """
    found: list[Sentence] = []
    (starts, ends), above, chain = (column.data for column in mapped.places), "", 0
    for k, p in enumerate(paragraphs):
        whole = "title" if p.role == "title" else "heading" if 0 < p.head == len(p.key) else ""
        own, role, behind, a = p.key[: p.head] or above, whole or "text", p.first + p.head, p.first
        for text in [p.key] if whole else split_sentences(p.key):
            b = a + len(text)
            sid, heading = f"{rid}.{len(found) + 1:04d}", own if a >= behind else above
            cells = (sid, p.section, role, starts[a], ends[b - 1], text, a, k, chain, heading)
            found.append(tuple.__new__(Sentence, cells))  # thousands, in half the time
            chain += text[-1] != "；" or whole != ""
            a = b
        above = own
    return found
