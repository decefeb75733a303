"""Limits, joined to the rows of a population: when one is over, and whether an answer came in time.

A limit counts days (working, service or natural ones, to the close of business) or hours (of the wall, or of service).
Pauses do not count; one that begins after the limit is over helps nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.metrics.declare import Needs, quoted
from pipelines.metrics.frame import Alike, Frame, instant, local_day_sql

# How `counted_in` words a limit, and how `day_kind` does.
DAY_KINDS = {"working_days": "working", "service_days": "service", "natural_days": "natural"}
US_OF_HOUR = 3_600_000_000
US_OF_DAY = 24 * US_OF_HOUR
# When a limit is over that no day of the calendar ends, all being known up to a year after the period: such an item is
# of no period, while one whose due instant a missing notice leaves open is of that in which it arrived.
NEVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
# What a clock asks of a day, beside its spans; and what a limit asks more.
COLUMNS_OF_HOURS = ("day", "open_before_us", "no_hours_index")
COLUMNS_OF_LIMIT = (
    "working_index",
    "service_index",
    "no_notice_index",
    "is_working_day",
    "is_service_day",
    "close_of_business_at",
    "ends_at",
)


@dataclass
class Joined:
    """What a limit adds to a population's rows: columns, instants whose calendar day it reads, and further joins.

    ``stretches``: an item's pauses as pieces of the limit's clock, with the calendar they are read from ("": none);
    they are worked out first, as the column of that name, so that no calendar is carried beside the items.
    """

    columns: list[str] = field(default_factory=list)
    days_of: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    stretches: tuple[str, str] | None = None

    def __add__(self, other: "Joined") -> "Joined":
        return Joined(
            self.columns + other.columns,
            self.days_of + other.days_of,
            self.joins + other.joins,
            self.stretches or other.stretches,
        )


@dataclass(frozen=True)
class _Limit:
    """A limit that begins with the instant ``event``: ``length`` (SQL; None: only how long it took) days or hours."""

    event: str
    answers: Sequence[str]
    kind: str  # working, service, natural: days; wall_hours, working_hours
    length: str | None
    after_close: str
    pauses: str | None
    spoken: frozenset[str]
    name: str = "due"  # its instant is <name>_at, its joins bear the name too

    def speaks_of(self, prefix: str) -> list[str]:
        """Return the answers of which a column ``<prefix><answer>`` is spoken."""
        return [answer for answer in self.answers if prefix + answer in self.spoken]

    @property
    def is_due_spoken(self) -> bool:
        """Say whether the due instant itself is asked for."""
        return self.length is not None and f"{self.name}_at" in self.spoken


def limit_columns(needs: Needs, frame: Frame, spoken: frozenset[str]) -> Joined:
    """Return what the limit of a population's head line ``-- due: asked_at done_at …`` adds to its rows.

    ``due_at``; of each answer ``days_to_<answer>`` and ``most_days_to_<answer>``, or ``elapsed_to_<answer>_s`` where
    hours are counted, and ``in_time_<answer>``: NULL where the answer is missing or a missing notice leaves it open.
    """
    return _limit_of_us(needs, frame, spoken) + _limit_of_the_customer(needs, frame, spoken)


def _limit_of_us(needs: Needs, frame: Frame, spoken: frozenset[str]) -> Joined:
    options = dict(frame.options)
    kind = options.get("day_kind") or options.get("counted_in")
    if not needs.due or kind is None:
        return Joined()
    limit = _Limit(
        event=needs.due[0],
        answers=needs.due[1:],
        kind=DAY_KINDS.get(kind, kind),
        length=options.get("within_days") or options.get("limit"),
        after_close=options.get("after_close", "same_day"),
        pauses=needs.pauses,
        spoken=spoken,
    )
    if limit.kind == "wall_hours" or frame.calendar is None:
        return _on_the_wall(limit)
    return _in_hours(limit, frame) if limit.kind == "working_hours" else _in_days(limit, frame)


def _limit_of_the_customer(needs: Needs, frame: Frame, spoken: frozenset[str]) -> Joined:
    """Return what a promise that binds the customer adds, by a head line ``-- eligible: received_at returned_at``.

    ``in_time_returned_at``: within `eligible_days` natural days. Goods received on Monday go back by the next Monday.
    """
    length = dict(frame.options).get("eligible_days")
    if not needs.eligible or length is None or frame.calendar is None:
        return Joined()
    event, *answers = needs.eligible
    return _in_days(_Limit(event, answers, "natural", length, "same_day", None, spoken, name="eligible_until"), frame)


def day_join(alias: str, frame: Frame, condition: str, what: str = "limit") -> str:
    """Return the join of a day of the frame's calendar: its ``hours``, or all that a ``limit`` asks of it.

    A day's whole row would be carried beside every item, its list of spans with it.
    """
    columns = [*COLUMNS_OF_HOURS, *(COLUMNS_OF_LIMIT if what == "limit" else ()), *_columns_of_spans(frame)]
    days = f"(SELECT {', '.join(columns)} FROM calendar_day WHERE calendar = {_calendar(frame)})"
    return f"LEFT JOIN {days} AS {alias} ON {condition}"


def _columns_of_spans(frame: Frame) -> list[str]:
    """Return the columns of a day's spans: flat, where the calendar is laid out so."""
    return [f"{edge}_{n}_us" for n in range(1, frame.laid.spans + 1) for edge in ("open", "shut")] or ["spans"]


def open_us_sql(at: str, frame: Frame, day: str = "") -> str:
    """Return the open microseconds since the calendar's first day at an instant; NULL where its day is unknown.

    Over the flat columns of its day where the calendar is laid out so: a macro would pack the day into a row first.
    """
    day = day or f"day_of_{at}"
    if not frame.laid.spans:
        return f"open_us_at({day}, {at})"
    numbers = range(1, frame.laid.spans + 1)
    passed = "".join(f" + greatest(0, least(epoch_us({at}), {day}.shut_{n}_us) - {day}.open_{n}_us)" for n in numbers)
    return f"CASE WHEN {at} IS NOT NULL AND {day}.open_1_us IS NOT NULL THEN {day}.open_before_us{passed} END"


def working_us_sql(start: str, end: str, frame: Frame) -> str:
    """Return the open microseconds between two instants; NULL across a day of unknown hours."""
    if not frame.laid.spans:
        return f"working_us(day_of_{start}, {start}, day_of_{end}, {end})"
    if frame.alike:
        return f"{_open_us_alike(end, frame.alike)} - {_open_us_alike(start, frame.alike)}"
    known = f"day_of_{start}.no_hours_index = day_of_{end}.no_hours_index"
    return f"CASE WHEN {known} THEN {open_us_sql(end, frame)} - {open_us_sql(start, frame)} END"


def is_open_sql(at: str, frame: Frame) -> str:
    """Return whether an instant lies in service hours; NULL where its day is unknown."""
    day = f"day_of_{at}"
    if not frame.laid.spans:
        return f"is_open_at({day}, {at})"
    if frame.alike:
        time = _time_of_day(at, frame.alike)
        return _known_alike(at, frame.alike, f"{time} >= {frame.alike.open_us} AND {time} < {frame.alike.shut_us}")
    numbers = range(1, frame.laid.spans + 1)
    spans = " OR ".join(
        f"(epoch_us({at}) >= {day}.open_{n}_us AND epoch_us({at}) < {day}.shut_{n}_us)" for n in numbers
    )
    return f"CASE WHEN {at} IS NOT NULL AND {day}.open_1_us IS NOT NULL THEN {spans} END"


def _open_us_alike(at: str, hours: Alike) -> str:
    """Return the open microseconds since 1970 at an instant, where all days are alike: so many days, and today's."""
    days = f"(epoch_us({at}) + {hours.offset_us}) // {US_OF_DAY}"
    today = f"greatest(0, least({_time_of_day(at, hours)}, {hours.shut_us}) - {hours.open_us})"
    return _known_alike(at, hours, f"{days} * {hours.shut_us - hours.open_us} + {today}")


def _time_of_day(at: str, hours: Alike) -> str:
    return f"(epoch_us({at}) + {hours.offset_us}) % {US_OF_DAY}"


def _known_alike(at: str, hours: Alike, value: str) -> str:
    known = f"epoch_us({at}) >= {hours.since_us} AND epoch_us({at}) < {hours.until_us}"
    return f"CASE WHEN {known} THEN {value} END"


def _calendar(frame: Frame) -> str:
    return quoted(frame.calendar or "")


# --- pauses ----------------------------------------------------------------------------------------------------------
#
# Each kind of limit is a clock: what counts is how far it has gone, in counted days, or in microseconds of service or
# of the wall. A pause is a piece of it, from where the clock stood to where it would have been.


def _calendar_of_paused(limit: _Limit, frame: Frame) -> str:
    """Return the calendar as one row, a list of its days: of each, only what the limit's clock is read by."""
    if limit.kind == "natural":
        facts = "ends_at, is_working_day"
    elif limit.kind == "working_hours":
        facts = ", ".join(["open_before_us", *_columns_of_spans(frame)])
    else:
        facts = f"{limit.kind}_index AS nth, CASE WHEN is_{limit.kind}_day THEN close_of_business_at END AS close_at"
    return (
        "(SELECT min(day) AS first_on, list(one ORDER BY day) AS days\n"
        f"    FROM (SELECT day, {facts} FROM calendar_day WHERE calendar = {_calendar(frame)}) AS one) AS calendar"
    )


def _stretches(limit: _Limit, begins: str, ends: str) -> str:
    """Return an item's pauses as pieces of the clock, from where it stood at their ``begins`` to their ``ends``."""
    piece = f"{{from_at: pause.from_at, begins: {begins}, ends: {ends}}}"
    return f"[{piece} FOR pause IN {limit.pauses}]"


def _stood(begun: str, until: str, answer: str) -> str:
    """Return how far the clock would have gone in the pauses before ``answer``, between two of its readings."""
    piece = f"greatest(0, least(pause.ends, {until}) - greatest(pause.begins, {begun}))"
    return f"coalesce(list_sum([{piece} FOR pause IN stretches IF pause.from_at < {answer}]), 0)"


def _with_pauses(length: str, begun: str) -> str:
    """Return the limit's length, longer by every pause that began before it was over."""

    def stretch(pause: str) -> str:
        return f"greatest(0, {pause}.ends - greatest({pause}.begins, {begun}))"

    before = f"list_sum([{stretch('earlier')} FOR earlier IN stretches IF earlier.from_at < pause.from_at])"
    ran = f"greatest(pause.begins, {begun}) - {begun} - coalesce({before}, 0)"
    helped = f"list_sum([{stretch('pause')} FOR pause IN stretches IF {ran} < {length}])"
    return f"CAST({length} + coalesce({helped}, 0) AS BIGINT)"


# --- days ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _DayClock:
    """Days as a clock: how many counted days have closed since the calendar's first (natural ones: since 1970)."""

    limit: _Limit
    frame: Frame

    def day_on(self, at: str) -> str:
        """Return the local day of an instant."""
        return local_day_sql(at, self.frame.zone, self.frame.days)

    @property
    def begun(self) -> str:
        """Where counting begins: with the event's day, or with the one to which it is put."""
        event = self.limit.event
        if self.limit.kind == "natural":
            return f"(day_of_{event}.day - DATE '1970-01-01')"
        if self.limit.after_close == "same_day":  # no macro, which would pack the day into a row first
            return f"day_of_{event}.{self.limit.kind}_index"
        return f"start_{self.limit.kind}_index(day_of_{event}, {event}, {quoted(self.limit.after_close)})"

    def read_on(self, day: str) -> str:
        """Return how many counted days have closed with the day ``day``."""
        return f"({day}.day - DATE '1970-01-01')" if self.limit.kind == "natural" else f"{day}.{self.limit.kind}_index"

    @property
    def stretches(self) -> str:
        """The pauses: after the closes up to their beginning, through those before their end.

        A close at the very beginning or end of a pause is none that it takes away.
        """
        if self.limit.kind == "natural":
            until = self.day_on("(pause.until_at - INTERVAL 1 MICROSECOND)")
            begins, ends = (f"({day} - DATE '1970-01-01' - 1)" for day in (self.day_on("pause.from_at"), f"({until})"))
            return _stretches(self.limit, begins, ends)
        return _stretches(
            self.limit,
            self._closed("pause.from_at", "> pause.from_at"),
            self._closed("pause.until_at", ">= pause.until_at"),
        )

    def _closed(self, at: str, yet_to_close: str) -> str:
        """Return how many counted days have closed at an instant: its day's reading, less what is open yet.

        A day may close after midnight: the one before may be open too.
        """
        place = f"({self.day_on(at)} - calendar.first_on)"
        day, day_before = f"calendar.days[{place} + 1]", f"calendar.days[{place}]"
        open_yet = " - ".join(
            f"CAST(coalesce({one}.close_at {yet_to_close}, false) AS INTEGER)" for one in (day, day_before)
        )
        return f"({day}.nth - {open_yet})"

    @property
    def length(self) -> str:
        """After how many counted days from ``begun`` the limit is over."""
        length = f"CAST({self.limit.length} AS BIGINT)"
        return length if self.limit.pauses is None else _with_pauses(length, self.begun)

    def days_to(self, answered: str, answer: str, most: str = "") -> str:
        """Return the days up to an answer of the day ``answered``, less those in whose close the clock was paused.

        NULL across a day that no notice speaks of; with ``most_`` that is taken for a day that counts.
        """
        event, kind = self.limit.event, self.limit.kind
        if kind == "natural":
            days = f"{answered}.day - day_of_{event}.day"
        else:
            of = f"day_of_{event}, {event}, {answered}, {quoted(self.limit.after_close)}"
            days = f"{most}{kind}_days_between({of})"
        if self.limit.pauses is None:
            return days
        return f"({days} - {_stood(self.begun, self.read_on(answered), answer)})"


def _in_days(limit: _Limit, frame: Frame) -> Joined:
    judged = limit.speaks_of("in_time_")
    counted = [(most, answer) for most in ("", "most_") for answer in limit.speaks_of(f"{most}days_to_")]
    if not (judged or counted or limit.is_due_spoken):
        return Joined()
    clock = _DayClock(limit, frame)
    found = Joined(days_of=list(dict.fromkeys([limit.event, *(answer for _, answer in counted)])))
    if limit.pauses is not None:
        found.stretches = (clock.stretches, "" if limit.kind == "natural" else _calendar_of_paused(limit, frame))
    if judged or limit.is_due_spoken:
        due, joins = (_natural_due if limit.kind == "natural" else _day_due)(clock)
        found.columns.append(f"{due} AS {limit.name}_at")
        found.joins += joins
    found.columns += [
        f"{clock.days_to(f'day_of_{answer}', answer, most)} AS {most}days_to_{answer}" for most, answer in counted
    ]
    for answer in judged:
        found.columns.append(f"{_in_time(answer, clock)} AS in_time_{answer}")
        # an instant at midnight knows the day that ends then, and nothing of the one that begins
        at = instant(frame.cut_off_at) if answer == "known_until_at" else f"population.{answer}"  # one for all rows
        day = clock.day_on(f"({at} - INTERVAL 1 MICROSECOND)")
        found.joins.append(day_join(f"till_{answer}", frame, f"till_{answer}.day = {day}"))
    return found


def _in_time(answer: str, clock: _DayClock) -> str:
    """Return whether an answer came by the due instant.

    Where that lies in a year without a notice: it did if even every unknown day, taken for one that counts, leaves
    fewer than N so far; natural days want a notice only where the last has passed.
    """
    till, limit = f"till_{answer}", clock.limit
    so_far = f"{clock.days_to(till, answer, 'most_')} < {limit.length}"
    if limit.kind == "natural":
        so_far = f"{clock.days_to(till, answer)} <= {limit.length}"
    return (
        f"CASE WHEN {till}.day = day_of_{limit.event}.day THEN true"
        f" WHEN {limit.name}_at IS NOT NULL THEN {answer} <= {limit.name}_at"
        f" WHEN {so_far} THEN true END"
    )


def _day_due(clock: _DayClock) -> tuple[str, list[str]]:
    """Return the close of business of the Nth working or service day, and its join (worktime, due_days.sql)."""
    kind = clock.limit.kind
    missing = "no_notice_index" if kind == "working" else "no_hours_index"  # shared where every day between is known
    nth = f"last_day.is_{kind}_day AND last_day.{kind}_index = {clock.begun} + {clock.length}"
    begun_on = f"day_of_{clock.limit.event}"
    known = f"last_day.{missing} = {begun_on}.{missing}"
    never = f"last_day.day IS NULL AND {clock.begun} IS NOT NULL AND {begun_on}.{missing} = calendar_end.{missing}"
    due = f"CASE WHEN {known} THEN last_day.close_of_business_at WHEN {never} THEN {NEVER} END"
    return due, [day_join("last_day", clock.frame, nth), _calendar_end(clock.frame)]


def _natural_due(clock: _DayClock) -> tuple[str, list[str]]:
    """Return the end of the Nth day on, moved to the next working day where that is none, and its joins."""
    limit = clock.limit
    last, moved = f"{limit.name}_day", f"{limit.name}_moved"
    known = f"{last}.is_working_day IS NOT NULL AND {moved}.no_notice_index = {last}.no_notice_index"
    index = f"{last}.working_index + CAST(NOT {last}.is_working_day AS INTEGER)"
    nth = f"{last}.day = DATE '1970-01-01' + CAST({clock.begun} + {clock.length} AS INTEGER)"
    joins = [
        day_join(last, clock.frame, nth),
        day_join(moved, clock.frame, f"{moved}.is_working_day AND {moved}.working_index = {index}"),
    ]
    due = f"CASE WHEN {known} THEN {moved}.ends_at END"
    if limit.pauses is None:
        return due, joins
    # the day to which it moved may be paused over in its turn; hardly ever, so that days are looked through one by one
    joins.append(f"CROSS JOIN {_calendar_of_paused(limit, clock.frame)}")
    runs = f"NOT is_paused_over(closing.ends_at, {limit.pauses})"
    end = (
        f"list_filter(calendar.days, lambda closing: closing.day > {last}.day"
        f" AND (closing.is_working_day IS NULL OR (closing.is_working_day AND {runs})))[1]"
    )
    again = f"NOT {last}.is_working_day AND is_paused_over({moved}.ends_at, {limit.pauses})"
    return f"CASE WHEN {again} THEN CASE WHEN {end}.is_working_day THEN {end}.ends_at END ELSE {due} END", joins


# --- hours -----------------------------------------------------------------------------------------------------------


def _on_the_wall(limit: _Limit) -> Joined:
    """Return the columns of a clock that never stops but for pauses."""
    begun = f"epoch_us({limit.event})"
    found = Joined()
    if limit.pauses is not None:
        found.stretches = (_stretches(limit, "epoch_us(pause.from_at)", "epoch_us(pause.until_at)"), "")
    for answer in _measured(limit):
        until = f"epoch_us({answer})"
        found.columns += _elapsed(limit, answer, f"{until} - {begun}", _stood(begun, until, answer))
    if limit.is_due_spoken:
        found.columns.append(f"{limit.event} + to_microseconds({_length_us(limit, begun)}) AS due_at")
    return found


def _in_hours(limit: _Limit, frame: Frame) -> Joined:
    """Return the columns and joins of a clock that runs in service hours alone."""
    begun, measured = open_us_sql(limit.event, frame), _measured(limit)
    if not (measured or limit.is_due_spoken):
        return Joined()

    def read_at(at: str) -> str:
        place = f"{local_day_sql(at, frame.zone, frame.days)} - calendar.first_on + 1"
        return open_us_sql(at, frame, f"calendar.days[{place}]")

    found = Joined(days_of=[limit.event, *measured])
    if limit.pauses is not None:
        stretches = _stretches(limit, read_at("pause.from_at"), read_at("pause.until_at"))
        found.stretches = (stretches, _calendar_of_paused(limit, frame))
    for answer in measured:
        stood = _stood(begun, open_us_sql(answer, frame), answer)
        found.columns += _elapsed(limit, answer, working_us_sql(limit.event, answer, frame), stood)
    if limit.is_due_spoken:
        due, join = due_in_hours(limit.event, _length_us(limit, begun), frame)
        found.columns.append(f"{due} AS due_at")
        found.joins.append(join)
    return found


def due_in_hours(begins_at: str, length_us: str, frame: Frame) -> tuple[str, str]:
    """Return when a limit of so many service microseconds is over, and the join of the day when it is.

    A limit that is over with the day's hours is over then, not when the next day opens; one that no hour ends is NEVER.
    """
    begun_on = f"day_of_{begins_at}"
    target = f"{open_us_sql(begins_at, frame)} + {length_us}"
    instant = f"list_transform([{target}], lambda target_us: instant_in_hours(due_hours, target_us))[1]"
    # greatest() passes over NULL: a day that the limit does not end would give its beginning
    not_before = f"CASE WHEN due > {begins_at} THEN due WHEN due IS NOT NULL THEN {begins_at} END"
    due = f"list_transform([{instant}], lambda due: {not_before})[1]"
    never = f"{length_us} > 0 AND {begun_on}.no_hours_index = calendar_end.no_hours_index"
    open_days = f"(SELECT * FROM calendar_day WHERE calendar = {_calendar(frame)} AND len(spans) > 0)"
    known = f"CASE WHEN due_hours.no_hours_index = {begun_on}.no_hours_index THEN {due} END"
    return (
        f"coalesce({known}, CASE WHEN {never} THEN {NEVER} END)",
        f"ASOF LEFT JOIN {open_days} AS due_hours ON {target} > due_hours.open_before_us\n{_calendar_end(frame)}",
    )


def _calendar_end(frame: Frame) -> str:
    """Return the join of what the calendar counts up to its last day: as up to another, where all between is known."""
    counts = "max(no_notice_index) AS no_notice_index, max(no_hours_index) AS no_hours_index"
    return f"CROSS JOIN (SELECT {counts} FROM calendar_day WHERE calendar = {_calendar(frame)}) AS calendar_end"


def _measured(limit: _Limit) -> list[str]:
    """Return the answers whose elapsed time is asked for, itself or to judge by."""
    return [a for a in limit.answers if f"elapsed_to_{a}_s" in limit.spoken or f"in_time_{a}" in limit.spoken]


def _elapsed(limit: _Limit, answer: str, passed_us: str, stood_us: str) -> list[str]:
    """Return the columns of what ran from the event to an answer: what passed, less what stood."""
    ran_us = passed_us if limit.pauses is None else f"CAST({passed_us} - {stood_us} AS BIGINT)"
    columns = [f"seconds_of_us({ran_us}) AS elapsed_to_{answer}_s"]
    if limit.length is not None and f"in_time_{answer}" in limit.spoken:
        columns.append(f"elapsed_to_{answer}_s <= {limit.length} * 3600 AS in_time_{answer}")
    return columns


def _length_us(limit: _Limit, begun: str) -> str:
    """Return the microseconds after which the limit is over."""
    length = f"CAST({limit.length} * {US_OF_HOUR} AS BIGINT)"
    return length if limit.pauses is None else _with_pauses(length, begun)
