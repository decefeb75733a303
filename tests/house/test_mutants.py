"""Every mutant that the tests let pass is argued: `make mutants` names them, tests/mutation/survivors.md says why."""

import json

import pytest

from pipelines.metrics.declare import installed_metrics
from tests.mutation.code import digest_of, files
from tests.mutation.expressions import mutants_of, parse, render
from tests.mutation.results import ARGUED, RESULTS, argued, survivors

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_every_survivor_is_argued() -> None:
    assert sorted(survivors(KEPT) - set(argued())) == []


def test_nothing_is_argued_that_does_not_survive() -> None:
    assert sorted(set(argued()) - survivors(KEPT)) == []


def test_a_survivor_without_an_argument_is_found() -> None:
    text = "| where | mutant | verdict |\n|---|---|---|\n| a.b 1 | `< becomes <=` | equal |\n| a.b 2 | `x \\| y` |  |\n"
    assert argued(text) == {("a.b 1", "< becomes <="): "equal"}


@pytest.mark.parametrize("key", sorted(installed_metrics()))
def test_the_results_are_of_the_expressions_as_they_are(key: str) -> None:
    """A changed expression wants ``make mutants`` again."""
    metric = installed_metrics()[key]
    mutants = len(mutants_of(metric.sql)) + (len(mutants_of(metric.amount)) if metric.amount else 0)
    assert KEPT["metrics"]["parts"][key]["mutants"] == mutants


def test_every_file_is_judged_or_named_as_not_judged() -> None:
    assert sorted([*KEPT["code"]["parts"], *KEPT["code"]["unjudged"]]) == files()


@pytest.mark.parametrize("file", sorted(KEPT["code"]["parts"]))
def test_the_code_is_what_was_judged(file: str) -> None:
    """A changed file wants ``make mutants ARGS=code`` again, which judges what has changed."""
    assert KEPT["code"]["parts"][file]["sha256"] == digest_of(file)


def test_every_mutant_of_the_code_was_killed_or_survived() -> None:
    for file, part in KEPT["code"]["parts"].items():
        assert part["mutants"] == sum(part["killed"].values()) + len(part["survivors"]), file


def test_a_mutant_is_one_small_change() -> None:
    found = {
        mutant.sql
        for mutant in mutants_of("CASE WHEN a <= 5 AND NOT b THEN 'met' WHEN c THEN 'missed' ELSE 'pending' END")
    }
    for sql in (
        "CASE WHEN a < 5 AND NOT b THEN 'met' WHEN c THEN 'missed' ELSE 'pending' END",
        "CASE WHEN a <= (6) AND NOT b THEN 'met' WHEN c THEN 'missed' ELSE 'pending' END",
        "CASE WHEN (a <= 5 OR NOT b) THEN 'met' WHEN c THEN 'missed' ELSE 'pending' END",
        "CASE WHEN a <= 5 AND (b) THEN 'met' WHEN c THEN 'missed' ELSE 'pending' END",
        "CASE WHEN c THEN 'missed' WHEN a <= 5 AND NOT b THEN 'met' ELSE 'pending' END",
        "CASE WHEN a <= 5 AND NOT b THEN 'met' ELSE 'pending' END",
        "CASE WHEN a <= 5 AND NOT b THEN 'missed' WHEN c THEN 'missed' ELSE 'pending' END",
        "CASE WHEN a <= 5 AND NOT b THEN 'met' WHEN c THEN 'missed' ELSE 'missed' END",
    ):
        assert sql in found
    assert render(parse("a AND (b OR c)")) == "a AND (b OR c)"


def test_the_page_of_arguments_has_its_table() -> None:
    assert "| where | mutant | verdict |" in ARGUED.read_text(encoding="utf-8")
