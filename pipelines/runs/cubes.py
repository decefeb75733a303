"""Cubes: a contract's indicators counted by day and a few dimensions, kept so that a view need not read the items.

Three rollups are declared; what they do not answer is counted from the rows kept of the month. Both ways give the
same ``Counts``, and so the same digits. A cube knows base states (overrides lie over a closed month, in its evidence),
and what the logs knew when it was last brought up to date.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.contract.dates import term_days
from pipelines.contract.model import Contract, Indicator
from pipelines.contract.resolve import IndicatorTerms, indicator_terms
from pipelines.core.canonical import sha256_hex
from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.core.zone import instant_to_local
from pipelines.ingest.items import assembly_digest
from pipelines.metrics.compose import OUTSIDE_SCOPE, Ask, population_options, scan_select, scans_for
from pipelines.metrics.declare import OUTSIDE, Metric, population_needs, population_sql, quoted
from pipelines.metrics.frame import Frame, Laid
from pipelines.metrics.scope import Posting, contract_scope_sql, scope_sql
from pipelines.runs.calendars import calendar_for, calendars_digest, lay_out_calendars
from pipelines.runs.close_month import latest_instant
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.groups import group_sql
from pipelines.runs.states import (
    Tally,
    direct_tallies,
    make_split_tables,
    postings,
    prepare,
    row_dimensions,
    vendor_kept_sources,
)
from pipelines.runs.steps import step_sql
from pipelines.warehouse.store import Warehouse

# The rollups: table and dimensions, each by day. A view is answered by the first that has all it asks for.
PLACE = ("source", "vendor", "site", "team", "queue")  # the others hang on a queue: they add next to no rows
WHO = ("agent", "agent_team")
ROLLUPS: Mapping[str, tuple[str, ...]] = {
    "cube_day_team_queue": PLACE,
    "cube_day_agent": WHO,
    "cube_hour_team_queue": ("hour", *PLACE),
}
DIMENSIONS = ("hour", *PLACE, *WHO)
# A percentile's amounts stand once, by everything; by place they are kept in steps too, so that a view need read one.
AMOUNTS, STEPPED = "cube_amount", ("cube_day_team_queue", "cube_hour_team_queue")
STATE = (
    "contract VARCHAR NOT NULL, indicator VARCHAR NOT NULL, definition VARCHAR NOT NULL,"
    " change_no BIGINT NOT NULL, cut_off_at TIMESTAMPTZ NOT NULL"
)
# What no rollup answers is counted from a narrow row an item: its groups and states. ``rows`` names the table that has
# an indicator's items of a month; it has those of all indicators that one scan can answer.
ROWS_IN = "contract VARCHAR NOT NULL, indicator VARCHAR NOT NULL, month DATE NOT NULL, rows VARCHAR NOT NULL"
DAY = timedelta(days=1)
CHAINED = 7 * DAY  # how long the attempts of one caller may be chained on after the first


@dataclass(frozen=True)
class Refreshed:
    """What bringing an indicator's cube up to date came to: how many days were counted again, and why."""

    indicator: str
    days: int
    why: str


@dataclass(frozen=True)
class Months:
    """A contract's questions to its items, month by month: a choice of reading holds for whole months."""

    con: duckdb.DuckDBPyConnection
    found: ReadContract
    known_until: datetime
    postings: Sequence[Posting]
    vendor_kept: Sequence[str]
    calendars: str
    laid: Laid

    @property
    def contract(self) -> Contract:
        """The contract itself."""
        return self.found.source.model

    def asked(self, indicator: Indicator, days: Days) -> tuple[Ask, Frame] | None:
        """Return the question of an indicator over days of one month; None where it is not in force then."""
        month = Month(days.since.year, days.since.month).days
        terms = indicator_terms(self.contract, indicator, month)
        within = days if terms is None else terms.in_force.overlap(days)
        if terms is None or not len(within):
            return None
        options = population_options(terms.metric, terms.terms)
        calendar = calendar_for(terms.metric, self.found.calendars, indicator.calendar)
        in_scope = contract_scope_sql(self.contract.scope, self.postings, terms.metric.population) or "true"
        frame = Frame(within, self.contract.zone, self.known_until, in_scope, calendar, options, self.laid)
        return Ask(indicator.id, terms.metric, terms.terms, self.scope(indicator.scope, terms.metric)), frame

    def scope(self, scope: Mapping[str, Sequence[str]], metric: Metric) -> str | None:
        """Return the condition of a scope over the metric's population."""
        return scope_sql(scope, self.postings, by_agent=population_needs(metric.population).by_agent)

    def tallies(self, population: str, frame: Frame, asks: Sequence[Ask], by: Sequence[str]) -> Iterator[Tally]:
        """Count, by groups of these names."""
        groups = {name: "period_on" if name == "day" else group_sql(name, frame.zone, frame.days) for name in by}
        return direct_tallies(self.con, population, frame, asks, by=groups, vendor_kept=self.vendor_kept)

    def definition(self, indicator: Indicator) -> str | None:
        """Return the digest of everything but the logs that decides an indicator's counts; None: never in force.

        What the roster says of a day is a matter of the logs: its rows are noted as changes of their days.
        """
        terms = indicator_terms(self.contract, indicator, term_days(self.contract))
        if terms is None:
            return None
        metric = terms.metric
        said = {
            "metric": metric.digest,
            "populations": [sha256_hex(population_sql(name).encode()) for name in metric.populations],
            "items": assembly_digest(),
            "terms": {
                name: [f"{piece.days.since} {piece.value}" for piece in pieces] for name, pieces in terms.terms.items()
            },
            "scope": {name: sorted(values) for name, values in indicator.scope.items()},
            "contract_scope": {name: sorted(values) for name, values in self.contract.scope.items()},
            "zone": self.contract.zone,
            "calendars": self.calendars,
            "calendar": indicator.calendar,
            "kept": list(self.vendor_kept),
        }
        return sha256_hex(repr(sorted(said.items())).encode())


def months_of(con: duckdb.DuckDBPyConnection, found: ReadContract, known_until: datetime) -> Months:
    """Prepare the session for a contract's questions."""
    contract = found.source.model
    prepare(con)
    laid = lay_out_calendars(con, found.calendars, contract.zone, term_days(contract))
    roster = postings(con)
    return Months(con, found, known_until, roster, vendor_kept_sources(con), calendars_digest(con), laid)


def refresh_cubes(home: Path, contract_name: str, *, now: datetime) -> list[Refreshed]:
    """Bring a contract's cubes up to date: count again the days that changes touch, whole or not at all.

    Dirty are the days of items that changed, the days before them that look ahead to such items, the days with pending
    items, and those that the cut-off had not passed; all days where the definition has changed.
    """
    with Warehouse(home) as warehouse:
        return refresh_in(warehouse.con, usable_contract(contract_name), now=now)


def refresh_in(con: duckdb.DuckDBPyConnection, found: ReadContract, *, now: datetime) -> list[Refreshed]:
    """Bring a contract's cubes up to date in an open store."""
    if not are_laid_out(con):
        for table, columns in {**cube_tables(), "cube_state": STATE, "cube_rows_in": ROWS_IN}.items():
            con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        con.execute(f"COMMENT ON TABLE cube_state IS {quoted(_layout())}")
    known_until = known_until_of(con, now)
    if known_until is None:
        return []
    months = months_of(con, found, known_until)
    con.execute("BEGIN")
    try:
        refreshed = _refreshed(months)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return refreshed


def _refreshed(months: Months) -> list[Refreshed]:
    con, contract, known_until = months.con, months.contract, months.known_until
    days = _days_with_items(con, contract, known_until)
    dirty = {
        indicator.id: (indicator, definition, *_dirty(months, indicator, definition, days))
        for indicator in contract.indicators
        if len(days) and (definition := months.definition(indicator)) is not None
    }
    change_no = con.execute("SELECT coalesce(max(change_no), 0) FROM item_change").fetchall()[0][0]
    definitions = {name: definition for name, (_, definition, _, _) in dirty.items()}
    spans = {name: [(run.since, run.until) for run in runs] for name, (_, _, runs, _) in dirty.items()}
    for part in by_month(days):
        if any(since < part.until and until > part.since for some in spans.values() for since, until in some):
            _count_month(months, part, definitions, spans)
    _drop_unnamed_rows(con)
    for name, (_, definition, _, _) in dirty.items():
        con.execute(f"DELETE FROM cube_state WHERE {this_indicator(contract, name)}")
        con.execute(
            f"INSERT INTO cube_state VALUES ({quoted(contract.contract)}, {quoted(name)}, {quoted(definition)},"
            f" {change_no}, TIMESTAMPTZ {quoted(known_until.isoformat(sep=' '))})"
        )
    return [Refreshed(name, sum(map(len, runs)), why) for name, (_, _, runs, why) in dirty.items()]


def cube_tables() -> dict[str, str]:
    """Return the cubes' tables, and the columns of each: counts by state, how often each amount occurs, and steps."""
    tables = {}
    for table, dimensions in ROLLUPS.items():
        tables[table] = _columns((*dimensions, "part", "word"), "DECIMAL(38, 6)")
        tables[f"{table}_amount"] = _columns(dimensions, "DECIMAL(18, 6)")
        if table in STEPPED:
            tables[f"{table}_step"] = _columns(dimensions, "DECIMAL(18, 6)", "step SMALLINT NOT NULL")
    tables[AMOUNTS] = _columns(DIMENSIONS, "DECIMAL(18, 6)", "step SMALLINT NOT NULL")
    return tables


def _layout() -> str:
    return sha256_hex(repr([sorted(cube_tables().items()), step_sql("amount")]).encode())


def are_laid_out(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the store's cubes are those of this release: others are made anew, and asked nothing."""
    rows = con.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'cube_state'").fetchall()
    return rows == [(_layout(),)]


def _columns(texts: Sequence[str], amount: str, *more: str) -> str:
    words = [f"{name} VARCHAR NOT NULL" for name in ("contract", "indicator", *texts)]
    return ", ".join([*words, "day DATE NOT NULL", "n BIGINT NOT NULL", f"amount {amount} NOT NULL", *more])


def this_indicator(contract: Contract, indicator: str) -> str:
    """Return the condition that a row is of this indicator."""
    return f"contract = {quoted(contract.contract)} AND indicator = {quoted(indicator)}"


def known_until_of(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime | None:
    """Return the last instant that any log speaks of, not after ``now``; None before anything is loaded."""
    latest = latest_instant(con)
    return None if latest is None else min(now, latest)


def _days_with_items(con: duckdb.DuckDBPyConnection, contract: Contract, known_until: datetime) -> Days:
    """Return the days of the term from the first that any change has touched up to the last that is known."""
    term = term_days(contract)
    first = con.execute("SELECT min(from_on) FROM item_change").fetchall()[0][0] or term.since
    last = instant_to_local(known_until, contract.zone).date()
    return Days(first - DAY, max(first, last + DAY)).overlap(term)


def _look_back(terms: IndicatorTerms) -> timedelta:
    """Return how long before a change an item may stand whose state the change decides."""
    hours = [Decimal(piece.value) for piece in terms.terms.get("window_h", ())]
    days = max(hours, default=Decimal(0)) // 24 + 1
    return int(days) * DAY + (CHAINED if "retries_merge_min" in terms.terms else DAY)


def _dirty(months: Months, indicator: Indicator, definition: str, days: Days) -> tuple[list[Days], str]:
    """Return the runs of days to count again, and why."""
    con, contract = months.con, months.contract
    terms = indicator_terms(contract, indicator, days)
    if terms is None:
        return [], "not in force yet"
    rows = con.execute(
        f"SELECT definition, change_no, cut_off_at FROM cube_state WHERE {this_indicator(contract, indicator.id)}"
    ).fetchall()
    if not rows:
        return [terms.in_force], "never counted"
    known, change_no, cut_off_at = rows[0]
    if known != definition or cut_off_at > months.known_until:
        return [terms.in_force], "its definition changed" if known != definition else "the cut-off went back"
    if terms.metric.partition == "whole":  # a day may rest on others, and on lines that are no items
        return [terms.in_force], "counted anew each time"
    spans = con.execute(f"SELECT from_on, until_on FROM item_change WHERE change_no > {change_no}").fetchall()
    # days are noted in UTC; a zone's own day may be the one before or after
    back = DAY + _look_back(terms)
    touched = [(from_on - back, min(until_on, days.until) + 2 * DAY) for from_on, until_on in spans]
    if touched and terms.terms.get("period_by", [Piece(days, "arrival", "")])[-1].value != "arrival":
        touched.append((min(since for since, _ in touched), days.until))  # it may be due, or end, at any time later
    if cut_off_at != months.known_until:
        touched.append((instant_to_local(cut_off_at, contract.zone).date(), days.until))
        pending = con.execute(
            f"SELECT DISTINCT day FROM cube_day_agent WHERE {this_indicator(contract, indicator.id)} AND part = 'state'"
            " AND word LIKE 'pending%'"
        ).fetchall()
        touched += [(day, day + DAY) for (day,) in pending]
    return list(_runs(terms.in_force, touched)), f"{len(spans)} changes" if spans else "the cut-off moved on"


def _runs(days: Days, touched: Sequence[tuple[date, date]]) -> Iterator[Days]:
    """Join half-open spans into runs of days, in order, within ``days``."""
    run: Days | None = None
    for since, until in sorted(touched):
        part = Days(since, max(since, until)).overlap(days)
        if not len(part):
            continue
        if run is not None and part.since <= run.until:
            run = Days(run.since, max(run.until, part.until))
        else:
            if run is not None:
                yield run
            run = part
    if run is not None:
        yield run


def by_month(days: Days) -> Iterator[Days]:
    """Cut days where months begin."""
    month = Month(days.since.year, days.since.month)
    while month.days.since < days.until:
        yield month.days.overlap(days)
        month = month.after(1)


def _count_month(
    months: Months, known: Days, definitions: Mapping[str, str], spans: Mapping[str, Sequence[tuple[date, date]]]
) -> None:
    """Count a month's dirty days again: the indicators that one scan answers share its rows, and so its dirty days."""
    con, contract = months.con, months.contract
    month = Month(known.since.year, known.since.month)
    asked = [months.asked(one, month.days) for one in contract.indicators if one.id in definitions]
    this_month = f"contract = {quoted(contract.contract)} AND month = DATE '{month.days.since}'"
    kept = set(con.execute(f"SELECT indicator, rows FROM cube_rows_in WHERE {this_month}").fetchall())
    con.execute(f"DELETE FROM cube_rows_in WHERE {this_month}")
    for (population, frame), asks in scans_for(question for question in asked if question is not None).items():
        said = [contract.contract, population, frame.days, frame.calendar, frame.options]
        said += [(ask.column, definitions[ask.column]) for ask in asks]
        rows = f"cube_rows_{sha256_hex(repr(said).encode())[:16]}"
        is_kept = all((ask.column, rows) in kept for ask in asks)
        touched = [span for ask in asks for span in spans[ask.column]] if is_kept else [(known.since, known.until)]
        for run in _runs(frame.days, touched):
            _count_again(months, population, replace(frame, days=run), asks, rows)
        for ask in asks:
            con.execute(
                f"INSERT INTO cube_rows_in SELECT {_this_sql(contract, ask.column)}, '{month.days.since}', '{rows}'"
            )


def _drop_unnamed_rows(con: duckdb.DuckDBPyConnection) -> None:
    for (table,) in con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'cube\\_rows\\_%' ESCAPE '\\'"
        " AND table_name <> 'cube_rows_in' AND table_name NOT IN (SELECT rows FROM cube_rows_in)"
    ).fetchall():
        con.execute(f"DROP TABLE {table}")


def _count_again(months: Months, population: str, frame: Frame, asks: Sequence[Ask], rows: str) -> None:
    """Count a run of days again, in each rollup: all that the engine can put in its tables by itself, it does."""
    con = months.con
    ids = ", ".join(quoted(ask.column) for ask in asks)
    for table in cube_tables():
        con.execute(
            f"DELETE FROM {table} WHERE contract = {quoted(months.contract.contract)} AND indicator IN ({ids})"
            f" AND {within(frame.days)}"
        )
    make_split_tables(con, frame)
    alone = [ask for ask in asks if ask.group is None]
    if alone:
        _keep_rows(months, population, frame, alone, rows)
        _put_amounts(months, alone)
        for table, dimensions in ROLLUPS.items():
            _put_items(months, alone, table, ("day", *dimensions), frame.days)
    for ask in asks:
        if ask.group is not None:
            for table, dimensions in ROLLUPS.items():
                _put_groups(months, population, frame, ask, table, dimensions)


def _keep_rows(months: Months, population: str, frame: Frame, asks: Sequence[Ask], rows: str) -> None:
    """Keep a narrow row an item of these days in the table ``rows``; ``scanned`` are these."""
    groups = {"day": "period_on", **{name: group_sql(name, frame.zone, frame.days) for name in DIMENSIONS}}
    columns = [f"{sql} AS {name}" for name, sql in groups.items()]
    columns += row_dimensions({}, months.vendor_kept, population_needs(population).log)
    scan = scan_select(population, frame, asks, columns)
    months.con.execute(f"CREATE TABLE IF NOT EXISTS {rows} AS FROM ({scan}) LIMIT 0")
    months.con.execute(f"DELETE FROM {rows} WHERE {within(frame.days)}")
    months.con.execute(f"INSERT INTO {rows} BY NAME {scan}")
    months.con.execute(f"CREATE OR REPLACE TEMP VIEW scanned AS FROM {rows} WHERE {within(frame.days)}")


def within(days: Days) -> str:
    """Return the condition that a row's day is one of these."""
    return f"day >= DATE '{days.since}' AND day < DATE '{days.until}'"


def _begin(months: Months, ask: Ask, by: Sequence[str]) -> str:
    return f"SELECT {_this_sql(months.contract, ask.column)}, {', '.join(by)}"


def _this_sql(contract: Contract, indicator: str) -> str:
    return f"{quoted(contract.contract)} AS contract, {quoted(indicator)} AS indicator"


def _counted_amounts(ask: Ask) -> str:
    counted = list(ask.metric.states).index("counted") + 1
    amount = f"{ask.column}_amount"
    return f"FROM scanned WHERE outside IS NULL AND {ask.column}_state = {counted} AND {amount} IS NOT NULL"


def _put_amounts(months: Months, asks: Sequence[Ask]) -> None:
    """Put the percentiles' amounts, each with its step, in the order in which a view looks for them."""
    for ask in asks:
        if ask.metric.aggregate == "percentile":
            amount = f"{ask.column}_amount"
            months.con.execute(
                f"INSERT INTO {AMOUNTS} BY NAME {_begin(months, ask, ('day', *DIMENSIONS))}, {amount} AS amount,"
                f" {step_sql(amount)} AS step, 1 AS n {_counted_amounts(ask)} ORDER BY step, amount"
            )


def _put_items(months: Months, asks: Sequence[Ask], table: str, by: Sequence[str], days: Days) -> None:
    """Put what was scanned into a rollup, by these dimensions."""
    con = months.con
    _aggregate(con, asks, by)
    for ask in asks:
        begin = _begin(months, ask, by)
        for rows in _rows_of(ask, begin):
            con.execute(f"INSERT INTO {table} BY NAME {rows} GROUP BY ALL")
        if ask.metric.aggregate != "percentile" and ask.metric.has_histogram:
            con.execute(
                f"INSERT INTO {table}_amount BY NAME {begin}, {ask.column}_amount AS amount, count(*) AS n"
                f" {_counted_amounts(ask)} GROUP BY ALL"
            )
        elif ask.metric.aggregate == "percentile" and table in STEPPED:
            con.execute(
                f"INSERT INTO {table}_step BY NAME"
                f" SELECT contract, indicator, {', '.join(by)}, step, sum(n) AS n, max(a.amount) AS amount"
                f" FROM {AMOUNTS} AS a WHERE {this_indicator(months.contract, ask.column)} AND {within(days)}"
                " GROUP BY ALL"
            )


def _aggregate(con: duckdb.DuckDBPyConnection, asks: Sequence[Ask], groups: Sequence[str]) -> None:
    """Make the temporary table ``counted``: how many items have each combination of groups and states."""
    keys = [*groups, "is_kept", "outside"]
    keys += [f"{ask.column}_state" for ask in asks]
    sums = [f"sum({ask.column}_amount) AS {ask.column}_sum" for ask in asks if ask.metric.amount is not None]
    sums += [f"sum({ask.column}_whole) AS {ask.column}_base" for ask in asks if ask.metric.whole is not None]
    wanted = ", ".join([*keys, "count(*) AS n", *sums])
    con.execute(f"CREATE OR REPLACE TEMP TABLE counted AS SELECT {wanted} FROM scanned GROUP BY ALL")


def _rows_of(ask: Ask, begin: str) -> Iterator[str]:
    """Yield the SELECTs of a cube's rows from ``counted``: counts by state and by reason outside, and the sums."""
    state, nought = f"{ask.column}_state", "CAST(0 AS DECIMAL(38, 6)) AS amount"
    words = ", ".join(quoted(word.removeprefix(f"{OUTSIDE}: ")) for word in ask.metric.states)
    outside = _codes(ask, lambda word: word.startswith(OUTSIDE))
    is_state = f"outside IS NULL AND {state} IS NOT NULL AND {state} NOT IN ({outside})"
    word = f"coalesce(outside, list_extract([{words}], {state}), {quoted(OUTSIDE_SCOPE)}) AS word"
    of_state = f"{word}, CAST(sum(n) AS BIGINT) AS n, {nought} FROM counted"
    yield f"{begin}, 'state' AS part, {of_state} WHERE {is_state}"
    yield f"{begin}, 'kept' AS part, {of_state} WHERE {is_state} AND is_kept"
    yield f"{begin}, 'outside' AS part, {of_state} WHERE NOT ({is_state})"
    if ask.metric.amount is not None:
        for part, of, codes in (
            ("sum", "sum", _codes(ask, ask.metric.sums)),
            ("base", "base" if ask.metric.whole else "sum", _codes(ask, ask.metric.bears)),
        ):
            yield (
                f"{begin}, '{part}' AS part, '' AS word, CAST(0 AS BIGINT) AS n,"
                f" coalesce(sum({ask.column}_{of}), 0) AS amount"
                f" FROM counted WHERE outside IS NULL AND {state} IN ({codes})"
            )


def _codes(ask: Ask, is_meant: Callable[[str], bool]) -> str:
    """Return the codes of the states that are meant; 0, which no state has, where none is."""
    return ", ".join(["0", *(str(code) for code, word in enumerate(ask.metric.states, 1) if is_meant(word))])


def _put_groups(months: Months, population: str, frame: Frame, ask: Ask, table: str, dimensions: Sequence[str]) -> None:
    """Put the counts of groups of items into a rollup, row by row: they are few."""
    columns = ", ".join(("contract", "indicator", "day", *dimensions, "part", "word", "n", "amount"))
    for tally in months.tallies(population, frame, [ask], ("day", *dimensions)):
        place = [months.contract.contract, tally.column, str(tally.group["day"])]
        place += [tally.group[name] for name in dimensions]
        counts = tally.counts
        for part, words in (("state", counts.states), ("outside", counts.outside), ("kept", counts.kept_by_vendor)):
            for word, n in words.items():
                texts = ", ".join(quoted(text) for text in [*place, part, word])
                months.con.execute(f"INSERT INTO {table} ({columns}) VALUES ({texts}, {n}, 0)")
