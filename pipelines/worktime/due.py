"""Limits in days: when N working, service or natural days are over, and how many have passed.

The event's own day is not counted (PRC Civil Code, article 201); the last one ends at the close of business (203), and
moves on where it is no working day (203, natural days).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Literal

from pipelines.core.zone import instant_to_local
from pipelines.worktime.clock import NEVER, Pause
from pipelines.worktime.timetable import CalendarDay, Timetable

AfterClose = Literal["same_day", "next_opening"]
DayKind = Literal["working", "service", "natural"]


def counts_as(day: CalendarDay, day_kind: DayKind) -> bool | None:
    """Say whether ``day`` is one that a limit of ``day_kind`` counts; None where no notice tells."""
    if day_kind == "natural":
        return True
    return day.is_working_day if day_kind == "working" else day.is_service_day


def close_of(day: CalendarDay, day_kind: DayKind) -> datetime:
    """Return the instant by which ``day`` is over: 24:00 for natural days, else the close of business."""
    return day.ends_at if day_kind == "natural" else day.close_of_business_at or day.ends_at


def is_paused_over(day: CalendarDay, day_kind: DayKind, pauses: Iterable[Pause]) -> bool:
    """Say whether the clock is paused in the day's close; a pause that begins or ends exactly then leaves the day."""
    close_at = close_of(day, day_kind)
    return any(pause.from_at < close_at < (pause.until_at or NEVER) for pause in pauses)


def is_dealt_with_later(
    day: CalendarDay, event_at: datetime, *, after_close: AfterClose, day_kind: DayKind
) -> bool | None:
    """Say whether an event of ``day`` belongs to the next counted day: after the close, or on a day not counted.

    Only by ``next_opening``; by ``same_day`` it counts on its calendar day. None where no notice tells.
    """
    if after_close == "same_day":
        return False
    counts = counts_as(day, day_kind)
    return None if counts is None else not counts or event_at >= close_of(day, day_kind)


def _counted(after: CalendarDay, timetable: Timetable, day_kind: DayKind) -> Iterator[CalendarDay]:
    """Yield the counted days after ``after``, up to where a notice is missing or the timetable ends."""
    for day in timetable.after(after):
        counts = counts_as(day, day_kind)
        if counts is None:
            return
        if counts:
            yield day


def due_working_days(
    event_at: datetime,
    n: int,
    timetable: Timetable,
    *,
    after_close: AfterClose = "same_day",
    day_kind: DayKind = "working",
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """Return the last instant at which an answer to ``event_at`` is within ``n`` (≥ 1) days; None: ``why_no_due``.

    Make-up Saturday 20:00, shut since 18:00, n = 1: Monday's close; by ``next_opening`` Tuesday's. A day in whose
    close the clock is paused is not counted. Natural days end at 24:00 of the last, or of the next working day where
    that is none.
    """
    if n < 1:
        raise ValueError(f"a limit of {n} days is none; it is 1 or more")
    day = timetable.at(event_at)
    is_later = None if day is None else is_dealt_with_later(day, event_at, after_close=after_close, day_kind=day_kind)
    if day is None or is_later is None:
        return None
    pauses = tuple(pauses)
    counted = islice(_counted(day, timetable, day_kind), int(is_later), None)
    running = (one for one in counted if not is_paused_over(one, day_kind, pauses))
    last = next(islice(running, n - 1, None), None)
    if last is None or day_kind != "natural":
        return None if last is None else close_of(last, day_kind)
    return _end_on_a_working_day(last, timetable, pauses)


def _end_on_a_working_day(last: CalendarDay, timetable: Timetable, pauses: tuple[Pause, ...]) -> datetime | None:
    """Return 24:00 of ``last``, or of the next working day where it is none."""
    for day in (last, *timetable.after(last)):
        if day.is_working_day is None:
            return None
        if day.is_working_day and not is_paused_over(day, "natural", pauses):
            return day.ends_at
    return None


def working_days_between(
    event_at: datetime,
    answered_at: datetime,
    timetable: Timetable,
    *,
    after_close: AfterClose = "same_day",
    day_kind: DayKind = "working",
    pauses: Iterable[Pause] = (),
) -> int | None:
    """Return how many counted days lie after the event's day, up to and including the answer's; its own day gives 0.

    None where a day between them has no notice, or the calendar none of the days.
    """
    first, answered = timetable.at(event_at), timetable.at(answered_at)
    if first is None or answered is None:
        return None
    between = [day for day in timetable.after(first) if day.day <= answered.day]
    is_later = is_dealt_with_later(first, event_at, after_close=after_close, day_kind=day_kind)
    if is_later is None or any(counts_as(day, day_kind) is None for day in between):
        return None
    pauses = tuple(pauses)
    counted = [day for day in between if counts_as(day, day_kind)][int(is_later) :]
    return sum(not is_paused_over(day, day_kind, pauses) for day in counted)


def is_within_days(
    event_at: datetime,
    answered_at: datetime,
    n: int,
    timetable: Timetable,
    *,
    after_close: AfterClose = "same_day",
    day_kind: DayKind = "working",
    pauses: Iterable[Pause] = (),
) -> bool | None:
    """Say whether ``answered_at`` is within ``n`` days of ``event_at``; None where a missing notice leaves it open.

    Up to ``n`` days so far are in time, even if the due day lies in a year that nobody has announced yet.
    """
    pauses = tuple(pauses)
    due_at = due_working_days(event_at, n, timetable, after_close=after_close, day_kind=day_kind, pauses=pauses)
    if due_at is not None:
        return answered_at <= due_at
    so_far = working_days_between(
        event_at, answered_at, timetable, after_close=after_close, day_kind=day_kind, pauses=pauses
    )
    return True if so_far is not None and so_far <= n else None


def why_no_due(event_at: datetime, timetable: Timetable) -> str:
    """Return the words behind ``unmeasurable:`` for an event whose due instant is not known.

    ``no holiday notice for 2027``, or ``no calendar for …`` where the timetable lacks the event's day or the due day.
    """
    day = timetable.at(event_at)
    if day is None:
        return f"no calendar for {instant_to_local(event_at, timetable.zone).date()}"
    if day.notice_missing:
        return f"no holiday notice for {day.day.year}"
    if day.next_missing_year is not None:
        return f"no holiday notice for {day.next_missing_year}"
    return "no calendar for the due day"
