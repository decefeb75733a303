"""One question, one answer: may this actor do this to that, and if not, why. The table is policy.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from pipelines.core.yaml_text import read_yaml
from pipelines.runs.sight import AGENT, CUSTOMER, ORDER, Sight
from pipelines.workflow.actor import Actor, Role

REACHES = ("all", "vendor", "team", "no")
NOBODY = ""  # the id of no vendor


@dataclass(frozen=True)
class Answer:
    """Yes or no, with the reason's code (``auth.other_vendor``), empty for a yes."""

    yes: bool
    reason: str = ""


@dataclass(frozen=True)
class Thing:
    """What is asked about: whose it is, and of which team; None: of no one team, as a statement is.

    ``vendor`` are all names of one vendor: the id by which contracts know it, and its name in each language.
    """

    vendor: frozenset[str]
    team: str | None = None

    @classmethod
    def of(cls, vendor: Mapping[str, str], team: str | None = None) -> "Thing":
        """Return what is of a vendor, as a contract names it."""
        return cls(frozenset(vendor.values()), team)


YES = Answer(yes=True)


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[Role, str]]:
    """Return how far each role reaches with each action."""
    text = resources.files("app.auth").joinpath("policy.yaml").read_text(encoding="utf-8")
    found: Any = read_yaml(text, "policy.yaml").value  # every value a text: no word is a yes or no of YAML's own
    roles = [Role(name) for name in found["roles"]]
    return {
        action: {role: _known(word) for role, word in zip(roles, words, strict=True)}
        for action, words in found["actions"].items()
    }


def _known(word: str) -> str:
    if word not in REACHES:
        raise ValueError(word)
    return word


def reach(actor: Actor, action: str) -> str:
    """Return how far an actor reaches: all, vendor, team or no; who is of no vendor reaches none by it."""
    found = table()[action][actor.role]
    return "no" if found in ("vendor", "team") and not actor.vendor else found


def may(actor: Actor, action: str, thing: Thing | None = None) -> Answer:
    """Say whether ``actor`` may ``action`` that thing; without one, whether there is anything that it may."""
    reaches = reach(actor, action)
    if reaches == "no":
        return Answer(yes=False, reason="auth.not_your_role")
    if thing is None or reaches == "all":
        return YES
    if actor.vendor not in thing.vendor:
        return Answer(yes=False, reason="auth.other_vendor")
    if reaches == "team" and thing.team is not None and thing.team not in actor.teams:
        return Answer(yes=False, reason="auth.other_team")
    return YES


def sight_of(actor: Actor, key: str) -> Sight:
    """Return which rows an actor sees, and under which names; ``key`` makes the home's pseudonyms."""
    reaches = reach(actor, "read_figures")
    hidden = {AGENT} if reach(actor, "see_agents") == "no" else set()
    hidden |= {CUSTOMER, ORDER} if reach(actor, "see_customers") == "no" else set()
    return Sight(
        vendor=None if reaches == "all" else NOBODY if reaches == "no" else actor.vendor,
        teams=actor.teams if reaches == "team" else None,
        masks=frozenset(hidden),
        raw=may(actor, "read_raw").yes,
        key=key,
    )
