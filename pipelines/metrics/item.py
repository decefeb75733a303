"""A population's rows with their team, service hours, clocks and due instants joined to them; every row is kept."""

from pipelines.metrics.declare import Needs, population_needs, quoted
from pipelines.metrics.frame import Frame, local_day_sql

ROSTER = (
    "LEFT JOIN roster ON roster.member_kind = 'queue' AND roster.member_id = population.queue\n"
    "     AND roster.since_at <= arrival_at AND arrival_at < roster.until_at"
)


def item_select(population: str, frame: Frame) -> str:
    """Return the SELECT that gives each row of a population its team, service hours, clocks and due instants.

    Days are joined by equality and LEFT: an instant on a day that the calendar does not know gives NULL, which the
    metrics turn into a named state.
    """
    needs = population_needs(population)
    columns = ["population.*", "item_source AS source", "roster.team"]
    columns += [f"{local_day_sql('population.' + at, frame.zone, frame.days)} AS {name}" for name, at in needs.days]
    timed, joins = _around_the_clock(needs) if frame.calendar is None else _in_service_hours(needs, frame)
    return "SELECT " + ",\n       ".join([*columns, *timed]) + "\nFROM population\n" + "\n".join([ROSTER, *joins])


def _around_the_clock(needs: Needs) -> tuple[list[str], list[str]]:
    clocks = [f"seconds_between({clock.start}, {clock.end}) AS {clock.name}" for clock in needs.clocks]
    return ["true AS in_service_hours", *clocks], []


def _in_service_hours(needs: Needs, frame: Frame) -> tuple[list[str], list[str]]:
    """Return the columns and joins of a calendar: is it open at arrival, how long was it open between two instants."""
    options = dict(frame.options)
    due = needs.due if "within_days" in options else ()
    ends = [at for clock in needs.clocks for at in (clock.start, clock.end)]
    joins = [_day_of(at, frame) for at in dict.fromkeys(["arrival_at", *ends, *due])]
    columns = ["is_open_at(day_of_arrival_at, arrival_at) AS in_service_hours"]
    for clock in needs.clocks:
        between = f"day_of_{clock.start}, {clock.start}, day_of_{clock.end}, {clock.end}"
        columns.append(f"seconds_of_us(working_us({between})) AS {clock.name}")
    if due:
        event, *answers = due
        column, more = _due(event, frame, options, needs.pauses)
        columns += [column, *(_days_to(event, answer, options) for answer in answers)]
        joins += more
    return columns, joins


def _day_of(at: str, frame: Frame) -> str:
    """Return the join of the calendar's day on which the instant ``at`` lies."""
    day = local_day_sql("population." + at, frame.zone, frame.days)
    return _join(f"day_of_{at}", frame, f"day_of_{at}.day = {day}")


def _join(alias: str, frame: Frame, condition: str) -> str:
    calendar = quoted(frame.calendar or "")
    return f"LEFT JOIN calendar_day AS {alias} ON {alias}.calendar = {calendar} AND {condition}"


def _days_to(event: str, answer: str, options: dict[str, str]) -> str:
    """Return the column of the days from an event up to an answer: fewer than N is in time, whatever comes later."""
    if options["day_kind"] == "natural":
        return f"day_of_{answer}.day - day_of_{event}.day AS days_to_{answer}"
    between = f"day_of_{event}, {event}, day_of_{answer}, {quoted(options['after_close'])}"
    return f"{options['day_kind']}_days_between({between}) AS days_to_{answer}"


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
