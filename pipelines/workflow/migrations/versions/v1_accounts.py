"""Accounts, sessions, identities, throttle and the trail, which the database itself lets nobody rewrite."""

import sqlalchemy as sa
from alembic import op

from pipelines.workflow.tables import Instant, Number

revision = "1"
down_revision = None

APPEND_ONLY = "the audit trail is append-only"
OUT_OF_TURN = "an entry of the audit trail follows the last one"

# An INSERT OR REPLACE deletes without the trigger of DELETE; but an entry must be the next one, so it replaces nothing.
SQLITE = (
    f"""CREATE TRIGGER trail_next BEFORE INSERT ON trail
        WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM trail)
        BEGIN SELECT RAISE(ABORT, '{OUT_OF_TURN}'); END""",
    f"CREATE TRIGGER trail_no_update BEFORE UPDATE ON trail BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    f"CREATE TRIGGER trail_no_delete BEFORE DELETE ON trail BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
)
POSTGRES = (
    f"""CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END$$""",
    f"""CREATE FUNCTION trail_in_turn() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN
            IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM trail) THEN RAISE EXCEPTION '{OUT_OF_TURN}'; END IF;
            RETURN NEW;
        END$$""",
    "CREATE TRIGGER trail_next BEFORE INSERT ON trail FOR EACH ROW EXECUTE FUNCTION trail_in_turn()",
    """CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail
        FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse()""",
)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "account",
        sa.Column("id", Number, primary_key=True),
        sa.Column("login", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("vendor", sa.String(200)),
        sa.Column("teams", sa.JSON, nullable=False),
        sa.Column("email", sa.String(254), unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("one_time_until", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("disabled_at", Instant),
    )
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("account_id", Number, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("by_sign_on", sa.Boolean, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
    )
    op.create_index("session_of_account", "session", ["account_id"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(500), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("account_id", Number, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("linked_at", Instant, nullable=False),
    )
    op.create_index("identity_of_account", "identity", ["account_id", "issuer"], unique=True)
    op.create_table(
        "throttle",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("turned_away", sa.Integer, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
    )
    op.create_index("throttle_by_age", "throttle", ["last_at"])
    op.create_table(
        "trail",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("thing", sa.String(500), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("trail_by_login", "trail", ["login", "seq"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)
