"""Settling sealed months again: their own contract, definitions and calendars, with the logs and decisions since."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.core.canonical import sha256_hex
from pipelines.core.period import Month
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.metrics.declare import installed_metrics, population_sql
from pipelines.runs.adjusted import last_stated, note_adjusted
from pipelines.runs.close_month import Progress, default_cut_off, measure_into
from pipelines.runs.contracts import ReadContract, sealed_contract, usable_contract
from pipelines.runs.ledger import read_ledger
from pipelines.runs.overrides import overrides_as_of
from pipelines.runs.settle_month import adjustment_between, is_other, settled_body
from pipelines.runs.statements import ID_DIGITS, evidence_folder, keep_again
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
    kept_at: str | None = None,
    progress: Progress = lambda _: None,
) -> list[Adjusted]:
    """Settle a contract's sealed months again, from ``since`` on (else from the first), each resting on the one before.

    ``kept_at``: the contract's file or folder today, for amendments made since that reach into sealed months
    (``retroactive``); by default it is looked for by its number. What differs is kept, and taken in by the first month
    after the sealed ones when that is closed.
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
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    known = dict(stated)
    for name in chosen:
        progress(f"settling {name} again")
        earlier = [body for month, body in known.items() if month < name][-1:]
        frozen = evidence_folder(home, sealed[name][:ID_DIGITS])
        found = sealed_contract(frozen / "contract", kept_at or contract, Month.parse(name), known_at=now)
        known[name] = _settled_again(home, found, frozen, Month.parse(name), earlier, now, progress)
        pairs.append((stated[name], known[name]))
    note_adjusted(home, pairs, now)
    last = evidence_folder(home, sealed[chosen[-1]][:ID_DIGITS])
    model = usable_contract(str(last / "contract"), Month.parse(chosen[-1])).source.model
    return [
        Adjusted(
            before["month"],
            statement_hash(before),
            statement_hash(again),
            adjustment_between(model, before, again),
            is_other(before, again),
        )
        for before, again in pairs
    ]


def _settled_again(
    home: Path,
    found: ReadContract,
    frozen: Path,
    month: Month,
    earlier: Sequence[Mapping[str, Any]],
    now: datetime,
    progress: Progress,
) -> dict[str, Any]:
    """Settle a sealed month under its own frozen terms and what reaches back into it; keep that with its evidence."""
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
