"""The name after its number: 八成财政资金用于民生, 新增30家高新技术企业."""

from __future__ import annotations

import re

from reportlib.indicators.chain import Chain
from reportlib.indicators.forms import Mention
from reportlib.indicators.measure import governing_verb, is_relief
from reportlib.indicators.vocabulary import Gap, pattern
from reportlib.records import Quantity


def name_after(chain: Chain, q: Quantity) -> tuple[Mention, Gap] | None:
    """The name just after a number that is a figure of it, and what is said; None without one.

    >>> from reportlib.indicators.forms import find_mentions
    >>> from reportlib.quantities import find_quantities
    >>> text = "新增30家高新技术企业"
    >>> numbers = find_quantities(text)
    >>> mention, _ = name_after(Chain(text, numbers, find_mentions(text)), numbers[0])
    >>> text[mention.first : mention.last]
    '高新技术企业'
    """
    at = q.last + chain.gaps.startswith("的", q.last)
    mention = next(iter(chain.named(at, at + 5)), None)
    if mention is None or not mention.form.ids:
        return None
    if not pattern("grades").fullmatch(chain.gaps[at : mention.first]):
        return None
    gap: Gap | None = Gap()
    if q.kind == "percent" and mention.form.role != "after":
        close = at > q.last and mention.first == at
        aim = close and pattern("goal_after").match(chain.gaps, mention.last)
        gap = Gap("up", "up", "") if aim else None
    elif mention.form.role != "after":
        gap = _counted(chain, q, mention)
    return None if gap is None else (mention, gap)


def _counted(chain: Chain, q: Quantity, mention: Mention) -> Gap | None:
    """The gap for a count or sum that stands before its name, None if it says another thing."""
    view, name = chain.view, mention.form.ids[0]
    after, lifted = chain.gaps[mention.last : mention.last + 14], pattern("lifted")
    # a number that follows the name, and has no noun of its own (、40万低收入人口)
    own = re.match("[、，]?[^，。；、]{0,3}[0-9](?![0-9.]*[万亿]?[一-龥]{4})", after)
    if own and not lifted.search(view, mention.first, mention.last):
        return None
    before = view[max(0, q.first - 10) : q.first]
    if before.endswith(("、", "和")):  # 新增2家上市公司、5家高新技术企业
        before = view[max(chain.clause(q.first), q.first - 48) : q.first]
    if name == "poor_population":
        after = view[mention.first : mention.last + 12]
        return is_relief(before, after) if q.kind == "count" else None
    if mention.form.role != "name" or q.kind not in ("count", "money"):
        return None
    counted = name in ("high_tech_firms", "market_entities")
    if counted != (q.kind == "count") or (counted and not governing_verb(before)):
        return None
    return Gap()
