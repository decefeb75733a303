"""The grid of items: AG Grid Community, rows fetched as one scrolls."""

from typing import Any

import dash_ag_grid as dag

from app.i18n import t

COLUMNS: tuple[tuple[str, int, bool], ...] = (
    ("state", 300, False),
    ("arrival", 170, False),
    ("amount", 110, True),
    ("queue", 130, False),
    ("team", 140, False),
    ("agent", 130, False),
    ("item", 190, False),
    ("source", 130, False),
)
# The grid takes the page's own colours, so that it follows its theme.
THEME = (
    "themeQuartz.withParams({"
    "backgroundColor: 'var(--surface)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--surface)', "
    "headerTextColor: 'var(--ink-2)', borderColor: 'var(--rule)', rowHoverColor: 'var(--wash)', accentColor: 'var(--accent)', "
    "wrapperBorder: false, wrapperBorderRadius: 0, fontFamily: 'inherit', fontSize: 13, rowHeight: 36, headerHeight: 36, "
    "headerFontWeight: 500, spacing: 8, columnBorder: false, oddRowBackgroundColor: 'var(--surface)'})"
)


def item_grid(grid_id: dict[str, str], unit: str) -> dag.AgGrid:
    """Return the grid; a click anywhere on a row, or Enter, opens its item."""
    return dag.AgGrid(
        id=grid_id,
        columnDefs=[_column(name, width, is_number, unit) for name, width, is_number in COLUMNS],
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        rowModelType="infinite",
        getRowId="params.data.href",
        columnSize="responsiveSizeToFit",
        dashGridOptions={
            "theme": {"function": THEME},
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "maxConcurrentDatasourceRequests": 1,
            "infiniteInitialRowCount": 1,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "overlayNoRowsTemplate": t("items.none"),
            "suppressCellFocus": False,
        },
        eventListeners={"rowClicked": ["openRow(params)"], "cellKeyDown": ["openRowByKey(params)"]},
        className="item-grid",
        style={"height": None, "width": None},
    )


def _column(name: str, width: int, is_number: bool, unit: str) -> dict[str, Any]:
    column: dict[str, Any] = {"field": name, "headerName": t(f"column.{name}", unit=unit), "width": width, "minWidth": min(width, 110)}
    if is_number:
        column |= {"type": "rightAligned"}
    if name == "state":
        column |= {"cellClassRules": {f"is-{kind}": f"params.data && params.data.kind === '{kind}'" for kind in ("missed", "unmeasurable", "excluded", "pending", "outside")}}  # fmt: skip
    return column
