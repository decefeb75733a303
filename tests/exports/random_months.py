"""Published statements of random contracts: every form and option that the laws of settlement draw."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pipelines.contract.resolve import month_terms
from pipelines.core.period import Month
from pipelines.runs.statements import published
from pipelines.scoring.judge import judge
from pipelines.settlement.facts import Past
from pipelines.settlement.statement import Inputs, body
from pipelines.settlement.totals import settle
from tests.properties.random_contracts import World
from tests.reference_settlement.product import facts_of, with_quantities

AT = datetime(2027, 6, 3, 1, 2, 3, tzinfo=UTC)


def statements_of(world: World) -> Iterator[dict[str, Any]]:
    """Settle a world's months in order, each resting on those before."""
    contract, past = with_quantities(world.contract), Past()
    for name, facts in world.months.items():
        month = Month.parse(name)
        known = facts_of(contract, month.days, facts)
        judged = [
            judge(terms, known.counts, carried=past.carried_items, missing=known.missing.get(terms.id))
            for terms in month_terms(contract, month.days)
        ]
        settled = settle(contract, month.days, judged, known, past)
        past = settled.outlook
        yield published(body(contract, month, judged, settled, Inputs("c", [], "k", [], [], [], {}, AT)))
