"""Pages and parts as they were drawn, kept while nothing is published: a closed month's figures do not change.

What decides a drawing is in its key: what draws it, with which arguments, in which language, for a reader of which role
and of whose rows, and after which publication. Nothing is kept that names the reader, looks at the clock, or reads more
than statements and their evidence; who may see it is asked, and noted, before.
"""

import inspect
import secrets
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

import flask
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from app import queries
from app.auth import current_reader
from app.components.still import Mark, settled
from app.i18n import language

KEY = "clausemeter.drawn"
MOST = 16384  # drawings of a process, some eight kilobytes each


class Drawings:
    """The last drawings of an app, as JSON, compressed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        """Return what the browser is sent, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return None if found is None else zlib.decompress(found)

    def keep(self, key: Hashable, drawing: bytes) -> None:
        """Keep one, and drop what was asked for longest ago."""
        packed = zlib.compress(drawing, 1)
        with self._lock:
            self._kept[key] = packed
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def install(server: flask.Flask) -> None:
    """Give an app a place for its drawings, and put them into its answers."""
    server.extensions[KEY] = Drawings()
    server.after_request(filled)


def drawn(draw: Callable[..., Component], **arguments: str) -> Mark:
    """Return the mark of a drawing, whose JSON `filled` puts in its place; trouble is never kept.

    A drawing of a hundred kilobytes that was kept as JSON need not be read, and written again, to be sent.
    """
    reader, takes = current_reader(), inspect.signature(draw).parameters
    actor = reader.actor
    of_reader = (actor.role, actor.vendor, actor.teams)
    own = tuple(sorted((name, text) for name, text in arguments.items() if name in takes))
    key = (draw.__module__, draw.__name__, own, language(), of_reader, queries.stamp(reader=reader))
    drawings: Drawings = flask.current_app.extensions[KEY]
    drawing = drawings.get(key)
    if drawing is None:
        drawing = to_json_plotly(settled(draw(**arguments))).encode()
        drawings.keep(key, drawing)
    mark = Mark(f"drawn-{secrets.token_hex(16)}")  # nobody can write it into a page
    flask.g.setdefault(KEY, {})[mark] = drawing
    return mark


def filled(response: flask.Response) -> flask.Response:
    """Put the drawings of an answer where their marks stand."""
    for mark, drawing in flask.g.get(KEY, {}).items():
        response.set_data(response.get_data().replace(b'"%s"' % mark.encode(), drawing))
    return response
