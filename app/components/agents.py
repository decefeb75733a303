"""Agents as small multiples on one scale: a dot for the value, a line for what chance leaves open, n beside it."""

from collections.abc import Sequence
from fractions import Fraction

from dash import dcc, html
from dash.development.base_component import Component

from app.components import links
from app.components.marks import percent, scale_top
from app.components.words import person
from app.i18n import count_text, t, value_text
from app.views import AgentPoint, AgentsView, IndicatorRow

HEADS = ("agent", "value", "chance_from", "chance_to", "n", "stands")
SHAPES = {"worse": "✕", "better": "✓", "open": "·"}


def agents_grid(found: AgentsView) -> Component:
    """Return a small picture an agent, in order of their names: no ranking, as most of it would be chance."""
    low, high = scale(found.agents, found.row)
    return html.Div([_agent(found, one, low, high) for one in found.agents], className="agents")


def scale(agents: Sequence[AgentPoint], row: IndicatorRow) -> tuple[float, float]:
    """Return the one scale of all: around every value and the target; of shares never beyond 0 and 1."""
    known = [float(x) for one in agents for x in (one.low, one.high, one.value) if x is not None]
    known += [float(row.target)] if row.target is not None else []
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * 0.06 or 0.5
    if row.unit == "share":
        return max(0.0, low - room), min(1.0, high + room)
    return max(0.0, low - room), max(high + room, scale_top(None, None, row.unit) if high <= 0 else high + room)


def _agent(found: AgentsView, one: AgentPoint, low: float, high: float) -> Component:
    def at(value: Fraction) -> str:
        return percent((float(value) - low) / ((high - low) or 1.0))

    row, parts = found.row, []
    if one.low is not None and one.high is not None:
        width = percent(float(one.high - one.low) / ((high - low) or 1.0))
        parts.append(html.Span(className="chance", style={"left": at(one.low), "width": width}))
    if row.target is not None:
        parts.append(html.Span(className="bullet-target", style={"left": at(row.target)}))
    if one.value is not None:
        parts.append(html.Span(className="agent-dot", style={"left": at(one.value)}))
    words = t(
        "agents.words",
        name=person("agent", one.name),
        value=value_text(one.value, row.unit),
        low=value_text(one.low, row.unit),
        high=value_text(one.high, row.unit),
        n=count_text(one.n),
        stands=t(f"stands.{one.stands}"),
    )
    href = links.items(found.head.statement_id, row.id, groups=[("agent", one.name)], state="missed")
    return dcc.Link(
        [
            html.Div(
                [html.Span(person("agent", one.name), className="agent-name"), html.Span(f"n = {count_text(one.n)}")],
                className="agent-head",
            ),
            html.Div(parts, className="agent-scale"),
            html.Div(
                [
                    html.Span(value_text(one.value, row.unit), className="value"),
                    html.Span(
                        [SHAPES[one.stands], " ", t(f"stands.{one.stands}")], className=f"stands is-{one.stands}"
                    ),
                ],
                className="agent-foot",
            ),
        ],
        href=href,
        className=f"agent is-{one.stands}",
        title=words,
    )
