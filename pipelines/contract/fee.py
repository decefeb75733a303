"""What is paid for the service (settlement.md, section 6). A quantity is a measured metric, never typed in."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipelines.contract.consequence import Measure
from pipelines.contract.parts import DatedNumber, Name, Number, Part, Value, Words, as_dated

FeeForm = Literal["fixed", "seats", "per_contact", "per_minute", "per_case", "minimum"]


class Tier(Part):
    """A price from the n-th unit on; the first is 1."""

    from_: Annotated[int, Field(alias="from", ge=1)]
    price: Number


DatedTiers = Annotated[list[Value[list[Tier]]], BeforeValidator(as_dated), Field(min_length=1)]


class Surge(Part):
    """What is above ``forecast`` × (1 + ``tolerance``): the month's last units by arrival.

    ``add``: paid on top at ``price`` or ``rate`` of their own; ``replace``: they leave the tiers and are paid at it.
    ``forecast`` by month (``2026-10``).
    """

    forecast: dict[str, Number]
    tolerance: Number = Decimal(0)
    mode: Literal["add", "replace"] = "add"
    price: DatedNumber | None = None
    higher_of: bool = False  # each of them at the higher of the surge's and the tier's price


class Fee(Part):
    """A fee. ``amount`` is of the forms fixed and minimum, ``price`` or ``tiers`` of the others.

    ``quantity`` is what is counted: contacts, minutes, cases; of seats the attendance (attended / scheduled).
    ``cost_centres`` are shares that add up to 1.
    """

    id: Name
    clause: str
    name: Words = Words()
    form: FeeForm
    amount: DatedNumber | None = None
    price: DatedNumber | None = None
    tiers: DatedTiers | None = None
    mode: Literal["graduated", "volume"] = "graduated"
    seats: DatedNumber | None = None
    overtime: Literal["unpaid", "paid"] = "unpaid"
    quantity: Measure | None = None
    units: DatedNumber | None = None  # form minimum: that many units at the fee's own price, instead of an amount
    minimum_of: list[str] = []
    surge: Surge | None = None
    cost_centres: dict[str, Number] = {}

    @property
    def figures(self) -> dict[str, list[Value[Any]]]:
        """Return the dated figures that are written, by their key."""
        named = {"amount": self.amount, "price": self.price, "tiers": self.tiers, "seats": self.seats}
        return {name: values for name, values in named.items() if values}
