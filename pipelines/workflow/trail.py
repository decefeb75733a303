"""The audit trail: who did what to what, when, from where, and what came of it; each entry holds the one before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DataError

from pipelines.core.canonical import Json, canonical_json, digest
from pipelines.core.problem import Problem
from pipelines.workflow.tables import trail

BEGINNING = "0" * 64  # what the first entry holds as the one before
LONGEST_DETAIL = 2000

Detail = Mapping[str, str | int | None]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. ``detail`` is canonical JSON; ``digest`` is the SHA-256 of all else, ``previous`` among it."""

    seq: int
    at: datetime
    login: str
    action: str
    thing: str
    outcome: str
    detail: str
    address: str
    previous: str
    digest: str

    def computed(self) -> str:
        """Return the digest that the entry's content has."""
        content: dict[str, Json] = {
            "seq": self.seq,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "login": self.login,
            "action": self.action,
            "thing": self.thing,
            "outcome": self.outcome,
            "detail": self.detail,
            "address": self.address,
            "previous": self.previous,
        }
        return digest(content)


@dataclass(frozen=True)
class TrailCheck:
    """How many entries are in order, the digest of the last of them, and what is wrong with the next."""

    entries: int
    head: str
    problem: Problem | None = None


def append(
    connection: Connection,
    login: str,
    action: str,
    thing: str = "",
    outcome: str = "done",
    detail: Detail | None = None,
    *,
    now: datetime,
    address: str = "",
) -> Entry:
    """Add an entry, in a transaction of ``Store.writing``: writers take turns, so the last one stays the last."""
    last = connection.execute(sa.select(trail.c.seq, trail.c.digest).order_by(trail.c.seq.desc()).limit(1)).first()
    content: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": now.astimezone(UTC),
        "login": readable(login, 64),
        "action": readable(action, 64),
        "thing": readable(thing, 500),
        "outcome": readable(outcome, 16),
        "detail": canonical_json({readable(k, 64): _short(v) for k, v in (detail or {}).items()}).decode(),
        "address": readable(address, 64),
        "previous": last.digest if last else BEGINNING,
    }
    entry = Entry(**content, digest=Entry(**content, digest="").computed())
    connection.execute(sa.insert(trail).values(**content, digest=entry.digest))
    return entry


def readable(text: str, longest: int) -> str:
    """Return what both databases take of a text: no control characters, no half surrogates, and no more than fits."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in whole[:longest])


def _short(value: str | int | None) -> str | int | None:
    return readable(value, LONGEST_DETAIL) if isinstance(value, str) else value


def entries(
    connection: Connection,
    *,
    login: str | None = None,
    action: str | None = None,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[Entry]:
    """List entries, the newest first; ``before`` is an entry's number, to page on from, [since, until) a span."""
    wanted = sa.select(trail).order_by(trail.c.seq.desc()).limit(limit)
    if login is not None:
        wanted = wanted.where(trail.c.login == login)
    if action is not None:
        wanted = wanted.where(trail.c.action == action)
    if before is not None:
        wanted = wanted.where(trail.c.seq < before)
    if since is not None:
        wanted = wanted.where(trail.c.at >= since)
    if until is not None:
        wanted = wanted.where(trail.c.at < until)
    return [_entry(row) for row in connection.execute(wanted)]


def check(connection: Connection, *, known: str | None = None) -> TrailCheck:
    """Work every digest out again, up to the first entry that is not what it was.

    The chain itself cannot know of entries cut off its end; ``known``, a digest that somebody noted earlier, must still
    be in it.
    """
    found = _check(connection, known, at_once=1000)
    if found.problem and found.problem.code == "trail.unreadable":  # one of a thousand: which, is to be named
        return _check(connection, known, at_once=1)
    return found


def _check(connection: Connection, known: str | None, *, at_once: int) -> TrailCheck:
    wanted = sa.select(trail).order_by(trail.c.seq)
    with connection.execution_options(yield_per=at_once).execute(wanted) as rows:
        return check_chain(map(_entry, rows), known=known)


def check_chain(chain: Iterable[Entry], *, known: str | None = None) -> TrailCheck:
    """Check entries in order; see ``check``."""
    count, head, is_known = 0, BEGINNING, known in {None, BEGINNING}
    try:
        for entry in chain:
            if broken := _broken_at(entry, count, head):
                return TrailCheck(count, head, broken)
            count, head = entry.seq, entry.digest
            is_known = is_known or head == known
    except (ValueError, TypeError, DataError):  # SQLite keeps any text where an instant should stand
        return TrailCheck(count, head, _broken(count + 1, "cannot be read any more", "trail.unreadable"))
    if is_known:
        return TrailCheck(count, head)
    what = f"is missing: no entry has the digest {known} that was noted earlier"
    return TrailCheck(count, head, _broken(count + 1, what, "trail.cut"))


def _broken_at(entry: Entry, count: int, head: str) -> Problem | None:
    if entry.seq != count + 1:
        return _broken(count + 1, f"is missing: {entry.seq} follows {count}", "trail.gap")
    if entry.previous != head:
        what = "does not hold the digest of the one before it: one of them was put in another's place"
        return _broken(entry.seq, what, "trail.order")
    if entry.digest != entry.computed():
        return _broken(entry.seq, "was changed after it was written", "trail.changed")
    return None


def _broken(seq: int, what: str, code: str) -> Problem:
    return Problem(
        where=f"audit trail, entry {seq}",
        what=f"This entry {what}.",
        mend="Compare with a backup of the database from before, and find out who has its password.",
        code=code,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
