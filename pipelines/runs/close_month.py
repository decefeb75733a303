"""Closing a month: terms by day, one scan a population, verdicts, lines, totals, evidence, a statement."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract.model import Contract
from pipelines.contract.resolve import Question, month_questions, month_terms, term_days
from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Days, Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.zone import day_begins_at
from pipelines.ingest.items import assembled_as_of
from pipelines.metrics.compose import Ask, population_options, scans_for
from pipelines.metrics.declare import Metric, population_needs, quoted
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import Posting, scope_sql
from pipelines.runs.calendars import calendar_for, calendars_digest, lay_out_calendars
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.facts import charged_by_item, day_counts, day_kinds, incidents_in
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.raw import EVENTS_OF
from pipelines.runs.statements import (
    ID_DIGITS,
    StatementRef,
    as_it_would_be,
    evidence_folder,
    keep,
    list_statements,
    read_statement,
)
from pipelines.runs.states import (
    Override,
    Tally,
    lay_overrides,
    make_wide,
    postings,
    prepare,
    tallies,
    vendor_kept_sources,
)
from pipelines.scoring.judge import judge
from pipelines.settlement.facts import Carried, Facts, Incident, Past, past_of
from pipelines.settlement.lines import tax_rate
from pipelines.settlement.statement import Inputs, body, statement_hash
from pipelines.settlement.totals import settle
from pipelines.warehouse.store import Warehouse

Progress = Callable[[str], None]

# Instants after which nothing is known: the latest that any log speaks of.
LATEST_INSTANTS = {
    "event_call": ("arrived_at", "queued_at", "answered_at", "ended_at", "callback_reached_at"),
    "event_chat": ("at",),
    "event_mail": ("at",),
    "event_case": ("at",),
    "event_survey": ("answered_at",),
    "event_inspection": ("inspected_at",),
    "event_agent_state": ("since_at", "until_at"),
}


@dataclass(frozen=True)
class ClosedMonth:
    """A closed month: its statement, whether that is a new version, and what the linter said of the contract."""

    ref: StatementRef
    body: Mapping[str, Any]
    is_new: bool
    warnings: Sequence[Problem]


def close_month(
    home: Path,
    contract_name: str,
    month: Month,
    *,
    now: datetime,
    cut_off_at: datetime | None = None,
    as_of: datetime | None = None,
    progress: Progress = lambda _: None,
) -> ClosedMonth:
    """Measure, judge and settle a month under its contract, and keep the statement with its evidence.

    ``cut_off_at``: what lies after it is unknown; by default the later of the month's end and the last instant that the
    logs speak of, but never after ``now``. ``as_of``: only what was loaded and decided by then; such a look back is
    shown and not kept. The same inputs give the same bytes, and no new version.
    """
    found = usable_contract(contract_name)
    contract = found.source.model
    days = term_days(contract).overlap(month.days)
    if not len(days):
        raise Refused(
            Problem(
                where=found.source.where("term"),
                what=f"The contract does not hold in {month}: it runs {term_days(contract)}.",
                mend="Name a month that lies in its term.",
                code="close.outside_term",
            )
        )
    warnings = [*found.warnings, *_too_early(contract, month, cut_off_at, min(now, as_of or now))]
    refuse_if_any(warnings)
    with Warehouse(home, read_only=True) as warehouse:
        con = warehouse.con
        if as_of is not None:
            for table in assembled_as_of(con, as_of):
                progress(f"{table} as of {as_of}")
        prepare(con)
        cut_off_at = cut_off_at or default_cut_off(con, contract, month, min(now, as_of or now))
        spans = lay_out_calendars(con, found.calendars, contract.zone, days)
        run = MonthRun(con, found, days, cut_off_at, vendor_kept_sources(con), postings(con), spans, progress)
        terms = month_terms(contract, month.days)
        overrides = overrides_as_of(home, min(now, as_of or now))
        scratch = home / "evidence" / f".part-{os.getpid()}"
        questions = month_questions(contract, month.days)
        tally, evidence, applied, stale, incidents = run.measure(questions, charged_by_item(terms), overrides, scratch)
        con.execute(f"COPY calendar_day TO {quoted(str(scratch / 'calendar_day.parquet'))} (FORMAT parquet)")
        facts = Facts(day_counts(tally), incidents, day_kinds(con))
        past = past_into(home, contract, month, min(now, as_of or now))
        judged = [judge(t, facts.counts, carried=past.carried_items.get(t.id, ())) for t in terms]
        settled = settle(contract, month.days, judged, facts, past)
        statement = body(
            contract,
            month,
            judged,
            settled,
            Inputs(
                contract_digest=found.source.digest,
                amendments=[],
                calendars_digest=calendars_digest(con),
                loads=loads_behind(con, evidence, scratch),
                overrides=[_override_row(one) for one in applied],
                stale_overrides=[_override_row(one) for one in stale],
                evidence=evidence,
                cut_off_at=cut_off_at,
            ),
        )
    warnings += _to_close_again(home, contract, month, settled.totals["carried_out"])
    if as_of is not None:
        shutil.rmtree(scratch)
        return ClosedMonth(as_it_would_be(home, statement, now), statement, is_new=False, warnings=warnings)
    ref, is_new = keep_with_evidence(home, statement, scratch, now)
    return ClosedMonth(ref, statement, is_new, warnings)


def _too_early(contract: Contract, month: Month, cut_off_at: datetime | None, now: datetime) -> list[Problem]:
    """Say what a month that is not over, or a cut-off inside it, does to the figures; refuse a cut-off yet to come."""
    ends_at = day_begins_at(month.days.until, contract.zone)
    if cut_off_at is not None and cut_off_at > now:
        return [
            Problem(
                where="--cut-off",
                what=f"{cut_off_at.isoformat()} lies in the future; what is open would be missed for want of logs.",
                mend="Name an instant that has passed, or none.",
                code="close.future_cut_off",
            )
        ]
    if min(cut_off_at or ends_at, now) >= ends_at:
        return []
    return [
        Problem(
            where=str(month),
            what="Only a part of the month is known, and its fees are whole: its verdicts and money are provisional.",
            mend="Close it again when it is over.",
            code="close.month_not_over",
            severity="warning",
        )
    ]


def _to_close_again(home: Path, contract: Contract, month: Month, carried_out: Decimal) -> list[Problem]:
    """Say that a later month was closed before this one carried something out."""
    after = str(month.after(1))
    closed = [ref for ref in list_statements(home) if (ref.contract, ref.month) == (contract.contract, after)]
    if not closed or not carried_out:
        return []
    return [
        Problem(
            where=str(month),
            what=f"{carried_out} is carried out, and {after} was closed already, perhaps without it.",
            mend=f"Close {after} again.",
            code="close.later_month_closed",
            severity="warning",
        )
    ]


def past_into(home: Path, contract: Contract, month: Month, known_at: datetime) -> Past:
    """Return what the months before left behind, by the latest statement that was closed by ``known_at``."""
    closed = [
        ref
        for ref in list_statements(home)
        if ref.contract == contract.contract
        and ref.month < str(month)
        and datetime.fromisoformat(ref.closed_at) <= known_at
    ]
    if not closed:
        return Past()
    latest = max(closed, key=lambda ref: (ref.month, ref.version))
    before = read_statement(home, latest.id)
    amount = Decimal(before["totals"]["carried_out"])
    is_net = contract.tax.deductions_as == "price_reduction"  # otherwise its tax is in it
    rate = tax_rate(contract, Month.parse(latest.month).days) if is_net else None
    carried = Carried(amount, f"{latest.month}, statement {latest.id}", rate) if amount else None
    return past_of(before["outlook"], carried) if "outlook" in before else Past(carried=carried)


def latest_instant(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the last instant that any log speaks of, or None before anything is loaded."""
    parts = [
        f'SELECT max("{column}") AS known_at FROM {table}' for table, cs in LATEST_INSTANTS.items() for column in cs
    ]
    found: datetime | None = con.execute(f"SELECT max(known_at) FROM ({' UNION ALL '.join(parts)})").fetchall()[0][0]
    return found


def default_cut_off(con: duckdb.DuckDBPyConnection, contract: Contract, month: Month, now: datetime) -> datetime:
    """Return the later of the month's end and the last instant any log speaks of, but not after ``now``."""
    latest = latest_instant(con)
    ends_at = day_begins_at(month.days.until, contract.zone)
    return min(now, max(ends_at, latest) if latest else ends_at)


@dataclass(frozen=True)
class MonthRun:
    """What the scans of one month share."""

    con: duckdb.DuckDBPyConnection
    found: ReadContract
    days: Days
    cut_off_at: datetime
    vendor_kept: Sequence[str]
    postings: Sequence[Posting]
    spans: int
    progress: Progress

    def measure(
        self, asked: Sequence[Question], by_item: set[str], overrides: Sequence[Override], scratch: Path
    ) -> tuple[list[Tally], dict[str, dict[str, Any]], list[Override], list[Override], dict[str, list[Incident]]]:
        """Scan each population once.

        Returns the tallies by day, the evidence, the overrides applied and stale, and the items charged one by one.
        """
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        found: list[Tally] = []
        evidence: dict[str, dict[str, Any]] = {}
        applied: set[Override] = set()
        incidents: dict[str, list[Incident]] = {}
        questions = [(Ask(one.column, one.metric, one.terms, self.scopes(one)), self.frame(one)) for one in asked]
        for number, ((population, frame), asks) in enumerate(scans_for(questions).items()):
            self.progress(f"measuring {population}")
            states = make_wide(self.con, "wide", population, frame, asks)
            applied.update(lay_overrides(self.con, "wide", asks, states, overrides)[0])
            found += tallies(self.con, "wide", asks, states, by={"day": "period_on"}, vendor_kept=self.vendor_kept)
            incidents |= incidents_in(self.con, "wide", by_item & set(states), states)
            name = population if population not in evidence else f"{population}_{number}"
            evidence[name] = write_evidence(self.con, asks, states, scratch / f"{name}.parquet")
        stale = [one for one in overrides if one not in applied]
        return found, evidence, [one for one in overrides if one in applied], stale, incidents

    def scopes(self, question: Question) -> str | None:
        """Return the condition of all scopes of a question together."""
        found = [self.scope(scope, question.metric) for scope in question.scopes]
        return " AND ".join(f"({one})" for one in found if one) or None

    def scope(self, scope: Mapping[str, Sequence[str]], metric: Metric) -> str | None:
        """Return the condition of a scope over the metric's population."""
        return scope_sql(scope, self.postings, by_agent=population_needs(metric.population).by_agent)

    def frame(self, terms: Question) -> Frame:
        """Return what an indicator's question shares with those of the same population, hours and reading."""
        contract, metric = self.found.source.model, terms.metric
        calendar = calendar_for(metric, self.found.calendars)
        in_scope = self.scope(contract.scope, metric) or "true"
        return Frame(
            self.days,
            contract.zone,
            self.cut_off_at,
            in_scope,
            calendar,
            population_options(metric, terms.terms),
            self.spans,
        )


def write_evidence(
    con: duckdb.DuckDBPyConnection, asks: Sequence[Ask], states: Mapping[str, Sequence[str]], path: Path
) -> dict[str, Any]:
    """Write a population's wide rows, one an item, states in words; return their number and the digest of their rows.

    The digest covers canonical rows, not the file: each row's SHA-256, sorted, in 256 buckets by first byte, hashed.
    """
    columns = ["item_source", "item_id", "arrival_at", "service_on", "queue", "team", "agent_id", "outside"]
    columns.append("log_source")
    has = {row[0] for row in con.execute("SELECT name FROM pragma_table_info('wide')").fetchall()}
    for ask in asks:
        if f"{ask.column}_group" in has:
            columns.append(f"{ask.column}_group")
        for kind in ("state", "base"):
            name = f"{ask.column}_{kind}"
            if name in has:
                listed = ", ".join(quoted(state) for state in states[ask.column])
                columns.append(f"list_extract([{listed}], {name}) AS {name}")
        columns += [name for kind in ("amount", "whole") if (name := f"{ask.column}_{kind}") in has]
    con.execute(f"CREATE OR REPLACE TEMP VIEW evidence AS SELECT {', '.join(columns)} FROM wide")
    con.execute(
        "COPY (SELECT evidence.*, wide.load_id FROM evidence POSITIONAL JOIN wide)"
        f" TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    names = [row[0] for row in con.execute("SELECT name FROM pragma_table_info('evidence')").fetchall()]
    text = " || '|' || ".join(f"coalesce(replace(CAST({name} AS VARCHAR), '|', '||'), '')" for name in names)
    buckets = con.execute(
        f"SELECT left(h, 2) AS bucket, sha256(string_agg(h, '' ORDER BY h)), count(*) "
        f"FROM (SELECT sha256({text}) AS h FROM evidence) GROUP BY bucket ORDER BY bucket"
    ).fetchall()
    joined = "".join(f"{bucket}{content}" for bucket, content, _ in buckets)
    return {
        "rows": sum(count for _, _, count in buckets),
        "indicators": [ask.column for ask in asks],
        "columns": names,
        "sha256": sha256_hex(joined.encode()),
    }


def loads_behind(con: duckdb.DuckDBPyConnection, evidence: Mapping[str, Any], scratch: Path) -> list[dict[str, Any]]:
    """Return the files that the month rests on, by content: no order of loading shows.

    They are all files of each source that gave an item, of the logs that speak of these items (cases, surveys,
    inspections), and of the roster.
    """
    if not evidence:
        return []
    files = ", ".join(quoted(str(scratch / f"{name}.parquet")) for name in evidence)
    kinds = {population for population in EVENTS_OF for name in evidence if name.startswith(population)}
    about = {f"event_{one.table}" for kind in kinds for one in EVENTS_OF[kind] if one.names_contact} | {"event_roster"}
    sources = [f"SELECT item_source AS source FROM read_parquet([{files}], union_by_name := true)"]
    sources += [f"SELECT source FROM {table}" for table in sorted(about)]
    rows = con.execute(
        "SELECT DISTINCT load.source, sha256, mapping_sha256, coalesce(keeper, 'operator')"
        " FROM load LEFT JOIN mapping ON mapping.fingerprint = mapping_sha256 AND mapping.source = load.source"
        f" WHERE load.source IN ({' UNION '.join(sources)}) ORDER BY ALL"
    ).fetchall()
    return [dict(zip(("source", "sha256", "mapping_sha256", "keeper"), row, strict=True)) for row in rows]


def keep_with_evidence(
    home: Path, statement: Mapping[str, Any], scratch: Path, now: datetime
) -> tuple[StatementRef, bool]:
    """Put the evidence in its place, then the statement that names it; a version that is there already stays."""
    folder = evidence_folder(home, statement_hash(statement)[:ID_DIGITS])
    if folder.exists():
        shutil.rmtree(scratch)
    else:
        scratch.rename(folder)
    return keep(home, statement, closed_at=now)


def _override_row(one: Override) -> dict[str, str]:
    return {
        "metric": one.metric,
        "source": one.item_source,
        "item": one.item,
        "from": one.from_,
        "to": one.to,
        "ground": one.ground,
        "decided_at": one.decided_at,
    }
