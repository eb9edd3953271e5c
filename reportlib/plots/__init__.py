"""Pictures of tables: each function takes a table and gives matplotlib Axes; nothing is computed."""

from reportlib.plots.font import FAMILY, FONT, missing_glyphs, use_chinese_font
from reportlib.plots.pages import page_strips, word_cloud

__all__ = ["FAMILY", "FONT", "missing_glyphs", "page_strips", "use_chinese_font", "word_cloud"]
