"""shiftbot setup telegram and shiftbot setup slack: tell the platforms where we are."""

from __future__ import annotations

import argparse
import datetime
from typing import Any

from shiftbot import slack_manifest
from shiftbot.cli import command
from shiftbot.cli.failure import Failed
from shiftbot.cli.services import wrong_settings
from shiftbot.platforms.telegram.bot_api import ALLOWED_UPDATES, BotApi, BotApiError
from shiftbot.settings import Settings, SettingsError

COMMANDS = [{"command": "human", "description": "Get a human"}]
MAX_CONNECTIONS = 20


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(commands, "setup", "tell Telegram or Slack where the webhooks are")
    telegram = command.add(
        group,
        "telegram",
        _telegram,
        "register the webhook at PUBLIC_BASE_URL and the menu of commands",
        "Says afterwards what Telegram has registered, and its last trouble. Safe to repeat.",
    )
    telegram.add_argument("--show", action="store_true", help="only show what is registered")
    telegram.add_argument(
        "--remove",
        action="store_true",
        help="end the webhook, for `shiftbot listen`; updates that wait are kept",
    )
    slack = command.add(
        group,
        "slack",
        _slack,
        "print the app manifest for PUBLIC_BASE_URL",
        "Paste it at https://api.slack.com/apps: Create New App, From a manifest. Changes nothing by itself.",
    )
    slack.add_argument(
        "--socket-mode", action="store_true", help="for `shiftbot listen slack`: no address is needed"
    )


def _telegram(arguments: argparse.Namespace) -> int:
    settings = _settings()
    if not settings.telegram_bot_token.get_secret_value():
        raise Failed("TELEGRAM_BOT_TOKEN is not set: BotFather gives it.", 2)
    with BotApi(settings) as api:
        try:
            if arguments.remove:
                api.call("deleteWebhook", drop_pending_updates=False)
            elif not arguments.show:
                _register(api, settings)
            _show(api.call("getMe"), api.call("getWebhookInfo"))
        except BotApiError as error:
            raise Failed(f"Telegram refuses: {error}") from None
    return 0


def _register(api: BotApi, settings: Settings) -> None:
    secret = settings.telegram_webhook_secret.get_secret_value()
    if not secret:
        raise Failed(
            "TELEGRAM_WEBHOOK_SECRET is not set: choose one, for instance with `openssl rand -hex 32`.", 2
        )
    url = f"{_public(settings)}/webhooks/telegram"
    api.call(
        "setWebhook",
        url=url,
        secret_token=secret,
        allowed_updates=ALLOWED_UPDATES,
        max_connections=MAX_CONNECTIONS,
    )
    api.call("setMyCommands", commands=COMMANDS)


def _show(me: dict[str, Any], info: dict[str, Any]) -> None:
    print(f"The bot is @{me.get('username')}.")
    if not me.get("can_read_all_group_messages"):
        print(
            "  Privacy mode is on: in groups it hears commands and replies only, unless it is an administrator."
        )
        print("  BotFather: /setprivacy, Disable; then add the bot to its groups again.")
    if not info.get("url"):
        print("No webhook is registered; `shiftbot listen telegram` can fetch the updates.")
    else:
        print(f"Updates go to {info['url']}")
    print(f"Updates that wait: {info.get('pending_update_count', 0)}")
    if words := info.get("last_error_message"):
        moment = datetime.datetime.fromtimestamp(info.get("last_error_date", 0), datetime.UTC)
        print(f"Telegram's last trouble, {moment:%Y-%m-%d %H:%M} UTC: {words}")


def _slack(arguments: argparse.Namespace) -> int:
    base = "" if arguments.socket_mode else _public(_settings())
    print(slack_manifest.render(base), end="")
    return 0


def _public(settings: Settings) -> str:
    if not settings.public_base_url.startswith("https://"):
        raise Failed(
            "PUBLIC_BASE_URL must be the https address at which the webhooks are reached"
            + (f", not {settings.public_base_url!r}." if settings.public_base_url else "; it is not set."),
            2,
        )
    return settings.public_base_url.rstrip("/")


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsError as error:
        raise wrong_settings(error) from None
