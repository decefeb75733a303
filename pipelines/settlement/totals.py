"""The order of settlement.md, section 7, and the totals a statement prints. They add up, and a test adds them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract
from pipelines.contract.resolve import dated, term_days
from pipelines.core.exact import percent_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.judge import Judged
from pipelines.settlement.lines import Line, cap_lines, deduction_lines, fee_lines

# Every step, in order; all but the last two add up to the payable sum.
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


@dataclass(frozen=True)
class Settled:
    """The lines of a month and its totals, all in the contract's currency."""

    lines: Sequence[Line]
    totals: dict[str, Decimal]


def settle(contract: Contract, month: Days, judged: Sequence[Judged]) -> Settled:
    """Settle a month: fees, deductions with their own caps, caps, floor, tax. Amounts are signed towards the payable sum."""
    currency = contract.currency
    fees = fee_lines(contract, month)
    taken = [line for indicator in judged for line in deduction_lines(contract, indicator, fees)]
    caps = cap_lines(contract, month, fees, taken)
    net_lines = [*fees, *taken, *caps]
    separate = contract.tax.deductions_as == "separate"
    taxed_lines, tax, rounding, tax_line = _taxed(contract, month, fees if separate else net_lines)
    net = total((line.amount for line in net_lines), currency)
    # Under `separate` the floor applies to the payable sum, tax included; otherwise to the net before tax.
    before_floor = net + tax + rounding if separate else net
    lifted = max(-before_floor, to_fen(0, currency)) if contract.floor == "zero" else to_fen(0, currency)
    if lifted and not separate:
        taxed_lines, tax, rounding, tax_line = list(net_lines), to_fen(0, currency), to_fen(0, currency), None
    lines = [*taxed_lines, *net_lines[len(taxed_lines) :]]
    if lifted:
        lines.append(
            Line(
                id="floor",
                kind="floor",
                clause="floor",
                amount=lifted,
                formula=f"max(0, {before_floor}) − ({before_floor}); carried out {lifted}",
            )
        )
    if tax_line is not None:
        lines.append(tax_line)
    totals = {step: to_fen(0, currency) for step in STEPS}
    totals["fees"] = total((line.amount for line in fees), currency)
    totals["deductions"] = total((line.amount for line in taken), currency)
    totals["capped"] = total((line.amount for line in caps), currency)
    totals["floor"] = lifted
    totals["tax"], totals["rounding"] = tax, rounding
    totals["payable"] = total((totals[step] for step in STEPS), currency)
    totals["withheld"] = to_fen(0, currency)
    totals["carried_out"] = -lifted
    return Settled(lines, totals)


def _taxed(contract: Contract, month: Days, lines: Sequence[Line]) -> tuple[list[Line], Decimal, Decimal, Line | None]:
    """Return the lines with their tax figures, the sum of these, what rounding adds, and the tax line.

    Tax is worked out once on the whole; the figures of the lines are shown, and their difference is ``rounding``.
    """
    currency = contract.currency
    in_force = term_days(contract).overlap(month)
    rate = dated("tax", contract.tax.rate, begins=contract.term.from_, by="tax").pieces(in_force)[0]
    zero = to_fen(0, currency)
    if not rate.value:
        return list(lines), zero, zero, None
    taxed = total((line.amount for line in lines), currency)
    if contract.tax.prices_include_tax:
        share = Fraction(rate.value) / (1 + Fraction(rate.value))
        shown = [replace(line, tax=to_fen(Fraction(line.amount) * share, currency)) for line in lines]
        inside = to_fen(Fraction(taxed) * share, currency)
        words = f"{taxed} includes {percent_text(rate.value)}% tax: {inside}"
        return shown, zero, zero, Line("tax", "tax", rate.by, zero, words, because="prices include tax")
    shown = [replace(line, tax=to_fen(Fraction(line.amount) * Fraction(rate.value), currency)) for line in lines]
    once = to_fen(Fraction(taxed) * Fraction(rate.value), currency)
    by_line = total((line.tax for line in shown if line.tax is not None), currency)
    words = f"{percent_text(rate.value)}% × {taxed}"
    if once != by_line:
        words += f" (line by line {by_line}, rounding {once - by_line})"
    return shown, by_line, once - by_line, Line("tax", "tax", rate.by, once, words)
