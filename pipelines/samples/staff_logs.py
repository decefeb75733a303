"""Roster and attendance: who belonged where since when, who was to come, who came."""

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.core.period import Month
from pipelines.samples.people import (
    AGENT_LEAVES,
    AGENT_MOVES,
    AGENTS,
    QUEUE_MOVES,
    QUEUES,
    SINCE,
    TEAMS,
    VENDORS,
    Team,
    agent_team,
    is_absent,
    shift_hours,
    shift_of,
)  # fmt: skip


def roster_rows() -> Iterator[tuple[str, ...]]:
    """Return the roster: kind, id, nickname, team, vendor, site, since, until; half-open, empty: for good."""
    for agent in AGENTS:
        moved, left = AGENT_MOVES.get(agent.agent_id), AGENT_LEAVES.get(agent.agent_id)
        first_until = moved[0] if moved else left
        yield ("坐席", agent.agent_id, agent.nickname, *_team(TEAMS[agent.team]), *_span(SINCE, first_until))
        if moved:
            yield ("坐席", agent.agent_id, agent.nickname, *_team(TEAMS[moved[1]]), *_span(moved[0], left))
    for queue in QUEUES:
        kept = QUEUE_MOVES.get(queue.name)
        yield ("队列", queue.name, "", *_team(TEAMS[queue.team]), *_span(SINCE, kept[0] if kept else None))
        if kept:
            yield ("队列", queue.name, "", *_team(TEAMS[kept[1]]), *_span(kept[0], None))


def _team(team: Team) -> tuple[str, str, str]:
    return team.name, VENDORS[team.vendor], team.site


def _span(since: date, until: date | None) -> tuple[str, str]:
    return f"{since} 00:00:00", f"{until} 00:00:00" if until else ""


def attendance_rows(month: Month) -> Iterator[tuple[str, ...]]:
    """Return a month's shifts: agent, shift, scheduled from and until, scheduled and attended hours, a remark.

    Who comes is there for the whole shift, and every ninth time half an hour less.
    """
    for day in month.days:
        for place, agent in enumerate(AGENTS):
            shift = shift_of(place, day)
            if shift is None or agent_team(agent, day) is None:
                continue
            begins, ends = shift_hours(shift, day)
            hours = ends - begins
            absent = is_absent(place, day)
            attended = "0" if absent else str(hours) if (place + day.toordinal()) % 9 else f"{hours - 1}.5"
            last = f"{day + timedelta(days=1)} 00:00:00" if ends == 24 else f"{day} {ends:02d}:00:00"
            yield (
                agent.agent_id, f"{day:%Y%m%d}-{shift[0].upper()}", f"{day} {begins:02d}:00:00", last, str(hours),
                attended, "缺勤" if absent else "",
            )  # fmt: skip
