"""An indicator over time: by day with the target's steps and the limits of noise, by month against its target."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from app.figures.style import BAND, GROUNDS, MARK, MISSED, TARGET, Figure, layout
from app.i18n import count_text, day_text, month_text, short_month, t, value_text
from app.views import ControlView, DayPoint, MarkedDay, MonthPoint

FACTORS = {"share": 100.0}
SUFFIXES = {"share": "%"}
DAY, NOON = timedelta(days=1), time(12)
FEWEST_MONTHS = 6  # room for so many, so that two bars are not two walls


def _scaled(value: Fraction | None, unit: str) -> float | None:
    return None if value is None else float(value) * FACTORS.get(unit, 1.0)


def _is_missed(value: Fraction | None, target: Fraction | None, better: str) -> bool:
    if value is None or target is None:
        return False
    return value < target if better == "higher" else value > target


def trend_by_day(view: ControlView, unit: str, better: str, link: Callable[[date], str]) -> Figure:
    """Return the days as joined dots, missed ones crossed, over the target's steps; a click opens the day's items.

    The shaded band is where a day would lie 997 times in 1,000 if nothing but chance moved it; a day beyond it bears a
    ring. Promotions and holidays stand on ground of their own.
    """
    points = view.points
    days = [str(p.day) for p in points]
    missed = [_is_missed(p.value, p.target, better) for p in points]
    dots = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": days,
        "y": [_scaled(p.value, unit) for p in points],
        "customdata": [link(p.day) for p in points],
        "hovertext": [_day_words(p, unit) for p in points],
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
    rings = {
        "type": "scatter",
        "mode": "markers",
        "x": [str(p.day) for p in points if p.is_signal],
        "y": [_scaled(p.value, unit) for p in points if p.is_signal],
        "hoverinfo": "skip",
        "marker": {"size": 15, "symbol": "circle-open", "color": TARGET, "line": {"width": 1}},
    }
    target = {
        "type": "scatter",
        "mode": "lines",
        "x": days,
        "y": [_scaled(p.target, unit) for p in points],
        "hoverinfo": "skip",
        "line": {"color": TARGET, "width": 1.4, "dash": "5px,3px", "shape": "hvh"},
    }
    shown = [p for p in points if p.day.day == 1 or p.day.day % 5 == 0]
    begins = [p for i, p in enumerate(points) if p.target is not None and (not i or points[i - 1].target != p.target)]
    grounds = list(_grounds(view.marked))
    return {
        "data": [*_noise(points, unit, days), target, rings, dots],
        "layout": layout(
            height=280,
            margin={"t": 28},
            shapes=[shape for shape, _ in grounds],
            annotations=[*(_target_note(p, unit) for p in begins), *(note for _, note in grounds)],
            xaxis={
                "type": "date",
                "tickvals": [str(p.day) for p in shown],
                "ticktext": [str(p.day.day) for p in shown],
                "tickangle": 0,
            },
            yaxis={"ticksuffix": SUFFIXES.get(unit, ""), "nticks": 6},
        ),
    }


def _day_words(p: DayPoint, unit: str) -> str:
    words = t(
        "chart.day",
        day=day_text(p.day),
        value=value_text(p.value, unit),
        target=value_text(p.target, unit),
        n=count_text(p.n),
    )
    if p.low is None:
        return words
    return f"{words}<br>{t('chart.noise', low=value_text(p.low, unit), high=value_text(p.high, unit))}"


def _grounds(marked: Sequence[MarkedDay]) -> Iterator[tuple[Figure, Figure]]:
    """Yield the ground behind each run of days of one kind, and its word."""
    kinds = {one.day: next((kind for kind in GROUNDS if kind in one.kinds), "") for one in marked}
    for day, kind in kinds.items():
        if not kind or kinds.get(day - DAY) == kind:
            continue
        last = day
        while kinds.get(last + DAY) == kind:
            last += DAY
        ends = (datetime.combine(day, NOON) - DAY, datetime.combine(last, NOON))
        shape = {"type": "rect", "x0": str(ends[0]), "x1": str(ends[1]), "yref": "paper", "y0": 0, "y1": 1}
        note = {
            "x": str(ends[0]),
            "y": 0,
            "yref": "paper",
            "text": t(f"day_kind.{kind}"),
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": 11},
        }
        yield {**shape, **GROUNDS[kind], "layer": "below"}, note


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
    """Return the band of noise, by each day's n."""
    if all(p.low is None for p in points):
        return []
    edge = {"type": "scatter", "mode": "lines", "x": days, "hoverinfo": "skip", "line": {"width": 0, "shape": "hvh"}}
    low, high = ([_scaled(getattr(p, name), unit) for p in points] for name in ("low", "high"))
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
