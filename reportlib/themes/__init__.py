"""Room 9: the lexicon of policy themes, the themes of each sentence, and the shares they make."""

from reportlib.themes.coding import Coded, code_report, code_reports, hit_columns, theme_columns
from reportlib.themes.lexicon import Lexicon, ThemeHit, find_terms, lexicon, read_lexicon, theme_ids

__all__ = ["Coded", "Lexicon", "ThemeHit", "code_report", "code_reports", "find_terms"]
__all__ += ["hit_columns", "lexicon", "read_lexicon", "theme_columns", "theme_ids"]
