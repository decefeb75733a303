"""A stated value, judged as if items had given it: a contract judges counts, so a value is turned into some."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts


def as_if(metric: Metric, value: Fraction, n: int) -> Counts | None:
    """Return counts whose value is exactly ``value``, of at least ``n`` items; None where no items could give it.

    A share of 9/10 of 25 items: 27 met of 30. A mean of 4.5 of 3: 18 in 4.
    """
    if metric.aggregate in ("sum", "count", "percentile"):
        return _of_amount(metric, value, max(1, n))
    share = value / metric.per if metric.aggregate == "per" else value
    times = max(1, -(-n // share.denominator))
    size, hits = share.denominator * times, share.numerator * times
    if metric.aggregate == "mean":
        return _counts({"counted": size}, amount=Decimal(hits))
    if metric.aggregate in ("time_share", "ratio"):
        state = "met" if metric.aggregate == "time_share" else "counted"
        return _counts({state: size}, amount=Decimal(hits), base=Decimal(size))
    if metric.aggregate == "difference":
        return _of_difference(metric, hits, size)
    if not 0 <= share <= 1:
        return None
    if metric.aggregate == "per":  # the incidents stand beside the contacts
        return _counts({"missed": hits, "counted": size})
    other = "met" if metric.numerator == "missed" else "missed"
    return _counts({metric.numerator: hits, other: size - hits})


def _of_amount(metric: Metric, value: Fraction, n: int) -> Counts | None:
    """Return counts of a value that is an amount; one that does not end is none."""
    scaled = value * (metric.per if metric.aggregate == "sum" else 1) * 10**12
    if scaled.denominator != 1:
        return None
    exact = Decimal(scaled.numerator).scaleb(-12)
    if metric.aggregate == "percentile":
        return _counts({"counted": n}, histogram=Counter({exact: n}))
    if metric.aggregate == "sum":
        return _counts({"counted": n}, amount=exact)
    if metric.amount is not None:
        return _counts({}, amount=exact)
    return _counts({metric.numerator: int(value)}) if value.denominator == 1 and value >= 0 else None


def _of_difference(metric: Metric, hits: int, size: int) -> Counts | None:
    """Return counts of a difference of two shares: as many of its one-sided states as it is great."""
    sided = [state for state, weight in metric.weights.items() if weight * hits > 0]
    if not hits:
        return _counts({"counted": size})
    return _counts({sided[0]: abs(hits), "counted": size - abs(hits)}) if sided and abs(hits) <= size else None


def _counts(
    states: dict[str, int],
    amount: Decimal = Decimal(0),
    base: Decimal = Decimal(0),
    histogram: Counter[Decimal] | None = None,
) -> Counts:
    kept = Counter({state: count for state, count in states.items() if count})
    return Counts(states=kept, amount=amount, base=base, histogram=histogram or Counter())
