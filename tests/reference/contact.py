"""Contacts of any channel (metrics.md, sections 6 and 8): resolution, surveys, inspections."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference import chat, email, phone
from tests.reference.log import Event, World, last_known

Result = tuple[str, Fraction | None]
Found = dict[tuple[str, str], Result]


@dataclass
class Contact:
    channel: str
    source: str
    contact_id: str
    arrival: datetime
    end: datetime | None
    flag: bool | None
    later_queues: list[str]
    outside: str | None
    is_handled: bool
    contradicting: bool


def contacts(world: World) -> list[Contact]:
    """Return every call, session and thread, whether a person handled it or not."""
    found = []
    for call in phone.calls(world, everywhere=True):
        entered = [leg for leg in call.all_legs if leg["queue"] is not None]
        found.append(
            Contact(
                "phone", call.source, call.call_id, call.arrival, call.ended_at, last_known(call.legs, "resolved"),
                [leg["queue"] for leg in entered[1:]], call.outside, call.outcome == "answered", call.contradicting,
            )
        )  # fmt: skip
    for session in chat.sessions(world):
        queues = [event["queue"] for event in session.events if event["queue"] is not None]
        humans = [event for event in session.events if chat.is_human(event)]
        found.append(
            Contact(
                "chat", session.source, session.session_id, session.start.at, humans[-1]["at"] if humans else None,
                last_known(session.events, "resolved"), queues[1:], session.outside, bool(humans),
                session.contradicting,
            )
        )  # fmt: skip
    for thread in email.threads(world):
        replies = [m for m in thread.mails if m["direction"] == "out" and not m["automatic"]]
        queues = [mail["queue"] for mail in thread.mails if mail["queue"] is not None]
        found.append(
            Contact(
                "email", thread.source, thread.thread_id, (thread.asked or thread.mails[0])["at"],
                replies[-1]["at"] if replies else None, last_known(thread.mails, "resolved"), queues[1:],
                thread.outside, thread.reply is not None, thread.contradicting,
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


@dataclass
class Case:
    opened_at: datetime
    events: list[Event]
    named: Event


def cases(world: World) -> list[Case]:
    found = []
    for events in world.groups("case", "case_id").values():
        known = sorted((e for e in events if e["at"] <= world.cut_off_at), key=lambda e: (e["at"], e["seq"] or 0))
        opened = next((e for e in known if e["kind"] == "opened"), None)
        named = next((e for e in known if e["contact_id"] is not None), None)
        if opened and named:
            found.append(Case(opened["at"], known, named))
    return found


def of_contact(world: World, contact: Contact, every: list[Case], window_h: str) -> list[Case]:
    """Return the contact's cases that were opened by its end plus the window."""
    limit = timedelta(hours=float(Decimal(window_h)))
    mine = [case for case in every if names(case.named, contact)]
    return [case for case in mine if contact.end is None or case.opened_at <= contact.end + limit]


def resolved_on_the_spot(contact: Contact, terms: Any, mine: list[Case]) -> str:
    second_line = [queue.strip() for queue in terms["second_line"].split(",") if queue.strip()]
    if mine or any(queue in second_line for queue in contact.later_queues):
        return "missed"
    if contact.flag is None:
        return "unmeasurable: no flag"
    return "met" if contact.flag else "missed"


def handled(world: World) -> list[Contact]:
    return [contact for contact in contacts(world) if world.in_period(contact.arrival)]


def shut_out(contact: Contact) -> str | None:
    if contact.outside:
        return f"outside: {contact.outside} | not there"
    if not contact.is_handled:
        return "outside: not handled by a person | not there"
    return "unmeasurable: contradicting deliveries" if contact.contradicting else None


def on_the_spot(world: World, terms_on: Any) -> Found:
    every = cases(world)
    found: Found = {}
    for contact in handled(world):
        terms = terms_on(contact.arrival)
        state = shut_out(contact)
        if state is None:
            state = resolved_on_the_spot(contact, terms, of_contact(world, contact, every, terms["window_h"]))
        found[contact.source, contact.contact_id] = state, None
    return found


def follow_up(world: World, terms_on: Any) -> Found:
    every, clock = cases(world), world.clock
    found: Found = {}
    for contact in handled(world):
        terms = terms_on(contact.arrival)
        state = shut_out(contact)
        if state is None:
            mine = of_contact(world, contact, every, terms["window_h"])
            spot = resolved_on_the_spot(contact, terms, mine)
            if spot == "met":
                state = "outside: resolved on the spot"
            elif spot != "missed":
                state = spot
            else:
                answers = {"plan_given", "resolved"} if terms["or_resolved"] == "true" else {"plan_given"}
                times = [
                    e["at"] for case in mine for e in case.events
                    if e["kind"] in answers and not e["automatic"] and e["at"] >= contact.arrival
                ]  # fmt: skip
                state = clock.within_days(
                    contact.arrival, min(times, default=None), world.cut_off_at,
                    int(terms["within_days"]), terms["day_kind"], terms["after_close"],
                )  # fmt: skip
                if not mine and state.startswith("missed"):
                    state = "missed: no case"
        found[contact.source, contact.contact_id] = state, None
    return found


# --- surveys and inspections -----------------------------------------------------------------------------------------


def known_at(row: Event) -> datetime:
    """Return since when a survey or an inspection is known."""
    times = [row[column] for column in ("invited_at", "answered_at", "inspected_at") if row.get(column) is not None]
    return min(times)


def asked_of(world: World, table: str) -> list[tuple[Contact, list[Event]]]:
    """Return each contact of the period that rows of the table name, with those rows."""
    rows, found = world.current(table), []
    for contact in handled(world):
        mine = [row for row in rows if names(row, contact) and known_at(row) <= world.cut_off_at]
        if mine:
            found.append((contact, mine))
    return found


def judged(contact: Contact, rows: list[Event], last: Event | None, state: str) -> str:
    """Put what keeps a rating or a score from counting before its state.

    A contradiction in the row that decides is one; in another row, or in the contact's own log, it may be.
    """
    if contact.outside == "out of scope":
        return "outside: out of scope | not there"
    if contact.outside in ("agent-opened", "outbound call", chat.ANYTHING):
        return f"outside: {chat.ANYTHING}"  # whether a contact that we began can be rated is undecided
    if contact.outside or not contact.is_handled:
        return "outside: not handled by a person | not there"
    if last is not None and last["contradicting"]:
        return "unmeasurable: contradicting deliveries"
    if contact.contradicting or any(row["contradicting"] for row in rows):
        return f"{state} | unmeasurable: contradicting deliveries"
    return state


def surveyed(world: World, terms_on: Any, *, is_mean: bool) -> Found:
    """Take the last valid rating from the contact's arrival to its end plus the window."""
    found: Found = {}
    for contact, rows in asked_of(world, "survey"):
        terms = terms_on(contact.arrival)
        until = None if contact.end is None else contact.end + timedelta(hours=float(Decimal(terms["window_h"])))
        answered = [
            row for row in rows
            if row["rating"] is not None and row["answered_at"] is not None
            and contact.arrival <= row["answered_at"] <= world.cut_off_at
            and (until is None or row["answered_at"] <= until)
        ]  # fmt: skip
        low, high = Decimal(terms["scale_low"]), Decimal(terms["scale_high"])
        valid = [row for row in answered if low <= row["rating"] <= high]
        last = max(valid, key=lambda row: (row["answered_at"], row["survey_id"]), default=None)
        rating = None if last is None else Fraction(last["rating"])
        if last is None:
            state = "unmeasurable: off-scale rating" if answered else "excluded: no answer"
            if until is None or world.cut_off_at <= until:
                state = "pending" if not answered else f"{state} | pending"
        elif is_mean:
            state = "counted"
        else:
            satisfied = [Fraction(Decimal(answer.strip())) for answer in terms["satisfied"].split(",")]
            state = "met" if rating in satisfied else "missed"
        found[contact.source, contact.contact_id] = judged(contact, rows, last, state), rating
    return found


def last_inspection(world: World, rows: list[Event]) -> Event | None:
    known = [row for row in rows if row["inspected_at"] is not None and row["inspected_at"] <= world.cut_off_at]
    return max(known, key=lambda row: (row["inspected_at"], row["inspection_id"]), default=None)


def inspected(world: World, terms_on: Any, *, score: str | None) -> Found:
    found: Found = {}
    for contact, rows in asked_of(world, "inspection"):
        last = last_inspection(world, rows)
        if last is None:
            continue
        amount = None if score is None else last[score]
        if score is None:
            kinds = [kind.strip() for kind in terms_on(contact.arrival)["kinds"].split(",") if kind.strip()]
            seen = set(last["violations"] or [])
            count = len(seen & set(kinds) if kinds else seen) or int(bool(last["fatal"]) and not kinds and not seen)
            state, amount = "missed" if count else "met", count
        elif last["fatal"]:
            state, amount = "counted", Decimal(0)
        else:
            state = "unmeasurable: no score" if amount is None else "counted"
        key = contact.source, contact.contact_id
        found[key] = judged(contact, rows, last, state), None if amount is None else Fraction(amount)
    return found
