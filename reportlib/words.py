"""Word cutting: jieba with the words of this field, in one place.

Dictionaries of themes and devices are never matched on words (a cutter hides half of their hits);
words are for exploration: clouds, keyness, new phrases.

The reference is jieba. Where the package rjieba is installed it is used instead, more than ten
times as fast; both are given Chinese characters only, and on those they agree word for word.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any

from reportlib.resources import require, table

Cutter = Callable[[str], list[str]]
# Frequency given to each domain word. With less, some are still torn apart; with more, they grab
# characters of their neighbours (平稳增长 became 平 稳增长).
WEIGHT = 500
# Chinese characters are cut in stretches of at most this length: jieba's guess at unknown words
# takes quadratic time in the length of a stretch. Between two commas there are hardly ever as many.
STRETCH = 200
FIRST, LAST = "\u4e00", "\u9fd5"  # what jieba takes for Chinese characters
_STRETCHES = re.compile(f"[{FIRST}-{LAST}]{{1,{STRETCH}}}")
# A text and its words: an rjieba that cuts it otherwise is not used.
SAMPLE = "建成/一网通办/平台/钱琮赫/等/担当/新质生产力/重任/四送一服/优化/营商环境"


@cache
def word_list(name: str) -> frozenset[str]:
    """``domain_words``, which stay whole, or ``stop_words``, which are not counted.

    >>> "营商环境" in word_list("domain_words"), "我们" in word_list("stop_words")
    (True, True)
    """
    return frozenset(row["word"] for row in table(name, required=("word",), unique="word"))


@cache
def _mixed() -> frozenset[str]:
    """Domain words that are not all Chinese characters: PM2.5, 互联网+."""
    return frozenset(w for w in word_list("domain_words") if not FIRST <= min(w) <= max(w) <= LAST)


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Domain words with other characters; whatever stands between stretches of Chinese ones.

    Each match is one word.
    """
    words = map(re.escape, sorted(_mixed(), key=lambda word: (-len(word), word)))
    # Each begins with its own first letter, not with a look at what is before it, so that most of
    # a text is passed over quickly. A point before a digit may be a decimal point.
    either = "|".join(f"{w}(?<![A-Za-z0-9]{w})" + rf"(?<!\.{w})" * w[0].isdigit() for w in words)
    whole = f"(?:{either})(?![A-Za-z0-9])"
    other = rf"[A-Za-z0-9]+(?:\.[0-9]+)?%?|[^{FIRST}-{LAST}]"
    return re.compile(f"({whole})"), re.compile(f"({whole}|{other})")


def _load(engine: str) -> Cutter:
    """The cutting function of jieba or rjieba, with the domain words."""
    tokenizer: Any
    if engine == "rjieba":
        import rjieba

        # Not the one that rjieba shares: words that others teach that one must not change ours.
        tokenizer = rjieba.Jieba()
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in its source; pkg_resources
            import jieba
        tokenizer = jieba.Tokenizer()
        # Filled here, not by its own loader, which prints to stderr and trusts a cache file in the
        # temporary folder that all users share.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
    for word in sorted(word_list("domain_words") - _mixed()):
        tokenizer.add_word(word, WEIGHT, "n")
    return tokenizer.cut if engine == "rjieba" else tokenizer.lcut


@cache
def _cutter(engine: str) -> tuple[str, Cutter]:
    """(name of the engine in use, its cutting function); loaded once in each process."""
    if require(engine, ["auto", "jieba", "rjieba"], "word engine") != "auto":
        return engine, _load(engine)
    try:
        name, cutter = _cutter("rjieba")
    except ImportError:
        return _cutter("jieba")
    same = cutter(SAMPLE.replace("/", "")) == SAMPLE.split("/")
    return (name, cutter) if same else _cutter("jieba")


def engine_in_use() -> str:
    """Name and version of what cuts words here, for the record of versions.

    >>> engine_in_use().split()[0] in ("jieba", "rjieba")
    True
    """
    name, _ = _cutter("auto")
    return f"{name} {version(name)}"


def cut(text: str, engine: str = "auto") -> list[str]:
    """The words of ``text`` in order; joined, they are the text again. Time is linear.

    Chinese characters are cut by jieba with the domain words. A stretch of Latin letters and
    digits with its decimals and % is one word, any other character is one by itself. ``engine`` is
    "auto" (rjieba where it is installed), "jieba" or "rjieba"; the words are the same.

    Raises:
        ReportlibError: unknown engine.
        ImportError: "rjieba" where it is not installed.

    >>> cut("推进一网通办,PM2.5下降6.5%")
    ['推进', '一网通办', ',', 'PM2.5', '下降', '6.5%']
    """
    _, cutter = _cutter(engine)
    pieces = _marks()[1].split(text)  # Chinese, other, Chinese, other, …, Chinese
    stretches = "\n".join(["\r".join(_STRETCHES.findall(piece)) for piece in pieces[::2]])
    others = iter(pieces[1::2])
    return [next(others) if w == "\n" else w for w in cutter(stretches) if w != "\r"]


def count_words(text: str, shortest: int = 2, engine: str = "auto") -> Counter[str]:
    """How often each word occurs, in the order of first appearance.

    Counted are words of Chinese characters and domain words such as PM2.5; not counted are stop
    words, numbers, Latin words, and words of fewer than ``shortest`` characters (most of those are
    broken pieces).

    >>> count_words("我们坚持稳中求进,坚持新发展理念,PM2.5浓度下降3%。")["坚持"]
    2
    """
    _, cutter = _cutter(engine)
    texts, short = _marks()[0].split(text), {word for word in _mixed() if len(word) < shortest}
    found = cutter("\r".join(["\n".join(_STRETCHES.findall(piece)) for piece in texts[::2]]))
    at = -1
    for word in texts[1::2]:
        at = found.index("\r", at + 1)
        found[at] = word
    counts = Counter([w for w in found if len(w) >= shortest or (short and w in short)])
    for word in (*word_list("stop_words").intersection(counts), "\n"):
        counts.pop(word, None)
    return counts
