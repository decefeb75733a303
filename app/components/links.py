"""Every address of the app, built here and matched in routes; a test walks them both."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode


def _path(*parts: str, **asked: str | None) -> str:
    query = urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    return f"{path}?{query}" if query else path


def scorecard(
    contract: str | None = None, month: str | None = None, sort: str | None = None, verdict: str | None = None
) -> str:
    """Return the scorecard of a contract's month; of the newest where none is named."""
    return _path(contract=contract, month=month, sort=sort, verdict=verdict)


def indicator(statement_id: str, indicator_id: str) -> str:
    """Return an indicator's page."""
    return _path("indicator", statement_id, indicator_id)


def items(
    statement_id: str,
    indicator_id: str,
    *,
    state: str | None = None,
    day: date | None = None,
    groups: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the items behind a number."""
    return _path("items", statement_id, indicator_id, state=state, day=str(day) if day else None, **dict(groups))


def deliveries(statement_id: str) -> str:
    """Return what the logs behind a statement delivered."""
    return _path("data", statement_id)


def bridge(statement_id: str) -> str:
    """Return the vendor's own report beside a statement."""
    return _path("bridge", statement_id)


def contract(statement_id: str, indicator_id: str | None = None) -> str:
    """Return a statement's contract, at the clause of an indicator (``completeness[chat]`` is of ``completeness``)."""
    clause = (indicator_id or "").partition("[")[0]
    return _path("contract", statement_id) + (f"#clause-{quote(clause, safe='')}" if clause else "")


def item_file(statement_id: str, indicator_id: str, form: str, **asked: Any) -> str:
    """Return the whole of a list of items as a file: ``csv`` or ``xlsx``; asked for as the list is."""
    address = items(statement_id, indicator_id, **asked)
    path, mark, query = address.partition("?")
    return f"/export{path}/{form}{mark}{query}"


def item(statement_id: str, population: str, source: str, item_id: str) -> str:
    """Return one item's page."""
    return _path("item", statement_id, population, source, item_id)


def definitions() -> str:
    """Return the list of what can be measured."""
    return _path("definitions")


def definition(metric: str) -> str:
    """Return one metric's definition."""
    return _path("definition", metric)


def statement(statement_id: str, line: str | None = None) -> str:
    """Return a statement, at one of its lines."""
    return _path("statement", statement_id) + (f"#line-{quote(line, safe='')}" if line else "")


def finance(contract: str | None = None, month: str | None = None) -> str:
    """Return finance's desk of a contract's month."""
    return _path("finance", contract=contract, month=month)


def team(
    contract: str | None = None, month: str | None = None, team: str | None = None, indicator: str | None = None
) -> str:
    """Return the team lead's desk; ``indicator`` is the promise that is looked at closely."""
    return _path("team", contract=contract, month=month, team=team, indicator=indicator)


def evidence(statement_id: str) -> str:
    """Return a statement's evidence, to be downloaded."""
    return _path("evidence", statement_id)


def export(statement_id: str, form: str) -> str:
    """Return a statement as a document."""
    return _path("export", statement_id, form)
