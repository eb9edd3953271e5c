"""Records: the map from normalised text back to the page, one by one and all at once."""

from __future__ import annotations

import pickle
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reportlib.clean import normalise
from reportlib.records import Mapped, Metadata, Report, Sentence

PAGES = st.text(st.sampled_from("完成 2,3亿元　，。\u200b７%&nbsp;*\n"), min_size=1, max_size=60)
RUNS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1)


@given(RUNS)
def test_a_map_says_where_each_character_stands(runs: list[tuple[int, int, bool]]) -> None:
    """Runs laid out by hand, with gaps between: each character, each stretch, and nothing."""
    firsts, starts, lengths, spans = [], [], [], []
    page = 0
    for gap, size, copied in runs:
        page += gap
        firsts.append(len(spans))
        starts.append(page)
        lengths.append(-1 if copied else size)
        spans += (
            [(page + k, page + k + 1) for k in range(size)] if copied else [(page, page + size)]
        )
        page += size
    mapped = Mapped("字" * len(spans), tuple(firsts), tuple(starts), tuple(lengths))
    for first in range(len(spans)):
        assert mapped.locate(first, first) == (spans[first][0], spans[first][0])
        for last in range(first + 1, len(spans) + 1):
            assert mapped.locate(first, last) == (spans[first][0], spans[last - 1][1])
    behind = spans[-1][1] if spans else starts[-1]
    assert mapped.locate(len(spans), len(spans)) == (behind, behind)


@given(PAGES, st.data())
def test_all_at_once_is_one_by_one(page: str, data: st.DataObject) -> None:
    """``locate_all`` says of many hits what ``locate`` says of each."""
    mapped, _ = normalise(page)
    cuts = data.draw(st.sets(st.integers(1, max(1, len(mapped.text) - 1))))
    edges = [0, *sorted(cut for cut in cuts if cut < len(mapped.text)), len(mapped.text)]
    sentences = [
        Sentence("r.1", "plan", "text", 0, 0, mapped.text[a:b], a, 0, 0, "")
        for a, b in pairwise(edges)
    ]
    hits = [
        (row, first, last)
        for row, s in enumerate(sentences)
        for first in range(len(s.text))
        for last in range(first + 1, len(s.text) + 1)
    ]
    report = Report("r", "r.txt", mapped, Metadata(), sentences=tuple(sentences))
    columns = zip(*hits, strict=True) if hits else ((), (), ())
    found = list(zip(*report.locate_all(*columns), strict=True))
    assert found == [("r.1", *report.locate(sentences[row], *at)) for row, *at in hits]
    assert report.locate_all([], [], []) == ([], [], [])


def test_a_map_in_use_is_equal_and_can_be_sent() -> None:
    """What a map has worked out for itself changes neither what it equals nor its copies."""
    used, fresh = (normalise("完成 7 4 7 亿元")[0] for _ in range(2))
    assert used.locate(2, 5) == (3, 8)
    assert used == fresh and hash(used) == hash(fresh)
    assert pickle.loads(pickle.dumps(used)).locate(2, 5) == (3, 8)
