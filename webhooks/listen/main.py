"""One listening process: a pool that acts as shiftbot_ingest, the sources' file watched, one platform fetched."""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import closing
from pathlib import Path
from types import FrameType

from shiftbot import log as logs
from shiftbot import pooler, sources
from shiftbot.db import open_pool
from shiftbot.settings import Settings, SettingsError
from webhooks.listen import slack, telegram
from webhooks.listen.doorway import Doorway
from webhooks.slack_history import SlackHistory
from webhooks.sources_watch import SourcesWatch

log = logging.getLogger(__name__)
NEEDED = {"telegram": ("telegram_bot_token",), "slack": ("slack_bot_token", "slack_app_token")}


def main(settings: Settings, platform: str) -> int:
    """Fetches until SIGTERM or SIGINT. Raises SettingsError, SourcesError or ListenError."""
    missing = [name.upper() for name in NEEDED[platform] if not getattr(settings, name).get_secret_value()]
    if missing:
        raise SettingsError("\n".join(f"{name}: is needed to listen to {platform}" for name in missing))
    logs.configure(f"listen-{platform}", settings.log_level, secrets=settings.secrets())
    sources.load(Path(settings.sources_file))
    pooler.refuse(settings.database_url.get_secret_value())
    stop = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        log.info("stopping", extra={"action": "stopping", "signal": signal.Signals(number).name})
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    run(settings, platform, stop)
    return 0


def run(settings: Settings, platform: str, stop: threading.Event) -> None:
    """Fetches until `stop` is set. Raises ListenError."""
    dsn = settings.database_url.get_secret_value()
    with open_pool(dsn, "shiftbot_ingest", slack.WORKERS + 2, "listen", timeout=5) as pool:
        sources_watch = SourcesWatch(Path(settings.sources_file), pool)
        watches: list[SourcesWatch | SlackHistory] = [sources_watch]
        if platform == "slack" and settings.slack_history_seconds:
            watches.append(SlackHistory(settings, pool, sources_watch.synced))
        for watch in watches:
            watch.start()
        listen = {"telegram": telegram.listen, "slack": slack.listen}[platform]
        try:
            with closing(Doorway(settings, pool)) as door:
                listen(settings, door, stop)
        finally:
            for watch in watches:
                watch.stop()
