"""The promises of the made-up contract."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


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
    Promise(
        "first_response",
        "1.5(1)",
        "30 秒首次响应率",
        "First response within 30 s",
        "chat.first_response@1",
        "share",
        "higher",
        "0.9",
        "12",
        "critical",
        terms={"answer_within_s": "30", "chat_short_abandon_s": "5"},
    ),
    Promise(
        "response_time",
        "1.5(1)",
        "平均响应时长",
        "Average response time",
        "chat.response_mean@1",
        "s",
        "lower",
        "25",
        "6",
    ),
    Promise(
        "reply_rate", "1.5(1)", "会话回复率", "Session reply rate", "chat.reply_rate@1", "share", "higher", "0.98", "4"
    ),
    Promise(
        "connect_rate",
        "1.5(1)",
        "电话接通率",
        "Connect rate",
        "phone.connect_rate@1",
        "share",
        "higher",
        "0.92",
        "8",
        "critical",
        terms={"short_abandon_s": "5", "out_of_hours": "exclude"},
    ),
    Promise(
        "service_level",
        "附件 6",
        "20 秒服务水平",
        "Service level, 20 s",
        "phone.service_level@1",
        "share",
        "higher",
        "0.85",
        "6",
        "critical",
        terms={"answer_within_s": "20", "short_abandon_s": "5", "formula": "within / (answered + abandoned after)"},
    ),
    Promise(
        "average_wait",
        "1.5(1)",
        "平均等待时长",
        "Average speed of answer",
        "phone.average_wait@1",
        "s",
        "lower",
        "30",
        "4",
        terms={"over": "answered"},
    ),
    Promise(
        "abandonment",
        "附件 8",
        "放弃率",
        "Abandonment rate",
        "phone.abandonment@1",
        "share",
        "lower",
        "0.03",
        "2",
        numerator="missed",
        terms={"short_abandon_s": "5"},
    ),
    Promise(
        "email_reply",
        "1.5(1)",
        "邮件 1 个工作日内回复率",
        "Email reply within 1 working day",
        "email.reply_within_days@1",
        "share",
        "higher",
        "0.95",
        "4",
        terms={"working_days": "1", "after_close": "same_day"},
    ),
    Promise(
        "resolution",
        "1.5(2)",
        "当场解决率",
        "First-contact resolution",
        "contact.on_the_spot@1",
        "share",
        "higher",
        "0.8",
        "8",
        terms={"evidence": "no_repeat", "window_h": "168"},
    ),
    Promise(
        "csat",
        "1.5(5)",
        "满意度",
        "Customer satisfaction",
        "quality.csat@1",
        "points",
        "higher",
        "4.5",
        "12",
        "critical",
        minimum=30,
        terms={"scale": "1–5", "convert": "linear"},
    ),
    Promise(
        "accuracy",
        "1.5(4)",
        "质检准确率",
        "Inspection accuracy",
        "quality.accuracy@1",
        "share",
        "higher",
        "0.96",
        "10",
        minimum=30,
    ),
    Promise(
        "handle_time",
        "2.1(1)c",
        "平均处理时长",
        "Average handle time",
        "phone.handle_time@1",
        "s",
        "lower",
        None,
        None,
        "report_only",
    ),
)


def verdict_of(promise: Promise, found: dict[str, Any]) -> tuple[str, str]:
    """Judge as the contract would."""
    if found["value"] is None:
        return "no data", "no items"
    if promise.target is None:
        return "reported", "no target is agreed"
    if found["n"] < promise.minimum:
        return "not enough data", f"{found['n']} items, at least {promise.minimum} are needed"
    value, target = Fraction(found["value"]), Fraction(promise.target)
    return ("met" if (value >= target if promise.better == "higher" else value <= target) else "missed"), ""
