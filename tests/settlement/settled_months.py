"""A month settled from a contract's text and counts of states: what the cases and the laws of settlement run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pipelines.contract.model import Contract
from pipelines.contract.parse import Source, parse_contract
from pipelines.contract.resolve import month_terms
from pipelines.core.period import Month
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import Judged, judge
from pipelines.settlement.dispute import Claim, Objection, claims_of
from pipelines.settlement.facts import Facts, Past
from pipelines.settlement.statement import Inputs, body
from pipelines.settlement.totals import Settled, settle

# Texts of a count that are no state: what else is known of it.
AMOUNT, BY_VENDOR = "amount", "by vendor"
HEAD = """contract: T
operator: {id: o, zh: 甲方}
vendor: {id: v, zh: 乙方}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
"""
MONTHLY = "fees: [{id: monthly, clause: '3.1', form: fixed, amount: 100000.00}]\n"


@dataclass(frozen=True)
class MonthSettled:
    """What a month came to."""

    contract: Contract
    month: Month
    judged: Sequence[Judged]
    settled: Settled
    facts: Facts
    past: Past

    def claims(self, objections: Sequence[Objection]) -> list[Claim]:
        """Return what the parties object to, and what is withheld for it."""

        def again(left_out: frozenset[str]) -> Settled:
            facts = replace(self.facts, left_out=left_out)
            return settle(self.contract, self.month.days, self.judged, facts, self.past)

        return claims_of(objections, self.settled, again)

    def line(self, name: str) -> Decimal | None:
        """Return a line's amount; None where there is no such line."""
        return next((line.amount for line in self.settled.lines if line.id == name), None)

    def body(self) -> dict[str, Any]:
        """Return the statement's body, resting on nothing in particular."""
        at = datetime(2026, 11, 3, 1, 2, 3, tzinfo=UTC)
        return body(self.contract, self.month, self.judged, self.settled, Inputs("c", [], "k", [], [], [], {}, at))


def counts_of(written: Mapping[str, str]) -> Counts:
    """Return ``{met: 910, "excluded: short abandon": 3, amount: 12.5}`` as counts."""
    states = Counter({state: int(n) for state, n in written.items() if state not in (AMOUNT, BY_VENDOR)})
    outside = Counter({s.removeprefix("outside: "): states.pop(s) for s in list(states) if s.startswith("outside: ")})
    by_vendor = Counter({"unmeasurable: no queue time": int(written.get(BY_VENDOR, "0"))})
    return Counts(states, outside, Decimal(written.get(AMOUNT, "0")), by_vendor)


def settled_month(
    text: str, given: Mapping[str, Any], month: str = "2026-10", *, head: str = HEAD, past: Past | None = None
) -> MonthSettled:
    """Settle a month by a contract's text; ``given`` is an indicator's counts, or a list of them, one a part."""
    return settled_source(parse_contract(head + text, "contract.yaml"), given, month, past)


def settled_source(
    source: Source, given: Mapping[str, Any], month: str = "2026-10", past: Past | None = None
) -> MonthSettled:
    """Settle a month by a parsed contract."""
    contract, wanted = source.model, Month.parse(month)
    past = past or Past()
    counts: dict[str, dict[date, Counts]] = {}
    judged = []
    for terms in month_terms(contract, wanted.days):
        written = given.get(terms.id, {})
        parts = written if isinstance(written, list) else [written]
        for part, own in zip(terms.parts, parts, strict=False):
            counts.setdefault(terms.question.column, {})[part.days.since] = counts_of(own)
        judged.append(judge(terms, counts, carried=past.carried_items))
    facts = Facts(counts)
    return MonthSettled(contract, wanted, judged, settle(contract, wanted.days, judged, facts, past), facts, past)
