"""Accounts for tests, one a role, and browsers that are signed in as them: by the same door as everybody."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from dash import Dash
from flask.testing import FlaskClient

from app.auth.gate import CSRF_COOKIE, CSRF_FIELD, CSRF_HEADER
from pipelines.workflow import Role, Workflow, open_workflow

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HOST = "localhost"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OPERATOR = {"admin": Role.ADMINISTRATOR, "auditor": Role.AUDITOR, "finance": Role.FINANCE, "guest": Role.GUEST}


class People:
    """An installation's accounts with their passwords: the operator's, and for each vendor a manager and a lead."""

    def __init__(self, home: Path, teams: Mapping[str, tuple[str, ...]], now: datetime = NOW) -> None:
        self.workflow: Workflow = open_workflow(home, hasher=QUICK)
        self.passwords: dict[str, str] = {}
        for login, role in OPERATOR.items():
            self.add(login, role=role, now=now)
        for vendor, own in teams.items():
            self.add(f"manager.{vendor}", role=Role.MANAGER, vendor=vendor, now=now)
            self.add(f"lead.{vendor}", role=Role.LEAD, vendor=vendor, teams=own, now=now)

    def add(self, login: str, *, now: datetime = NOW, name: str = "", **more: Any) -> str:
        """Add an account with a lasting password."""
        given = {"way_in": "lasting", "by": "test", "now": now, **more}
        self.passwords[login] = self.workflow.add_account(login, name=name or login, **given) or ""
        return self.passwords[login]

    def sign_in(self, app: Dash, login: str) -> FlaskClient:
        """Return a browser that has signed in."""
        client = app.server.test_client()
        answer = log_in(client, login, self.passwords[login])
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client


def log_in(client: FlaskClient, login: str, password: str, **more: str) -> Any:
    """Send the log-in form, as the page that asks for it is given."""
    client.get("/login")
    asked = client.get_cookie("clausemeter_login", path="/login")
    assert asked is not None
    return client.post("/login", data={"login": login, "password": password, CSRF_FIELD: asked.value, **more})


def csrf(client: FlaskClient) -> dict[str, str]:
    """Return the header that our scripts send along."""
    found = client.get_cookie(CSRF_COOKIE)
    return {} if found is None else {CSRF_HEADER: found.value}


def wish_for_page(pathname: str, search: str = "") -> dict[str, Any]:
    """Return what the browser asks when the address is this."""
    return {
        "output": "..header.children...page.children..",
        "outputs": [{"id": "header", "property": "children"}, {"id": "page", "property": "children"}],
        "inputs": [
            {"id": "url", "property": "pathname", "value": pathname},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.pathname"],
    }


def ask(client: FlaskClient, wish: Any, **headers: str) -> Any:
    """Send a callback's wish, with the page's own token."""
    return client.post("/_dash-update-component", json=wish, headers={**csrf(client), **headers})
