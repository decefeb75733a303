"""``clausemeter loads``: what was loaded, and what was refused, line by line."""

from typing import Annotated, Any

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, print_json, table
from pipelines.core.problem import Problem, Refused
from pipelines.warehouse.store import Warehouse

COLUMNS = (
    "load_id", "source", "file_name", "lines", "accepted", "quarantined", "duplicates", "blank", "skipped", "loaded_at",
    "sha256",
)  # fmt: skip


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("loads")(run)


def run(
    load: Annotated[int | None, typer.Argument(help="One load, to see its quarantined lines.")] = None,
    limit: Annotated[int, typer.Option(help="How many quarantined lines to show.")] = 50,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """List the loads with their totals, or the lines of one load that are in quarantine, each with its reason."""
    with Warehouse(home, read_only=True) as warehouse:
        where = "" if load is None else f"WHERE load_id = {int(load)}"
        rows = _rows(warehouse, f"SELECT {', '.join(COLUMNS)} FROM load {where} ORDER BY load_id")
        if load is None:
            if as_json:
                print_json(rows)
            else:
                table(
                    COLUMNS[:-1],
                    [[str(row[name]) for name in COLUMNS[:-1]] for row in rows],
                    right=(0, 3, 4, 5, 6, 7, 8),
                )
            return
        if not rows:
            raise Refused(
                Problem(f"load {load}", "There is no such load.", "`clausemeter loads` lists them.", "load.unknown")
            )
        lines = _rows(
            warehouse,
            "SELECT line_no, last_line_no, code, column_name, raw_text, message FROM quarantine"
            f" WHERE load_id = {int(load)} ORDER BY line_no, code LIMIT {int(limit)}",
        )
    if as_json:
        print_json({**rows[0], "quarantine": lines})
        return
    print(f"{rows[0]['file_name']}: {rows[0]['quarantined']} lines in quarantine")
    table(["line", "code", "column", "text", "why"], [
        [str(q["line_no"]), q["code"], q["column_name"] or "", q["raw_text"] or "", q["message"]] for q in lines
    ], right=(0,))  # fmt: skip


def _rows(warehouse: Warehouse, sql: str) -> list[dict[str, Any]]:
    cursor = warehouse.con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [
        {
            name: value if isinstance(value, int | str | None) else str(value)
            for name, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]
