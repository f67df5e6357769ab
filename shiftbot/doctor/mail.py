"""Whether the mail server takes us: connection, TLS, login. Nothing is sent."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from shiftbot.doctor.finding import Finding, Group
from shiftbot.paging.base import SendError
from shiftbot.paging.smtp import MailServer
from shiftbot.settings import Settings

_GROUP = Group("mail")
_SECONDS = 10.0


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where e-mail is off."""
    url = settings.smtp_url.get_secret_value()
    if not url:
        return
    try:
        server = MailServer.from_url(url)
        server.greet(ssl.create_default_context(), "shiftbot-doctor.invalid", _SECONDS)
    except (ValueError, SendError) as error:
        yield _GROUP.problem("server", str(error), "Check SMTP_URL.")
        return
    secured = server.implicit_tls or server.starttls
    yield _GROUP.ok("server", f"takes us {'over TLS' if secured else 'in the clear, on this machine'}")
