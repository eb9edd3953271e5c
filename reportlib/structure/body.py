"""One report of a page: its normalised text, parts, headings and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reportlib.records import Edit, Heading, Mapped, Part, Sentence
from reportlib.structure.layout import Layout
from reportlib.structure.paragraphs import Paragraph, read_paragraphs
from reportlib.structure.parts import completeness, name_sections
from reportlib.structure.sentences import read_sentences


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
    headings = []
    for p in paragraphs:
        if p.head:
            start, end = mapped.locate(p.first, p.first + p.head)
            headings.append(Heading(p.level, p.number, page.text[start:end], start, end))
    heads = [p.key for p in paragraphs if p.role == "title"]
    sections = [(p.section, p.key) for p in paragraphs if p.section]
    sentences, state = (
        read_sentences(mapped, paragraphs, report_id),
        completeness(paragraphs, draft),
    )
    parts = _parts(mapped, paragraphs)
    return Body(mapped, edits, heads, parts, headings, sentences, sections, state)


def _parts(mapped: Mapped, paragraphs: Sequence[Paragraph]) -> list[Part]:
    """Neighbouring paragraphs of one section as one part; parts touch, so that they tile."""
    named = [p for p in paragraphs if p.section and p.key]
    firsts = [p for i, p in enumerate(named) if not i or p.section != named[i - 1].section]
    edges = [mapped.locate(p.first, p.last)[0] for p in firsts]
    edges += [mapped.locate(p.first, p.last)[1] for p in named[-1:]]
    return [Part(p.section, *edge) for p, edge in zip(firsts, pairwise(edges), strict=True)]
