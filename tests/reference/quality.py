"""Surveys and inspections of contacts (metrics.md, section 8)."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tests.reference.contact import Contact, handled, in_doubt, names, shut_out, until
from tests.reference.log import ANYTHING, Event, Found, Result, Terms, World

TermsOn = Callable[[datetime | None], Terms]


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
    if contact.outside in ("agent-opened", "outbound call", ANYTHING):
        return f"outside: {ANYTHING}"  # whether a contact that we began can be rated is undecided
    if contact.outside or not contact.is_handled:
        if contact.is_handled_later and not contact.outside:
            return f"outside: {ANYTHING} | not there"  # it may be said to await its answer, and so its rating
        return "outside: not handled by a person | not there"
    if last is not None and last["contradicting"]:
        return "unmeasurable: contradicting deliveries"
    if contact.contradicting:  # when it came may be what they contradict each other in
        return f"{state} | unmeasurable: contradicting deliveries | not there"
    if any(row["contradicting"] for row in rows):
        return f"{state} | unmeasurable: contradicting deliveries"
    return state


# --- ratings ---------------------------------------------------------------------------------------------------------


def scale_of(row: Event, terms: Terms) -> tuple[Decimal, Decimal]:
    """Return the ends of the scale that a rating was given on; blank is the contract's."""
    if row["scale"] is None:
        return Decimal(terms["scale_low"]), Decimal(terms["scale_high"])
    low, _, high = row["scale"].partition("-")
    return Decimal(low), Decimal(high)


def is_valid(row: Event, terms: Terms) -> bool:
    low, high = scale_of(row, terms)
    return bool(low <= row["rating"] <= high)


def converted(row: Event, terms: Terms) -> Fraction | None:
    """Return a rating on the contract's scale; None where the contract does not convert."""
    own, low, high = scale_of(row, terms), Fraction(terms["scale_low"]), Fraction(terms["scale_high"])
    rating = Fraction(row["rating"])
    own_low, own_high = map(Fraction, own)
    if (own_low, own_high) == (low, high):
        return rating
    if terms["convert"] == "refuse":
        return None
    if terms["convert"] == "proportion":
        return rating / own_high * high
    return low + (rating - own_low) * (high - low) / (own_high - own_low)


ANOTHER_SCALE: Result = ("unmeasurable: another scale", None)
Judge = Callable[[Event, Terms], Result]


def csat(row: Event, terms: Terms) -> Result:
    rating = converted(row, terms)
    return ANOTHER_SCALE if rating is None else ("counted", rating)


def satisfied(row: Event, terms: Terms) -> Result:
    """The contract lists the satisfied answers of each scale; ``1-10:9`` speaks of that scale."""
    own: list[Fraction] = []
    plain: list[Fraction] = []
    for entry in terms["satisfied"].split(","):
        scale, _, answer = entry.strip().rpartition(":")
        if not scale:
            plain.append(Fraction(answer))
        elif scale_of({"scale": scale}, terms) == scale_of(row, terms):
            own.append(Fraction(answer))
    if scale_of(row, terms) == scale_of({"scale": None}, terms):
        own += plain
    elif not own:
        return ANOTHER_SCALE  # the contract lists no answers of its scale
    return "met" if Fraction(row["rating"]) in own else "missed", None


def top_box(row: Event, terms: Terms) -> Result:
    if converted(row, terms) is None:
        return ANOTHER_SCALE
    return "met" if row["rating"] == scale_of(row, terms)[1] else "missed", None


def surveyed(judge: Judge | None, world: World, terms_on: TermsOn) -> Found:
    """Take the last valid rating from the contact's arrival to its end plus the window.

    Without a judge: participation, that is whether there is one.
    """
    found = in_doubt(world)
    for contact, rows in asked_of(world, "survey"):
        terms = terms_on(contact.arrival)
        found[contact.source, contact.contact_id] = rated(judge, world, contact, rows, terms)
    return found


def rated(judge: Judge | None, world: World, contact: Contact, rows: list[Event], terms: Terms) -> Result:
    by = until(contact, terms)
    answered = [
        row for row in rows
        if row["rating"] is not None and row["answered_at"] is not None
        and contact.arrival <= row["answered_at"] <= min(world.cut_off_at, by)
    ]  # fmt: skip
    valid = [row for row in answered if is_valid(row, terms)]
    last = max(valid, key=lambda row: (row["answered_at"], row["survey_id"]), default=None)
    is_open = world.cut_off_at <= by
    result: Result
    if judge is None:
        result = "met" if valid else "pending" if is_open else "missed", None
    elif last is None:
        state = "unmeasurable: off-scale rating" if answered else "excluded: no answer"
        if is_open:
            state = "pending" if not answered else f"{state} | pending"
        result = state, None
    else:
        result = judge(last, terms)
    return judged(contact, rows, None if judge is None else last, result[0]), result[1]


# --- inspections -----------------------------------------------------------------------------------------------------


def last_inspection(world: World, rows: list[Event]) -> Event | None:
    known = [row for row in rows if row["inspected_at"] is not None and row["inspected_at"] <= world.cut_off_at]
    return max(known, key=lambda row: (row["inspected_at"], row["inspection_id"]), default=None)


def inspected(world: World, terms_on: TermsOn, *, score: str | None) -> Found:
    found = in_doubt(world)
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


def sampling_rate(world: World, terms_on: TermsOn) -> Found:
    found = in_doubt(world)
    for contact in handled(world):
        rows = [row for row in world.current("inspection") if names(row, contact)]
        state = "met" if last_inspection(world, rows) is not None else "missed"
        shut = shut_out(contact)
        if shut is not None and shut.startswith("unmeasurable: contradicting deliveries"):
            state, shut = f"{state} | {shut}", None  # it was inspected or not, whatever they contradict each other in
        found[contact.source, contact.contact_id] = shut or state, None
    return found
