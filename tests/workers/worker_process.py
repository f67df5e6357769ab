"""A worker as a process of its own, to be killed; and the rows that bring back what it held."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from shiftbot.settings import Settings
from tests.support.product import Product

_CODE = "import sys; from shiftbot.settings import Settings; from workers.main import main; main(Settings.load(), sys.argv[1])"


def start(settings: Settings, which: str = "all") -> subprocess.Popen[bytes]:
    """`shiftbot worker` with these settings."""
    env = dict(os.environ)
    for name, value in settings:
        if value is not None:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            if text:  # one that is empty counts as not set
                env[name.upper()] = text
    return subprocess.Popen([sys.executable, "-c", _CODE, which], env=env, stderr=subprocess.DEVNULL)


@contextmanager
def worker(story: Product, which: str = "all", **overrides: object) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process that does not outlive the block."""
    process = start(story.settings.model_copy(update=overrides), which)
    try:
        yield process
    finally:
        kill(story, process)


def kill(story: Product, process: subprocess.Popen[bytes], *, take_session_along: bool = True) -> None:
    """SIGKILL. With its sessions, so that what it had not committed is surely not committed later."""
    process.kill()
    process.wait()
    if take_session_along:
        story.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name like 'shiftbot-worker%%' and datname = current_database()"
        )


def expire_everything(story: Product) -> None:
    """Moves the rows, not the clock: what a dead worker held may be taken now."""
    for queue in ("triage", "replies"):
        story.conn.execute(f"update pgmq.q_{queue} set vt = clock_timestamp()")
    story.conn.execute(
        "update private.triage_state set lease_until = clock_timestamp() where lease_until is not null"
    )
    story.conn.execute(
        "update public.reply_attempts set claimed_at = claimed_at - interval '1 hour' where state = 'claimed'"
    )


@contextmanager
def ticket_held(story: Product) -> Iterator[None]:
    """Nobody else can move any ticket inside: a worker stops at its next write."""
    with story.database.connect() as conn:
        conn.execute("begin")
        conn.execute("select id from public.tickets for update")
        yield
        conn.execute("rollback")


def is_waiting(story: Product, function: str) -> bool:
    """Whether a worker stands before a held ticket inside `private.<function>`."""
    return bool(
        story.rows(
            "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like %s",
            f"%private.{function}%",
        )
    )
