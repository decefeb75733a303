"""The world that all sides measure: tables of items made by one script, and the same items as Parquet."""

import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

import duckdb

from pipelines.core.period import Month
from pipelines.ingest.items import assemble
from pipelines.warehouse.store import Warehouse

SETTINGS = "memory_limit: 8GB\nthreads: 2\n"
LONGEST = 6  # rounds of a chat
MONTH, AGENTS = Month(2026, 10), 2000
AFTERWARDS = "CREATE OR REPLACE TEMP VIEW contact"  # from here on the script speaks of the contacts of all months
ROUND = """INSERT INTO item_round BY NAME
SELECT 'im' AS source, 's' || i AS session_id, {no} AS round_no, at_us({started}) AS started_at,
       at_us({answered}) AS answered_at,
       CASE WHEN at_us(closed_us) >= started_at THEN at_us(closed_us) END AS closed_at,
       CASE WHEN answered_at IS NOT NULL THEN 'a' || r(i, 65, {agents}) END AS agent_id, {negative} AS is_negative
FROM chat WHERE round_count >= {no};"""

# Flat, with whole microseconds for amounts: what an analyst would rather have than structs and decimals.
AMOUNT_US = "CAST({} * 1000000 AS BIGINT)"
PARQUET = {
    "call": f"""SELECT call_id, direction, customer_id, topic, arrived_at, queued_at, answered_at, ended_at, outcome,
        {AMOUNT_US.format("wait_s")} AS wait_us, wait_from_log, resolved, contradicting, ambiguous_time, leg_count
        FROM item_call""",
    "leg": f"""SELECT call_id, row_number() OVER (PARTITION BY call_id ORDER BY place, leg_id) AS leg_no, place,
        queued_at, arrived_at, answered_at, ended_at, outcome, {AMOUNT_US.format("wait_s")} AS wait_us
        FROM (SELECT call_id, unnest(legs, recursive := true) FROM item_call WHERE leg_count > 1)""",
    "session": """SELECT session_id, customer_id, topic, resolved, first_at, opened_by, first_line_at, request_at,
        human_line_count, left_at, last_at, last_human_at, contradicting, ambiguous_time, request.asked_at AS asked_at,
        request.closed_at AS closed_at, request.answer.typed_at AS answered_at, request.is_negative AS is_negative
        FROM item_session""",
    "round": "SELECT session_id, round_no, started_at, answered_at, is_negative FROM item_round",
    "thread": """SELECT thread_id, customer_id, topic, resolved, first_at, last_at, asked_at, begun_by, reply_count,
        last_reply_at, reply.replied_at AS answered_at, is_negative, contradicting, ambiguous_time FROM item_thread""",
    "case": """SELECT contact_channel, contact_source, contact_id, begins_at, firsts['plan_given'] AS plan_at,
        firsts['resolved'] AS resolved_at, firsts['withdrawn'] AS withdrawn_at, pauses[1].from_at AS paused_at,
        pauses[1].until_at AS resumed_at FROM item_case""",
    "survey": f"""SELECT contact_channel, contact_id, invited_at, answered_at, {AMOUNT_US.format("rating")} AS
        rating_us, contradicting FROM item_survey""",
    "inspection": f"""SELECT inspection_id, contact_channel, contact_id, inspected_at,
        {AMOUNT_US.format("accuracy")} AS accuracy_us, fatal, violations, contradicting FROM item_inspection""",
}


def make_world(
    folder: Path, n: int, *, parquet: bool = True, months: Sequence[Month] = (MONTH,), agents: int = AGENTS
) -> None:
    """Make a home of about ``n`` interactions a month in ``folder``, anew, and its items as Parquet beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    with Warehouse(folder) as warehouse:
        con = warehouse.con
        con.execute("SET preserve_insertion_order = false")
        con.execute(f"SET temp_directory = '{folder / 'spilled'}'")
        assemble(con, [])  # the tables as the real assembly makes them
        for place, month in enumerate(months):
            is_last = place + 1 == len(months)
            for statement in statements(n, month, first=place * n, agents=agents):
                if statement.startswith("INSERT INTO event_roster") and place:
                    continue  # it holds for all months
                if statement.startswith(AFTERWARDS) and not is_last:
                    break
                if statement.startswith("INSERT INTO item_survey"):
                    assemble(con, [1])  # calls of several legs and cases, from their events
                con.execute(statement)
        con.execute("CHECKPOINT")
        if parquet:
            write_parquet(con, folder)


def statements(n: int, month: Month = MONTH, *, first: int = 0, agents: int = AGENTS) -> list[str]:
    """Return the script's statements for a month of ``n`` interactions, numbered from ``first``."""
    rounds = [
        ROUND.format(
            no=no,
            started="line_us" if no == 1 else f"s{no}",
            answered="coalesce(a1, late_us)" if no == 1 else f"a{no}",
            negative="is_negative" if no == 1 else "false",
            agents=agents,
        )
        for no in range(1, LONGEST + 1)
    ]
    text = resources.files("tests.bench.interactions").joinpath("world.sql").read_text(encoding="utf-8")
    script = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    days = month.days
    filled = Template(script).substitute(
        n=n, first=first, agents=agents, since=days.since, until=days.until, days=len(days), rounds="\n".join(rounds)
    )
    return [part.strip() for part in filled.split(";\n") if part.strip()]


def write_parquet(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write every table of items, flat."""
    for name, select in PARQUET.items():
        con.execute(f"COPY ({select}) TO '{folder / name}.parquet'")
