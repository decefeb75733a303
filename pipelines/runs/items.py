"""The items behind a figure, read from the statement's own evidence: days, groups, distribution, pages of items."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.compose import OUTSIDE_SCOPE, Ask
from pipelines.metrics.declare import Metric, metric_named, quoted
from pipelines.metrics.frame import local_hour_sql
from pipelines.runs.questions import names_of, question_of
from pipelines.runs.statements import evidence_folder, find_statement, read_statement
from pipelines.runs.states import count_rows
from pipelines.scoring.counts import Counts, measured

GROUP_COLUMNS = {"team": "team", "queue": "queue", "agent": "agent_id", "source": "item_source"}


@dataclass(frozen=True)
class GroupRow:
    """One group's counts and value; ``name`` is a team, a queue, an hour … or a day in ISO form."""

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
class _Evidence:
    """An indicator's rows in a statement's evidence."""

    body: Mapping[str, Any]
    question: Mapping[str, Any]
    metric: Metric
    path: Path
    columns: tuple[str, ...]

    @property
    def column(self) -> str:
        return str(self.question["column"])

    @property
    def unmeasurable(self) -> str:
        """What the contract makes of unmeasurable items; a fee's are in nothing."""
        own = (one for one in self.body["indicators"] if one["id"] == self.question["of"])
        return next((str(one["options"]["unmeasurable"]) for one in own), "exclude")

    @property
    def state(self) -> str:
        """The state in words, outside included."""
        return (
            f"CASE WHEN outside IS NOT NULL THEN 'outside: ' || outside"
            f" ELSE coalesce({self.column}_state, 'outside: {OUTSIDE_SCOPE}') END"
        )

    @property
    def source(self) -> str:
        return f"read_parquet({quoted(str(self.path))})"

    @property
    def amount(self) -> str:
        return f"{self.column}_amount" if self.metric.amount else "CAST(NULL AS DECIMAL(18, 6))"


def evidence_of(home: Path, statement_id: str, indicator_id: str) -> _Evidence:
    """Return where an indicator's items are; refuse an indicator that the statement does not have."""
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
    return _Evidence(found, question, metric, path, tuple(found["evidence"][name]["columns"]))


def reader() -> duckdb.DuckDBPyConnection:
    """Return a connection of its own for evidence files; its session speaks UTC."""
    con = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    con.execute("SET TimeZone = 'UTC'")
    return con


def query(sql: str) -> list[tuple[Any, ...]]:
    """Run a query over evidence files in a connection of its own; a file that cannot be read is refused."""
    with closing(reader()) as con:
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


def daily(home: Path, statement_id: str, indicator_id: str) -> list[GroupRow]:
    """Return a row a day of the month, in order; days without items have none."""
    return _grouped(evidence_of(home, statement_id, indicator_id), "CAST(service_on AS VARCHAR)")


def by_group(home: Path, statement_id: str, indicator_id: str, group: str) -> list[GroupRow]:
    """Return a row a team, queue, agent, source or hour of the day."""
    found = evidence_of(home, statement_id, indicator_id)
    return _grouped(found, _group_sql(found, group))


def _group_sql(found: _Evidence, group: str) -> str:
    """Return the SQL of an item's group by name."""
    if group == "hour":
        days = Month.parse(found.body["month"]).days
        hour = local_hour_sql("arrival_at", found.body["contract"]["zone"], days)
        return f"lpad(CAST({hour} AS VARCHAR), 2, '0')"
    if group not in GROUP_COLUMNS:
        raise Refused(
            Problem(
                group, "There is no such group.", f"There are: {', '.join([*GROUP_COLUMNS, 'hour'])}.", "items.group"
            )
        )
    return f"coalesce({GROUP_COLUMNS[group]}, '(none)')"


def _grouped(found: _Evidence, sql: str) -> list[GroupRow]:
    """Count the indicator's items by a group, as the month was counted: from the evidence's states."""
    log = "log_source" if "log_source" in found.columns else "item_source"
    kept = sorted({load["source"] for load in found.body["loads"] if load.get("keeper") == "vendor"})
    is_kept = f"coalesce({log} IN ({', '.join(map(quoted, kept))}), false)" if kept else "false"
    days = Month.parse(found.body["month"]).days
    values = {term["name"]: term["value"] for term in found.question["terms"]}  # the last day's, as they are in order
    pieces = {name: [Piece(days, values.get(name, term.default), "")] for name, term in found.metric.terms.items()}
    ask = Ask(found.column, found.metric, pieces)
    own = [f"{ask.column}_{kind}" for kind in ("amount", "whole", "group") if f"{ask.column}_{kind}" in found.columns]
    with closing(reader()) as con:
        states = [row[0] for row in ask_file(con, f"SELECT DISTINCT {ask.column}_state FROM {found.source}") if row[0]]
        listed = f"[{', '.join(map(quoted, states))}]"
        rows = (
            f"SELECT {sql} AS g0, {is_kept} AS is_kept, outside, list_position({listed}, {ask.column}_state)"
            f" AS {', '.join([f'{ask.column}_state', *own])}, item_source, item_id, arrival_at FROM {found.source}"
        )
        tallied = list(count_rows(con, lambda _: rows, [ask], {ask.column: states}, ["name"]))
    stated = found.unmeasurable
    option = stated if stated in ("exclude", "count_as_missed") else None
    named = sorted((tally.group["name"], tally.counts) for tally in tallied if tally.counts.population)
    return [_row(ask, name, counts, option) for name, counts in named]


def _row(ask: Ask, name: str, counts: Counts, unmeasurable: str | None) -> GroupRow:
    value = measured(ask.metric, counts, unmeasurable, ask.percentile)
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
    )


def histogram(home: Path, statement_id: str, indicator_id: str, buckets: int = 40) -> list[Bucket]:
    """Return how the amounts of an indicator's items spread: equal buckets up to the 99th percentile, one beyond."""
    found = evidence_of(home, statement_id, indicator_id)
    if not found.metric.amount:
        return []
    where = f"outside IS NULL AND {found.amount} IS NOT NULL AND {found.amount} >= 0"
    top = query(f"SELECT quantile_disc({found.amount}, 0.99), max({found.amount}) FROM {found.source} WHERE {where}")[0]
    if top[0] is None:
        return []
    width = max(1, -(-int(top[0]) // buckets))
    rows = query(
        f"SELECT least(CAST(floor({found.amount}) AS BIGINT) // {width}, {buckets}) AS bucket, count(*)"
        f" FROM {found.source} WHERE {where} GROUP BY bucket ORDER BY bucket"
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
    group: tuple[str, str] | None = None,
    after: tuple[str, str, str] | None = None,
    limit: int = 100,
) -> ItemPage:
    """Return a page of an indicator's items in order of arrival, by keyset: any page costs the same.

    ``state`` is a class (``missed``) or a whole state (``excluded: short abandon``); ``group`` a pair such as
    ``("team", "华东一组")``; ``after`` the ``next`` of the page before.
    """
    found = evidence_of(home, statement_id, indicator_id)
    where = [state_condition(found, state)] if state else ["true"]
    if day is not None:
        where.append(f"service_on = DATE '{day}'")
    if group is not None:
        where.append(f"{_group_sql(found, group[0])} = {quoted(group[1])}")
    total = query(f"SELECT count(*) FROM {found.source} WHERE {' AND '.join(where)}")[0][0]
    if after is not None:
        at, source, item_id = after
        at = datetime.fromisoformat(at).isoformat(sep=" ")
        where.append(
            f"(arrival_at, item_source, item_id) > (TIMESTAMPTZ {quoted(at)}, {quoted(source)}, {quoted(item_id)})"
        )
    base = f"{found.column}_base" if f"{found.column}_base" in found.columns else "CAST(NULL AS VARCHAR)"
    rows = query(
        f"SELECT item_source, item_id, arrival_at, service_on, {found.state}, {base}, {found.amount},"
        " queue, team, agent_id"
        f" FROM {found.source} WHERE {' AND '.join(where)}"
        f" ORDER BY arrival_at, item_source, item_id LIMIT {int(limit)}"
    )
    page = [
        ItemRow(s, i, at, on, st, b, None if amount is None else decimal_text(amount), q, t, a)
        for s, i, at, on, st, b, amount, q, t, a in rows
    ]
    last = page[-1] if len(page) == limit else None
    return ItemPage(page, (last.arrival_at.isoformat(), last.source, last.item_id) if last else None, total)


def state_condition(found: _Evidence, state: str) -> str:
    """Return the condition of a state, of a class, or of several of either with commas between."""
    if ":" in state:
        return f"{found.state} = {quoted(state)}"
    classes = ", ".join(quoted(name.strip()) for name in state.split(","))
    return f"split_part({found.state}, ':', 1) IN ({classes})"
