"""An app over made-up months: no store, no files."""

from pathlib import Path

import pytest
from dash import Dash

from app.main import create_app
from app.settings import Settings
from tests.app.fake_runs import fake_runs


@pytest.fixture(scope="session")
def fake_app() -> Dash:
    """The app over three made-up months."""
    return create_app(Settings(home=Path("nowhere")), fake_runs().door())
