"""Who may ask how often, per client address and in this process alone.

What a platform signed is never limited: a storm of theirs is somebody's reports. Signatures are checked first, which takes no
database, and only what failed costs: a flood of forged requests cannot push out genuine ones, not even from the same address.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import cast

from flask import Blueprint, Flask, Response, abort, request
from flask_limiter import Limiter, RequestLimit
from limits import RateLimitItem, RateLimitItemPerMinute
from werkzeug.middleware.proxy_fix import ProxyFix

from shiftbot.metrics import REQUESTS_LIMITED
from shiftbot.settings import Settings
from webhooks import api

log = logging.getLogger(__name__)

SIGNED = ("telegram", "slack", "twilio")  # blueprints
SECRET = ("acknowledge", "calendar")  # blueprints whose addresses are secrets
FORGERIES = RateLimitItemPerMinute(30)
GUESSES = "30 per minute"


def install(app: Flask, settings: Settings) -> None:
    """Limits every route of `app`, those that are registered later too."""
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
    limiter = _Limits(
        client,
        app=app,
        default_limits=[f"{settings.requests_per_minute} per minute"],
        storage_uri="memory://",
        on_breach=_breached,
    )
    for name in SECRET:
        # Guesses alone count, and whoever guessed too often gets nothing from the database any more.
        guarded = cast(Blueprint, app.blueprints[name])
        limiter.limit(GUESSES, deduct_when=_is_guess, override_defaults=False)(guarded)
    app.before_request(_refuse_large)
    app.after_request(_count_forgeries(limiter))


class _Limits(Limiter):
    """Leaves what is signed alone: told by `exempt`, the library takes a fifth of a webhook's time to find that out."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if request.blueprint not in SIGNED:
            super()._check_request_limit(callable_name, in_middleware)


def client() -> str:
    """Who asks: an address, or of IPv6 the network that one subscriber has."""
    address = request.remote_addr or "unknown"
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Address(int(parsed) >> 64 << 64)) if isinstance(parsed, IPv6Address) else address


def _is_guess(response: Response) -> bool:
    return response.status_code == 404  # 410: the link was once sent to whoever has it


def _refuse_large() -> None:
    # Flask looks when a body is read; a route that reads none would have the server swallow it.
    most = request.max_content_length
    if most is not None and (request.content_length or 0) > most:
        abort(413)


def _count_forgeries(limiter: Limiter) -> Callable[[Response], Response]:
    def count(response: Response) -> Response:
        if request.blueprint not in SIGNED or response.status_code not in (401, 403):
            return response
        if limiter.limiter.hit(FORGERIES, client(), "forgeries"):
            return response
        reset_at = limiter.limiter.get_window_stats(FORGERIES, client(), "forgeries").reset_time
        return _too_many("forgeries", FORGERIES, reset_at)

    return count


def _breached(limit: RequestLimit) -> Response:
    what = "guesses" if request.blueprint in SECRET and limit.limit.amount == FORGERIES.amount else "requests"
    return _too_many(what, limit.limit, limit.reset_at)


def _too_many(what: str, limit: RateLimitItem, reset_at: float) -> Response:
    REQUESTS_LIMITED.labels(what).inc()
    # Without the address: a person's, where it is an engineer's browser.
    log.warning("too many requests", extra={"action": "request_limited", "what": what, "limit": str(limit)})
    wait = max(1, math.ceil(reset_at - time.time()))
    if api.is_asked(request.path):
        words = "Too many requests from this address: wait as long as Retry-After says."
        return api.problems.Problem(429, words, {"Retry-After": str(wait)}).response()
    return Response(
        "too many requests, come back later\n", 429, {"Retry-After": str(wait)}, mimetype="text/plain"
    )
