"""Triage by a model behind any OpenAI-compatible server: one deadline, at most one second try."""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Literal, Self

import aiohttp
import openai
import pydantic
from openai.types.chat import ChatCompletion
from openai.types.shared_params import ResponseFormatJSONSchema

from shiftbot.event_thread import Closed, EventThread
from shiftbot.triage import briefing, guard, replies
from shiftbot.triage.verdict import Category, Conversation, Verdict

FailureKind = Literal[
    "refusal", "length", "content_filter", "invalid_json", "invalid_verdict", "timeout", "rate_limited",
    "server_error", "unreachable", "bad_request", "empty",
]  # fmt: skip

_REPAIRABLE = ("invalid_json", "invalid_verdict")
_RETRYABLE = ("rate_limited", "server_error", "unreachable")
_PAUSE_SECONDS = 0.5
_FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)
_CODE = re.compile(r"[a-z_]{1,40}")
_REPAIR = (
    "Your previous answer was not one JSON object that follows the schema ({problem}). "
    "Answer with the JSON object only, every field present and within its bounds."
)


class ModelFailed(Exception):
    """No usable verdict; `detail` is for logs and the journal, free of keys and people's words."""

    def __init__(self, kind: FailureKind, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FailureKind = kind
        self.detail = detail
        self.retry_after = retry_after


class Answer(pydantic.BaseModel):
    """The model's JSON. Bounds are checked by Verdict: not every server knows the schema words for them."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    title: str
    summary: str
    severity: float
    escalate: bool
    reason: str
    category: Category
    reply: str
    language: str


@dataclass
class _Call:
    """One triage in progress: what was spent and how much time is left."""

    started: float
    deadline: float
    tokens_in: int = 0
    tokens_out: int = 0

    def left(self) -> float:
        return self.deadline - time.monotonic()

    def count(self, completion: ChatCompletion) -> None:
        usage = completion.usage
        self.tokens_in += max(0, (usage and usage.prompt_tokens) or 0)
        self.tokens_out += max(0, (usage and usage.completion_tokens) or 0)


class ModelEngine:
    """Asks the model. Safe to call from several threads."""

    def __init__(
        self, api_key: str, base_url: str, model: str, timeout_seconds: float, prompt: str | None = None
    ) -> None:
        self.model = model
        self.prompt = briefing.prompt() if prompt is None else prompt
        self.timeout_seconds = timeout_seconds
        # Servers without keys exist, and the client refuses to start without one.
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none",
            base_url=base_url,
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(),
        )
        self._events = EventThread("triage-model")

    def version(self) -> dict[str, str]:
        """Its name, and which prompt it is given."""
        return {"model": self.model, "prompt": briefing.prompt_digest(self.prompt)}

    def triage(self, conversation: Conversation) -> Verdict:
        """The model's verdict, its reply checked. Raises ModelFailed."""
        now = time.monotonic()
        call = _Call(now, now + self.timeout_seconds)
        marker = briefing.new_marker()
        messages = briefing.messages(conversation, marker, self.prompt)
        try:
            answer = self._answer(messages, call)
        except ModelFailed as failure:
            answer = self._second_try(failure, messages, call)
        return self._verdict(answer, conversation, marker, call)

    def close(self) -> None:
        """Gives up what is under way and frees the connections."""
        self._events.close(self._client.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _second_try(self, failure: ModelFailed, messages: list[dict[str, str]], call: _Call) -> Answer:
        if failure.kind in _REPAIRABLE:
            # In the same message, behind the fence: some chat templates refuse two user messages in a row.
            asked = messages[-1]["content"] + "\n\n" + _REPAIR.format(problem=failure.detail)
            return self._answer([*messages[:-1], {"role": "user", "content": asked}], call)
        pause = _PAUSE_SECONDS if failure.retry_after is None else failure.retry_after
        if failure.kind not in _RETRYABLE or pause >= call.left():
            raise failure
        time.sleep(max(0.0, pause))
        return self._answer(messages, call)

    def _answer(self, messages: list[dict[str, str]], call: _Call) -> Answer:
        completion = self._ask(messages, call)
        call.count(completion)
        answer = _parsed(_content(completion))
        _check(answer)
        return answer

    def _ask(self, messages: list[dict[str, str]], call: _Call) -> ChatCompletion:
        left = call.left()
        if left <= 0:
            raise ModelFailed("timeout", "no time left for a second try")
        try:
            completion = self._events.run(lambda: self._request(messages, left))
        except (Closed, CancelledError):
            raise ModelFailed("unreachable", "the client is closed") from None
        if not isinstance(completion, ChatCompletion):
            raise ModelFailed("empty", "the server's answer is no chat completion")
        return completion

    async def _request(self, messages: list[dict[str, str]], left: float) -> Any:
        body = {"model": self.model, "messages": messages, "response_format": _FORMAT}
        try:
            # The client's own timeout starts anew with every byte a server drips.
            async with asyncio.timeout(left):
                # Not chat.completions.create: it goes through the schema with its own types at every call, which takes
                # as long as the rest of the library together.
                return await self._client.post(
                    "/chat/completions", cast_to=ChatCompletion, body=body, options={"timeout": left}
                )
        except TimeoutError:
            raise ModelFailed("timeout", f"no answer within {left:.1f} s") from None
        except (openai.OpenAIError, ValueError) as error:  # ValueError: a body that only claims to be JSON
            raise _failure(error) from None

    def _verdict(self, answer: Answer, conversation: Conversation, marker: str, call: _Call) -> Verdict:
        fields = answer.model_dump()
        objection = guard.objection(answer.reply, conversation, self.prompt, marker)
        if objection:
            fields["reply"] = replies.safe(answer.language, answer.category, answer.escalate)
            fields["reason"] = f"reply replaced ({objection}); {answer.reason}"
        return Verdict.clean(
            **fields,
            engine="model",
            model=self.model,
            prompt_digest=briefing.prompt_digest(self.prompt),
            latency_ms=int((time.monotonic() - call.started) * 1000),
            tokens_in=call.tokens_in,
            tokens_out=call.tokens_out,
        )


_FORMAT: ResponseFormatJSONSchema = {
    "type": "json_schema",
    "json_schema": {"name": "verdict", "strict": True, "schema": Answer.model_json_schema()},
}


def _content(completion: ChatCompletion) -> str:
    # The client fills its types from whatever JSON arrives, so nothing below is sure to be there.
    choice = completion.choices[0] if isinstance(completion.choices, list) and completion.choices else None
    message = getattr(choice, "message", None)
    if choice is None or message is None:
        raise ModelFailed("empty", "no choice in the answer")
    if choice.finish_reason == "length":
        raise ModelFailed("length", "the answer was cut off at the token limit")
    if choice.finish_reason == "content_filter":
        raise ModelFailed("content_filter", "the server withheld the answer")
    if getattr(message, "refusal", None):
        raise ModelFailed("refusal", "the model declined to answer")
    content = getattr(message, "content", None)
    if not isinstance(content, str) or not content.strip():
        raise ModelFailed("empty", "the answer holds no text")
    return content


def _parsed(content: str) -> Answer:
    fenced = _FENCE.match(content[:50_000])
    try:
        return Answer.model_validate_json(fenced[1] if fenced else content)
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"].startswith("json"):
            raise ModelFailed("invalid_json", "the answer is not JSON") from None
        where = ".".join(str(part) for part in first["loc"] if part in Answer.model_fields) or "verdict"
        raise ModelFailed("invalid_verdict", f"{where}: {first['type']}") from None
    except ValueError:  # a lone surrogate in the content
        raise ModelFailed("invalid_json", "the answer is not valid Unicode") from None


def _check(answer: Answer) -> None:
    try:
        Verdict.clean(**answer.model_dump(), engine="model")
    except ValueError as error:  # its text names fields and bounds only
        raise ModelFailed("invalid_verdict", str(error)) from None


def _failure(error: Exception) -> ModelFailed:
    if isinstance(error, openai.APITimeoutError):
        if broken := _broken_line(error):
            return ModelFailed("unreachable", type(broken).__name__)
        return ModelFailed("timeout", "the server did not answer in time")
    if isinstance(error, openai.APIConnectionError):
        return ModelFailed("unreachable", type(error.__cause__ or error).__name__)
    if isinstance(error, openai.APIStatusError):
        return _status_failure(error)
    return ModelFailed("invalid_json", f"the server's answer could not be read ({type(error).__name__})")


def _broken_line(error: openai.APITimeoutError) -> BaseException | None:
    """What it was where it was no timeout: the client takes a line that is refused or cut for one; aiohttp, below, knows."""
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, aiohttp.ClientConnectionError) and not isinstance(cause, TimeoutError):
            return cause
        cause = cause.__cause__
    return None


def _status_failure(error: openai.APIStatusError) -> ModelFailed:
    code = error.code if isinstance(error.code, str) and _CODE.fullmatch(error.code) else ""
    detail = f"HTTP {error.status_code} {code}".strip()
    if error.status_code == 429:
        # An empty account stays empty: waiting for it would only cost the deadline.
        pause = float("inf") if code == "insufficient_quota" else _retry_after(error)
        return ModelFailed("rate_limited", detail, pause)
    if error.status_code >= 500:
        return ModelFailed("server_error", detail, _retry_after(error))
    if error.status_code == 408:
        return ModelFailed("timeout", detail)
    return ModelFailed("bad_request", detail)


def _retry_after(error: openai.APIStatusError) -> float | None:
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    return None
