"""POST /webhooks/slack/{events,interactions,commands}: verify, one SQL call, 200, through slack-bolt's Flask adapter."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from flask import Blueprint, Response, g, request
from slack_bolt import Ack, App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from shiftbot.db import Pool
from shiftbot.platforms.base import PagePress
from shiftbot.platforms.slack import parse_event, parse_interaction
from shiftbot.settings import Settings
from webhooks.presses import Pressed, press
from webhooks.record import drop, json_body, record

log = logging.getLogger(__name__)
_ANY = re.compile(".*")
_WHISPER_SECONDS = 1  # Slack waits three for the answer to the press
_HELP = "Write the problem in the channel, in your own words: I answer in its thread and call a human when needed."


def blueprint(settings: Settings, pool: Pool) -> Blueprint:
    """The routes, for `create_app`."""
    routes = Blueprint("slack", __name__)
    secret = settings.slack_signing_secret.get_secret_value()
    verifier = SignatureVerifier(secret) if secret.strip() else None  # none: everything is refused
    handler = SlackRequestHandler(_bolt(settings, pool))

    @routes.before_request
    def verify() -> Response | None:
        # Before Bolt parses anything; constant time, and refused outside Slack's five-minute window.
        headers = {k.lower(): v for k, v in request.headers.items()}
        body = request.get_data()
        try:
            is_genuine = verifier is not None and verifier.is_valid_request(body, headers)
        except (ValueError, TypeError):  # a timestamp that is no number, a signature or a body of odd bytes
            is_genuine = False
        return (
            None
            if is_genuine
            else Response("the signature is missing or wrong\n", 401, mimetype="text/plain")
        )

    @routes.post("/webhooks/slack/events")
    def events() -> Any:
        body = json_body()
        if not isinstance(body, dict) or body.get("type") not in ("url_verification", "event_callback"):
            drop("slack", "unknown_shape")
            return Response(status=200)
        event = body.get("event")
        is_event = isinstance(event, dict) and isinstance(event.get("type"), str)
        if body["type"] == "event_callback" and not is_event:
            drop("slack", "unknown_shape")
            return Response(status=200)
        return _answer(handler)

    @routes.post("/webhooks/slack/interactions")
    @routes.post("/webhooks/slack/commands")
    def interactions() -> Any:
        return _answer(handler)

    return routes


def _answer(handler: SlackRequestHandler) -> Response:
    """Bolt's answer. What recording raised goes on to `create_app`; what Bolt cannot read or place is dropped."""
    try:
        answer = handler.handle(request)
        status = answer.status_code
    except Exception as error:  # Bolt checks no types, so a wrong one surfaces as any error at all
        log.warning("unknown shape", extra={"action": "unknown_shape", "error": type(error).__name__})
        status = 500
    if failure := g.pop("failure", None):
        raise failure
    if status >= 400:
        drop("slack", "unhandled_interaction" if status == 404 else "unknown_shape")
        return Response(status=200)
    return answer


def _whisper(response_url: Any, pressed: Pressed) -> None:
    """Tells the presser alone what became of it. Slack shows nothing of an answer to a press itself."""
    if not isinstance(response_url, str):
        return
    client = WebhookClient(response_url, timeout=_WHISPER_SECONDS, retry_handlers=[])
    try:
        answer = client.send(text=pressed.words, response_type="ephemeral", replace_original=False)
        error = "" if answer.status_code == 200 else f"HTTP {answer.status_code}"
    except (SlackClientError, OSError, HTTPException, ValueError) as failure:
        error = type(failure).__name__
    if error:  # the press counts all the same, and the message itself is about to be changed
        log.warning("press not answered", extra={"action": "press_not_answered", "error": error})


@contextmanager
def _kept_failure() -> Iterator[None]:
    """Keeps what recording raises, which Bolt would turn into a 500 like any misreading of its own."""
    try:
        yield
    except Exception as error:
        g.failure = error
        raise


def _bolt(settings: Settings, pool: Pool) -> App:
    def authorize(**_: Any) -> AuthorizeResult:
        # Static: asking Slack who we are would lose the events during which it does not answer.
        token = settings.slack_bot_token.get_secret_value()
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    app = App(
        client=WebClient(base_url=settings.slack_api_base_url, timeout=5),
        request_verification_enabled=False,  # done by `verify`, before anything is parsed
        process_before_response=True,  # an exception must reach Slack as 5xx, not after the 200
        ignoring_self_events_enabled=False,  # the parser does it, and counts it
        authorize=authorize,
        raise_error_for_unhandled_request=True,  # or Bolt logs a warning that quotes the request
        logger=logging.getLogger("slack_bolt"),
    )

    @app.event(_ANY)
    def on_event(body: dict[str, Any]) -> None:
        with _kept_failure():
            record(pool, "slack", parse_event(body))

    @app.action(_ANY)
    def on_action(ack: Ack, body: dict[str, Any]) -> None:
        with _kept_failure():
            parsed = parse_interaction(body)
            if isinstance(parsed, PagePress):
                _whisper(body.get("response_url"), press(pool, parsed))
            else:
                record(pool, "slack", parsed)
        ack()

    @app.command(_ANY)
    def on_command(ack: Ack) -> None:
        ack(text=_HELP)

    @app.error
    def on_error(error: Exception) -> None:
        # Not Bolt's own handler: it logs the error's text, which may quote what people wrote.
        log.warning("Bolt failed", extra={"action": "bolt_failed", "error": type(error).__name__})

    return app
