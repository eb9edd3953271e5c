"""Pictures of tables: a function takes a table and gives matplotlib Axes; nothing is computed."""

from reportlib.plots.figures import (
    coverage_heat,
    dot_plot,
    profile_strip,
    share_lines,
    shift_slopes,
    theme_heatmap,
)
from reportlib.plots.frame import FAMILY, FONT, use_chinese_font
from reportlib.plots.texts import (
    keyness_lollipops,
    opposed_words,
    page_strips,
    where_in_text,
    word_cloud,
)

__all__ = ["FAMILY", "FONT", "use_chinese_font"]
__all__ += ["coverage_heat", "dot_plot", "profile_strip"]
__all__ += ["share_lines", "shift_slopes", "theme_heatmap"]
__all__ += ["keyness_lollipops", "opposed_words", "page_strips", "where_in_text", "word_cloud"]
