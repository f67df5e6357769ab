"""Paging by e-mail: an SMTP server takes the page, a link in it leads to the button that acknowledges."""

from __future__ import annotations

import ssl
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import urlsplit

from shiftbot.paging import words
from shiftbot.paging.base import IsWanted, Method, Page, Sent
from shiftbot.paging.email_message import Letterhead, address_of, follow_up, one_line, page_email
from shiftbot.paging.smtp import MailServer


class Email:
    """Writes e-mails through one mail server. Each has a connection of its own; any thread may use it."""

    method: Method = "email"

    def __init__(
        self,
        smtp_url: str,
        sender: str = "",
        public_base_url: str = "",
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raises ValueError where the settings cannot be used. `timeout` is for one whole delivery."""
        self._server = MailServer.from_url(smtp_url)
        self._tls = tls or ssl.create_default_context()
        self._timeout = timeout
        self._head = _letterhead(sender or self._server.user, public_base_url.rstrip("/"))

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Writes to the person of the page; taken by their mail server, or by ours on its way there, is delivered."""
        message = page_email(page, self._head)
        self._deliver(page, message.as_bytes())
        return Sent("delivered", str(message["Message-ID"]))

    def stop(self, page: Page) -> None:
        """Nothing rings on."""

    def tell(self, page: Page) -> None:
        """Answers the earlier e-mail with who has it, or that it is over. Not every ticket that joins is worth a mail."""
        if words.status(page):
            self._deliver(page, follow_up(page, self._head).as_bytes())

    def close(self) -> None:
        """Nothing to free."""

    def _deliver(self, page: Page, content: bytes) -> None:
        if page.contact is None:
            raise AssertionError("a message without a person was not written")
        sender, recipient = self._head.sender.addr_spec, address_of(page.contact).addr_spec
        self._server.deliver(sender, recipient, content, self._tls, self._head.host, self._timeout)


def _letterhead(sender: str, public_base_url: str) -> Letterhead:
    name, address = parseaddr(sender)
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isascii() or any(c.isspace() for c in address):
        raise ValueError("SMTP_FROM: the sender's address is missing, as in Shift-Bot <bot@example.com>")
    host = urlsplit(public_base_url).hostname or domain
    return Letterhead(Address(one_line(name, 80) or "Shift-Bot", local, domain), public_base_url, host)
