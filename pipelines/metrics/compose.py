"""Terms put into expressions, expressions composed into one scan a population.

Every indicator of a population becomes one column of small codes beside the item's id: a wide row an item. One
aggregation counts them all, one page drills into them all, and nothing can leave a denominator unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template

from pipelines.core.dated import Piece
from pipelines.core.period import Days
from pipelines.core.zone import day_begins_at, utc_pieces_between
from pipelines.metrics.declare import STATE_TEXT, WORD, Metric, Term, population_needs, population_sql, quoted

OUTSIDE_SCOPE = "out of scope"
SPILL = timedelta(days=400)  # clocks run on after the days asked for; their instants get their day right too


@dataclass(frozen=True)
class Ask:
    """One indicator's question to a population.

    ``terms`` gives each term its pieces over the days asked for; ``scope`` is an SQL condition over the population's
    columns, or None when every item of the contract counts. ``column`` names its columns in the wide row.
    """

    column: str
    metric: Metric
    terms: Mapping[str, Sequence[Piece[str]]]
    scope: str | None = None


@dataclass(frozen=True)
class Frame:
    """What all questions to a population share: the days, their zone, the cut-off and what belongs to the contract."""

    days: Days
    zone: str
    cut_off_at: datetime
    in_scope: str = "true"
    calendar: str | None = None  # None: around the clock
    options: tuple[tuple[str, str], ...] = ()  # terms that choose among a population's own readings, such as its start


def instant(at: datetime) -> str:
    """Return an SQL literal of the instant, in UTC."""
    return f"TIMESTAMPTZ '{at.astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S.%f')}+00'"


def local_micros_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local microseconds since 1970 of the instant ``column``, in and near ``days``.

    Offsets are written out, so that no engine's own zone tables decide a day: one addition where the offset does not
    change, a CASE where it does.
    """
    first, *later = utc_pieces_between(
        zone, day_begins_at(days.since, zone) - SPILL, day_begins_at(days.until, zone) + SPILL
    )
    offset = str(first.offset_s * 1_000_000)
    for piece in later:
        assert piece.from_at is not None  # noqa: S101 - only the zone's first piece has no beginning
        offset = f"CASE WHEN {column} >= {instant(piece.from_at)} THEN {piece.offset_s * 1_000_000} ELSE {offset} END"
    return f"(epoch_us({column}) + {offset})"


def local_day_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local date of the instant ``column``."""
    return f"DATE '1970-01-01' + CAST({local_micros_sql(column, zone, days)} // 86400000000 AS INTEGER)"


def local_hour_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local hour, 0 to 23, of the instant ``column``."""
    return f"{local_micros_sql(column, zone, days)} // 3600000000 % 24"


def population_options(metric: Metric, terms: Mapping[str, Sequence[Piece[str]]]) -> tuple[tuple[str, str], ...]:
    """Return the metric's terms that choose among its population's own readings, as SQL.

    A number may change within the month, item by item; a choice (a clock's start) holds for the whole month, by its
    last day.
    """
    chosen = [(name, term) for name, term in sorted(metric.terms.items()) if term.of_population]
    return tuple(
        (name, terms[name][-1].value if term.choices else dated_literal(term, terms[name])) for name, term in chosen
    )


def dated_literal(term: Term, pieces: Sequence[Piece[str]]) -> str:
    """Return a term's value as SQL; one that changes becomes a CASE over the item's service day."""
    sql = term.literal(pieces[-1].value)
    for earlier in reversed(pieces[:-1]):
        sql = f"CASE WHEN service_on < DATE '{earlier.days.until}' THEN {term.literal(earlier.value)} ELSE {sql} END"
    return sql if len(pieces) == 1 else f"({sql})"


def expression_sql(ask: Ask) -> str:
    """Return the metric's expression with the terms in force put in; a term that changes becomes a CASE over the day."""

    def put(word: str) -> str:
        term = ask.metric.terms.get(word)
        return word if term is None else dated_literal(term, ask.terms[word])

    return WORD.sub(lambda match: put(match[0]) if match[0][0] not in "'-" else match[0], ask.metric.sql)


def coded_sql(ask: Ask) -> str:
    """Return the expression giving small codes: the place of each state in ``metric.states``, from 1."""
    codes = {state: str(number) for number, state in enumerate(ask.metric.states, start=1)}
    return STATE_TEXT.sub(lambda match: codes[match[1].replace("''", "'")], expression_sql(ask))


def population_select(population: str, frame: Frame) -> str:
    """Return the SELECT of a population for the days, zone, cut-off and scope of ``frame``."""
    return Template(population_sql(population)).substitute(
        since_at=instant(day_begins_at(frame.days.since, frame.zone)),
        until_at=instant(day_begins_at(frame.days.until, frame.zone)),
        cut_off_at=instant(frame.cut_off_at),
        in_scope=f"({Template(frame.in_scope).safe_substitute(place=population_needs(population).place)})",
        service_on=local_day_sql("arrival_at", frame.zone, frame.days),
        **dict(frame.options),
    )


def item_select(population: str, frame: Frame) -> str:
    """Return the SELECT that gives each row of a population its team, service hours, clocks and due instants.

    Days are joined by equality and LEFT, so that every row is kept: an instant on a day that the calendar does not
    know gives NULL, which the metrics turn into a named state.
    """
    needs = population_needs(population)
    columns = ["population.*", "item_source AS source", "roster.team"]
    columns += [f"{local_day_sql('population.' + at, frame.zone, frame.days)} AS {name}" for name, at in needs.days]
    joins = [
        "LEFT JOIN roster ON roster.member_kind = 'queue' AND roster.member_id = population.queue\n"
        "     AND roster.since_at <= arrival_at AND arrival_at < roster.until_at"
    ]
    if frame.calendar is None:
        columns.append("true AS in_service_hours")
        columns += [f"seconds_between({clock.start}, {clock.end}) AS {clock.name}" for clock in needs.clocks]
    else:
        ends = [at for clock in needs.clocks for at in (clock.start, clock.end)]
        joins += [_day_join(at, frame) for at in dict.fromkeys(["arrival_at", *ends, *needs.due])]
        columns.append("is_open_at(day_of_arrival_at, arrival_at) AS in_service_hours")
        columns += [
            f"seconds_of_us(working_us(day_of_{c.start}, {c.start}, day_of_{c.end}, {c.end})) AS {c.name}"
            for c in needs.clocks
        ]
        for event in needs.due if "within_days" in dict(frame.options) else ():
            column, more = _due(event, frame)
            columns.append(column)
            joins += more
    return "SELECT " + ",\n       ".join(columns) + "\nFROM population\n" + "\n".join(joins)


def _day_join(at: str, frame: Frame) -> str:
    assert frame.calendar is not None  # noqa: S101 - asked only where there is one
    return (
        f"LEFT JOIN calendar_day AS day_of_{at} ON day_of_{at}.calendar = {quoted(frame.calendar)}"
        f" AND day_of_{at}.day = {local_day_sql('population.' + at, frame.zone, frame.days)}"
    )


def _due(event: str, frame: Frame) -> tuple[str, list[str]]:
    """Return the column ``due_at`` of a limit of N days after ``event``, and the joins it needs (worktime, due_days.sql)."""
    assert frame.calendar is not None  # noqa: S101 - a limit in days needs a calendar
    options = dict(frame.options)
    n, calendar, e = options["within_days"], quoted(frame.calendar), f"day_of_{event}"
    close = quoted(options["after_close"])
    if options["day_kind"] == "natural":
        return (
            f"CASE WHEN last_day.is_working_day IS NOT NULL AND moved.no_notice_index = last_day.no_notice_index"
            " THEN moved.ends_at END AS due_at",
            [
                f"LEFT JOIN calendar_day AS last_day ON last_day.calendar = {calendar}"
                f" AND last_day.day = {e}.day + CAST({n} AS INTEGER)",
                f"LEFT JOIN calendar_day AS moved ON moved.calendar = {calendar} AND moved.is_working_day"
                " AND moved.working_index = last_day.working_index + CAST(NOT last_day.is_working_day AS INTEGER)",
            ],
        )
    kind, missing = ("working", "no_notice_index") if options["day_kind"] == "working" else ("service", "no_hours_index")
    return (
        f"CASE WHEN last_day.{missing} = {e}.{missing} THEN last_day.close_of_business_at END AS due_at",
        [
            f"LEFT JOIN calendar_day AS last_day ON last_day.calendar = {calendar} AND last_day.is_{kind}_day"
            f" AND last_day.{kind}_index = start_{kind}_index({e}, {event}, {close}) + {n}"
        ],
    )


def wide_select(population: str, frame: Frame, asks: Sequence[Ask]) -> str:
    """Return one SELECT that gives each item of a population its ids, its dimensions and, per indicator, state and amount."""
    columns = []
    for ask in asks:
        states = coded_sql(ask)
        if ask.scope is not None:
            states = f"CASE WHEN ({ask.scope}) THEN {states} END"
        columns.append(f"CAST(CASE WHEN outside IS NULL THEN {states} END AS UTINYINT) AS {ask.column}_state")
        if ask.metric.amount is not None:
            columns.append(f"CAST({ask.metric.amount} AS DECIMAL(18, 6)) AS {ask.column}_amount")
    listed = "".join(f",\n       {column}" for column in columns)
    return (
        f"WITH population AS (\n{population_select(population, frame)}\n),\n"
        f"item AS (\n{item_select(population, frame)}\n)\n"
        f"SELECT item_source, item_id, arrival_at, service_on, queue, team, agent_id, load_id, outside{listed}\nFROM item"
    )


def readable_select(frame: Frame, ask: Ask) -> str:
    """Return the metric as a SELECT of its own, for an auditor to read and run: every item, its state in words."""
    scope = f"WHEN NOT coalesce(({ask.scope}), false) THEN 'outside: {OUTSIDE_SCOPE}'\n            " if ask.scope else ""
    amount = f", {ask.metric.amount} AS amount" if ask.metric.amount else ""
    body = "\n".join("            " + line for line in expression_sql(ask).splitlines()).strip()
    return (
        f"WITH population AS (\n{population_select(ask.metric.population, frame)}\n),\n"
        f"item AS (\n{item_select(ask.metric.population, frame)}\n)\n"
        f"SELECT item_source, item_id, service_on,\n"
        f"       CASE WHEN outside IS NOT NULL THEN 'outside: ' || outside\n            {scope}ELSE\n"
        f"            {body}\n       END AS state{amount}\nFROM item\nORDER BY item_source, item_id"
    )
