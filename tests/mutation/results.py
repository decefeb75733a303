"""What ``make mutants`` kept, and the survivors that survivors.md argues."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.conftest import ROOT

RESULTS = ROOT / "tests/mutation/results.json"
ARGUED = ROOT / "tests/mutation/survivors.md"


def survivors(kept: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the survivors: where, and the change."""
    return {
        (one["where"], one["mutant"])
        for part in kept.values()
        for found in part["parts"].values()
        for one in found["survivors"]
    }


def argued(text: str | None = None) -> dict[tuple[str, str], str]:
    """Return the verdict of each row of survivors.md; a bar within a cell is written ``\\|``."""
    return dict(_rows(ARGUED.read_text(encoding="utf-8") if text is None else text))


def _rows(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    for line in text.splitlines():
        cells = [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[2] not in ("verdict", ""):
            yield (cells[0], cells[1].strip("`")), cells[2]
