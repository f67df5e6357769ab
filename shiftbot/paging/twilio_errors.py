"""Which of the three ways a call to Twilio failed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from requests import exceptions as requests_errors
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from urllib3.exceptions import MaxRetryError, NewConnectionError

from shiftbot.paging.base import OutcomeUnknown, Permanent, SendError, Temporary

# What twilio lets out of a call: its own, requests', and what reading a broken answer raises.
CALL_ERRORS = (
    TwilioException,
    requests_errors.RequestException,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    KeyError,
)

RATE_LIMIT = 20429
# In our words: Twilio's own quote the phone number.
REASONS = {
    20003: "the account or its token is refused",
    20005: "the account is not active",
    21205: "the address for callbacks is refused",
    21210: "the calling number does not belong to the account",
    21211: "not a valid phone number",
    21212: "the calling number is not valid",
    21214: "the number cannot be reached",
    21215: "the account may not call this country",
    21216: "the number may not be called",
    21219: "a trial account reaches verified numbers only",
    21408: "the account may not text this country",
    21606: "the calling number cannot send texts",
    21608: "a trial account reaches verified numbers only",
    21609: "the address for callbacks is refused",
    21610: "the person has opted out of texts",
    21612: "the number cannot be reached by text",
    21614: "not a mobile number",
}
# The call or its resource is gone: what a hang-up wants is already so.
ALREADY_OVER = frozenset({21220, 20404})


def failure(error: Exception) -> SendError:
    """The error to raise instead: its text names no token, no phone number and nobody's words."""
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _answered(error.status, code_of(error))
    if isinstance(error, requests_errors.RequestException):
        return _unanswered(error)
    if isinstance(error, TwilioException):
        return Permanent(f"the request cannot be made: {type(error).__name__}")
    return OutcomeUnknown(f"Twilio gave no readable answer: {type(error).__name__}")


def code_of(error: Exception) -> int | None:
    """Twilio's own number of the error; None where something else answered in its place."""
    code = getattr(error, "code", None)
    # Without a code in the answer the library puts the HTTP status there.
    return code if isinstance(code, int) and code >= 1000 else None


def rate_limited(headers: Mapping[str, str]) -> Temporary:
    """The error of a 429."""
    value = {key.lower(): header for key, header in headers.items()}.get("retry-after", "")
    wait = float(value) if re.fullmatch(r"[0-9]{1,9}", value) else None
    return Temporary("Twilio's rate limit is reached", wait)


def _answered(status: int, code: int | None) -> SendError:
    if status == 429 or code == RATE_LIMIT:
        return Temporary("Twilio's rate limit is reached")
    if code is None:
        return _gateway(status)
    reason = REASONS.get(code)
    said = f"Twilio answered {code}" + (f": {reason}" if reason else "")
    return Temporary(said) if status >= 500 else Permanent(said)


def _gateway(status: int) -> SendError:
    """Something before Twilio answered in its place; from 500 on the request may have passed it."""
    said = f"a gateway answered {status} in Twilio's place"
    if status in (408, 425):
        return Temporary(said)
    return Permanent(said) if 400 <= status < 500 else OutcomeUnknown(said)


def _unanswered(error: requests_errors.RequestException) -> SendError:
    """No answer at all: only where the request surely never left may it be made again."""
    if isinstance(error, requests_errors.ConnectTimeout | requests_errors.ProxyError):
        return Temporary(f"Twilio could not be reached: {type(error).__name__}")
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, NewConnectionError):
        return Temporary("Twilio could not be reached: no connection")
    if isinstance(error, requests_errors.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason):
        return Temporary("Twilio could not be reached: its certificate is not trusted")
    if isinstance(error, requests_errors.JSONDecodeError):
        return OutcomeUnknown("Twilio gave no readable answer: JSONDecodeError")
    if isinstance(error, ValueError):  # of an address that is none
        return Permanent(f"the request cannot be made: {type(error).__name__}")
    return OutcomeUnknown(f"Twilio gave no readable answer: {type(error).__name__}")
