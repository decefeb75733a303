"""The lines of a statement: each rounded once, signed towards the payable sum, with its formula filled in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.bands import closed_for, tier_of, tiers, top_of
from pipelines.contract.model import Cap, Consequence, Contract, Fee
from pipelines.contract.resolve import dated, term_days
from pipelines.core.exact import decimal_text, percent_text
from pipelines.core.money import to_fen, total
from pipelines.core.period import Days
from pipelines.scoring.judge import MISSED, Judged, JudgedPart
from pipelines.scoring.points import steps_beyond


@dataclass(frozen=True)
class Line:
    """One line. ``amount`` is signed: what the vendor is paid is positive, what is taken is negative.

    ``kind`` is fee, deduction, cap, floor or tax; ``because`` says why a line is 0.
    """

    id: str
    kind: str
    clause: str
    amount: Decimal
    formula: str
    indicator: str | None = None
    consequence: str | None = None
    days: Days | None = None
    by: str | None = None
    group: str | None = None  # the kind of consequence (kpi, event) that caps speak of
    tax: Decimal | None = None
    because: str | None = None


def fee_lines(contract: Contract, month: Days) -> list[Line]:
    """Return the fee lines of a month: one a price version; a partial month and each version by calendar days."""
    return [line for fee in contract.fees for line in _fixed_fee(contract, fee, month)]


def _fixed_fee(contract: Contract, fee: Fee, month: Days) -> Iterable[Line]:
    in_force = term_days(contract).overlap(month)
    prices = dated(fee.id, fee.amount, begins=contract.term.from_, by=fee.clause).pieces(in_force)
    for price in prices:
        amount = Fraction(price.value)
        formula = money_text(price.value, contract.currency)
        if len(price.days) != len(month):
            amount = amount * len(price.days) / len(month)
            formula += f" × {len(price.days)}/{len(month)}"
        yield Line(
            id=fee.id if len(prices) == 1 else f"{fee.id}@{price.days.since}",
            kind="fee",
            clause=fee.clause,
            amount=to_fen(amount, contract.currency),
            formula=formula,
            days=price.days,
            by=price.by,
        )


def money_text(amount: Decimal | Fraction, currency: str) -> str:
    """Return money with its currency's digits."""
    return f"{to_fen(amount, currency):f}"


def deduction_lines(contract: Contract, judged: Judged, fees: Sequence[Line]) -> list[Line]:
    """Return what an indicator's month takes: a line a part and consequence, and a line for what an own cap gives back."""
    if judged.terms.indicator.class_ == "report_only":
        return []
    lines: list[Line] = []
    caps: dict[str, Consequence] = {}
    for part in judged.parts:
        if part.verdict != MISSED or part.terms.consequences is None:
            continue
        for consequence in part.terms.consequences.value:
            lines.append(_deduction(contract, judged, part, consequence, fees))
            caps[consequence.id] = consequence
    for consequence in caps.values():
        lines += _own_cap(contract, judged, consequence, lines, fees)
    return lines


def base_of(consequence_base: Sequence[str] | None, fees: Sequence[Line], currency: str) -> Decimal:
    """Return the fee base: the sum of the month's rounded fee lines, or of those named (settlement.md, section 5)."""
    if consequence_base is None:
        return total((line.amount for line in fees), currency)
    return total((line.amount for line in fees if line.id.partition("@")[0] in consequence_base), currency)


def _deduction(
    contract: Contract, judged: Judged, part: JudgedPart, consequence: Consequence, fees: Sequence[Line]
) -> Line:
    indicator, metric = judged.terms.indicator, judged.terms.metric
    assert part.value is not None and part.target is not None  # noqa: S101 - a missed part has both
    rate, amount, times, words = consequence.rate, consequence.amount, 1, ""
    if consequence.form == "bands":
        found = tiers(consequence.bands, top_of(metric.aggregate))
        tier = tier_of(part.value, found, closed_for(metric.better, consequence.closed))
        rate, amount = tier.band.rate, tier.band.amount
        words = f" (tier {tier})"
    elif consequence.form == "per_step":
        assert consequence.step is not None  # noqa: S101 - the linter asks for it
        times = steps_beyond(
            part.value,
            part.terms.target.value if part.terms.target else Decimal(0),
            metric.better,
            step=consequence.step,
            relative=consequence.relative,
            mode=consequence.steps,
        )
        words = f" × {times} {consequence.steps} step{'s' if times != 1 else ''} of {decimal_text(consequence.step)}"
    base = base_of(consequence.base, fees, contract.currency)
    if rate is not None:
        taken = Fraction(rate) * Fraction(base) * times
        formula = f"{percent_text(rate)}% × {base}{words}"
    else:
        taken = Fraction(amount or 0) * times
        formula = f"{money_text(amount or Decimal(0), contract.currency)}{words}"
    share = part.terms.share
    if share != 1:
        formula += f" × {len(part.terms.days)}/{len(judged.terms.in_force)} days"
    piece = part.terms.consequences
    return Line(
        id=_line_id(judged, part, consequence.id),
        kind="deduction",
        clause=consequence.clause or indicator.clause,
        amount=-to_fen(taken * share, contract.currency),
        formula=formula,
        indicator=indicator.id,
        consequence=consequence.id,
        days=part.terms.days,
        by=piece.by if piece else None,
        group=consequence.kind,
        because="missed, in a tier that takes nothing" if not taken else None,
    )


def _line_id(judged: Judged, part: JudgedPart, consequence: str) -> str:
    name = f"{judged.terms.indicator.id}.{consequence}"
    return name if len(judged.parts) == 1 else f"{name}@{part.terms.days.since}"


def _own_cap(
    contract: Contract, judged: Judged, consequence: Consequence, lines: Sequence[Line], fees: Sequence[Line]
) -> list[Line]:
    """What a consequence's own cap cuts is a line of its own; the cap is the month's, not a part's."""
    if consequence.cap is None and consequence.cap_rate is None:
        return []
    base = base_of(consequence.base, fees, contract.currency)
    if consequence.cap_rate is not None:
        cap = to_fen(Fraction(consequence.cap_rate) * Fraction(base), contract.currency)
        words = f"{percent_text(consequence.cap_rate)}% × {base}"
    else:
        cap = to_fen(consequence.cap or 0, contract.currency)
        words = f"{cap}"
    taken = -total((line.amount for line in lines if line.consequence == consequence.id), contract.currency)
    if taken <= cap:
        return []
    return [
        Line(
            id=f"{judged.terms.indicator.id}.{consequence.id}.cap",
            kind="cap",
            clause=consequence.clause or judged.terms.indicator.clause,
            amount=taken - cap,
            formula=f"{taken} − {words}",
            indicator=judged.terms.indicator.id,
            consequence=consequence.id,
            group=consequence.kind,
        )
    ]


def cap_lines(contract: Contract, month: Days, fees: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Return what the caps give back, in the order written; each looks at what the earlier ones left."""
    found: list[Line] = []
    for cap in contract.caps:
        limit, words = _limit(contract, cap, month, fees)
        taken = -total((line.amount for line in [*lines, *found] if line.group in cap.kinds), contract.currency)
        if taken > limit:
            group = cap.kinds[0] if len(cap.kinds) == 1 else _widest(cap, lines)
            found.append(
                Line(
                    id=cap.id,
                    kind="cap",
                    clause=cap.clause,
                    amount=taken - limit,
                    formula=f"{taken} − {words}",
                    group=group,
                )
            )
    return found


def _widest(cap: Cap, lines: Sequence[Line]) -> str:
    """Return the kind that a joint cap's line is tallied under: any of its own, since later joint caps see them all."""
    return next((line.group for line in lines if line.group in cap.kinds and line.group), cap.kinds[0])


def _limit(contract: Contract, cap: Cap, month: Days, fees: Sequence[Line]) -> tuple[Decimal, str]:
    """Return a cap in money, weighted by days where it changes in the month, and how it came about."""
    in_force = term_days(contract).overlap(month)
    base = base_of(None, fees, contract.currency)
    values = cap.rate if cap.rate is not None else cap.amount or []
    pieces = dated(cap.id, values, begins=contract.term.from_, by=cap.clause).pieces(in_force)
    weighted = sum((Fraction(p.value) * Fraction(len(p.days), len(in_force)) for p in pieces), Fraction(0))
    show = (lambda v: f"{percent_text(v)}%") if cap.rate is not None else (lambda v: money_text(v, contract.currency))
    words = " + ".join(
        show(p.value) if len(pieces) == 1 else f"{show(p.value)} × {len(p.days)}/{len(in_force)}" for p in pieces
    )
    if cap.rate is None:
        return to_fen(weighted, contract.currency), words
    words = f"({words})" if len(pieces) > 1 else words
    return to_fen(weighted * Fraction(base), contract.currency), f"{words} × {base}"
