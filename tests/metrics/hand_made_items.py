"""Chats and mails written by hand, and the state that a metric's expression gives each: run on DuckDB, nothing stored.

A case says what happened; what the population and the calendar would make of it stands in the columns below, each
derived from the instants unless the case gives it. ``unknown`` is NULL.
"""

from collections.abc import Mapping

import duckdb

from pipelines.ingest.items import make_macros
from pipelines.metrics.compose import Ask, expression_sql
from pipelines.metrics.declare import metric_named
from tests.metrics.hand_made_calls import pieces_of

FLAGS = ("contradicting", "no_request_time", "ambiguous_time", "is_negative")
FLAG_COLUMNS = {flag: f"coalesce(CAST({flag} AS BOOLEAN), false)" for flag in FLAGS}
ASKED_AT = "TIMESTAMPTZ '2026-10-12 01:00:00+00'"


def after_asking(name: str) -> str:
    """Write the instant that lies so many seconds of the wall clock after the question."""
    return f"{ASKED_AT} + to_microseconds(CAST(CAST({name} AS DECIMAL(18, 6)) * 1000000 AS BIGINT))"


def service_s(name: str, usual: str) -> str:
    """Write the service seconds: as given, NULL where unknown, else those of the wall clock."""
    return f"CASE {name} WHEN 'unknown' THEN NULL ELSE CAST(coalesce({name}, {usual}) AS DECIMAL(18, 6)) END"


CHAT = {
    **FLAG_COLUMNS,
    "in_service_hours": "CASE WHEN in_service_hours IS DISTINCT FROM 'unknown'"
    " THEN coalesce(CAST(in_service_hours AS BOOLEAN), true) END",
    "asked_at": ASKED_AT,
    "answered_at": after_asking("answered"),
    "left_at": after_asking("left_after"),
    "response_s": service_s("response_s", "answered"),
    "service_on": "DATE '2026-10-12'",
}
COLUMNS = {
    "chat_session": {
        **CHAT,
        "closed_at": after_asking("closed"),
        "left_s": service_s("left_s", "left_after"),
        "open_s": service_s("open_s", "'0'"),
        "human_line_count": "coalesce(CAST(human_line_count AS BIGINT), 0)",
    },
    "chat_round": {
        **CHAT,
        "is_open": "coalesce(left_after, closed) IS NULL",
        "open_s": service_s("open_s", "coalesce(left_after, closed, '0')"),
    },
    # local time and universal time are one here
    "email_thread": {
        **FLAG_COLUMNS,
        "answered_at": "CAST(answered AS TIMESTAMPTZ)",
        "service_on": "CAST(CAST(asked AS TIMESTAMP) AS DATE)",
        "answered_on": "CAST(CAST(answered AS TIMESTAMP) AS DATE)",
        "known_until_at": "CAST(known AS TIMESTAMPTZ)",
        "due_at": "CAST(due AS TIMESTAMPTZ)",
        "days_to_answered_at": "CAST(days AS INTEGER)",
        "days_to_last_known_at": "CAST(days_known AS INTEGER)",
        "most_days_to_answered_at": "CAST(coalesce(most, days) AS INTEGER)",
        "most_days_to_last_known_at": "CAST(coalesce(most_known, days_known) AS INTEGER)",
        "wall_response_s": "seconds_between(CAST(asked AS TIMESTAMPTZ), CAST(answered AS TIMESTAMPTZ))",
        "wall_open_s": "seconds_between(CAST(asked AS TIMESTAMPTZ), CAST(known AS TIMESTAMPTZ))",
        "response_s": "CASE WHEN answered IS NOT NULL THEN CAST(working_h AS DECIMAL(18, 6)) * 3600 END",
        "open_s": "CAST(working_h AS DECIMAL(18, 6)) * 3600",
    },
}
CHAT_GIVEN = (*FLAGS, "in_service_hours", "answered", "left_after", "closed", "response_s", "open_s")
GIVEN = {
    "chat_session": (*CHAT_GIVEN, "left_s", "human_line_count"),
    "chat_round": CHAT_GIVEN,
    "email_thread": (
        *FLAGS, "asked", "answered", "known", "due", "days", "most", "days_known", "most_known", "working_h",
    ),
}  # fmt: skip


def item_sql(population: str) -> str:
    """Return the SELECT of one item; what is written of it is bound, in the order of ``GIVEN``."""
    raw = ", ".join(f"CAST(? AS VARCHAR) AS {name}" for name in GIVEN[population])
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS[population].items())
    return f"SELECT {columns} FROM (SELECT {raw})"


def asked(metric: str, terms: Mapping[str, str]) -> Ask:
    """Return the metric's question; a term that it does not know is another metric's."""
    found = metric_named(metric)
    known = {name: value for name, value in terms.items() if name in found.terms}
    return Ask("x", found, pieces_of(metric, known))


def state(con: duckdb.DuckDBPyConnection, metric: str, written: Mapping[str, str], terms: Mapping[str, str]) -> str:
    """Return the state of one item under the metric."""
    make_macros(con)
    con.execute("SET TimeZone = 'UTC'")
    population = metric_named(metric).population
    given = GIVEN[population]
    assert set(written) <= set(given), f"a case of {population} cannot say {set(written) - set(given)}"
    sql = f"SELECT {expression_sql(asked(metric, terms))} FROM ({item_sql(population)})"
    (row,) = con.execute(sql, [written.get(name) for name in given]).fetchall()
    return str(row[0])
