"""Which days an assembly touches: what is kept by day (the cubes) is made again for those days, and for no others."""

import duckdb

CHANGES = "item_change (change_no BIGINT NOT NULL, from_on DATE NOT NULL, until_on DATE NOT NULL)"
FOREVER = "DATE '9999-12-31'"

# From when to when a row of each item table speaks: first and last instant, whatever the clocks between them are.
EXTENT = {
    "item_call": ("least(arrived_at, queued_at)", "greatest(arrived_at, queued_at, answered_at, ended_at)"),
    "item_session": ("first_at", "last_at"),
    "item_thread": ("first_at", "last_at"),
    "item_case": ("begins_at", "last_at"),
    "item_survey": ("least(invited_at, answered_at)", "greatest(invited_at, answered_at)"),
    "item_inspection": ("inspected_at", "inspected_at"),
    "item_shift": ("least(scheduled_from_at, scheduled_until_at)", "greatest(scheduled_from_at, scheduled_until_at)"),
    # a state may end the one before it, whose days were counted up to wherever that had lasted
    "item_agent_state": ("since_at", "TIMESTAMPTZ '9999-12-31'"),
}
# Where a contact's own days stand: an item that names a contact touches them too, and a contact those that name it.
CONTACTS = {
    "phone": ("item_call", "call_id"),
    "chat": ("item_session", "session_id"),
    "email": ("item_thread", "thread_id"),
    "case": ("item_case", "case_id"),
}
NAMING = ("item_case", "item_survey", "item_inspection")


def begin_changes(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number under which the changes of this assembly are noted."""
    con.execute(f"CREATE TABLE IF NOT EXISTS {CHANGES}")
    return int(con.execute("SELECT coalesce(max(change_no), 0) + 1 FROM item_change").fetchall()[0][0])


def note_changes(con: duckdb.DuckDBPyConnection, change_no: int, table: str, touched: str, same: str) -> None:
    """Note the days of the rows of ``table`` that match ``touched``, and those of the items that they name.

    Called before the rows are made again and after: a row that moves to another day touches both days. ``touched`` is a
    table or a query in brackets, ``same`` the condition that joins it to ``table``.
    """
    if table not in EXTENT:
        return  # rounds and questions go with their session and thread
    rows = f"SELECT DISTINCT {table}.* FROM {table} JOIN {touched} AS touched ON {same}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed AS {rows}")
    _note(con, change_no, table, "changed")
    if table in NAMING:
        for channel, (contacts, key) in CONTACTS.items():
            named = (
                f"SELECT c.* FROM {contacts} c SEMI JOIN (SELECT contact_id AS {key} FROM changed"
                f" WHERE contact_channel = '{channel}') USING ({key})"
            )
            _note(con, change_no, contacts, f"({named})")
    for channel, (contacts, key) in CONTACTS.items():
        if contacts == table:  # a case's clock begins with its contact; who names an unknown one stands on its own day
            for naming in NAMING:
                rows = (
                    f"SELECT c.* FROM {naming} c SEMI JOIN (SELECT {key} AS contact_id FROM changed) USING (contact_id)"
                    f" WHERE contact_channel = '{channel}'"
                )
                _note(con, change_no, naming, f"({rows})")
    if table == "item_case":  # a case that is merged moves the beginning of the one it is merged into
        merged = "SELECT c.* FROM item_case c SEMI JOIN (SELECT into_case_id AS case_id FROM changed) USING (case_id)"
        _note(con, change_no, "item_case", f"({merged})")


def note_roster(con: duckdb.DuckDBPyConnection, change_no: int, load_ids: str) -> None:
    """Note the days of the roster's new rows: a correction may shorten a row, so that each reaches without end."""
    con.execute(
        f"INSERT INTO item_change SELECT DISTINCT {change_no}, CAST(since_at AS DATE), {FOREVER}"
        f" FROM event_roster WHERE load_id IN ({load_ids})"
    )


def _note(con: duckdb.DuckDBPyConnection, change_no: int, table: str, rows: str) -> None:
    if not con.execute(f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{table}'").fetchall()[0][0]:
        return
    begins, ends = EXTENT[table]
    con.execute(
        f"INSERT INTO item_change SELECT DISTINCT {change_no}, CAST({begins} AS DATE), CAST({ends} AS DATE)"
        f" FROM {rows} WHERE {begins} IS NOT NULL"
    )
