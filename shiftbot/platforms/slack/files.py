"""Fetches what somebody sent in Slack: a file's address answers with the file only to the bot's token."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from shiftbot.platforms.base import Permanent, Temporary

_CHUNK = 1 << 16


def fetch(url: str, token: str, api_base_url: str, limit: int, timeout: float) -> bytes:
    """The file's bytes, at most `limit`. Raises Permanent or Temporary.

    The token goes to Slack alone: the address is what an event said.
    """
    host, api_host = urlsplit(url).hostname or "", urlsplit(api_base_url).hostname or ""
    if not (host == api_host or (host.endswith(".slack.com") and url.startswith("https://"))):
        raise Permanent("the file is not with Slack")
    try:
        with httpx.stream(
            "GET", url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout
        ) as answer:
            if answer.status_code == 429 or answer.status_code >= 500:
                raise Temporary(
                    f"Slack answers {answer.status_code}", float(answer.headers.get("retry-after", 5))
                )
            if answer.status_code != 200:
                raise Permanent(f"Slack answers {answer.status_code}")
            return _read(answer, limit)
    except httpx.HTTPError as error:
        raise Temporary(type(error).__name__) from None


def _read(answer: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise Permanent(f"it is larger than {limit >> 20} MB")
    # A token that may not read files is sent to the sign-in page, with 200.
    if answer.headers.get("content-type", "").startswith("text/html") and b"<html" in content[:500].lower():
        raise Permanent("Slack shows its sign-in page: the bot's token lacks files:read")
    return bytes(content)
