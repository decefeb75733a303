"""The order of settlement.md, section 7, and the totals a statement prints. They add up, and a test adds them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract
from pipelines.core.dated import Piece
from pipelines.core.exact import rate_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.judge import Judged
from pipelines.settlement.lines import Base, Line, cap_lines, deduction_lines, fee_lines, tax_rate

# Every step, in order; together they are the payable sum.
STEPS = (
    "fees",
    "bonuses",
    "deductions",
    "repeats",
    "capped",
    "coefficient",
    "adjustments",
    "earn_back",
    "carried_in",
    "floor",
    "tax",
    "rounding",
)

TAXED_WITHOUT_DEDUCTIONS = ("fees", "bonuses", "coefficient")
TAXED_BEFORE_CARRIED = tuple(step for step in STEPS if step != "carried_in")


@dataclass(frozen=True)
class Settled:
    """The lines of a month and its totals, all in the contract's currency.

    ``totals`` has every step, each the sum of its lines, and ``payable``, the sum of the steps; ``withheld`` and
    ``carried_out`` change no total.
    """

    lines: Sequence[Line]
    totals: dict[str, Decimal]


@dataclass(frozen=True)
class Carried:
    """What an earlier month could not take: ``amount`` (negative), the statement that carried it out, its tax rate."""

    amount: Decimal
    out_of: str
    rate: Piece[Decimal] | None = None  # of the month it comes from; None: not taxed


def settle(contract: Contract, month: Days, judged: Sequence[Judged], carried: Carried | None = None) -> Settled:
    """Settle a month: fees, deductions with their own caps, caps, what is carried in, floor, tax.

    Amounts are signed towards the payable sum. Neither the order of the indicators nor that of the fees changes a byte.
    """
    fees = fee_lines(contract, month)
    base = Base(contract, month, fees)
    in_order = sorted(judged, key=lambda one: one.terms.indicator.place)
    taken = [line for one in in_order for line in deduction_lines(one, base)]
    net_lines = [*fees, *taken, *cap_lines(base, taken)]
    if carried is not None and carried.amount:
        words = f"carried out of {carried.out_of}"
        net_lines.append(Line("carried_in", "carried_in", "carried_in", "floor", carried.amount, words))
    if contract.tax.deductions_as == "separate":
        lines = _floored_after_tax(contract, month, net_lines)
    else:
        lines = _floored_before_tax(contract, month, net_lines)
        lines += _tax_of_carried(contract, carried, lines)
    return Settled(lines, _totals(lines, contract.currency))


def _totals(lines: Sequence[Line], currency: str) -> dict[str, Decimal]:
    totals = {step: total((line.amount for line in lines if line.step == step), currency) for step in STEPS}
    totals["payable"] = total(totals.values(), currency)
    totals["withheld"] = to_fen(0, currency)
    totals["carried_out"] = -totals["floor"]
    return totals


def _floored_before_tax(contract: Contract, month: Days, net_lines: Sequence[Line]) -> list[Line]:
    """Deductions lower the price: the floor applies to the net sum, and what is left is taxed."""
    floor = _floor(contract, month, net_lines)
    if floor:
        return [*net_lines, *floor]  # nothing is left to tax; what is carried out keeps this month's rate
    return _taxed(contract, month, net_lines, TAXED_BEFORE_CARRIED)


def _floored_after_tax(contract: Contract, month: Days, net_lines: Sequence[Line]) -> list[Line]:
    """Deductions stand beside the invoice: the fees are taxed, and the floor applies to the payable sum."""
    lines = _taxed(contract, month, net_lines, TAXED_WITHOUT_DEDUCTIONS)
    return [*lines, *_floor(contract, month, lines)]


def _tax_of_carried(contract: Contract, carried: Carried | None, lines: Sequence[Line]) -> list[Line]:
    """What was carried in keeps the tax rate of its own month; a month that is lifted to zero taxes nothing yet."""
    if carried is None or carried.rate is None or not carried.amount or contract.tax.prices_include_tax:
        return []
    if any(line.kind == "floor" for line in lines):
        return []
    amount = to_fen(Fraction(carried.amount) * Fraction(carried.rate.value), contract.currency)
    formula = f"{rate_text(carried.rate.value)} × {carried.amount}, the rate of its own month"
    line = Line("tax_carried_in", "tax", "tax", carried.rate.by, amount, formula, rests_on=("carried_in",))
    return [line] if carried.rate.value else []


def _floor(contract: Contract, month: Days, lines: Sequence[Line]) -> list[Line]:
    """Return the line that lifts a negative sum to zero; none where the contract lets the vendor pay.

    At the end of the term nothing can be carried further: what is left is due.
    """
    so_far = total((line.amount for line in lines), contract.currency)
    if contract.floor == "none" or so_far >= 0 or contract.term.until <= month.until:
        return []
    formula = f"max(0, {so_far}) − ({so_far}); carried out {so_far}"
    ids = tuple(line.id for line in lines)
    return [Line("floor", "floor", "floor", "floor", -so_far, formula, rests_on=ids)]


def _taxed(contract: Contract, month: Days, lines: Sequence[Line], steps: Sequence[str]) -> list[Line]:
    """Return ``lines`` with the tax figure of each in ``steps``, the tax line, and what rounding adds.

    Tax is worked out once on the whole; the figures of the lines are shown and summed in the tax line, and their
    difference to the whole is ``rounding``.
    """
    currency = contract.currency
    rate = tax_rate(contract, month)
    if not rate.value:
        return list(lines)
    exact = Fraction(rate.value)
    share = exact / (1 + exact) if contract.tax.prices_include_tax else exact
    shown = [
        replace(line, tax=to_fen(Fraction(line.amount) * share, currency)) if line.step in steps else line
        for line in lines
    ]
    taxed = total((line.amount for line in lines if line.step in steps), currency)
    once = to_fen(Fraction(taxed) * share, currency)
    ids = tuple(line.id for line in lines if line.step in steps)
    if contract.tax.prices_include_tax:
        formula = f"{taxed} includes {rate_text(rate.value)} tax: {once}"
        zero = to_fen(0, currency)
        return [*shown, Line("tax", "tax", "tax", rate.by, zero, formula, because="prices include tax", rests_on=ids)]
    by_line = total((line.tax for line in shown if line.tax is not None), currency)
    formula = f"{rate_text(rate.value)} × {taxed}, line by line"
    found = [*shown, Line("tax", "tax", "tax", rate.by, by_line, formula, rests_on=ids)]
    if once != by_line:
        formula = f"{rate_text(rate.value)} × {taxed} = {once}; {once} − {by_line}"
        found.append(Line("rounding", "rounding", "rounding", rate.by, once - by_line, formula, rests_on=ids))
    return found
