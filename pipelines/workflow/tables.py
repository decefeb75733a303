"""The tables: accounts, their sessions and company identities, waits after failed log-ins, and the audit trail."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """An instant, kept in UTC (SQLite has no zones) and given back with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an instant into UTC; one without a zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value} has no zone")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Of SQLite only a column INTEGER PRIMARY KEY numbers its rows.
Number = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()


def _column(name: str, kind: Any, *rest: Any, **how: Any) -> Column[Any]:
    """A column that is never null unless it says so."""
    return Column(name, kind, *rest, **{"nullable": False, **how})


account = Table(
    "account",
    metadata,
    _column("id", Number, primary_key=True),
    _column("login", String(64), unique=True),
    _column("name", String(200)),
    _column("role", String(32)),
    _column("vendor", String(200), nullable=True),
    _column("teams", JSON),
    _column("email", String(254), unique=True, nullable=True),
    _column("password_hash", Text, nullable=True),  # null: comes in by company sign-on alone
    _column("must_change", Boolean),
    _column("one_time_until", Instant, nullable=True),
    _column("created_at", Instant),
    _column("disabled_at", Instant, nullable=True),
)

session = Table(
    "session",
    metadata,
    _column("token_sha256", String(64), primary_key=True),
    _column("account_id", Number, ForeignKey("account.id")),
    _column("by_sign_on", Boolean),  # such a person has proved more than a one-time password does
    _column("created_at", Instant),
    _column("seen_at", Instant),
    Index("session_of_account", "account_id"),
)

identity = Table(
    "identity",
    metadata,
    _column("issuer", String(500), primary_key=True),
    _column("subject", String(255), primary_key=True),
    _column("account_id", Number, ForeignKey("account.id")),
    _column("linked_at", Instant),
    Index("identity_of_account", "account_id", "issuer", unique=True),
)

throttle = Table(
    "throttle",
    metadata,
    _column("subject", String(80), primary_key=True),
    _column("failures", Integer),
    _column("turned_away", Integer),  # attempts during the wait since the last failure
    _column("last_at", Instant),
    Index("throttle_by_age", "last_at"),
)

trail = Table(
    "trail",
    metadata,
    _column("seq", Number, primary_key=True, autoincrement=False),
    _column("at", Instant),
    _column("login", String(64)),
    _column("action", String(64)),
    _column("thing", String(500)),
    _column("outcome", String(16)),
    _column("detail", Text),  # canonical JSON, as text: the digest is over its bytes
    _column("address", String(64)),
    _column("previous", String(64)),
    _column("digest", String(64)),
    Index("trail_by_login", "login", "seq"),
)
