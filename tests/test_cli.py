"""The command as a user meets it: a process of its own, its words, exit status and files."""

from __future__ import annotations

import csv
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made import ROOT, called, command, files, folder_of, locked_pdf, report, tidy, zipped

from reportlib.build import folder
from reportlib.build.write import read_table
from reportlib.resources import schema

MEGABYTE = 1 << 20
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016)  # how an office file of old begins


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two made-up reports."""
    return folder_of(tmp_path_factory.mktemp("two"), 2)


@pytest.fixture(scope="module")
def built(two: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of these two, as an undisturbed build writes them."""
    out = tmp_path_factory.mktemp("built") / "out"
    done = command("build", two, "--out", out)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return out


def one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """A wrong call: status 2, no traceback, and one line that holds ``words``."""
    said = done.stderr.strip()
    assert done.returncode == 2, said
    assert "Traceback" not in said and len(said.splitlines()) == 1, said
    assert done.stdout == ""
    for word in words:
        assert word in said, said


# ---- pages that cannot be read -------------------------------------------------------------------


def bad_pages(into: Path) -> None:
    """One file of every kind that issue-writers think of, and one good one."""
    into.mkdir()
    (into / "good.txt").write_text(report(), encoding="utf-8")
    (into / "empty.txt").touch()
    (into / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (into / "program.txt").write_bytes(b"\x7fELF" + bytes(range(40)) * 99)
    (into / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    (into / "locked.pdf").write_bytes(locked_pdf())
    (into / "broken.docx").write_bytes(zipped(word__document_xml=b"<w:document")[:-30])
    (into / "locked.docx").write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    (into / "bomb.docx").write_bytes(zipped(word__document_xml=b" " * (200 * MEGABYTE)))
    with (into / "huge.txt").open("wb") as handle:
        handle.truncate(200 * MEGABYTE)
    (into / "old.doc").write_bytes(OLE)
    (into / "line\nbreak.txt").write_text(report(1), encoding="utf-8")
    (into / "-dash.txt").write_text(report(2), encoding="utf-8")
    (into / "=1+1.txt").write_text(report(3), encoding="utf-8")
    (into / "list.csv").write_text("file,year\ngood.txt,2024\n")
    (into / "SOURCES.md").write_text(report(5), encoding="utf-8")
    (into / "README.md").write_text(report(4), encoding="utf-8")
    (into / "gone.txt").symlink_to(into / "nowhere.txt")
    (into / "news.txt").write_text("本报讯：今日天气晴好，市民纷纷出游。\n", encoding="utf-8")


Bad = tuple[subprocess.CompletedProcess[str], Path]
WANTED = {  # file: kind, words of the reason
    "good.txt": ("report", ""),
    "empty.txt": ("failed", "empty"),
    "binary.txt": ("failed", "picture"),
    "program.txt": ("failed", "binary"),
    "list.csv": ("skipped", "no text column"),
    "SOURCES.md": ("skipped", "about the folder"),
    "broken.pdf": ("failed", ""),
    "locked.pdf": ("failed", "password"),
    "broken.docx": ("failed", ""),
    "locked.docx": ("failed", "password"),
    "bomb.docx": ("failed", "at most"),
    "huge.txt": ("failed", "at most"),
    "old.doc": ("failed", "antiword"),
    r"line\x0abreak.txt": ("report", ""),
    "-dash.txt": ("report", ""),
    "=1+1.txt": ("report", ""),
    "README.md": ("skipped", "about the folder"),
    "gone.txt": ("skipped", ""),
    "news.txt": ("other", ""),
}


@pytest.fixture(scope="module")
def after_bad(tmp_path_factory: pytest.TempPathFactory) -> Bad:
    """The build of a folder of bad files: how it ended, and its tables."""
    top = tmp_path_factory.mktemp("bad")
    bad_pages(top / "pages")
    done = command("build", top / "pages", "--out", top / "out", preexec_fn=modest)
    return done, top / "out"


def modest() -> None:
    """No child of these tests may take two gigabytes, whatever a file says it holds."""
    resource.setrlimit(resource.RLIMIT_AS, (2048 * MEGABYTE, 2048 * MEGABYTE))


def test_bad_files_fail_by_themselves(after_bad: Bad) -> None:
    """Status 1; each bad file has its row with a reason, the others are built."""
    done, out = after_bad
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    pages = read_table(out, "pages").set_index("doc")
    assert set(pages.index) == set(WANTED)
    for doc, (kind, words) in WANTED.items():
        row = pages.loc[doc]
        assert row["kind"] == kind, (doc, row["kind"], row["reason"])
        assert words in row["reason"], (doc, row["reason"])
        assert kind == "report" or row["reason"], f"{doc}: no reason"
        assert len(row["reason"].splitlines()) <= 1
    assert sorted(read_table(out, "reports")["doc"]) == sorted(
        doc for doc, (kind, _) in WANTED.items() if kind == "report"
    )
    assert tidy(out)


def test_bad_files_leave_no_row_behind(after_bad: Bad) -> None:
    """Only pages and spans speak of what is no report, and spans only of what could be read."""
    _, out = after_bad
    pages = read_table(out, "pages").set_index("doc")
    for table, columns in schema().items():
        if table != "pages" and "doc" in [c["column"] for c in columns]:
            kinds = set(pages.loc[sorted(set(read_table(out, table)["doc"])), "kind"])
            assert kinds <= ({"report", "other"} if table == "spans" else {"report"}), table


def test_a_file_without_permission(two: Path, tmp_path: Path) -> None:
    """A file and a folder that may not be opened."""
    if os.geteuid() == 0:
        pytest.skip("the superuser may open everything")
    pages = folder_of(tmp_path / "pages", 1)
    (pages / "shut.txt").write_text(report(), encoding="utf-8")
    (pages / "shut.txt").chmod(0)
    (pages / "folder").mkdir(mode=0)
    done = command("build", pages, "--out", tmp_path / "out")
    assert done.returncode == 1
    kinds = read_table(tmp_path / "out", "pages").set_index("doc")["kind"].to_dict()
    assert kinds == {"0000.txt": "report", "folder": "failed", "shut.txt": "failed"}


def test_names_of_files_on_the_command_line(tmp_path: Path) -> None:
    """A leading dash and a line break in a file named itself."""
    for name in ("-x.txt", "a\nb.txt"):
        (tmp_path / name).write_text(report(), encoding="utf-8")
    done = command("build", "--out", "out", "--", "-x.txt", "a\nb.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(read_table(tmp_path / "out", "pages")["doc"]) == ["-x.txt", r"a\x0ab.txt"]
    done = called("build", "-x.txt", "--out", "other", cwd=tmp_path)
    assert done.returncode == 2 and "./-x.txt" in done.stderr
    done = called("explain", "a\nb.txt", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith(r"a\x0ab.txt: report")


def test_folders_without_a_page(two: Path, tmp_path: Path) -> None:
    """An empty folder has a row and does not stop the rest; with nothing else it is told."""
    (tmp_path / "empty").mkdir()
    done = called("build", tmp_path / "empty", two, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    pages = read_table(tmp_path / "out", "pages").set_index("doc")
    assert pages.loc["empty/", "reason"] == "a folder without any file"
    done = called("build", tmp_path / "empty", "--out", tmp_path / "none")
    assert done.returncode == 0
    assert done.stderr.strip() == "no report found; pages.csv says why"
    assert len(read_table(tmp_path / "none", "pages")) == 1


# ---- the output folder ---------------------------------------------------------------------------


def test_out_that_cannot_be(two: Path, tmp_path: Path) -> None:
    """A file, a place that cannot be written, a folder of somebody else's files."""
    (tmp_path / "file").write_text("mine")
    one_sentence(called("build", two, "--out", tmp_path / "file"), "is a file")
    one_sentence(called("build", two, "--out", tmp_path / "file" / "x"), "cannot write to")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    one_sentence(called("build", two, "--out", tmp_path / "mine"), "notes.txt", "--overwrite")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no file system to refuse us")
def test_out_on_a_read_only_file_system(two: Path) -> None:
    """Even for the superuser."""
    one_sentence(called("build", two, "--out", "/proc/out"), "cannot write to /proc/out")


def test_the_same_call_again_does_nothing(two: Path, built: Path) -> None:
    """The finished build is recognised; its files are not touched."""
    before = {p: p.stat().st_mtime_ns for p in built.iterdir()}
    done = called("build", two, "--out", built)
    assert done.returncode == 0 and done.stdout.startswith("unchanged")
    assert {p: p.stat().st_mtime_ns for p in built.iterdir()} == before


def test_other_sources_need_overwrite(two: Path, built: Path, tmp_path: Path) -> None:
    """Another build is refused, and replaced when asked; nothing of the first is left."""
    rows = [[report(5), "x"], [report(6), "y"]]
    with (tmp_path / "rows.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["text", "note"], *rows])
    out = tmp_path / "out"
    assert called("build", tmp_path / "rows.csv", "--out", out).returncode == 0
    assert sorted(p.name for p in (out / "text").iterdir()) == ["rows.csv#1.txt", "rows.csv#2.txt"]
    one_sentence(called("build", two, "--out", out), "other sources or versions", "--overwrite")
    assert called("build", two, "--out", out, "--overwrite").returncode == 0
    assert files(out).keys() == files(built).keys()


def limited() -> None:
    """Writing beyond some kilobytes fails, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000))


def test_a_full_disk(two: Path, built: Path, tmp_path: Path) -> None:
    """One sentence, no table under a final name; with room again the build resumes."""
    out = tmp_path / "out"
    one_sentence(command("build", two, "--out", out, preexec_fn=limited), "cannot write to")
    assert not [*out.glob("*.csv"), *out.rglob("*.tmp"), *out.glob("*.lock")]
    done = called("build", two, "--out", out)
    assert done.returncode == 0, done.stderr
    assert files(out) == files(built)


# ---- two at once ---------------------------------------------------------------------------------


def test_a_locked_folder_is_refused(two: Path, tmp_path: Path) -> None:
    """While another process has the folder; a lock file that nobody holds is no obstacle."""
    out = tmp_path / "out"
    with folder.held(out):
        one_sentence(command("build", two, "--out", out), "another build")
    (out / folder.LOCK).write_text("4194304")
    done = called("build", two, "--out", out)
    assert done.returncode == 0, done.stderr
    assert tidy(out)


def test_two_builds_into_one_folder(two: Path, built: Path, tmp_path: Path) -> None:
    """Started at the same moment, one builds and the other refuses or finds it done."""
    out = tmp_path / "out"
    line = [sys.executable, "-m", "reportlib", "build", str(two), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pair = [
        subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [(*(text.decode() for text in one.communicate()), one.returncode) for one in pair]
    written = [s for s in said if s[0].startswith("written")]
    others = [s for s in said if s not in written]
    assert len(written) == 1, said
    assert all("another build" in s[1] or s[0].startswith("unchanged") for s in others), said
    assert files(out) == files(built)


# ---- wrong calls ---------------------------------------------------------------------------------


WRONG = {
    "no such source": (["build", "nowhere", "--out", "out"], "no file or folder"),
    "no source": (["build", "--out", "out"], "SOURCE"),
    "no out": (["build", "two"], "--out"),
    "no jobs": (["build", "two", "--out", "out", "--jobs", "0"], "not a whole number"),
    "words for jobs": (["build", "two", "--out", "out", "--jobs", "many"], "'many'"),
    "unknown format": (["build", "two", "--out", "out", "--format", "xlsx"], "parquet"),
    "unknown option": (["build", "two", "--out", "out", "--fast"], "--fast"),
    "unknown command": (["bild"], "build"),
    "no command": ([], "COMMAND"),
    "no sidecar": (["build", "two", "--out", "out", "--pages", "none.csv"], "none.csv"),
    "no corrections": (["build", "two", "--out", "out", "--corrections", "none.csv"], "none.csv"),
    "no cluster": (["build", "two", "--out", "out", "--cluster", "localhost:1"], "cluster"),
    "nothing to explain": (["explain", "nowhere.txt"], "nowhere.txt"),
    "a folder to explain": (["explain", "two"], "two"),
    "no tables": (["panel", "two"], "reportlib build"),
    "one side of both": (["panel", "two", "--outcomes", "--side", "target"], "leave out --side"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_calls(case: str, two: Path, tmp_path: Path) -> None:
    """Status 2, what was wrong and what is allowed; nothing is written."""
    words, wanted = WRONG[case]
    (tmp_path / "two").symlink_to(two)
    run = command if "--cluster" in words else called
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert wanted in done.stderr.replace("Dask", "cluster"), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*.csv"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("--pages", "doc,year\n0001.txt,2024\n0009.txt,2024\n"),
        ("--corrections", "doc,start,end,field,old,new,who,why\n0009.txt,,,speaker,x,y,me,read\n"),
    ],
)
def test_side_files_must_speak_of_pages_that_are_there(
    name: str, text: str, two: Path, tmp_path: Path
) -> None:
    """An unknown doc is named, with the nearest; nothing is built."""
    side = tmp_path / "side.csv"
    side.write_text(text)
    out = tmp_path / "out"
    one_sentence(called("build", two, "--out", out, name, side), "'0009.txt'", "0000.txt")
    assert not out.exists()


def test_a_row_that_no_table_has(tmp_path: Path) -> None:
    """The rows of a table file are known only when it is read."""
    (tmp_path / "rows.jsonl").write_text('{"text": "一"}\n{"text": "二"}\n', encoding="utf-8")
    (tmp_path / "side.csv").write_text("doc,year\nrows.jsonl#7,2024\n")
    done = called("build", "rows.jsonl", "--out", "out", "--pages", "side.csv", cwd=tmp_path)
    one_sentence(done, "'rows.jsonl#7'", "rows.jsonl#1")
    assert not list(tmp_path.glob("out/*.csv"))


# ---- what the commands say -----------------------------------------------------------------------


def test_help_is_quick_and_imports_little() -> None:
    """Start-up beyond Python's own: a few modules of ours, none of the big packages."""
    program = """
import sys
from reportlib.cli import main
try:
    main(["--help"])
except SystemExit:
    big = "pandas numpy jieba rjieba matplotlib tqdm"
    print(*sorted(set(big.split()) & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip() == "" and "COMMAND" in done.stdout

    def seconds(*words: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
        return time.perf_counter() - began

    rounds = [(seconds("-m", "reportlib", "--help"), seconds("-c", "pass")) for _ in range(5)]
    assert min(ours for ours, _ in rounds) < 12 * min(bare for _, bare in rounds)


def test_codebook_names_every_column() -> None:
    """Every table and column of the schema, with type and meaning."""
    done = called("codebook")
    assert (done.returncode, done.stderr) == (0, "")
    tables = re.split(r"\n(?=\w)", done.stdout.strip())
    for text, (table, columns) in zip(tables, schema().items(), strict=True):
        head, *rows = text.strip().split("\n")
        assert head == table
        for row, column in zip(rows, columns, strict=True):
            assert row.split()[:2] == [column["column"], column["type"]]
            assert column["meaning"] in row


def test_codebook_into_a_closed_pipe() -> None:
    """A reader that has seen enough is no error."""
    line = f"'{sys.executable}' -m reportlib codebook | head -1"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""


def test_explain_shows_cuts_and_keeps_the_terminal_safe(tmp_path: Path) -> None:
    """What was cut, kept and edited; characters that command a terminal are not passed on."""
    page = tmp_path / "page.txt"
    text = "首页 > 政务公开\n" + report().replace("王小明", "王\x1b[31m小明").replace("，", ",")
    page.write_text(text + "责任编辑:李四\x07\n", encoding="utf-8")
    done = command("explain", page)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    for words in ("page.txt: report", "金寨县", "plan year 2024", "cut", "kept", "review", "edits"):
        assert words in done.stdout
    (tmp_path / "empty.txt").touch()
    done = called("explain", tmp_path / "empty.txt")
    assert done.returncode == 1 and "the file is empty" in done.stdout


def test_any_terminal(two: Path) -> None:
    """A terminal without Chinese is no obstacle."""
    done = command("explain", two / "0000.txt", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
