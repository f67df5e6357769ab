"""Long polling: updates are fetched from Telegram, and confirmed to it only when they are recorded."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import Any

from shiftbot.platforms.telegram.bot_api import ALLOWED_UPDATES, BotApi, BotApiError, Conflict
from shiftbot.settings import Settings
from webhooks.listen.doorway import LONGEST_PAUSE, Doorway, Json, ListenError, until_recorded

log = logging.getLogger(__name__)
POLL_SECONDS = 10  # how long Telegram holds an empty answer, and so how long a stop may take


def listen(settings: Settings, door: Doorway, stop: threading.Event) -> None:
    """Until `stop`. Raises ListenError where a webhook is registered or the token is refused."""
    with BotApi(settings) as api:
        _refuse_webhook(api)
        log.info("listening", extra={"action": "listening", "platform": "telegram"})
        offset, pause = 0, 1.0
        while not stop.is_set():
            try:
                updates = api.call(
                    "getUpdates",
                    POLL_SECONDS,
                    offset=offset,
                    timeout=POLL_SECONDS,
                    allowed_updates=ALLOWED_UPDATES,
                )
                offset, pause = _take(api, door, stop, updates, offset), 1.0
            except Conflict as error:
                _refuse_webhook(api)
                # Another listener fetches the same updates: whichever records one, law 5 holds.
                _wait(stop, pause, "somebody else listens too", error)
                pause = min(2 * pause, LONGEST_PAUSE)
            except BotApiError as error:
                if error.status == 401:
                    raise ListenError(
                        "Telegram refuses TELEGRAM_BOT_TOKEN: take it from BotFather anew."
                    ) from None
                _wait(stop, error.retry_after or pause, "Telegram does not answer", error)
                pause = min(2 * pause, LONGEST_PAUSE)
        _confirm(api, offset)


def _refuse_webhook(api: BotApi) -> None:
    try:
        url = str(api.call("getWebhookInfo").get("url") or "")
    except BotApiError as error:
        if error.status in (401, 404):
            raise ListenError("Telegram refuses TELEGRAM_BOT_TOKEN: take it from BotFather anew.") from None
        raise ListenError(f"Telegram does not answer: {error}") from None
    if url:
        raise ListenError(
            f"Telegram delivers this bot's updates to a webhook, {url}: it gives them to one place only. "
            "End that with `shiftbot setup telegram --remove`, or run `shiftbot webhooks` there instead."
        )


def _take(api: BotApi, door: Doorway, stop: threading.Event, updates: Any, offset: int) -> int:
    """Records them in their order; the offset that confirms those that are recorded."""
    for update in updates if isinstance(updates, list) else []:
        answer = until_recorded(partial(door.telegram, update), stop)
        if answer is None:
            break
        offset = int(update["update_id"]) + 1
        if answer.body is not None:
            _run(api, answer.body)
    return offset


def _run(api: BotApi, answer: Json) -> None:
    """What a webhook may put into its answer, a toast or a greeting, is called here."""
    method = answer.pop("method", None)
    if isinstance(method, str):
        try:
            api.call(method, **answer)
        except BotApiError as error:  # the press counts all the same
            log.warning("not answered", extra={"action": "listen_not_answered", "error": str(error)})


def _confirm(api: BotApi, offset: int) -> None:
    """So that Telegram does not give the last ones again; if that fails they are duplicates, and recorded once."""
    if offset:
        try:
            api.call("getUpdates", offset=offset, timeout=0, limit=1)
        except BotApiError as error:
            log.warning("not confirmed", extra={"action": "listen_not_confirmed", "error": str(error)})


def _wait(stop: threading.Event, seconds: float, what: str, error: BotApiError) -> None:
    log.warning(what, extra={"action": "listen_trouble", "error": str(error), "retry_in": seconds})
    stop.wait(seconds)
