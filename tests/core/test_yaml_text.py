"""YAML in which every scalar stays text; what a reader could not see in its place is refused with its line."""

import pytest

from pipelines.core.problem import Refused
from pipelines.core.yaml_text import DEEPEST, read_yaml


def refused(text: str) -> list[tuple[str, str]]:
    """Return line and code of each problem, the file's name taken off."""
    with pytest.raises(Refused) as caught:
        read_yaml(text, "c.yaml")
    return [(problem.where.removeprefix("c.yaml").removeprefix(":"), problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize("scalar", ["0.80", "09:00", "NO", "yes", "1e3", "0x10", "2026-10-01", "1_000", "90%", ".inf"])
def test_every_scalar_stays_the_text_that_is_written(scalar):
    assert read_yaml(f"a: {scalar}", "c.yaml").value == {"a": scalar}


def test_nothing_is_absent_and_a_quoted_nothing_is_text():
    assert read_yaml("a:\nb: ~\nc: null\nd: ''\ne: '~'\nf: |\n  null\n", "c.yaml").value == {
        "a": None,
        "b": None,
        "c": None,
        "d": "",
        "e": "~",
        "f": "null\n",
    }


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("# only a remark\n", None), ("- 1\n- [2]", ["1", ["2"]]), ("x", "x")]
)
def test_a_document_need_not_be_a_mapping(text, value):
    assert read_yaml(text, "c.yaml").value == value


def test_each_part_knows_its_line_and_what_is_missing_its_holders():
    tree = read_yaml("term:\n  from: 2026-01-01\nfees:\n  - id: f\n    amount: 1\n", "c.yaml")
    assert tree.where(("fees", 0, "amount")) == "c.yaml:5"
    assert tree.where(("fees", 0, "clause")) == "c.yaml:4"  # not there: where it should be
    assert tree.where(("fees", 7)) == "c.yaml:3"
    assert tree.where() == "c.yaml:1"
    assert read_yaml("", "c.yaml").where(("a",)) == "c.yaml"


def test_a_repeated_key_is_refused_each_time_with_the_first_line():
    assert refused("a: 1\nb: {x: 1,\n  x: 2}\na: 3\na: 4") == [
        ("3", "yaml.repeated_key"),
        ("4", "yaml.repeated_key"),
        ("5", "yaml.repeated_key"),
    ]
    with pytest.raises(Refused, match=r"The key 'a' stands twice.*first is on line 1"):
        read_yaml("a: 1\na: 3", "c.yaml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: &x [*x]", [("1", "yaml.alias"), ("1", "yaml.alias")]),  # holds itself
        ("a: &x 1\nb: 2", [("1", "yaml.alias")]),
        ("a: &x\n  b: 1\nc:\n  <<: *x", [("1", "yaml.alias"), ("4", "yaml.alias")]),
        ("a: !!float 0.8\nb: !mine x\nc: ! y", [("1", "yaml.tag"), ("2", "yaml.tag"), ("3", "yaml.tag")]),
        ("? [a, b]\n: 1\n? {c: d}\n: 2", [("1", "yaml.key"), ("3", "yaml.key")]),
        ("a: 1\n---\nb: 2", [("2", "yaml.syntax")]),
        ("a:\n\t- b", [("2", "yaml.syntax")]),
        ("a: [1, 2\nb: 3", [("2", "yaml.syntax")]),
        ("a: b: c", [("1", "yaml.syntax")]),
        ("a: \x00", [("", "yaml.syntax")]),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(text, found):
    assert refused(text) == found


def test_an_exponential_document_is_refused_before_it_is_built():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64)]  # 2^64 leaves
    assert {code for _, code in refused("\n".join(lines))} == {"yaml.alias"}


def test_bottomless_nesting_is_refused_and_not_climbed():
    assert refused("[" * 100_000) == [("1", "yaml.too_deep")]
    assert read_yaml("[" * DEEPEST + "]" * DEEPEST, "c.yaml").value
    assert refused("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == [("1", "yaml.too_deep")]


def test_a_message_of_broken_syntax_says_what_was_expected():
    with pytest.raises(Refused, match=r"expected a single document in the stream, but found another document"):
        read_yaml("a: 1\n---\nb: 2", "c.yaml")
