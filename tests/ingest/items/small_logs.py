"""Tiny logs written by hand, and a home of their own to load them into.

A log is a text with a head, its columns named as the canonical table names them; the mapping follows from the head. A
time may leave out what is plain: ``09:00:05`` is on Monday 12 October 2026 and ``13 09:00:05`` on the 13th, in
Shanghai. Spaces around a comma are layout.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.core.dated import Piece
from pipelines.core.event import EVENT_TABLES, Column, EventTable
from pipelines.core.period import Month
from pipelines.core.yaml_text import read_yaml
from pipelines.ingest.report import LoadReport
from pipelines.metrics.compose import Ask, population_options, readable_select
from pipelines.metrics.declare import metric_named
from pipelines.metrics.frame import Frame
from pipelines.metrics.scope import scope_sql
from pipelines.runs.calendars import calendar_for, lay_out_calendars
from pipelines.runs.close_month import ClosedMonth, close_month
from pipelines.runs.ingest_files import ingest_files
from pipelines.runs.measure import Measurement, measure
from pipelines.runs.states import make_split_tables, prepare
from pipelines.warehouse.store import Warehouse
from pipelines.worktime.parse import parse_calendars

NOW = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)
CHANNELS = {"call": "phone", "chat": "chat", "mail": "email", "roster": "phone", "agent_state": "phone"}
FORMAT = "%Y-%m-%d %H:%M:%S"


def in_full(time: str) -> str:
    """Write a time with its day: 12 October 2026 where none is said."""
    parts = time.split(" ")
    if not time or len(parts[0]) == 10:
        return time
    day, clock = parts if len(parts) == 2 else ("12", parts[0])
    return f"2026-10-{day} {clock}"


def at(time: str) -> datetime:
    """Return the instant of such a time, in UTC: Shanghai is 8 hours ahead all year."""
    return datetime.fromisoformat(f"{in_full(time)}+08:00").astimezone(UTC)


def rows_of(table: EventTable, text: str) -> list[dict[str, str]]:
    """Read a log written by hand into rows, times in full."""
    rows = csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True)
    found = []
    for row in rows:
        clean = {name.strip(): (value or "").strip() for name, value in row.items()}
        kinds = {column.name: column.kind for column in table.columns}
        found.append({name: in_full(value) if kinds.get(name) == "instant" else value for name, value in clean.items()})
    return found


def csv_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def part_of(column: Column, *, personal: bool) -> dict[str, Any]:
    """Return how a mapping reads a column that bears its canonical name."""
    part: dict[str, Any] = {"from": column.name}
    if column.kind == "instant":
        part["format"] = FORMAT
    elif column.kind == "flag":
        part["values"] = {"1": "true", "0": "false"}
    elif column.kind == "texts":
        part["split"] = " "
    elif column.kind == "amount" and column.name.endswith("_s"):
        part["unit"] = "s"
    return {**part, "personal": "true"} if personal else part


def mapping_of(
    table: EventTable, head: Sequence[str], source: str, *, keeper: str = "operator", load_stamps: bool = False
) -> str:
    """Return the mapping of a log whose columns are named as the table names them; customers are personal."""
    keys = {column.name for column in table.key}
    columns = {
        name: part_of(column, personal=name == "customer_id")
        for name in head
        if (column := table.column(name)) is not None and name not in keys
    }
    if load_stamps:
        columns["record_at"] = {"load": "true"}
    tree = {
        "source": source,
        "channel": CHANNELS.get(table.name, "case"),
        "keeper": keeper,
        "zone": "Asia/Shanghai",
        "file": {"format": "csv"},
        "tables": {
            table.name: {
                "key": {
                    c.name: part_of(c, personal=False) if c.kind == "instant" else c.name
                    for c in table.key
                    if c.name in head
                },
                "columns": columns,
            }
        },
    }
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


class Office:
    """A home in a folder of its own. Each load and each closing happens at the instant that is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.inbox = folder, folder / "home", folder / "inbox"
        self.inbox.mkdir(parents=True)

    def write(self, table: str, text: str, *, name: str = "", source: str = "", **more: Any) -> tuple[Path, Path]:
        """Write a log and its mapping; return both files."""
        event = EVENT_TABLES[table]
        rows = rows_of(event, text)
        source = source or table
        mapping = self.folder / f"{source}.yaml"
        mapping.write_text(mapping_of(event, list(rows[0]), source, **more), encoding="utf-8")
        log = self.inbox / (name or f"{source}.csv")
        log.write_text(csv_text(rows), encoding="utf-8")
        return mapping, log

    def load(self, table: str, text: str, *, now: datetime = NOW, **more: Any) -> LoadReport:
        """Load a log written by hand; every line of it has to be an event or a duplicate."""
        mapping, log = self.write(table, text, **more)
        report = ingest_files(self.home, [mapping], [log], now=now)[0]
        assert report.quarantined == 0, report.reasons
        return report

    def open(self) -> AbstractContextManager[Warehouse]:
        """Open the store for reading."""
        return Warehouse(self.home, read_only=True)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the store."""
        with self.open() as warehouse:
            return warehouse.con.execute(sql).fetchall()

    def measure(self, *metrics: str, **more: Any) -> list[Measurement]:
        """Measure metrics over October 2026."""
        given = {"since": date(2026, 10, 1), "until": date(2026, 11, 1), "zone": "Asia/Shanghai", **more}
        return measure(self.home, metrics, **given)

    def states(self, metric: str, **more: Any) -> dict[str, int]:
        """Return an indicator's counts, a number a state in words, outside included."""
        (found,) = self.measure(metric, **more)
        counts: dict[str, int] = {}
        for kind, count in found.states.items():
            if isinstance(count, dict):
                counts |= {f"{kind}: {reason}": n for reason, n in count.items()}
            elif count:
                counts[kind] = count
        return counts

    def item_states(
        self,
        metric: str,
        *,
        terms: Mapping[str, str] | None = None,
        calendars: str = "",
        cut_off_at: datetime | None = None,
        scope: Mapping[str, Sequence[str]] | None = None,
    ) -> dict[str, tuple[str, Decimal | None]]:
        """Return each item's state in words and its amount over October 2026, by the metric's own readable SELECT."""
        asked = self.asked(metric, terms=terms, calendars=calendars, cut_off_at=cut_off_at, scope=scope)
        with asked as (con, frame, ask):
            rows = con.execute(readable_select(frame, ask)).fetchall()
        return {row[1]: (row[3], row[4] if len(row) > 4 else None) for row in rows}

    @contextmanager
    def asked(
        self,
        metric: str,
        *,
        terms: Mapping[str, str] | None = None,
        calendars: str = "",
        cut_off_at: datetime | None = None,
        scope: Mapping[str, Sequence[str]] | None = None,
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, Frame, Ask]]:
        """Open the store with all that a question about October 2026 needs laid out; and the question."""
        found, days = metric_named(metric), Month(2026, 10).days
        pieces = {name: [Piece(days, (terms or {}).get(name, t.default), "asked")] for name, t in found.terms.items()}
        hours = parse_calendars(read_yaml(calendars, "hours"))[0] if calendars else {}
        frame = Frame(
            days,
            "Asia/Shanghai",
            cut_off_at or at("2026-11-01 00:00:00"),
            scope_sql(scope or {}, ()) or "true",
            calendar=calendar_for(found, hours) if calendars else None,
            options=population_options(found, pieces),
        )
        with self.open() as warehouse:
            prepare(warehouse.con)
            lay_out_calendars(warehouse.con, hours, frame.zone, days)
            make_split_tables(warehouse.con, frame)
            yield warehouse.con, frame, Ask("value", found, pieces)

    def contract(self, text: str, name: str = "contract.yaml") -> Path:
        """Write a contract."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def close(self, contract: Path, *, month: str = "2026-10", now: datetime = NOW, **more: Any) -> ClosedMonth:
        """Close a month."""
        return close_month(self.home, str(contract), Month.parse(month), now=now, **more)


MakeOffice = Callable[[str], Office]
