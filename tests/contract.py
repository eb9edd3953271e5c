"""What every table promises, whatever the page: a list of the promises that rows break."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from reportlib.build.analyse import Analysis
from reportlib.build.write import columns_of
from reportlib.indicators import catalogue
from reportlib.resources import schema
from reportlib.themes import theme_ids

Rows = list[dict[str, Any]]
NAMES = {table: [c["column"] for c in columns] for table, columns in schema().items()}
TYPES = {(t, c["column"]): c["type"] for t, columns in schema().items() for c in columns}
SHAPES = {"date": r"(\d{4}(-\d\d(-\d\d)?)?)?", "year": r"(\d{4})?", "flag": "[01]"}
ALLOWED = {
    ("pages", "kind"): "report other skipped failed",
    ("spans", "label"): "report annex noise",
    ("reports", "level"): "national province prefecture county township ",
    ("reports", "completeness"): "complete no_plan truncated fragment",
    ("sections", "section"): "opening review problems plan annex",
    ("sentence_codes", "orientation"): "past plan stance ",
    ("quantities", "bound"): "eq min max approx range",
    ("indicators", "bound"): "eq min max approx range",
    ("indicators", "measure"): "level growth change",
    ("indicators", "status"): "actual expected target",
    ("indicators", "scope"): "own other",
    ("indicators", "basis"): "stock flow cumulative annual_mean part_year ",
    ("coverage", "side"): "actual target",
    ("coverage", "state"): "stated qualitative relative part_missing masked conflict not_stated",
}
ALLOWED |= {("indicators_extended", c): v for (t, c), v in ALLOWED.items() if t == "indicators"}
QUOTED = {  # table: the column that is page_text[start:end]
    "sentences": "text",
    "quantities": "quote",
    "indicators": "quote",
    "indicators_extended": "quote",
    "rhetoric_hits": "text",
    "edits": "before",
    "headings": "text",
}
INSIDE = ("quantities", "indicators", "indicators_extended", "theme_hits", "rhetoric_hits")


def broken(result: Analysis) -> list[str]:
    """Sentences on the promises that the rows of a page break; none for a good page."""
    tables = {
        table: [dict(zip(names, row, strict=False)) for row in result.rows.get(table, [])]
        for table, names in NAMES.items()
    }
    if faults := list(_shape(result, tables)):
        return faults
    checks = (_cells, _offsets, _tiling, _sentences, _references, _measures)
    return [fault for check in checks for fault in check(result, tables)]


def _shape(result: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Each row has the columns of the schema, no more and no fewer."""
    for table, rows in result.rows.items():
        for row in rows:
            if len(row) != len(columns_of(table)):
                yield f"{table}: {len(row)} cells under {len(columns_of(table))} columns"
                break
    if len(tables["pages"]) != 1:
        yield f"pages: {len(tables['pages'])} rows for one page"


def _cells(_: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Cells are of their type and of the listed words."""
    for table, rows in tables.items():
        for column in NAMES[table]:
            kind, cells = TYPES[table, column], {row[column] for row in rows}
            for cell in cells:
                if not _fits(kind, cell) and not (table == "quantities" and column == "value"):
                    yield f"{table}.{column}: {cell!r} is no {kind}"
            if allowed := ALLOWED.get((table, column)):
                yield from (
                    f"{table}.{column}: {cell!r} is not one of {allowed}"
                    for cell in cells
                    if cell not in allowed.split(" ")
                )


def _fits(kind: str, cell: Any) -> bool:
    if kind == "number":
        return cell is None or (type(cell) in (int, float) and abs(cell) < float("inf"))
    if kind == "integer":
        return cell is None or type(cell) is int
    if kind == "flag":
        return str(cell) in ("0", "1")
    return isinstance(cell, str) and bool(re.fullmatch(SHAPES.get(kind, r"(?s).*"), cell))


def _offsets(result: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Every start and end points into the page text, and every quotation stands there."""
    text = result.page.text
    for table, rows in tables.items():
        if "start" not in NAMES[table]:
            continue
        for row in rows:
            start, end = row["start"], row["end"]
            if start is None and end is None and table in ("coverage", "corrections"):
                continue
            if not 0 <= start <= end <= len(text) or (start == end and table != "edits"):
                yield f"{table}: {start}–{end} of {len(text)} characters"
            elif (column := QUOTED.get(table)) and text[start:end] != row[column]:
                yield f"{table}: {row[column]!r} is not what stands at {start}–{end}"


def _tiling(result: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Spans tile the page; the sections of a report follow each other without a gap."""
    spans, size = tables["spans"], len(result.page.text)
    if result.page.kind in ("report", "other"):
        edges = [0, *(r[k] for r in spans for k in ("start", "end")), size]
        if any(a != b for a, b in zip(edges[::2], edges[1::2], strict=True)):
            yield f"spans: no tiling {edges[:12]}"
    elif spans:
        yield "spans: of a page that was not read"
    owned = {r["report_id"] for r in spans if r["label"] != "noise"}
    if owned != {r["report_id"] for r in tables["reports"]}:
        yield f"spans: belong to {owned}"
    if any(r["report_id"] for r in spans if r["label"] == "noise"):
        yield "spans: noise belongs to a report"
    for report, rows in _by(tables["sections"], "report_id").items():
        if any(a["end"] != b["start"] for a, b in pairwise(rows)):
            yield f"sections: no tiling of {report}"
        if any(a["section"] == b["section"] for a, b in pairwise(rows)):
            yield f"sections: two neighbours of one kind in {report}"


def _sentences(result: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """In order, they and the listed edits cover all of report and annex but blanks."""
    text, covered = result.page.text, bytearray(len(result.page.text))
    for report, rows in _by(tables["sentences"], "report_id").items():
        if any(a["end"] > b["start"] for a, b in pairwise(rows)):
            yield f"sentences: out of order in {report}"
        for row in rows:
            covered[row["start"] : row["end"]] = b"\1" * (row["end"] - row["start"])
    for row in tables["edits"]:  # emphasis marks and the like, taken off and listed
        covered[row["start"] : row["end"]] = b"\1" * (row["end"] - row["start"])
    for span in tables["spans"]:
        if span["label"] != "noise":
            lost = [
                k
                for k in range(span["start"], span["end"])
                if not covered[k] and not text[k].isspace() and text[k].isprintable()
            ]
            if lost:
                near = text[max(0, lost[0] - 9) : lost[0] + 30]
                yield f"sentences: {len(lost)} characters lost, {near!r}"
    codes = [r["sentence_id"] for r in tables["sentence_codes"]]
    if codes != [r["sentence_id"] for r in tables["sentences"] if r["section"]]:
        yield "sentence_codes: not one for each sentence of a section"


def _references(result: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Ids are unique and known; what is found in a sentence stands inside it."""
    reports = [r["report_id"] for r in tables["reports"]]
    sentences = {r["sentence_id"]: r for r in tables["sentences"]}
    if len(set(reports)) != len(reports) or reports != [r.report_id for r in result.reports]:
        yield f"reports: ids {reports}"
    if len(sentences) != len(tables["sentences"]):
        yield "sentences: an id stands twice"
    for table, rows in tables.items():
        for row in rows:
            if row.get("doc", result.page.doc) != result.page.doc:
                yield f"{table}: doc {row['doc']!r}"
            if "report_id" in row and row["report_id"] not in ("", *reports):
                yield f"{table}: report_id {row['report_id']!r}"
            if "sentence_id" in row and row["sentence_id"] not in sentences:
                yield f"{table}: sentence_id {row['sentence_id']!r}"
            elif table in INSIDE:
                whole = sentences[row["sentence_id"]]
                if not whole["start"] <= row["start"] < row["end"] <= whole["end"]:
                    yield f"{table}: {row['start']}–{row['end']} outside its sentence"
                if row.get("sentence", whole["text"]) != whole["text"]:
                    yield f"{table}: another sentence is quoted"


def _measures(_: Analysis, tables: dict[str, Rows]) -> Iterator[str]:
    """Intervals hold their value, blanks have a reason, counts are positive, ids are listed."""
    for row in tables["themes"]:
        if not 0 <= row["low"] <= row["sentence_share"] <= row["high"] <= 1:
            yield f"themes: {row}"
    for row in tables["rhetoric"]:
        low, value, high = row["low"], row["value"], row["high"]
        if (value is None) != bool(row["reason"]):
            yield f"rhetoric: value {value} with reason {row['reason']!r} of {row['measure']}"
        if value is not None and not (low or value) - 1e-9 <= value <= (high or value) + 1e-9:
            yield f"rhetoric: {row}"
    if any(row["n"] < 1 for row in tables["words"]):
        yield "words: less than one"
    known = set(theme_ids())
    named = {r["theme"] for t in ("theme_hits", "themes") for r in tables[t]}
    named |= {t for r in tables["sentence_codes"] for t in r["themes"].split(";") if t}
    if named - known:
        yield f"themes: unknown {named - known}"
    named = {r["indicator"] for t in ("indicators", "coverage") for r in tables[t]}
    if named - set(catalogue()):
        yield f"indicators: unknown {named - set(catalogue())}"
    for table in ("indicators", "indicators_extended", "quantities"):
        for r in tables[table]:
            if r["value_high"] is not None and r["value"] is None and r.get("kind") != "identifier":
                yield f"{table}: an upper end without a lower one at {r['start']}"
            if r["masked"] and r["value"] is not None:
                yield f"{table}: a masked number has a value at {r['start']}"
    sides = [(r["report_id"], r["indicator"], r["side"]) for r in tables["coverage"]]
    if len(set(sides)) != len(sides):
        yield "coverage: a cell stands twice"


def _by(rows: Rows, column: str) -> dict[str, Rows]:
    groups: dict[str, Rows] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups
