"""The calendars a contract manager writes: YAML text → calendars, every problem at once."""

from collections.abc import Iterable
from datetime import date, datetime

from pipelines.core.problem import Problem
from pipelines.core.yaml_text import Path, TextTree
from pipelines.worktime.model import Calendar, Closure, Promotion, Version, Windows
from pipelines.worktime.notice import HolidayNotice, is_region, shipped_notices
from pipelines.worktime.reader import Reader, value_at

VERSION_KEYS = (
    "since", "decided", "by", "weekly", "holidays", "on_holidays",
    "make_up_days", "retroactive", "promotions", "closures",
)  # fmt: skip
OPTIONAL_KEYS = ("make_up_days", "retroactive", "promotions", "closures")
PROMOTION_KEYS = ("from", "until", "windows", "notified", "by")
CLOSURE_KEYS = ("from", "until", "because", "decided")
BOTH_PARTIES = ["operator", "vendor"]


def parse_calendars(
    tree: TextTree,
    path: Path = ("calendars",),
    *,
    prefix: str = "",
    notices: Iterable[HolidayNotice] | None = None,
) -> tuple[dict[str, Calendar], list[Problem]]:
    """Read the calendars below ``path``: each channel's name over the list of its versions.

    Returns calendars by channel, named ``prefix`` + channel, and all problems; with problems the calendars are not to
    be used. The caller joins the problems with those of the rest of its file.
    """
    known = tuple(shipped_notices() if notices is None else notices)
    written = value_at(tree.value, path)
    channels = tuple(written) if isinstance(written, dict) else ()
    top = Reader(tree, "a set of calendars", channels, path=path, optional=channels)
    found: dict[str, Calendar] = {}
    for channel in channels:
        versions: list[Version] = []
        promotions: list[Promotion] = []
        closures: list[Closure] = []
        for item in top.items(channel, VERSION_KEYS, optional=OPTIONAL_KEYS):
            version = _version(item, known)
            versions.extend([version] if version else [])
            promotions.extend(_promotions(item))
            closures.extend(_closures(item))
        found[channel] = Calendar(prefix + channel, tuple(versions), tuple(promotions), tuple(closures))
        top.problems.extend(check_calendar(found[channel], tree.where((*path, channel))))
    return found, top.problems


def check_calendar(calendar: Calendar, where: str) -> list[Problem]:
    """Return what keeps the versions of ``calendar`` from having an order; run it again after joining an amendment."""
    found: list[Problem] = []
    if not calendar.versions:
        found.append(
            Problem(
                where,
                f"{calendar.name} has no service hours; none of its items could be measured.",
                "Add a version with `since`, `decided`, `by`, `weekly`, `holidays` and `on_holidays`.",
                "worktime.no_version",
            )
        )
    seen: set[tuple[date, datetime]] = set()
    for version in calendar.versions:
        rank = (version.since, version.decided_local)
        if rank in seen:
            found.append(
                Problem(
                    where,
                    f"{calendar.name}: two versions since {version.since} were decided at the same time; "
                    "which of them holds is undecided.",
                    "Give `decided` its time of day (2026-01-31 15:00), or remove one of them.",
                    "worktime.same_decision",
                )
            )
        seen.add(rank)
    return found


def _version(item: Reader, notices: tuple[HolidayNotice, ...]) -> Version | None:
    since, decided, by, region = item.day("since"), item.local("decided"), item.text("by"), item.text("holidays")
    weekly = item.week("weekly")
    if region is not None and not is_region(region, notices):
        item.problem(
            (*item.path, "holidays"),
            what=f"No holiday notices are known for {region!r}.",
            mend="Use cn, a country code such as us or us-ca, a region of data/calendars, or none.",
            code="worktime.unknown_region",
        )
    on_holidays = _hours_or(item, "on_holidays", "as_usual")
    make_up = _hours_or(item, "make_up_days", "as_monday")
    is_retroactive = _is_retroactive(item)
    if since is None or decided is None or by is None or region is None:
        return None
    return Version(since, decided, by, weekly, region, on_holidays, make_up, is_retroactive)


def _hours_or(item: Reader, key: str, word: str) -> Windows | None:
    value = item.values.get(key)
    return None if value is None or value == word else item.windows(key)


def _is_retroactive(item: Reader) -> bool:
    value = item.values.get("retroactive")
    if value is None:
        return False
    agreed = sorted(str(party) for party in value) if isinstance(value, list) else []
    if agreed != BOTH_PARTIES:
        item.problem(
            (*item.path, "retroactive"),
            what="A version binds backwards only if both parties agreed to that.",
            mend="Write retroactive: [operator, vendor] when both did, or remove it.",
            code="worktime.retroactive_by_one",
        )
    return True


def _promotions(item: Reader) -> list[Promotion]:
    found: list[Promotion] = []
    for part in item.items("promotions", PROMOTION_KEYS):
        since, until = part.day("from"), part.day("until")
        windows = part.windows("windows") if "windows" in part.values else ()
        notified, by = part.local("notified"), part.text("by")
        if since is None or until is None or notified is None or by is None:
            continue
        _check_span(part, since, until)
        found.append(Promotion(since, until, windows, notified, by))
    return found


def _closures(item: Reader) -> list[Closure]:
    found: list[Closure] = []
    for part in item.items("closures", CLOSURE_KEYS, optional=("decided",)):
        since, until = part.day_or_local("from"), part.day_or_local("until")
        because, decided = part.text("because"), part.local("decided")
        if since is None or until is None or because is None:
            continue
        if isinstance(since, datetime) != isinstance(until, datetime):
            part.problem(
                part.path,
                what="A closure runs from a day to a day or from a time to a time; this one mixes them.",
                mend="Write both as days (whole opening days), or both as local times.",
                code="worktime.mixed_closure",
            )
            continue
        _check_span(part, since, until)
        found.append(Closure(since, until, because, decided))
    return found


def _check_span(part: Reader, since: date, until: date) -> None:
    if until <= since:
        part.problem(
            part.path,
            what=f"From {since} until {until} is no time at all: `until` is the first that is out.",
            mend="Let `until` be later than `from`; for one day write the day after it.",
            code="worktime.empty_span",
        )
