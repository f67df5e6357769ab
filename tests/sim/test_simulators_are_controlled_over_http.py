from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sim_receiver import Receiver

from shiftbot.sim.openai import ModelSim
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim


def call(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, method=method)) as answer:  # noqa: S310  # our own simulator
        return json.load(answer)


def refusal(method: str, url: str, body: Any = None) -> str:
    with pytest.raises(HTTPError) as caught:
        call(method, url, body)
    with caught.value as answer:
        assert answer.code == 400
        return str(json.load(answer)["error"])


def test_customer_of_telegram_speaks_and_looks(telegram: TelegramSim, receiver: Receiver) -> None:
    call("POST", f"{telegram.url}/sim/webhook", {"url": f"{receiver.url}/hook", "secret": "s"})
    call("POST", f"{telegram.url}/sim/create_chat", {"type": "supergroup", "title": "Support", "chat_id": -1})
    said = call("POST", f"{telegram.url}/sim/say", {"chat": -1, "user": 7, "text": "down"})

    (seen,) = call("GET", f"{telegram.url}/sim/messages?chat=-1&after={said['message_id'] - 1}&wait=5")
    assert (seen["text"], seen["sender"]) == ("down", "Customer 7")
    assert receiver.wait_for(1)[0].json["message"]["text"] == "down"


def test_customer_of_slack_speaks_and_looks(slack: SlackSim) -> None:
    root = call("POST", f"{slack.url}/sim/say", {"channel": "C1", "user": "U1", "text": "down"})["ts"]
    call("POST", f"{slack.url}/sim/say", {"channel": "C1", "user": "U1", "text": "again", "thread": root})

    (seen,) = call("GET", f"{slack.url}/sim/messages?channel=C1&thread={root}&after={root}&wait=5")
    assert (seen["text"], seen["thread"]) == ("again", root)


def test_waiting_look_ends_with_the_first_message(telegram: TelegramSim) -> None:
    telegram.create_chat("private", chat_id=7)
    found: list[Any] = []
    url = f"{telegram.url}/sim/messages?chat=7&wait=30"
    looker = threading.Thread(target=lambda: found.extend(call("GET", url)))
    looker.start()
    telegram.say(7, 7, "hello")
    looker.join(20)

    assert [seen["text"] for seen in found] == ["hello"]


def test_nonsense_is_refused_in_words(telegram: TelegramSim) -> None:
    base = f"{telegram.url}/sim"

    assert "unknown verb 'shout'" in refusal("POST", f"{base}/shout", {})
    assert "missing a required argument: 'user'" in refusal("POST", f"{base}/say", {"chat": 1})
    assert "there is no chat 1" in refusal("POST", f"{base}/say", {"chat": 1, "user": 1, "text": "x"})
    assert "unknown fault 'flood'" in refusal("POST", f"{base}/faults", {"kind": "flood"})
    assert "give chat=" in refusal("GET", f"{base}/messages")


def test_faults_are_switched_counted_down_and_cleared(model: ModelSim) -> None:
    url = f"{model.url}/sim/faults"
    call("POST", url, {"kind": "refusal", "count": 2})
    listed = call("POST", url, {"kind": "slow", "method": "models", "seconds": 0})
    assert [(fault["kind"], fault["count"]) for fault in listed] == [("refusal", 2), ("slow", None)]

    ask = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"Authorization": f"Bearer {model.api_key}"}
    chat = Request(f"{model.url}/v1/chat/completions", json.dumps(ask).encode(), headers)  # noqa: S310  # our own simulator
    with urlopen(chat) as answer:  # noqa: S310  # our own simulator
        assert json.load(answer)["choices"][0]["message"]["refusal"]

    assert [fault["count"] for fault in call("GET", url)] == [1, None]
    assert call("DELETE", url) == []
    assert call("GET", f"{model.url}/sim/calls") == {"chat.completions": 1}


@pytest.mark.parametrize("platform", ["telegram", "slack", "openai", "twilio", "mail", "webhook"])
def test_command_runs_until_sigterm(platform: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "shiftbot.sim", platform], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        calls = call("GET", f"{url}/sim/calls")
        os.kill(process.pid, signal.SIGTERM)

        assert (calls, process.wait(20)) == ({}, 0)


def test_command_makes_the_chats_of_sources_json(tmp_path: Path) -> None:
    sources = tmp_path / "sources.json"
    sources.write_text(json.dumps([{"platform": "telegram", "external_id": "-1005", "name": "Support"}]))
    command = [sys.executable, "-m", "shiftbot.sim", "telegram", "--sources", str(sources)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        said = call("POST", f"{url}/sim/say", {"chat": -1005, "user": 1, "text": "hi"})
        process.terminate()

    assert said["chat"]["title"] == "Support"
    assert said["message_id"] > 1_000_000  # not the ids of an earlier run


def test_command_says_that_a_port_is_taken(telegram: TelegramSim) -> None:
    command = [sys.executable, "-m", "shiftbot.sim", "slack", "--port", str(telegram.port)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"cannot listen on port {telegram.port}: Address already in use")


def test_single_webhook_address_of_slack_leaves_the_others(slack: SlackSim) -> None:
    before = call("GET", f"{slack.url}/sim/webhook")
    after = call("POST", f"{slack.url}/sim/webhook", {"events_url": "http://127.0.0.1:9/e"})

    assert after == before | {"events_url": "http://127.0.0.1:9/e"}
