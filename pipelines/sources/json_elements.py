"""The elements of a JSON file: the items of an array, or one value after another, on lines or not."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.core.problem import Problem, Refused


class Element(NamedTuple):
    """An element: its position from 1, its raw text, its value; ``is_broken`` when the text is no JSON."""

    position: int
    text: str
    value: Any
    is_broken: bool = False


DECODER = json.JSONDecoder(parse_float=Decimal)
SPACE = " \t\r\n"


def elements(path: Path, *, shown: str) -> Iterator[Element]:
    """Give the elements in order. A broken array is refused; of broken lines each is one broken element."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_broken(shown, f"it is not UTF-8 at byte {error.start}")) from error
    if text.lstrip(SPACE).startswith("["):
        yield from _array(text, shown)
    else:
        yield from _values(text)


def _array(text: str, shown: str) -> Iterator[Element]:
    at, position = _after_space(text, text.index("[") + 1), 0
    while text[at : at + 1] != "]":
        try:
            value, end = DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise Refused(_broken(f"{shown}:{error.lineno}", error.msg)) from error
        position += 1
        yield Element(position, text[at:end], value)
        at = _after_space(text, end)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif text[at : at + 1] != "]":
            raise Refused(_broken(shown, f"the array ends within or after element {position}"))


def _values(text: str) -> Iterator[Element]:
    at, position = _after_space(text, 0), 0
    while at < len(text):
        position += 1
        try:
            value, end = DECODER.raw_decode(text, at)
            yield Element(position, text[at:end], value)
        except json.JSONDecodeError:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            yield Element(position, text[at:end].rstrip(SPACE), None, is_broken=True)
        at = _after_space(text, end)


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in SPACE:
        at += 1
    return at


def _broken(where: str, why: str) -> Problem:
    return Problem(
        where=where,
        what=f"This file is not whole JSON: {why}.",
        mend="Ask for it again; it may have been cut off on its way.",
        code="file.json",
    )


def flat_fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give the leaves of a JSON value as (path, text), such as (Queue.Name, Sales)."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flat_fields(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from flat_fields(part, f"{path}[{index}]")
    elif value is not None:
        yield path, {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
