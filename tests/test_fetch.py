"""``reportlib fetch`` against a server on this machine; nothing here leaves it."""

from __future__ import annotations

import gc
import hashlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from reportlib import cli, fetch
from reportlib.records import OutputError, ReportlibError
from reportlib.resources import settings, table

pytest.importorskip("pooch")
# The sockets of broken transfers are closed by the collector; see the fixture below.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
TEXT = "政府工作报告\n".encode() * 500
RIGHT = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture(autouse=True)
def _collected_here() -> Iterator[None]:
    """No later test meets the warning about a socket that a broken transfer left open."""
    yield
    gc.collect()


class Server(ThreadingHTTPServer):
    """Serves TEXT; the folder of the path says how: well, cut, slow, or not at all."""

    asked: list[str]

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests want."""


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        path = unquote(self.path)
        self.server.asked.append(path)
        kind = path.split("/")[1]
        if kind == "gone":
            self.send_error(404)
            return
        if kind == "slow":
            time.sleep(1.2)
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT[: len(TEXT) // 2] if kind == "cut" else TEXT)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server(("127.0.0.1", 0), Answers)
    one.asked = []
    thread = threading.Thread(target=one.serve_forever, args=(0.05,))
    thread.start()
    yield one
    one.shutdown()
    one.server_close()
    thread.join()


def base(server: Server, kind: str = "good") -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/{kind}/"


def test_files_arrive_and_are_asked_for_once(server: Server, tmp_path: Path) -> None:
    """The right bytes, their hashes beside them; a second call asks for nothing."""
    files = {"甲市/2024 年.md": RIGHT, "b.txt": RIGHT}
    for _ in range(2):
        folder = fetch.bring(base(server), files, tmp_path / "c")
    assert server.asked == ["/good/甲市/2024 年.md", "/good/b.txt"]
    assert (folder / "甲市" / "2024 年.md").read_bytes() == TEXT
    sums = (folder / fetch.SUMS).read_text(encoding="utf-8").splitlines()
    assert sorted(sums) == sorted(f"{RIGHT}  {path}" for path in files)


def test_a_damaged_file_is_brought_again(server: Server, tmp_path: Path) -> None:
    folder = fetch.bring(base(server), {"b.txt": RIGHT}, tmp_path)
    (folder / "b.txt").write_bytes(b"damaged")
    fetch.bring(base(server), {"b.txt": RIGHT}, tmp_path)
    assert (folder / "b.txt").read_bytes() == TEXT and len(server.asked) == 2


def test_without_a_pinned_hash_the_first_arrival_is_held_against_later_ones(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch.bring(base(server), {"b.txt": ""}, tmp_path)
    (tmp_path / "b.txt").unlink()
    monkeypatch.setattr(sys.modules[__name__], "TEXT", TEXT + b"changed")
    with pytest.raises(ReportlibError, match="other content than pinned"):
        fetch.bring(base(server), {"b.txt": ""}, tmp_path)
    assert not (tmp_path / "b.txt").exists()


@pytest.mark.parametrize(
    ("kind", "digest", "told"),
    [
        ("good", "0" * 64, r"^a/b\.txt: other content than pinned, not kept"),
        ("cut", RIGHT, r"^a/b\.txt: no connection, or it was cut; run the same command"),
        ("gone", RIGHT, r"^a/b\.txt: the server answered 404"),
        ("slow", RIGHT, r"^a/b\.txt: no answer for 0\.3 seconds; run the same command"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_keeps_nothing(
    server: Server, tmp_path: Path, kind: str, digest: str, told: str
) -> None:
    """No file is left that is not whole and right, no temporary one either."""
    with pytest.raises(ReportlibError, match=told) as error:
        fetch.bring(base(server, kind), {"a/b.txt": digest}, tmp_path, wait=0.3)
    assert "\n" not in str(error.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_cut_transfer_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    """Files before the cut are kept and not asked for again."""
    address = base(server).removesuffix("good/")
    files = {"good/1": RIGHT, "cut/2": RIGHT, "good/3": RIGHT}
    with pytest.raises(ReportlibError, match="cut/2"):
        fetch.bring(address, files, tmp_path)
    files = {"good/1": RIGHT, "good/2": RIGHT, "good/3": RIGHT}
    fetch.bring(address, files, tmp_path)
    assert server.asked == ["/good/1", "/cut/2", "/good/2", "/good/3"]


def test_nobody_answers_and_nowhere_to_write(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(ReportlibError, match=r"b\.txt: no connection"):
        fetch.bring(address, {"b.txt": RIGHT}, tmp_path, wait=2)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write to"):
        fetch.bring(address, {"b.txt": RIGHT}, tmp_path / "file")


def test_no_hash_no_claim(tmp_path: Path) -> None:
    """Without a checksum nothing is fetched unless the user says so."""
    for name in ("national", "provinces-2026"):
        with pytest.raises(ReportlibError, match=r"no checksum for .* add --unverified"):
            fetch.fetch(name, tmp_path)
    with pytest.raises(ReportlibError, match="Did you mean 'series'"):
        fetch.fetch("serie", tmp_path)
    assert not list(tmp_path.iterdir())


def test_corpora_are_pinned_and_say_what_is_not_known() -> None:
    """Each address holds a commit of 40 digits, each path stays below it, licences are named."""
    known = settings("corpora")
    rows = table("corpora", ("corpus", "path", "source", "source_status"), unique="path")
    assert {row["corpus"] for row in rows} == known.keys()
    for corpus in known.values():
        commit = corpus["base"].split("/")[-2]
        assert len(commit) == 40 and int(commit, 16) and corpus["base"].startswith("https://")
        assert corpus["licence"] and corpus["what"]
    for row in rows:
        assert ".." not in row["path"] and not row["path"].startswith("/")
        assert not row["sha256"] or len(row["sha256"]) == 64
    listed = fetch.corpora()
    assert listed["files"].sum() == len(rows)


def test_the_list_says_plainly_that_a_licence_is_not_stated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Listing opens no connection and tells licence and checksums of each."""
    assert cli.main(["fetch"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("licence: not stated") == 3 and "316 files, 316 of them" in shown
    assert cli.main(["fetch", "national"]) == 2
    assert "licence: not stated" in capsys.readouterr().out


def test_importing_and_listing_open_no_connection() -> None:
    """Only a call of fetch needs pooch or a socket."""
    program = (
        "import socket, sys\n"
        "socket.socket = None\n"
        "import reportlib.fetch\n"
        "reportlib.fetch.corpora()\n"
        "assert 'pooch' not in sys.modules and 'requests' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
