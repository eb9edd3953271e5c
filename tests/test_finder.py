"""Words of a list in a text: against the plainest search, whatever the characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportlib.finder import WINDOW, Finder

# Few characters, so that words overlap; 𠀀 and 𪚥 need two UTF-16 units, \uffff stands for such.
LETTERS = st.sampled_from("城镇环境a \0\uffff𠀀𪚥\ud800")
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=2 * WINDOW + 3), min_size=1, unique=True)


def plainly(words: list[str], text: str) -> list[tuple[int, int, int]]:
    """All occurrences: (number, first, last), of two that begin together the longer one first."""
    met = [
        (k, at, at + len(word))
        for k, word in enumerate(words)
        for at in range(len(text))
        if text.startswith(word, at)
    ]
    return sorted(met, key=lambda span: (span[1], -span[2]))


@given(WORDS, st.data())
def test_finds_what_a_plain_search_finds(words: list[str], data: st.DataObject) -> None:
    """All of them where they may overlap, else the leftmost and longest."""
    text = "".join(data.draw(st.lists(st.sampled_from(words) | LETTERS)))
    finder, every = Finder(words), plainly(words, text)
    assert [*zip(*(c.tolist() for c in finder.find(text, overlapping=True)), strict=True)] == every
    kept, end = [], 0
    for span in every:
        if span[1] >= end:
            kept.append(span)
            end = span[2]
    assert [*zip(*(c.tolist() for c in finder.find(text)), strict=True)] == kept


@pytest.mark.parametrize("text", ["", "境", "环境" * 9, "无"])
def test_short_texts(text: str) -> None:
    """A text may be shorter than the words, and empty."""
    _, first, last = Finder(["环境", "营商环境"]).find(text)
    assert last.tolist() == [at + 2 for at in first.tolist()]
    assert len(first) == text.count("环境")


def test_words_of_one_hash_are_told_apart() -> None:
    """More words than there are hashes, which many of them share."""
    words = [chr(0x4E00 + a) + chr(0x4E00 + b) + "区" for a in range(300) for b in range(250)]
    number, first, _ = Finder(words).find("，".join(words[::7]))
    assert number.tolist() == [*range(0, len(words), 7)]
    assert first.tolist() == [*range(0, 4 * len(number), 4)]
