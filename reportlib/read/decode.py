"""Bytes to text by a ladder of encodings; what could not be read is told in words.

Detectors give up on damaged Chinese. Here the reading with the most common characters wins, and a
damaged page is read again by weighing every way to pair its bytes: a lost byte costs a character.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from typing import NamedTuple

from reportlib.records import ReadError
from reportlib.resources import settings, table

MARKS = {  # byte order marks; FF FE begins two of them, so the longer one stands first
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32-le",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"\x84\x31\x95\x33": "gb18030",
}
CANDIDATES = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
LABELS = {"gb": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "utf-8": "utf-8"}
CONTROLS = bytes([*range(9), *range(14, 32), 127])  # no text has them
SAMPLE = 1 << 15  # bytes judged, from the first one beyond ASCII
CHINESE = 0.25  # plausibility below which a reading is not taken for Chinese
MOST_PAIRED = 1 << 19  # bytes of a damaged file that are paired anew; in a longer one faults spread
LOSS = 3.0  # what giving up a byte costs, in common characters


class Decoded(NamedTuple):
    """Text of a file, the encoding it was read in, and what is damaged ("" if nothing is)."""

    text: str
    encoding: str
    damage: str = ""


def decode(data: bytes, hint: str = "") -> Decoded:
    """The text of ``data`` without a byte order mark, line ends as they stand.

    ``hint`` is the encoding that a page names for itself; it only tips a close decision.

    Raises:
        ReadError: empty, or more noise than text (a picture, a program, an unknown encoding).

    >>> decode("一年来，我们".encode("gbk")[:-1])
    Decoded(text='一年来，我�', encoding='gb18030', damage='1 byte at offset 10 is not gb18030')
    """
    if not data:
        raise ReadError("the file is empty")
    mark = next(filter(data.startswith, MARKS), b"")
    body = data[len(mark) :]
    encoding, unit = MARKS.get(mark, "utf-8"), "character"
    text, lost = _decoded(body, encoding)
    if not mark and (lost or b"\0" in data):
        encoding = _guess(data, hint)
        text, lost = _decoded(body, encoding)
    may_have = len(data.translate(None, CONTROLS)) < len(data)
    controls = len(re.findall(f"[{re.escape(CONTROLS.decode())}]", text)) if may_have else 0
    if controls * 100 > len(text):
        raise ReadError(f"a binary file: {controls} of {len(text)} characters are control codes")
    if len(lost) * 5 > len(text):
        raise ReadError("no text in a known encoding (UTF-8, UTF-16, GB18030, Big5, Latin)")
    # Characters for private use are what wrongly paired bytes give, even where no byte is at fault.
    doubtful = encoding in CANDIDATES[1:] and (lost or re.search("[\ue000-\uf8ff]", text))
    if doubtful and len(body) <= MOST_PAIRED:
        (text, lost), unit = _pair(body, encoding), "byte"
    if not lost:
        return Decoded(text, encoding)
    where = f"at offset {lost[0] + len(mark)}"
    if len(lost) == 1:
        return Decoded(text, encoding, f"1 {unit} {where} is not {encoding}")
    return Decoded(text, encoding, f"{len(lost)} {unit}s are not {encoding}, the first {where}")


def _decoded(data: bytes, encoding: str) -> tuple[str, list[int]]:
    """The text, and an item for each fault in it; the first one is its place."""
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        return text, [error.start] + [0] * (text.count("\ufffd") - 1)


@cache
def _common() -> frozenset[str]:
    """The most frequent characters of reports, simplified and traditional, and Chinese points."""
    simple = set("".join(settings("read")["characters"]["common"].split()))
    old = {row["traditional"] for row in table("traditional") if row["simplified"] in simple}
    points = set("，。、；：？！“”‘’（）《》〔〕【】—…％·　０１２３４５６７８９")
    return frozenset(simple | old | points)


@lru_cache(1 << 16)
def _weight(char: str) -> float | None:
    """1 for a common character, 0 for another, less for a wrong one; None where it says nothing."""
    if "\x20" <= char < "\x7f" or char in "\t\n\r\f\xa0":
        return None
    if unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return -1.0
    return 1.0 if char in _common() else -2.0 * (char == "\ufffd")


def plausibility(text: str) -> float:
    """How much ``text`` looks like Chinese prose: mean weight of its characters beyond ASCII.

    From -2 to 1: a report has about 0.8, a wrong reading 0.1 or less; 1 for plain ASCII.

    >>> plausibility("全面推进"), plausibility("全面\ufffd\ufffd")
    (1.0, -0.5)
    """
    weighed = [(w, n) for char, n in Counter(text).items() if (w := _weight(char)) is not None]
    total = sum(n for _, n in weighed)
    return sum(w * n for w, n in weighed) / total if total else 1.0


def _guess(data: bytes, hint: str) -> str:
    """The encoding of what is no UTF-8: the most plausible, a detector's if none is Chinese."""
    beyond = re.search(rb"[\x80-\xff]", data)
    start = (beyond.start() if beyond else 0) & ~1  # even, for UTF-16
    sample = data[start : start + SAMPLE]
    # A page that was cut in mid-character reads right only from its second byte.
    readings = {e: [sample[k:].decode(e, "replace") for k in (0, 1)] for e in CANDIDATES}
    scores = {encoding: max(map(plausibility, both)) for encoding, both in readings.items()}
    for label, encoding in LABELS.items():
        scores[encoding] += 0.1 * hint.lower().startswith(label)
    best = max(CANDIDATES, key=lambda encoding: scores[encoding])
    if scores[best] < CHINESE and len(sample) >= 64:
        from charset_normalizer import from_bytes

        match = from_bytes(sample[:4096]).best()
        if match is not None and "\ufffd" not in data.decode(match.encoding, "replace"):
            return match.encoding
    return best


@lru_cache(1 << 16)
def _unit(piece: bytes, encoding: str) -> tuple[str, float] | None:
    """The one character that ``piece`` encodes, with its worth; None if it is no character."""
    try:
        char = piece.decode(encoding)
    except UnicodeDecodeError:
        return None
    weight = _weight(char) if len(char) == 1 else -LOSS
    return char, 0.2 if weight is None else weight


def _pair(data: bytes, encoding: str) -> tuple[str, list[int]]:
    """The reading of most worth, giving up as few bytes as it can (U+FFFD for each).

    Dynamic programming from the end: ``worth[i]`` is the best that the bytes from i on can give,
    ``taken[i]`` how many bytes the character there takes. Linear in the length of the page.
    """
    widths = (2, 4) if encoding.startswith("utf-16") else (1, 2, 4)
    size = len(data)
    worth, taken = [0.0] * (size + 1), [0] * size
    for i in range(size - 1, -1, -1):
        worth[i] = worth[i + 1] - LOSS
        for width in widths:
            unit = _unit(data[i : i + width], encoding) if i + width <= size else None
            if unit is not None and worth[i + width] + unit[1] >= worth[i]:
                worth[i], taken[i] = worth[i + width] + unit[1], width
    chars, lost, i = [], [], 0
    while i < size:
        unit = _unit(data[i : i + taken[i]], encoding) if taken[i] else None
        chars.append(unit[0] if unit else "\ufffd")
        lost += [] if unit else [i]
        i += taken[i] or 1
    return "".join(chars), lost
