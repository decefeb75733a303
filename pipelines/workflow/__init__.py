"""Who may come in, and what was done: accounts, sessions and the audit trail, in SQLite or PostgreSQL."""

from pipelines.workflow.accounts import Account
from pipelines.workflow.actor import Actor, Role
from pipelines.workflow.sessions import Session, SignedIn
from pipelines.workflow.trail import Entry, TrailCheck
from pipelines.workflow.workflow import LogInRefused, Workflow, open_workflow

__all__ = [
    "Account", "Actor", "Entry", "LogInRefused", "Role", "Session", "SignedIn", "TrailCheck", "Workflow",
    "open_workflow",
]  # fmt: skip
