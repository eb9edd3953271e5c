"""From a page to its reports: where each begins and ends, its parts, headings and sentences."""

from reportlib.structure.extents import Draft, Layout, lay_out
from reportlib.structure.parts import Body, read_body

__all__ = ["Body", "Draft", "Layout", "lay_out", "read_body"]
