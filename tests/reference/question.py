"""One question put to both, and what they differ in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from pipelines.core.period import Days
from tests.reference import reference
from tests.reference.log import World
from tests.reference.product import Product

Values = Mapping[str, str]
# Every value of every term that is drawn, the default first.
OUT_OF_HOURS = {"out_of_hours": ["exclude", "count"]}
SHORT = {"short_abandon_s": ["5", "0", "1", "20"]}
PERIOD_BY = {"period_by": ["arrival", "due", "end"]}
PERCENTILE = {"percentile": ["90", "50", "100", "1", "66.7"]}
SPLIT = {"split_after_min": ["0", "1", "10", "60"]}
CHAT_SHORT = {"chat_short_abandon_s": ["5", "0", "20"]}
START = {"start": ["request", "handoff", "opening"]}
OUTSIDE_HOURS = {"outside_hours": ["service_seconds", "out_of_population"]}
TARGET_S = {"target_s": ["30", "0", "5", "180"]}
AFTER_CLOSE = {"after_close": ["same_day", "next_opening"]}
DAYS = {
    "within_days": ["1", "2", "3", "5"],
    "day_kind": ["working", "service", "natural"],
    **AFTER_CLOSE,
    **PERIOD_BY,
}
GRAIN = {"grain": ["thread", "question"]}
SECOND_LINE = {"second_line": ["", "q2", "q2,q3"]}
CASE_WINDOW = {"window_h": ["168", "0", "1", "24"]}
SAME_CONTACT = {"same": ["topic", "order", "any"]}
SCALE = {
    "scale_low": ["1", "0", "2"], "scale_high": ["5", "10", "4"], "window_h": ["168", "0", "1", "24"],
    "convert": ["refuse", "linear", "proportion"],
}  # fmt: skip
FORMULAS = [
    "within / (offered - short)", "within / answered", "within / offered", "within / (answered + abandoned after)",
    "(within + abandoned within) / offered", "(within + short) / offered",
]  # fmt: skip
CASE_TYPES = {"case_types": ["", "complaint", "complaint, feedback"]}
A_TO_B = {
    "from": ["opened", "accepted", "goods_arrived"],
    "to": ["resolved", "accepted", "plan_given, resolved", "closed, resolved"],
    "cycles": ["all", "first"],
    **CASE_TYPES,
}
IN_HOURS = {"counted_in": ["wall_hours", "working_hours"]}
TERMS: dict[str, dict[str, list[str]]] = {
    "phone.connect_rate": {**SHORT, **OUT_OF_HOURS, "retries_merge_min": ["0", "1", "10", "60"]},
    "phone.service_level": {
        "answer_within_s": ["20", "0", "5", "30"], **SHORT, "formula": FORMULAS, **OUT_OF_HOURS, **PERIOD_BY
    },
    "phone.average_wait": {"over": ["answered", "offered"], **OUT_OF_HOURS},
    "phone.abandonment": {**SHORT, **OUT_OF_HOURS},
    "phone.wait_percentile": {**PERCENTILE, "target_s": ["20", "0", "5", "30"], **OUT_OF_HOURS},
    "phone.handle_time": {},
    "phone.minutes": {
        "round_each": ["none", "6s", "60s"], "with_wrap": ["false", "true"],
        "direction": ["inbound", "outbound", "both"],
    },
    "phone.outage": {"at_least_min": ["30", "1", "10", "600"], "at_least_calls": ["1", "2"]},
    "agent.attendance": {},
    "phone.occupancy": {
        "handling": ["talking, hold, wrap, handling", "talking", "talking, acw"],
        "available": ["available, ready, idle", "ready"],
    },
    "chat.first_response": {
        "within_s": ["30", "0", "5", "180"], **CHAT_SHORT, **START, **OUTSIDE_HOURS, **SPLIT, **PERIOD_BY,
        "grain": ["session", "customer_day"], "customer_day": ["all", "first"],
    },
    "chat.first_response_mean": {**START, **OUTSIDE_HOURS, **SPLIT},
    "chat.first_response_percentile": {**PERCENTILE, **TARGET_S, **CHAT_SHORT, **START, **OUTSIDE_HOURS, **SPLIT},
    "chat.response_mean": {**OUTSIDE_HOURS, **SPLIT},
    "chat.round_within": {"within_s": ["180", "0", "30", "20"], **OUTSIDE_HOURS, **SPLIT, **PERIOD_BY},
    "chat.response_percentile": {**PERCENTILE, **TARGET_S, **OUTSIDE_HOURS, **SPLIT},
    "chat.reply_rate": {**CHAT_SHORT, **START, **SPLIT},
    "chat.round_reply_rate": {**CHAT_SHORT, **SPLIT},
    "email.reply_within_days": {**DAYS, **GRAIN},
    "email.reply_within_hours": {
        "within_h": ["24", "0", "0.25", "9", "48"], "clock": ["wall", "working"], **GRAIN, **PERIOD_BY
    },
    "email.reply_mean": {"clock": ["working", "wall"], **GRAIN},
    "email.reply_percentile": {
        **PERCENTILE, "target_h": ["24", "0", "0.25", "9"], "clock": ["working", "wall"], **GRAIN
    },
    "contact.on_the_spot": {
        "evidence": ["agent_flag", "survey", "no_repeat"], **SAME_CONTACT, **SECOND_LINE, **CASE_WINDOW
    },
    "contact.repeat_rate": {**SAME_CONTACT, "window_h": ["2", "0", "24", "168"]},
    "contact.resolution_gap": {
        "declared": ["agent_flag", "survey"], **SAME_CONTACT, **SECOND_LINE, **CASE_WINDOW
    },
    "contact.follow_up": {
        **DAYS, "within_days": ["3", "1", "2", "5"], "or_resolved": ["true", "false"], **SECOND_LINE, **CASE_WINDOW
    },
    "contact.handled": {},
    "contact.complaint_rate": {
        "by": ["complaint", "contact"], "case_types": ["complaint", "complaint, feedback", "enquiry"]
    },
    "case.within": {
        **A_TO_B, "limit": ["7", "1", "2", "24", "48"], **AFTER_CLOSE, **PERIOD_BY,
        "counted_in": ["working_days", "service_days", "natural_days", "wall_hours", "working_hours"],
        # the promise that binds the customer: read a second time by tests/cases/case_states.yaml alone
        "eligible_from": [""], "eligible_to": [""], "eligible_days": ["7"],
    },
    "case.resolved": {"to": ["resolved", "plan_given, resolved"], **CASE_TYPES, "cycles": ["first", "all"]},
    "case.elapsed_mean": {**A_TO_B, **IN_HOURS},
    "case.elapsed_percentile": {**A_TO_B, **IN_HOURS, **PERCENTILE, "target_h": ["24", "0", "9"]},
    "quality.csat": SCALE,
    "quality.satisfied": {"satisfied": ["4, 5", "5", "4.0,3", "4, 5, 1-10:9, 1-10:10", "0-10:8, 2"], **SCALE},
    "quality.top_box": SCALE,
    "quality.participation": SCALE,
    "quality.accuracy": {},
    "quality.attitude": {},
    "quality.total": {},
    "quality.violations": {"kinds": ["", "rude", "rude, late"]},
    "quality.sampling_rate": {},
}  # fmt: skip
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
    f"unmeasurable: {reason}"
    for reason in ("no calendar", "no holiday notice", "ambiguous time", "no request time", "negative interval")
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
def questions(draw: st.DrawFn, metric: str, since: date, until: date, drawn: Collection[str] | None = None) -> Question:
    """Draw terms; numbers may change on a day, choices hold for the whole period.

    ``drawn``: the terms to draw, the others have their defaults (None: all).
    """

    def values() -> dict[str, str]:
        return {
            name: draw(st.sampled_from(choices if drawn is None or name in drawn else choices[:1]))
            for name, choices in TERMS[metric].items()
        }

    def legal(drawn: dict[str, str]) -> dict[str, str]:
        if metric == "phone.service_level" and float(drawn["short_abandon_s"]) > float(drawn["answer_within_s"]):
            drawn["short_abandon_s"] = drawn["answer_within_s"]  # must not exceed T
        if metric == "case.within" and drawn["counted_in"].endswith("days") and int(drawn["limit"]) > 7:
            drawn["limit"] = "3"  # these worlds' calendars leave room for days, not for months
        return drawn

    first = legal(values())
    pieces = [(since, first)]
    days = [day for n in range(1, (until - since).days) if (day := date.fromordinal(since.toordinal() + n)) < until]
    if days and draw(st.integers(0, 9)) >= 8:
        later = values()
        changed = {n: v if n in CHANGING and n not in of_population(metric) else first[n] for n, v in later.items()}
        pieces.append((draw(st.sampled_from(days)), legal(changed)))
    return Question(metric, tuple((day, tuple(one.items())) for day, one in pieces))


# Terms that may change from one day to another, but where they choose among the population's own readings.
CHANGING = {
    "short_abandon_s", "answer_within_s", "within_s", "chat_short_abandon_s", "within_days", "satisfied", "kinds",
    "second_line", "window_h", "target_s", "target_h", "within_h",
}  # fmt: skip


def of_population(metric: str) -> Collection[str]:
    if metric == "email.reply_within_days":
        return ("within_days",)
    if metric.startswith(("quality.", "contact.on", "contact.re")):
        return ("window_h",)
    return ()


def is_same(mine: str, theirs: str) -> bool:
    """Compare a state with the product's; the reference may allow several, where two reasons hold side by side."""
    return any(is_one(SAME.get(one, one), SAME.get(theirs, theirs)) for one in mine.split(" | "))


def is_one(mine: str, theirs: str) -> bool:
    if mine == theirs or {mine, theirs} <= SIDE_BY_SIDE or mine == "outside: anything":
        return True
    if mine == "outside: *":  # for which of its reasons is not said
        return theirs.startswith("outside") or theirs == CONTRADICTING
    # the deliveries may disagree about being outside too, and either reason may be said first
    return CONTRADICTING in (mine, theirs) and all(s.startswith(("unmeasurable", "outside")) for s in (mine, theirs))


def is_equal(mine: Fraction | None, theirs: Fraction | None) -> bool:
    """Compare amounts; one that six decimals cannot hold (a rating converted, hours) may be rounded to them."""
    if mine is None or theirs is None or mine == theirs:
        return mine == theirs
    return (mine * 1_000_000).denominator > 1 and abs(mine - theirs) <= Fraction(1, 2_000_000)


def is_outside(state: str) -> bool:
    return state == "not there" or state.startswith("outside")


def differences(product: Product, world: World, question: Question) -> list[str]:
    """Ask both; return each difference in words."""
    agreed = [(day, dict(values)) for day, values in question.pieces]
    mine = reference.states(world, question.metric, agreed)
    theirs = product.ask(world, question.metric, question.spans(world.until))
    found = []
    has_amounts = reference.METRICS[question.metric].kind in ("mean", "percentile", "time share", "minutes", "ratio")
    for item in sorted(mine.keys() | theirs.states.keys()):
        a, b = mine.get(item, ("not there", None)), theirs.states.get(item, ("not there", None))
        if agreed[-1][1].get("split_after_min", "0") != "0" and all(is_outside(one[0]) for one in (a, b)):
            continue  # whether a session that does not count is cut too is not said
        if b[0] == "outside: contact not in the logs" and a[0] == "not there":
            continue  # a survey or an inspection of nobody is no item of the contract
        if not is_same(a[0], b[0]):
            found.append(f"{item}: the reference says {a[0]}, the product {b[0]}")
        elif has_amounts and b[0] in ("counted", "met", "missed") and b[0] in a[0] and not is_equal(a[1], b[1]):
            found.append(f"{item}: the reference counts {a[1]}, the product {b[1]}")
    if found:
        return found
    # the value of states that both agree on, in the product's words where a word is free
    value = reference.value(world, question.metric, agreed, theirs.states)
    if value != theirs.value:
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
