"""shiftbot webhooks and shiftbot worker: the processes of an installation."""

from __future__ import annotations

import argparse
import os

from shiftbot.cli import command
from shiftbot.cli.failure import Failed, unusable
from shiftbot.queue import QUEUES
from shiftbot.settings import Settings, SettingsError
from shiftbot.sources import SourcesError


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    command.add(
        commands,
        "webhooks",
        _webhooks,
        "receive what Telegram and Slack send",
        "Listens on WEBHOOKS_BIND, verifies every request, records it and answers. Runs until stopped.",
    )
    worker = command.add(
        commands,
        "worker",
        _worker,
        "triage tickets, send replies and ring engineers",
        "Serves the queues until stopped. Run as many workers as you like, on as many machines.",
    )
    worker.add_argument(
        "which", nargs="?", choices=(*QUEUES, "all"), default="all", help="the queue to serve (default: all)"
    )


def _webhooks(_: argparse.Namespace) -> int:
    from webhooks import counters

    try:
        settings = _settings()
        counters.share(settings.webhooks_processes, settings.prometheus_multiproc_dir)
        from webhooks.server import main  # not before it is known where to count

        return main(settings)
    except SettingsError as error:
        raise wrong_settings(error) from None
    except SourcesError as error:
        raise unusable(settings.sources_file, error, 2) from None


def _worker(arguments: argparse.Namespace) -> int:
    # A worker counts for itself: it keeps out of the webhooks' files, and an empty name would mean its own folder.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    from workers.main import main

    try:
        return main(_settings(), arguments.which)
    except SettingsError as error:
        raise wrong_settings(error) from None


def _settings() -> Settings:
    return Settings.load()


def wrong_settings(error: SettingsError) -> Failed:
    """Every problem, one a line."""
    problems = "\n  ".join(str(error).splitlines())
    return Failed(f"the settings cannot be used (.env.example describes each):\n  {problems}", 2)
