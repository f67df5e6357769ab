"""Outgoing webhooks as the Standard Webhooks specification has them: secrets, signatures, and one post.

docs/outgoing-webhooks.md tells receivers what comes and how to verify it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx

from shiftbot.platforms.base import Permanent, Temporary
from shiftbot.retry_after import seconds_of

LEAST_MASTER = 16  # characters of OUTGOING_WEBHOOK_SECRET
_TRY_LATER = frozenset({408, 425, 429})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Gone(Permanent):
    """410: the receiver wants nothing any more."""


def secret_of(master: str, subscription_id: int, version: int) -> str:
    """The `whsec_…` of one subscription: derived, so that no database and no backup holds it."""
    told = f"shiftbot subscription {subscription_id} version {version}".encode()
    digest = hmac.new(master.encode(), told, hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(digest).decode()


def signature(secret: str, delivery_id: str, at: int, body: bytes) -> str:
    """The value of webhook-signature for one secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{delivery_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Poster:
    """Posts signed events. Safe to call from several threads."""

    def __init__(
        self, allow_http: bool = False, timeout: float = 10.0, now: Callable[[], float] = time.time
    ) -> None:
        """`timeout` is for each of connecting, asking and answering. `allow_http`: plain http to this machine."""
        self._allow_http = allow_http
        self._now = now
        self._http = httpx.Client(timeout=timeout, follow_redirects=False)

    def post(self, url: str, delivery_id: str, body: bytes, secrets: Sequence[str]) -> None:
        """Returns when the receiver took it. Raises Gone, Permanent or Temporary; their words hold no address."""
        self._check(url)
        at = int(self._now())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shift-Bot",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(secret, delivery_id, at, body) for secret in secrets),
        }
        try:
            # The answer's body is not read: it says nothing we need, and might never end.
            with self._http.stream("POST", url, content=body, headers=headers) as answer:
                status, retry_after = answer.status_code, answer.headers.get("Retry-After", "")
        except httpx.HTTPError as error:
            raise Temporary(f"the receiver cannot be reached: {type(error).__name__}") from None
        except (httpx.InvalidURL, ValueError):
            raise Permanent("the address cannot be used") from None
        if not 200 <= status < 300:
            raise _refusal(status, seconds_of(retry_after, self._now()))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _check(self, url: str) -> None:
        """The database has checked it too; what is asked here is what this process may do."""
        try:
            parts = urlsplit(url)
            is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        except ValueError:
            raise Permanent("the address cannot be used") from None
        if parts.scheme == "https" and parts.hostname:
            return
        if not is_local:
            raise Permanent("only https is sent to")
        if not self._allow_http:
            raise Permanent(
                "http is sent to only with OUTGOING_WEBHOOK_ALLOW_HTTP=true, and only to this machine"
            )


def _refusal(status: int, retry_after: float | None) -> Permanent | Temporary:
    if status == 410:
        return Gone("the receiver answered 410: it wants nothing any more")
    if status in _TRY_LATER or status >= 500:
        return Temporary(f"the receiver answered {status}", retry_after)
    if 300 <= status < 400:
        return Permanent(
            f"the receiver answered {status}: a redirect is not followed, subscribe with its aim"
        )
    return Permanent(f"the receiver answered {status}")
