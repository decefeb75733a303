"""Checks what a callback is asked: only what our pages can ask. Anything else was changed by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.views import Tampered

WILD = (["MATCH"], ["ALL"])
LONGEST_TEXT = 4096  # of an address, or an id
KNOWN = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"}


def check_payload(wish: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a wish whose output is no callback's, or whose ids, properties or matches are not those it declares."""
    if not isinstance(wish, dict) or not set(wish) <= KNOWN:
        raise Tampered("payload")
    declared = callbacks.get(wish["output"]) if isinstance(wish.get("output"), str) else None
    if declared is None or "callback" not in declared:
        raise Tampered("output")
    matched: dict[str, str] = {}
    _check_parts(wish.get("inputs"), declared["inputs"], matched)
    _check_parts(wish.get("state") or [], declared["state"], matched)
    outputs = wish.get("outputs")
    named = declared["output"] if isinstance(declared["output"], list) else [declared["output"]]
    asked = outputs if isinstance(outputs, list) else [outputs]
    said = [{"id": one.component_id_str(), "property": one.component_property} for one in named]
    _check_parts(asked, said, matched)
    own = {f"{_id_text(one['id'])}.{one['property']}" for one in wish["inputs"]}
    changed = wish.get("changedPropIds") or []
    if not isinstance(changed, list) or not {str(one) for one in changed} <= own:
        raise Tampered("changed")


def _check_parts(asked: Any, declared: Sequence[Mapping[str, Any]], matched: dict[str, str]) -> None:
    if not isinstance(asked, list) or len(asked) != len(declared):
        raise Tampered("parts")
    for one, wanted in zip(asked, declared, strict=True):
        if not isinstance(one, dict) or one.get("property") != wanted["property"]:
            raise Tampered("property")
        if not _fits(one.get("id"), wanted["id"], matched):
            raise Tampered("id")
        if one["property"] == "id" and "value" in one and one["value"] != one["id"]:
            raise Tampered("value")


def _fits(found: Any, wanted: str, matched: dict[str, str]) -> bool:
    """Say whether an id is the declared one; of a pattern the same texts stand in each place that has to match."""
    if not wanted.startswith("{"):
        return bool(found == wanted)
    pattern = json.loads(wanted)
    if not isinstance(found, dict) or set(found) != set(pattern):
        return False
    for name, value in pattern.items():
        if value in WILD:
            text = found[name]
            if not isinstance(text, str) or len(text) > LONGEST_TEXT or matched.setdefault(name, text) != text:
                return False
        elif found[name] != value:
            return False
    return True


def _id_text(found: Any) -> str:
    if not isinstance(found, dict):
        return str(found)
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
