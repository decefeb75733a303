"""metrics.md, section 3, read in plain Python: no SQL, no shared code with the metrics, one call at a time.

A call is a mapping as in tests/metrics/hand_made_calls.py; terms are texts. What is returned is the state in words.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Call = Mapping[str, Any]
Terms = Mapping[str, str]


def before_the_metric(call: Call, terms: Terms) -> str | None:
    """Rule 2 of section 1: outside service hours, then what contradicts itself, come before anything else."""
    if terms["out_of_hours"] == "exclude":
        if call["in_service_hours"] is None:
            return "unmeasurable: no calendar for that day"
        if not call["in_service_hours"]:
            return "excluded: outside service hours"
    if call["contradicting"]:
        return "unmeasurable: contradicting deliveries"
    return None


def is_promise_unsure(call: Call) -> bool:
    """Some time of the call lies in an hour that came twice, and a promise is compared with it."""
    return bool(call["ambiguous_time"] and call["promised_at"])


def why_no_wait(call: Call) -> str | None:
    if call["ambiguous_wait"]:
        return "unmeasurable: ambiguous time"
    if call["wait_s"] is None:
        return "unmeasurable: no queue time"
    return "unmeasurable: negative queue time" if call["wait_s"] < 0 else None


def is_short(call: Call, terms: Terms) -> bool:
    """Abandoned within ``short_abandon_s``; 0 = off."""
    limit = Decimal(terms["short_abandon_s"])
    return bool(limit) and call["wait_s"] <= limit


def connect_rate(call: Call, terms: Terms) -> str:
    """Answered / (offered − short)."""
    if call["is_callback"]:
        return called_back(call)
    if call["outcome"] == "open":
        return "pending"
    if call["outcome"] == "answered":
        return "met"
    if call["outcome"] == "lost":
        return "missed"
    return why_no_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed")


def called_back(call: Call) -> str:
    """Met if the customer is reached within the promised time, missed if late or never, pending till then."""
    promised, reached = call["promised_at"], call["reached_at"]
    if promised is None:
        return "pending" if reached is None else "met"
    if reached is None and not call["promise_passed"]:
        return "pending"
    if is_promise_unsure(call):
        return "unmeasurable: ambiguous time"
    if reached is None:
        return "missed: not yet done"
    return "met" if reached <= promised else "missed"


def abandonment(call: Call, terms: Terms) -> str:
    """Abandoned after short / (offered − short): its numerator is what is missed."""
    if call["is_callback"]:
        if call["reached_at"] is not None:
            return "met"  # in the base when called back
        if not call["promise_passed"]:
            return "pending"
        return "unmeasurable: ambiguous time" if is_promise_unsure(call) else "excluded: call-back"
    if call["outcome"] == "open":
        return "pending"
    if call["outcome"] != "abandoned":
        return "met"
    return why_no_wait(call) or ("excluded: short abandon" if is_short(call, terms) else "missed")


def average_wait(call: Call, terms: Terms) -> str:
    """Σ wait / answered, or / offered."""
    outcome, over_offered = call["outcome"], terms["over"] == "offered"
    if call["is_callback"]:
        return "excluded: call-back"
    if outcome == "open":
        return "pending"
    if outcome == "abandoned" and call["wait_s"] is None:
        return "unmeasurable: no queue time"  # in every metric
    if outcome == "abandoned" and not over_offered:
        return "excluded: left before an answer"
    if outcome == "lost" and (not over_offered or call["wait_s"] is None):
        return "excluded: never answered"
    return why_no_wait(call) or "counted"


def service_level(call: Call, terms: Terms) -> str:
    """``n`` % in ``T`` seconds, by one of six named formulas: (numerator, denominator) of each call decides."""
    outcome, formula, limit = call["outcome"], terms["formula"], Decimal(terms["answer_within_s"])
    of_answered = formula == "within / answered"
    if call["is_callback"]:
        return "excluded: call-back"
    if outcome == "open":
        if of_answered or call["waited_s"] is None or call["waited_s"] <= limit:
            return "pending"
        return "unmeasurable: ambiguous time" if call["ambiguous_wait"] else "missed: not yet done"
    if outcome == "lost":
        return "excluded: never answered" if of_answered else "missed"
    no_wait = why_no_wait(call)
    if no_wait:
        return no_wait
    within = call["wait_s"] <= limit
    if outcome == "answered":
        return "met" if within else "missed"
    return abandoned_under(formula, within=within, short=is_short(call, terms))


def abandoned_under(formula: str, *, within: bool, short: bool) -> str:
    """What a formula makes of a caller who left: out of the denominator, into the numerator, or a miss."""
    out_of_denominator = {
        "within / answered": "excluded: left before an answer",
        "within / (offered - short)": "excluded: short abandon" if short else "",
        "within / (answered + abandoned after)": "excluded: left within target" if within else "",
    }
    into_numerator = {"(within + abandoned within) / offered": within, "(within + short) / offered": short}
    return out_of_denominator.get(formula) or ("met" if into_numerator.get(formula) else "missed")


def wait_percentile(call: Call, terms: Terms) -> str:
    """Nearest rank: never answered, or abandoned beyond the target, is longer than any other."""
    if call["is_callback"]:
        return "excluded: call-back"
    if call["outcome"] in ("open", "lost"):
        return "pending" if call["outcome"] == "open" else "counted: longer than any"
    no_wait = why_no_wait(call)
    if no_wait or call["outcome"] == "answered":
        return no_wait or "counted"
    within = call["wait_s"] <= Decimal(terms["target_s"])
    return "excluded: left within target" if within else "counted: longer than any"


READINGS = {
    "phone.connect_rate@1": connect_rate,
    "phone.abandonment@1": abandonment,
    "phone.average_wait@1": average_wait,
    "phone.service_level@1": service_level,
    "phone.wait_percentile@1": wait_percentile,
}


def state_of(metric: str, call: Call, terms: Terms) -> str:
    """Return the state of one call under a phone metric."""
    return before_the_metric(call, terms) or READINGS[metric](call, terms)
