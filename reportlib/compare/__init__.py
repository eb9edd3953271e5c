"""Room 11: tables to tables.

Panels, promises and outcomes, samples to judge, accuracy; attention to themes, keyness, phrases,
concordance; reuse of text, profiles of rhetoric.
"""

from reportlib.compare.accuracy import match, naive_baseline, scores
from reportlib.compare.attention import (
    breaks,
    coding_accuracy,
    counts,
    diversity,
    life_spans,
    sensitivity,
    shares,
    shift,
    token_view,
)
from reportlib.compare.concordance import concordance_html, kwic
from reportlib.compare.keyness import collocations, keyness, words_of
from reportlib.compare.outcomes import consistency, outcomes, ranks
from reportlib.compare.panel import panel, wide
from reportlib.compare.phrases import coinages, new_phrases, passports, uses
from reportlib.compare.profile import profile, reliability
from reportlib.compare.reuse import aligned, reuse, shingles
from reportlib.compare.sample import evidence, judged, sample, wilson

__all__ = [
    "aligned",
    "breaks",
    "coding_accuracy",
    "coinages",
    "collocations",
    "concordance_html",
    "consistency",
    "counts",
    "diversity",
    "evidence",
    "judged",
    "keyness",
    "kwic",
    "life_spans",
    "match",
    "naive_baseline",
    "new_phrases",
    "outcomes",
    "panel",
    "passports",
    "profile",
    "ranks",
    "reliability",
    "reuse",
    "sample",
    "scores",
    "sensitivity",
    "shares",
    "shift",
    "shingles",
    "token_view",
    "uses",
    "wide",
    "wilson",
    "words_of",
]
