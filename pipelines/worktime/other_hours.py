"""Other readings of a service calendar: what a party may have left aside, each a calendar of its own.

Who asks why somebody else's figure differs tries these. They are candidates, never findings.
"""

from collections.abc import Mapping
from dataclasses import replace

from pipelines.worktime.model import DAY_S, Calendar, Window

ALL_DAY = ((Window(0, DAY_S),),) * 7


def other_hours(calendar: Calendar) -> Mapping[str, Calendar]:
    """Return the calendars that differ from this one in one thing, by its name.

    ``around_the_clock``, ``no_promotions``, ``no_closures``, ``holidays_as_usual``, ``closed_on_holidays``,
    ``no_holiday_notice`` (Monday to Friday are the working days, no make-up days), ``first_hours`` (no later version).
    """
    versions = calendar.versions

    def each(**changes: object) -> Calendar:
        return replace(calendar, versions=tuple(replace(one, **changes) for one in versions))  # type: ignore[arg-type]

    found = {
        "around_the_clock": Calendar(
            calendar.name, tuple(replace(one, weekly=ALL_DAY, on_holidays=None, make_up=None) for one in versions)
        ),
        "no_promotions": replace(calendar, promotions=()),
        "no_closures": replace(calendar, closures=()),
        "holidays_as_usual": each(on_holidays=None),
        "closed_on_holidays": each(on_holidays=()),
        "no_holiday_notice": each(holidays="none"),
        "first_hours": replace(calendar, versions=versions[:1]),
    }
    return {name: other for name, other in found.items() if other != calendar}
