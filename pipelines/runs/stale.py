"""Decisions that were not applied: which of them a month's statement lists."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.core.event import EVENT_TABLES
from pipelines.metrics.declare import quoted
from pipelines.runs.evidence import Scan, listed
from pipelines.runs.raw import EVENTS_OF, Events, event_id
from pipelines.runs.states import Override, speaks_of


def stale_of(
    con: duckdb.DuckDBPyConnection, scans: Sequence[Scan], folder: Path, unapplied: Sequence[Override]
) -> list[Override]:
    """Return the decisions that fit no item any more: of an item of this month and contract, or of none in any log.

    One of an item that a log has, and that is another month's or contract's, is no matter of this statement: it would
    change its hash, and show one vendor what was decided for another.
    """
    found: set[Override] = set()
    for scan in scans:
        asked = [one for one in unapplied if any(speaks_of(one, ask) for ask in scan.asks)]
        if not asked:
            continue
        items = listed(sorted({one.item for one in asked}))
        file = quoted(str(folder / f"{scan.name}.parquet"))
        own = con.execute(
            f"SELECT item_source, item_id FROM read_parquet({file}) WHERE outside IS NULL AND item_id IN {items}"
        ).fetchall()
        known = _in_a_log(con, scan.population, asked)
        found |= {
            one
            for one in asked
            if any(item == one.item and one.item_source in ("", source) for source, item in own)
            or event_id(scan.population, one.item) not in known
        }
    return [one for one in unapplied if one in found]


def _in_a_log(con: duckdb.DuckDBPyConnection, population: str, asked: Sequence[Override]) -> set[str]:
    """Return the records, of those that the items are made of, that some log has."""
    names = listed(sorted({event_id(population, one.item) for one in asked}))
    return {
        str(name)
        for kind in EVENTS_OF[population]
        for (name,) in con.execute(f"SELECT DISTINCT name FROM ({_named(kind)}) WHERE name IN {names}").fetchall()
    }


def _named(kind: Events) -> str:
    """Return the names that a log's events give to their items."""
    if kind.table == "mail":  # what belongs to a thread is worked out from all its mails
        return "SELECT thread_id AS name FROM item_mail_link"
    return f"SELECT e.{kind.link} AS name FROM {EVENT_TABLES[kind.table].table_name} e"
