"""Security headers on every answer, errors too; a route that sets one itself keeps its own."""

from __future__ import annotations

from flask import Flask, Response, request

from shiftbot.settings import Settings

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

    @app.after_request
    def harden(response: Response) -> Response:
        if request.path.startswith(_PAGE):
            response.headers.setdefault("Content-Security-Policy", _OF_THE_PAGE)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response
