"""The product asked the reference's question: rows into its tables, its items, its scan, its states and its value."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from pipelines.core.dated import Piece
from pipelines.core.period import Days, Month
from pipelines.ingest.items import assemble
from pipelines.metrics.compose import Ask, population_options
from pipelines.metrics.declare import metric_named, population_needs
from pipelines.metrics.frame import Frame, Laid
from pipelines.metrics.scope import scope_sql
from pipelines.runs import calendars
from pipelines.runs.states import make_wide, postings, prepare, tallies
from pipelines.scoring.counts import Counts, measured
from pipelines.warehouse.canonical import create_all
from pipelines.worktime import model
from tests.reference.hours import Hours, Windows
from tests.reference.log import World
from tests.reference.reference import LONGEST

Terms = Sequence[tuple[Days, Mapping[str, str]]]


@dataclass(frozen=True)
class Answer:
    """What the product says: each item's state and amount, and the value of the whole."""

    states: dict[tuple[str, str], tuple[str, Fraction | None]]
    value: Fraction | str | None  # a text where the rank of a percentile falls on what was never answered


def windows_of(windows: Windows | None) -> Any:
    return None if windows is None else tuple(model.Window(a, b) for a, b in windows)


def calendar_of(hours: Hours) -> model.Calendar:
    return model.Calendar(
        "default",
        tuple(
            model.Version(
                v.since, v.decided, "§1", tuple(windows_of(day) for day in v.weekly), v.region,
                windows_of(v.on_holidays), windows_of(v.make_up), v.is_retroactive,
            )
            for v in hours.versions
        ),
        tuple(model.Promotion(p.since, p.until, windows_of(p.windows), p.notified, "§2") for p in hours.promotions),
        tuple(model.Closure(c.since, c.until, "flood") for c in hours.closures),
    )  # fmt: skip


class Product:
    """One connection, its tables emptied from world to world."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET threads = 1")
        for statement in create_all():
            self.con.execute(statement)
        calendars.lay_out_calendars(self.con, {}, "UTC", Month(2026, 10).days)
        self.laid_out: Any = None
        self.laid = Laid()
        self.columns = {
            row[0]: row[1].split("|")
            for row in self.con.execute(
                "SELECT table_name, string_agg(column_name, '|' ORDER BY column_index) FROM duckdb_columns()"
                " WHERE schema_name = 'main' GROUP BY ALL"
            ).fetchall()
        }

    def load(self, world: World) -> None:
        """Put the world's events in, but for what the ingest would have counted as duplicates, and make its items."""
        con = self.con
        for (table,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
            " AND (table_name LIKE 'event_%' OR table_name LIKE 'item_%')"
        ).fetchall():
            con.execute(f"DELETE FROM {table}")
        loads = {1}
        for name, events in world.events.items():
            seen: list[dict[str, Any]] = []
            for event in events:
                content = {key: value for key, value in event.items() if key != "load_id"}
                if content in seen:
                    continue
                seen.append(content)
                loads.add(event["load_id"])
                columns = [c for c in self.columns[f"event_{name}"] if c in event]
                listed = ", ".join(f'"{column}"' for column in columns)
                con.execute(
                    f"INSERT INTO event_{name} ({listed}) VALUES ({', '.join('?' * len(columns))})",
                    [event[column] for column in columns],
                )
        assemble(con, sorted(loads))
        prepare(con)

    def lay_out(self, world: World, days: Days) -> None:
        wanted = (world.hours, world.zone, days)
        if world.hours is not None and wanted != self.laid_out:
            hours = {"default": calendar_of(world.hours)}
            self.laid = calendars.lay_out_calendars(self.con, hours, world.zone, days)
            self.laid_out = wanted

    def asked(self, world: World, key: str, terms: Terms) -> tuple[Frame, Ask]:
        """Return the question as the product is asked it; ``terms`` in pieces over the days of the world."""
        days = Days(world.since, world.until)
        self.lay_out(world, days)
        metric = metric_named(key)
        pieces = {
            name: [Piece(of, values.get(name, term.default), "§3") for of, values in terms]
            for name, term in metric.terms.items()
        }
        calendar = None if world.hours is None else "default"
        by_agent = population_needs(metric.population).by_agent  # what has no queue is where its agent is
        scope = scope_sql(world.scope, postings(self.con), by_agent=by_agent) or "true"
        frame = Frame(
            days, world.zone, world.cut_off_at, scope, calendar,
            population_options(metric, pieces), self.laid,
        )  # fmt: skip
        return frame, Ask("m", metric, pieces)

    def ask(self, world: World, key: str, terms: Terms) -> Answer:
        """Return the metric's states and value."""
        frame, ask = self.asked(world, key, terms)
        metric, population, asks = ask.metric, ask.population, [ask]
        states = make_wide(self.con, "wide", population, frame, asks)
        cursor = self.con.execute("SELECT * FROM wide")
        names = [column[0] for column in cursor.description or []]
        found: dict[tuple[str, str], tuple[str, Fraction | None]] = {}
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            amount = row.get("m_amount")
            if row["outside"] is not None:
                state = f"outside: {row['outside']}"
            elif row["m_state"] is None:
                state = "NO STATE"
            else:
                state = states["m"][row["m_state"] - 1]
            item = (row["item_source"], row["item_id"])
            assert item not in found, f"{item} stands twice in {population}"
            found[item] = (state, None if amount is None else Fraction(amount))
        counts = Counts()
        for tally in tallies(self.con, "wide", asks, states, by={}):
            counts = counts + tally.counts
        percentile = terms[-1][1].get("percentile")
        answer = measured(metric, counts, percentile=None if percentile is None else Decimal(percentile))
        return Answer(found, LONGEST if answer.beyond else answer.value)


@contextmanager
def product() -> Iterator[Product]:
    """Open a product whose calendars leave room for days, not for a year: these worlds are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendars, "ROOM", timedelta(days=40))
        made = Product()
        try:
            yield made
        finally:
            made.con.close()
