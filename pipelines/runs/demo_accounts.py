"""The demonstration's people: one account per role, those of a vendor once a vendor."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.samples.people import OPERATOR, TEAMS, VENDOR_SLUGS, VENDORS
from pipelines.workflow import Role, open_workflow


@dataclass(frozen=True)
class DemoAccount:
    """Who there is, and the password, which is told once."""

    login: str
    role: Role
    vendor: str | None
    teams: tuple[str, ...]
    password: str


def demo_people() -> list[tuple[str, str, Role, str | None, tuple[str, ...]]]:
    """Return login, name, role, vendor and teams; a lead has the first team of the vendor."""
    people: list[tuple[str, str, Role, str | None, tuple[str, ...]]] = [
        ("admin", f"{OPERATOR} 管理员", Role.ADMINISTRATOR, None, ()),
        ("auditor", f"{OPERATOR} 稽核", Role.AUDITOR, None, ()),
        ("finance", f"{OPERATOR} 财务", Role.FINANCE, None, ()),
        ("guest", "访客", Role.GUEST, None, ()),
    ]
    for number, (vendor, slug) in enumerate(zip(VENDORS, VENDOR_SLUGS, strict=True)):
        first = next(team.name for team in TEAMS if team.vendor == number)
        people.append((f"manager.{slug}", f"{vendor} 经理", Role.MANAGER, vendor, ()))
        people.append((f"lead.{slug}", f"{first} 组长", Role.LEAD, vendor, (first,)))
    return people


def make_demo_accounts(home: Path, url: str | None, *, by: str, now: datetime) -> list[DemoAccount]:
    """Make the accounts where there is none yet; each has a password of its own, made up here.

    They last, unlike one-time ones: what they show is invented, and eight changes of password would be in the way.
    """
    workflow = open_workflow(home, url)
    try:
        if workflow.accounts():
            return []
        return [
            DemoAccount(
                login, role, vendor, teams,
                workflow.add_account(
                    login, name=name, role=role, vendor=vendor, teams=teams, way_in="lasting", by=by, now=now
                ) or "",
            )
            for login, name, role, vendor, teams in demo_people()
        ]  # fmt: skip
    finally:
        workflow.close()
