"""A mapping's text to a checked mapping, or to every problem it has, each with its file and line."""

import codecs
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.core.event import EVENT_TABLES, Column, EventTable
from pipelines.core.problem import Problem, Refused, refuse_if_any
from pipelines.core.yaml_text import Path, TextTree, read_keys
from pipelines.core.zone import zone_named
from pipelines.sources.mapping import EPOCHS, ISO, Condition, FileForm, From, Mapping, Row, Table

# what may follow a % in a time format (the engine's strptime); %z is an offset, %Z would be a name and is not taken
DIRECTIVES = frozenset("aAdbBmyYHIpMSfgnjz-%")


Model = TypeVar("Model", bound=BaseModel)


def parse_mapping(text: str, name: str) -> Mapping:
    """Read a mapping. Everything that is wrong with it is refused at once, each with its file and line."""
    mapping, tree = read_model(Mapping, text, name, kind="mapping", begins="source", code="mapping.empty")
    refuse_if_any(sorted(_check(mapping, tree)))
    return mapping


def read_model(
    model: type[Model], text: str, name: str, *, kind: str, begins: str, code: str
) -> tuple[Model, TextTree]:
    """Read a file of the mapping language as a model that keeps its own text, with the tree that knows its lines."""
    what = f"This file is empty or is a list, not a {kind}."
    mend = f"Begin it with `{begins}:`; pipelines/sources/docs.md shows a whole one."
    tree = read_keys(text, name, what=what, mend=mend, code=code)
    words: Any = tree.value
    try:
        return model.model_validate({**words, "name": name, "text": text}), tree
    except ValidationError as error:
        raise Refused(_readable_problems(error, tree)) from error


def _readable_problems(error: ValidationError, tree: TextTree) -> list[Problem]:
    """Turn what pydantic found into problems; a place in the model is a place in the file."""
    problems = []
    for found in error.errors():
        path: Path = tuple(part for part in found["loc"] if isinstance(part, str | int))
        word = path[-1] if path else ""
        if found["type"] == "missing":
            what, mend, code = f"{word!r} is missing.", "Add it.", "mapping.missing_word"
        elif found["type"] == "extra_forbidden":
            what, mend = f"{word!r} is not a word of the mapping language here.", "Check its spelling, or remove it."
            code = "mapping.unknown_word"
        else:
            what, mend, code = f"{word!r}: {found['msg']}.", "Change it to what is asked.", "mapping.value"
        problems.append(Problem(where=tree.where(path), what=what, mend=mend, code=code))
    return sorted(set(problems))


def _check(mapping: Mapping, tree: TextTree) -> Iterator[Problem]:
    """Find what the model's shape cannot say."""
    yield from _check_zone(mapping, tree)
    yield from _check_resolution(mapping, tree)
    if (mapping.file is None) == (mapping.adapter is None):
        yield Problem(
            where=tree.where(),
            what="A mapping describes a flat file (`file:`, `tables:`) or names an adapter (`adapter:`), one of both.",
            mend="Keep the one that fits the log.",
            code="mapping.file_or_adapter",
        )
        return
    if mapping.file is None:
        return
    yield from _check_file(mapping.file, tree)
    if not mapping.tables:
        yield Problem(
            where=tree.where(),
            what="`tables` is missing, so no row would become an event.",
            mend=f"Fill at least one of: {', '.join(EVENT_TABLES)}.",
            code="mapping.missing_word",
        )
    for number, skip in enumerate(mapping.skip):
        yield from _check_condition(skip, ("skip", number), tree)
    for table_name, table in mapping.tables.items():
        yield from _check_table(table_name, table, tree)


def _check_zone(mapping: Mapping, tree: TextTree) -> Iterator[Problem]:
    try:
        zone_named(mapping.zone, tree.where(("zone",)))
    except Refused as refused:
        yield from refused.problems


def _check_resolution(mapping: Mapping, tree: TextTree) -> Iterator[Problem]:
    if not _is_amount(mapping.resolution_s) or Decimal(mapping.resolution_s) <= 0:
        yield Problem(
            where=tree.where(("resolution_s",)),
            what=f"resolution_s is {mapping.resolution_s!r}, which is no number of seconds above 0.",
            mend='Write the seconds between two times that the log can tell apart, such as "1" or "0.001".',
            code="mapping.value",
        )


def _check_file(form: FileForm, tree: TextTree) -> Iterator[Problem]:
    for word, sign, may_be_absent in (("delimiter", form.delimiter, False), ("quote", form.quote, True)):
        if not (len(sign or "") == 1 or (may_be_absent and not sign)) or sign in ("\n", "\r", "\0", " "):
            yield Problem(
                where=tree.where(("file", word)),
                what=f"{word} is {sign!r}; it has to be one sign that is no space and ends no line.",
                mend='Write "," or "\\t" or ";" for a delimiter, \'"\' or "" (none) for a quote.',
                code="mapping.sign",
            )
    try:
        codecs.lookup(form.encoding)
    except LookupError:
        yield Problem(
            where=tree.where(("file", "encoding")),
            what=f"There is no encoding {form.encoding!r}.",
            mend="Use utf-8, gb18030, big5, shift_jis, cp1252 or another name that Python knows.",
            code="mapping.encoding",
        )
    if form.header_line < 1:
        yield Problem(
            where=tree.where(("file", "header_line")),
            what=f"header_line is {form.header_line}; lines are counted from 1.",
            mend="Give the line that holds the column names. A file without one names its `columns` instead.",
            code="mapping.value",
        )


def _check_condition(condition: Condition, path: Path, tree: TextTree) -> Iterator[Problem]:
    said = [condition.presence, condition.among, condition.not_among, *condition.bounds.values()]
    if sum(part is not None for part in said) != 1:
        yield Problem(
            where=tree.where(path),
            what=f"The condition on {condition.column!r} has to say exactly one of `is`, `in`, `not_in`, `below`, "
            "`at_most`, `at_least` and `above`.",
            mend='Write {column: …, is: present}, or {column: …, in: [a, b]}, or {column: …, above: "3600"}.',
            code="mapping.condition",
        )
    for number in condition.bounds.values():
        if not _is_amount(number):
            yield Problem(
                where=tree.where(path),
                what=f"The condition on {condition.column!r} compares with {number!r}, which is no number.",
                mend='Write a number, such as "3600" or "0.5".',
                code="mapping.condition",
            )


def _check_table(table_name: str, table: Table, tree: TextTree) -> Iterator[Problem]:
    path: Path = ("tables", table_name)
    event = EVENT_TABLES.get(table_name)
    if event is None:
        yield Problem(
            where=tree.where(path),
            what=f"There is no event table {table_name!r}.",
            mend=f"Use one of: {', '.join(EVENT_TABLES)}.",
            code="mapping.unknown_table",
        )
        return
    yield from _check_parts(event, table, table, path, tree)
    if not table.rows:
        yield from _check_completeness(event, table, path, tree)
    for row_name, row in table.rows.items():
        whole, here = table.with_row(row), (*path, "rows", row_name)
        yield from _check_parts(event, row, whole, here, tree)
        yield from _check_completeness(event, whole, here, tree)


def _check_parts(event: EventTable, said: Row | Table, table: Table, path: Path, tree: TextTree) -> Iterator[Problem]:
    """Check what stands under ``path``; ``table`` is the whole that it is read in."""
    for number, condition in enumerate(said.when):
        yield from _check_condition(condition, (*path, "when", number), tree)
    keys = {column.name for column in event.key}
    for place, parts in (("key", said.key), ("columns", said.columns)):
        for column_name, part in parts.items():
            column = event.column(column_name)
            here = (*path, place, column_name)
            if column is None or (column_name in keys) != (place == "key") or column_name == "ambiguous_time":
                yield Problem(
                    where=tree.where(here),
                    what=f"{column_name!r} is not a column that {event.name}.{place} can fill.",
                    mend=f"Use one of: {', '.join(_fillable(event, place))}.",
                    code="mapping.unknown_column",
                )
                continue
            yield from (
                Problem(where=tree.where(here), what=f"{column_name}: {what}", mend=mend, code=code)
                for what, mend, code in _check_part(column, part, table)
            )


def _fillable(event: EventTable, place: str) -> list[str]:
    keys = [column.name for column in event.key]
    if place == "key":
        return keys
    return [column.name for column in event.columns if column.name not in keys and column.name != "ambiguous_time"]


def _check_completeness(event: EventTable, table: Table, path: Path, tree: TextTree) -> Iterator[Problem]:
    given = {*table.key, *table.columns}
    for column in event.columns:
        if column.required and column.default is None and column.name not in given:
            yield Problem(
                where=tree.where(path),
                what=f"{event.name} needs {column.name}, and the mapping does not say where it comes from.",
                mend=f"Add `{column.name}` under `{'key' if column in event.key else 'columns'}`.",
                code="mapping.missing_column",
            )


Finding: TypeAlias = tuple[str, str, str]


def _check_part(column: Column, part: From, table: Table) -> Iterator[Finding]:
    if sum([bool(part.raw), part.constant is not None, part.load is not None]) != 1:
        yield (
            "it has to say exactly one of `from`, `constant` and `load`.",
            "Write {from: raw column}, or {constant: text}.",
            "mapping.origin",
        )
        return
    if part.load is not None and column.name != "record_at":
        yield "only record_at can be the time of the load.", "Name the raw column instead.", "mapping.origin"
    if part.constant is not None:
        yield from _check_texts(column, [part.constant])
    elif part.raw:
        yield from _check_values(column, part)
        yield from _check_reading(column, part)
        yield from _check_not_before(column, part, table)
    if part.plus is not None and (column.kind != "instant" or not part.raw):
        yield "`plus` adds a duration to a time that is read `from` a column.", "Remove `plus`.", "mapping.plus"


def _check_values(column: Column, part: From) -> Iterator[Finding]:
    if part.values is not None:
        if column.kind in ("instant", "texts"):
            yield "`values` cannot make a time or a list.", "Remove `values`.", "mapping.values"
        else:
            yield from _check_texts(column, list(part.values.values()))
    elif column.kind == "flag":
        yield (
            "it is a yes or no, and the mapping does not say which texts mean which.",
            'Add `values: {"Y": "true", "N": "false"}`.',
            "mapping.values",
        )
    if part.others is not None and (part.values is None or column.words or column.kind != "text"):
        yield (
            "`others: keep` makes sense only beside `values`, for a text whose words are open.",
            "Remove `others`.",
            "mapping.values",
        )


def _check_texts(column: Column, texts: list[str]) -> Iterator[Finding]:
    """Check texts that the mapping itself gives to a column."""
    for text in texts:
        if not _fits(column, text):
            wanted = ", ".join(column.words) or {"flag": "true, false"}.get(column.kind, f"a {column.kind}")
            yield f"{text!r} is not what it can hold.", f"Use one of: {wanted}.", "mapping.values"


def _fits(column: Column, text: str) -> bool:
    match column.kind:
        case "text":
            return not column.words or text in column.words
        case "flag":
            return text in {"true", "false"}
        case "amount":
            return _is_amount(text)
        case "count":
            return re.fullmatch(r"-?\d{1,18}", text) is not None
        case _:
            return False


def _check_reading(column: Column, part: From) -> Iterator[Finding]:
    if column.kind == "instant":
        yield from _check_format(part)
    elif part.format:
        yield "`format` is for times only.", "Remove `format`.", "mapping.format"
    is_duration = column.kind == "amount" and column.name.endswith("_s")
    if is_duration and part.unit is None and part.values is None:
        yield "a duration needs its unit.", "Add `unit: s` (or ms, min, h, h:m:s).", "mapping.unit"
    if part.unit is not None and not is_duration:
        yield "`unit` is for durations only.", "Remove `unit`.", "mapping.unit"
    if (part.split is not None) != (column.kind == "texts"):
        yield (
            "`split` is needed where a text becomes a list, and only there.",
            'Add `split: ";"`, or remove it.',
            "mapping.split",
        )
    if part.split == "":
        yield "`split` is empty.", "Name the sign between the items.", "mapping.split"


def _check_format(part: From) -> Iterator[Finding]:
    if not part.format:
        yield (
            "a time needs its format.",
            'Add `format: "%Y-%m-%d %H:%M:%S"`, or `iso`, `epoch_s`, `epoch_ms`.',
            "mapping.format",
        )
    whole = [form for form in part.format if form == ISO or form in EPOCHS]
    if whole and len(part.format) > 1:
        yield f"{whole[0]!r} cannot stand beside another format.", "Keep one of them.", "mapping.format"
    for form in part.format:
        signs = [match[1] for match in re.finditer(r"%(-?.|$)", form)]
        unknown = [sign for sign in signs if sign.lstrip("-") not in DIRECTIVES or sign == "-"]
        if unknown or (form not in whole and not signs):
            yield (
                f"{form!r} is not a format of times" + (f" (%{unknown[0]})." if unknown else "."),
                "Use %Y %m %d %H %M %S and their kin, `iso`, `epoch_s` or `epoch_ms`.",
                "mapping.format",
            )
    if len({"%z" in form for form in part.format}) > 1:
        yield "some of its formats have an offset (%z) and some have none.", "Split them.", "mapping.format"


def _check_not_before(column: Column, part: From, table: Table) -> Iterator[Finding]:
    if part.not_before is None:
        return
    other = table.columns.get(part.not_before)
    stands_alone = other is not None and other.is_local and not other.not_before and not other.plus
    if column.kind != "instant" or not stands_alone or not part.is_local:
        yield (
            "`not_before` has to name another local time of this table, one that has its own date.",
            "Name a column such as arrived_at, whose format has no offset, no `not_before` and no `plus`.",
            "mapping.not_before",
        )


def _is_amount(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
