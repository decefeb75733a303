"""Which question a name means, where another metric's value stood in for an indicator's."""

from typing import Any

from pipelines.runs.questions import question_in, question_of


def body(used: str) -> dict[str, Any]:
    """A statement with one indicator that has a question of its own and one to be used instead."""
    kinds = {"solved": "value", "solved__use": "use", "solved__use_if": "use_if"}
    return {
        "indicators": [{"id": "solved", "used": used, "parts": []}],
        "questions": [{"column": column, "of": "solved", "as": kind} for column, kind in kinds.items()],
    }


def test_an_indicator_means_the_question_whose_value_counted() -> None:
    assert question_of(body(""), "solved") == question_in(body(""), "solved")
    found = question_of(body("solved is used: the gap is above 0.1"), "solved")
    assert found is not None
    assert found["column"] == "solved__use"


def test_a_column_means_its_own_question() -> None:
    found = question_in(body("used"), "solved")
    assert found is not None
    assert found["as"] == "value"
    assert question_in(body("used"), "nothing") is None
