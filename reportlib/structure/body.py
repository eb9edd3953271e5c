"""One report of a page: its normalised text, parts, headings and sentences.

Sentences are never cut inside quotation marks, brackets or decimals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportlib.records import Edit, Heading, Mapped, Part, Sentence
from reportlib.structure.layout import Layout
from reportlib.structure.paragraphs import Paragraph, read_paragraphs
from reportlib.structure.parts import completeness, name_sections

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
    f"{_PLAIN}(?>(?:(?:{_MARK}(?!{_ENDS})|[{_STOPS}]++(?=[{_CLOSE}])){_PLAIN})*)"
    f"(?>(?:[{_STOPS}]++|{_MARK})?)"
)


@dataclass(frozen=True, slots=True)
class Body:
    """What ``read_body`` finds; ``heads`` are title lines, ``sections`` (section, text) pairs."""

    mapped: Mapped
    edits: list[Edit]
    heads: list[str]
    parts: list[Part]
    headings: list[Heading]
    sentences: list[Sentence]
    sections: list[tuple[str, str]]
    completeness: str


def read_body(page: Layout, index: int, report_id: str) -> Body:
    """Normalise one report of a page and find its parts, headings and sentences.

    >>> from reportlib.structure import lay_out
    >>> page = lay_out("各位代表：\\n我代表市政府向大会报告工作，请予审议。\\n一、2023年工作回顾")
    >>> body = read_body(page, 0, "r")
    >>> [(part.section, part.start, part.end) for part in body.parts]
    [('opening', 0, 26), ('review', 26, 37)]
    >>> body.headings[0].text, body.sentences[-1].role
    ('一、2023年工作回顾', 'heading')
    """
    draft = page.drafts[index]
    paragraphs, mapped, edits = read_paragraphs(page, index)
    name_sections(paragraphs, draft)
    headed = [p for p in paragraphs if p.head]
    spans = mapped.locate_all([p.first for p in headed], [p.first + p.head for p in headed])
    found = zip(headed, *spans, strict=True)
    headings = [Heading(p.level, p.number, page.text[a:b], a, b) for p, a, b in found]
    heads = [p.key for p in paragraphs if p.role == "title"]
    sections = [(p.section, p.key) for p in paragraphs if p.section]
    sentences = read_sentences(mapped, paragraphs, report_id)
    parts, state = _parts(mapped, paragraphs), completeness(paragraphs, draft)
    return Body(mapped, edits, heads, parts, headings, sentences, sections, state)


def _parts(mapped: Mapped, paragraphs: Sequence[Paragraph]) -> list[Part]:
    """Neighbouring paragraphs of one section as one part; parts touch, so that they tile."""
    named = [p for p in paragraphs if p.section and p.key]
    firsts = [p for i, p in enumerate(named) if not i or p.section != named[i - 1].section]
    edges = [mapped.locate(p.first, p.last)[0] for p in firsts]
    edges += [mapped.locate(p.first, p.last)[1] for p in named[-1:]]
    return [Part(p.section, *edge) for p, edge in zip(firsts, pairwise(edges), strict=True)]


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
            sid, heading = f"{rid}.{str(len(found) + 1).zfill(4)}", own if a >= behind else above
            cells = (sid, p.section, role, starts[a], ends[b - 1], text, a, k, chain, heading)
            found.append(tuple.__new__(Sentence, cells))  # thousands, in half the time
            chain += text[-1] != "；" or whole != ""
            a = b
        above = own
    return found
