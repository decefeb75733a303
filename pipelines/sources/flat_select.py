"""A table of a mapping as one SELECT over the raw texts of a file.

The SELECT gives every record one row: the canonical columns (local times still local) and `fault`, which is 0 where all
went well, the number of the first thing that could not be read, or one of the two signs below.
"""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.event import EVENT_TABLES, Column, EventTable
from pipelines.sources.mapping import EPOCHS, ISO, Condition, From, Mapping, Plus, Table, Unit
from pipelines.sources.sql_text import literal, literals, name

NOT_TAKEN = -1  # the table's `when` does not hold
SKIPPED = -2  # the mapping's `skip` says that the row is no event

# An instant with its offset, to the second or finer. The engine would take a time without offset as UTC: never here.
ISO_SHAPE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d(:?\d\d)?)"
CLOCK_SHAPE = r"\d+:[0-5]?\d:[0-5]?\d([.]\d+)?"
COUNT_SHAPE = r"[+-]?\d+"
# the seconds in a unit, and the decimals that its text may need to give microseconds
UNITS = {"s": ("1", 6), "ms": ("0.001", 6), "min": ("60", 12), "h": ("3600", 12)}


@dataclass(frozen=True)
class Fault:
    """Why a row was not loaded: ``column`` is the raw column to look at."""

    code: str
    column: str | None
    message: str


@dataclass(frozen=True)
class TableSelect:
    """The SELECT of one event table. ``faults[n - 1]`` explains `fault` n; ``local_columns`` are still local times.

    To each of ``plus_columns`` the seconds in `plus_<column>` are still to be added, once it is an instant.
    """

    event: EventTable
    sql: str
    faults: tuple[Fault, ...]
    local_columns: tuple[str, ...]
    plus_columns: tuple[str, ...]


def table_select(
    mapping: Mapping, part_name: str, *, relation: str, nth: str | None = None, keys: str = ""
) -> TableSelect:
    """Return the SELECT of a part of ``mapping`` from ``relation``, a relation with the raw columns as texts.

    ``nth`` is the SQL of a record's number within ``relation``, kept as a column when given. ``keys`` is the name of a
    relation of wanted keys (the table's key columns): records of other keys stay out.
    """
    one = mapping.parts[part_name]
    table, event = one.table, EVENT_TABLES[one.event]
    parts = {column.name: part for column in event.columns if (part := _part(column, table)) is not None}
    texts = {f"t_{column}": text_sql(part, mapping) for column, part in parts.items() if part.raw}
    values = {column.name: _value_or_null(column, parts.get(column.name)) for column in event.columns}
    added = {column: part.plus for column, part in parts.items() if part.plus}
    for column, plus in added.items():
        texts[f"t_plus_{column}"] = raw_sql(plus.raw, mapping.missing if plus.missing is None else plus.missing)
        values[f"plus_{column}"] = _amount_sql(plus.unit, name(f"t_plus_{column}"))
    found = [fault for column in event.columns if (part := parts.get(column.name)) for fault in _faults(column, part)]
    cases = [f"WHEN {condition} THEN {number}" for number, (condition, _) in enumerate(found, start=1)]
    if table.when:
        texts["t_when"] = " AND ".join(f"({condition_sql(condition, mapping)})" for condition in table.when)
        cases.insert(0, f"WHEN NOT t_when THEN {NOT_TAKEN}")
    if mapping.skip:
        texts["t_skip"] = " OR ".join(f"({condition_sql(skip, mapping)})" for skip in mapping.skip)
        cases.insert(0, f"WHEN t_skip THEN {SKIPPED}")
    # a time that leans on another is computed after it
    ordered = sorted(values, key=lambda column: bool((part := parts.get(column)) and part.not_before))
    number = {} if nth is None else {"nth": nth}
    names = ", ".join(name(column) for column in [*number, *values])
    fault = f"CASE {' '.join(cases)} ELSE 0 END" if cases else "0"
    sql = (
        f"SELECT {names},\n  ({fault})::SMALLINT AS fault\n"
        f"FROM (SELECT *,\n    {_named({column: values[column] for column in ordered})}\n"
        f"  FROM (SELECT\n    {_named({**number, **texts})}\n    FROM {relation}))"
    )
    if keys:
        # a key's instants are still local here: its texts are enough to leave most records out
        named = ", ".join(name(column.name) for column in event.key if column.kind == "text")
        sql += f"\nWHERE ({named}) IN (SELECT ({named}) FROM {keys})"
    local = tuple(column for column, part in parts.items() if part.is_local)
    return TableSelect(event, sql, tuple(fault for _, fault in found), local, tuple(added))


def _value_or_null(column: Column, part: From | None) -> str:
    if part is None or part.load is not None:
        return f"NULL::{column.sql_type}"
    return value_sql(column, part, name(f"t_{column.name}"))


def _named(columns: MappingType[str, str]) -> str:
    return ",\n    ".join(f"{sql} AS {name(column)}" for column, sql in columns.items())


def _part(column: Column, table: Table) -> From | None:
    part = table.key.get(column.name) or table.columns.get(column.name)
    if part is None and column.default is not None:
        return From(constant=column.default)
    return part


def text_sql(part: From, mapping: Mapping) -> str:
    r"""Return the SQL of a column's raw text: its parts joined, NULL when any of them is missing.

    Where they are missing the columns of ``or_from`` are asked in turn. Spaces around a value are no part of it. Parts
    joined by "|" are a key: a "|" within a part is written "\|", so that two different records never get one key.
    """
    texts = [_joined_sql(columns, part, mapping) for columns in (part.raw, *part.or_from)]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _joined_sql(columns: tuple[str, ...], part: From, mapping: Mapping) -> str:
    missing = mapping.missing if part.missing is None else part.missing
    parts = [raw_sql(raw, missing) for raw in columns]
    if part.join == "|" and len(parts) > 1:
        parts = [rf"replace(replace({text}, '\', '\\'), '|', '\|')" for text in parts]
    return f" || {literal(part.join)} || ".join(parts)


def raw_sql(raw: str, missing: tuple[str, ...]) -> str:
    """Return the SQL of one raw column's text, NULL when it is one of the ``missing`` texts."""
    text = f"trim({name(raw)})"
    if "" not in missing:
        text = f"coalesce({text}, '')"
    if not missing:
        return text
    if len(missing) == 1:
        return f"nullif({text}, {literal(missing[0])})"
    return f"CASE WHEN {text} NOT IN ({literals(missing)}) THEN {text} END"


def condition_sql(condition: Condition, mapping: Mapping) -> str:
    """Return the SQL of a condition on a raw column; it is never NULL."""
    if condition.presence is not None:
        is_present = condition.presence == "present"
        return f"{raw_sql(condition.column, mapping.missing)} IS {'NOT ' if is_present else ''}NULL"
    text = f"coalesce(trim({name(condition.column)}), '')"
    if condition.bounds:  # a text that is no number is neither large nor small
        ((sign, number),) = condition.bounds.items()
        return f"coalesce({_number_sql(text, 'DECIMAL(38,12)')} {sign} {Decimal(number):f}, false)"
    if condition.among is not None:
        return f"{text} IN ({literals(condition.among)})"
    return f"{text} NOT IN ({literals(condition.not_among or ())})"


def value_sql(column: Column, part: From, text: str) -> str:
    """Return the SQL that reads ``text`` as the column's type: NULL for what it cannot read, never a guess."""
    if part.constant is not None:
        return f"{literal(part.constant)}::{column.sql_type}"
    if part.values is not None:
        chosen = " ".join(f"WHEN {literal(raw)} THEN {literal(value)}" for raw, value in part.values.items())
        kept = f" ELSE {text}" if part.others == "keep" else ""
        sql = f"CASE {text} {chosen}{kept} END"
        return sql if column.kind == "text" else f"({sql})::{column.sql_type}"
    match column.kind:
        case "text":
            return f"CASE WHEN {text} IN ({literals(column.words)}) THEN {text} END" if column.words else text
        case "texts":
            items = f"[trim(item) FOR item IN string_split({text}, {literal(part.split or ';')})]"
            return f"list_filter({items}, item -> item <> '')"
        case "count":
            return f"CASE WHEN regexp_full_match({text}, '{COUNT_SHAPE}') THEN TRY_CAST({text} AS BIGINT) END"
        case "amount":
            return _amount_sql(part.unit, text)
        case _:
            return _instant_sql(part, text)


def _number_sql(text: str, sql_type: str) -> str:
    """Return the SQL of a number. The engine would read 1_000 as a thousand; a log that writes so does not."""
    return f"CASE WHEN NOT contains({text}, '_') THEN TRY_CAST({text} AS {sql_type}) END"


def _amount_sql(unit: Unit | None, text: str) -> str:
    if unit == "h:m:s":
        hours, minutes, seconds = (f"TRY_CAST(split_part({text}, ':', {n}) AS DECIMAL(18,6))" for n in (1, 2, 3))
        return (
            f"CASE WHEN regexp_full_match({text}, '{CLOCK_SHAPE}')"
            f" THEN TRY_CAST({hours} * 3600 + {minutes} * 60 + {seconds} AS DECIMAL(18,6)) END"
        )
    factor, decimals = UNITS[unit or "s"]
    number = _number_sql(text, f"DECIMAL({12 + decimals},{decimals})")
    return number if factor == "1" else f"TRY_CAST(({number}) * {factor} AS DECIMAL(18,6))"


def _instant_sql(part: From, text: str) -> str:
    if part.format[0] == ISO:
        return f"CASE WHEN regexp_full_match({text}, '{ISO_SHAPE}') THEN TRY_CAST({text} AS TIMESTAMPTZ) END"
    if part.format[0] in EPOCHS:
        factor = {"epoch_s": "1_000_000", "epoch_ms": "1_000"}[part.format[0]]
        number = _number_sql(text, "DECIMAL(18,6)")
        return f"make_timestamptz(TRY_CAST(({number}) * {factor} AS BIGINT))"
    local = f"try_strptime({text}, [{literals(part.format)}])"
    if part.not_before is None:
        return local
    # a time of day that stands far before what it follows belongs to the next day
    other = name(part.not_before)
    return f"CASE WHEN {local} < {other} - INTERVAL 12 HOUR THEN {local} + INTERVAL 1 DAY ELSE {local} END"


UNREADABLE = {
    "text": ("row.unknown_value", "has a text that the mapping does not list"),
    "flag": ("row.unknown_value", "has a text that the mapping does not list"),
    "texts": ("row.unknown_value", "has a text that the mapping does not list"),
    "amount": ("row.bad_number", "is not a number of the kind that the mapping names"),
    "count": ("row.bad_number", "is not a whole number"),
    "instant": ("row.bad_time", "is not a time in the format that the mapping names"),
}


def _faults(column: Column, part: From) -> list[tuple[str, Fault]]:
    if not part.raw:
        return []
    text, value, raw = (
        name(f"t_{column.name}"),
        name(column.name),
        " / ".join(" + ".join(columns) for columns in (part.raw, *part.or_from)),
    )
    found = []
    if column.required:
        message = f"{raw}: {column.name} is required, and there is no value."
        found.append((f"{text} IS NULL", Fault("row.missing_value", raw, message)))
    if part.plus is not None:
        found += _faults_of_plus(column, part.plus)
    if column.kind != "text" or part.values is not None or column.words:
        code, why = ("row.unknown_value", UNREADABLE["text"][1]) if part.values else UNREADABLE[column.kind]
        found.append((f"{value} IS NULL AND {text} IS NOT NULL", Fault(code, raw, f"{raw} {why} ({column.name}).")))
    return found


def _faults_of_plus(column: Column, plus: Plus) -> list[tuple[str, Fault]]:
    """Return what can be wrong with a duration that is added; without it there is no instant."""
    text, value = name(f"t_plus_{column.name}"), name(f"plus_{column.name}")
    code, why = UNREADABLE["amount"]
    found = [(f"{value} IS NULL AND {text} IS NOT NULL", Fault(code, plus.raw, f"{plus.raw} {why} ({column.name})."))]
    if column.required:
        message = f"{plus.raw}: {column.name} is required, and what is to be added to it has no value."
        found.insert(0, (f"{text} IS NULL", Fault("row.missing_value", plus.raw, message)))
    return found
