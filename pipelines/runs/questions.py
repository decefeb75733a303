"""Which question of a statement a name means: an indicator's, a fee's, or a column of the evidence itself."""

from collections.abc import Mapping, Sequence
from typing import Any

VALUES = ("value", "member", "fee")


def question_of(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the question that a name means; None where the statement has none of it.

    Of an indicator whose value another metric's stood in for, that one; of a ``worst_of``, the member that decided.
    """
    listed = questions_in(body)
    by_column = {one["column"]: one for one in listed}
    own = [one for one in listed if one["of"] == name]
    indicator = next((one for one in body["indicators"] if one["id"] == name), None)
    if indicator is not None and indicator.get("used"):  # its own column bears its name too
        return next(one for one in own if one["as"] == "use")
    if name in by_column:
        return by_column[name]
    decisive = _decisive_member(indicator) if indicator is not None else None
    for one in own:
        if decisive is not None and one["column"].endswith(f"__{decisive}"):
            return one
    return next((one for one in own if one["as"] in VALUES), None)


def question_in(body: Mapping[str, Any], column: str) -> Mapping[str, Any] | None:
    """Return the question that a column of the evidence answers, whatever the month made of it."""
    return next((one for one in questions_in(body) if one["column"] == column), None)


def questions_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return every question of a statement; one from before they were listed has one an indicator."""
    return body.get("questions") or [_as_question(one) for one in body["indicators"]]


def names_of(body: Mapping[str, Any]) -> list[str]:
    """Return every name that means a question: indicators, fees, and the columns of the others."""
    listed = questions_in(body)
    return list(dict.fromkeys([*(one["of"] for one in listed), *(one["column"] for one in listed)]))


def _decisive_member(indicator: Mapping[str, Any]) -> str | None:
    """Return the member of a ``worst_of`` whose value its part took: of a missed part before others."""
    parts = sorted(indicator["parts"], key=lambda part: part["verdict"] != "missed")
    for part in parts:
        for member in sorted(part.get("worst_of", ()), key=lambda one: one["verdict"] != "missed"):
            if member["verdict"] == part["verdict"]:
                return str(member["id"])
    return None


def _as_question(indicator: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "column": indicator["id"],
        "of": indicator["id"],
        "as": "value",
        "metric": indicator["metric"],
        "terms": indicator["terms"],
        "scope": indicator["scope"],
    }
