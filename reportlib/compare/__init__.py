"""Room 11: tables to tables. Panels, promises and outcomes, samples to judge, accuracy."""

from reportlib.compare.accuracy import match, naive_baseline, scores
from reportlib.compare.outcomes import consistency, outcomes, ranks
from reportlib.compare.panel import panel, wide
from reportlib.compare.sample import evidence, judged, sample, wilson

__all__ = [
    "consistency",
    "evidence",
    "judged",
    "match",
    "naive_baseline",
    "outcomes",
    "panel",
    "ranks",
    "sample",
    "scores",
    "wide",
    "wilson",
]
