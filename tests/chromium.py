"""A headless Chromium for tests, spoken to through its own protocol: no driver, no Node.

It needs the program ``chromium`` and the package websocket-client, which comes with JupyterLab.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-default-apps --disable-extensions "
    "--disable-dev-shm-usage --metrics-recording-only --remote-debugging-port=0 about:blank"
).split()


class Tab:
    """One tab: ``run`` evaluates JavaScript, ``requests`` are all addresses it asked for."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._number = socket, 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and give its answer; events that come meanwhile are kept."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(order))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._keep(message)

    def _keep(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(told["exceptionDetails"].get("text", ""))
            case "Log.entryAdded" if told["entry"]["level"] == "error":
                self.errors.append(told["entry"]["text"])

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; promises are waited for."""
        done = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def open(self, address: str) -> None:
        self.send("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def wait(self, condition: str, seconds: float = 60) -> None:
        """Wait until a JavaScript condition holds."""
        last = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < last, f"waited {seconds} s in vain for: {condition}"
            time.sleep(0.2)

    def size(self, width: int, height: int, phone: bool = False) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    def picture(self, path: Path) -> None:
        shot = self.send("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def strangers(self) -> list[str]:
        """Addresses asked for that are not on this machine."""
        home = ("127.0.0.1", "localhost", None)
        return [r for r in self.requests if urlsplit(r).hostname not in home]


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """A tab of a fresh Chromium whose files are in ``folder``; skips where there is none."""
    websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    command = [program, *QUIET[:-1], f"--user-data-dir={folder}", QUIET[-1]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
    try:
        port = _port(folder / "DevToolsActivePort", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=20) as answer:
            pages = [p for p in json.load(answer) if p["type"] == "page"]
        socket = websocket.create_connection(
            pages[0]["webSocketDebuggerUrl"], timeout=180, suppress_origin=True
        )
        try:
            yield Tab(socket)
        finally:
            socket.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def _port(path: Path, process: subprocess.Popen[bytes]) -> int:
    for _ in range(300):
        if path.exists() and (lines := path.read_text().splitlines()):
            return int(lines[0])
        if process.poll() is not None:
            pytest.skip(f"Chromium does not start here (exit status {process.returncode})")
        time.sleep(0.1)
    pytest.skip("Chromium did not open its port in 30 seconds")
