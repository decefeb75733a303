"""Who contacts, about what: identities that are a day's own, repeats that look back, and the contacts once handled."""

from dataclasses import dataclass

import numpy as np

from pipelines.samples.chance import Dice, Flags, Ints, scatter
from pipelines.samples.days import DAY_S

CHANNELS = ("phone", "chat", "email", "case")
TOPICS = ("order", "logistics", "returns", "refund", "product", "promotion", "invoice", "account", "complaint")
TOPIC_WEIGHTS = np.array([18, 22, 16, 12, 14, 8, 4, 4, 2], dtype=np.int64)
CUSTOMER_TYPES = ("consumer", "merchant")
REPEATS_WITHIN_2_H = 900  # ten-thousandths of the contacts are the same customer's second within two hours,
REPEATS_WITHIN_6_DAYS = 700  # and this many within six days
LOOK_BACK_S = 7200


@dataclass
class Identity:
    """For each contact: customer number, topic, order number (0: none), whether a merchant."""

    customer: Ints
    topic: Ints
    order: Ints
    merchant: Ints

    def copy_from(self, other: "Identity", mine: Ints, theirs: Ints) -> None:
        """Let the contacts ``mine`` be of the same customer, about the same thing, as ``theirs`` of ``other``."""
        self.customer[mine] = other.customer[theirs]
        self.topic[mine] = other.topic[theirs]
        self.order[mine] = other.order[theirs]
        self.merchant[mine] = other.merchant[theirs]

    def part(self, where: Ints | slice) -> "Identity":
        """Return the identities at these places."""
        return Identity(self.customer[where], self.topic[where], self.order[where], self.merchant[where])


@dataclass(frozen=True)
class Population:
    """The customers of this world: how many, under which seed."""

    seed: int
    customers: int

    def identities(self, day: int, channel: int, places: Ints) -> Identity:
        """Return who the contacts at these places of a day's channel are, before any repeat. Needs no other day."""
        number = ((day * 4 + channel) << 24) + places
        salt = self.seed * 8 % 2**40
        customer = scatter(number, salt + 1) % self.customers + 1
        steps = np.cumsum(TOPIC_WEIGHTS)
        topic = np.searchsorted(steps, scatter(number, salt + 2) % int(steps[-1]), side="right").astype(np.int64)
        order = np.where(scatter(number, salt + 3) % 100 < 62, scatter(number, salt + 4) % 90_000_000 + 10_000_000, 0)
        merchant = (scatter(customer, salt + 5) % 100 < 7).astype(np.int64)
        return Identity(customer, topic, order, merchant)

    def of_day(self, dice: Dice, day: int, arrived: dict[int, Ints], counts_before: list[tuple[int, ...]]) -> Identity:
        """Return who a day's contacts are, channel after channel, repeats among them.

        ``counts_before`` are the contacts by channel of the six days before, latest first. A repeat of the same day
        takes after a contact up to two hours earlier; an older one after any contact of those days.
        """
        base = [self.identities(day, channel, np.arange(len(at), dtype=np.int64)) for channel, at in arrived.items()]
        fresh = _join(base)
        out = _join(base)
        at = np.concatenate(list(arrived.values()))
        count = len(at)
        order = np.argsort(at, kind="stable")
        sorted_at = at[order]
        first_near = np.searchsorted(sorted_at, sorted_at - LOOK_BACK_S, side="left")
        near = np.arange(count, dtype=np.int64) - first_near
        kind = dice.below(10_000, count)
        back = 1 + dice.below(np.maximum(near, 1), count)
        soon = np.flatnonzero((kind < REPEATS_WITHIN_2_H) & (near > 0))
        out.copy_from(fresh, order[soon], order[soon - back[soon]])
        late = (kind >= REPEATS_WITHIN_2_H) & (kind < REPEATS_WITHIN_2_H + REPEATS_WITHIN_6_DAYS)
        days_back, channel = 1 + dice.below(6, count), dice.pick((5, 7, 1), count)
        drawn = dice.below(2**31 - 1, count)
        for earlier, counts in enumerate(counts_before, start=1):
            for number in range(3):
                mine = np.flatnonzero(late & (days_back == earlier) & (channel == number))
                if counts[number] and len(mine):
                    theirs = self.identities(day - earlier, number, drawn[mine] % counts[number])
                    out.copy_from(theirs, order[mine], np.arange(len(mine)))
        return out


def _join(parts: list[Identity]) -> Identity:
    return Identity(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("customer", "topic", "order", "merchant")
        )
    )


@dataclass
class Contacts:
    """The contacts of a day's channel that a person handled, for what follows from them."""

    source: int  # the place of the log's name in logs.SOURCES
    number: Ints  # the contact's number in its log
    arrived: Ints
    ended: Ints
    queue: Ints
    agent: Ints
    resolved: Flags
    identity: Identity

    def __len__(self) -> int:
        return len(self.number)

    @property
    def arrived_on(self) -> Ints:
        """The days of their arrivals."""
        return self.arrived // DAY_S
