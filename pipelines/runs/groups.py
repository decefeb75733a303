"""What values may be shown by: each group's name and its SQL over an item.

Team, vendor and site are those of the item's queue by the roster at its arrival (of its agent, where such items may
lack a queue, as an agent's state does); ``agent_team`` is that of its agent.
"""

from pipelines.core.period import Days
from pipelines.metrics.frame import local_hour_sql

GROUPS = (
    *("month", "day", "weekday", "hour"),
    *("team", "vendor", "site", "queue", "agent", "agent_team", "source"),
)
BY_AGENT = ("agent", "agent_team")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NO_AGENT, NO_QUEUE, NOT_ON_ROSTER = "(no agent)", "(no queue)", "(not on the roster)"


def group_sql(name: str, zone: str, days: Days) -> str:
    """Return the SQL of a group's name over an item; what is not known has a name too, so that nothing is lost."""
    return {
        "month": "strftime(period_on, '%Y-%m')",
        "day": "CAST(period_on AS VARCHAR)",
        "weekday": weekday_sql("period_on"),
        "hour": f"lpad(CAST({local_hour_sql('arrival_at', zone, days)} AS VARCHAR), 2, '0')",
        "team": _of_place("team"),
        "vendor": _of_place("vendor"),
        "site": _of_place("site"),
        "queue": f"coalesce(queue, '{NO_QUEUE}')",
        "agent": f"coalesce(agent_id, '{NO_AGENT}')",
        "agent_team": _by_roster("agent_team", "agent_id", "agent_on_roster", nobody=NO_AGENT, blank="(no team)"),
        "source": "item_source",
    }[name]


def weekday_sql(day: str) -> str:
    """Return the SQL of a day's weekday."""
    return f"{list(WEEKDAYS)}[isodow({day})]"


def _of_place(name: str) -> str:
    return _by_roster(name, "place_named", "place_on_roster", nobody=NO_QUEUE, blank=f"(no {name})")


def _by_roster(name: str, member: str, on_roster: str, *, nobody: str, blank: str) -> str:
    """Return the SQL of what the roster says; who is not on it stays in every total under that name."""
    return (
        f"CASE WHEN {member} IS NULL THEN '{nobody}' WHEN {on_roster} IS NULL THEN '{NOT_ON_ROSTER}'"
        f" ELSE coalesce({name}, '{blank}') END"
    )


def weekdays_sql(weekdays: tuple[str, ...]) -> str | None:
    """Return the condition that an item's period day is one of these weekdays; None where all are meant."""
    numbers = ", ".join(str(WEEKDAYS.index(day) + 1) for day in weekdays)
    return f"isodow(period_on) IN ({numbers})" if numbers else None
