"""Any calendar, any zone: the timetable says what a minute-by-minute reading of the contract says."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.worktime.clock import Pause, counted_intervals, is_open, next_opening, working_seconds
from pipelines.worktime.due import due_working_days, is_within_days, working_days_between
from tests.worktime.brute_force import BruteForce
from tests.worktime.random_calendars import Given, givens, minutes


def brute(case: Given) -> BruteForce:
    return BruteForce(case.calendar, case.zone, case.first, case.last, case.kinds)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_open_time_is_what_the_minutes_add_up_to(data: st.DataObject) -> None:
    case = data.draw(givens())
    slow = brute(case)
    marks = sorted(data.draw(st.lists(minutes(case), min_size=2, max_size=6)))
    for start, end in pairwise(marks):
        assert working_seconds(start, end, case.timetable) == 60 * slow.minutes_open(start, end)
        assert is_open(start, case.timetable) == slow.is_open(start)
        opening = next_opening(start, case.timetable)
        if opening and opening <= end:
            assert slow.is_open(opening)
            assert slow.minutes_open(start, opening) == 0
        else:
            assert slow.minutes_open(start, end) == 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_pauses_take_out_exactly_their_minutes(data: st.DataObject) -> None:
    case = data.draw(givens())
    slow = brute(case)
    start, end = sorted(data.draw(st.tuples(minutes(case), minutes(case))))
    marks = sorted(data.draw(st.lists(minutes(case), max_size=4, unique=True)))
    pauses = [Pause(a, b, "customer") for a, b in zip(marks[::2], [*marks[1::2], None], strict=False)]
    running = 0
    at = start
    while at < end:
        is_paused = any(pause.from_at <= at and (pause.until_at is None or at < pause.until_at) for pause in pauses)
        running += slow.is_open(at) and not is_paused
        at += timedelta(minutes=1)
    assert working_seconds(start, end, case.timetable, pauses) == 60 * running
    intervals = counted_intervals(start, end, pauses, case.timetable)
    assert intervals is not None
    assert sum((i.until_at - i.from_at for i in intervals if i.kind == "running"), timedelta()) == running * timedelta(
        minutes=1
    )
    assert [i.from_at for i in intervals[1:]] == [i.until_at for i in intervals[:-1]]
    if start < end:
        assert (intervals[0].from_at, intervals[-1].until_at) == (start, end)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(["working", "service", "natural"]), st.sampled_from(["same_day", "next_opening"]))
def test_due_days_are_what_counting_days_gives(data: st.DataObject, day_kind: Any, after_close: Any) -> None:
    case = data.draw(givens())
    slow = brute(case)
    event_at = data.draw(minutes(case))
    n = data.draw(st.integers(1, 6))
    marks = sorted(data.draw(st.lists(minutes(case), max_size=4, unique=True)))
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    pauses = [Pause(a, b, "customer") for a, b in spans]
    how: Any = {"after_close": after_close, "day_kind": day_kind}
    due_at = due_working_days(event_at, n, case.timetable, pauses=pauses, **how)
    assert due_at == slow.due(event_at, n, pauses=spans, **how)
    answered_at = max(event_at, data.draw(minutes(case)))
    so_far = working_days_between(event_at, answered_at, case.timetable, pauses=pauses, **how)
    within = is_within_days(event_at, answered_at, n, case.timetable, pauses=pauses, **how)
    if due_at is not None and so_far is not None:
        assert within == (answered_at <= due_at)
        if so_far < n:
            assert within
        if so_far > n and day_kind != "natural":
            assert not within
