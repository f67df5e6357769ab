"""A worker process: one loop per queue, all as shiftbot_worker; run as many processes as wanted."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from uuid import uuid4

from shiftbot import log as logs
from shiftbot import pooler
from shiftbot.db import Pool, open_pool
from shiftbot.outgoing import Poster
from shiftbot.paging.base import Channel
from shiftbot.paging.channels import make_channels
from shiftbot.platforms import slack, telegram
from shiftbot.platforms.base import Client
from shiftbot.queue import QUEUES
from shiftbot.settings import Settings, SettingsError
from shiftbot.storage import Bucket
from shiftbot.triage.engine import TriageEngine
from workers import probes
from workers.attachments import AttachmentsHandler
from workers.deliveries import DeliveriesHandler
from workers.escalations import EscalationsHandler
from workers.loop import ROLE, Handler, Loop
from workers.replies import RepliesHandler
from workers.triage import TriageHandler

log = logging.getLogger(__name__)
SEND_SECONDS = 10.0  # of silence end a send
SEND_DEADLINE_SECONDS = telegram.CONNECT_SECONDS + 2 * SEND_SECONDS  # a trickle of bytes included


def main(settings: Settings, which: str = "all") -> int:
    """Works until SIGTERM or SIGINT, then finishes what is in hand. Raises SettingsError."""
    logs.configure(f"worker-{which}", settings.log_level, secrets=settings.secrets())
    run_checks(settings)
    pooler.refuse(settings.database_url.get_secret_value())
    stop = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        log.info("stopping", extra={"action": "stopping", "signal": signal.Signals(number).name})
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    run(settings, QUEUES if which == "all" else (which,), stop)
    return 0


def run(settings: Settings, queues: Sequence[str], stop: threading.Event) -> None:
    """Serves `queues` until `stop` is set."""
    dsn = settings.database_url.get_secret_value()
    size = sum(_concurrency(settings)[queue] for queue in queues)
    clients = make_clients(settings)
    channels = make_channels(settings, clients)
    engine = TriageEngine.from_settings(settings)
    if "triage" in queues:
        engine.warm_up()
    bucket = make_bucket(settings)
    poster = Poster(settings.outgoing_webhook_allow_http)
    process = uuid4()
    with open_pool(dsn, ROLE, size, "worker") as pool:
        _apply_threshold(settings, pool)
        loops = [
            Loop(
                dsn,
                pool,
                _handler(queue, settings, pool, clients, channels, engine, bucket, poster),
                _concurrency(settings)[queue],
                settings.visibility_timeout_seconds,
                stop,
                process,
            )
            for queue in queues
        ]
        with probes.served(settings.worker_bind, dsn, loops):
            for loop in loops:
                loop.start()
            log.info("working", extra={"action": "working", "queues": list(queues)})
            for loop in loops:
                loop.join()
    for channel in channels.values():
        channel.close()
    for client in clients.values():
        client.close()
    if bucket is not None:
        bucket.close()
    poster.close()
    engine.close()


def make_clients(settings: Settings) -> dict[str, Client]:
    """The platforms that have a token."""
    clients: dict[str, Client] = {}
    if token := settings.telegram_bot_token.get_secret_value():
        clients["telegram"] = telegram.Client(token, settings.telegram_api_base_url, SEND_SECONDS)
    if token := settings.slack_bot_token.get_secret_value():
        clients["slack"] = slack.Client(token, settings.slack_api_base_url, SEND_SECONDS)
    return clients


def make_bucket(settings: Settings) -> Bucket | None:
    """Where files are kept; None where no project is configured: then they are refused, with that reason."""
    key = settings.supabase_secret_key.get_secret_value()
    return Bucket(settings.supabase_url, key) if settings.supabase_url and key else None


def _concurrency(settings: Settings) -> dict[str, int]:
    return {
        "triage": settings.triage_concurrency,
        "replies": settings.reply_concurrency,
        "escalations": settings.escalation_concurrency,
        "attachments": settings.attachment_concurrency,
        "deliveries": settings.delivery_concurrency,
    }


def _handler(
    queue: str,
    settings: Settings,
    pool: Pool,
    clients: dict[str, Client],
    channels: dict[str, Channel],
    engine: TriageEngine,
    bucket: Bucket | None,
    poster: Poster,
) -> Handler:
    if queue == "triage":
        return TriageHandler(pool, engine, settings.visibility_timeout_seconds)
    if queue == "escalations":
        return EscalationsHandler(pool, channels)
    if queue == "attachments":
        return AttachmentsHandler(pool, clients, bucket, settings.attachment_max_mb << 20)
    if queue == "deliveries":
        return DeliveriesHandler(pool, poster, settings.outgoing_webhook_secret.get_secret_value())
    return RepliesHandler(pool, clients, settings.visibility_timeout_seconds)


def run_checks(settings: Settings) -> None:
    """A message must not come back while its handler is still at it. Raises SettingsError."""
    needed = settings.openai_timeout_seconds if settings.enable_llm else 0
    if settings.visibility_timeout_seconds <= max(needed, SEND_DEADLINE_SECONDS):
        raise SettingsError(
            "VISIBILITY_TIMEOUT_SECONDS: must be longer than OPENAI_TIMEOUT_SECONDS"
            f" and than the {SEND_DEADLINE_SECONDS:.0f} seconds a send may take"
        )


def _apply_threshold(settings: Settings, pool: Pool) -> None:
    if settings.escalation_threshold is not None:
        with pool.connection(timeout=30) as conn:
            conn.execute(
                "select private.set_escalation_threshold(%s::numeric)", (settings.escalation_threshold,)
            )
