"""Where, when and who: place and code, level, dates, speaker, session, masks of one report."""

from reportlib.metadata.describe import Clues, describe

__all__ = ["Clues", "describe"]
