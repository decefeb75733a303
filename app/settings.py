"""What the environment says about this installation; read once, at the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where the home is and what to do where a reader has not chosen.

    ``home`` is the folder that `clausemeter` works in. ``language`` is ``zh`` or ``en``.
    ``database_url`` names the PostgreSQL with the accounts, password and all; None: they are in the home.
    """

    home: Path
    language: str = "zh"
    database_url: str | None = field(default=None, repr=False)


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read CLAUSEMETER_HOME (default: data/warehouse), CLAUSEMETER_LANGUAGE (zh), CLAUSEMETER_DATABASE_URL (none)."""
    return Settings(
        home=Path(environment.get("CLAUSEMETER_HOME") or "data/warehouse"),
        language=environment.get("CLAUSEMETER_LANGUAGE") or "zh",
        database_url=environment.get("CLAUSEMETER_DATABASE_URL") or None,
    )
