"""A month's items under other readings than ours, counted: what a vendor's figure is compared with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.contract.resolve import IndicatorTerms
from pipelines.contract.resolve import Question as Asked
from pipelines.core.dated import Piece
from pipelines.core.event import EVENT_TABLES
from pipelines.core.period import Days
from pipelines.core.zone import day_begins_at
from pipelines.ingest.items import assembled_as_of, assembled_of_first_versions
from pipelines.ingest.trace import lay_delivered_again
from pipelines.metrics.compose import OUTSIDE_SCOPE, Ask, scans_for
from pipelines.metrics.declare import quoted
from pipelines.metrics.frame import Frame, Laid, local_day_sql, local_hour_sql
from pipelines.metrics.readings import other_readings, pairs_of_readings
from pipelines.metrics.scope import Posting
from pipelines.runs.calendars import lay_out_calendars
from pipelines.runs.contracts import ReadContract
from pipelines.runs.evidence import asked_of
from pipelines.runs.states import Override, lay_overrides, make_wide, postings, prepare, tallies, vendor_kept_sources
from pipelines.scoring.counts import Counts
from pipelines.scoring.difference import AGAIN, AMOUNT, DELIVERED, LISTED, Change, Reading
from pipelines.sources.vendor_report import ListedItem
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.other_hours import other_hours

MOST_AMOUNTS = 20_000  # beyond, a cut at some amount would fit by chance
OURS: tuple[tuple[str, str], ...] = ()
FIRST_VERSIONS = "first"


@dataclass(frozen=True)
class Question:
    """One reading of one indicator, ready to be asked: what is other than ours, and how it is counted."""

    cause: str
    name: tuple[tuple[str, str], ...]
    ask: Ask
    frame: Frame
    size: int = 1
    code: str | None = None  # the report's, where its list of items splits them
    is_decided: bool = True  # with the decisions on single items laid over


@dataclass(frozen=True)
class Turned:
    """How many items stand in another state in one reading than in another, and some of them."""

    before: str
    after: str
    n: int
    some: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Run:
    """What the scans of one session share."""

    con: duckdb.DuckDBPyConnection
    found: ReadContract
    days: Days
    cut_off_at: datetime
    vendor_kept: Sequence[str]
    postings: Sequence[Posting]
    laid: Laid

    @property
    def frame(self) -> Frame:
        """What every question's frame has."""
        return Frame(self.days, self.found.source.model.zone, self.cut_off_at, laid=self.laid)


@dataclass
class Bench:
    """One session over the month's items: counts any reading of any indicator, with the decisions laid over."""

    run: Run
    overrides: Sequence[Override]
    warehouse: Warehouse
    knows_delivered: bool = False

    def ours(self, terms: IndicatorTerms) -> Question:
        """Return the contract's own reading."""
        return self._asked(terms.question)

    def _asked(self, question: Asked) -> Question:
        run = self.run
        return Question("", OURS, *asked_of(question, run.found, run.frame, run.postings, run.vendor_kept))

    def definitions(self, terms: IndicatorTerms, claimed: Mapping[str, str], *, pairs: bool = False) -> list[Question]:
        """Return the other definitions: what the vendor says it measured by first, then one term at a time (or two)."""
        found = pairs_of_readings(terms.metric, terms.terms) if pairs else other_readings(terms.metric, terms.terms)
        if claimed and not pairs:
            found = [dict(claimed), *(one for one in found if one != dict(claimed))]
        return [self._defined(terms, changed) for changed in found]

    def _defined(self, terms: IndicatorTerms, changed: Mapping[str, str]) -> Question:
        pieces = {**terms.terms, **{name: [Piece(terms.in_force, value, "asked")] for name, value in changed.items()}}
        own = self._asked(replace(terms.question, terms=pieces))
        return Question("definition", tuple(sorted(changed.items())), own.ask, own.frame, size=len(changed))

    def lay_other_calendars(self) -> None:
        """Lay out the other readings of the contract's calendars beside them."""
        found = self.run.found
        calendars = dict(found.calendars)
        for name, calendar in found.calendars.items():
            calendars |= {f"{name}:{other}": hours for other, hours in other_hours(calendar).items()}
        laid = lay_out_calendars(self.run.con, calendars, found.source.model.zone, self.run.days)
        self.run = replace(self.run, laid=laid)

    def other_calendars(self, terms: IndicatorTerms) -> list[Question]:
        """Return the readings by other service hours and holidays."""
        own = self.ours(terms)
        if own.frame.calendar is None:
            return []
        others = other_hours(self.run.found.calendars[own.frame.calendar])
        return [
            Question(
                "calendar", (("hours", name),), own.ask, replace(own.frame, calendar=f"{own.frame.calendar}:{name}")
            )
            for name in others
        ]

    def known_at_months_end(self, terms: IndicatorTerms) -> list[Question]:
        """Return the reading by what the logs said when the month was over."""
        own, zone = self.ours(terms), self.run.found.source.model.zone
        ends_at = day_begins_at(self.run.days.until, zone)
        if own.frame.cut_off_at <= ends_at:
            return []
        return [Question("corrections", (("cut_off", str(ends_at)),), own.ask, replace(own.frame, cut_off_at=ends_at))]

    def without_decisions(self, terms: IndicatorTerms) -> list[Question]:
        """Return the reading without exclusions, granted appeals and whatever else was decided on single items."""
        own = self.ours(terms)
        name = (("decisions", "none"),)
        return [replace(own, cause="corrections", name=name, is_decided=False)] if self.overrides else []

    def others(self, terms: IndicatorTerms, claimed: Mapping[str, str]) -> list[Question]:
        """Return every reading that differs from ours in one thing; what the vendor says it measured by comes first."""
        return [
            *self.definitions(terms, claimed),
            *self.without_decisions(terms),
            *self.known_at_months_end(terms),
            *self.other_calendars(terms),
        ]

    def count(self, questions: Sequence[Question], *, splits: Sequence[str] = ()) -> list[Reading]:
        """Count readings, each population once a frame; split by day, queue, team … where asked."""
        numbered = {f"r{number}": question for number, question in enumerate(questions)}
        found: dict[str, Reading] = {}
        for is_decided in (True, False):
            some = {column: q for column, q in numbered.items() if q.is_decided == is_decided}
            asked = [(replace(q.ask, column=column), q.frame) for column, q in some.items()]
            for (population, frame), asks in scans_for(asked).items():
                states = self._lay_out("reading", population, frame, asks, is_decided=is_decided)
                found |= {ask.column: self._read(ask, states, frame, numbered[ask.column], splits) for ask in asks}
        return [found[column] for column in numbered]

    def _read(
        self, ask: Ask, states: Mapping[str, Sequence[str]], frame: Frame, question: Question, splits: Sequence[str]
    ) -> Reading:
        known = self._splits(ask, frame, question.code) if splits or question.code else {}
        cells = {name: self._tally(ask, states, known[name]) for name in (*splits, LISTED) if name in known}
        whole = self._tally(ask, states, "'all'").get("all", Counts())
        return Reading(question.cause, question.name, whole, cells, question.size)

    def _lay_out(
        self, table: str, population: str, frame: Frame, asks: Sequence[Ask], *, is_decided: bool
    ) -> dict[str, list[str]]:
        states = make_wide(self.run.con, table, population, frame, asks)
        lay_overrides(self.run.con, table, asks, states, self.overrides if is_decided else ())
        return states

    def _splits(self, ask: Ask, frame: Frame, code: str | None) -> dict[str, str]:
        """Return the splits of an indicator's items, each an expression over a wide row."""
        hour = f"lpad(CAST({local_hour_sql('arrival_at', frame.zone, frame.days)} AS VARCHAR), 2, '0')"
        splits = {
            "day": "CAST(period_on AS VARCHAR)",
            "queue": "coalesce(queue, '')",
            "team": "coalesce(team, '')",
            "agent": "coalesce(agent_id, '')",
            "hour": f"CAST(period_on AS VARCHAR) || ' ' || {hour}",
        }
        if ask.population == "chat_round":  # who leaves out a day's sessions leaves out what follows midnight too
            begun_on = local_day_sql("s.first_at", frame.zone, frame.days)
            splits["session"] = (
                f"coalesce((SELECT CAST(min({begun_on}) AS VARCHAR) FROM item_session s WHERE s.source = item_source"
                " AND s.session_id = regexp_replace(item_id, '#[0-9]+$', '')), '')"
            )
        if ask.metric.amount is not None and ask.group is None:
            amounts = self.run.con.execute(f"SELECT count(DISTINCT {ask.column}_amount) FROM reading").fetchall()[0][0]
            if amounts <= MOST_AMOUNTS:
                splits[AMOUNT] = f"coalesce(CAST({ask.column}_amount AS VARCHAR), '')"
        if self.knows_delivered:
            whole = "regexp_replace(item_id, '#[0-9]+$', '')"  # a round is delivered with its session
            splits[DELIVERED] = (
                f"CASE WHEN (item_source, {whole}) IN (SELECT (source, item) FROM delivered_again)"
                f" THEN '{AGAIN}' ELSE 'once' END"
            )
        if code is not None:
            splits[LISTED] = (
                "CAST(coalesce((SELECT sum(times) FROM listed_item l"
                f" WHERE l.code = {quoted(code)} AND l.item = item_id"
                " AND coalesce(l.source, item_source) = item_source)"
                ", 0) AS VARCHAR)"
            )
        return splits

    def _tally(self, ask: Ask, states: Mapping[str, Sequence[str]], sql: str) -> dict[str, Counts]:
        found = tallies(self.run.con, "reading", [ask], states, by={"cell": sql}, vendor_kept=self.run.vendor_kept)
        return {str(tally.group["cell"]): tally.counts for tally in found}

    def lay_delivered(self, archive_key: bytes | None) -> bool:
        """Lay out the items that files deliver more than once, as a split; say whether there are any."""
        self.knows_delivered = lay_delivered_again(self.warehouse, archive_key=archive_key) > 0
        return self.knows_delivered

    def lay_list(self, lists: Mapping[str, Iterable[ListedItem]]) -> None:
        """Lay out the vendor's lists of items, to be joined to ours."""
        con = self.run.con
        con.execute(
            "CREATE OR REPLACE TEMP TABLE listed_item (code VARCHAR, source VARCHAR, item VARCHAR, times BIGINT)"
        )
        rows = [(code, one.source, one.item, one.times) for code, found in lists.items() for one in found]
        if rows:
            con.executemany("INSERT INTO listed_item VALUES (?, ?, ?, ?)", rows)

    def strangers(self, ours: Question, limit: int) -> list[Turned]:
        """Return the items of the vendor's list that do not count with us, by the state that they have."""
        self._one("ours", ours)
        state = f"coalesce({_said('ours')}, 'in no log')"
        return self._turned(
            "'listed'",
            state,
            ("coalesce(ours.item_source, l.source, '')", "l.item"),
            "listed_item l LEFT JOIN ours ON ours.item_id = l.item AND coalesce(l.source, ours.item_source)"
            f" = ours.item_source WHERE l.code = {quoted(ours.code or '')}"
            f" AND split_part({state}, ':', 1) NOT IN ('met', 'missed', 'counted')",
            limit,
        )

    def turned(self, ours: Question, theirs: Question, limit: int) -> list[Turned]:
        """Return the items whose state is another in their reading than in ours."""
        self._one("ours", ours)
        self._one("theirs", theirs)
        one, other = _said("ours"), _said("theirs")
        return self._turned(
            f"coalesce({one}, 'not there')",
            f"coalesce({other}, 'not there')",
            ("coalesce(ours.item_source, theirs.item_source)", "coalesce(ours.item_id, theirs.item_id)"),
            "ours FULL JOIN theirs ON ours.item_source = theirs.item_source AND ours.item_id = theirs.item_id"
            f" WHERE {one} IS DISTINCT FROM {other}",
            limit,
        )

    def among(self, ours: Question, change: Change, limit: int) -> list[Turned]:
        """Return the items of a change's cells, by the state that they have with us."""
        self._one("ours", ours)
        cell = self._splits(replace(ours.ask, column="q"), ours.frame, ours.code)[change.by]
        after = "'left out'" if change.cause == "missing" else "'counted again'"
        where = f"ours WHERE outside IS NULL AND {cell} IN ({', '.join(map(quoted, change.cells))})"
        return self._turned(_said("ours"), after, ("item_source", "item_id"), where, limit)

    def _one(self, table: str, question: Question) -> None:
        """Lay one reading out in a table of its own, states in words."""
        ask = replace(question.ask, column="q")
        ((population, frame),) = scans_for([(ask, question.frame)])
        states = self._lay_out("reading", population, frame, [ask], is_decided=question.is_decided)
        listed = ", ".join(quoted(state) for state in states["q"])
        self.run.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS"
            f" SELECT *, list_extract([{listed}], q_state) AS q_said FROM reading"
        )

    def _turned(self, before: str, after: str, item: tuple[str, str], source: str, limit: int) -> list[Turned]:
        rows = self.run.con.execute(
            "SELECT before, after, count(*), list({source: source, item: item} ORDER BY source, item)\n"
            f"FROM (SELECT {before} AS before, {after} AS after, {item[0]} AS source, {item[1]} AS item FROM {source})"
            "\nGROUP BY ALL ORDER BY 3 DESC, 1, 2"
        ).fetchall()
        return [Turned(b, a, n, tuple((one["source"], one["item"]) for one in some[:limit])) for b, a, n, some in rows]


def _said(table: str) -> str:
    """Return an item's state in words; what is not of the population says why."""
    return (
        f"CASE WHEN {table}.outside IS NOT NULL THEN 'outside: ' || {table}.outside"
        f" WHEN {table}.item_id IS NOT NULL THEN coalesce({table}.q_said, 'outside: {OUTSIDE_SCOPE}') END"
    )


def opened(
    home: Path, found: ReadContract, days: Days, cut_off_at: datetime, overrides: Sequence[Override], known: str = ""
) -> Iterator[Bench]:
    """Give a bench over the month's items, its calendars laid out; once, then it closes.

    ``known``: as the logs stood at that instant, or ``first`` as each record said when it first came; else as they are.
    """
    with Warehouse(home, read_only=True) as warehouse:
        con = warehouse.con
        if known:
            first = known == FIRST_VERSIONS
            list(assembled_of_first_versions(con) if first else assembled_as_of(con, datetime.fromisoformat(known)))
        prepare(con)
        laid = lay_out_calendars(con, found.calendars, found.source.model.zone, days)
        run = Run(con, found, days, cut_off_at, vendor_kept_sources(con), postings(con), laid)
        yield Bench(run, overrides, warehouse)


def in_vintage(
    home: Path,
    found: ReadContract,
    days: Days,
    cut_off_at: datetime,
    overrides: Sequence[Override],
    terms: Sequence[IndicatorTerms],
    known: str,
) -> list[Reading]:
    """Return our reading of each indicator by what was known then: of late and corrected logs only what had come."""
    if known != FIRST_VERSIONS:
        cut_off_at = min(cut_off_at, datetime.fromisoformat(known))
    for bench in opened(home, found, days, cut_off_at, overrides, known):
        readings = bench.count([bench.ours(one) for one in terms])
        return [replace(one, cause="corrections", name=(("known", known),)) for one in readings]
    return []


def has_corrections(bench: Bench) -> bool:
    """Say whether any record came in several versions, or contradicts another."""
    for event in EVENT_TABLES.values():
        key = ", ".join(f'"{column.name}"' for column in event.key)
        several = f"SELECT 1 FROM {event.table_name} GROUP BY source, {key} HAVING count(*) > 1 LIMIT 1"
        if bench.run.con.execute(several).fetchall():
            return True
    return False
