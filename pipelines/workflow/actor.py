"""Who asks: an account, its one role, and whose rows it may see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for; an account has one."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "operator_auditor"
    FINANCE = "operator_finance"
    MANAGER = "vendor_manager"
    LEAD = "vendor_team_lead"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account that is signed in.

    ``vendor`` is whose rows a vendor's people see, and None for the operator's; ``teams`` are a team lead's own.
    """

    account_id: int
    login: str
    name: str
    role: Role
    vendor: str | None = None
    teams: frozenset[str] = frozenset()
