"""Growing waits after failed log-ins, by account and by address; in the store, so that every process knows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.core.canonical import sha256_hex
from pipelines.workflow.tables import throttle

FORGIVEN_EVERY = timedelta(minutes=10)  # one failure
FORGOTTEN_AFTER = timedelta(days=1)
FIRST_WAIT_S, LONGEST_WAIT_S = 5, 900
FREE_OF_LOGIN, FREE_OF_ADDRESS = 5, 30


@dataclass(frozen=True)
class Subject:
    """What is counted: a login as it was typed, known or not, or an address; and how many failures are free."""

    key: str
    free: int


@dataclass(frozen=True)
class Attempt:
    """May it be made (``wait_s`` 0), and how many were turned away before it since the last that was made."""

    wait_s: int
    turned_away: int


def of_login(login: str) -> Subject:
    """Return the subject of a login."""
    return Subject(f"login:{sha256_hex(login.encode())}", FREE_OF_LOGIN)


def of_address(address: str) -> Subject:
    """Return the subject of an address. An office may share one, hence more are free."""
    return Subject(f"address:{_network(address)}", FREE_OF_ADDRESS)


def _network(address: str) -> str:
    """Of IPv6 one line has a whole /64, so that is what is counted."""
    try:
        found = ip_address(address)
    except ValueError:
        return sha256_hex(address.encode("utf-8", "replace"))
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False).network_address)
    return str(found)


def wait_s(failures: int, free: int) -> int:
    """Return the seconds to wait after so many failures: none for the free ones, then 5, 10, 20 … up to 900."""
    return 0 if failures < free else min(LONGEST_WAIT_S, FIRST_WAIT_S << min(failures - free, 10))


def begin_attempt(connection: Connection, of: tuple[Subject, ...], now: datetime) -> Attempt:
    """Count an attempt as failed before it is made, so that a hundred at once are a hundred, not one.

    Where a subject has to wait, the attempt is only counted as turned away.
    """
    connection.execute(sa.delete(throttle).where(throttle.c.last_at < now - FORGOTTEN_AFTER))
    rows = connection.execute(sa.select(throttle).where(throttle.c.subject.in_([subject.key for subject in of])))
    known = {row.subject: row for row in rows}
    turned_away = max((row.turned_away for row in known.values()), default=0)
    ends = {  # an attempt that is free waits for nobody, though another process has noted a later one meanwhile
        subject.key: row.last_at + timedelta(seconds=wait)
        for subject in of
        if (row := known.get(subject.key)) and (wait := wait_s(row.failures, subject.free))
    }
    if waiting := [key for key, end in ends.items() if end > now]:
        change = sa.update(throttle).where(throttle.c.subject.in_(waiting))
        connection.execute(change.values(turned_away=throttle.c.turned_away + 1))
        return Attempt(ceil((max(ends.values()) - now).total_seconds()), turned_away)
    for subject in of:
        if row := known.get(subject.key):
            left = max(0, row.failures - max(0, (now - row.last_at) // FORGIVEN_EVERY))
            change = sa.update(throttle).where(throttle.c.subject == subject.key)
            connection.execute(change.values(failures=left + 1, turned_away=0, last_at=now))
        else:
            connection.execute(sa.insert(throttle).values(subject=subject.key, failures=1, turned_away=0, last_at=now))
    return Attempt(0, turned_away)


def end_attempt(connection: Connection, login: Subject, address: Subject) -> None:
    """Take back the count of an attempt that was right: all of the login's, one of the address's.

    An address is not cleared, or whoever has one account could guess another's between its own log-ins.
    """
    forget(connection, login)
    change = sa.update(throttle).where(throttle.c.subject == address.key, throttle.c.failures > 0)
    connection.execute(change.values(failures=throttle.c.failures - 1))


def forget(connection: Connection, subject: Subject) -> None:
    """Drop a subject's count."""
    connection.execute(sa.delete(throttle).where(throttle.c.subject == subject.key))
