"""A simulator of Slack: the Web API over real HTTP, signed events, and the people who write in channels.

Point slack_sdk at it with base_url=sim.url + "/api/".
"""

from __future__ import annotations

from typing import ClassVar

from flask import Flask, Response, jsonify, request

from .faults import Fault, SimError
from .limits import Limit, claim
from .server import SimServer
from .slack_api import WebApi
from .slack_customers import VERBS, Customers
from .slack_events import Events
from .slack_values import Refused
from .slack_world import Json, World

TOKEN = "xoxb-simulated-token-for-local-use-only"
APP_TOKEN = "xapp-simulated-token-for-local-use-only"
SECRET = "simulated-signing-secret"
SCOPES = "app_mentions:read,channels:history,channels:join,channels:read,chat:write,commands,files:read"
SCOPES += ",groups:history,groups:read,im:history,metadata.message:read,reactions:read,reactions:write"
SCOPES += ",users:read,users:read.email"
SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"


class SlackSim(SimServer, Customers):
    """A simulated Slack workspace with one app installed.

    `webhook_url` is the base address of our webhooks; events, interactions and commands go to
    /webhooks/slack/… under it. `enforce_limits` allows one post a second per channel, as Slack does.
    """

    verbs: ClassVar[tuple[str, ...]] = VERBS

    def __init__(
        self,
        port: int = 0,
        token: str = TOKEN,
        secret: str = SECRET,
        webhook_url: str = "",
        bot_name: str = "shiftbot",
        enforce_limits: bool = False,
        scopes: str = SCOPES,
    ) -> None:
        self.scopes = scopes
        self.token = token
        super().__init__(port)
        self.world = World(self.changed, bot_name)
        self.events = Events(self.changed, secret)
        self.api = WebApi(self.world, self.events)
        self.response_urls = {}
        self.enforce_limits = enforce_limits
        self.per_channel = Limit(1, 1)
        if webhook_url:
            self.set_webhook(webhook_url)

    def stop(self) -> None:
        super().stop()
        self.events.stop()

    def set_webhook(
        self, url: str = "", events_url: str = "", interactions_url: str = "", commands_url: str = ""
    ) -> None:
        """Says where our webhooks are: one base address, or single addresses; what is not given stays."""
        base = f"{url.rstrip('/')}/webhooks/slack"
        events = self.events
        with self.changed:
            if url:
                events.events_url, events.interactions_url = f"{base}/events", f"{base}/interactions"
                events.commands_url = f"{base}/commands"
            events.events_url = events_url or events.events_url
            events.interactions_url = interactions_url or events.interactions_url
            events.commands_url = commands_url or events.commands_url

    def messages(
        self, channel: str, thread: str = "", after: str = "", wait: float = 0, sender: str = ""
    ) -> list[Json]:
        """What can be seen in a channel, threads included, oldest first; ephemeral messages are marked.

        `thread` narrows it to one thread, its root included, `sender` to "bot" or "customer". Waits up to
        `wait` seconds for the first such message.
        """

        def look() -> list[Json]:
            place = self.world.channel(channel)
            views = [self.world.view(message) for message in place.messages.values()]
            views += [self.world.view(message, True) for message in place.ephemeral.values()]
            return [
                view
                for view in sorted(views, key=lambda view: str(view["ts"]))
                if view["ts"] > after
                and (not thread or thread in (view["ts"], view["thread"]))
                and (not sender or view["from_bot"] == (sender == "bot"))
            ]

        return self._waited(look, wait)

    # The Web API over HTTP.

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/api/<method>", "api", self._api, methods=["GET", "POST"])
        app.add_url_rule("/actions/<team>/<name>", "actions", self._response, methods=["POST"])
        app.add_url_rule("/files-pri/<file>/download/<name>", "download", self._download)
        app.add_url_rule("/files-pri/<file>/<name>", "file", self._download)
        app.add_url_rule("/sim/messages", "messages", self._seen)
        app.add_url_rule("/sim/webhook", "webhook", self._control_webhook, methods=["GET", "POST"])
        app.add_url_rule("/sim/attempts", "attempts", lambda: jsonify(list(self.events.attempts)))
        app.add_url_rule("/sim/given_up", "given_up", lambda: jsonify(self.events.given_up))

    def _api(self, method: str) -> Response:
        arguments = _arguments()
        return self.perform(method, lambda: self._answer(method, arguments))

    def _answer(self, method: str, arguments: Json) -> Response:
        token = _bearer() or str(arguments.get("token") or "")
        try:
            if method == "apps.connections.open":
                return jsonify(ok=True, url=self._socket(token))
            if token != self.token:
                raise Refused("invalid_auth" if token else "not_authed")
            if method not in self.api.methods:
                raise Refused("unknown_method", req_method=method)
            with self.changed:
                if method == "chat.postMessage" and self.enforce_limits:
                    wait = claim([(self.per_channel, str(arguments.get("channel")))])
                    if wait:
                        return self.refusal(Fault("rate_limited", seconds=wait))
                answer = jsonify(ok=True, **self.api.methods[method](arguments))
        except Refused as refused:
            answer = jsonify(refused.answer)
        answer.headers["x-oauth-scopes"] = self.scopes
        return answer

    def _socket(self, token: str) -> str:
        """Socket Mode is on from the first time an app asks for a socket."""
        if token != APP_TOKEN:
            raise Refused("not_allowed_token_type" if token == self.token else "invalid_auth")
        self.events.use_socket_mode()
        return self.events.sockets.open()

    def _response(self, team: str, name: str) -> Response:
        answer = request.get_json(force=True, silent=True) or {}

        def work() -> Response:
            try:
                self.respond(name, answer)
            except Refused as refused:
                return Response(str(refused.answer["error"]), 404)
            return Response("ok")

        return self.perform("response_url", work)

    def _download(self, file: str, name: str) -> Response:
        with self.changed:
            known = self.world.files.get(file.rpartition("-")[2])
        if known is None:
            return Response("not found", 404)
        if (
            _bearer() != self.token
        ):  # Slack sends to its sign-in page, which a careless client takes for the file
            return Response(SIGN_IN, content_type="text/html")
        return self.perform("file", lambda: Response(known[1], content_type=str(known[0]["mimetype"])))

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            response = jsonify(ok=False, error="ratelimited")
            response.status_code = 429
            response.headers["Retry-After"] = str(max(1, round(fault.seconds)))
            return response
        response = jsonify(ok=False, error="internal_error")
        response.status_code = 500
        return response

    # Control over HTTP.

    def _seen(self) -> Response:
        asked = request.args
        try:
            wait, channel = float(asked.get("wait") or 0), asked["channel"]
        except (KeyError, ValueError):
            raise SimError("give channel=<id>, and wait as a number") from None
        found = self.messages(
            channel, asked.get("thread", ""), asked.get("after", ""), wait, asked.get("sender", "")
        )
        return jsonify(found)

    def _control_webhook(self) -> Response:
        if request.method == "POST":
            self._call(self.set_webhook, request.get_json(force=True))
        events = self.events
        return jsonify(
            events_url=events.events_url,
            interactions_url=events.interactions_url,
            commands_url=events.commands_url,
        )


def _bearer() -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _arguments() -> Json:
    arguments: Json = request.args.to_dict() | request.form.to_dict()
    if request.is_json:
        body = request.get_json(silent=True)
        arguments |= body if isinstance(body, dict) else {}
    return arguments
