"""Asking a service over HTTP: its answer, or why there was none, in words that hold no secret (httpx's own hold the URL)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

_SECONDS = 10.0
_HERE = ("127.0.0.1", "localhost", "::1")


class NoAnswer(Exception):
    """The text says why."""


def ask(method: str, url: str, seconds: float = _SECONDS, **options: Any) -> httpx.Response:
    """Any answer that arrives. Raises NoAnswer."""
    is_here = urlsplit(url).hostname in _HERE  # never through a proxy
    try:
        with httpx.Client(timeout=seconds, trust_env=not is_here) as client:
            return client.request(method, url, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswer(f"{place(url)} does not answer ({type(error).__name__})") from None


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer. Raises NoAnswer where there is none."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NoAnswer(
            f"{place(str(answer.url))} answers {answer.status_code} and no JSON object: is it the right server?"
        )
    return body


def place(url: str) -> str:
    """The host and port alone: paths and user info may hold tokens."""
    parts = urlsplit(url)
    host = parts.hostname or "the address"
    return f"{host}:{parts.port}" if parts.port else host
