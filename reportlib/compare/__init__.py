"""Room 11: tables to tables.

Panels, promises and outcomes, samples to judge, accuracy; attention to themes, keyness, phrases,
concordance; reuse of text, profiles of rhetoric.

``corpus`` in the examples is two made-up reports of one county, of 2024 and 2025.
"""

from reportlib.compare.accuracy import coding_accuracy, match, naive_baseline, reliability, scores
from reportlib.compare.attention import (
    breaks,
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
from reportlib.compare.profile import profile
from reportlib.compare.reuse import aligned, reuse, shingles
from reportlib.compare.sample import evidence, judged, sample, wilson

# figures
__all__ = ["consistency", "outcomes", "panel", "ranks", "wide"]
__all__ += ["evidence", "judged", "match", "naive_baseline", "sample", "scores", "wilson"]
# themes and words
__all__ += ["breaks", "coding_accuracy", "counts", "diversity", "life_spans", "sensitivity"]
__all__ += ["collocations", "keyness", "shares", "shift", "token_view", "words_of"]
__all__ += ["coinages", "concordance_html", "kwic", "new_phrases", "passports", "uses"]
# rhetoric
__all__ += ["aligned", "profile", "reliability", "reuse", "shingles"]
