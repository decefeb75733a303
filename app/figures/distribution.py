"""How the amounts of items are spread, with the limit that the clause sets."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from app.figures.style import MARK, MISSED, Figure, layout
from app.i18n import count_text, t
from app.views import Bucket


def distribution(
    buckets: Sequence[Bucket], limit_s: Decimal | None, target_s: Decimal | None, link: Callable[[str], str]
) -> Figure:
    """Return a bar a bucket; a click opens its items (``link`` of ``20-25``; the last has no end).

    ``limit_s`` binds each item: what lies beyond it is red. ``target_s`` binds their mean.
    """
    beyond = [limit_s is not None and b.since_s >= limit_s for b in buckets]
    line_s = target_s if limit_s is None else limit_s
    words = [
        t("chart.bucket", since=f"{b.since_s.normalize():f}", until=f"{b.until_s.normalize():f}", n=count_text(b.n))
        for b in buckets
    ]
    widths = [float(b.until_s - b.since_s) for b in buckets]
    usual = min(widths, default=1.0)
    bars = {
        "type": "bar",
        "x": [float(b.since_s) + usual / 2 for b in buckets],
        "y": [b.n for b in buckets],
        "customdata": [link(one) for one in spans_of(buckets)],
        "width": usual * 0.9,
        "hovertext": words,
        "hoverinfo": "text",
        "marker": {"color": [MISSED if far else MARK for far in beyond]},
    }
    shapes, notes = [], []
    if line_s is not None:
        seconds = f"{line_s.normalize():f}"
        line = {"color": "#8a929c", "width": 1.4, "dash": "5px,3px"}
        shapes = [
            {"type": "line", "x0": float(line_s), "x1": float(line_s), "yref": "paper", "y0": 0, "y1": 1, "line": line}
        ]
        notes = [
            {
                "x": float(line_s),
                "yref": "paper",
                "y": 1,
                "text": t("chart.mean_target", s=seconds) if limit_s is None else t("chart.limit", s=seconds),
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
                "xshift": 4,
                "font": {"size": 11},
            }
        ]
    return {
        "data": [bars],
        "layout": layout(
            height=220,
            shapes=shapes,
            annotations=notes,
            bargap=0,
            xaxis={"ticksuffix": " s", "rangemode": "tozero"},
            yaxis={"rangemode": "tozero", "nticks": 5},
        ),
    }


def spans_of(buckets: Sequence[Bucket]) -> list[str]:
    """Name each bucket by its ends, half-open; the last is all that lies beyond."""
    ends = [(f"{one.since_s.normalize():f}", f"{one.until_s.normalize():f}") for one in buckets]
    return [f"{since}-{until if place < len(ends) - 1 else ''}" for place, (since, until) in enumerate(ends)]
