from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from sim_receiver import Arrival, Receiver
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from shiftbot.sim.slack import SlackSim

BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": "Helped"},
            "action_id": "helped",
            "value": "1",
        }
    ],
}


def events(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    return [arrival.json["event"] for arrival in receiver.wait_for(count)]


def post(sim: SlackSim, **arguments: Any) -> str:
    client = WebClient(sim.token, base_url=f"{sim.url}/api/")
    return str(client.chat_postMessage(**arguments)["ts"])


def test_event_is_signed_and_in_its_envelope(slack: SlackSim, receiver: Receiver) -> None:
    said = slack.say("C1", "U1", "a < b & see https://example.com")

    (arrival,) = receiver.wait_for(1)
    verifier = SignatureVerifier(slack.events.secret)
    assert arrival.path == "/webhooks/slack/events"
    assert verifier.is_valid_request(arrival.body, arrival.headers)
    assert not verifier.is_valid_request(arrival.body + b" ", arrival.headers)
    assert arrival.json["type"] == "event_callback"
    assert arrival.json["event_id"].startswith("Ev")
    assert arrival.json["event"]["text"] == "a &lt; b &amp; see <https://example.com>"
    assert arrival.json["event"]["ts"] == said["ts"]


def test_bolt_takes_events_and_presses(slack: SlackSim, receiver: Receiver) -> None:
    heard: list[tuple[str, str]] = []
    bot = AuthorizeResult(
        enterprise_id=None,
        team_id="T0SHIFTSIM",
        bot_token=slack.token,
        bot_id="B0SHIFTSIM",
        bot_user_id="U0SHIFTSIM",
    )
    app = App(
        client=WebClient(slack.token, base_url=f"{slack.url}/api/"),
        signing_secret=slack.events.secret,
        process_before_response=True,
        authorize=lambda **context: bot,
    )

    @app.event("message")
    def message(event: dict[str, Any]) -> None:
        heard.append(("message", event["text"]))

    @app.action("helped")
    def helped(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(("press", body["actions"][0]["value"]))

    def answer(arrival: Arrival) -> tuple[int, bytes]:
        headers = {name: [value] for name, value in arrival.headers.items()}
        response = app.dispatch(BoltRequest(body=arrival.body.decode(), headers=headers))
        return response.status, b""

    receiver.answer = answer
    slack.say("C1", "U1", "down")
    assert slack.events.settled(5)
    slack.press("C1", post(slack, channel="C1", text="helped?", blocks=[BUTTON]), "Helped", "U1")

    assert slack.events.settled(5)
    assert heard == [("message", "down"), ("press", "1")]
    assert slack.events.given_up == []


def test_refused_event_is_retried_with_number_and_reason(slack: SlackSim, receiver: Receiver) -> None:
    slack.events.retry_delays = (0.0, 0.05, 0.05)
    tries = itertools.count()
    receiver.answer = lambda arrival: [(500, b""), None, (200, b"")][next(tries)]
    slack.say("C1", "U1", "down")

    arrivals = receiver.wait_for(3)
    retries = [(a.headers.get("X-Slack-Retry-Num"), a.headers.get("X-Slack-Retry-Reason")) for a in arrivals]
    assert retries == [(None, None), ("1", "http_error"), ("2", "connection_failed")]
    assert len({arrival.json["event_id"] for arrival in arrivals}) == 1


def test_event_is_given_up_after_three_retries_and_others_overtake(
    slack: SlackSim, receiver: Receiver
) -> None:
    slack.events.retry_delays = (0.0, 0.05, 0.05)
    receiver.answer = lambda arrival: (500 if arrival.json["event"]["text"] == "bad" else 200, b"")
    slack.say("C1", "U1", "bad")
    slack.say("C1", "U1", "good")

    assert slack.events.settled(10)
    texts = [event["text"] for event in events(receiver, 5)]
    assert sorted(texts) == ["bad"] * 4 + ["good"]
    assert [lost["status"] for lost in slack.events.given_up] == [500]


def test_no_retry_header_is_respected(slack: SlackSim, receiver: Receiver) -> None:
    receiver.answer = lambda arrival: (500, b"")
    receiver.headers = {"X-Slack-No-Retry": "1"}
    slack.say("C1", "U1", "bad")

    assert slack.events.settled(10)
    assert len(receiver.arrivals) == 1


def test_event_is_delivered_more_than_once_on_demand(slack: SlackSim, receiver: Receiver) -> None:
    slack.events.duplicates = 2
    slack.say("C1", "U1", "down")

    ids = [arrival.json["event_id"] for arrival in receiver.wait_for(3)]
    assert len(ids) == 3
    assert len(set(ids)) == 1


def test_mention_sends_two_events_with_one_ts(slack: SlackSim, receiver: Receiver) -> None:
    said = slack.mention("C1", "U1", "help")

    found = events(receiver, 2)
    assert [event["type"] for event in found] == ["message", "app_mention"]
    assert [event["ts"] for event in found] == [said["ts"]] * 2
    assert found[0]["text"] == "<@U0SHIFTSIM> help"


def test_edit_and_deletion_name_the_message(slack: SlackSim, receiver: Receiver) -> None:
    ts = slack.say("C1", "U1", "down")["ts"]
    slack.edit("C1", ts, "down again")
    slack.delete("C1", ts)

    _, changed, deleted = events(receiver, 3)
    assert (changed["subtype"], changed["message"]["ts"]) == ("message_changed", ts)
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("down", "down again")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert slack.messages("C1") == []


def test_deleted_root_of_a_thread_leaves_a_tombstone(slack: SlackSim, receiver: Receiver) -> None:
    root = slack.say("C1", "U1", "down")["ts"]
    slack.say("C1", "U1", "really", thread=root)
    slack.delete("C1", root)

    changed = events(receiver, 3)[-1]
    assert (changed["subtype"], changed["message"]["subtype"]) == ("message_changed", "tombstone")


def test_thread_broadcast_file_and_other_bot(slack: SlackSim, receiver: Receiver) -> None:
    root = slack.say("C1", "U1", "down")["ts"]
    reply = slack.say("C1", "U2", "here too", thread=root)["ts"]
    slack.broadcast("C1", "U1", "for all", thread=reply)
    slack.file_share("C1", "U1", "log", "a.log", "x", thread=root)
    slack.bot_message("C1", "CPU is hot")

    _, said, broadcast, shared, bot = events(receiver, 5)
    assert (said["thread_ts"], said["parent_user_id"]) == (root, "U1")
    assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", root)
    assert (shared["subtype"], shared["files"][0]["name"]) == ("file_share", "a.log")
    assert (bot["subtype"], bot["bot_id"]) == ("bot_message", "B0OTHERBOT")


def test_own_post_comes_back_as_an_event_without_metadata(slack: SlackSim, receiver: Receiver) -> None:
    metadata = {"event_type": "reply", "event_payload": {"token": "1"}}
    ts = post(slack, channel="C1", text="on it", metadata=metadata)

    (echo,) = events(receiver, 1)
    assert (echo["ts"], echo["bot_id"], "metadata" in echo) == (ts, "B0SHIFTSIM", False)


def test_reaction_names_the_message(slack: SlackSim, receiver: Receiver) -> None:
    ts = slack.say("C1", "U1", "down")["ts"]
    slack.react("C1", "U2", ts, "thumbsup")

    event = events(receiver, 2)[-1]
    assert (event["type"], event["reaction"], event["item"]["ts"]) == ("reaction_added", "thumbsup", ts)


def test_press_is_a_signed_form_and_never_retried(slack: SlackSim, receiver: Receiver) -> None:
    ts = post(slack, channel="C1", text="helped?", blocks=[BUTTON])
    receiver.wait_for(1)
    receiver.answer = lambda arrival: (500, b"")
    slack.press("C1", ts, "Helped", "U1")

    assert slack.events.settled(5)
    (press,) = receiver.wait_for(2)[1:]
    payload = json.loads(parse_qs(press.body.decode())["payload"][0])
    assert press.path == "/webhooks/slack/interactions"
    assert SignatureVerifier(slack.events.secret).is_valid_request(press.body, press.headers)
    assert (payload["type"], payload["actions"][0]["value"]) == ("block_actions", "1")
    assert payload["container"]["message_ts"] == ts


def test_slash_command_shows_its_answer_to_the_user(slack: SlackSim, receiver: Receiver) -> None:
    receiver.answer = lambda arrival: (200, b'{"text": "ticket 7 is open"}')
    slack.command("C1", "U1", "/ticket", "7")

    (seen,) = slack.messages("C1", wait=5)
    assert (seen["text"], seen["ephemeral"]) == ("ticket 7 is open", True)
    assert parse_qs(receiver.arrivals[0].body.decode())["command"] == ["/ticket"]


@pytest.mark.parametrize("echoes", [True, False])
def test_url_verification_tells_whether_the_challenge_came_back(
    slack: SlackSim, receiver: Receiver, echoes: bool
) -> None:
    receiver.answer = lambda arrival: (200, arrival.json["challenge"].encode() if echoes else b"hello")

    assert slack.verify_url() is echoes


def test_channel_without_the_bot_sends_nothing(slack: SlackSim, receiver: Receiver) -> None:
    slack.create_channel("C2", "strangers", is_member=False)
    slack.say("C2", "U1", "secret")
    slack.say("C1", "U1", "public")

    assert slack.events.settled(5)
    assert [event["text"] for event in events(receiver, 1)] == ["public"]
