"""GET /calendar/<secret>.ics: the shifts, for calendar programs, which cannot sign in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from icalendar import Calendar, Event

from shiftbot.db import Pool
from shiftbot.settings import Settings

_TOKEN = re.compile(r"[0-9a-f]{64}")
_LOOK_AGAIN = timedelta(minutes=15)


def blueprint(settings: Settings, pool: Pool) -> Blueprint:
    """The route, for `create_app`."""
    routes = Blueprint("calendar", __name__)
    host = urlsplit(settings.public_base_url).hostname or "shift-bot.invalid"

    @routes.get("/calendar/<token>.ics")
    def calendar(token: str) -> Response:
        planned = _planned(pool, token)
        if planned is None:
            return Response("there is no such calendar\n", 404, mimetype="text/plain")
        answer = Response(render(planned, host), mimetype="text/calendar")
        answer.headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
        answer.headers["X-Robots-Tag"] = "noindex"
        answer.cache_control.private = True
        answer.cache_control.max_age = int(_LOOK_AGAIN.total_seconds())
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    return routes


def _planned(pool: Pool, token: str) -> dict[str, Any] | None:
    """The calendar of that secret. An unknown one takes the same way as a known one; only what can be none is cut short."""
    if not _TOKEN.fullmatch(token):
        return None
    with pool.connection() as conn:
        row = conn.execute("select private.calendar(%s)", (token,)).fetchone()
    return row[0] if row else None


def render(planned: dict[str, Any], host: str) -> bytes:
    """The iCalendar text (RFC 5545) of what private.calendar() gave; moments are in UTC and need no time zone's rules."""
    name = f"On call: {planned['engineer']}" if planned["engineer"] else "On call"
    calendar = Calendar()
    calendar.add("prodid", "-//Shift-Bot//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for shift in planned["shifts"]:
        calendar.add_component(_event(shift, host))
    text: bytes = calendar.to_ical()
    return text


def _event(shift: dict[str, Any], host: str) -> Event:
    starts, changed = _moment(shift["starts_at"]), _moment(shift["updated_at"])
    event = Event()
    # Shifts never overlap, so the start names one; replanning makes new rows and leaves this as it is.
    event.add("uid", f"shift-{starts:%Y%m%dT%H%M%SZ}@{host}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", starts)
    event.add("dtend", _moment(shift["ends_at"]))
    event.add("summary", f"{shift['engineer']} is on call" if shift["is_active"] else _gap(shift["engineer"]))
    if told := ", ".join(filter(None, (shift["rotation"] or shift["kind"], shift["reason"]))):
        event.add("description", told)
    event.add("transp", "TRANSPARENT")  # on call is not busy
    return event


def _gap(name: str) -> str:
    return f"nobody is on call ({name} is inactive)"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
