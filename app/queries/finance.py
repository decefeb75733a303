"""A month as finance sees it: lines and totals, the months beside it, its accrual, its changes, its standing."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import Asked, asking
from app.queries.scorecard import contracts, history, month_points, pick
from app.views import (
    AccrualView,
    ChangesView,
    Choice,
    FinanceView,
    IndicatorChange,
    MonthColumn,
    RangeRow,
    StandingView,
    Word,
)
from pipelines.runs.pending import is_running


def finance(contract: str | None, month: str | None, *, reader: Reader) -> FinanceView | None:
    """Return a month of a contract, the newest where none is named; None where nothing was closed yet."""
    with asking(reader) as door:
        refs = door.statements()
        if not refs:
            return None
        ref = pick(refs, contract, month)
        door.need("read_money", ref.id)
        body, lines = door.body(ref.id), bodies.lines(door.body(ref.id))
        past = history(door, ref)
        rows = tuple(bodies.row(one, lines, tuple(month_points(past, one["id"]))) for one in body["indicators"])
        return FinanceView(
            head=bodies.head(ref, body),
            contracts=contracts(refs),
            months=tuple(bodies.choice(r) for r in refs if r.contract == ref.contract and r.is_latest),
            lines=lines,
            steps=bodies.steps(body),
            columns=tuple(_column(past_body, statement_id) for past_body, statement_id in past),
            rows=rows,
            is_running=is_running(body),
            accrual=_accrual(door, ref.id, body),
            before=_before(door, ref),
            has_export=reader.may("export").yes,
        )


def _column(body: bodies.Body, statement_id: str) -> MonthColumn:
    return MonthColumn(
        month=body["month"],
        statement_id=statement_id,
        status=body["status"],
        steps={step.name: step.amount for step in bodies.steps(body)},
        values={one["id"]: (bodies.measure(one).value, one["verdict"]) for one in body["indicators"]},
    )


def _before(door: Asked, ref: Any) -> Choice | None:
    """Return the version of the same month before this one."""
    earlier = [
        one
        for one in door.statements()
        if (one.contract, one.month) == (ref.contract, ref.month) and one.version < ref.version
    ]
    return bodies.choice(max(earlier, key=lambda one: one.version)) if earlier else None


def _accrual(door: Asked, statement_id: str, body: bodies.Body) -> AccrualView | None:
    found = door.accrual(statement_id)
    if found is None:
        return None
    named = {one["id"]: one for one in body["indicators"]}
    rows = (
        RangeRow(
            id=one.id,
            name=bodies.name_of(named[one.id]),
            unit=named[one.id]["unit"],
            pending=one.pending,
            stays=one.stays,
            met=bodies.fraction(one.met),
            missed=bodies.fraction(one.missed),
            verdict_met=one.verdict_met,
            verdict_missed=one.verdict_missed,
        )
        for one in found.indicators
        if one.id in named
    )
    return AccrualView(found.low, found.high, found.met, found.missed, tuple(rows))


def standing(statement_id: str, *, reader: Reader) -> StandingView:
    """Return how far a statement's month has come between the parties, and what they said."""
    with asking(reader) as door:
        door.need("read_money", statement_id)
        found = door.month(statement_id)
        return replace(
            _days_of(door, statement_id),
            steps=tuple((one["state"], bodies.instant(one["at"])) for one in found.history),
            words=tuple(
                Word(
                    party=one["party"],
                    kind=one["kind"],
                    at=bodies.instant(one["at"]) if one.get("at") else None,
                    remarks=tuple(one.get("remarks", ())),
                )
                for one in found.words
            ),
        )


def deadlines(statement_id: str, *, reader: Reader) -> StandingView:
    """Return the state of a statement's month and the last days of its steps; what was said is of money."""
    with asking(reader) as door:
        return _days_of(door, statement_id)


def _days_of(door: Asked, statement_id: str) -> StandingView:
    found = door.month(statement_id)
    return StandingView(
        head=bodies.head(door.ref(statement_id), door.body(statement_id)),
        state=found.state,
        since=None if found.since is None else bodies.instant(found.since),
        steps=(),
        words=(),
        deadlines=tuple(found.deadlines.items()),
    )


def changes(before_id: str, statement_id: str, *, reader: Reader) -> ChangesView:
    """Return what a version says otherwise than an earlier one, and why: its items counted by cause."""
    with asking(reader) as door:
        found = door.diff(before_id, statement_id)
        body = door.body(statement_id)
        named = {one["id"]: one for one in [*door.body(before_id)["indicators"], *body["indicators"]]}
        lines = {line.id: line for one in (before_id, statement_id) for line in bodies.lines(door.body(one))}
        causes: Counter[str] = Counter()
        for one in found.indicators:
            causes.update(one.causes)
        return ChangesView(
            head=bodies.head(door.ref(statement_id), body),
            before=bodies.choice(door.ref(before_id)),
            causes=tuple(causes.most_common()),
            indicators=tuple(_change(one, named) for one in found.indicators),
            lines=tuple((name, lines.get(name), _money(was), _money(now)) for name, was, now in found.lines),
            totals=tuple((step, Decimal(was), Decimal(now)) for step, was, now in found.totals),
            context=tuple(dict.fromkeys(path.partition("[")[0].partition(".")[0] for path in found.context)),
        )


def _change(one: Any, named: dict[str, Any]) -> IndicatorChange:
    own = named.get(one.id) or named.get(one.id.partition("__")[0])
    return IndicatorChange(
        id=one.id,
        name=None if own is None else bodies.name_of(own),
        unit="" if own is None else own["unit"],
        before=None if one.before is None else bodies.measure(one.before).value,
        after=None if one.after is None else bodies.measure(one.after).value,
        items=one.items,
        causes=tuple(one.causes.items()),
    )


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
