"""A kept statement as a document or a folder of evidence."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.core.canonical import canonical_json
from pipelines.core.problem import refuse_if_any
from pipelines.exports.accounts import Accounts, default_accounts, parse_accounts
from pipelines.exports.evidence import write_evidence
from pipelines.exports.pdf import render_pdf
from pipelines.exports.voucher import render_voucher
from pipelines.exports.words import Words
from pipelines.exports.workbook import render_workbook
from pipelines.runs.bridge_kept import kept_bridge
from pipelines.runs.contracts import read_text
from pipelines.runs.items import own_sources
from pipelines.runs.ledger import seal_of
from pipelines.runs.sealed_evidence import evidence_faults
from pipelines.runs.sight import WHOLE, Sight
from pipelines.runs.statements import StatementRef, evidence_folder, find_statement, published, read_statement
from pipelines.warehouse.home import Home

EVIDENCE_FORMS = ("csv", "parquet")
DOCUMENTS = ("pdf", "xlsx", "json", "voucher")
FORMS = ("pdf", "xlsx", "json", *EVIDENCE_FORMS, "voucher")


@dataclass(frozen=True)
class Exported:
    """What was written, of which statement."""

    statement: str
    sha256: str
    status: str
    files: tuple[Path, ...]


def export_statement(
    home: Path,
    name: str,
    to: str,
    *,
    language: str,
    out: Path | None = None,
    accounts: Path | None = None,
    sight: Sight = WHOLE,
) -> Exported:
    """Write a statement in a form of ``FORMS`` to ``out``: a file, or for evidence a folder.

    Everything comes from the record: the body, checked against its hash, the entry that seals it, its evidence, and as
    an annex the vendor's report that was laid beside it (`clausemeter bridge`). ``accounts`` is the chart that a
    voucher is booked by; by default the home's accounts.yaml, else the one that the package brings. Evidence is written
    as ``sight`` sees it; documents are what both parties sign, the same for everybody.
    """
    ref = find_statement(home, name)
    body = published(read_statement(home, ref.id))
    target = out or Path(_file_name(body, to))
    if to in EVIDENCE_FORMS:
        settings = asdict(Home(home).settings())
        bounds = {key: settings[key] for key in ("memory_limit", "threads")}
        refuse_if_any(evidence_faults(home, ref))
        folder = evidence_folder(home, body["id"])
        seen = None if sight == WHOLE else _seen(folder, body, sight)
        files = write_evidence(body, folder, target, to, Words(language), bounds, seen)
        return Exported(ref.id, ref.sha256, ref.status, tuple(files))
    content = _content(home, ref, body, to, language, accounts)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    return Exported(ref.id, ref.sha256, ref.status, (part.replace(target),))


def _seen(folder: Path, body: Mapping[str, Any], sight: Sight) -> dict[str, str]:
    """Return the rows of each file of items as they are seen; of rosters and days, which are no items, none."""
    sources = own_sources(folder, body, sight)
    return {
        name: f"(SELECT * EXCLUDE (true_id) FROM {sight.rows(folder / f'{name}.parquet', name, sources)})"
        for name, part in body["evidence"].items()
        if "outside" in part["columns"]
    }


def statement_document(home: Path, name: str, to: str, language: str) -> tuple[str, bytes]:
    """Return a statement in a form of ``DOCUMENTS``: the name that its file should have, and its bytes."""
    ref = find_statement(home, name)
    body = published(read_statement(home, ref.id))
    return _file_name(body, to), _content(home, ref, body, to, language, None)


def _content(
    home: Path, ref: StatementRef, body: Mapping[str, Any], to: str, language: str, accounts: Path | None
) -> bytes:
    entry = seal_of(home, ref.contract, ref.month)
    seal = entry if entry is not None and entry["statement"] == ref.sha256 else None
    annex = kept_bridge(home, ref)
    if to == "voucher":
        return render_voucher(body, _accounts(home, accounts), language, seal)
    if to == "json":
        return canonical_json({**body, **({"annex": annex} if annex else {})})
    return (render_pdf if to == "pdf" else render_workbook)(body, language, seal, annex)


def _accounts(home: Path, named: Path | None) -> Accounts:
    path = named or home / "accounts.yaml"
    return parse_accounts(read_text(path), str(path)) if named or path.exists() else default_accounts()


def _file_name(body: Mapping[str, Any], to: str) -> str:
    number = re.sub(r"[^\w.-]+", "_", body["contract"]["number"])
    stem = f"{number}-{body['month']}-{body['id']}"
    if to in EVIDENCE_FORMS:
        return f"{stem}-evidence-{to}"
    return f"{stem}-voucher.csv" if to == "voucher" else f"{stem}.{to}"
