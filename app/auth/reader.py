"""Who asks, bound to the request. There is no reader without a session."""

from dataclasses import dataclass

import flask

from app.auth.policy import Answer, Thing, may
from pipelines.workflow.actor import Actor


@dataclass(frozen=True)
class Reader:
    """A person at the screen."""

    actor: Actor

    def may(self, action: str, thing: Thing | None = None) -> Answer:
        """Say whether this person may do that."""
        return may(self.actor, action, thing)


class NobodyAsks(Exception):
    """A page was drawn for no one: a bug, and never an answer."""


def bind(reader: Reader | None) -> None:
    """Say who makes this request."""
    flask.g.reader = reader


def current_reader() -> Reader:
    """Return who makes this request."""
    reader: Reader | None = flask.g.get("reader")
    if reader is None:
        raise NobodyAsks
    return reader
