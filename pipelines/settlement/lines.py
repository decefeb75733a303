"""The lines of a statement: each rounded once, signed towards the payable sum, with its formula filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract
from pipelines.contract.resolve import dated, term_days
from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text, exact_text
from pipelines.core.money import minor_digits, total
from pipelines.core.period import Days

NET_OF_TAX = "net_of_tax"


@dataclass(frozen=True)
class Line:
    """One line. ``amount`` is signed: what the vendor is paid is positive, what is taken is negative.

    ``kind`` is fee, bonus, deduction, repeat, cap, coefficient, points, adjustment, earn_back, carried_in, floor, tax
    or rounding; ``step`` the total that it is summed in; ``group`` the kind of consequence (kpi, event) that caps speak
    of, None where there is none or several; ``because`` says why it is 0. ``rate`` is a tax rate of its own, of another
    month, and ``taxed`` the part of the amount that is taxed by it.
    """

    id: str
    kind: str
    step: str
    clause: str
    amount: Decimal
    formula: str
    indicator: str | None = None
    consequence: str | None = None
    days: Days | None = None
    by: str | None = None
    group: str | None = None
    tax: Decimal | None = None
    because: str | None = None
    rests_on: tuple[str, ...] = ()  # the lines that a cap, a repeat, a tax or a floor is worked out from
    item: tuple[str, str] | None = None  # source and id of the item that an incident's line is for
    cost_centres: tuple[tuple[str, Decimal], ...] = ()
    borne: Decimal | None = None  # of a deduction: what is left of it after every cap
    rate: Piece[Decimal] | None = None
    taxed: Decimal | None = None


def at_nothing(line: Line, because: str) -> Line:
    """Return a line that another one silences."""
    return replace(line, amount=abs(line.amount) * 0, because=because)  # never −0.00


@dataclass(frozen=True)
class Base:
    """The month's rounded fee lines, and what percentages are taken of."""

    contract: Contract
    month: Days
    fees: Sequence[Line]

    def of(self, names: Sequence[str] | None) -> tuple[Fraction, str]:
        """Return the sum of all fee lines, or of those named, and its words.

        It is net of the month's tax where ``net_of_tax`` is named, and then exact: a line is rounded once, at its end.
        """
        named = set(names or ()) - {NET_OF_TAX}
        fees = [line for line in self.fees if not named or line.id.partition("@")[0] in named]
        whole = total((line.amount for line in fees), self.contract.currency)
        if NET_OF_TAX not in (names or ()) or not self.contract.tax.prices_include_tax:
            return Fraction(whole), str(whole)
        with_tax = 1 + Fraction(tax_rate(self.contract, self.month).value)
        return Fraction(whole) / with_tax, f"({whole} / {decimal_text(with_tax)})"


def tax_rate(contract: Contract, month: Days) -> Piece[Decimal]:
    """Return the month's tax rate: that of its first day in force."""
    in_force = term_days(contract).overlap(month)
    return dated("tax", contract.tax.rate, begins=contract.term.from_, by="tax").pieces(in_force)[0]


def money_text(amount: Decimal | Fraction, currency: str) -> str:
    """Return money with its currency's digits, and more where an agreed price has more."""
    return exact_text(amount, minor_digits(currency))
