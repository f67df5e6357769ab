"""Who sends a request: the provider is asked about each token (RFC 7662), remembered for a moment, and never guessed."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn

import httpx
from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc7662 import IntrospectTokenValidator

from shiftbot.acting import Person
from shiftbot.settings import Settings
from webhooks.api.problems import Problem

log = logging.getLogger(__name__)
KNOWN_SECONDS = (
    15.0  # a revoked token is refused after at most these and one request's time: well within 30 s
)
REFUSED_SECONDS = 5.0
PROVIDER_SECONDS = 3.0
_MOST_KNOWN = 5000
_MOST_BYTES = 64 * 1024
_PROGRAM = "client:"
_SET_UP = "OAUTH_INTROSPECTION_URL, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET and OAUTH_AUDIENCE name the provider: docs/api.md."


class Unavailable(Exception):
    """The provider did not answer, or not what RFC 7662 says: nobody is let in."""


@dataclass(frozen=True)
class Caller:
    """Whom an active token was given to, and what it is good for."""

    person: Person
    scopes: frozenset[str]


class Introspector(IntrospectTokenValidator):  # type: ignore[misc]
    """Asks the provider; `clock` is given by tests."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        super().__init__(realm="shift-bot")
        self._url = settings.oauth_introspection_url
        self._audience = settings.oauth_audience
        self._clock = clock
        self._known: dict[bytes, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._http = httpx.Client(
            auth=(settings.oauth_client_id, settings.oauth_client_secret.get_secret_value()),
            timeout=PROVIDER_SECONDS,
            headers={"Accept": "application/json"},
        )

    def introspect_token(self, token_string: str) -> dict[str, Any]:
        """What the provider says of it, or said a moment ago. Raises Unavailable."""
        digest = hashlib.sha256(token_string.encode()).digest()  # the token itself is kept nowhere
        now = self._clock()
        with self._lock:
            known = self._known.get(digest)
        if known and known[0] > now:
            return known[1]
        said = self._judged(self._ask(token_string), now)
        until = (
            min(now + KNOWN_SECONDS, said.get("exp", now + KNOWN_SECONDS))
            if said["active"]
            else now + REFUSED_SECONDS
        )
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[digest] = (until, said)
        return said

    def close(self) -> None:
        """Ends the connections to the provider."""
        self._http.close()

    def _ask(self, token: str) -> dict[str, Any]:
        try:
            with self._http.stream(
                "POST", self._url, data={"token": token, "token_type_hint": "access_token"}
            ) as response:
                response.raise_for_status()
                said = json.loads(_read(response))
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise Unavailable(type(error).__name__) from None  # its text may hold what was sent
        if not isinstance(said, dict) or not isinstance(said.get("active"), bool):
            raise Unavailable("no answer of RFC 7662")
        return said

    def _judged(self, said: dict[str, Any], now: float) -> dict[str, Any]:
        """Inactive where it is not for us, not yet or no longer valid."""
        if not said["active"]:
            return {"active": False}
        audience = said.get("aud", [])
        audiences = [audience] if isinstance(audience, str) else audience
        moments = [said.get("exp", now + KNOWN_SECONDS), said.get("nbf", now)]
        if not isinstance(audiences, list) or any(type(each) not in (int, float) for each in moments):
            raise Unavailable("no answer of RFC 7662")
        expires, begins = moments
        if self._audience not in audiences or expires <= now or begins > now:
            return {"active": False}
        return said


class Doorkeeper(ResourceProtector):  # type: ignore[misc]
    """Lets a request in, or raises the problem why not."""

    def __init__(self, introspector: Introspector | None) -> None:
        super().__init__()
        self._is_set_up = introspector is not None
        if introspector is not None:
            self.register_token_validator(introspector)

    def admit(self, scopes: tuple[str, ...]) -> Caller:
        """The caller of this request, whose token has one of the scopes."""
        if not self._is_set_up:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The API is not set up here.", hint=_SET_UP)
        try:
            return _caller(self.acquire_token(list(scopes)))
        except Unavailable as error:
            log.error(
                "tokens cannot be introspected",
                extra={"action": "introspection_failed", "reason": str(error)},
            )
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "Tokens cannot be checked now: the authorization server does not answer.",
                {"Retry-After": "5"},
            ) from None
        except OAuth2Error as error:
            _refuse(error, scopes)


def _refuse(error: OAuth2Error, scopes: tuple[str, ...]) -> NoReturn:
    if error.error == "insufficient_scope":
        wanted = " or ".join(scopes)
        challenge = f'Bearer realm="shift-bot", error="insufficient_scope", scope="{" ".join(scopes)}"'
        raise Problem(
            HTTPStatus.FORBIDDEN, f"The token lacks the scope {wanted}.", {"WWW-Authenticate": challenge}
        ) from None
    is_missing = error.error == "missing_authorization"
    challenge = 'Bearer realm="shift-bot"' + ("" if is_missing else ', error="invalid_token"')
    words = (
        "Send an access token: Authorization: Bearer …"
        if is_missing
        else "The token is not valid here, or not any more."
    )
    raise Problem(HTTPStatus.UNAUTHORIZED, words, {"WWW-Authenticate": challenge}) from None


def _caller(said: dict[str, Any]) -> Caller:
    subject, client = said.get("sub"), said.get("client_id")
    if isinstance(subject, str) and subject and not subject.startswith(_PROGRAM):
        named = subject
    elif not subject and isinstance(client, str) and client:
        named = _PROGRAM + client  # nobody's token but the program's own
    else:
        raise Problem(HTTPStatus.FORBIDDEN, "The token does not say whom it was given to.")
    email = said.get("email") if said.get("email_verified") is True else ""
    person = Person(email if isinstance(email, str) else "", named, named)
    return Caller(person, frozenset(str(said.get("scope") or "").split()))


def _read(response: httpx.Response) -> bytes:
    """The body, from a provider that neither trickles nor floods."""
    ends, body = time.monotonic() + PROVIDER_SECONDS, b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _MOST_BYTES or time.monotonic() > ends:
            raise ValueError("too long")
    return body
