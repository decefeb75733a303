"""The table of who may do what: printed as it is, and answered as it is written."""

import re
from pathlib import Path

import pytest

from app.auth.policy import Thing, may, sight_of, table
from app.routes import ROUTES
from pipelines.runs.sight import AGENT, CUSTOMER, ORDER
from pipelines.workflow import Actor, Role

DOCS = Path(__file__).parents[2] / "app/auth/docs.md"
OWN, OTHER = (
    Thing.of({"id": "yuanfan", "zh": "远帆外包", "en": "Yuanfan"}),
    Thing.of({"id": "yunqiao", "zh": "云桥客服"}),
)


def actor(role: Role, vendor: str | None = None, teams: tuple[str, ...] = ()) -> Actor:
    return Actor(account_id=1, login="x", name="x", role=role, vendor=vendor, teams=frozenset(teams))


def test_the_docs_print_the_table() -> None:
    word = "(?:all|vendor|team|no)"
    rows = re.findall(rf"^\| (\w+) \| ({word}(?: \| {word})*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    printed = {action: words.split(" | ") for action, words in rows}
    assert printed == {action: list(reaches.values()) for action, reaches in table().items()}
    assert f"| action | {' | '.join(role.value for role in next(iter(table().values())))} |" in DOCS.read_text(
        encoding="utf-8"
    )


def test_every_page_asks_for_an_action_of_the_table() -> None:
    assert {route.action for route in ROUTES} <= set(table())


@pytest.mark.parametrize("name", ["yuanfan", "远帆外包", "Yuanfan"])
def test_a_vendors_people_have_their_own_vendors_alone(name: str) -> None:
    manager, lead = actor(Role.MANAGER, name), actor(Role.LEAD, name, ("一组",))
    assert may(manager, "read_money", OWN).yes
    assert may(manager, "read_money", OTHER).reason == "auth.other_vendor"
    assert may(lead, "read_items", OWN).yes
    assert may(lead, "read_items", Thing(OWN.vendor, "二组")).reason == "auth.other_team"
    assert may(lead, "read_items", Thing(OTHER.vendor, "一组")).reason == "auth.other_vendor"
    assert may(lead, "read_money", OWN).reason == "auth.not_your_role"


@pytest.mark.parametrize("vendor", [None, "", "yuan", "YUANFAN", "yuanfan "])
def test_who_is_of_no_vendor_or_of_another_writing_has_nothing(vendor: str | None) -> None:
    for role in (Role.MANAGER, Role.LEAD):
        assert not may(actor(role, vendor), "read_figures", OWN).yes


def test_an_action_that_is_not_in_the_table_is_nobodys() -> None:
    with pytest.raises(KeyError):
        may(actor(Role.ADMINISTRATOR), "delete_everything")


def test_what_goes_into_the_sql_is_what_the_table_says() -> None:
    lead = sight_of(actor(Role.LEAD, "yuanfan", ("一组",)), "k")
    assert (lead.vendor, lead.teams, lead.raw, lead.masks) == ("yuanfan", {"一组"}, False, {CUSTOMER, ORDER})
    finance = sight_of(actor(Role.FINANCE), "k")
    assert (finance.vendor, finance.teams, finance.raw, finance.masks) == (None, None, True, {AGENT, CUSTOMER, ORDER})
    guest, nobody = sight_of(actor(Role.GUEST), "k"), sight_of(actor(Role.MANAGER), "k")
    assert guest.is_narrow
    assert nobody.is_narrow
    assert not sight_of(actor(Role.AUDITOR), "k").is_narrow
    assert "s3cret" not in repr(sight_of(actor(Role.AUDITOR), "s3cret"))
