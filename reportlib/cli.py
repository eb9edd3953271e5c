"""The ``reportlib`` command. Rooms are imported only by the command that needs them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reportlib.records import OutputError, ReportlibError
from reportlib.resources import one_thread, settings

if TYPE_CHECKING:
    import pandas as pd


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 done, 1 some files failed, 2 wrong call.

    >>> main(["explain", "nowhere.txt"])
    2
    """
    one_thread()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser, words = _parser(), list(sys.argv[1:] if argv is None else argv)
    for word in words if "--" not in words else ():
        if word.startswith("-") and Path(word).exists():
            parser.error(f"{word} is a file: write ./{word}")
    args = parser.parse_args(words)
    try:
        return RUN[args.command](args) or 0
    except (ReportlibError, OutputError) as error:
        _told(f"reportlib {args.command}: {error}")
        return 2
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _told("\nstopped; run the same command to resume")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reportlib",
        description="Read Chinese government work reports (政府工作报告) into tables, "
        "each figure with its quotation.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    types = {"count": _count, "integer": int}
    for name, arguments in settings("commands").items():
        command = commands.add_parser(name, help=arguments["about"])
        for argument, given in arguments.items():
            if argument != "about":
                kind = {"type": types[given["type"]]} if "type" in given else {}
                command.add_argument(argument, **given | kind)
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number (1, 2, …)")
    return int(text)


def _told(what: str) -> None:
    """A remark to the user, beside the output."""
    print(what, file=sys.stderr)


def _build(args: argparse.Namespace) -> int:
    from reportlib.build.run import build_tables

    names = ("pages", "corrections", "jobs", "cluster", "form", "column", "overwrite")
    options = {name: getattr(args, name) for name in names}
    done = build_tables(args.sources, args.out, **options)
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(done.kinds.items())) or "no page"
    print(f"{'unchanged' if done.reused else 'written'}: {done.out} ({counts})")
    if not done.kinds["report"]:
        _told("no report found; pages.csv says why")
    if failed := done.kinds["failed"]:
        _told(f"{failed} failed: the table pages and reportlib explain FILE say why")
    return int(failed > 0)


def _explain(args: argparse.Namespace) -> int:
    from reportlib.build.explain import analyses, text_of

    if not Path(args.file).is_file():
        raise ReportlibError(f"no file {args.file}")
    failed = 0
    for result in analyses(args.file):
        failed += result.page.kind == "failed"
        print("\n".join(text_of(result)))
    return int(failed > 0)


def _panel(args: argparse.Namespace) -> None:
    import pandas as pd

    from reportlib.build.write import read_table
    from reportlib.compare import outcomes, panel, wide
    from reportlib.indicators import catalogue
    from reportlib.resources import require

    if args.outcomes and (args.side or args.wide):
        raise ReportlibError("--outcomes has both sides in a row: leave out --side and --wide")
    wanted = [require(name, list(catalogue()), "indicator") for name in args.indicator]
    names = ["reports", "coverage", "pages", "indicators", *["indicators_extended"] * bool(wanted)]
    reports, coverage, pages, *figures = (read_table(args.dir, name) for name in names)
    cells = panel(pd.concat(figures, ignore_index=True), reports, coverage, pages)
    cells = cells[cells["indicator"].isin(wanted)] if wanted else cells
    table = outcomes(cells) if args.outcomes else cells
    if args.side:
        table = table[table["side"] == args.side]
    _write(wide(table) if args.wide else table, args.out)
    if failed := int((pages["kind"] == "failed").sum()):
        _told(f"{failed} pages failed and stand in no cell; pages.csv says why")


def _sample(args: argparse.Namespace) -> None:
    from reportlib.build.write import read_table
    from reportlib.compare import judged, sample

    if args.judged:
        print(judged(args.judged).round(3).to_string(index=False))
    elif args.dir:
        rows = {"indicators": read_table(args.dir, "indicators")}
        _write(sample(rows, args.n, args.seed), args.out)
    else:
        raise ReportlibError("name the folder of a build, or a judged sheet with --judged FILE")


def _write(table: pd.DataFrame, out: str | None) -> None:
    """A table as CSV, into a file or to the terminal; blanks stay blank."""
    from reportlib.build.write import as_csv

    if out is None:
        print(as_csv(table), end="")
        return
    path = Path(out)
    try:
        temporary = path.with_name(f"{path.name}.tmp")
        temporary.write_text("\ufeff" + as_csv(table), encoding="utf-8", newline="")
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from None


def _appendix(args: argparse.Namespace) -> None:
    from reportlib.publish import make_appendix

    path = make_appendix(args.out, args.notebooks, study=args.study, student=args.student)
    print(f"written: {path}")


def _fetch(args: argparse.Namespace) -> None:
    from reportlib.fetch import corpora, fetch

    for corpus, files, checked, licence, what in corpora().to_numpy().tolist():
        if args.name in (None, corpus):
            print(f"{corpus}: {files} files, {checked} of them with a known checksum")
            print(f"  licence: {licence}\n  {what}")
    if args.name:
        print(f"written: {fetch(args.name, args.out, args.unverified)}")


def _codebook(_: argparse.Namespace) -> None:
    from reportlib.resources import schema

    for table, columns in schema().items():
        print(f"\n{table}")
        for c in columns:
            unit = f" [{c['unit']}]" if c["unit"] else ""
            print(f"  {c['column']:<14} {c['type']:<8} {c['meaning']}{unit} ({c['source']})")


COMMANDS = (_build, _explain, _panel, _sample, _appendix, _fetch, _codebook)
RUN = {command.__name__.removeprefix("_"): command for command in COMMANDS}
