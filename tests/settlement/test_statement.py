"""The statement's body: every key is documented, its order is fixed, and its hash is that of its canonical JSON."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.core.canonical import canonical_json, sha256_hex
from pipelines.metrics.declare import metric_named, population_sql
from pipelines.settlement.statement import SCHEMA, statement_hash
from pipelines.settlement.totals import STEPS
from tests.conftest import ROOT
from tests.settlement.settled_months import MONTHLY, settled_month

TEXT = (
    MONTHLY
    + """tax: {rate: 6%}
indicators:
  - id: second
    clause: "4.10"
    name: {zh: 接通率, en: Connect rate}
    text: {zh: 不低于 92%}
    metric: phone.connect_rate@1
    scope: {queue: [south, north]}
    terms: {short_abandon_s: [{value: 5}, {value: 3, since: 2026-10-15, by: 补充协议一}]}
    target: 92%
    weight: 40
    scoring: {form: pass_fail}
    compare_at: 0.1%
    consequences: [{id: d, form: fixed, amount: 100, clause: "5.1"}]
  - {id: first, clause: "4.2", metric: phone.average_wait@1, target: 30}
"""
)
GIVEN = {
    "second": {
        "met": "9",
        "missed": "1",
        "missed: not yet done": "1",
        "excluded: short abandon": "2",
        "outside: IVR only": "4",
    },
    "first": {"pending": "1", "unmeasurable: no queue time": "1"},
}


# parts that are keyed by names, reasons or months
BY_NAME = ("excluded", "unmeasurable", "outside", "scope", "definitions", "evidence", "outlook", "cost_centres")


def body() -> dict[str, Any]:
    return settled_month(TEXT, GIVEN).body()


def keys(value: Any, path: str = "") -> Iterator[str]:
    """Yield every key of a body as a path; a list is ``[]``, and what is keyed by names or reasons stops there."""
    if isinstance(value, list):
        for item in value:
            yield from keys(item, f"{path}[]")
    elif isinstance(value, dict):
        if path.rpartition(".")[2] in BY_NAME:
            return
        for key, inner in value.items():
            yield f"{path}.{key}".removeprefix(".")
            yield from keys(inner, f"{path}.{key}".removeprefix("."))


def test_every_key_is_documented_and_nothing_else_is():
    text = (ROOT / "pipelines/settlement/docs.md").read_text(encoding="utf-8").partition("## The statement's body")[2]
    documented = set(re.findall(r"^\| `([a-z_0-9.\[\]]+)` \|", text, re.MULTILINE))
    given_by_runs = {
        key
        for key in documented
        if key.startswith(
            (
                "contract.amendments[]",
                "loads[]",
                "overrides[]",
                "stale_overrides[]",
                "notices[]",
                "past[]",
                "adjusted[]",
                "disputed[]",
                "lines[].name.",
            )
        )
        or "worst_of[]" in key
        or "by_day[]" in key
        or ".item." in key
    }
    assert set(keys(body())) == documented - given_by_runs


def test_the_docs_name_the_schema_and_every_step_in_order():
    text = (ROOT / "pipelines/settlement/docs.md").read_text(encoding="utf-8")
    assert SCHEMA in text
    places = [text.index(f"| `totals.{step}` |") for step in (*STEPS, "payable", "withheld", "carried_out")]
    assert places == sorted(places)


def test_a_body_says_what_the_month_came_to():
    found = body()
    assert (found["schema"], found["status"], found["month"], found["currency"]) == (SCHEMA, "DRAFT", "2026-10", "CNY")
    assert found["cut_off_at"] == "2026-11-03T01:02:03Z"
    assert found["contract"]["vendor"] == {"id": "v", "zh": "乙方", "en": ""}
    assert [one["id"] for one in found["indicators"]] == ["first", "second"]  # 4.2 before 4.10
    second = found["indicators"][1]
    assert (second["numerator"], second["denominator"], second["value"]) == ("9", "11", "0.818181818182")
    assert (second["parts"][0]["compared"], second["target"], second["points"]) == ("0.818", "0.92", "0")
    assert second["states"] == {
        "met": 9,
        "missed": 2,
        "counted": 0,
        "pending": 0,
        "missed_not_yet_done": 1,
        "excluded": {"short abandon": 2},
        "unmeasurable": {},
        "outside": {"IVR only": 4},
    }
    assert (second["population"], second["candidates"]) == (13, 17)
    assert second["scope"] == {"queue": ["north", "south"]}
    assert [
        (t["value"], t["from"], t["until"], t["by"]) for t in second["terms"] if t["name"] == "short_abandon_s"
    ] == [
        ("5", "2026-10-01", "2026-10-15", "4.10"),
        ("3", "2026-10-15", "2026-11-01", "补充协议一"),
    ]
    first = found["indicators"][0]
    assert (first["name"], first["weight"], first["points"]) == (
        dict(metric_named("phone.average_wait@1").name),
        None,
        None,
    )
    assert (first["verdict"], first["reason"], first["value"]) == ("no data", "nothing counted", None)


def test_lines_say_the_step_they_are_summed_in():
    assert [(line["id"], line["step"], line["clause"], line["amount"], line["tax"]) for line in body()["lines"]] == [
        ("monthly", "fees", "3.1", "100000.00", "6000.00"),
        ("second.d", "deductions", "5.1", "-100.00", "-6.00"),
        ("tax", "tax", "tax", "5994.00", None),
    ]


def test_definitions_are_named_by_digest_the_population_too():
    definitions = body()["definitions"]
    assert list(definitions) == ["phone.average_wait@1", "phone.connect_rate@1", "population offered_call"]
    assert definitions["phone.connect_rate@1"] == metric_named("phone.connect_rate@1").digest
    assert definitions["population offered_call"] == sha256_hex(population_sql("offered_call").encode())


def test_the_hash_is_that_of_the_canonical_json_and_can_be_made_without_us():
    found = body()
    by_hand = json.dumps(
        found, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()  # keys are ASCII here
    assert by_hand == canonical_json(found)
    assert statement_hash(found) == hashlib.sha256(by_hand).hexdigest()
    found["totals"]["payable"] = "0.00"
    assert statement_hash(found) != statement_hash(body())
