"""A stand-in for pipelines.runs: the functions that the pages use, over made-up months of one vendor.

It shows its rows to whoever asks: who sees which rows is tested on a real home of two vendors (two_vendors.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.queries.door import Door
from pipelines.core.canonical import digest
from pipelines.core.exact import decimal_text
from pipelines.core.problem import Problem, Refused
from pipelines.metrics.declare import metric_named
from pipelines.runs import definitions
from pipelines.runs.contracts import contract_document
from pipelines.runs.sight import WHOLE, Sight
from pipelines.scoring.contribution import PartCells, contributions
from pipelines.scoring.counts import Counts
from pipelines.scoring.noise import limits_of
from tests.app.fake_behind import bridge_of, deliveries_of
from tests.app.fake_body import FakeMonth, Tally
from tests.app.fake_desks import accrual_of, agents_of, diff_of, export_of, month_of, pending_of, so_far_of
from tests.app.fake_item import item_of
from tests.app.fake_month import Contact
from tests.app.fake_promise import PROMISES, Promise


class FakeRuns:
    """The promised functions, over ``months`` months that end with October 2026."""

    def __init__(self, months: int = 3, size: int = 1500) -> None:
        self.published = "made up"
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

    def _tallied(self, statement_id: str, indicator_id: str, name_of: Callable[[Contact], str]) -> dict[str, Any]:
        """Return a row and counts a group."""
        promise = self._promise(indicator_id)
        by_name: dict[str, list[Contact]] = {}
        for contact in self._mine(statement_id, indicator_id):
            by_name.setdefault(name_of(contact), []).append(contact)
        found = {name: Tally.over(promise, contacts) for name, contacts in sorted(by_name.items())}
        return {
            name: (tally.row(promise, name=name), Counts(tally.states, amount=tally.amount))
            for name, tally in found.items()
        }

    def control_chart(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> SimpleNamespace:
        tallied = self._tallied(statement_id, indicator_id, lambda c: str(c.service_on))
        metric = metric_named(self._promise(indicator_id).metric)
        limits = limits_of(metric, {name: counts for name, (_, counts) in tallied.items()})
        days = [
            SimpleNamespace(
                row=row,
                low=None if name not in limits else decimal_text(limits[name].low),
                high=None if name not in limits else decimal_text(limits[name].high),
                is_signal=name in limits and row.n > 0 and not limits[name].holds(Fraction(row.value)),
            )
            for name, (row, _) in tallied.items()
        ]
        month = self._month(statement_id)
        kinds = {1: ("holiday",), 2: ("holiday",), 3: ("holiday",), 11: ("promotion",), 18: ("promotion",)}
        marked = [SimpleNamespace(day=date(month.year, month.month, day), kinds=kinds[day]) for day in sorted(kinds)]
        return SimpleNamespace(days=days, marked=marked)

    def hour_map(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        tallied = self._tallied(statement_id, indicator_id, lambda c: f"{group_of(c, 'weekday')}-{group_of(c, 'hour')}")
        return [row for row, _ in tallied.values()]

    def contributions(
        self, statement_id: str, indicator_id: str, group: str, *, sight: Sight = WHOLE
    ) -> SimpleNamespace:
        body = self.read_statement(statement_id)
        found = next(one for one in body["indicators"] if one["id"] == indicator_id)
        parts, rows = [], {}
        for part in found["parts"]:
            tallied = self._tallied(
                statement_id,
                indicator_id,
                lambda c, part=part: (  # type: ignore[misc]
                    group_of(c, group) if part["from"] <= str(c.service_on) < part["until"] else ""
                ),
            )
            tallied.pop("", None)
            target = None if part["target"] is None else Fraction(part["target"])
            parts.append(PartCells(target, {name: counts for name, (_, counts) in tallied.items()}))
        rows = self._tallied(statement_id, indicator_id, lambda c: group_of(c, group))
        amounts = [Decimal(line["amount"]) for line in body["lines"] if line["indicator"] == indicator_id]
        shared = contributions(metric_named(self._promise(indicator_id).metric), parts, amounts=amounts)
        return SimpleNamespace(
            rows=[
                SimpleNamespace(row=rows[one.name][0], gap=one.gap, excess=one.excess, allocated=one.allocated)
                for one in shared.groups
            ],
            gap=shared.gap,
            money=sum(amounts, Decimal(0)),
            unallocated=shared.unallocated,
        )

    def deliveries(self, statement_id: str, *, sight: Sight = WHOLE) -> SimpleNamespace:
        return deliveries_of(self._month(statement_id).body)

    def kept_bridge(self, statement_id: str) -> dict[str, Any] | None:
        return bridge_of(self._month(statement_id).body) if statement_id == self.list_statements()[0].id else None

    def contract_text(self, statement_id: str, language: Any) -> str:
        return contract_document("A", language)

    def find(self, statement_id: str, text: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        contacts = self._month(statement_id).contacts
        agents = sorted({c.agent_id for c in contacts if c.agent_id and c.agent_id.startswith(text)})[:6]
        found = [c for c in contacts if c.item_id.lower().startswith(text)][:6]
        nothing = {"agent_id": "", "population": "", "source": "", "item_id": ""}
        return [
            *(SimpleNamespace(**{**nothing, "agent_id": one, "indicator": "service_level"}) for one in agents),
            *(
                SimpleNamespace(
                    agent_id="",
                    population=f"{c.channel}_item",
                    source=c.source,
                    item_id=c.item_id,
                    indicator=next(iter(c.states)),
                )
                for c in found
            ),
        ]

    def all_items(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE, **asked: Any) -> Iterator[Any]:
        yield from self.items(statement_id, indicator_id, **asked, limit=10**9).rows

    def items(
        self,
        statement_id: str,
        indicator_id: str,
        *,
        state: str | None = None,
        day: date | None = None,
        groups: Sequence[tuple[str, str]] = (),
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
        sight: Sight = WHOLE,
    ) -> SimpleNamespace:
        found = [
            c
            for c in self._mine(statement_id, indicator_id)
            if (state is None or c.states[indicator_id] == state or c.states[indicator_id].partition(":")[0] == state)
            and (day is None or c.service_on == day)
            and all(is_in_group(c, indicator_id, name, value) for name, value in groups)
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

    def accrual(self, statement_id: str) -> SimpleNamespace | None:
        return accrual_of(self._month(statement_id).body)

    def month(self, statement_id: str) -> SimpleNamespace:
        return month_of(self._ref(self._month(statement_id)))

    def diff(self, before: str, after: str) -> SimpleNamespace:
        return diff_of(self._month(before).body, self._month(after).body)

    def evidence(
        self, statement_id: str, form: str, *, language: str, out: Path, sight: Sight = WHOLE
    ) -> SimpleNamespace:
        return export_of(self._ref(self._month(statement_id)), form, language, out)

    def so_far(self, statement_id: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        return so_far_of(self._month(statement_id).body, lambda name: self.daily(statement_id, name))

    def pending(self, statement_id: str, *, sight: Sight = WHOLE) -> SimpleNamespace:
        return pending_of(self._month(statement_id))

    def agents(self, statement_id: str, indicator_id: str, *, sight: Sight = WHOLE) -> list[SimpleNamespace]:
        found = next(one for one in self._month(statement_id).body["indicators"] if one["id"] == indicator_id)
        return agents_of(self.by_group(statement_id, indicator_id, "agent"), found)

    def door(self) -> Door:
        """Return the door that the pages go through."""

        return Door(
            list_statements=self.list_statements,
            read_statement=self.read_statement,
            daily=self.daily,
            by_group=self.by_group,
            histogram=self.histogram,
            control_chart=self.control_chart,
            hour_map=self.hour_map,
            contributions=self.contributions,
            deliveries=self.deliveries,
            kept_bridge=self.kept_bridge,
            contract_text=self.contract_text,
            items=self.items,
            all_items=self.all_items,
            find=self.find,
            item=self.item,
            list_definitions=definitions.definitions,
            read_definition=definitions.definition,
            names_key=lambda: "made up",
            stamp=lambda: self.published,
            accrual=self.accrual,
            month=self.month,
            diff=self.diff,
            evidence=self.evidence,
            so_far=self.so_far,
            pending=self.pending,
            agents=self.agents,
            document=lambda statement_id, form, _: (f"{statement_id}.{form}", b"made up"),
        )


def key_of(contact: Contact) -> tuple[str, str, str]:
    """Return what items are ordered by."""
    return contact.arrival_at.isoformat(), contact.source, contact.item_id


def group_of(contact: Contact, group: str) -> str:
    """Return a contact's team, queue, agent, topic, hour or weekday."""
    return {
        "team": contact.team,
        "queue": contact.queue,
        "agent": contact.agent_id or "(none)",
        "topic": ("order", "refund", "(none)")[int(contact.item_id[-1]) % 3],
        "hour": contact.hour,
        "weekday": str(contact.service_on.isoweekday()),
    }[group]


def is_in_group(contact: Contact, indicator_id: str, group: str, value: str) -> bool:
    """Say whether a contact is of a group, or its amount within a span."""
    if group != "amount":
        return group_of(contact, group) == value
    since, until = value.split("-")
    amount = contact.amounts.get(indicator_id)
    return amount is not None and Decimal(since) <= amount and (not until or amount < Decimal(until))


@lru_cache(maxsize=4)
def fake_runs(months: int = 3, size: int = 1500) -> FakeRuns:
    """Return the made-up home; the same one for every test."""
    return FakeRuns(months, size)
