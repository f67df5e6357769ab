"""A simulator of the company's authorization server: gives tokens, introspects (RFC 7662) and revokes (RFC 7009) them.

For the local rung. What the API does with tokens is tested against a certified provider.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, request

from .faults import Fault
from .server import SimServer

SCOPES = "tickets:read tickets:write oncall:write admin"
CLIENT, SECRET = "shift-bot", "simulated-client-secret-for-local-use-only"
AUDIENCE = "https://shift-bot.invalid/api"


@dataclass(frozen=True)
class _Token:
    email: str
    scope: str
    audience: str
    issued_at: int
    expires_at: int


class AuthorizationSim(SimServer):
    """A simulated authorization server; `issue` stands for a sign-in. Only the client with the secret may introspect."""

    verbs = ("issue", "revoke")

    def __init__(
        self, port: int = 0, secret: str = SECRET, audience: str = AUDIENCE, first: tuple[str, str] = ("", "")
    ) -> None:
        self.secret = secret
        self.audience = audience
        self._tokens: dict[str, _Token] = {}
        super().__init__(port)
        email, token = first
        if email and token:
            self._keep(token, email, SCOPES, 10 * 365 * 86_400)

    @property
    def introspection_url(self) -> str:
        """OAUTH_INTROSPECTION_URL."""
        return f"{self.url}/introspect"

    def issue(self, email: str, scope: str = SCOPES, seconds: int = 3600) -> str:
        """A token of whoever has the address, which this server vouches for."""
        token = secrets.token_urlsafe(32)
        self._keep(token, email, scope, seconds)
        return token

    def revoke(self, token: str) -> None:
        """Takes a token back."""
        with self.changed:
            self._tokens.pop(token, None)

    def _keep(self, token: str, email: str, scope: str, seconds: int) -> None:
        now = int(time.time())
        with self.changed:
            self._tokens[token] = _Token(email, scope, self.audience, now, now + seconds)

    # The simulated API.

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/introspect", "introspect", self._introspect, methods=["POST"])
        app.add_url_rule("/revoke", "revocation", self._revocation, methods=["POST"])

    def refusal(self, fault: Fault) -> Response:
        return _answer(429 if fault.kind == "rate_limited" else 500, error="temporarily_unavailable")

    def _introspect(self) -> Response:
        if not self._is_client():
            return _answer(401, error="invalid_client")
        return self.perform("introspect", lambda: _answer(200, **self._said(request.form.get("token", ""))))

    def _revocation(self) -> Response:
        if not self._is_client():
            return _answer(401, error="invalid_client")
        self.revoke(request.form.get("token", ""))
        return _answer(200)

    def _said(self, token: str) -> dict[str, Any]:
        with self.changed:
            known = self._tokens.get(token)
        if known is None or known.expires_at <= time.time():
            return {"active": False}
        return {
            "active": True,
            "sub": f"person:{known.email}",
            "email": known.email,
            "email_verified": True,
            "scope": known.scope,
            "aud": known.audience,
            "iat": known.issued_at,
            "exp": known.expires_at,
            "client_id": "console",
            "token_type": "Bearer",
        }

    def _is_client(self) -> bool:
        given = request.authorization
        return (
            given is not None
            and given.username == CLIENT
            and hmac.compare_digest((given.password or "").encode(), self.secret.encode())
        )


def _answer(status: int, **body: Any) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
