"""What is noted of what somebody did on the web: in, out, refused, seen, exported."""

import flask

from app.auth.reader import Reader
from pipelines.workflow import Workflow

KEY = "clausemeter.workflow"


def install(server: flask.Flask, workflow: Workflow) -> None:
    """Give an app its accounts and its trail."""
    server.extensions[KEY] = workflow


def workflow() -> Workflow:
    """Return this app's accounts and trail."""
    found: Workflow = flask.current_app.extensions[KEY]
    return found


def note(action: str, thing: str, *, outcome: str = "done", **detail: str | int | None) -> None:
    """Note what somebody who is signed in did. Strangers are noted at the log-in alone, which is slowed."""
    reader: Reader | None = flask.g.get("reader")
    if reader is not None:
        workflow().record(reader.actor, action, thing, outcome, detail, now=flask.g.now, address=address())


def address() -> str:
    """Return where the request comes from."""
    return flask.request.remote_addr or ""
