"""A month of made-up contacts for the pages to show: items first, so that days, groups and totals agree with each other."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
TEAMS = {"phone": ("售前一组", "售后二组", "Night"), "chat": ("售前一组", "售后二组", "大促支援"), "email": ("邮件组",)}
QUEUES = {"phone": ("presale", "aftersale", "vip"), "chat": ("im_main", "im_vip"), "email": ("support",)}


@dataclass(frozen=True)
class Promise:
    """An indicator of the made-up contract."""

    id: str
    clause: str
    zh: str
    en: str
    metric: str
    unit: str
    better: str
    target: str | None
    weight: str | None
    class_: str = "key"
    numerator: str = "met"
    minimum: int = 1
    terms: dict[str, str] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        return self.metric.partition(".")[0]

    @property
    def is_mean(self) -> bool:
        return self.unit != "share"


PROMISES = (
    Promise("first_response", "1.5(1)", "30 秒首次响应率", "First response within 30 s", "chat.first_response@1",
            "share", "higher", "0.9", "12", "critical", terms={"answer_within_s": "30", "chat_short_abandon_s": "5"}),
    Promise("response_time", "1.5(1)", "平均响应时长", "Average response time", "chat.average_response@1",
            "s", "lower", "25", "6"),
    Promise("reply_rate", "1.5(1)", "会话回复率", "Session reply rate", "chat.reply_rate@1", "share", "higher", "0.98", "4"),
    Promise("connect_rate", "1.5(1)", "电话接通率", "Connect rate", "phone.connect_rate@1", "share", "higher", "0.92", "8",
            "critical", terms={"short_abandon_s": "5", "out_of_hours": "exclude"}),
    Promise("service_level", "附件 6", "20 秒服务水平", "Service level, 20 s", "phone.service_level@1",
            "share", "higher", "0.85", "6", "critical",
            terms={"answer_within_s": "20", "short_abandon_s": "5", "formula": "within / (answered + abandoned after)"}),
    Promise("average_wait", "1.5(1)", "平均等待时长", "Average speed of answer", "phone.average_wait@1",
            "s", "lower", "30", "4", terms={"over": "answered"}),
    Promise("abandonment", "附件 8", "放弃率", "Abandonment rate", "phone.abandonment@1", "share", "lower", "0.03", "2",
            numerator="missed", terms={"short_abandon_s": "5"}),
    Promise("email_reply", "1.5(1)", "邮件 1 个工作日内回复率", "Email reply within 1 working day", "email.reply_within@1",
            "share", "higher", "0.95", "4", terms={"working_days": "1", "after_close": "same_day"}),
    Promise("resolution", "1.5(2)", "当场解决率", "First-contact resolution", "chat.resolution@1",
            "share", "higher", "0.8", "8", terms={"evidence": "no_repeat", "window_h": "168"}),
    Promise("csat", "1.5(5)", "满意度", "Customer satisfaction", "survey.csat_mean@1", "points", "higher", "4.5", "12",
            "critical", minimum=30, terms={"scale": "1–5", "convert": "linear"}),
    Promise("accuracy", "1.5(4)", "质检准确率", "Inspection accuracy", "inspection.accuracy@1", "share", "higher", "0.96",
            "10", minimum=30),
    Promise("handle_time", "2.1(1)c", "平均处理时长", "Average handle time", "phone.handle_time@1", "s", "lower", None, None,
            "report_only"),
)  # fmt: skip


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
        return wait, False, dict.fromkeys(("connect_rate", "service_level", "average_wait", "abandonment"),
                                          "unmeasurable: negative queue time") | {"handle_time": "pending"}, {}  # fmt: skip
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
