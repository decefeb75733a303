"""Reads: each asks the runs, through one door, and returns a view. Nothing else in the app knows pipelines."""

from app.queries.behind import bridge, contract, deliveries
from app.queries.definitions import definition, definitions
from app.queries.finance import changes, deadlines, finance, standing
from app.queries.indicator import by_day, by_group, by_hour, by_month, histogram, indicator
from app.queries.items import as_file, every_item, item, item_rows, items
from app.queries.published import evidence, stamp
from app.queries.scorecard import scorecard, statement_month, statements
from app.queries.search import search
from app.queries.statement import document, statement
from app.queries.team import agents, clocks, misses, team

__all__ = [
    "agents",
    "as_file",
    "bridge",
    "by_day",
    "by_group",
    "by_hour",
    "by_month",
    "changes",
    "clocks",
    "contract",
    "deadlines",
    "definition",
    "definitions",
    "deliveries",
    "document",
    "every_item",
    "evidence",
    "finance",
    "histogram",
    "indicator",
    "item",
    "item_rows",
    "items",
    "misses",
    "scorecard",
    "search",
    "stamp",
    "standing",
    "statement",
    "statement_month",
    "statements",
    "team",
]
