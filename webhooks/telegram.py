"""POST /webhooks/telegram: verify, one SQL call, 200. What Telegram should do at once goes back in the answer."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, Response, jsonify, request

from shiftbot.db import Pool
from shiftbot.platforms.base import Dropped, PagePress
from shiftbot.platforms.telegram import parse_update
from shiftbot.settings import Settings
from webhooks.identity import Once, TelegramBot
from webhooks.presses import Pressed, press
from webhooks.record import Recorded, drop, json_body, record

# A press is answered in the webhook's own response: no call to make, none to lose.
_TOASTS = {
    "feedback_positive": "Thank you, glad it helped.",
    "feedback_negative": "Thank you, a human will look at it.",
    "human_requested": "A human is being called.",
}
_REFUSALS = {
    "ignored_not_the_reporter": "Only the person who reported this can close it.",
    "ignored_unknown_message": "This button no longer belongs to a report.",
}
_TOAST_LIMIT = 200
_GREETING = (
    "Hello! Describe the problem here, in your own words. I answer right away and call a human when needed."
)


def blueprint(settings: Settings, pool: Pool, bot: Once[TelegramBot]) -> Blueprint:
    """The route, for `create_app`."""
    routes = Blueprint("telegram", __name__)
    secret = settings.telegram_webhook_secret.get_secret_value().encode()

    @routes.post("/webhooks/telegram")
    def telegram() -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not secret or not hmac.compare_digest(given, secret):
            return Response("the secret token is missing or wrong\n", 401, mimetype="text/plain")
        update = json_body()
        if update is None:
            drop("telegram", "not_json")
            return Response(status=200)
        me = bot()
        parsed = parse_update(update, me.username, me.id)
        if isinstance(parsed, PagePress):
            return _toast(update["callback_query"]["id"], press(pool, parsed))
        recorded = record(pool, "telegram", parsed)
        return _answer(update, parsed.reason if isinstance(parsed, Dropped) else "", recorded)

    return routes


def _toast(query_id: str, pressed: Pressed) -> Response:
    text = pressed.words if len(pressed.words) <= _TOAST_LIMIT else pressed.words[: _TOAST_LIMIT - 1] + "…"
    alert = {} if pressed.did_something else {"show_alert": True}
    return jsonify(method="answerCallbackQuery", callback_query_id=query_id, text=text, **alert)


def _answer(update: Any, dropped: str, recorded: Recorded) -> Response:
    """Telegram runs the method that the answer names: the toast of a press, the greeting of /start."""
    update = update if isinstance(update, dict) else {}
    if isinstance(query := update.get("callback_query"), dict) and isinstance(query.get("id"), str):
        event = str(query.get("data", "")).partition(":")[0]
        text = _REFUSALS.get(recorded.outcome) or ("" if dropped else _TOASTS.get(event, ""))
        return jsonify(method="answerCallbackQuery", callback_query_id=query["id"], text=text)
    message = update.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if dropped == "start_command" and isinstance(chat, dict) and chat.get("type") == "private":
        return jsonify(method="sendMessage", chat_id=chat.get("id"), text=_GREETING)
    return Response(status=200)
