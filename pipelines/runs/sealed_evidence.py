"""The evidence that a home keeps of a sealed month, held against the pack that was sealed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

from pipelines.core.canonical import sha256_hex
from pipelines.core.problem import Problem
from pipelines.runs.ledger import seal_of
from pipelines.runs.pack import BROKEN, MANIFEST, sha256_of
from pipelines.runs.seal import pack_name, packs_folder
from pipelines.runs.statements import StatementRef, evidence_folder

INSIDE = "evidence/"


def evidence_faults(home: Path, ref: StatementRef) -> Iterator[Problem]:
    """Name each file of a sealed statement's evidence that is gone, or no longer what was sealed.

    A statement that is not sealed has no pack to be held against; a pack that is gone is named by the audit.
    """
    folder = evidence_folder(home, ref.id)
    for name, sha256 in _sealed_members(home, ref).items():
        path = folder / name.removeprefix(INSIDE)
        if name.startswith(INSIDE) and (not path.is_file() or sha256_of(path) != sha256):
            yield Problem(
                where=str(path),
                what=f"{ref.contract}:{ref.month} is sealed, and this file of its evidence is not what was sealed.",
                mend=f"Restore it from the pack {pack_name(ref)}, and find out who could write.",
                code="evidence.changed",
            )


def _sealed_members(home: Path, ref: StatementRef) -> Mapping[str, str]:
    """Return the SHA-256 of each member of the pack that was sealed; none where there is no such pack."""
    entry = seal_of(home, ref.contract, ref.month)
    if entry is None or entry["statement"] != ref.sha256:
        return {}
    try:
        with ZipFile(packs_folder(home) / pack_name(ref)) as pack:
            manifest = pack.read(MANIFEST)
    except BROKEN:
        return {}
    members: dict[str, str] = json.loads(manifest)["members"] if sha256_hex(manifest) == entry["pack"] else {}
    return members
