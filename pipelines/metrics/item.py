"""A population's rows with their team, service hours, clocks and due instants joined to them; every row is kept."""

from collections.abc import Sequence
from dataclasses import replace
from string import Template

from pipelines.core.zone import day_begins_at
from pipelines.metrics.declare import WORD, Clock, Needs, population_needs
from pipelines.metrics.due import Joined, day_join, due_in_hours, is_open_sql, limit_columns, working_us_sql
from pipelines.metrics.frame import Frame, instant, local_day_sql

# What the roster says of an item's place (its queue) and of its agent at its arrival: our columns, and its own.
ROSTERS = {
    "place": {"team": "team", "vendor": "vendor", "site": "site", "place_on_roster": "member_id"},
    "agent": {"agent_team": "team", "agent_on_roster": "member_id"},
}


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
    if needs.pauses is None or not limit_columns(needs, frame, spoken).columns:
        return _in_period(_joined(replace(needs, pauses=None), frame, spoken), frame, period)
    # one item in a thousand was ever paused: only those pay for the looking through of pauses
    plain, slow = _joined(replace(needs, pauses=None), frame, spoken), _joined(needs, frame, spoken)
    return (
        f"{_in_period(f'{plain}{chr(10)}WHERE coalesce(len({needs.pauses}), 0) = 0', frame, period)}\n"
        f"UNION ALL BY NAME\n{_in_period(slow, frame, period)}"
    )


def _joined(needs: Needs, frame: Frame, spoken: frozenset[str]) -> str:
    """Return the rows of the population with the columns that are spoken of joined to them."""
    limit = limit_columns(needs, frame, spoken)
    columns = ["population.*", "item_source AS source"]
    rows = "population"
    if needs.pauses is not None:
        stretches, calendar = limit.stretches or ("NULL", "")
        beside = f" CROSS JOIN {calendar}" if calendar else ""
        rows = f"(SELECT population.*, {stretches} AS stretches FROM population{beside} WHERE len({needs.pauses}) > 0)"
        rows += " AS population"
        columns[0] = "population.* EXCLUDE (stretches)"
    columns += [
        f"{local_day_sql('population.' + at, frame.zone, frame.days)} AS {name}"
        for name, at in needs.days
        if name in spoken
    ]
    joins = []
    for of, told in ROSTERS.items():
        wanted = {name: column for name, column in told.items() if name in spoken}
        columns += [f"roster_of_{of}.{column} AS {name}" for name, column in wanted.items()]
        joins += [_roster(of, needs)] if wanted else []
    if "place_named" in spoken:
        columns.append(f"{_place(needs)} AS place_named")
    clocks = [clock for clock in needs.clocks if clock.name in spoken]
    timed = _around_the_clock if frame.calendar is None else _in_service_hours
    more = timed(needs, frame, clocks, spoken, limit)
    return "SELECT " + ",\n       ".join([*columns, *more[0]]) + f"\nFROM {rows}\n" + "\n".join([*joins, *more[1]])


def _place(needs: Needs) -> str:
    """Return who the roster is asked about an item's place: its queue; its agent, where such items may lack a queue."""
    return "coalesce(population.queue, population.agent_id)" if needs.by_agent else "population.queue"


def _roster(of: str, needs: Needs) -> str:
    """Return the join of the roster's row of an item's place or of its agent; rows are half-open."""
    alias, kind, member = f"roster_of_{of}", "'agent'", "population.agent_id"
    if of == "place":
        kind, member = "'queue'", _place(needs)
        if needs.by_agent:
            kind = "CASE WHEN population.queue IS NULL THEN 'agent' ELSE 'queue' END"
    return (
        f"LEFT JOIN roster AS {alias} ON {alias}.member_kind = {kind} AND {alias}.member_id = {member}\n"
        f"     AND {alias}.since_at <= arrival_at AND arrival_at < {alias}.until_at"
    )


def _in_period(select: str, frame: Frame, period: str | None) -> str:
    """Return the rows with ``period_on``, the day that decides their period; by due or end only those of the period.

    Where the due instant cannot be known, the arrival decides; what has not ended is of no period yet.
    """
    if period is None:
        return select.replace(" AS source", " AS source, population.service_on AS period_on", 1)
    decides = f"coalesce({period}, arrival_at)" if frame.period_by == "due" else period
    since, until = (instant(day_begins_at(day, frame.zone)) for day in (frame.days.since, frame.days.until))
    return (
        f"SELECT *, {local_day_sql('period_at', frame.zone, frame.days)} AS period_on\n"
        f"FROM (SELECT *, {decides} AS period_at FROM (\n{select}\n))\n"
        f"WHERE period_at >= {since} AND period_at < {until}"
    )


def _around_the_clock(
    needs: Needs, frame: Frame, clocks: Sequence[Clock], spoken: frozenset[str], limit: Joined
) -> tuple[list[str], list[str]]:
    columns = [f"seconds_between({clock.start}, {clock.end}) AS {clock.name}" for clock in clocks]
    if "due_at" in spoken and _has_running_limit(needs, frame):
        columns.append(f"{_wall_due(needs, frame)} AS due_at")
    columns += limit.columns
    return [*(["true AS in_service_hours"] if "in_service_hours" in spoken else []), *columns], []


def _in_service_hours(
    needs: Needs, frame: Frame, clocks: Sequence[Clock], spoken: frozenset[str], limit: Joined
) -> tuple[list[str], list[str]]:
    """Return the columns and joins of a calendar: is it open at arrival, how long was it open between two instants."""
    ends = [at for clock in clocks for at in (clock.start, clock.end)]
    hours = ["arrival_at"] if "in_service_hours" in spoken else []
    running = needs.due_running if "due_at" in spoken and _has_running_limit(needs, frame) else ()
    whole = [*limit.days_of, *running[:1]]  # a limit asks a day for more than its hours
    of_hours = [] if frame.alike else [*hours, *ends]
    joins = [_day_of(at, frame, "limit" if at in whole else "hours") for at in dict.fromkeys([*of_hours, *whole])]
    columns = [f"{is_open_sql('arrival_at', frame)} AS in_service_hours"] if hours else []
    columns += [f"seconds_of_us({working_us_sql(clock.start, clock.end, frame)}) AS {clock.name}" for clock in clocks]
    columns += limit.columns
    joins += limit.joins
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
    due, join = due_in_hours(begins_at, _limit_us(needs, frame), frame)
    by_wall = "".join(f"WHEN {dict(frame.options)[term]} = 'wall' THEN {_wall_due(needs, frame)} " for term in clock)
    return f"CASE {by_wall}ELSE {due} END AS due_at" if by_wall else f"{due} AS due_at", join


def _day_of(at: str, frame: Frame, what: str) -> str:
    """Return the join of the calendar's day on which the instant ``at`` lies, with its hours or all a limit asks."""
    day = local_day_sql("population." + at, frame.zone, frame.days)
    return day_join(f"day_of_{at}", frame, f"day_of_{at}.day = {day}", what)
