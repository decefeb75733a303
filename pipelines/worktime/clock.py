"""One item's clock: the open time between two instants, less its pauses, and the intervals it is made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pipelines.core.zone import instant_to_local
from pipelines.worktime.timetable import Span, Timetable, merged, microseconds, without

NEVER = datetime.max.replace(tzinfo=UTC)

IntervalKind = Literal["running", "paused", "outside hours"]


@dataclass(frozen=True, order=True)
class Pause:
    """The clock stands still from ``from_at`` (in) to ``until_at`` (out; None: not ended), for ``reason``."""

    from_at: datetime
    until_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Interval:
    """A piece of an item's timeline: ``running`` counts, ``paused`` and ``outside hours`` do not.

    ``reason``: of a pause its own; outside hours the kind of day (``holiday``, ``workday``) or ``closure``.
    """

    from_at: datetime
    until_at: datetime
    kind: IntervalKind
    reason: str


def seconds(us: int) -> Decimal:
    """Return whole microseconds as seconds, exactly."""
    return Decimal(us).scaleb(-6)


def open_us_at(at: datetime, timetable: Timetable) -> int | None:
    """Return the open microseconds from the timetable's first day up to ``at``; None where hours are not known."""
    day = timetable.at(at)
    if day is None or day.spans is None:
        return None
    return day.open_before_us + microseconds(
        (open_at, min(at, shut_at)) for open_at, shut_at in day.spans if open_at < at
    )


def why_unmeasurable(start: datetime, end: datetime, timetable: Timetable) -> str | None:
    """Return why the open time from ``start`` to ``end`` is not known; None when it is.

    ``no holiday notice for 2027`` or ``no calendar for 2018-12-31``: the words behind ``unmeasurable:``.
    """
    begin, finish = timetable.at(start), timetable.at(end)
    if begin is None or finish is None:
        return f"no calendar for {instant_to_local(start if begin is None else end, timetable.zone).date()}"
    if begin.spans is None:
        return f"no holiday notice for {begin.last_missing_year}"
    if begin.no_hours_index != finish.no_hours_index:
        return f"no holiday notice for {finish.last_missing_year}"
    return None


def working_us(start: datetime, end: datetime, timetable: Timetable) -> int | None:
    """Return the open microseconds of [start, end); None when a day from ``start``'s to ``end``'s is not known.

    An end before the start gives zero or less: compare the instants first, both may lie outside hours.
    """
    begin, finish = open_us_at(start, timetable), open_us_at(end, timetable)
    if begin is None or finish is None or why_unmeasurable(min(start, end), max(start, end), timetable):
        return None
    return finish - begin


def working_seconds(
    start: datetime, end: datetime, timetable: Timetable, pauses: Iterable[Pause] = ()
) -> Decimal | None:
    """Return the seconds of [start, end) inside open hours and outside ``pauses``, exact to the microsecond.

    Opened 09:00-18:00, a mail of Friday 17:50 answered on Monday 09:05 took 900. None: see ``why_unmeasurable``.
    """
    total = working_us(start, end, timetable)
    if total is None:
        return None
    return seconds(total - sum(working_us(*span, timetable) or 0 for span in paused_spans(pauses, start, end)))


def paused_spans(pauses: Iterable[Pause], start: datetime, end: datetime) -> list[Span]:
    """Return the paused parts of [start, end), merged; what lies at ``end`` or later ends every pause."""
    return merged((max(pause.from_at, start), min(pause.until_at or end, end)) for pause in pauses)


def is_open(at: datetime, timetable: Timetable) -> bool | None:
    """Say whether ``at`` lies in an open window; None where hours are not known."""
    day = timetable.at(at)
    if day is None or day.spans is None:
        return None
    return any(open_at <= at < shut_at for open_at, shut_at in day.spans)


def next_opening(at: datetime, timetable: Timetable) -> datetime | None:
    """Return ``at`` if it is open, else when it opens next; None where hours are not known before that."""
    return next((open_at for open_at, _shut_at in _spans_from(at, timetable)), None)


def counted_intervals(
    start: datetime, end: datetime, pauses: Iterable[Pause] = (), timetable: Timetable | None = None
) -> list[Interval] | None:
    """Cut [start, end) into what ran, what was paused and what lay outside hours; running parts sum to the amount.

    Without a timetable the clock is the wall's. Where pauses overlap the one that began first gives the reason; a
    pause outside hours is shown as the pause. None where hours are not known.
    """
    if timetable is not None and why_unmeasurable(start, end, timetable):
        return None
    listed = sorted(pauses, key=lambda pause: (pause.from_at, pause.until_at or NEVER))
    cuts = {start, end}
    cuts.update(at for pause in listed for at in (pause.from_at, pause.until_at or NEVER))
    cuts.update(
        at for day in timetable or () for at in (day.begins_at, *(at for span in day.spans or () for at in span))
    )
    marks = sorted(at for at in cuts if start <= at <= end)
    found: list[Interval] = []
    for from_at, until_at in pairwise(marks):
        kind, reason = _standing(from_at, listed, timetable)
        if found and (found[-1].kind, found[-1].reason) == (kind, reason):
            found[-1] = Interval(found[-1].from_at, until_at, kind, reason)
        else:
            found.append(Interval(from_at, until_at, kind, reason))
    return found


def _standing(at: datetime, pauses: list[Pause], timetable: Timetable | None) -> tuple[IntervalKind, str]:
    """Return what the clock does from ``at`` on, up to the next cut."""
    for pause in pauses:
        if pause.from_at <= at < (pause.until_at or NEVER):
            return "paused", pause.reason
    if timetable is None or is_open(at, timetable):
        return "running", ""
    day = timetable.at(at)
    return "outside hours", "closure" if day and day.has_closure else (day and day.day_kind) or ""


def due_running(
    start: datetime, limit_s: Decimal, pauses: Iterable[Pause] = (), timetable: Timetable | None = None
) -> datetime | None:
    """Return the instant at which ``limit_s`` seconds have run since ``start``: the target's moment on a timeline.

    Whether an item is in time is decided by its amount: an answer while the clock stands at the limit is within it.
    None where a pause without an end, unknown hours or the end of the timetable comes first.
    """
    left_us = int(limit_s.scaleb(6))
    if left_us == 0:
        return start
    pauses = tuple(pauses)
    for span in _spans_from(start, timetable):
        running = [span]
        for pause in pauses:
            running = without(running, (pause.from_at, pause.until_at or NEVER))
        for from_at, until_at in running:
            long_us = microseconds([(from_at, until_at)])
            if left_us <= long_us:
                return from_at + timedelta(microseconds=left_us)
            left_us -= long_us
    return None


def _spans_from(start: datetime, timetable: Timetable | None) -> Iterator[Span]:
    """Yield the open spans after ``start``, up to where hours are no longer known; without a timetable all time."""
    if timetable is None:
        yield start, NEVER
        return
    first = timetable.at(start)
    for day in (first, *timetable.after(first)) if first else ():
        if day.spans is None:
            return
        for open_at, shut_at in day.spans:
            if start < shut_at:
                yield max(start, open_at), shut_at
