"""The frame of a page: its panels, its answer line, and what stands there while there is nothing to show."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from app.components.attributes import HIDDEN, labelled
from app.components.words import Child, Children
from app.i18n import at_text, has, t
from app.views import Head, ProblemView


def panel(title: str, *children: Child, aside: Child | Children = "", hint: str = "") -> Component:
    """Return a titled part of a page. ``hint`` explains it, ``aside`` stands at the right of the title."""
    head = [
        html.H2(title, title=hint or None),
        html.Div(aside, className="panel-aside") if aside else None,
    ]
    return html.Section([html.Header(head, className="panel-head"), *children], className="panel")


def answer(children: Children, *, over: str = "", tools: Children = ()) -> Component:
    """Return the answer line: what a reader wants to know first, in one sentence."""
    return html.Header(
        [
            html.Div(
                [html.Div(over, className="over"), html.Div(list(tools), className="tools")], className="over-row"
            ),
            html.H1(list(children), className="answer"),
        ],
        className="answer-head",
    )


def trail(*steps: tuple[str, str | None]) -> Component:
    """Return where this page lies: links to the pages above it."""
    found: list[Child] = []
    for number, (text, href) in enumerate(steps):
        if number:
            found.append(html.Span("/", className="trail-gap", **HIDDEN))
        found.append(dcc.Link(text, href=href) if href else html.Span(text))
    return html.Nav(found, className="trail", **labelled(t("shell.trail")))


def freshness(head: Head) -> Component:
    """Return how far the data reach and which statement this is."""
    facts = [
        t("fresh.data_until", at=at_text(head.cut_off_at, head.zone)),
        t("fresh.closed", at=at_text(head.closed_at, head.zone)),
        t("fresh.version", n=head.version),
    ]
    return html.Div(
        [
            html.Span(t(f"status.{head.status}") if has(f"status.{head.status}") else head.status, className="status"),
            *(html.Span(fact) for fact in facts),
            html.Span([t("fresh.zone"), head.zone]),
            html.Code(head.sha256[:12], title=f"SHA-256 {head.sha256}"),
            *([] if head.is_latest else [html.Span(t("fresh.superseded"), className="status is-old")]),
        ],
        className="freshness",
    )


def pairs(rows: Sequence[tuple[Child, Child | Children]]) -> Component:
    """Return names and values, one pair a line."""
    return html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="pairs")


def chip(text: Child | Children, href: str, *, on: bool = False, title: str = "") -> Component:
    """Return a choice that lives in the URL."""
    return dcc.Link(text, href=href, className="chip is-on" if on else "chip", title=title)


def trouble(problems: Sequence[ProblemView]) -> Component:
    """Return why something cannot be shown and what to do; the rest of the page stays alive."""
    return html.Section(
        [_problem(problem) for problem in problems] or [html.P(t("trouble.unknown"))], className="trouble", role="alert"
    )


def _problem(problem: ProblemView) -> Component:
    what, mend = (
        (t(f"problem.{problem.code}"), t(f"mend.{problem.code}"))
        if has(f"problem.{problem.code}")
        else (problem.what, problem.mend)
    )
    return html.Div(
        [
            html.Div([html.Span("✕", className="shape"), html.Code(problem.where)], className="trouble-where"),
            html.P(what, className="trouble-what"),
            html.P(mend, className="trouble-mend"),
            html.Code(problem.code, className="trouble-code"),
        ]
    )


def empty(title: str, text: str, commands: Sequence[str] = ()) -> Component:
    """Return what would stand here, and what would fill it."""
    return html.Section(
        [
            html.Div("◌", className="empty-mark", **HIDDEN),
            html.H2(title),
            html.P(text),
            html.Pre("\n".join(commands), className="commands", tabIndex="0") if commands else None,
        ],
        className="empty",
    )


def skeleton(height: int = 160, *, lines: int = 0) -> Component:
    """Return a place that will be filled, ``height`` pixels high, so that nothing jumps."""
    rows = [html.Div(className="bone bone-line") for _ in range(lines)]
    return html.Div(
        [*rows, html.Div(className="bone", style={"height": f"{height}px"})],
        className="skeleton",
        role="status",
        **labelled(t("shell.loading")),
    )
