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
    created_at: datetime
    seen_at: datetime
    by_sign_on: bool

    @property
    def expires_at(self) -> datetime:
        """Return when it ends, if nothing more is asked in it."""
        return min(self.created_at + LONGEST, self.seen_at + IDLE)

    def signed_in(self, token: str) -> SignedIn:
        """Return whom it stands for."""
        return SignedIn(
            actor=self.account.actor,
            csrf=hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest(),
            must_change_password=self.account.must_change and not self.by_sign_on,
            expires_at=self.expires_at,
        )


def start(
    connection: Connection, of: Account, now: datetime, *, since: datetime | None = None, by_sign_on: bool = False
) -> Session:
    """Begin a session; those that have run out are swept away with it. ``since`` is when one began that it follows."""
    connection.execute(
        sa.delete(session).where(sa.or_(session.c.created_at <= now - LONGEST, session.c.seen_at <= now - IDLE))
    )
    token, begun = secrets.token_urlsafe(32), Found(of, since or now, now, by_sign_on)
    connection.execute(
        sa.insert(session).values(
            token_sha256=_kept(token),
            account_id=of.id,
            by_sign_on=by_sign_on,
            created_at=begun.created_at,
            seen_at=begun.seen_at,
        )
    )
    return Session(token, begun.signed_in(token))


def find(connection: Connection, token: str, now: datetime) -> Found | None:
    """Find a session that has neither ended nor expired, of an account that is not disabled."""
    wanted = sa.select(session, account).join(account).where(session.c.token_sha256 == _kept(token))
    row = connection.execute(wanted).first()
    if row is None or row.disabled_at is not None:
        return None
    began = row._mapping[session.c.created_at]  # noqa: SLF001 - a row as a mapping
    found = Found(account_of(row), began, row.seen_at, row.by_sign_on)
    return found if now < found.expires_at else None


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
