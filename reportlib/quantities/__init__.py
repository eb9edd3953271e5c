"""Room 7: every numeral of a text, typed, with its value, unit, bound and offsets."""

from reportlib.quantities.find import find_all, find_quantities
from reportlib.quantities.numerals import to_number

__all__ = ["find_all", "find_quantities", "to_number"]
