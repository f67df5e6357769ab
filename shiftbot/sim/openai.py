"""A simulator of an OpenAI-compatible model server: chat completions over real HTTP, answers without a model.

Point the openai client at it with base_url=sim.url + "/v1".
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, request

from .faults import SHARED_KINDS, Fault
from .openai_verdict import Json, verdict
from .server import SimServer

KEY = "sk-simulated-key-for-local-use-only"
OWN_KINDS = (
    "refusal",  # the model declines: message.refusal, no content
    "length",  # cut off at the token limit, in the middle of the JSON
    "content_filter",  # withheld by the provider's filter
    "invalid_json",  # JSON with its end missing, though finished
    "prose",  # friendly words instead of JSON
    "wrong_schema",  # JSON that breaks the schema: severity 7
    "empty_choices",  # no choices at all
    "insufficient_quota",  # 429 that no waiting cures
)
Respond = Callable[[list[Json], Json | None], Json | str]


class ModelSim(SimServer):
    """A simulated model. `respond` takes messages and response_format, returns an object, or text as is."""

    fault_kinds: ClassVar[tuple[str, ...]] = SHARED_KINDS + OWN_KINDS

    def __init__(
        self,
        port: int = 0,
        api_key: str = KEY,
        respond: Respond = verdict,
        latency: float = 0.0,
        models: tuple[str, ...] = ("gpt-5-mini",),
    ) -> None:
        self.api_key = api_key
        self.respond: Respond = respond
        self.latency = latency  # seconds of thinking per answer
        self.models = models
        self._requests: list[Json] = []
        self._numbers = itertools.count(1)
        super().__init__(port)

    @property
    def requests(self) -> list[Json]:
        """The bodies of all chat completion requests so far, those that met a fault included."""
        with self.changed:
            return list(self._requests)

    def clear_requests(self) -> None:
        """Forgets the requests so far."""
        with self.changed:
            self._requests.clear()

    def add_routes(self, app: Flask) -> None:
        app.add_url_rule("/v1/chat/completions", "chat", self._chat, methods=["POST"])
        app.add_url_rule("/v1/models", "models", self._models)
        app.add_url_rule("/sim/requests", "requests", self._control_requests, methods=["GET", "DELETE"])

    def _chat(self) -> Response:
        body = request.get_json(force=True, silent=True)
        if denied := self._denied():
            return denied
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body.get("model"):
            return error(400, "you must provide a model and messages", "invalid_request_error")
        if body.get("stream"):
            return error(400, "the simulator does not stream", "invalid_request_error")
        with self.changed:
            self._requests.append(body)
            self.changed.notify_all()
        return self.perform("chat.completions", lambda: self._completion(body))

    def _denied(self) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {self.api_key}":
            return None
        return error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")

    def _models(self) -> Response:
        if denied := self._denied():
            return denied
        listed = [{"id": m, "object": "model", "created": 1, "owned_by": "simulator"} for m in self.models]
        return self.perform("models", lambda: jsonify(object="list", data=listed))

    def _completion(self, body: Json) -> Response:
        return self._answer(body, self._content(body))

    def _content(self, body: Json) -> str:
        answer = self.respond(body["messages"], body.get("response_format"))
        return answer if isinstance(answer, str) else json.dumps(answer)

    def _answer(
        self, body: Json, content: str | None, finish: str = "stop", refusal: str | None = None
    ) -> Response:
        if self.latency:
            self._stopping.wait(self.latency)
        message: Json = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        return self._envelope(body, [choice], len(content or refusal or "") // 4 + 1)

    def _envelope(self, body: Json, choices: list[Json], completion_tokens: int) -> Response:
        prompt_tokens = len(json.dumps(body["messages"])) // 4
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        usage["total_tokens"] = prompt_tokens + completion_tokens
        number = next(self._numbers)
        response = jsonify(
            id=f"chatcmpl-sim{number}",
            object="chat.completion",
            created=int(time.time()),
            model=body["model"],
            choices=choices,
            usage=usage,
            system_fingerprint="fp_simulator",
        )
        response.headers["x-request-id"] = f"req_sim{number}"
        return response

    def own_fault(self, fault: Fault, work: Callable[[], Response]) -> Response:
        body: Json = request.get_json(force=True, silent=True) or {"messages": [], "model": ""}
        match fault.kind:
            case "insufficient_quota":
                words = "You exceeded your current quota, please check your plan and billing details."
                return error(429, words, "insufficient_quota", "insufficient_quota")
            case "empty_choices":
                return self._envelope(body, [], 0)
            case "refusal":
                return self._answer(body, None, refusal="I'm sorry, I cannot help with that.")
            case "content_filter":
                return self._answer(body, None, finish="content_filter")
            case "prose":
                return self._answer(body, "Sure! It looks to me as if the site might be down.")
        content = self._content(body)
        if fault.kind == "wrong_schema":
            return self._answer(body, json.dumps({**json.loads(content), "severity": 7}))
        finish = "length" if fault.kind == "length" else "stop"
        return self._answer(body, content[: len(content) // 2], finish)

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "server_error":
            return error(500, "The server had an error while processing your request.", "server_error")
        response = error(429, "Rate limit reached for requests.", "requests", "rate_limit_exceeded")
        response.headers["Retry-After"] = str(max(1, round(fault.seconds)))
        response.headers["retry-after-ms"] = str(round(fault.seconds * 1000))
        return response

    def _control_requests(self) -> Response:
        if request.method == "DELETE":
            self.clear_requests()
        return jsonify(self.requests)


def error(status: int, message: str, kind: str, code: str | None = None) -> Response:
    """An error as OpenAI words it."""
    body: dict[str, Any] = {"message": message, "type": kind, "param": None, "code": code}
    response = jsonify(error=body)
    response.status_code = status
    return response
