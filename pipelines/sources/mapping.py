"""The mapping language: how the columns of a log become canonical events.

`docs.md` in this folder is the page for those who write mappings; `parse_mapping.py` reads and checks one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipelines.core.canonical import digest

Unit: TypeAlias = Literal["s", "ms", "min", "h", "h:m:s"]
EPOCHS = ("epoch_s", "epoch_ms")
ISO = "iso"


def _as_list(value: Any) -> Any:
    """Let one text stand for a list of one."""
    return [value] if isinstance(value, str) else value


def _no_value_is_empty(value: Any) -> Any:
    """Read the empty scalar in a list of missing texts as the empty text."""
    return ["" if item is None else item for item in value] if isinstance(value, list) else value


Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Missing: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_no_value_is_empty), BeforeValidator(_as_list)]


class Model(BaseModel):
    """A part of a mapping: unknown words are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(Model):
    """Which rows: a raw column ``is`` present or missing, its text (not) ``in`` a list, its number large or small."""

    column: str
    presence: Literal["present", "missing"] | None = Field(default=None, alias="is")
    among: Texts | None = Field(default=None, alias="in")
    not_among: Texts | None = Field(default=None, alias="not_in")
    below: str | None = None
    at_most: str | None = None
    at_least: str | None = None
    above: str | None = None

    @property
    def bounds(self) -> dict[str, str]:
        """What its number is compared with: a sign of SQL, and the number."""
        said = {"<": self.below, "<=": self.at_most, ">=": self.at_least, ">": self.above}
        return {sign: number for sign, number in said.items() if number is not None}


class Skip(Condition):
    """Rows that are no events at all, and why."""

    because: str


Conditions: TypeAlias = Annotated[
    tuple[Condition, ...], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)
]
Skips: TypeAlias = Annotated[
    tuple[Skip, ...], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)
]


class Plus(Model):
    """A duration that is added to an instant: the time of an answer where the log says only how long it took."""

    raw: str = Field(alias="from")
    unit: Unit
    missing: Missing | None = None


class From(Model):
    """Where one canonical column comes from: raw columns, a constant, or the load itself."""

    raw: Texts = Field(default=(), alias="from")
    or_from: tuple[Texts, ...] = ()
    constant: str | None = None
    load: Literal["true"] | None = None
    join: str = " "
    format: Texts = ()
    unit: Unit | None = None
    values: dict[str, str] | None = None
    others: Literal["keep"] | None = None
    missing: Missing | None = None
    not_before: str | None = None
    plus: Plus | None = None
    split: str | None = None
    personal: Literal["true", "false"] = "false"

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Every raw column that it may be read from."""
        added = [self.plus.raw] if self.plus else []
        return tuple(dict.fromkeys([*self.raw, *(raw for other in self.or_from for raw in other), *added]))

    @property
    def is_local(self) -> bool:
        """Whether its texts are local times, which the mapping's zone turns into instants."""
        return bool(self.format) and self.format[0] not in {ISO, *EPOCHS} and "%z" not in self.format[0]


def _as_from(value: Any) -> Any:
    """Let a key be named by its raw columns alone."""
    return {"from": value, "join": "|"} if isinstance(value, str | list) else value


KeyPart: TypeAlias = Annotated[From, BeforeValidator(_as_from)]


class Row(Model):
    """What one of several events of a line says, beside what its table says of all of them."""

    key: dict[str, KeyPart] = {}
    columns: dict[str, From] = {}
    when: Conditions = ()


class Table(Model):
    """How a file fills one event table. With ``rows`` a line of the file is several events, each with a name here."""

    key: dict[str, KeyPart]
    columns: dict[str, From] = {}
    when: Conditions = ()
    rows: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Row] = {}

    def with_row(self, row: Row) -> "Table":
        """Return the table as it reads for one of its rows: what the row says is added, or stands instead."""
        return Table(key={**self.key, **row.key}, columns={**self.columns, **row.columns}, when=(*self.when, *row.when))


@dataclass(frozen=True)
class Part:
    """One event that a line may give: the event table that it goes to, and how it is read."""

    event: str
    table: Table


class FileForm(Model):
    """What the file looks like."""

    format: Annotated[tuple[Literal["csv", "xlsx"], ...], BeforeValidator(_as_list)]
    delimiter: str = ","
    quote: str | None = '"'
    encoding: str = "utf-8"
    sheet: str = "1"
    header_line: int = 1
    columns: tuple[str, ...] = ()


class Mapping(Model):
    """One log format of one source. ``name`` is the file it was read from, ``text`` its whole text."""

    source: Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]
    about: dict[str, str] | str | None = None
    channel: Literal["phone", "chat", "email", "case"]
    keeper: Literal["operator", "vendor"]
    zone: str
    resolution_s: str = "1"
    missing: Missing = ("",)
    personal: Texts = ()
    file: FileForm | None = None
    adapter: str | None = None
    tables: dict[str, Table] = {}
    skip: Skips = ()
    name: str = ""
    text: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """A digest of what decides the rows; remarks, masking and the file's own name do not change it."""
        return digest(self.model_dump(mode="json", exclude={"about", "personal", "name", "text", "keeper"}))

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Every event that a line may give, by a name of its own: its table's, with its row's where there are some."""
        found: dict[str, Part] = {}
        for event, table in self.tables.items():
            if not table.rows:
                found[event] = Part(event, table)
            found |= {f"{event}_{name}": Part(event, table.with_row(row)) for name, row in table.rows.items()}
        return found

    @cached_property
    def raw_columns(self) -> tuple[str, ...]:
        """Every raw column that the rows depend on, in order of first mention."""
        named = [raw for part in self.parts.values() for raw in _raw_of(part.table)]
        return tuple(dict.fromkeys([*named, *(skip.column for skip in self.skip)]))

    @cached_property
    def personal_columns(self) -> frozenset[str]:
        """The raw columns that are masked when a line is shown."""
        marked = [
            raw
            for one in self.parts.values()
            for part in (*one.table.key.values(), *one.table.columns.values())
            if part.personal == "true"
            for raw in part.raw_columns
        ]
        return frozenset([*marked, *self.personal])

    def columns_behind(self, *facts: str) -> frozenset[str]:
        """Return the raw columns that give these facts (who somebody is); an adapter's are personal anyway."""
        return frozenset(
            raw
            for one in self.parts.values()
            for name, part in (*one.table.key.items(), *one.table.columns.items())
            if name in facts
            for raw in part.raw_columns
        )


def _raw_of(table: Table) -> Iterator[str]:
    for part in (*table.key.values(), *table.columns.values()):
        yield from part.raw_columns
    yield from (condition.column for condition in table.when)
