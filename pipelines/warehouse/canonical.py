"""The warehouse's tables: the event tables made from the canonical list, and the book of loads beside them."""

from pipelines.core.event import AGENT_STATE, EVENT_TABLES, EventTable

SCHEMA_VERSION = 2

# What stands in every event table beside what a log gives.
SOURCE = "source"
LOAD_ID = "load_id"

BOOKKEEPING = (
    # The mapping's text is kept, so that a line can be found again as it was read, whatever became of the file.
    # `fingerprint` covers what decides a row; remarks and masking do not change it.
    """CREATE TABLE mapping (
        fingerprint VARCHAR NOT NULL,
        name        VARCHAR NOT NULL,
        source      VARCHAR NOT NULL,
        channel     VARCHAR,
        keeper      VARCHAR,
        text        VARCHAR NOT NULL
    )""",
    # lines = accepted + quarantined + duplicates + blank + skipped, in physical lines of the file without its head
    """CREATE TABLE load (
        load_id        INTEGER NOT NULL,
        source         VARCHAR NOT NULL,
        file_name      VARCHAR NOT NULL,
        sha256         VARCHAR NOT NULL,
        bytes          BIGINT NOT NULL,
        mapping_name   VARCHAR NOT NULL,
        mapping_sha256 VARCHAR NOT NULL,
        loaded_at      TIMESTAMPTZ NOT NULL,
        lines          BIGINT NOT NULL,
        accepted       BIGINT NOT NULL,
        quarantined    BIGINT NOT NULL,
        duplicates     BIGINT NOT NULL,
        blank          BIGINT NOT NULL,
        skipped        BIGINT NOT NULL,
        reading        VARCHAR NOT NULL
    )""",
    "CREATE TABLE load_table (load_id INTEGER NOT NULL, table_name VARCHAR NOT NULL, rows BIGINT NOT NULL)",
    """CREATE TABLE quarantine (
        load_id      INTEGER NOT NULL,
        line_no      BIGINT NOT NULL,
        last_line_no BIGINT NOT NULL,
        code         VARCHAR NOT NULL,
        column_name  VARCHAR,
        raw_text     VARCHAR,
        message      VARCHAR NOT NULL
    )""",
    # an archived file that was dropped when its time was up (raw texts of its quarantined lines went with it)
    "CREATE TABLE archive_drop (sha256 VARCHAR NOT NULL, dropped_at TIMESTAMPTZ NOT NULL)",
)


def create_event_table(table: EventTable) -> str:
    """Return the CREATE TABLE of one event table. No primary key: it would make loading 2.4 times slower."""
    lines = [f"{SOURCE} VARCHAR NOT NULL"]
    lines += [f'"{column.name}" {column.sql_type} NOT NULL' for column in table.key]
    lines += [f"{LOAD_ID} INTEGER NOT NULL"]
    lines += [
        f'"{column.name}" {column.sql_type}{" NOT NULL" if column.required else ""}'
        for column in table.columns
        if column not in table.key
    ]
    return f"CREATE TABLE {table.table_name} (\n    " + ",\n    ".join(lines) + "\n)"


# What a store of an earlier schema gains when it is opened for writing, by the version that brought it.
MIGRATIONS: dict[int, tuple[str, ...]] = {2: (create_event_table(AGENT_STATE),)}


def migrate_from(version: int) -> tuple[str, ...]:
    """Return the statements that bring a store of an earlier version up to this one's."""
    return tuple(
        statement
        for later in range(version + 1, SCHEMA_VERSION + 1)
        for statement in (*MIGRATIONS[later], f"UPDATE schema_version SET version = {later}")
    )


def create_all() -> tuple[str, ...]:
    """Return every statement that makes an empty warehouse, the schema's version last."""
    return (
        *(create_event_table(table) for table in EVENT_TABLES.values()),
        *BOOKKEEPING,
        "CREATE TABLE schema_version (version INTEGER NOT NULL)",
        f"INSERT INTO schema_version VALUES ({SCHEMA_VERSION})",
    )
