"""The generator's own count of what is true, by the simplest reading of the metrics: the vendors' reports come from it.

Terms as in sample contract A: short abandon 5 s, `within / (answered + abandoned after)` in 20 s, first response within
30 service seconds, rounds within 180, mail within one working day, the agent's flag and no case. All topics.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.samples.aftermath import Inspections, Surveys
from pipelines.samples.calls import ABANDONED, ANSWERED, LOST, Calls
from pipelines.samples.chance import Flags, Ints
from pipelines.samples.chats import HUMAN, LEAVES, Chats
from pipelines.samples.days import Service
from pipelines.samples.mails import Mails
from pipelines.samples.people import QUEUE_VENDOR

METRICS = {
    "phone.offered": "接入量",
    "phone.connect_rate": "接通率",
    "phone.service_level": "20秒服务水平",
    "phone.average_wait": "平均等待时长(秒)",
    "phone.abandonment": "放弃率",
    "chat.sessions": "人工会话量",
    "chat.first_response_share": "30秒首次响应率",
    "chat.average_response": "平均响应时长(秒)",
    "chat.reply_in_3_min": "3分钟人工回复率",
    "chat.reply_rate": "会话回复率",
    "email.reply_in_1_working_day": "邮件1个工作日回复率",
    "resolution.first_contact": "首次解决率(坐席标记)",
    "satisfaction.csat": "满意度均值",
    "quality.accuracy": "质检准确性均分",
}
# where the second vendor's report is kinder than the logs: a figure of its own beside the true one
ABANDONED_AFTER_20 = "phone.connect_rate, abandoned within 20 s left out"
RATED_FROM_2 = "satisfaction.csat, ratings of 1 left out"

SHORT_S, WITHIN_S, FIRST_RESPONSE_S, ROUND_S, LEFT_SHORT_S = 5, 20, 30, 180, 5


class Tally:
    """Numerators and denominators by vendor and metric."""

    def __init__(self) -> None:
        self.counts: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))

    def add(self, vendor: int, metric: str, numerator: int, denominator: int) -> None:
        """Add to a metric's numerator and denominator."""
        before = self.counts[vendor, metric]
        self.counts[vendor, metric] = (before[0] + int(numerator), before[1] + int(denominator))

    def merge(self, other: "Tally") -> None:
        """Add all of another tally."""
        for (vendor, metric), (numerator, denominator) in other.counts.items():
            self.add(vendor, metric, numerator, denominator)


@dataclass
class Books:
    """The tally of the month that is being written, and of what its last days leave to the next one.

    ``ends_at`` is the month's end: an item belongs to the month of its own arrival, not of its file.
    """

    ends_at: int
    now: Tally
    later: Tally

    def split(self, vendor: Ints, arrived: Ints, add: Callable[[Tally, int, Flags], None]) -> None:
        """Give ``add`` each vendor's items of each of both months."""
        is_later = arrived >= self.ends_at
        for number in (0, 1):
            add(self.now, number, (vendor == number) & ~is_later)
            if is_later.any():
                add(self.later, number, (vendor == number) & is_later)


def count_calls(books: Books, calls: Calls, service: Service) -> None:
    """Count a day's calls: first legs that entered a human queue within service hours."""
    offered = (calls.leg == 1) & np.isin(calls.outcome, (ANSWERED, ABANDONED, LOST))
    in_hours = offered & service.is_open(calls.queued)
    gave_up = in_hours & (calls.outcome == ABANDONED)
    answered = in_hours & (calls.outcome == ANSWERED)
    short = gave_up & (calls.wait <= SHORT_S)
    in_time = answered & (calls.wait <= WITHIN_S)
    late = gave_up & (calls.wait > WITHIN_S)
    lost = in_hours & (calls.outcome == LOST)

    def add(tally: Tally, vendor: int, mine: Flags) -> None:
        n = {name: int((mine & chosen).sum()) for name, chosen in {
            "offered": offered, "in_hours": in_hours, "gave_up": gave_up, "answered": answered, "short": short,
            "in_time": in_time, "late": late, "lost": lost,
        }.items()}  # fmt: skip
        tally.add(vendor, "phone.offered", n["offered"], 1)
        tally.add(vendor, "phone.connect_rate", n["answered"], n["in_hours"] - n["short"])
        # answered / (answered + lost + abandoned after 20 s)
        tally.add(vendor, ABANDONED_AFTER_20, n["answered"], n["answered"] + n["lost"] + n["late"])
        # lost calls stand in every service-level denominator but "/ answered"
        tally.add(vendor, "phone.service_level", n["in_time"], n["answered"] + n["lost"] + n["late"])
        tally.add(vendor, "phone.average_wait", int(calls.wait[mine & answered].sum()), n["answered"])
        tally.add(vendor, "phone.abandonment", n["gave_up"] - n["short"], n["in_hours"] - n["short"])

    books.split(calls.vendor, calls.queued, add)


def count_chats(books: Books, chats: Chats, service: Service, first_response: Service) -> None:
    """Count a day's sessions and rounds; first responses go by hours of their own."""
    population = chats.kind >= HUMAN
    answered = population & (chats.first_answer > 0)
    begun = np.where(answered, chats.started, chats.opened)
    took = first_response.open_seconds(begun, _or(chats.first_answer, chats.opened))
    left = population & (chats.kind == LEAVES)
    waits = np.where(left, chats.started, chats.opened), np.where(left, chats.left, chats.opened)
    excluded = left & (first_response.open_seconds(*waits) <= FIRST_RESPONSE_S)  # short, outside hours, or in time
    in_time = answered & (took <= FIRST_RESPONSE_S)
    not_asked = left & ((service.open_seconds(*waits) == 0) | (chats.left - chats.started <= LEFT_SHORT_S))

    session, asked, replied = chats.rounds["session"], chats.rounds["asked"], chats.rounds["answered"]
    done = replied > 0
    lasted = service.open_seconds(asked, np.where(done, replied, asked))
    open_until_closed = service.open_seconds(asked, np.maximum(chats.rounds["closed"], asked))
    # an unanswered last round that was closed, or left, within the limit is excluded; later it is missed
    kept = done | (open_until_closed > ROUND_S)

    def add_sessions(tally: Tally, vendor: int, mine: Flags) -> None:
        tally.add(vendor, "chat.sessions", int((mine & answered).sum()), 1)
        tally.add(
            vendor, "chat.first_response_share", int((mine & in_time).sum()), int((mine & population & ~excluded).sum())
        )
        tally.add(vendor, "chat.reply_rate", int((mine & answered).sum()), int((mine & population & ~not_asked).sum()))

    def add_rounds(tally: Tally, vendor: int, mine: Flags) -> None:
        quick = mine & kept & done & (lasted <= ROUND_S)
        tally.add(vendor, "chat.average_response", int(lasted[mine & done].sum()), int((mine & done).sum()))
        tally.add(vendor, "chat.reply_in_3_min", int(quick.sum()), int((mine & kept).sum()))

    vendor = QUEUE_VENDOR[chats.queue]
    books.split(vendor, chats.started, add_sessions)
    books.split(vendor[session], chats.rounds["begun"], add_rounds)


def _or(at: Ints, otherwise: Ints) -> Ints:
    return np.where(at > 0, at, otherwise)


def count_mails(books: Books, mails: Mails) -> None:
    """Count a day's threads."""

    def add(tally: Tally, vendor: int, mine: Flags) -> None:
        asked = mine & (mails.asked > 0)
        tally.add(vendor, "email.reply_in_1_working_day", int((asked & mails.in_time).sum()), int(asked.sum()))

    books.split(QUEUE_VENDOR[mails.queue], mails.asked, add)


def count_resolved(books: Books, vendor: Ints, arrived: Ints, resolved: Flags) -> None:
    """Count handled contacts and those resolved on the spot: the agent says so, and no case names them."""

    def add(tally: Tally, number: int, mine: Flags) -> None:
        tally.add(number, "resolution.first_contact", int((mine & resolved).sum()), int(mine.sum()))

    books.split(vendor, arrived, add)


def count_opinions(books: Books, surveys: Surveys, inspections: Inspections) -> None:
    """Count the last ratings of contacts, and the accuracy of inspected ones: a fatal finding zeroes it."""

    def rate(tally: Tally, vendor: int, mine: Flags) -> None:
        last = mine & surveys.is_last
        tally.add(vendor, "satisfaction.csat", int(surveys.rating[last].sum()), int(last.sum()))
        kind = last & (surveys.rating >= 2)
        tally.add(vendor, RATED_FROM_2, int(surveys.rating[kind].sum()), int(kind.sum()))

    def inspect(tally: Tally, vendor: int, mine: Flags) -> None:
        score = np.where(inspections.fatal, 0, inspections.accuracy)
        tally.add(vendor, "quality.accuracy", int(score[mine].sum()), int(mine.sum()))

    books.split(surveys.vendor, surveys.arrived, rate)
    books.split(inspections.vendor, inspections.arrived, inspect)
