"""Pictures of tables: a function takes a table and gives matplotlib Axes; nothing is computed."""

from reportlib.plots.figures_indicators import coverage_heat, dot_plot
from reportlib.plots.figures_rhetoric import opposed_words, profile_strip, where_in_text
from reportlib.plots.figures_themes import (
    keyness_lollipops,
    share_lines,
    shift_slopes,
    theme_heatmap,
)
from reportlib.plots.font import FAMILY, FONT, missing_glyphs, use_chinese_font
from reportlib.plots.pages import page_strips, word_cloud

__all__ = [
    "FAMILY",
    "FONT",
    "coverage_heat",
    "dot_plot",
    "keyness_lollipops",
    "missing_glyphs",
    "opposed_words",
    "page_strips",
    "profile_strip",
    "share_lines",
    "shift_slopes",
    "theme_heatmap",
    "use_chinese_font",
    "where_in_text",
    "word_cloud",
]
