"""The Bot API over kept connections: a form out, JSON in, and every failure as one of two errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from shiftbot.platforms.shape import Json, as_object
from shiftbot.platforms.telegram.errors import Refused, Unanswered

KEEP_SECONDS = 5.0  # shorter than any server's own, so that none is just being closed when it is used
_CHUNK = 1 << 16
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Http:
    """One bot's methods. Made, used and closed within one event loop."""

    def __init__(
        self, base_url: str, token: str, connections: int, connect_seconds: float, seconds: float
    ) -> None:
        self._methods = f"{base_url}/bot{token}"
        self._files = f"{base_url}/file/bot{token}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_SECONDS),
            # `connect` holds the wait for a free connection too.
            timeout=aiohttp.ClientTimeout(
                total=None, connect=connect_seconds + seconds, sock_connect=connect_seconds, sock_read=seconds
            ),
            proxy=_proxy_of(base_url),
        )

    async def call(self, method: str, arguments: Mapping[str, object]) -> object:
        """The result. What is None is left out. Raises Refused or Unanswered."""
        form = {name: _on_the_wire(value) for name, value in arguments.items() if value is not None}
        try:
            async with self._session.post(
                f"{self._methods}/{method}",
                data=urlencode(form).encode(),
                headers=_FORM,
                allow_redirects=False,
            ) as response:
                status, payload = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unanswered(error) from None
        if not 200 <= status < 300:
            raise Refused(status, payload)
        return _result(payload)

    async def download(self, path: str, most_bytes: int) -> bytes | None:
        """A file's content; None where it is larger. Raises Refused or Unanswered."""
        content = bytearray()
        try:
            async with self._session.get(f"{self._files}/{path}", allow_redirects=False) as response:
                if not 200 <= response.status < 300:
                    raise Refused(response.status, await response.read())
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > most_bytes:
                        return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unanswered(error) from None
        return bytes(content)

    async def close(self) -> None:
        """Frees the connections."""
        await self._session.close()


def _proxy_of(url: str) -> str | None:
    # Once: the session would ask the environment anew at every request, in another thread.
    address = urlsplit(url)
    if proxy_bypass(address.netloc):
        return None
    proxies = getproxies()
    return proxies.get(address.scheme) or proxies.get("all")


def _on_the_wire(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _result(payload: bytes) -> object:
    try:
        answer: Json = as_object(json.loads(payload))
    except ValueError as error:
        raise Unanswered(error) from None
    return answer.get("result")
