"""The Retry-After header."""

from __future__ import annotations

from email.utils import parsedate_to_datetime


def seconds_of(retry_after: str, now: float) -> float | None:
    """Retry-After in seconds, which comes as a number or as a date."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, OverflowError):
        return None
