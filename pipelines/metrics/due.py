"""Limits, joined to the rows of a population: when one is over, and whether an answer came in time.

A limit counts days (working, service or natural ones, to the close of business) or hours (of the wall, or of service).
Pauses do not count; one that begins after the limit is over helps nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.metrics.declare import Needs, quoted
from pipelines.metrics.frame import Frame, local_day_sql

# How `counted_in` words a limit, and how `day_kind` does.
DAY_KINDS = {"working_days": "working", "service_days": "service", "natural_days": "natural"}
US_OF_HOUR = 3_600_000_000


@dataclass
class Joined:
    """What a limit adds to a population's rows: columns, instants whose calendar day it reads, and further joins."""

    columns: list[str] = field(default_factory=list)
    days_of: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)

    def __add__(self, other: "Joined") -> "Joined":
        return Joined(self.columns + other.columns, self.days_of + other.days_of, self.joins + other.joins)


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


def day_join(alias: str, frame: Frame, condition: str) -> str:
    """Return the join of a day of the frame's calendar."""
    return f"LEFT JOIN calendar_day AS {alias} ON {alias}.calendar = {_calendar(frame)} AND {condition}"


def _calendar(frame: Frame) -> str:
    return quoted(frame.calendar or "")


# --- days ------------------------------------------------------------------------------------------------------------


def _in_days(limit: _Limit, frame: Frame) -> Joined:
    judged = limit.speaks_of("in_time_")
    counted = [(most, answer) for most in ("", "most_") for answer in limit.speaks_of(f"{most}days_to_")]
    if not (judged or counted or limit.is_due_spoken):
        return Joined()
    found = Joined(days_of=list(dict.fromkeys([limit.event, *(answer for _, answer in counted)])))
    if limit.pauses is not None:
        found.joins.append(_counted_days(limit, frame))
    if judged or limit.is_due_spoken:
        due, joins = (_natural_due if limit.kind == "natural" else _day_due)(limit, frame)
        found.columns.append(f"{due} AS {limit.name}_at")
        found.joins += joins
    found.columns += [
        f"{_days_to(f'day_of_{answer}', limit, most)} AS {most}days_to_{answer}" for most, answer in counted
    ]
    for answer in judged:
        found.columns.append(f"{_in_time(answer, limit)} AS in_time_{answer}")
        # an instant at midnight knows the day that ends then, and nothing of the one that begins
        day = local_day_sql(f"(population.{answer} - INTERVAL 1 MICROSECOND)", frame.zone, frame.days)
        found.joins.append(day_join(f"till_{answer}", frame, f"till_{answer}.day = {day}"))
    return found


def _in_time(answer: str, limit: _Limit) -> str:
    """Return whether an answer came by the due instant.

    Where that lies in a year without a notice: it did if even every unknown day, taken for one that counts, leaves
    fewer than N so far; natural days want a notice only where the last has passed.
    """
    till = f"till_{answer}"
    so_far = f"{_days_to(till, limit, 'most_')} < {limit.length}"
    if limit.kind == "natural":
        so_far = f"{_days_to(till, limit)} <= {limit.length}"
    return (
        f"CASE WHEN {till}.day = day_of_{limit.event}.day THEN true"
        f" WHEN {limit.name}_at IS NOT NULL THEN {answer} <= {limit.name}_at"
        f" WHEN {so_far} THEN true END"
    )


def _missing(kind: str) -> str:
    """Return the index that two days share where every day between them is known."""
    return "no_notice_index" if kind == "working" else "no_hours_index"


def _start(limit: _Limit) -> str:
    """Return the index of the day after which counting begins."""
    return f"start_{limit.kind}_index(day_of_{limit.event}, {limit.event}, {quoted(limit.after_close)})"


def _counted_days(limit: _Limit, frame: Frame) -> str:
    """Return the join of the calendar's days that the limit counts, as a list, for the few items that were paused."""
    if limit.kind == "natural":
        facts, counts = "day: day, close_at: ends_at, is_working: is_working_day", "true"
    else:
        facts = f"close_at: close_of_business_at, nth: {limit.kind}_index, missing: {_missing(limit.kind)}"
        counts = f"is_{limit.kind}_day"
    return (
        f"LEFT JOIN (SELECT true AS for_paused, list({{{facts}}} ORDER BY day) AS days FROM calendar_day"
        f" WHERE calendar = {_calendar(frame)} AND {counts}) AS counted"
        f" ON counted.for_paused = (len({limit.pauses}) > 0)"
    )


def _days_to(answered: str, limit: _Limit, most: str = "") -> str:
    """Return the days from the event up to an answer of the day ``answered``, less those in whose close it was paused.

    NULL across a day that no notice speaks of; with ``most_`` that is taken for a day that counts.
    """
    asked = f"day_of_{limit.event}"
    if limit.kind == "natural":
        days = f"{answered}.day - {asked}.day"
        between = f"closing.day > {asked}.day AND closing.day <= {answered}.day"
    else:
        of = f"{asked}, {limit.event}, {answered}, {quoted(limit.after_close)}"
        days = f"{most}{limit.kind}_days_between({of})"
        between = f"closing.nth > {_start(limit)} AND closing.nth <= {answered}.{limit.kind}_index"
    if limit.pauses is None:
        return days
    paused = f"{between} AND is_paused_over(closing.close_at, {limit.pauses})"
    paused = f"len(list_filter(counted.days, lambda closing: {paused}))"
    return f"({days} - CASE WHEN len({limit.pauses}) > 0 THEN {paused} ELSE 0 END)"


def _day_due(limit: _Limit, frame: Frame) -> tuple[str, list[str]]:
    """Return the close of business of the Nth working or service day, and its join (worktime, due_days.sql)."""
    kind, missing, asked = limit.kind, _missing(limit.kind), f"day_of_{limit.event}"
    nth = f"last_day.is_{kind}_day AND last_day.{kind}_index = {_start(limit)} + {limit.length}"
    due = f"CASE WHEN last_day.{missing} = {asked}.{missing} THEN last_day.close_of_business_at END"
    if limit.pauses is not None:
        # a day in whose close the clock is paused is not counted: of the few paused items, the Nth of the other days
        counted = (
            f"list_filter(counted.days, lambda closing: closing.nth > {_start(limit)}"
            f" AND closing.missing = {asked}.{missing}"
            f" AND NOT is_paused_over(closing.close_at, {limit.pauses}))[CAST({limit.length} AS BIGINT)].close_at"
        )
        due = f"CASE WHEN len({limit.pauses}) > 0 THEN {counted} ELSE {due} END"
    return due, [day_join("last_day", frame, nth)]


def _natural_due(limit: _Limit, frame: Frame) -> tuple[str, list[str]]:
    """Return the end of the Nth day on, moved to the next working day where that is none, and its joins."""
    asked = f"day_of_{limit.event}"
    last, moved = f"{limit.name}_day", f"{limit.name}_moved"
    known = f"{last}.is_working_day IS NOT NULL AND {moved}.no_notice_index = {last}.no_notice_index"
    index = f"{last}.working_index + CAST(NOT {last}.is_working_day AS INTEGER)"
    joins = [
        day_join(last, frame, f"{last}.day = {asked}.day + CAST({limit.length} AS INTEGER)"),
        day_join(moved, frame, f"{moved}.is_working_day AND {moved}.working_index = {index}"),
    ]
    due = f"CASE WHEN {known} THEN {moved}.ends_at END"
    if limit.pauses is not None:
        runs = f"NOT is_paused_over(closing.close_at, {limit.pauses})"
        after = f"list_filter(counted.days, lambda closing: closing.day > {asked}.day AND {runs})"
        nth = f"{after}[CAST({limit.length} AS BIGINT)]"
        end = (
            f"list_transform([{nth}.day], lambda nth_on:"
            f" list_filter(counted.days, lambda closing: closing.day >= nth_on"
            f" AND (closing.is_working IS NULL OR (closing.is_working AND {runs})))[1])[1]"
        )
        due = (
            f"CASE WHEN len({limit.pauses}) > 0 THEN CASE WHEN {end}.is_working THEN {end}.close_at END ELSE {due} END"
        )
    return due, joins


# --- hours -----------------------------------------------------------------------------------------------------------


def _on_the_wall(limit: _Limit) -> Joined:
    """Return the columns of a clock that never stops but for pauses."""
    spans = (
        f"[{{from_at: pause.from_at, from_us: epoch_us(pause.from_at), until_us: epoch_us(pause.until_at)}}"
        f" FOR pause IN {limit.pauses}]"
    )
    begun = f"epoch_us({limit.event})"
    found = Joined()
    for answer in _measured(limit):
        passed = f"epoch_us({answer}) - {begun}"
        found.columns += _elapsed(limit, answer, passed, spans, begun, f"epoch_us({answer})")
    if limit.is_due_spoken:
        found.columns.append(f"{limit.event} + to_microseconds({_length_us(limit, spans, begun)}) AS due_at")
    return found


def _in_hours(limit: _Limit, frame: Frame) -> Joined:
    """Return the columns and joins of a clock that runs in service hours alone."""
    begun_on = f"day_of_{limit.event}"
    begun = f"open_us_at({begun_on}, {limit.event})"
    measured = _measured(limit)
    if not (measured or limit.is_due_spoken):
        return Joined()
    found = Joined(days_of=[limit.event, *measured])
    if limit.pauses is not None:
        found.joins.append(_paused(limit.pauses, frame))
    for answer in measured:
        passed = f"working_us({begun_on}, {limit.event}, day_of_{answer}, {answer})"
        found.columns += _elapsed(
            limit, answer, passed, "paused.spans", begun, f"open_us_at(day_of_{answer}, {answer})"
        )
    if limit.is_due_spoken:
        due, join = due_in_hours(limit.event, _length_us(limit, "paused.spans", begun), frame)
        found.columns.append(f"{due} AS due_at")
        found.joins.append(join)
    return found


def due_in_hours(begins_at: str, length_us: str, frame: Frame) -> tuple[str, str]:
    """Return when a limit of so many service microseconds is over, and the join of the day when it is.

    A limit that is over with the day's hours is over then, not when the next day opens.
    """
    begun_on = f"day_of_{begins_at}"
    target = f"open_us_at({begun_on}, {begins_at}) + {length_us}"
    due = f"greatest({begins_at}, instant_in_hours(due_hours, {target}))"
    open_days = f"(SELECT * FROM calendar_day WHERE calendar = {_calendar(frame)} AND len(spans) > 0)"
    return (
        f"CASE WHEN due_hours.no_hours_index = {begun_on}.no_hours_index THEN {due} END",
        f"ASOF LEFT JOIN {open_days} AS due_hours ON {target} > due_hours.open_before_us",
    )


def _measured(limit: _Limit) -> list[str]:
    """Return the answers whose elapsed time is asked for, itself or to judge by."""
    return [a for a in limit.answers if f"elapsed_to_{a}_s" in limit.spoken or f"in_time_{a}" in limit.spoken]


def _elapsed(limit: _Limit, answer: str, passed: str, spans: str, begun: str, until: str) -> list[str]:
    """Return the columns of what ran from the event to an answer.

    ``passed`` are its microseconds, pauses and all; ``begun`` and ``until`` its two ends on the clock that ``spans``,
    the pauses, are read on.
    """
    if limit.pauses is not None:
        piece = f"greatest(0, least(pause.until_us, {until}) - greatest(pause.from_us, {begun}))"
        stood = f"list_sum([{piece} FOR pause IN {spans} IF pause.from_at < {answer}])"
        passed = f"CAST({passed} - coalesce({stood}, 0) AS BIGINT)"
    columns = [f"seconds_of_us({passed}) AS elapsed_to_{answer}_s"]
    if limit.length is not None and f"in_time_{answer}" in limit.spoken:
        columns.append(f"elapsed_to_{answer}_s <= {limit.length} * 3600 AS in_time_{answer}")
    return columns


def _length_us(limit: _Limit, spans: str, begun: str) -> str:
    """Return the microseconds after which the limit is over: its own, and those of every pause that began before."""
    length = f"CAST({limit.length} * {US_OF_HOUR} AS BIGINT)"
    if limit.pauses is None:
        return length
    before = f"list_sum([earlier.until_us - earlier.from_us FOR earlier IN {spans} IF earlier.from_at < pause.from_at])"
    ran = f"pause.from_us - {begun} - coalesce({before}, 0)"
    helped = f"list_sum([pause.until_us - pause.from_us FOR pause IN {spans} IF {ran} < {length}])"
    return f"CAST({length} + coalesce({helped}, 0) AS BIGINT)"


def _paused(pauses: str, frame: Frame) -> str:
    """Return the join of an item's pauses as they stand on the clock of service hours."""
    calendar = _calendar(frame)
    return (
        "LEFT JOIN (SELECT item_source AS of_source, item_id AS of_id, list({from_at: pause.from_at,"
        " from_us: open_us_at(b, pause.from_at),"
        " until_us: open_us_at(e, pause.until_at)} ORDER BY pause.from_at) AS spans\n"
        f"    FROM (SELECT item_source, item_id, unnest({pauses}) AS pause FROM population)\n"
        f"    LEFT JOIN calendar_day AS b ON b.calendar = {calendar} AND b.begins_at <= pause.from_at"
        " AND pause.from_at < b.ends_at\n"
        f"    LEFT JOIN calendar_day AS e ON e.calendar = {calendar} AND e.begins_at <= pause.until_at"
        " AND pause.until_at < e.ends_at\n"
        "    GROUP BY item_source, item_id) AS paused\n"
        "ON paused.of_source = population.item_source AND paused.of_id = population.item_id"
    )
