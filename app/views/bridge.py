"""A vendor's own report beside a statement."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.views.statement import Head, Words


@dataclass(frozen=True)
class BridgePart:
    """A cause's part of a difference, and what it is worth in points of the score and in money (None: not said)."""

    cause: str
    difference: Fraction
    points: Fraction | None
    money: Decimal | None


@dataclass(frozen=True)
class BridgeRow:
    """A figure of the report beside ours; ``difference`` is theirs less ours, and its parts add up to it.

    ``judged`` is the month's value where another metric's stands in the place of the one reported, ``used`` why.
    """

    code: str
    indicator: str | None
    clause: str
    name: Words
    unit: str
    theirs: Fraction | None
    theirs_of: tuple[str | None, str | None]
    ours: Fraction | None
    ours_of: tuple[str, str]
    difference: Fraction | None
    verdict: str
    parts: tuple[BridgePart, ...]
    points: Fraction | None
    money: Decimal | None
    paragraph: str
    judged: Fraction | None = None
    used: str = ""


@dataclass(frozen=True)
class BridgeView:
    """The bridge; ``is_stale`` where it was laid beside an earlier body. ``rows`` is empty where none was laid."""

    head: Head
    file_name: str
    rows: tuple[BridgeRow, ...]
    points: Fraction | None
    money: Decimal | None
    not_reported: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        """Whether a report was laid beside the statement."""
        return bool(self.file_name)
