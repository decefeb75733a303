"""The contract of every clause: each key of the model is used in it, and the linter has nothing to say of it."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from pipelines.contract.check import check
from pipelines.contract.parse import parse_contract
from pipelines.contract.parts import Value
from tests.contract.test_show import WHOLE, models

NEVER = {"Notice.multiply", "Notice.add"}  # a notice moves no money


def used(part: Any) -> Iterator[str]:
    """Every key that is written, as Part.key."""
    if isinstance(part, BaseModel):
        for name in part.model_fields_set:
            yield f"{type(part).__name__}.{name}"
            yield from used(getattr(part, name))
    elif isinstance(part, list):
        for one in part:
            yield from used(one)
    elif isinstance(part, dict):
        for one in part.values():
            yield from used(one)


def test_every_key_is_used():
    known = {
        f"{model.__name__}.{name}" for model in models() if not issubclass(model, Value) for name in model.model_fields
    }
    assert sorted(known - set(used(parse_contract(WHOLE, "contract.yaml").model)) - NEVER) == []


def test_the_linter_has_nothing_to_say():
    assert check(parse_contract(WHOLE, "contract.yaml")) == []
