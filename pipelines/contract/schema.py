"""The language as JSON Schema, for editors: made from the model, so that it cannot say anything else.

An editor reads YAML's numbers, days and truths; a contract's reader sees texts. Both are allowed, so that what an
editor finds right the reader takes, and the reader alone judges what a figure may be.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.contract.amendment import HEAD, Added, Amendment, Ended
from pipelines.contract.model import Contract
from pipelines.contract.parts import Value
from pipelines.contract.shape import is_model, plain_type, shape_of
from pipelines.contract.show.words import OPTIONS, TITLES
from pipelines.core.yaml_text import read_yaml

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": ["string", "number"]}  # clause: 3.1 is a number to an editor, and the text 3.1 to the reader
TRUTHS = ["true", "false", "True", "False", "yes", "no", "Yes", "No"]
LEAVES: dict[str, dict[str, Any]] = {
    "number": {
        "description": 'a figure: 0.92, 92% or "92 %" are the same',
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?\s*%?$"}],
    },
    "day": {"description": "a day, 2026-10-01", "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "truth": {"anyOf": [{"type": "boolean"}, {"enum": TRUTHS}]},
    "whole": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]},
}
LEAF_OF = {Decimal: "number", date: "day", bool: "truth", int: "whole"}

Schema = dict[str, Any]


@lru_cache(maxsize=1)
def key_texts() -> Mapping[str, Mapping[str, str]]:
    """Return what each key means, by part."""
    file = resources.files("pipelines.contract").joinpath("keys.yaml")
    tree: Any = read_yaml(file.read_text(encoding="utf-8"), file.name).value
    return tree  # type: ignore[no-any-return]


def part_name(model: type[BaseModel]) -> str:
    """Return a part's name in the schema and in keys.yaml; a dated value is one part, whatever its type."""
    return "value" if issubclass(model, Value) else model.__name__.lower()


def contract_schema() -> Schema:
    """Return the schema of a contract."""
    schemas = _Schemas()
    return schemas.document("A contract", schemas.part(Contract))


def amendment_schema() -> Schema:
    """Return the schema of an amendment: its head, and the contract's parts with nothing required."""
    schemas, changes, fields = _Schemas(), _Schemas(), Amendment.model_fields
    head = {key: schemas.property(Amendment, key, fields[key]) for key in HEAD if key not in ("add", "end")}
    body = changes.change(Contract)["properties"]
    body = {key: one for key, one in body.items() if key in fields}
    texts = key_texts()["amendment"]
    lists = {key: list(model.model_fields) for key, model in (("add", Added), ("end", Ended))}
    whole = {key: Contract.model_fields[key] for key in lists["add"]}
    add = {key: schemas.property(Contract, key, field) for key, field in whole.items()}
    end = {key: {"type": "array", "items": TEXT} for key in lists["end"]}
    found = {
        "type": "object",
        "properties": {
            **head,
            **body,
            "calendars": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}},
            "relief": schemas.property(Contract, "relief", Contract.model_fields["relief"]),
            "one_event": schemas.property(Contract, "one_event", Contract.model_fields["one_event"]),
            "add": {"type": "object", "description": texts["add"], "properties": add, "additionalProperties": False},
            "end": {"type": "object", "description": texts["end"], "properties": end, "additionalProperties": False},
        },
        "required": ["amendment", "effective", "signed"],
        "additionalProperties": False,
    }
    schemas.parts |= changes.parts
    return schemas.document("An amendment (补充协议)", found)


class _Schemas:
    """Schemas of parts, each made once and named under ``$defs``."""

    def __init__(self) -> None:
        self.parts: dict[str, Schema] = {}

    def document(self, title: str, body: Schema) -> Schema:
        """Return a whole document, with what it refers to."""
        used = dict(sorted((LEAVES | self.parts).items()))
        return {"$schema": DIALECT, "title": title, **body, "$defs": used}

    def part(self, model: type[BaseModel]) -> Schema:
        """Return the schema of a part as it is written in full."""
        fields = model.model_fields
        return {
            "type": "object",
            "description": (model.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " "),
            "properties": {f.alias or name: self.property(model, name, f) for name, f in fields.items()},
            "required": [f.alias or name for name, f in fields.items() if f.is_required()],
            "additionalProperties": False,
        }

    def change(self, model: type[BaseModel]) -> Schema:
        """Return the schema of what an amendment may say of a part: any of its keys, or ``~`` to take one away."""
        found = {}
        for name, field in model.model_fields.items():
            shape = shape_of(field.annotation)
            whole = self.property(model, name, field)
            if shape.kind == "by_id" and shape.model:
                inner = self.named(f"{part_name(shape.model)}_change", shape.model, self.change)
                whole = {"anyOf": [{"type": "object", "additionalProperties": inner}, whole]}
            elif shape.kind == "part" and shape.model:
                whole = self.named(f"{part_name(shape.model)}_change", shape.model, self.change)
            found[field.alias or name] = {"anyOf": [whole, {"type": "null"}]}
        return {"type": "object", "properties": found, "additionalProperties": False}

    def named(self, name: str, model: type[BaseModel], make: Any) -> Schema:
        """Make a part's schema once, and refer to it."""
        if name not in self.parts:
            self.parts[name] = {}
            self.parts[name] = make(model)
        return {"$ref": f"#/$defs/{name}"}

    def property(self, model: type[BaseModel], name: str, field: FieldInfo) -> Schema:
        """Return the schema of a key, with its words."""
        key = field.alias or name
        found = self.of(field.annotation, field.metadata)
        told = dict(key_texts()[part_name(model)])
        options = OPTIONS.get(f"{part_name(model)}.{key}") or OPTIONS.get(key)
        titles = options[0] if options else TITLES.get(key)
        title = {"title": " · ".join(titles)} if titles else {}
        return {**title, "description": told[key], **found}

    def of(self, annotation: Any, metadata: Any = ()) -> Schema:
        """Return the schema of an annotation."""
        shape, inner = shape_of(annotation), plain_type(annotation)
        if shape.kind == "dated":
            return self.dated(get_args(inner)[0])
        if inner in LEAF_OF:
            return {"$ref": f"#/$defs/{LEAF_OF[inner]}"}
        if is_model(inner):
            return self.named(part_name(inner), inner, self.part)
        if get_origin(inner) is Literal:
            return {"enum": [one for one in get_args(inner) if one is not None]}
        if get_origin(inner) is list:
            return {"type": "array", "items": self.of(get_args(inner)[0])}
        if get_origin(inner) is dict:
            return {"type": "object", "additionalProperties": self.of(get_args(inner)[1])}
        if inner is str:
            return {**TEXT, **self.pattern(annotation, metadata)}
        return {}

    def pattern(self, annotation: Any, metadata: Any) -> Schema:
        """Return the pattern that a text has to fit."""
        while get_origin(annotation) is not None and not metadata:
            metadata = getattr(annotation, "__metadata__", ()) if get_origin(annotation) is Annotated else ()
            annotation = get_args(annotation)[0]
        infos = [one for item in metadata for one in (item, *getattr(item, "metadata", ()))]
        patterns = [one.pattern for one in infos if getattr(one, "pattern", None)]
        return {"pattern": patterns[0]} if patterns else {}

    def dated(self, value: type[BaseModel]) -> Schema:
        """Return a plain value, one with its day, or the list of its history."""
        plain = self.of(value.model_fields["value"].annotation, value.model_fields["value"].metadata)
        full = {
            "type": "object",
            "properties": {
                key: plain if key == "value" else self.property(Value, key, Value.model_fields[key])
                for key in ("since", "value", "by")
            },
            "required": ["value"],
            "additionalProperties": False,
        }
        return {"anyOf": [plain, full, {"type": "array", "items": full, "minItems": 1}]}
