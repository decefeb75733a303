"""``clausemeter trail``: who logged in, saw, exported, changed; and whether the trail is whole."""

import json
from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_HOME,
    AsJson,
    Home,
    answer_no,
    instant_of,
    print_json,
    print_problems,
    table,
)  # fmt: skip
from pipelines.cli.user import opened


def register(program: typer.Typer) -> None:
    """Add the verb."""
    program.command("trail")(run)


def run(
    *,
    check: Annotated[bool, typer.Option("--check", help="Work the whole chain out again.")] = False,
    known: Annotated[
        str | None, typer.Option(help="With --check: a digest noted earlier, which must still be in the chain.")
    ] = None,
    login: Annotated[str | None, typer.Option(help="Of one account only.")] = None,
    action: Annotated[str | None, typer.Option(help="One kind of entry: log_in, account.add, export …")] = None,
    since: Annotated[str | None, typer.Option("--from", help="An instant with its offset.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="An instant with its offset; not included.")] = None,
    before: Annotated[int | None, typer.Option(help="Only entries of a lower number: to page on.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """List the audit trail, the newest entry first; or check it, with status 1 where it was changed."""
    if check or known:
        _check(known, as_json=as_json, home=home)
        return
    with opened(home) as workflow:
        found = workflow.trail(
            login=login,
            action=action,
            before=before,
            since=instant_of("--from", since),
            until=instant_of("--until", until),
            limit=limit,
        )
    if as_json:
        print_json([{**vars(e), "at": e.at.isoformat(), "detail": json.loads(e.detail)} for e in found])
        return
    table(
        ["entry", "at", "who", "action", "thing", "outcome", "from", "detail"],
        [
            [str(e.seq), e.at.isoformat(timespec="seconds"), e.login, e.action, e.thing, e.outcome, e.address, e.detail]
            for e in found
        ],
        right=[0],
    )


def _check(known: str | None, *, as_json: bool, home: "Home") -> None:
    with opened(home) as workflow:
        found = workflow.check_trail(known=known)
    if as_json:
        problem = vars(found.problem) if found.problem else None
        print_json({"entries": found.entries, "head": found.head, "problem": problem})
    else:
        print(f"{found.entries} entries are in order; the last one's digest: {found.head}")
        print_problems([found.problem] if found.problem else [])
    if found.problem:
        answer_no()
