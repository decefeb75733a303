"""What explains a stated figure, beside differences.yaml: what is tried, in what order, and when it proves nothing."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.metrics.declare import metric_named
from pipelines.scoring.counts import Counts
from pipelines.scoring.difference import (
    LISTED,
    Change,
    Explanation,
    Figure,
    Meter,
    Reading,
    Stated,
    by_their_list,
    search,
    search_by_two,
    split,
)

RATE = Meter(metric_named("phone.connect_rate@1"))
MET = Meter(metric_named("phone.connect_rate@1"), count="met")
MINUTES = Meter(metric_named("phone.minutes@1"))


def of(met: int = 0, missed: int = 0) -> Counts:
    return Counts(Counter(met=met, missed=missed))


def reading(counts: Counts, *, cause: str = "", name: str = "", size: int = 1, **cells: dict[str, Counts]) -> Reading:
    return Reading(cause, ((name, ""),), counts, cells, size)


def by_day(*days: Counts, cause: str = "", name: str = "") -> Reading:
    return reading(sum(days, Counts()), cause=cause, name=name, day={str(n): own for n, own in enumerate(days, 1)})


def by_minutes(*days: int) -> Reading:
    return by_day(*(Counts(Counter(counted=n), amount=Decimal(60 * n)) for n in days))


def share(numerator: int, denominator: int) -> Stated:
    value = Fraction(numerator, denominator)
    return Stated(value, value, value + Fraction(1, 10**9), Fraction(numerator), Fraction(denominator))


def number(n: int) -> Stated:
    return Stated(Fraction(n), Fraction(n), Fraction(n + 1))


def said(explanation: Explanation) -> list[object]:
    """Name what each step undoes: a change by its split and cells, another reading by its name."""
    return [
        (one.what.by, *one.what.cells) if isinstance(one.what, Change) else one.what.name[0][0]
        for one in explanation.steps
    ]


# --- one change ---


def test_one_change_says_how_it_fits() -> None:
    (found,) = search(share(3, 4), RATE, by_day(of(3, 1), of(1)), []).explanations
    assert (said(found), found.how, found.size) == ([("day", "2")], "numerator and denominator", 1)
    (found,) = search(number(3), MET, by_day(of(3, 1), of(1)), []).explanations
    assert (said(found), found.how) == ([("day", "2")], "value, rounded")


def test_what_changes_nothing_explains_nothing() -> None:
    ours = by_day(of(3, 1), Counts(Counter(excluded=2)))
    assert search(share(3, 4), RATE, ours, []).explanations == ()
    # 60 s, and a correction that takes as much back: without both there are still 2 minutes
    seconds = {amount: Counts(Counter(counted=1), amount=Decimal(amount)) for amount in ("-60", "60", "120")}
    whole = reading(sum(seconds.values(), Counts()), amount=seconds)
    assert search(number(2), MINUTES, whole, []).explanations == ()


def test_without_the_only_queue_nothing_would_be_left() -> None:
    assert search(number(0), MET, reading(of(5), queue={"a": of(5)}), []).explanations == ()


def test_a_percentile_is_that_of_the_meter_and_what_is_blamed_on_the_vendor_ranks_last() -> None:
    waits = metric_named("phone.wait_percentile@1")
    amounts = Counter({Decimal(3): 2, Decimal(9): 2})
    counts = Counts(Counter({"counted": 4, "unmeasurable: no queue time": 1}), histogram=amounts)
    # of 3, 3, 9, 9 the second is the median; of 3, 3, 9, 9 and one that lies beyond them the third
    assert Meter(waits, "exclude", Decimal(50)).figure(counts).value == 3
    assert Meter(waits, "count_as_missed", Decimal(50)).figure(counts).value == 9
    assert Meter(waits, "count_as_missed").figure(counts).value is None  # the 90th is the one beyond


# --- amounts left out from one end ---


def by_amount(**cells: Counts) -> Reading:
    """Give the items by amount: ``_1`` is 1."""
    amounts = {name.removeprefix("_"): own for name, own in cells.items()}
    return reading(sum(amounts.values(), Counts()), amount=amounts)


def test_all_amounts_but_one_may_be_left_out() -> None:
    (found,) = search(share(1, 1), RATE, by_amount(_1=of(0, 2), _2=of(0, 1), _5=of(1)), []).explanations
    assert said(found) == [("amount", "1", "2")]  # items that are not in the numerator


def test_an_amount_of_nothing_that_counts_is_not_named() -> None:
    (found,) = search(number(3), MET, by_amount(_1=of(2), _2=of(0, 1), _5=of(3)), []).explanations
    assert said(found) == [("amount", "1")]


def test_a_number_of_items_of_a_sum_is_no_sixtieth() -> None:
    (found,) = search(number(2), Meter(MINUTES.metric, count="counted"), by_minutes(2, 1), []).explanations
    assert (said(found), found.steps[0].before.value) == ([("day", "2")], 2)


# --- what is chance ---


def test_one_change_that_gives_both_parts_is_believed_however_many_do() -> None:
    others = [reading(of(3, 1), cause="definition", name=name) for name in "abcd"]
    found = search(share(3, 4), RATE, reading(of(3, 3)), others)
    assert (len(found.explanations), found.is_chance) == (4, False)


@pytest.mark.parametrize(("names", "is_chance"), [("abc", False), ("abcd", True)])
def test_more_than_three_that_only_round_to_it_are_chance(names: str, is_chance: bool) -> None:
    others = [reading(of(3, 1), cause="definition", name=name) for name in names]
    rounded = Stated(Fraction(3, 4), Fraction(7, 10), Fraction(8, 10))
    found = search(rounded, RATE, reading(of(3, 3)), others)
    assert (len(found.explanations), found.is_chance) == (len(names), is_chance)


def test_nothing_that_fits_is_no_chance() -> None:
    assert not search(share(3, 4), RATE, reading(of(3, 3)), []).is_chance


# --- two changes ---


def test_a_reading_that_differs_in_two_things_is_tried_beside_two_changes() -> None:
    two = reading(of(3, 1), cause="definition", name="two terms", size=2)
    (found,) = search_by_two(share(3, 4), RATE, reading(of(3, 3)), [], [two]).explanations
    assert (said(found), found.how, found.size) == (["two terms"], "numerator and denominator", 2)
    assert found.steps[-1].after == RATE.figure(of(3, 3))


def test_a_reading_that_moves_the_figure_nowhere_is_no_second_change() -> None:
    # the other calendar tears the month differently; its first day would give 3 / 4, but it explains nothing itself
    ours = by_day(of(3, 2), of(2, 1))
    moved = by_day(of(2, 2), of(3, 1), cause="calendar", name="moved")
    other = by_day(of(3, 1), of(1), cause="definition", name="other")
    assert search_by_two(share(3, 4), RATE, ours, [moved], []).explanations == ()
    # and the one after it is tried all the same: without its second day
    found = search_by_two(share(3, 4), RATE, ours, [moved, other], [])
    assert [(said(one), one.how) for one in found.explanations] == [
        (["other", ("day", "2")], "numerator and denominator")
    ]


def test_a_day_that_only_the_other_reading_splits_by_is_none_of_ours() -> None:
    other = reading(of(4, 1), cause="definition", name="other", queue={"a": of(3, 1), "b": of(1)})
    assert search_by_two(share(3, 4), RATE, reading(of(5, 5)), [other], []).explanations == ()


def test_a_run_of_three_days_is_missing() -> None:
    ours = by_day(of(1), of(1, 2), of(2, 1), of(1, 3), of(9, 1))
    (found,) = search_by_two(share(10, 11), RATE, ours, [], []).explanations
    assert (said(found), found.how, found.size) == ([("day", "2", "3", "4")], "numerator and denominator", 2)
    assert found.steps[0].cause == "missing"


def test_a_run_of_four_days_is_missing() -> None:
    ours = by_day(of(1), of(1, 2), of(2, 1), of(1, 3), of(4, 2), of(9, 1))
    (found,) = search_by_two(share(10, 11), RATE, ours, [], []).explanations
    assert (said(found), found.size) == ([("day", "2", "3", "4", "5")], 2)


def test_two_days_that_are_missing_are_two_things() -> None:
    (found,) = search_by_two(share(10, 11), RATE, by_day(of(1), of(1, 2), of(9, 1), of(0, 5)), [], []).explanations
    assert (said(found), found.how, found.size) == ([("day", "2", "4")], "numerator and denominator", 2)


def test_the_whole_month_is_not_missing() -> None:
    assert search_by_two(number(0), MET, by_day(of(1), of(2), of(4)), [], []).explanations == ()


def test_a_count_of_one_state_is_of_its_reason() -> None:
    ours = reading(
        Counts(Counter({"excluded: short abandon": 3, "excluded: test call": 2, "met": 5})),
        day={
            "1": Counts(Counter({"excluded: short abandon": 1})),
            "2": Counts(Counter({"excluded: short abandon": 2})),
        },
    )
    short = Meter(metric_named("phone.connect_rate@1"), count="excluded: short abandon")
    assert short.figure(ours.counts) == Figure(Fraction(3), Fraction(1), Fraction(3))
    assert Meter(short.metric, count="excluded").figure(ours.counts).value == 5
    assert Meter(short.metric, count="population").figure(ours.counts).value == 10
    (found,) = search(number(2), short, ours, []).explanations
    assert said(found) == [("day", "1")]


# --- their list ---


def listed(*, once: Counts, never: Counts, name: str = "", size: int = 1) -> Reading:
    cells = {LISTED: {"0": never, "1": once}}
    return reading(once + never, cause="definition" if name else "", name=name, size=size, **cells)


def test_their_list_is_read_by_every_definition_that_fits_the_fewest_changes_first() -> None:
    ours = listed(once=of(3, 2), never=of(0, 1))
    others = [
        listed(once=of(3, 1), never=of(0, 1), name="two terms", size=2),
        listed(once=of(3, 3), never=of(), name="fits not"),
        listed(once=of(3, 1), never=of(), name="one term"),
        reading(of(3, 1), cause="corrections", name="without the list"),
    ]
    found = by_their_list(share(3, 4), RATE, ours, others)
    assert [said(one) for one in found.explanations] == [["one term", (LISTED, "0")], ["two terms", (LISTED, "0")]]
    assert {one.how for one in found.explanations} == {"numerator and denominator"}
    assert not found.is_chance


def test_a_list_that_explains_alone_needs_no_definition() -> None:
    ours, other = listed(once=of(3, 1), never=of(0, 1)), listed(once=of(3, 1), never=of(0, 2), name="fits too")
    found = by_their_list(share(3, 4), RATE, ours, [other])
    assert [said(one) for one in found.explanations] == [[(LISTED, "0")]]


# --- the difference by cause ---


@pytest.mark.parametrize("parts", [(None, Fraction(4)), (Fraction(3), None), (Fraction(3), Fraction(0)), (None, None)])
def test_a_figure_with_one_of_its_parts_is_compared_as_a_value(parts: tuple[Fraction | None, Fraction | None]) -> None:
    stated = Stated(Fraction(3, 4), Fraction(7, 10), Fraction(8, 10), *parts)
    assert not stated.has_parts
    assert stated.reproduced_by(RATE.figure(of(3, 1))) == "value, rounded"
    (part,) = split(stated, Fraction(5, 7), None)  # 0.714 rounds to it as well
    assert (part.cause, part.difference) == ("rounding", Fraction(1, 28))
