"""What the parts of a contract are made of: figures, days, names, words, and values that are dated and cited."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")


def read_percent(value: object) -> object:
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


def as_dated(value: object) -> object:
    """Read a plain value as one that holds from the contract's first day; a list of {since, value} as it stands."""
    if isinstance(value, list) and any(is_dated(item) for item in value):
        return value
    return [value] if is_dated(value) else [{"value": value}]


def read_day(value: object) -> object:
    """Read 2026-10-01 only: pydantic alone would take 86400 for the second day of 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a day is written like 2026-10-01")
    return value


# Twelve places are what a statement writes exactly, and twelve digits before them more than any contract's sum.
Number = Annotated[Decimal, BeforeValidator(read_percent), Field(allow_inf_nan=False, max_digits=24, decimal_places=12)]
Day = Annotated[date, BeforeValidator(read_day)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]


class Part(BaseModel):
    """A part of a contract: unknown keys are refused, nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(Part, Generic[T]):
    """A value, the day it begins (None: with its contract) and the words it rests on (None: its holder's clause)."""

    value: T
    since: Day | None = None
    by: str | None = None


DatedNumber = Annotated[list[Value[Number]], BeforeValidator(as_dated), Field(min_length=1)]
DatedText = Annotated[list[Value[str]], BeforeValidator(as_dated), Field(min_length=1)]


class Words(Part):
    """A text in Chinese and English; at least one of them."""

    zh: str = ""
    en: str = ""

    def __str__(self) -> str:
        """Return the Chinese words, or the English ones where there are no Chinese."""
        return self.zh or self.en


def clause_numbers(clause: str) -> list[int]:
    """Return the numbers in a clause's name: ``§4.10(2)`` → 4, 10, 2."""
    return [int(number) for number in re.findall(r"[0-9]+", clause)]


class Band(Part):
    """A tier [from, until) and what it comes to: a share of the base, a sum, points, or a factor.

    Points are percent of the weight in a scoring, service points in a consequence of that form.
    """

    from_: Number | None = Field(default=None, alias="from")
    until: Number | None = None
    rate: Number | None = None
    amount: Number | None = None
    points: Number | None = None


Closed = Literal["left", "right"]
