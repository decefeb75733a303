"""Who makes the gap: parts add up to it exactly, and shares of money to the fen."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

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
