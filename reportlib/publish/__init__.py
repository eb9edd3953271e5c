"""Notebooks and tables as an appendix that can be attached to a paper."""

from reportlib.publish.appendix import make_appendix

__all__ = ["make_appendix"]
