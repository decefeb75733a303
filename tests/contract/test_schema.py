"""The JSON Schema for editors is the model's: what it finds right the reader takes, and every key has its words."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipelines.contract.schema import amendment_schema, contract_schema, key_texts, part_name
from pipelines.core.yaml_text import read_yaml
from tests.conftest import ROOT
from tests.contract.test_amendments import ADDED, SECOND
from tests.contract.test_show import AMENDMENT, models

CONTRACTS = [*sorted((ROOT / "data/contracts").glob("*/contract.yaml")), ROOT / "tests/contract/whole_contract.yaml"]
AMENDMENTS = sorted((ROOT / "data/contracts").glob("*/amendments/*.yaml"))


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 as editors know it: numbers and truths are themselves, a day is a text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def found(schema: dict[str, Any], tree: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(tree)]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_the_contracts_fit(path):
    text = path.read_text(encoding="utf-8")
    assert found(contract_schema(), as_an_editor_reads(text)) == []
    assert found(contract_schema(), read_yaml(text, path.name).value) == []


@pytest.mark.parametrize("text", [SECOND, ADDED, AMENDMENT, *(p.read_text(encoding="utf-8") for p in AMENDMENTS)])
def test_amendments_fit(text):
    assert found(amendment_schema(), as_an_editor_reads(text)) == []
    assert found(amendment_schema(), read_yaml(text, "a").value) == []


@pytest.mark.parametrize("schema", [contract_schema, amendment_schema])
def test_they_are_schemas_themselves(schema):
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("zone", None, "$.zone"),
        ("vacation", 1, "$"),
        ("floor", "ground", "$.floor"),
        ("indicators", [{"id": "1a", "clause": "4.2"}], "$.indicators[0].id"),
        ("fees", [{"id": "a", "clause": "3", "form": "fixed", "amount": "many"}], "$.fees[0].amount"),
        (
            "fees",
            [{"id": "a", "clause": "3", "form": "fixed", "amount": [{"since": "2026-01-01"}]}],
            "$.fees[0].amount",
        ),
        ("term", {"from": "1 January"}, "$.term"),
    ],
)
def test_what_does_not_fit_is_found_in_its_place(key, value, where):
    tree = as_an_editor_reads(CONTRACTS[-1].read_text(encoding="utf-8")) | {key: value}
    assert where in [line.partition(":")[0] for line in found(contract_schema(), tree)]


def test_an_amendment_names_no_key_that_a_contract_lacks():
    wrong = as_an_editor_reads(SECOND) | {"zone": "Asia/Tokyo"}
    assert [line.partition(":")[0] for line in found(amendment_schema(), wrong)] == ["$"]
    wrong = as_an_editor_reads(SECOND) | {"indicators": {"sl": {"targit": 1}}}
    assert "$.indicators" in found(amendment_schema(), wrong)[0]


@pytest.mark.parametrize(("name", "schema"), [("contract", contract_schema), ("amendment", amendment_schema)])
def test_the_files_beside_the_contracts_are_current(name, schema):
    """``clausemeter contract schema [--amendment]`` prints what they hold."""
    kept = (ROOT / f"data/contracts/{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == schema()


def test_every_key_of_the_model_has_its_words_and_no_other():
    known: dict[str, set[str]] = {}
    for model in models():
        known.setdefault(part_name(model), set()).update(f.alias or name for name, f in model.model_fields.items())
    told = {part: set(keys) for part, keys in key_texts().items() if part != "amendment"}
    assert told == known


def test_every_key_is_in_the_readme_as_the_schema_says_it():
    readme = (ROOT / "data/contracts/README.md").read_text(encoding="utf-8")
    rows = [f"| `{key}` | {text} |" for keys in key_texts().values() for key, text in keys.items()]
    assert [row for row in rows if row not in readme] == []
