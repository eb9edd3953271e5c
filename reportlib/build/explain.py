"""What was cut, kept and changed in one page, as a table and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from reportlib.build.analyse import Analysis, analyse
from reportlib.read import iter_sources, read_source
from reportlib.records import Report

COLUMNS = ("doc", "start", "end", "label", "rule", "report_id", "section", "text")
WIDTH = 66
SHOWN = 3  # lines shown of each stretch of report text; the rest is counted


def explain(path: str | Path) -> pd.DataFrame:
    """One row a line of the page: its label, the rule that said so, its report and part.

    Returns:
        columns doc, start, end, label, rule, report_id, section, text; for a table file the lines
        of all its rows. The edits of normalisation are in ``load(path)["edits"]``.

    Raises:
        ReportlibError: no such file.
    """
    return pd.DataFrame(
        [row for result in _analyses(path) for row in _lines(result)], columns=list(COLUMNS)
    )


def _analyses(path: str | Path) -> Iterator[Analysis]:
    for source in iter_sources([Path(path)]):
        yield from map(analyse, read_source(source))


def _lines(result: Analysis) -> Iterator[tuple[str, int, int, str, str, str, str, str]]:
    layout, page = result.layout, result.page
    for i, line in enumerate(layout.lines if layout else ()):
        assert layout is not None
        owner = layout.owners[i]
        report = result.reports[owner] if owner >= 0 else None
        section = _section(report, line.start, line.end) if report else ""
        name = report.report_id if report else ""
        text = page.text[line.start : line.end].strip()
        yield page.doc, line.start, line.end, layout.labels[i], layout.rules[i], name, section, text


def _section(report: Report, start: int, end: int) -> str:
    return next((p.section for p in report.parts if p.start < end and p.end > start), "")


def explain_text(path: str | Path) -> str:
    """The same for reading: a heading a page and a report, cut lines in full, kept ones in short."""
    return "\n".join(line for result in _analyses(path) for line in _text_of(result))


def _text_of(result: Analysis) -> Iterator[str]:
    page = result.page
    yield f"{page.doc}: {page.kind}" + (f" ({page.reason})" if page.reason else "")
    facts = [page.encoding, page.damage, page.title, page.published, page.source_url]
    if any(facts):
        yield "  page: " + " · ".join(f for f in facts if f)
    for report in result.reports:
        m = report.metadata
        place = "".join((m.province, m.prefecture, m.county)) or m.level or "place unknown"
        yield f"  report {report.report_id}: {place} {m.adcode}, plan year {m.plan_year or '?'}"
        who = " ".join(filter(None, (m.speaker_title, m.speaker, m.delivered, m.session)))
        yield f"    {who or 'no speaker or day'}; {m.completeness}; evidence {m.evidence or 'none'}"
        if m.conflicts or m.place_hints:
            yield f"    conflicts: {m.conflicts or '-'}; hints: {m.place_hints or '-'}"
    edits = pd.Series([e[3] for e in result.rows.get("edits", [])], dtype=str).value_counts()
    if len(edits):
        yield "  edits for matching: " + ", ".join(f"{n}× {rule}" for rule, n in edits.items())
    yield from _stretches(result)


def _stretches(result: Analysis) -> Iterator[str]:
    last, shown, hidden = None, 0, 0
    for _, start, end, label, rule, _, section, text in _lines(result):
        state = (label, section if label != "noise" else rule)
        if state != last:
            if hidden:
                yield f"           … {hidden} more lines"
            mark = {"noise": "cut ", "annex": "annex", "report": "kept"}[label]
            yield f"  {mark:<5} {' · '.join(filter(None, state[1:] + (() if label == 'noise' else (rule,))))}"
            last, shown, hidden = state, 0, 0
        if label == "noise" or shown < SHOWN:
            cut = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
            yield f"    {start:>6} {end:>6} {cut}".replace("\x1b", "␛")
            shown += 1
        else:
            hidden += 1
    if hidden:
        yield f"           … {hidden} more lines"
