"""A message says where, what and how to mend, and bears a code; all of them come at once."""

import pytest

from pipelines.core.event import CALL, EVENT_TABLES
from pipelines.core.problem import Problem, Refused, by_place, refuse_if_any

GAP = Problem("c.yaml:14", "No tier covers 0.75 to 0.78.", "Start this tier at 0.75.", "contract.tier_gap")
HINT = Problem("c.yaml:2", "It has no text.", "Quote it.", "contract.clause_without_text", "warning")


def test_a_problem_is_two_lines():
    assert str(GAP) == "c.yaml:14\nNo tier covers 0.75 to 0.78. Start this tier at 0.75.  [contract.tier_gap]"


def test_a_refusal_carries_every_reason():
    assert Refused(GAP).problems == (GAP,)
    assert str(Refused([HINT, GAP])) == f"{HINT}\n\n{GAP}"


def test_warnings_alone_do_not_refuse():
    refuse_if_any([HINT])
    with pytest.raises(Refused) as refused:
        refuse_if_any([HINT, GAP])
    assert refused.value.problems == (HINT, GAP)


def test_problems_stand_in_order_of_line_each_once():
    found = [Problem(where, "", "", "x") for where in ("c.yaml:10", "c.yaml:9", "c.yaml", "c.yaml:9", "b.yaml:11")]
    assert [problem.where for problem in by_place(found)] == ["b.yaml:11", "c.yaml", "c.yaml:9", "c.yaml:10"]


def test_event_tables_know_their_columns():
    assert (CALL.table_name, CALL.columns[0].name, CALL.columns[2].name) == ("event_call", "call_id", "record_at")
    wait = CALL.column("wait_s")
    assert wait is not None
    assert wait.sql_type == "DECIMAL(18,6)"
    assert CALL.column("waits") is None
    for table in EVENT_TABLES.values():
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names)), table.name
