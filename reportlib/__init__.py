"""Read Chinese government work reports (政府工作报告) into tables, each figure with its quotation.

>>> import reportlib
>>> corpus = reportlib.load("seeds")            # doctest: +SKIP
>>> corpus["indicators"]                        # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

# Public name -> the module that has it; imported on first use, so that importing reportlib
# does no work and needs neither matplotlib nor jieba.
_HOME = {
    "Corpus": "reportlib.build.corpus",
    "ReportlibError": "reportlib.records",
    "build_tables": "reportlib.build.run",
    "explain": "reportlib.build.explain",
    "glossary": "reportlib.publish.view",
    "load": "reportlib.build.corpus",
    "read_table": "reportlib.build.write",
    "reading_view": "reportlib.publish.view",
}
__all__ = list(_HOME)

try:
    __version__ = version("reportlib")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'reportlib' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
