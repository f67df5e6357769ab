"""shiftbot listen: reports without a public URL."""

from __future__ import annotations

import argparse
import os

from shiftbot.cli import command
from shiftbot.cli.failure import Failed, unusable
from shiftbot.cli.services import wrong_settings
from shiftbot.settings import Settings, SettingsError
from shiftbot.sources import SourcesError


def add(commands: command.Commands) -> None:
    """Adds the command."""
    listen = command.add(
        commands,
        "listen",
        _listen,
        "fetch what Telegram or Slack have, without a public URL",
        "In place of `shiftbot webhooks`: long polling for Telegram, Socket Mode for Slack. Each event is confirmed\n"
        "only when it is recorded. Runs until stopped. Phone calls, SMS and e-mail links still need the webhooks.",
    )
    listen.add_argument("platform", choices=("telegram", "slack"), help="whose events are fetched")


def _listen(arguments: argparse.Namespace) -> int:
    # As a worker it counts for itself; an empty name would be its own folder.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    from webhooks.listen.doorway import ListenError
    from webhooks.listen.main import main

    try:
        settings = Settings.load()
        return main(settings, arguments.platform)
    except SettingsError as error:
        raise wrong_settings(error) from None
    except SourcesError as error:
        raise unusable(settings.sources_file, error, 2) from None
    except ListenError as error:
        raise Failed(str(error)) from None
