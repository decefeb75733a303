"""Settling sealed months again: their own contract, definitions and calendars, with the logs and decisions since."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.contract.amendment import File
from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.metrics.declare import installed_metrics, population_sql
from pipelines.runs.adjusted import last_stated, note_adjusted
from pipelines.runs.close_month import Progress, default_cut_off, measure_into
from pipelines.runs.contracts import ReadContract, amendment_files, contract_file, read_source, usable_contract
from pipelines.runs.ledger import read_ledger
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.sealed_evidence import evidence_faults
from pipelines.runs.settle_month import adjustment_between, is_other, settled_body
from pipelines.runs.statements import ID_DIGITS, evidence_folder, find_statement, keep_again
from pipelines.runs.states import prepare
from pipelines.settlement.facts import Adjustment
from pipelines.settlement.statement import statement_hash
from pipelines.warehouse.store import Warehouse


@dataclass(frozen=True)
class Adjusted:
    """A sealed month settled again: what is stated for it, what it comes to, and the difference."""

    month: str
    stated: str
    again: str
    difference: Adjustment
    is_other: bool


def adjust(
    home: Path,
    contract: str,
    *,
    now: datetime,
    since: Month | None = None,
    amendments: Sequence[File] = (),
    progress: Progress = lambda _: None,
) -> list[Adjusted]:
    """Settle a contract's sealed months again, from ``since`` on (else from the first), each resting on the one before.

    ``amendments``: those that are known by now; of those that a month was not sealed with the retroactive ones hold.
    What differs is kept, and taken in by the first month after the sealed ones when that is closed.
    """
    stated = last_stated(home, contract)
    chosen = [month for month in stated if since is None or month >= str(since)]
    if not chosen or (since is not None and chosen[0] != str(since)):
        raise Refused(
            Problem(
                where=f"{contract}:{since or ''}",
                what="This month is not sealed, so there is nothing to adjust: it may simply be closed again.",
                mend=f"Sealed are: {', '.join(stated) or 'none'}.",
                code="adjust.not_sealed",
            )
        )
    sealed = {entry["month"]: entry["statement"] for entry in read_ledger(home, contract)}
    refuse_if_any([problem for month in chosen for problem in _other_definitions(stated[month])])
    found: list[Adjusted] = []
    known = dict(stated)
    for name in chosen:
        progress(f"settling {name} again")
        earlier = [body for month, body in known.items() if month < name][-1:]
        refuse_if_any(evidence_faults(home, find_statement(home, sealed[name])))
        frozen = evidence_folder(home, sealed[name][:ID_DIGITS])
        contract_then = _contract_then(frozen, Month.parse(name), amendments)
        known[name] = _settled_again(home, contract_then, frozen, Month.parse(name), earlier, now, progress)
        difference = adjustment_between(contract_then.source.model, stated[name], known[name])
        hashes = statement_hash(stated[name]), statement_hash(known[name])
        found.append(Adjusted(name, *hashes, difference, is_other(stated[name], known[name])))
    note_adjusted(home, [(stated[name], known[name]) for name in chosen], now)
    return found


def amendments_of(contract: str) -> tuple[str, list[File]]:
    """Return the number of a contract and the amendments that lie beside its file; none where it has no file here."""
    try:
        path = contract_file(contract)
    except Refused:
        return contract, []
    return read_source(contract).model.contract, amendment_files(path)


def _contract_then(frozen: Path, month: Month, amendments: Sequence[File]) -> ReadContract:
    """Return the contract that a month was sealed with, with the retroactive amendments since."""
    files = sorted((frozen / "contract" / "amendments").glob("*.yaml"))
    then = {sha256_hex(file.read_bytes()): file.read_text(encoding="utf-8") for file in files}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "amendments").mkdir()
        shutil.copyfile(frozen / "contract" / "contract.yaml", folder / "contract.yaml")
        for sha256, text in (then | {one.digest: one.text for one in amendments}).items():
            (folder / "amendments" / f"{sha256}.yaml").write_bytes(text.encode())
        return usable_contract(str(folder), month, sealed_with=set(then))


def _settled_again(
    home: Path,
    found: ReadContract,
    frozen: Path,
    month: Month,
    earlier: Sequence[Mapping[str, Any]],
    now: datetime,
    progress: Progress,
) -> dict[str, Any]:
    """Settle a sealed month under its own frozen terms, and keep that with its evidence."""
    scratch = home / "evidence" / f".part-{os.getpid()}"
    try:
        with Warehouse(home, read_only=True) as warehouse:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            prepare(warehouse.con)
            cut_off_at = default_cut_off(warehouse.con, found.source.model, month, now)
            overrides = overrides_as_of(home, now)
            measured = measure_into(
                scratch, warehouse.con, found, month, cut_off_at, overrides, progress, frozen=frozen
            )
        body = settled_body(found, month, measured, earlier)
        folder = evidence_folder(home, statement_hash(body)[:ID_DIGITS])
        if not folder.exists():
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    keep_again(home, body, closed_at=now)
    return body


def _other_definitions(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Name each definition of a sealed month that is not installed as it was then."""
    installed = installed_metrics()
    for key, sha256 in body["definitions"].items():
        if key.startswith("population "):
            here = sha256_hex(population_sql(key.removeprefix("population ")).encode())
        else:
            here = installed[key].digest if key in installed else ""
        if here != sha256:
            yield Problem(
                where=f"{body['month']}, definition {key}",
                what="The month was sealed with another version of it; settled again by this one it would be measured"
                " otherwise, and the difference would be no adjustment.",
                mend="Settle it again with the release of clausemeter that it was sealed with.",
                code="adjust.definition",
            )
