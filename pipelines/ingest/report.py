"""What a load did: every line of the file has one fate, and the fates add up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

LOADED = "loaded"
ALREADY_LOADED = "already_loaded"

# told as work goes on: the file's name, the step (archiving, reading, storing, assembling), done, in all
Progress: TypeAlias = Callable[[str, str, int, int], None]


@dataclass(frozen=True)
class LoadReport:
    """One file's load. ``lines`` = accepted + quarantined + duplicates + blank + skipped, in physical lines.

    A record that runs over k lines counts as k in its class; ``rows`` counts the event rows stored, by table. A file
    that was loaded before has ``status`` already_loaded, and the figures of that load.
    """

    load_id: int
    status: str
    source: str
    file_name: str
    sha256: str
    size_bytes: int
    mapping_name: str
    mapping_sha256: str
    loaded_at: datetime
    lines: int
    accepted: int
    quarantined: int
    duplicates: int
    blank: int
    skipped: int
    reading: str
    rows: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, str | None, int], ...] = ()  # code, raw column, records in quarantine

    @property
    def adds_up(self) -> bool:
        """Say whether every line has exactly one fate."""
        return self.lines == self.accepted + self.quarantined + self.duplicates + self.blank + self.skipped

    def sentence(self) -> str:
        """Say in one sentence what happened."""
        if self.status == ALREADY_LOADED:
            return (
                f"{self.file_name} is already loaded as load {self.load_id} on {self.loaded_at:%Y-%m-%d %H:%M} UTC; "
                "nothing changed."
            )
        return (
            f"{self.file_name}: load {self.load_id}, {self.lines:,} lines = {self.accepted:,} accepted + "
            f"{self.quarantined:,} in quarantine + {self.duplicates:,} duplicates + {self.blank:,} blank + "
            f"{self.skipped:,} skipped."
        )
