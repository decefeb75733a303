"""The 95 % interval: against published tables and worked figures."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.interval import (
    EXACT,
    NORMAL,
    SERIES_UP_TO,
    Interval,
    _expanded,
    arctangent,
    group_interval,
    interval_of,
    moments,
    pi,
    stands,
    student,
    t_quantile,
    wilson,
)

# Two-sided 95 % points of Student's t, as textbooks print them.
TABLE = {
    1: "12.7062", 2: "4.3027", 3: "3.1824", 4: "2.7764", 5: "2.5706", 6: "2.4469", 7: "2.3646", 8: "2.3060",
    9: "2.2622", 10: "2.2281", 11: "2.2010", 12: "2.1788", 15: "2.1314", 20: "2.0860", 25: "2.0595", 29: "2.0452",
    30: "2.0423", 40: "2.0211", 60: "2.0003", 100: "1.9840", 120: "1.9799", 200: "1.9719",
    500: "1.9647", 1000: "1.9623",
}  # fmt: skip


@pytest.mark.parametrize("freedom", TABLE)
def test_the_quantile_is_that_of_the_tables(freedom: int) -> None:
    assert str(round(t_quantile(freedom), 4)) == TABLE[freedom]


def test_the_quantile_of_one_and_two_degrees_in_closed_form() -> None:
    """tan(0.475 π), and 0.95 √(2 / (1 − 0.95²))."""
    assert abs(t_quantile(1) - Decimal("12.706204736174707")) < Decimal("1e-14")
    assert abs(t_quantile(2) - Decimal("4.302652729749464")) < Decimal("1e-14")


def test_sum_and_expansion_meet() -> None:
    """At the seam the quantile goes on falling by what it fell before, to ten digits."""
    before = t_quantile(SERIES_UP_TO - 1) - t_quantile(SERIES_UP_TO)
    across = t_quantile(SERIES_UP_TO) - t_quantile(SERIES_UP_TO + 1)
    after = t_quantile(SERIES_UP_TO + 1) - t_quantile(SERIES_UP_TO + 2)
    assert before > across > after
    assert abs(before + after - 2 * across) < Decimal("2e-8")


def test_the_quantile_falls_towards_the_normal_one() -> None:
    found = [t_quantile(freedom) for freedom in (1, 2, 3, 10, 199, 200, 201, 1000, 10**6, 10**9)]
    assert found == sorted(found, reverse=True)
    assert Decimal(0) < found[-1] - NORMAL < Decimal("1e-8")


def test_pi_and_an_angle() -> None:
    assert str(round(pi(), 20)) == "3.14159265358979323846"
    assert abs(arctangent(Decimal(3).sqrt()) - pi() / 3) < Decimal("1e-25")


# --- shares ---


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (8, 10, "0.490162", "0.943318"),
        (0, 10, "0.000000", "0.277533"),  # z² / (n + z²) = 3.841459 / 13.841459
        (10, 10, "0.722467", "1.000000"),
        (1, 1, "0.206549", "1.000000"),
    ],
)
def test_wilsons_interval(hits: int, n: int, low: str, high: str) -> None:
    found = wilson(hits, n)
    assert found is not None
    assert (str(found.low), str(found.high)) == (low, high)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilsons_interval_as_newcombe_printed_it_in_1998(hits: int, n: int, low: str, high: str) -> None:
    found = wilson(hits, n)
    assert found is not None
    assert (str(round(found.low, 4)), str(round(found.high, 4))) == (low, high)


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is None
    assert student(0, Fraction(0), Fraction(0)) is None


@given(st.integers(1, 10**7), st.data())
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    found, mirrored = wilson(hits, n), wilson(n - hits, n)
    assert found is not None
    assert mirrored is not None
    assert 0 <= found.low <= found.high <= 1
    assert found.low - Decimal("1e-6") <= Fraction(hits, n) <= found.high + Decimal("1e-6")
    assert (mirrored.low, mirrored.high) == (1 - found.high, 1 - found.low)


def test_of_a_group_every_share_has_wilsons_interval() -> None:
    rate = metric_named("phone.connect_rate@1")
    bare, of_t = replace(rate, interval=None), metric_named("phone.average_wait@1")
    counts = Counts(Counter({"met": 8, "missed": 1, "unmeasurable: no queue time": 1}))
    assert group_interval(bare, counts, "count_as_missed") == wilson(8, 10)
    assert group_interval(bare, counts, "exclude") == wilson(8, 9)
    assert group_interval(replace(rate, interval="wilson"), counts, "count_as_missed") == wilson(8, 10)
    assert group_interval(replace(of_t, interval=None), Counts(Counter(counted=3), amount=Decimal(2))) is None
    waits = Counts(Counter(counted=3), histogram=Counter({Decimal(4): 1, Decimal(5): 1, Decimal(3): 1}))
    assert group_interval(replace(of_t, interval="t"), waits) == student(3, Fraction(12), Fraction(50))


@pytest.mark.parametrize(
    ("low", "high", "better", "said"),
    [
        ("0.5", "0.89", "higher", "worse"),
        ("0.5", "0.9", "higher", "open"),  # the target itself may be the value
        ("0.9", "0.95", "higher", "open"),
        ("0.91", "0.95", "higher", "better"),
        ("0.91", "0.95", "lower", "worse"),
        ("0.5", "0.89", "lower", "better"),
    ],
)
def test_where_a_value_stands_to_its_target(low: str, high: str, better: str, said: str) -> None:
    assert stands(Decimal(low), Decimal(high), Fraction(9, 10), better) == said


# --- means ---


def test_a_single_item_has_no_interval() -> None:
    assert student(1, Fraction(5), Fraction(25)) is None


def test_of_equal_amounts_it_is_a_point() -> None:
    assert student(2, Fraction(8), Fraction(32)) == Interval(Decimal("4.000000"), Decimal("4.000000"))


def test_a_mean_in_full() -> None:
    """4, 5, 3: mean 4, s = 1, t(0.975, 2) / √3 = 4.302653 / 1.732051 = 2.484138."""
    found = student(3, Fraction(12), Fraction(50))
    assert found == Interval(Decimal("1.515862"), Decimal("6.484138"))


def test_moments_of_a_histogram() -> None:
    """2 x 4.5 and 3: Σx = 12, Σx² = 49.5."""
    assert moments({Decimal("4.5"): 2, Decimal(3): 1}) == (3, Fraction(12), Fraction("49.5"))
    assert moments({}) == (0, 0, 0)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=60))
def test_as_textbooks_say_it(amounts: list[int]) -> None:
    n, mean = len(amounts), sum(amounts) / len(amounts)
    deviation = sqrt(sum((x - mean) ** 2 for x in amounts) / (n - 1))
    found = student(*moments(Counter(Decimal(x) for x in amounts)))
    assert found is not None
    half = float(t_quantile(n - 1)) * deviation / sqrt(n)
    assert float(found.low) == pytest.approx(mean - half, abs=2e-6)
    assert float(found.high) == pytest.approx(mean + half, abs=2e-6)


# --- of a metric's counts ---


def test_the_interval_is_that_of_the_value_shown() -> None:
    """8 met, 2 missed; under count_as_missed the 2 unmeasurable ones too: 8 of 12."""
    metric = metric_named("quality.satisfied")
    counts = Counts(Counter({"met": 8, "missed": 2, "unmeasurable: another scale": 2, "excluded: no answer": 5}))
    assert interval_of(metric, counts) == wilson(8, 10)
    assert interval_of(metric, counts, "count_as_missed") == wilson(8, 12)
    value = measured(metric, counts).value
    assert value == Fraction(8, 10)


def test_a_mean_takes_its_moments_from_the_histogram() -> None:
    counts = Counts(
        Counter({"counted": 3}), amount=Decimal(12), histogram=Counter({Decimal(4): 1, Decimal(5): 1, Decimal(3): 1})
    )
    assert interval_of(metric_named("quality.csat"), counts) == Interval(Decimal("1.515862"), Decimal("6.484138"))


def test_other_metrics_have_none() -> None:
    assert interval_of(metric_named("phone.connect_rate"), Counts(Counter({"met": 8, "missed": 2}))) is None
    assert interval_of(metric_named("quality.violations"), Counts(Counter({"met": 8, "missed": 2}))) is None


def test_which_metrics_have_an_interval() -> None:
    wanted = {"csat": "t", "satisfied": "wilson", "top_box": "wilson", "participation": "wilson", "accuracy": "t",
              "attitude": "t", "total": "t", "sampling_rate": "wilson", "violations": None}  # fmt: skip
    assert {noun: metric_named(f"quality.{noun}").interval for noun in wanted} == wanted


@pytest.mark.parametrize("freedom", [1, 7, 201])
def test_every_term_of_the_expansion(freedom):
    """Abramowitz and Stegun, 26.7.5, by Horner's rule: each term over ν, coefficients from the highest power down."""
    z = Fraction(NORMAL)
    table = ((4, 1, 1), (96, 5, 16, 3), (384, 3, 19, 17, -15), (92160, 79, 776, 1482, -1920, -945))
    expected = z
    for power, (below, *coefficients) in enumerate(table, start=1):
        polynomial = Fraction(0)
        for coefficient in coefficients:
            polynomial = polynomial * z * z + coefficient
        expected += polynomial * z / (below * freedom**power)
    with localcontext(EXACT):
        assert abs(Fraction(_expanded(Decimal(freedom))) - expected) < Fraction(1, 10**18)
