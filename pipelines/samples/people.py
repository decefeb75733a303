"""Who serves: two vendors, their sites and teams, the queues that teams keep, 120 agents under invented nicknames."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.samples.chance import Dice, Ints
from pipelines.samples.days import BAD_WEEK, DAY_S, PHONE_HOURS, day_of, kind_of, number_of

YUNQIAO, YUANFAN = 0, 1
VENDORS = ("云桥客服", "远帆外包")
VENDOR_SLUGS = ("yunqiao", "yuanfan")
OPERATOR = "澄海商城"

SINCE = date(2020, 1, 1)  # every roster row that has not changed begins here


@dataclass(frozen=True)
class Team:
    """A team of a vendor at a site, and how many agents it began with."""

    name: str
    vendor: int
    site: str
    agents: int


TEAMS = (
    Team("云桥一组", YUNQIAO, "合肥", 22),  # phone
    Team("云桥二组", YUNQIAO, "合肥", 20),  # chat
    Team("云桥三组", YUNQIAO, "南昌", 16),  # chat
    Team("云桥四组", YUNQIAO, "南昌", 10),  # complaint line, email, cases
    Team("远帆一组", YUANFAN, "洛阳", 20),  # phone
    Team("远帆二组", YUANFAN, "洛阳", 20),  # chat
    Team("远帆三组", YUANFAN, "绵阳", 12),  # merchants' chat, email, cases
)


@dataclass(frozen=True)
class Queue:
    """A queue: its channel, the team that keeps it, its share of the channel."""

    name: str
    channel: str
    team: int
    share: int


QUEUES = (
    Queue("P11", "phone", 0, 40),
    Queue("P12", "phone", 3, 8),
    Queue("P21", "phone", 4, 44),
    Queue("P22", "phone", 4, 8),
    Queue("C11", "chat", 1, 25),
    Queue("C12", "chat", 1, 12),
    Queue("C13", "chat", 2, 17),
    Queue("C21", "chat", 5, 24),
    Queue("C22", "chat", 5, 14),
    Queue("C23", "chat", 6, 8),
    Queue("M11", "email", 3, 55),
    Queue("M21", "email", 6, 45),
    Queue("K11", "case", 3, 52),
    Queue("K21", "case", 6, 48),
)
NAMES = tuple(queue.name for queue in QUEUES)
QUEUE_VENDOR = np.array([TEAMS[queue.team].vendor for queue in QUEUES], dtype=np.int64)
# where a contact of a queue goes when it is handed on: another queue of the same vendor and channel
HANDED_TO = np.array([1, 0, 3, 2, 5, 6, 4, 8, 7, 7, 10, 11, 12, 13], dtype=np.int64)
CASE_QUEUE = np.array([NAMES.index("K11"), NAMES.index("K21")], dtype=np.int64)

# what changes in the middle of a month
QUEUE_MOVES = {"C12": (date(2026, 9, 16), 2)}
AGENT_MOVES = {"YQ0125": (date(2026, 9, 16), 2)}  # from 云桥二组 to 云桥三组
AGENT_LEAVES = {"YF0212": date(2026, 10, 9)}
PLACEHOLDER_AGENT = "YF0225"  # answers 在的 within 3 s, and then nothing for minutes

_FIRST = ("青", "星", "晴", "云", "溪", "竹", "墨", "禾", "岚", "舟", "月", "松")
_SECOND = ("禾", "野", "川", "舒", "言", "朗", "遥", "初", "乔", "安")


@dataclass(frozen=True)
class Agent:
    """An agent: id, invented nickname, first team."""

    agent_id: str
    nickname: str
    team: int


def _hire() -> tuple[Agent, ...]:
    agents: list[Agent] = []
    for number, team in enumerate(TEAMS):
        prefix = ("YQ", "YF")[team.vendor]
        first = sum(earlier.agents for earlier in TEAMS[:number] if earlier.vendor == team.vendor)
        for place in range(team.agents):
            nickname = _FIRST[len(agents) // 10] + _SECOND[len(agents) % 10]
            base = 101 if team.vendor == YUNQIAO else 201
            agents.append(Agent(f"{prefix}{base + first + place:04d}", nickname, number))
    return tuple(agents)


AGENTS = _hire()
AGENT_IDS = tuple(agent.agent_id for agent in AGENTS)
NO_AGENT = -1


def agent_team(agent: Agent, day: date) -> int | None:
    """Return the team an agent is in on a day; None once gone."""
    if agent.agent_id in AGENT_LEAVES and day >= AGENT_LEAVES[agent.agent_id]:
        return None
    moved = AGENT_MOVES.get(agent.agent_id)
    return moved[1] if moved and day >= moved[0] else agent.team


def queue_team(queue: Queue, day: date) -> int:
    """Return the team that keeps a queue on a day."""
    moved = QUEUE_MOVES.get(queue.name)
    return moved[1] if moved and day >= moved[0] else queue.team


def shift_of(place: int, day: date) -> str | None:
    """Return an agent's shift on a day: early, late, or None (two days of seven are free, and nights are)."""
    if (place + number_of(day)) % 7 in {0, 1}:
        return None
    return "early" if (place + number_of(day) // 7) % 2 == 0 else "late"


def shift_hours(shift: str, day: date) -> tuple[int, int]:
    """Return the hours of a shift on a day."""
    if kind_of(day) in {"closed", "limited"}:
        return (10, 18)
    return (8, 16) if shift == "early" else (15, 24 if kind_of(day) == "promotion" else 23)


def is_absent(place: int, day: date) -> bool:
    """Say whether an agent of the second vendor did not come: in the bad week every third."""
    return day in BAD_WEEK and TEAMS[AGENTS[place].team].vendor == YUANFAN and (place + number_of(day)) % 3 == 0


class Desk:
    """Who may answer on one day: for each team and half of the day the agents at their desks."""

    def __init__(self, day: date) -> None:
        self.team_of_queue = np.array([queue_team(queue, day) for queue in QUEUES], dtype=np.int64)
        self._day_s = number_of(day) * DAY_S
        self._there: dict[tuple[int, bool], Ints] = {}
        teams = [agent_team(agent, day) for agent in AGENTS]
        shifts = [None if is_absent(place, day) else shift_of(place, day) for place in range(len(AGENTS))]
        for team in range(len(TEAMS)):
            members = [place for place in range(len(AGENTS)) if teams[place] == team]
            for is_late in (False, True):
                there = [place for place in members if shifts[place] == ("late" if is_late else "early")]
                self._there[team, is_late] = np.array(there or members, dtype=np.int64)

    def answer(self, dice: Dice, queues: Ints, at: Ints) -> Ints:
        """Draw an agent of the queue's team for each contact, at its desk at that time."""
        drawn = dice.below(2**31 - 1, len(queues))
        is_late = ((at - self._day_s) >= 15 * 3600 + 1800) & (at < self._day_s + DAY_S)
        teams = self.team_of_queue[queues]
        agents = np.full(len(queues), NO_AGENT, dtype=np.int64)
        for (team, late), there in self._there.items():
            here = (teams == team) & (is_late == late)
            agents[here] = there[drawn[here] % len(there)]
        return agents


def pressure(vendors: Ints, at: Ints, hour_share: Ints) -> Ints:
    """Return how hard-pressed each vendor is at each instant, in percent of an ordinary hour.

    ``hour_share`` is the share of the day's arrivals in that hour, in hundred-thousandths. In its bad week a
    third of the second vendor's people are absent.
    """
    day = day_of(int(at[0] // DAY_S)) if len(at) else SINCE
    load = 75 + 25 * hour_share // 7000 + (20 if kind_of(day) == "promotion" else 0)
    factor = np.array([92, 225 if day in BAD_WEEK else 97], dtype=np.int64)
    return load * factor[vendors] // 100


def is_phone_day(day: date) -> bool:
    """Say whether the phone is staffed at all on a day."""
    return PHONE_HOURS[kind_of(day)] != (0, 0)
