"""A wrong mapping says where, what and how to mend, all at once; a right one has a fingerprint of what decides."""

import pytest

from pipelines.core.problem import Refused
from pipelines.sources.parse_mapping import parse_mapping

GOOD = """\
source: shop
channel: phone
keeper: vendor
zone: Asia/Shanghai
file:
  format: csv
tables:
  call:
    key: {call_id: id}
    columns:
      arrived_at: {from: at, format: "%Y-%m-%d %H:%M:%S"}
      outcome: {from: end, values: {A: answered, H: abandoned}}
      wait_s: {from: wait, unit: s}
"""


def problems(text: str) -> list[tuple[str, str]]:
    """The codes of what is wrong, each with its line."""
    with pytest.raises(Refused) as refused:
        parse_mapping(text, "m.yaml")
    return [(problem.code, problem.where) for problem in refused.value.problems]


def test_a_good_mapping_is_read() -> None:
    mapping = parse_mapping(GOOD, "m.yaml")
    assert mapping.raw_columns == ("id", "at", "end", "wait")
    assert mapping.tables["call"].columns["arrived_at"].is_local


BROKEN = {
    "no zone": ("zone: Asia/Shanghai", "zone: Asia/Beijing", "zone.unknown", 4),
    "channel": ("channel: phone", "channel: fax", "mapping.value", 2),
    "word": ("source: shop", "sauce: shop\nsource: shop", "mapping.unknown_word", 1),
    "missing word": ("keeper: vendor\n", "", "mapping.missing_word", 1),
    "format of file": ("format: csv", "format: pdf", "mapping.value", 6),
    "delimiter": ("format: csv", "format: csv\n  delimiter: '::'", "mapping.sign", 7),
    "encoding": ("format: csv", "format: csv\n  encoding: latin-99", "mapping.encoding", 7),
    "header line": ("format: csv", "format: csv\n  header_line: '0'", "mapping.value", 7),
    "resolution": ("zone:", "resolution_s: often\nzone:", "mapping.value", 4),
    "table": ("  call:\n", "  fax:\n", "mapping.unknown_table", 8),
    "column": ("wait_s:", "waited_s:", "mapping.unknown_column", 13),
    "key among columns": ("wait_s: {from: wait, unit: s}", "leg_id: {from: wait}", "mapping.unknown_column", 13),
    "required": ("      outcome: {from: end, values: {A: answered, H: abandoned}}\n", "", "mapping.missing_column", 8),
    "unit": (", unit: s}", "}", "mapping.unit", 13),
    "unit of a text": ("values: {A: answered, H: abandoned}", "unit: s", "mapping.unit", 12),
    "format of time": ('"%Y-%m-%d %H:%M:%S"', '"YYYY-MM-DD"', "mapping.format", 11),
    "directive": ("%Y-%m-%d", "%Y-%q-%d", "mapping.format", 11),
    "named zone in format": ("%H:%M:%S", "%H:%M:%S %Z", "mapping.format", 11),
    "no format": (', format: "%Y-%m-%d %H:%M:%S"}', "}", "mapping.format", 11),
    "two origins": ("{from: wait, unit: s}", "{from: wait, constant: '1', unit: s}", "mapping.origin", 13),
    "load is no wait": ("{from: wait, unit: s}", "{load: true}", "mapping.origin", 13),
    "constant of a kind": ("{from: wait, unit: s}", "{constant: long}", "mapping.values", 13),
    "flag without words": ("wait_s: {from: wait, unit: s}", "resolved: {from: wait}", "mapping.values", 13),
    "flag of three values": (
        "wait_s: {from: wait, unit: s}",
        "resolved: {from: w, values: {A: maybe}}",
        "mapping.values",
        13,
    ),
    "closed words": (
        "wait_s: {from: wait, unit: s}",
        "direction: {from: w, values: {I: inwards}}",
        "mapping.values",
        13,
    ),
    "others kept": ("unit: s", "unit: s, others: keep", "mapping.values", 13),
    "split": ("unit: s", "unit: s, split: ;", "mapping.split", 13),
    "not before": ('format: "%Y-%m-%d %H:%M:%S"', 'format: "%H:%M", not_before: queued_at', "mapping.not_before", 11),
    "condition": ("    key:", "    when: {column: id}\n    key:", "mapping.condition", 9),
    "two conditions": ("    key:", '    when: {column: id, in: [a], above: "1"}\n    key:', "mapping.condition", 9),
    "bound": ("    key:", "    when: {column: id, above: much}\n    key:", "mapping.condition", 9),
    "plus of a duration": ("unit: s}", "unit: s, plus: {from: talk, unit: s}}", "mapping.plus", 13),
    "plus of a constant": (
        "wait_s: {from: wait, unit: s}",
        "order_id: {constant: x, plus: {from: talk, unit: s}}",
        "mapping.plus",
        13,
    ),
    "plus without a unit": ('%S"}', '%S", plus: {from: wait}}', "mapping.missing_word", 11),
    "not before a sum": (
        "      wait_s:",
        """      ended_at: {from: at, format: "%H:%M", not_before: queued_at}
      queued_at: {from: at, format: "%Y-%m-%d", plus: {from: wait, unit: s}}
      wait_s:""",
        "mapping.not_before",
        13,
    ),
    "a row lacks what the table lacks": (
        "      outcome: {from: end, values: {A: answered, H: abandoned}}\n      wait_s: {from: wait, unit: s}\n",
        "      wait_s: {from: wait, unit: s}\n    rows: {one: {}, two: {columns: {outcome: {constant: lost}}}}\n",
        "mapping.missing_column",
        13,
    ),
    "a row's column": (
        "      wait_s: {from: wait, unit: s}\n",
        "    rows:\n      one:\n        columns: {waited_s: {from: wait, unit: s}}\n",
        "mapping.unknown_column",
        15,
    ),
    "a row's name": (
        "      wait_s: {from: wait, unit: s}\n",
        "    rows:\n      One leg:\n        columns: {wait_s: {from: wait, unit: s}}\n",
        "mapping.value",
        14,
    ),
    "nothing": (GOOD, "[]", "mapping.empty", None),
    "neither file nor adapter": ("file:\n  format: csv\n", "", "mapping.file_or_adapter", 1),
    "no tables": (GOOD[GOOD.index("tables:") :], "", "mapping.missing_word", 1),
}


@pytest.mark.parametrize("case", BROKEN)
def test_one_mistake_is_one_message_at_its_line(case: str) -> None:
    old, new, code, line = BROKEN[case]
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert found == [(code, "m.yaml" if line is None else f"m.yaml:{line}")]


def test_a_row_adds_to_its_table_and_may_say_otherwise() -> None:
    text = (
        GOOD + "    rows: {one: {}, two: {columns: {wait_s: {from: other, unit: ms}}, when: {column: end, in: [A]}}}\n"
    )
    mapping = parse_mapping(text, "m.yaml")
    assert list(mapping.parts) == ["call_one", "call_two"]
    assert {part.event for part in mapping.parts.values()} == {"call"}
    assert mapping.parts["call_one"].table.columns["wait_s"].raw == ("wait",)
    assert mapping.parts["call_two"].table.columns["wait_s"].raw == ("other",)
    assert mapping.raw_columns == ("id", "at", "end", "wait", "other")


def test_all_mistakes_are_said_at_once() -> None:
    text = (
        GOOD.replace(", unit: s}", "}")
        .replace("zone: Asia/Shanghai", "zone: Mars")
        .replace("format: csv", "format: csv\n  quote: '``'")
    )
    assert {code for code, _ in problems(text)} == {"mapping.unit", "zone.unknown", "mapping.sign"}


def test_remarks_and_masks_do_not_change_the_fingerprint_and_a_unit_does() -> None:
    mapping = parse_mapping(GOOD, "m.yaml")
    remarked = parse_mapping("# a remark\n" + GOOD + "about: calls of a shop\npersonal: [id]\n", "other.yaml")
    assert remarked.fingerprint == mapping.fingerprint
    assert parse_mapping(GOOD.replace("unit: s", "unit: ms"), "m.yaml").fingerprint != mapping.fingerprint


def test_personal_columns_are_named_in_a_column_or_apart() -> None:
    text = GOOD.replace("{from: wait, unit: s}", "{from: wait, unit: s, personal: true}") + "personal: [phone]\n"
    assert parse_mapping(text, "m.yaml").personal_columns == {"wait", "phone"}
