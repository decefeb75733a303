"""The items behind a figure, read from the statement's own evidence: days, groups, distribution, pages of items."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text
from pipelines.core.period import Days, Month
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.compose import FACTS, OUTSIDE_SCOPE, Ask
from pipelines.metrics.declare import Metric, metric_named, quoted
from pipelines.metrics.frame import local_day_sql, local_hour_sql
from pipelines.runs.once import once
from pipelines.runs.questions import names_of, question_of
from pipelines.runs.readers import ask_file, query, reader
from pipelines.runs.served import (
    NOBODY,
    ROLLUPS,
    Places,
    listed_rows,
    served_counts,
    served_together,
    served_total,
)
from pipelines.runs.sight import WHOLE, Sight, is_by_vendor
from pipelines.runs.statements import evidence_folder, find_statement, kept_body
from pipelines.runs.states import IDS, Tally, count_rows
from pipelines.scoring.counts import Counts, measured
from pipelines.scoring.interval import group_interval

GROUP_COLUMNS = {"team": "team", "queue": "queue", "agent": "agent_id", "source": "item_source", "topic": "topic"}
BY_CLOCK = ("hour", "weekday")  # of the arrival, by the contract's clock
BATCH = 5000
SEPARATOR = "\x1f"
IN_ORDER = ("arrival_at", "item_source", "item_id")  # of a list: no two items have the same three
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
    """An indicator's rows in a statement's evidence, as somebody sees them: those of the file ``name``."""

    body: Mapping[str, Any]
    question: Mapping[str, Any]
    metric: Metric
    folder: Path
    name: str
    columns: tuple[str, ...]
    rows: str
    sight: Sight
    sources: frozenset[str]

    @property
    def column(self) -> str:
        """The name of its columns in the evidence."""
        return str(self.question["column"])

    @property
    def unmeasurable(self) -> str:
        """What the contract makes of unmeasurable items; a fee's are in nothing."""
        own = (one for one in self.body["indicators"] if one["id"] == self.question["of"])
        return next((str(one["options"]["unmeasurable"]) for one in own), "exclude")

    @cached_property
    def blames(self) -> str | None:
        """The same, as ``measured`` reads it."""
        return self.unmeasurable if self.unmeasurable in ("exclude", "count_as_missed") else None

    @cached_property
    def ask(self) -> Ask:
        """The question, with the last day's terms."""
        days = Month.parse(self.body["month"]).days
        values = {term["name"]: term["value"] for term in self.question["terms"]}  # the last day's, they are in order
        pieces = {name: [Piece(days, values.get(name, term.default), "")] for name, term in self.metric.terms.items()}
        return Ask(self.column, self.metric, pieces)

    @cached_property
    def listed(self) -> str:
        """The same rows for a list: in its order where they are served so, without what it does not show."""
        return listed_rows(self.folder, self.name, self.sight, self.sources) or self.rows

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
    found = kept_body(home, ref.id)
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
    sources = own_sources(path.parent, found, sight)
    columns = tuple(found["evidence"][name]["columns"])
    rows = sight.rows(path, name, sources)
    return Evidence(found, question, metric, path.parent, name, columns, rows, sight, sources)


def own_sources(folder: Path, body: Mapping[str, Any], sight: Sight) -> frozenset[str]:
    """Return the logs that gave the rows that a narrow sight sees, those apart that no contract divides by vendor."""
    if not sight.is_narrow:
        return frozenset()
    logs = tuple(
        (name, "log_source" if "log_source" in part["columns"] else "item_source")
        for name, part in body["evidence"].items()
        if "outside" in part["columns"] and (folder / f"{name}.parquet").exists() and is_by_vendor(name)
    )
    return _own_sources(folder, logs, Sight(vendor=sight.vendor))


@once(256)
def _own_sources(folder: Path, logs: Sequence[tuple[str, str]], whose: Sight) -> frozenset[str]:
    """Return the same of a folder of evidence, which never changes; ``logs``: its files, each with its log's column."""
    selects = [
        f"SELECT DISTINCT item_source, {log} FROM {whose.rows(folder / f'{name}.parquet', name)}" for name, log in logs
    ]
    found = query(" UNION ".join(selects), folder) if selects else []
    return frozenset(source for row in found for source in row if source)


def daily(home: Path, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[GroupRow]:
    """Return a row a day of the month, in order; days without items have none."""
    return _grouped(evidence_of(home, statement_id, indicator_id, sight), "day")


def daily_of(found: Evidence, counted: Mapping[str, Counts] | None) -> list[GroupRow]:
    """Return the days of an indicator whose counts are at hand; None: they are counted."""
    days = {name: own for (_, name), own in counts_by(found, "day").items()} if counted is None else counted
    return [group_row(found, name, days[name], has_interval=False) for name in sorted(days) if days[name].population]


def by_group(home: Path, statement_id: str, indicator_id: str, group: str, *, sight: Sight = WHOLE) -> list[GroupRow]:
    """Return a row a team, queue, agent, topic, source, hour or weekday of arrival."""
    found = evidence_of(home, statement_id, indicator_id, sight)
    item_group_sql(found, group)  # refuses what there is not
    return _grouped(found, group)


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


def _grouped(found: Evidence, group: str) -> list[GroupRow]:
    """Count the indicator's items by a group."""
    places = counts_by(found, group)
    return [group_row(found, name, places[part, name]) for part, name in sorted(places)]


def counts_by(found: Evidence, group: str, spans: Sequence[Days] = ()) -> Places:
    """Count the indicator's items by part of the month and group; groups of nothing but candidates outside are none.

    ``group`` is ``day``, ``clock`` (weekday and hour, ``3-09``: Wednesday, nine), or one that items are listed by.
    ``spans`` are the parts; of one or none all is part 0.
    """
    places = served_by(found, group, len(spans))
    if places is None:
        places = _counted(found, group, spans)
    return {place: counts for place, counts in places.items() if counts.population}


def served_by(found: Evidence, group: str, parts: int = 1) -> Places | None:
    """Count the same, with the groups outside, from what was counted once; None where it was not."""
    return served_counts(found.folder, found.name, found.ask, group, found.sight, found.sources, parts)


def served_for(found: Sequence[Evidence], group: str) -> dict[str, dict[str, Counts]]:
    """Count several indicators of one statement by a group, those that are served so; by column, then by name."""
    if not found:
        return {}
    asked = ((one.name, one.ask) for one in found)
    return served_together(found[0].folder, asked, group, found[0].sight, found[0].sources)


def _counted(found: Evidence, group: str, spans: Sequence[Days]) -> Places:
    """Count the same from the rows."""
    sql = group_sql(found, group)
    if len(spans) > 1:
        sql = f"CAST({part_sql(spans)} AS VARCHAR) || {quoted(SEPARATOR)} || {sql}"
    places: Places = {}
    for tally in count_seen([found], sql):
        place, separator, name = str(tally.group["name"]).partition(SEPARATOR)
        places[int(place) if separator else 0, name if separator else place] = tally.counts
    return places


def part_sql(spans: Sequence[Days]) -> str:
    """Return the SQL of the part of the month that an item counts in, from 0."""
    if len(spans) < 2:
        return "0"
    whens = " ".join(f"WHEN period_on < DATE '{span.until}' THEN {place}" for place, span in enumerate(spans))
    return f"CASE {whens} ELSE {len(spans) - 1} END"


def group_sql(found: Evidence, group: str) -> str:
    """Return the SQL of a group as it is counted by: those of items, days, and clocks."""
    if group == "day":
        return "CAST(service_on AS VARCHAR)"
    if group == "clock":
        return f"{item_group_sql(found, 'weekday')} || '-' || {item_group_sql(found, 'hour')}"
    return item_group_sql(found, group)


def count_seen(found: Sequence[Evidence], sql: str) -> list[Tally]:
    """Count the items of questions that stand in one file by a group ``name``, as the month was counted."""
    first, asks = found[0], [one.ask for one in found]
    is_kept = is_kept_sql(first)
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


def is_kept_sql(found: Evidence) -> str:
    """Return the SQL of whether an item's log is the vendor's."""
    log = "log_source" if "log_source" in found.columns else "item_source"
    kept = sorted({load["source"] for load in found.body["loads"] if load.get("keeper") == "vendor"})
    return f"coalesce({log} IN ({', '.join(map(quoted, kept))}), false)" if kept else "false"


def group_row(found: Evidence, name: str, counts: Counts, *, has_interval: bool = True) -> GroupRow:
    """Return a group's row from its counts."""
    value = measured(found.metric, counts, found.blames, found.ask.percentile)
    chance = group_interval(found.metric, counts, found.blames) if has_interval else None
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
    top = query(f"SELECT {tops} FROM {found.listed} WHERE {where}", found.folder)[0]
    if top[0] is None:
        return []
    width = max(1, -(-int(top[0]) // buckets))
    rows = query(
        f"SELECT least(CAST(floor({found.amount}) AS BIGINT) // {width}, {buckets}) AS bucket, count(*)"
        f" FROM {found.listed} WHERE {where} GROUP BY bucket ORDER BY bucket",
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
    counted = _served_total(found, state, day, groups)
    total = None if counted is None else _total(found.folder, counted)
    if total is None:
        total = _total(found.folder, f"SELECT count(*) FROM {found.listed} WHERE {' AND '.join(where)}")
    if not total:  # to find nothing takes longest
        return ItemPage([], None, 0)
    page: list[ItemRow] = []
    for more in _from(after):
        rows = query(f"{_select(found, [*where, *more])} LIMIT {int(limit) - len(page)}", found.folder)
        page += map(_item_row, rows)
    last = page[-1] if len(page) == limit else None
    return ItemPage(page, (last.arrival_at.isoformat(), last.source, last.item_id) if last else None, total)


def _from(after: tuple[str, str, str] | None) -> list[list[str]]:
    """Return the conditions of what comes after a key: first of the same instant, then of later ones.

    Said in one, by three columns together, no row of a file could be passed over unread.
    """
    if after is None:
        return [[]]
    at = f"TIMESTAMPTZ {quoted(datetime.fromisoformat(after[0]).isoformat(sep=' '))}"
    source, item_id = map(quoted, after[1:])
    return [[f"arrival_at = {at}", f"(item_source, item_id) > ({source}, {item_id})"], [f"arrival_at > {at}"]]


def _served_total(
    found: Evidence, state: str | None, day: date | None, groups: Sequence[tuple[str, str]]
) -> str | None:
    """Return the SELECT of how many rows a list has from what was counted once; None where none can tell."""
    by = [("day", str(day))] if day else []
    by += groups
    if len(by) > 1 or any(group not in ROLLUPS for group, _ in by):
        return None
    is_state = state_sql("state", state) if state else "true"
    group, value = by[0] if by else ("whole", "")
    return served_total(found.folder, found.name, found.column, group, value, is_state, found.sight, found.sources)


@once(4096)
def _total(folder: Path, sql: str) -> int | None:
    """Return how many rows a list has; of evidence, which never changes."""
    n = query(sql, folder)[0][0]
    return None if n is None else int(n)


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
        f" queue, team, agent_id FROM {found.listed} WHERE {' AND '.join(where)} ORDER BY {', '.join(IN_ORDER)}"
    )


def _item_row(row: Sequence[Any]) -> ItemRow:
    source, item_id, at, on, state, base, amount, queue, team, agent = row
    return ItemRow(
        source, item_id, at, on, state, base, None if amount is None else decimal_text(amount), queue, team, agent
    )


def state_condition(found: Evidence, state: str) -> str:
    """Return the condition of a state, of a class, or of several of either with commas between."""
    return state_sql(f"{found.column}_state", state)


def state_sql(column: str, state: str) -> str:
    """Return the same of a column of states beside ``outside``, said of both as they lie in the file.

    Rows that do not fulfil it are then passed over unread; of the state in words (``Evidence.state``) each is read.
    """
    if ":" not in state:
        return f"({' OR '.join(_class_sql(column, name.strip()) for name in state.split(','))})"
    kind, _, reason = state.partition(": ")
    if kind != "outside":
        return f"(outside IS NULL AND {column} = {quoted(state)})"
    is_of_no_scope = f" OR outside IS NULL AND {column} IS NULL" if reason == OUTSIDE_SCOPE else ""
    return f"(outside = {quoted(reason)}{is_of_no_scope})"


def _class_sql(column: str, name: str) -> str:
    if name == "outside":
        return f"(outside IS NOT NULL OR {column} IS NULL)"
    return f"(outside IS NULL AND ({column} = {quoted(name)} OR starts_with({column}, {quoted(f'{name}:')})))"
