"""What the desks of finance and of a team lead ask: accrual and its range, clocks that run, misses left."""

from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.runs.accrual import Accrual, read_accrual
from pipelines.runs.agents import agents
from pipelines.runs.month_so_far import month_so_far
from pipelines.runs.months import month_of
from pipelines.runs.pending import is_running, pending_items
from pipelines.runs.readers import reader
from pipelines.runs.statements import (
    book_stamp,
    evidence_folder,
    list_statements,
    look_always,
    look_once,
    read_statement,
)
from tests.ingest.items.small_logs import NOW, Office, at
from tests.runs.contracts import ALWAYS_OPEN, contract

# k1 is solved in time, k4 was not within a day; k2 and k3 are open, each due a day after it came
CASES = """case_id, event_id, at, kind, agent_id
    k1, 1, 12 09:00:00, opened, ann
    k1, 2, 12 10:00:00, resolved, ann
    k2, 1, 12 09:00:00, opened, ann
    k3, 1, 12 20:00:00, opened, bob
    k4, 1, 10 09:00:00, opened, bob"""
WITHIN_A_DAY = """
  - id: solved
    clause: "4.1"
    metric: case.within@1
    terms: {limit: 24, counted_in: wall_hours}
    target: 90%
    weight: 10
    scoring: {form: pass_fail}
    consequences:
      - {id: deduct, form: per_step, step: 1%, rate: 0.5%}
"""
CUT_OFF_AT = at("13 08:00:00")
MONTH = "small:2026-10"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    found = Office(Path(tmp_path_factory.mktemp("desks")) / "office")
    found.load("case", CASES)
    found.close(found.contract(contract(WITHIN_A_DAY, more=ALWAYS_OPEN)), cut_off_at=CUT_OFF_AT)
    return found


def accrual_of(office: Office) -> Accrual:
    found = read_accrual(office.home, MONTH)
    assert found is not None
    return found


def test_the_range_settles_the_month_with_all_that_is_pending_met_and_missed(office: Office) -> None:
    """1 of 2 is 50 %: 40 steps of 0.5 % of 100,000. All met, 3 of 4: 15 steps, 7,500; all missed, 1 of 4: 65, 32,500.

    With 6 % tax on what is left: 92,500 × 1.06 = 98,050, and 67,500 × 1.06 = 71,550.
    """
    body, found = read_statement(office.home, MONTH), accrual_of(office)
    assert body["totals"]["deductions"] == "-20000.00"
    assert (found.met["deductions"], found.missed["deductions"]) == (Decimal("-7500.00"), Decimal("-32500.00"))
    assert (found.low, found.high) == (Decimal("71550.00"), Decimal("98050.00"))
    assert found.low <= Decimal(body["totals"]["payable"]) <= found.high
    (row,) = found.indicators
    assert (row.id, row.pending, row.stays, row.met, row.missed) == ("solved", 2, False, "0.75", "0.25")


def test_a_statement_does_not_speak_of_its_range(office: Office) -> None:
    ref = list_statements(office.home)[0]
    (office.home / "accruals" / f"{ref.id}.json").rename(office.home / "accruals" / "away")
    assert read_accrual(office.home, ref.id) is None
    assert read_statement(office.home, ref.id)["totals"]["deductions"] == "-20000.00"
    (office.home / "accruals" / "away").rename(office.home / "accruals" / f"{ref.id}.json")


def test_the_clocks_that_run_the_soonest_first(office: Office) -> None:
    """k2 has an hour left at the cut-off, k3 twelve; k4 is over and no clock, k1 is done."""
    found = pending_items(office.home, MONTH)
    assert [(one.item_id.partition("#")[0], one.due_at) for one in found.clocks] == [
        ("k2", at("13 09:00:00")),
        ("k3", at("13 20:00:00")),
    ]
    assert (found.total, found.waiting, found.within) == (2, 0, {2: 1, 24: 2})
    assert all(one.may_be_later for one in found.clocks)  # a case may be paused, and the evidence does not say so
    assert [one.due_at - CUT_OFF_AT for one in found.clocks] == [timedelta(hours=1), timedelta(hours=12)]


def test_misses_left_are_counted_in_items(office: Office) -> None:
    """1 good of 2: of 2 none may be bad at 90 %, and (1 + k) / (2 + k) ≥ 0.9 from k = 8."""
    (found,) = month_so_far(office.home, MONTH)
    assert (found.indicator, found.room.good, found.room.bad) == ("solved", 1, 1)
    assert (found.room.allowed, found.room.left, found.room.needed) == (0, 0, 8)
    assert [(str(day.day), day.n, day.bad) for day in found.days] == [("2026-10-10", 1, 1), ("2026-10-12", 2, 1)]


def test_nobody_is_judged_by_one_case(office: Office) -> None:
    """None and all of 1 late: with z² = 3.8415 Wilson's intervals are 1 / (1 + z²) to 1, and 0 to z² / (1 + z²)."""
    found = {
        one.row.name: (one.row.n, one.row.low, one.row.high, one.stands) for one in agents(office.home, MONTH, "solved")
    }
    assert found["ann"] == (1, "0.206549", "1", "open")
    assert found["bob"] == (1, "0", "0.793451", "worse")


def test_a_month_that_is_not_over_is_provisional(office: Office) -> None:
    found = month_of(office.home, MONTH)
    assert (found.state, found.month) == ("provisional", "2026-10")
    assert str(found.deadlines["objections"]) == "2026-11-11"  # the 8th working day: 2 to 6, 9 to 11 November
    assert is_running(read_statement(office.home, MONTH))


def test_whoever_publishes_changes_the_stamp(tmp_path: Path) -> None:
    office = Office(tmp_path / "office")
    office.load("case", CASES)
    paper = office.contract(contract(WITHIN_A_DAY, more=ALWAYS_OPEN))
    stamps = [book_stamp(office.home)]
    for cut_off_at in (CUT_OFF_AT, CUT_OFF_AT, at("14 08:00:00")):
        office.close(paper, cut_off_at=cut_off_at, now=NOW)
        stamps.append(book_stamp(office.home))
    assert stamps[1] == stamps[2]  # the same again is no new version
    assert len(set(stamps)) == 3


def test_a_request_sees_one_state_of_the_books(office: Office) -> None:
    """It looks once: what is said meanwhile is seen by the next one, and by whoever looks always."""
    office.close(office.contract(contract()))
    look_once()
    try:
        before, listed = book_stamp(office.home), list_statements(office.home)
        with (office.home / "months.jsonl").open("ab") as journal:
            journal.write(b"\n")
        office.close(office.contract(contract(number="another"), "another.yaml"))
        assert (book_stamp(office.home), list_statements(office.home)) == (before, listed)
        look_once()
        assert book_stamp(office.home) != before
        assert len(list_statements(office.home)) == len(listed) + 1
    finally:
        look_always()


def test_a_home_says_how_much_a_reader_may_take(office: Office) -> None:
    folder = evidence_folder(office.home, list_statements(office.home)[0].id)
    asked = "SELECT current_setting('threads'), current_setting('memory_limit')"
    with closing(reader(folder)) as con:
        assert con.execute(asked).fetchall() == [(2, "1.8 GiB")]
    (office.home / "settings.yaml").write_text("reader_threads: 1\nreader_memory_limit: 512MB\n", encoding="utf-8")
    with closing(reader(folder)) as con:
        assert con.execute(asked).fetchall() == [(1, "488.2 MiB")]
    (office.home / "settings.yaml").unlink()
