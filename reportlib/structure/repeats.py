"""Text that a page prints more than once: running headers, page numbers, a second copy."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from reportlib.structure.layout import Draft, Layout, says

# About every fifth stretch of twelve characters.
SHINGLE = re.compile("(?=([发工建业展政府会人报].{11}))")
PAGE_CHARS = 250  # a printed page holds more text than this
COPY_CHARS = 200  # fewer characters in a row that stood before may be chance


def running_lines(page: Layout, draft: Draft) -> dict[int, str]:
    """Lines of a report that come back on every printed page: headers, footers, page numbers."""
    rows: dict[str, list[int]] = defaultdict(list)
    for i in range(draft.first, draft.last):
        key = page.keys[i]
        if len(key) <= 40 and not says("never_running", key):
            rows[re.sub(r"\d+", "#", key)].append(i)
    found: dict[int, str] = {}
    for key, places in ((key, places) for key, places in rows.items() if len(places) > 2):
        starts = [page.lines[i].start for i in places]
        apart = all(b - a > PAGE_CHARS for a, b in pairwise(starts))
        numbers = [re.sub(r"\D", "", page.keys[i]) for i in places if not re.search(r"\w", key)]
        if apart and all(a < b for a, b in pairwise(map(int, filter(None, numbers)))):
            found |= dict.fromkeys(places, "running_line")
    return found


def repeated_lines(page: Layout, draft: Draft) -> dict[int, str]:
    """Lines of a report's body that stood in it before, in the same order: a second copy."""
    seen, found, run = set[str](), dict[int, str](), list[int]()
    for i in range(draft.base, draft.stop + 1):
        key = page.keys[i] if i < draft.stop else ""
        if key in seen and (run or len(key) >= 4):
            run.append(i)
            continue
        if sum(len(page.keys[j]) for j in run) >= COPY_CHARS:
            found |= dict.fromkeys(run, "repeated_body")
        run = []
        seen.add(key)
    return found


def drop_repeats(page: Layout) -> None:
    """A body printed twice, or an abstract of a body on the same page, is noise."""
    if len(page.drafts) < 2:
        return
    pieces = []
    for draft in page.drafts:
        text = "".join(page.keys[i] for i in (*draft.head, *range(draft.base, draft.stop)))
        pieces.append((len(text), set(SHINGLE.findall(text))))
    kept = []
    for k, (draft, (size, own)) in enumerate(zip(page.drafts, pieces, strict=True)):
        least = (0.6 if size > 400 else 0.4) * len(own)
        bigger = [
            other
            for j, (other_size, other) in enumerate(pieces)
            if j != k and (other_size > 1.1 * size or (j < k and other_size >= 0.9 * size))
        ]
        if any(len(own & other) > least for other in bigger):
            for line in page.lines[draft.base : draft.last]:
                line.rule = "repeated_body"
        else:
            kept.append(draft)
    page.drafts = kept
