"""The limits of noise: by hand for a few throws, and as a law for any."""

from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from math import atan, comb, cos, pi, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts
from pipelines.scoring.noise import TAIL, Limits, binomial, limits_of, quantile

RATE, MEAN = metric_named("phone.connect_rate@1"), metric_named("quality.csat@1")


def chance(share: Fraction, n: int, hits: range) -> Fraction:
    return sum((comb(n, k) * share**k * (1 - share) ** (n - k) for k in hits), Fraction(0))


@pytest.mark.parametrize(
    ("share", "n", "expected"),
    [
        ("1/2", 10, (1, 9)),  # none at all: 1 / 1,024 < 0.00135; none or one: 11 / 1,024
        ("1/2", 9, (0, 9)),  # none at all: 1 / 512 > 0.00135
        ("9/10", 100, (80, 98)),
        ("0", 50, (0, 0)),
        ("1", 50, (50, 50)),
    ],
)
def test_a_share_is_noise_within_the_binomials_limits(share: str, n: int, expected: tuple[int, int]) -> None:
    assert binomial(Fraction(share), n) == expected


@given(st.fractions(0, 1, max_denominator=50), st.integers(1, 60))
def test_beyond_a_limit_chance_leads_less_often_than_the_tail(share: Fraction, n: int) -> None:
    low, high = binomial(share, n)
    tail = Fraction(TAIL)
    assert 0 <= low <= high <= n
    assert chance(share, n, range(low)) <= tail < chance(share, n, range(low + 1))
    assert chance(share, n, range(high + 1, n + 1)) <= tail < chance(share, n, range(high, n + 1))


def test_a_days_limits_stand_around_the_months_value() -> None:
    """Ten days of 100, 90 met on each but the last with 79: 889 of 1,000, where a day may be 79 to 97."""
    days = {str(day): Counts(Counter({"met": 90, "missed": 10})) for day in range(9)}
    days["9"] = Counts(Counter({"met": 79, "missed": 21}))
    found = limits_of(RATE, days)
    low, high = binomial(Fraction(889, 1000), 100)
    assert found["9"] == Limits(Fraction(low, 100), Fraction(high, 100))
    assert found["9"].holds(Fraction(low, 100))
    assert found["9"].holds(Fraction(high, 100))
    assert not found["9"].holds(Fraction(high + 1, 100))
    assert not found["9"].holds(Fraction(low - 1, 100))


def test_a_mean_has_students_limits_and_one_item_none() -> None:
    """2, 4, 6, 8: mean 5, deviation √(20 / 3); of four items, t(3) = 9.2189, beyond which lie 0.27 %."""
    day = Counts(Counter({"counted": 4}), amount=Decimal(20), histogram=Counter({Decimal(x): 1 for x in (2, 4, 6, 8)}))
    found = limits_of(MEAN, {"1": day})["1"]
    theta = atan(9.21894 / sqrt(3))  # of three degrees of freedom 2/π (θ + sin θ cos θ) lies between −t and t
    assert abs(2 / pi * (theta + sin(theta) * cos(theta)) - 0.9973002) < 1e-7
    assert round(quantile(3), 5) == Decimal("9.21894")
    assert abs(float(found.high) - (5 + 9.218940 * (20 / 3) ** 0.5 / 2)) < 1e-5
    assert found.high - 5 == 5 - found.low
    bare = Counts(day.states, amount=day.amount)
    assert limits_of(MEAN, {"1": bare}, spread=(4, Fraction(20), Fraction(120)))["1"] == found
    one = Counts(Counter({"counted": 1}), amount=Decimal(4), histogram=Counter({Decimal(4): 1}))
    assert limits_of(MEAN, {"1": one}) == {}


def test_of_two_items_a_mean_has_limits() -> None:
    """4 and 6: mean 5, deviation √2; of two, √2 · t(1) / √2 = 235.80 around it."""
    day = Counts(Counter({"counted": 2}), amount=Decimal(10), histogram=Counter({Decimal(4): 1, Decimal(6): 1}))
    found = limits_of(MEAN, {"1": day})["1"]
    assert abs(float(found.high) - 240.8015) < 1e-3
    assert abs(float(found.low) + 230.8015) < 1e-3


def test_what_is_held_against_the_vendor_counts_in_the_value_and_in_a_days_items() -> None:
    """50 met, 25 missed, 25 unmeasurable: half of 100 where those count as missed, two thirds of 75 where not."""
    days = {"1": Counts(Counter({"met": 50, "missed": 25, "unmeasurable: no log": 25}))}
    for option, share, n in (("count_as_missed", Fraction(1, 2), 100), ("exclude", Fraction(2, 3), 75)):
        low, high = binomial(share, n)
        assert limits_of(RATE, days, option) == {"1": Limits(Fraction(low, n), Fraction(high, n))}


def test_the_surrounding_precision_has_no_say() -> None:
    with localcontext(prec=1):
        assert binomial(Fraction(9, 10), 100) == (80, 98)


def test_a_share_of_any_many_digits_is_as_exact() -> None:
    """Hardly more than the coin's half, in 800 digits: ten throws are noise from 1 to 9 as the coin's are."""
    assert binomial(Fraction(10**800 + 1, 2 * 10**800), 10) == binomial(Fraction(1, 2), 10) == (1, 9)


def test_the_quantile_falls_to_three_deviations() -> None:
    assert abs(quantile(1) - Decimal("235.8015")) < Decimal("0.001")
    assert [round(quantile(n), 3) for n in (10, 200, 10**7)] == [Decimal("3.957"), Decimal("3.038"), Decimal("3.000")]


def test_nothing_counted_and_a_count_have_none() -> None:
    assert limits_of(RATE, {"1": Counts()}) == {}
    assert limits_of(metric_named("quality.violations@1"), {"1": Counts(Counter({"missed": 3}))}) == {}
