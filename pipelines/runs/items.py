"""The items behind a figure, read from the statement's own evidence: days, groups, distribution, pages of items."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.compose import FACTS, OUTSIDE_SCOPE, Ask
from pipelines.metrics.declare import Metric, metric_named, quoted
from pipelines.metrics.frame import local_day_sql, local_hour_sql
from pipelines.runs.questions import names_of, question_of
from pipelines.runs.sight import WHOLE, Sight, is_by_vendor
from pipelines.runs.statements import evidence_folder, find_statement, read_statement
from pipelines.runs.states import IDS, Tally, count_rows
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.interval import group_interval
from pipelines.warehouse.home import Home, HomeSettings
from pipelines.warehouse.store import CONFIG, lock_down

GROUP_COLUMNS = {"team": "team", "queue": "queue", "agent": "agent_id", "source": "item_source", "topic": "topic"}
BY_CLOCK = ("hour", "weekday")  # of the arrival, by the contract's clock
NOBODY = "(none)"
BATCH = 5000
SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)-(\d{1,9}(?:\.\d{1,6})?)?")


@dataclass(frozen=True)
class GroupRow:
    """One group's counts and value; ``name`` is a team, a queue, an hour … or a day in ISO form.

    ``low`` and ``high``: the interval of 95 % that chance alone leaves open; None where the metric has none.
    """

    name: str
    n: int
    met: int
    missed: int
    counted: int
    excluded: int
    unmeasurable: int
    pending: int
    numerator: str
    denominator: str
    value: str | None
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True)
class ItemRow:
    """One item as the evidence has it."""

    source: str
    item_id: str
    arrival_at: datetime
    service_on: date
    state: str
    base_state: str | None
    amount: str | None
    queue: str | None
    team: str | None
    agent_id: str | None


@dataclass(frozen=True)
class ItemPage:
    """A page of items; ``next`` is the key to go on after, None on the last page."""

    rows: Sequence[ItemRow]
    next: tuple[str, str, str] | None
    total: int


@dataclass(frozen=True)
class Bucket:
    """How many items have an amount in [from_s, until_s)."""

    from_s: str
    until_s: str
    n: int


@dataclass(frozen=True)
class Evidence:
    """An indicator's rows in a statement's evidence."""

    body: Mapping[str, Any]
    question: Mapping[str, Any]
    metric: Metric
    folder: Path
    columns: tuple[str, ...]
    rows: str

    @property
    def column(self) -> str:
        """The name of its columns in the evidence."""
        return str(self.question["column"])

    @property
    def unmeasurable(self) -> str:
        """What the contract makes of unmeasurable items; a fee's are in nothing."""
        own = (one for one in self.body["indicators"] if one["id"] == self.question["of"])
        return next((str(one["options"]["unmeasurable"]) for one in own), "exclude")

    @property
    def blames(self) -> str | None:
        """The same, as ``measured`` reads it."""
        return self.unmeasurable if self.unmeasurable in ("exclude", "count_as_missed") else None

    @property
    def ask(self) -> Ask:
        """The question, with the last day's terms."""
        days = Month.parse(self.body["month"]).days
        values = {term["name"]: term["value"] for term in self.question["terms"]}  # the last day's, they are in order
        pieces = {name: [Piece(days, values.get(name, term.default), "")] for name, term in self.metric.terms.items()}
        return Ask(self.column, self.metric, pieces)

    @property
    def state(self) -> str:
        """The state in words, outside included."""
        return (
            f"CASE WHEN outside IS NOT NULL THEN 'outside: ' || outside"
            f" ELSE coalesce({self.column}_state, 'outside: {OUTSIDE_SCOPE}') END"
        )

    @property
    def amount(self) -> str:
        """The SQL of an item's amount."""
        return f"{self.column}_amount" if self.metric.amount else "CAST(NULL AS DECIMAL(18, 6))"


def evidence_of(home: Path, statement_id: str, indicator_id: str, sight: Sight = WHOLE) -> Evidence:
    """Return where an indicator's items are, as ``sight`` sees them; refuse an indicator that is not there."""
    ref = find_statement(home, statement_id)
    found = read_statement(home, ref.id)
    question = question_of(found, indicator_id)
    if question is None:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what=f"It has no indicator {indicator_id!r}.",
                mend=f"It has: {', '.join(names_of(found))}.",
                code="statement.no_indicator",
            )
        )
    metric = metric_named(question["metric"])
    name = next(name for name, part in found["evidence"].items() if question["column"] in part["indicators"])
    path = evidence_folder(home, ref.id) / f"{name}.parquet"
    if not path.exists():
        raise Refused(
            Problem(
                where=str(path),
                what="The evidence of this statement is not here any more.",
                mend="Restore it from a copy, or close the month again from the same logs.",
                code="statement.no_evidence",
            )
        )
    rows = sight.rows(path, name, own_sources(path.parent, found, sight))
    return Evidence(found, question, metric, path.parent, tuple(found["evidence"][name]["columns"]), rows)


def own_sources(folder: Path, body: Mapping[str, Any], sight: Sight) -> frozenset[str]:
    """Return the logs that gave the rows that a narrow sight sees, those apart that no contract divides by vendor."""
    if not sight.is_narrow:
        return frozenset()
    whose = replace(sight, teams=None)
    selects = []
    for name, part in body["evidence"].items():
        path = folder / f"{name}.parquet"
        if "outside" in part["columns"] and path.exists() and is_by_vendor(name):
            log = "log_source" if "log_source" in part["columns"] else "item_source"
            selects += [f"SELECT unnest([item_source, {log}]) FROM {whose.rows(path, name)}"]
    found = query(" UNION ".join(selects), folder) if selects else []
    return frozenset(source for (source,) in found if source)


def reader(*folders: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection of its own for folders of evidence; its session speaks UTC, and it reads nothing else.

    The home that they stand in says how much of the machine it may take.
    """
    said = Home(folders[0].parent.parent).settings() if folders else HomeSettings()
    bounds = {"memory_limit": said.reader_memory_limit}
    bounds |= {"threads": str(said.reader_threads)} if said.reader_threads else {}
    con = duckdb.connect(config={**bounds, **CONFIG})
    con.execute("SET TimeZone = 'UTC'")
    lock_down(con, folders)
    return con


def query(sql: str, *folders: Path) -> list[tuple[Any, ...]]:
    """Run a query over folders of evidence in a connection of its own; a file that cannot be read is refused."""
    with closing(reader(*folders)) as con:
        return ask_file(con, sql)


def ask_file(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query over evidence files; a file that cannot be read is refused."""
    try:
        return con.execute(sql).fetchall()
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise Refused(
            Problem(
                where="evidence of a statement",
                what=f"It cannot be read: {str(error).splitlines()[0]}",
                mend="Restore the file from a copy, or close the month again from the same logs.",
                code="statement.no_evidence",
            )
        ) from error


def daily(home: Path, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[GroupRow]:
    """Return a row a day of the month, in order; days without items have none."""
    return _grouped(evidence_of(home, statement_id, indicator_id, sight), "CAST(service_on AS VARCHAR)")


def by_group(home: Path, statement_id: str, indicator_id: str, group: str, *, sight: Sight = WHOLE) -> list[GroupRow]:
    """Return a row a team, queue, agent, topic, source, hour or weekday of arrival."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    return _grouped(found, item_group_sql(found, group))


def item_group_sql(found: Evidence, group: str) -> str:
    """Return the SQL of an item's group by name; a weekday is 1 (Monday) to 7."""
    days, zone = Month.parse(found.body["month"]).days, found.body["contract"]["zone"]
    if group == "hour":
        return f"lpad(CAST({local_hour_sql('arrival_at', zone, days)} AS VARCHAR), 2, '0')"
    if group == "weekday":
        return f"CAST(isodow({local_day_sql('arrival_at', zone, days)}) AS VARCHAR)"
    column = GROUP_COLUMNS.get(group)
    if column is None:
        known = ", ".join([*GROUP_COLUMNS, *BY_CLOCK])
        raise Refused(Problem(group, "There is no such group.", f"There are: {known}.", "items.group"))
    if column not in (*FACTS, *found.columns):
        raise Refused(
            Problem(
                where=f"{found.body['month']} · {group}",
                what="The evidence of this statement was kept without it, so nothing can be shown by it.",
                mend="Close the month again from the same logs; its figures do not change by it.",
                code="items.group_not_kept",
            )
        )
    return f"coalesce({column}, {quoted(NOBODY)})"


def _grouped(found: Evidence, sql: str) -> list[GroupRow]:
    """Count the indicator's items by a group."""
    named = sorted((tally.group["name"], tally.counts) for tally in count_seen([found], sql) if tally.counts.population)
    return [group_row(found, name, counts) for name, counts in named]


def count_seen(found: Sequence[Evidence], sql: str) -> list[Tally]:
    """Count the items of questions that stand in one file by a group ``name``, as the month was counted."""
    first, asks = found[0], [one.ask for one in found]
    log = "log_source" if "log_source" in first.columns else "item_source"
    kept = sorted({load["source"] for load in first.body["loads"] if load.get("keeper") == "vendor"})
    is_kept = f"coalesce({log} IN ({', '.join(map(quoted, kept))}), false)" if kept else "false"
    with closing(reader(first.folder)) as con:
        listed = ", ".join(f"list(DISTINCT {ask.column}_state)" for ask in asks)
        known = ask_file(con, f"SELECT {listed} FROM {first.rows}")[0]
        states = {ask.column: sorted(filter(None, some or ())) for ask, some in zip(asks, known, strict=True)}

        def rows_of(some: Sequence[Ask]) -> str:
            columns = [
                f"list_position([{', '.join(map(quoted, states[ask.column]))}]::VARCHAR[], {ask.column}_state)"
                f" AS {ask.column}_state"
                for ask in some
            ]
            columns += [
                f"{ask.column}_{kind}"
                for ask in some
                for kind in ("amount", "whole", "group")
                if f"{ask.column}_{kind}" in first.columns
            ]
            dimensions = [f"{sql} AS g0", f"{is_kept} AS is_kept", "outside"]
            return f"SELECT {', '.join([*dimensions, *columns, *IDS])} FROM {first.rows}"

        return list(count_rows(con, rows_of, asks, states, ["name"]))


def group_row(found: Evidence, name: str, counts: Counts) -> GroupRow:
    """Return a group's row from its counts."""
    value = measured(found.metric, counts, found.blames, found.ask.percentile)
    chance = group_interval(found.metric, counts, found.blames)
    return GroupRow(
        name=name,
        n=value.n,
        met=counts.of("met"),
        missed=counts.of("missed"),
        counted=counts.of("counted"),
        excluded=counts.of("excluded"),
        unmeasurable=counts.of("unmeasurable"),
        pending=counts.of("pending"),
        numerator=decimal_text(value.numerator),
        denominator=decimal_text(value.denominator),
        value=None if value.value is None else decimal_text(value.value),
        low=None if chance is None else decimal_text(chance.low),
        high=None if chance is None else decimal_text(chance.high),
    )


def histogram(
    home: Path, statement_id: str, indicator_id: str, buckets: int = 40, *, sight: Sight = WHOLE
) -> list[Bucket]:
    """Return how the amounts of an indicator's items spread: equal buckets up to the 99th percentile, one beyond."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    if not found.metric.amount:
        return []
    where = f"outside IS NULL AND {found.amount} IS NOT NULL AND {found.amount} >= 0"
    tops = f"quantile_disc({found.amount}, 0.99), max({found.amount})"
    top = query(f"SELECT {tops} FROM {found.rows} WHERE {where}", found.folder)[0]
    if top[0] is None:
        return []
    width = max(1, -(-int(top[0]) // buckets))
    rows = query(
        f"SELECT least(CAST(floor({found.amount}) AS BIGINT) // {width}, {buckets}) AS bucket, count(*)"
        f" FROM {found.rows} WHERE {where} GROUP BY bucket ORDER BY bucket",
        found.folder,
    )
    last = decimal_text(top[1])
    return [Bucket(str(b * width), str((b + 1) * width) if b < buckets else last, n) for b, n in rows]


def items(
    home: Path,
    statement_id: str,
    indicator_id: str,
    *,
    state: str | None = None,
    day: date | None = None,
    groups: Sequence[tuple[str, str]] = (),
    after: tuple[str, str, str] | None = None,
    limit: int = 100,
    sight: Sight = WHOLE,
) -> ItemPage:
    """Return a page of an indicator's items in order of arrival, by keyset: any page costs the same.

    ``state`` is a class (``missed``) or a whole state (``excluded: short abandon``); ``groups`` pairs such as
    ``("team", "华东一组")``, all of which hold; ``after`` the ``next`` of the page before.
    """
    found = evidence_of(home, statement_id, indicator_id, sight)
    where = _conditions(found, state, day, groups)
    total = query(f"SELECT count(*) FROM {found.rows} WHERE {' AND '.join(where)}", found.folder)[0][0]
    if after is not None:
        at, source, item_id = after
        at = datetime.fromisoformat(at).isoformat(sep=" ")
        where.append(
            f"(arrival_at, item_source, item_id) > (TIMESTAMPTZ {quoted(at)}, {quoted(source)}, {quoted(item_id)})"
        )
    page = [_item_row(row) for row in query(f"{_select(found, where)} LIMIT {int(limit)}", found.folder)]
    last = page[-1] if len(page) == limit else None
    return ItemPage(page, (last.arrival_at.isoformat(), last.source, last.item_id) if last else None, total)


def all_items(
    home: Path,
    statement_id: str,
    indicator_id: str,
    *,
    state: str | None = None,
    day: date | None = None,
    groups: Sequence[tuple[str, str]] = (),
    sight: Sight = WHOLE,
) -> Iterator[ItemRow]:
    """Yield every item that ``items`` pages through, in the same order: one query, read as it comes, however many."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    sql = _select(found, _conditions(found, state, day, groups))
    with closing(reader(found.folder)) as con:
        cursor = con.execute(sql)
        while batch := cursor.fetchmany(BATCH):
            yield from map(_item_row, batch)


def _conditions(found: Evidence, state: str | None, day: date | None, groups: Sequence[tuple[str, str]]) -> list[str]:
    where = [state_condition(found, state)] if state else ["true"]
    if day is not None:
        where.append(f"service_on = DATE '{day}'")
    return where + [
        amount_condition(found, value) if name == "amount" else f"{item_group_sql(found, name)} = {quoted(value)}"
        for name, value in groups
    ]


def amount_condition(found: Evidence, span: str) -> str:
    """Return the condition of an amount in ``20-25`` (20 is in, 25 is out) or in ``25-``, all from 25 on."""
    ends = SPAN.fullmatch(span)
    if ends is None:
        raise Refused(
            Problem(
                span, "This is no span of amounts.", "Give it as 20-25, or as 25- for all from 25 on.", "items.span"
            )
        )
    until = f" AND {found.amount} < {ends[2]}" if ends[2] else ""
    return f"outside IS NULL AND {found.amount} >= {ends[1]}{until}"


def _select(found: Evidence, where: Sequence[str]) -> str:
    """Return the SELECT of items in their order."""
    base = f"{found.column}_base" if f"{found.column}_base" in found.columns else "CAST(NULL AS VARCHAR)"
    return (
        f"SELECT item_source, item_id, arrival_at, service_on, {found.state}, {base}, {found.amount},"
        f" queue, team, agent_id FROM {found.rows} WHERE {' AND '.join(where)}"
        " ORDER BY arrival_at, item_source, item_id"
    )


def _item_row(row: Sequence[Any]) -> ItemRow:
    source, item_id, at, on, state, base, amount, queue, team, agent = row
    return ItemRow(
        source, item_id, at, on, state, base, None if amount is None else decimal_text(amount), queue, team, agent
    )


def state_condition(found: Evidence, state: str) -> str:
    """Return the condition of a state, of a class, or of several of either with commas between."""
    if ":" in state:
        return f"{found.state} = {quoted(state)}"
    classes = ", ".join(quoted(name.strip()) for name in state.split(","))
    return f"split_part({found.state}, ':', 1) IN ({classes})"
