"""The build: the same bytes by whatever way, nothing lost when killed, side files applied."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made import ROOT, command, files, folder_of, report, tidy

import reportlib
from reportlib import words
from reportlib.build import folder, parts, run
from reportlib.build.analyse import analyse
from reportlib.build.write import Block, read_table
from reportlib.cli import main
from reportlib.records import DataError, OutputError, Page, ReportlibError
from reportlib.resources import schema

FAILED = "1 failed: the table pages and reportlib explain FILE say why\n"
STEPS = importlib.import_module("reportlib.build.analyse")
HEAD = "doc,start,end,field,old,new,who,why\n"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of several kinds, more than one batch of them."""
    pages = folder_of(tmp_path_factory.mktemp("many"), 22)
    (pages / "b").mkdir()
    (pages / "b" / "copy.txt").write_text(f"首页\n{report(7)}责任编辑：张三\n", encoding="utf-8")
    (pages / "b" / "page.html").write_text(f"<html><p>{report(5)}</p></html>", encoding="utf-8")
    (pages / "b" / "empty.txt").touch()
    rows = [{"text": report(k), "year": 2024, "title": f"第{k}份"} for k in range(40, 44)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (pages / "rows.jsonl").write_text(lines, encoding="utf-8")
    return pages


@pytest.fixture(scope="module")
def built(many: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their tables, built by one process without disturbance."""
    out = tmp_path_factory.mktemp("built") / "out"
    summary = reportlib.build_tables([many], out)
    assert summary.kinds == {"report": 28, "failed": 1} and tidy(out)
    return out


# ---- the same bytes ------------------------------------------------------------------------------


def test_two_builds_are_the_same_bytes(many: Path, built: Path, tmp_path: Path) -> None:
    """Tables, extracted texts and the marker; nothing in them tells time, place or process."""
    reportlib.build_tables([many], tmp_path / "out")
    assert files(tmp_path / "out") == files(built)
    here = [os.uname().nodename, str(tmp_path), time.strftime("%Y-%m-%d")]
    for name, data in files(built).items():
        text = data.decode("utf-8-sig")
        if name != "pages.csv":  # whose column path is what the user called the file
            assert not [word for word in here if word in text], name


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_the_size_of_a_batch_changes_nothing(
    size: int, many: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor that of a group of pages, nor how often a worker empties its hands."""
    monkeypatch.setattr(run, "BATCH", size)
    monkeypatch.setattr(STEPS, "GROUP", 500 * size)
    monkeypatch.setattr(parts, "LARGE", 50_000 * size % 70_001)
    reportlib.build_tables([many], tmp_path / "out")
    assert files(tmp_path / "out") == files(built)


def test_two_processes_write_the_same_bytes(many: Path, built: Path, tmp_path: Path) -> None:
    """``--jobs 2``, through the command."""
    done = command("build", many, "--out", tmp_path / "out", "--jobs", 2)
    assert done.returncode == 1 and done.stderr == FAILED, done.stderr
    assert files(tmp_path / "out") == files(built)


def test_with_and_without_the_fast_cutter(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rjieba or jieba: the tables are the same, and one may go on where the other began."""
    if importlib.util.find_spec("rjieba") is None:
        pytest.skip("rjieba is not installed")
    reportlib.build_tables([many], tmp_path / "fast")
    plain = words._cutter("jieba")
    monkeypatch.setattr(words, "_cutter", lambda _: plain)
    reportlib.build_tables([many], tmp_path / "plain")
    assert files(tmp_path / "fast") == files(tmp_path / "plain")
    said = [json.loads((tmp_path / n / "versions.json").read_text()) for n in ("fast", "plain")]
    assert [one["words"].split()[0] for one in said] == ["rjieba", "jieba"]
    assert reportlib.build_tables([many], tmp_path / "fast").reused


def test_parquet_holds_what_csv_holds(
    many: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows and types in every table, in one file or in many."""
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(parts, "PIECE", 300)
    reportlib.build_tables([many], tmp_path / "out", form="parquet")
    for table in schema():
        one, other = read_table(built, table), read_table(tmp_path / "out", table)
        assert one.equals(other), table
        assert (one.dtypes == other.dtypes).all(), table
    assert len(list((tmp_path / "out" / "words.parquet").iterdir())) > 3
    assert not list((tmp_path / "out").glob("*.csv"))
    before = files(tmp_path / "out")
    reportlib.build_tables([many], tmp_path / "again", form="parquet")
    assert files(tmp_path / "again") == before


def test_in_memory_and_on_disk_are_one(many: Path, built: Path) -> None:
    """``load`` gives the tables of ``build``, copies and the path of the file apart."""
    corpus = reportlib.load(many)
    for table in schema():
        one, other = corpus[table], read_table(built, table)
        if table == "pages":
            one, other = (t.drop(columns=["duplicate_of"]) for t in (one, other))
        assert one.equals(other), table
    assert corpus.text("b/page.html") == (built / "text" / "b" / "page.html.txt").read_text("utf-8")


# ---- an error that nobody foresaw ----------------------------------------------------------------


Stops = tuple[type[Exception], ...]


def fails(monkeypatch: pytest.MonkeyPatch, stops: Stops, error: BaseException) -> None:
    """Let the words of every page with 潜山市 fail, late in its analysis."""
    real = words.count_words

    def count(text: str) -> Counter[str]:
        if "潜山市" in text:
            raise error
        return real(text)

    monkeypatch.setattr(words, "count_words", count)
    monkeypatch.setattr(STEPS, "STOPS", stops)


def test_a_page_with_an_unforeseen_error_fails_alone(
    tmp_path: Path,
    stops: Stops,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One row with class, message and place, no half page, no extracted text; the rest is built."""
    pages = folder_of(tmp_path / "pages", 10)
    page = pages / "0008.html"
    (pages / "0008.txt").rename(page)
    fails(
        monkeypatch, stops, IndexError("at 0x7f00aa in /srv/someone/x.py\nlist index out of range")
    )
    assert main(["build", str(pages), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    assert "(1 failed, 9 report)" in told.out and told.err == FAILED
    for table in ("pages", "spans", "reports", "sentences", "words", "themes"):
        rows = read_table(tmp_path / "out", table)
        named = rows["doc" if "doc" in rows else "report_id"]
        assert ("0008.html" in set(named)) == (table == "pages") and named.nunique() >= 9, table
    row = read_table(tmp_path / "out", "pages").set_index("doc").loc["0008.html"]
    assert row["kind"] == "failed" and row["sha256"]
    said = "IndexError: at … in … list index out of range (reportlib/build/analyse.py:"
    assert row["reason"].startswith(f"an error of reportlib, please report it: {said}")
    assert not (tmp_path / "out" / "text").exists()
    assert main(["explain", str(page)]) == 1 and said in capsys.readouterr().out
    memory = reportlib.load(pages)
    assert "1 failed" in repr(memory)
    assert (
        memory["pages"]["reason"].tolist()
        == read_table(tmp_path / "out", "pages")["reason"].tolist()
    )


@pytest.mark.parametrize(
    "error", [DataError("x"), OutputError("x"), MemoryError(), OSError("x"), KeyboardInterrupt()]
)
def test_what_is_no_fault_of_the_page_stops_the_build(
    error: BaseException, tmp_path: Path, stops: Stops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad data of the package, a full disk or memory, the user: no page is marked for them."""
    fails(monkeypatch, stops, error)
    with pytest.raises((type(error), OutputError)):
        reportlib.build_tables([folder_of(tmp_path / "pages", 9)], tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.csv"))


def test_tests_see_unforeseen_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails one page alone for a user fails a test."""
    assert (Exception,) == STEPS.STOPS
    monkeypatch.setattr(words, "count_words", lambda _: {}[0])
    with pytest.raises(KeyError):
        next(STEPS.attempt([Page("a.txt", "a.txt", report())]))


# ---- killed and resumed --------------------------------------------------------------------------


def kill_and_resume(pages: Path, out: Path, after: float, jobs: int) -> bool:
    """Kill a build ``after`` seconds, then build again; whether the kill came in time."""
    line = [sys.executable, "-m", "reportlib", "build", pages, "--out", out, "--jobs", str(jobs)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    killed = process.wait() == -signal.SIGKILL
    for path in out.glob("*.csv"):  # a table under its final name is whole
        with path.open(encoding="utf-8-sig", newline="") as handle:
            widths = {len(row) for row in csv.reader(handle)}
        assert len(widths) == 1, path.name
    summary = reportlib.build_tables([pages], out)
    assert summary.kinds["report"]
    return killed


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_the_same(many: Path, built: Path, tmp_path: Path) -> None:
    """Five kills spread over the time of a build; ``benchmarks/kill.py`` does a hundred."""
    began = time.monotonic()
    command("build", many, "--out", tmp_path / "whole")
    lasts = time.monotonic() - began
    moments = [random.Random(7).uniform(k, k + 1) / 5 * lasts for k in range(5)]
    killed = 0
    for number, moment in enumerate(moments):
        out = tmp_path / str(number)
        killed += kill_and_resume(many, out, moment, jobs=1 + number % 2)
        assert files(out) == files(built)
        assert tidy(out)
    assert killed >= 2, "the builds ended before they were killed"


def test_what_was_done_is_not_done_again(
    many: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure in the last batch only that batch is left; a damaged part is made anew."""
    out, real = tmp_path / "out", STEPS.analyse_all

    def breaks(pages: list[Page]) -> object:
        if "rows.jsonl#4" in [page.doc for page in pages]:
            raise KeyboardInterrupt
        return real(pages)

    monkeypatch.setattr(STEPS, "analyse_all", breaks)
    with pytest.raises(KeyboardInterrupt):
        reportlib.build_tables([many], out)
    made = sorted((out / folder.PARTS).iterdir())
    assert [p.name for p in made] == [f"{k:07d}.part" for k in range(len(made))] and len(made) > 9
    assert not list(out.glob("*.csv")) and not (out / folder.LOCK).exists()
    first = out / folder.PARTS / "0000000.part"
    first.write_bytes(first.read_bytes()[:-9])
    done: list[str] = []
    monkeypatch.setattr(
        STEPS, "analyse_all", lambda pages: done.extend(p.doc for p in pages) or real(pages)
    )
    reportlib.build_tables([many], out)
    assert done == ["0000.txt", "0001.txt", *(f"rows.jsonl#{k}" for k in range(1, 5))]
    assert files(out) == files(built)


def test_a_worker_that_dies_is_told(
    many: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that the system kills ends the build with a sentence; it can be resumed."""
    out = tmp_path / "out"
    monkeypatch.setattr(run, "_end_with_parent", _die)
    with pytest.raises(OutputError, match="worker process died"):
        reportlib.build_tables([many], out, jobs=2)
    monkeypatch.undo()
    reportlib.build_tables([many], out)
    assert files(out) == files(built)


def _die() -> None:
    os._exit(9)


def test_workers_end_with_their_parent(many: Path, tmp_path: Path) -> None:
    """No orphan goes on writing after the parent was killed."""
    line = [
        sys.executable,
        "-m",
        "reportlib",
        "build",
        many,
        "--out",
        tmp_path / "o",
        "--jobs",
        "2",
    ]
    process = subprocess.Popen(line, env={**os.environ, "PYTHONPATH": str(ROOT)})
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        process.wait()
        pytest.skip("this system does not tell the children of a process")
    try:
        for _ in range(600):
            mine = children.read_text().split()
            if len(mine) >= 2:  # a resource tracker and workers
                break
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    for _ in range(200):
        left = [pid for pid in mine if _running(pid)]
        if not left:
            return
        time.sleep(0.05)
    pytest.fail(f"{len(left)} processes are still there")


def _running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# ---- a cluster -----------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, each a process of its own, as on a real cluster."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    told = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard", "--port", "0"]
    work = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        "--no-dashboard",
        "--nthreads",
        "1",
    ]
    where = ["--scheduler-file", str(told)]
    local = ["--local-directory", str(tmp_path), "--no-nanny"]
    processes = [
        subprocess.Popen([*dask, "--host", "127.0.0.1", *where], cwd=tmp_path, **quiet),
        *(subprocess.Popen([*work, *where, *local], cwd=tmp_path, **quiet) for _ in range(2)),
    ]
    try:
        for _ in range(300):
            if told.exists() and told.stat().st_size:
                break
            time.sleep(0.1)
        yield json.loads(told.read_text())["address"], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_whose_worker_is_killed(
    many: Path, built: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    """The other worker does its part; the bytes are those of one process."""
    address, workers = cluster
    out = tmp_path / "out"
    line = [sys.executable, "-m", "reportlib", "build", many, "--out", out, "--cluster", address]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(600):  # until something is being written
        if list(out.glob(f"{folder.PARTS}/*.tmp")) or process.poll() is not None:
            break
        time.sleep(0.02)
    workers[0].kill()
    said, complaint = process.communicate(timeout=300)
    assert process.returncode == 1 and complaint.decode() == FAILED
    assert said.decode().startswith("written")
    assert files(out) == files(built)
    assert tidy(out)


# ---- side files ----------------------------------------------------------------------------------


def test_the_sidecar_decides(tmp_path: Path) -> None:
    """What the user says of a page goes before the text; rows of table files can be named."""
    (tmp_path / "one.txt").write_text(report(), encoding="utf-8")
    row = json.dumps({"text": report(), "year": "2024"}, ensure_ascii=False)
    (tmp_path / "rows.jsonl").write_text(f"{row}\n{row}\n", encoding="utf-8")
    side = tmp_path / "pages.csv"
    side.write_text("doc,adcode,year\none.txt,340111,2020\nrows.jsonl#2,340111,\n")
    reportlib.build_tables([tmp_path], tmp_path / "out", pages=side)
    reports = read_table(tmp_path / "out", "reports").set_index("doc")
    assert reports.loc["one.txt", ["adcode", "plan_year"]].tolist() == ["340111", "2020"]
    assert reports.loc["rows.jsonl#1", "adcode"] == "341524"
    assert reports.loc["rows.jsonl#2", "adcode"] == "340111"
    pages = read_table(tmp_path / "out", "pages").set_index("doc")
    assert pages.loc["pages.csv", ["kind", "reason"]].tolist() == [
        "skipped",
        "a side file of this command",
    ]


def test_the_text_column_may_be_named(tmp_path: Path) -> None:
    """A name given finds the reports of a table; without it the table is skipped."""
    row = json.dumps({"原稿": report()}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(f"{row}\n", encoding="utf-8")
    assert reportlib.build_tables([tmp_path], tmp_path / "no").kinds == {"skipped": 1}
    given = command("build", "a.jsonl", "--out", "yes", "--column", "原稿", cwd=tmp_path)
    assert given.returncode == 0 and read_table(tmp_path / "yes", "reports")["doc"].tolist() == [
        "a.jsonl#1"
    ]
    assert len(reportlib.load(tmp_path / "a.jsonl", column="原稿").reports) == 1


def test_the_folder_written_to_is_not_read(tmp_path: Path) -> None:
    """Tables below the folder of pages: the next call finds the build unchanged."""
    folder_of(tmp_path, 2)
    reportlib.build_tables([tmp_path], tmp_path / "build" / "tables")
    assert list(read_table(tmp_path / "build" / "tables", "pages")["doc"]) == [
        "0000.txt",
        "0001.txt",
    ]
    assert reportlib.build_tables([tmp_path], tmp_path / "build" / "tables").reused


def test_any_change_of_a_source_is_noticed(tmp_path: Path) -> None:
    """A changed page, another file, another side file: the old tables are not passed off."""
    pages = folder_of(tmp_path / "pages", 1)
    reportlib.build_tables([pages], tmp_path / "out")
    (pages / "0000.txt").write_text(report(1), encoding="utf-8")
    with pytest.raises(OutputError, match="other sources or versions"):
        reportlib.build_tables([pages], tmp_path / "out")
    assert not reportlib.build_tables([pages], tmp_path / "out", overwrite=True).reused
    (tmp_path / "side.csv").write_text("doc,year\n0000.txt,2024\n")
    with pytest.raises(OutputError, match="other sources or versions"):
        reportlib.build_tables([pages], tmp_path / "out", pages=tmp_path / "side.csv")
    (tmp_path / "out" / "words.csv").unlink()
    assert not reportlib.build_tables([pages], tmp_path / "out").reused
    assert len(read_table(tmp_path / "out", "words"))


def corrected(tmp_path: Path, *rows: str) -> Path:
    """The tables of one made-up report with these corrections."""
    pages = folder_of(tmp_path / "pages", 1)
    fixes = tmp_path / "fixes.csv"
    fixes.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    reportlib.build_tables([pages], tmp_path / "out", corrections=fixes, overwrite=True)
    return tmp_path / "out"


def test_corrections_are_applied_and_listed(tmp_path: Path) -> None:
    """In the row itself with a note, in the table of corrections, on disk and in memory."""
    plain = reportlib.load(folder_of(tmp_path / "pages", 1))["indicators"]
    row = plain[plain["indicator"] == "gdp"].iloc[0]
    where = f"0000.txt,{row.start},{row.end}"
    fixes = [
        f"{where},status,{row.status},expected,李,原文“完成”系预计",
        f"{where},value,{row.value:g},301.5,李,印刷错误",
        "0000.txt,,,speaker,王小明,王晓明,李,官网",
    ]
    out = corrected(tmp_path, *fixes)
    rows = read_table(out, "indicators")
    mended = rows[(rows["start"] == row.start) & (rows["indicator"] == "gdp")].iloc[0]
    assert (mended.status, mended.value) == ("expected", 301.5)
    assert f"corrected status: {row.status} → expected (李)" in mended.note
    assert "corrected value: 300.5 → 301.5 (李)" in mended.note
    assert read_table(out, "reports").iloc[0].speaker == "王晓明"
    listed = read_table(out, "corrections")
    assert list(listed["why"]) == ["原文“完成”系预计", "印刷错误", "印刷错误", "官网"]
    assert set(listed["table"]) == {"indicators", "quantities", "reports"}
    others = rows.drop(index=mended.name).reset_index(drop=True)
    assert others.equals(plain.drop(index=row.name).reset_index(drop=True))
    memory = reportlib.load(tmp_path / "pages", corrections=tmp_path / "fixes.csv")
    for table in ("indicators", "reports", "corrections", "quantities"):
        assert memory[table].equals(read_table(out, table)), table


WRONG_FIXES = {
    "old has changed": ("0000.txt,,,speaker,王大明,王晓明,李,x", "speaker is '王小明' there now"),
    "no such row": ("0000.txt,1,2,value,1,2,李,x", "0000.txt 1–2: no such row"),
    "evidence": ("0000.txt,1,2,quote,1,2,李,x", "unknown field"),
    "no such field": ("0000.txt,1,2,valeu,1,2,李,x", "Did you mean 'value'?"),
    "nobody": ("0000.txt,,,speaker,王小明,王晓明,,x", "who and why"),
    "no reason": ("0000.txt,,,speaker,王小明,王晓明,李,", "who and why"),
    "a word for a number": ("0000.txt,,,n_chars,SIZE,many,李,x", "'many' is no integer"),
}


@pytest.mark.parametrize("case", WRONG_FIXES)
def test_wrong_corrections_are_refused(case: str, tmp_path: Path) -> None:
    """With row and reason; no table is written."""
    row, words_of_error = WRONG_FIXES[case]
    size = str(reportlib.load(folder_of(tmp_path / "pages", 1))["reports"].iloc[0].n_chars)
    with pytest.raises(ReportlibError, match=words_of_error):
        corrected(tmp_path, row.replace("SIZE", size))
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize("side", ["pages", "corrections"])
def test_a_side_file_can_be_mended_and_tried_again(side: str, tmp_path: Path) -> None:
    """A build that its side file stopped is in nobody's way; one that was killed is kept."""
    pages, out = folder_of(tmp_path / "pages", 1), tmp_path / "out"
    wrong = {
        "pages": "doc,place\n0000.txt,无此地\n",
        "corrections": f"{HEAD}0000.txt,1,2,value,1,2,李,x\n",
    }
    file = tmp_path / "side.csv"
    file.write_text(wrong[side], encoding="utf-8")
    with pytest.raises(ReportlibError, match=r"无此地|no such row"):
        reportlib.build_tables([pages], out, **{side: file})  # type: ignore[arg-type]
    file.write_text(wrong[side].split("\n")[0] + "\n", encoding="utf-8")
    assert reportlib.build_tables([pages], out, **{side: file}).kinds["report"]


def test_a_corrected_value_counts(tmp_path: Path) -> None:
    """Its value in base units, which panels compare, changes with it; any encoding will do."""
    pages = folder_of(tmp_path / "pages", 1)
    rows = reportlib.load(pages)["indicators"]
    row = rows[rows["value_base"].notna() & (rows["unit"] == "亿元")].iloc[0]
    fix = f"{HEAD}0000.txt,{row.start},{row.end},value,{row.value:g},0.7,李,印刷错误\n"
    (tmp_path / "fixes.csv").write_bytes(fix.replace(",", ";").encode("gb18030"))
    mended = reportlib.load(pages, corrections=tmp_path / "fixes.csv")["indicators"]
    assert mended.loc[row.name, ["value", "value_base"]].tolist() == [0.7, 70_000_000]


def test_corrections_without_a_column(tmp_path: Path) -> None:
    """Each column is asked for by name."""
    (tmp_path / "fixes.csv").write_text("doc,start,end,field,old,new,who\n")
    with pytest.raises(ReportlibError, match="no column 'why'"):
        reportlib.load(folder_of(tmp_path / "pages", 1), corrections=tmp_path / "fixes.csv")


# ---- copies, texts, versions ---------------------------------------------------------------------


def test_copies_are_found(built: Path) -> None:
    """The same report with other noise around it points to the first page that had it."""
    pages = read_table(built, "pages")
    copies = pages[pages["duplicate_of"] != ""].set_index("doc")["duplicate_of"].to_dict()
    assert copies == {"b/copy.txt": "0007.txt", "b/page.html": "0005.txt"}


def test_copies_of_copies_and_common_formulas() -> None:
    """All copies point to the first; reports that share only formulas are not copies."""
    formulas = list(range(1, 30))
    rows = [[f"f{k}", " ".join(map(str, formulas + [1000 * k + i for i in range(35)]))]
            for k in range(1, 200)]  # fmt: skip
    whole = " ".join(str(i) for i in range(7_000_000, 7_000_064))
    part = " ".join(str(i) for i in range(7_000_010, 7_000_064))
    rows += [["a", whole], ["b", whole], ["c", part], ["c", whole], ["short", "5 6 7"], ["", None]]
    assert parts.find_copies(rows) == {"b": "a", "c": "a"}
    assert parts.find_copies([]) == {}


def test_each_report_of_a_page_has_its_own_head() -> None:
    """Front matter speaks of the report below it; a closing 各位代表！ is no address."""
    opening = "现在，我代表市人民政府，向大会报告工作，请予审议。\n一、工作回顾\n"
    closing = "各位代表！让我们锐意进取、团结一心，为实现更加美好的明天而努力奋斗！\n"
    done = ("全市生产总值增长{}%，新建改建道路。\n", "城镇新增就业{}万人，粮食再获丰收。\n")
    bodies = [opening + "".join(map(line.format, range(2, 20))) + closing for line in done]
    titles = ("广元市政府工作报告（2020年1月8日）", "自贡市政府工作报告（2021年1月18日）")
    text = "".join(f"---\ntitle: {t}\n---\n{b}" for t, b in zip(titles, bodies, strict=True))
    found = analyse(replace(Page("x.txt", "x.txt", text), title=titles[0])).reports
    assert [r.metadata.prefecture for r in found] == ["广元市", "自贡市"]
    assert [r.metadata.delivered for r in found] == ["2020-01-08", "2021-01-18"]


def test_extracted_texts_can_be_looked_up(built: Path) -> None:
    """Every page but .txt and .md has its text below ``text/``, and quotations stand in it."""
    pages = read_table(built, "pages")
    wanted = {d for d in pages[pages["kind"] == "report"]["doc"] if not d.endswith(".txt")}
    texts = {
        p.relative_to(built / "text").as_posix()[:-4]: p.read_bytes().decode("utf-8")
        for p in (built / "text").rglob("*.txt")
    }
    assert set(texts) == wanted and len(wanted) == 5
    rows = read_table(built, "quantities")
    for row in rows[rows["doc"].isin(wanted)].itertuples():
        assert texts[row.doc][row.start : row.end] == row.quote


def test_very_long_names(tmp_path: Path) -> None:
    """A name as long as the file system allows leaves no room for a suffix of ours."""
    name = "年" * 83 + ".html"
    (tmp_path / name).write_text(report(), encoding="utf-8")
    reportlib.build_tables([tmp_path / name], tmp_path / "out")
    (text,) = (tmp_path / "out" / "text").iterdir()
    assert "各位代表" in text.read_text("utf-8")


def test_a_page_cannot_choose_where_its_text_goes(tmp_path: Path) -> None:
    """A doc with dots and slashes, as a sheet's name could make, stays below ``text/``."""
    page = Page("../../../a/./..//b.xlsx#../x!1", "x", text="文", is_plain=False)
    (tmp_path / folder.PARTS).mkdir()
    run._keep_text(tmp_path, page)
    found = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.txt")]
    assert found == ["text/a/b.xlsx#../x!1.txt"]


def test_versions_stand_in_one_place(built: Path) -> None:
    """Python, system, packages, word engine; nothing of the machine's name or user."""
    said = json.loads((built / "versions.json").read_text())
    assert set(said) == {"packages", "python", "system", "words"}
    assert said["packages"]["reportlib"] == reportlib.__version__


def test_a_table_file_of_many_rows_is_not_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker writes its rows when they fill some megabytes, however many pages a file holds."""
    page = Page("x.csv#1", "x", text=report())
    size = sum(len(str(rows)) for rows in analyse(page).rows.values())
    lines = ("".join(json.dumps({"text": report(k)}) + "\n") for k in range(30))
    (tmp_path / "rows.jsonl").write_text("".join(lines))
    monkeypatch.setattr(parts, "LARGE", 3 * size)
    held: list[int] = []
    real = parts.Part.add

    def add(self: parts.Part, table: str, *blocks: Block) -> None:
        real(self, table, *blocks)
        held.append(self._size)

    monkeypatch.setattr(parts.Part, "add", add)
    reportlib.build_tables([tmp_path / "rows.jsonl"], tmp_path / "out")
    assert len(read_table(tmp_path / "out", "reports")) == 30
    assert max(held) < 5 * size


def test_memory_of_a_page_is_given_back() -> None:
    """An analysis keeps no other analysis alive: what a batch holds is one page."""
    import gc
    import weakref

    class Text(str):
        __slots__ = ("__weakref__",)

    def one(k: int) -> weakref.ref[Text]:
        text = Text(report(k))
        analyse(replace(Page(f"{k}.txt", "x"), text=text))
        return weakref.ref(text)

    alive = [one(k) for k in range(4)]
    gc.collect()
    assert not [ref for ref in alive[:-1] if ref() is not None]
