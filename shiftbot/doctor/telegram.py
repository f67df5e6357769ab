"""The bot: its token, what it may read in groups, and whether Telegram sends here what we want to hear."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from shiftbot.doctor.asking import NoAnswer, ask, json_of
from shiftbot.doctor.finding import Finding, Group
from shiftbot.log import redact
from shiftbot.platforms.telegram.bot_api import ALLOWED_UPDATES
from shiftbot.settings import Settings

_GROUP = Group("telegram")
WANTED = frozenset(ALLOWED_UPDATES)
_BY_DEFAULT = WANTED - {"message_reaction"}  # what Telegram sends where nothing was asked for
_MANY = 100
_RECENT_SECONDS = 3600
_MEND = "Check TELEGRAM_BOT_TOKEN (BotFather shows it) and TELEGRAM_API_BASE_URL."
_REGISTER = "Register it: `shiftbot setup telegram`. Where `shiftbot listen telegram` fetches instead, none is needed."


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where Telegram is off."""
    if not settings.telegram_bot_token.get_secret_value():
        return
    try:
        yield from _bot(_call(settings, "getMe"))
        if settings.public_base_url:
            yield from _webhook(settings, _call(settings, "getWebhookInfo"))
    except NoAnswer as error:
        yield _GROUP.problem("token", str(error), _MEND)


def _call(settings: Settings, method: str) -> dict[str, Any]:
    token = settings.telegram_bot_token.get_secret_value()
    body = json_of(ask("GET", f"{settings.telegram_api_base_url}/bot{token}/{method}"))
    if not body.get("ok") or not isinstance(body.get("result"), dict):
        raise NoAnswer(f"{method} is refused: {redact(str(body.get('description')))}")
    return dict(body["result"])


def _bot(me: dict[str, Any]) -> Iterator[Finding]:
    yield _GROUP.ok("token", f"is that of @{me.get('username')}")
    if me.get("can_read_all_group_messages"):
        yield _GROUP.ok("groups", "the bot reads all messages of its groups")
    else:
        yield _GROUP.warning(
            "groups",
            "the bot sees only what is addressed to it, unless it is an administrator",
            "BotFather: /setprivacy, Disable; then remove the bot from each group and add it again.",
        )


def _webhook(settings: Settings, info: dict[str, Any]) -> Iterator[Finding]:
    wanted, given = f"{settings.public_base_url.rstrip('/')}/webhooks/telegram", info.get("url")
    if not given:
        yield _GROUP.problem("webhook", "none is registered: no report arrives here", _REGISTER)
    elif given != wanted:
        yield _GROUP.problem("webhook", "another address than PUBLIC_BASE_URL's is registered", _REGISTER)
    else:
        yield _GROUP.ok("webhook", "is registered at PUBLIC_BASE_URL")
    missing = WANTED - set(info.get("allowed_updates") or _BY_DEFAULT)
    if missing:
        yield _GROUP.warning("updates", f"Telegram does not send: {', '.join(sorted(missing))}", _REGISTER)
    else:
        yield _GROUP.ok("updates", "all that we want to hear is sent")
    yield _deliveries(info)


def _deliveries(info: dict[str, Any]) -> Finding:
    pending = int(info.get("pending_update_count") or 0)
    age = time.time() - float(info.get("last_error_date") or 0)
    if age < _RECENT_SECONDS:
        said = redact(str(info.get("last_error_message")))
        return _GROUP.warning(
            "deliveries",
            f"{pending} wait; the last error was {age / 60:.0f} minutes ago: {said}",
            "Is PUBLIC_BASE_URL reachable from outside, and do the webhooks run? Telegram tries again by itself.",
        )
    if pending > _MANY:
        return _GROUP.warning(
            "deliveries", f"{pending} updates wait", "Do the webhooks keep up? Look at their logs."
        )
    return _GROUP.ok("deliveries", f"{pending} wait")
