"""Exact texts as printed figures: rounded once, half away from zero, in the unit's own decimals."""

from decimal import Decimal

import pytest

from pipelines.exports.figures import (
    days_text,
    digits,
    instant_text,
    measured_text,
    money_text,
    plain_text,
    points_text,
    target_text,
    value_text,
)
from pipelines.exports.words import Words

ZH, EN = Words("zh"), Words("en")


@pytest.mark.parametrize(
    ("value", "unit", "chinese"),
    [
        ("0.862910169329", "share", "86.29 %"),
        ("0.99995", "share", "100.00 %"),  # 99.995 rounds up
        ("22.776280722535", "s", "22.8 秒"),
        ("43", "violations", "43 次"),
        ("1234567", "count", "1,234,567 件"),
        ("-0.1234", "share", "−12.34 %"),
        ("4.368526696106", "points", "4.37 分"),
        ("1.5", "fathoms", "1.50 fathoms"),  # a unit that nobody knows yet
        (None, "share", "—"),
    ],
)
def test_a_value_in_its_unit(value, unit, chinese):
    assert value_text(value, unit, ZH) == chinese


def test_what_could_not_be_measured_exactly_says_what_is_known():
    assert measured_text({"value": None, "beyond": "> 3600"}, "s", ZH) == "> 3600"
    assert measured_text({"value": None, "beyond": "never answered"}, "s", ZH) == "从未应答"
    assert measured_text({"value": "30"}, "s", EN) == "30.0 s"


@pytest.mark.parametrize(
    ("target", "unit", "better", "text"),
    [
        ("0.92", "share", "higher", "≥ 92 %"),
        ("0.925", "share", "higher", "≥ 92.5 %"),
        ("100", "count", "lower", "≤ 100"),
    ],
)
def test_a_target_has_no_zeros_that_nobody_agreed(target, unit, better, text):
    assert target_text({"target": target, "unit": unit, "better": better}, EN) == text


@pytest.mark.parametrize(
    ("points", "weight", "text"),
    [("61.789317906633", "2", "1.24 / 2"), (None, "40", "— / 40"), (None, None, "—"), ("100", "12.5", "12.50 / 12.5")],
)
def test_points_of_a_weight(points, weight, text):
    assert points_text({"points": points, "weight": weight}) == text


def test_money_keeps_the_places_of_its_currency():
    assert [money_text(text) for text in ("-40800.00", "1000", "0.125")] == ["−40,800.00", "1,000", "0.125"]
    assert digits(Decimal("-0.004"), 2) == "0.00"


def test_days_are_told_by_the_first_and_the_last():
    assert days_text({"from": "2026-10-16", "until": "2026-11-01"}, EN) == "2026-10-16 to 2026-10-31"
    assert days_text(None, EN) == ""


def test_an_instant_is_told_in_the_contracts_zone():
    assert instant_text("2026-11-03T01:02:03Z", "Asia/Shanghai") == "2026-11-03 09:02:03+08:00"


def test_entries_that_nobody_knows_yet_are_told_in_one_line():
    assert plain_text([{"zh": "整改", "en": "rectify"}, {"n": 2, "is_final": True}], ZH) == "整改; n: 2 · is_final: 是"
