"""What the desks of finance and a team lead ask of the runs, over a made-up month."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pipelines.core.exact import decimal_text
from pipelines.scoring.headroom import Rule, headroom, path
from pipelines.scoring.interval import stands, wilson
from tests.app.fake_body import FakeMonth

Body = Mapping[str, Any]


def accrual_of(body: Body) -> SimpleNamespace:
    """Return the totals as they stand, and 1,000.00 less if all that is pending is missed."""
    met = {step: Decimal(amount) for step, amount in body["totals"].items()}
    missed = {**met, "deductions": met["deductions"] - 1000, "payable": met["payable"] - 1000}
    rows = [
        SimpleNamespace(
            id=one["id"],
            pending=one["states"]["pending"],
            stays=one["unit"] != "share",
            met=one["value"],
            missed=one["value"],
            verdict_met=one["verdict"],
            verdict_missed="missed",
        )
        for one in body["indicators"]
        if one["states"]["pending"]
    ]
    return SimpleNamespace(met=met, missed=missed, low=missed["payable"], high=met["payable"], indicators=rows)


def month_of(ref: Any) -> SimpleNamespace:
    """Return a provisional month on which the vendor has objected, and its days."""
    until = ref.closed_at.date()
    days = {"provisional": 1, "objections": 8, "decisions": 15, "signed": 17}
    said = {"party": "vendor", "kind": "objection", "remarks": ["9.3: c20"], "at": "2026-11-03T02:00:00Z"}
    return SimpleNamespace(
        month=ref.month,
        state="provisional",
        since=ref.closed_at.isoformat(),
        by="",
        statement=ref.id,
        words=[said],
        deadlines={name: until + timedelta(days=n) for name, n in days.items()},
        history=[],
    )


def diff_of(before: Body, after: Body) -> SimpleNamespace:
    """Return two months held against each other as if they were versions of one."""
    was, now = ({one["id"]: one for one in body["indicators"]} for body in (before, after))
    changed = [
        SimpleNamespace(id=name, before=was[name], after=now[name], items=7, causes={"late": 5, "override": 2})
        for name in now
        if was[name]["value"] != now[name]["value"]
    ]
    amounts = [{line["id"]: line["amount"] for line in body["lines"]} for body in (before, after)]
    lines = [
        (name, amounts[0].get(name), amounts[1].get(name))
        for name in dict.fromkeys([*amounts[0], *amounts[1]])
        if amounts[0].get(name) != amounts[1].get(name)
    ]
    totals = [
        (step, before["totals"][step], amount)
        for step, amount in after["totals"].items()
        if before["totals"][step] != amount
    ]
    return SimpleNamespace(context=["cut_off_at", "loads[3]"], indicators=changed, lines=lines, totals=totals)


def export_of(ref: Any, form: str, language: str, out: Path) -> SimpleNamespace:
    """Write a few bytes that say what was asked for."""
    said = f"{ref.id} {form} {language}".encode()
    files = [out / "phone_item.csv", out / "legend.csv"] if form == "csv" else [out]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(said)
    return SimpleNamespace(statement=ref.id, sha256=ref.sha256, status="DRAFT", files=tuple(files))


def so_far_of(body: Body, daily: Callable[[str], Sequence[Any]]) -> list[SimpleNamespace]:
    """Return each share with a target, by its latest target."""
    found = []
    for one in body["indicators"]:
        part = one["parts"][-1]
        if one["unit"] != "share" or part["target"] is None:
            continue
        rule = Rule(Fraction(part["target"]), one["better"])
        days = []
        for row in daily(one["id"]):
            if part["from"] <= row.name < part["until"]:
                top, whole = int(row.numerator), int(row.denominator)
                good = top if one["better"] == "higher" else whole - top
                days.append((date.fromisoformat(row.name), good, whole - good))
        room = headroom(sum(good for _, good, _ in days), sum(bad for *_, bad in days), rule)
        found.append(
            SimpleNamespace(
                indicator=one["id"],
                since=date.fromisoformat(part["from"]),
                target=part["target"],
                target_by=part["target_by"],
                minimum=part["minimum_sample"],
                room=room,
                days=path(days, rule),
            )
        )
    return found


def pending_of(month: FakeMonth) -> SimpleNamespace:
    """Return a clock that is over in one, two, … hours for each item whose resolution is pending."""
    cut_off_at = datetime.fromisoformat(month.body["cut_off_at"]).astimezone(UTC)
    named = {one["id"]: one for one in month.body["indicators"]}
    left = [one for one in month.contacts if one.states.get("resolution") == "pending"]
    clocks = [
        SimpleNamespace(
            indicator="resolution",
            column="resolution",
            name=named["resolution"]["name"],
            clause=named["resolution"]["clause"],
            population="contact",
            source=one.source,
            item_id=one.item_id,
            team=one.team,
            agent_id=one.agent_id,
            queue=one.queue,
            began_at=one.arrival_at,
            due_at=cut_off_at + timedelta(hours=hour),
            may_be_later=hour == 2,
        )
        for hour, one in enumerate(left, 1)
    ]
    within = Counter({hours: sum(hour <= hours for hour in range(1, len(left) + 1)) for hours in (2, 24)})
    return SimpleNamespace(cut_off_at=cut_off_at, clocks=clocks[:50], total=len(left), waiting=3, within=within)


def agents_of(rows: Sequence[Any], found: Body) -> list[SimpleNamespace]:
    """Return the agents with Wilson's interval where the value is a share."""
    listed = []
    for row in rows:
        if not row.n:
            continue
        chance = wilson(int(row.numerator), row.n) if found["unit"] == "share" else None
        row.low, row.high = (None, None) if chance is None else (decimal_text(chance.low), decimal_text(chance.high))
        where = "open"
        if chance is not None and found["target"] is not None:
            where = stands(chance.low, chance.high, Fraction(found["target"]), found["better"])
        listed.append(SimpleNamespace(row=row, stands=where))
    return listed
