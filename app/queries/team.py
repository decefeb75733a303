"""A team lead's desk: promises so far, clocks that run, agents beside each other; of the teams that one sees."""

from fractions import Fraction
from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import Asked, asking, day_of, trouble
from app.queries.indicator import population_of
from app.queries.scorecard import contracts, pick
from app.views import (
    AgentPoint,
    AgentsView,
    ClocksView,
    ClockView,
    MissesView,
    MissView,
    PathPoint,
    PromiseSoFar,
    TeamView,
)
from pipelines.runs.pending import is_running

NONE = "(none)"
PAGE, EXAMPLES = 200, 8


def team(
    contract: str | None, month: str | None, named: str | None, indicator: str | None, *, reader: Reader
) -> TeamView | None:
    """Return the desk of a month; None where nothing was closed yet. ``indicator``: the promise looked at closely."""
    with asking(reader) as door:
        refs = door.statements()
        if not refs:
            return None
        ref = pick(refs, contract, month)
        body = door.body(ref.id)
        rows = {one["id"]: bodies.row(one, (), ()) for one in body["indicators"]}
        found = [_promise(one, rows) for one in door.so_far(ref.id, named) if one.indicator in rows and one.room.n]
        promises = tuple(sorted(found, key=pressing))
        by_id = {one.row.id: one for one in promises}
        if indicator and indicator not in by_id:
            raise trouble("web.no_such_indicator", where=indicator)
        return TeamView(
            head=bodies.head(ref, body),
            contracts=contracts(refs),
            months=tuple(bodies.choice(r) for r in refs if r.contract == ref.contract and r.is_latest),
            teams=_teams(door, ref.id, body, reader),
            team=named,
            promises=promises,
            chosen=by_id[indicator] if indicator else promises[0] if promises else None,
            others=tuple(row for name, row in rows.items() if name not in by_id and row.measure.n),
            is_running=is_running(body),
        )


def pressing(one: PromiseSoFar) -> tuple[int, Fraction]:
    """Order by what is pressing: what can still be lost, the least room first; then what is lost, the nearest first.

    Last comes what has too few items for a verdict.
    """
    if one.n < one.minimum:
        return 2, Fraction(-one.n)
    if one.is_met:
        return 0, Fraction(10**9 if one.left is None else one.left, max(one.n, 1))
    return 1, Fraction(10**9) if one.needed is None else Fraction(one.needed, max(one.n, 1))


def _promise(found: Any, rows: dict[str, Any]) -> PromiseSoFar:
    room, row = found.room, rows[found.indicator]
    top = room.good if row.better == "higher" else room.bad
    return PromiseSoFar(
        row=row,
        value=Fraction(top, room.n) if room.n else None,
        target=Fraction(found.target),
        target_by=found.target_by,
        since=found.since,
        minimum=Fraction(found.minimum),
        n=room.n,
        missed=room.bad,
        allowed=room.allowed,
        left=room.left,
        needed=room.needed,
        is_met=room.is_met,
        days=tuple(PathPoint(one.day, one.n, one.bad, one.allowed) for one in found.days),
    )


def _teams(door: Asked, statement_id: str, body: bodies.Body, reader: Reader) -> tuple[str, ...]:
    """Return the teams that the reader may choose: its own, or all that handled something."""
    own = door.sight.teams
    if own is not None:
        return tuple(sorted(own))
    largest = max(body["indicators"], key=lambda one: int(one["n"]), default=None)
    if largest is None or not reader.may("read_figures").yes:
        return ()
    found = door.by_group(statement_id, largest["id"], "team")
    return tuple(sorted(row.name for row in found if row.name != NONE))


def clocks(statement_id: str, named: str | None, *, reader: Reader) -> ClocksView:
    """Return the items whose clock runs at the cut-off, the soonest first."""
    with asking(reader) as door:
        found = door.pending(statement_id, named)
        rows = (
            ClockView(
                indicator=one.indicator,
                column=one.column,
                name=one.name,
                clause=one.clause,
                population=one.population,
                source=one.source,
                item_id=one.item_id,
                team=one.team,
                agent_id=one.agent_id,
                due_at=one.due_at,
                left_s=int((one.due_at - found.cut_off_at).total_seconds()),
                may_be_later=one.may_be_later,
            )
            for one in found.clocks
        )
        head = bodies.head(door.ref(statement_id), door.body(statement_id))
        return ClocksView(head, tuple(rows), found.total, found.waiting, found.within)


def misses(statement_id: str, indicator_id: str, named: str | None, *, reader: Reader) -> MissesView:
    """Return the last items that were missed, the latest first."""
    with asking(reader) as door:
        body = door.body(statement_id)
        population = population_of(body, indicator_id)
        groups = [("team", named)] if named else []
        rows: list[Any] = []
        for day in reversed([row.name for row in door.daily(statement_id, indicator_id) if row.missed]):
            page = door.items(statement_id, indicator_id, state="missed", day=day_of(day), groups=groups, limit=PAGE)
            rows += sorted(page.rows, key=lambda row: row.arrival_at, reverse=True)
            if len(rows) >= EXAMPLES:
                break
        head = bodies.head(door.ref(statement_id), body)
        shown = tuple(
            MissView(population, row.source, row.item_id, row.arrival_at, row.state, row.agent_id)
            for row in rows[:EXAMPLES]
        )
        return MissesView(head, shown)


def agents(statement_id: str, indicator_id: str, named: str | None, *, reader: Reader) -> AgentsView:
    """Return the agents beside each other, in order of their names."""
    with asking(reader) as door:
        body = door.body(statement_id)
        found = bodies.indicator_of(body, indicator_id)
        points = (
            AgentPoint(
                name=one.row.name,
                value=bodies.fraction(one.row.value),
                n=one.row.n,
                missed=one.row.missed,
                low=bodies.fraction(one.row.low),
                high=bodies.fraction(one.row.high),
                stands=one.stands,
            )
            for one in door.agents(statement_id, indicator_id, named)
            if one.row.name != NONE
        )
        head = bodies.head(door.ref(statement_id), body)
        return AgentsView(head, bodies.row(found, (), ()), tuple(points))
