"""Security headers on every answer, errors too; a route that sets one itself keeps its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from shiftbot.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # some addresses are secrets
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# The readable page of the API, its files from the wheel: it brings a script of its own within the page.
_PAGE = "/api/v1/swagger"
_OF_THE_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " frame-ancestors 'none'"
)
_HSTS = "max-age=31536000"


def install(app: Flask, settings: Settings) -> None:
    """Answers of `app` carry the headers from now on; HSTS where the public address is https."""
    headers = dict(_HEADERS)
    if settings.public_base_url.startswith("https://"):
        headers["Strict-Transport-Security"] = _HSTS
    app.wsgi_app = _Hardened(app.wsgi_app, headers)  # type: ignore[method-assign]


class _Hardened:
    """Around Flask and not one of its hooks, where six headers cost a twentieth of a webhook's time."""

    def __init__(self, app: WSGIApplication, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = list(headers.items())
        self._of_the_page = list((headers | {"Content-Security-Policy": _OF_THE_PAGE}).items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request, by WSGI."""
        wanted = self._of_the_page if environ["PATH_INFO"].startswith(_PAGE) else self._headers

        def begin(status: str, given: list[tuple[str, str]], *error: Any) -> Any:
            own = {name.lower() for name, _ in given}
            missing = [(name, value) for name, value in wanted if name.lower() not in own]
            return start_response(status, given + missing, *error)

        return self._app(environ, begin)
