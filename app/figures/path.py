"""A month on its way: what was missed so far, day by day, under what might be missed."""

from collections.abc import Callable
from datetime import date

from app.figures.style import BAND, MARK, MISSED, TARGET, Figure, layout
from app.i18n import count_text, day_text, t
from app.views import PromiseSoFar


def path(found: PromiseSoFar, link: Callable[[date], str]) -> Figure:
    """Return misses as bars that add up, red from where they are more than allowed, under the line of the allowed."""
    days = [str(one.day) for one in found.days]
    beyond = [one.missed > one.allowed for one in found.days]
    words = [
        t(
            "chart.path",
            day=day_text(one.day),
            missed=count_text(one.missed),
            allowed=count_text(one.allowed),
            n=count_text(one.n),
        )
        for one in found.days
    ]
    bars = {
        "type": "bar",
        "x": days,
        "y": [one.missed for one in found.days],
        "customdata": [link(one.day) for one in found.days],
        "hovertext": words,
        "hoverinfo": "text",
        "marker": {
            "color": [MISSED if far else MARK for far in beyond],
            "pattern": {
                "shape": ["/" if far else "" for far in beyond],
                "size": 6,
                "solidity": 0.3,
                "fillmode": "overlay",
                "fgcolor": "rgba(255,255,255,0.75)",
            },
        },
    }
    allowed = {
        "type": "scatter",
        "mode": "lines",
        "x": days,
        "y": [one.allowed for one in found.days],
        "hoverinfo": "skip",
        "fill": "tozeroy",
        "fillcolor": BAND,
        "line": {"color": TARGET, "width": 1.4, "dash": "5px,3px", "shape": "hvh"},
    }
    marked = [one.day for one in found.days if one.day.day == 1 or one.day.day % 5 == 0]
    return {
        "data": [allowed, bars],
        "layout": layout(
            height=240,
            xaxis={
                "type": "date",
                "tickvals": [str(day) for day in marked],
                "ticktext": [str(day.day) for day in marked],
                "tickangle": 0,
            },
            yaxis={"rangemode": "tozero", "nticks": 5},
        ),
    }
