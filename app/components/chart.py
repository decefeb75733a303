"""What every chart can do: be saved as a picture, and as the data that it was drawn from."""

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from app.components.attributes import data
from app.i18n import exact_text, t

Cell = str | int | Fraction | Decimal | None


def charted(name: str, body: Component, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Component:
    """Return a chart with its two downloads; ``rows`` are its exact figures, ``heads`` their names."""
    table = [list(heads), *([cell_text(cell) for cell in row] for row in rows)]
    tools = [
        html.Button(t(f"chart.save_{kind}"), className="chart-tool", **data(save=kind)) for kind in ("picture", "data")
    ]
    return html.Div(
        [body, html.Div(tools, className="chart-tools")],
        className="charted",
        **data(name=name, table=json.dumps(table, ensure_ascii=False)),
    )


def cell_text(cell: Cell) -> str:
    """Return a figure in plain digits, as a spreadsheet reads it: no groups, no unit; a ratio as the record has it."""
    if cell is None or isinstance(cell, Fraction):
        return exact_text(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def graph(figure: dict[str, Any], name: str, config: Any) -> Component:
    """Return a figure as Plotly draws it; its ``name`` is its own on the page."""
    return dcc.Graph(
        figure=figure,
        config=config,
        className="graph",
        responsive=True,
        id={"type": "graph", "of": name},
        style={"height": f"{figure['layout']['height']}px"},
    )
