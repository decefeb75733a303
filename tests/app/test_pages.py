"""What the pages say, and that every link of them leads somewhere."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from dash.development.base_component import Component

from app import queries
from app.auth import current_reader
from app.components.chart import cell_text
from app.i18n import value_text
from app.pages.indicator import draw_by_day, draw_by_group, draw_by_hour, draw_distribution
from app.pages.items import more_rows
from pipelines.metrics.declare import installed_metrics, metric_named
from pipelines.metrics.example import installed_examples
from pipelines.workflow import Actor, Role
from tests.app.fake_runs import fake_runs
from tests.app.reading import elements, links, of_class, text

MONTH = "hx-2026-017.2026-10.v1"
AUDITOR = Actor(account_id=1, login="auditor", name="auditor", role=Role.AUDITOR)
Draw = Callable[..., Component]


def figures_of_answer(page: Component) -> list[str]:
    return [text(one) for one in of_class(of_class(page, "answer")[0], "figure")]


def test_the_scorecard_says_how_many_promises_were_kept_and_what_is_payable(draw: Draw) -> None:
    body = fake_runs().read_statement(MONTH)
    first, *rest = figures_of_answer(draw("/"))
    verdicts = [found["verdict"] for found in body["indicators"]]
    kinds = [verdict for verdict in ("met", "missed", "not enough data", "no data", "reported") if verdict in verdicts]
    assert int(first) == len(verdicts) == sum(verdicts.count(kind) for kind in kinds)
    assert [int(n) for n in rest[: len(kinds)]] == [verdicts.count(kind) for kind in kinds]
    payable = f"¥{float(body['totals']['payable']):,.2f}"
    assert rest[-1] == payable


def test_the_scorecard_has_a_row_an_indicator_and_can_be_ordered_and_filtered(draw: Draw) -> None:
    names = [text(one) for one in of_class(of_class(draw("/"), "scorecard")[0], "row-link")]
    by_money = [text(one) for one in of_class(of_class(draw("/?sort=money"), "scorecard")[0], "row-link")]
    assert len(names) == 12
    assert sorted(by_money) == sorted(names) != by_money
    missed = draw("/?verdict=missed")
    assert all(
        text(one).endswith(("未达标", "missed")) for one in of_class(of_class(missed, "scorecard")[0], "verdict")
    )


def test_every_link_leads_to_a_page_without_trouble(draw: Draw) -> None:
    todo, seen = ["/", "/statements"], set[str]()
    while todo and len(seen) < 120:
        address = todo.pop(0).partition("#")[0]
        if address in seen:
            continue
        seen.add(address)
        page = draw(address)
        assert not of_class(page, "trouble"), (address, text(page))
        if not address.startswith("/bridge/") or f"/{MONTH}" in address:  # one month alone has a vendor's report
            assert not of_class(page, "empty"), (address, text(page))
        todo += [link for link in links(page) if link not in seen and not link.startswith("/export/")]
    assert {urlsplit(one).path.split("/")[1] for one in seen} >= {"", "indicator", "items", "statement"}


def test_every_metric_has_a_page_with_its_example_its_terms_and_its_sql(draw: Draw) -> None:
    pages = [link for link in links(draw("/definitions")) if link.startswith("/definition/")]
    assert len(pages) == len(installed_metrics()) > 20
    for address in pages:
        page = draw(address)
        assert not of_class(page, "trouble"), address
        assert not of_class(page, "empty"), address
        metric = metric_named(unquote(address.removeprefix("/definition/")))
        shown = text(page)
        assert metric.key in shown
        assert metric.sql.splitlines()[-1] in text(of_class(page, "sql"))
        assert [name for name in metric.terms if name not in shown] == []
        example = installed_examples()[metric.key]
        assert [item.item for item in example.items if item.item not in text(of_class(page, "example"))] == []


def test_an_example_ends_with_its_value_as_what_it_is_made_of(draw: Draw) -> None:
    page = draw("/definition/quality.satisfied@1")
    assert text(of_class(page, "example-sum")) == "3 ÷ 5 = 60.00 %"


def test_an_item_shows_its_raw_line_and_no_personal_value(draw: Draw) -> None:
    row = fake_runs().items(MONTH, "service_level", state="missed", limit=1).rows[0]
    page = draw(f"/item/{MONTH}/phone_item/{row.source}/{row.item_id}")
    shown = text(page)
    assert row.item_id in shown
    assert "hotline-2026-10.csv" in shown
    assert of_class(page, "masked")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/statement/nobody", "web.no_such_statement"),
        ("/indicator/nobody/x", "web.no_such_statement"),
        (f"/indicator/{MONTH}/nothing", "web.no_such_indicator"),
        ("/?month=1999-01", "web.no_such_month"),
        (f"/items/{MONTH}/csat?day=yesterday", "web.not_a_day"),
        (f"/item/{MONTH}/phone_item/hotline/nothing", "item.unknown"),
        ("/definition/phone.nobody@1", "metric.unknown"),
    ],
)
def test_what_is_not_there_says_so_and_how_to_mend_it(draw: Draw, address: str, code: str) -> None:
    shown = of_class(draw(address), "trouble")
    assert [text(one) for one in of_class(shown, "trouble-code")] == [code]
    assert all(text(one) and "." not in text(one)[:12] for one in of_class(shown, "trouble-what"))


def test_deliveries_say_what_is_not_complete_and_cover_what_was_refused(draw: Draw) -> None:
    page = draw(f"/data/{MONTH}")
    found = queries.deliveries(MONTH, reader=current_reader())
    (short,) = [one for one in found.sources if one.verdict == "missed"]
    assert value_text(short.complete, "share") in figures_of_answer(page)
    assert f"{sum(one.lines for one in found.files):,}" in figures_of_answer(page)
    assert [text(one) for one in of_class(page, "refused-line")] == ["***,2026-02-30 09:15:00,***"] * 2


def test_the_bridge_shows_each_cause_and_its_parts_add_up(draw: Draw) -> None:
    page = draw(f"/bridge/{MONTH}")
    view = queries.bridge(MONTH, reader=current_reader())
    for row in view.rows:
        assert sum((part.difference for part in row.parts), Fraction(0)) == row.difference
    assert len(of_class(page, "cause")) == sum(len(row.parts) for row in view.rows) == 3
    assert "¥12,000.00" in text(of_class(page, "answer"))
    nothing = draw("/bridge/hx-2026-017.2026-09.v1")
    assert "clausemeter bridge hx-2026-017 --month 2026-09" in text(of_class(nothing, "commands"))


def test_a_clause_on_the_scorecard_leads_to_its_words(draw: Draw) -> None:
    href = next(one for one in links(draw("/")) if one.endswith("#clause-connect_rate"))
    page = draw(href.partition("#")[0])
    (place,) = [one for one in elements(page) if getattr(one, "id", None) == "clause-connect_rate"]
    assert "connect_rate" in text(place)
    assert len(of_class(page, "contents-link")) > 20


def test_charts_carry_the_figures_that_they_were_drawn_from(draw: Draw) -> None:
    draw("/")
    (chart,) = of_class(draw_by_day(MONTH, "service_level"), "charted")
    head, *rows = json.loads(getattr(chart, "data-table"))
    assert head[:3] == ["day", "value", "target"]
    points = queries.by_day(MONTH, "service_level", reader=current_reader()).points
    assert [row[1] for row in rows] == [cell_text(p.value) for p in points]
    assert [row[2] for row in rows[14:16]] == ["0.8", "0.85"]  # the amendment's day


def test_every_hour_of_the_week_leads_to_its_items(draw: Draw) -> None:
    draw("/")
    table = draw_by_hour(MONTH, "service_level")
    points = queries.by_hour(MONTH, "service_level", reader=current_reader())
    one = next(p for p in points if p.n)
    href = next(href for href in links(table) if f"weekday={one.weekday}&hour={one.hour:02d}" in href)
    shown = figures_of_answer(draw(href))
    assert int(shown[0]) >= one.n
    assert sum(p.n for p in points) == queries.indicator(MONTH, "service_level", reader=current_reader()).row.measure.n


def test_an_unknown_address_is_no_page(draw: Draw) -> None:
    assert of_class(draw("/nowhere/at/all"), "empty")


def test_a_bug_in_a_page_is_said_in_its_place(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "statement", lambda *_, **__: 1 / 0)
    assert text(of_class(draw(f"/statement/{MONTH}"), "trouble-code")) == "web.broken"


def test_the_parts_of_an_indicators_page_are_drawn(draw: Draw) -> None:
    draw("/")
    for indicator in ("service_level", "handle_time"):  # with a target that changes, without any
        graph: Any = draw_by_day(MONTH, indicator)
        assert len(of_class(graph, "graph")[0].figure["data"][-1]["x"]) == 31
    assert "17" in text(draw_by_group(MONTH, "service_level", "hour"))
    assert text(draw_distribution(MONTH, "average_wait"))
    assert not text(draw_distribution(MONTH, "reply_rate"))  # its items have no amounts


@pytest.mark.parametrize("indicator", ["service_level", "abandonment", "average_wait"])
@pytest.mark.parametrize("group", ["team", "queue", "agent", "hour", "topic"])
def test_the_groups_gaps_add_up_to_the_gap(draw: Draw, indicator: str, group: str) -> None:
    row = queries.indicator(MONTH, indicator, reader=current_reader()).row
    found = queries.by_group(MONTH, indicator, group, reader=current_reader())
    assert row.measure.value is not None
    assert row.target is not None
    gaps = [one.gap for one in found.points if one.gap is not None]
    assert sum(gaps, Fraction(0)) == found.gap
    if indicator != "service_level":  # its target changes: each half is held against its own
        assert found.gap == row.measure.value - row.target
    assert sum((one.allocated for one in found.points), found.unallocated) == found.money == (row.money or 0)


def test_the_days_add_up_to_the_month(draw: Draw) -> None:
    row = queries.indicator(MONTH, "service_level", reader=current_reader()).row
    days = queries.by_day(MONTH, "service_level", reader=current_reader()).points
    top, bottom = sum(d.numerator for d in days), sum(d.denominator for d in days)
    assert Fraction(top) / Fraction(bottom) == row.measure.value
    assert [d.target for d in days if d.day.day in (15, 16)] == [
        Fraction("0.8"),
        Fraction("0.85"),
    ]  # the amendment's day


def test_the_lines_of_a_step_add_up_to_it_and_the_steps_to_the_payable_sum(draw: Draw) -> None:
    view = queries.statement(MONTH, reader=current_reader())
    *steps, payable = view.steps
    assert sum(step.amount for step in steps) == payable.amount
    assert sum(line.amount for line in view.lines) == payable.amount
    shown = of_class(draw(f"/statement/{MONTH}"), "lines")[0]
    assert f"{payable.amount:,.2f}" in text(shown)


def test_scrolling_to_the_end_shows_every_item_once_in_order(draw: Draw) -> None:
    what = {"statement_id": MONTH, "indicator_id": "connect_rate", "query": {}}
    seen: list[str] = []
    cursors: dict[str, object] = {}
    while True:
        response, cursors = more_rows({"startRow": len(seen)}, cursors, what)
        seen += [row["href"] for row in response["rowData"]]
        if "rowCount" in response:
            break
    whole = queries.indicator(MONTH, "connect_rate", reader=current_reader()).row.measure.states.population
    assert len(seen) == len(set(seen)) == response["rowCount"] == whole > 200  # more than one block
    again, _ = more_rows({"startRow": 100}, cursors, what)
    assert [row["href"] for row in again["rowData"]] == seen[100:200]


def test_values_are_shown_with_their_exact_parts(draw: Draw) -> None:
    row = queries.indicator(MONTH, "connect_rate", reader=current_reader()).row
    page = draw(f"/indicator/{MONTH}/connect_rate")
    assert value_text(row.measure.value, "share") in text(of_class(page, "answer"))
    assert f"{int(row.measure.numerator):,} ÷ {int(row.measure.denominator):,}" in text(of_class(page, "definition"))
