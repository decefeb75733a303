"""Rows become Plotly figures, as plain data: no callbacks, no queries."""

from app.figures.distribution import distribution
from app.figures.path import path
from app.figures.trend import trend_by_day, trend_by_month

__all__ = ["distribution", "path", "trend_by_day", "trend_by_month"]
