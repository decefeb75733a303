"""What was a value worth on a day? The latest is never assumed, and nothing is agreed before the first."""

from datetime import date, datetime

import pytest

from pipelines.core.dated import Dated, Piece, Since, in_order
from pipelines.core.period import Days, Month
from pipelines.core.problem import Refused

OCTOBER = Month(2026, 10).days
TARGET = in_order(
    "4.2 target_ratio",
    [Since(date(2026, 10, 16), "0.92", "amendment 2 §1"), Since(date(2024, 1, 1), "0.90", "§4.2")],
)


def test_each_day_has_the_value_that_holds_on_it():
    assert [TARGET.on(date(2026, 10, day)).value for day in (15, 16)] == ["0.90", "0.92"]
    assert TARGET.on(date(2024, 1, 1)).by == "§4.2"


def test_nothing_is_agreed_before_the_first_value():
    with pytest.raises(Refused) as refused:
        TARGET.on(date(2023, 12, 31))
    assert str(refused.value) == (
        "4.2 target_ratio\n"
        "4.2 target_ratio begins on 2024-01-01; nothing is agreed for 2023-12-31."
        " Give it a value that begins earlier, or close a later month.  [contract.nothing_agreed]"
    )


def test_a_history_without_a_value_says_so_and_has_no_pieces():
    empty: Dated[str] = in_order("4.3 cap", [])
    with pytest.raises(Refused, match=r"4\.3 cap has no value; nothing is agreed for 2026-10-01"):
        empty.on(date(2026, 10, 1))
    assert empty.pieces(OCTOBER) == []


def test_a_month_is_cut_where_the_value_changes():
    first, second = Days(date(2026, 10, 1), date(2026, 10, 16)), Days(date(2026, 10, 16), date(2026, 11, 1))
    assert TARGET.pieces(OCTOBER) == [Piece(first, "0.90", "§4.2"), Piece(second, "0.92", "amendment 2 §1")]
    assert [len(piece.days) for piece in TARGET.pieces(OCTOBER)] == [15, 16]


def test_a_value_said_again_is_no_change():
    again = in_order("t", [Since(date(2026, 1, 1), "1", "a"), Since(date(2026, 10, 9), "1", "b")])
    assert again.pieces(OCTOBER) == [Piece(OCTOBER, "1", "a")]


def test_days_before_the_first_value_and_values_after_the_days_are_left_out():
    late = in_order("t", [Since(date(2026, 10, 30), "1", "a"), Since(date(2026, 12, 1), "2", "b")])
    assert late.pieces(OCTOBER) == [Piece(Days(date(2026, 10, 30), date(2026, 11, 1)), "1", "a")]


def test_of_two_that_begin_on_one_day_the_later_written_holds():
    day = date(2026, 10, 1)
    assert in_order("t", [Since(day, "1", "a"), Since(day, "2", "b")]).on(day).value == "2"


# --- days and months ---


def test_days_are_half_open():
    days = Days(date(2026, 2, 27), date(2026, 3, 1))
    assert list(days) == [date(2026, 2, 27), date(2026, 2, 28)]
    assert (date(2026, 2, 28) in days, date(2026, 3, 1) in days, "2026-02-28" in days) == (True, False, False)
    assert str(days) == "2026-02-27 up to 2026-02-28"


def test_an_instant_is_no_day():
    assert datetime(2026, 2, 28) not in Days(date(2026, 2, 27), date(2026, 3, 1))  # noqa: DTZ001 - any will do


def test_days_that_do_not_meet_overlap_in_none():
    apart = Days(date(2026, 1, 1), date(2026, 2, 1)).overlap(Days(date(2026, 3, 1), date(2026, 4, 1)))
    assert (len(apart), list(apart), str(apart)) == (0, [], "no day at 2026-03-01")


@pytest.mark.parametrize(("month", "days"), [("2024-02", 29), ("2026-02", 28), ("2026-12", 31), ("2100-02", 28)])
def test_a_month_knows_its_days(month, days):
    assert len(Month.parse(month).days) == days


def test_months_follow_one_another_over_years():
    assert [str(Month(2026, 11).after(n)) for n in (-11, -10, 0, 1, 2)] == [
        *("2025-12", "2026-01", "2026-11", "2026-12", "2027-01")
    ]


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "0000-01", "2026-1", "26-01", "2026-01-01", "２０２６-01", " 2026-01", ""]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="is not a month; write it like 2026-10"):
        Month.parse(text)
