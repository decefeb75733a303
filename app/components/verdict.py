"""A verdict differs in shape, word and colour; never by colour alone."""

from dash import html
from dash.development.base_component import Component

from app.components.attributes import HIDDEN
from app.components.words import reason_text, state_text
from app.i18n import t

SHAPES = {
    "met": "✓",
    "missed": "✕",
    "not enough data": "◌",
    "no data": "◌",
    "running": "…",
    "not in force": "○",
    "reported": "·",
    "counted": "✓",
    "excluded": "⊘",
    "unmeasurable": "?",
    "pending": "…",
}


def slug(verdict: str) -> str:
    """Return a verdict as a class name."""
    return verdict.replace(" ", "-")


def badge(verdict: str, reason: str = "") -> Component:
    """Return a verdict's shape and word; hovering says why."""
    return html.Span(
        [
            html.Span(SHAPES.get(verdict, "·"), className="shape", **HIDDEN),
            t(f"verdict.{slug(verdict)}"),
        ],
        className=f"verdict is-{slug(verdict)}",
        title=reason_text(reason) if reason else None,
    )


def state_badge(state: str) -> Component:
    """Return an item's state with its reason."""
    kind = state.partition(":")[0]
    return html.Span(
        [html.Span(SHAPES.get(kind, "·"), className="shape", **HIDDEN), state_text(state)],
        className=f"verdict is-{kind}",
    )
