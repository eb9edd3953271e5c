"""Room 8: quantities and the catalogue make observations; coverage; the grammar of targets."""

from reportlib.indicators.catalogue import Indicator, catalogue
from reportlib.indicators.observe import Observation, observe

__all__ = ["Indicator", "Observation", "catalogue", "observe"]
