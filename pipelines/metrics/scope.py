"""What belongs to a contract or an indicator, as an SQL condition over a population's columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.core.problem import Problem
from pipelines.metrics.declare import population_needs, quoted
from pipelines.metrics.frame import instant

# Columns that a scope may name; vendor and team are those of the item's queue, at its arrival, by the roster.
COLUMNS = ("source", "channel", "queue", "vendor", "team", "customer_type", "topic")
BY_ROSTER = ("vendor", "team")


@dataclass(frozen=True)
class Posting:
    """A row of the roster: from ``since_at`` up to ``until_at`` (None: for good) a member is a team's and a vendor's.

    A member is a queue, or an agent.
    """

    member: str
    since_at: datetime
    until_at: datetime | None
    team: str | None
    vendor: str | None
    kind: str = "queue"


def scope_sql(scope: Mapping[str, Sequence[str]], postings: Iterable[Posting], *, by_agent: bool = False) -> str | None:
    """Return the condition of a scope, or None where it names nothing and everything belongs.

    ``$place`` in it is the instant at which an item belongs to its queue, ``$channel`` its channel; a population puts
    in its own. A vendor or team is written out as its queues and their time, by ``postings``: looked up in the roster
    item by item, a contract's scope would take longer than everything that is asked about it. ``by_agent``: an item
    that names no queue is where its agent is.
    """
    conditions = []
    for column, values in scope.items():
        listed = ", ".join(quoted(value) for value in values)
        if column in BY_ROSTER:
            named = [one for one in postings if getattr(one, column) in values]
            conditions.append(_posted([one for one in named if one.kind == "queue" or by_agent]))
        else:
            name = "$channel" if column == "channel" else column
            conditions.append(f"coalesce({name} IN ({listed}), false)")
    return " AND ".join(conditions) or None


def contract_scope_sql(scope: Mapping[str, Sequence[str]], postings: Iterable[Posting], population: str) -> str | None:
    """Return the condition of a contract's scope over a population, or None where everything belongs.

    What the scope says of columns that the population's items do not have is no condition on them: a shift is of no
    channel, a log of no queue. The scope of an indicator is not so forgiving.
    """
    needs = population_needs(population)
    named = {column: values for column, values in scope.items() if column in (needs.scoped_by or scope)}
    return scope_sql(named, postings, by_agent=needs.by_agent)


def _posted(postings: Sequence[Posting]) -> str:
    """Return the condition that an item's queue (or its agent) has one of these postings at its place."""
    members: dict[tuple[str, datetime, datetime | None], set[str]] = {}
    for one in postings:
        members.setdefault((one.kind, one.since_at, one.until_at), set()).add(one.member)
    found = []
    for (kind, since_at, until_at), named in sorted(members.items(), key=str):
        column = "queue" if kind == "queue" else "queue IS NULL AND agent_id"
        ends = "" if until_at is None else f" AND $place < {instant(until_at)}"
        found.append(f"({column} IN ({', '.join(map(quoted, sorted(named)))}) AND $place >= {instant(since_at)}{ends})")
    return f"coalesce({' OR '.join(found)}, false)" if found else "false"


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
