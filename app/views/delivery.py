"""What the logs behind a statement delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from app.views.statement import Head


@dataclass(frozen=True)
class SourceView:
    """A source: its files, the fates of their lines, and how complete it was and had to be."""

    source: str
    keeper: str
    files: int
    lines: int
    fates: Mapping[str, int]
    channel: str
    required: Fraction | None
    complete: Fraction | None
    verdict: str


@dataclass(frozen=True)
class DeliveredDay:
    """A source's day: rows accepted, refused, and missing."""

    source: str
    day: date
    accepted: int
    refused: int
    missing: int


@dataclass(frozen=True)
class FileView:
    """A file as it was loaded, with the fates of its lines."""

    load_id: int
    source: str
    file_name: str
    sha256: str
    loaded_at: datetime
    lines: int
    fates: Mapping[str, int]


@dataclass(frozen=True)
class RefusedLine:
    """A line that was refused: where it stands, and what of it may be shown."""

    file_name: str
    load_id: int
    line_no: int
    text: str


@dataclass(frozen=True)
class RefusedView:
    """Why lines of a source were refused, with a few of them."""

    source: str
    code: str
    column: str
    message: str
    n: int
    examples: tuple[RefusedLine, ...]


@dataclass(frozen=True)
class DeliveryView:
    """All of it; ``days`` are there where the contract asks how complete its logs are."""

    head: Head
    sources: tuple[SourceView, ...]
    days: tuple[DeliveredDay, ...]
    files: tuple[FileView, ...]
    reasons: tuple[RefusedView, ...]
