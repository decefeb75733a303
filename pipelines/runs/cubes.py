"""Cubes: a contract's indicators counted by day and a few dimensions, kept so that a view need not read the items.

Three rollups are declared; what they do not answer scans the items of the days asked for. Both ways give the same
``Counts``, and so the same digits. A cube knows base states (overrides lie over a closed month, in its evidence), and
what the logs knew when it was last brought up to date.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.zone import instant_to_local
from pipelines.ingest.items import assembly_digest
from pipelines.metrics.compose import OUTSIDE_SCOPE, Ask, percentile_in, population_options, scan_select, scans_for
from pipelines.metrics.declare import OUTSIDE, Metric, metric_named, population_needs, population_sql, quoted
from pipelines.metrics.frame import Frame, Laid
from pipelines.metrics.scope import Posting, contract_scope_sql, scope_sql
from pipelines.runs.calendars import calendar_for, calendars_digest, lay_out_calendars
from pipelines.runs.close_month import latest_instant
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.groups import GROUPS, group_sql
from pipelines.runs.states import (
    Tally,
    direct_tallies,
    make_split_tables,
    postings,
    prepare,
    row_dimensions,
    vendor_kept_sources,
)
from pipelines.runs.steps import STEPS, near_percentile, step_edges, step_sql
from pipelines.scoring.counts import Counts
from pipelines.warehouse.store import Warehouse

# The three rollups: table and dimensions, each by day. A view is answered by the first that has all it asks for.
ROLLUPS: Mapping[str, tuple[str, ...]] = {
    "cube_day_team_queue": ("team", "queue"),
    "cube_day_agent": ("agent",),
    "cube_hour_team_queue": ("hour", "team", "queue"),
}
STATE = (
    "cube_state (contract VARCHAR NOT NULL, indicator VARCHAR NOT NULL, definition VARCHAR NOT NULL,"
    " change_no BIGINT NOT NULL, cut_off_at TIMESTAMPTZ NOT NULL)"
)
DAY = timedelta(days=1)
CHAINED = 7 * DAY  # how long the attempts of one caller may be chained on after the first


@dataclass(frozen=True)
class Refreshed:
    """What bringing an indicator's cube up to date came to: how many days were counted again, and why."""

    indicator: str
    days: int
    why: str


@dataclass(frozen=True)
class _Months:
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
            "laid_out": STEPS,  # cubes of an earlier release had no steps
        }
        return sha256_hex(repr(sorted(said.items())).encode())


def _months_of(con: duckdb.DuckDBPyConnection, found: ReadContract, known_until: datetime) -> _Months:
    """Prepare the session for a contract's questions."""
    contract = found.source.model
    prepare(con)
    laid = lay_out_calendars(con, found.calendars, contract.zone, term_days(contract))
    roster = postings(con)
    return _Months(con, found, known_until, roster, vendor_kept_sources(con), calendars_digest(con), laid)


def refresh_cubes(home: Path, contract_name: str, *, now: datetime) -> list[Refreshed]:
    """Bring a contract's cubes up to date: count again the days that changes touch, whole or not at all.

    Dirty are the days of items that changed, the days before them that look ahead to such items, the days with pending
    items, and those that the cut-off had not passed; all days where the definition has changed.
    """
    with Warehouse(home) as warehouse:
        return refresh_in(warehouse.con, usable_contract(contract_name), now=now)


def refresh_in(con: duckdb.DuckDBPyConnection, found: ReadContract, *, now: datetime) -> list[Refreshed]:
    """Bring a contract's cubes up to date in an open store."""
    for table, dimensions in ROLLUPS.items():
        con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_columns(dimensions, 'part', 'word')})")
        con.execute(f"CREATE TABLE IF NOT EXISTS {table}_amount ({_columns(dimensions)})")
        con.execute(f"CREATE TABLE IF NOT EXISTS {table}_step ({_columns(dimensions)}, step SMALLINT NOT NULL)")
    con.execute(f"CREATE TABLE IF NOT EXISTS {STATE}")
    known_until = _known_until(con, now)
    if known_until is None:
        return []
    months = _months_of(con, found, known_until)
    con.execute("BEGIN")
    try:
        refreshed = _refreshed(months)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return refreshed


def _refreshed(months: _Months) -> list[Refreshed]:
    con, contract, known_until = months.con, months.contract, months.known_until
    days = _days_with_items(con, contract, known_until)
    dirty = {
        indicator.id: (indicator, definition, *_dirty(months, indicator, definition, days))
        for indicator in contract.indicators
        if len(days) and (definition := months.definition(indicator)) is not None
    }
    change_no = con.execute("SELECT coalesce(max(change_no), 0) FROM item_change").fetchall()[0][0]
    for (population, frame), asks in _scans(months, dirty.values()).items():
        _count_again(months, population, frame, asks)
    for name, (_, definition, _, _) in dirty.items():
        con.execute(f"DELETE FROM cube_state WHERE {_this(contract, name)}")
        con.execute(
            f"INSERT INTO cube_state VALUES ({quoted(contract.contract)}, {quoted(name)}, {quoted(definition)},"
            f" {change_no}, TIMESTAMPTZ {quoted(known_until.isoformat(sep=' '))})"
        )
    return [Refreshed(name, sum(map(len, runs)), why) for name, (_, _, runs, why) in dirty.items()]


def _columns(dimensions: Sequence[str], *more: str) -> str:
    texts = "".join(f"{name} VARCHAR NOT NULL, " for name in (*dimensions, *more))
    return (
        f"contract VARCHAR NOT NULL, indicator VARCHAR NOT NULL, day DATE NOT NULL, {texts}"
        "n BIGINT NOT NULL, amount DECIMAL(38, 6) NOT NULL"
    )


def _this(contract: Contract, indicator: str) -> str:
    return f"contract = {quoted(contract.contract)} AND indicator = {quoted(indicator)}"


def _known_until(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime | None:
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


def _dirty(months: _Months, indicator: Indicator, definition: str, days: Days) -> tuple[list[Days], str]:
    """Return the runs of days to count again, and why."""
    con, contract = months.con, months.contract
    terms = indicator_terms(contract, indicator, days)
    if terms is None:
        return [], "not in force yet"
    rows = con.execute(
        f"SELECT definition, change_no, cut_off_at FROM cube_state WHERE {_this(contract, indicator.id)}"
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
            f"SELECT DISTINCT day FROM cube_day_agent WHERE {_this(contract, indicator.id)} AND part = 'state'"
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


def _scans(
    months: _Months, dirty: Iterable[tuple[Indicator, str, list[Days], str]]
) -> dict[tuple[str, Frame], list[Ask]]:
    """Put together the indicators that one scan can answer: of one population, reading and run of days of a month."""
    questions = [
        months.asked(indicator, days) for indicator, _, runs, _ in dirty for run in runs for days in by_month(run)
    ]
    return scans_for(question for question in questions if question is not None)


def by_month(days: Days) -> Iterator[Days]:
    """Cut days where months begin."""
    month = Month(days.since.year, days.since.month)
    while month.days.since < days.until:
        yield month.days.overlap(days)
        month = month.after(1)


def _count_again(months: _Months, population: str, frame: Frame, asks: Sequence[Ask]) -> None:
    """Count a run of days again, in each rollup: all that the engine can put in its tables by itself, it does."""
    con, contract = months.con, months.contract
    ids = ", ".join(quoted(ask.column) for ask in asks)
    alone = [ask for ask in asks if ask.group is None]
    make_split_tables(con, frame)
    if alone:  # one scan for all rollups: a narrow row an item
        names = dict.fromkeys(name for dimensions in ROLLUPS.values() for name in dimensions)
        groups = {"day": "period_on", **{name: group_sql(name, frame.zone, frame.days) for name in names}}
        columns = row_dimensions(groups, months.vendor_kept, population_needs(population).log)
        con.execute(f"CREATE OR REPLACE TEMP TABLE scanned AS {scan_select(population, frame, alone, columns)}")
    for table, dimensions in ROLLUPS.items():
        for name in (table, f"{table}_amount", f"{table}_step"):
            con.execute(
                f"DELETE FROM {name} WHERE contract = {quoted(contract.contract)} AND indicator IN ({ids})"
                f" AND day >= DATE '{frame.days.since}' AND day < DATE '{frame.days.until}'"
            )
        if alone:
            by = {name: f"g{number}" for number, name in enumerate(groups) if name in ("day", *dimensions)}
            _put_items(months, alone, table, by, frame.days)
        for ask in asks:
            if ask.group is not None:
                _put_groups(months, population, frame, ask, table, dimensions)


def _put_items(months: _Months, asks: Sequence[Ask], table: str, by: Mapping[str, str], days: Days) -> None:
    """Put what was scanned into a rollup: ``by`` names its dimensions, and the columns that hold them."""
    _aggregate(months.con, asks, list(by.values()))
    place = "".join(f", {column} AS {name}" for name, column in by.items())
    for ask in asks:
        begin = f"SELECT {quoted(months.contract.contract)} AS contract, {quoted(ask.column)} AS indicator{place}"
        for rows in _rows_of(ask, begin):
            months.con.execute(f"INSERT INTO {table} BY NAME {rows} GROUP BY ALL")
        if ask.metric.has_histogram:
            counted = list(ask.metric.states).index("counted") + 1
            months.con.execute(
                f"INSERT INTO {table}_amount BY NAME {begin}, {ask.column}_amount AS amount, count(*) AS n"
                f" FROM scanned WHERE outside IS NULL AND {ask.column}_state = {counted}"
                f" AND amount IS NOT NULL GROUP BY ALL ORDER BY amount"
            )
            if ask.metric.aggregate == "percentile":
                _put_steps(months, ask, table, by, days)


def _put_steps(months: _Months, ask: Ask, table: str, by: Iterable[str], days: Days) -> None:
    """Count a percentile's amounts by steps, each with its greatest amount."""
    columns = ", ".join(("contract", "indicator", *by))
    months.con.execute(
        f"INSERT INTO {table}_step BY NAME SELECT {columns}, {step_sql('a.amount')} AS step,"
        f" CAST(sum(n) AS BIGINT) AS n, max(a.amount) AS amount FROM {table}_amount AS a"
        f" WHERE {_this(months.contract, ask.column)} AND day >= DATE '{days.since}' AND day < DATE '{days.until}'"
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


def _put_groups(
    months: _Months, population: str, frame: Frame, ask: Ask, table: str, dimensions: Sequence[str]
) -> None:
    """Put the counts of groups of items into a rollup, row by row: they are few."""
    for tally in months.tallies(population, frame, [ask], ("day", *dimensions)):
        place = [months.contract.contract, tally.column, str(tally.group["day"])]
        place += [tally.group[name] for name in dimensions]
        counts = tally.counts
        for part, words in (("state", counts.states), ("outside", counts.outside), ("kept", counts.kept_by_vendor)):
            for word, n in words.items():
                texts = ", ".join(quoted(text) for text in [*place, part, word])
                months.con.execute(f"INSERT INTO {table} VALUES ({texts}, {n}, 0)")


@dataclass(frozen=True)
class View:
    """Counts of one indicator by groups, and what gave them: a rollup's table, or ``items``.

    A percentile's amounts are exact where the ``percentile`` may lie; elsewhere a step's stand at its greatest.
    """

    counts: Mapping[tuple[str, ...], Counts]
    metric: Metric
    answered_by: str
    percentile: Decimal | None = None


def view(
    home: Path,
    contract_name: str,
    indicator: str,
    days: Days,
    *,
    now: datetime,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> View:
    """Return an indicator's counts over ``days`` by groups (day, hour, team, queue …), for those of ``where``.

    A rollup that has every dimension asked for answers; else the items of these days are scanned.
    """
    found = usable_contract(contract_name)
    with Warehouse(home, read_only=True) as warehouse:
        return view_in(warehouse.con, found, indicator, days, now=now, by=by, where=where or {})


def view_in(
    con: duckdb.DuckDBPyConnection,
    found: ReadContract,
    indicator: str,
    days: Days,
    *,
    now: datetime,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]],
) -> View:
    """Answer a view on an open store, as a server does that keeps its connection and its contract."""
    contract = found.source.model
    one = _indicator(contract, indicator)
    refuse_if_any(
        Problem("view", f"There is no group {name!r}.", f"Use any of: {', '.join(GROUPS)}.", "measure.group")
        for name in {*by, *where} - set(GROUPS)
    )
    state = _state_of(con, contract, indicator)
    asked = {*by, *where} - {"day", "month"}
    table = next((name for name, dimensions in ROLLUPS.items() if asked <= set(dimensions)), None)
    metric = metric_named(one.worst_of[0].metric if one.worst_of else one.metric)  # as its cube counts
    percentile = _percentile_of(contract, one, metric, days)
    if table is not None and state is not None:
        counts = _from_cube(con, contract, table, indicator, days, by, where, metric, percentile)
        return View(counts, metric, table, percentile)
    counts = _scanned(con, found, one, days, state or _known_until(con, now), by, where)
    return View(counts, metric, "items", percentile)


def _percentile_of(contract: Contract, indicator: Indicator, metric: Metric, days: Days) -> Decimal | None:
    """Return which percentile is asked for, by the terms of the last of these days that has any."""
    if metric.aggregate != "percentile":
        return None
    terms = indicator_terms(contract, indicator, days)
    values = {} if terms is None else {name: pieces[-1].value for name, pieces in terms.terms.items()}
    return percentile_in(values) or Decimal(metric.terms["percentile"].default)


def _indicator(contract: Contract, indicator: str) -> Indicator:
    for one in contract.indicators:
        if one.id == indicator:
            return one
    raise Refused(
        Problem(
            where=f"contract {contract.contract}",
            what=f"It has no indicator {indicator!r}.",
            mend="It has: " + ", ".join(known.id for known in contract.indicators) + ".",
            code="view.no_indicator",
        )
    )


def _state_of(con: duckdb.DuckDBPyConnection, contract: Contract, indicator: str) -> datetime | None:
    """Return up to when the indicator's cube knows, or None where it was never made."""
    if not con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'cube_state'").fetchall()[0][0]:
        return None
    rows = con.execute(f"SELECT cut_off_at FROM cube_state WHERE {_this(contract, indicator)}").fetchall()
    return rows[0][0] if rows else None


def _from_cube(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    indicator: str,
    days: Days,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
    metric: Metric,
    percentile: Decimal | None,
) -> dict[tuple[str, ...], Counts]:
    named = {"day": "CAST(day AS VARCHAR)", "month": "strftime(day, '%Y-%m')"}
    conditions = [_this(contract, indicator), f"day >= DATE '{days.since}'", f"day < DATE '{days.until}'"]
    conditions += [f"{named.get(name, name)} IN ({', '.join(map(quoted, values))})" for name, values in where.items()]
    where_sql = " AND ".join(conditions)
    groups = "".join(f"{named.get(name, name)}, " for name in by)
    found: dict[tuple[str, ...], Counts] = {}
    for *group, part, word, n, amount in con.execute(
        f"SELECT {groups}part, word, CAST(sum(n) AS BIGINT), sum(amount) FROM {table} WHERE {where_sql} GROUP BY ALL"
    ).fetchall():
        counts = found.setdefault(tuple(group), Counts())
        if part == "sum":
            counts.amount += amount
        elif part == "base":
            counts.base += amount
        else:
            {"state": counts.states, "outside": counts.outside, "kept": counts.kept_by_vendor}[part][word] += n
    if percentile is not None:
        steps = con.execute(
            f"SELECT {groups}step, CAST(sum(n) AS BIGINT), max(amount) FROM {table}_step WHERE {where_sql}"
            " GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        near = near_percentile(found, steps, percentile)
        edges = [edge for *_, step in near for edge in step_edges(step)]
        where_sql += f" AND amount >= {min(edges, default=0)} AND amount < {max(edges, default=0)}"
        for *group, step, amount, n in con.execute(
            f"SELECT {groups}{step_sql('amount')} AS step, amount, CAST(sum(n) AS BIGINT) FROM {table}_amount"
            f" WHERE {where_sql} GROUP BY ALL"
        ).fetchall():
            if (*group, step) in near:
                found[tuple(group)].histogram[amount] = n
    elif metric.has_histogram:
        for *group, amount, n in con.execute(
            f"SELECT {groups}amount, CAST(sum(n) AS BIGINT) FROM {table}_amount WHERE {where_sql} GROUP BY ALL"
        ).fetchall():
            found[tuple(group)].histogram[amount] = n
    return found


def _scanned(
    con: duckdb.DuckDBPyConnection,
    found: ReadContract,
    indicator: Indicator,
    days: Days,
    known_until: datetime | None,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
) -> dict[tuple[str, ...], Counts]:
    """Count the items of ``days`` whose groups are those of ``where``, month by month."""
    counts: dict[tuple[str, ...], Counts] = {}
    if known_until is None:
        return counts
    months = _months_of(con, found, known_until)
    for part in by_month(days):
        question = months.asked(indicator, part)
        if question is None:
            continue
        ask, frame = question
        named = {name: group_sql(name, frame.zone, frame.days) for name in dict.fromkeys([*by, *where])}
        for tally in direct_tallies(
            con, ask.population, frame, [ask], by=named, vendor_kept=months.vendor_kept, where=where
        ):
            group = tuple(tally.group[name] for name in by)
            counts[group] = counts.get(group, Counts()) + tally.counts
    return counts
