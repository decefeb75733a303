"""Made-up statements have the very shape of real ones: what pages show of them, they show of real ones."""

from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.contract.parse import parse_contract
from pipelines.contract.resolve import indicator_terms
from pipelines.core.period import Month
from pipelines.runs.accrual import Accrual, IndicatorRange
from pipelines.runs.agents import AgentRow
from pipelines.runs.breakdown import ContributionRow, ContributionRows, ControlChart, DayRow, MarkedDay
from pipelines.runs.deliveries import DeliveredDay, Deliveries, Example, FileRow, ReasonRow, SourceRow
from pipelines.runs.diff import Diff, IndicatorDiff
from pipelines.runs.export import Exported
from pipelines.runs.item_view import Interval, ItemEvent, ItemState, ItemView
from pipelines.runs.items import Bucket, GroupRow, ItemPage, ItemRow
from pipelines.runs.month_so_far import SoFar
from pipelines.runs.months import MonthState
from pipelines.runs.pending import PendingClock, PendingItems
from pipelines.runs.raw import RawLine
from pipelines.runs.statements import StatementRef
from pipelines.scoring.counts import Counts
from pipelines.scoring.judge import judge
from pipelines.settlement.statement import Inputs, body
from pipelines.settlement.totals import settle
from tests.app.fake_runs import fake_runs

CONTRACT = """
contract: x
operator: {id: a, zh: 甲, en: A}
vendor: {id: b, zh: 乙, en: B}
term: {from: 2026-01-01, until: 2027-01-01}
zone: Asia/Shanghai
indicators:
  - id: connect_rate
    clause: "1"
    metric: phone.connect_rate
    terms: {short_abandon_s: "5"}
    target: 92%
    weight: 100
    scoring: {form: pass_fail}
    consequences: [{id: fixed, form: fixed, amount: 100, clause: "2"}]
fees:
  - {id: fee, clause: "3", form: fixed, amount: 1000}
"""


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    """A statement's body as the settlement writes it."""
    contract, month = parse_contract(CONTRACT, "x").model, Month.parse("2026-10")
    terms = indicator_terms(contract, contract.indicators[0], month.days)
    assert terms is not None
    counts = Counts(
        Counter({"met": 8, "missed": 2, "excluded: short abandon": 1}), Counter({"IVR only": 1}), Decimal(0)
    )
    judged = [judge(terms, {"connect_rate": {month.days.since: counts}})]
    nothing: list[Any] = []
    inputs = Inputs("", nothing, "", nothing, nothing, nothing, {}, datetime(2026, 11, 1, tzinfo=UTC))
    return body(contract, month, judged, settle(contract, month.days, judged), inputs)


@pytest.fixture
def made_up() -> dict[str, Any]:
    """The made-up one."""
    runs = fake_runs()
    found: dict[str, Any] = runs.read_statement(runs.list_statements()[0].id)
    return found


def test_a_body_has_the_same_parts(real: dict[str, Any], made_up: dict[str, Any]) -> None:
    assert set(made_up) == set(real)
    assert set(made_up["contract"]) == set(real["contract"])
    assert set(made_up["totals"]) == set(real["totals"])
    assert set(made_up["score"]) == set(real["score"])


def test_an_indicator_and_its_parts_have_the_same_parts(real: dict[str, Any], made_up: dict[str, Any]) -> None:
    mine, theirs = made_up["indicators"][3], real["indicators"][0]
    assert set(mine) == set(theirs)
    assert set(mine["parts"][0]) == set(theirs["parts"][0])
    assert set(mine["terms"][0]) == set(theirs["terms"][0])
    assert set(mine["options"]) == set(theirs["options"])
    assert set(mine["states"]) == set(theirs["states"])


def test_a_line_has_the_same_parts(real: dict[str, Any], made_up: dict[str, Any]) -> None:
    assert {frozenset(line) for line in made_up["lines"]} == {frozenset(line) for line in real["lines"]}


def test_rows_and_items_have_what_the_pages_read_of_real_ones(tmp_path: Path) -> None:
    runs = fake_runs()
    both = [ref.id for ref in reversed(runs.list_statements()[:2])]
    ref = runs.list_statements()[0]
    page = runs.items(ref.id, "service_level", limit=1)
    item = runs.item(ref.id, page.rows[0].source, page.rows[0].item_id, "phone_item")
    behind = runs.deliveries(ref.id)
    pairs: list[tuple[Any, type]] = [
        (ref, StatementRef),
        (runs.daily(ref.id, "service_level")[0], GroupRow),
        (runs.control_chart(ref.id, "service_level"), ControlChart),
        (runs.control_chart(ref.id, "service_level").days[0], DayRow),
        (runs.control_chart(ref.id, "service_level").marked[0], MarkedDay),
        (runs.contributions(ref.id, "service_level", "team"), ContributionRows),
        (runs.contributions(ref.id, "service_level", "team").rows[0], ContributionRow),
        (behind, Deliveries),
        (behind.sources[0], SourceRow),
        (behind.days[0], DeliveredDay),
        (behind.files[0], FileRow),
        (behind.reasons[0], ReasonRow),
        (behind.reasons[0].examples[0], Example),
        (runs.histogram(ref.id, "service_level")[0], Bucket),
        (page, ItemPage),
        (page.rows[0], ItemRow),
        (item, ItemView),
        (item.states[0], ItemState),
        (item.events[0], ItemEvent),
        (item.clock[0], Interval),
        (item.raw[0], RawLine),
        (runs.agents(ref.id, "service_level")[0], AgentRow),
        (runs.so_far(ref.id)[0], SoFar),
        (runs.pending(ref.id), PendingItems),
        (runs.pending(ref.id).clocks[0], PendingClock),
        (runs.month(ref.id), MonthState),
        (runs.evidence(ref.id, "csv", language="zh", out=tmp_path), Exported),
        (runs.diff(*both), Diff),
        (runs.diff(*both).indicators[0], IndicatorDiff),
    ]
    accrual = runs.accrual(ref.id)
    assert accrual is not None
    pairs += [(accrual, Accrual), (accrual.indicators[0], IndicatorRange)]
    unread = {
        "base_state",
        "metric",
        "population",
        "service_on",
        "table",
        "after",
        "before",
        "items",
    }  # the pages do not read these of the made-up ones
    for made_up, kind in pairs:
        assert {field.name for field in fields(kind)} - set(vars(made_up)) <= unread, kind
