"""Pages as the web serves them, made from the seed reports: pieces of text with their true labels.

A page is a list of pieces (text, label); the label is report, annex or noise. Whatever a maker puts
around, between or into the lines of a report, the report must come out as it went in.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from reportlib.structure import Layout, lay_out, read_body

HERE = Path(__file__).parent
Piece = tuple[str, str]
Maker = Callable[[list[Piece]], list[Piece]]
PageMaker = Callable[[int], str]


def clean_reports(seeds: dict[str, str]) -> dict[str, list[Piece]]:
    """The reports of the seed pages with their annexes, and nothing of the sites, by report id."""
    with (HERE / "gold" / "seeds" / "spans.csv").open(encoding="utf-8", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if r["label"] != "noise"]
    found: dict[str, list[Piece]] = {}
    for r in rows:
        text = seeds[r["doc"]][int(r["start"]) : int(r["end"])]
        found.setdefault(r["report"], []).append((text.rstrip() + "\n", r["label"]))
    del found["004a"]  # a tail without a beginning is no report to build on
    return found


def furniture(group: str, place: str) -> list[str]:
    """Lines that a kind of site puts in a place, from cases/structure_furniture.csv."""
    with (HERE / "cases" / "structure_furniture.csv").open(encoding="utf-8", newline="") as handle:
        return [
            r["line"] + "\n"
            for r in csv.DictReader(handle)
            if r["place"] == place and group in (r["group"], "")
        ]


def noise(*lines: str) -> list[Piece]:
    """Lines of a site as one piece, if there are any."""
    return [("".join(lines), "noise")] if lines else []


# ---- makers: clean pieces -> dirty pieces --------------------------------------------------------


def on_a_site(pieces: list[Piece], group: str) -> list[Piece]:
    """What a site of a kind prints above and below a report."""
    return noise(*furniture(group, "head")) + pieces + noise(*furniture(group, "tail"))


def interrupted(pieces: list[Piece], line: str, seed: int) -> list[Piece]:
    """A caption, an advertisement or a button between two paragraphs."""
    (text, label), *rest = pieces
    places = [m.end() for m in re.finditer(r"[。！]\n+", text)][2:-1]
    at = random.Random(seed).choice(places)
    return [(text[:at], label), (line, "noise"), (text[at:], label), *rest]


def printed(pieces: list[Piece], header: str, seed: int) -> list[Piece]:
    """Printed pages: a page number and a running header break the text anywhere."""
    chance, out, number = random.Random(seed), [], 0
    for text, label in pieces:
        at = min(600, len(text))
        out.append((text[:at], label))
        while at < len(text):
            number, step = number + 1, chance.randint(500, 800)
            out += [(f"\n{number}\n{header}\n", "noise"), (text[at : at + step], label)]
            at += step
    return out


def wrapped(pieces: list[Piece], width: int, indent: str) -> list[Piece]:
    """Hard wraps as in text taken from a PDF, with a page number every thirty lines."""
    out: list[Piece] = []
    number = 0
    for text, label in pieces:
        lines = [line for paragraph in text.split("\n") for line in _wrap(paragraph, width, indent)]
        for k, line in enumerate(lines):
            out.append((line + "\n", label))
            if k % 30 == 29:
                number += 1
                out += noise(f"- {number} -\n")
    return out


def counted(pieces: list[Piece], width: int) -> list[Piece]:
    """Hard wraps after so many characters, whatever their width."""
    pattern = re.compile(rf"(?m)(?<=\S)[ \t\u3000]+|(.{{{width}}})(?=.)")
    return [(pattern.sub(lambda m: m[1] + "\n" if m[1] else "", t), label) for t, label in pieces]


def _wrap(paragraph: str, width: int, indent: str) -> Iterator[str]:
    """Lines of so many Chinese characters; a Latin letter or digit takes half the room."""
    rest = indent + paragraph.strip() if paragraph.strip() else ""
    while rest:
        size = end = 0
        while end < len(rest) and size < 2 * width:
            size += 1 if rest[end].isascii() else 2
            end += 1
        while rest[end - 1 : end + 1] == "**":  # a mask stays whole
            end += 1
        yield rest[:end]
        rest = rest[end:]


def linked(pieces: list[Piece]) -> list[Piece]:
    """Linked words on lines of their own, paragraphs apart by blank lines, as HTML often comes."""
    apart = [(re.sub(r"\s*\n\s*", "\n\n", text), label) for text, label in pieces]
    return [(re.sub(r"([，、])(\w{2,4})(?=[，、])", r"\1\n\2\n", t), label) for t, label in apart]


def on_one_line(pieces: list[Piece], between: str) -> list[Piece]:
    """All line ends gone, with something or nothing in their place."""
    return [(re.sub(r"\s*\n\s*", between, text.strip()) + between, label) for text, label in pieces]


def with_contents(pieces: list[Piece]) -> list[Piece]:
    """A table of contents between title and text, as in a printed report."""
    (text, label), *rest = pieces
    start = text.index("各位代表")
    listed = re.findall(r"(?m)^[ *]*([一二三]、.{2,50})", text[start:])
    lines = [f"{line}………{3 * k}\n" for k, line in enumerate(listed, 1)]
    return [(text[:start], label), *noise("目 录\n", *lines), (text[start:], label), *rest]


def in_parts(pieces: list[Piece]) -> list[Piece]:
    """A page in parts one below the other, each with the buttons that lead to the others."""
    buttons = noise("上一页\n", "1\n2\n3\n12\n", "下一页\n", "尾页\n")
    (text, label), *rest = pieces
    cuts = [m.end() for m in re.finditer(r"。\n+", text)][5::9]
    out: list[Piece] = []
    for first, last in pairwise([0, *cuts, len(text)]):
        out += [(text[first:last], label), *buttons]
    return out[: -len(buttons)] + rest


def twice(pieces: list[Piece]) -> list[Piece]:
    """The whole report printed a second time below itself."""
    return pieces + noise("\n", *(text for text, _ in pieces))


def twice_without_head(pieces: list[Piece]) -> list[Piece]:
    """A second copy that begins with the first heading."""
    (text, label), *rest = pieces
    start = text.index("\n", text.index("各位代表") + 80)
    return [(text, label), *noise("\n", text[start:]), *rest]


def with_abstract(pieces: list[Piece]) -> list[Piece]:
    """An abstract above the report, made of its own paragraphs."""
    long = [line.strip() for line in pieces[0][0].split("\n") if len(line.strip()) > 150]
    return noise(f"内容摘要：{long[2][:120]}\n", *(line + "\n" for line in long[3:6])) + pieces


TEXT_CHANGES: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "literal backslash r n": lambda text: text.replace("\n", "\\r\\n"),
    "literal backslash n": lambda text: text.replace("\n", "\\n"),
    "br": lambda text: text.replace("\n", "<br/>"),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "nbsp": lambda text: re.sub(r"(?m)^(?=\S)", "&nbsp;&nbsp;", text),
    "indented": lambda text: re.sub(r"(?m)^(?=\S)", "\u3000\u3000", text),
    "quoted": lambda text: re.sub(r"(?m)^(?=\S)", "> ", text),
    "tabs": lambda text: re.sub(r"(?m)^(?=\S)", "\t", text),
    "zero width": lambda text: text.replace("，", "，\u200b"),
    "full-width digits": lambda text: text.translate({48 + i: 0xFF10 + i for i in range(10)}),
    "bold headings": lambda text: re.sub(
        r"(?m)^(\s*)(一|二|三)、(.{2,30})$", r"\1**\2、\3**", text
    ),
}


def changed(pieces: list[Piece], name: str) -> list[Piece]:
    """Line ends, blanks and widths as careless scrapers leave them."""
    return [(TEXT_CHANGES[name](text), label) for text, label in pieces]


# ---- what came out -------------------------------------------------------------------------------


def labels_of(page: Layout) -> list[str]:
    """The label of every character."""
    return [s.label for s in page.spans() for _ in range(s.start, s.end)]


def wrong_labels(pieces: list[Piece], page: Layout) -> list[str]:
    """Characters (no blanks) whose label is wrong, as short quotations."""
    want = [label for text, label in pieces for _ in text]
    bad: list[str] = []
    last = -9
    for i, (a, b) in enumerate(zip(want, labels_of(page), strict=True)):
        if a != b and not page.text[i].isspace():
            if i > last + 3:
                bad.append(f"{a}, not {b}: ")
            bad[-1] += page.text[i]
            last = i
    return bad


def spoken(page: Layout, index: int = 0) -> str:
    """The normalised text of a report, its paragraphs put together."""
    body = read_body(page, index, "x")
    return "".join([*body.heads, *(text for section, text in body.sections if section != "annex")])


def lay_pieces(pieces: list[Piece]) -> Layout:
    """The layout of a page of pieces."""
    return lay_out("".join(text for text, _ in pieces))
