"""An app over made-up months: no store, no files; and accounts to sign in with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import flask
import pytest
from dash import Dash
from dash.development.base_component import Component

from app import routes
from app.auth import Reader
from app.auth.reader import bind
from app.i18n import speaking
from app.main import create_app
from app.settings import Settings
from pipelines.workflow import Actor, Role
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import NOW, People


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Accounts of the made-up operator and its one vendor."""
    return People(tmp_path_factory.mktemp("people"), {"hx": ("售前一组",)})


@pytest.fixture(scope="session")
def fake_app(people: People) -> Dash:
    """The app over three made-up months."""
    return create_app(Settings(home=Path("nowhere")), fake_runs().door(), people.workflow)


@pytest.fixture
def actor() -> Actor:
    """Who asks for pages: the operator's auditor, unless a file says otherwise."""
    return Actor(account_id=1, login="auditor", name="auditor", role=Role.AUDITOR)


@pytest.fixture(params=["zh", "en"])
def draw(request: pytest.FixtureRequest, fake_app: Dash, actor: Actor) -> Iterator[Callable[[str], Component]]:
    """Draw the page of an address, in each language."""

    def page(address: str) -> Component:
        url = urlsplit(address)
        return routes.draw(url.path, dict(parse_qsl(url.query)))

    with fake_app.server.test_request_context(), speaking(request.param):
        flask.g.now = NOW
        bind(Reader(actor))
        yield page
