"""How many misses are left, and how many good items are needed: at every edge, each beside its arithmetic."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.scoring.headroom import Headroom, PathDay, Rule, allowed, headroom, path

NINETY = Rule(Fraction(9, 10), "higher")
FIVE = Rule(Fraction(5, 100), "lower")


@pytest.mark.parametrize(
    ("good", "bad", "rule", "found"),
    [
        # 280/300 = 93.3 %; 280/311 = 90.03 %, 280/312 = 89.74 %
        (280, 20, NINETY, Headroom(280, 20, True, 30, 11, 0)),
        # on target is met: 270/300, and one more bad is below
        (270, 30, NINETY, Headroom(270, 30, True, 30, 0, 0)),
        # one below: (269 + k) / (300 + k) ≥ 9/10 from k = 10: 279/310
        (269, 31, NINETY, Headroom(269, 31, False, 30, 0, 10)),
        # a share of bad ones: 10/300 = 3.3 %; (10 + k) / (300 + k) ≤ 5 % up to k = 5: 15/305 = 4.92 %, 16/306 = 5.23 %
        (290, 10, FIVE, Headroom(290, 10, True, 15, 5, 0)),
        # 20/300 = 6.7 %; 20/400 = 5 %: 100 more without one
        (280, 20, FIVE, Headroom(280, 20, False, 15, 0, 100)),
        # nothing yet: it is not on target, the first good one would be
        (0, 0, NINETY, Headroom(0, 0, False, 0, 0, 1)),
        # nothing yet, and no target: nothing can be said of none, and none of it is left
        (0, 0, Rule(Fraction(0), "higher"), Headroom(0, 0, False, 0, 0, 1)),
        # as many good as bad: 3/6 is half, 3/7 is not
        (3, 3, Rule(Fraction(1, 2), "higher"), Headroom(3, 3, True, 3, 0, 0)),
        # all bad, none good: 9 good ones to each bad one
        (0, 3, NINETY, Headroom(0, 3, False, 0, 0, 27)),
        # every one of them: lost with the first miss, and for good
        (99, 1, Rule(Fraction(1), "higher"), Headroom(99, 1, False, 0, 0, None)),
        (100, 0, Rule(Fraction(1), "higher"), Headroom(100, 0, True, 0, 0, 0)),
        (100, 0, Rule(Fraction(0), "lower"), Headroom(100, 0, True, 0, 0, 0)),
        # no target at all: any number may be bad
        (1, 5, Rule(Fraction(0), "higher"), Headroom(1, 5, True, 6, None, 0)),
        (1, 5, Rule(Fraction(1), "lower"), Headroom(1, 5, True, 6, None, 0)),
    ],
)
def test_a_share_at_its_edges(good: int, bad: int, rule: Rule, found: Headroom) -> None:
    assert headroom(good, bad, rule) == found


@pytest.mark.parametrize(
    ("rounding", "left", "needed"),
    [
        # compared in whole percent: half up, 89.5 % is 90 %: 280/312 = 89.74 % is, 280/313 = 89.46 % is not;
        # 94.5 % is 95 %: (280 + k) / (300 + k) ≥ 0.945 from k = 63.6
        ("half_up", 12, 64),
        # cut off, all of 90 % has to be reached, 280/311, and all of 95 %, 380/400
        ("down", 11, 100),
    ],
)
def test_the_value_is_compared_as_the_contract_rounds_it(rounding: str, left: int, needed: int) -> None:
    rule = Rule(Fraction(9, 10), "higher", Decimal("0.01"), rounding)
    assert headroom(280, 20, rule).left == left
    strict = Rule(Fraction(95, 100), "higher", Decimal("0.01"), rounding)
    assert headroom(280, 20, strict).needed == needed


@pytest.mark.parametrize(
    ("target", "better", "rounding", "found"),
    [
        # 269/300 = 89.67 % is 90 % in whole percent, 268/300 = 89.33 % is not; cut off, 270 are needed
        ("0.9", "higher", "half_up", 31),
        ("0.9", "higher", "down", 30),
        # 16/300 = 5.33 % is 5 %, 17/300 = 5.67 % is not; cut off, 17/300 is 5 % too, and 18/300 = 6 % is not
        ("0.05", "lower", "half_up", 16),
        ("0.05", "lower", "down", 17),
        # no target at all: every one of them
        ("0", "higher", "half_up", 300),
    ],
)
def test_what_is_allowed_is_as_the_value_is_rounded(target: str, better: str, rounding: str, found: int) -> None:
    assert allowed(300, Rule(Fraction(target), better, Decimal("0.01"), rounding)) == found


def test_what_rounding_forgives_can_still_be_reached() -> None:
    """Of 100 % in whole percent half up, 99.5 % is enough: one bad one, 199 good ones."""
    rule = Rule(Fraction(1), "higher", Decimal("0.01"))
    assert headroom(10, 1, rule).needed == 189
    assert headroom(10, 1, Rule(Fraction(1), "higher", Decimal("0.01"), "down")).needed is None


def test_the_path_sums_up_day_by_day() -> None:
    days = [(date(2026, 10, 1), 9, 1), (date(2026, 10, 2), 4, 1), (date(2026, 10, 3), 0, 0)]
    assert path(days, NINETY) == [
        PathDay(date(2026, 10, 1), 10, 1, 1),
        PathDay(date(2026, 10, 2), 15, 2, 1),  # 1.5 of 15, so 1
        PathDay(date(2026, 10, 3), 15, 2, 1),
    ]


rules = st.builds(
    Rule,
    st.fractions(0, 1, max_denominator=1000),
    st.sampled_from(["higher", "lower"]),
    st.sampled_from([None, Decimal("0.01"), Decimal("0.001")]),
    st.sampled_from(["half_up", "down"]),
)


@given(st.integers(0, 300), st.integers(0, 300), rules)
def test_one_item_more_or_less_tips_it(good: int, bad: int, rule: Rule) -> None:
    found = headroom(good, bad, rule)
    assert found.is_met == rule.holds(good, bad)
    if found.is_met and found.left is not None:
        assert rule.holds(good, bad + found.left)
        assert not rule.holds(good, bad + found.left + 1)
    if found.needed:
        assert rule.holds(good + found.needed, bad)
        assert not rule.holds(good + found.needed - 1, bad)
    if found.is_met:  # what is allowed of those that are there is at most what may still come
        assert found.left is None or found.left >= found.allowed - bad >= 0
    assert 0 <= allowed(found.n, rule) <= found.n
