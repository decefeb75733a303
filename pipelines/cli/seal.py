"""``clausemeter seal``, ``verify`` and ``audit``: a month sealed, its pack checked anywhere, the ledger proven."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_HOME,
    AsJson,
    Home,
    answer_no,
    archive_key,
    now,
    pairs_of,
    print_json,
    print_problems,
)


def register(program: typer.Typer) -> None:
    """Add the verbs."""
    program.command("seal")(seal)
    program.command("verify")(verify)
    program.command("audit")(audit)


def seal(
    statement: Annotated[str, typer.Argument(help="CONTRACT:MONTH, or a statement's id.")],
    out: Annotated[Path | None, typer.Option(help="Where the pack goes; by default into the home's packs.")] = None,
    *,
    with_logs: Annotated[bool, typer.Option(help="Put the raw log files in as well.")] = False,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Write a statement's evidence pack; seal the month once both parties have approved, DRAFT until then."""
    from pipelines.runs.seal import seal as run

    packed = run(home, statement, now=now(), out=out, with_logs=with_logs, archive_key=archive_key())
    if as_json:
        print_json(
            {
                "status": packed.status,
                "contract": packed.ref.contract,
                "month": packed.ref.month,
                "statement": packed.ref.sha256,
                "pack": str(packed.path),
                "sha256": packed.sha256,
                "missing": list(packed.missing),
                "head": packed.head,
            }
        )
        return
    print(f"{packed.status} · {packed.ref.contract}:{packed.ref.month} · statement {packed.ref.sha256}")
    print(f"pack {packed.path} · sha256 {packed.sha256}")
    if packed.head is None:
        print(f"not sealed: no approval by {' and '.join(packed.missing)}; `clausemeter approve {packed.ref.id}`")
    else:
        print(f"head {packed.head} · give it to the vendor: `clausemeter audit` proves the ledger against it")


def verify(
    pack: Annotated[Path, typer.Argument(help="A pack that `clausemeter seal` wrote.")],
    key: Annotated[list[str] | None, typer.Option(help="A key that you know: vendor=64 hexadecimal digits.")] = None,
    head: Annotated[str | None, typer.Option(help="The seal's hash, where you know it.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check a pack from itself alone: every byte, every signature, every item's state, every line, to the byte."""
    from pipelines.runs.verify import verify as run

    found = run(pack, keys=pairs_of("--key", key or []), head=head)
    if as_json:
        print_json(
            {
                "verified": not found.problems,
                "status": found.status,
                "contract": found.contract,
                "month": found.month,
                "statement": found.statement,
                "pack": found.pack,
                "head": found.head,
                "keys": dict(found.keys),
                "checked": dict(found.checked),
                "problems": [vars(problem) for problem in found.problems],
            }
        )
    else:
        print(f"{found.status or '?'} · {found.contract}:{found.month} · statement {found.statement}")
        for party, public in found.keys.items():
            print(f"approved by the {party} with {public}")
        print(", ".join(f"{count} {what}" for what, count in found.checked.items()))
    print_problems(found.problems)
    if found.problems:
        answer_no()
    if not as_json:
        print("verified: nothing was changed, and every figure comes out again")


def audit(
    contract: Annotated[str, typer.Argument(help="A contract's number.")],
    head: Annotated[str | None, typer.Option(help="A head that you kept.")] = None,
    *,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Prove a contract's ledger: every sealed statement is there, unchanged, signed by both, in one chain."""
    from pipelines.runs.audit import audit as run

    found = run(home, contract, head=head)
    if as_json:
        print_json(
            {
                "proven": bool(found.entries) and not found.problems,
                "entries": found.entries,
                "head": found.head,
                "months": list(found.months),
                "problems": [vars(problem) for problem in found.problems],
            }
        )
    else:
        print(f"{contract}: {found.entries} sealed ({', '.join(found.months)}) · head {found.head}")
    print_problems(found.problems)
    if found.problems:
        answer_no()
    if not as_json and not found.entries:
        print("nothing is sealed yet, and so nothing is proven")
    elif not as_json:
        print("proven" + (f" up to the head that you kept, entry {found.head_at}" if head else ""))
