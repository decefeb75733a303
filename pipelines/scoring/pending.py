"""What a month would come to if everything that is still pending ended one way: all of it met, or all of it missed."""

from collections import Counter
from dataclasses import replace
from typing import Literal

from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts

End = Literal["met", "missed"]
ENDS: tuple[End, End] = ("met", "missed")


def can_end(metric: Metric) -> bool:
    """Say whether a pending item's end is one of two: not where the value is of amounts, which nobody knows yet."""
    return metric.aggregate in ("share", "per") or (metric.aggregate == "count" and metric.amount is None)


def ended(metric: Metric, counts: Counts, end: End) -> Counts:
    """Return counts with their pending items met or missed.

    8 met, 1 missed and 1 pending of a share: 9 met and 1 missed, or 8 and 2. Of incidents per contact one that is met
    is none: a complaint that is not upheld.
    """
    pending = counts.of("pending")
    if not pending or not can_end(metric):
        return counts
    left = Counter({state: n for state, n in counts.states.items() if state.partition(":")[0] != "pending"})
    return replace(counts, states=left + Counter({end: pending}))
