"""GET and POST /acknowledge/TOKEN: the link of an e-mail. Only the button on the page acknowledges.

Mail scanners and previews follow links, so GET (and HEAD) shows and changes nothing; the database decides what POST does.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Blueprint, Response, make_response, render_template
from markupsafe import Markup

from shiftbot.db import Pool, constraint_of, is_outage
from shiftbot.paging import words
from shiftbot.paging.base import Page
from webhooks.correlation import follow

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9._~=-]{8,200}")
_PAGES = Path(__file__).parent / "pages"
_OF_LINK = "select outcome, holder, page, private.correlation_of_attempt((page ->> 'attempt_id')::bigint)"
_LOOK = f"{_OF_LINK} from private.look_at_link(%s)"
_ACKNOWLEDGE = f"{_OF_LINK} from private.acknowledge_by_link(%s)"
_STATUSES = {"expired": 410, "unknown": 404}


@dataclass(frozen=True)
class Link:
    """What the database says of a link."""

    outcome: str
    holder: str = ""
    page: Page | None = None


@dataclass(frozen=True)
class Shown:
    """What the page says of it; all of it is escaped when it is shown."""

    title: str
    said: str = ""
    note: str = ""
    button: str = ""
    is_good: bool = False


def blueprint(pool: Pool) -> Blueprint:
    """The routes, for `create_app`."""
    routes = Blueprint("acknowledge", __name__, template_folder="pages")
    style = (_PAGES / "acknowledge.css").read_text(encoding="utf-8")

    def asked(query: str, token: str) -> Response:
        link = _link(pool, query, token)
        return _rendered(_shown(link), link.page, _STATUSES.get(link.outcome, 200), style)

    @routes.get("/acknowledge/<token>")
    def look(token: str) -> Response:
        return asked(_LOOK, token)

    @routes.post("/acknowledge/<token>")
    def acknowledge(token: str) -> Response:
        return asked(_ACKNOWLEDGE, token)

    @routes.errorhandler(psycopg.Error)
    def failed(error: psycopg.Error) -> Response:
        return _rendered(_failure(error), None, 503, style)

    return routes


def _link(pool: Pool, query: str, token: str) -> Link:
    if not _TOKEN.fullmatch(token):  # no token of ours, and maybe nothing that Postgres takes for text
        return Link("unknown")
    with pool.connection() as conn:
        row = conn.execute(query, (token,)).fetchone()
    if row is None:
        raise psycopg.InternalError("the link's function returned nothing")
    outcome, holder, page, cause = row
    follow(cause)
    return _logged(query, Link(outcome, holder or "", Page.from_row(page) if page else None))


def _logged(query: str, link: Link) -> Link:
    extra: dict[str, Any] = {
        "action": "link_seen" if query == _LOOK else "link_pressed",
        "outcome": link.outcome,
    }
    if link.page:
        extra |= {"attempt_id": link.page.attempt_id, "escalation_id": link.page.escalation_id}
    log.info("acknowledge link", extra=extra)
    return link


def _shown(link: Link) -> Shown:
    page, holder = link.page, link.holder or "Somebody"
    match link.outcome:
        case "waits":
            return _question(page)
        case "acknowledged":
            return _taken(page)
        case "already_acknowledged" | "extended":
            return Shown(f"{holder} has it", "Nobody is rung for it any more.", is_good=True)
        case "over":
            return Shown("No longer needed", "It is closed or was taken back.")
        case "expired":
            return Shown("This link has expired or was used", "Each link works once and for a while.")
        case _:
            return Shown("There is no such link", "Was it copied in full? Nothing was acknowledged.")


def _question(page: Page | None) -> Shown:
    who = f" as {page.contact.name}" if page and page.contact else ""
    if page and page.is_test:
        return Shown(
            "This is a test page", f"Acknowledge it{who}, as you would a real one.", button="Acknowledge"
        )
    return Shown(
        "Do you take this ticket?"
        if page is None or len(page.tickets) < 2
        else f"Do you take all {len(page.tickets)} tickets?",
        note=f"You take it{who}. Nobody else is rung then, and the reporter is told that somebody has it.",
        button="Acknowledge",
    )


def _taken(page: Page | None) -> Shown:
    if page and page.is_test:
        return Shown("You have it", "The test page reached you, and your answer reached us.", is_good=True)
    what = f": {words.listed([ticket.id for ticket in page.tickets])}" if page and page.tickets else ""
    return Shown(f"You have it{what}", "The reporter is told.", is_good=True)


def _failure(error: psycopg.Error) -> Shown:
    """A person stands before it, not a platform that sends again by itself."""
    # Without its text: Postgres quotes the row it refuses, and so the person's words.
    extra = {"action": "link_failed", "error": type(error).__name__, "constraint": constraint_of(error)}
    log.error("an acknowledge link cannot be answered now", extra=extra | {"sqlstate": error.sqlstate})
    why = "The database does not answer." if is_outage(error) else "Something went wrong."
    what = "Load this page again in a moment to see how it stands, or answer where else it rings."
    return Shown("That did not work", f"{why} {what}")


def _rendered(shown: Shown, page: Page | None, status: int, style: str) -> Response:
    html = render_template(
        "acknowledge.html",
        **vars(shown),
        tickets=page.tickets if page else (),
        with_summaries=bool(shown.button),
        style=Markup(style),  # noqa: S704  # our own file
    )
    return make_response(html, status, _headers(style))


def _headers(style: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
