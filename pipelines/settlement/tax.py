"""Steps 7 and 8: the floor at zero, and the tax: once per rate, at the rate of the service month."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Contract
from pipelines.core.dated import Piece
from pipelines.core.exact import rate_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.settlement.facts import Carried
from pipelines.settlement.lines import Line, tax_rate

# Under ``separate`` deductions stand beside the invoice, and change no tax.
TAXED_BESIDE = ("fees", "bonuses", "coefficient", "adjustments")


def floored_and_taxed(contract: Contract, month: Days, net_lines: Sequence[Line]) -> tuple[list[Line], list[Carried]]:
    """Return the lines with the floor, the tax, and what rounding adds; and what is carried out, by its tax rate.

    ``price_reduction``: deductions lower the price, the floor applies to the net sum, and what is left is taxed; a
    month that is lifted to zero taxes nothing yet. ``separate``: the floor applies to the payable sum.
    """
    if contract.tax.deductions_as == "separate":
        lines = _taxed(contract, month, net_lines, TAXED_BESIDE)
        floor = _floor(contract, month, lines)
        return [*lines, *floor], [Carried(-line.amount, _named(month)) for line in floor]
    floor = _floor(contract, month, net_lines)
    if floor:
        return [*net_lines, *floor], _left_over(contract, month, net_lines)
    return _taxed(contract, month, net_lines, tuple({line.step for line in net_lines})), []


def _named(month: Days) -> str:
    return f"{month.since:%Y-%m}"


def _left_over(contract: Contract, month: Days, lines: Sequence[Line]) -> list[Carried]:
    """Return what a month below zero leaves, by tax rate: what is positive pays off the oldest first."""
    own = tax_rate(contract, month)
    old = [line for line in lines if line.step in ("carried_in", "adjustments")]
    old.sort(key=lambda line: line.step != "carried_in")
    pots = [(line.amount, line.rate or own) for line in old]
    pots.append((total((line.amount for line in lines if line not in old), contract.currency), own))
    have = total((amount for amount, _ in pots if amount > 0), contract.currency)
    rest: dict[Decimal, Carried] = {}
    for amount, rate in pots:
        paid = min(have, max(-amount, amount * 0))
        have -= paid
        left = min(amount, amount * 0) + paid
        if left:
            before = rest.get(rate.value)
            rest[rate.value] = Carried(left + (before.amount if before else 0), _named(month), rate)
    return list(rest.values())


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
    """Return ``lines`` with the tax figure of each that is taxed, and for each rate the tax and what rounding adds.

    Tax is worked out once on the whole of a rate; the figures of its lines are shown and summed in the tax line, and
    their difference to the whole is ``rounding``.
    """
    own = tax_rate(contract, month)
    rates: dict[Decimal, Piece[Decimal]] = {own.value: own}
    shown: list[Line] = []
    by_rate: dict[Decimal, list[tuple[Line, Decimal]]] = {}  # each with its own tax figure, and what is taxed of it
    for line in lines:
        rate = line.rate or own
        taxed = line.amount if line.taxed is None else line.taxed
        if line.step not in steps or not rate.value:
            shown.append(line)
            continue
        rates.setdefault(rate.value, rate)
        with_tax = replace(line, tax=to_fen(Fraction(taxed) * _share(contract, rate), contract.currency))
        by_rate.setdefault(rate.value, []).append((with_tax, taxed))
        shown.append(with_tax)
    if own.value and own.value not in by_rate:
        by_rate[own.value] = []
    for value in sorted(by_rate, key=lambda one: (one != own.value, one)):
        shown += _tax_lines(contract, rates[value], by_rate[value], is_own=value == own.value)
    return shown


def _share(contract: Contract, rate: Piece[Decimal]) -> Fraction:
    exact = Fraction(rate.value)
    return exact / (1 + exact) if contract.tax.prices_include_tax else exact


def _tax_lines(
    contract: Contract,
    rate: Piece[Decimal],
    of_rate: Sequence[tuple[Line, Decimal]],
    *,
    is_own: bool,
) -> Iterator[Line]:
    currency, suffix = contract.currency, "" if is_own else f"@{rate_text(rate.value)}"
    taxed = total((amount for _, amount in of_rate), currency)
    once = to_fen(Fraction(taxed) * _share(contract, rate), currency)
    ids = tuple(line.id for line, _ in of_rate)
    if contract.tax.prices_include_tax:
        formula, zero = f"{taxed} includes {rate_text(rate.value)} tax: {once}", to_fen(0, currency)
        because = "prices include tax"
        yield Line(f"tax{suffix}", "tax", "tax", rate.by, zero, formula, because=because, rests_on=ids)
        return
    by_line = total((line.tax for line, _ in of_rate if line.tax is not None), currency)
    formula = f"{rate_text(rate.value)} × {taxed}, line by line"
    yield Line(f"tax{suffix}", "tax", "tax", rate.by, by_line, formula, rests_on=ids)
    if once != by_line:
        formula = f"{rate_text(rate.value)} × {taxed} = {once}; {once} − {by_line}"
        yield Line(f"rounding{suffix}", "rounding", "rounding", rate.by, once - by_line, formula, rests_on=ids)
