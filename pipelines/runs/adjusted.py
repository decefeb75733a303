"""What sealed months come to by now, as the next open month takes it in: one adjustment line a month affected.

``adjustments.jsonl`` of a home has each settling again, by month: the hash of the statement it was held against, and of
what it comes to. The last word on a month counts, as long as it was held against what is last stated for it.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.contract.model import Contract
from pipelines.core.period import Month
from pipelines.runs.journal import append_to_journal, read_journal
from pipelines.runs.ledger import read_ledger
from pipelines.runs.settle_month import is_other
from pipelines.runs.statements import read_statement
from pipelines.settlement.statement import instant_text, statement_hash


def last_stated(home: Path, contract: str) -> dict[str, dict[str, Any]]:
    """Return what is last stated for each sealed month, in order: as sealed, or as a later sealed month adjusted it."""
    found: dict[str, str] = {}
    for entry in read_ledger(home, contract):
        found[entry["month"]] = entry["statement"]
        for one in read_statement(home, entry["statement"])["adjusted"]:
            found[one["month"]] = one["again"]
    return {month: read_statement(home, sha256) for month, sha256 in sorted(found.items())}


def adjusted_in(home: Path, contract: Contract, month: Month, known_at: datetime) -> list[tuple[Any, Any]]:
    """Return (stated, settled again) of each sealed month that differs; only the first month after them takes it in."""
    entries = read_ledger(home, contract.contract)
    if not entries or str(month) != str(Month.parse(max(entry["month"] for entry in entries)).after(1)):
        return []
    rows: dict[str, dict[str, Any]] = {}
    for row in read_journal(home / "adjustments.jsonl"):
        if row["contract"] == contract.contract and datetime.fromisoformat(row["at"]) <= known_at:
            rows[row["month"]] = row
    pairs = []
    for name, stated in last_stated(home, contract.contract).items():
        if name in rows and rows[name]["stated"] == statement_hash(stated):
            pairs.append((stated, read_statement(home, rows[name]["again"])))
    return [pair for pair in pairs if is_other(*pair) or pair[0]["outlook"] != pair[1]["outlook"]]


def note_adjusted(home: Path, pairs: Sequence[tuple[Any, Any]], now: datetime) -> None:
    """Record what sealed months come to; what was recorded already is not said twice."""
    path = home / "adjustments.jsonl"
    last = {(row["contract"], row["month"]): row for row in read_journal(path)}
    for stated, again in pairs:
        row = {
            "contract": stated["contract"]["number"],
            "month": stated["month"],
            "stated": statement_hash(stated),
            "again": statement_hash(again),
        }
        before = last.get((row["contract"], row["month"]))
        if before is None or any(before[key] != value for key, value in row.items()):
            append_to_journal(path, {**row, "at": instant_text(now)})
