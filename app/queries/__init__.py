"""Reads: each asks the runs, through one door, and returns a view. Nothing else in the app knows pipelines."""

from app.queries.definitions import definition, definitions
from app.queries.indicator import by_day, by_group, by_month, histogram, indicator
from app.queries.items import item, item_rows, items
from app.queries.scorecard import scorecard, statements
from app.queries.statement import document, statement

__all__ = [
    "by_day",
    "by_group",
    "by_month",
    "definition",
    "definitions",
    "document",
    "histogram",
    "indicator",
    "item",
    "item_rows",
    "items",
    "scorecard",
    "statement",
    "statements",
]
