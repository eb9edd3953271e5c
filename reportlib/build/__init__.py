"""Pages to tables: the only room that knows the whole order of work."""

from reportlib.build.analyse import Analysis, analyse
from reportlib.build.corpus import Corpus, load
from reportlib.build.run import build_tables

__all__ = ["Analysis", "Corpus", "analyse", "build_tables", "load"]
