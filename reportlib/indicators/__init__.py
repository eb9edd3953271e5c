"""Room 8: quantities and the catalogue make observations; coverage; the grammar of targets."""

from reportlib.indicators.catalogue import Indicator, catalogue
from reportlib.indicators.observe import Observation, observe
from reportlib.indicators.targets import Coverage, Target, classify_target, coverage

__all__ = [
    "Coverage",
    "Indicator",
    "Observation",
    "Target",
    "catalogue",
    "classify_target",
    "coverage",
    "observe",
]
