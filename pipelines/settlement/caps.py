"""Step 4: what pools and the month's caps cut, in the order written; deductions alone, in proportion."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pipelines.contract.model import Cap
from pipelines.contract.parts import clause_numbers
from pipelines.contract.resolve import dated, term_days
from pipelines.core.exact import rate_text
from pipelines.core.money import to_fen
from pipelines.settlement.consequences import Taking, at_risk, bear
from pipelines.settlement.lines import Base, Line, money_text


def pool_cap_lines(base: Base, takings: Sequence[Taking]) -> list[Line]:
    """Return what each pool cuts: its lines together, doubled or not, take at most the money at risk."""
    found = []
    for pool in sorted(base.contract.pools, key=lambda one: (clause_numbers(one.clause), one.id)):
        exact, words = at_risk(base, pool.id, base.month)
        covered = [one for one in takings if one.consequence is not None and one.consequence.pool == pool.id]
        found += _cut(base, covered, to_fen(exact, base.contract.currency), words, pool.id, pool.clause)
    return found


def cap_lines(base: Base, takings: Sequence[Taking]) -> list[Line]:
    """Return what the caps give back, in the order written; each looks at what the earlier ones left."""
    found: list[Line] = []
    for cap in base.contract.caps:
        limit, words = _limit(cap, base)
        covered = [one for one in takings if one.line.group in cap.kinds]
        earlier = [line.id for line in found if set(line.rests_on) & {one.line.id for one in covered}]
        found += _cut(base, covered, limit, words, cap.id, cap.clause, earlier)
    return found


def _cut(
    base: Base,
    covered: Sequence[Taking],
    limit: Decimal,
    words: str,
    name: str,
    clause: str,
    earlier: Sequence[str] = (),
) -> list[Line]:
    taken = to_fen(sum((one.left for one in covered), Fraction(0)), base.contract.currency)
    if taken <= limit:
        return []
    bear(covered, taken - limit)
    groups = {one.line.group for one in covered if one.left or one.line.amount}
    return [
        Line(
            id=name,
            kind="cap",
            step="capped",
            clause=clause,
            amount=taken - limit,
            formula=f"{taken} − {words}",
            group=groups.pop() if len(groups) == 1 else None,
            rests_on=(*(one.line.id for one in covered), *earlier),
        )
    ]


def _limit(cap: Cap, base: Base) -> tuple[Decimal, str]:
    """Return a cap in money, weighted by days where it changes in the month, and how it came about."""
    contract = base.contract
    in_force = term_days(contract).overlap(base.month)
    whole, of_what = base.of(None)
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
    return to_fen(weighted * whole, contract.currency), f"{words} × {of_what}"
