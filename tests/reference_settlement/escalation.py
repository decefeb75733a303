"""Section 5, escalation: how often a thing was missed before, and which level applies; months that failed alike."""

from fractions import Fraction
from typing import Any

from tests.reference_settlement.numbers import month_after

NO_VERDICT = ("not enough data", "no data", "not in force", "reported")


def run_length(verdicts: dict[str, str], month: str, gap: str, reset: str) -> int:
    """Count the misses in a row that end with this month."""
    length, at = 0, month
    first = min(verdicts, default=month)
    while at >= first:
        if reset == "calendar_year" and at[:4] != month[:4]:
            break
        verdict = verdicts.get(at, "not in force")
        if verdict == "missed":
            length += 1
        elif not (gap == "passes" and verdict in NO_VERDICT):
            break
        at = month_after(at, -1)
    return length


def misses_within(verdicts: dict[str, str], month: str, months: int, reset: str) -> int:
    """Count the misses in the last months, this one included."""
    window = [month_after(month, -n) for n in range(months)]
    if reset == "calendar_year":
        window = [one for one in window if one[:4] == month[:4]]
    return sum(verdicts.get(one) == "missed" for one in window)


def applies(level: Any, verdicts: dict[str, str], month: str, gap: str, reset: str) -> bool:
    """Say whether a level applies in a month that is missed: from that many in a row on, or so many within so many."""
    if verdicts.get(month) != "missed":
        return False
    by_run = level.consecutive
    if level.consecutive is None and level.misses is None:
        by_run = 2  # consecutive, from the 2nd miss unless stated
    if by_run is not None and run_length(verdicts, month, gap, reset) >= by_run:
        return True
    if level.misses is None:
        return False
    return misses_within(verdicts, month, level.within or level.misses, reset) >= level.misses


def levels_in_force(repeats: Any, verdicts: dict[str, str], month: str) -> list[Any]:
    return [level for level in repeats.levels if applies(level, verdicts, month, repeats.gap, repeats.reset)]


def extra(repeats: Any, verdicts: dict[str, str], month: str, left: Fraction) -> Fraction:
    """Return what a repeat adds to what is left of a consequence; of several levels the largest applies."""
    if repeats is None or left <= 0:
        return Fraction(0)
    found = [Fraction(0)]
    for level in levels_in_force(repeats, verdicts, month):
        if level.multiply is not None:
            found.append(left * (Fraction(level.multiply) - 1))
        if level.add is not None:
            found.append(Fraction(level.add))
    return max(found)


def points_with_repeats(repeats: Any, verdicts: dict[str, str], month: str, points: Fraction) -> Fraction:
    """Repeats multiply service points."""
    return points + extra(repeats, verdicts, month, points)


def failed_verdicts(failed: dict[str, bool | None]) -> dict[str, str]:
    """Write months that failed as verdicts, so that they are counted alike; None is a month without a score."""
    words = {True: "missed", False: "met", None: "no data"}
    return {month: words[one] for month, one in failed.items()}


def notices(month_fail: Any, failed: dict[str, bool | None], month: str) -> list[str]:
    """Return the clauses of the notices that this month gives the right to."""
    if month_fail is None:
        return []
    verdicts = failed_verdicts(failed)
    return [
        f"{notice.clause}: {notice.action}"
        for notice in month_fail.notices
        if applies(notice, verdicts, month, month_fail.gap, month_fail.reset)
    ]
