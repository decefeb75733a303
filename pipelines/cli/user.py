"""``clausemeter user``: accounts: added, listed, disabled, enabled, reset, given a role, linked, logged out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.options import DEFAULT_HOME, AsJson, Home, database_url, now, print_json, table, who
from pipelines.core.problem import Problem, Refused

if TYPE_CHECKING:
    from pipelines.workflow import Account, Role, Workflow

NAME = "user"
verbs = typer.Typer(help="Accounts and their roles. 账户与角色。", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The account's login.")]
RoleName = Annotated[
    str,
    typer.Option(
        "--role",
        help="administrator, operator_auditor, operator_finance, vendor_manager, vendor_team_lead or guest.",
    ),
]
Vendor = Annotated[str | None, typer.Option(help="Whose rows a vendor's people see: its id or name in the contracts.")]
Teams = Annotated[list[str] | None, typer.Option("--team", help="A team of a team lead; once a team.")]


@verbs.command("add")
def add(
    login: Login,
    role: RoleName,
    name: Annotated[str | None, typer.Option(help="As the screen shows it; by default the login.")] = None,
    vendor: Vendor = None,
    team: Teams = None,
    email: Annotated[str | None, typer.Option(help="By which company sign-on finds the account.")] = None,
    *,
    sign_on: Annotated[bool, typer.Option("--sign-on", help="No password: company sign-on alone.")] = False,
    as_json: AsJson = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """Add an account, and print its one-time password: once, and nowhere else."""
    with opened(home, may_make=True) as workflow:
        password = workflow.add_account(
            login,
            name=name or login,
            role=role_of(role),
            vendor=vendor,
            teams=team or (),
            email=email,
            way_in="sign_on" if sign_on else "one_time",
            by=who(),
            now=now(),
        )
    _say_password(login, password, as_json=as_json)


@verbs.command("list")
def listing(*, as_json: AsJson = False, home: Home = DEFAULT_HOME) -> None:
    """List the accounts."""
    with opened(home) as workflow:
        found = [_row(account) for account in workflow.accounts()]
    if as_json:
        print_json(found)
    else:
        columns = ["login", "name", "role", "vendor", "teams", "email", "state"]
        table(columns, [[", ".join(v) if isinstance(v := row[c], list) else v or "" for c in columns] for row in found])


def _row(account: "Account") -> dict[str, Any]:
    state = "disabled" if account.disabled_at else "one-time password" if account.must_change else "active"
    return {
        "login": account.login,
        "name": account.name,
        "role": account.role.value,
        "vendor": account.vendor,
        "teams": sorted(account.teams),
        "email": account.email,
        "state": state,
        "created_at": account.created_at.isoformat(),
    }


@verbs.command("disable")
def disable(login: Login, home: Home = DEFAULT_HOME) -> None:
    """Shut an account out; its sessions end at once. It is never deleted, for the trail names it."""
    with opened(home) as workflow:
        workflow.disable(login, by=who(), now=now())
    print(f"{login}: disabled, logged out everywhere")


@verbs.command("enable")
def enable(login: Login, home: Home = DEFAULT_HOME) -> None:
    """Let an account in again, with the password it had."""
    with opened(home) as workflow:
        workflow.enable(login, by=who(), now=now())
    print(f"{login}: enabled")


@verbs.command("reset")
def reset(login: Login, *, as_json: AsJson = False, home: Home = DEFAULT_HOME) -> None:
    """Print a new one-time password; sessions end, and so does the wait after failed log-ins."""
    with opened(home) as workflow:
        password = workflow.reset(login, by=who(), now=now())
    _say_password(login, password, as_json=as_json)


@verbs.command("roles")
def roles(login: Login, role: RoleName, vendor: Vendor = None, team: Teams = None, home: Home = DEFAULT_HOME) -> None:
    """Give an account another role, vendor and teams; its sessions end."""
    with opened(home) as workflow:
        workflow.set_roles(login, role=role_of(role), vendor=vendor, teams=team or (), by=who(), now=now())
    print(f"{login}: {role}{f' of {vendor}' if vendor else ''}, logged out everywhere")


@verbs.command("log-out")
def log_out(login: Login, home: Home = DEFAULT_HOME) -> None:
    """End every session of an account."""
    with opened(home) as workflow:
        ended = workflow.revoke_sessions(login, by=who(), now=now())
    print(f"{login}: {ended} session{'' if ended == 1 else 's'} ended")


@verbs.command("link")
def link(
    login: Login,
    issuer: Annotated[str, typer.Option(help="The provider's issuer, as its tokens name it.")],
    subject: Annotated[str, typer.Option(help="The person's `sub` there.")],
    home: Home = DEFAULT_HOME,
) -> None:
    """Link an account to a person of the company's sign-on: the only way for an administrator."""
    with opened(home) as workflow:
        workflow.link_identity(login, issuer, subject, by=who(), now=now())
    print(f"{login}: comes in as {subject} of {issuer}")


@contextmanager
def opened(home: Path, *, may_make: bool = False) -> "Iterator[Workflow]":
    """Open the accounts that this command is about; only some of them may make a home that is not there."""
    from pipelines.workflow import open_workflow

    url = database_url()
    if url is None and not may_make and not home.is_dir():
        what, mend = "There is no home here, so it has no accounts.", "Check --home; `clausemeter user add` makes one."
        raise Refused(Problem(str(home), what, mend, "workflow.absent"))
    workflow = open_workflow(home, url)
    try:
        yield workflow
    finally:
        workflow.close()


def role_of(text: str) -> "Role":
    """Read a role."""
    from pipelines.workflow import Role

    try:
        return Role(text)
    except ValueError:
        known = ", ".join(Role)
        raise Refused(Problem("--role", f"There is no role {text!r}.", f"Use one of: {known}.", "cli.role")) from None


def say_first_administrator(home: Path) -> None:
    """Where there is no account yet, make an administrator and print the one-time password."""
    with opened(home, may_make=True) as workflow:
        made = workflow.first_administrator(by=who(), now=now())
    if made:
        print("No account was there yet: an administrator has been made.")
        _say_password(*made, as_json=False)


def _say_password(login: str, password: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"login": login, "one_time_password": password})
    elif password is None:
        print(f"{login}: comes in by company sign-on alone")
    else:
        print(f"login: {login}\none-time password: {password}")
        print("It is shown this once, is good for three days, and is changed at the first log-in.", flush=True)
