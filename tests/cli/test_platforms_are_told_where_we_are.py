"""shiftbot setup: Telegram is told the address and nothing that waits is lost, Slack's manifest is one to paste."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shiftbot.cli import main
from shiftbot.platforms.telegram.bot_api import ALLOWED_UPDATES
from shiftbot.sim.telegram import TelegramSim

PUBLIC = "https://support.example.com"


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[TelegramSim]:
    """The settings of a bot that is not registered anywhere."""
    with TelegramSim() as telegram:
        for name, value in {
            "DATABASE_URL": "postgresql:///unused",
            "PUBLIC_BASE_URL": PUBLIC,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_WEBHOOK_SECRET": "a-secret",
            "TELEGRAM_API_BASE_URL": telegram.url,
        }.items():
            monkeypatch.setenv(name, value)
        yield telegram


def test_the_webhook_is_registered_with_its_secret_and_all_it_needs(
    bot: TelegramSim, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "telegram"]) == 0

    assert (bot.updates.url, bot.updates.secret) == (f"{PUBLIC}/webhooks/telegram", "a-secret")
    assert bot.updates.allowed == ALLOWED_UPDATES
    assert bot.calls["setMyCommands"] == 1
    assert f"Updates go to {PUBLIC}/webhooks/telegram" in capsys.readouterr().out


def test_removing_it_keeps_what_waits(bot: TelegramSim, capsys: pytest.CaptureFixture[str]) -> None:
    bot.create_chat("supergroup", "Group", chat_id=-1001)
    bot.say(-1001, 7, "The export fails")

    assert main(["setup", "telegram", "--remove"]) == 0

    said = capsys.readouterr().out
    assert "No webhook is registered" in said
    assert "Updates that wait: 1" in said


def test_showing_changes_nothing(bot: TelegramSim) -> None:
    assert main(["setup", "telegram", "--show"]) == 0

    assert bot.updates.url == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PUBLIC_BASE_URL", "http://support.example.com", "PUBLIC_BASE_URL must be the https address"),
        ("PUBLIC_BASE_URL", "", "it is not set"),
        ("TELEGRAM_WEBHOOK_SECRET", "", "TELEGRAM_WEBHOOK_SECRET is not set"),
        ("TELEGRAM_BOT_TOKEN", "", "TELEGRAM_BOT_TOKEN is not set"),
        ("TELEGRAM_BOT_TOKEN", "1:wrong", "Telegram refuses: setWebhook: 401 Unauthorized"),
    ],
)
def test_what_is_missing_is_one_sentence_without_the_token(
    bot: TelegramSim,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert main(["setup", "telegram"]) in (1, 2)

    said = capsys.readouterr().err
    assert words in said
    assert "1:wrong" not in said
    assert len(said.splitlines()) == 1
    assert bot.updates.url == ""


def manifest(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["setup", "slack", *arguments]) == 0
    loaded: dict[str, Any] = yaml.safe_load(capsys.readouterr().out)
    return loaded


def test_slacks_manifest_has_our_address(bot: TelegramSim, capsys: pytest.CaptureFixture[str]) -> None:
    app = manifest([], capsys)

    assert app["settings"]["event_subscriptions"]["request_url"] == f"{PUBLIC}/webhooks/slack/events"
    assert app["features"]["slash_commands"][0]["url"] == f"{PUBLIC}/webhooks/slack/commands"
    assert app["settings"]["socket_mode_enabled"] is False


def test_for_socket_mode_it_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    app = manifest(["--socket-mode"], capsys)

    assert app["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in app["settings"]["event_subscriptions"]
    assert app["settings"]["interactivity"] == {"is_enabled": True}
    assert "url" not in app["features"]["slash_commands"][0]
