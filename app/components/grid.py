"""The grid of items: AG Grid Community, rows fetched as one scrolls."""

from typing import Any

import dash_ag_grid as dag

from app.i18n import t

WIDTHS = {
    "state": 240,
    "arrival": 190,
    "amount": 110,
    "queue": 130,
    "team": 140,
    "agent": 130,
    "item": 190,
    "source": 130,
}
INKED = ("missed", "unmeasurable", "excluded", "pending", "outside")
# The grid takes the page's own colours, so that it follows its theme.
THEME = (
    "themeQuartz.withParams({"
    "backgroundColor: 'var(--surface)', foregroundColor: 'var(--ink)', headerBackgroundColor: 'var(--surface)', "
    "headerTextColor: 'var(--ink-2)', borderColor: 'var(--rule)', rowHoverColor: 'var(--wash)', "
    "accentColor: 'var(--accent)', wrapperBorder: false, wrapperBorderRadius: 0, fontFamily: 'inherit', "
    "fontSize: 13, rowHeight: 36, headerHeight: 36, "
    "headerFontWeight: 500, spacing: 8, columnBorder: false, oddRowBackgroundColor: 'var(--surface)'})"
)


def item_grid(grid_id: dict[str, str], unit: str | None) -> dag.AgGrid:
    """Return the grid; a click anywhere on a row, or Enter, opens its item. ``unit`` None: the items have no amount."""
    return dag.AgGrid(
        id=grid_id,
        columnDefs=[_column(name, unit or "") for name in WIDTHS if unit is not None or name != "amount"],
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
            "localeText": {"noRowsToShow": t("items.none"), "loadingOoo": t("shell.loading")},
            "suppressCellFocus": False,
        },
        eventListeners={"rowClicked": ["openRow(params)"], "cellKeyDown": ["openRowByKey(params)"]},
        className="item-grid",
        style={"height": None, "width": None},
    )


def _column(name: str, unit: str) -> dict[str, Any]:
    width = WIDTHS[name]
    title = t(f"column.{name}", unit=unit)
    column: dict[str, Any] = {"field": name, "headerName": title, "width": width, "minWidth": min(width, 160)}
    if name == "amount":
        column |= {"type": "rightAligned"}
    if name == "state":
        column |= {"cellClassRules": {f"is-{kind}": f"params.data && params.data.kind === '{kind}'" for kind in INKED}}
    return column
