"""Partitions: the items split into parts, each counted by itself; the counts add up to those of the whole, bit for bit.

A part has whole items with all that names them: a contact, its rounds, its cases, what these are merged into, its
surveys and inspections. Where a metric looks from one contact of a customer to another, a part has whole customers.
Each part may be counted on a machine of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.core.yaml_text import TextTree
from pipelines.metrics.declare import metric_named
from pipelines.runs.measure import scans_of
from pipelines.runs.states import direct_tallies, vendor_kept_sources
from pipelines.scoring.counts import Counts
from pipelines.warehouse.store import Warehouse

# Each table of contacts: its channel and the column that names one.
CONTACTS = {
    "item_call": ("phone", "call_id"),
    "item_session": ("chat", "session_id"),
    "item_thread": ("email", "thread_id"),
}
WITH_CONTACT = {"item_round": ("item_session", "session_id"), "item_question": ("item_thread", "thread_id")}
NAMING = ("item_survey", "item_inspection")
OF_AGENTS = ("item_agent_state", "item_shift")


def counts_of_part(
    home: Path,
    metrics: Sequence[str],
    *,
    part: int,
    of: int,
    since: date,
    until: date,
    terms: Mapping[str, str] | None = None,
    zone: str | None = None,
    cut_off_at: datetime | None = None,
    calendars: TextTree | None = None,
) -> dict[str, Counts]:
    """Return each metric's counts over one part of the items (0 ≤ ``part`` < ``of``)."""
    found: dict[str, Counts] = {}
    for by in ("item", "customer", "whole"):
        asked = [metric for key in metrics if (metric := metric_named(key)).partition == by]
        if not asked or (by == "whole" and part > 0):  # what cannot be torn apart is counted with the first part
            found |= {metric.key: Counts() for metric in asked}
            continue
        with Warehouse(home, read_only=True) as warehouse:
            con = warehouse.con
            if by != "whole":
                take_part(con, part, of, by=by)
            scans = scans_of(
                con,
                asked,
                since,
                until,
                terms=terms or {},
                scope={},
                zone=zone,
                cut_off_at=cut_off_at,
                calendars=calendars,
            )
            kept = vendor_kept_sources(con)
            for (population, frame), asks in scans.items():
                named = {ask.column: ask.metric.key for ask in asks}
                for tally in direct_tallies(con, population, frame, asks, by={}, vendor_kept=kept):
                    found[named[tally.column]] = tally.counts
    return found


def take_part(con: duckdb.DuckDBPyConnection, part: int, of: int, *, by: str) -> None:
    """Shadow the item tables by those of one part, for this session.

    What belongs together has one label: a contact's is its customer's (or its own), a case's is that of what it names
    or is merged into. Labels that some case or double number ties together become one.
    """
    store = con.execute("SELECT current_database()").fetchall()[0][0]

    def whole(table: str) -> str:
        return f'"{store}".main.{table}'

    def own(channel: str, key: str) -> str:
        return f"'{channel}' || chr(31) || {key}"

    customer = "'customer' || chr(31) || customer_id" if by == "customer" else "NULL"
    label = {table: f"coalesce({customer}, {own(channel, key)})" for table, (channel, key) in CONTACTS.items()}
    contacts = " UNION ".join(
        f"SELECT {own(channel, key)} AS named, {label[table]} AS label FROM {whole(table)}"
        for table, (channel, key) in CONTACTS.items()
    )
    case, cases, named = own("case", "case_id"), whole("item_case"), "contact_channel || chr(31) || contact_id"
    con.execute(f"CREATE OR REPLACE TEMP TABLE label_of AS {contacts} UNION SELECT {case}, {case} FROM {cases}")
    ties = con.execute(
        f"""WITH naming AS (
              SELECT {case} AS mine, {named} AS named FROM {cases}
              UNION SELECT {case}, {own("case", "into_case_id")} FROM {cases})
            SELECT mine, coalesce(label, named) FROM naming LEFT JOIN label_of USING (named) WHERE named IS NOT NULL
            UNION  -- a number that several logs give
            SELECT named, label FROM label_of SEMI JOIN
              (SELECT named FROM label_of GROUP BY named HAVING count(*) > 1) USING (named)"""
    ).fetchall()
    joined = tied_together(ties)
    columns = {"label": list(joined), "head": list(joined.values())}
    con.register("tie", pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))
    con.execute("CREATE OR REPLACE TEMP TABLE head_of AS SELECT * FROM tie")
    con.unregister("tie")

    def shadow(table: str, rows: str, key: str) -> None:
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT w.* FROM ({rows}) w LEFT JOIN head_of"
            f" ON head_of.label = {key} WHERE hash(coalesce(head_of.head, {key})) % {of:d} = {part:d}"
        )

    for table in CONTACTS:
        shadow(table, f"SELECT * FROM {whole(table)}", f"({label[table]})")
    for table, (contact, key) in WITH_CONTACT.items():
        rows = f"SELECT * FROM {whole(table)} SEMI JOIN {contact} USING (source, {key})"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {rows}")
    shadow("item_case", f"SELECT * FROM {cases}", f"({case})")
    for table in NAMING:
        # labels of one number are tied together, so that any of them will do
        rows = (
            f"SELECT n.*, coalesce(l.label, {named}) AS label_ FROM {whole(table)} n"
            f" LEFT JOIN (SELECT named, min(label) AS label FROM label_of GROUP BY named) l ON l.named = {named}"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT w.* EXCLUDE (label_) FROM ({rows}) w"
            f" LEFT JOIN head_of ON head_of.label = label_ WHERE hash(coalesce(head, label_)) % {of:d} = {part:d}"
        )
    for table in OF_AGENTS:
        shadow(table, f"SELECT * FROM {whole(table)}", "('agent' || chr(31) || agent_id)")


def tied_together(ties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for each label that a tie names the first of all those that ties connect it with."""
    parent: dict[str, str] = {}

    def head(label: str) -> str:
        parent.setdefault(label, label)
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for one, other in ties:
        a, b = sorted((head(one), head(other)))
        parent[b] = a
    return {label: head(label) for label in parent}
