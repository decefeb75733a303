"""What follows a handled contact: the customer is asked, some answer; the operator inspects a few."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.samples import lines
from pipelines.samples.calls import number_of_base
from pipelines.samples.cases import channel_of, contact_id
from pipelines.samples.chance import Curve, Dice, Flags, Ints
from pipelines.samples.contacts import Contacts
from pipelines.samples.days import BAD_WEEK, DAY_S, OFFICE_HOURS, Horizon, day_of
from pipelines.samples.logs import INSPECTIONS, SURVEYS, SYSTEMS
from pipelines.samples.people import AGENT_IDS, QUEUE_VENDOR, YUANFAN, YUNQIAO

INVITED_OF_10_000, ANSWERED_OF_10_000, TWICE_OF_10_000 = 6000, 2300, 60
# ratings 1 to 5: means 4.56 and 4.52, in the bad week 4.0
RATINGS = {YUNQIAO: (280, 200, 500, 1650, 7370), YUANFAN: (330, 220, 520, 1740, 7190)}
RATINGS_OF_BAD_WEEK = (1100, 700, 1200, 2000, 5000)
ANSWERS_AFTER = Curve(((0, 20), (600_000, 600), (950_000, 6 * 3600), (1_000_000, 20 * 3600)))

INSPECTED_OF_10_000 = 200
ACCURACY, ACCURACY_WEIGHTS = (100, 95, 90, 80, 60), {YUNQIAO: (660, 210, 80, 40, 10), YUANFAN: (620, 210, 90, 55, 25)}
ATTITUDE, ATTITUDE_WEIGHTS = (100, 95, 90, 75), (7000, 2000, 800, 200)
VIOLATIONS = ("", "未核实身份", "未使用敬语", "未核实身份;未记录工单", "应答超时未安抚")
VIOLATION_WEIGHTS = (9200, 350, 300, 80, 70)
# the fatal findings: when, whose, what; each on the first inspected contact of that vendor and day
FATAL = (
    (date(2026, 8, 19), YUNQIAO, "业务承诺错误"),
    (date(2026, 9, 17), YUANFAN, "辱骂客户"),
    (date(2026, 10, 14), YUANFAN, "泄露客户信息;未核实身份"),
    (date(2026, 10, 16), YUANFAN, "业务承诺错误"),
    (date(2026, 10, 22), YUNQIAO, "业务承诺错误"),
    (date(2026, 10, 27), YUANFAN, "辱骂客户;未使用敬语"),
)


@dataclass
class Surveys:
    """A day's invitations, a second answer to the same contact among them; rating 0: not answered."""

    number: Ints
    source: Ints
    contact: Ints
    vendor: Ints
    arrived: Ints
    invited: Ints
    answered: Ints
    rating: Ints
    solved: Flags
    customer: Ints
    is_last: Flags  # the contact's last answer


@dataclass
class Inspections:
    """A day's contacts that were inspected, later."""

    number: Ints
    source: Ints
    contact: Ints
    vendor: Ints
    agent: Ints
    arrived: Ints
    inspected: Ints
    accuracy: Ints
    attitude: Ints
    violations: Ints  # the place in VIOLATIONS, or that of a fatal finding behind it
    fatal: Flags


def surveys_of_day(dice: Dice, day: int, groups: list[Contacts]) -> Surveys:
    """Invite a share of the day's contacts; a few customers answer twice."""
    source, contact, ended, vendor, arrived, customer, solved, _ = _joined(groups)
    mine = np.flatnonzero(dice.chance(INVITED_OF_10_000, len(contact)))
    count = len(mine)
    invited = ended[mine] + dice.between(20, 120, count)
    answers = dice.chance(ANSWERED_OF_10_000, count)
    bad = day_of(day) in BAD_WEEK
    rating = np.zeros(count, dtype=np.int64)
    for who, weights in RATINGS.items():
        drawn = 1 + dice.pick(RATINGS_OF_BAD_WEEK if bad and who == YUANFAN else weights, count)
        rating = np.where(answers & (vendor[mine] == who), drawn, rating)
    answered = np.where(answers, invited + dice.draw(ANSWERS_AFTER, count), 0)
    twice = np.flatnonzero(answers & dice.chance(TWICE_OF_10_000, count))
    order = np.concatenate([np.arange(count, dtype=np.int64), twice])
    again = np.arange(len(order)) >= count
    picked = mine[order]
    rated_again = 1 + dice.pick(RATINGS[YUANFAN], len(order))
    is_last = ~np.isin(np.arange(len(order)), twice)
    number = (day - number_of_base()) * 10**6 + np.arange(len(order), dtype=np.int64) + 10**10
    return Surveys(
        number, source[picked], contact[picked],
        vendor[picked], arrived[picked], invited[order], answered[order] + np.where(again, 1800, 0),
        np.where(again, rated_again, rating[order]), solved[picked], customer[picked], is_last & (rating[order] > 0),
    )  # fmt: skip


def inspections_of_day(dice: Dice, day: int, groups: list[Contacts], horizon: Horizon) -> Inspections:
    """Draw the contacts of the day that will be inspected, and what is found."""
    source, contact, _, vendor, arrived, _, _, agent = _joined(groups)
    mine = np.flatnonzero(dice.chance(INSPECTED_OF_10_000, len(contact)))
    count = len(mine)
    whose = vendor[mine]
    drawn = np.where(
        whose == YUNQIAO, dice.pick(ACCURACY_WEIGHTS[YUNQIAO], count), dice.pick(ACCURACY_WEIGHTS[YUANFAN], count)
    )
    accuracy = np.array(ACCURACY, dtype=np.int64)[drawn]
    attitude = np.array(ATTITUDE, dtype=np.int64)[dice.pick(ATTITUDE_WEIGHTS, count)]
    violations = dice.pick(VIOLATION_WEIGHTS, count)
    fatal = np.zeros(count, dtype=bool)
    for finding, (found_on, vendor_of, _) in enumerate(FATAL):
        place = np.flatnonzero(whose == vendor_of)
        if found_on == day_of(day) and len(place):
            fatal[place[0]] = True
            violations[place[0]] = len(VIOLATIONS) + finding
    later = horizon.working_day_after(np.full(count, day, dtype=np.int64), dice.between(1, 3, count))
    inspected = later * DAY_S + dice.between(OFFICE_HOURS[0] * 3600, OFFICE_HOURS[1] * 3600 - 1, count)
    number = (day - number_of_base()) * 10**5 + np.arange(count, dtype=np.int64) + 10**9
    return Inspections(
        number, source[mine], contact[mine], whose, agent[mine], arrived[mine], inspected, accuracy, attitude,
        violations, fatal,
    )  # fmt: skip


def _joined(groups: list[Contacts]) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, Flags, Ints]:
    """Join the contacts of all logs: source, id, end, vendor, arrival, customer, resolved, agent."""
    source = np.concatenate([np.full(len(group), group.source, dtype=np.int64) for group in groups])
    queue = np.concatenate([group.queue for group in groups])
    return (
        source,
        np.concatenate([group.number for group in groups]),
        np.concatenate([group.ended for group in groups]),
        QUEUE_VENDOR[queue],
        np.concatenate([group.arrived for group in groups]),
        np.concatenate([group.identity.customer for group in groups]),
        np.concatenate([group.resolved for group in groups]),
        np.concatenate([group.agent for group in groups]),
    )


def survey_lines(surveys: Surveys) -> lines.Texts:
    """Return a day's surveys as lines of the export."""
    rated = surveys.rating > 0
    columns = [
        lines.whole(surveys.number, prefix="SV"),
        lines.words(("call", "im", "mail"), channel_of(surveys.source)),
        lines.words(SYSTEMS, surveys.source),
        contact_id(surveys.source, surveys.contact),
        lines.whole(19_900_000_000 + surveys.customer % 10_000),
        lines.local_time(surveys.invited),
        lines.local_time(surveys.answered, rated),
        lines.whole(surveys.rating, rated),
        lines.constant("1-5", len(rated)),
        lines.words(("N", "Y"), np.where(rated, surveys.solved, -1)),
    ]
    return lines.join(columns, SURVEYS.delimiter)


def inspection_lines(inspections: Inspections) -> tuple[lines.Texts, Ints]:
    """Return a day's inspections as lines of the export, and when each was made."""
    columns = [
        lines.whole(inspections.number, prefix="QA"),
        lines.words(("电话", "在线", "邮件"), channel_of(inspections.source)),
        lines.words(SYSTEMS, inspections.source),
        contact_id(inspections.source, inspections.contact),
        lines.words(AGENT_IDS, inspections.agent),
        lines.local_time(inspections.inspected),
        lines.whole(inspections.accuracy),
        lines.whole(inspections.attitude),
        lines.whole((inspections.accuracy * 6 + inspections.attitude * 4) // 10),
        lines.words(("否", "是"), inspections.fatal),
        lines.words((*VIOLATIONS, *(what for _, _, what in FATAL)), inspections.violations),
    ]
    return lines.join(columns, INSPECTIONS.delimiter), inspections.inspected
