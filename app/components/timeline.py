"""What happened to an item, on one line of time, and its clocks below."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from dash import html
from dash.development.base_component import Component

from app.components.marks import percent
from app.components.words import person, word_of
from app.i18n import at_text, t
from app.views import EventView, IntervalView, ItemView

Place: TypeAlias = Callable[[datetime], float]  # where on the line an instant lies, from 0 to 1

LANES = ("customer", "bot", "agent", "system")


def timeline(view: ItemView) -> Component:
    """Return events by author on lanes, the clock's intervals below, and the target's moment across both."""
    instants = [event.at for event in view.events] + [
        at for step in view.clock for at in (step.since_at, step.until_at)
    ]
    if view.target_at is not None:
        instants.append(view.target_at)
    if not instants:
        return html.P(t("item.no_events"), className="quiet")
    first, last = min(instants), max(instants)

    def place(at: datetime) -> float:
        return (at - first) / (last - first) if last > first else 0.0

    authors = [lane for lane in LANES if any(event.author == lane for event in view.events)]
    lanes = [_lane(author, [e for e in view.events if e.author == author], place, view.head.zone) for author in authors]
    clock = _clock(view.clock, place, view.head.zone)
    target = []
    if view.target_at is not None:
        target = [
            html.Span(
                html.Span(
                    t("item.target_at"),
                    className="target-word" if place(view.target_at) < 0.95 else "target-word is-end",
                ),
                className="target-line",
                style={"left": percent(place(view.target_at))},
                title=at_text(view.target_at, view.head.zone, seconds=True),
            )
        ]
    ends = html.Div(
        [
            html.Span(at_text(first, view.head.zone, seconds=True)),
            html.Span(_lasting(first, last)),
            html.Span(at_text(last, view.head.zone, seconds=True)),
        ],
        className="timeline-ends",
    )
    return html.Div(
        [*lanes, clock, html.Div(html.Div(target, className="lane-track"), className="target-lane"), ends],
        className="timeline",
    )


def _lane(author: str, events: Sequence[EventView], place: Place, zone: str) -> Component:
    marks = [
        html.Span(
            className=f"event by-{author}",
            style={"left": percent(place(event.at))},
            title=f"{at_text(event.at, zone, seconds=True)}  {word_of('event', event.kind)} {said(event.text)}".strip(),
        )
        for event in events
    ]
    return html.Div(
        [html.Span(t(f"author.{author}"), className="lane-name"), html.Div(marks, className="lane-track")],
        className="lane",
    )


def _clock(clock: Sequence[IntervalView], place: Place, zone: str) -> Component:
    bars = [
        html.Span(
            className=f"interval is-{step.kind.replace(' ', '-')}",
            style={
                "left": percent(place(step.since_at)),
                "width": percent(place(step.until_at) - place(step.since_at)),
            },
            title=_words_of(step, zone),
        )
        for step in clock
    ]
    return html.Div(
        [html.Span(t("item.clock"), className="lane-name"), html.Div(bars, className="lane-track")],
        className="lane is-clock",
    )


def _words_of(step: IntervalView, zone: str) -> str:
    lasting = f"{word_of('clock', step.kind)} {_lasting(step.since_at, step.until_at)}"
    span = f"{at_text(step.since_at, zone, seconds=True)} – {at_text(step.until_at, zone, seconds=True)}"
    return "\n".join(filter(None, (lasting, span, step.reason)))


def _lasting(since: datetime, until: datetime) -> str:
    """Return a duration in the largest units that fit it: ``2 h 05 min``, ``32 s``."""
    total = (until - since).total_seconds()
    if total < 120:
        return t("lasting.s", s=f"{total:g}")
    minutes, seconds = divmod(int(total), 60)
    if minutes < 120:
        return t("lasting.min", m=minutes, s=f"{seconds:02d}")
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return t("lasting.h", h=hours, m=f"{minutes:02d}")
    return t("lasting.d", d=hours // 24, h=f"{hours % 24:02d}")


def said(text: str) -> str:
    """Return what an event says; an agent in it under the name that this reader is given."""
    return " ".join(person("agent", word) for word in text.split(" "))


def event_table(view: ItemView) -> Component:
    """Return every event in order, with its instant."""
    rows = [
        html.Tr(
            [
                html.Td(at_text(event.at, view.head.zone, seconds=True), className="c-at"),
                html.Td(
                    [html.Span(className=f"key by-{event.author}"), word_of("author", event.author)],
                    className="c-author",
                ),
                html.Td(word_of("event", event.kind)),
                html.Td(said(event.text)),
            ]
        )
        for event in view.events
    ]
    names = ("at", "author", "event", "detail")
    return html.Table(
        [html.Thead(html.Tr([html.Th(t(f"column.{name}"), scope="col") for name in names])), html.Tbody(rows)],
        className="table",
    )
