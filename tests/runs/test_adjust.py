"""What becomes known after a month was sealed: an adjustment in the next open month, line by line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.contract.amendment import File
from pipelines.core.period import Month
from pipelines.core.problem import Refused
from pipelines.runs.adjust import Adjusted, adjust
from pipelines.runs.audit import audit
from pipelines.runs.close_month import ClosedMonth
from pipelines.runs.diff import diff
from pipelines.runs.overrides import add_overrides
from pipelines.runs.seal import seal
from pipelines.runs.verify import verify
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import CONNECT, contract
from tests.runs.test_seal import approve, keys_for

OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 5, 8, 0, tzinfo=UTC) for month in (10, 11, 12))
HEAD = "call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s, record_at"
# September: 9 of 10 answered, which is the target. October: all of 10.
CALLS = HEAD + "".join(
    f"\n s{n}, {n}, q, ann, 2026-09-{n + 10} 10:00:00, {'abandoned, 60' if n == 9 else 'answered, 10'}, 28 08:00:00"
    f"\n o{n}, {n}, q, ann, 2026-10-{n + 10} 10:00:00, answered, 10, 28 08:00:00"
    for n in range(10)
)
TEXT = contract(CONNECT.replace("TARGET", "90%"))
LATE = f"{HEAD}\n s10, 10, q, ann, 2026-09-20 11:00:00, abandoned, 60, 29 08:00:00"


@pytest.fixture
def office(office: Office) -> Office:
    """September is sealed."""
    office.load("call", CALLS, now=OCTOBER)
    office.contract(TEXT)
    keys_for(office, now=OCTOBER)
    seal_month(office, "2026-09", OCTOBER)
    return office


def close(office: Office, month: str, now: datetime) -> ClosedMonth:
    return office.close(office.folder / "contract.yaml", month=month, now=now)


def seal_month(office: Office, month: str, now: datetime) -> Path:
    close(office, month, now)
    for party in ("operator", "vendor"):
        approve(office, party, name=f"small:{month}", now=now)
    packed = seal(office.home, f"small:{month}", now=now)
    assert packed.status == "SEALED"
    assert verify(packed.path).problems == []
    return packed.path


def lines(closed: ClosedMonth) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in closed.body["lines"]}


def settled_again(office: Office, now: datetime, since: str | None = None) -> list[Adjusted]:
    return adjust(office.home, "small", now=now, since=None if since is None else Month.parse(since))


def test_nothing_new_adjusts_nothing(office: Office) -> None:
    (one,) = settled_again(office, NOVEMBER)
    assert (one.month, one.difference.amount, one.is_other) == ("2026-09", 0, False)
    assert "adjustment@2026-09" not in lines(close(office, "2026-10", NOVEMBER))


def test_a_late_call_becomes_a_line_of_the_next_open_month(office: Office) -> None:
    """9 of 11 is 81.81 %: 9 started steps below 90 %, each 0.5 % of 100,000: 4,500 off; and its tax of 6 % with it."""
    before = close(office, "2026-10", NOVEMBER)
    office.load("call", LATE, name="late.csv", now=NOVEMBER)
    assert "adjustment@2026-09" not in lines(close(office, "2026-10", NOVEMBER))  # nobody has settled it again yet
    (one,) = settled_again(office, NOVEMBER)
    assert (one.difference.amount, one.difference.taxed) == (-4500, -4500)
    after = close(office, "2026-10", NOVEMBER)
    line = lines(after)["adjustment@2026-09"]
    assert (line["amount"], line["tax"], line["step"]) == ("-4500.00", "-270.00", "adjustments")
    assert line["formula"].startswith("95500.00 − 100000.00: 2026-09 settled again, ")
    assert (before.body["totals"]["payable"], after.body["totals"]["payable"]) == ("106000.00", "101230.00")
    told = diff(office.home, one.stated, one.again)
    assert [(item.item_id, item.cause) for item in told.items] == [("s10", "late")]
    # the sealed month itself, its pack, and what is sealed next
    with pytest.raises(Refused, match=r"close\.sealed"):
        close(office, "2026-09", NOVEMBER)
    seal_month(office, "2026-10", DECEMBER)
    assert audit(office.home, "small").problems == []


def test_what_was_adjusted_is_what_is_last_stated(office: Office) -> None:
    """A decision takes the late call out again: the second adjustment undoes the first, in the month after."""
    office.load("call", LATE, name="late.csv", now=NOVEMBER)
    settled_again(office, NOVEMBER)
    seal_month(office, "2026-10", NOVEMBER)
    assert [one.difference.amount for one in settled_again(office, NOVEMBER)] == [0, 0]
    row = {"metric": "phone.connect_rate", "item": "s10", "from": "missed", "to": "excluded: outage", "ground": "7"}
    add_overrides(office.home, [row], where="here", now=DECEMBER)
    assert [one.difference.amount for one in settled_again(office, DECEMBER)] == [4500, 0]
    november = lines(close(office, "2026-11", DECEMBER))
    assert november["adjustment@2026-09"]["amount"] == "4500.00"
    assert "adjustment@2026-10" not in november


def test_only_the_first_month_after_the_sealed_ones_takes_it_in(office: Office) -> None:
    office.load("call", LATE, name="late.csv", now=NOVEMBER)
    settled_again(office, NOVEMBER)
    close(office, "2026-10", DECEMBER)
    assert "adjustment@2026-09" not in lines(close(office, "2026-11", DECEMBER))


def test_a_sealed_month_is_settled_by_its_own_contract(office: Office) -> None:
    """The file says 80 % by now; September was agreed at 90 %."""
    office.load("call", LATE, name="late.csv", now=NOVEMBER)
    office.contract(TEXT.replace("90%", "80%"))
    (one,) = settled_again(office, NOVEMBER)
    assert one.difference.amount == -4500


def test_the_pack_of_a_month_settled_again_verifies_as_a_draft(office: Office) -> None:
    office.load("call", LATE, name="late.csv", now=NOVEMBER)
    (one,) = settled_again(office, NOVEMBER)
    packed = seal(office.home, one.again, now=NOVEMBER)
    assert packed.status == "DRAFT"
    assert verify(packed.path).problems == []


def test_an_open_month_is_not_adjusted(office: Office) -> None:
    with pytest.raises(Refused, match=r"adjust\.not_sealed"):
        settled_again(office, NOVEMBER, since="2026-10")


def test_another_definition_adjusts_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.runs.adjust.installed_metrics", dict)
    with pytest.raises(Refused, match=r"adjust\.definition"):
        settled_again(office, NOVEMBER)


AMENDMENT = """amendment: supplement 1
effective: 2026-09-01
signed: 2026-10-20
RETROACTIVE
indicators: {connect: {target: 95%}}
"""


@pytest.mark.parametrize(("words", "amount"), [("retroactive: true", -2500), ("", 0)])
def test_only_a_retroactive_amendment_reaches_a_sealed_month(office: Office, words: str, amount: int) -> None:
    """95 % from September on, agreed in October: 9 of 10 is five steps of 1 % short, each 0.5 % of 100,000."""
    amendment = File("1.yaml", AMENDMENT.replace("RETROACTIVE", words))
    (one,) = adjust(office.home, "small", now=NOVEMBER, amendments=[amendment])
    assert one.difference.amount == amount
    packed = seal(office.home, one.again, now=NOVEMBER)
    assert verify(packed.path).problems == []
