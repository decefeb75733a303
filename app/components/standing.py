"""How far a month has come between the parties: its states in a row, the days of the procedure, what was said."""

from dash import html
from dash.development.base_component import Component

from app.i18n import at_text, t
from app.views import StandingView

STATES = ("open", "provisional", "under review", "sealed", "settled")
# The last day of a step stands under the state that it leads to.
DAYS = {"provisional": "provisional", "under review": "objections", "sealed": "signed"}


def standing_track(found: StandingView) -> Component:
    """Return the states in their order; those behind are full, the one that holds is marked."""
    here = STATES.index(found.state)
    reached = dict(found.steps)
    parts = []
    for number, state in enumerate(STATES):
        at = reached.get(state) or (found.since if number == here else None)
        day = found.deadline(DAYS[state]) if state in DAYS else None
        if at is not None:
            under = at_text(at, found.head.zone)[:10]
        elif day is not None and number > here:
            under = t("standing.until", day=day)
        else:
            under = ""
        style = "is-here" if number == here else "is-behind" if number < here else "is-ahead"
        said = [html.Span(t(f"standing.{state.replace(' ', '-')}"), className="step-name"), html.Span(under)]
        parts.append(html.Li(said, className=f"step {style}"))
    return html.Ol(parts, className="track")


def words_said(found: StandingView) -> Component:
    """Return approvals and objections, with what they are about; or that nobody has said a word yet."""
    if not found.words:
        return html.P(t("standing.no_words"), className="quiet")
    rows = [
        html.Li(
            [
                html.Strong(t(f"party.{word.party}")),
                " ",
                t(f"word.{word.kind}"),
                " ",
                html.Span("" if word.at is None else at_text(word.at, found.head.zone), className="quiet"),
                *(html.Blockquote(remark) for remark in word.remarks),
            ]
        )
        for word in found.words
    ]
    return html.Ul(rows, className="said")


def days_of(found: StandingView) -> list[tuple[str, str]]:
    """Return the days of the procedure with their names."""
    return [
        (t(f"deadline.{name}"), t("standing.unknown_day") if day is None else str(day)) for name, day in found.deadlines
    ]
