"""From a page to its reports: where each begins and ends, its parts, headings and sentences."""

from reportlib.structure.body import Body, read_body
from reportlib.structure.extents import lay_out
from reportlib.structure.layout import Draft, Layout

__all__ = ["Body", "Draft", "Layout", "lay_out", "read_body"]
