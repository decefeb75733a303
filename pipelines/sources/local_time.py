"""Local times to instants, by the zone's own pieces: what the engine believes of time zones decides nothing."""

from collections.abc import Sequence
from datetime import datetime

from pipelines.core.zone import LocalPiece, local_pieces
from pipelines.sources.sql_text import balanced_case

# Log times outside these years are slips of a pen (0001, 9999); the first and last offsets stand for them.
FIRST_YEAR, LAST_YEAR = 1900, 2100


def pieces_between(zone: str, first: datetime, last: datetime) -> tuple[LocalPiece, ...]:
    """Return the pieces of ``zone`` that can matter to naive local times in [first, last]."""
    since = min(max(first.year - 1, FIRST_YEAR), LAST_YEAR)
    until = min(max(last.year + 2, FIRST_YEAR + 1), LAST_YEAR + 1)
    pieces = local_pieces(zone, since, until)
    begun = [piece for piece in pieces if piece.from_local is None or piece.from_local <= first]
    coming = [piece for piece in pieces if piece.from_local is not None and first < piece.from_local <= last]
    return (begun[-1], *coming)


def offset_sql(local: str, pieces: Sequence[LocalPiece]) -> str:
    """Return the SQL of the offset in microseconds at the local time ``local``; NULL where the clock skipped it."""
    return balanced_case(
        local,
        [(_begins(piece), "NULL" if piece.kind == "skipped" else f"{piece.offset_s}_000_000") for piece in pieces],
    )


def repeated_sql(local: str, pieces: Sequence[LocalPiece]) -> str:
    """Return the SQL that says whether the clock showed ``local`` twice."""
    answer = balanced_case(local, [(_begins(piece), str(piece.kind == "repeated").upper()) for piece in pieces])
    return "FALSE" if answer == "FALSE" else f"coalesce({answer}, FALSE)"


def skips(pieces: Sequence[LocalPiece]) -> bool:
    """Say whether any of ``pieces`` is an hour that the clock skipped."""
    return any(piece.kind == "skipped" for piece in pieces)


def _begins(piece: LocalPiece) -> str:
    return "" if piece.from_local is None else f"TIMESTAMP '{piece.from_local.isoformat(sep=' ')}'"
