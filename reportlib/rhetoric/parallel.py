"""Parallelism: runs of phrases of one build, and strict pairs.

A phrase is compared with its neighbour only, so the time taken is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from reportlib.rhetoric.vocabulary import DIGIT, listed

Phrase = tuple[int, int]
Span = tuple[int, int, str]
ITEM = re.compile(r"[^，。；：！？、\n]+")
ADVERBS = "就也并都则"  # may stand before the first of a run
NOUN_ENDS = "化性感馆院所站"
LONGEST_RUN, LONGEST_PAIR = 60, 30  # characters of a phrase that is compared


@lru_cache(maxsize=2)
def cut(text: str) -> tuple[list[list[Phrase]], list[Phrase]]:
    """The clauses of a text, each the list of its items, and the items of four Han characters.

    Punctuation cuts clauses, and 、 cuts a clause into items.

    >>> clauses, four = cut("稳住企业、稳预期，保民生。")
    >>> [len(items) for items in clauses], four
    ([2, 1], [(0, 4)])
    """
    clauses: list[list[Phrase]] = []
    four: list[Phrase] = []
    end = -2
    for found in ITEM.finditer(text):
        first, last = phrase = found.span()
        if first == end + 1 and text[end] == "、":
            clauses[-1].append(phrase)
        else:
            clauses.append([phrase])
        end = last
        if last - first == 4:
            piece = text[first:last]
            if piece.isalpha() and not piece.isascii():
                four.append(phrase)
    return clauses, four


def parallels(text: str) -> list[Span]:
    """Runs of three or more phrases of one build, and strict antithetical pairs.

    The first item of a list loses what stands before it, the last what follows, so that
    要稳就业、稳企业、稳预期 is a run of three.

    >>> text = "多措并举稳就业、稳企业、稳市场、稳预期。"
    >>> [(text[a:b], rule) for a, b, rule in parallels(text)]
    [('稳就业、稳企业、稳市场、稳预期', 'run:4')]
    """
    found: list[Span] = []
    clauses = cut(text)[0]
    if len(clauses) > 1:
        whole = [(items[0][0], items[-1][1]) for items in clauses]
        if len(whole) > 2:
            _runs(text, whole, _same_clause, found)
        _pairs(text, whole, found)
    for items in clauses:
        if len(items) > 1:
            if len(items) > 2:
                _runs(text, _trimmed(text, items), _same_build, found)
            _pairs(text, items, found)
    return found


def _trimmed(text: str, items: Sequence[Phrase]) -> list[Phrase]:
    """The items of a list, the outer ones cut to the length of their neighbours."""
    (first, last), (a, b) = items[0], items[1]
    (start, stop), (c, d) = items[-1], items[-2]
    if text[stop - 2 : stop] != text[d - 2 : d]:
        stop = min(stop, start + d - c)
    return [(max(first, last - (b - a)), last), *items[1:-1], (start, stop)]


def _runs(
    text: str, spans: Sequence[Phrase], same: Callable[[str, str], bool], found: list[Span]
) -> None:
    """Add maximal runs of at least three neighbouring phrases, each built like the next."""
    start, change = 0, listed("parallel", "change")
    a = text[slice(*spans[0])]
    for k in range(1, len(spans) + 1):
        b = text[slice(*spans[k])] if k < len(spans) else ""
        near = b and (len(a) == len(b) or a[0] in ADVERBS or a[0] == b[0] or a[-1] == b[-1])
        if not ((near or b[-2:] in change) and same(a, b)):
            if k - start > 2:
                found.append((spans[start][0], spans[k - 1][1], f"run:{k - start}"))
            start = k
        a = b


def _same_clause(a: str, b: str) -> bool:
    """The same build for clauses, where a shared function word (向…，向…) is enough."""
    a = a.lstrip(ADVERBS) if a[0] in ADVERBS else a
    return (a[:1] == b[:1] and a[:1] in listed("parallel", "opening")) or _same_build(a, b)


def _same_build(a: str, b: str) -> bool:
    """Equal length and a shared character in a telling place, or a shared beginning or ending.

    Lists of figures and lists of nouns are no parallelism.
    """
    change, n, least = listed("parallel", "change"), len(a), min(len(a), len(b))
    tail, ends = a[-2:], a[-2:] == b[-2:]
    changes, begins = tail in change and b[-2:] in change, a[:2] == b[:2] and _telling(a)
    if (n != len(b) and not (changes or ends or begins)) or not 3 <= least <= LONGEST_RUN:
        return False
    if max(n, len(b)) > LONGEST_RUN or DIGIT.search(a + b):
        return False
    if n == len(b) <= 16:
        alike = [x == y for x, y in zip(a, b, strict=True)]
        if _short_phrases(a, b) and not all(alike):
            return True
        if alike[-1] < sum(alike) < n:  # not the last character alone
            noun = ends and tail in listed("parallel", "noun")
            ended, inside = ends and not noun, alike[1 : -2 if noun else -1]
            if any(inside) or (n > 3 and (ended or (alike[0] and _telling(a)))):
                return True
    if least < 4 or (changes and least > 5):
        return least > 3
    if ends and (tail in listed("parallel", "predicate") or a[-3:] == b[-3:]):
        return a[-3] != "、"
    return begins and abs(n - len(b)) <= 20


def _telling(phrase: str) -> bool:
    """Whether a phrase begins with a verb or function word, so that its repetition is a frame."""
    first = phrase[:1] in listed("parallel", "verb") or phrase[:1] in listed("parallel", "opening")
    return first or phrase[:2] in listed("parallel", "begins")


def _short_phrases(a: str, b: str) -> bool:
    """Equally long short phrases: verb and object (拓市场, 优化环境), subject and quality."""
    verbs, n = listed("parallel", "verb"), len(a)
    acts = n in (3, 5) and a[0] in verbs and b[0] in verbs
    if acts and (a[-1] not in NOUN_ENDS or (n == 3 and a[0] == b[0])):
        return True
    begins, quality = listed("parallel", "begins"), listed("parallel", "quality")
    return 5 <= n <= 8 and ({a[-2:], b[-2:]} <= quality or {a[:2], b[:2]} <= begins)


def _pairs(text: str, spans: Sequence[Phrase], found: list[Span]) -> None:
    """Add strict pairs: 于…中…，于…中…; 既…又…; 越…越…; or the second phrase turned about."""
    for (start, end), (first, last) in pairwise(spans):
        n, m, head = end - start, last - first, text[first]
        if not (4 <= n <= LONGEST_PAIR and 4 <= m <= LONGEST_PAIR):
            continue
        near = text[end - 1] == text[last - 1] or (n == m and text[start] == head)
        framed = near and n >= m > 4 and _framed(text[end - m : end], text[first:last], n == m)
        if not framed and head in "又也更越":
            framed = text[start] == head if head == "越" else text.find("既", start, end) >= 0
        if framed:
            found.append((first - 1 - min(n, m), last, "pair"))
        elif text[end - 2 : end] in text[first : first + 4] and _turned(
            text[start:end], text[first:last]
        ):
            found.append((start, last, "turned"))


def _framed(a: str, b: str, whole: bool) -> bool:
    """Whether two phrases of one length share a frame that stands in two places."""
    if DIGIT.search(a + b):
        return False
    marks = "".join("=" if x == y else " " for x, y in zip(a, b, strict=True))
    same, words = marks.count("="), listed("parallel", "opening")
    if same < 2 or same > len(b) - 3 or " " not in marks.strip():
        return len(b) > 5 and marks[-4:] in ("== =", "= ==") and a[-4] != "、"
    if whole and marks[0] == "=":
        return True
    return same >= len(b) // 2 and any(
        m == "=" and c in words for m, c in zip(marks, b, strict=True)
    )


def _turned(a: str, b: str) -> bool:
    """抓项目就是抓发展，抓发展必须抓项目: the end opens the next phrase, the rest comes back."""
    n = next((n for n in (4, 3, 2) if a.endswith(b[:n])), 0)
    if not n or DIGIT.search(a + b):
        return False
    return any(a[k : k + 3] in b[n:] for k in range(len(a) - n - 2))
