"""Phone calls and texts through Twilio. How far they came is told later, to webhooks/twilio.py."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from shiftbot.paging import words
from shiftbot.paging.base import IsWanted, Method, OutcomeUnknown, Page, Permanent, Sent
from shiftbot.paging.twilio_errors import ALREADY_OVER, CALL_ERRORS, code_of, failure, rate_limited
from shiftbot.settings import Settings, SettingsError

API = "https://api.twilio.com"
LONGEST_RING = 600  # seconds; Twilio refuses more
RETRIES = "#rc=3&rp=all"  # else Twilio gives up at the first error: a restart of ours would end a call
T = TypeVar("T")


class _Account:
    """One account with the number that calls and texts. Any thread may use it."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        from_number: str,
        public_base_url: str,
        api_base_url: str = API,
        timeout: float = 10.0,
    ) -> None:
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs addresses at INFO
        self._http = _Wire(api_base_url, timeout)
        self._client = Client(account_sid, auth_token, http_client=self._http)
        # The library imports its hundreds of modules at the first use: not while the first page waits.
        _ = self._client.calls, self._client.messages
        self._from = from_number
        self._public = public_base_url.rstrip("/")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The channel of the settings. Raises SettingsError naming every setting that it lacks."""
        token = settings.twilio_auth_token.get_secret_value()
        needed = {
            "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": token,
            "TWILIO_FROM_NUMBER": settings.twilio_from_number,
            "PUBLIC_BASE_URL": settings.public_base_url,
        }
        if missing := [
            f"{name}: needed for phone calls and SMS" for name, value in needed.items() if not value
        ]:
            raise SettingsError("\n".join(missing))
        return cls(
            settings.twilio_account_sid,
            token,
            settings.twilio_from_number,
            settings.public_base_url,
            settings.twilio_api_base_url,
        )

    def close(self) -> None:
        """Frees the connections."""
        self._http.close()

    def _address(self, route: str, page: Page, **more: int) -> str:
        # The token stands for the attempt: whoever calls back was told it by us, through Twilio.
        query = urlencode({"attempt": page.attempt_id, "token": page.token, **more})
        return f"{self._public}/webhooks/twilio/{route}?{query}{RETRIES}"


class PhoneCall(_Account):
    """Rings a phone; what it says is asked of our webhook when it is answered, and so is true then."""

    method: Method = "phone_call"

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Places the call and does not wait for its end. Raises Permanent, Temporary or OutcomeUnknown."""
        status = self._address("status", page)
        call = _asked(
            lambda: self._client.calls.create(
                to=_phone(page),
                from_=self._from,
                url=self._address("voice", page, turn=0),
                method="POST",
                timeout=min(max(page.ring_seconds, 1), LONGEST_RING),
                status_callback=status,
                status_callback_method="POST",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                machine_detection="Enable",
                async_amd="true",  # a string, or the person hears silence until Twilio has made up its mind
                async_amd_status_callback=status,
                async_amd_status_callback_method="POST",
            )
        )
        return Sent("attempted", _sid(call))

    def stop(self, page: Page) -> None:
        """Ends the call, ringing or answered; one that is over already is fine. Raises like `send`."""
        sid = page.external_id
        if not sid:
            return

        def hang_up() -> None:
            try:
                # "canceled" would leave a call that was answered a moment ago; "completed" ends both kinds.
                self._client.calls(sid).update(status="completed")
            except TwilioException as error:
                if code_of(error) not in ALREADY_OVER:
                    raise

        _asked(hang_up)

    def tell(self, page: Page) -> None:
        """Nothing: a call cannot be brought up to date, only ended."""


class Sms(_Account):
    """Texts a phone; the answer comes to our webhook."""

    method: Method = "sms"

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Sends one text. Raises Permanent, Temporary or OutcomeUnknown."""
        return Sent(
            "attempted", self._text(page, words.sms(page), status_callback=self._address("status", page))
        )

    def stop(self, page: Page) -> None:
        """Nothing: a text does not go on ringing."""

    def tell(self, page: Page) -> None:
        """One more text that says who has it, or that nobody is needed. Raises like `send`."""
        if told := news(page):
            self._text(page, told)

    def _text(self, page: Page, body: str, **more: str) -> str:
        # smart_encoded: one "…" or curly quote would halve what fits, and so double what it costs
        message = _asked(
            lambda: self._client.messages.create(
                to=_phone(page), from_=self._from, body=body, smart_encoded=True, **more
            )
        )
        return _sid(message)


def news(page: Page) -> str:
    """How the page stands, as one short text: "Mia has ticket 12."; empty while it rings."""
    tickets = words.listed([ticket.id for ticket in page.tickets])
    if page.state == "acknowledged":
        return f"{page.holder or 'Somebody'} has {tickets}."
    return f"{tickets.capitalize()}: no longer needed." if page.state == "resolved" else ""


class _Wire(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Twilio's HTTP client with a deadline, sending what is meant for api.twilio.com to the base URL."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(base_url.rstrip("/"))
        # The environment's proxies and authorities are read once: for each request that costs a fifth of it.
        self.session.proxies.update(get_environ_proxies(base_url))
        self.session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        self.session.trust_env = False
        for scheme in ("https://", "http://"):  # as many as a worker may have pages in hand
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=64))

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        """One request. Raises Temporary for a 429: the library's own error drops the Retry-After."""
        asked = urlsplit(url)
        path = self._base.path + asked.path
        redirected = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        answer = super().request(method, redirected, *args, **named)
        if answer.status_code == 429:
            raise rate_limited(answer.headers)
        return answer

    def close(self) -> None:
        self.session.close()


def _asked(work: Callable[[], T]) -> T:
    try:
        return work()
    except CALL_ERRORS as error:
        raise failure(error) from None


def _phone(page: Page) -> str:
    if page.contact is None or not page.contact.phone:
        raise Permanent("no phone number is known")
    return page.contact.phone


def _sid(made: Any) -> str:
    if not isinstance(made.sid, str) or not made.sid:
        raise OutcomeUnknown("Twilio's answer does not say which call or text it made")
    return made.sid
