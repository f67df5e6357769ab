"""Local rung only: a page that lists the demo's engineers, and a click signs one in. Bound to loopback or not there at all."""

from __future__ import annotations

import html
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from shiftbot.dashboard_settings import DashboardSettings

COOKIE = "shiftbot_local_engineer"
PATH = "/sign-in"
_DAYS = 30
_PAGE = (Path(__file__).parent / "sign_in.html").read_text()
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def engineers(settings: DashboardSettings) -> list[str]:
    """The e-mails that may sign in."""
    return [email.strip() for email in settings.dashboard_local_engineers.split(",") if email.strip()]


def routes(settings: DashboardSettings) -> list[Route]:
    """The page and its two actions; none where engineers sign in with a provider."""
    if not settings.dashboard_local_engineers:
        return []
    known = engineers(settings)
    buttons = "".join(
        f'<button name="email" value="{html.escape(email)}"><b>{html.escape(_name(email))}</b>'
        f"<span>{html.escape(email)}</span></button>"
        for email in known
    )
    page = _PAGE.replace("<!-- engineers -->", buttons)

    def show(request: Request) -> Response:
        return HTMLResponse(page) if _is_local(request) else Response(status_code=404)

    async def enter(request: Request) -> Response:
        form = await request.form(max_fields=2)
        email = str(form.get("email", ""))
        if not _is_local(request) or not _is_own(request) or email not in known:
            return Response("This engineer cannot sign in here.", status_code=403)
        answer = RedirectResponse("/", status_code=303)
        value = _signer(settings.dashboard_cookie_secret).sign(email).decode()
        answer.set_cookie(COOKIE, value, max_age=_DAYS * 86400, httponly=True, samesite="lax")
        return answer

    def leave(request: Request) -> Response:
        answer = RedirectResponse(PATH, status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return [
        Route(PATH, show, methods=["GET"]),
        Route(PATH, enter, methods=["POST"]),
        Route("/sign-out", leave, methods=["GET"]),
    ]


def email_of(cookie: str, secret: SecretStr) -> str:
    """Whose cookie it is; "" where it is not ours."""
    try:
        return _signer(secret).unsign(cookie, max_age=_DAYS * 86400).decode()
    except BadSignature:
        return ""


def _signer(secret: SecretStr) -> TimestampSigner:
    return TimestampSigner(secret.get_secret_value(), salt="shiftbot-local-sign-in")


def _name(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").title()


def _is_local(request: Request) -> bool:
    """A name that leads here from elsewhere (DNS rebinding, a proxy) is not ours."""
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    return host in _LOOPBACK


def _is_own(request: Request) -> bool:
    """Whether a page of ours sent the form."""
    origin = request.headers.get("origin", "")
    return origin == f"http://{request.headers.get('host', '')}"
