"""Who makes the gap: parts add up to it exactly, and shares of money to the fen."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metrics.declare import metric_named
from pipelines.scoring.contribution import PartCells, allocate, contributions
from pipelines.scoring.counts import Counts, measured, total

RATE = metric_named("phone.connect_rate@1")


def calls(met: int, missed: int) -> Counts:
    return Counts(Counter({"met": met, "missed": missed}))


def test_what_each_group_missed_beyond_the_target_over_all_items() -> None:
    """80 of 100 against 90 %: day (55 − 54) / 100 = +1 point, night (25 − 36) / 100 = −11 points; night pays."""
    part = PartCells(Fraction("0.9"), {"day": calls(55, 5), "night": calls(25, 15)}, [Decimal("-1000.00")])
    found = contributions(RATE, [part])
    assert [(one.name, one.gap, one.excess, one.allocated) for one in found.groups] == [
        ("day", Fraction(1, 100), Fraction(-1), Decimal("0.00")),
        ("night", Fraction(-11, 100), Fraction(11), Decimal("-1000.00")),
    ]
    assert found.gap == Fraction(-1, 10)


def test_each_part_of_a_month_is_held_against_its_own_target_and_pays_its_own_lines() -> None:
    """First half 8 of 10 against 80 %, second 8 of 10 against 90 %: the gap is (0 − 1) / 20; the second half pays."""
    first = PartCells(Fraction("0.8"), {"a": calls(5, 0), "b": calls(3, 2)})
    second = PartCells(Fraction("0.9"), {"a": calls(5, 0), "b": calls(3, 2)}, [Decimal("-90.00")])
    found = contributions(RATE, [first, second], amounts=[Decimal("-10.00")])
    assert found.gap == Fraction(-1, 20)
    assert {one.name: one.gap for one in found.groups} == {"a": Fraction(3, 40), "b": Fraction(-5, 40)}
    assert {one.name: one.allocated for one in found.groups} == {"a": Decimal("0.00"), "b": Decimal("-100.00")}


def test_a_bonus_is_earned_by_those_above_the_target() -> None:
    part = PartCells(Fraction("0.9"), {"a": calls(10, 0), "b": calls(20, 0), "c": calls(8, 2)}, [Decimal("30.00")])
    shared = {one.name: one.allocated for one in contributions(RATE, [part]).groups}
    assert shared == {"a": Decimal("10.00"), "b": Decimal("20.00"), "c": Decimal("0.00")}


def test_a_number_of_incidents_shares_its_allowance_by_what_was_looked_at() -> None:
    """4 where 2 are allowed, of 20 looked at: a has 1 of 15, allowed 1½; b 3 of 5, allowed ½."""
    metric = metric_named("quality.violations@1")
    cells = {
        "a": Counts(Counter({"missed": 1, "met": 14}), amount=Decimal(1)),
        "b": Counts(Counter({"missed": 3, "met": 2}), amount=Decimal(3)),
    }
    found = contributions(metric, [PartCells(Fraction(2), cells)])
    assert {one.name: one.gap for one in found.groups} == {"a": Fraction(-1, 2), "b": Fraction(5, 2)}
    assert found.gap == 2


def test_without_a_target_there_is_no_gap_and_nobody_bears_money() -> None:
    found = contributions(RATE, [PartCells(None, {"a": calls(1, 1)}, [Decimal("-5.00")])])
    assert (found.gap, found.groups[0].gap, found.unallocated) == (None, None, Decimal("-5.00"))


def test_a_percentile_is_no_sum() -> None:
    metric = metric_named("phone.wait_percentile@1")
    cells = {"a": Counts(Counter({"counted": 1}), amount=Decimal(3), histogram=Counter({Decimal(3): 1}))}
    assert contributions(metric, [PartCells(Fraction(2), cells)]).gap is None


def test_nothing_counted_has_no_gap() -> None:
    assert contributions(RATE, [PartCells(Fraction(1), {})]).gap is None


def test_a_group_stands_with_its_counts_and_its_own_value() -> None:
    """1 met, 1 missed, 2 unmeasurable: ¼ where those count as missed; 1 − 0.5 × 4 is one short of the target."""
    cells = {"a": Counts(Counter({"met": 1, "missed": 1, "unmeasurable: no log": 2}))}
    found = contributions(RATE, [PartCells(Fraction(1, 2), cells)], unmeasurable="count_as_missed").groups[0]
    assert (found.counts, found.measured) == (cells["a"], measured(RATE, cells["a"], "count_as_missed"))
    assert (found.measured.value, found.gap, found.excess) == (Fraction(1, 4), Fraction(-1, 4), 1)


def test_a_percentile_of_a_group_is_the_one_that_was_asked() -> None:
    metric = metric_named("phone.wait_percentile@1")
    cells = {"a": Counts(Counter({"counted": 4}), histogram=Counter({Decimal(x): 1 for x in (1, 2, 3, 4)}))}
    for asked, value in ((25, 1), (50, 2), (100, 4)):
        found = contributions(metric, [PartCells(Fraction(2), cells)], percentile=Decimal(asked))
        assert found.groups[0].measured.value == value


def test_of_what_is_better_low_those_above_their_allowance_bear_the_money() -> None:
    """a has 1 where 1½ are allowed, b 3 where ½ is: b is 2½ beyond; a alone earns the bonus."""
    metric = metric_named("quality.violations@1")
    cells = {
        "a": Counts(Counter({"missed": 1, "met": 14}), amount=Decimal(1)),
        "b": Counts(Counter({"missed": 3, "met": 2}), amount=Decimal(3)),
    }
    for amount, shares in (("-8.00", ["0.00", "-8.00"]), ("0.50", ["0.50", "0.00"])):
        found = contributions(metric, [PartCells(Fraction(2), cells, [Decimal(amount)])])
        assert [one.excess for one in found.groups] == [Fraction(-1, 2), Fraction(5, 2)]
        assert [str(one.allocated) for one in found.groups] == shares
        assert found.unallocated == 0


def test_a_sum_is_held_against_its_target_in_its_own_unit() -> None:
    """3 minutes of two calls where 2 are allowed, one a call: a has 120 s, 1 minute beyond; b 60 s, none."""
    cells = {name: Counts(Counter(counted=1), amount=Decimal(s)) for name, s in (("a", 120), ("b", 60))}
    found = contributions(metric_named("phone.minutes@1"), [PartCells(Fraction(2), cells, [Decimal("-1.00")])])
    assert [(one.gap, one.excess) for one in found.groups] == [(1, 1), (0, 0)]
    assert [one.allocated for one in found.groups] == [Decimal("-1.00"), Decimal("0.00")]
    assert found.gap == 1


def test_a_parts_lines_are_borne_by_those_who_fell_short_in_it() -> None:
    """Against 90 %: in the first part a is 1 short, in the second 1 above, b the other way round and 2 more."""
    first = PartCells(Fraction("0.9"), {"a": calls(8, 2), "b": calls(10, 0)}, [Decimal("-10.00")])
    second = PartCells(Fraction("0.9"), {"a": calls(10, 0), "b": calls(6, 4)}, [Decimal("-20.00")])
    found = contributions(RATE, [first, second], amounts=[Decimal("-5.00")])
    assert {one.name: one.excess for one in found.groups} == {"a": 0, "b": 2}
    assert {one.name: one.allocated for one in found.groups} == {"a": Decimal("-10.00"), "b": Decimal("-25.00")}
    assert found.unallocated == 0


def test_where_one_part_has_no_target_nobody_bears_any_money() -> None:
    first = PartCells(Fraction("0.9"), {"a": calls(1, 9)}, [Decimal("-5.00"), Decimal("-3.00")])
    found = contributions(RATE, [first, PartCells(None, {"a": calls(1, 9)})], amounts=[Decimal("-1.00")])
    group = found.groups[0]
    assert (found.gap, group.gap, group.excess) == (None, None, None)
    assert (str(group.allocated), found.unallocated) == ("0.00", Decimal("-9.00"))


@pytest.mark.parametrize(
    ("currency", "amount", "shares"),
    [
        ("JPY", "-100", ["-67", "-33", "0"]),
        ("CNY", "-100.00", ["-66.67", "-33.33", "0.00"]),
        ("KWD", "-100.000", ["-66.667", "-33.333", "0.000"]),
    ],
)
def test_money_is_shared_in_the_minor_unit_of_its_currency(currency: str, amount: str, shares: list[str]) -> None:
    """Of 10 calls each 9 should be met: a is 2 short, b 1, c none."""
    part = PartCells(Fraction("0.9"), {"a": calls(7, 3), "b": calls(8, 2), "c": calls(9, 1)}, [Decimal(amount)])
    found = contributions(RATE, [part], currency=currency)
    assert [str(one.allocated) for one in found.groups] == shares


GROUPS = st.dictionaries(st.sampled_from("abcdefgh"), st.builds(calls, st.integers(0, 99), st.integers(0, 99)))
PARTS = st.lists(st.tuples(st.fractions(0, 1, max_denominator=1000), GROUPS), min_size=1, max_size=3)


@given(PARTS)
def test_parts_add_up_to_the_gap(parts: list[tuple[Fraction, dict[str, Counts]]]) -> None:
    found = contributions(RATE, [PartCells(target, cells) for target, cells in parts])
    sums = [(measured(RATE, total(cells.values())), target) for target, cells in parts]
    n = sum(one.n for one, _ in sums)
    if not n:
        assert found.gap is None
        return
    expected = sum((one.numerator - target * one.n for one, target in sums), Fraction(0)) / n
    assert sum((one.gap for one in found.groups if one.gap is not None), Fraction(0)) == found.gap == expected


@given(
    st.integers(-(10**9), 10**9),
    st.dictionaries(st.text(min_size=1, max_size=3), st.fractions(min_value=Fraction(1, 10**6)), min_size=1),
)
def test_shares_add_up_to_the_fen_and_none_is_a_fen_off(fen: int, weights: dict[str, Fraction]) -> None:
    amount, whole = Decimal(fen).scaleb(-2), sum(weights.values(), Fraction(0))
    shares = allocate(amount, weights)
    assert sum(shares.values(), Decimal(0)) == amount
    assert all(
        abs(Fraction(share) - Fraction(amount) * weights[name] / whole) < Fraction(1, 100)
        for name, share in shares.items()
    )


def test_what_rounding_leaves_goes_to_the_largest_rest() -> None:
    thirds = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1)}
    assert list(allocate(Decimal("-100.00"), thirds).values()) == [
        Decimal("-33.34"),
        Decimal("-33.33"),
        Decimal("-33.33"),
    ]
    assert allocate(Decimal("-100.00"), {}) == {}
    assert allocate(Decimal(-7), {"a": Fraction(1), "b": Fraction(2)}, 0) == {"a": Decimal(-2), "b": Decimal(-5)}
