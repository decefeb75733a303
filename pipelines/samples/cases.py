"""A day's cases: what contacts left open, and what came by the form; each a sequence of events over working days."""

from dataclasses import dataclass

import numpy as np

from pipelines.samples import lines
from pipelines.samples.calls import TOPICS_ZH, number_of_base
from pipelines.samples.chance import Curve, Dice, Flags, Ints
from pipelines.samples.contacts import TOPICS, Contacts, Identity
from pipelines.samples.days import BAD_WEEK, DAY_S, OFFICE_HOURS, Horizon, day_of
from pipelines.samples.logs import CASES, ID_PREFIX, SOURCE_CHANNEL, SOURCES, SYSTEMS
from pipelines.samples.people import AGENT_IDS, CASE_QUEUE, NAMES, NO_AGENT, QUEUE_VENDOR, YUANFAN, Desk

COMPLAINT, AFTER_SALES, ENQUIRY, FEEDBACK = range(4)
TYPES = ("投诉", "售后", "咨询跟进", "意见反馈")
KINDS = (
    "创建", "受理", "首次回复", "给出方案", "审核通过", "审核拒绝", "商品签收", "退款完成", "解决", "关闭", "客户撤销",
    "重开", "暂停", "恢复", "合并", "客户收货", "安排维修", "维修验收", "回访",
)  # fmt: skip
(
    OPENED, ACCEPTED, FIRST_REPLY, PLAN, REVIEWED, REFUSED, GOODS, REFUNDED, RESOLVED, CLOSED, WITHDRAWN,
    REOPENED, PAUSED, RESUMED, MERGED, RECEIVED, REPAIR_PLANNED, REPAIRED, CALLED_BACK,
) = range(len(KINDS))  # fmt: skip
REASONS = ("等待客户补充凭证",)
NEVER = 2**40  # later than any instant

HOUR = 3600
ACCEPTANCE = Curve(((0, 60), (500_000, 2 * HOUR), (900_000, 11 * HOUR), (989_000, 24 * HOUR), (1_000_000, 40 * HOUR)))
REPLY = Curve(((0, 600), (500_000, 5 * HOUR), (900_000, 20 * HOUR), (988_000, 47 * HOUR), (1_000_000, 70 * HOUR)))
# working days after the opening's: plan within 3 99.2 %, review within 2 98.7 %, refund within 3 of the goods 98.6 %,
# complaints resolved within 7 98.3 %
PLAN_DAYS = (420, 400, 140, 32, 8)
REVIEW_DAYS = (500, 360, 127, 13)
REFUND_DAYS = (300, 400, 200, 86, 14)
RESOLUTION_DAYS = (60, 200, 250, 200, 140, 90, 43, 12, 5)
COMPLAINTS_OF_10_000, AFTER_SALES_OF_10_000, FEEDBACK_OF_10_000 = 800, 4600, 300
UPHELD_OF_10_000 = (60, 80)  # complaints found to be the service's fault, by vendor
# days between the goods' receipt and the request for their return: 93 % within 7
RECEIPT_DAYS = (100, 220, 200, 150, 110, 80, 40, 30, 30, 20, 10, 10)
CALLED_BACK_OF_10_000 = 9650  # of the complaints and after-sales cases that were resolved


@dataclass
class Cases:
    """A day's cases and their events in the order of time."""

    number: Ints
    type: Ints
    source: Ints  # the place in logs.SOURCES of the log that holds its contact; -1: opened by the form
    contact: Ints
    queue: Ints
    agent: Ints
    upheld: Ints  # -1: not decided, or no complaint
    into: Ints  # number of the case it was merged into; 0: none
    opened: Ints
    identity: Identity
    events: dict[str, Ints]


def of_day(
    dice: Dice,
    day: int,
    total: int,
    by_form: Ints,
    forms: Identity,
    contacts: list[Contacts],
    horizon: Horizon,
    desk: Desk,
) -> Cases:
    """Make a day's ``total`` cases: unresolved contacts first, then as many of the forms as there is room for."""
    opened, source, contact, vendor, identity = _origins(dice, total, by_form, forms, contacts)
    count = len(opened)
    everyone = np.arange(count, dtype=np.int64)
    queue = CASE_QUEUE[vendor]
    drawn = dice.below(10_000, count)
    type_ = np.full(count, ENQUIRY, dtype=np.int64)
    type_[drawn < COMPLAINTS_OF_10_000 + AFTER_SALES_OF_10_000 + FEEDBACK_OF_10_000] = FEEDBACK
    type_[drawn < COMPLAINTS_OF_10_000 + AFTER_SALES_OF_10_000] = AFTER_SALES
    type_[(drawn < COMPLAINTS_OF_10_000) | (identity.topic == TOPICS.index("complaint"))] = COMPLAINT
    agent = desk.answer(dice, queue, opened)

    times = _course(dice, horizon, type_, opened)
    merged = (everyone > 0) & (source < 0) & dice.chance(300, count)
    survivor = np.maximum(everyone - 1, 0)
    merged &= ~merged[survivor]
    identity.copy_from(identity.part(everyone), everyone[merged], survivor[merged])
    stop = np.where(merged, opened + 3 * HOUR, NEVER)
    withdrawn = ~merged & dice.chance(150, count)
    stop = np.where(withdrawn, opened + dice.between(HOUR, 30 * HOUR, count), stop)
    withdrawn &= stop < times[RESOLVED]
    stop[~(merged | withdrawn)] = NEVER
    for kind in times:
        times[kind] = np.where(times[kind] >= stop, NEVER, times[kind])
    times[WITHDRAWN], times[MERGED] = np.where(withdrawn, stop, NEVER), np.where(merged, stop, NEVER)
    _pause_and_reopen(dice, horizon, times)

    upheld = np.where(
        dice.chance(np.array(UPHELD_OF_10_000, dtype=np.int64)[vendor] * _badness(day, vendor), count), 1, 0
    )
    upheld[(type_ != COMPLAINT) | (times[RESOLVED] >= NEVER)] = -1
    number = (day - number_of_base()) * 10**5 + everyone + 10**9
    into = np.where(merged, number - 1, 0)
    automatic = np.where((type_ == AFTER_SALES) & dice.chance(6000, count), opened + 2, NEVER)
    _around(dice, day, times, type_, source, identity.topic, stop)
    return Cases(
        number,
        type_,
        source,
        contact,
        queue,
        agent,
        upheld,
        into,
        opened,
        identity,
        _in_order(times, opened, automatic),
    )


def _badness(day: int, vendor: Ints) -> Ints:
    return np.where((vendor == YUANFAN) & (day_of(day) in BAD_WEEK), 4, 1)


def _origins(
    dice: Dice, total: int, by_form: Ints, forms: Identity, contacts: list[Contacts]
) -> tuple[Ints, Ints, Ints, Ints, Identity]:
    """Choose where cases come from, in the order of their openings."""
    parts: list[tuple[Ints, Ints, Ints, Ints, Identity]] = []
    room = total
    for group in contacts:
        need = np.flatnonzero(~group.resolved)
        mine = need[dice.chance(9960, len(need))][:room]
        room -= len(mine)
        opened = group.ended[mine] + dice.between(30, 1200, len(mine))
        source = np.full(len(mine), group.source, dtype=np.int64)
        vendor = QUEUE_VENDOR[group.queue[mine]]
        parts.append((opened, source, group.number[mine], vendor, group.identity.part(mine)))
    none = np.full(room, -1, dtype=np.int64)
    parts.append(
        (by_form[:room], none, none, (dice.below(100, room) >= 52).astype(np.int64), forms.part(slice(0, room)))
    )
    opened, source, contact, vendor = (np.concatenate([part[place] for part in parts]) for place in range(4))
    identities = [part[4] for part in parts]
    identity = Identity(
        *(np.concatenate([getattr(i, name) for i in identities]) for name in ("customer", "topic", "order", "merchant"))
    )
    order = np.argsort(opened, kind="stable")
    return opened[order], source[order], contact[order], vendor[order], identity.part(order)


def _course(dice: Dice, horizon: Horizon, type_: Ints, opened: Ints) -> dict[int, Ints]:
    """Draw when what happens in each case; NEVER where it does not."""
    count = len(opened)
    times = {kind: np.full(count, NEVER, dtype=np.int64) for kind in range(len(KINDS))}
    times[OPENED] = opened
    complaint, after_sales = type_ == COMPLAINT, type_ == AFTER_SALES
    accepted = opened + dice.draw(ACCEPTANCE, count)
    times[ACCEPTED] = np.where(complaint | (type_ == FEEDBACK), accepted, NEVER)
    first_reply = opened + dice.draw(REPLY, count)
    times[FIRST_REPLY] = np.where(after_sales | (type_ == FEEDBACK), first_reply, NEVER)
    plan = _after(dice, horizon, opened, dice.pick(PLAN_DAYS, count))
    times[PLAN] = plan
    resolved = np.maximum(_after(dice, horizon, opened, dice.pick(RESOLUTION_DAYS, count)), accepted + 60)
    reviewed = _after(dice, horizon, opened, dice.pick(REVIEW_DAYS, count))
    goods = reviewed + dice.between(20 * HOUR, 60 * HOUR, count)
    refunded = _after(dice, horizon, goods, dice.pick(REFUND_DAYS, count))
    refuses = after_sales & dice.chance(600, count)
    times[REVIEWED] = np.where(after_sales & ~refuses, reviewed, NEVER)
    times[REFUSED] = np.where(refuses, reviewed, NEVER)
    times[GOODS] = np.where(after_sales & ~refuses, goods, NEVER)
    times[REFUNDED] = np.where(after_sales & ~refuses, refunded, NEVER)
    resolved = np.where(after_sales, np.where(refuses, reviewed, refunded) + 300, resolved)
    times[RESOLVED] = np.where(after_sales, np.maximum(resolved, first_reply + 60), np.maximum(resolved, plan + 60))
    times[RESOLVED] = np.where(type_ == FEEDBACK, np.maximum(resolved, first_reply + 60), times[RESOLVED])
    times[RESOLVED][dice.chance(30, count)] = NEVER
    times[CLOSED] = np.where(times[RESOLVED] < NEVER, times[RESOLVED] + 24 * HOUR, NEVER)
    return times


def _after(dice: Dice, horizon: Horizon, since: Ints, days: Ints) -> Ints:
    """Draw an instant in the office hours of the n-th working day after ``since``, and never before ``since``."""
    count = len(since)
    same = since + dice.between(600, 4 * HOUR, count)
    at = horizon.working_day_after(since // DAY_S, np.maximum(days, 1)) * DAY_S
    at += dice.between(OFFICE_HOURS[0] * HOUR, OFFICE_HOURS[1] * HOUR - 60, count)
    fits = (days == 0) & horizon.is_worked(since // DAY_S) & (same % DAY_S < OFFICE_HOURS[1] * HOUR)
    return np.where(fits & (same // DAY_S == since // DAY_S), same, at)


def _pause_and_reopen(dice: Dice, horizon: Horizon, times: dict[int, Ints]) -> None:
    """Let some cases wait for their customer, and let a few come back after they were closed."""
    count = len(times[OPENED])
    long_ = (times[RESOLVED] < NEVER) & (times[RESOLVED] - times[OPENED] > 72 * HOUR)
    pauses = long_ & dice.chance(1200, count)
    times[PAUSED] = np.where(pauses, times[OPENED] + 24 * HOUR, NEVER)
    times[RESUMED] = np.where(pauses, times[OPENED] + 48 * HOUR, NEVER)
    again = (times[CLOSED] < NEVER) & dice.chance(150, count)
    times[REOPENED] = np.where(again, times[CLOSED] + 30 * HOUR, NEVER)
    days = np.where(again, times[REOPENED], times[OPENED])
    times[len(KINDS)] = np.where(again, _after(dice, horizon, days, dice.between(1, 3, count)), NEVER)


def _around(dice: Dice, day: int, times: dict[int, Ints], type_: Ints, source: Ints, topic: Ints, stop: Ints) -> None:
    """Add what other contracts promise around a case: the goods' receipt, a repair's steps, a call when it is over.

    The form asks when the goods came. A line stands in the file of its own month, so only an earlier day of the same.
    """
    count = len(type_)
    after_sales = type_ == AFTER_SALES
    days = dice.pick(RECEIPT_DAYS, count)
    received = times[OPENED] - days * DAY_S - dice.between(600, 6 * HOUR, count)
    known = after_sales & (source < 0) & (days + 1 < day_of(day).day)
    times[RECEIVED] = np.where(known, received, NEVER)
    repairs = after_sales & (topic == TOPICS.index("product")) & (times[REVIEWED] < NEVER)
    planned = times[REVIEWED] + dice.between(HOUR, 30 * HOUR, count)
    times[REPAIR_PLANNED] = np.where(repairs & (planned < stop), planned, NEVER)
    times[REPAIRED] = np.where(repairs & (times[REFUNDED] < NEVER), times[REFUNDED] - 300, NEVER)
    over = (after_sales | (type_ == COMPLAINT)) & (times[CLOSED] < NEVER) & dice.chance(CALLED_BACK_OF_10_000, count)
    times[CALLED_BACK] = np.where(over, times[RESOLVED] + dice.between(2 * HOUR, 22 * HOUR, count), NEVER)


def _in_order(times: dict[int, Ints], opened: Ints, automatic: Ints) -> dict[str, Ints]:
    """Join the events and order them by time. Beside the kinds: a second resolution, and an automatic first reply."""
    everyone = np.arange(len(opened), dtype=np.int64)
    rows = [(kind, at, 0) for kind, at in times.items()] + [(FIRST_REPLY, automatic, 1)]
    happened = [at < NEVER for _, at, _ in rows]
    case = np.concatenate([everyone[known] for known in happened])
    at = np.concatenate([at[known] for (_, at, _), known in zip(rows, happened, strict=True)])
    kinds = [RESOLVED if kind == len(KINDS) else kind for kind, _, _ in rows]
    kind = np.concatenate(
        [np.full(int(known.sum()), k, dtype=np.int64) for k, known in zip(kinds, happened, strict=True)]
    )
    auto = np.concatenate(
        [np.full(int(k.sum()), row[2], dtype=np.int64) for row, k in zip(rows, happened, strict=True)]
    )
    by_case = np.lexsort((kind, at, case))
    place = np.arange(len(case), dtype=np.int64)
    seq = np.empty(len(case), dtype=np.int64)
    sorted_case = case[by_case]
    seq[by_case] = place - np.searchsorted(sorted_case, sorted_case, side="left") + 1
    by_time = np.lexsort((seq, case, at))
    columns = {"case": case, "at": at, "kind": kind, "automatic": auto, "seq": seq}
    return {name: column[by_time] for name, column in columns.items()}


def case_lines(cases: Cases) -> tuple[lines.Texts, Ints]:
    """Return a day's case events as lines of the export, and when each happened."""
    events = cases.events
    case, kind = events["case"], events["kind"]
    identity = cases.identity.part(case)
    source = cases.source[case]
    by_hand = ~np.isin(kind, (OPENED, WITHDRAWN, GOODS, RECEIVED)) & (events["automatic"] == 0)
    upheld = np.where(kind == RESOLVED, cases.upheld[case], -1)
    columns = [
        lines.whole(cases.number[case], prefix="GD"),
        lines.whole(events["seq"]),
        lines.local_time(events["at"]),
        lines.words(KINDS, kind),
        lines.words(TYPES, cases.type[case]),
        lines.words(("电话", "在线", "邮件"), channel_of(source)),
        lines.words(SYSTEMS, source),
        contact_id(source, cases.contact[case]),
        lines.whole(identity.customer + 10_000_000, prefix="C"),
        lines.words(AGENT_IDS, np.where(by_hand, cases.agent[case], NO_AGENT)),
        lines.words(NAMES, cases.queue[case]),
        lines.words(TOPICS_ZH, identity.topic),
        lines.whole(identity.order, identity.order > 0),
        lines.whole(cases.into[case], kind == MERGED, prefix="GD"),
        lines.words(REASONS, np.where(kind == PAUSED, 0, -1)),
        lines.words(("否", "是"), upheld),
        lines.words(("0", "1"), events["automatic"]),
    ]
    return lines.join(columns, CASES.delimiter), events["at"]


def channel_of(source: Ints) -> Ints:
    """Return the place in CHANNELS of each source; -1 where there is none."""
    return np.array([*SOURCE_CHANNEL, -1], dtype=np.int64)[source]


def contact_id(source: Ints, number: Ints) -> lines.Texts:
    """Return contacts' ids as their logs write them; of a mail thread its first message."""
    tail = np.where(source == len(SOURCES) - 1, 0, -1)
    known: Flags = source >= 0
    texts = [
        lines.words(ID_PREFIX, source),
        lines.whole(number, known),
        lines.words(("-0@mail.chenghai.example>",), tail),
    ]
    return lines.join(texts, "")
