"""What a contract holds (settlement.md, section 2). Every figure is dated and cites the clause it stands in."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")


def _read_percent(value: object) -> object:
    """Read ``90%`` as 0.90 exactly; whatever else is left for pydantic to judge."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return Decimal(value.strip()[:-1].strip()) / 100
        except ArithmeticError:
            return value
    return value


def is_dated(value: object) -> bool:
    """Say whether ``value`` is written as {since, value, by}, or is meant to be."""
    return isinstance(value, dict) and not {"since", "value"}.isdisjoint(value)


def _as_dated(value: object) -> object:
    """Read a plain value as one that holds from the contract's first day; a list of {since, value} as it stands."""
    if isinstance(value, list) and any(is_dated(item) for item in value):
        return value
    return [value] if is_dated(value) else [{"value": value}]


def _read_day(value: object) -> object:
    """Read 2026-10-01 only: pydantic alone would take 86400 for the second day of 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a day is written like 2026-10-01")
    return value


# Twelve places are what a statement writes exactly, and twelve digits before them more than any contract's sum.
Number = Annotated[
    Decimal, BeforeValidator(_read_percent), Field(allow_inf_nan=False, max_digits=24, decimal_places=12)
]
Day = Annotated[date, BeforeValidator(_read_day)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]


class Part(BaseModel):
    """A part of a contract: unknown keys are refused, nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(Part, Generic[T]):
    """A value, the day it begins (None: with its contract) and the words it rests on (None: its holder's clause)."""

    value: T
    since: Day | None = None
    by: str | None = None


DatedNumber = Annotated[list[Value[Number]], BeforeValidator(_as_dated), Field(min_length=1)]
DatedText = Annotated[list[Value[str]], BeforeValidator(_as_dated), Field(min_length=1)]


class Words(Part):
    """A text in Chinese and English; at least one of them."""

    zh: str = ""
    en: str = ""

    def __str__(self) -> str:
        """Return the Chinese words, or the English ones where there are no Chinese."""
        return self.zh or self.en


class Party(Words):
    """One side of the contract; ``id`` is its name in rosters and accounts."""

    id: str


class Term(Part):
    """The days for which the contract holds, half-open."""

    from_: Day = Field(alias="from")
    until: Day


class Tax(Part):
    """How the fees are taxed (settlement.md, sections 2 and 7)."""

    rate: DatedNumber = [Value[Number](value=Decimal(0))]
    prices_include_tax: bool = False
    deductions_as: Literal["price_reduction", "separate"] = "price_reduction"


class Band(Part):
    """A tier [from, until): its share of the base, its sum, or its points in percent of the weight."""

    from_: Number | None = Field(default=None, alias="from")
    until: Number | None = None
    rate: Number | None = None
    amount: Number | None = None
    points: Number | None = None


class Point(Part):
    """A corner of a piecewise line: at this value, that percentage of the weight. Two at one value are a jump."""

    at: Number
    points: Number


class Scoring(Part):
    """How a value becomes points (settlement.md, section 4); points are percent of the weight."""

    form: Literal["pass_fail", "bands", "linear", "piecewise", "per_step"]
    bands: list[Band] = []
    closed: Literal["left", "right"] | None = None
    zero_at: Number | None = None
    full_at: Number | None = None
    at: list[Point] = []
    step: Number | None = None
    relative: bool = False
    lose: Number | None = None
    lose_unit: Literal["percent", "weight"] = "percent"
    floor: Number = Decimal(0)
    steps: Literal["started", "full"] = "started"


class Consequence(Part):
    """What a missed target costs (settlement.md, section 5)."""

    id: Name
    form: Literal["bands", "per_step", "fixed"]
    clause: str | None = None
    rate: Number | None = None
    amount: Number | None = None
    step: Number | None = None
    relative: bool = False
    steps: Literal["started", "full"] = "started"
    bands: list[Band] = []
    closed: Literal["left", "right"] | None = None
    base: Annotated[list[str], Field(min_length=1)] | None = None
    cap: Number | None = None
    cap_rate: Number | None = None
    kind: Literal["kpi", "event"] = "kpi"


def clause_numbers(clause: str) -> list[int]:
    """Return the numbers in a clause's name: ``§4.10(2)`` → 4, 10, 2."""
    return [int(number) for number in re.findall(r"[0-9]+", clause)]


class Indicator(Part):
    """A promise: a metric with its terms, its target, and what follows from it."""

    id: Name
    clause: str
    text: Words = Words()
    name: Words | None = None
    metric: str
    scope: dict[str, list[str]] = {}
    terms: dict[str, DatedText] = {}
    target: DatedNumber | None = None
    class_: Literal["critical", "key", "report_only"] = Field(default="key", alias="class")
    weight: DatedNumber | None = None
    minimum_sample: DatedNumber = [Value[Number](value=Decimal(1))]
    scoring: Annotated[list[Value[Scoring]], BeforeValidator(_as_dated)] | None = None
    consequences: Annotated[list[Value[list[Consequence]]], BeforeValidator(_as_dated)] = []
    on_change: Literal["split", "weighted_target", "period_end"] = "split"
    unmeasurable: Literal["exclude", "count_as_missed"] | None = None
    too_few: Literal["skip", "count_as_met"] = "skip"
    compare_at: Number | None = None
    compare_rounding: Literal["half_up", "down"] = "half_up"
    since: Day | None = None
    until: Day | None = None

    @property
    def place(self) -> tuple[list[int], str]:
        """Its place among the others: by the numbers of its clause (4.2 before 4.10), then by its id."""
        return clause_numbers(self.clause), self.id


class Fee(Part):
    """What is paid for the service (settlement.md, section 6)."""

    id: Name
    clause: str
    name: Words = Words()
    form: Literal["fixed"]
    amount: DatedNumber


class Cap(Part):
    """The most that deductions of these kinds may take of the fee base, or as a sum; in the order written."""

    id: Name
    clause: str
    kinds: Annotated[list[Literal["kpi", "event"]], Field(min_length=1)]
    rate: DatedNumber | None = None
    amount: DatedNumber | None = None


class Contract(Part):
    """A contract between an operator (甲方) and a vendor (乙方)."""

    contract: str
    title: Words = Words()
    operator: Party
    vendor: Party
    term: Term
    zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    tax: Tax = Tax()
    scope: dict[str, list[str]] = {}
    calendars: dict[str, Any] = {}
    indicators: list[Indicator] = []
    fees: list[Fee] = []
    caps: list[Cap] = []
    floor: Literal["zero", "none"] = "zero"
