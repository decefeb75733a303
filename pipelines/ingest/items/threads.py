"""Which mails belong together: by Message-ID, In-Reply-To and References; a mail that names no other, by its ticket."""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

LINKS = "item_mail_link (source VARCHAR, message_id VARCHAR, thread_id VARCHAR)"


def link_mails(con: duckdb.DuckDBPyConnection, events: str, load_ids: Sequence[int] | None) -> str:
    """Give each mail its thread in ``item_mail_link``: those of new loads, and all of the threads that they touch.

    ``load_ids`` None: every mail. A thread is named after its earliest mail, so that it may change its name. Returns
    the temporary table of the threads touched, by their old names and by their new ones.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE touched_thread (source VARCHAR, thread_id VARCHAR)")
    columns = 'source, message_id, in_reply_to, refs, ticket_id, epoch_us("at")'
    if load_ids is None:
        mails = con.execute(f"SELECT {columns} FROM {events}").fetchall()
    elif not load_ids:
        return "touched_thread"
    else:
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE near_mail AS
            WITH new AS (SELECT * FROM {events} WHERE load_id IN ({", ".join(map(str, load_ids))})),
            -- the names that the new mails bear or speak of, and the mails that bear or speak of them or share a ticket
            named AS (SELECT source, message_id AS id FROM new UNION SELECT source, in_reply_to FROM new
                      UNION SELECT source, unnest(refs) FROM new),
            speaking AS (SELECT source, message_id, message_id AS id FROM {events}
                         UNION ALL SELECT source, message_id, in_reply_to FROM {events}
                         UNION ALL SELECT source, message_id, unnest(refs) FROM {events})
            SELECT source, message_id FROM {events} SEMI JOIN new USING (source, ticket_id)
            UNION SELECT source, message_id FROM speaking SEMI JOIN named USING (source, id)
            UNION SELECT source, message_id FROM new"""
        )
        con.execute(
            """INSERT INTO touched_thread
            SELECT DISTINCT source, thread_id FROM item_mail_link SEMI JOIN near_mail USING (source, message_id)"""
        )
        mails = con.execute(
            f"""SELECT {columns} FROM {events} SEMI JOIN (
                SELECT source, message_id FROM item_mail_link SEMI JOIN touched_thread USING (source, thread_id)
                UNION SELECT source, message_id FROM near_mail) USING (source, message_id)"""
        ).fetchall()
    links = threads_of(mails)
    names = ("source", "message_id", "thread_id")
    con.register(
        "new_link", pa.table({name: pa.array([link[i] for link in links], pa.string()) for i, name in enumerate(names)})
    )
    con.execute(
        "DELETE FROM item_mail_link l USING new_link n WHERE l.source = n.source AND l.message_id = n.message_id"
    )
    con.execute("INSERT INTO item_mail_link SELECT * FROM new_link")
    con.execute("INSERT INTO touched_thread SELECT DISTINCT source, thread_id FROM new_link")
    con.unregister("new_link")
    return "touched_thread"


def threads_of(
    mails: Iterable[tuple[str, str, str | None, list[str] | None, str | None, int]],
) -> list[tuple[str, str, str]]:
    """Return (source, message, thread) of mails (source, message, in reply to, references, ticket, µs), in fixed order.

    Mails are joined by the names they speak of, whether or not these mails are there; a mail that speaks of none is
    joined by its ticket to the others of that ticket.
    """
    parent: dict[tuple[str, str, str], tuple[str, str, str]] = {}

    def root(node: tuple[str, str, str]) -> tuple[str, str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    earliest: dict[tuple[str, str], int] = {}
    for source, message, reply_to, refs, ticket, at in mails:
        me = (source, "mail", message)
        earliest[source, message] = min(at, earliest.get((source, message), at))
        named = [name for name in [reply_to, *(refs or [])] if name and name != message]
        for name in named:
            parent[root((source, "mail", name))] = root(me)
        if ticket and not named:
            parent[root((source, "ticket", ticket))] = root(me)
        root(me)
    first: dict[tuple[str, str, str], tuple[int, str]] = {}
    for (source, message), at in earliest.items():
        top = root((source, "mail", message))
        first[top] = min(first.get(top, (at, message)), (at, message))
    return sorted((source, message, first[root((source, "mail", message))][1]) for source, message in earliest)
