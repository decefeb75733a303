"""What may be asked of the store: each method is one transaction, and leaves its entry in the trail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from argon2 import PasswordHasher
from sqlalchemy.engine import Connection

from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.workflow import accounts, identities, sessions, throttle, trail
from pipelines.workflow.accounts import Account
from pipelines.workflow.actor import Actor, Role
from pipelines.workflow.passwords import Passwords, check_password, one_time
from pipelines.workflow.sessions import Session, SignedIn
from pipelines.workflow.store import Store, open_store
from pipelines.workflow.trail import Detail, Entry, TrailCheck

ONE_TIME_FOR = timedelta(days=3)
FIRST_LOGIN = "admin"

By = Actor | str  # who does it: the actor of a session, or a name such as "command:ann"
WayIn = Literal["one_time", "lasting", "sign_on"]


@dataclass(frozen=True)
class LogInRefused:
    """Why nobody came in, as a code, and after how many seconds it may be tried again (0: at once).

    ``log_in.wrong`` (login or password: it is not told which, nor that an account is disabled), ``log_in.wait``,
    ``log_in.one_time_expired``, ``log_in.no_session`` (a password changed without one), ``log_in.no_account`` (company
    sign-on of somebody without an account here).
    """

    reason: str
    retry_after_s: int = 0


class Workflow:
    """Accounts, sessions and the trail of one installation; may be shared by threads. ``now`` is always given."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    # --- coming in -----------------------------------------------------------------------------------------------

    def log_in(self, login: str, password: str, *, now: datetime, address: str) -> Session | LogInRefused:
        """Begin a session for whoever knows the password; every attempt costs the same one comparison, or none."""
        login = accounts.login_of(login)
        subjects = throttle.of_login(login), throttle.of_address(address)
        with self._store.writing() as connection:
            found = accounts.find(connection, login)
            who = found.login if found else ""  # a login that nobody has may be a password in the wrong field
            attempt = throttle.begin_attempt(connection, subjects, now)
            if attempt.wait_s:
                if not attempt.turned_away:  # one entry a wait: the next one says how many there were
                    detail: Detail = {"reason": "log_in.wait", "wait_s": attempt.wait_s}
                    trail.append(connection, who, "log_in", who, "refused", detail, now=now, address=address)
                return LogInRefused("log_in.wait", attempt.wait_s)
        is_right = self._passwords.is_right(password, found.password_hash if found else None)
        renewed = self._renewed(password, found) if is_right else None
        with self._store.writing() as connection:
            still = accounts.find(connection, login)
            reason = _why_not(found, still, now) if is_right else "log_in.wrong"
            if still is None or reason:
                detail = {"reason": reason, **_turned_away(attempt)}
                trail.append(connection, who, "log_in", who, "refused", detail, now=now, address=address)
                return LogInRefused(reason or "log_in.wrong")
            throttle.end_attempt(connection, *subjects)
            if renewed:
                accounts.change(connection, still.id, password_hash=renewed)
            detail = {"by": "password", **_turned_away(attempt)}
            trail.append(connection, who, "log_in", who, "done", detail, now=now, address=address)
            return sessions.start(connection, still, now)

    def _renewed(self, password: str, found: Account | None) -> str | None:
        is_due = found and found.password_hash and self._passwords.is_outdated(found.password_hash)
        return self._passwords.keep(password) if is_due else None

    def single_sign_on(
        self, issuer: str, subject: str, email: str | None, *, is_verified: bool, now: datetime, address: str
    ) -> Session | LogInRefused:
        """Begin a session for an identity that an OpenID provider has proved.

        ``email`` and ``is_verified`` are the provider's claims: where the identity is new, a verified address links it
        to the account that has it. No account is ever made, and an administrator is linked by hand only.
        """
        with self._store.writing() as connection:
            found = identities.find(connection, issuer, subject)
            detail: Detail = {"by": "sign_on", "issuer": issuer, "subject": subject}
            if (
                found is None
                and email
                and is_verified
                and (found := identities.match(connection, issuer, subject, email))
            ):
                identities.link(connection, issuer, subject, found, now)
                self._note(connection, found.actor, "identity.link", found.login, now, address, detail)
            who = found.login if found else ""
            if found is None or found.disabled_at is not None:
                detail = {**detail, "reason": "log_in.no_account", "email": email}
                trail.append(connection, who, "log_in", who, "refused", detail, now=now, address=address)
                return LogInRefused("log_in.no_account")
            trail.append(connection, who, "log_in", who, detail=detail, now=now, address=address)
            return sessions.start(connection, found, now, by_sign_on=True)

    def session(self, token: str, *, now: datetime) -> SignedIn | None:
        """Return whom a token stands for; None where it was never given out, has expired or was ended."""
        with self._store.reading() as connection:
            found = sessions.find(connection, token, now)
        if found and now - found.seen_at >= sessions.NOTED_EVERY:
            with self._store.writing() as connection:
                sessions.note_use(connection, token, now)
        return found.signed_in(token) if found else None

    def rotate(self, token: str, *, now: datetime) -> Session | None:
        """Give a good session another token; the old one is worth nothing from now on. It ends no later for it."""
        with self._store.writing() as connection:
            found = sessions.find(connection, token, now)
            if found is None:
                return None
            sessions.end(connection, token)
            return sessions.start(connection, found.account, now, since=found.created_at, by_sign_on=found.by_sign_on)

    def log_out(self, token: str, *, now: datetime, address: str) -> None:
        """End a session; of one that has ended already nothing is left to do, and no entry is made."""
        with self._store.writing() as connection:
            if found := sessions.find(connection, token, now):
                who = found.account.login
                trail.append(connection, who, "log_out", who, now=now, address=address)
            sessions.end(connection, token)

    def change_password(self, token: str, old: str, new: str, *, now: datetime, address: str) -> Session | LogInRefused:
        """Change the password of a session's account: every session of it ends, and a new one begins.

        A new password that is not good enough is refused with all that is wrong with it. Guessing the old one from a
        stolen session is as slow as guessing at log-in.
        """
        with self._store.writing() as connection:
            found = sessions.find(connection, token, now)
            if found is None:
                return LogInRefused("log_in.no_session")
            of = found.account
            refuse_if_any([*check_password(new, of.login), *_check_other(old, new)])
            subjects = throttle.of_login(of.login), throttle.of_address(address)
            if wait := throttle.begin_attempt(connection, subjects, now).wait_s:
                return LogInRefused("log_in.wait", wait)
        is_right = self._passwords.is_right(old, of.password_hash)
        kept = self._passwords.keep(new)
        with self._store.writing() as connection:
            still = accounts.find(connection, of.login)
            if not is_right or still is None or still.password_hash != of.password_hash:
                detail: Detail = {"reason": "log_in.wrong"}
                self._note(connection, of.actor, "password.change", of.login, now, address, detail, outcome="refused")
                return LogInRefused("log_in.wrong")
            throttle.end_attempt(connection, *subjects)
            accounts.change(connection, of.id, password_hash=kept, must_change=False, one_time_until=None)
            sessions.end_all(connection, of)
            self._note(connection, of.actor, "password.change", of.login, now, address)
            return sessions.start(connection, accounts.need(connection, of.login), now)

    # --- accounts ------------------------------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """List every account."""
        with self._store.reading() as connection:
            return accounts.every(connection)

    def first_administrator(self, *, by: By, now: datetime) -> tuple[str, str] | None:
        """Make an administrator where there is no account at all; return the login and its one-time password."""
        with self._store.reading() as connection:
            if accounts.count(connection):
                return None
        password = one_time()
        kept = self._passwords.keep(password)
        with self._store.writing() as connection:
            if accounts.count(connection):  # another process was quicker
                return None
            self._insert(
                connection, FIRST_LOGIN, FIRST_LOGIN, Role.ADMINISTRATOR, None, (), None, "one_time", kept, by, now, ""
            )
        return FIRST_LOGIN, password

    def add_account(
        self,
        login: str,
        *,
        name: str,
        role: Role,
        vendor: str | None = None,
        teams: Collection[str] = (),
        email: str | None = None,
        way_in: WayIn = "one_time",
        by: By,
        now: datetime,
        address: str = "",
    ) -> str | None:
        """Add an account and return its password, which nobody can look up later.

        A ``one_time`` password is good for three days and must be changed at the first log-in; a ``lasting`` one is
        for demonstrations; by ``sign_on`` there is none (None), and the account waits for the company's sign-on.
        """
        login = accounts.login_of(login)
        email = email.strip().casefold() if email else None
        password = None if way_in == "sign_on" else one_time()
        kept = self._passwords.keep(password) if password else None
        with self._store.writing() as connection:
            refuse_if_any(
                [
                    *accounts.check_new(connection, login, name, email),
                    *accounts.check_scope(role, vendor, teams),
                ]
            )
            self._insert(connection, login, name, role, vendor, teams, email, way_in, kept, by, now, address)
        return password

    def _insert(
        self,
        connection: Connection,
        login: str,
        name: str,
        role: Role,
        vendor: str | None,
        teams: Collection[str],
        email: str | None,
        way_in: WayIn,
        kept: str | None,
        by: By,
        now: datetime,
        address: str,
    ) -> None:
        is_one_time = way_in == "one_time"
        accounts.insert(
            connection,
            login=login,
            name=name,
            role=role.value,
            vendor=vendor or None,
            teams=sorted(set(teams)),
            email=email,
            password_hash=kept,
            must_change=is_one_time,
            one_time_until=now + ONE_TIME_FOR if is_one_time else None,
            created_at=now,
            disabled_at=None,
        )
        detail = {**_scope(role, vendor, teams), "way_in": way_in}
        self._note(connection, by, "account.add", login, now, address, detail)

    def disable(self, login: str, *, by: By, now: datetime, address: str = "") -> None:
        """Shut an account out, and end its sessions."""
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            accounts.refuse_last_administrator(connection, of)
            accounts.change(connection, of.id, disabled_at=of.disabled_at or now)
            ended = sessions.end_all(connection, of)
            self._note(connection, by, "account.disable", of.login, now, address, {"sessions_ended": ended})

    def enable(self, login: str, *, by: By, now: datetime, address: str = "") -> None:
        """Let an account in again, with the password it had."""
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            accounts.change(connection, of.id, disabled_at=None)
            self._note(connection, by, "account.enable", of.login, now, address)

    def reset(self, login: str, *, by: By, now: datetime, address: str = "") -> str:
        """Give an account a new one-time password, end its sessions and its waits; return the password."""
        password = one_time()
        kept = self._passwords.keep(password)
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            accounts.change(connection, of.id, password_hash=kept, must_change=True, one_time_until=now + ONE_TIME_FOR)
            throttle.forget(connection, throttle.of_login(of.login))
            ended = sessions.end_all(connection, of)
            self._note(connection, by, "account.reset", of.login, now, address, {"sessions_ended": ended})
        return password

    def set_roles(
        self,
        login: str,
        *,
        role: Role,
        vendor: str | None = None,
        teams: Collection[str] = (),
        by: By,
        now: datetime,
        address: str = "",
    ) -> None:
        """Give an account another role, vendor and teams, and end its sessions: nobody goes on as what they were."""
        refuse_if_any(accounts.check_scope(role, vendor, teams))
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            if role is not Role.ADMINISTRATOR:
                accounts.refuse_last_administrator(connection, of)
            accounts.change(connection, of.id, role=role.value, vendor=vendor or None, teams=sorted(set(teams)))
            sessions.end_all(connection, of)
            before = {f"{name}_before": value for name, value in _scope(of.role, of.vendor, of.teams).items()}
            detail = {**_scope(role, vendor, teams), **before}
            self._note(connection, by, "account.roles", of.login, now, address, detail)

    def revoke_sessions(self, login: str, *, by: By, now: datetime, address: str = "") -> int:
        """End every session of an account, and say how many."""
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            ended = sessions.end_all(connection, of)
            self._note(connection, by, "sessions.revoke", of.login, now, address, {"sessions_ended": ended})
        return ended

    def link_identity(self, login: str, issuer: str, subject: str, *, by: By, now: datetime, address: str = "") -> None:
        """Link an account to an identity of the company's sign-on by hand: the only way for an administrator."""
        with self._store.writing() as connection:
            of = accounts.need(connection, login)
            if not identities.is_possible(issuer, subject):
                raise Refused(
                    Problem(
                        where=of.login,
                        what="An identity is an issuer of at most 500 signs and a subject of at most 255.",
                        mend="Copy both from the provider's id token: `iss` and `sub`.",
                        code="user.identity",
                    )
                )
            other = identities.find(connection, issuer, subject)
            if other is not None and other.id != of.id:
                raise Refused(
                    Problem(
                        where=of.login,
                        what=f"This identity is linked to the account {other.login}; it cannot be two people.",
                        mend="Link that account to another identity first.",
                        code="user.identity_taken",
                    )
                )
            identities.link(connection, issuer, subject, of, now)
            detail: Detail = {"issuer": issuer, "subject": subject}
            self._note(connection, by, "identity.link", of.login, now, address, detail)

    # --- the trail -----------------------------------------------------------------------------------------------

    def record(
        self,
        who: By,
        action: str,
        thing: str = "",
        outcome: str = "done",
        detail: Detail | None = None,
        *,
        now: datetime,
        address: str = "",
    ) -> Entry:
        """Add an entry: a document seen, an export, a change, or one of these refused."""
        with self._store.writing() as connection:
            return self._note(connection, who, action, thing, now, address, detail, outcome=outcome)

    def trail(
        self,
        *,
        login: str | None = None,
        action: str | None = None,
        before: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """List entries, the newest first; ``before`` an entry's number pages on, [since, until) is a span."""
        with self._store.reading() as connection:
            return trail.entries(
                connection, login=login, action=action, before=before, since=since, until=until, limit=limit
            )

    def check_trail(self, *, known: str | None = None) -> TrailCheck:
        """Work the whole chain out again; ``known`` is a digest that was noted earlier and must still be in it."""
        with self._store.reading() as connection:
            return trail.check(connection, known=known)

    def _note(
        self,
        connection: Connection,
        who: By,
        action: str,
        thing: str,
        now: datetime,
        address: str,
        detail: Detail | None = None,
        *,
        outcome: str = "done",
    ) -> Entry:
        login = who.login if isinstance(who, Actor) else who
        return trail.append(connection, login, action, thing, outcome, detail, now=now, address=address)


def open_workflow(home: Path, url: str | None = None, *, hasher: PasswordHasher | None = None) -> Workflow:
    """Open the accounts of a home, or those in the PostgreSQL at ``url``; ``hasher`` is for tests in a hurry."""
    return Workflow(open_store(home, url), Passwords(hasher))


def _why_not(found: Account | None, still: Account | None, now: datetime) -> str:
    """Say why the right password does not let somebody in; "" where it does."""
    if found is None or still is None or still.disabled_at is not None or still.password_hash != found.password_hash:
        return "log_in.wrong"
    has_expired = still.must_change and still.one_time_until is not None and now >= still.one_time_until
    return "log_in.one_time_expired" if has_expired else ""


def _turned_away(attempt: throttle.Attempt) -> dict[str, Any]:
    return {"turned_away_before": attempt.turned_away} if attempt.turned_away else {}


def _check_other(old: str, new: str) -> list[Problem]:
    if old != new:
        return []
    return [Problem("password", "This is the password that you have.", "Take another one.", "password.same")]


def _scope(role: Role, vendor: str | None, teams: Collection[str]) -> dict[str, str | int | None]:
    return {"role": str(role), "vendor": vendor, "teams": ", ".join(sorted(teams))}
