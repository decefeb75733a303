"""Closing a month: terms by day, one scan a population, verdicts, lines, totals, evidence, a statement."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract.model import Contract
from pipelines.contract.resolve import month_terms, term_days
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.zone import day_begins_at
from pipelines.ingest.items import assembled_as_of
from pipelines.metrics.declare import quoted
from pipelines.metrics.frame import Frame
from pipelines.runs.accrual import accrual_of, keep_accrual
from pipelines.runs.adjusted import adjusted_in
from pipelines.runs.approvals import objections_as_of
from pipelines.runs.calendars import calendars_digest, lay_out_calendars, lay_out_frozen
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.evidence import (
    CALENDAR,
    ROSTER,
    month_scans,
    write_adjusted,
    write_calendar,
    write_items,
    write_loads,
    write_roster,
    write_texts,
)
from pipelines.runs.facts import charged_by_item, day_counts, day_kinds, incidents_in
from pipelines.runs.ledger import seal_of
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.raw import EVENTS_OF
from pipelines.runs.settle_month import MeasuredMonth, month_before, settled_body
from pipelines.runs.stale import stale_of
from pipelines.runs.statements import (
    ID_DIGITS,
    StatementRef,
    as_it_would_be,
    evidence_folder,
    keep,
    list_statements,
)
from pipelines.runs.states import (
    Override,
    Tally,
    postings,
    prepare,
    tallies,
    vendor_kept_sources,
)
from pipelines.settlement.facts import Facts, Incident
from pipelines.settlement.statement import statement_hash
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
    found = usable_contract(contract_name, month, known_at=as_of)
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
    known_at = min(now, as_of or now)
    warnings = [*found.warnings, *_too_early(contract, month, cut_off_at, known_at)]
    refuse_if_any(warnings)
    scratch = home / "evidence" / f".part-{os.getpid()}"
    try:
        with Warehouse(home, read_only=True) as warehouse:
            con = warehouse.con
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            if as_of is not None:
                for table in assembled_as_of(con, as_of):
                    progress(f"{table} as of {as_of}")
            prepare(con)
            cut_off_at = cut_off_at or default_cut_off(con, contract, month, known_at)
            measured = measure_into(scratch, con, found, month, cut_off_at, overrides_as_of(home, known_at), progress)
        adjusted = adjusted_in(home, contract, month, known_at)
        write_adjusted(adjusted, scratch)
        past, objections = (
            month_before(home, contract, month, known_at),
            objections_as_of(home, contract, month, known_at),
        )
        statement = settled_body(found, month, measured, past, adjusted, objections)
        warnings += _to_close_again(home, contract, month, Decimal(statement["totals"]["carried_out"]))
        if as_of is not None:
            return ClosedMonth(as_it_would_be(home, statement, now), statement, is_new=False, warnings=warnings)
        _refuse_if_sealed(home, statement)
        keep_accrual(home, statement_hash(statement)[:ID_DIGITS], accrual_of(found, measured, past, adjusted))
        ref, is_new = keep_with_evidence(home, statement, scratch, now)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
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
    if now < day_begins_at(month.days.since, contract.zone):
        return [
            Problem(
                where=str(month),
                what="This month has not begun; its fees would stand there whole, beside figures of nothing.",
                mend="Close it when it is over.",
                code="close.month_not_begun",
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


def _refuse_if_sealed(home: Path, statement: Mapping[str, Any]) -> None:
    """Refuse another version of a sealed month; the very same statement is no change."""
    number, month = statement["contract"]["number"], statement["month"]
    sealed = seal_of(home, number, month)
    if sealed is None or sealed["statement"] == statement_hash(statement):
        return
    raise Refused(
        Problem(
            where=f"{number}:{month}",
            what=f"The month is sealed since {sealed['sealed_at']} (statement {sealed['statement'][:ID_DIGITS]}), and"
            " never changes; by what is known now it would be another.",
            mend=f"Work out what has changed: `clausemeter adjust {number} --month {month}`. `--as-of` shows what was"
            " known then.",
            code="close.sealed",
        )
    )


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


def measure_into(
    folder: Path,
    con: duckdb.DuckDBPyConnection,
    found: ReadContract,
    month: Month,
    cut_off_at: datetime,
    overrides: Sequence[Override],
    progress: Progress = lambda _: None,
    *,
    frozen: Path | None = None,
) -> MeasuredMonth:
    """Scan each population of a month once, and lay down in ``folder`` all that its statement rests on.

    ``frozen``: the evidence of a sealed month, whose calendars hold.
    """
    contract = found.source.model
    terms, days = month_terms(contract, month.days), term_days(contract).overlap(month.days)
    if frozen is None:
        laid = lay_out_calendars(con, found.calendars, contract.zone, days)
    else:
        laid = lay_out_frozen(con, frozen / f"{CALENDAR}.parquet", contract.zone)
    shared = Frame(days, contract.zone, cut_off_at, laid=laid)
    kept = vendor_kept_sources(con)
    tally: list[Tally] = []
    told: dict[str, Future[dict[str, Any]]] = {}
    applied: set[Override] = set()
    by_item = charged_by_item(terms)
    incidents: dict[str, list[Incident]] = {}
    scans = month_scans(found, month, shared, postings(con), kept)
    with ThreadPoolExecutor(1) as beside:
        for scan in scans:
            progress(f"measuring {scan.population}")
            rows = write_items(con, scan, overrides, folder, beside)
            applied.update(rows.applied)
            tally += tallies(con, rows.table, scan.asks, rows.states, by={"day": "period_on"}, vendor_kept=kept)
            incidents |= incidents_in(con, rows.table, by_item & set(rows.states), rows.states)
            told[scan.name] = rows.told
    evidence = {name: one.result() for name, one in told.items()}
    loads = loads_behind(con, evidence, folder)
    write_loads(con, loads, folder)
    write_calendar(con, folder)
    write_texts(found, month, folder)
    return MeasuredMonth(
        month,
        terms,
        Facts(day_counts(tally), incidents, day_kinds(con, CALENDAR)),
        {**evidence, ROSTER: write_roster(con, folder, evidence)},
        calendars_digest(con),
        loads,
        [one for one in overrides if one in applied],
        stale_of(con, scans, folder, [one for one in overrides if one not in applied]),
        cut_off_at,
    )


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
