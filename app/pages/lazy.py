"""Parts of a page that come after it: a skeleton of their height stands there first, so that nothing jumps."""

import inspect
import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from dash import MATCH, Dash, Input, Output, html
from dash.development.base_component import Component

from app.components.panel import skeleton, trouble
from app.components.still import settled
from app.i18n import LANGUAGES, language, speaking, t
from app.pages.drawn import drawn
from app.views import ProblemView, Tampered, Trouble

Draw = Callable[..., Component]

log = logging.getLogger(__name__)


def place(kind: str, height: int, **arguments: str) -> Component:
    """Return the place of a part; its drawing is asked for as soon as it stands on the page."""
    what = json.dumps(arguments, ensure_ascii=False, sort_keys=True)
    slow = html.P(t("shell.slow"), className="slow")  # shown after ten seconds, by the style alone
    return html.Div(
        [skeleton(height), slow] if height else skeleton(height),
        id={"type": kind, "what": what, "lang": language()},
        className="part",
        style={"minHeight": f"{height}px"},
    )


def fill(app: Dash, kind: str, draw: Draw, *, lasts: bool = True) -> None:
    """Connect a kind of part with what draws it; one that ``lasts`` is kept while nothing is published."""

    @app.callback(
        Output({"type": kind, "what": MATCH, "lang": MATCH}, "children"),
        Input({"type": kind, "what": MATCH, "lang": MATCH}, "id"),
    )
    def show(part: dict[str, str]) -> Any:
        with speaking(part["lang"] if part["lang"] in LANGUAGES else LANGUAGES[0]):
            asked = arguments_of(draw, part["what"])
            return settled(guarded(partial(drawn, draw) if lasts else draw, **asked))


def arguments_of(draw: Draw, what: str) -> dict[str, str]:
    """Return the arguments that a part's id bears: those of what draws it, all of them texts, and no others."""
    try:
        found = json.loads(what)
    except ValueError:
        found = None
    wanted = set(inspect.signature(draw).parameters)
    if not isinstance(found, dict) or set(found) != wanted or not all(isinstance(v, str) for v in found.values()):
        raise Tampered("part")
    return found


def guarded(draw: Callable[..., Component | str], **arguments: Any) -> Component | str:
    """Draw, or say what went wrong in the place of it; the rest of the page stays alive."""
    try:
        return draw(**arguments)
    except Trouble as found:
        return trouble(found.problems)
    except Tampered:
        raise
    except Exception:  # the page says so, the log says why
        log.exception("a part of a page could not be drawn: %s", draw)
        return trouble([ProblemView(where=t("trouble.here"), what="", mend="", code="web.broken")])
