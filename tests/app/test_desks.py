"""The desks of finance and of a team lead: what they say, that it adds up, and what an open page asks."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from dash import Dash
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components.lines_table import base_text
from app.i18n import money_text
from app.i18n.speech import catalogue
from app.pages.finance import draw_changes, draw_standing
from app.pages.team import draw_agents, draw_clocks, draw_contest, draw_misses
from pipelines.runs.diff import CAUSES
from pipelines.runs.months import STEPS, STEPS_WITH_DAYS
from pipelines.workflow import Actor, Role
from tests.app.fake_runs import fake_runs
from tests.app.reading import links, of_class, text
from tests.app.signing_in import People

MONTH, BEFORE = "hx-2026-017.2026-10.v1", "hx-2026-017.2026-09.v1"
Draw = Callable[..., Component]


@pytest.fixture
def actor() -> Actor:
    """The operator's finance."""
    return Actor(account_id=1, login="finance", name="finance", role=Role.FINANCE)


def money_of(row: Component) -> Decimal:
    return Decimal(text(of_class(row, "c-amount")[0]).replace("−", "-").replace(",", ""))


def test_the_lines_add_up_to_the_payable_sum_before_the_readers_eyes(draw: Draw) -> None:
    table = of_class(draw("/finance"), "lines")[0]
    sums = [money_of(row) for row in of_class(table, "is-sum")]
    assert sum(sums) == money_of(of_class(table, "is-payable")[0])
    assert text(of_class(table, "is-payable")[0]).endswith(f"{sum(sums):,.2f}")


def test_the_waterfall_has_a_bar_a_clause_and_adds_up(draw: Draw) -> None:
    bars = of_class(of_class(draw("/finance"), "waterfall")[0], "fall")
    amounts = [
        Decimal(re.sub(r"[+,]", "", text(of_class(bar, "fall-amount")[0])).replace("−", "-")) for bar in bars[1:]
    ]
    assert sum(amounts[:-1]) == amounts[-1]
    names = [text(of_class(bar, "fall-name")[0]) for bar in bars[1:]]
    assert [name.partition(" ")[0] for name in names[:3]] == ["3.1", "3.2", "3.3"]
    assert len(names) == len(set(names))


def test_the_same_sum_is_the_same_string_on_every_page_and_beside_other_months(draw: Draw) -> None:
    body = fake_runs().read_statement(MONTH)
    payable = money_text(Decimal(body["totals"]["payable"]))
    for address in ("/", "/finance", f"/statement/{MONTH}"):
        assert payable in text(draw(address)), address
    table = of_class(draw("/finance"), "side-by-side")[0]
    assert payable in text(of_class(table, "is-sum")[0])
    assert len(of_class(of_class(table, "is-sum")[0], "c-amount")) == 3  # months


def test_the_accrual_says_its_range_and_how_it_was_made(draw: Draw) -> None:
    body = fake_runs().read_statement(MONTH)
    payable = Decimal(body["totals"]["payable"])
    page = draw("/finance")
    assert f"¥{payable - 1000:,.2f}" in text(of_class(page, "answer")[0])
    box = text(of_class(page, "accrual")[0])
    assert f"{payable - 1000:,.2f}" in box
    assert f"{payable:,.2f}" in box
    assert text(of_class(page, "note")[0])


@pytest.mark.parametrize(
    ("kind", "formula", "base"),
    [
        ("deduction", "5.00% × 217000.00", "217,000.00"),
        ("deduction", "3 × 218386.89 / 31 days (2026-10-15: 1, worse than 0)", "218,386.89"),
        ("cap", "49472.91 − 20.00% × 218386.89", "218,386.89"),
        ("deduction", "1000.00", ""),
        ("fee", "5000 × 1.20 (tier from 1)", ""),  # a price, and no base
    ],
)
def test_a_lines_base_is_what_its_formula_takes_a_part_of(draw: Draw, kind: str, formula: str, base: str) -> None:
    line = queries.statement(MONTH, reader=current_reader()).lines[0]
    assert base_text(type(line)(**{**vars(line), "kind": kind, "formula": formula})) == base


def test_a_month_stands_where_its_parties_left_it(draw: Draw) -> None:
    page = draw_standing(MONTH)
    assert len(of_class(page, "step")) == 5
    assert len(of_class(page, "is-here")) == 1
    assert "9.3: c20" in text(page)  # what the vendor objects to


def test_changes_are_said_by_cause_and_links_lead_on(draw: Draw) -> None:
    page = draw_changes(BEFORE, MONTH)
    found = queries.changes(BEFORE, MONTH, reader=current_reader())
    assert dict(found.causes)["late"] == 5 * len(found.indicators)
    totals = {step: now - was for step, was, now in found.totals}
    assert f"{abs(totals['payable']):,.2f}" in text(page)
    for address in links(page):
        assert not of_class(draw(address.partition("#")[0]), "trouble"), address


def test_the_lead_is_told_how_many_misses_are_left(draw: Draw) -> None:
    view = queries.team(None, None, None, None, reader=current_reader())
    assert view is not None
    assert [one.is_met for one in view.promises if one.n >= one.minimum] == sorted(
        (one.is_met for one in view.promises if one.n >= one.minimum), reverse=True
    )
    first = view.promises[0]
    said = text(of_class(draw("/team"), "answer")[0])
    assert str(first.missed) in said
    assert str(first.left) in said
    rows = of_class(of_class(draw("/team"), "promises")[0], "c-outlook")
    assert len(rows) - 1 == len(view.promises) > 5  # and the heading


def test_every_promise_can_be_looked_at_closely(draw: Draw) -> None:
    page = draw("/team")
    closely = [link for link in links(page) if "indicator=" in link]
    assert len(closely) > 5
    for address in closely:
        found = draw(address)
        assert not of_class(found, "trouble"), address
        assert len(of_class(found, "is-now")) >= 1
    assert text(of_class(draw("/team?indicator=nothing"), "trouble-code")[0]) == "web.no_such_indicator"


def test_the_parts_of_the_desk_are_drawn(draw: Draw) -> None:
    clocks = draw_clocks(MONTH, "")
    assert len(of_class(clocks, "is-urgent")) == 2  # of one and two hours
    assert len(of_class(draw_agents(MONTH, "connect_rate", ""), "agent")) > 10
    assert links(draw_misses(MONTH, "connect_rate", ""))
    assert text(draw_contest(MONTH))


def test_every_state_day_and_cause_has_its_words() -> None:
    known = set(catalogue("zh"))
    days = {*STEPS_WITH_DAYS, "disputed_paid"}
    assert {f"cause.{cause}" for cause in CAUSES} | {f"deadline.{name}" for name in days} <= known
    assert {f"standing.{state.replace(' ', '-')}" for state in (*STEPS, "open", "provisional")} <= known


def test_an_open_page_learns_of_what_is_published(fake_app: Dash, people: People) -> None:
    runs, client = fake_runs(), people.sign_in(fake_app, "guest")
    first = client.get("/stamp")
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/stamp", headers=known).status_code == 304
    before = runs.published
    runs.published = "another"
    try:
        answer = client.get("/stamp", headers=known)
        assert (answer.status_code, answer.get_json()) == (200, {"stamp": "another"})
    finally:
        runs.published = before
