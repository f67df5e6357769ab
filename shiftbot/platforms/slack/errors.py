"""Which of the three ways a call to Slack failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from shiftbot.platforms.base import OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.platforms.shape import Json

# What slack_sdk lets out of a call: its own, urllib's, and what reading a broken answer raises.
CALL_ERRORS = (SlackClientError, OSError, HTTPException, ValueError, AttributeError, TypeError)

RATE_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# Refused before anything was done, for a reason that passes.
PASSING = frozenset({"service_unavailable", "request_timeout", "team_added_to_org", "org_login_required"})
# Slack's own failure, at an unknown point: the message may be there.
HALF_DONE = frozenset({"internal_error", "fatal_error"})


def failure(error: Exception) -> SendError:
    """The error to raise instead: its text names no token, no address and nobody's words."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, SlackClientError):
        return Permanent(f"the request cannot be made: {type(error).__name__}")
    if isinstance(error, URLError):
        # urllib wraps only what fails until the request has left; reading the answer fails unwrapped.
        return Temporary(f"Slack could not be reached: {type(error.reason).__name__}")
    return OutcomeUnknown(f"Slack gave no readable answer: {type(error).__name__}")


def _answered(error: SlackApiError) -> SendError:
    response = error.response
    status: int = response.status_code
    answer: Json = response.data if isinstance(response.data, dict) else {}
    code = answer.get("error")
    if status == 429 or code in RATE_LIMITS:
        return Temporary("Slack's rate limit is reached", _retry_after(response.headers))
    # slack_sdk puts a sentence here for a page that is not JSON, such as a gateway's
    if not isinstance(code, str) or not re.fullmatch(r"[a-z0-9_]{1,80}", code):
        return _gateway(status)
    said = f"Slack answered {code}"
    if code in HALF_DONE:
        return OutcomeUnknown(said)
    if code in PASSING or status >= 500:
        return Temporary(said)
    return Permanent(said + _missing_scope(answer), code)


def _gateway(status: int) -> SendError:
    """Something before Slack answered in its place; from 500 on the request may have passed it."""
    if 400 <= status < 500 and status not in (408, 425):
        return Permanent(f"a gateway answered {status} in Slack's place")
    if status in (408, 425):
        return Temporary(f"a gateway answered {status} in Slack's place")
    return OutcomeUnknown(f"an unreadable answer, status {status}, in Slack's place")


def _missing_scope(answer: Json) -> str:
    needed = answer.get("needed")
    known = isinstance(needed, str) and re.fullmatch(r"[a-z:.,_]{1,200}", needed)
    return f" (needs {needed})" if known else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = {key.lower(): header for key, header in headers.items()}.get("retry-after", "")
    return float(value) if re.fullmatch(r"[0-9]{1,9}", value) else None
