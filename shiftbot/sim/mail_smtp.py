"""Part of the mail simulator: aiosmtpd in a thread of its own, which can also cut a connection."""

from __future__ import annotations

import asyncio
import hmac
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .faults import Fault, Faults

AT_THE_RECIPIENT = {
    "rate_limited": "450 4.7.1 Too many messages, try again later",
    "refused": "550 5.1.1 User unknown",
}
AT_THE_MESSAGE = {
    "server_error": "451 4.3.0 Temporary failure",
    "rejected": "554 5.7.1 Message refused",
}
KINDS = (
    "rate_limited",  # 450 to the recipient
    "refused",  # 550 to the recipient
    "server_error",  # 451 to the message
    "rejected",  # 554 to the message
    "timeout",  # nothing is kept and nothing is said for `seconds`, then a 451
    "slow",  # the message is kept, the answer comes after `seconds`
    "drop_after_work",  # the message is kept, the connection is cut without an answer
    "drop_before_work",  # the connection is cut when the recipient is named
)


@dataclass(frozen=True)
class Login:
    """Whom the server lets in; an empty user means everybody."""

    user: str = ""
    password: str = ""


class SmtpThread:
    """Listens on 127.0.0.1 from `start` to `stop`; `keep` gets every message that is accepted."""

    def __init__(
        self,
        keep: Callable[[str, list[str], bytes], None],
        faults: Faults,
        login: Login,
        tls: ssl.SSLContext | None,
        implicit_tls: bool,
    ) -> None:
        self._handler = _Handler(keep, faults, bool(login.user))
        self._login = login
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._connections: set[asyncio.BaseTransport] = set()

    def start(self, port: int) -> int:
        """Returns the port. Raises OSError where it is taken."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sim-smtp", daemon=True)
        self._thread.start()
        try:
            self._server = self._run(self._listen(port))
        except OSError:
            self._end_loop()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Cuts every connection and listens no longer."""
        self._run(self._close())
        self._end_loop()

    def _run(self, work: object) -> asyncio.Server:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self, port: int) -> asyncio.Server:
        context = self._tls if self._implicit_tls else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", port, ssl=context)

    def _protocol(self) -> SMTP:
        starttls = None if self._implicit_tls else self._tls
        return _Protocol(
            self._connections,
            self._handler,
            hostname="mail.sim",
            loop=self._loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            # aiosmtpd does not see that an smtps connection is encrypted, and has no word for "no login needed".
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism=() if self._login.user else ("LOGIN", "PLAIN"),
            authenticator=self._authenticated,
        )

    def _authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        given = (data.login, data.password) if isinstance(data, LoginPassword) else (b"", b"")
        wanted = (self._login.user.encode(), self._login.password.encode())
        fits = all(hmac.compare_digest(a, b) for a, b in zip(given, wanted, strict=True))
        return AuthResult(success=fits, handled=False)

    async def _close(self) -> None:
        self._server.close()
        for transport in tuple(self._connections):
            _abort(transport)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class _Protocol(SMTP):
    def __init__(self, connections: set[asyncio.BaseTransport], handler: _Handler, **options: object) -> None:
        super().__init__(handler, **options)  # type: ignore[arg-type]
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._connections.discard(self.transport)
        super().connection_lost(error)


class _Handler:
    """aiosmtpd's hooks: each returns the answer to one command."""

    def __init__(
        self, keep: Callable[[str, list[str], bytes], None], faults: Faults, wants_login: bool
    ) -> None:
        self._keep = keep
        self._faults = faults
        self._wants_login = wants_login
        self._met: WeakKeyDictionary[Envelope, Fault] = WeakKeyDictionary()  # one message meets one fault

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._wants_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        fault = self._faults.take(address)
        if fault is not None:
            if fault.kind in AT_THE_RECIPIENT:
                return AT_THE_RECIPIENT[fault.kind]
            if fault.kind == "drop_before_work":
                _cut(server)
            self._met[envelope] = fault
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._met.pop(envelope, None)
        kind = fault.kind if fault else ""
        if kind in AT_THE_MESSAGE:
            return AT_THE_MESSAGE[kind]
        if fault and kind == "timeout":
            await asyncio.sleep(fault.seconds)
            return "451 4.4.2 Timed out"
        content = envelope.content or b""
        self._keep(
            envelope.mail_from or "",
            envelope.rcpt_tos,
            content if isinstance(content, bytes) else content.encode(),
        )
        if fault and kind == "slow":
            await asyncio.sleep(fault.seconds)
        if kind == "drop_after_work":
            _cut(server)
        return "250 2.0.0 Ok: kept"


def _cut(server: SMTP) -> None:
    if server.transport is not None:
        _abort(server.transport)
    raise asyncio.CancelledError  # as aiosmtpd itself ends the task of a connection that is gone


def _abort(transport: asyncio.BaseTransport) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    else:
        transport.close()
