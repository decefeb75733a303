"""Makes the app, and serves it."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask
from dash import Dash
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import run_simple

from app import routes, shell
from app.auth import company, gate, trail
from app.auth.company import Company
from app.auth.entry import entry
from app.pages import drawn
from app.pages.evidence import evidence
from app.pages.stamp import stamp
from app.queries.door import Door, install, open_door
from app.settings import Settings, from_environment
from pipelines.workflow import Workflow, open_workflow

WORKERS, THREADS = 2, 4
COMPRESSED = [
    "text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml",
]  # fmt: skip


def create_app(
    settings: Settings,
    door: Door | None = None,
    workflow: Workflow | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Dash:
    """Return a new app over a home; a test brings a door, accounts and a clock of its own."""
    server = flask.Flask("app", static_folder=None)
    app = Dash(
        "app",
        server=server,  # type: ignore[arg-type] # a Flask is what it takes
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=r"scheme\.js",
        use_pages=False,
        pages_folder="",  # pages are found by routes.py
        serve_locally=True,
        compress=False,  # flask-compress is set up below, for every answer
        title="clausemeter",
        update_title="",
        index_string=shell.INDEX,
        suppress_callback_exceptions=True,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        csrf_token_name=gate.CSRF_COOKIE,
        csrf_header_name=gate.CSRF_HEADER,
    )
    server.config["COMPRESS_MIMETYPES"] = COMPRESSED
    server.config["COMPRESS_STREAMS"] = False  # of a file sent as a stream it loses the handle; ours are small
    Compress(server)
    door = door or open_door(settings.home)
    install(server, door)
    drawn.install(server)
    trail.install(server, workflow or open_workflow(settings.home, settings.database_url))
    server.before_request(lambda: setattr(flask.g, "now", clock()))
    gate.connect(server, app.callback_map, settings.language)
    server.register_blueprint(entry)
    server.register_blueprint(evidence)
    server.register_blueprint(stamp)
    company.connect(server, _company(settings), door.names_key())
    app.layout = shell.frame()
    shell.connect(app)
    routes.connect(app, settings)
    server.after_request(security_headers(app.csp_hashes()))
    server.after_request(remembered)
    if settings.proxies:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    with server.app_context():
        app._setup_server()  # noqa: SLF001 - else the first requests after start, made together, fail
    return app


def _company(settings: Settings) -> Company | None:
    if not settings.oidc_issuer:
        return None
    return Company(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.url)


def security_headers(script_hashes: Sequence[str]) -> Callable[[flask.Response], flask.Response]:
    """Return what adds the headers: nothing loads from elsewhere, no script runs but ours, nobody frames the page."""
    policy = "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            "style-src 'self' 'unsafe-inline'",  # widths of bars are inline styles
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

    def add(response: flask.Response) -> flask.Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return add


def remembered(response: flask.Response) -> flask.Response:
    """Let browsers keep a style or script of ours whose address names its version; they ask for no other one again."""
    if flask.request.endpoint == "_dash_assets.static" and "m" in flask.request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def server() -> flask.Flask:
    """Return the WSGI application of the home that the environment names: ``gunicorn "app.main:server()"``."""
    return create_app(from_environment(os.environ)).server


def serve(home: Path, host: str, port: int) -> None:
    """Serve a home until interrupted: gunicorn, two processes of four threads; on Windows Werkzeug, which it lacks."""
    settings = replace(from_environment(os.environ), home=home)
    if sys.platform == "win32":
        run_simple(host, port, create_app(settings).server, threaded=True)
        return
    _serve_with_gunicorn(lambda: create_app(settings).server, f"{host}:{port}")


def _serve_with_gunicorn(make: Callable[[], flask.Flask], address: str) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - it needs fcntl, which Windows lacks

    options: dict[str, Any] = {
        "bind": address,
        "workers": WORKERS,
        "threads": THREADS,
        "worker_class": "gthread",
        "control_socket_disable": True,
        "timeout": 120,
        "keepalive": 75,  # a person reads for longer than two seconds; a connection that waits holds no thread
    }

    class Served(BaseApplication):
        """Gunicorn, told its options here and not by a file or the command line."""

        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:  # an older gunicorn has no control socket
                    self.cfg.set(name, value)

        def load(self) -> flask.Flask:
            server = make()
            # A page is some thousand small objects that are soon gone, and no cycles: looked through at the usual pace
            # they took a seventh of the time, the modules and caches that stay the longest.
            gc.freeze()
            gc.set_threshold(100_000, 20, 20)
            return server

    Served().run()
