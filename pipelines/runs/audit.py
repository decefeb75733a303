"""Auditing a ledger: every sealed statement is there, unchanged, approved by both, and in one chain up to a head."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pipelines.core.canonical import digest, sha256_hex
from pipelines.core.problem import Problem, Refused
from pipelines.runs.keys import PARTIES, read_keys, signature_fault
from pipelines.runs.ledger import ledger_file, read_ledger
from pipelines.runs.months import SEALED, steps_of
from pipelines.runs.pack import BROKEN, MANIFEST
from pipelines.runs.seal import pack_name, packs_folder
from pipelines.runs.sealed_evidence import evidence_faults
from pipelines.runs.statements import list_statements, read_statement


@dataclass(frozen=True)
class Audited:
    """What came of auditing a ledger; ``head_at`` is the entry that the kept head names."""

    entries: int
    months: Sequence[str]
    head: str | None
    head_at: int | None
    problems: Sequence[Problem]


def audit(home: Path, contract: str, *, head: str | None = None) -> Audited:
    """Prove a contract's ledger, against a head that somebody kept where there is one; the first fault comes first."""
    try:
        entries = read_ledger(home, contract)
    except Refused as refused:
        return Audited(0, (), None, None, refused.problems)
    hashes = [digest(entry) for entry in entries]
    where = str(ledger_file(home, contract))
    problems = [
        Problem(
            f"{where}:{number}", fault, "Restore the home from a copy, and find out who could write.", "audit.broken"
        )
        for number, entry in enumerate(entries, start=1)
        for fault in _faults(home, contract, entries, hashes, number, entry)
    ]
    head_at = hashes.index(head) + 1 if head in hashes else None
    if head is not None and head_at is None:
        problems.append(
            Problem(
                where,
                f"No entry has the hash {head[:16]}… that you kept: entries up to it were changed, or left out at the"
                f" end ({len(entries)} are there).",
                "Compare with the packs that you have: each bears its entry as seal.json.",
                "audit.head",
            )
        )
    problems += _left_out(home, contract, entries, where)
    if not entries and not problems:
        problems += _unknown(home, contract, where)
    months = [str(entry.get("month")) for entry in entries]
    return Audited(len(entries), months, hashes[-1] if hashes else None, head_at, problems)


def _unknown(home: Path, contract: str, where: str) -> Iterator[Problem]:
    """A number of which the home has no statement: it may be misspelt, or the home another; nothing is proven."""
    known = sorted({ref.contract for ref in list_statements(home)})
    if contract not in known:
        yield Problem(
            where,
            f"No month of {contract!r} was ever closed in this home; there is nothing to prove.",
            f"It has months of: {', '.join(known) or 'none'}. Name one of them, or the home that has it (--home).",
            "audit.unknown_contract",
        )


def _faults(
    home: Path,
    contract: str,
    entries: Sequence[Mapping[str, Any]],
    hashes: Sequence[str],
    number: int,
    entry: Mapping[str, Any],
) -> Iterator[str]:
    name = f"Entry {number} ({entry.get('month')})"
    previous = hashes[number - 2] if number > 1 else None
    if entry.get("number") != number or entry.get("contract") != contract:
        yield f"{name} says that it is entry {entry.get('number')} of {entry.get('contract')}."
    if entry.get("previous") != previous:
        yield f"{name} does not follow the entry before it: one of both was changed, or one between them left out."
    if entry.get("month") in [earlier.get("month") for earlier in entries[: number - 1]]:
        yield f"{name}: the month was sealed before."
    keys = read_keys(home)
    approvals = entry.get("approvals") or []
    if [one.get("party") for one in approvals] != list(PARTIES):
        yield f"{name} is not approved by both parties."
    for one in approvals:
        fault = signature_fault(one, keys)
        if fault is None and one["statement"] != entry.get("statement"):
            fault = "it is of another statement"
        if fault is not None:
            yield f"{name}: the approval of the {one.get('party')} does not hold: {fault}."
    yield from _statement_faults(home, name, entry)


def _statement_faults(home: Path, name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """Look for the sealed statement, and for its pack."""
    refs = [ref for ref in list_statements(home) if ref.sha256 == entry.get("statement")]
    if not refs:
        yield f"{name}: the statement {str(entry.get('statement'))[:12]} is not in the book of statements."
        return
    try:
        read_statement(home, refs[0].id)
    except Refused as refused:
        yield f"{name}: {refused.problems[0].what}"
    path = packs_folder(home) / pack_name(refs[0])
    try:
        with ZipFile(path) as pack:
            manifest = pack.read(MANIFEST)
    except BROKEN as error:
        yield f"{name}: its pack {path.name} cannot be read ({(str(error).splitlines() or ['?'])[0]})."
        return
    if sha256_hex(manifest) != entry.get("pack"):
        yield f"{name}: its pack {path.name} is not the one that was sealed."
    changed = [fault.where.removeprefix(f"{home}/") for fault in evidence_faults(home, refs[0])]
    if changed:
        yield f"{name}: what the home keeps of its evidence is not what was sealed: {', '.join(changed)}."


def _left_out(home: Path, contract: str, entries: Sequence[Mapping[str, Any]], where: str) -> Iterator[Problem]:
    """Name the months that are sealed by the months' own journal, and are not in the ledger."""
    sealed = {entry.get("month") for entry in entries}
    months = {ref.month for ref in list_statements(home) if ref.contract == contract}
    for month in sorted(months - sealed):
        if any(step["state"] == SEALED for step in steps_of(home, contract, month)):
            yield Problem(
                where,
                f"{month} was sealed, and the ledger has no entry of it.",
                "Restore the ledger from a copy; the month's pack bears the entry as seal.json.",
                "audit.left_out",
            )
