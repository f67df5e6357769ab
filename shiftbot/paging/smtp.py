"""Handing one message to a mail server, step by step, so that it is known how far it came when something fails."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from shiftbot.paging.base import OutcomeUnknown, Permanent, SendError, Temporary

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
# Together less than workers.escalations.REQUEST_SECONDS, after which the attempt is taken for lost.
_STEP_SECONDS = 8.0  # the most that one step may take
_LAST_WORD_SECONDS = (
    10.0  # the least the server has for its answer once it holds the message: it may look for viruses
)


@dataclass(frozen=True)
class MailServer:
    """Where mail leaves: what SMTP_URL says."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    implicit_tls: bool = False
    starttls: bool = True

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Reads smtp://user:password@host:587 or smtps://…:465. Raises ValueError, whose words hold no password."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:  # its text quotes what it stumbled over
            raise ValueError("SMTP_URL: the host or the port cannot be read") from None
        if parts.scheme not in ("smtp", "smtps") or not host:
            raise ValueError("SMTP_URL: it looks like smtp://user:password@host:587 or smtps://…:465")
        secure = parts.scheme == "smtps"
        return cls(
            host=host,
            port=port or (465 if secure else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            implicit_tls=secure,
            starttls=not secure and _wants_starttls(parts, host),
        )

    def deliver(
        self, sender: str, recipient: str, content: bytes, tls: ssl.SSLContext, name: str, timeout: float
    ) -> None:
        """Hands the message over; `name` is how we introduce ourselves. Raises Permanent, Temporary, OutcomeUnknown."""
        deadline = time.monotonic() + timeout
        try:
            with self._connected(tls, name, min(timeout, _STEP_SECONDS)) as smtp:
                self._introduce(smtp, tls, deadline)
                _address(smtp, sender, recipient, deadline)
                _hand_over(smtp, content, deadline)
        except SendError:
            raise
        except ssl.SSLCertVerificationError:
            raise Temporary("the certificate of the mail server cannot be verified") from None
        except (smtplib.SMTPException, OSError) as error:
            # Everything after the content has left was turned into OutcomeUnknown further down.
            raise Temporary(f"the mail server cannot be reached: {type(error).__name__}") from None

    def greet(self, tls: ssl.SSLContext, name: str, timeout: float) -> None:
        """Connects, secures and logs in as `deliver` does, and leaves. Raises Permanent, Temporary."""
        try:
            with self._connected(tls, name, min(timeout, _STEP_SECONDS)) as smtp:
                self._introduce(smtp, tls, time.monotonic() + timeout)
        except ssl.SSLCertVerificationError:
            raise Temporary("the certificate of the mail server cannot be verified") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(f"the mail server cannot be reached: {type(error).__name__}") from None

    @contextlib.contextmanager
    def _connected(self, tls: ssl.SSLContext, name: str, timeout: float) -> Iterator[smtplib.SMTP]:
        # With a name of our own: else smtplib looks the machine's up, which can take long.
        if self.implicit_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, name, timeout=timeout, context=tls)
        else:
            smtp = smtplib.SMTP(self.host, self.port, name, timeout=timeout)
        try:
            yield smtp
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.putcmd("quit")  # a courtesy, whose answer changes nothing
            smtp.close()

    def _introduce(self, smtp: smtplib.SMTP, tls: ssl.SSLContext, deadline: float) -> None:
        _limit(smtp, deadline)
        smtp.ehlo_or_helo_if_needed()
        if self.starttls:
            if not smtp.has_extn("starttls"):
                raise Temporary("the mail server offers no STARTTLS, without which nothing is sent to it")
            _limit(smtp, deadline)
            smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
        if self.user:
            _limit(smtp, deadline)
            self._log_in(smtp)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        """A wrong password is nobody's address: it passes as soon as the setting is right, so it is Temporary."""
        try:
            smtp.login(self.user, self.password)
        except smtplib.SMTPResponseException as error:
            facts = _facts(error.smtp_code, error.smtp_error)
            raise Temporary(f"the mail server refuses the login of SMTP_URL ({facts})") from None
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, UnicodeError):  # no AUTH there, or a password that is not ASCII
            raise Temporary("the mail server offers no login that fits SMTP_URL") from None


def _wants_starttls(parts: SplitResult, host: str) -> bool:
    said = parse_qs(parts.query).get("starttls", [""])[-1]
    if said not in ("", "never", "required"):
        raise ValueError("SMTP_URL: starttls is `never` or `required`")
    return host not in _LOCAL if not said else said == "required"


def _limit(smtp: smtplib.SMTP, deadline: float) -> None:
    """Lets the next step take what is left of the time."""
    left = deadline - time.monotonic()
    if left <= 0 or smtp.sock is None:
        raise TimeoutError
    smtp.sock.settimeout(min(left, _STEP_SECONDS))


def _address(smtp: smtplib.SMTP, sender: str, recipient: str, deadline: float) -> None:
    _limit(smtp, deadline)
    code, said = smtp.mail(sender)
    if code != 250:
        # The sender is a setting: no reason to give this person up for good.
        raise Temporary(f"the mail server does not take the sender SMTP_FROM ({_facts(code, said)})")
    _limit(smtp, deadline)
    code, said = smtp.rcpt(recipient)
    if code == 530:
        raise Temporary(f"the mail server wants a login in SMTP_URL ({_facts(code, said)})")
    if code not in (250, 251):
        raise _refusal("recipient", code, said)


def _hand_over(smtp: smtplib.SMTP, content: bytes, deadline: float) -> None:
    """smtplib's own data() does not tell whether a failure came before or after the content had left."""
    _limit(smtp, deadline)
    code, said = smtp.docmd("DATA")
    if code != 354:
        raise _refusal("message", code, said)
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(max(deadline - time.monotonic(), _LAST_WORD_SECONDS))
        smtp.send(_dotted(content))
        code, said = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(
            f"the mail server did not say whether it has the message: {type(error).__name__}"
        ) from None
    if 200 <= code < 300:
        return
    if not 400 <= code < 600:
        raise OutcomeUnknown("the mail server's answer to the message cannot be read")
    raise _refusal("message", code, said)


def _dotted(content: bytes) -> bytes:
    """The content as it goes over the wire: a line that begins with a dot gets another one, a lone dot ends it."""
    return re.sub(rb"(?m)^\.", b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _refusal(what: str, code: int, said: bytes) -> SendError:
    if 500 <= code < 600:
        return Permanent(f"the mail server refuses the {what} ({_facts(code, said)})")
    return Temporary(f"the mail server puts the {what} off ({_facts(code, said)})")


def _facts(code: int, said: bytes | str) -> str:
    """The codes alone: the words beside them quote addresses."""
    words = said if isinstance(said, str) else said.decode("ascii", "replace")
    enhanced = re.match(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b", words)
    return f"{code} {enhanced[0]}" if enhanced else str(code)
