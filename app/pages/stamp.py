"""What an open page asks now and then: was anything published since it was drawn? No query, the books' times alone."""

import flask
from werkzeug.wrappers import Response

from app import queries
from app.auth import current_reader

stamp = flask.Blueprint("stamp", __name__)


@stamp.get("/stamp")
def show() -> Response:
    """Return the stamp of what is published; nothing where the browser knows it already."""
    found = queries.stamp(reader=current_reader())
    response = flask.make_response(flask.jsonify(stamp=found))
    response.set_etag(found)
    return response.make_conditional(flask.request)
