"""Why an item has its state: the first that holds decides, the others are listed with it, its clock is a timeline."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.problem import Refused
from pipelines.core.yaml_text import read_yaml
from pipelines.metrics.compose import branches
from pipelines.metrics.declare import installed_metrics
from pipelines.runs.why import why
from tests.ingest.items.small_logs import Office

OCTOBER: Any = {"since": date(2026, 10, 1), "until": date(2026, 11, 1), "zone": "Asia/Shanghai"}
HOURS = """
calendars:
  default:
    - {since: 2026-01-01, decided: 2025-12-01, by: "1", weekly: {mon-sun: ["09:00-12:00", "13:00-18:00"]}, holidays: cn,
       on_holidays: as_usual}
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.load(
        "call",
        """call_id, leg_id, queue, arrived_at, queued_at, answered_at, ended_at, outcome
        a, 1, sales, 12 20:00:00, 12 20:00:00,, 12 20:00:03, abandoned
        b, 1, sales, 12 10:00:00, 12 10:00:00, 12 10:00:09, 12 10:01:00, answered""",
    )
    made.load(
        "chat",
        """session_id, event_id, at, kind, author, queue, agent_id
        s, 1, 12 11:59:30, opened, customer, sales,
        s, 2, 12 11:59:30, line, customer, sales,
        s, 3, 12 13:00:10, line, agent, sales, ann""",
    )
    return made


def asked(office: Office, metric: str, item: str, **more: Any) -> Any:
    source = "chat" if metric.startswith("chat") else "call"
    return why(office.home, metric, source, item, calendars=read_yaml(HOURS, "hours"), **OCTOBER, **more)


def test_the_first_that_holds_is_the_state_and_the_others_are_listed(office: Office) -> None:
    """A caller at 20:00 who hung up after 3 s: outside hours first, and a short abandon too."""
    found = asked(office, "phone.connect_rate", "a")
    assert found.state == "excluded: outside service hours"
    assert list(found.also) == ["excluded: short abandon", "missed"]
    assert found.rests_on["outcome"] == "abandoned"
    assert asked(office, "phone.connect_rate", "b").state == "met"


def test_its_clock_is_shown_piece_by_piece(office: Office) -> None:
    """Asked 11:59:30, answered 13:00:10: 30 s before the lunch break, 10 s after it. 40 s in all."""
    found = asked(office, "chat.first_response", "s")
    assert (found.state, found.amount) == ("missed", "40")
    (clock,) = [line for line in found.timelines if line.clock == "response_s"]
    pieces = [(one.kind, (one.until_at - one.from_at).total_seconds()) for one in clock.intervals]
    assert pieces == [("running", 30), ("outside hours", 3600), ("running", 10)]
    assert asked(office, "chat.first_response", "s", terms={"within_s": "40"}).state == "met"


def test_an_item_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match=r"(?s)has no such item in .*\[why\.no_item\]"):
        asked(office, "phone.connect_rate", "zzz")


@pytest.mark.parametrize("metric", installed_metrics().values(), ids=lambda metric: metric.key)
def test_every_branch_of_every_metric_is_found(metric: Any) -> None:
    found = branches(metric.sql)
    assert {state for _, state in found} == set(metric.states)
    assert found[-1][0] == "true"
    assert all(condition for condition, _ in found)
