"""A population's rows with their team, service hours, clocks and due instants joined to them; every row is kept."""

from collections.abc import Sequence
from string import Template

from pipelines.core.zone import day_begins_at
from pipelines.metrics.declare import WORD, Clock, Needs, population_needs, quoted
from pipelines.metrics.frame import Frame, instant, local_day_sql

ROSTER_COLUMNS = frozenset(("team", "vendor", "site"))

ROSTER = (
    "LEFT JOIN roster ON roster.member_kind = 'queue' AND roster.member_id = population.queue\n"
    "     AND roster.since_at <= arrival_at AND arrival_at < roster.until_at"
)


def item_select(population: str, frame: Frame, spoken: frozenset[str]) -> str:
    """Return the SELECT that gives each row of a population its team, service hours, clocks and due instants.

    ``spoken`` are the names that the expressions over it use; what nobody speaks of is not joined. Days are joined by
    equality and LEFT: an instant on a day that the calendar does not know gives NULL, which the metrics turn into a
    named state.
    """
    needs = population_needs(population)
    period = needs.period.get(frame.period_by)
    if period is not None:
        period = Template(period).substitute(dict(needs.options) | dict(frame.options))
        spoken |= frozenset(WORD.findall(period))
    columns = ["population.*", "item_source AS source"]
    columns += [
        f"{local_day_sql('population.' + at, frame.zone, frame.days)} AS {name}"
        for name, at in needs.days
        if name in spoken
    ]
    joins = []
    if spoken & ROSTER_COLUMNS:
        columns += [f"roster.{name}" for name in sorted(spoken & ROSTER_COLUMNS)]
        joins.append(ROSTER)
    clocks = [clock for clock in needs.clocks if clock.name in spoken]
    timed = _around_the_clock if frame.calendar is None else _in_service_hours
    more = timed(needs, frame, clocks, spoken)
    select = "SELECT " + ",\n       ".join([*columns, *more[0]]) + "\nFROM population\n" + "\n".join([*joins, *more[1]])
    return _in_period(select, frame, period)


def _in_period(select: str, frame: Frame, period: str | None) -> str:
    """Return the rows with ``period_on``, the day that decides their period; by due or end only those of the period.

    Where the due instant cannot be known, the arrival decides; what has not ended is of no period yet.
    """
    if period is None:
        return select.replace("SELECT population.*", "SELECT population.*, population.service_on AS period_on", 1)
    decides = f"coalesce({period}, arrival_at)" if frame.period_by == "due" else period
    since, until = (instant(day_begins_at(day, frame.zone)) for day in (frame.days.since, frame.days.until))
    return (
        f"SELECT *, {local_day_sql('period_at', frame.zone, frame.days)} AS period_on\n"
        f"FROM (SELECT *, {decides} AS period_at FROM (\n{select}\n))\n"
        f"WHERE period_at >= {since} AND period_at < {until}"
    )


def _around_the_clock(
    needs: Needs, frame: Frame, clocks: Sequence[Clock], spoken: frozenset[str]
) -> tuple[list[str], list[str]]:
    columns = [f"seconds_between({clock.start}, {clock.end}) AS {clock.name}" for clock in clocks]
    if "due_at" in spoken and _has_running_limit(needs, frame):
        columns.append(f"{_wall_due(needs, frame)} AS due_at")
    return [*(["true AS in_service_hours"] if "in_service_hours" in spoken else []), *columns], []


def _in_service_hours(
    needs: Needs, frame: Frame, clocks: Sequence[Clock], spoken: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Return the columns and joins of a calendar: is it open at arrival, how long was it open between two instants."""
    options = dict(frame.options)
    due = needs.due if "within_days" in options else ()
    ends = [at for clock in clocks for at in (clock.start, clock.end)]
    hours = ["arrival_at"] if "in_service_hours" in spoken else []
    running = needs.due_running if "due_at" in spoken and _has_running_limit(needs, frame) else ()
    joins = [_day_of(at, frame) for at in dict.fromkeys([*hours, *ends, *due, *running[:1]])]
    columns = ["is_open_at(day_of_arrival_at, arrival_at) AS in_service_hours"] if hours else []
    for clock in clocks:
        between = f"day_of_{clock.start}, {clock.start}, day_of_{clock.end}, {clock.end}"
        columns.append(f"seconds_of_us(working_us({between})) AS {clock.name}")
    if due:
        event, *answers = due
        column, more = _due(event, frame, options, needs.pauses)
        columns += [column, *(_days_to(event, answer, options) for answer in answers)]
        joins += more
    if running:
        column, join = _running_due(needs, frame)
        columns.append(column)
        joins.append(join)
    return columns, joins


def _has_running_limit(needs: Needs, frame: Frame) -> bool:
    """Say whether the metric has the limit in running time that its population's head names."""
    return needs.due_running[1:2] != () and needs.due_running[1] in dict(frame.options)


def _limit_us(needs: Needs, frame: Frame) -> str:
    """Return the running limit in microseconds; a limit in hours has the seconds of its unit beside its name."""
    _, limit, unit_s, *_ = (*needs.due_running, "1")
    return f"CAST(CAST({dict(frame.options)[limit]} AS DECIMAL(18, 6)) * {unit_s} * 1000000 AS BIGINT)"


def _wall_due(needs: Needs, frame: Frame) -> str:
    return f"{needs.due_running[0]} + to_microseconds({_limit_us(needs, frame)})"


def _running_due(needs: Needs, frame: Frame) -> tuple[str, str]:
    """Return the column ``due_at`` of a limit in service seconds, and the join of the day on which it is over.

    A limit that is over with the day's hours is over then, not when the next day opens. Where the head names a clock,
    one by the wall goes on outside hours.
    """
    begins_at, *clock = (needs.due_running[0], *needs.due_running[3:])
    begun = f"day_of_{begins_at}"
    target = f"open_us_at({begun}, {begins_at}) + {_limit_us(needs, frame)}"
    due = f"greatest({begins_at}, instant_in_hours(due_hours, {target}))"
    open_days = f"(SELECT * FROM calendar_day WHERE calendar = {quoted(frame.calendar or '')} AND len(spans) > 0)"
    by_wall = "".join(f"WHEN {dict(frame.options)[term]} = 'wall' THEN {_wall_due(needs, frame)} " for term in clock)
    return (
        f"CASE {by_wall}WHEN due_hours.no_hours_index = {begun}.no_hours_index THEN {due} END AS due_at",
        f"ASOF LEFT JOIN {open_days} AS due_hours ON {target} > due_hours.open_before_us",
    )


def _day_of(at: str, frame: Frame) -> str:
    """Return the join of the calendar's day on which the instant ``at`` lies."""
    day = local_day_sql("population." + at, frame.zone, frame.days)
    return _join(f"day_of_{at}", frame, f"day_of_{at}.day = {day}")


def _join(alias: str, frame: Frame, condition: str) -> str:
    calendar = quoted(frame.calendar or "")
    return f"LEFT JOIN calendar_day AS {alias} ON {alias}.calendar = {calendar} AND {condition}"


def _days_to(event: str, answer: str, options: dict[str, str]) -> str:
    """Return the columns of the days from an event up to an answer: fewer than N is in time, whatever comes later.

    ``days_to_`` is NULL across a day that no notice speaks of; ``most_days_to_`` takes it for a day that counts.
    """
    if options["day_kind"] == "natural":
        days = f"day_of_{answer}.day - day_of_{event}.day"
        return f"{days} AS days_to_{answer}, {days} AS most_days_to_{answer}"
    days = f"day_of_{event}, {event}, day_of_{answer}, {quoted(options['after_close'])}"
    between = f"{options['day_kind']}_days_between({days})"
    return f"{between} AS days_to_{answer}, most_{between} AS most_days_to_{answer}"


def _due(event: str, frame: Frame, options: dict[str, str], pauses: str | None) -> tuple[str, list[str]]:
    """Return the column ``due_at`` of a limit of N days after ``event``, and its joins (worktime, due_days.sql)."""
    n, asked = options["within_days"], f"day_of_{event}"
    if options["day_kind"] == "natural":  # N days on, moved to the next working day where that is none
        known = "last_day.is_working_day IS NOT NULL AND moved.no_notice_index = last_day.no_notice_index"
        index = "last_day.working_index + CAST(NOT last_day.is_working_day AS INTEGER)"
        last = _join("last_day", frame, f"last_day.day = {asked}.day + CAST({n} AS INTEGER)")
        moved = _join("moved", frame, f"moved.is_working_day AND moved.working_index = {index}")
        return f"CASE WHEN {known} THEN moved.ends_at END AS due_at", [last, moved]
    kind, missing = (
        ("working", "no_notice_index") if options["day_kind"] == "working" else ("service", "no_hours_index")
    )
    start = f"start_{kind}_index({asked}, {event}, {quoted(options['after_close'])})"
    last = _join("last_day", frame, f"last_day.is_{kind}_day AND last_day.{kind}_index = {start} + {n}")
    due = f"CASE WHEN last_day.{missing} = {asked}.{missing} THEN last_day.close_of_business_at END"
    if pauses is not None:
        # a day in whose close the clock is paused is not counted: of the few paused items, the Nth of the other days
        days = (
            f"(SELECT list({{close_at: close_of_business_at, nth: {kind}_index, missing: {missing}}} ORDER BY day)"
            f" FROM calendar_day WHERE calendar = {quoted(frame.calendar or '')} AND is_{kind}_day)"
        )
        counted = (
            f"list_filter({days}, lambda closing: closing.nth > {start} AND closing.missing = {asked}.{missing}"
            f" AND NOT is_paused_over(closing.close_at, {pauses}))[{n}].close_at"
        )
        due = f"CASE WHEN len({pauses}) > 0 THEN {counted} ELSE {due} END"
    return f"{due} AS due_at", [last]
