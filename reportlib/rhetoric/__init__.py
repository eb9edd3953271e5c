"""Room 10: devices and measures of rhetoric, each with a card in ``data/rhetoric_cards.toml``."""

from reportlib.rhetoric.coding import Coded, code_report, code_reports
from reportlib.rhetoric.measures import hit_columns, mattr, measure_columns
from reportlib.rhetoric.vocabulary import DEVICES, Card, card, cards

__all__ = ["DEVICES", "Card", "Coded", "card", "cards", "code_report", "code_reports"]
__all__ += ["hit_columns", "mattr", "measure_columns"]
