"""What the pages are given: frozen, typed, exact. No words of a language but the contract's own (``Words``)."""

from app.views.definition import DefinitionView, ExampleRow, ExampleView, TermView
from app.views.item import EventView, IntervalView, ItemRow, ItemsFilter, ItemState, ItemsView, ItemView, RawView
from app.views.measure import Bucket, DayPoint, GroupPoint, Measure, MonthPoint, Reasons, States
from app.views.problem import ProblemView, Tampered, Trouble
from app.views.statement import (
    Choice,
    Head,
    IndicatorRow,
    IndicatorView,
    LineView,
    Part,
    Score,
    ScorecardView,
    StatementView,
    Step,
    Term,
    Words,
)

__all__ = [
    "Bucket",
    "Choice",
    "DayPoint",
    "DefinitionView",
    "EventView",
    "ExampleRow",
    "ExampleView",
    "GroupPoint",
    "Head",
    "IndicatorRow",
    "IndicatorView",
    "IntervalView",
    "ItemRow",
    "ItemState",
    "ItemView",
    "ItemsFilter",
    "ItemsView",
    "LineView",
    "Measure",
    "MonthPoint",
    "Part",
    "ProblemView",
    "RawView",
    "Reasons",
    "Score",
    "ScorecardView",
    "StatementView",
    "States",
    "Step",
    "Tampered",
    "Term",
    "TermView",
    "Trouble",
    "Words",
]
