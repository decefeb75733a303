"""Approvals and objections: a party's signed word on one statement, in a home's ``approvals.jsonl``."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.contract.model import Contract
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused
from pipelines.runs.journal import append_to_journal, read_journal
from pipelines.runs.keys import PARTIES, party_named, read_keys, signature_fault, signed
from pipelines.runs.ledger import seal_of
from pipelines.runs.statements import find_statement, read_statement
from pipelines.settlement.dispute import Objection, objections_in
from pipelines.settlement.statement import instant_text

SCHEMA = "clausemeter.approval/1"
Kind = Literal["approval", "objection", "withdrawal"]


def sign_statement(
    home: Path,
    name: str,
    *,
    party: str,
    key: Ed25519PrivateKey,
    now: datetime,
    kind: Kind = "approval",
    remarks: Sequence[str] = (),
) -> dict[str, Any]:
    """Sign a statement's hash for a party, keep that and return it.

    Remarks are reservations beside an approval, or what an objection is about; a withdrawal takes an objection back. Of
    one party the last word counts, and a later version of the month wants a new one.
    """
    ref = find_statement(home, name)
    read_statement(home, ref.id)  # nobody signs what was changed
    sealed = seal_of(home, ref.contract, ref.month)
    if sealed is not None:
        raise Refused(
            Problem(
                where=f"{ref.contract}:{ref.month}",
                what=f"The month is sealed since {sealed['sealed_at']}; no word on it counts any more.",
                mend="What is still wrong becomes an adjustment: `clausemeter adjust`.",
                code="approve.sealed",
            )
        )
    if not ref.is_latest:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what=f"{ref.contract}:{ref.month} has a later version than this one (version {ref.version}).",
                mend=f"Look at {ref.contract}:{ref.month} and sign that.",
                code="approve.superseded",
            )
        )
    if kind == "objection" and not remarks:
        raise Refused(Problem("--on", "An objection says what it is about.", "Write `LINE: why`.", "approve.no_remark"))
    document = {
        "schema": SCHEMA,
        "kind": kind,
        "contract": ref.contract,
        "month": ref.month,
        "statement": ref.sha256,
        "party": party_named(party),
        "signed_at": instant_text(now),
        "remarks": list(remarks),
    }
    found = signed(document, key)
    fault = signature_fault(found, read_keys(home))
    if fault is not None:
        raise Refused(
            Problem(
                where=f"--party {party}",
                what=f"This signature would not hold: {fault}.",
                mend=f"Register the key: `clausemeter keys add PUBLIC --party {party}`.",
                code="approve.key",
            )
        )
    append_to_journal(home / "approvals.jsonl", found)
    return found


def words_on(home: Path, sha256: str) -> list[dict[str, Any]]:
    """Return all that the parties said on a statement, in order."""
    return [one for one in read_journal(home / "approvals.jsonl") if one["statement"] == sha256]


def approvals_of(home: Path, sha256: str) -> dict[str, dict[str, Any]]:
    """Return the approvals of a statement that stand, by party: the party's last word, and one that holds."""
    keys = read_keys(home)
    last = {one["party"]: one for one in words_on(home, sha256) if signature_fault(one, keys) is None}
    return {party: last[party] for party in PARTIES if party in last and last[party]["kind"] == "approval"}


def objections_as_of(home: Path, contract: Contract, month: Month, known_at: datetime) -> list[Objection]:
    """Return what the parties object to in a month, by the last word of each.

    Who approves a statement lets go of what he objected to, but for what that statement says is in dispute.
    """
    keys = read_keys(home)
    standing: dict[str, list[Objection]] = {}
    for word in read_journal(home / "approvals.jsonl"):
        is_ours = (word["contract"], word["month"]) == (contract.contract, str(month))
        if not is_ours or datetime.fromisoformat(word["signed_at"]) > known_at or signature_fault(word, keys):
            continue
        party = word["party"]
        standing[party] = [Objection(party, word["signed_at"], said) for said in word["remarks"]]
        if word["kind"] == "approval":
            there = objections_in(read_statement(home, word["statement"]))
            standing[party] = [one for one in there if one.party == party]
        if word["kind"] == "withdrawal":
            standing[party] = []
    return [one for said in standing.values() for one in said]
