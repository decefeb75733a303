"""The roster as it stands: who, and which queue, belonged to which team, vendor and site, from when until when.

A row holds from ``since_at`` (in) until ``until_at`` (out); without an end, for good. A later delivery of a row (the
same member from the same instant, of the same log) corrects it. Two rows that hold at one instant are refused: on
which of them is read first would hang every rate by team.
"""

from typing import NamedTuple

import duckdb

from pipelines.core.problem import Problem, Refused

SHOWN = 20  # problems said at once: a roster that was delivered under two names has one a member

# each row's latest version; two logs that say the same say it once
STANDING = """
WITH latest AS (
    SELECT member_kind, member_id, since_at, coalesce(until_at, TIMESTAMPTZ 'infinity') AS until_at,
           team, vendor, site, load_id
    FROM event_roster
    QUALIFY rank() OVER (PARTITION BY source, member_kind, member_id, since_at
                         ORDER BY record_at DESC NULLS LAST, load_id DESC) = 1
)
SELECT member_kind, member_id, since_at, until_at, team, vendor, site, min(load_id) AS load_id
FROM latest GROUP BY ALL
"""
# what a message says of a row: when it holds, what it says, and the file that brought it
SAID = (
    "strftime({0}.since_at, '%Y-%m-%d %H:%M:%S')",
    "CASE WHEN isfinite({0}.until_at) THEN strftime({0}.until_at, '%Y-%m-%d %H:%M:%S') END",
    "concat_ws(', ', 'team ' || {0}.team, 'vendor ' || {0}.vendor, 'site ' || {0}.site)",
    "{0}.file_name",
    "{0}.load_id",
)
OVERLAPS = f"""
WITH numbered AS (
    SELECT standing.*, coalesce(load.file_name, '?') AS file_name,
           row_number() OVER (ORDER BY member_kind, member_id, since_at, until_at, team, vendor, site) AS nth
    FROM ({STANDING}) AS standing LEFT JOIN load USING (load_id)
)
SELECT a.member_kind, a.member_id, {", ".join(sql.format(one) for one in "ab" for sql in SAID)}
FROM numbered a JOIN numbered b ON a.member_kind = b.member_kind AND a.member_id = b.member_id AND a.nth < b.nth
WHERE greatest(a.since_at, b.since_at) < least(a.until_at, b.until_at)
ORDER BY a.nth, b.nth
"""


class Row(NamedTuple):
    """A row of the roster as a message shows it; times in UTC."""

    since: str
    until: str | None
    said: str
    file_name: str
    load_id: int

    def __str__(self) -> str:
        """Return when it holds, what it says, and where it stands."""
        until = f"until {self.until} UTC" if self.until else "without an end"
        return f"from {self.since} UTC {until} ({self.said or 'nothing'}; {self.file_name}, load {self.load_id})"


def lay_out_roster(con: duckdb.DuckDBPyConnection) -> None:
    """Make the session's table ``roster``; refuse one in which two rows of a member hold at one instant."""
    found = con.execute(OVERLAPS).fetchall()
    if found:
        raise Refused([_overlap(kind, member, Row(*said[:5]), Row(*said[5:])) for kind, member, *said in found[:SHOWN]])
    con.execute(f"CREATE OR REPLACE TEMP TABLE roster AS SELECT * EXCLUDE (load_id) FROM ({STANDING})")


def _overlap(kind: str, member: str, first: Row, second: Row) -> Problem:
    files = dict.fromkeys(f"{row.file_name} (load {row.load_id})" for row in (first, second))
    return Problem(
        where=", ".join(files),
        what=f"The roster has the {kind} {member} twice at one instant: {first}, and {second}. "
        "Figures by team would hang on which of them is read first.",
        mend="End the earlier row where the later one begins, and deliver the roster again.",
        code="roster.overlap",
    )
