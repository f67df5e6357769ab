"""A simulator of a mail server: SMTP for the product, mailboxes for who reads, control over HTTP.

Point SMTP_URL at sim.smtp_url. Its faults name a recipient where another simulator's name a method.
"""

from __future__ import annotations

import email
import itertools
import re
import ssl
import time
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, request

from .faults import SimError
from .mail_smtp import KINDS, Login, SmtpThread
from .server import SimServer


@dataclass(frozen=True)
class Mail:
    """One message as its reader sees it."""

    number: int
    to: str
    sender: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]  # by lower-case name
    links: tuple[str, ...]
    received_at: float

    def link(self) -> str:
        """The link that acknowledges. Raises SimError where there is none."""
        for link in self.links:
            if "/acknowledge/" in link:
                return link
        raise SimError(f"the mail {self.subject!r} holds no link that acknowledges")


class MailSim(SimServer):
    """A simulated mail server. `tls` makes it want STARTTLS, or TLS from the start with `implicit_tls`.

    With a `user` it lets nobody else in.
    """

    fault_kinds: ClassVar[tuple[str, ...]] = KINDS

    def __init__(
        self,
        port: int = 0,
        smtp_port: int = 0,
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
    ) -> None:
        super().__init__(port)
        self._smtp_port = smtp_port
        self._mails: list[Mail] = []
        self._numbers = itertools.count(1)
        self._scheme = "smtps" if implicit_tls else "smtp"
        self._query = "?starttls=required" if tls and not implicit_tls else ""
        self._smtp = SmtpThread(self._keep, self.faults, Login(user, password), tls, implicit_tls)

    @property
    def smtp_port(self) -> int:
        """The port that was given, or the free one that was found."""
        if not self.is_running:
            raise SimError("the simulator is not running")
        return self._smtp_port

    @property
    def smtp_url(self) -> str:
        """SMTP_URL without a login."""
        return f"{self._scheme}://127.0.0.1:{self.smtp_port}{self._query}"

    def start(self) -> MailSim:
        if not self.is_running:
            self._smtp_port = self._smtp.start(self._smtp_port)
            try:
                super().start()
            except OSError:
                self._smtp.stop()
                raise
        return self

    def stop(self) -> None:
        if self.is_running:
            self._smtp.stop()
        super().stop()

    def mailbox(self, address: str = "", after: int = 0, wait: float = 0) -> list[Mail]:
        """What somebody received, or everybody, oldest first; waits up to `wait` seconds for the first."""

        def look() -> list[Mail]:
            wanted = (mail for mail in self._mails if mail.number > after)
            return [mail for mail in wanted if address.lower() in ("", mail.to.lower())]

        return self._waited(look, wait)

    def reader(self, address: str) -> Reader:
        """Somebody who reads what comes to the address from now on."""
        with self.changed:
            return Reader(self, address, self._mails[-1].number if self._mails else 0)

    def clear(self) -> None:
        """Empties every mailbox."""
        with self.changed:
            self._mails.clear()

    def _keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        message = email.message_from_bytes(content, policy=default)
        with self.changed:
            for recipient in recipients:
                self.calls[recipient] += 1
                self._mails.append(_read(next(self._numbers), recipient, sender, message))
            self.changed.notify_all()

    # Control over HTTP.

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/sim/mailbox", "mailbox", self._control_mailbox, methods=["GET", "DELETE"])
        app.add_url_rule("/sim/smtp", "smtp", lambda: jsonify(smtp_url=self.smtp_url))

    def _control_mailbox(self) -> Response:
        if request.method == "DELETE":
            self.clear()
        try:
            after, wait = int(request.args.get("after") or 0), float(request.args.get("wait") or 0)
        except ValueError:
            raise SimError("give address=<address>, and after, wait as numbers") from None
        return jsonify([asdict(mail) for mail in self.mailbox(request.args.get("address", ""), after, wait)])


class Reader:
    """A person with a mailbox, for tests that read as stories."""

    def __init__(self, sim: MailSim, address: str, read: int) -> None:
        self._sim = sim
        self._address = address
        self._read = read

    def expects_mail(self, timeout: float = 10.0) -> Mail:
        """The next mail that was not read yet. Raises SimError where none comes."""
        found = self._sim.mailbox(self._address, self._read, timeout)
        if not found:
            raise SimError(f"{self._address} received no mail within {timeout} s")
        self._read = found[0].number
        return found[0]


def _read(number: int, recipient: str, sender: str, message: EmailMessage) -> Mail:
    text = _part(message, "plain")
    return Mail(
        number=number,
        to=recipient,
        sender=sender,
        subject=str(
            message["Subject"] or ""
        ).strip(),  # Python keeps the space of a line that was folded at its start
        text=text,
        html=_part(message, "html"),
        headers={name.lower(): str(value) for name, value in message.items()},
        links=tuple(re.findall(r"https?://\S+", text)),
        received_at=time.time(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
