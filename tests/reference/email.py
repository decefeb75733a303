"""Email threads (metrics.md, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from tests.reference.log import ANYTHING, Event, Found, Result, Terms, World, first_known, put


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
    called: dict[str, Any]
    later: dict[str, Any]  # as called by what is said after the cut-off too
    everything: list[Event]
    kind: str | None  # why it is outside, wherever it belongs


@dataclass
class Question:
    """What a clock is asked of: a thread's first question, or each of its rounds."""

    name: str
    asked: Event
    reply: Event | None
    is_negative: bool
    thread: Thread
    doubts: tuple[str, ...] = ()  # what may be said of a round, because of another mail of its thread


def is_reply(mail: Event) -> bool:
    return mail["direction"] == "out" and not mail["automatic"]


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
    return world.once("threads", lambda: every_thread(world))


def every_thread(world: World) -> list[Thread]:
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
        outside = "automatic" if all(mail["automatic"] for mail in everything) else "*"  # more is known later
    elif asked is None or (real[0]["direction"] == "out" and real[0] not in early):
        outside = "agent-opened"
    columns = ("queue", "customer_id", "topic", "order_id")
    called, later = ({"source": source, **{c: first_known(rows, c) for c in columns}} for rows in (mails, everything))
    reply = next((mail for mail in replies if asked and mail["at"] >= asked["at"]), None)
    thread = Thread(
        source, min((m["at"], m["message_id"]) for m in everything)[1], mails, asked, reply, bool(early), outside,
        any(mail["contradicting"] for mail in everything), any(mail["ambiguous_time"] for mail in everything),
        called, later, everything, outside,
    )  # fmt: skip
    thread.outside = outside_at(world, thread, (asked or mails[0])["at"])
    if thread.outside and asked is None and any(m["direction"] == "in" and not m["automatic"] for m in everything):
        thread.outside += " | not there"  # its first question lies after the cut-off
    return thread


def outside_at(world: World, thread: Thread, place: datetime) -> str | None:
    """Return why a thread, or a question of it, does not belong: first whether its queue was the contract's then."""
    belongs = world.in_scope(thread.called, "email", place)
    if belongs != world.in_scope(thread.later, "email", place):
        return ANYTHING  # its queue is said after the cut-off
    return thread.kind if belongs else "out of scope"


def questions(thread: Thread, grain: str) -> list[Question]:
    """Return the thread's one question, or its rounds of consecutive inbound mails, each with its reply."""
    if grain == "thread":
        asked = thread.asked or thread.mails[0]
        return [Question(thread.thread_id, asked, thread.reply, thread.is_negative, thread)]
    real = [mail for mail in thread.mails if not mail["automatic"]]
    found: list[Question] = []
    is_waiting = False
    for mail in real:
        if mail["direction"] == "in" and not is_waiting:
            early = [m for m in real if m["direction"] == "out" and m["at"] < mail["at"]]
            name = f"{thread.thread_id}#{len(found) + 1}"
            is_negative = any(mail["message_id"] in named_by(m) for m in early)
            found.append(Question(name, mail, None, is_negative, thread))
            is_waiting = True
        elif mail["direction"] == "out" and is_waiting:
            found[-1].reply = mail
            is_waiting = False
    for question in found:
        question.doubts = ("unmeasurable: ambiguous time",) if thread.ambiguous else ()
    return found


def wrong_with(question: Question, world: World) -> str | None:
    thread = question.thread
    outside = thread.outside if question.name == thread.thread_id else outside_at(world, thread, question.asked["at"])
    if outside:
        return f"outside: {outside}"
    own = [mail for mail in (question.asked, question.reply) if mail is not None]
    if thread.contradicting:
        return "unmeasurable: contradicting deliveries"
    if any(mail["ambiguous_time"] for mail in own) or (thread.ambiguous and not question.doubts):
        return "unmeasurable: ambiguous time"
    return "unmeasurable: negative interval" if question.is_negative else None


Rule = Callable[[Question, Terms, World], Result]
Due = Callable[[Question, Terms, World], datetime | None]
TermsOn = Callable[[datetime | None], Terms]


def measured(rule: Rule, due: Due | None, world: World, terms_on: TermsOn) -> Found:
    found: Found = {}
    choices = terms_on(None)
    by = choices.get("period_by", "arrival")
    for thread in threads(world):
        every = questions(thread, choices["grain"])
        if not every and world.in_period(thread.mails[0]["at"]):
            found[thread.source, f"{thread.thread_id}#1"] = "outside: * | not there", None
        if thread.contradicting and choices["grain"] == "question":  # which mails ask is what they disagree about
            for place in range(1, len(thread.mails) + 1):
                found[thread.source, f"{thread.thread_id}#{place}"] = f"outside: {ANYTHING} | not there", None
            continue
        for question in every:
            arrival = question.asked["at"]
            terms = terms_on(arrival)
            wrong = wrong_with(question, world)
            state, amount = (wrong, None) if wrong else rule(question, terms, world)
            falls = world.falls(
                by, arrival, question.reply["at"] if question.reply else None,
                partial(due, question, terms, world) if due else None,
            )  # fmt: skip
            if thread.kind and (choices["grain"] == "question" or thread.contradicting):
                state, falls = "outside: *", None  # which of its mails would be questions is not said
            falls = None if thread.contradicting else falls  # when it came may be what they say
            for doubt in question.doubts:
                state += f" | {doubt}"
            put(found, (thread.source, question.name), (state, amount), falls, by)
    return found


# --- N days ----------------------------------------------------------------------------------------------------------


def within_days(question: Question, terms: Terms, world: World) -> Result:
    return world.clock.within_days(
        question.asked["at"], question.reply["at"] if question.reply else None, world.cut_off_at,
        int(terms["within_days"]), terms["day_kind"], terms["after_close"],
    ), None  # fmt: skip


def due_in_days(question: Question, terms: Terms, world: World) -> datetime | None:
    return world.clock.due_of_days(
        question.asked["at"], int(terms["within_days"]), terms["day_kind"], terms["after_close"], world.horizon,
        is_asked=True,
    )  # fmt: skip


# --- hours -----------------------------------------------------------------------------------------------------------


def elapsed_s(question: Question, terms: Terms, world: World) -> Fraction | None:
    """Return the time to the reply, or to the cut-off; by the wall or in working hours."""
    end = question.reply["at"] if question.reply else world.cut_off_at
    return world.clock.counted_s(question.asked["at"], end, is_working=terms["clock"] == "working")


def hours_s(terms: Terms, name: str) -> Fraction:
    return Fraction(Decimal(terms[name])) * 3600


def within_hours(question: Question, terms: Terms, world: World) -> Result:
    elapsed, limit = elapsed_s(question, terms, world), hours_s(terms, "within_h")
    end = question.reply["at"] if question.reply else world.cut_off_at
    late = world.clock.is_surely_late(question.asked["at"], end, limit) if elapsed is None else elapsed > limit
    if late is None:
        return "unmeasurable: no calendar", None
    # whether one asks for hours that decide nothing is not said
    doubt = " | unmeasurable: no calendar" if elapsed is None else ""
    if question.reply:
        return ("missed" if late else "met") + doubt, None
    return ("missed: not yet done" if late else "pending") + doubt, None


def due_in_hours(question: Question, terms: Terms, world: World) -> datetime | None:
    limit = hours_s(terms, "within_h")
    if terms["clock"] == "wall":
        at: datetime = question.asked["at"]
        return at + timedelta(microseconds=int(limit * 1_000_000))
    return world.clock.reached_at(question.asked["at"], limit, world.horizon, is_working=True)


def reply_mean(question: Question, terms: Terms, world: World) -> Result:
    elapsed = elapsed_s(question, terms, world)
    if question.reply is None:
        return "pending" + (" | unmeasurable: no calendar" if elapsed is None else ""), None
    return ("unmeasurable: no calendar", None) if elapsed is None else ("counted", elapsed)


def reply_percentile(question: Question, terms: Terms, world: World) -> Result:
    elapsed, limit = elapsed_s(question, terms, world), hours_s(terms, "target_h")
    if question.reply:
        return ("unmeasurable: no calendar", None) if elapsed is None else ("counted", elapsed)
    at = question.asked["at"]
    late = world.clock.is_surely_late(at, world.cut_off_at, limit) if elapsed is None else elapsed > limit
    if late is None:
        return "unmeasurable: no calendar", None
    doubt = " | unmeasurable: no calendar" if elapsed is None else ""
    return ("counted: longer than any" if late else "pending") + doubt, None
