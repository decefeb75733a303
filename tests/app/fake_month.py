"""A month of made-up contacts: items first, so that days, groups and totals agree with each other."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
TEAMS = {"phone": ("售前一组", "售后二组", "Night"), "chat": ("售前一组", "售后二组", "大促支援"), "email": ("邮件组",)}
QUEUES = {"phone": ("presale", "aftersale", "vip"), "chat": ("im_main", "im_vip"), "email": ("support",)}


@dataclass(frozen=True)
class Contact:
    """A made-up item with the state and amount that each indicator gives it."""

    channel: str
    source: str
    item_id: str
    arrival_at: datetime
    queue: str
    team: str
    agent_id: str | None
    wait_s: Decimal
    states: dict[str, str]
    amounts: dict[str, Decimal]

    @property
    def service_on(self) -> date:
        return self.arrival_at.astimezone(ZONE).date()

    @property
    def hour(self) -> str:
        return f"{self.arrival_at.astimezone(ZONE).hour:02d}"


def _seconds(chance: random.Random, mean: float) -> Decimal:
    return Decimal(min(1800, round(chance.expovariate(1 / mean), 1))).quantize(Decimal("0.1"))


def phone(chance: random.Random, busy: float) -> tuple[Decimal, bool, dict[str, str], dict[str, Decimal]]:
    wait = _seconds(chance, 8.2 * busy)
    lost = wait > 6 and chance.random() < 0.035 * busy
    if chance.random() < 0.02:
        wait, lost = Decimal("3.0"), True
    if chance.random() < 0.004:
        return (
            wait,
            False,
            dict.fromkeys(
                ("connect_rate", "service_level", "average_wait", "abandonment"), "unmeasurable: negative queue time"
            )
            | {"handle_time": "pending"},
            {},
        )
    short = lost and wait <= 5
    states = {
        "connect_rate": "excluded: short abandon" if short else "missed" if lost else "met",
        "service_level": "excluded: left within target"
        if lost and wait <= 20
        else "met"
        if wait <= 20 and not lost
        else "missed",
        "average_wait": "excluded: left before an answer" if lost else "counted",
        "abandonment": "excluded: short abandon" if short else "missed" if lost else "met",
        "handle_time": "excluded: never answered" if lost else "counted",
    }
    amounts = {} if lost else {"average_wait": wait, "handle_time": _seconds(chance, 210) + 20}
    return wait, not lost, states, amounts | {"service_level": wait}


def chat(chance: random.Random, busy: float) -> tuple[Decimal, bool, dict[str, str], dict[str, Decimal]]:
    wait = _seconds(chance, 9.6 * busy)
    left = wait > 25 and chance.random() < 0.09
    states = {
        "first_response": "excluded: left within target"
        if left and wait <= 30
        else "met"
        if wait <= 30 and not left
        else "missed",
        "response_time": "excluded: never answered" if left else "counted",
        "reply_rate": "missed" if left else "met",
        "resolution": "pending" if chance.random() < 0.03 else "met" if chance.random() < 0.83 else "missed",
    }
    amounts = {"first_response": wait} | ({} if left else {"response_time": _seconds(chance, 19) + 2})
    return wait, not left, states, amounts


def email(chance: random.Random, busy: float) -> tuple[Decimal, bool, dict[str, str], dict[str, Decimal]]:
    late = chance.random() < 0.035
    state = "missed: not yet done" if late and chance.random() < 0.3 else "missed" if late else "met"
    return _seconds(chance, 1500), True, {"email_reply": state}, {}


def surveyed(chance: random.Random) -> tuple[dict[str, str], dict[str, Decimal]]:
    states, amounts = {}, {}
    if chance.random() < 0.12:
        states["csat"] = "counted"
        amounts["csat"] = Decimal(chance.choices((5, 4, 3, 2, 1), (72, 17, 6, 2, 3))[0])
    elif chance.random() < 0.4:
        states["csat"] = "excluded: no answer"
    if chance.random() < 0.004:
        states["accuracy"] = "met" if chance.random() < 0.95 else "missed"
    return states, amounts


def contacts(year: int, month: int, size: int) -> Iterator[Contact]:
    """Make about ``size`` contacts of a month; the same ones every time."""
    chance = random.Random(f"{year}-{month}-{size}")
    begin = datetime(year, month, 1, tzinfo=ZONE)
    days = ((begin + timedelta(days=32)).replace(day=1) - begin).days
    makers = {"phone": phone, "chat": chat, "email": email}
    for number in range(size):
        channel = chance.choices(("phone", "chat", "email"), (45, 48, 7))[0]
        day = chance.randrange(days)
        hour = chance.choices(range(9, 23), (5, 8, 9, 6, 7, 8, 8, 7, 6, 7, 9, 10, 8, 5))[0]
        team = chance.choices(TEAMS[channel], (5, 4, 2)[: len(TEAMS[channel])])[0]
        busy = 1 + (0.5 if hour in (19, 20, 21) else 0) + (0.35 if team in ("Night", "大促支援") else 0)
        busy *= 1.8 if day in (10, 17) else 1.12 if month == 10 else 0.86 + (month * 7 % 5) / 12
        wait, handled, states, amounts = makers[channel](chance, busy)
        more, ratings = surveyed(chance)
        at = begin + timedelta(days=day, hours=hour, seconds=chance.randrange(3600))
        yield Contact(
            channel=channel,
            source={"phone": "hotline", "chat": "im", "email": "mailbox"}[channel],
            item_id=f"{channel[0].upper()}{year % 100}{month:02d}{number:05d}",
            arrival_at=at.astimezone(UTC),
            queue=chance.choice(QUEUES[channel]),
            team=team,
            agent_id=f"agent-{chance.randrange(1, 25):02d}" if handled else None,
            wait_s=wait,
            states=states | more,
            amounts=amounts | ratings,
        )


def reasons(states: Counter[str], kind: str) -> dict[str, int]:
    """Return the items of a class by reason."""
    return dict(sorted((s.partition(": ")[2], n) for s, n in states.items() if s.partition(":")[0] == kind))


def of(states: Counter[str], kind: str) -> int:
    """Return how many items are in a class."""
    return sum(n for state, n in states.items() if state.partition(":")[0] == kind)
