"""Words, numbers and instants in Chinese and English."""

from app.i18n.numbers import (
    at_text,
    count_text,
    day_text,
    exact_text,
    money_text,
    month_text,
    short_month,
    signed_text,
    value_text,
)
from app.i18n.speech import LANGUAGES, choose, has, language, of, phrase, speaking, t, template

__all__ = [
    "LANGUAGES",
    "at_text",
    "choose",
    "count_text",
    "day_text",
    "exact_text",
    "has",
    "language",
    "money_text",
    "month_text",
    "of",
    "phrase",
    "short_month",
    "signed_text",
    "speaking",
    "t",
    "template",
    "value_text",
]
