"""Accounts: who there is, in which role, and what an account must be like."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pipelines.core.problem import Problem, Refused
from pipelines.workflow.actor import Actor, Role
from pipelines.workflow.tables import account

LOGIN = re.compile(r"\w[\w.@+-]{1,63}")
OF_A_VENDOR = {Role.MANAGER, Role.LEAD}


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account, as it is stored; never deleted, so that a login of the trail is one person for good."""

    id: int
    login: str
    name: str
    role: Role
    vendor: str | None
    teams: frozenset[str]
    email: str | None
    password_hash: str | None
    must_change: bool
    one_time_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Return who this is where they ask."""
        return Actor(
            account_id=self.id,
            login=self.login,
            name=self.name,
            role=self.role,
            vendor=self.vendor,
            teams=self.teams,
        )


def login_of(text: str) -> str:
    """Return a login in its one writing: Ann, ANN and full-width Ａnn are ann."""
    return unicodedata.normalize("NFKC", text).strip().casefold().encode("utf-8", "replace").decode()


def account_of(row: Row[Any]) -> Account:
    """Read a row."""
    return Account(
        **{
            **{column.name: row._mapping[column] for column in account.c},  # noqa: SLF001 - a row as a mapping
            "role": Role(row.role),
            "teams": frozenset(row.teams),
        }
    )


def find(connection: Connection, login: str) -> Account | None:
    """Find an account by its login, in any writing."""
    wanted = login_of(login)
    return _one(connection, account.c.login == wanted) if LOGIN.fullmatch(wanted) else None


def find_by_id(connection: Connection, number: int) -> Account | None:
    """Find an account by its number."""
    return _one(connection, account.c.id == number)


def find_by_email(connection: Connection, email: str) -> Account | None:
    """Find an account by its address, in capitals or not."""
    return _one(connection, account.c.email == email.strip().casefold()) if email.isprintable() else None


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Account | None:
    row = connection.execute(sa.select(account).where(condition)).first()
    return account_of(row) if row else None


def need(connection: Connection, login: str) -> Account:
    """Find an account; refuse where there is none."""
    if found := find(connection, login):
        return found
    raise Refused(Problem(login, "There is no such account.", "See `clausemeter user list`.", "user.unknown"))


def every(connection: Connection) -> list[Account]:
    """List the accounts by login."""
    found = [account_of(row) for row in connection.execute(sa.select(account))]
    return sorted(found, key=lambda one: one.login)


def count(connection: Connection) -> int:
    """Count the accounts, disabled ones too."""
    return connection.scalar(sa.select(sa.func.count()).select_from(account)) or 0


def insert(connection: Connection, **values: Any) -> None:
    """Add an account, which was checked."""
    connection.execute(sa.insert(account).values(**values))


def change(connection: Connection, number: int, **values: Any) -> None:
    """Change an account."""
    connection.execute(sa.update(account).where(account.c.id == number).values(**values))


def check_new(connection: Connection, login: str, name: str, email: str | None) -> Iterator[Problem]:
    """Find what is wrong with a new account's login, name and address."""
    if not LOGIN.fullmatch(login):
        yield Problem(
            where=f"login {login!r}",
            what="A login is 2 to 64 letters, digits and . _ @ + -, and begins with a letter or a digit.",
            mend="Take a shorter or plainer one.",
            code="user.login",
        )
    elif find(connection, login):
        yield Problem(
            where=f"login {login}",
            what="There is an account of that login; logins of disabled accounts are not given out again either.",
            mend="Take another one, or `clausemeter user enable` it.",
            code="user.taken",
        )
    if not (0 < len(name) <= 200 and name.isprintable()):
        yield Problem(f"name {name!r}", "A name is 1 to 200 signs of one line.", "Shorten it.", "user.name")
    if email is not None and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,180}", email):
        yield Problem(f"address {email!r}", "This is no mail address.", "Write it like ann@example.com.", "user.email")
    elif email is not None and find_by_email(connection, email):
        yield Problem(
            where=f"address {email}",
            what="Another account has this address, and company sign-on finds an account by it.",
            mend="Leave it out, or take the person's own.",
            code="user.email_taken",
        )


def check_scope(role: Role, vendor: str | None, teams: Collection[str]) -> Iterator[Problem]:
    """Find what does not fit a role: a vendor's people have a vendor, a lead has teams, the operator's have neither."""
    if role in OF_A_VENDOR and not vendor:
        yield _scope(role, "sees one vendor's rows, and it is not said which.", "Add --vendor.", "user.needs_vendor")
    if vendor and role not in OF_A_VENDOR | {Role.GUEST}:
        yield _scope(role, "is the operator's, and has no vendor.", "Leave --vendor out.", "user.has_vendor")
    if role is Role.LEAD and not teams:
        yield _scope(role, "sees their own teams, and none is named.", "Add --team, once a team.", "user.needs_teams")
    if teams and role is not Role.LEAD:
        yield _scope(role, "is not bound to teams.", "Leave --team out.", "user.has_teams")
    if too_long := [text for text in (vendor or "", *teams) if len(text) > 200 or not text.isprintable()]:
        yield _scope(role, f"has a name of more than one line or 200 signs: {too_long[0][:20]!r} ….", "Shorten it.",
                     "user.scope_name")  # fmt: skip


def _scope(role: Role, what: str, mend: str, code: str) -> Problem:
    return Problem(where=f"role {role}", what=f"The role {role} {what}", mend=mend, code=code)


def refuse_last_administrator(connection: Connection, of: Account) -> None:
    """Refuse to take away the last administrator who can come in; nobody could make another one."""
    others = sa.select(sa.func.count()).where(
        account.c.role == Role.ADMINISTRATOR.value, account.c.disabled_at.is_(None), account.c.id != of.id
    )
    if of.role is Role.ADMINISTRATOR and of.disabled_at is None and not connection.scalar(others):
        raise Refused(
            Problem(
                where=of.login,
                what="This is the last administrator; without one nobody could manage accounts.",
                mend="Make another administrator first.",
                code="user.last_administrator",
            )
        )
