"""Security headers on every answer, errors too; a route that sets one itself keeps its own."""

from __future__ import annotations

from flask import Flask, Response

from shiftbot.settings import Settings

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # some addresses are secrets
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"


def install(app: Flask, settings: Settings) -> None:
    """Answers of `app` carry the headers from now on; HSTS where the public address is https."""
    headers = dict(_HEADERS)
    if settings.public_base_url.startswith("https://"):
        headers["Strict-Transport-Security"] = _HSTS

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response
