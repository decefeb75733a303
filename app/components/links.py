"""Every address of the app, built here and matched in routes; a test walks them both."""

from collections.abc import Mapping
from datetime import date
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
    group: tuple[str, str] | None = None,
) -> str:
    """Return the items behind a number."""
    chosen: Mapping[str, str] = {group[0]: group[1]} if group else {}
    return _path("items", statement_id, indicator_id, state=state, day=str(day) if day else None, **chosen)


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


def export(statement_id: str, form: str) -> str:
    """Return a statement as a document."""
    return _path("export", statement_id, form)
