"""What a metric declares: its terms and their bounds, its states, its own rule; and what a scope may say."""

from datetime import UTC, datetime
from itertools import pairwise

import duckdb
import pytest

from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.core.problem import Refused
from pipelines.metrics.compose import Ask, coded_sql, expression_sql
from pipelines.metrics.declare import (
    AGGREGATES,
    Metric,
    Term,
    installed_metrics,
    metric_named,
    parse_metric,
    population_sql,
    quoted,
)
from pipelines.metrics.scope import Posting, contract_scope_sql, scope_problems, scope_sql
from tests.metrics.hand_made_calls import pieces_of

LEVEL = "phone.service_level@1"
OWN = """/*
metric: phone.own@2
name: {zh: 甲, en: A}
text: {zh: 乙, en: B}
population: offered_call
aggregate: share
better: higher
terms:
  kinds: {unit: list, zh: 种类, en: kinds}
  limit_s: {unit: s, default: "0.5", zh: 限, en: limit}
*/
CASE
  WHEN outcome = 'don''t say missed' THEN 'excluded: can''t say'  -- a remark, limit_s too
  WHEN list_contains(kinds, outcome) THEN 'met'
  WHEN wait_s <= limit_s THEN 'met'
  ELSE 'missed'
END
"""


@pytest.mark.parametrize("metric", installed_metrics().values(), ids=lambda metric: metric.key)
def test_every_metric_declares_all_that_the_house_asks(metric: Metric):
    assert metric.aggregate in AGGREGATES
    assert metric.better in ("higher", "lower")
    assert metric.key.count("@") == 1
    assert metric.name["zh"]
    assert metric.name["en"]
    assert metric.text["zh"]
    assert metric.text["en"]
    assert metric.states
    assert population_sql(metric.population)
    assert (metric.aggregate == "mean") == (metric.amount is not None) or metric.amount
    for term in metric.terms.values():
        assert term.title["zh"]
        assert term.title["en"]
        assert not term.default or term.problem_with(term.default) is None
    defaults = {name: term.default for name, term in metric.terms.items()}
    assert not metric.is_broken_by(defaults)


def test_a_metric_is_found_by_key_or_by_name_and_its_newest_version():
    assert metric_named(LEVEL).key == metric_named("phone.service_level").key == LEVEL
    assert metric_named(LEVEL).channel == "phone"


@pytest.mark.parametrize(
    ("key", "mend"),
    [("phone.servce_level@1", "Did you mean phone.service_level@1?"), ("zzz", "`clausemeter metrics` lists")],
)
def test_an_unknown_metric_is_refused_with_the_nearest(key, mend):
    with pytest.raises(
        Refused, match=rf"(?s)metric {key}.*There is no metric '{key}'\. {mend[:20]}.*\[metric\.unknown\]"
    ):
        metric_named(key)


def test_states_are_read_from_the_expression_and_from_nothing_else():
    own = parse_metric(OWN, "own.sql")
    assert own.states == ("excluded: can't say", "met", "missed")
    assert (own.key, own.unit, own.numerator, own.check, own.checked_terms) == ("phone.own@2", "share", "met", None, [])


def test_states_become_codes_and_terms_values_but_not_in_texts_and_remarks():
    own = parse_metric(OWN, "own.sql")
    month = Month(2026, 10).days
    ask = Ask("x", own, {"kinds": [Piece(month, "a, b's", "")], "limit_s": [Piece(month, "1.50", "")]})
    sql = expression_sql(ask)
    assert "'don''t say missed' THEN 'excluded: can''t say'  -- a remark, limit_s too" in sql
    assert "wait_s <= 1.50" in sql
    assert "'a', 'b''s'" in sql
    calls = "(VALUES ('don''t say missed', 0.0), ('b''s', 9), ('c', 1.5), ('d', 1.500001)) AS c(outcome, wait_s)"
    rows = duckdb.sql(f"SELECT {coded_sql(ask)} FROM {calls}").fetchall()
    assert [row[0] for row in rows] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("20", None),
        ("0", None),
        ("3600", None),
        ("19.999999", None),
        ("-1", "lies below 0"),
        ("3600.000001", "lies above 3600"),
        ("0.0000001", "is not a number with at most six decimals"),
        ("1e40", "is not a number with at most six decimals"),
        ("NaN", "is not a number with at most six decimals"),
        ("Infinity", "is not a number with at most six decimals"),
        ("20s", "is not a number of s"),
        ("", "is not a number of s"),
    ],
)
def test_a_term_keeps_its_bounds(value, wrong):
    assert metric_named(LEVEL).terms["answer_within_s"].problem_with(value) == wrong


def test_a_choice_is_one_of_them_and_a_list_is_anything():
    formula = metric_named(LEVEL).terms["formula"]
    assert formula.problem_with("within / offered") is None
    assert (formula.problem_with("within/offered") or "").startswith("is none of: within / answered, ")
    assert Term("kinds", "list", "", (), None, None, {}).problem_with("a, b") is None
    assert Term("n", "s", "", (), None, None, {}).problem_with("-5") is None


def test_a_term_stands_in_sql_exactly_and_never_as_a_double():
    seconds = metric_named(LEVEL).terms["answer_within_s"]
    assert [seconds.literal(text) for text in ("20", "1e2", "0.10")] == ["20", "100", "0.10"]
    assert metric_named(LEVEL).terms["formula"].literal("it's") == "'it''s'" == quoted("it's")


def test_a_term_that_changes_twice_becomes_one_case_over_the_day():
    october = Month(2026, 10).days
    cuts = [october.since, *(october.since.replace(day=day) for day in (10, 20)), october.until]
    spans = [Days(since, until) for since, until in pairwise(cuts)]
    pieces = [Piece(span, value, "") for span, value in zip(spans, ("30", "20", "15"), strict=True)]
    sql = expression_sql(Ask("x", metric_named(LEVEL), pieces_of(LEVEL, {"answer_within_s": pieces})))
    assert (
        "(CASE WHEN service_on < DATE '2026-10-10' THEN 30"
        " ELSE CASE WHEN service_on < DATE '2026-10-20' THEN 20 ELSE 15"
        " END END)"
    ) in sql


def test_the_metrics_own_rule():
    level = metric_named(LEVEL)
    assert level.checked_terms == ["short_abandon_s", "answer_within_s"]
    assert level.is_broken_by({"short_abandon_s": "5.1", "answer_within_s": "5"})
    assert not level.is_broken_by({"short_abandon_s": "5.0", "answer_within_s": "5"})
    assert not metric_named("phone.connect_rate@1").is_broken_by({})


# --- scope ---


def test_a_scope_that_names_nothing_is_everything():
    assert scope_sql({}, []) is None


def test_a_scope_names_values_and_what_is_unknown_is_not_in_it():
    condition = scope_sql({"queue": ["north", "o'hara"], "topic": ["refund"]}, [])
    assert condition == "coalesce(queue IN ('north', 'o''hara'), false) AND coalesce(topic IN ('refund'), false)"
    items = [("north", "refund"), ("o'hara", "refund"), ("south", "refund"), ("north", None), (None, "refund")]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE item (queue VARCHAR, topic VARCHAR)")
        con.executemany("INSERT INTO item VALUES (?, ?)", items)
        rows = con.execute(f"SELECT {condition} FROM item").fetchall()
    assert [row[0] for row in rows] == [True, True, False, False, False]


def test_each_population_puts_in_its_own_channel():
    assert scope_sql({"channel": ["phone"]}, []) == "coalesce($channel IN ('phone'), false)"


def test_a_vendor_has_the_queues_that_the_roster_gives_it_at_the_items_arrival():
    before, after = "2026-10-14 23:59:59+00", "2026-10-15 00:00:00+00"
    begin, change = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)
    roster = [Posting("north", begin, change, "a", "v"), Posting("north", change, None, "b", "w")]
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("CREATE TABLE item (queue VARCHAR, arrival_at TIMESTAMPTZ)")
        con.executemany(
            "INSERT INTO item VALUES (?, ?)", [("north", before), ("north", after), ("south", before), (None, before)]
        )
        conditions = [
            (scope_sql({"vendor": vendors}, roster) or "").replace("$place", "arrival_at")
            for vendors in (["v"], ["v", "w"], ["x"])
        ]
        rows = con.execute(f"SELECT {', '.join(conditions)} FROM item").fetchall()
    assert [row[0] for row in rows] == [True, False, False, False]
    assert [row[1] for row in rows] == [True, True, False, False]
    assert not any(row[2] for row in rows)


def test_a_column_that_no_scope_can_name_is_a_problem():
    assert scope_problems({"queue": ["a"]}, "c.yaml:3") == []
    assert str(scope_problems({"agent": ["a"], "site": ["b"]}, "c.yaml:3")[0]).startswith(
        "c.yaml:3\nA scope cannot name 'agent'. It may name: source, "
    )


def test_a_contracts_scope_asks_of_items_only_what_they_have():
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    roster = [Posting("ann", begin, None, "a", "v", "agent"), Posting("north", begin, None, "a", "v")]
    scope = {"vendor": ["v"], "channel": ["phone"], "source": ["acd"]}
    shift = contract_scope_sql(scope, roster, "shift") or ""
    assert "agent_id IN ('ann')" in shift
    assert "source IN ('acd')" in shift
    assert "$channel" not in shift
    assert contract_scope_sql(scope, roster, "delivered_log") == (
        "coalesce($channel IN ('phone'), false) AND coalesce(source IN ('acd'), false)"
    )
    assert contract_scope_sql({"queue": ["north"]}, roster, "delivered_log") is None
    assert contract_scope_sql(scope, roster, "offered_call") == scope_sql(scope, roster)
