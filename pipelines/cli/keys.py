"""``clausemeter keys``: the parties' keys: made, registered, listed."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, now, print_json, table

NAME = "keys"
verbs = typer.Typer(help="The parties' Ed25519 keys. 双方的签名密钥。", no_args_is_help=True)

Party = Annotated[str, typer.Option(help="Whose: operator (甲方) or vendor (乙方).")]
Contract = Annotated[str, typer.Option(help="For one contract's number; by default for every contract of the home.")]


def password_in(file: Path | None) -> bytes | None:
    """Return the password that stands in a file."""
    from pipelines.runs.contracts import read_text

    return None if file is None else read_text(file).strip().encode()


PasswordFile = Annotated[Path | None, typer.Option(help="A file with the private key's password.")]


@verbs.command("new")
def new(
    party: Party,
    out: Annotated[Path, typer.Option(help="Where the private key is written; keep it to yourself.")],
    contract: Contract = "*",
    password_file: PasswordFile = None,
    home: Home = DEFAULT_HOME,
) -> None:
    """Make a key, and register its public half in the home."""
    from pipelines.runs.keys import make_key, party_named, register_key

    party_named(party)
    public = make_key(out, password_in(password_file))
    register_key(home, public, party=party, contract=contract, now=now())
    print(f"{party} {public}\nprivate key: {out}")


@verbs.command("add")
def add(
    public: Annotated[Path, typer.Argument(help="A public key: PEM, or 64 hexadecimal digits.")],
    party: Party,
    contract: Contract = "*",
    home: Home = DEFAULT_HOME,
) -> None:
    """Register a public key that its party made elsewhere; from now on it is the party's key."""
    from pipelines.runs.keys import read_public, register_key

    key = read_public(public)
    is_new = register_key(home, key, party=party, contract=contract, now=now())
    print(f"{party} {key}" + ("" if is_new else " already there: nothing changed"))


@verbs.command("list")
def listing(*, as_json: AsJson = False, home: Home = DEFAULT_HOME) -> None:
    """List the keys, in order of their registration."""
    from pipelines.runs.keys import read_keys

    found = read_keys(home)
    if as_json:
        print_json(found)
    else:
        columns = ["party", "contract", "public_key", "registered_at"]
        table(columns, [[row[name] for name in columns] for row in found])
