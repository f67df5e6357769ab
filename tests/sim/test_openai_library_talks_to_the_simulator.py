from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import openai
import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field

from shiftbot.sim.openai import ModelSim


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    summary: str
    severity: float = Field(ge=0, le=1)
    escalate: bool
    reason: str
    category: Literal["bug", "question", "outage", "noise"]
    reply: str | None
    language: str
    confidence: float = Field(ge=0.5)


Ask = Callable[[str], openai.types.chat.ParsedChatCompletion[Verdict]]


@contextmanager
def asking(sim: ModelSim, api_key: str = "", timeout: float = 5) -> Iterator[Ask]:
    client = openai.OpenAI(
        api_key=api_key or sim.api_key, base_url=f"{sim.url}/v1", max_retries=0, timeout=timeout
    )
    with client:
        yield lambda text: client.chat.completions.parse(
            model="gpt-5-mini",
            messages=[{"role": "system", "content": "Triage."}, {"role": "user", "content": text}],
            response_format=Verdict,
        )


@pytest.mark.parametrize(
    ("text", "category", "escalates"),
    [
        ("The whole site is down, nobody can log in", "outage", True),
        ("We have data loss in the billing table", "outage", True),
        ("The export button is broken", "bug", False),
        ("How do I change my address?", "question", False),
        ("thanks a lot!", "noise", False),
    ],
)
def test_verdict_fits_the_schema_and_the_words(
    model: ModelSim, text: str, category: str, escalates: bool
) -> None:
    with asking(model) as ask:
        verdict = ask(text).choices[0].message.parsed

    assert verdict is not None
    assert (verdict.category, verdict.escalate) == (category, escalates)


def test_request_is_recorded_and_tokens_are_counted(model: ModelSim) -> None:
    with asking(model) as ask:
        answer = ask("The export button is broken")

    (request,) = model.requests
    assert request["messages"][-1]["content"] == "The export button is broken"
    assert request["response_format"]["type"] == "json_schema"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_answer_can_be_plugged_in() -> None:
    with ModelSim(respond=lambda messages, response_format: f"{len(messages)} messages") as sim:
        client = openai.OpenAI(api_key=sim.api_key, base_url=f"{sim.url}/v1")
        with client:
            answer = client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hello"}]
            )

    assert answer.choices[0].message.content == "1 messages"


def test_wrong_key_is_refused(model: ModelSim) -> None:
    with asking(model, api_key="sk-wrong") as ask, pytest.raises(openai.AuthenticationError) as caught:
        ask("hello")

    assert caught.value.code == "invalid_api_key"
    assert model.requests == []


def test_models_are_listed(model: ModelSim) -> None:
    client = openai.OpenAI(api_key=model.api_key, base_url=f"{model.url}/v1")
    with client:
        listed = [known.id for known in client.models.list()]

    assert listed == ["gpt-5-mini"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limited", openai.RateLimitError),
        ("insufficient_quota", openai.RateLimitError),
        ("server_error", openai.InternalServerError),
        ("bad_gateway", openai.InternalServerError),
        ("timeout", openai.APITimeoutError),
        ("slow", openai.APITimeoutError),
        ("drop_before_work", openai.APIConnectionError),
        ("drop_after_work", openai.APIConnectionError),
        ("length", openai.LengthFinishReasonError),
        ("content_filter", openai.ContentFilterFinishReasonError),
        ("invalid_json", pydantic.ValidationError),
        ("prose", pydantic.ValidationError),
        ("wrong_schema", pydantic.ValidationError),
    ],
)
def test_fault_raises_the_librarys_error_and_ends(model: ModelSim, kind: str, error: type[Exception]) -> None:
    model.fault(kind, count=1, seconds=2)

    with asking(model, timeout=0.5) as ask:
        with pytest.raises(error):
            ask("The export button is broken")

        parsed = ask("The export button is broken").choices[0].message.parsed

    assert parsed is not None
    assert len(model.requests) == 2


def test_wrong_schema_says_severity_seven(model: ModelSim) -> None:
    model.fault("wrong_schema")
    client = openai.OpenAI(api_key=model.api_key, base_url=f"{model.url}/v1")
    with client:
        answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "down"}])

    assert json.loads(answer.choices[0].message.content or "")["severity"] == 7


def test_quota_is_told_from_rate_limit_by_its_code(model: ModelSim) -> None:
    model.fault("insufficient_quota")

    with asking(model) as ask, pytest.raises(openai.RateLimitError) as caught:
        ask("hello")

    assert caught.value.code == "insufficient_quota"


def test_refusal_has_words_and_no_verdict(model: ModelSim) -> None:
    model.fault("refusal")

    with asking(model) as ask:
        message = ask("hello").choices[0].message

    assert (message.parsed, bool(message.refusal)) == (None, True)


def test_empty_choices_are_empty(model: ModelSim) -> None:
    model.fault("empty_choices")

    with asking(model) as ask:
        assert ask("hello").choices == []
