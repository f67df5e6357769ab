"""Socket Mode: Slack hands over envelopes on a WebSocket, and each is acknowledged only when it is recorded."""

from __future__ import annotations

import logging
import threading
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from shiftbot.settings import Settings
from webhooks.listen.doorway import Doorway, ListenError, until_recorded

log = logging.getLogger(__name__)
KINDS = frozenset({"events_api", "interactive", "slash_commands"})
WORKERS = 8
PING_SECONDS = 5.0  # a socket that was cut is missed within this
_REMEDIES = {
    "invalid_auth": "SLACK_APP_TOKEN is not valid: make one under Basic Information, App-Level Tokens.",
    "not_allowed_token_type": "SLACK_APP_TOKEN must be an app-level token (xapp-…), not the bot's.",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write.",
}


def listen(settings: Settings, door: Doorway, stop: threading.Event) -> None:
    """Until `stop`; what is in hand then is finished or, unacknowledged, sent again. Raises ListenError."""
    token = settings.slack_app_token.get_secret_value()
    web = WebClient(base_url=settings.slack_api_base_url, timeout=10)
    client = SocketModeClient(
        token, web_client=web, logger=_quiet(), concurrency=WORKERS, ping_interval=PING_SECONDS
    )
    client.socket_mode_request_listeners.append(partial(_take, door, stop))
    try:
        client.connect()
    except SlackApiError as error:
        raise ListenError(_remedy(str(error.response.get("error")))) from None
    except (SlackClientError, OSError) as error:
        raise ListenError(f"Slack does not answer: {type(error).__name__}") from None
    else:
        log.info("listening", extra={"action": "listening", "platform": "slack"})
        stop.wait()
    finally:
        client.close()
        client.message_workers.shutdown(wait=True)


def _take(
    door: Doorway, stop: threading.Event, client: BaseSocketModeClient, request: SocketModeRequest
) -> None:
    if request.type not in KINDS:
        return
    answer = until_recorded(partial(door.slack, request.type, request.payload), stop)
    if answer is None:
        return
    # Late is well: Slack has sent it again meanwhile, and the second one is a duplicate.
    client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer.body))


def _remedy(code: str) -> str:
    known = _REMEDIES.get(code)
    return known or f"Slack gives no socket ({code}): is Socket Mode switched on in the app's settings?"


def _quiet() -> logging.Logger:
    """The library's own, which at DEBUG quotes what people wrote, and at INFO the socket's secret address."""
    quiet = logging.getLogger("slack_sdk.socket_mode")
    quiet.setLevel(logging.WARNING)
    return quiet
