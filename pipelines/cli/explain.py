"""``clausemeter explain``: from a line of a statement to the raw lines of the logs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.cli.measure import states_text
from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, archive_key, print_json
from pipelines.exports.figures import value_text
from pipelines.exports.words import Words
from pipelines.runs.explain import Explanation, charged, explain
from pipelines.runs.raw import RawLine


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("explain")(run)


def run(
    statement: Annotated[
        str, typer.Argument(help="A statement's id or hash, or CONTRACT:MONTH for its latest version.")
    ],
    line: Annotated[str, typer.Argument(help="A line's id, or an indicator's.")],
    state: Annotated[str | None, typer.Option(help="Items in this state, such as 'excluded: short abandon'.")] = None,
    items: Annotated[int, typer.Option(help="How many items to show with their raw lines.", min=0)] = 10,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Walk back from a yuan: clause, terms in force and why, formula with its numbers, counts, items, file and line."""
    found = explain(home, statement, line, limit=items, state=state, archive_key=archive_key())
    if as_json:
        print_json(asdict(found))
    else:
        print("\n".join(told(found)))


# Options that are no words; a step of comparison that nobody stated.
OPTION: dict[object, str] = {None: "exact", True: "true", False: "false"}
SETTLED_AGAIN = re.compile(r"(?P<again>[0-9a-f]{12}) instead of (?P<stated>[0-9a-f]{12})$")


def told(found: Explanation) -> Iterator[str]:
    """Yield an explanation as lines of text."""
    line, contract = found.line, found.contract
    amount = "" if line["amount"] is None else f" · {line['amount']}"
    yield f"{contract['number']} · {contract['month']} · statement {found.statement}"
    yield f"{line['id']} · {line['kind']}{amount}"
    if line["formula"]:
        yield f"  = {line['formula']}"
    if line.get("because"):
        yield f"  because: {line['because']}"
    again = SETTLED_AGAIN.search(line["formula"] or "")
    if line["kind"] == "adjustment" and again:
        yield f"  which items, terms and decisions, and why: clausemeter diff {again['stated']} {again['again']}"
    by = f" · by {line['by']}" if line.get("by") else ""
    yield f"\nClause {line['clause']}{by}"
    if found.indicator:
        yield from _indicator(found)
    for one in found.rests_on:
        yield f"  {one['amount']:>16}  {one['id']} = {one['formula']}"
    yield from _previous(found)
    yield from _items(found)
    yield f"\nContract text sha256 {contract['sha256']}"
    for one in contract.get("amendments", ()):
        reach = ", retroactive" if one["retroactive"] else ""
        yield f"{one['number']}, effective {one['effective']}, signed {one['signed']}{reach}: sha256 {one['sha256']}"


def _indicator(found: Explanation) -> Iterator[str]:
    indicator = found.indicator
    assert indicator is not None  # noqa: S101 - asked by the caller
    for language in ("zh", "en"):
        if indicator["text"][language]:
            yield f"  “{indicator['text'][language]}”"
    yield "\nTerms in force"
    for term in indicator["terms"]:
        yield f"  {term['name']} = {term['value']}  ({_days(term)}; {_why(term['by'])})"
    for part in indicator["parts"]:
        if part["target"] is not None:
            mark = " ←" if found.part is not None and part["from"] == found.part["from"] else ""
            sign = "≥" if indicator["better"] == "higher" else "≤"
            yield f"  target {sign} {part['target']}  ({_days(part)}; {part['target_by']}){mark}"
    options = indicator["options"]
    yield "  " + " · ".join(f"{name} = {OPTION.get(value, value)}" for name, value in options.items())
    shown = found.part or indicator
    yield f"\nValue{f' of {_days(found.part)}' if found.part else ''}"
    ratio = f"{shown['numerator']} / {shown['denominator']} = {shown['value'] or 'no data'}"
    printed = value_text(shown["value"], indicator["unit"], Words("en"))
    yield f"  {indicator['metric']} = {ratio}, printed {printed} → {shown['verdict']}"
    if shown["reason"]:
        yield f"  {shown['reason']}"
    if charged(shown):
        yield f"  {charged(shown)} unmeasurable items are among the {shown['denominator']}: they count as missed"
    yield f"  {states_text(shown['states'])}"
    outside = shown["candidates"] - shown["population"]
    yield f"  population {shown['population']} + outside {outside} = candidates {shown['candidates']}"
    if found.definition:
        yield f"  definition sha256 {found.definition['sha256']} (`clausemeter metrics {found.definition['key']}`)"
    for one in found.overrides:
        yield f"  override: {one['item']} {one['from']} → {one['to']}: {one['ground']} ({one['decided_at']})"


def _previous(found: Explanation) -> Iterator[str]:
    before = found.previous
    if before is None:
        return
    yield f"\nSince the version before ({before['statement']})"
    if before["amount"] != found.line["amount"]:
        yield f"  amount {before['amount'] or '(no such line)'} → {found.line['amount']}"
    if found.indicator:
        for name in ("value", "target"):
            if before[name] != found.indicator[name]:
                yield f"  {name} {before[name]} → {found.indicator[name]}"
    yield f"  {found.changes_total} items differ" if found.changes_total else "  no item differs"
    for change in found.changes:
        yield f"  {change.source} {change.item_id}: {change.before} → {change.after}"
        yield f"    {change.cause}: {change.why}"
        yield from _raw(change.raw)


def _items(found: Explanation) -> Iterator[str]:
    if found.indicator is None:
        return
    yield f"\nItems: {len(found.items)} of {found.items_total} shown"
    for item in found.items:
        amount = "" if item.amount is None else f" · {item.amount}"
        base = f" (base state {item.base_state})" if item.base_state and item.base_state != item.state else ""
        yield f"  {item.source} {item.item_id} · {item.service_on} · {item.state}{base}{amount}"
        yield from _raw(item.raw)


def _raw(lines: Any) -> Iterator[str]:
    for line in lines:
        assert isinstance(line, RawLine)  # noqa: S101 - what explain gives
        yield f"    {line.place()}  {line.text}".rstrip()


def _days(part: Mapping[str, Any]) -> str:
    return f"{part['from']} up to, not including, {part['until']}"


def _why(by: str) -> str:
    return "the metric's default; the contract does not say" if by == "default" else by
