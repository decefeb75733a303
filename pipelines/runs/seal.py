"""Sealing a month: its pack, and, once both parties have approved, its entry in the ledger."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from pipelines.core.canonical import canonical_json, digest, sha256_hex
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.zone import instant_to_local
from pipelines.ingest.archive import Archive
from pipelines.runs.approvals import approvals_of, words_on
from pipelines.runs.contracts import ReadContract, usable_contract
from pipelines.runs.evidence import CALENDAR
from pipelines.runs.keys import EVERY_CONTRACT, PARTIES, read_keys
from pipelines.runs.ledger import append_entry, next_entry, read_ledger, seal_of, sealed_statements
from pipelines.runs.months import SEALED, pass_to, working_day_after
from pipelines.runs.pack import MANIFEST, SEAL, STATEMENT, Member, manifest_of, write_pack
from pipelines.runs.statements import StatementRef, evidence_folder, find_statement, list_statements, read_statement
from pipelines.settlement.statement import instant_text
from pipelines.warehouse.home import Home


@dataclass(frozen=True)
class Packed:
    """A pack that was written: where, of which statement, and what it still lacks to be sealed."""

    path: Path
    sha256: str
    ref: StatementRef
    status: str
    missing: Sequence[str]
    head: str | None


def seal(
    home: Path,
    name: str,
    *,
    now: datetime,
    out: Path | None = None,
    with_logs: bool = False,
    archive_key: bytes | None = None,
) -> Packed:
    """Write a statement's pack. Where both parties have approved it, seal the month; else the pack says DRAFT.

    A month that is sealed already gives its pack again, under the same entry.
    """
    ref = find_statement(home, name)
    body = read_statement(home, ref.id)
    approvals = approvals_of(home, ref.sha256)
    missing = [party for party in PARTIES if party not in approvals]
    sealed = seal_of(home, ref.contract, ref.month)
    is_ours = sealed is None or sealed["statement"] == ref.sha256
    if sealed is None and not missing:
        refuse_if_any(_not_yet(home, ref, body, now))
    with TemporaryDirectory(dir=home) as scratch:
        members = {
            STATEMENT: canonical_json(body),
            **_evidence(home, ref),
            **_past(home, body),
            **_words(home, ref, sealed if is_ours else None, approvals),
            **(_logs(home, body, Path(scratch), archive_key) if with_logs else {}),
        }
        is_sealed = not missing if sealed is None else is_ours
        manifest = manifest_of(body, members, "SEALED" if is_sealed else "DRAFT")
        entry = _entry(home, ref, body, sealed, manifest, list(approvals.values()), now) if is_sealed else None
        members |= {MANIFEST: manifest} | ({} if entry is None else {SEAL: canonical_json(entry)})
        path = out or packs_folder(home) / pack_name(ref, "" if is_sealed else "-DRAFT")
        sha256 = write_pack(path, members)
    head = None
    if entry is not None and sealed is None:
        kept = packs_folder(home) / pack_name(ref)
        if path != kept:
            packs_folder(home).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
        head = append_entry(home, entry, keys_of(home, ref.contract))
        pass_to(home, ref, SEALED, by="both parties", now=now)
    elif entry is not None:
        head = digest(entry)
    return Packed(path, sha256, ref, "SEALED" if is_sealed else "DRAFT", missing, head)


def packs_folder(home: Path) -> Path:
    """Return where a home keeps its packs."""
    return home / "packs"


def pack_name(ref: StatementRef, more: str = "") -> str:
    """Return the name of a statement's pack."""
    return f"{quote(ref.contract, safe='')}-{ref.month}-{ref.id}{more}.zip"


def keys_of(home: Path, contract: str) -> list[dict[str, Any]]:
    """Return the keys that are registered for a contract."""
    return [row for row in read_keys(home) if row["contract"] in (contract, EVERY_CONTRACT)]


def _entry(
    home: Path,
    ref: StatementRef,
    body: Mapping[str, Any],
    sealed: dict[str, Any] | None,
    manifest: bytes,
    approvals: Sequence[Mapping[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    """Return the entry of a pack: a new one, or the one there is, if the pack is still the very same."""
    pack = sha256_hex(manifest)
    if sealed is None:
        entries = read_ledger(home, ref.contract)
        return next_entry(entries, body, ref.sha256, pack=pack, approvals=approvals, sealed_at=instant_text(now))
    if sealed["pack"] != pack:
        raise Refused(
            Problem(
                where=f"statement {ref.id}",
                what="Its pack would be another than the one that was sealed: with or without the logs, or its evidence"
                " was changed since.",
                mend=f"Hand out the one that was sealed: {packs_folder(home) / pack_name(ref)}.",
                code="seal.another_pack",
            )
        )
    return sealed


# --- what may not be sealed yet --------------------------------------------------------------------------------------


def _not_yet(home: Path, ref: StatementRef, body: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    where = f"{ref.contract}:{ref.month}"
    if not ref.is_latest:
        yield Problem(
            where, f"Version {ref.version} is not the latest.", "Approve and seal the latest.", "seal.version"
        )
    sealed = sealed_statements(home)
    for earlier in body["past"]:
        if earlier["sha256"] not in sealed:
            yield Problem(
                where,
                f"It rests on the statement {earlier['sha256'][:12]} of {earlier['month']}, which is not sealed.",
                f"Seal {ref.contract}:{earlier['month']} first, and close {where} again where that changed.",
                "seal.order",
            )
    month = Month.parse(body["month"])
    found = usable_contract(str(evidence_folder(home, ref.id) / "contract"), month)
    last = min(month.days.until, found.source.model.term.until)
    if instant_to_local(datetime.fromisoformat(body["cut_off_at"]), found.source.model.zone).date() < last:
        yield Problem(
            where,
            f"The statement knows the month up to {body['cut_off_at']}, and it goes on until {last}; a sealed month"
            " never changes.",
            f"Close {where} again when it is over.",
            "seal.month_not_over",
        )
    yield from _pending(found, where, body, now)


def _pending(found: ReadContract, where: str, body: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    """Under ``pending_at_seal: wait`` a month stays open while items are pending, at latest to the day stated."""
    contract = found.source.model
    waiting = [one for one in body["indicators"] if one["states"]["pending"]]
    if contract.pending_at_seal != "wait" or not waiting:
        return
    latest = contract.wait_until and working_day_after(found, Month.parse(body["month"]), contract.wait_until)
    if latest and instant_to_local(now, contract.zone).date() >= latest:
        return
    named = ", ".join(f"{one['id']}: {one['states']['pending']}" for one in waiting)
    yield Problem(
        where,
        f"The contract waits for items that are open (pending_at_seal: wait): {named}.",
        "Load what has ended since and close the month again"
        + (f", or seal it on {latest} as it is then." if latest else "."),
        "seal.pending",
    )


# --- members ---------------------------------------------------------------------------------------------------------


def _evidence(home: Path, ref: StatementRef) -> dict[str, Member]:
    folder = evidence_folder(home, ref.id)
    if not (folder / f"{CALENDAR}.parquet").is_file():
        raise Refused(
            Problem(
                where=str(folder),
                what="The evidence of this statement is not here any more.",
                mend="Restore it from a copy, or close the month again from the same logs.",
                code="statement.no_evidence",
            )
        )
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"evidence/{path.relative_to(folder).as_posix()}": path for path in files}


def _past(home: Path, body: Mapping[str, Any]) -> dict[str, Member]:
    return {f"past/{one['month']}.json": canonical_json(read_statement(home, one["sha256"])) for one in body["past"]}


def _words(
    home: Path, ref: StatementRef, sealed: Mapping[str, Any] | None, approvals: Mapping[str, Mapping[str, Any]]
) -> dict[str, Member]:
    """Return the parties' words: approvals that stand, objections that were raised against any version, and keys.

    Of a sealed month: as they were then.
    """
    if sealed is not None:
        approvals = {one["party"]: one for one in sealed["approvals"]}
    objections: list[Any] = [
        word
        for version in list_statements(home)
        if (version.contract, version.month) == (ref.contract, ref.month)
        for word in words_on(home, version.sha256)
        if word["kind"] == "objection" and (sealed is None or word["signed_at"] <= sealed["sealed_at"])
    ]
    keys: list[Any] = [
        key for key in keys_of(home, ref.contract) if sealed is None or key["registered_at"] <= sealed["sealed_at"]
    ]
    found: dict[str, Member] = {f"approvals/{party}.json": canonical_json(dict(a)) for party, a in approvals.items()}
    objected = sorted(objections, key=lambda one: (one["signed_at"], one["party"], one["signature"]))
    return {**found, "objections.json": canonical_json(objected), "keys.json": canonical_json(keys)}


def _logs(home: Path, body: Mapping[str, Any], scratch: Path, key: bytes | None) -> dict[str, Member]:
    archive = Archive(Home(home).archive, key)
    wanted = sorted({one["sha256"] for one in body["loads"]})
    return {f"logs/{sha256}": archive.plain(sha256, scratch, shown=sha256[:12]) for sha256 in wanted}
