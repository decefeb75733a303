"""A month of a contract: which one is asked for, its rows, and the months around it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from app.auth import Reader
from app.queries import body as bodies
from app.queries.door import Asked, asking, trouble
from app.views import Choice, IndicatorRow, MonthPoint, ScorecardView

MONTHS = 12


def scorecard(contract: str | None, month: str | None, sort: str, *, reader: Reader) -> ScorecardView | None:
    """Return a month of a contract, the newest where none is named; None where nothing was closed yet."""
    with asking(reader) as door:
        refs = door.statements()
        return _view(door, refs, pick(refs, contract, month), sort) if refs else None


def statement_month(statement_id: str, sort: str, *, reader: Reader) -> ScorecardView:
    """Return the month of a statement."""
    with asking(reader) as door:
        return _view(door, door.statements(), door.ref(statement_id), sort)


def _view(door: Asked, refs: Sequence[Any], ref: Any, sort: str) -> ScorecardView:
    body = door.body(ref.id)
    past = history(door, ref)
    lines = bodies.lines(body)
    rows = [bodies.row(found, lines, tuple(month_points(past, found["id"]))) for found in body["indicators"]]
    return ScorecardView(
        head=bodies.head(ref, body),
        contracts=contracts(refs),
        months=tuple(bodies.choice(r) for r in refs if r.contract == ref.contract and r.is_latest),
        rows=in_order(rows, sort),
        tally=bodies.tally(body),
        steps=bodies.steps(body),
        score=bodies.score(body),
        months_shown=tuple(past_body["month"] for past_body, _ in past),
        has_money=door.reader.may("read_money").yes,
    )


def statements(*, reader: Reader) -> tuple[Choice, ...]:
    """Return every statement that the reader may see, newest first."""
    with asking(reader) as door:
        return tuple(bodies.choice(ref) for ref in door.statements())


def pick(refs: Sequence[Any], contract: str | None, month: str | None) -> Any:
    """Return the latest version of the month that is asked for."""
    fitting = [ref for ref in refs if ref.is_latest and contract in (None, ref.contract) and month in (None, ref.month)]
    if not fitting:
        raise trouble("web.no_such_month", where=" ".join(filter(None, (contract, month))))
    return max(fitting, key=lambda ref: ref.month)


def contracts(refs: Sequence[Any]) -> tuple[Choice, ...]:
    """Return each contract once, by its newest month."""
    newest: dict[str, Any] = {}
    for ref in sorted(refs, key=lambda ref: ref.month):
        newest[ref.contract] = ref
    return tuple(bodies.choice(newest[name]) for name in sorted(newest))


def history(door: Asked, ref: Any) -> list[tuple[bodies.Body, str]]:
    """Return the bodies of up to twelve months up to this one with their ids, oldest first; this month as it stands."""
    past = [r for r in door.statements() if r.contract == ref.contract and r.is_latest and r.month < ref.month]
    shown = [*sorted(past, key=lambda r: r.month)[1 - MONTHS :], ref]
    return [(door.body(r.id), r.id) for r in shown]


def month_points(past: Sequence[tuple[bodies.Body, str]], indicator_id: str) -> list[MonthPoint]:
    """Return an indicator's months."""
    return [bodies.month_point(body, statement_id, indicator_id) for body, statement_id in past]


def _by_money(row: IndicatorRow) -> tuple[Fraction, Fraction]:
    return Fraction(row.money or 0), _by_gap(row)


def _by_gap(row: IndicatorRow) -> Fraction:
    """Order by the distance to the target as a share of it, the worst first, what has none last."""
    if row.gap is None:
        return Fraction(10**9)
    return row.gap / row.target if row.target else row.gap


def _by_change(row: IndicatorRow) -> Fraction:
    """Order by the month's change for the worse, relative to the value before."""
    before = row.history[-2].value if len(row.history) > 1 else None
    if row.change is None or not before:
        return Fraction(10**9)
    return row.change / before * (1 if row.better == "higher" else -1)


ORDERS: dict[str, Callable[[IndicatorRow], Any]] = {"money": _by_money, "gap": _by_gap, "change": _by_change}


def in_order(rows: Sequence[IndicatorRow], sort: str) -> tuple[IndicatorRow, ...]:
    """Return the rows as the contract has them, or by money, by distance to target, by change: the worst first."""
    return tuple(sorted(rows, key=ORDERS[sort])) if sort in ORDERS else tuple(rows)
