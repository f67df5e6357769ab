"""A simulator of Telegram: the Bot API over real HTTP, and the people who write to the bot.

Point python-telegram-bot at it with base_url=sim.url + "/bot" and base_file_url=sim.url + "/file/bot".
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Flask, Response, jsonify, request

from .faults import Fault, SimError
from .server import SimServer
from .telegram_api import BotApi, Refused
from .telegram_customers import VERBS, Customers
from .telegram_media import Media
from .telegram_updates import Updates
from .telegram_world import Json, World

TOKEN = "7100000000:AAE-simulated-token-for-local-use-only"


class TelegramSim(Customers, SimServer):
    """A simulated Telegram with one bot.

    `first_id` starts the message ids, so that a restarted simulator does not repeat those of an earlier run.
    `enforce_limits` switches Telegram's own limits on: 30 messages a second, 20 a minute per group.
    """

    verbs: ClassVar[tuple[str, ...]] = VERBS

    def __init__(
        self,
        port: int = 0,
        token: str = TOKEN,
        username: str = "shift_sim_bot",
        reads_all: bool = True,
        enforce_limits: bool = False,
        first_id: int = 0,
    ) -> None:
        self.token = token
        super().__init__(port)
        bot = {"id": _bot_id(token), "is_bot": True, "first_name": "Shift-Bot", "username": username}
        bot |= {"can_join_groups": True, "can_read_all_group_messages": reads_all}
        bot |= {"supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False}
        self.world = World(self.changed, bot, first_id)
        self.media = Media(self.world)
        self.api = BotApi(self.world)
        self.api.enforce_limits = enforce_limits
        self.updates = Updates(self.changed, self._execute)
        self._methods = self.api.methods | self.updates.methods

    def start(self) -> TelegramSim:
        if not self.is_running:
            super().start()
            self.updates.start()
        return self

    def stop(self) -> None:
        super().stop()
        self.updates.stop()

    @property
    def toasts(self) -> list[Json]:
        """The answers to button presses: user, data, text, show_alert."""
        with self.changed:
            return list(self.world.toasts)

    def set_webhook(self, url: str, secret: str = "", allowed_updates: list[str] | None = None) -> None:
        """Registers the webhook as the bot itself would with setWebhook."""
        with self.changed:
            arguments: Json = {"url": url, "secret_token": secret, "allowed_updates": allowed_updates}
            self.updates.set_webhook(arguments)

    def messages(
        self, chat: int, after: int = 0, wait: float = 0, sender: str = "", topic: int = 0
    ) -> list[Json]:
        """What can be seen in a chat, oldest first; waits up to `wait` seconds for the first such message.

        `sender` "bot" or "customer" and `topic` narrow it down.
        """

        def look() -> list[Json]:
            found = self.world.chat(chat).messages
            views = (self.world.view(found[number]) for number in sorted(found) if number > after)
            return [
                view
                for view in views
                if (not sender or view["from_bot"] == (sender == "bot"))
                and (not topic or view["topic"] == topic)
            ]

        return self._waited(look, wait)

    # The Bot API over HTTP.

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/bot<token>/<method>", "api", self._api, methods=["GET", "POST"])
        app.add_url_rule("/file/bot<token>/<path:path>", "file", self._file)
        app.add_url_rule("/sim/messages", "messages", self._seen)
        app.add_url_rule("/sim/webhook", "webhook", self._control_webhook, methods=["GET", "POST"])
        app.add_url_rule("/sim/toasts", "toasts", lambda: jsonify(self.toasts))
        app.add_url_rule("/sim/attempts", "attempts", lambda: jsonify(list(self.updates.attempts)))

    def _api(self, token: str, method: str) -> Response:
        if token != self.token:
            return _refused(Refused(401, "Unauthorized"))
        known = {name.lower(): name for name in self._methods} if method not in self._methods else {}
        name = known.get(method.lower(), method)  # Telegram does not mind the case
        if name not in self._methods:
            return _refused(Refused(404, "Not Found"))
        arguments = _arguments()
        return self.perform(name, lambda: self._answer(name, arguments))

    def _answer(self, method: str, arguments: Json) -> Response:
        try:
            return jsonify(ok=True, result=self._execute(method, arguments))
        except Refused as refused:
            return _refused(refused)

    def _execute(self, method: str, arguments: Json) -> Any:
        if method not in self._methods:
            raise Refused(404, "Not Found")
        with self.changed:
            return self._methods[method](arguments)

    def _file(self, token: str, path: str) -> Response:
        with self.changed:
            stored = [data for about, data in self.world.files.values() if about["file_path"] == path]
        if token != self.token or not stored:
            return _refused(Refused(404, "Not Found"))
        return self.perform("file", lambda: Response(stored[0], content_type="application/octet-stream"))

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            seconds = max(1, round(fault.seconds))
            words = f"Too Many Requests: retry after {seconds}"
            return _refused(Refused(429, words, {"retry_after": seconds}))
        return _refused(Refused(500, "Internal Server Error"))

    # Control over HTTP.

    def _seen(self) -> Response:
        try:
            chat, after = int(request.args["chat"]), int(request.args.get("after") or 0)
            wait, topic = float(request.args.get("wait") or 0), int(request.args.get("topic") or 0)
        except (KeyError, ValueError):
            raise SimError("give chat=<id>, and after, topic, wait as numbers") from None
        return jsonify(self.messages(chat, after, wait, request.args.get("sender", ""), topic))

    def _control_webhook(self) -> Response:
        if request.method == "POST":
            try:
                self._call(self.set_webhook, request.get_json(force=True))
            except Refused as refused:
                raise SimError(refused.description) from None
        with self.changed:
            return jsonify(self.updates.webhook_info({}))


def _bot_id(token: str) -> int:
    number = token.partition(":")[0]
    if not number.isdigit():
        raise SimError("a Telegram token looks like 7100000000:AA...")
    return int(number)


def _arguments() -> Json:
    arguments: Json = request.args.to_dict() | request.form.to_dict()
    if request.is_json:
        body = request.get_json(silent=True)
        arguments |= body if isinstance(body, dict) else {}
    return arguments


def _refused(refused: Refused) -> Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    response = jsonify(body)
    response.status_code = refused.code
    return response
