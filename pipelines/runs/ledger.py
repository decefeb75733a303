"""The ledger of a contract: its sealed statements, each entry naming the hash of the one before.

``ledger/<contract>.jsonl`` is appended and never changed. Who keeps the last entry's hash (the head) can prove later
that nothing before it was changed or left out: ``ledger/<contract>.head.txt`` is written for that, to be handed over.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.core.canonical import digest
from pipelines.runs.journal import append_to_journal, read_journal

SCHEMA = "clausemeter.seal/1"


def ledger_file(home: Path, contract: str) -> Path:
    """Return where a contract's ledger is."""
    return home / "ledger" / f"{quote(contract, safe='')}.jsonl"


def read_ledger(home: Path, contract: str) -> list[dict[str, Any]]:
    """Return a contract's entries, in order."""
    return read_journal(ledger_file(home, contract))


def sealed_statements(home: Path) -> set[str]:
    """Return the SHA-256 of every sealed statement of a home."""
    folder = home / "ledger"
    return {entry["statement"] for path in sorted(folder.glob("*.jsonl")) for entry in read_journal(path)}


def seal_of(home: Path, contract: str, month: str) -> dict[str, Any] | None:
    """Return the entry that sealed a month, or None."""
    return next((entry for entry in read_ledger(home, contract) if entry["month"] == month), None)


def next_entry(
    entries: Sequence[Mapping[str, Any]],
    statement: Mapping[str, Any],
    sha256: str,
    *,
    pack: str,
    approvals: Sequence[Mapping[str, Any]],
    sealed_at: str,
) -> dict[str, Any]:
    """Return the entry that seals a statement: its hash, its pack's, both approvals, and the entry before it."""
    return {
        "schema": SCHEMA,
        "number": len(entries) + 1,
        "contract": statement["contract"]["number"],
        "month": statement["month"],
        "statement": sha256,
        "pack": pack,
        "approvals": [dict(one) for one in approvals],
        "sealed_at": sealed_at,
        "previous": digest(dict(entries[-1])) if entries else None,
    }


def append_entry(home: Path, entry: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> str:
    """Append an entry; write the new head to hand over, and return it."""
    path = ledger_file(home, entry["contract"])
    append_to_journal(path, entry)
    head = digest(dict(entry))
    path.with_suffix(".head.txt").write_text(head_text(entry, head, keys), encoding="utf-8")
    return head


def head_text(entry: Mapping[str, Any], head: str, keys: Sequence[Mapping[str, Any]]) -> str:
    """Return the few lines that a party keeps: the head, and whose keys are whose."""
    lines = [
        f"contract 合同     {entry['contract']}",
        f"entries 条目      {entry['number']}, the last of {entry['month']}, sealed at {entry['sealed_at']}",
        f"statement 结算单  {entry['statement']}",
        f"head 链首         {head}",
        *(f"key 公钥          {k['party']} {k['public_key']} (since {k['registered_at']})" for k in keys),
        "",
        "Keep this. `clausemeter audit CONTRACT --head HEAD` proves later that no sealed statement up to here was",
        "changed or left out. 请妥善保存：凭此可证明此前封存的结算单未被更改或删除。",
        "",
    ]
    return "\n".join(lines)
