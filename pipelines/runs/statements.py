"""The book of statements: each version of a month is a file named by its hash; none is ever changed."""

import json
from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.core.problem import Problem, Refused
from pipelines.runs.journal import append_to_journal, read_journal
from pipelines.runs.ledger import sealed_statements
from pipelines.runs.once import once
from pipelines.settlement.statement import instant_text, statement_hash

ID_DIGITS = 12
REMEMBERED = 64  # bodies that were read and checked: some megabytes each
INDEX, LEDGERS = "statements/index.jsonl", "ledger/*.jsonl"
WATCHED = (INDEX, "approvals.jsonl", "months.jsonl", LEDGERS)  # the list, and the journals that say more of a statement

Stamps = tuple[tuple[str, int, int], ...]  # name, size and time of files
_LOOKED: ContextVar[dict[Hashable, Stamps] | None] = ContextVar("looked", default=None)


@dataclass(frozen=True)
class StatementRef:
    """One version of a month's statement.

    ``closed_at`` is an instant in ISO 8601; it is no part of the body. ``status`` is SEALED where the ledger has it;
    the body, which both parties signed, goes on saying what it was then.
    """

    id: str
    sha256: str
    contract: str
    title: Mapping[str, str]
    vendor: Mapping[str, str]
    month: str
    version: int
    status: str
    closed_at: str
    is_latest: bool = True


def statements_folder(home: Path) -> Path:
    """Return where a home keeps its statements."""
    return home / "statements"


def evidence_folder(home: Path, statement_id: str) -> Path:
    """Return where the wide rows of a statement are: a Parquet file a population."""
    return home / "evidence" / statement_id


def look_once() -> None:
    """Look at the books once in what this thread does from now on: a request sees one state of them.

    Whoever looks at a file lets the other threads of a server go first, and a page asked some thirty times.
    """
    _LOOKED.set({})


def look_always() -> None:
    """Look at the books whenever they are asked for, as is done by default."""
    _LOOKED.set(None)


def list_statements(home: Path) -> list[StatementRef]:
    """Return every version of every month, latest month and version first."""
    stamps = _stamped(home, INDEX, LEDGERS)
    index = home / INDEX
    return list(_listed(home, index, stamps)) if index.name in {name for name, *_ in stamps} else []


def _stamped(home: Path, *patterns: str) -> Stamps:
    """Return what differs whenever one of these files of a home was written to."""
    looked = _LOOKED.get()
    key = (home, patterns)
    if looked is not None and key in looked:
        return looked[key]
    seen = ((path.name, path.stat()) for pattern in patterns for path in home.glob(pattern))
    stamps = tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in seen))
    if looked is not None:
        looked[key] = stamps
    return stamps


@lru_cache(maxsize=8)
def _listed(home: Path, index: Path, _: Stamps) -> tuple[StatementRef, ...]:
    """Return every version of every month, while neither the list nor the ledger changes."""
    lines = index.read_bytes().splitlines()
    found = [_read_ref(line, f"{index}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    latest = {(one.contract, one.month): one.version for one in found}
    sealed = sealed_statements(home)
    refs = [
        replace(
            one,
            is_latest=latest[one.contract, one.month] == one.version,
            status="SEALED" if one.sha256 in sealed else one.status,
        )
        for one in found
    ]
    return tuple(sorted(refs, key=lambda ref: (ref.month, ref.contract, ref.version), reverse=True))


def book_stamp(home: Path) -> str:
    """Return a text that is another whenever a statement was published, said a word on, or passed on; read cheaply."""
    return sha256_hex(repr(list(_stamped(home, *WATCHED))).encode())[:ID_DIGITS]


def _read_ref(line: bytes, where: str) -> StatementRef:
    try:
        return StatementRef(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise Refused(
            Problem(
                where=where,
                what="This line of the list of statements cannot be read; somebody changed it.",
                mend="Restore the file from a copy.",
                code="statement.index",
            )
        ) from error


def find_statement(home: Path, name: str) -> StatementRef:
    """Return the statement named by its id or hash (or their beginning), or by CONTRACT:MONTH for its latest one."""
    refs = list_statements(home)
    contract, colon, month = name.rpartition(":")
    if colon:
        matching = [ref for ref in refs if ref.contract == contract and ref.month == month and ref.is_latest]
    else:
        every = [*refs, *settled_again(home)]
        matching = [ref for ref in every if len(name) >= 4 and ref.sha256.startswith(name.lower())]
    if len({ref.sha256 for ref in matching}) == 1:  # a month may come back to what it was: one statement, two versions
        return max(matching, key=lambda ref: ref.version)
    known = ", ".join(f"{ref.id} ({ref.contract}:{ref.month})" for ref in refs[:5])
    raise Refused(
        Problem(
            where=f"statement {name or '(no name)'}",
            what="No statement has this name." if not matching else "More than one statement begins like this.",
            mend=f"There are: {known}."
            if known
            else "Close a month first: `clausemeter close CONTRACT --month YYYY-MM`.",
            code="statement.unknown",
        )
    )


def read_statement(home: Path, name: str) -> dict[str, Any]:
    """Return a statement's body, checked against its hash: a changed byte is refused."""
    ref = find_statement(home, name)
    path = statements_folder(home) / f"{ref.id}.json"
    try:
        body: dict[str, Any] = json.loads(path.read_bytes())
        is_intact = statement_hash(body) == ref.sha256
    except (OSError, ValueError, TypeError):
        is_intact = False
    if not is_intact:
        raise Refused(
            Problem(
                where=str(path),
                what="This statement is gone, or its content is no longer what its hash says; somebody changed it.",
                mend="Restore the file from a copy.",
                code="statement.changed",
            )
        )
    return body


def kept_body(home: Path, name: str) -> Mapping[str, Any]:
    """Return a statement's body as ``read_statement`` does, read and checked once while its file stays what it is.

    It is shared by all who ask, so nobody changes it.
    """
    ref = find_statement(home, name)
    return _kept(home, ref.id, _stamped(home, f"statements/{ref.id}.json"))


@once(REMEMBERED)
def _kept(home: Path, statement_id: str, _: tuple[tuple[str, int, int], ...]) -> Mapping[str, Any]:
    return read_statement(home, statement_id)


def published(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as it is handed out: with its hash, which covers everything but these two keys."""
    sha256 = statement_hash(body)
    return {**body, "id": sha256[:ID_DIGITS], "sha256": sha256}


def previous_version(home: Path, ref: StatementRef) -> StatementRef | None:
    """Return the version of the same month before this one."""
    earlier = [
        one
        for one in list_statements(home)
        if (one.contract, one.month) == (ref.contract, ref.month) and one.version < ref.version
    ]
    return max(earlier, key=lambda one: one.version, default=None)


def history(home: Path, contract: str, until_month: str, months: int = 12) -> list[dict[str, Any]]:
    """Return the latest bodies of up to ``months`` months of a contract, oldest first, ``until_month`` included."""
    refs = [
        ref for ref in list_statements(home) if ref.contract == contract and ref.month <= until_month and ref.is_latest
    ]
    return [read_statement(home, ref.id) for ref in sorted(refs, key=lambda ref: ref.month)[-months:]]


def _ref(body: Mapping[str, Any], sha256: str, version: int, closed_at: datetime) -> StatementRef:
    return StatementRef(
        id=sha256[:ID_DIGITS],
        sha256=sha256,
        contract=body["contract"]["number"],
        title=body["contract"]["title"],
        vendor=body["contract"]["vendor"],
        month=body["month"],
        version=version,
        status=body["status"],
        closed_at=instant_text(closed_at),
    )


def settled_again(home: Path) -> list[StatementRef]:
    """Return what sealed months came to when they were settled again; no versions of them, so all numbered 0."""
    rows = read_journal(statements_folder(home) / "again.jsonl")
    return [StatementRef(**row, is_latest=False) for row in rows]


def keep_again(home: Path, body: Mapping[str, Any], *, closed_at: datetime) -> StatementRef:
    """Keep what a sealed month comes to when it is settled again."""
    sha256 = statement_hash(body)
    there = next((ref for ref in settled_again(home) if ref.sha256 == sha256), None)
    if there is not None:
        return there
    ref = _ref(body, sha256, 0, closed_at)
    _write(statements_folder(home) / f"{ref.id}.json", canonical_json(dict(body)))
    row = {key: value for key, value in asdict(ref).items() if key != "is_latest"}
    append_to_journal(statements_folder(home) / "again.jsonl", row)
    return ref


def as_it_would_be(home: Path, body: Mapping[str, Any], looked_at: datetime) -> StatementRef:
    """Return the version that says what ``body`` says, or one numbered 0: a look back is not kept."""
    sha256 = statement_hash(body)
    same = [ref for ref in list_statements(home) if ref.sha256 == sha256]
    return max(same, key=lambda ref: ref.version) if same else _ref(body, sha256, 0, looked_at)


def keep(home: Path, body: Mapping[str, Any], *, closed_at: datetime) -> tuple[StatementRef, bool]:
    """Write a new version of a month, unless its latest says the very same; return it, and whether it is new."""
    sha256 = statement_hash(body)
    contract, month = body["contract"], body["month"]
    versions = [ref for ref in list_statements(home) if (ref.contract, ref.month) == (contract["number"], month)]
    latest = max(versions, key=lambda ref: ref.version, default=None)
    if latest is not None and latest.sha256 == sha256:
        return latest, False
    ref = _ref(body, sha256, latest.version + 1 if latest else 1, closed_at)
    folder = statements_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{ref.id}.json", canonical_json(dict(body)))
    row = {key: value for key, value in asdict(ref).items() if key != "is_latest"}
    index = folder / "index.jsonl"
    lines = index.read_bytes() if index.exists() else b""
    _write(index, lines + canonical_json(row) + b"\n")
    return ref, True


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
