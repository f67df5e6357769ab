"""The Flask application: verify, one SQL call, 200; whatever fails in between is a 5xx, and the platform sends again."""

from __future__ import annotations

import logging
from functools import partial

import psycopg
from flask import Flask, Response, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException

from shiftbot.db import Pool, constraint_of
from shiftbot.settings import Settings
from webhooks import (
    acknowledge,
    api,
    calendar,
    correlation,
    headers,
    health,
    limits,
    metrics,
    slack,
    telegram,
    twilio,
)
from webhooks.identity import IdentityUnknown, Once, ask_telegram

log = logging.getLogger(__name__)
MAX_BODY_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings, pool: Pool) -> Flask:
    """The webhooks over an (unopened) pool that acts as shiftbot_ingest; platforms without a token are not served."""
    app = api.application("shiftbot-webhooks")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    correlation.install(app)
    app.before_request(pool.open)  # after the fork, once: opening an open pool does nothing
    app.register_blueprint(health.blueprint(pool))
    app.register_blueprint(calendar.blueprint(settings, pool))
    app.register_blueprint(acknowledge.blueprint(pool))
    api.mount(app, settings)
    if settings.telegram_bot_token.get_secret_value():
        app.register_blueprint(telegram.blueprint(settings, pool, Once(partial(ask_telegram, settings))))
    if settings.slack_bot_token.get_secret_value():
        app.register_blueprint(slack.blueprint(settings, pool))
    if settings.twilio_auth_token.get_secret_value():
        app.register_blueprint(twilio.blueprint(settings, pool))

    limits.install(app, settings)
    headers.install(app, settings)
    metrics.install(app, pool)

    app.register_error_handler(IdentityUnknown, _unavailable)
    for outage in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        app.register_error_handler(outage, _unavailable)
    app.register_error_handler(psycopg.Error, _refused)
    app.register_error_handler(Exception, _broken)
    return app


def _unavailable(error: Exception) -> Response:
    log.error("cannot record now", extra={"action": "webhook_unavailable", "error": type(error).__name__})
    return Response("not available, send it again\n", 503, {"Retry-After": "1"}, mimetype="text/plain")


def _refused(error: psycopg.Error) -> Response:
    # Without its text: Postgres quotes the row it refuses, and so the person's words.
    extra = {"action": "webhook_failed", "error": type(error).__name__, "constraint": constraint_of(error)}
    log.error("the database refuses a call", extra=extra | {"sqlstate": error.sqlstate})
    return Response("failed, send it again\n", 500, mimetype="text/plain")


def _broken(error: Exception) -> Response | HTTPException:
    if api.is_asked(request.path):
        return api.problems.answer(error)
    if isinstance(error, HTTPException):
        return error
    log.error("webhook failed", exc_info=error, extra={"action": "webhook_failed"})
    return Response("failed, send it again\n", 500, mimetype="text/plain")
