"""What all figures share. Text and grid take the theme's ink from assets/4-parts.css; the marks fit both themes."""

from typing import Any, TypeAlias

Figure: TypeAlias = dict[str, Any]

MARK = "#5d7fa8"
MISSED = "#d5493f"
TARGET = "#8a929c"
BAND = "rgba(120, 134, 150, 0.16)"
# The ground behind days that are not like others, by what they are; the first that fits.
GROUNDS: dict[str, Figure] = {
    "promotion": {"fillcolor": "rgba(202, 138, 4, 0.13)", "line": {"width": 0}},
    "holiday": {"fillcolor": "rgba(120, 134, 150, 0.13)", "line": {"width": 0}},
}
FONT = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", '
    '"Noto Sans SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
)
# No mode bar, no zoom by accident: the page is read, not played with.
CONFIG: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def layout(*, height: int, **more: Any) -> Figure:
    """Return the layout that a figure begins with."""
    axis: Figure = {"showline": False, "zeroline": False, "ticks": "", "fixedrange": True, "automargin": True}
    base: Figure = {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8, "pad": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": "#7a828c"},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": "#20262d",
            "bordercolor": "#20262d",
            "align": "left",
            "font": {"family": FONT, "size": 12, "color": "#f4f5f6"},
        },
        "dragmode": False,
        "bargap": 0.28,
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "gridcolor": "rgba(128,136,146,0.18)", "gridwidth": 1},
    }
    for name, value in more.items():
        base[name] = {**base[name], **value} if isinstance(base.get(name), dict) else value
    return base
