"""What was generated: every file with its digest and what a loader must find in it, and the planted truths."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class SampleFile:
    """A file: its place under the folder, the mapping that reads it (None: a vendor's own report), and its lines.

    ``lines`` are those behind the header = accepted + ``quarantined`` + ``duplicates``, when the files are loaded in
    the report's order. ``corrections`` are accepted lines that bring a later version of a record. ``same_as`` names the
    file with the same bytes: a loader takes it for the same load, and counts none of its lines. ``is_late``: delivered
    after the month was first closed.
    """

    path: str
    mapping: str | None
    month: str
    lines: int
    quarantined: int
    duplicates: int
    corrections: int
    bytes: int
    sha256: str
    is_late: bool = False
    same_as: str | None = None

    @property
    def accepted(self) -> int:
        """The lines that become events."""
        return 0 if self.same_as else self.lines - self.quarantined - self.duplicates


@dataclass(frozen=True)
class Planted:
    """Something done on purpose: its kind, the file, how often, and what it is."""

    kind: str
    path: str
    count: int
    what: str


@dataclass(frozen=True)
class Figure:
    """One figure of a vendor's report beside the truth. ``place`` is 0 where both agree, else 1, 2 or 3."""

    vendor: str
    month: str
    metric: str
    stated: tuple[int, int]
    true: tuple[int, int]
    place: int = 0

    @property
    def stated_value(self) -> Fraction | None:
        """What the vendor claims."""
        return Fraction(*self.stated) if self.stated[1] else None

    @property
    def true_value(self) -> Fraction | None:
        """What the logs say."""
        return Fraction(*self.true) if self.true[1] else None


@dataclass(frozen=True)
class SampleReport:
    """Everything that was generated. ``interactions`` = calls, sessions, threads and cases, by month and channel."""

    out: Path
    seed: int
    files: tuple[SampleFile, ...]
    planted: tuple[Planted, ...]
    figures: tuple[Figure, ...]
    interactions: dict[str, dict[str, int]]

    @property
    def flattered(self) -> tuple[Figure, ...]:
        """The figures in which a vendor's report differs from its logs."""
        return tuple(figure for figure in self.figures if figure.place)

    def of(self, mapping: str) -> tuple[SampleFile, ...]:
        """Return the files that a mapping reads."""
        return tuple(file for file in self.files if file.mapping == mapping)
