"""An app over made-up months: no store, no files; and accounts to sign in with."""

from pathlib import Path

import pytest
from dash import Dash

from app.main import create_app
from app.settings import Settings
from tests.app.fake_runs import fake_runs
from tests.app.signing_in import People


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Accounts of the made-up operator and its one vendor."""
    return People(tmp_path_factory.mktemp("people"), {"hx": ("售前一组",)})


@pytest.fixture(scope="session")
def fake_app(people: People) -> Dash:
    """The app over three made-up months."""
    return create_app(Settings(home=Path("nowhere")), fake_runs().door(), people.workflow)
