"""What the environment says about this installation; read once, at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where the home is and what to do where a reader has not chosen.

    ``home`` is the folder that `clausemeter` works in. ``language`` is ``zh`` or ``en``.
    """

    home: Path
    language: str = "zh"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read CLAUSEMETER_HOME (default: data/warehouse) and CLAUSEMETER_LANGUAGE (default: zh)."""
    return Settings(
        home=Path(environment.get("CLAUSEMETER_HOME") or "data/warehouse"),
        language=environment.get("CLAUSEMETER_LANGUAGE") or "zh",
    )
