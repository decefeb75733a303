"""The way in and out: log-in, log-out, a new password, and the account as its owner sees it. Drawn by the server."""

import hmac
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import flask
from werkzeug.wrappers import Response

from app.auth import gate, trail
from app.auth.policy import may
from app.i18n import LANGUAGES, has, language, t
from pipelines.core.problem import Problem, Refused
from pipelines.workflow import LogInRefused, Session, SignedIn

entry = flask.Blueprint("entry", __name__, template_folder="templates")
YEAR_S = 365 * 24 * 3600
ASKED_COOKIE = "clausemeter_login"  # ties the form to the browser that was given it
COMPANY = "clausemeter.company"  # the key of the way by the company, where there is one


@entry.app_context_processor
def around() -> dict[str, Any]:
    """Return what stands around each of these pages."""
    query = flask.request.args.to_dict()
    links = [(code, t(f"shell.{code}"), f"?{urlencode({**query, 'lang': code})}") for code in LANGUAGES]
    return {
        "lang": {"zh": "zh-CN", "en": "en"}[language()],
        "spoken": language(),
        "brand": t("shell.brand"),
        "languages": links,
    }


@entry.after_app_request
def remember_language(response: flask.Response) -> flask.Response:
    """Remember the language that was asked for."""
    asked = flask.request.args.get("lang")
    if asked in LANGUAGES:
        response.set_cookie("lang", asked, max_age=YEAR_S, samesite="Lax", secure=gate.is_secure())
    return response


@entry.route("/login", methods=["GET", "POST"])
def log_in() -> Response:
    """Let somebody in by login and password; a wrong one says nothing of which of both was wrong."""
    onward = gate.own_path(flask.request.values.get("next"))
    if flask.request.method == "GET":
        return flask.redirect(onward, 303) if flask.g.signed else log_in_page(onward)
    form = flask.request.form
    ours = flask.request.cookies.get(ASKED_COOKIE, "")
    if not ours or not hmac.compare_digest(form.get(gate.CSRF_FIELD, "").encode(), ours.encode()):
        return log_in_page(onward, [gate.words("auth.no_csrf")], status=403, said=form.get("login", ""))
    login = form.get("login", "")
    found = trail.workflow().log_in(login, form.get("password", ""), now=flask.g.now, address=trail.address())
    return not_let_in(found, onward, login) if isinstance(found, LogInRefused) else let_in(found, onward)


def not_let_in(found: LogInRefused, onward: str, login: str = "") -> Response:
    """Say why nobody came in, and when it may be tried again."""
    response = log_in_page(onward, [_reason(found)], status=429 if found.retry_after_s else 401, said=login)
    if found.retry_after_s:
        response.headers["Retry-After"] = str(found.retry_after_s)
    return response


def _reason(found: LogInRefused) -> tuple[str, str]:
    return t(f"problem.{found.reason}"), t(f"mend.{found.reason}", s=found.retry_after_s)


def let_in(session: Session, onward: str) -> Response:
    """Give a browser its session, and lead it on."""
    signed = session.signed_in
    if onward == "/" and not may(signed.actor, "read_figures").yes:
        onward = "/definitions"
    response = flask.redirect("/password" if signed.must_change_password else onward, 303)
    gate.keep_session(response, session)
    response.delete_cookie(ASKED_COOKIE, path="/login")
    return response


def log_in_page(
    onward: str, problems: Sequence[tuple[str, str]] = (), *, status: int = 200, said: str = ""
) -> Response:
    """Draw the way in."""
    ours = flask.request.cookies.get(ASKED_COOKIE) or secrets.token_urlsafe(32)
    company = flask.current_app.extensions.get(COMPANY)
    page = flask.render_template(
        "log_in.html",
        title=t("entry.log_in"),
        login=t("entry.login"),
        password=t("entry.password"),
        submit=t("entry.log_in"),
        company=t("entry.company") if company else "",
        alternative=t("entry.or"),
        hint=t("entry.hint"),
        csrf=ours,
        next=onward,
        said=said[:64],
        problems=problems,
    )
    response = flask.make_response(page, status)
    response.set_cookie(ASKED_COOKIE, ours, path="/login", httponly=True, samesite="Strict", secure=gate.is_secure())
    return response


def worded(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Return what is wrong and what to do, in the reader's language where the catalogue knows the code."""
    return [
        (t(f"problem.{one.code}"), t(f"mend.{one.code}")) if has(f"problem.{one.code}") else (one.what, one.mend)
        for one in problems
    ]


@entry.post("/logout")
def log_out() -> Response:
    """End the session here and in the store: its token opens nothing any more."""
    trail.workflow().log_out(gate.token(), now=flask.g.now, address=trail.address())
    response = flask.redirect("/login", 303)
    gate.drop_session(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@entry.route("/password", methods=["GET", "POST"])
def password() -> Response:
    """Take a new password. All other sessions of the account end with the old one."""
    signed: SignedIn = flask.g.signed
    if flask.request.method == "GET":
        return password_page(signed)
    form = flask.request.form
    if form.get("new", "") != form.get("again", ""):
        return password_page(signed, [gate.words("password.differ")], status=400)
    try:
        found = trail.workflow().change_password(
            gate.token(), form.get("current", ""), form.get("new", ""), now=flask.g.now, address=trail.address()
        )
    except Refused as refused:
        return password_page(signed, worded(refused.problems), status=400)
    if isinstance(found, LogInRefused):
        return password_page(signed, [_reason(found)], status=429 if found.retry_after_s else 403)
    return let_in(found, "/")


def password_page(signed: SignedIn, problems: Sequence[tuple[str, str]] = (), *, status: int = 200) -> Response:
    """Draw the form for a new password."""
    page = flask.render_template(
        "password.html",
        title=t("entry.change"),
        must=t("entry.must_change") if signed.must_change_password else "",
        current=t("entry.one_time") if signed.must_change_password else t("entry.current"),
        new=t("entry.new"),
        again=t("entry.again"),
        rule=t("entry.rule"),
        submit=t("entry.save"),
        who=signed.actor.login,
        csrf=signed.csrf,
        leave=t("entry.log_out"),
        back="" if signed.must_change_password else t("entry.back"),
        problems=problems,
    )
    return flask.make_response(page, status)


@entry.get("/account")
def account() -> Response:
    """Show an account to its owner."""
    signed: SignedIn = flask.g.signed
    actor = signed.actor
    facts = [(t("entry.login"), actor.login), (t("entry.role"), t(f"role.{actor.role}"))]
    facts += [(t("entry.vendor"), actor.vendor)] if actor.vendor else []
    facts += [(t("entry.teams"), ", ".join(sorted(actor.teams)))] if actor.teams else []
    facts.append((t("entry.until"), signed.expires_at.strftime("%Y-%m-%d %H:%M UTC")))
    page = flask.render_template(
        "account.html",
        title=t("entry.account"),
        name=actor.name or actor.login,
        facts=facts,
        change=t("entry.change"),
        csrf=signed.csrf,
        leave=t("entry.log_out"),
        back=t("entry.back"),
    )
    return flask.make_response(page)
