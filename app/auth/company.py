"""Company sign-on by OpenID Connect: the code flow, with state, nonce and PKCE; authlib checks what comes back.

What has to be remembered between going there and coming back stands in a signed cookie of ten minutes, as the company's
server may lead back to another of our processes.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import flask
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask.sessions import SecureCookieSessionInterface
from requests.exceptions import RequestException
from werkzeug.wrappers import Response

from app.auth import gate, trail
from app.auth.entry import COMPANY as KEY
from app.auth.entry import let_in, log_in_page, not_let_in
from pipelines.core.canonical import sha256_hex
from pipelines.workflow import LogInRefused

company = flask.Blueprint("company", __name__)
log = logging.getLogger(__name__)
BACK = "/sso/back"


@dataclass(frozen=True)
class Company:
    """The company's server, and what we are called there. ``address``: where browsers find us, for the way back."""

    issuer: str
    client_id: str
    client_secret: str
    address: str = ""


class OnTheWay(SecureCookieSessionInterface):
    """Flask's signed cookie, for the way to the company and back alone."""

    def get_cookie_name(self, app: flask.Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Name it."""
        return "clausemeter_sso"

    def get_cookie_path(self, app: flask.Flask) -> str:  # noqa: ARG002
        """Send it to these two addresses alone."""
        return "/sso"

    def get_cookie_secure(self, app: flask.Flask) -> bool:  # noqa: ARG002
        """Send it over encrypted connections alone, as the session's."""
        return gate.is_secure()

    def get_cookie_samesite(self, app: flask.Flask) -> str:  # noqa: ARG002
        """Let it come along when the company leads back."""
        return "Lax"


def connect(server: flask.Flask, found: Company | None, secret: str) -> None:
    """Make the way by the company, where there is one; ``secret`` signs the cookie."""
    server.register_blueprint(company)
    server.secret_key = sha256_hex(f"sso {secret}".encode())
    server.session_interface = OnTheWay()
    server.permanent_session_lifetime = timedelta(minutes=10)
    if found is None:
        return
    oauth = OAuth(server)
    oauth.register(
        "company",
        client_id=found.client_id,
        client_secret=found.client_secret,
        server_metadata_url=f"{found.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
    )
    server.extensions[KEY] = (found, oauth.company)


@company.get("/sso")
def start() -> Response:
    """Lead to the company's server."""
    known = flask.current_app.extensions.get(KEY)
    if known is None:
        flask.abort(404)
    found, client = known
    flask.session.clear()
    flask.session.permanent = True
    flask.session["next"] = gate.own_path(flask.request.args.get("next"))
    try:
        response: Response = client.authorize_redirect(_back(found))
    except (AuthlibBaseError, RequestException, ValueError) as error:
        return _failed("start", error)
    return response


@company.get(BACK)
def back() -> Response:
    """Take who comes back: what the company says of them is checked, then its account is looked for."""
    known = flask.current_app.extensions.get(KEY)
    if known is None:
        flask.abort(404)
    found, client = known
    onward = gate.own_path(flask.session.get("next"))
    try:
        token: Mapping[str, Any] = client.authorize_access_token()
    except (AuthlibBaseError, RequestException, ValueError, KeyError) as error:
        return _failed("back", error)
    finally:
        flask.session.clear()
    claims = token.get("userinfo") or {}  # of the id token, whose signature, nonce, issuer and age were checked
    if not claims.get("sub"):
        return _failed("claims", KeyError("sub"))
    session = trail.workflow().single_sign_on(
        str(claims.get("iss") or found.issuer),
        str(claims["sub"]),
        claims.get("email"),
        is_verified=claims.get("email_verified") is True,
        now=flask.g.now,
        address=trail.address(),
    )
    return not_let_in(session, onward) if isinstance(session, LogInRefused) else let_in(session, onward)


def _back(found: Company) -> str:
    return f"{found.address.rstrip('/') or flask.request.host_url.rstrip('/')}{BACK}"


def _failed(where: str, error: Exception) -> Response:
    """Say that it did not work; why, the log says: a person can do nothing with it, and a stranger too much."""
    log.warning("company sign-on, %s: %s: %s", where, type(error).__name__, error)
    return log_in_page("/", [gate.words("log_in.sign_on_failed")], status=502)
