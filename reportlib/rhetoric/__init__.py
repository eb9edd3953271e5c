"""Room 10: devices and measures of rhetoric, each with a card in ``data/rhetoric_cards.toml``."""

from reportlib.rhetoric.coding import DEVICES, Coded, Hit, code_report, code_sentence
from reportlib.rhetoric.figures import explained, repeated_frames
from reportlib.rhetoric.measures import Rate, hit_rows, mattr, measure_rows, rates
from reportlib.rhetoric.vocabulary import Card, card, cards

__all__ = ["DEVICES", "Card", "Coded", "Hit", "Rate", "card", "cards", "code_report"]
__all__ += ["code_sentence", "explained", "hit_rows", "mattr", "measure_rows", "rates"]
__all__ += ["repeated_frames"]
