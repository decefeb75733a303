"""Reading typed values out of a text tree, every problem at once, each with its line and its mend."""

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time

from pipelines.core.problem import Problem
from pipelines.core.yaml_text import Path, TextTree, Tree
from pipelines.worktime.model import DAY_S, WEEKDAYS, Week, Window, Windows, overlapping

_WINDOW = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?\s*[-\N{EN DASH}]\s*(\d{2}):(\d{2})(?::(\d{2}))?")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_window(text: str) -> Window | None:
    """Read ``09:00-18:00``; an end at or before the start lies in the next day. None when it is no window.

    Equal ends are None too: ``08:00-08:00`` may mean nothing or a whole day. Around the clock is ``00:00-24:00``.
    """
    match = _WINDOW.fullmatch(text.strip())
    if not match:
        return None
    numbers = [int(part or 0) for part in match.groups()]
    if any(number > 59 for number in (numbers[1], numbers[2], numbers[4], numbers[5])):
        return None
    opens_s = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    shuts_s = numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
    if opens_s >= DAY_S or shuts_s > DAY_S or opens_s == shuts_s:
        return None
    return Window(opens_s, shuts_s if shuts_s > opens_s else shuts_s + DAY_S)


class Reader:
    """One mapping of a text tree. What cannot be read is noted in ``problems`` (shared with its parts) and is None."""

    def __init__(
        self,
        tree: TextTree,
        thing: str,
        keys: tuple[str, ...],
        *,
        path: Path = (),
        optional: Collection[str] = (),
        problems: list[Problem] | None = None,
    ) -> None:
        self.tree, self.path, self.thing = tree, path, thing
        self.problems: list[Problem] = [] if problems is None else problems
        value = value_at(tree.value, path)
        self.values: dict[str, Tree] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.problem(
                path,
                what=f"This is not {thing}; its values cannot be found.",
                mend=f"Write its keys here: {', '.join(keys) or 'a name over each of its entries'}.",
                code="worktime.not_a_mapping",
            )
            return
        for key in value:
            if key not in keys:
                self.problem(
                    (*path, key),
                    what=f"{thing.capitalize()} has no key {key!r}; what it should mean would be ignored.",
                    mend=f"Use one of: {', '.join(keys)}.",
                    code="worktime.unknown_key",
                )
        for key in keys:
            if value.get(key) is None and key not in optional:
                self.problem(
                    path,
                    what=f"{thing.capitalize()} lacks {key!r}.",
                    mend=f"Add {key!r}.",
                    code="worktime.missing_key",
                )

    def problem(self, path: Path, *, what: str, mend: str, code: str) -> None:
        """Note one problem at ``path``."""
        self.problems.append(Problem(self.tree.where(path), what, mend, code))

    def _unreadable(self, key: str, kind: str, example: str, *, code: str) -> None:
        self.problem(
            (*self.path, key),
            what=f"{key!r} is not {kind}: {self.values[key]!r}.",
            mend=f"Write it like {example}.",
            code=code,
        )

    def text(self, key: str) -> str | None:
        """Return the text of ``key``."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        self._unreadable(key, "a text", "a single value", code="worktime.not_a_text")
        return None

    def whole(self, key: str) -> int | None:
        """Return the whole number of ``key``."""
        value = self.text(key)
        if value is not None and not re.fullmatch(r"\d{1,9}", value):
            self._unreadable(key, "a whole number", "2026", code="worktime.not_a_number")
            return None
        return None if value is None else int(value)

    def day(self, key: str) -> date | None:
        """Return the day of ``key``."""
        value = self.text(key)
        found = None if value is None else _day(value)
        if value is not None and found is None:
            self._unreadable(key, "a day", "2026-01-31", code="worktime.not_a_day")
        return found

    def days(self, key: str) -> list[date]:
        """Return the days of the list ``key``; absent: none."""
        value = self.values.get(key)
        listed = [value] if isinstance(value, str) else value or []
        found = [_day(one) if isinstance(one, str) else None for one in listed]
        if None in found:
            self._unreadable(key, "a list of days", "[2026-01-31, 2026-02-01]", code="worktime.not_a_day")
        return [day for day in found if day is not None]

    def day_or_local(self, key: str) -> date | datetime | None:
        """Return a day, or a local time without an offset, as it is written."""
        value = self.text(key)
        found = None if value is None else (_local(value) or _day(value))
        if value is not None and found is None:
            self._unreadable(
                key,
                "a day or a local time without an offset",
                "2026-01-31 or 2026-01-31 09:00",
                code="worktime.not_a_time",
            )
        return found

    def local(self, key: str) -> datetime | None:
        """Return a local time; a day alone is its 00:00."""
        found = self.day_or_local(key)
        return found if found is None or isinstance(found, datetime) else datetime.combine(found, time())

    def windows(self, key: str) -> Windows:
        """Return the windows of one day in order: a list of ``HH:MM-HH:MM``, one alone, or ``closed``."""
        value = self.values.get(key)
        if value == "closed":
            return ()
        listed = [value] if isinstance(value, str) else value if isinstance(value, list) else [""]
        read = [(one, parse_window(one) if isinstance(one, str) else None) for one in listed]
        for written, window in read:
            if window is None:
                self.problem(
                    (*self.path, key),
                    what=f"{key!r}: {written!r} is not a window of service hours.",
                    mend="Write windows like 09:00-18:00 with two different ends; around the clock is 00:00-24:00.",
                    code="worktime.not_a_window",
                )
        found = tuple(sorted(window for _written, window in read if window is not None))
        if overlapping(found):
            self.problem(
                (*self.path, key),
                what=f"{key!r}: windows of one day overlap; the time they share would be promised twice.",
                mend="Join them into one, or end the first where the second begins.",
                code="worktime.overlapping_windows",
            )
        return found

    def items(self, key: str, keys: tuple[str, ...], *, optional: Collection[str] = ()) -> Iterator["Reader"]:
        """Yield a reader for each mapping of the list ``key``; absent: none."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, list):
            self._unreadable(key, "a list", "lines that begin with a dash", code="worktime.not_a_list")
            return
        for index in range(len(value or [])):
            path = (*self.path, key, index)
            thing = f"an entry of {key}"
            yield Reader(self.tree, thing, keys, path=path, optional=optional, problems=self.problems)

    def week(self, key: str) -> Week:
        """Return the windows of each weekday from ``{mon-fri: [...], sat: [...]}``; a day not named is closed."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, dict):
            self._unreadable(key, "the hours of a week", "{mon-fri: ['09:00-18:00']}", code="worktime.not_a_week")
        names = tuple(value) if isinstance(value, dict) else ()
        week_at = (*self.path, key)
        reader = (
            Reader(self.tree, "a week", names, path=week_at, optional=names, problems=self.problems) if names else self
        )
        hours: list[Windows | None] = [None] * 7
        for name in names:
            weekdays = _weekdays(name)
            if not weekdays:
                self.problem(
                    (*week_at, name),
                    what=f"{name!r} names no days of the week.",
                    mend="Use mon, tue, wed, thu, fri, sat, sun, a span such as mon-fri, or several: 'mon-thu, sat'.",
                    code="worktime.not_a_weekday",
                )
                continue
            windows = reader.windows(name)
            for weekday in weekdays:
                if hours[weekday] is not None:
                    self.problem(
                        (*week_at, name),
                        what=f"{WEEKDAYS[weekday]} has its hours twice; only one of them could hold.",
                        mend="Name each day of the week once.",
                        code="worktime.weekday_twice",
                    )
                hours[weekday] = windows
        week = tuple(day or () for day in hours)
        for weekday in range(7):
            self._check_night(key, week[weekday], week[(weekday + 1) % 7], weekday)
        return (week[0], week[1], week[2], week[3], week[4], week[5], week[6])

    def _check_night(self, key: str, evening: Windows, morning: Windows, weekday: int) -> None:
        latest_s = max((window.shuts_s for window in evening), default=0) - DAY_S
        if morning and latest_s > morning[0].opens_s:
            self.problem(
                (*self.path, key),
                what=f"The last window of {WEEKDAYS[weekday]} runs past midnight into the first of the next day.",
                mend="End it where the next day's begins; around the clock is 00:00-24:00 on every day.",
                code="worktime.overlapping_windows",
            )


def value_at(value: Tree, path: Path) -> Tree:
    """Return what stands at ``path`` of a text tree; None where there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _local(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _LOCAL.fullmatch(text) else None
    except ValueError:
        return None


def _weekdays(name: str) -> list[int]:
    """Return the weekdays of ``mon``, ``mon-fri``, ``sat-mon`` or ``mon-thu, sat``; empty when it is none of these."""
    found: list[int] = []
    for part in name.split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            return []
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found.extend((first + step) % 7 for step in range((last - first) % 7 + 1))
    return found
