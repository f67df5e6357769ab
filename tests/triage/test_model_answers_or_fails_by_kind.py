"""The model engine against a server over real HTTP: every way it can answer, and every way it can fail."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shiftbot.triage import briefing
from shiftbot.triage.model import ModelEngine, ModelFailed
from tests.triage.conftest import (
    GOOD,
    ScriptedServer,
    Step,
    completes,
    cuts_off,
    fails,
    hangs_up,
    sends,
    verdict,
)
from tests.triage.conversations import conversation

REPORT = conversation("my checkout fails, card 4111 is refused")


def failure(model: ModelEngine) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        model.triage(REPORT)
    return caught.value


def test_a_good_answer_is_the_verdict(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(verdict())

    found = model.triage(REPORT)

    assert {name: getattr(found, name) for name in GOOD} == GOOD
    assert (found.engine, found.model, found.tokens_in, found.tokens_out) == ("model", "test-model", 11, 7)
    assert found.prompt_digest == briefing.prompt_digest(briefing.prompt())
    assert len(found.prompt_digest) == 16
    assert found.latency_ms >= 0


def test_the_request_asks_for_the_strict_schema(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(verdict())
    model.triage(REPORT)

    asked = server.requests[0]
    schema = asked["response_format"]["json_schema"]
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "test-model"
    assert schema["strict"] is True
    assert schema["schema"]["additionalProperties"] is False
    assert set(schema["schema"]["required"]) == set(GOOD) == set(schema["schema"]["properties"])


def test_an_answer_in_a_code_block_is_read(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(completes(f"```json\n{json.dumps(GOOD)}\n```"))

    assert model.triage(REPORT).title == GOOD["title"]


def test_long_fields_are_cut_not_refused(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(verdict(title="word " * 60, reply="word " * 2000, reason="x" * 5000))

    found = model.triage(REPORT)

    assert len(found.title) <= 120
    assert len(found.reply) <= 3500
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (completes(None, refusal="I will not"), "refusal"),
        (completes('{"title": "cu', finish="length"), "length"),
        (completes(None, finish="content_filter"), "content_filter"),
        (completes(""), "empty"),
        (completes(None), "empty"),
        (sends(200, '{"id": "c1", "object": "chat.completion", "choices": []}'), "empty"),
        (sends(200, '{"id": "c1", "choices": null}'), "empty"),
        (sends(200, '{"choices": [null]}'), "empty"),
        (sends(200, "[1]"), "empty"),
        (sends(200, "<html>welcome</html>", kind="text/html"), "empty"),
        (fails(400, "unsupported_schema"), "bad_request"),
        (fails(401, "invalid_api_key"), "bad_request"),
        (fails(404), "bad_request"),
    ],
)
def test_what_a_second_try_would_not_change_is_asked_once(
    server: ScriptedServer, model: ModelEngine, step: Step, kind: str
) -> None:
    server.answers(step, verdict())

    assert failure(model).kind == kind
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        completes("Sure! Here is my verdict."),
        completes('{"title": "x"'),
        completes(json.dumps({k: v for k, v in GOOD.items() if k != "severity"})),
        verdict(extra="field"),
        verdict(severity=7),
        verdict(severity=-0.1),
        completes(json.dumps(GOOD).replace("0.55", "NaN")),
        verdict(severity="high"),
        verdict(category="catastrophe"),
        verdict(title="  "),
        verdict(reply=""),
        completes(json.dumps([GOOD])),
    ],
)
def test_nonsense_is_repaired_once(server: ScriptedServer, model: ModelEngine, step: Step) -> None:
    server.answers(step, verdict())

    found = model.triage(REPORT)

    assert found.title == GOOD["title"]
    assert (found.tokens_in, found.tokens_out) == (22, 14)
    assert "not one JSON object" in server.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (completes("Sure! card 4111"), "invalid_json"),
        (verdict(severity=7), "invalid_verdict"),
        (verdict(category="card 4111"), "invalid_verdict"),
        (sends(200, "{broken json 4111"), "invalid_json"),
    ],
)
def test_nonsense_twice_fails(server: ScriptedServer, model: ModelEngine, step: Step, kind: str) -> None:
    server.answers(step)

    found = failure(model)

    assert found.kind == kind
    assert "4111" not in found.detail
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (fails(429, "rate_limit_exceeded", Retry_After_Ms="10"), "rate_limited"),
        (fails(500, Retry_After_Ms="10"), "server_error"),
        (fails(503, Retry_After_Ms="10"), "server_error"),
        (cuts_off, "unreachable"),
        (hangs_up, "unreachable"),
    ],
)
def test_a_stumbling_server_is_asked_twice(
    server: ScriptedServer, model: ModelEngine, step: Step, kind: str
) -> None:
    server.answers(step)
    found = failure(model)
    asked_in_vain = len(server.requests)
    server.requests.clear()
    server.answers(step, verdict())

    assert (found.kind, asked_in_vain) == (kind, 2)
    assert model.triage(REPORT).title == GOOD["title"]


def test_an_empty_account_is_not_asked_again(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(fails(429, "insufficient_quota"), verdict())

    found = failure(model)

    assert (found.kind, found.detail) == ("rate_limited", "HTTP 429 insufficient_quota")
    assert len(server.requests) == 1


def test_a_wait_past_the_deadline_is_not_waited(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(fails(429, Retry_After="3600"), verdict())

    assert failure(model).kind == "rate_limited"
    assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", ["hangs", "drips"])
def test_the_deadline_ends_a_server_that_does_not(server: ScriptedServer, behaviour: str) -> None:
    server.answers(getattr(server, behaviour))

    with ModelEngine("k", server.url, "m", timeout_seconds=0.3) as model:
        assert failure(model).kind == "timeout"


def test_the_deadline_covers_the_second_try(server: ScriptedServer) -> None:
    server.answers(completes("prose"), server.hangs)

    with ModelEngine("k", server.url, "m", timeout_seconds=0.5) as model:
        assert failure(model).kind == "timeout"
    assert len(server.requests) == 2


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with ModelEngine("sk-secret", f"http://127.0.0.1:{port}/v1", "m", timeout_seconds=2.0) as model:
        found = failure(model)
    assert (found.kind, found.detail) == ("unreachable", "ClientConnectorError")
    assert "sk-secret" not in str(found)


def test_closing_ends_a_call_that_is_under_way(server: ScriptedServer) -> None:
    server.answers(server.hangs)
    model = ModelEngine("k", server.url, "m", timeout_seconds=20.0)
    with ThreadPoolExecutor(1) as others:
        asked = others.submit(failure, model)
        while not server.requests:
            time.sleep(0.01)
        model.close()

    assert asked.result().kind == "unreachable"
    assert failure(model).kind == "unreachable"


def test_a_failure_tells_no_words_and_no_keys(server: ScriptedServer, model: ModelEngine) -> None:
    for step in (fails(400, "card 4111 refused"), fails(401, "sk-test-key"), fails(422)):
        server.answers(step)
        text = str(failure(model))

        assert not any(word in text for word in ("4111", "sk-test", "secret words"))


def test_a_server_without_keys_can_be_used(server: ScriptedServer) -> None:
    server.answers(verdict())

    with ModelEngine("", server.url, "m", timeout_seconds=5.0) as model:
        assert model.triage(REPORT).engine == "model"


REPLIES: list[tuple[str, str]] = [
    ("Thanks @channel please look", "mass mention"),
    ("Thanks <!here> please look", "mass mention"),
    ("Thanks <!subteam^S1>", "mass mention"),
    ("Thanks \uff20everyone", "mass mention"),
    ("Thanks @\u200bhere", "mass mention"),
    ("Thanks @ here", "mass mention"),
    ("Ask @evil_bot for help", "mention"),
    ("Log in at https://evil.example/login please", "link"),
    ("Log in at evil-shop.com please", "link"),
    ("Log in at evil\u200b.com please", "link"),
    ("See [here](http://10.0.0.1/x)", "link"),
    ("Write to pay@evil.ru", "link"),
    ("Open tg://resolve?domain=evil", "mass mention"),
    ("Visit https://shop.example@evil.com/", "link"),
    ("My rules: " + briefing.prompt()[300:700], "system prompt"),
    (
        "Never promise a time, a fix, a refund or a result. Never claim that anything was done",
        "system prompt",
    ),
]


@pytest.mark.parametrize(("reply", "why"), REPLIES)
def test_a_reply_that_must_not_go_out_is_replaced(
    server: ScriptedServer, model: ModelEngine, reply: str, why: str
) -> None:
    server.answers(verdict(reply=reply))

    found = model.triage(REPORT)

    assert found.reply.startswith("Thank you for the report")
    assert "reply replaced" in found.reason
    assert why in found.reason
    assert found.severity == GOOD["severity"]


@pytest.mark.parametrize(
    "reply",
    [
        "Thank you. Does https://shop.example/cart still fail?",
        "Thank you. Does shop.example.com fail too, e.g. in Firefox 3.5?",
        "Danke, ich habe notiert: Version 2.3.1, Datei report.pdf.",
    ],
)
def test_a_harmless_reply_passes(server: ScriptedServer, model: ModelEngine, reply: str) -> None:
    server.answers(verdict(reply=reply))

    said = conversation("https://shop.example/cart and shop.example.com fail.")
    assert model.triage(said).reply == reply


def test_the_replacement_speaks_the_users_language(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(verdict(reply="@everyone", language="de", escalate=True, severity=0.9))

    assert model.triage(REPORT).reply.startswith("Danke")


def test_unstorable_characters_of_the_model_are_dropped(server: ScriptedServer, model: ModelEngine) -> None:
    answer: dict[str, Any] = GOOD | {"title": "a\x00b", "reply": "fine\x00\x1b"}
    server.answers(completes(json.dumps(answer)))

    found = model.triage(REPORT)

    assert (found.title, found.reply) == ("ab", "fine")


def test_a_lone_surrogate_of_the_model_is_no_crash(server: ScriptedServer, model: ModelEngine) -> None:
    server.answers(completes(json.dumps(GOOD).replace("Checkout", "\\ud800", 1)))

    assert failure(model).kind == "invalid_json"
