"""A stand-in for pipelines.runs: the functions that the pages use, over made-up months of one vendor.

It shows its rows to whoever asks: who sees which rows is tested on a real home of two vendors (two_vendors.py).
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from app.queries.door import Door
from pipelines.core.canonical import digest
from pipelines.core.problem import Problem, Refused
from pipelines.runs import definitions
from pipelines.runs.sight import WHOLE, Sight
from tests.app.fake_body import FakeMonth, Tally
from tests.app.fake_item import item_of
from tests.app.fake_month import Contact
from tests.app.fake_promise import PROMISES, Promise


class FakeRuns:
    """The promised functions, over ``months`` months that end with October 2026."""

    def __init__(self, months: int = 3, size: int = 1500) -> None:
        self.months = [FakeMonth(2025 + (9 + n) // 12, (9 + n) % 12 + 1, size) for n in range(13 - months, 13)]

    def list_statements(self) -> list[SimpleNamespace]:
        return [self._ref(month) for month in reversed(self.months)]

    def _ref(self, month: FakeMonth) -> SimpleNamespace:
        contract, closed = month.body["contract"], date.fromisoformat(month.days["until"]) + timedelta(days=2)
        return SimpleNamespace(
            id=f"hx-2026-017.{month.name}.v1",
            contract=contract["number"],
            title=contract["title"],
            vendor=contract["vendor"],
            month=month.name,
            version=1,
            closed_at=datetime(closed.year, closed.month, closed.day, 2, 11, tzinfo=UTC),
            is_latest=True,
            status="DRAFT",
            sha256=digest(month.body),
        )

    def _month(self, statement_id: str) -> FakeMonth:
        for month in self.months:
            if f".{month.name}." in statement_id:
                return month
        raise Refused(
            Problem(
                statement_id, "There is no such statement.", "`clausemeter statements` lists them.", "statement.unknown"
            )
        )

    def read_statement(self, statement_id: str, sight: Sight = WHOLE) -> dict[str, Any]:
        return self._month(statement_id).body

    def _promise(self, indicator_id: str) -> Promise:
        return next(p for p in PROMISES if p.id == indicator_id)

    def _mine(self, statement_id: str, indicator_id: str) -> list[Contact]:
        return [c for c in self._month(statement_id).contacts if indicator_id in c.states]

    def daily(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        found, promise = self._mine(statement_id, indicator_id), self._promise(indicator_id)
        days = sorted({c.service_on for c in found})
        return [
            Tally.over(promise, [c for c in found if c.service_on == day]).row(promise, name=str(day)) for day in days
        ]

    def by_group(
        self, statement_id: str, indicator_id: str, group: str, *, sight: Sight = WHOLE
    ) -> list[SimpleNamespace]:
        found, promise = self._mine(statement_id, indicator_id), self._promise(indicator_id)
        names = sorted({group_of(c, group) for c in found})
        return [
            Tally.over(promise, [c for c in found if group_of(c, group) == name]).row(promise, name=name)
            for name in names
        ]

    def histogram(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        amounts = [c.amounts[indicator_id] for c in self._mine(statement_id, indicator_id) if indicator_id in c.amounts]
        width = max(1, int(max(amounts, default=Decimal(0))) // 40)
        held = Counter(int(amount) // width for amount in amounts)
        return [
            SimpleNamespace(from_s=str(b * width), until_s=str((b + 1) * width), n=n) for b, n in sorted(held.items())
        ]

    def items(
        self,
        statement_id: str,
        indicator_id: str,
        *,
        state: str | None = None,
        day: date | None = None,
        group: tuple[str, str] | None = None,
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
        sight: Sight = WHOLE,
    ) -> SimpleNamespace:
        found = [
            c
            for c in self._mine(statement_id, indicator_id)
            if (state is None or c.states[indicator_id] == state or c.states[indicator_id].partition(":")[0] == state)
            and (day is None or c.service_on == day)
            and (group is None or group_of(c, group[0]) == group[1])
        ]
        rest = [c for c in found if after is None or key_of(c) > tuple(after)]
        page = rest[:limit]
        rows = [
            SimpleNamespace(
                **vars(c),
                service_on=c.service_on,
                state=c.states[indicator_id],
                amount=str(c.amounts[indicator_id]) if indicator_id in c.amounts else None,
            )
            for c in page
        ]
        last = key_of(page[-1]) if len(rest) > limit else None
        return SimpleNamespace(rows=rows, next=last, total=len(found))

    def item(
        self, statement_id: str, source: str, item_id: str, population: str, *, sight: Sight = WHOLE
    ) -> SimpleNamespace:
        for contact in self._month(statement_id).contacts:
            if (contact.source, contact.item_id) == (source, item_id):
                return item_of(contact, self._month(statement_id).body)
        raise Refused(
            Problem(
                f"{source} {item_id}",
                f"There is no such item in {population}.",
                "Look at the list of items.",
                "item.unknown",
            )
        )

    def door(self) -> Door:
        """Return the door that the pages go through."""

        return Door(
            list_statements=self.list_statements,
            read_statement=self.read_statement,
            daily=self.daily,
            by_group=self.by_group,
            histogram=self.histogram,
            items=self.items,
            item=self.item,
            list_definitions=definitions.definitions,
            read_definition=definitions.definition,
            names_key=lambda: "made up",
            document=lambda statement_id, form, _: (f"{statement_id}.{form}", b"made up"),
        )


def key_of(contact: Contact) -> tuple[str, str, str]:
    """Return what items are ordered by."""
    return contact.arrival_at.isoformat(), contact.source, contact.item_id


def group_of(contact: Contact, group: str) -> str:
    """Return a contact's team, queue, agent or hour."""
    return {"team": contact.team, "queue": contact.queue, "agent": contact.agent_id or "—", "hour": contact.hour}[group]


@lru_cache(maxsize=4)
def fake_runs(months: int = 3, size: int = 1500) -> FakeRuns:
    """Return the made-up home; the same one for every test."""
    return FakeRuns(months, size)
