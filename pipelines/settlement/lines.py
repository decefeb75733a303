"""The lines of a statement: each rounded once, signed towards the payable sum, with its formula filled in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.bands import closed_for, tier_of, tiers, top_of
from pipelines.contract.model import Cap, Consequence, Contract, Fee, clause_numbers
from pipelines.contract.resolve import PartTerms, dated, term_days
from pipelines.core.dated import Piece
from pipelines.core.exact import decimal_text, exact_text, rate_text
from pipelines.core.money import minor_digits, to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.judge import MISSED, Judged, JudgedPart
from pipelines.scoring.points import steps_beyond

NET_OF_TAX = "net_of_tax"


@dataclass(frozen=True)
class Line:
    """One line. ``amount`` is signed: what the vendor is paid is positive, what is taken is negative.

    ``kind`` is fee, deduction, cap, floor, tax or rounding; ``step`` the total that it is summed in; ``group`` the kind
    of consequence (kpi, event) that caps speak of, None where there is none or several; ``because`` says why it is 0.
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
    rests_on: tuple[str, ...] = ()  # the lines that a cap, a tax or a floor is worked out from


@dataclass(frozen=True)
class Base:
    """The month's rounded fee lines, and what percentages are taken of."""

    contract: Contract
    month: Days
    fees: Sequence[Line]

    def of(self, names: Sequence[str] | None) -> Decimal:
        """Return the sum of all fee lines, or of those named; net of the month's tax where ``net_of_tax`` is named."""
        named = set(names or ()) - {NET_OF_TAX}
        fees = [line for line in self.fees if not named or line.id.partition("@")[0] in named]
        whole = total((line.amount for line in fees), self.contract.currency)
        if NET_OF_TAX not in (names or ()) or not self.contract.tax.prices_include_tax:
            return whole
        rate = tax_rate(self.contract, self.month)
        return to_fen(Fraction(whole) / (1 + Fraction(rate.value)), self.contract.currency)


def tax_rate(contract: Contract, month: Days) -> Piece[Decimal]:
    """Return the month's tax rate: that of its first day in force."""
    in_force = term_days(contract).overlap(month)
    return dated("tax", contract.tax.rate, begins=contract.term.from_, by="tax").pieces(in_force)[0]


def money_text(amount: Decimal | Fraction, currency: str) -> str:
    """Return money with its currency's digits, and more where an agreed price has more."""
    return exact_text(amount, minor_digits(currency))


def fee_lines(contract: Contract, month: Days) -> list[Line]:
    """Return the fee lines of a month: one a price version; a partial month and each version by calendar days."""
    ordered = sorted(contract.fees, key=lambda fee: (clause_numbers(fee.clause), fee.id))
    return [line for fee in ordered for line in _fixed_fee(contract, fee, month)]


def _fixed_fee(contract: Contract, fee: Fee, month: Days) -> Iterable[Line]:
    in_force = term_days(contract).overlap(month)
    prices = dated(fee.id, fee.amount or [], begins=contract.term.from_, by=fee.clause).pieces(in_force)
    for price in prices:
        amount = Fraction(price.value)
        formula = money_text(price.value, contract.currency)
        if len(price.days) != len(month):
            amount = amount * len(price.days) / len(month)
            formula += f" × {len(price.days)}/{len(month)}"
        yield Line(
            id=fee.id if len(prices) == 1 else f"{fee.id}@{price.days.since}",
            kind="fee",
            step="fees",
            clause=fee.clause,
            amount=to_fen(amount, contract.currency),
            formula=formula,
            days=price.days,
            by=price.by,
        )


def deduction_lines(judged: Judged, base: Base) -> list[Line]:
    """Return what an indicator's month takes: a line a part and consequence, and one for what an own cap gives back."""
    if judged.terms.indicator.class_ == "report_only":
        return []
    lines = [
        _deduction(judged, part, consequence, base)
        for part in judged.parts
        if part.verdict == MISSED
        for consequence in _consequences(part.terms)
    ]
    names = dict.fromkeys(line.consequence for line in lines)
    return [*lines, *(cap for name in names for cap in _own_cap(judged, name, lines, base))]


def _consequences(terms: PartTerms) -> Sequence[Consequence]:
    return terms.consequences.value if terms.consequences else ()


def _deduction(judged: Judged, part: JudgedPart, consequence: Consequence, base: Base) -> Line:
    indicator, currency = judged.terms.indicator, base.contract.currency
    rate, amount, times, words = _agreed(judged, part, consequence)
    if rate is not None:
        whole = base.of(consequence.base)
        taken = Fraction(rate) * Fraction(whole) * times
        formula = f"{rate_text(rate)} × {whole}{words}"
    else:
        taken = Fraction(amount or 0) * times
        formula = f"{money_text(amount or Decimal(0), currency)}{words}"
    if part.terms.share != 1:
        formula += f" × {len(part.terms.days)}/{len(judged.terms.in_force)} days"
    name = f"{indicator.id}.{consequence.id}"
    return Line(
        id=name if len(judged.parts) == 1 else f"{name}@{part.terms.days.since}",
        kind="deduction",
        step="deductions",
        clause=consequence.clause or indicator.clause,
        amount=-to_fen(taken * part.terms.share, currency),
        formula=formula,
        indicator=indicator.id,
        consequence=consequence.id,
        days=part.terms.days,
        by=part.terms.consequences.by if part.terms.consequences else None,
        group=consequence.group,
        because=None if taken else "missed, and costs nothing here",
    )


def _agreed(
    judged: Judged, part: JudgedPart, consequence: Consequence
) -> tuple[Decimal | None, Decimal | None, int, str]:
    """Return the rate or sum that a missed part costs, how many times, and the words for it."""
    metric = judged.terms.metric
    assert part.value is not None  # noqa: S101 - a missed part has both
    assert part.target is not None  # noqa: S101
    if consequence.form == "bands":
        found = tiers(consequence.bands, top_of(metric.aggregate))
        tier = tier_of(part.value, found, closed_for(metric.better, consequence.closed))
        return tier.band.rate, tier.band.amount, 1, f" (tier {tier})"
    if consequence.form == "fixed":
        return consequence.rate, consequence.amount, 1, ""
    assert consequence.step is not None  # noqa: S101 - the linter asks for it
    times = steps_beyond(
        part.value,
        part.target,
        metric.better,
        step=consequence.step,
        relative=consequence.relative,
        mode=consequence.steps_mode,
    )
    of_target = f" of the target {decimal_text(part.target)}" if consequence.relative else ""
    plural = "" if times == 1 else "s"
    counted = f"{times} {consequence.steps_mode} step{plural}"
    words = f" × {counted} of {decimal_text(consequence.step)}{of_target}"
    return consequence.rate, consequence.amount, times, words


def _own_cap(judged: Judged, name: str | None, lines: Sequence[Line], base: Base) -> Iterator[Line]:
    """Yield what a consequence's own cap cuts: the cap is the month's, not a part's.

    Where it changes within the month it is weighted by the days of the parts that have it, missed or not, and covers
    their lines.
    """
    currency = base.contract.currency
    capped = [
        (part.terms.days, consequence)
        for part in judged.parts
        for consequence in _consequences(part.terms)
        if consequence.id == name and (consequence.cap is not None or consequence.cap_rate is not None)
    ]
    if not capped:
        return
    days = sum(len(span) for span, _ in capped)
    exact = sum((_cap_of(one, base)[0] * len(span) / days for span, one in capped), Fraction(0))
    cap = to_fen(exact, currency)
    each = [(_cap_of(one, base)[1], len(span)) for span, one in capped]
    is_one = len({words for words, _ in each}) == 1
    formula = each[0][0] if is_one else " + ".join(f"{words} × {n}/{days}" for words, n in each)
    spans = [span for span, _ in capped]
    covered = [line for line in lines if line.consequence == name and line.days in spans]
    taken = -total((line.amount for line in covered), currency)
    if taken > cap:
        yield Line(
            id=f"{judged.terms.indicator.id}.{name}.cap",
            kind="cap",
            step="deductions",
            clause=covered[0].clause,
            amount=taken - cap,
            formula=f"{taken} − {formula if is_one else f'({formula})'}",
            indicator=judged.terms.indicator.id,
            consequence=name,
            group=covered[0].group,
            rests_on=tuple(line.id for line in covered),
        )


def _cap_of(consequence: Consequence, base: Base) -> tuple[Fraction, str]:
    if consequence.cap_rate is not None:
        whole = base.of(consequence.base)
        return Fraction(consequence.cap_rate) * Fraction(whole), f"{rate_text(consequence.cap_rate)} × {whole}"
    cap = consequence.cap or Decimal(0)
    return Fraction(cap), money_text(cap, base.contract.currency)


def cap_lines(base: Base, lines: Sequence[Line]) -> list[Line]:
    """Return what the caps give back, in the order written; each looks at what the earlier ones left.

    What a joint cap cuts is borne by its kinds in proportion to what each still takes.
    """
    contract = base.contract
    found: list[Line] = []
    looked_at: list[set[str]] = []  # the kinds of each cap found so far
    left = {
        kind: -Fraction(total((line.amount for line in lines if line.group == kind), contract.currency))
        for kind in ("kpi", "event")
    }
    for cap in contract.caps:
        limit, words = _limit(cap, base)
        kinds = dict.fromkeys(cap.kinds)
        exact = sum((left[kind] for kind in kinds), Fraction(0))
        taken = to_fen(exact, contract.currency)
        if taken <= limit:
            continue
        for kind in kinds:
            left[kind] -= left[kind] / exact * Fraction(taken - limit)
        found.append(
            Line(
                id=cap.id,
                kind="cap",
                step="capped",
                clause=cap.clause,
                amount=taken - limit,
                formula=f"{taken} − {words}",
                group=cap.kinds[0] if len(kinds) == 1 else None,
                rests_on=tuple(line.id for line in lines if line.group in kinds)
                + tuple(earlier.id for earlier, its in zip(found, looked_at, strict=True) if its & set(kinds)),
            )
        )
        looked_at.append(set(kinds))
    return found


def _limit(cap: Cap, base: Base) -> tuple[Decimal, str]:
    """Return a cap in money, weighted by days where it changes in the month, and how it came about."""
    contract = base.contract
    in_force = term_days(contract).overlap(base.month)
    whole = base.of(None)
    history = dated(cap.id, cap.rate or cap.amount or [], begins=contract.term.from_, by=cap.clause)
    history.on(in_force.since)  # days without a cap could not be weighted
    pieces = history.pieces(in_force)
    weighted = sum((Fraction(p.value) * len(p.days) / len(in_force) for p in pieces), Fraction(0))
    each = [rate_text(p.value) if cap.rate else money_text(p.value, contract.currency) for p in pieces]
    words = each[0]
    if len(pieces) > 1:
        parts = (f"{one} × {len(p.days)}/{len(in_force)}" for one, p in zip(each, pieces, strict=True))
        words = f"({' + '.join(parts)})"
    if not cap.rate:
        return to_fen(weighted, contract.currency), words
    return to_fen(weighted * Fraction(whole), contract.currency), f"{words} × {whole}"
