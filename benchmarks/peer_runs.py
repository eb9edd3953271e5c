"""One peer on the texts of benchmarks/peers.py, which starts this file in the peer's environment.

Reads the job as JSON and writes JSON: for each task of the peer its answers, and its time as a
ratio to ``jieba.lcut``. Figures are lists of (first, last, value) in the sentence: money in yuan,
per cent as 6.5, numbers as they are.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

Job = dict[str, Any]
Figure = tuple[int, int, float]
Sentence = Callable[[str], list[Figure]]
ROOT = Path(__file__).resolve().parent.parent


def each(function: Sentence) -> Callable[[Job], Any]:
    """A task done sentence by sentence."""
    return lambda job: [function(text) for text in job["sentences"]]


# ---- reportlib, and two scripts that many write --------------------------------------------------


def reportlib() -> dict[str, Callable[[Job], Any]]:
    sys.path.insert(0, str(ROOT))
    from reportlib.build.analyse import analyse
    from reportlib.quantities import find_quantities
    from reportlib.read import Source, read_source
    from reportlib.records import Page

    def figures(kind: str) -> Sentence:
        def find(text: str) -> list[Figure]:
            return [
                (q.first, q.last, q.value if kind == "number" else q.value_base)
                for q in find_quantities(text)
                if q.value_base is not None and (kind == "number" or q.kind == kind)
                and (kind != "money" or q.base_unit == "yuan")
            ]  # fmt: skip

        return find

    def themes(job: Job) -> list[list[str]]:
        codes = {}
        for doc, text in job["coded_pages"].items():
            for row in analyse(Page(doc, doc, text)).rows["sentence_codes"]:
                codes[doc, row[3]] = row[5].split(";")
        return [codes.get((doc, start), []) for doc, start, _ in job["coded"]]

    def text(job: Job) -> dict[str, str]:
        found = {}
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "page.html"
            for doc, page in job["html"].items():
                path.write_text(page, encoding="utf-8")
                (one,) = read_source(Source(path, path.name))
                rows = analyse(one).rows["spans"]
                found[doc] = "\n".join(one.text[r[1] : r[2]] for r in rows if r[3] != "noise")
        return found

    kinds = ("money", "percent", "number")
    return {k: each(figures(k)) for k in kinds} | {"themes": themes, "text": text}


def pattern() -> dict[str, Callable[[Job], Any]]:
    size = {"万亿": 1e12, "亿": 1e8, "万": 1e4, "": 1.0}
    number = re.compile(r"(\d+(?:\.\d+)?)(万亿|亿|万|)(元|%)?")

    def find(unit: str | None) -> Sentence:
        def inner(text: str) -> list[Figure]:
            return [
                (*m.span(), float(m[1]) * size[m[2]])
                for m in number.finditer(text)
                if unit is None or m[3] == unit
            ]

        return inner

    return {"money": each(find("元")), "percent": each(find("%")), "number": each(find(None))}


def jieba_count() -> dict[str, Callable[[Job], Any]]:
    import jieba

    def themes(job: Job) -> list[list[str]]:
        theme_of: dict[str, list[str]] = {}
        for theme, terms in job["terms"].items():
            for term in terms:
                theme_of.setdefault(term, []).append(theme)
        return [
            sorted({t for word in jieba.lcut(text) for t in theme_of.get(word, ())})
            for _, _, text in job["coded"]
        ]

    return {"themes": themes}


# ---- the peers -----------------------------------------------------------------------------------


def jionlp() -> dict[str, Callable[[Job], Any]]:
    import jionlp as jio

    def money(text: str) -> list[Figure]:
        found = []
        for item in jio.ner.extract_money(text, with_parsing=True):
            detail = item["detail"] or {}
            value = detail.get("num")
            low = value[0] if isinstance(value, list) else value  # 9800余万元 is an interval
            if low is not None and detail["case"] == "元":
                found.append((*item["offset"], float(low)))
        return found

    return {"money": each(money)}


def recognizers() -> dict[str, Callable[[Job], Any]]:
    from recognizers_number import Culture, recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_currency

    def find(recognize: Callable[..., Any], iso: str = "") -> Sentence:
        def inner(text: str) -> list[Figure]:
            found = []
            for item in recognize(text, Culture.Chinese):
                told = item.resolution or {}
                value = (told.get("value") or "").rstrip("%")
                if value and told.get("isoCurrency", "") == iso:
                    found.append((item.start, item.end + 1, float(value)))
            return found

        return inner

    return {
        "money": each(find(recognize_currency, "CNY")),
        "percent": each(find(recognize_percentage)),
        "number": each(find(recognize_number)),
    }


def quantulum3() -> dict[str, Callable[[Job], Any]]:
    warnings.simplefilter("ignore")
    from quantulum3 import parser

    def find(unit: str) -> Sentence:
        def inner(text: str) -> list[Figure]:
            return [
                (*q.span, float(q.value))
                for q in parser.parse(text)
                if not unit or q.unit.name == unit
            ]

        return inner

    return {
        "money": each(find("chinese yuan")),
        "percent": each(find("percentage")),
        "number": each(find("")),
    }


def cntext() -> dict[str, Callable[[Job], Any]]:
    import cntext as ct

    def themes(job: Job) -> list[list[str]]:
        found = []
        for _, _, text in job["coded"]:
            told = ct.sentiment(text=text, diction=job["terms"], lang="chinese")
            found.append([theme for theme in job["terms"] if told[f"{theme}_num"]])
        return found

    return {"themes": themes}


def trafilatura() -> dict[str, Callable[[Job], Any]]:
    from trafilatura import extract

    return {"text": lambda job: {doc: extract(page) or "" for doc, page in job["html"].items()}}


def justext() -> dict[str, Callable[[Job], Any]]:
    import justext as just

    def text(page: str) -> str:
        some = just.justext(page.encode(), frozenset(), encoding="utf-8", stopwords_low=0,
                            stopwords_high=0)  # fmt: skip
        return "\n".join(p.text for p in some if not p.is_boilerplate)

    return {"text": lambda job: {doc: text(page) for doc, page in job["html"].items()}}


PACKAGE = {"recognizers": "recognizers-text-suite", "jieba count": "jieba", "pattern": ""}


def text_of(name: str, task: str, job: Job) -> str:
    """What a peer goes through for a task, for jieba to do the same."""
    if task == "themes" and name == "reportlib":  # codes sentences in their page
        return "\n".join(job["coded_pages"].values())
    if task == "themes":
        return "\n".join(text for _, _, text in job["coded"])
    if task == "text":
        return "\n".join(text for text in job["pages"].values() for _ in ("flat", "site"))
    return "".join(job["sentences"])


def main() -> None:
    import jieba

    name, job = sys.argv[1], json.load(sys.stdin)
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    tasks = globals()[name.replace(" ", "_")]()
    small = {k: v if isinstance(v, dict) else v[:3] for k, v in job.items()}
    small |= {k: dict(list(job[k].items())[:1]) for k in ("pages", "html", "coded_pages")}
    told: Job = {"ratio": {}}
    for task, function in tasks.items():
        function(small | {"coded": job["coded"][:1]})  # what is loaded once is loaded
        began = time.process_time()
        told[task] = function(job)
        spent = time.process_time() - began
        began = time.process_time()
        jieba.lcut(text_of(name, task, job))
        told["ratio"][task] = spent / (time.process_time() - began)
    package = PACKAGE.get(name, name)
    try:
        told["version"] = metadata.version(package) if package else ""
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        told["version"] = ""
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
