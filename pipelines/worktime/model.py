"""A service calendar as the contract words it: hours with their history, promotions, closures. All times are local."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

DAY_S = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, order=True)
class Window:
    """Open from ``opens_s`` (in) to ``shuts_s`` (out), seconds of wall clock since 00:00 of the day it opens on.

    0 ≤ ``opens_s`` < 86400; ``shuts_s`` > ``opens_s``, and above 86400 when it shuts on the day after.
    A window belongs whole to the day it opens on.
    """

    opens_s: int
    shuts_s: int

    @property
    def is_over_midnight(self) -> bool:
        """Say whether its end lies in the day after the one it opens on."""
        return self.shuts_s > DAY_S


Windows = tuple[Window, ...]
Week = tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]  # Monday first


def overlapping(windows: Windows) -> tuple[Window, Window] | None:
    """Return the first two windows of one day that share a moment; touching is no overlap."""
    return next(((one, next_) for one, next_ in pairwise(sorted(windows)) if one.shuts_s > next_.opens_s), None)


@dataclass(frozen=True)
class Version:
    """The hours from the day ``since`` on, as decided at ``decided_local``, until another version binds.

    ``holidays`` names a region of holiday notices (``cn``, ``us-ca``) or is ``none``. ``on_holidays`` and ``make_up``
    are the windows of such days; None: on holidays as on ordinary days, on make-up days those of Monday.
    """

    since: date
    decided_local: datetime
    by: str
    weekly: Week
    holidays: str
    on_holidays: Windows | None
    make_up: Windows | None = None
    is_retroactive: bool = False

    @property
    def binds_from(self) -> date:
        """Return ``since``; when decided after that day and not retroactive, the day after the decision's."""
        decided_on = self.decided_local.date()
        is_late = decided_on > self.since and not self.is_retroactive
        return decided_on + timedelta(days=1) if is_late else self.since


@dataclass(frozen=True)
class Promotion:
    """Windows added to those of every day from ``since`` (in) to ``until`` (out), bound by them from the notice on."""

    since: date
    until: date
    windows: Windows
    notified_local: datetime
    by: str


@dataclass(frozen=True)
class Closure:
    """Nothing is open.

    Between two days: the windows that open on them are closed whole, also past midnight.
    Between two local times: exactly from ``since`` (in) to ``until`` (out).
    ``decided_local`` (None: always known) only tells whether a run that looks back knew of it.
    """

    since: date | datetime
    until: date | datetime
    because: str
    decided_local: datetime | None = None


@dataclass(frozen=True)
class Calendar:
    """The service calendar of one channel.

    Promotions and closures hold on their own dates, whichever version is in force then: an amendment that changes the
    weekly hours does not silently cancel a promotion agreed before.
    """

    name: str
    versions: tuple[Version, ...]
    promotions: tuple[Promotion, ...] = ()
    closures: tuple[Closure, ...] = ()

    def as_known(self, at_local: datetime) -> "Calendar":
        """Return only what had been decided or notified at the local time ``at_local``."""
        return Calendar(
            self.name,
            tuple(version for version in self.versions if version.decided_local <= at_local),
            tuple(promotion for promotion in self.promotions if promotion.notified_local <= at_local),
            tuple(one for one in self.closures if one.decided_local is None or one.decided_local <= at_local),
        )

    def joined(self, later: "Calendar") -> "Calendar":
        """Return this calendar with the versions, promotions and closures of an amendment added."""
        return Calendar(
            self.name,
            (*self.versions, *later.versions),
            (*self.promotions, *later.promotions),
            (*self.closures, *later.closures),
        )

    def in_force(self, day: date) -> Version | None:
        """Return the version in force on ``day``; None before the first binds.

        Versions rank by the day they bind from, then by decision: of one date the latest decision wins.
        """
        bound = [version for version in self.versions if version.binds_from <= day]
        return max(bound, key=lambda version: (version.binds_from, version.decided_local, version.since), default=None)
