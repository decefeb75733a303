"""What pydantic finds, said to a contract manager: file and line, the nearest known key, what is missing."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from pipelines.contract.parts import is_dated
from pipelines.core.problem import Problem
from pipelines.core.yaml_text import Path, TextTree

FIGURE = "Write digits alone, such as 80000, 0.92 or 92%: no currency, no 80,000, no full-width signs."
# How pydantic's finding begins, what it means here, and how such a value is written.
WRITTEN = (
    ("decimal_parsing", "it is no figure", FIGURE),
    ("decimal_type", "it is no figure", FIGURE),
    ("finite", "it is no figure", FIGURE),
    ("int_", "it is no whole number", "Write digits alone, such as 30."),
    ("date_", "there is no such day", "Write a day of the calendar, such as 2026-10-01."),
    ("bool_", "it is neither true nor false", "Write true or false."),
    ("list_", "it is no list", "Write a list, [a, b], also of one: [a]."),
    ("string_pattern", "it is no name", "Begin with a letter; then letters, digits and _ alone."),
    ("string_type", "it is no text", "Write one word or sentence, in quotes where it has a colon."),
    ("dict_", "it has no keys", "Write keys and values: {key: value}, or a line each."),
    ("model_", "it has no keys", "Write keys and values: {key: value}, or a line each."),
    ("too_short", "it lists too little", "Name more of them."),
)  # fmt: skip


def form_problems(error: ValidationError, tree: TextTree, model: type[BaseModel]) -> Iterable[Problem]:
    """Return a problem for each thing that does not fit the model, where the file has it."""
    for found in error.errors(include_url=False):
        path = _path_in(tree, found["loc"])
        label = ".".join(str(part) for part in path) or "the file"
        where = tree.where(path)
        if found["type"] == "extra_forbidden":
            key = str(path[-1])
            near = get_close_matches(key, _keys_at(model, path[:-1]), n=1, cutoff=0.5)
            mend = f"Did you mean {near[0]!r}?" if near else "Remove it, or move it to where it belongs."
            what = f"The key {key!r} is not known here ({label}); it would have no effect."
            yield Problem(where, what, mend, "contract.unknown_key")
        elif found["type"] == "missing":
            yield Problem(where, f"{label} is missing.", "Write it.", "contract.missing")
        else:
            given = found.get("input")
            shown = f" ({given!r})" if isinstance(given, str) else ""
            what, mend = _said(found["type"], found["msg"], given, found.get("ctx", {}))
            yield Problem(where, f"{label}{shown}: {what}.", mend, "contract.value")


def _said(kind: str, message: str, given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return what pydantic finds in words of ours, and how a value of that kind is written."""
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        near = get_close_matches(str(given), choices, n=1, cutoff=0.5)
        return f"it is none of: {', '.join(choices)}", f"Did you mean {near[0]!r}?" if near else "Write one of them."
    for begins, what, mend in WRITTEN:
        if kind.startswith(begins):
            return what, mend
    return message.removeprefix("Value error, "), "Correct the value."


def _path_in(tree: TextTree, location: tuple[str | int, ...]) -> Path:
    """Return the part of pydantic's location that the file itself has.

    A shorthand has no inner list: ``target: 0.9`` is read as ``target: [{value: 0.9}]``, and what pydantic finds at
    ``target.0.value`` stands at ``target``.
    """
    path: list[str | int] = []
    node: Any = tree.value
    for place, step in enumerate(location):
        is_last = place == len(location) - 1
        if isinstance(node, dict) and step in node:
            node = node[step]
            path.append(step)
        elif isinstance(node, list) and isinstance(step, int):
            if location[place + 1 : place + 2] == ("value",) and not any(is_dated(item) for item in node):
                continue
            node = node[step]
            path.append(step)
        elif isinstance(node, dict) and isinstance(step, str) and is_last:
            path.append(step)  # what is missing has a name, and its holder's line
    return tuple(path)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the model knows at ``path``, whether written in full or in short."""
    models = [model]
    for step in path:
        annotations = [
            field.annotation for m in models for name, field in m.model_fields.items() if step == (field.alias or name)
        ]
        models = [model for annotation in annotations for model in _models_within(annotation)] or models
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _models_within(annotation: Any) -> list[type[BaseModel]]:
    """Return the models of an annotation: ``list[Value[list[Consequence]]]`` → ``Value``, ``Consequence``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = annotation.model_fields.get("value")
        return [annotation, *(_models_within(inner.annotation) if inner else [])]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models_within(argument)]
