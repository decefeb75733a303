"""Email threads (metrics.md, section 5)."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.reference.log import Event, World, first_known

Result = tuple[str, Fraction | None]


@dataclass
class Thread:
    source: str
    thread_id: str
    mails: list[Event]
    asked: Event | None
    reply: Event | None
    is_negative: bool
    outside: str | None
    contradicting: bool
    ambiguous: bool


def named_by(mail: Event) -> list[str]:
    return [name for name in [mail["in_reply_to"], *(mail["refs"] or [])] if name]


def belonging_together(mails: list[Event]) -> list[list[Event]]:
    """Join what names each other; a mail that names no other belongs to the mails of its ticket."""
    marks: list[set[Any]] = []
    for mail in mails:
        names = {("mail", mail["source"], name) for name in [mail["message_id"], *named_by(mail)]}
        if mail["ticket_id"] and not named_by(mail):
            names.add(("ticket", mail["source"], mail["ticket_id"]))
        marks.append(names)
    threads: list[tuple[set[Any], list[Event]]] = []
    for names, mail in zip(marks, mails, strict=True):
        joined, together = set(names), [mail]
        for one in [t for t in threads if t[0] & names]:
            threads.remove(one)
            joined |= one[0]
            together += one[1]
        threads.append((joined, together))
    return [mails for _, mails in threads]


def threads(world: World) -> list[Thread]:
    """Return every thread; one is named after its earliest mail."""
    found = []
    for everything in belonging_together(world.current("mail")):
        everything.sort(key=lambda m: (m["at"], m["direction"] != "in", m["message_id"]))
        mails = [mail for mail in everything if mail["at"] <= world.cut_off_at]
        if mails:
            found.append(thread_of(world, everything, mails))
    return found


def thread_of(world: World, everything: list[Event], mails: list[Event]) -> Thread:
    source = mails[0]["source"]
    real = [mail for mail in mails if not mail["automatic"]]
    asked = next((mail for mail in real if mail["direction"] == "in"), None)
    replies = [mail for mail in real if mail["direction"] == "out"]
    early = [m for m in replies if asked and m["at"] < asked["at"] and asked["message_id"] in named_by(m)]
    outside = None
    if not real:
        outside = "automatic"
    elif asked is None or (real[0]["direction"] == "out" and real[0] not in early):
        outside = "agent-opened"
    place: datetime = (asked or mails[0])["at"]
    whole = {"source": source, **{c: first_known(mails, c) for c in ("queue", "customer_id", "topic", "order_id")}}
    if not world.in_scope(whole, "email", place):
        outside = "out of scope"
    if outside and asked is None and any(m["direction"] == "in" and not m["automatic"] for m in everything):
        outside += " | not there"  # its first question lies after the cut-off
    reply = next((mail for mail in replies if asked and mail["at"] >= asked["at"]), None)
    return Thread(
        source, min((m["at"], m["message_id"]) for m in everything)[1], mails, asked, reply, bool(early), outside,
        any(mail["contradicting"] for mail in everything), any(mail["ambiguous_time"] for mail in everything),
    )  # fmt: skip


def reply_within_days(world: World, terms_on: Any) -> dict[tuple[str, str], Result]:
    clock = world.clock
    found: dict[tuple[str, str], Result] = {}
    for thread in threads(world):
        arrival = (thread.asked or thread.mails[0])["at"]
        if not world.in_period(arrival):
            continue
        terms, key = terms_on(arrival), (thread.source, thread.thread_id)
        if thread.outside:
            state = f"outside: {thread.outside}"
        elif thread.contradicting:
            state = "unmeasurable: contradicting deliveries"
        elif thread.ambiguous:
            state = "unmeasurable: ambiguous time"
        elif thread.is_negative:
            state = "unmeasurable: negative interval"
        else:
            state = clock.within_days(
                arrival, thread.reply["at"] if thread.reply else None, world.cut_off_at,
                int(terms["within_days"]), terms["day_kind"], terms["after_close"],
            )  # fmt: skip
        found[key] = state, None
    return found
