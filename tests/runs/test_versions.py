"""What changes when something changes: exactly the lines that rest on it, with the item, before and after, and why."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.close_month import ClosedMonth
from pipelines.runs.explain import explain
from pipelines.runs.overrides import add_overrides
from pipelines.runs.statements import list_statements
from tests.ingest.items.small_logs import Office
from tests.runs.contracts import ALWAYS_OPEN, CONNECT, WAIT, contract

HEAD = "call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s, record_at"
# Ten calls a half: 9 of 10 answered before the 15th and from it on, after 10 s; the two others gave up after 60 s.
GAVE_UP = (10, 20)
CALLS = HEAD + "".join(
    f"\n c{day:02}, 138{day:08}, q, ann, {day:02} 10:00:00,"
    f" {'abandoned, 60' if day in GAVE_UP else 'answered, 10'}, 28 08:00:00"
    for day in range(5, 25)
)
FIRST, SECOND, THIRD = (datetime(2026, 11, day, 8, 0, tzinfo=UTC) for day in (5, 6, 7))
OLD = contract()
# From the 15th on 95 %: 9 of 10 in each half is 90 %, met before, 5 points short of it after
NEW = contract(
    CONNECT.replace("TARGET", '[{since: 2026-01-01, value: 90%}, {since: 2026-10-15, value: 95%, by: "supplement 2"}]')
    + WAIT
)


@pytest.fixture
def calls(office: Office) -> Office:
    office.load("call", CALLS, now=FIRST)
    return office


def lines(closed: ClosedMonth) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in closed.body["lines"]}


def changed(before: ClosedMonth, after: ClosedMonth) -> set[str]:
    """Return the ids of the lines that are not byte for byte what they were."""
    old, new = lines(before), lines(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def test_a_target_that_changes_on_the_15th_changes_the_lines_that_rest_on_it(calls: Office) -> None:
    before = calls.close(calls.contract(OLD))
    after = calls.close(calls.contract(NEW))
    assert {name.partition(".")[0] for name in changed(before, after)} <= {"connect", "tax"}
    assert before.body["indicators"][1] == after.body["indicators"][1]  # the wait rests on nothing that changed
    connect = after.body["indicators"][0]
    assert [(p["from"], p["until"], p["target"], p["verdict"]) for p in connect["parts"]] == [
        ("2026-10-01", "2026-10-15", "0.9", "met"),
        ("2026-10-15", "2026-11-01", "0.95", "missed"),
    ]
    # 5 started steps of 1 % x 0.5 % of 100,000 x 17/31 = 2,500 x 17/31 = 1,370.97
    found = [line for line in after.body["lines"] if line["indicator"] == "connect" and line["amount"] != "0.00"]
    assert [(line["amount"], line["days"]) for line in found] == [
        ("-1370.97", {"from": "2026-10-15", "until": "2026-11-01"})
    ]


def test_explain_says_which_days_used_which_target_and_by_whom(calls: Office) -> None:
    calls.close(calls.contract(OLD))
    after = calls.close(calls.contract(NEW))
    line = next(line for line in after.body["lines"] if line["amount"] == "-1370.97")
    told = explain(calls.home, after.ref.id, line["id"])
    assert told.indicator is not None
    assert [(part["target"], part["target_by"], part["from"]) for part in told.indicator["parts"]] == [
        ("0.9", "4.1", "2026-10-01"),
        ("0.95", "supplement 2", "2026-10-15"),
    ]
    assert told.part is not None
    assert told.part["from"] == "2026-10-15"
    assert [item.item_id for item in told.items] == [
        "c20"
    ]  # the one missed from the 15th on; c10 is of the part before
    assert told.previous is not None
    assert told.previous["target"] == "0.9"
    assert told.changes_total == 0  # no item has another state: the target is another


def test_a_corrected_row_changes_what_rests_on_it_and_explain_says_how(calls: Office) -> None:
    """c20 was not abandoned after 60 s, says a later record: it was answered after 21 s."""
    before = calls.close(calls.contract(OLD))
    calls.load(
        "call", f"{HEAD}\n c20, 13800000020, q, ann, 20 10:00:00, answered, 21, 29 08:00:00", name="fix.csv", now=SECOND
    )
    after = calls.close(calls.contract(OLD), now=SECOND)
    assert after.ref.version == 2
    assert changed(before, after) <= {"wait"}  # neither value misses its target: 19 of 20 and 211 s / 19
    told = explain(calls.home, after.ref.id, "connect")
    (change,) = told.changes
    assert (change.item_id, change.before, change.after) == ("c20", "missed", "met")
    assert (change.cause, change.why) == ("corrected", "another version of its record in fix.csv")
    # line 17 of the first file: its head, then c05 to c20; line 2 of the second
    assert [line.place() for line in change.raw] == ["call.csv:17", "fix.csv:2"]
    assert [line.fields["wait_s"] for line in change.raw] == ["60", "21"]
    wait = explain(calls.home, after.ref.id, "wait")
    assert [(c.item_id, c.before, c.after) for c in wait.changes] == [
        ("c20", "excluded: left before an answer", "counted 21")
    ]


def test_a_term_that_changes_on_the_15th_is_followed_item_by_item(calls: Office) -> None:
    """From the 15th on whoever hangs up within 60 s is short: c20 is left out, c10 stays missed."""
    before = calls.close(calls.contract(OLD))
    dated = "[{since: 2026-01-01, value: 5}, {since: 2026-10-15, value: 60, by: supplement 3}]"
    after = calls.close(calls.contract(OLD.replace("{short_abandon_s: 5}", f"{{short_abandon_s: {dated}}}")))
    assert "wait" not in {name.partition(".")[0] for name in changed(before, after)}
    told = explain(calls.home, after.ref.id, "connect")
    assert told.indicator is not None
    assert [
        (term["value"], term["from"], term["by"])
        for term in told.indicator["terms"]
        if term["name"] == "short_abandon_s"
    ] == [("5", "2026-10-01", "4.1"), ("60", "2026-10-15", "supplement 3")]
    (change,) = told.changes
    assert (change.item_id, change.before, change.after) == ("c20", "missed", "excluded: short abandon")
    assert change.cause == "terms"


def test_a_call_corrected_into_another_month_is_gone_from_this_one(calls: Office) -> None:
    path = calls.contract(OLD)
    calls.close(path)
    row = "c20, 13800000020, q, ann, 2026-09-20 10:00:00, abandoned, 60, 29 08:00:00"
    calls.load("call", f"{HEAD}\n {row}", name="fix.csv", now=SECOND)
    (change,) = explain(calls.home, calls.close(path, now=SECOND).ref.id, "connect").changes
    assert (change.item_id, change.before, change.after) == ("c20", "missed", "(not there)")
    assert (change.cause, change.why) == ("corrected", "another version of its record in fix.csv")
    assert [line.place() for line in change.raw] == ["call.csv:17", "fix.csv:2"]


def test_a_month_may_come_back_to_what_it_was(calls: Office) -> None:
    """Third version, same bytes as the first: one name, and still explained."""
    first = calls.close(calls.contract(OLD))
    second = calls.close(calls.contract(NEW))
    third = calls.close(calls.contract(OLD))
    assert (third.ref.id, third.ref.version) == (first.ref.id, 3)
    told = explain(calls.home, third.ref.id, "connect")
    assert told.previous is not None
    assert told.previous["statement"] == second.ref.id


def test_a_second_closing_of_the_same_is_no_new_version(calls: Office) -> None:
    path = calls.contract(OLD)
    before, after = calls.close(path), calls.close(path, now=THIRD)
    assert (after.is_new, after.ref, after.body) == (False, before.ref, before.body)


def late(office: Office, now: datetime = SECOND) -> None:
    office.load("call", f"{HEAD}\n late, 1, q, bob, 25 10:00:00, abandoned, 61, 28 08:00:00", name="late.csv", now=now)


def test_a_late_file_is_named_as_the_cause(calls: Office) -> None:
    path = calls.contract(OLD)
    before = calls.close(path)
    late(calls)
    after = calls.close(path, now=SECOND)
    (change,) = explain(calls.home, after.ref.id, "connect").changes
    assert (change.before, change.after) == ("(not there)", "missed")
    assert (change.cause, change.why) == ("late", "late.csv")
    assert [line.place() for line in change.raw] == ["late.csv:2"]
    # 18 / 21 = 85.71 %: five steps of 1 % are started; 5 x 0.5 % of 100,000
    assert lines(after)["connect.deduct"]["amount"] == "-2500.00"
    assert "connect.deduct" in changed(before, after)


def decide(office: Office, item: str, *, from_: str = "missed", now: datetime = SECOND) -> None:
    row = {"metric": "phone.connect_rate", "item": item, "from": from_, "to": "excluded: outage", "ground": "ticket 7"}
    assert add_overrides(office.home, [row], where="here", now=now) == (1, 0)


def test_an_override_lies_over_the_state_and_keeps_the_base(calls: Office) -> None:
    path = calls.contract(OLD)
    calls.close(path)
    decide(calls, "c20")
    after = calls.close(path, now=SECOND)
    connect = after.body["indicators"][0]
    assert (connect["numerator"], connect["denominator"]) == ("18", "19")
    assert connect["states"]["excluded"] == {"outage": 1}
    assert [one["item"] for one in after.body["overrides"]] == ["c20"]
    told = explain(calls.home, after.ref.id, "connect", state="excluded: outage")
    assert [(item.item_id, item.base_state, item.state) for item in told.items] == [
        ("c20", "missed", "excluded: outage")
    ]
    assert [(c.item_id, c.cause) for c in told.changes] == [("c20", "override")]
    assert told.overrides[0]["ground"] == "ticket 7"


def test_a_stale_override_is_listed_and_not_applied(calls: Office) -> None:
    """It speaks of a missed call; c05 was answered, and nobody knows x."""
    decide(calls, "c05")
    decide(calls, "x")
    closed = calls.close(calls.contract(OLD), now=SECOND)
    assert closed.body["overrides"] == []
    assert [one["item"] for one in closed.body["stale_overrides"]] == ["c05", "x"]
    assert closed.body["indicators"][0]["states"]["met"] == 18


def test_decisions_on_another_months_or_contracts_items_are_no_matter_of_a_statement(calls: Office) -> None:
    """October's hash stays; its statement shows nothing of what was decided for September, or for another vendor."""
    calls.load(
        "call",
        HEAD
        + """
    s1, 139, q, ann, 2026-09-20 10:00:00, abandoned, 60, 2026-09-28 08:00:00
    o1, 139, theirs, bob, 2026-10-20 10:00:00, abandoned, 60, 2026-10-28 08:00:00""",
        now=FIRST,
    )
    path = calls.contract(contract(more="scope: {queue: [q]}\n"))
    before = calls.close(path, now=SECOND)
    for item in ("s1", "o1"):
        decide(calls, item)
    rows = [
        {"metric": "chat.reply_rate@1", "item": "c20", "from": "missed", "to": "met", "ground": "not measured here"}
    ]
    add_overrides(calls.home, rows, where="here", now=SECOND)
    after = calls.close(path, now=THIRD)
    assert after.body["stale_overrides"] == []
    assert (after.ref.sha256, after.is_new) == (before.ref.sha256, False)
    september = calls.close(path, month="2026-09", now=THIRD)
    assert [one["item"] for one in september.body["overrides"]] == ["s1"]


def test_two_overrides_of_one_item_are_laid_by_their_decision(calls: Office) -> None:
    """Both speak of the base state, missed: the later decision holds."""
    decide(calls, "c20", now=SECOND)
    row = {"metric": "phone.connect_rate@1", "item": "c20", "from": "missed", "to": "met", "ground": "appeal 9"}
    add_overrides(calls.home, [row], where="here", now=THIRD)
    connect = calls.close(calls.contract(OLD), now=THIRD).body["indicators"][0]
    assert (connect["numerator"], connect["denominator"]) == ("19", "20")


def test_the_same_override_twice_is_one(calls: Office) -> None:
    decide(calls, "c20")
    row = {
        "metric": "phone.connect_rate",
        "item": "c20",
        "from": "missed",
        "to": "excluded: outage",
        "ground": "ticket 7",
    }
    assert add_overrides(calls.home, [row], where="here", now=SECOND) == (0, 1)


@pytest.mark.parametrize("what", ["correction", "late file", "a log of the days since", "roster", "override"])
def test_as_of_an_instant_before_it_gives_the_old_bytes(calls: Office, what: str) -> None:
    calls.load(
        "roster",
        "member_kind, member_id, since_at, until_at, vendor\n queue, q, 2026-01-01 00:00:00,, ve",
        load_stamps=True,
        now=FIRST,
    )
    path = calls.contract(contract(more="scope: {vendor: [ve]}"))
    before = calls.close(path)
    if what == "correction":
        row = "c20, 13800000020, q, ann, 20 10:00:00, answered, 21, 29 08:00:00"
        calls.load("call", f"{HEAD}\n {row}", name="fix.csv", now=THIRD)
    elif what == "late file":
        late(calls, THIRD)
    elif what == "a log of the days since":  # by default the cut-off is the last instant of any log
        calls.load(
            "call",
            f"{HEAD}\n next, 1, q, bob, 2026-11-03 10:00:00, abandoned, 61, 28 08:00:00",
            name="n.csv",
            now=THIRD,
        )
    elif what == "roster":
        since = "member_kind, member_id, since_at, until_at, vendor\n queue, q, 2026-01-01 00:00:00,, another"
        calls.load("roster", since, name="roster2.csv", load_stamps=True, now=THIRD)
    else:
        decide(calls, "c20", now=THIRD)
    then = calls.close(path, now=THIRD, as_of=SECOND)
    assert then.body == before.body
    assert not then.is_new
    now = calls.close(path, now=THIRD)
    assert now.ref.version == 2
    again = calls.close(path, now=THIRD, as_of=SECOND)
    assert again.body == before.body


def test_nothing_was_known_before_the_first_load(calls: Office) -> None:
    closed = calls.close(calls.contract(OLD), now=THIRD, as_of=datetime(2026, 11, 1, tzinfo=UTC))
    assert closed.body["indicators"][0]["reason"] == "no items"
    assert closed.body["loads"] == []


def test_a_statement_names_the_files_of_logs_that_speak_of_its_items(calls: Office) -> None:
    """The items are calls; the cases that follow them and the roster that assigns them decide too. Mails do not."""
    indicator = '- {id: spot, clause: "1", metric: contact.on_the_spot@1, target: 80%}'
    calls.load("case", "case_id, event_id, at, kind\n k, 1, 10:10:00, opened")
    calls.load("roster", "member_kind, member_id, since_at, until_at, team\n queue, q, 2026-01-01 00:00:00,, one")
    calls.load("mail", "message_id, at, direction\n m, 09:00:00, in")
    closed = calls.close(calls.contract(contract(indicator, more=ALWAYS_OPEN)))
    assert [one["source"] for one in closed.body["loads"]] == ["call", "case", "roster"]


def test_a_changed_statement_is_refused(calls: Office) -> None:
    ref = calls.close(calls.contract(OLD)).ref
    path = calls.home / "statements" / f"{ref.id}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("100000.00", "100001.00"), encoding="utf-8")
    with pytest.raises(Refused, match=r"statement\.changed"):
        explain(calls.home, ref.id, "connect")


def test_versions_are_listed_latest_first(calls: Office) -> None:
    path = calls.contract(OLD)
    first = calls.close(path).ref
    late(calls)
    second = calls.close(path, now=SECOND).ref
    assert [(ref.id, ref.version, ref.is_latest) for ref in list_statements(calls.home)] == [
        (second.id, 2, True),
        (first.id, 1, False),
    ]
    assert explain(calls.home, "small:2026-10", "connect").statement == second.id


def test_a_folder_with_spaces_and_chinese_and_a_quote(tmp_path: Path) -> None:
    office = Office(tmp_path / "客服 二部's home")
    office.load("call", CALLS, now=FIRST)
    closed = office.close(office.contract(OLD))
    assert closed.body["indicators"][0]["denominator"] == "20"
    assert explain(office.home, closed.ref.id, "connect").items_total == 2
