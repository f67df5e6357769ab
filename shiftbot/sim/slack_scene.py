"""Part of the Slack simulator: what the customers' verbs stand on, files, interactions and response urls."""

from __future__ import annotations

import json
import threading
import time

from .faults import SimError
from .outbox import Attempt
from .slack_api import WebApi
from .slack_events import VERIFICATION_TOKEN, Events
from .slack_values import Refused, check_blocks, shown
from .slack_world import APP, TEAM, Channel, Json, World, buttons

USES_OF_A_RESPONSE_URL = 5


class Scene:
    """The state and the helpers of the customers."""

    world: World
    events: Events
    api: WebApi
    changed: threading.Condition
    response_urls: dict[str, tuple[Channel, str, list[Json]]]  # channel, ts of the pressed message, uses

    @property
    def url(self) -> str:
        """The address of the simulator."""
        raise NotImplementedError

    def _write(self, channel: str, user: str, text: str, thread: str, more: Json | None = None) -> Json:
        with self.changed:
            place = self.world.channel(channel)
            if thread:
                thread = self.api.root(place, self.world.message(channel, thread)["ts"])
            message = self.world.post(place, self.world.written(user, text) | (more or {}), thread)
            self.events.publish(place, self.api.event(place, message))
            return message

    def _file(self, user: str, name: str, content: bytes) -> Json:
        file_id = f"F0SIM{next(self.world.numbers):06d}"
        link = f"{self.url}/files-pri/{TEAM}-{file_id}"
        ending = name.rpartition(".")[2]
        now = int(time.time())
        about_file: Json = {"id": file_id, "created": now, "timestamp": now, "name": name, "title": name}
        about_file |= {
            "mimetype": "text/plain",
            "filetype": ending,
            "pretty_type": ending.upper(),
            "user": user,
        }
        about_file |= {"user_team": TEAM, "size": len(content), "mode": "hosted", "is_external": False}
        about_file |= {"url_private": f"{link}/{name}", "url_private_download": f"{link}/download/{name}"}
        about_file |= {"file_access": "visible"}
        self.world.files[file_id] = (about_file, content)
        return about_file

    def _action(self, message: Json, wanted: str) -> Json:
        for block, button in buttons(message):
            if wanted in (button["text"]["text"], button.get("action_id")):
                names = ("action_id", "text", "value", "style", "type", "url")
                action = {name: button[name] for name in names if name in button}
                return action | {"block_id": block["block_id"], "action_ts": self.world.ts()}
        raise SimError(f"there is no button {wanted!r} on the message {message['ts']}")

    def _interaction(self, place: Channel, message: Json, user: str, is_ephemeral: bool) -> Json:
        person = self.world.add_user(user)
        container = {"type": "message", "message_ts": message["ts"], "channel_id": place.id}
        container |= {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
        who = {"id": user, "username": person["name"], "name": person["name"], "team_id": TEAM}
        return {
            "type": "block_actions",
            "user": who,
            "api_app_id": APP,
            "token": VERIFICATION_TOKEN,
            "container": container | {"is_ephemeral": is_ephemeral},
            "trigger_id": self._trigger(),
            "team": {"id": TEAM, "domain": "shift-sim"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": place.id, "name": place.name},
            **({} if is_ephemeral else {"message": shown(message)}),
            "state": {"values": {}},
            "response_url": self._response_url(place, message["ts"]),
        }

    def _trigger(self) -> str:
        return f"{next(self.world.numbers)}.{time.time_ns()}.sim"

    def _response_url(self, place: Channel, ts: str) -> str:
        name = f"{next(self.world.numbers)}-{time.time_ns()}"
        self.response_urls[name] = (place, ts, [])
        return f"{self.url}/actions/{TEAM}/{name}"

    def _whispered(self, place: Channel, attempt: Attempt) -> None:
        """Shows what a slash command was answered with."""
        if not attempt.accepted or not attempt.body.strip():
            return
        try:
            answer = json.loads(attempt.body)
        except ValueError:
            answer = {"text": attempt.body.decode(errors="replace")}
        with self.changed:
            self._respond(place, "", answer)

    def respond(self, name: str, answer: Json) -> None:
        """Plays a post to a response_url. Raises Refused for one that is unknown or used up."""
        with self.changed:
            place, ts, uses = self.response_urls.get(name) or (None, "", [])
            if place is None:
                raise Refused("expired_url")
            if len(uses) >= USES_OF_A_RESPONSE_URL:
                raise Refused("used_url")
            uses.append(answer)
            self._respond(place, ts, answer)

    def _respond(self, place: Channel, ts: str, answer: Json) -> None:
        here = place.messages if ts in place.messages else place.ephemeral
        if answer.get("delete_original"):
            here.pop(ts, None)
            self.changed.notify_all()
            return
        check_blocks(answer.get("blocks") or [])
        content = self.world.by_bot(str(answer.get("text") or ""), answer.get("blocks") or [])
        if answer.get("replace_original") and ts in place.messages:
            self.api.replace(place, place.messages[ts], content)
        elif answer.get("replace_original") and ts in place.ephemeral:
            place.ephemeral[ts] |= content
            self.changed.notify_all()
        elif answer.get("response_type") == "in_channel":
            message = self.world.post(place, content, str(answer.get("thread_ts") or ""))
            self.events.publish(place, self.api.event(place, message))
        else:
            self.api.whisper(place, content, str(answer.get("thread_ts") or ""))
