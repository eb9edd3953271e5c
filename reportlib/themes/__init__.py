"""Room 9: the lexicon of policy themes, the themes of each sentence, and the shares they make."""

from reportlib.themes.coding import Coded, code_report, hit_columns, share_interval, theme_columns
from reportlib.themes.lexicon import Lexicon, ThemeHit, find_terms, lexicon, read_lexicon, theme_ids

__all__ = ["Coded", "Lexicon", "ThemeHit", "code_report", "find_terms", "hit_columns", "lexicon"]
__all__ += ["read_lexicon", "share_interval", "theme_columns", "theme_ids"]
