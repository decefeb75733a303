"""Rows become Plotly figures, as plain data: no callbacks, no queries."""

from app.figures.distribution import distribution
from app.figures.trend import trend_by_day, trend_by_month

__all__ = ["distribution", "trend_by_day", "trend_by_month"]
