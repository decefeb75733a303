"""The gate that every request passes: who asks, was it asked by a page of ours, and is it small and whole enough.

Nothing is open but what ``OPEN`` names: the way in, styles and scripts. Who is not signed in is led to the way in, or
told so where no person reads the answer. What changes anything comes with the session's own token.
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

import flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.auth import trail
from app.auth.payload import check_payload
from app.auth.reader import Reader, bind
from app.i18n import choose, speaking, t
from app.views import Tampered
from pipelines.workflow import Session, SignedIn

OPEN = frozenset(("entry.log_in", "company.start", "company.back", "_dash_assets.static"))
SUITES = "/_dash-component-suites/"  # Dash's own scripts, the same for everybody
CALLBACK = "/_dash-update-component"
WITH_A_PASSWORD_TO_CHANGE = frozenset(("entry.password", "entry.log_out"))
CSRF_COOKIE, CSRF_HEADER, CSRF_FIELD = "clausemeter_csrf", "X-CSRFToken", "csrf"
SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST, LARGEST_FORM = 1 << 20, 1 << 14  # bytes of a callback's wish, and of a form
PRIVATE = {"Cache-Control": "no-store", "Vary": "Cookie"}


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, reached by itself."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def is_secure() -> bool:
    """Say whether this request's cookies are for encrypted connections alone: always, but on this machine itself."""
    return flask.request.is_secure or not is_loopback(flask.request.host)


def session_cookie() -> str:
    """Return the name of the session's cookie; by its prefix browsers see to it that no other host sets it."""
    return "__Host-clausemeter" if is_secure() else "clausemeter"


def token() -> str:
    """Return the secret of the session that the browser says it has."""
    return flask.request.cookies.get(session_cookie(), "")


def words(code: str) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    return t(f"problem.{code}"), t(f"mend.{code}")


def own_path(text: str | None) -> str:
    """Return where to go on to, if that is a path of this app; else its first page."""
    text = text or ""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    parts = urlsplit(text) if is_path else None
    if parts is None or parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout", "/sso", "/_")):
        return "/"
    return text


def keep_session(response: Response, session: Session) -> None:
    """Give the browser a session's cookies. The second may be read by our scripts, and is worth nothing alone.

    They are gone when the browser is closed; how long the session itself lives, the store knows.
    """
    how: dict[str, Any] = {"secure": is_secure(), "path": "/"}
    response.set_cookie(session_cookie(), session.token, httponly=True, samesite="Lax", **how)
    response.set_cookie(CSRF_COOKIE, session.signed_in.csrf, samesite="Strict", **how)


def drop_session(response: Response) -> None:
    """Take a session's cookies back."""
    for name in (session_cookie(), CSRF_COOKIE):
        response.delete_cookie(name, path="/", secure=is_secure())


def connect(server: flask.Flask, callbacks: Mapping[str, Mapping[str, Any]], language: str) -> None:
    """Put the gate before every request of an app."""
    server.config |= {"MAX_CONTENT_LENGTH": LARGEST, "MAX_FORM_MEMORY_SIZE": LARGEST_FORM, "MAX_FORM_PARTS": 20}

    @server.before_request
    def speak() -> None:
        request = flask.request
        spoken = choose(
            request.args.get("lang"), request.cookies.get("lang"), request.headers.get("Accept-Language", ""), language
        )
        flask.g.speaking = speaking(spoken)
        flask.g.speaking.__enter__()

    @server.teardown_request
    def hush(_: BaseException | None) -> None:
        if (spoken := flask.g.pop("speaking", None)) is not None:
            spoken.__exit__(None, None, None)

    @server.before_request
    def pass_through() -> Response | None:
        return _pass(callbacks)

    @server.after_request
    def private(response: flask.Response) -> flask.Response:
        if not _is_script(flask.request.path, flask.request.endpoint):
            for name, value in PRIVATE.items():
                response.headers[name] = value
        if flask.request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    server.register_error_handler(HTTPException, _refused)
    server.register_error_handler(Tampered, _tampered)


def _is_script(path: str, endpoint: str | None) -> bool:
    return endpoint == "_dash_assets.static" or path.startswith(SUITES)


def _pass(callbacks: Mapping[str, Mapping[str, Any]]) -> Response | None:
    """Let a request pass, or answer it."""
    request = flask.request
    flask.g.signed = signed = None
    bind(None)
    if _is_script(request.path, request.endpoint):
        return None
    if token():
        flask.g.signed = signed = trail.workflow().session(token(), now=flask.g.now)
    if signed is not None:
        bind(Reader(signed.actor))
    _limit_body()
    if request.method not in SAFE and _is_foreign():
        return refuse(403, "auth.foreign_page")
    if request.endpoint in OPEN:
        return None
    return _way_in() if signed is None else _go_on(signed, callbacks)


def _go_on(signed: SignedIn, callbacks: Mapping[str, Mapping[str, Any]]) -> Response | None:
    """Let a request of somebody who is signed in pass, or answer it."""
    request = flask.request
    if request.method not in SAFE and not _has_token(signed):
        return refuse(403, "auth.no_csrf")
    if signed.must_change_password and request.endpoint not in WITH_A_PASSWORD_TO_CHANGE:
        return _way_to("/password", 403, "auth.must_change")
    if request.path == CALLBACK:
        check_payload(request.get_json(force=True, silent=True), callbacks)
    return None


def _limit_body() -> None:
    """Take no more than a form, or a callback's wish, may have; what says no length is cut off while it is read."""
    request = flask.request
    if request.path != CALLBACK:
        request.max_content_length = LARGEST_FORM
    if (request.content_length or 0) > (request.max_content_length or LARGEST):
        flask.abort(413)


def _is_foreign() -> bool:
    """Say whether the browser tells that another site's page asks."""
    request = flask.request
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _has_token(signed: SignedIn) -> bool:
    given = flask.request.headers.get(CSRF_HEADER) or ""
    if not given and flask.request.path != CALLBACK:
        given = flask.request.form.get(CSRF_FIELD, "")
    return hmac.compare_digest(given.encode(), signed.csrf.encode())


def _way_in() -> Response:
    here = own_path(flask.request.full_path.rstrip("?"))
    return _way_to("/login" if here == "/" else f"/login?next={quote(here, safe='')}", 401, "auth.no_session")


def _way_to(address: str, status: int, code: str) -> Response:
    """Lead a person to a page; tell a script where it is."""
    if flask.request.method in SAFE and not flask.request.path.startswith("/_"):
        return flask.redirect(address, 303)
    return flask.make_response(flask.jsonify(code=code, to=address), status)


def refuse(status: int, code: str) -> Response:
    """Answer that this is not done, and note it."""
    trail.note("web.refused", flask.request.path, outcome="refused", code=code, status=status)
    return said(status, code)


def said(status: int, code: str) -> Response:
    """Say to a person, or to a script, that something is not done and what to do."""
    if flask.request.path.startswith("/_"):
        return flask.make_response(flask.jsonify(code=code), status)
    what, mend = words(code)
    page = flask.render_template("refused.html", what=what, mend=mend, code=code, back=t("entry.back"))
    return flask.make_response(page, status)


def _tampered(found: Tampered) -> Response:
    trail.note("web.refused", flask.request.path, outcome="refused", code="auth.tampered", what=found.what)
    return said(400, "auth.tampered")


STATUS = {400: "web.bad_request", 404: "web.no_page", 405: "web.no_page", 413: "web.too_large"}


def _refused(found: HTTPException) -> Response:
    if found.code is None or found.code < 400:
        return found.get_response()
    if found.code == 413:
        trail.note("web.refused", flask.request.path, outcome="refused", code="web.too_large")
    return said(found.code, STATUS.get(found.code, "web.broken"))
