"""Room 10: devices and measures of rhetoric, each with a card in ``data/rhetoric_cards.toml``."""

from reportlib.rhetoric.coding import Coded, code_report
from reportlib.rhetoric.figures import Hit
from reportlib.rhetoric.measures import Rate, hit_columns, mattr, measure_columns, rates
from reportlib.rhetoric.vocabulary import DEVICES, Card, card, cards

__all__ = ["DEVICES", "Card", "Coded", "Hit", "Rate", "card", "cards", "code_report", "hit_columns"]
__all__ += ["mattr", "measure_columns", "rates"]
