"""From counts to a statement's body: the second half of closing a month, and of verifying one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.contract.model import Contract
from pipelines.contract.resolve import IndicatorTerms
from pipelines.core.money import total
from pipelines.core.period import Days, Month
from pipelines.runs.contracts import ReadContract
from pipelines.runs.statements import ID_DIGITS, list_statements, read_statement
from pipelines.runs.states import Override
from pipelines.scoring.completeness import missing_logs
from pipelines.scoring.counts import Counts, no_data_reason
from pipelines.scoring.judge import Judged, judge
from pipelines.settlement.dispute import Objection, claims_of
from pipelines.settlement.facts import Adjustment, Carried, Facts, Past, past_of
from pipelines.settlement.lines import tax_rate
from pipelines.settlement.statement import Inputs, body, statement_hash
from pipelines.settlement.tax import TAXED_BESIDE
from pipelines.settlement.totals import NET_STEPS, Settled, net_of, settle

TAXED_OF_NET = tuple(step for step in TAXED_BESIDE if step in NET_STEPS)  # where deductions stand beside the invoice


@dataclass(frozen=True)
class MeasuredMonth:
    """All that a month's statement rests on, but for the contract and the months before: counts, and what they are of.

    Who closes a month makes it from the warehouse, who verifies one from the evidence.
    """

    month: Month
    terms: Sequence[IndicatorTerms]
    facts: Facts
    evidence: Mapping[str, Mapping[str, Any]]
    calendars_digest: str
    loads: Sequence[Mapping[str, Any]]
    overrides: Sequence[Override]
    stale_overrides: Sequence[Override]
    cut_off_at: datetime


Body = Mapping[str, Any]
Again = tuple[Body, Body]  # of a sealed month: what was last stated for it, and what it comes to when settled again


def settled_body(
    found: ReadContract,
    month: Month,
    measured: MeasuredMonth,
    past: Sequence[Body],
    adjusted: Sequence[Again] = (),
    objections: Sequence[Objection] = (),
) -> dict[str, Any]:
    """Judge and settle a month; return its statement's body.

    ``past``: the bodies of the months before, in order. ``adjusted``: sealed months that were settled again.
    ``objections``: what the parties object to, and is withheld.
    """
    contract = found.source.model
    facts, left = at_hand(contract, measured, past, adjusted)
    judged = [judged_of(one, facts, left) for one in measured.terms]

    def again(left_out: frozenset[str]) -> Settled:
        return settle(contract, month.days, judged, replace(facts, left_out=left_out), left)

    settled = again(frozenset())
    claims = claims_of(objections, settled, again)
    settled.totals["withheld"] += sum(one.withheld for one in claims)
    return body(
        contract,
        month,
        judged,
        settled,
        Inputs(
            contract_digest=found.source.digest,
            amendments=[one.row for one in found.source.amendments],
            calendars_digest=measured.calendars_digest,
            loads=measured.loads,
            overrides=[_override_row(one) for one in measured.overrides],
            stale_overrides=[_override_row(one) for one in measured.stale_overrides],
            evidence=measured.evidence,
            cut_off_at=measured.cut_off_at,
            past=[{"month": one["month"], "sha256": statement_hash(one)} for one in past],
            adjusted=[
                {"month": stated["month"], "stated": statement_hash(stated), "again": statement_hash(now)}
                for stated, now in adjusted
            ],
        ),
        claims,
    )


def at_hand(
    contract: Contract, measured: MeasuredMonth, past: Sequence[Body], adjusted: Sequence[Again] = ()
) -> tuple[Facts, Past]:
    """Return what a month is settled from beside its contract: the logs' side of it, and what is left from before."""
    left = left_behind(contract, past, {again["month"]: again for _, again in adjusted})
    changed = [adjustment_between(contract, *pair) for pair in adjusted if is_other(*pair)]
    counts, month = measured.facts.counts, measured.month.days
    missing = {**unseen(measured.terms, measured.evidence), **missing_logs(contract, month, measured.terms, counts)}
    relieved = relief_days(contract, month)
    return replace(measured.facts, adjustments=changed, missing=missing, relief_days=relieved), left


def unseen(terms: Sequence[IndicatorTerms], evidence: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the indicators that count incidents in a month of which no log tells, and why they have no data.

    A count is 0 where its source was delivered (settlement.md, section 3). One of which not even another contract's
    item was there was not: nobody looked, and nothing was found.
    """
    delivered = {column for part in evidence.values() if part.get("delivered", True) for column in part["indicators"]}
    found = {}
    for one in terms:
        asked = [question.column for question in one.questions() if question.part in ("value", "member")]
        if one.metric.aggregate == "count" and delivered.isdisjoint(asked):
            found[one.id] = no_data_reason(Counts())  # no items
    return found


def relief_days(contract: Contract, month: Days) -> frozenset[date]:
    """Return the days for which all of the contract was granted relief."""
    whole = [Days(one.from_, one.until) for one in contract.relief if not one.scope]
    return frozenset(day for days in whole for day in days.overlap(month))


def judged_of(terms: IndicatorTerms, facts: Facts, left: Past) -> Judged:
    """Return an indicator's month, judged."""
    return judge(terms, facts.counts, carried=left.carried_items, missing=facts.missing.get(terms.id))


def left_behind(contract: Contract, past: Sequence[Body], again: Mapping[str, Body] | None = None) -> Past:
    """Return what the last of the months before left behind; nothing where there is none.

    Where it was settled again (``again``, by month), runs and credits go on from there; what was carried stays.
    """
    if not past:
        return Past()
    before = past[-1]
    name = f"{before['month']}, statement {statement_hash(before)[:ID_DIGITS]}"
    if "outlook" in before:
        left = past_of((again or {}).get(before["month"], before)["outlook"])
        stated = past_of(before["outlook"]).carried  # carried sums are not rewritten
        return replace(left, carried=[replace(one, out_of=name) for one in stated])
    amount = Decimal(before["totals"]["carried_out"])  # of a statement from before outlooks
    is_net = contract.tax.deductions_as == "price_reduction"  # otherwise its tax is in it
    rate = tax_rate(contract, Month.parse(before["month"]).days) if is_net else None
    return Past(carried=[Carried(amount, name, rate)] if amount else [])


def is_other(stated: Body, again: Body) -> bool:
    """Say whether a month settled again is measured or charged otherwise than it was stated."""

    def net(body: Body) -> list[Any]:
        return [line for line in body["lines"] if line["step"] in NET_STEPS]

    return bool(stated["indicators"] != again["indicators"]) or net(stated) != net(again)


def adjustment_between(contract: Contract, stated: Body, again: Body) -> Adjustment:
    """Return what a sealed month's net has changed by: steps 1 to 5 and earn-back, before carried sums, floor and tax.

    Stated 98,000.00, and 99,500.00 when settled again: 1,500.00, taxed at the rate of that month.
    """
    currency, month = contract.currency, Month.parse(stated["month"])

    def changed(steps: Sequence[str]) -> Decimal:
        return total((Decimal(again["totals"][s]) - Decimal(stated["totals"][s]) for s in steps), currency)

    names = [statement_hash(body)[:ID_DIGITS] for body in (again, stated)]
    amount = changed(NET_STEPS)
    taxed = amount if contract.tax.deductions_as == "price_reduction" else changed(TAXED_OF_NET)
    net, before = (net_of(body["totals"], currency) for body in (again, stated))
    reason = f"{net} − {before}: {month} settled again, {names[0]} instead of {names[1]}"
    return Adjustment(month, amount, taxed, tax_rate(contract, month.days), reason)


def month_before(home: Path, contract: Contract, month: Month, known_at: datetime) -> list[dict[str, Any]]:
    """Return the latest statement, closed by ``known_at``, of the last month before this one; its outlook has the rest.

    None where no earlier month has been closed.
    """
    latest: dict[str, tuple[int, str]] = {}
    for ref in list_statements(home):
        is_earlier = ref.contract == contract.contract and ref.month < str(month)
        if is_earlier and datetime.fromisoformat(ref.closed_at) <= known_at:
            latest[ref.month] = max(latest.get(ref.month, (0, "")), (ref.version, ref.id))
    return [read_statement(home, latest[name][1]) for name in sorted(latest)[-1:]]


def _override_row(one: Override) -> dict[str, str]:
    return {
        "metric": one.metric,
        "source": one.item_source,
        "item": one.item,
        "from": one.from_,
        "to": one.to,
        "ground": one.ground,
        "decided_at": one.decided_at,
    }


def override_of(row: Mapping[str, str]) -> Override:
    """Return the override that a statement's row names."""
    return Override(row["metric"], row["source"], row["item"], row["from"], row["to"], row["ground"], row["decided_at"])
