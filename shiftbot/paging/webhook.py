"""Paging by webhook: the page as a signed event in the shape of PagerDuty's Events API v2.

Headers: `X-Shiftbot-Delivery` names the event and stays the same when it is sent again. With a secret set,
`X-Shiftbot-Signature: t=<unix>,v1=<hex>` holds the HMAC-SHA256 of `<t>.<body>`; docs/connect-webhook.md verifies it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from shiftbot.paging import words
from shiftbot.paging.base import IsWanted, Method, OutcomeUnknown, Page, Permanent, SendError, Sent, Temporary
from shiftbot.retry_after import seconds_of

Json = dict[str, Any]

_SUMMARY_LIMIT = 1024  # PagerDuty's
_READ_AT_MOST = 65536
_LISTED = 50  # PagerDuty takes 512 KB an event
_ACTIONS = {"acknowledged": "acknowledge", "resolved": "resolve"}  # of a page's state
_SEVERITIES = ((0.9, "critical"), (0.7, "error"), (0.4, "warning"))
_TRY_LATER = frozenset({408, 429})
# What fails before a byte of the request has left.
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)


class Webhook:
    """Posts events to one address; a receiver answers 2xx (PagerDuty: 202). Safe to call from several threads."""

    method: Method = "webhook"

    def __init__(
        self,
        url: str,
        secret: str = "",
        routing_key: str = "",
        public_base_url: str = "",
        timeout: float = 8.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError where the address cannot be used. `timeout` is for each of connecting, asking and answering."""
        for name in ("httpx", "httpcore"):  # they log the address, which may hold a key
            logging.getLogger(name).setLevel(logging.WARNING)
        self._url = _usable(url)
        self._secret = secret.encode()
        self._routing_key = routing_key
        self._base_url = public_base_url.rstrip("/")
        self._now = now
        self._timeout = timeout
        # A connection each: one kept open may be closed just as it is used, and then nobody knows whether the event arrived.
        single = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, limits=single)

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Triggers the alert of this escalation; each later attempt triggers the same one again."""
        if page.kind == "notice":
            raise Permanent("a webhook takes pages, not notices")
        status = self._post(page, "trigger")
        return Sent("attempted", dedup_key(page), f"answered {status}")

    def stop(self, page: Page) -> None:
        """Nothing rings on; `tell` resolves the alert."""

    def tell(self, page: Page) -> None:
        """Acknowledges or resolves the alert there. A ticket that joins a page makes no event."""
        action = _ACTIONS.get(page.state)
        if action and page.kind == "ring":
            self._post(page, action)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _post(self, page: Page, action: str) -> int:
        body = json.dumps(self._event(page, action)).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shift-Bot",
            "X-Shiftbot-Delivery": f"page-{page.attempt_id}-{action}",
        }
        if self._secret:
            headers["X-Shiftbot-Signature"] = signature(self._secret, int(self._now()), body)
        try:
            with self._http.stream("POST", self._url, content=body, headers=headers) as answer:
                status, retry_after = answer.status_code, answer.headers.get("Retry-After", "")
                self._read_out(answer)
        except _UNSENT as error:
            raise Temporary(f"the webhook cannot be reached: {type(error).__name__}") from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"the webhook gave no readable answer: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise _refusal(status, seconds_of(retry_after, self._now()))
        return status

    def _read_out(self, answer: httpx.Response) -> None:
        """Lets the receiver finish its answer, whose body says nothing we need and might never end."""
        deadline, size = time.monotonic() + self._timeout, 0
        with contextlib.suppress(httpx.HTTPError):
            for chunk in answer.iter_raw():
                size += len(chunk)
                if size > _READ_AT_MOST or time.monotonic() > deadline:
                    return

    def _event(self, page: Page, action: str) -> Json:
        event: Json = {"event_action": action, "dedup_key": dedup_key(page), "client": "Shift-Bot"}
        if self._routing_key:
            event["routing_key"] = self._routing_key
        # The token stands for a person, and without one there is nobody who acknowledges.
        if self._base_url and page.token and page.contact and action == "trigger":
            link = f"{self._base_url}/acknowledge/{quote(page.token, safe='')}"
            event["links"] = [{"href": link, "text": f"Acknowledge as {page.contact.name}"}]
        return event | {"payload": _payload(page)}


def dedup_key(page: Page) -> str:
    """One alert for one escalation, however often it is attempted."""
    return f"shiftbot-escalation-{page.escalation_id}"


def signature(secret: bytes, at: int, body: bytes) -> str:
    """The value of X-Shiftbot-Signature."""
    digest = hmac.new(secret, b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _payload(page: Page) -> Json:
    details: Json = {
        "escalation_id": page.escalation_id,
        "attempt_id": page.attempt_id,
        "state": page.state,
        "holder": page.holder,
        "is_test": page.is_test,
        "tickets": [asdict(ticket) for ticket in page.tickets[:_LISTED]],
        "tickets_not_listed": max(0, len(page.tickets) - _LISTED),
    }
    return {
        "summary": words.subject(page)[:_SUMMARY_LIMIT],
        "source": (page.tickets[0].source if page.tickets else "") or "Shift-Bot",
        "severity": _severity(page),
        "custom_details": details,
    }


def _severity(page: Page) -> str:
    """The gravest ticket's, in PagerDuty's words; a page for which nothing was measured is still a page."""
    if page.is_test:
        return "info"
    known = [ticket.severity for ticket in page.tickets if ticket.severity is not None]
    if not known:
        return "error"
    return next((name for least, name in _SEVERITIES if max(known) >= least), "info")


def _refusal(status: int, retry_after: float | None) -> SendError:
    if status in _TRY_LATER or status >= 500:
        return Temporary(f"the webhook answered {status}", retry_after)
    if 300 <= status < 400:
        return Permanent(
            f"the webhook answered {status}: a redirect is not followed, set PAGING_WEBHOOK_URL to its aim"
        )
    return Permanent(f"the webhook answered {status}")


def _usable(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise ValueError(
            "PAGING_WEBHOOK_URL: it must be an address as https://events.pagerduty.com/v2/enqueue"
        )
    return url
