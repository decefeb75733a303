"""What values may be shown by: each group's name and its SQL over an item."""

from pipelines.core.period import Days
from pipelines.metrics.frame import local_hour_sql

GROUPS = ("month", "day", "hour", "team", "queue", "agent", "source")


def group_sql(name: str, zone: str, days: Days) -> str:
    """Return the SQL of a group's name over an item; what is not known has a name too, so that nothing is lost."""
    return {
        "month": "strftime(period_on, '%Y-%m')",
        "day": "CAST(period_on AS VARCHAR)",
        "hour": f"lpad(CAST({local_hour_sql('arrival_at', zone, days)} AS VARCHAR), 2, '0')",
        "team": "coalesce(team, '(no team)')",
        "queue": "coalesce(queue, '(no queue)')",
        "agent": "coalesce(agent_id, '(no agent)')",
        "source": "item_source",
    }[name]
