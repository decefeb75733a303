"""A vendor's report beside small months written by hand: each cause, what is refused, what stays unexplained."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.period import Month
from pipelines.core.problem import Refused
from pipelines.exports.bridge_words import sentences
from pipelines.runs.bridge import Bridge, bridge, mapping_for
from pipelines.runs.overrides import add_overrides
from tests.ingest.items.small_logs import NOW, Office
from tests.runs.contracts import ALWAYS_OPEN, CONNECT, WAIT, contract

HEAD = "call_id, customer_id, queue, agent_id, arrived_at, outcome, wait_s"
# 13th: two answered, one abandoned after 12 s. 14th: one answered, two abandoned after 60 s. 3 of 6.
CALLS = f"""{HEAD}
    a, 1, q, ann, 13 09:00:00, answered, 10
    b, 2, q, ann, 13 09:10:00, answered, 40
    c, 3, q, , 13 10:20:00, abandoned, 12
    d, 4, r, bob, 14 09:00:00, answered, 25
    e, 5, r, , 14 09:10:00, abandoned, 60
    f, 6, r, , 14 11:00:00, abandoned, 60"""

MAPPING = """
report: small
file: {format: csv}
columns: {month: month, code: code, value: value, numerator: num, denominator: den}
figures:
  connect: {indicator: connect, unit: percent, decimals: 2TERMS}
  wait: {indicator: wait, unit: s, decimals: 2}
  lost: {metric: phone.abandonment@1, unit: percent, decimals: 2}
  calls: {indicator: connect, count: population}
  other: {indicator: nobody, unit: share}
  minutes: {indicator: connect, unit: min}
items: {file: {format: csv}, columns: {item: id, code: code}}
"""


def report(office: Office, *rows: str, mapping: str) -> tuple[Path, Path]:
    path, how = office.folder / "report.csv", office.folder / "report.yaml"
    path.write_text("\n".join(["month,code,value,num,den", *(f"2026-10,{row}" for row in rows), ""]), encoding="utf-8")
    how.write_text(mapping, encoding="utf-8")
    return path, how


def bridged(office: Office, source: Path, *rows: str, now: datetime = NOW, mapping: str = "", **more: Any) -> Bridge:
    path, how = report(office, *rows, mapping=mapping or MAPPING.replace("TERMS", ""))
    return bridge(office.home, str(source), Month(2026, 10), path, mapping_file=how, now=now, **more)


def row_of(found: Bridge, code: str = "connect") -> dict[str, Any]:
    (row,) = [row for row in found.body["rows"] if row["code"] == code]
    return dict(row)


def parts(row: Mapping[str, Any]) -> dict[str, str]:
    return {part["cause"]: part["difference"] for part in row["parts"]}


def what(row: Mapping[str, Any]) -> list[list[tuple[Any, ...]]]:
    def one(step: Mapping[str, Any]) -> tuple[Any, ...]:
        return (step["cause"], step["by"], *step["cells"]) if "by" in step else (step["cause"], *step["other"].items())

    return [[one(step) for step in steps] for steps in row["explanations"]]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path]:
    """A closed October of six calls, to lay reports beside; nothing else changes it."""
    office = Office(Path(tmp_path_factory.mktemp("month")) / "office")
    office.load("call", CALLS)
    source = office.contract(contract(more=ALWAYS_OPEN))
    office.close(source)
    return office, source


def test_a_report_that_agrees(month: tuple[Office, Path]) -> None:
    found = bridged(*month, "connect,50.00%,3,6", "wait,25.00,75,3", "calls,6,,")
    assert [row["verdict"] for row in found.body["rows"]] == ["same", "same", "same"]
    assert found.body["not_reported"] == []
    assert list(sentences(found.body, "zh")) == ["对方所报与日志一致。"]


def test_a_definition(month: tuple[Office, Path]) -> None:
    """Within 15 s c is a short abandon: 3 of 5."""
    row = row_of(bridged(*month, "connect,60.00%,3,5"))
    assert ("definition", ("short_abandon_s", "15")) in [steps[0] for steps in what(row)]
    assert (parts(row), row["verdict"]) == ({"definition": "0.1"}, "explained")
    # 50 % is 40 steps below 90 %, each 0.5 % of 100,000, 60 % is 30: 5,000 less is taken
    assert (row["yuan"], row["points"]) == ("5000.00", "0")


def test_what_they_say_they_measured_by_is_tried_first(month: tuple[Office, Path]) -> None:
    claimed = MAPPING.replace("TERMS", ', terms: {short_abandon_s: "18"}')
    row = row_of(bridged(*month, "connect,60.00%,3,5", mapping=claimed))
    assert what(row)[0] == [("definition", ("short_abandon_s", "18"))]


def test_a_term_that_they_do_not_have_is_said(month: tuple[Office, Path]) -> None:
    claimed = MAPPING.replace("TERMS", ', terms: {short: "18"}')
    assert [one.code for one in bridged(*month, "connect,50%,3,6", mapping=claimed).problems] == ["bridge.term"]


def test_a_queue_is_missing(month: tuple[Office, Path]) -> None:
    """Queue r is the 14th and all but ann's calls: what fits alike is named alike."""
    row = row_of(bridged(*month, "connect,66.67%,2,3"))
    assert what(row) == [[("missing", "queue", "r")], [("missing", "day", "2026-10-14")]]
    assert (row["ambiguous"], list(parts(row))) == (True, ["rounding", "missing"])


def test_an_hour_is_counted_twice(month: tuple[Office, Path]) -> None:
    """9 to 10 of the 13th: two answered. (3 + 2) of (6 + 2)."""
    row = row_of(bridged(*month, "connect,62.50%,5,8"))
    assert what(row) == [[("duplicates", "hour", "2026-10-13 09")]]
    assert parts(row) == {"duplicates": "0.125"}


def test_what_the_files_hold_twice_is_counted_twice(office: Office) -> None:
    """a and b stand twice in a file, d came again in another: (3 + 3) of (6 + 3), as no hour, day or queue gives."""
    lines = CALLS.splitlines()
    office.load("call", "\n".join([*lines, *lines[1:3]]))
    office.load("call", "\n".join([HEAD, lines[4], "g, 7, q, , 2026-09-30 09:00:00, lost, 5"]), name="again.csv")
    source = office.contract(contract())
    office.close(source)
    found = bridged(office, source, "connect,66.67%,6,9")
    row = row_of(found)
    assert what(row) == [[("duplicates", "delivered", "again")]]
    (items,) = row["explanations"][0][0]["items"]
    assert (items["ours"], [one["item"] for one in items["some"]]) == ("met", ["a", "b", "d"])
    assert "word for word" in "\n".join(sentences(found.body, "en"))


def test_the_longest_waits_are_left_out(month: tuple[Office, Path]) -> None:
    row = row_of(bridged(*month, "wait,17.50,35,2"), "wait")
    assert [("missing", "amount", "from", "40")] in what(row)
    assert parts(row) == {"missing": "-7.5"}


def test_two_causes_are_undone_in_order(office: Office) -> None:
    """Within 15 s and without the 14th: 5 of 5. The definition first, 5/5 − 5/6; then the day, 5/6 − 7/10."""
    calls = [f"{HEAD}\n c, 3, q, , 13 10:20:00, abandoned, 12", "x, 9, q, ann, 14 10:00:00, answered, 5"]
    calls += [f"a{n}, 1{n}, q, ann, 13 0{n}:00:00, answered, 10" for n in range(1, 6)]
    calls += [f"d{n}, 2{n}, q, bob, 14 0{n}:00:00, abandoned, 60" for n in range(1, 3)]
    office.load("call", "\n".join([*calls, "y, 8, q, ann, 14 11:00:00, answered, 5"]))
    source = office.contract(contract())
    office.close(source)
    row = row_of(bridged(office, source, "connect,100.00%,5,5"))
    assert [("definition", ("short_abandon_s", "15")), ("missing", "day", "2026-10-14")] in what(row)
    assert parts(row) == {"definition": "0.166666666667", "missing": "0.133333333333"}


def test_nothing_gives_their_figure(month: tuple[Office, Path]) -> None:
    found = bridged(*month, "connect,95.00%,19,20")
    row = row_of(found)
    assert (row["verdict"], row["explanations"], parts(row)) == ("unexplained", [], {"unexplained": "0.45"})
    assert "Unexplained: no reading of the logs gives their figure." in "\n".join(sentences(found.body, "en"))


def test_a_metric_that_nobody_promised_is_compared_and_moves_no_money(month: tuple[Office, Path]) -> None:
    row = row_of(bridged(*month, "lost,50.00%,3,6"), "lost")
    assert (row["verdict"], row["indicator"], row["yuan"]) == ("same", None, None)


def test_a_number_of_items(month: tuple[Office, Path]) -> None:
    row = row_of(bridged(*month, "calls,5,,"), "calls")
    assert (row["difference"], row["ours"]["value"], row["yuan"]) == ("-1", "6", None)


@pytest.mark.parametrize(("figure", "code"), [("other,1,,", "bridge.no_indicator"), ("minutes,1,,", "bridge.unit")])
def test_what_cannot_be_compared_is_said(month: tuple[Office, Path], figure: str, code: str) -> None:
    found = bridged(*month, figure, "wait,25.00,75,3")
    assert [one.code for one in found.problems] == [code]
    assert [row["code"] for row in found.body["rows"]] == ["wait"]
    assert found.body["not_reported"] == ["connect"]
    assert found.body["problems"][0]["code"] == code


def items(office: Office, *rows: str) -> Path:
    path = office.folder / "items.csv"
    path.write_text("\n".join(["id,code", *rows, ""]), encoding="utf-8")
    return path


def test_their_list_of_items_names_what_is_missing_and_what_is_twice(month: tuple[Office, Path]) -> None:
    """a and b twice each, d, e, but neither c nor f: 5 of 6; and z, which is in no log."""
    office, source = month
    listed = items(office, *(f"{item},connect" for item in ("a", "a", "b", "b", "d", "e", "z")))
    row = row_of(bridged(office, source, "connect,83.33%,5,6", items=listed))
    assert what(row) == [[("missing", "listed", "0"), ("duplicates", "listed", "2")]]
    assert list(parts(row)) == ["rounding", "missing", "duplicates"]
    missing, twice = row["explanations"][0]
    assert [(one["ours"], [item["item"] for item in one["some"]]) for one in missing["items"]] == [
        ("missed", ["c", "f"])
    ]
    assert [[item["item"] for item in one["some"]] for one in twice["items"]] == [["a", "b"]]
    assert [(one["theirs"], one["some"][0]["item"]) for one in row["strangers"]] == [("in no log", "z")]


def test_their_list_that_does_not_give_their_figure_leaves_the_rest_unexplained(month: tuple[Office, Path]) -> None:
    """All but f: 3 of 5. They state 4 of 5."""
    office, source = month
    listed = items(office, *(f"{item},connect" for item in "abcde"))
    row = row_of(bridged(office, source, "connect,80.00%,4,5", items=listed))
    assert (row["how"], row["verdict"]) == ("their list of items", "partly")
    assert parts(row) == {"unexplained": "0.2", "missing": "0.1"}


def test_what_each_record_said_when_it_first_came(office: Office) -> None:
    """f came as answered after 8 s, and was corrected: it was abandoned. 4 of 6, and now 3 of 6."""
    office.load("call", CALLS.rpartition("\n")[0])
    head = HEAD + ", record_at"
    office.load("call", f"{head}\n f, 6, r, bob, 14 11:00:00, answered, 8, 15 00:00:00", name="first.csv")
    office.load("call", f"{head}\n f, 6, r, , 14 11:00:00, abandoned, 60, 16 00:00:00", name="second.csv")
    source = office.contract(contract())
    office.close(source)
    row = row_of(bridged(office, source, "connect,66.67%,4,6"))
    assert what(row) == [[("corrections", ("known", "first"))]]
    assert list(parts(row)) == ["rounding", "corrections"]


def test_what_was_known_when_the_month_was_first_closed(office: Office) -> None:
    """e and f came late: 3 of 4 at the first closing, 3 of 6 at the second."""
    early, late = CALLS.splitlines()[:5], CALLS.splitlines()[5:]
    office.load("call", "\n".join(early), name="early.csv")
    source = office.contract(contract())
    office.close(source)
    office.load("call", "\n".join([HEAD, *late]), name="late.csv", now=NOW + timedelta(hours=2))
    office.close(source, now=NOW + timedelta(hours=3))
    row = row_of(bridged(office, source, "connect,75.00%,3,4", now=NOW + timedelta(hours=4)))
    assert [[step[0] for step in steps] for steps in what(row)] == [["corrections"]]
    assert parts(row) == {"corrections": "0.25"}


def test_a_decision_that_they_do_not_count(office: Office) -> None:
    """e is excluded by a decision: 3 of 5; without it 3 of 6."""
    office.load("call", CALLS)
    decision = {"metric": "phone.connect_rate", "item": "e", "from": "missed", "to": "excluded: outage"}
    more = {"ground": "notice 7", "decided_at": "2026-11-02T00:00:00+00:00", "source": "call"}
    add_overrides(office.home, [decision | more], where="decisions.csv", now=NOW)
    source = office.contract(contract())
    office.close(source)
    row = row_of(bridged(office, source, "connect,50.00%,3,6"))
    assert what(row)[0] == [("corrections", ("decisions", "none"))]
    (items,) = row["explanations"][0][0]["items"]
    assert (items["ours"], items["theirs"], items["some"][0]["item"]) == ("excluded: outage", "missed", "e")


CHAT = """session_id, event_id, at, kind, author, customer_id, agent_id
    a, 1, 12 10:00:00, request, customer, 1,
    a, 2, 12 10:00:00, line, customer, 1,
    a, 3, 12 10:00:20, line, agent, , ann
    b, 1, 13 23:58:00, request, customer, 2,
    b, 2, 13 23:58:00, line, customer, 2,
    b, 3, 13 23:58:40, line, agent, , ann
    b, 4, 14 00:10:00, line, customer, 2,
    b, 5, 14 00:10:50, line, agent, , ann
    c, 1, 14 09:00:00, request, customer, 3,
    c, 2, 14 09:00:00, line, customer, 3,
    c, 3, 14 09:00:30, line, agent, , bob"""
ROUNDS = """
  - id: rounds
    clause: "4.3"
    metric: chat.response_mean@1
    target: 25
    weight: 10
    scoring: {form: pass_fail}
"""


def test_a_round_after_midnight_is_missing_with_its_session(office: Office) -> None:
    """Rounds of 20, 40, 50 and 30 s. Without the session of the 13th, 40 and 50 are gone: no day has just these."""
    office.load("chat", CHAT)
    source = office.contract(contract(ROUNDS, more=ALWAYS_OPEN))
    office.close(source)
    mapping = MAPPING.replace("TERMS", "").replace("indicator: wait", "indicator: rounds")
    row = row_of(bridged(office, source, "wait,25.00,50,2", mapping=mapping), "wait")
    assert [("missing", "session", "2026-10-13")] in what(row)
    assert parts(row) == {"missing": "-10"}


CALENDAR = """
calendars:
  phone:
    - since: 2026-01-01
      decided: 2025-12-01
      by: "1"
      weekly: {mon-sun: ["09:00-10:00"]}
      holidays: cn
      on_holidays: as_usual
      promotions:
        - {from: 2026-10-14, until: 2026-10-15, windows: ["10:00-12:00"], notified: 2026-10-01, by: "2"}
"""


def test_a_promotion_that_they_do_not_count(office: Office) -> None:
    """c is outside service hours; f, at 11 on the 14th, is inside only by the promotion. 3 of 5, without it 3 of 4."""
    office.load("call", CALLS)
    source = office.contract(contract(more=CALENDAR))
    office.close(source)
    row = row_of(bridged(office, source, "connect,75.00%,3,4"))
    assert [("calendar", ("hours", "no_promotions"))] in what(row)


TWO_TERMS = CONNECT.replace("TARGET", "90%").replace(
    "{short_abandon_s: 5}", "{short_abandon_s: [{value: 5}, {since: 2026-10-13, value: 15}]}"
)


def test_a_term_that_changed_is_read_at_its_old_value(office: Office) -> None:
    """From the 13th on within 15 s: 3 of 5. By the old 5 s: 3 of 6."""
    office.load("call", CALLS)
    source = office.contract(contract(TWO_TERMS + WAIT))
    office.close(source)
    row = row_of(bridged(office, source, "connect,50.00%,3,6"))
    assert what(row)[0] == [("definition", ("short_abandon_s", "5"))]
    assert row["explanations"][0][0]["instead_of"] == {"short_abandon_s": ["5", "15"]}


def test_a_month_without_a_value_of_ours_is_said(office: Office) -> None:
    office.load("call", f"{HEAD}\n a, 1, q, , 13 09:00:00, abandoned, 3")
    source = office.contract(contract())
    office.close(source)
    row = row_of(bridged(office, source, "connect,100.00%,1,1"))
    assert (row["verdict"], row["difference"], row["parts"]) == ("no data", None, [])


def test_a_value_that_turns_a_miss_into_a_target_met_is_worth_what_the_miss_costs(month: tuple[Office, Path]) -> None:
    """At 95 % nothing is taken; at 50 % 40 steps of 0.5 % of 100,000 are 20,000. Half of the weight is won: +50."""
    found = bridged(*month, "connect,95.00%,19,20", "wait,25.00,75,3")
    row = row_of(found)
    assert (row["yuan"], row["points"]) == ("20000.00", "50")
    assert found.body["together"] == {"points": "50", "yuan": "20000.00"}


def refused(office: Office, source: Path, **more: Any) -> Sequence[str]:
    with pytest.raises(Refused) as caught:
        bridged(office, source, "connect,50.00%,3,6", **more)
    return [one.code for one in caught.value.problems]


def test_a_month_that_is_not_closed_is_refused(office: Office) -> None:
    office.load("call", CALLS)
    assert refused(office, office.contract(contract())) == ["statement.unknown"]


def test_logs_that_came_since_are_refused(office: Office) -> None:
    office.load("call", CALLS)
    source = office.contract(contract())
    office.close(source)
    office.load("call", f"{HEAD}\n g, 7, q, ann, 15 09:00:00, answered, 1", name="more.csv")
    assert refused(office, source) == ["bridge.stale"]


def test_a_contract_with_other_words_is_refused(month: tuple[Office, Path]) -> None:
    office, _ = month
    other = office.contract(contract(CONNECT.replace("TARGET", "91%") + WAIT, more=ALWAYS_OPEN), "other.yaml")
    assert refused(office, other) == ["bridge.stale"]


def test_without_a_mapping_that_is_plain_it_has_to_be_named(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"0 mappings of reports .*bridge\.mapping"):
        mapping_for(office.folder / "report.csv", None, tmp_path / "nowhere")
