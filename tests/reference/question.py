"""One question put to both, and what they differ in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from pipelines.core.period import Days
from tests.reference import reference
from tests.reference.log import World
from tests.reference.product import Product

Values = Mapping[str, str]
OUT_OF_HOURS = {"out_of_hours": ["exclude", "count"]}
SHORT = {"short_abandon_s": ["5", "0", "1", "20"]}
CHAT_SHORT = {"chat_short_abandon_s": ["5", "0", "20"]}
START = {"start": ["request", "handoff", "opening"]}
OUTSIDE_HOURS = {"outside_hours": ["service_seconds", "out_of_population"]}
DAYS = {
    "within_days": ["1", "2", "3", "5"],
    "day_kind": ["working", "service", "natural"],
    "after_close": ["same_day", "next_opening"],
}
SECOND_LINE = {"second_line": ["", "q2", "q2,q3"]}
CASE_WINDOW = {"window_h": ["168", "0", "1", "24"]}
SCALE = {"scale_low": ["1", "0", "2"], "scale_high": ["5", "10", "4"], "window_h": ["168", "0", "1", "24"]}
FORMULAS = [
    "within / (offered - short)", "within / answered", "within / offered", "within / (answered + abandoned after)",
    "(within + abandoned within) / offered", "(within + short) / offered",
]  # fmt: skip
TERMS: dict[str, dict[str, list[str]]] = {
    "phone.connect_rate": {**SHORT, **OUT_OF_HOURS},
    "phone.service_level": {"answer_within_s": ["20", "0", "5", "30"], **SHORT, "formula": FORMULAS, **OUT_OF_HOURS},
    "phone.average_wait": {"over": ["answered", "offered"], **OUT_OF_HOURS},
    "phone.abandonment": {**SHORT, **OUT_OF_HOURS},
    "chat.first_response": {"within_s": ["30", "0", "5", "180"], **CHAT_SHORT, **START, **OUTSIDE_HOURS},
    "chat.first_response_mean": {**START, **OUTSIDE_HOURS},
    "chat.response_mean": OUTSIDE_HOURS,
    "chat.round_within": {"within_s": ["180", "0", "30", "20"], **OUTSIDE_HOURS},
    "chat.reply_rate": {**CHAT_SHORT, **START},
    "email.reply_within_days": DAYS,
    "contact.on_the_spot": {**SECOND_LINE, **CASE_WINDOW},
    "contact.follow_up": {**DAYS, "or_resolved": ["true", "false"], **SECOND_LINE, **CASE_WINDOW},
    "quality.csat": SCALE,
    "quality.satisfied": {"satisfied": ["4, 5", "5", "4.0,3"], **SCALE},
    "quality.accuracy": {},
    "quality.attitude": {},
    "quality.total": {},
    "quality.violations": {"kinds": ["", "rude", "rude, late"]},
}
# Two words for one reason.
SAME = {
    "outside: nobody handled it": "outside: not handled by a person",
    "outside: another contract's queue": "outside: out of scope",
    "unmeasurable: no calendar for that day": "unmeasurable: no calendar",
    "unmeasurable: no holiday notice for that year": "unmeasurable: no holiday notice",
}
CONTRADICTING = "unmeasurable: contradicting deliveries"
# Reasons that may hold of one item together; the specification does not say which of them comes first.
SIDE_BY_SIDE = {
    f"unmeasurable: {reason}" for reason in ("no calendar", "ambiguous time", "no request time", "negative interval")
}


@dataclass(frozen=True)
class Question:
    """A metric with its terms, in pieces that begin on their days."""

    metric: str
    pieces: tuple[tuple[date, tuple[tuple[str, str], ...]], ...]

    def spans(self, until: date) -> list[tuple[Days, dict[str, str]]]:
        ends = [since for since, _ in self.pieces[1:]] + [until]
        return [(Days(since, end), dict(values)) for (since, values), end in zip(self.pieces, ends, strict=True)]


@st.composite
def questions(draw: st.DrawFn, metric: str, since: date, until: date) -> Question:
    """Draw terms; numbers may change on a day, choices hold for the whole period."""

    def values() -> dict[str, str]:
        return {name: draw(st.sampled_from(choices)) for name, choices in TERMS[metric].items()}

    def legal(drawn: dict[str, str]) -> dict[str, str]:
        if metric == "phone.service_level" and float(drawn["short_abandon_s"]) > float(drawn["answer_within_s"]):
            drawn["short_abandon_s"] = drawn["answer_within_s"]  # must not exceed T
        return drawn

    first = legal(values())
    pieces = [(since, first)]
    days = [day for n in range(1, (until - since).days) if (day := date.fromordinal(since.toordinal() + n)) < until]
    if days and draw(st.integers(0, 9)) >= 8:
        later = values()
        changed = {n: v if n in CHANGING else first[n] for n, v in later.items()}
        pieces.append((draw(st.sampled_from(days)), legal(changed)))
    return Question(metric, tuple((day, tuple(one.items())) for day, one in pieces))


CHANGING = {
    "short_abandon_s", "answer_within_s", "within_s", "chat_short_abandon_s", "within_days", "satisfied", "kinds",
    "second_line", "window_h",
}  # fmt: skip


def is_same(mine: str, theirs: str) -> bool:
    """Compare a state with the product's; the reference may allow several, where two reasons hold side by side."""
    if "outside: anything" in (mine, theirs):
        return True
    return any(is_one(SAME.get(one, one), SAME.get(theirs, theirs)) for one in mine.split(" | "))


def is_one(mine: str, theirs: str) -> bool:
    if mine == theirs or {mine, theirs} <= SIDE_BY_SIDE:
        return True
    # the deliveries may disagree about being outside too, and either reason may be said first
    return CONTRADICTING in (mine, theirs) and all(s.startswith(("unmeasurable", "outside")) for s in (mine, theirs))


def differences(product: Product, world: World, question: Question) -> list[str]:
    """Ask both; return each difference in words."""
    mine = reference.states(world, question.metric, [(day, dict(values)) for day, values in question.pieces])
    theirs = product.ask(world, question.metric, question.spans(world.until))
    found = []
    for item in sorted(mine.keys() | theirs.states.keys()):
        a, b = mine.get(item, ("not there", None)), theirs.states.get(item, ("not there", None))
        if not is_same(a[0], b[0]):
            found.append(f"{item}: the reference says {a[0]}, the product {b[0]}")
        elif a[0].startswith("counted") and b[0] == "counted" and a[1] != b[1]:
            found.append(f"{item}: the reference counts {a[1]}, the product {b[1]}")
    agreed = {**mine, **theirs.states}  # where a word may differ, or is free
    value: Fraction | None = reference.value(question.metric, agreed)
    if not found and value != theirs.value:
        found.append(f"the value: the reference says {value}, the product {theirs.value}")
    return found


def described(world: World, question: Question, found: Sequence[str]) -> str:
    """Write a failing world so that it can be read and pinned."""
    lines = [*found, f"{question}", f"zone {world.zone}, [{world.since}, {world.until}), cut-off {world.cut_off_at}"]
    lines += [f"scope {dict(world.scope)}", f"hours {world.hours}"]
    for table, events in world.events.items():
        for event in events:
            said = {k: str(v) for k, v in event.items() if v is not None and v is not False}
            lines.append(f"{table}: {said}")
    return "\n".join(lines)
