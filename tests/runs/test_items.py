"""The items behind a figure: days, groups, pages and single items, read from the statement's own evidence."""

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.core.problem import Refused
from pipelines.runs.item_view import item
from pipelines.runs.items import by_group, daily, histogram, items
from tests.ingest.items.small_logs import Office, at
from tests.runs.contracts import contract

# Two days; three calls arrive in one second; g never entered a queue
CALLS = """call_id, customer_id, queue, agent_id, arrived_at, queued_at, answered_at, ended_at, outcome, wait_s
    a, 11, q, ann, 05 09:00:00, 05 09:00:00, 05 09:00:10, 05 09:05:00, answered, 10
    b, 12, q, ann, 05 09:00:00, 05 09:00:00, 05 09:00:20, 05 09:05:00, answered, 20
    c, 13, q,    , 05 09:00:00, 05 09:00:00,            , 05 09:01:00, abandoned, 60
    d, 14, r, bob, 06 23:59:59, 06 23:59:59, 07 00:00:29, 07 00:05:00, answered, 30
    e, 15, r,    , 06 10:00:00, 06 10:00:00,            , 06 10:00:03, abandoned, 3
    g, 16,  ,    , 06 11:00:00,            ,            , 06 11:00:30, ivr_only,"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(Path(tmp_path_factory.mktemp("items")) / "office")
    office.load("call", CALLS)
    office.close(office.contract(contract()))
    return office


MONTH = "small:2026-10"


def test_days_add_up_to_the_month(desk: Office) -> None:
    """2 of 3 on the 5th, 1 of 1 on the 6th (e hung up within 5 s): 3 of 4, never the mean of 66.67 % and 100 %."""
    rows = daily(desk.home, MONTH, "connect")
    assert [(row.name, row.numerator, row.denominator, row.excluded) for row in rows] == [
        ("2026-10-05", "2", "3", 0),
        ("2026-10-06", "1", "1", 1),
    ]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("queue", {"q": ("2", "3"), "r": ("1", "1")}),
        ("agent", {"(none)": ("0", "1"), "ann": ("2", "2"), "bob": ("1", "1")}),
        ("hour", {"09": ("2", "3"), "10": ("0", "0"), "23": ("1", "1")}),
        ("source", {"call": ("3", "4")}),
    ],
)
def test_groups(desk: Office, group: str, expected: dict[str, tuple[str, str]]) -> None:
    assert {
        row.name: (row.numerator, row.denominator) for row in by_group(desk.home, MONTH, "connect", group)
    } == expected
    for name, (_, of_all) in expected.items():
        page = items(desk.home, MONTH, "connect", groups=[(group, name)])
        judged = [row for row in page.rows if row.state in ("met", "missed")]
        assert len(judged) == int(of_all)


def test_an_unknown_group_is_refused(desk: Office) -> None:
    with pytest.raises(Refused, match=r"items\.group"):
        by_group(desk.home, MONTH, "connect", "planet")
    with pytest.raises(Refused, match=r"items\.group"):
        items(desk.home, MONTH, "connect", groups=[("planet", "earth")])


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 100])
def test_pages_hold_each_item_once_also_those_of_one_instant(desk: Office, limit: int) -> None:
    seen, after = [], None
    while True:
        page = items(desk.home, MONTH, "connect", after=after, limit=limit)
        assert page.total == 6
        seen += [row.item_id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == ["a", "b", "c", "e", "g", "d"]


def test_items_by_state_and_day(desk: Office) -> None:
    def ids(**more: object) -> list[str]:
        return [row.item_id for row in items(desk.home, MONTH, "connect", **more).rows]  # type: ignore[arg-type]

    assert ids(state="missed") == ["c"]
    assert ids(state="excluded: short abandon") == ids(state="excluded") == ["e"]
    assert ids(state="outside") == ids(state="outside: IVR only") == ["g"]
    assert ids(state="met", day=date(2026, 10, 6)) == ["d"]
    assert ids(state="it's none") == []


def test_the_distribution_counts_every_amount(desk: Office) -> None:
    buckets = histogram(desk.home, MONTH, "wait")
    assert sum(bucket.n for bucket in buckets) == 5  # 3, 10, 20, 30 and 60 s; g has none
    assert (buckets[-1].from_s, buckets[-1].until_s) == ("60", "62")  # in steps of 2 s: 60 / 40, up
    assert histogram(desk.home, MONTH, "connect") == []


def test_a_bucket_opens_its_items(desk: Office) -> None:
    for number, one in enumerate(buckets := histogram(desk.home, MONTH, "wait")):
        span = f"{one.from_s}-{one.until_s if number < len(buckets) - 1 else ''}"
        assert items(desk.home, MONTH, "wait", groups=[("amount", span)]).total == one.n > 0


@pytest.mark.parametrize("span", ["20", "-20", "20-x", "1-2 OR true", "25-20-3", ""])
def test_what_is_no_span_of_amounts_is_refused(desk: Office, span: str) -> None:
    with pytest.raises(Refused, match=re.escape("[items.span]")):
        items(desk.home, MONTH, "wait", groups=[("amount", span)])


def test_an_item_seen_whole(desk: Office) -> None:
    seen = item(desk.home, MONTH, "call", "d", "offered_call")
    assert (seen.channel, seen.arrival_at, seen.service_on) == ("phone", at("06 23:59:59"), date(2026, 10, 6))
    assert {state.indicator_id: (state.state, state.amount) for state in seen.states} == {
        "connect": ("met", None),
        "wait": ("counted", "30"),
    }
    connect = next(state for state in seen.states if state.indicator_id == "connect")
    assert ("short_abandon_s", "5", "4.1") in connect.rests_on
    assert [event.kind for event in seen.events] == ["arrived", "queued", "answered", "ended"]
    (line,) = seen.raw
    assert (line.place(), line.fields["customer_id"]) == ("call.csv:5", "***")
    assert "14" not in line.text.split(",")[1]
    assert ("customer_id", "***") in seen.facts
    bare = item(desk.home, MONTH, "call", "d", "offered_call", mask=False)
    assert (bare.raw[0].fields["customer_id"], dict(bare.facts)["customer_id"]) == ("14", "14")


def test_an_item_outside_says_why(desk: Office) -> None:
    assert {state.state for state in item(desk.home, MONTH, "call", "g", "offered_call").states} == {
        "outside: IVR only"
    }


@pytest.mark.parametrize("name", ["nobody", "o'brien", ""])
def test_an_item_that_is_not_there(desk: Office, name: str) -> None:
    with pytest.raises(Refused, match=r"statement\.no_item"):
        item(desk.home, MONTH, "call", name, "offered_call")


def test_an_indicator_that_is_not_there(desk: Office) -> None:
    with pytest.raises(Refused, match=r"statement\.no_indicator"):
        daily(desk.home, MONTH, "conect")
