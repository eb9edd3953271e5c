"""No pattern of the library takes more than linear time: twice the text, twice the time.

The time of whole pages and of huge sentences is measured in test_safety.

A pattern whose repeats are all bounded is linear by its form. One with an open repeat is run over
text made to lead it astray: runs of one class of characters, and of what stands before and inside
each of its open repeats.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants as op
from re import _parser as parser
from re._compiler import _simple
from typing import Any

import pytest

import reportlib
from reportlib.build.analyse import analyse
from reportlib.clean import cue
from reportlib.indicators.forms import forms
from reportlib.read import iter_sources, read_source
from reportlib.resources import settings

LIBRARY = Path(reportlib.__file__).parent
CALLS = ("compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub")
CLASSES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
OPEN = 500  # a repeat that may go on for longer counts as open
RUNS = " \t\u3000\n1甲一年a。，、：“”（-—*#<.&"  # one or more of each class of characters
LENGTH = 2000
BLINK = 0.003  # seconds; a quadratic run over 4,000 characters takes ten times that
MOST_GROWTH = 2.6  # linear is 2, quadratic 4; a busy machine blurs both
TRIES = 4  # a busy machine gets several

Found = dict[tuple[str, int], str]  # (pattern, flags): where it was found


# ---- collecting ----------------------------------------------------------------------------------


def modules() -> list[Any]:
    """All modules of the library, imported."""
    names = (m.name for m in pkgutil.walk_packages([str(LIBRARY)], "reportlib."))
    return [importlib.import_module(n) for n in names if not n.endswith("__main__")]


def held(value: Any, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """The patterns that a global, a class, a table or a sequence holds."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    if isinstance(value, type) and value.__module__.startswith("reportlib"):
        value = dict(vars(value))
    if isinstance(value, dict):
        value = list(value.values())
    if depth and isinstance(value, list | tuple):
        for part in value:
            yield from held(part, depth - 1)


def written(path: Path) -> Iterator[str]:
    """The patterns that a module gives to functions of ``re`` as plain strings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=name),
                args=[ast.Constant(value=str(text)), *_],
            ) if name in CALLS:
                yield text


def compiled_at_work(monkeypatch: pytest.MonkeyPatch, rooms: list[Any]) -> Found:
    """What is given to ``re`` while the seeds are analysed afresh and all cues asked for."""
    found: Found = {}
    files = {room.__file__ for room in rooms}

    def watch(name: str) -> None:
        real, build = getattr(re, name), re.compile

        def call(pattern: Any, *args: Any, **more: Any) -> Any:
            caller = sys._getframe(1).f_code.co_filename
            if caller in files and isinstance(pattern, str):
                flags = args[0] if name == "compile" and args else more.get("flags", 0)
                found[pattern, build(pattern, flags).flags] = Path(caller).name
            return real(pattern, *args, **more)

        monkeypatch.setattr(re, name, call)

    for name in CALLS:
        watch(name)
    for loader in {v for room in rooms for v in vars(room).values() if hasattr(v, "cache_clear")}:
        loader.cache_clear()
    for source in iter_sources([LIBRARY.parent / "seeds"]):
        for page in read_source(source):
            analyse(page)
    assert all(form.pattern for form in forms())  # compiled when they are met
    for name in [n for group in settings("structure").values() for n in group]:
        if name not in settings("structure")["lines"]:
            cue(name)
    return found


@pytest.fixture(scope="module")
def collected() -> Found:
    """All patterns of the library, as they are compiled."""
    rooms = modules()
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = compiled_at_work(monkeypatch, rooms)
    for room in rooms:
        for pattern in (p for value in list(vars(room).values()) for p in held(value)):
            if pattern.pattern not in {p for p, _ in found}:
                found[pattern.pattern, pattern.flags] = room.__name__
        for text in written(Path(room.__file__)):
            found.setdefault((text, re.compile(text).flags), room.__name__)
    return found


# ---- text that leads a pattern astray ------------------------------------------------------------


def parts(operand: Any) -> list[Any]:
    """The trees inside an operand: branches, groups, what is repeated or looked for."""
    if isinstance(operand, parser.SubPattern):
        return [operand]
    inner = operand if isinstance(operand, tuple | list) else ()
    return [tree for part in inner for tree in parts(part)]


def example(pattern: Any) -> str:
    """A text that a tree of the parser matches, or nearly: each repeat and branch once."""
    text = ""
    for kind, operand in pattern:
        if kind is op.LITERAL:
            text += chr(operand)
        elif kind in (op.IN, op.ANY, op.NOT_LITERAL):
            text += one_of(operand if kind is op.IN else [(kind, operand)])
        elif kind not in (op.ASSERT, op.ASSERT_NOT):
            text += "".join(map(example, parts(operand)[:1]))
    return text


def one_of(items: list[Any]) -> str:
    """A character that a class of characters takes."""
    likely = RUNS + "x/=>" + "".join(chr(v) for kind, v in items if kind is op.LITERAL)
    likely += "".join(chr(v[0]) for kind, v in items if kind is op.RANGE)
    unlike = items[0][0] in (op.NEGATE, op.NOT_LITERAL)
    return next(c for c in likely if any(takes(*item, c) for item in items) != unlike)


def takes(kind: Any, value: Any, character: str) -> bool:
    """Whether one item of a class, its sign left out, takes a character."""
    if kind in (op.LITERAL, op.NOT_LITERAL):
        return ord(character) == value
    if kind is op.RANGE:
        return value[0] <= ord(character) <= value[1]
    return kind is op.ANY or (kind is op.CATEGORY and bool(re.match(CLASSES[value], character)))


def units(pattern: Any, before: str = "") -> Iterator[str]:
    """For each open repeat: what it repeats, what stands before it, and both."""
    for item in pattern:
        kind, operand = item
        if kind in REPEATS and operand[1] > OPEN:
            yield from filter(None, (example(operand[2]), before, before + example(operand[2])))
        for tree in parts(operand):
            yield from units(tree, before)
        before += example([item])


# ---- measuring -----------------------------------------------------------------------------------


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Processor time for all matches of a pattern in a text."""
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - began


def grows(pattern: re.Pattern[str], unit: str) -> bool:
    """Whether twice the text takes much more than twice the time, each time it is tried."""
    short, long = (unit * (length // len(unit)) for length in (LENGTH, 2 * LENGTH))
    if seconds(pattern, long) < BLINK:
        return False
    tries = ((seconds(pattern, short), seconds(pattern, long)) for _ in range(TRIES))
    return all(long >= MOST_GROWTH * short for short, long in tries)


def worst(text: str, flags: int) -> list[str]:
    """The units of text over which a pattern is not linear."""
    tree = parser.parse(text, flags & ~re.UNICODE)
    made = set(units(tree))
    pattern = re.compile(text, flags)
    return sorted(u for u in made | set(RUNS) if grows(pattern, u)) if made else []


# ---- the tests -----------------------------------------------------------------------------------


def test_all_patterns_are_linear_or_bounded(collected: Found) -> None:
    """Over twice the text no pattern takes three times as long."""
    assert len(collected) > 500, "patterns are collected no more"
    bad = {f"{where}: {text}": worst(text, flags) for (text, flags), where in collected.items()}
    assert not {text: found for text, found in bad.items() if found}


@pytest.mark.parametrize(
    "pattern",
    [r"\s+。", r"\d+篇", r"<(?:[!?]|[a-z]+)[^>]*>", r"乙.*丙", r"[ *]*一", r"\w{1,9000}#"],
)
def test_a_quadratic_pattern_is_noticed(pattern: str) -> None:
    """Patterns that start a long run again at each of its characters."""
    assert worst(pattern, 0)


@pytest.mark.parametrize(
    "pattern", [r"\s++", r"(?<!\d)\d++篇", r"\d篇", r"[^。]{0,300}审议", r"<[^>]*+(?:>|\Z)"]
)
def test_a_linear_pattern_passes(pattern: str) -> None:
    """Runs entered only at their start, bounded ones, and those that always come to an end."""
    assert not worst(pattern, 0)


def grouped_possessive(pattern: Any) -> bool:
    """Whether something repeats more than one character possessively."""
    for kind, operand in pattern:
        if kind is op.POSSESSIVE_REPEAT and not _simple(operand[2]):
            return True
        if any(map(grouped_possessive, parts(operand))):
            return True
    return False


def test_no_group_is_repeated_possessively(collected: Found) -> None:
    """Python 3.11.2 (that of Debian 12) goes on behind the half of a group that did not match.

    An atomic group, (?>(?:…)*), says the same and is right everywhere.
    """
    bad = {text for text, flags in collected if grouped_possessive(parser.parse(text, flags))}
    assert not bad
    assert grouped_possessive(parser.parse(r"\d(?:\.\d)?+"))
    assert not grouped_possessive(parser.parse(r"\d++(?>(?:\.\d)?)(?:a|b)*+"))
