"""What differs between two statements: each item with its cause."""

from datetime import UTC, datetime

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.close_month import ClosedMonth
from pipelines.runs.diff import Diff, diff
from pipelines.runs.overrides import add_overrides
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import ALWAYS_OPEN, CONNECT, contract

FIRST, SECOND, THIRD = (datetime(2026, 11, day, 8, 0, tzinfo=UTC) for day in (5, 6, 7))
HEAD = "call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s, record_at"
CALLS = f"""{HEAD}
    a, 1, q, ann, 05 09:00:00, answered, 10, 28 08:00:00
    b, 2, q, ann, 05 09:10:00, abandoned, 60, 28 08:00:00
    c, 3, q, bob, 17 22:20:00, abandoned, 40, 28 08:00:00"""
OLD = contract()
DAY = ALWAYS_OPEN.replace("00:00-24:00", "08:00-22:00")
BY_HOURS = contract(CONNECT.replace("TARGET", "90%").replace("short_abandon_s: 5", "out_of_hours: exclude"), more=DAY)


@pytest.fixture
def calls(office: Office) -> Office:
    office.load("call", CALLS, now=FIRST)
    return office


def found(office: Office, before: ClosedMonth, after: ClosedMonth) -> Diff:
    return diff(office.home, before.ref.id, after.ref.id)


def causes(told: Diff) -> set[tuple[str, str, str, str, str]]:
    return {(one.indicator, one.item_id, one.before, one.after, one.cause) for one in told.items}


def test_a_statement_differs_in_nothing_from_itself(calls: Office) -> None:
    closed = calls.close(calls.contract(OLD))
    assert found(calls, closed, closed).is_empty


def test_a_late_file(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    calls.load("call", f"{HEAD}\n d, 4, q, ann, 20 10:00:00, abandoned, 60, 29 08:00:00", name="late.csv", now=SECOND)
    told = found(calls, before, calls.close(calls.contract(OLD), now=SECOND))
    assert causes(told) == {
        ("connect", "d", "(not there)", "missed", "late"),
        ("wait", "d", "(not there)", "excluded: left before an answer", "late"),
    }
    assert told.items[0].why == "late.csv"
    assert dict(told.indicators[0].causes) == {"late": 1}
    # 1 of 3, then 1 of 4: 33.33 % and 25 % of a target of 90 %: 57 and 65 started steps of 0.5 % of 100,000
    assert ("connect.deduct", "-28500.00", "-32500.00") in told.lines
    assert "loads[1]" in told.context


def test_a_corrected_record(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    calls.load("call", f"{HEAD}\n b, 2, q, ann, 05 09:10:00, answered, 21, 29 08:00:00", name="fix.csv", now=SECOND)
    told = found(calls, before, calls.close(calls.contract(OLD), now=SECOND))
    assert causes(told) == {
        ("connect", "b", "missed", "met", "corrected"),
        ("wait", "b", "excluded: left before an answer", "counted 21", "corrected"),
    }


def test_an_amendment_is_named_though_no_item_differs(calls: Office) -> None:
    """1 of 3 is missed at 90 % and met at 30 %: the whole deduction goes, and no item is another."""
    path = calls.contract(OLD)
    before = calls.close(path)
    (path.parent / "amendments").mkdir()
    (path.parent / "amendments/1.yaml").write_text(
        "amendment: 补充协议一\neffective: 2026-10-01\nsigned: 2026-10-01\nindicators: {connect: {target: 30%}}\n",
        encoding="utf-8",
    )
    told = found(calls, before, calls.close(path, now=SECOND))
    assert told.items == []
    assert told.context == ["amendments.补充协议一", "targets.connect[0]"]
    assert ("connect.deduct", "-28500.00", None) in told.lines


def test_a_decision(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    row = {"metric": "phone.connect_rate", "item": "b", "from": "missed", "to": "excluded: outage", "ground": "7"}
    add_overrides(calls.home, [row], where="here", now=SECOND)
    after = calls.close(calls.contract(OLD), now=SECOND)
    assert causes(found(calls, before, after)) == {("connect", "b", "missed", "excluded: outage", "override")}
    assert causes(found(calls, after, before)) == {("connect", "b", "excluded: outage", "missed", "override")}


def test_a_term(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    after = calls.close(calls.contract(OLD.replace("short_abandon_s: 5", "short_abandon_s: 45")), now=SECOND)
    assert causes(found(calls, before, after)) == {("connect", "c", "missed", "excluded: short abandon", "terms")}


def test_another_metric(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    text = OLD.replace("phone.connect_rate@1", "phone.service_level@1").replace(
        "short_abandon_s: 5", "answer_within_s: 5"
    )
    told = found(calls, before, calls.close(calls.contract(text), now=SECOND))
    assert {one.cause for one in told.items} == {"definition"}


def test_a_calendar(calls: Office) -> None:
    """c called at 22:20: after hours, and in them where the day ends at midnight."""
    before = calls.close(calls.contract(BY_HOURS))
    after = calls.close(calls.contract(BY_HOURS.replace("08:00-22:00", "08:00-24:00")), now=SECOND)
    (change,) = found(calls, before, after).items
    assert (change.item_id, change.after, change.cause) == ("c", "missed", "calendar")


def test_a_late_cut_off(calls: Office) -> None:
    before = calls.close(calls.contract(OLD), cut_off_at=datetime(2026, 10, 10, tzinfo=UTC))
    told = found(calls, before, calls.close(calls.contract(OLD), now=SECOND))
    assert {(one.item_id, one.cause) for one in told.items} == {("c", "cut_off")}


def test_statements_of_two_contracts_are_not_compared(calls: Office) -> None:
    one = calls.close(calls.contract(OLD))
    other = calls.close(calls.contract(contract(number="other"), "other.yaml"))
    with pytest.raises(Refused, match=r"diff\.contracts"):
        found(calls, one, other)


def test_an_item_that_no_value_counts_is_no_difference(calls: Office) -> None:
    """A call that never left the menu comes late: it was nowhere, and is outside."""
    path = calls.contract(contract())
    before = calls.close(path)
    calls.load("call", f"{HEAD}\n z, 4,,, 20 10:00:00, ivr_only,, 29 08:00:00", name="z.csv", now=SECOND)
    told = found(calls, before, calls.close(path, now=SECOND))
    assert list(told.items) == []
    assert [one.items for one in told.indicators] == [0, 0]  # they do say how many candidates there are
