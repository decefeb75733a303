"""Who asks. Accounts come later: until then everybody at this machine is its owner and sees everything."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reader:
    """A person at the screen. ``vendor`` and ``team`` narrow what they see; None does not."""

    name: str
    role: str
    vendor: str | None = None
    team: str | None = None


OWNER = Reader(name="", role="auditor")


def current_reader() -> Reader:
    """Return who makes this request."""
    return OWNER
