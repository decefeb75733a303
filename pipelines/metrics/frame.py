"""What all questions to a population share: days, zone, cut-off, hours; and local time written as SQL."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.core.period import Days
from pipelines.core.zone import day_begins_at, utc_pieces_between

SPILL = timedelta(days=400)  # clocks run on after the days asked for; their instants get their day right too
LOOK_BACK = timedelta(days=365)  # how long before its period an item may have arrived, where due or end decides


@dataclass(frozen=True)
class Alike:
    """A calendar whose days are all alike: open once, between the same two times, in a zone that keeps its offset.

    ``since_us``, ``until_us``: the instants that it speaks of. ``open_us``, ``shut_us``: from midnight, local.
    """

    calendar: str
    since_us: int
    until_us: int
    offset_us: int
    open_us: int
    shut_us: int


@dataclass(frozen=True)
class Laid:
    """How calendars are laid out as rows: how many open spans a day has at most in columns, and which are alike."""

    spans: int = 0
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True)
class Frame:
    """What all questions to a population share: the days, their zone, the cut-off and what belongs to the contract."""

    days: Days
    zone: str
    cut_off_at: datetime
    in_scope: str = "true"
    calendar: str | None = None  # None: around the clock
    options: tuple[tuple[str, str], ...] = ()  # terms that choose among a population's own readings, such as its start
    laid: Laid = Laid()

    @property
    def alike(self) -> Alike | None:
        """The hours of its calendar, where every day has the same: an instant's clock is read without its day."""
        return next((one for one in self.laid.alike if one.calendar == self.calendar), None)

    @property
    def period_by(self) -> str:
        """What decides an item's period: its arrival, the instant it is due, or its end."""
        return dict(self.options).get("period_by", "arrival")


def instant(at: datetime) -> str:
    """Return an SQL literal of the instant, in UTC."""
    return f"TIMESTAMPTZ '{at.astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S.%f')}+00'"


def local_micros_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local microseconds since 1970 of the instant ``column``, in and near ``days``.

    Offsets are written out, so that no engine's own zone tables decide a day: one addition where the offset does not
    change, a CASE where it does.
    """
    first, *later = utc_pieces_between(
        zone, day_begins_at(days.since, zone) - SPILL, day_begins_at(days.until, zone) + SPILL
    )
    offset = str(first.offset_s * 1_000_000)
    for piece in later:
        assert piece.from_at is not None  # noqa: S101 - only the zone's first piece has no beginning
        offset = f"CASE WHEN {column} >= {instant(piece.from_at)} THEN {piece.offset_s * 1_000_000} ELSE {offset} END"
    return f"(epoch_us({column}) + {offset})"


def local_day_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local date of the instant ``column``."""
    return f"DATE '1970-01-01' + CAST({local_micros_sql(column, zone, days)} // 86400000000 AS INTEGER)"


def local_hour_sql(column: str, zone: str, days: Days) -> str:
    """Return an SQL expression of the local hour, 0 to 23, of the instant ``column``."""
    return f"{local_micros_sql(column, zone, days)} // 3600000000 % 24"
