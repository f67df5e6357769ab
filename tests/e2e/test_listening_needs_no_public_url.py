"""shiftbot listen: what Telegram and Slack hold ready is recorded once, answered in its thread, and lost by no kill."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from shiftbot.db import Pool, open_pool
from shiftbot.settings import Settings
from shiftbot.sim.slack import APP_TOKEN
from tests.support.product import CHANNEL, GROUP, Product
from webhooks.listen import slack, telegram
from webhooks.listen.doorway import Doorway, ListenError

pytestmark = pytest.mark.newest_postgres
LISTEN = {"telegram": telegram.listen, "slack": slack.listen}


@pytest.fixture
def story(story: Product, monkeypatch: pytest.MonkeyPatch) -> Product:
    """Nothing is reachable from outside: no webhook is registered, an app-level token is there."""
    monkeypatch.setattr(telegram, "POLL_SECONDS", 1)
    monkeypatch.setattr(slack, "PING_SECONDS", 0.3)
    story.slack.events.sockets.ack_seconds = 1.0
    story.telegram.updates.delete_webhook({})
    story.slack.events.use_socket_mode()
    story.slack.events.retry_delays = (0.5, 2.0, 8.0)
    story.settings = story.settings.model_copy(update={"slack_app_token": SecretStr(APP_TOKEN)})
    return story


def doorway(story: Product, pool: Pool) -> closing[Doorway]:
    return closing(Doorway(story.settings, pool))


@contextmanager
def listening(story: Product, platform: str) -> Iterator[None]:
    stop, dsn = threading.Event(), story.database.dsn
    with open_pool(dsn, "shiftbot_ingest", 9, "listen", timeout=1) as pool, doorway(story, pool) as door:
        thread = threading.Thread(target=LISTEN[platform], args=(story.settings, door, stop))
        thread.start()
        try:
            if platform == "slack":
                assert story.until(lambda: story.slack.events.sockets.count > 0)
            yield
        finally:
            stop.set()
            thread.join(30)

    assert not thread.is_alive()


def say(story: Product, platform: str, words: str) -> str:
    """A customer writes; the name that the journal shall know it by."""
    if platform == "telegram":
        return f"telegram:{GROUP}/{story.telegram.say(GROUP, 7, words)['message_id']}"
    return f"slack:{CHANNEL}/{story.slack.say(CHANNEL, 'U0ALICE', words)['ts']}"


def recorded(story: Product) -> list[str]:
    query = "select external_id from public.ticket_actions where event = 'message' order by id"
    return [row[0] for row in story.rows(query)]


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_a_report_is_recorded_and_answered_and_its_buttons_act(story: Product, platform: str) -> None:
    with listening(story, platform), story.workers("triage", "replies"):
        name = say(story, platform, "How do I export my data?")
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        if platform == "telegram":
            story.telegram.press(GROUP, 7, "This helped")
        else:
            answer = story.slack.messages(CHANNEL, sender="bot")[-1]
            story.slack.press(CHANNEL, answer["ts"], "This helped", "U0ALICE")
        assert story.until(lambda: story.statuses() == ["closed"])

        if platform == "telegram":  # the toast that a webhook puts into its answer is a call here
            assert story.until(lambda: [toast["text"] for toast in story.telegram.toasts] != [])
    assert recorded(story) == [name]


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_what_was_said_while_nobody_listened_is_there(story: Product, platform: str) -> None:
    with listening(story, platform):
        names = [say(story, platform, "The export fails")]
        assert story.until(lambda: recorded(story) == names)
    names.append(say(story, platform, "It still fails"))
    with listening(story, platform):
        assert story.until(lambda: recorded(story) == names)


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_while_the_database_refuses_it_waits_and_records_once(story: Product, platform: str) -> None:
    story.conn.execute("revoke execute on all functions in schema private from shiftbot_ingest")
    with listening(story, platform):
        name = say(story, platform, "The export fails")
        before = story.slack.events.sockets.sent + story.telegram.calls["getUpdates"]
        assert story.until(
            lambda: story.slack.events.sockets.sent + story.telegram.calls["getUpdates"] > before
        )
        assert recorded(story) == []
        story.conn.execute("grant execute on all functions in schema private to shiftbot_ingest")
        assert story.until(lambda: recorded(story) == [name])
        assert story.until(lambda: story.slack.events.settled(1))
    assert recorded(story) == [name]


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_a_killed_listener_loses_and_doubles_nothing(story: Product, platform: str, tmp_path: Path) -> None:
    # The last try comes after any start of a process on a busy machine, as Slack's own does after five minutes.
    story.slack.events.retry_delays = (0.5, 4.0, 30.0)
    names = []
    for _ in range(2):
        process = start(story.settings, platform, tmp_path)
        if platform == "slack":
            assert story.until(lambda: story.slack.events.sockets.count > 0)
        count = len(recorded(story))
        for number in range(10):
            names.append(say(story, platform, f"The export fails ({number})"))
        # As long as Slack's last try: what it says to the socket of a process just killed it says again.
        assert story.until(lambda: len(recorded(story)) > count, 60)  # noqa: B023
        process.kill()
        process.wait()
    with listening(story, platform):
        assert story.until(lambda: len(recorded(story)) == len(names), 60)
        assert story.until(lambda: story.slack.events.settled(1), 60)

    assert sorted(recorded(story)) == sorted(names)
    assert story.slack.events.given_up == []
    assert list(tmp_path.glob("*.db")) == [], "PROMETHEUS_MULTIPROC_DIR is set and empty"


def test_a_socket_that_slack_cuts_is_opened_again(story: Product) -> None:
    with listening(story, "slack"):
        first = story.slack.calls["apps.connections.open"]
        story.slack.events.sockets.drop_all()
        names = [say(story, "slack", "The export fails")]
        assert story.until(lambda: recorded(story) == names)
        assert story.slack.calls["apps.connections.open"] > first


def test_a_registered_webhook_is_named_and_left_alone(story: Product) -> None:
    story.telegram.set_webhook(f"{story.url}/webhooks/telegram", "secret")
    said = pytest.raises(ListenError, match=r"webhook, http.*setup telegram --remove")
    with (
        open_pool(story.database.dsn, "shiftbot_ingest", 1, "listen") as pool,
        doorway(story, pool) as door,
        said,
    ):
        telegram.listen(story.settings, door, threading.Event())

    assert story.telegram.updates.url


@pytest.mark.parametrize(
    ("platform", "wrong", "words"),
    [
        ("telegram", {"telegram_bot_token": SecretStr("1:wrong")}, "refuses TELEGRAM_BOT_TOKEN"),
        ("slack", {"slack_app_token": SecretStr("xapp-wrong")}, "SLACK_APP_TOKEN is not valid"),
    ],
)
def test_a_wrong_token_is_one_sentence(
    story: Product, platform: str, wrong: dict[str, SecretStr], words: str
) -> None:
    settings = story.settings.model_copy(update=wrong)
    said = pytest.raises(ListenError, match=words)
    with (
        open_pool(story.database.dsn, "shiftbot_ingest", 1, "listen") as pool,
        doorway(story, pool) as door,
        said,
    ):
        LISTEN[platform](settings, door, threading.Event())


def test_nobody_else_can_knock_at_the_inner_door(story: Product) -> None:
    """The secrets of the settings do not open it."""
    with open_pool(story.database.dsn, "shiftbot_ingest", 1, "listen") as pool, doorway(story, pool) as door:
        secret = story.settings.telegram_webhook_secret.get_secret_value()
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        answer = door._app.test_client().post("/webhooks/telegram", json={"update_id": 1}, headers=headers)

    assert answer.status_code == 401


def start(settings: Settings, platform: str, folder: Path) -> subprocess.Popen[bytes]:
    """`shiftbot listen` as a process of its own."""
    env = dict(os.environ)
    for name, value in settings:
        if value is not None:
            env[name.upper()] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    (folder / "sources.json").write_text(_SOURCES)
    env["SOURCES_FILE"] = str(folder / "sources.json")
    command = [sys.executable, "-m", "shiftbot.cli", "listen", platform]
    return subprocess.Popen(command, env=env, cwd=folder, stderr=subprocess.DEVNULL)


_SOURCES = f"""[
  {{"platform": "telegram", "external_id": "{GROUP}", "name": "Group", "settings": {{"merge_window_seconds": 30}}}},
  {{"platform": "slack", "external_id": "{CHANNEL}", "name": "bugs", "settings": {{"merge_window_seconds": 0}}}}
]"""
