"""The 95 % interval of a value: how far chance alone may have moved it. Shown beside the value, never compared.

Wilson's interval for shares, with z = 1.959964; Student's t for means, none for a single item (metrics.md, section 8).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from pipelines.core.money import round_half_away
from pipelines.metrics.declare import Metric
from pipelines.scoring.counts import Counts, measured

Z = Fraction("1.959964")
SHOWN_PLACES = 6
EXACT = Context(prec=50)  # of roots and quantiles; what is shown has six places


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, both in the metric's unit, rounded for display."""

    low: Decimal
    high: Decimal


def interval_of(metric: Metric, counts: Counts, unmeasurable: str | None = None) -> Interval | None:
    """Return the interval of the value that ``measured`` gives, or None where the metric has none or n is too small."""
    found = measured(metric, counts, unmeasurable)
    if metric.interval == "wilson":
        return wilson(int(found.numerator), found.n)
    if metric.interval == "t":
        return student(*moments(counts.histogram))
    return None


def group_interval(metric: Metric, counts: Counts, unmeasurable: str | None = None) -> Interval | None:
    """Return the interval of a group beside others: as the metric has it, and of every share Wilson's.

    Of a whole month few shares have one, as their items are no sample; which of two agents had the better week is one.
    """
    if metric.aggregate == "share" and metric.interval is None:
        found = measured(metric, counts, unmeasurable)
        return wilson(int(found.numerator), found.n)
    return interval_of(metric, counts, unmeasurable)


def stands(low: Decimal, high: Decimal, target: Fraction, better: str) -> str:
    """Say where a value stands: beyond the target by more than chance (``worse``, ``better``), or ``open``.

    3 of 12 late at 90 %: 0.467 to 0.911 holds the target, so nothing is said of that agent.
    """
    if low <= target <= high:
        return "open"
    return "better" if (low > target) == (better == "higher") else "worse"


def wilson(hits: int, n: int) -> Interval | None:
    """Return Wilson's interval of the share ``hits`` / ``n``; of nothing, none. 8 of 10 → 0.490162 to 0.943318."""
    if not n:
        return None
    share, z2 = Fraction(hits, n), Z * Z
    centre = share + z2 / (2 * n)
    spread = Z * root(share * (1 - share) / n + z2 / (4 * n * n))
    scale = 1 + z2 / n
    return Interval(_shown((centre - spread) / scale), _shown((centre + spread) / scale))


def student(n: int, total: Fraction, squares: Fraction) -> Interval | None:
    """Return Student's interval of a mean, from n, Σx and Σx²; of one item, none. 4, 5, 3 → 1.515862 to 6.484138."""
    if n < 2:
        return None
    mean = total / n
    variance = (squares - total * mean) / (n - 1)
    spread = Fraction(t_quantile(n - 1)) * root(variance / n)
    return Interval(_shown(mean - spread), _shown(mean + spread))


def moments(histogram: Mapping[Decimal, int]) -> tuple[int, Fraction, Fraction]:
    """Return n, Σx and Σx² of amounts that each occur so many times."""
    pairs = [(Fraction(amount), count) for amount, count in histogram.items()]
    n = sum(count for _, count in pairs)
    return n, sum((x * k for x, k in pairs), Fraction(0)), sum((x * x * k for x, k in pairs), Fraction(0))


def _shown(value: Fraction) -> Decimal:
    return round_half_away(value, SHOWN_PLACES)


def root(value: Fraction) -> Fraction:
    """Return the square root to some fifty digits."""
    return Fraction(EXACT.sqrt(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))))


# --- the quantile of Student's t ---

SERIES_UP_TO = (
    200  # degrees of freedom of which the distribution is summed; beyond, its expansion is exact to 10 digits
)
HALF_TAIL = Decimal("0.95")  # between −t and t
NORMAL = Decimal("1.95996398454005423552")  # the same quantile of the normal distribution


@lru_cache(maxsize=1024)
def t_quantile(freedom: int, between: Decimal = HALF_TAIL, normal: Decimal = NORMAL) -> Decimal:
    """Return t(0.975, ``freedom``): 95 % of Student's distribution lies between −t and t. 10 → 2.228139.

    ``between``: another share than 95 %, with the ``normal`` distribution's quantile of it.
    """
    with localcontext(EXACT):
        if freedom > SERIES_UP_TO:
            return _expanded(Decimal(freedom), normal)
        low, high = Decimal(1), Decimal(13)  # t(0.975, 1) = 12.7062
        while _between(high, freedom) < between:
            high *= 2
        while high - low > Decimal("1e-20"):
            middle = (low + high) / 2
            low, high = (middle, high) if _between(middle, freedom) < between else (low, middle)
        return round(low, 18)


def _between(t: Decimal, freedom: int) -> Decimal:
    """Return how much of Student's distribution lies between −t and t (Abramowitz and Stegun, 26.7.3 and 26.7.4).

    With the angle of tan θ = t / √ν: for an even ν, sin θ (1 + ½ cos² θ + (1·3)/(2·4) cos⁴ θ + …); for an odd one
    2/π (θ + sin θ (cos θ + ⅔ cos³ θ + (2·4)/(3·5) cos⁵ θ + …)). Both end after ν/2 terms.
    """
    nu = Decimal(freedom)
    hypotenuse = (nu + t * t).sqrt()
    sine, cosine = t / hypotenuse, nu.sqrt() / hypotenuse
    odd = freedom % 2
    term = cosine if odd else Decimal(1)
    total = Decimal(0)
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= cosine * cosine * k / (k + 1)
    return (arctangent(t / nu.sqrt()) + sine * total) * 2 / pi() if odd else sine * total


def _expanded(nu: Decimal, z: Decimal = NORMAL) -> Decimal:
    """Return the quantile by its expansion in 1/ν about the normal one, z (Abramowitz and Stegun, 26.7.5)."""
    return (
        z
        + (z**3 + z) / (4 * nu)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * nu**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * nu**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * nu**4)
    )


def arctangent(x: Decimal) -> Decimal:
    """Return the angle of a slope, in radians, by its series after halving the angle three times."""
    for _ in range(3):
        x /= 1 + (1 + x * x).sqrt()
    total, power, k = Decimal(0), x, 1
    while abs(power) > Decimal("1e-40"):
        total += power / k
        power *= -x * x
        k += 2
    return total * 8


@lru_cache(maxsize=1)
def pi() -> Decimal:
    """Return π, as four times the angle of slope 1."""
    return 4 * arctangent(Decimal(1))
