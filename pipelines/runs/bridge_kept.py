"""The annex of a statement as a home keeps it: ``bridges/<statement>.json``, beside the statement and no part of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.core.canonical import canonical_json
from pipelines.core.problem import Problem, Refused
from pipelines.runs.statements import StatementRef, find_statement


def keep_bridge(home: Path, ref: StatementRef, body: Mapping[str, Any]) -> Path:
    """Write the annex beside the statement, whole or not at all."""
    path = _path(home, ref)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(canonical_json(dict(body)))
    return beside.replace(path)


def kept_bridge(home: Path, ref: StatementRef) -> dict[str, Any] | None:
    """Return the annex of a statement: the bridge last laid beside it, or None where there is none."""
    path = _path(home, ref)
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("statement_sha256") != ref.sha256:
        raise Refused(
            Problem(
                where=str(path),
                what=f"This is no annex of statement {ref.id}: it speaks of another, or cannot be read.",
                mend=f"Lay the report beside it again, `clausemeter bridge {ref.contract} --month {ref.month}`, or take"
                " the file away.",
                code="bridge.annex",
            )
        )
    return found


def annex_of(home: Path, name: str) -> dict[str, Any] | None:
    """Return the annex of a statement by its name."""
    return kept_bridge(home, find_statement(home, name))


def _path(home: Path, ref: StatementRef) -> Path:
    return home / "bridges" / f"{ref.id}.json"
