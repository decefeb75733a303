"""Which indicators a log that is not complete leaves without data; the completeness of a log is received / expected."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from pipelines.contract.parse import parse_contract
from pipelines.contract.resolve import month_terms
from pipelines.core.period import Month
from pipelines.scoring.completeness import missing_logs
from pipelines.scoring.counts import Counts
from tests.contract.small_contract import PARTIES

DAY = date(2026, 10, 5)
OCTOBER = Month(2026, 10).days
PHONE = "{source: calls, channel: phone, complete: 98%}"
CHAT = "{source: chats, channel: chat, complete: 95.5%}"
# the columns of what is asked of the logs are numbered by channel, then source: data__1 of chat, data__2 of phone
INDICATORS = """indicators:
  - {id: call, clause: "1", metric: phone.connect_rate@1, target: 90%}
  - {id: wait, clause: "2", metric: phone.average_wait@1, target: 30}
  - {id: talk, clause: "3", metric: chat.reply_rate@1, target: 90%}
  - {id: contact, clause: "4", metric: contact.complaint_rate@1, target: 3}
"""
TWO_CHANNELS = """  - id: both
    clause: "5"
    target: 90%
    worst_of: [{id: call, metric: phone.connect_rate@1}, {id: talk, metric: chat.reply_rate@1}]
"""
TWO_PROMISES = """  - id: both
    clause: "5"
    target: 90%
    worst_of: [{id: rate, metric: phone.connect_rate@1}, {id: level, metric: phone.service_level@1}]
"""
WITH_CONDITION = """  - id: used
    clause: "5"
    metric: phone.connect_rate@1
    target: 90%
    use_if: {metric: chat.reply_rate@1, below: 0.5, use: {metric: phone.service_level@1}}
"""


def log(received: str, expected: str) -> Counts:
    return Counts(Counter(counted=1), amount=Decimal(received), base=Decimal(expected))


def missing(sources: str, counts: dict[str, Counts], more: str = "") -> dict[str, str]:
    contract = parse_contract(f"{PARTIES}data: {{sources: [{sources}]}}\n{INDICATORS}{more}", "contract.yaml").model
    by_day = {column: {DAY: own} for column, own in counts.items()}
    return missing_logs(contract, OCTOBER, month_terms(contract, OCTOBER), by_day)


def test_a_log_that_is_short_leaves_its_channels_indicators_without_data() -> None:
    said = "calls is 97.99 % complete, 98.00 % are required"  # 9799 of 10000
    assert missing(PHONE, {"data__1": log("9799", "10000")}) == {"call": said, "wait": said}


def test_a_log_exactly_as_complete_as_required_is_enough() -> None:
    assert missing(PHONE, {"data__1": log("98", "100")}) == {}


def test_a_log_that_delivered_nothing() -> None:
    said = "calls delivered nothing, 98.00 % are required"
    assert missing(PHONE, {}) == {"call": said, "wait": said}


def test_a_log_of_which_nothing_is_required_is_not_looked_at() -> None:
    assert missing("{source: calls, channel: phone}", {}) == {}
    # and the one after it is
    found = missing(f"{{source: all, channel: chat}}, {PHONE}", {"data__1": log("0", "1")})
    assert set(found) == {"call", "wait"}


def test_a_log_that_is_complete_does_not_end_the_search() -> None:
    found = missing(f"{PHONE}, {CHAT}", {"data__1": log("955", "1000"), "data__2": log("1", "2")})
    assert found == dict.fromkeys(["call", "wait"], "calls is 50.00 % complete, 98.00 % are required")


@pytest.mark.parametrize("both_short", [True, False])
def test_what_is_over_several_channels_is_computed_from_what_the_others_gave(both_short: bool) -> None:
    chat = log("1", "2") if both_short else log("1", "1")
    found = missing(f"{PHONE}, {CHAT}", {"data__1": chat, "data__2": log("1", "2")}, TWO_CHANNELS)
    assert set(found) == ({"call", "wait", "talk"} if both_short else {"call", "wait"})


def test_several_promises_over_one_channel_are_of_that_channel() -> None:
    assert set(missing(PHONE, {"data__1": log("1", "2")}, TWO_PROMISES)) == {"call", "wait", "both"}


def test_a_condition_over_another_channel_does_not_keep_the_value() -> None:
    found = missing(PHONE, {"data__1": log("1", "2")}, WITH_CONDITION)
    assert set(found) == {"call", "wait", "used"}


def test_only_the_months_days_are_counted() -> None:
    contract = parse_contract(f"{PARTIES}data: {{sources: [{PHONE}]}}\n{INDICATORS}", "contract.yaml").model
    days = {date(2026, 9, 30): log("1", "100"), DAY: log("99", "100"), date(2026, 11, 1): log("1", "100")}
    assert missing_logs(contract, OCTOBER, month_terms(contract, OCTOBER), {"data__1": days}) == {}
