"""The webhooks behind gunicorn: WEBHOOKS_PROCESSES with threads; on more hosts behind a balancer for more."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from shiftbot import log as logs
from shiftbot import pooler, sources
from shiftbot.db import open_pool
from shiftbot.settings import Settings
from webhooks import counters
from webhooks.app import create_app
from webhooks.slack_history import SlackHistory
from webhooks.sources_watch import SourcesWatch


class QuietLogger(Logger):  # type: ignore[misc]
    """Leaves the handlers to shiftbot.log, so that gunicorn's lines are JSON too."""

    def setup(self, cfg: Any) -> None:
        """Nothing of its own."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.error_log.propagate = True  # it was turned off, so that lines came out plain
        self.access_log = logging.getLogger("gunicorn.access")


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured from our settings and from nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """No files, no command line: the settings are the configuration."""
        options = {
            "bind": self._settings.webhooks_bind,
            "workers": self._settings.webhooks_processes,
            "worker_class": "gthread",
            "threads": self._settings.webhooks_threads,
            "reuse_port": self._settings.webhooks_share_port,
            "timeout": 30,
            "graceful_timeout": 10,
            "keepalive": 75,
            "control_socket_disable": True,
            "logger_class": QuietLogger,
            "preload_app": False,
            "child_exit": counters.forget,
        }
        for key, value in options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Runs in the worker process, after the fork."""
        settings = self._settings
        pool = open_pool(
            settings.database_url.get_secret_value(),
            "shiftbot_ingest",
            settings.webhooks_threads + 2,  # and the two that watch
            "webhooks",
            timeout=2,  # Slack hangs up after 3 seconds and would not hear the 503
        )
        pool.open()
        watch = SourcesWatch(Path(settings.sources_file), pool)
        watch.start()
        if settings.slack_bot_token.get_secret_value() and settings.slack_history_seconds:
            SlackHistory(settings, pool, watch.synced).start()
        return create_app(settings, pool)


def main(settings: Settings) -> int:
    """Serves until SIGTERM. Raises SourcesError when sources.json cannot be used from the start."""
    logs.configure("webhooks", settings.log_level, secrets=settings.secrets())
    sources.load(Path(settings.sources_file))
    pooler.refuse(settings.database_url.get_secret_value())
    Server(settings).run()  # never returns: gunicorn's master exits the process
    return 0
