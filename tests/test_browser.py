"""What a user sees: the appendix in a browser, and each notebook run in a real JupyterLab."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Tab, browser
from test_publish import make_notebook

import reportlib
from reportlib.publish import make_appendix

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PHONE, DESK = (380, 800), (1200, 900)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Elements wider than their box, other than boxes that scroll by themselves.
CLIPPED = """Array.from(document.querySelectorAll('main p, main li, main h2, main h3, figcaption'))
    .filter(x => x.scrollWidth > x.clientWidth + 1).map(x => x.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    folder = tmp_path_factory.mktemp("chromium")
    with browser(folder) as opened:
        yield opened
    shutil.rmtree(folder, ignore_errors=True)


# ---- the appendix --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an appendix of the seed pages with one notebook that holds every kind."""
    made = tmp_path_factory.mktemp("appendix")
    books = make_notebook(made / "notebooks")
    return make_appendix(made / "out", books, study=ROOT / "seeds").as_uri()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_appendix_fits_the_screen(tab: Tab, page: str, width: tuple[int, int]) -> None:
    """Nothing sticks out sideways, on a phone or on a desk; wide tables scroll by themselves."""
    tab.size(*width, phone=width == PHONE)
    tab.open(page)
    assert tab.run(OVERFLOW) == 0
    assert tab.run(CLIPPED) == []
    assert tab.run("Array.from(document.images).every(x => x.complete && x.naturalWidth > 100)")


def test_appendix_loads_nothing_and_its_search_works(tab: Tab, page: str) -> None:
    """No request but the page itself, no error, and what is looked for is marked."""
    tab.requests.clear()
    tab.errors.clear()
    tab.size(*DESK)
    tab.open(page)
    assert {r for r in tab.requests if not r.startswith("data:")} == {page} and not tab.errors
    tab.run("document.getElementById('search').value = '预期目标'")
    tab.run("document.getElementById('search').dispatchEvent(new Event('input'))")
    tab.wait("document.getElementById('hits').textContent.includes('places')", 5)
    found = tab.run("document.querySelectorAll('[style*=outline]').length")
    assert found >= 2 and tab.run("document.getElementById('hits').textContent").startswith(
        str(found)
    )
    assert tab.run(
        "document.fonts.ready.then(f => document.fonts.check('16px \"Reportlib Sans SC\"', '政'))"
    )


def test_hostile_text_does_nothing(tab: Tab, tmp_path: Path) -> None:
    """The reading view of a page with a script, opened in a browser, shows it as text."""
    text = "怀宁县政府工作报告\n各位代表：\n<script>document.title='run'</script>\n"
    text += "<img src=x onerror=a>\n"
    text += (
        "一、2022年工作回顾\n过去一年，全县地区生产总值增长5%。请予审议。\n二、2023年工作安排\n" * 2
    )
    (tmp_path / "p.txt").write_text(text, encoding="utf-8")
    corpus = reportlib.load(tmp_path / "p.txt")
    view = tmp_path / "view.html"
    head = '<meta charset="utf-8"><title>still</title>'
    view.write_text(head + str(reportlib.reading_view(corpus, "p.txt")), encoding="utf-8")
    tab.open(view.as_uri())
    assert tab.run("document.title") == "still"
    assert tab.run("document.images.length + document.scripts.length") == 0
    assert "onerror=a" in tab.run("document.body.textContent")


# ---- JupyterLab ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab on a copy of the notebooks, with a home of its own."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "seeds", "tests/gold"):
        shutil.copytree(ROOT / name, folder / name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--allow-root"]
    command += [f"--port={port}", "--IdentityProvider.token=", "--expose-app-in-browser"]
    command += [
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    own = {"HOME": str(folder / "home"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    own |= {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | own
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _answers(f"{address}/api/status", server, folder / "log.txt")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-1500:]
            time.sleep(0.2)
    raise AssertionError("JupyterLab does not answer")


PANEL = "Array.from(jupyterapp.shell.widgets('main')).find(x => x.sessionContext)"
STATE = """(() => {
    const panel = PANEL;
    const cells = panel.content.widgets.filter(x => x.model.type === 'code');
    return JSON.stringify({
        kernel: panel.sessionContext.session?.kernel?.status ?? 'none',
        counts: cells.map(x => x.model.sharedModel.execution_count),
        busy: cells.filter(x => x.model.executionState && x.model.executionState !== 'idle').length,
        errors: cells.flatMap(x => x.model.outputs.toJSON()).filter(o => o.output_type === 'error')
            .map(o => o.ename + ': ' + o.evalue),
        pictures: cells.flatMap(x => x.model.outputs.toJSON())
            .filter(o => o.data && 'image/png' in o.data).length,
        outputs: cells.flatMap(x => x.model.outputs.toJSON()).length});
})()""".replace("PANEL", PANEL)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs_in_jupyterlab(tab: Tab, lab: str, path: Path) -> None:
    """Opened, cleared, run from top to bottom: no error, every figure, nothing from elsewhere."""
    committed = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in committed if cell["cell_type"] == "code" and cell["source"]]
    figures = sum("image/png" in o.get("data", {}) for cell in code for o in cell["outputs"])
    tab.requests.clear()
    tab.size(*DESK)
    tab.open(f"{lab}/lab/workspaces/test-{path.stem[:2]}/tree/notebooks/{path.name}?reset")
    tab.wait(f"window.jupyterapp && {PANEL}", 120)
    tab.run(f"{PANEL}.sessionContext.ready.then(() => 1)")
    tab.run(f"jupyterapp.shell.activateById({PANEL}.id)")
    tab.wait(f"JSON.parse({STATE}).kernel === 'idle'", 120)
    tab.run("jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() => 1)")
    state = json.loads(tab.run(STATE))
    assert state["outputs"] == 0 and set(state["counts"]) == {None}, state
    tab.run("jupyterapp.commands.execute('notebook:run-all-cells') && 1")
    tab.wait(f"JSON.parse({STATE}).counts.every(Boolean) || JSON.parse({STATE}).errors.length", 240)
    tab.wait(f"JSON.parse({STATE}).kernel === 'idle'", 120)
    state = json.loads(tab.run(STATE))
    assert state["errors"] == []
    assert state["counts"] == list(range(1, len(code) + 1))
    assert state["pictures"] == figures > 0
    assert tab.strangers() == []
    tab.run(f"{PANEL}.sessionContext.shutdown().then(() => 1)")
