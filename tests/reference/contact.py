"""Contacts of any channel (metrics.md, section 6): resolution, repeats, follow-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any

from tests.reference import chat, email, phone
from tests.reference.case_log import Case, cases, pauses_of, words
from tests.reference.log import ANYTHING, Event, Found, Terms, World, first_known, last_known, put

TermsOn = Callable[[datetime | None], Terms]


@dataclass
class Contact:
    channel: str
    source: str
    contact_id: str
    arrival: datetime
    end: datetime
    flag: bool | None
    transfers: list[str | None]  # the queues it was handed to
    outside: str | None
    is_handled: bool
    contradicting: bool
    customer: str | None
    topic: str | None
    order: str | None
    is_greeted: bool = field(default=False, kw_only=True)  # a person wrote, but answered nothing
    is_handled_later: bool = field(default=False, kw_only=True)  # after the cut-off
    is_called_later: bool = field(default=False, kw_only=True)  # after the cut-off
    first_queue: str | None = field(kw_only=True)
    other_queues: list[str] = field(default_factory=list, kw_only=True)  # in which it was handled, or handed over
    goes_on: bool = field(default=False, kw_only=True)  # after the cut-off
    queue: str | None = field(default=None, kw_only=True)  # the first that it names


def contacts(world: World) -> list[Contact]:
    """Return every call, session and thread, whether a person handled it or not."""
    return world.once("contacts", lambda: every_contact(world))


def every_contact(world: World) -> list[Contact]:
    found = []
    for call in phone.calls(world):
        # an end that is not logged is the last instant that is known (DECISIONS, "The end of a contact")
        end = max(leg["ended_at"] or leg["answered_at"] or phone.entered_at(leg) for leg in call.legs)
        entered = [leg for leg in call.all_legs if leg["queue"] is not None or leg["outcome"] != "ivr_only"]
        found.append(
            Contact(
                "phone", call.source, call.call_id, call.arrival, end, last_known(call.legs, "resolved"),
                [leg["queue"] for leg in entered[1:]], call.outside, call.outcome == "answered", call.contradicting,
                *(first_known(call.legs, column) for column in ("customer_id", "topic", "order_id")),
                first_queue=entered[0]["queue"] if entered else None, goes_on=call.goes_on,
                is_called_later=call.is_called_later, queue=first_known(call.own_legs or call.all_legs, "queue"),
                is_handled_later=any(leg["outcome"] == "answered" for leg in call.legs),
            )
        )  # fmt: skip
    for session in chat.sessions(world):
        queued = [event for event in session.events if event["queue"] is not None]
        transfers = [event["queue"] for event in queued if event["kind"] == "transfer"]
        humans = [event for event in session.events if chat.is_human(event)]
        everything = world.groups("chat", "session_id")[session.item]
        found.append(
            Contact(
                "chat", session.source, session.session_id, session.start.at, (humans or session.events)[-1]["at"],
                last_known(session.events, "resolved"), transfers, session.outside, bool(humans),
                session.contradicting, *(session.called[column] for column in ("customer_id", "topic", "order_id")),
                first_queue=queued[0]["queue"] if queued and queued[0]["kind"] != "transfer" else None,
                other_queues=[event["queue"] for event in queued],
                is_greeted=bool(humans) and session.start.answer is None,
                goes_on=any(event["at"] > world.cut_off_at for event in everything),
                queue=session.called["queue"],
                is_called_later=session.called != chat.whole(session.source, everything, everything),
                is_handled_later=any(chat.is_human(event) for event in everything),
            )
        )  # fmt: skip
    for thread in email.threads(world):
        replies = [m for m in thread.mails if email.is_reply(m)]
        queues = [mail["queue"] for mail in thread.mails if mail["queue"] is not None]
        found.append(
            Contact(
                "email", thread.source, thread.thread_id, (thread.asked or thread.mails[0])["at"],
                (replies or thread.mails)[-1]["at"], last_known(thread.mails, "resolved"), queues[1:],
                thread.outside, thread.reply is not None or thread.is_negative, thread.contradicting,
                *(thread.called[column] for column in ("customer_id", "topic", "order_id")),
                first_queue=first_known(thread.mails, "queue"),
                goes_on=len(thread.mails) < len(thread.everything),
                is_called_later=thread.called != thread.later, queue=thread.called["queue"],
                is_handled_later=any(map(email.is_reply, thread.everything)),
            )
        )  # fmt: skip
    return found


def names(row: Event, contact: Contact) -> bool:
    """Say whether a case, survey or inspection names the contact; without a source the id alone does."""
    source = row["contact_source"]
    return (
        row["contact_channel"] == contact.channel
        and row["contact_id"] == contact.contact_id
        and (source is None or source == contact.source)
    )


def hours(terms: Terms, name: str = "window_h") -> timedelta:
    return timedelta(seconds=float(Decimal(terms[name]) * 3600))


def until(contact: Contact, terms: Terms) -> datetime:
    """Return by when an answer counts, or another contact: by the contact's end plus the window."""
    return contact.end + hours(terms)


def naming(world: World, contact: Contact) -> list[Case]:
    """Return the cases that name a contact, whenever they were opened."""
    mine = [case for case in cases(world) if case.named is not None and names(case.named, contact)]
    return [case for case in mine if case.is_contradicting or case.first("opened") is not None]


def of_contact(world: World, contact: Contact, terms: Terms) -> list[Case]:
    """Return the contact's cases that were opened by its end plus the window."""
    opened = [(case, case.first("opened")) for case in naming(world, contact)]
    return [
        case for case, event in opened
        if event is not None and event["at"] <= until(contact, terms)
    ]  # fmt: skip


# --- resolved? -------------------------------------------------------------------------------------------------------


def resolved(world: World, contact: Contact, terms: Terms, mine: list[Case], evidence: str) -> str:
    """Return the state of a contact by one kind of evidence; several words where readers may differ."""
    if any(case.is_contradicting for case in naming(world, contact)):
        return f"outside: {ANYTHING}"  # whether a case was opened is what deliveries contradict each other in
    second_line = [queue.strip() for queue in terms["second_line"].split(",") if queue.strip()]
    entered = [queue for queue in contact.transfers if queue in second_line]
    if mine or any(queue != contact.first_queue for queue in entered):
        return "missed"  # at once
    if contact.goes_on:  # and may still be transferred, or flagged otherwise
        return f"outside: {ANYTHING}"
    if entered or any(queue in second_line for queue in contact.other_queues):
        # it began in the second line, came back to it, was handed to it by the bot, or only answered there
        plain = replace(contact, transfers=[], other_queues=[])
        return f"missed | {resolved(world, plain, terms, mine, evidence)}"
    if evidence == "agent_flag":
        return "unmeasurable: no flag" if contact.flag is None else "met" if contact.flag else "missed"
    return surveyed(world, contact, terms) if evidence == "survey" else not_repeated(world, contact, terms)


def surveyed(world: World, contact: Contact, terms: Terms) -> str:
    """Return what the customer said last, from the contact's arrival to its end plus the window."""
    rows = [row for row in world.current("survey") if names(row, contact)]
    state = surveyed_by(world, contact, rows, until(contact, terms))
    return state + (" | unmeasurable: contradicting deliveries" if any(row["contradicting"] for row in rows) else "")


def surveyed_by(world: World, contact: Contact, rows: list[Event], by: datetime) -> str:
    answered = [
        row for row in rows
        if row["resolved"] is not None and row["answered_at"] is not None
        and contact.arrival <= row["answered_at"] <= min(world.cut_off_at, by)
    ]  # fmt: skip
    last = max(answered, key=lambda row: (row["answered_at"], row["survey_id"]), default=None)
    if last is not None:
        return "met" if last["resolved"] else "missed"
    if world.cut_off_at > by:
        return "excluded: no answer"
    invited = any(row["invited_at"] is not None and row["invited_at"] <= world.cut_off_at for row in rows)
    # who was not invited may be yet; whether that is awaited is not said
    return "pending" if invited else "pending | excluded: no answer"


def about(contact: Contact, terms: Terms) -> str | None:
    return {"topic": contact.topic, "order": contact.order, "any": "any"}[terms["same"]]


def not_repeated(world: World, contact: Contact, terms: Terms) -> str:
    """A repeat: the same customer's next contact, any channel and queue, of the same topic or order.

    It comes after this one did, and by this one's end plus the window; one that overlaps is a repeat.
    """
    if contact.is_called_later:
        return f"outside: {ANYTHING}"  # whose it is, or what about, is said after the cut-off
    if contact.customer is None:
        return "unmeasurable: no customer"
    own = about(contact, terms)
    if own is None:
        return f"unmeasurable: no {terms['same']}"
    by = until(contact, terms)
    # of deliveries that contradict each other: what it is about, when it came, whether it counts may be what they say
    others = [
        other for other in contacts(world.everybodys)
        if (other.channel, other.source, other.contact_id) != (contact.channel, contact.source, contact.contact_id)
        and (other.is_called_later or other.customer == contact.customer)
        and (other.is_called_later or other.contradicting or about(other, terms) == own)
        and (other.contradicting or contact.arrival <= other.arrival <= by)
        and (other.outside in (None, ANYTHING) or other.contradicting)
    ]  # fmt: skip
    sure = [one for one in others if one.outside is None and not one.is_called_later and not one.contradicting]
    if any(contact.arrival < other.arrival for other in sure):
        return "missed"
    state = "met" if world.cut_off_at > by else "pending"
    # of two that came at one instant neither is the earlier; of another it is not known what it is
    return f"{state} | missed" if others else state


def handled(world: World) -> list[Contact]:
    return [contact for contact in contacts(world) if world.in_period(contact.arrival)]


def shut_out(contact: Contact) -> str | None:
    if contact.contradicting and (contact.outside or not contact.is_handled):
        return f"outside: {ANYTHING} | not there"  # that is what they may contradict each other in
    if contact.is_greeted and not contact.outside:
        return f"outside: {ANYTHING} | not there"  # whether a greeting handles a contact is not said
    if contact.outside:
        return f"outside: {contact.outside} | not there"
    if not contact.is_handled:
        return "outside: not handled by a person | not there" + (" | pending" if contact.is_handled_later else "")
    # what they contradict each other in may be who handled it, and when
    return "unmeasurable: contradicting deliveries | outside: * | not there" if contact.contradicting else None


def in_doubt(world: World) -> Found:
    """Begin with the contacts of which deliveries contradict each other: when they came may be what they say."""
    doubtful = [contact for contact in contacts(world) if contact.contradicting]
    return {(one.source, one.contact_id): (f"outside: {ANYTHING} | not there", None) for one in doubtful}


def on_the_spot(world: World, terms_on: TermsOn) -> Found:
    found = in_doubt(world)
    for contact in handled(world):
        terms = terms_on(contact.arrival)
        mine = of_contact(world, contact, terms)
        state = shut_out(contact) or resolved(world, contact, terms, mine, terms["evidence"])
        found[contact.source, contact.contact_id] = state, None
    return found


def repeat_rate(world: World, terms_on: TermsOn) -> Found:
    found = in_doubt(world)
    for contact in handled(world):
        state = shut_out(contact) or not_repeated(world, contact, terms_on(contact.arrival))
        found[contact.source, contact.contact_id] = state, None
    return found


FOUR_FIELDS = {
    ("met", "met"): "counted: both",
    ("met", "missed"): "counted: declared only",
    ("missed", "met"): "counted: inferred only",
    ("missed", "missed"): "counted: neither",
}


def in_field(declared: str, inferred: str) -> str:
    """Contacts both decide; what either cannot decide: pending before unmeasurable before excluded."""
    if (declared, inferred) in FOUR_FIELDS:
        return FOUR_FIELDS[declared, inferred]
    for kind in ("pending", "unmeasurable", "excluded"):
        undecided = [state for state in (declared, inferred) if state.startswith(kind)]
        if undecided:
            return " | ".join(undecided)
    return f"outside: {ANYTHING}"


def resolution_gap(world: World, terms_on: TermsOn) -> Found:
    found = in_doubt(world)
    for contact in handled(world):
        terms = terms_on(contact.arrival)
        state = shut_out(contact)
        if state is None:
            mine = of_contact(world, contact, terms)
            both = [resolved(world, contact, terms, mine, how).split(" | ") for how in (terms["declared"], "no_repeat")]
            state = " | ".join(dict.fromkeys(in_field(a, b) for a, b in product(*both)))
        found[contact.source, contact.contact_id] = state, None
    return found


def counted(world: World, terms_on: TermsOn) -> Found:
    """How many contacts a person handled."""
    found = in_doubt(world)
    for contact in handled(world):
        found[contact.source, contact.contact_id] = shut_out(contact) or "counted", None
    return found


# --- follow-up -------------------------------------------------------------------------------------------------------


def follow_up(world: World, terms_on: TermsOn) -> Found:
    found = in_doubt(world)
    by = terms_on(None).get("period_by", "arrival")
    for contact in contacts(world):
        if contact.arrival > world.cut_off_at:
            continue
        terms = terms_on(contact.arrival)
        state, falls = shut_out(contact), world.in_period(contact.arrival) if by == "arrival" else None
        if state is None:
            spot = resolved(world, contact, terms, of_contact(world, contact, terms), "agent_flag")
            mine = naming(world, contact)  # a case belongs to the contact it names, also after the window
            if mine and spot == "unmeasurable: no flag":
                spot += " | missed"  # its case may be said to show that it was not resolved
            words = {"met": "outside: resolved on the spot", "missed": followed_up(world, contact, terms, mine)}
            state = " | ".join(words.get(one, one) for one in spot.split(" | "))
            falls = falls_by(world, contact, terms, mine, by)
        put(found, (contact.source, contact.contact_id), (state, None), falls, by)
    return found


def answers_of(contact: Contact, terms: Terms, mine: list[Case]) -> list[datetime]:
    answers = {"plan_given", "resolved"} if terms["or_resolved"] == "true" else {"plan_given"}
    return [
        e["at"] for case in mine for e in case.events
        if e["kind"] in answers and not e["automatic"] and e["at"] >= contact.arrival
    ]  # fmt: skip


def days_of(terms: Terms) -> tuple[int, str, str]:
    return int(terms["within_days"]), terms["day_kind"], terms["after_close"]


def pauses_before(case: Case, end: datetime | None) -> list[tuple[datetime, datetime | None]]:
    """Return the pauses of a case; its plan ends one."""
    return [(a, b if end is None else min(b or end, end)) for a, b in pauses_of(case.events) if end is None or a < end]


def followed_up(world: World, contact: Contact, terms: Terms, mine: list[Case]) -> str:
    """The clock is that of the case: its pauses, its withdrawal. Of several cases any may be meant."""
    each: Sequence[Case | None] = mine or [None]
    states = dict.fromkeys(followed_up_by(world, contact, terms, mine, case) for case in each)
    if len(mine) > 1 and any(pauses_of(case.events) or case.first("withdrawn") for case in mine):
        pauses = [pause for case in mine for pause in pauses_of(case.events)]
        answered = min(answers_of(contact, terms, mine), default=None)
        for any_of_them in (pauses, []):
            states |= {
                world.clock.within_days(
                    contact.arrival, answered, world.cut_off_at, *days_of(terms), any_of_them
                ): None
            }  # fmt: skip
    return " | ".join(states)


def followed_up_by(world: World, contact: Contact, terms: Terms, mine: list[Case], case: Case | None) -> str:
    answered = min(answers_of(contact, terms, mine), default=None)
    pauses = [] if case is None else pauses_before(case, answered)
    withdrawn = None if case is None else case.first("withdrawn")
    if withdrawn is not None and (answered is None or withdrawn["at"] < answered):
        then = min(withdrawn["at"], world.cut_off_at)
        state = world.clock.within_days(contact.arrival, then, then, *days_of(terms), pauses)
        return " | ".join({"met": "excluded: withdrawn"}.get(one, one) for one in state.split(" | "))
    state = world.clock.within_days(contact.arrival, answered, world.cut_off_at, *days_of(terms), pauses)
    return "missed: no case" if not mine and state.startswith("missed") else state


def falls_by(world: World, contact: Contact, terms: Terms, mine: list[Case], by: str) -> bool | None:
    answered = min(answers_of(contact, terms, mine), default=None)
    gone = [event["at"] for case in mine if (event := case.first("withdrawn")) is not None]
    if by != "arrival" and (gone or (len(mine) > 1 and any(pauses_of(case.events) for case in mine))):
        return None  # by whose clock is not said
    pauses = pauses_before(mine[0], answered) if mine else []
    return world.falls(by, contact.arrival, answered, partial(due_at, world, contact, terms, pauses))


def due_at(world: World, contact: Contact, terms: Terms, pauses: Any) -> datetime | None:
    due = world.clock.due_of_days(contact.arrival, *days_of(terms), world.horizon, pauses, is_asked=True)
    is_paused = any(end is None for _, end in pauses)
    return None if is_paused and due is not None and due > world.horizon else due


# --- complaints ------------------------------------------------------------------------------------------------------


def complaint_rate(world: World, terms_on: TermsOn) -> Found:
    """Upheld complaints on handled contacts: both are items."""
    found = in_doubt(world)
    for contact in handled(world):
        state = shut_out(contact) or "counted: handled contact"
        if state.startswith("unmeasurable: contradicting deliveries"):
            state = f"counted: handled contact | {state}"  # it was handled, whatever they contradict each other in
        found[contact.source, contact.contact_id] = state, None
    types = words(terms_on(None)["case_types"])
    for case in cases(world):
        opened = case.first("opened")
        item = case.source, f"case:{case.case_id}"
        if opened is None or case.case_type not in types:
            found[item] = "outside: * | not there", None
            continue
        at = complained_at(world, case, opened, terms_on(None)["by"])
        if world.in_period(at) and opened["at"] <= world.cut_off_at:
            state = complaint(world, case, at, terms_on(None)["by"])
            if terms_on(None)["by"] == "contact" and not contacts_of(world, case):
                state += " | unmeasurable: contact not in the logs"  # of which day it is may be said to be unknown
            found[item] = state, None
    return found


def contacts_of(world: World, case: Case) -> list[Contact]:
    named = case.named
    return [one for one in contacts(world) if named is not None and names(named, one)]


def complained_at(world: World, case: Case, opened: Event, by: str) -> datetime:
    """By complaint its opening; by contact the arrival of the contact it names, its opening where it names none."""
    arrivals = [one.arrival for one in contacts_of(world, case)]
    at: datetime = opened["at"]
    return min(arrivals, default=at) if by == "contact" else at


def complaint(world: World, case: Case, at: datetime, by: str) -> str:
    upheld = last_known(case.events, "upheld")
    state = "pending" if upheld is None else "missed" if upheld else "met"
    if any(event["contradicting"] for event in case.events):
        state = "unmeasurable: contradicting deliveries"
    elif case.is_contradicting:
        state += " | unmeasurable: contradicting deliveries"
    return {True: state, False: "outside: * | not there", None: f"{state} | outside: * | not there"}[
        case_belongs(world, case, at, by=by)
    ]


def case_belongs(world: World, case: Case, at: datetime, *, by: str = "complaint") -> bool | None:
    """Say whether a case is the contract's; None where that cannot be said.

    Its own words come first; what it does not say the contact says that it names (DECISIONS, "Whose a case is").
    """
    named = contacts_of(world, case)
    own = {"source": case.source, **{c: first_known(case.events, c) for c in ("queue", "topic", "order_id")}}
    filled = [
        {**own, **{c: getattr(one, c) if own[c] is None else own[c] for c in ("queue", "topic")}} for one in named
    ]
    verdicts = {world.in_scope(words, "case", at) for words in filled or [own]}
    asked = {"queue" if column in ("vendor", "team") else column for column in world.scope}
    if by == "contact" or any(own.get(column) is None for column in asked):
        # of a contact that was in several queues any may be meant, and which of two contacts of one number
        verdicts |= {one.outside != "out of scope" for one in named}
        if any(one.outside == ANYTHING for one in named):
            return None
    if world.scope and (len(verdicts) > 1 or {"channel", "customer_type", "source"} & set(world.scope)):
        return None  # of which channel and source a case is, is not said
    return verdicts.pop()
