"""A metric's definition as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Facts = Mapping[str, str]


@dataclass(frozen=True)
class TermView:
    """What a contract may set: a choice, a list, or a number between two bounds (empty where nothing bounds it)."""

    name: str
    title: Mapping[str, str]
    unit: str
    default: str
    choices: tuple[str, ...]
    at_least: str
    at_most: str


@dataclass(frozen=True)
class ExampleRow:
    """A made-up item: what is known of it, and what it is."""

    item: str
    has: Facts
    state: str
    amount: str | None


@dataclass(frozen=True)
class ExampleView:
    """Made-up items and the value that they make; ``every`` is known of each of them."""

    about: Mapping[str, str]
    terms: Facts
    every: Facts
    columns: tuple[str, ...]
    rows: tuple[ExampleRow, ...]
    numerator: str
    denominator: str
    value: Fraction | None


@dataclass(frozen=True)
class DefinitionView:
    """A metric: its words, what a contract may set, its states, its SQL, a worked example."""

    key: str
    name: Mapping[str, str]
    text: Mapping[str, str]
    population: str
    aggregate: str
    unit: str
    better: str
    interval: str
    rule: str
    terms: tuple[TermView, ...]
    states: tuple[str, ...]
    sha256: str
    sql: str
    example: ExampleView | None

    @property
    def channel(self) -> str:
        """The part of its key before the point."""
        return self.key.partition(".")[0]
