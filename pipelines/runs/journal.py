"""A journal of a home: a file of canonical JSON lines, appended and never changed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.core.canonical import canonical_json
from pipelines.core.problem import Problem, Refused


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal; one that is not what was written is refused."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            is_written = isinstance(row, dict) and canonical_json(row) == line
        except (ValueError, TypeError):
            is_written = False
        if not is_written:
            raise Refused(
                Problem(
                    where=f"{path}:{number}",
                    what="This line is not as it was written; somebody changed the file.",
                    mend="Restore it from a copy.",
                    code="journal.changed",
                )
            )
        found.append(row)
    return found


def append_to_journal(path: Path, row: Mapping[str, Any]) -> None:
    """Append a line; it is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(canonical_json(dict(row)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
