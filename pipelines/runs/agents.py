"""Agents beside each other under one promise: each with how far chance alone may have moved its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pipelines.runs.items import GroupRow, by_group
from pipelines.runs.sight import WHOLE, Sight
from pipelines.runs.statements import find_statement, kept_body
from pipelines.scoring.interval import stands


@dataclass(frozen=True)
class AgentRow:
    """An agent: its counts, and whether its value lies beyond the target by more than chance (``stands``)."""

    row: GroupRow
    stands: str


def agents(home: Path, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> Sequence[AgentRow]:
    """Return the agents that handled something, in order of their names: nobody is first by being worst."""
    ref = find_statement(home, statement_id)
    body = kept_body(home, ref.id)
    rows = by_group(home, ref.id, indicator_id, "agent", sight=sight)
    found = next(one for one in body["indicators"] if one["id"] == indicator_id)
    target = None if found["target"] is None else Fraction(found["target"])
    return [AgentRow(row, _stands(row, target, found["better"])) for row in rows if row.n]


def _stands(row: GroupRow, target: Fraction | None, better: str) -> str:
    if target is None or row.low is None or row.high is None:
        return "open"
    return stands(Decimal(row.low), Decimal(row.high), target, better)
