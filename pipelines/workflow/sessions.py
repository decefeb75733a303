"""Sessions: a secret token that stands for a log-in, for a while. Only its SHA-256 is stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.core.canonical import sha256_hex
from pipelines.workflow.accounts import Account, account_of
from pipelines.workflow.actor import Actor
from pipelines.workflow.tables import account, session

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # that a session is in use: not each request is a write


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who a session stands for. ``csrf`` goes into forms and comes back with them; it says nothing of the token.

    With ``must_change_password`` a person may change the password and log out, and nothing else.
    """

    actor: Actor
    csrf: str
    must_change_password: bool
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """A session that has just begun: the only time that its token is known to this side."""

    token: str
    signed_in: SignedIn

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"Session({self.signed_in!r})"


@dataclass(frozen=True)
class Found:
    """A session of the store that is still good."""

    account: Account
    signed_in: SignedIn
    is_due: bool  # to be noted as in use


def start(connection: Connection, of: Account, now: datetime) -> Session:
    """Begin a session; those that have run out are swept away with it."""
    connection.execute(
        sa.delete(session).where(sa.or_(session.c.created_at <= now - LONGEST, session.c.seen_at <= now - IDLE))
    )
    token = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(session).values(token_sha256=_kept(token), account_id=of.id, created_at=now, seen_at=now)
    )
    return Session(token, _signed_in(token, of, now, now))


def find(connection: Connection, token: str, now: datetime) -> Found | None:
    """Find a session that has neither ended nor expired, of an account that is not disabled."""
    wanted = sa.select(session, account).join(account).where(session.c.token_sha256 == _kept(token))
    row = connection.execute(wanted).first()
    if row is None or row.disabled_at is not None:
        return None
    of = account_of(row)
    created_at, seen_at = row._mapping[session.c.created_at], row.seen_at  # noqa: SLF001 - a row as a mapping
    signed_in = _signed_in(token, of, created_at, seen_at)
    return Found(of, signed_in, now - seen_at >= NOTED_EVERY) if now < signed_in.expires_at else None


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use; never back in time."""
    in_use = sa.update(session).where(session.c.token_sha256 == _kept(token), session.c.seen_at < now)
    connection.execute(in_use.values(seen_at=now))


def end(connection: Connection, token: str) -> None:
    """End a session: its token is worth nothing from now on."""
    connection.execute(sa.delete(session).where(session.c.token_sha256 == _kept(token)))


def end_all(connection: Connection, of: Account) -> int:
    """End every session of an account, and say how many."""
    return connection.execute(sa.delete(session).where(session.c.account_id == of.id)).rowcount


def _kept(token: str) -> str:
    return sha256_hex(token.encode("utf-8", "replace"))


def _signed_in(token: str, of: Account, created_at: datetime, seen_at: datetime) -> SignedIn:
    return SignedIn(
        actor=of.actor,
        csrf=hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest(),
        must_change_password=of.must_change,
        expires_at=min(created_at + LONGEST, seen_at + IDLE),
    )
