"""An indicator over time: by day with the target's steps and the limits of noise, by month against its target."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from math import sqrt

from app.figures.style import BAND, MARK, MISSED, TARGET, Figure, layout
from app.i18n import count_text, day_text, month_text, short_month, t, value_text
from app.views import DayPoint, MonthPoint

FACTORS = {"share": 100.0}
SUFFIXES = {"share": "%"}
FEWEST_MONTHS = 6  # room for so many, so that two bars are not two walls


def _scaled(value: Fraction | None, unit: str) -> float | None:
    return None if value is None else float(value) * FACTORS.get(unit, 1.0)


def _is_missed(value: Fraction | None, target: Fraction | None, better: str) -> bool:
    if value is None or target is None:
        return False
    return value < target if better == "higher" else value > target


def trend_by_day(points: Sequence[DayPoint], unit: str, better: str, link: Callable[[date], str]) -> Figure:
    """Return the days as joined dots, missed ones crossed, over the target's steps; a click opens the day's items.

    The shaded band is where a day would lie 997 times in 1,000 if nothing but chance moved it (shares only).
    """
    days = [str(p.day) for p in points]
    missed = [_is_missed(p.value, p.target, better) for p in points]
    words = [
        t(
            "chart.day",
            day=day_text(p.day),
            value=value_text(p.value, unit),
            target=value_text(p.target, unit),
            n=count_text(p.n),
        )
        for p in points
    ]
    dots = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": days,
        "y": [_scaled(p.value, unit) for p in points],
        "customdata": [link(p.day) for p in points],
        "hovertext": words,
        "hoverinfo": "text",
        "connectgaps": False,
        "line": {"color": MARK, "width": 1.6},
        "marker": {
            "size": [9 if bad else 6 for bad in missed],
            "symbol": ["x" if bad else "circle" for bad in missed],
            "color": [MISSED if bad else MARK for bad in missed],
            "line": {"width": 0},
        },
    }
    target = {
        "type": "scatter",
        "mode": "lines",
        "x": days,
        "y": [_scaled(p.target, unit) for p in points],
        "hoverinfo": "skip",
        "line": {"color": TARGET, "width": 1.4, "dash": "5px,3px", "shape": "hvh"},
    }
    marked = [p for p in points if p.day.day == 1 or p.day.day % 5 == 0]
    begins = [p for i, p in enumerate(points) if p.target is not None and (not i or points[i - 1].target != p.target)]
    return {
        "data": [*_noise(points, unit, days), target, dots],
        "layout": layout(
            height=260,
            margin={"t": 28},
            annotations=[_target_note(p, unit) for p in begins],
            xaxis={
                "type": "date",
                "tickvals": [str(p.day) for p in marked],
                "ticktext": [str(p.day.day) for p in marked],
                "tickangle": 0,
            },
            yaxis={"ticksuffix": SUFFIXES.get(unit, ""), "nticks": 6},
        ),
    }


def _target_note(point: DayPoint, unit: str) -> Figure:
    """Say above the day from which a target holds what it is, and by which words."""
    return {
        "x": str(point.day),
        "y": 1,
        "yref": "paper",
        "text": t("chart.target", target=value_text(point.target, unit), by=point.target_by),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": -6,
        "font": {"size": 12},
    }


def _noise(points: Sequence[DayPoint], unit: str, days: Sequence[str]) -> list[Figure]:
    """Return the limits of noise: three standard errors around the month's share, by each day's n."""
    whole = sum((p.denominator for p in points), Fraction(0))
    if unit != "share" or not whole:
        return []
    share = float(sum((p.numerator for p in points), Fraction(0)) / whole)
    spread = [3 * sqrt(share * (1 - share) / p.n) if p.n else 0.0 for p in points]
    high = [min(1.0, share + s) * 100 for s in spread]
    low = [max(0.0, share - s) * 100 for s in spread]
    edge = {"type": "scatter", "mode": "lines", "x": days, "hoverinfo": "skip", "line": {"width": 0, "shape": "hvh"}}
    return [{**edge, "y": high}, {**edge, "y": low, "fill": "tonexty", "fillcolor": BAND}]


def trend_by_month(points: Sequence[MonthPoint], unit: str, link: Callable[[str], str]) -> Figure:
    """Return a bar a month from zero, missed ones red and hatched, with the target as a tick on each."""
    names = [p.month for p in points]
    missed = [p.verdict == "missed" for p in points]
    words = [
        t(
            "chart.month",
            month=month_text(p.month),
            value=value_text(p.value, unit),
            target=value_text(p.target, unit),
            n=count_text(p.n),
            verdict=t("verdict." + p.verdict.replace(" ", "-")),
        )
        for p in points
    ]
    bars = {
        "type": "bar",
        "x": names,
        "y": [_scaled(p.value, unit) for p in points],
        "hovertext": words,
        "hoverinfo": "text",
        "customdata": [link(p.statement_id) for p in points],
        "marker": {
            "color": [MISSED if bad else MARK for bad in missed],
            "opacity": [1 if i == len(points) - 1 else 0.62 for i in range(len(points))],
            "pattern": {
                "shape": ["/" if bad else "" for bad in missed],
                "size": 6,
                "solidity": 0.3,
                "fillmode": "overlay",
                "fgcolor": "rgba(255,255,255,0.75)",
            },
        },
    }
    ticks = {
        "type": "scatter",
        "mode": "markers",
        "x": names,
        "y": [_scaled(p.target, unit) for p in points],
        "hoverinfo": "skip",
        "marker": {"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": TARGET}},
    }
    return {
        "data": [bars, ticks],
        "layout": layout(
            height=220,
            xaxis={
                "type": "category",
                "tickvals": names,
                "ticktext": [short_month(name) for name in names],
                "tickangle": 0,
                "range": [-0.5, max(len(points), FEWEST_MONTHS) - 0.5],
            },
            yaxis={"rangemode": "tozero", "ticksuffix": SUFFIXES.get(unit, ""), "nticks": 5},
        ),
    }
