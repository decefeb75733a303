"""Company sign-on: which account an identity of an OpenID provider is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.workflow import accounts
from pipelines.workflow.accounts import Account
from pipelines.workflow.actor import Role
from pipelines.workflow.tables import identity


def is_possible(issuer: str, subject: str) -> bool:
    """Say whether these can be an identity: what a provider says is not taken for more than it can be."""
    return all(text.isprintable() and 0 < len(text) <= most for text, most in ((issuer, 500), (subject, 255)))


def find(connection: Connection, issuer: str, subject: str) -> Account | None:
    """Find the account that an identity was linked to."""
    if not is_possible(issuer, subject):
        return None
    wanted = sa.select(identity.c.account_id).where(identity.c.issuer == issuer, identity.c.subject == subject)
    number = connection.scalar(wanted)
    return accounts.find_by_id(connection, number) if number is not None else None


def match(connection: Connection, issuer: str, subject: str, email: str) -> Account | None:
    """Find the account that an identity seen for the first time may be linked to, by its verified mail address.

    Never an administrator, whom an administrator links by hand; and never an account that this issuer knows already
    under another subject: addresses are given to new people when old ones leave.
    """
    found = accounts.find_by_email(connection, email) if is_possible(issuer, subject) else None
    is_open = found and found.disabled_at is None and found.role is not Role.ADMINISTRATOR
    return found if found and is_open and not is_linked(connection, issuer, found) else None


def is_linked(connection: Connection, issuer: str, to: Account) -> bool:
    """Say whether an issuer knows an account already."""
    wanted = sa.select(identity.c.subject).where(identity.c.issuer == issuer, identity.c.account_id == to.id)
    return connection.execute(wanted).first() is not None


def link(connection: Connection, issuer: str, subject: str, to: Account, now: datetime) -> None:
    """Link an identity for good, instead of the one that the issuer knew the account by."""
    connection.execute(
        sa.delete(identity).where(
            sa.or_(
                sa.and_(identity.c.issuer == issuer, identity.c.account_id == to.id),
                sa.and_(identity.c.issuer == issuer, identity.c.subject == subject),
            )
        )
    )
    connection.execute(sa.insert(identity).values(issuer=issuer, subject=subject, account_id=to.id, linked_at=now))
