"""``clausemeter close``: a month measured, judged and settled under its contract."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import typer

from pipelines.cli.options import (
    DEFAULT_HOME,
    AsJson,
    Home,
    instant_of,
    month_of,
    now,
    print_json,
    print_problems,
    say_progress,
    table,
)
from pipelines.exports.figures import digits, value_text
from pipelines.exports.words import Words
from pipelines.runs.close_month import ClosedMonth, close_month
from pipelines.runs.serving import make_missing
from pipelines.runs.statements import published


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("close")(run)


def run(
    contract: Annotated[str, typer.Argument(help="A contract's file, its folder, or its number under data/contracts.")],
    month: Annotated[str, typer.Option(help="The month, such as 2026-10.")],
    cut_off: Annotated[
        str | None,
        typer.Option(help="An instant after which nothing is known; by default the end of month or of the logs."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Only what was loaded and decided by this instant.")] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Close a month and print its statement; the same logs, contract and decisions give the same bytes."""
    closed = close_month(
        home,
        contract,
        month_of(month),
        now=now(),
        cut_off_at=instant_of("--cut-off", cut_off),
        as_of=instant_of("--as-of", as_of),
        progress=say_progress,
    )
    print_problems(closed.warnings)
    if as_json:
        print_json(published(closed.body))
    else:
        _print(closed, as_of)
    make_missing(home, say_progress)


def _print(closed: ClosedMonth, as_of: str | None) -> None:
    """Print the statement, what was not applied, and which version it is."""
    print_statement(published(closed.body))
    for stale in closed.body["stale_overrides"]:
        print(
            f"not applied, since it fits no item as it is now: the override of {stale['item']}"
            f" ({stale['metric']}, {stale['from']} → {stale['to']})"
        )
    if as_of is not None:
        same = f"the same as version {closed.ref.version}" if closed.ref.version else "no version says this"
        print(f"\nas of {as_of}, not kept: {same}")
        return
    new = f"version {closed.ref.version}" if closed.is_new else f"nothing changed since version {closed.ref.version}"
    print(f"\n{new} · statement {closed.ref.id} · clausemeter explain {closed.ref.id} LINE")


def _words(line: dict[str, str | None]) -> str:
    """Return a line's formula, and why it is 0 where it is."""
    return f"{line['formula']} · {line['because']}" if line["because"] else str(line["formula"])


def _score_words(body: dict[str, Any]) -> Iterator[str]:
    """Say the score, whether the month has failed, and what that lets a party do."""
    score = body["score"]
    given = f"{score['points']} of {score['weight_present']} points, {score['weight_in_force']} in force"
    if score["value"] is None:
        yield f"no score: {score['reason']}"
    else:
        yield f"score {digits(Decimal(score['value']), 2)} = {score['value']} ({given})"
    if body["month_fail"]["failed"]:
        yield f"the month has failed: {'; '.join(body['month_fail']['reasons'])}"
    for notice in body["notices"]:
        within = f" within {notice['within_days']} working days" if notice["within_days"] else ""
        yield f"clause {notice['clause']}: {notice['action']}{within} ({notice['because']})"


def print_statement(body: dict[str, Any]) -> None:
    """Print a statement for a person: indicators, lines, totals."""
    contract, indicators, lines = body["contract"], body["indicators"], body["lines"]
    assert isinstance(contract, dict)  # noqa: S101 - our own body
    assert isinstance(indicators, list)  # noqa: S101
    assert isinstance(lines, list)  # noqa: S101
    totals = body["totals"]
    assert isinstance(totals, dict)  # noqa: S101
    print(
        f"{contract['number']} · {body['month']} · {body['status']} · cut-off {body['cut_off_at']} · {body['sha256']}\n"
    )
    table(
        [
            "indicator",
            "clause",
            "value",
            "exactly",
            "target",
            "verdict",
            "numerator / denominator",
            "missed",
            "excluded",
            "unmeasurable",
        ],
        [
            [
                one["id"],
                one["clause"],
                value_text(one["value"], one["unit"], Words("en")),
                one["value"] or "–",
                one["target"] or "–",
                one["verdict"] + (f" ({one['reason']})" if one["reason"] else ""),
                f"{one['numerator']} / {one['denominator']}",
                str(one["states"]["missed"]),
                str(sum(one["states"]["excluded"].values())),
                str(sum(one["states"]["unmeasurable"].values())),
            ]
            for one in indicators
        ],
        right=(2, 3, 4, 7, 8, 9),
    )
    print()
    for sentence in _score_words(body):
        print(sentence)
    print()
    table(
        ["line", "clause", "amount", "formula"],
        [[one["id"], one["clause"], one["amount"], _words(one)] for one in lines],
        right=(2,),
    )
    print()
    table(["total", body["currency"]], [[step, amount] for step, amount in totals.items()], right=(1,))
