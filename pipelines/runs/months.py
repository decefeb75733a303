"""The months of a contract: open → provisional → under review → sealed → settled.

``months.jsonl`` of a home has each step that somebody took, with its day and who took it; that a month is provisional
says the book of statements.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.contract.model import Contract
from pipelines.contract.resolve import term_days
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.core.zone import instant_to_local
from pipelines.runs.approvals import words_on
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.journal import append_to_journal, read_journal
from pipelines.runs.statements import StatementRef, evidence_folder, find_statement, list_statements
from pipelines.settlement.statement import instant_text
from pipelines.worktime.timetable import calendar_days

OPEN, PROVISIONAL, UNDER_REVIEW, SEALED, SETTLED = "open", "provisional", "under review", "sealed", "settled"
# which states a step may be taken from
STEPS = {UNDER_REVIEW: (PROVISIONAL,), SEALED: (PROVISIONAL, UNDER_REVIEW), SETTLED: (SEALED,)}
STEPS_WITH_DAYS = ("provisional", "objections", "decisions", "signed")  # of the contract's procedure


@dataclass(frozen=True)
class MonthState:
    """A month: its state, since when, its latest statement, what was said on it, and its days."""

    month: str
    state: str
    since: str | None
    by: str
    statement: str | None
    words: Sequence[Mapping[str, Any]]
    deadlines: Mapping[str, date | None]
    history: Sequence[Mapping[str, Any]]


def pass_to(home: Path, ref: StatementRef, state: str, *, by: str, now: datetime, note: str = "") -> dict[str, Any]:
    """Record that a month passed to another state."""
    before = state_of(home, ref)
    if before not in STEPS[state]:
        raise Refused(
            Problem(
                where=f"{ref.contract}:{ref.month}",
                what=f"The month is {before}; it cannot become {state}.",
                mend=f"It may become {state} from: {', '.join(STEPS[state])}.",
                code="month.step",
            )
        )
    row = {
        "contract": ref.contract,
        "month": ref.month,
        "state": state,
        "at": instant_text(now),
        "by": by,
        "statement": ref.sha256,
        "note": note,
    }
    append_to_journal(home / "months.jsonl", row)
    return row


def steps_of(home: Path, contract: str, month: str) -> list[dict[str, Any]]:
    """Return the steps that were taken in a month, in order."""
    return [row for row in read_journal(home / "months.jsonl") if (row["contract"], row["month"]) == (contract, month)]


def state_of(home: Path, ref: StatementRef) -> str:
    """Return the state of a month that was closed. A new version of it begins again as provisional."""
    steps = steps_of(home, ref.contract, ref.month)
    last = steps[-1] if steps else None
    if last is None or (last["state"] == UNDER_REVIEW and last["statement"] != ref.sha256):
        return PROVISIONAL
    return str(last["state"])


def months_of(home: Path, found: ReadContract, now: datetime) -> list[MonthState]:
    """Return the months of a contract that have begun, the latest first."""
    contract = found.source.model
    refs = {ref.month: ref for ref in list_statements(home) if ref.contract == contract.contract and ref.is_latest}
    return [_month(home, found, month, refs.get(str(month))) for month in _begun(contract, now)][::-1]


def month_of(home: Path, statement_id: str) -> MonthState:
    """Return the month of a statement: where its latest version stands, by the contract that it was closed with."""
    asked = find_statement(home, statement_id)
    refs = [one for one in list_statements(home) if (one.contract, one.month) == (asked.contract, asked.month)]
    ref, month = next((one for one in refs if one.is_latest), asked), Month.parse(asked.month)
    return _month(home, usable_contract(str(evidence_folder(home, ref.id) / "contract"), month), month, ref)


def _begun(contract: Contract, now: datetime) -> Iterator[Month]:
    days, today = term_days(contract), instant_to_local(now, contract.zone).date()
    month = Month(days.since.year, days.since.month)
    while month.days.since < days.until and month.days.since <= today:
        yield month
        month = month.after(1)


def _month(home: Path, found: ReadContract, month: Month, ref: StatementRef | None) -> MonthState:
    deadlines = deadlines_of(found, month)
    if ref is None:
        return MonthState(str(month), OPEN, None, "", None, [], deadlines, [])
    steps, state = steps_of(home, ref.contract, ref.month), state_of(home, ref)
    last = steps[-1] if steps and state != PROVISIONAL else {"at": ref.closed_at, "by": ""}
    words = words_on(home, ref.sha256)
    return MonthState(str(month), state, last["at"], last["by"], ref.id, words, deadlines, steps)


def deadlines_of(found: ReadContract, month: Month) -> dict[str, date | None]:
    """Return the last day of each step of the procedure; None where nobody knows yet."""
    procedure = found.source.model.procedure
    days = {name: working_day_after(found, month, getattr(procedure, name)) for name in STEPS_WITH_DAYS}
    signed = days["signed"]
    return {**days, "disputed_paid": signed and signed + timedelta(days=procedure.disputed_paid_days)}


def working_day_after(found: ReadContract, month: Month, nth: int) -> date | None:
    """Return the nth working day after a month's end.

    None where the holiday notice of that year is not known, or the contract has no calendar.
    """
    if not found.calendars:
        return None
    calendar = found.calendars.get("default") or next(iter(found.calendars.values()))
    until = month.days.until
    left = nth
    for day in calendar_days(calendar, found.source.model.zone, until, until + timedelta(days=3 * nth + 30)).days:
        if day.is_working_day is None:
            return None  # nobody knows yet how many working days lie beyond
        left -= day.is_working_day
        if not left:
            return day.day
    return None
