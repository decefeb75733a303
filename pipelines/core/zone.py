"""The offsets of an IANA zone as data, so that no result depends on the tables of an engine or of a machine.

They come from the locked ``tzdata``, never from the system: two machines may hold different editions of it, and where
a country has just changed its rules (Vancouver, 2026) they would cut the same month's days at different instants.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

from pipelines.core.problem import Problem, Refused


@dataclass(frozen=True)
class UtcPiece:
    """From the instant ``from_at`` on (None: ever before), local time is UTC plus ``offset_s`` seconds."""

    from_at: datetime | None
    offset_s: int


@dataclass(frozen=True)
class LocalPiece:
    """From the local time ``from_local`` on (naive; None: ever before): its offset, and what kind of time it is.

    ``repeated`` times happen twice (the first occurrence's offset is given); ``skipped`` times never happen
    (``offset_s`` is the one that held before, so that local − offset is at or after the transition).
    """

    from_local: datetime | None
    offset_s: int
    kind: str


def zone_named(name: str, where: str = "zone") -> ZoneInfo:
    """Return the IANA zone, or refuse a name that is none."""
    if name in _names():
        return _locked_zone(name)
    raise Refused(
        Problem(
            where=where,
            what=f"{name!r} is not a time zone.",
            mend="Use a name of the IANA list, such as Asia/Shanghai.",
            code="zone.unknown",
        )
    )


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@lru_cache(maxsize=64)
def _locked_zone(name: str) -> ZoneInfo:
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache(maxsize=64)
def utc_pieces(name: str, since_year: int = 1970, until_year: int = 2050) -> tuple[UtcPiece, ...]:
    """Return the offsets of ``name`` in order of instant, to the second, for ``since_year`` up to ``until_year``."""
    zone = zone_named(name)

    def offset_s(at: datetime) -> int:
        shift = at.astimezone(zone).utcoffset()
        assert shift is not None  # noqa: S101 - a zoneinfo instant always has an offset
        return round(shift.total_seconds())

    step = timedelta(days=7)  # no zone moved its clock twice within seven days since 1970; a test looks at all of them
    before = datetime(since_year, 1, 1, tzinfo=UTC)
    pieces = [UtcPiece(None, offset_s(before))]
    while before < datetime(until_year, 1, 1, tzinfo=UTC):
        after = before + step
        if offset_s(after) != offset_s(before):
            low, high = before, after
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if offset_s(middle) == offset_s(before) else (low, middle)
            pieces.append(UtcPiece(high, offset_s(high)))
        before = after
    return tuple(pieces)


@lru_cache(maxsize=64)
def local_pieces(name: str, since_year: int = 1970, until_year: int = 2050) -> tuple[LocalPiece, ...]:
    """Return how local times of ``name`` become instants, in order of local time, repeated and skipped hours apart."""
    steps = utc_pieces(name, since_year, until_year)
    pieces = [LocalPiece(None, steps[0].offset_s, "plain")]
    for earlier, later in pairwise(steps):
        assert later.from_at is not None  # noqa: S101 - only the first piece has no beginning
        moment = later.from_at.replace(tzinfo=None)
        shown_before = moment + timedelta(seconds=earlier.offset_s)
        shown_after = moment + timedelta(seconds=later.offset_s)
        kind = "skipped" if shown_after > shown_before else "repeated"
        pieces.append(LocalPiece(min(shown_before, shown_after), earlier.offset_s, kind))
        pieces.append(LocalPiece(max(shown_before, shown_after), later.offset_s, "plain"))
    return tuple(pieces)


def local_to_instant(local: datetime, name: str) -> datetime:
    """Return the instant (UTC) of a naive ``local`` time.

    A skipped time is the transition, a repeated one its first occurrence. Asia/Shanghai 2026-10-01 00:00 is
    2026-09-30T16:00Z.
    """
    piece = next(p for p in reversed(local_pieces(name)) if p.from_local is None or p.from_local <= local)
    if piece.kind == "skipped":
        assert piece.from_local is not None  # noqa: S101 - the first piece is plain
        local = piece.from_local
    return (local - timedelta(seconds=piece.offset_s)).replace(tzinfo=UTC)


def day_begins_at(day: date, name: str) -> datetime:
    """Return the instant at which the local ``day`` begins."""
    return local_to_instant(datetime(day.year, day.month, day.day), name)  # noqa: DTZ001 - a wall-clock time


def instant_to_local(at: datetime, name: str) -> datetime:
    """Return the naive local time that clocks in ``name`` show at the instant ``at``."""
    piece = next(p for p in reversed(utc_pieces(name)) if p.from_at is None or p.from_at <= at)
    return (at.astimezone(UTC) + timedelta(seconds=piece.offset_s)).replace(tzinfo=None)


def utc_pieces_between(name: str, since_at: datetime, until_at: datetime) -> list[UtcPiece]:
    """Return the offsets of ``name`` that hold anywhere in [since_at, until_at)."""
    pieces = utc_pieces(name)
    ends = [piece.from_at for piece in pieces[1:]] + [None]
    return [
        piece
        for piece, end in zip(pieces, ends, strict=True)
        if (end is None or end > since_at) and (piece.from_at is None or piece.from_at < until_at)
    ]
