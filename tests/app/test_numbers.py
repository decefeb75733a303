"""Digits on the screen."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from app.i18n import (
    at_text,
    choose,
    count_text,
    day_text,
    money_text,
    month_text,
    signed_text,
    speaking,
    template,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Fraction(27060, 31359), "share", "86.29 %"),  # 0.862910…
        (Fraction(1, 1), "share", "100.00 %"),
        (Fraction(86295, 1000000), "share", "8.63 %"),  # 8.6295 up, away from zero
        (Fraction(49999, 100000), "s", "0.5 秒"),
        (Decimal("35.027974"), "s", "35.0 秒"),
        (Fraction(3), "count", "3 件"),
        (Fraction(9, 2), "points", "4.50 分"),
        (None, "share", "—"),
    ],
)
def test_a_value_in_its_unit(value: Fraction, unit: str, shown: str) -> None:
    with speaking("zh"):
        assert value_text(value, unit) == shown


def test_a_unit_that_nobody_named_is_shown_under_its_own_name() -> None:
    assert value_text(Fraction(5, 2), "furlong") == "2.50 furlong"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("-36000.00", "CNY", "−¥36,000.00"),
        ("1113580.00", "CNY", "¥1,113,580.00"),
        ("-0.00", "CNY", "¥0.00"),
        ("1200", "JPY", "JP¥1,200"),
        ("5.500", "KWD", "KWD 5.500"),
        ("-36000.00", "", "−36,000.00"),
    ],
)
def test_money(amount: str, currency: str, shown: str) -> None:
    assert money_text(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("-0.0359", "−3.59 points"), ("0.012", "+1.20 points"), ("0", "0.00 points"), ("0.00001", "0.00 points")],
)
def test_a_difference_of_shares_is_in_points_and_has_a_sign(value: str, shown: str) -> None:
    with speaking("en"):
        assert signed_text(Fraction(value), "share") == shown


def test_months_days_and_instants() -> None:
    at = datetime(2026, 10, 31, 15, 59, 59, 250000, tzinfo=UTC)
    assert at_text(at, "Asia/Shanghai") == "2026-10-31 23:59"
    assert at_text(at, "Asia/Shanghai", seconds=True) == "2026-10-31 23:59:59.25"
    with speaking("zh"):
        assert (month_text("2026-10"), day_text(date(2026, 10, 15))) == ("2026年10月", "10月15日 周四")
    with speaking("en"):
        assert (month_text("2026-10"), day_text(date(2026, 10, 15))) == ("October 2026", "Thu 15 Oct")
    assert count_text(31359) == "31,359"


@pytest.mark.parametrize(
    ("asked", "remembered", "browser", "spoken"),
    [
        ("en", "zh", "zh-CN", "en"),
        (None, "en", "zh-CN", "en"),
        (None, None, "fr-FR,en-US;q=0.8", "en"),
        ("xx", None, "zh-TW", "zh"),
        (None, None, "", "zh"),
    ],
)
def test_the_language_is_the_urls_the_remembered_the_browsers(
    asked: str | None, remembered: str | None, browser: str, spoken: str
) -> None:
    assert choose(asked, remembered, browser) == spoken


def test_a_text_is_cut_at_its_slots() -> None:
    with speaking("en"):
        assert template("answer.met") == [("", "n"), (" met", "")]
