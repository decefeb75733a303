"""The limits of noise of a control chart: where a part of the month would lie if nothing but chance moved its value.

They stand around the month's own value, not around the target, and are crossed by chance on either side about once in
740 times (three standard deviations of a normal value). A share has the binomial's limits, which are whole numbers of
items; a mean has Student's. Other values have none: an incident follows no coin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts, measured, total
from pipelines.scoring.interval import moments, root, t_quantile

SIGMAS = Decimal(3)
BETWEEN = Decimal("0.99730020393673981095")  # of a normal value, within three standard deviations
TAIL = (1 - BETWEEN) / 2
SURELY, NEGLIGIBLE = 10**30, 10**12  # weights are whole numbers: many times as quick as decimals, and as exact


@dataclass(frozen=True)
class Limits:
    """What lies from ``low`` to ``high`` (both in it) is noise; in the metric's unit, exact for a share."""

    low: Fraction
    high: Fraction

    def holds(self, value: Fraction | None) -> bool:
        """Say whether a value is no more than noise."""
        return value is None or self.low <= value <= self.high


def limits_of(
    metric: Metric,
    cells: Mapping[str, Counts],
    unmeasurable: str | None = None,
    spread: tuple[int, Fraction, Fraction] | None = None,
) -> dict[str, Limits]:
    """Return the limits of each cell (a day, a team …) around the value of all of them; none where chance has no law.

    ``spread`` is n, Σx and Σx² of the amounts of a mean; else they are those of the counts' histogram. Ten days of 100
    items, 900 of 1,000 met: a day is noise from 80 to 98 met.
    """
    whole = total(cells.values())
    of_all = measured(metric, whole, unmeasurable)
    if of_all.value is None:
        return {}
    if metric.aggregate == "share":
        own = {name: measured(metric, counts, unmeasurable).n for name, counts in cells.items()}
        return {name: _of_share(of_all.value, n) for name, n in own.items() if n}
    if metric.aggregate == "mean":
        n, amount, squares = spread or moments(whole.histogram)
        if n < 2:
            return {}
        deviation = root((squares - amount * amount / n) / (n - 1)) * Fraction(quantile(n - 1))
        counted = {name: counts.of("counted") for name, counts in cells.items()}
        return {name: _around(of_all.value, deviation, n) for name, n in counted.items() if n}
    return {}


def _of_share(share: Fraction, n: int) -> Limits:
    low, high = binomial(share, n)
    return Limits(Fraction(low, n), Fraction(high, n))


def _around(mean: Fraction, deviation: Fraction, n: int) -> Limits:
    spread = deviation * root(Fraction(1, n))
    return Limits(mean - spread, mean + spread)


def quantile(freedom: int) -> Decimal:
    """Return Student's t that ``BETWEEN`` lies within. 10 → 3.9570."""
    return t_quantile(freedom, BETWEEN, SIGMAS)


def binomial(share: Fraction, n: int) -> tuple[int, int]:
    """Return the fewest and the most hits of n that are noise: fewer, and more, are each less likely than ``TAIL``.

    Of ten throws of a coin: 1 and 9, since none at all comes once in 1,024 times.
    """
    hits, others = share.numerator, share.denominator - share.numerator
    mode = hits * n // share.denominator
    # how likely each number of hits is, the likeliest about ``SURELY``: up from it, and down
    above, below = [SURELY], [SURELY]
    for k in range(mode, n):
        if above[-1] < NEGLIGIBLE:
            break
        above.append(above[-1] * (n - k) * hits // ((k + 1) * others))
    for k in range(mode, 0, -1):
        if below[-1] < NEGLIGIBLE:
            break
        below.append(below[-1] * k * others // ((n - k + 1) * hits))
    del below[0]
    rare = Fraction(TAIL) * (sum(above) + sum(below)) // 1
    down = _within([*reversed(below), *above], rare, len(below))
    up = _within([*reversed(above), *below], rare, len(above) - 1)
    return mode - down, mode + up


def _within(weights: list[int], rare: int, mode: int) -> int:
    """Return how far from the mode (its place) the first weight lies at which more than ``rare`` has come together."""
    passed = 0
    for place, weight in enumerate(weights):
        passed += weight
        if passed > rare:
            return mode - place
    raise AssertionError("the weights come to more than their tail")
