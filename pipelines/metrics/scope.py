"""What belongs to a contract or an indicator, as an SQL condition over a population's columns."""

from collections.abc import Mapping, Sequence

from pipelines.core.problem import Problem
from pipelines.metrics.declare import quoted

# Columns that a scope may name; vendor and team are those of the item's queue, at its arrival, by the roster.
COLUMNS = ("source", "channel", "queue", "vendor", "team", "customer_type", "topic")
BY_ROSTER = ("vendor", "team")


def scope_sql(scope: Mapping[str, Sequence[str]]) -> str | None:
    """Return the condition of a scope, or None where it names nothing and everything belongs.

    ``$place`` in it is the instant at which an item belongs to its queue, ``$channel`` its channel, ``$member`` its row
    of the roster; a population puts in its own.
    """
    conditions = []
    for column, values in scope.items():
        listed = ", ".join(quoted(value) for value in values)
        if column in BY_ROSTER:
            conditions.append(
                "EXISTS (SELECT 1 FROM roster WHERE $member"
                f" AND roster.{column} IN ({listed}) AND roster.since_at <= $place AND $place < roster.until_at)"
            )
        else:
            name = "$channel" if column == "channel" else column
            conditions.append(f"coalesce({name} IN ({listed}), false)")
    return " AND ".join(conditions) or None


def scope_problems(scope: Mapping[str, Sequence[str]], where: str) -> list[Problem]:
    """Return a problem for each column that no scope can name."""
    return [
        Problem(
            where=where,
            what=f"A scope cannot name {column!r}.",
            mend=f"It may name: {', '.join(COLUMNS)}.",
            code="contract.scope_column",
        )
        for column in scope
        if column not in COLUMNS
    ]
