"""Made-up pages and a way to run the command, for the tests of build, command and tables."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from reportlib.cli import main

ROOT = Path(__file__).resolve().parent.parent
PLACES = "金寨县 庐阳区 桐城市 肥西县 当涂县 歙县 霍山县 舒城县 潜山市 太湖县".split()
UNFINISHED = (".reportlib.lock", ".parts")


def report(n: int = 0, place: str = "", year: int = 2024) -> str:
    """A small but whole report; another ``n``, other figures and another place."""
    place = place or PLACES[n % len(PLACES)]
    last, kind = year - 1, place[-1]
    return f"""{place}政府工作报告
——{year}年1月{n % 28 + 1}日在{place}第十七届人民代表大会第{"一二三四五"[n % 5]}次会议上
{kind}长 王小明
各位代表：
现在，我代表{kind}人民政府，向大会报告工作，请予审议，并请各位政协委员提出意见。
一、{last}年工作回顾
过去的一年，全{kind}上下坚持稳中求进，地区生产总值完成{300 + n}.5亿元，增长{5 + n % 4}.{n % 10}%。
一般公共预算收入{20 + n % 9}.3亿元，增长6.1%；城镇新增就业{3000 + 7 * n}人，办好第{n}批民生实事。
（一）产业发展有新成效。新增规模以上工业企业{12 + n % 30}家，“四送一服”走访企业{200 + n}户次。
（二）乡村振兴有新进展。粮食产量达到{40 + n % 20}万吨，改造农村公路{60 + n}公里。
在看到成绩的同时，我们也清醒认识到存在的问题：经济总量还不大，创新能力还不强。
二、{year}年工作安排
{year}年，我们将坚持以高质量发展为主题，地区生产总值增长{6 + n % 2}%左右，财政收入增长5%以上。
（一）全力以赴稳增长。实施重点项目{100 + n}个，确保完成投资{150 + n}亿元。
（二）坚定不移优环境。深化“放管服”改革，推进政务服务“一网通办”，新增市场主体{2000 + n}户。
各位代表，让我们更加紧密地团结起来，为建设现代化美好{place}而努力奋斗！
"""


def folder_of(folder: Path, n: int) -> Path:
    """A folder with ``n`` made-up reports."""
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(n):
        (folder / f"{k:04d}.txt").write_text(report(k), encoding="utf-8")
    return folder


def command(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``reportlib`` as a user would, in a process of its own."""
    extra = options.pop("env", {})
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **extra}
    line = [sys.executable, "-m", "reportlib", *map(str, words)]
    return subprocess.run(
        line, capture_output=True, text=True, encoding="utf-8", env=environment, **options
    )


def called(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What ``command`` does, within this process: sooner, as nothing has to be loaded."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(cwd or Path.cwd()), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main([*map(str, words)])
        except SystemExit as end:  # of the parser
            status = int(end.code or 0)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but ``versions.json``, with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "versions.json"
    }


def tidy(folder: Path) -> bool:
    """Whether nothing is left that only an unfinished build needs."""
    return not any((folder / name).exists() for name in UNFINISHED) and not list(
        folder.rglob("*.tmp")
    )


def zipped(**parts: bytes) -> bytes:
    """A DOCX-like container; the names of its parts are given with __ for / and _ for a dot."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return box.getvalue()


def locked_pdf() -> bytes:
    """A PDF that says it is encrypted."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<41> <41>] >>\n"
    return data + b"xref\n0 4\n0000000000 65535 f \n%s%sstartxref\n%d\n%%%%EOF" % (
        table,
        tail,
        len(data),
    )
