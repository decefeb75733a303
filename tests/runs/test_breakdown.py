"""Where a month went wrong, by hand over six calls: days, hours, who makes the gap; each adds up to the statement's."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.breakdown import contribution_rows, control_chart, hour_map
from pipelines.runs.items import all_items, items
from pipelines.runs.statements import read_statement
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import contract
from tests.runs.test_items import CALLS

MONTH = "small:2026-10"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("breakdown")) / "office")
    office.load("call", CALLS)
    office.close(office.contract(contract()))
    return office


def test_days_bear_the_limits_of_noise(desk: Office) -> None:
    """2 of 3 and 1 of 1 around 3 of 4: so few calls that anything is noise."""
    days = control_chart(desk.home, MONTH, "connect").days
    assert [(one.row.name, one.row.numerator, one.low, one.high, one.is_signal) for one in days] == [
        ("2026-10-05", "2", "0", "1", False),
        ("2026-10-06", "1", "0", "1", False),
    ]


def test_hours_and_weekdays_are_those_of_the_contracts_clock(desk: Office) -> None:
    """The 5th of October 2026 is a Monday."""
    found = {row.name: (row.numerator, row.denominator) for row in hour_map(desk.home, MONTH, "connect")}
    assert found == {"1-09": ("2", "3"), "2-10": ("0", "0"), "2-23": ("1", "1")}
    page = items(desk.home, MONTH, "connect", groups=[("weekday", "1"), ("hour", "09")])
    assert [row.item_id for row in page.rows] == ["a", "b", "c"]


@pytest.mark.parametrize("group", ["queue", "team", "agent", "hour", "weekday", "topic"])
def test_the_parts_add_up_to_the_gap_and_the_money_to_the_lines(desk: Office, group: str) -> None:
    body = read_statement(desk.home, MONTH)
    (one,) = [found for found in body["indicators"] if found["id"] == "connect"]
    lines = [Decimal(line["amount"]) for line in body["lines"] if line["indicator"] == "connect"]
    found = contribution_rows(desk.home, MONTH, "connect", group)
    gaps = [row.gap for row in found.rows if row.gap is not None]
    assert sum(gaps, Fraction(0)) == found.gap == Fraction(one["value"]) - Fraction(one["target"]) != 0
    assert sum((row.allocated for row in found.rows), found.unallocated) == found.money == sum(lines) != 0
    assert found.unallocated == 0


def test_a_queue_bears_what_it_missed_beyond_the_target(desk: Office) -> None:
    """Against 90 %: q (2 − 2.7) / 4, r (1 − 0.9) / 4; q bears all that the missed promise costs."""
    found = {row.row.name: row for row in contribution_rows(desk.home, MONTH, "connect", "queue").rows}
    target = Fraction(read_statement(desk.home, MONTH)["indicators"][0]["target"])
    assert found["q"].gap == (2 - 3 * target) / 4
    assert found["r"].gap == (1 - target) / 4
    assert found["r"].allocated == 0 > found["q"].allocated


def test_every_item_comes_out_once_and_in_order(desk: Office) -> None:
    paged = items(desk.home, MONTH, "connect", limit=100).rows
    assert list(all_items(desk.home, MONTH, "connect")) == list(paged)
    missed = [row.item_id for row in all_items(desk.home, MONTH, "connect", state="missed", groups=[("queue", "q")])]
    assert missed == ["c"]


def test_evidence_that_was_kept_without_a_topic_says_so(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.runs.items.GROUP_COLUMNS", {"topic": "topic_of_old"})
    with pytest.raises(Refused, match=r"items\.group_not_kept"):
        contribution_rows(desk.home, MONTH, "connect", "topic")
