"""Session mode serves webhooks and workers; transaction mode is noticed before anything is done, and said in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from psycopg_pool import PoolTimeout

from shiftbot import pooler
from shiftbot.db import open_pool
from shiftbot.local.ports import free_port
from tests.support.bouncer import Bouncer, bouncer
from tests.support.debian import remedy
from tests.support.postgres import ROOT, Database
from tests.support.product import GROUP, product

pytestmark = pytest.mark.newest_postgres
FIX = "use its session mode (on Supabase port 5432 instead of 6543) or the direct connection"


@pytest.fixture
def pooled(database: Database) -> Iterator[Bouncer]:
    if missing := remedy():
        pytest.fail(missing, pytrace=False)
    with bouncer(database) as running:
        yield running


def test_the_whole_way_goes_through_a_pooler_in_session_mode(database: Database, pooled: Bouncer) -> None:
    with product(database, database_url=pooled.dsn("session")) as story:
        with story.workers():
            report = story.telegram.say(GROUP, 7, "How do I export my invoices as CSV?")
            answers = story.telegram.messages(GROUP, after=report["message_id"], wait=10, sender="bot")

            assert [a["reply_to"] for a in answers] == [report["message_id"]]
            assert story.until(lambda: story.statuses() == ["awaiting_feedback"])
        story.assert_sound()


def test_sessions_are_kept_by_the_direct_way_and_by_session_mode(database: Database, pooled: Bouncer) -> None:
    assert pooler.problem(database.dsn) is None
    assert pooler.problem(pooled.dsn("session")) is None


@pytest.mark.parametrize("mode", ["transaction", "alone"])
def test_transaction_mode_is_noticed(pooled: Bouncer, mode: str) -> None:
    assert pooler.problem(pooled.dsn(mode)) == pooler.ADVICE


def test_one_that_takes_turns_is_noticed_too(database: Database) -> None:
    with bouncer(database, takes_turns=True) as running:
        assert pooler.problem(running.dsn("transaction")) == pooler.ADVICE
        warm_up(running.dsn("transaction"))
        assert pooler.problem(running.dsn("transaction")) == pooler.ADVICE


def test_it_is_noticed_while_others_are_busy(pooled: Bouncer) -> None:
    done = threading.Event()

    def work() -> None:
        with psycopg.connect(pooled.dsn("transaction"), autocommit=True, prepare_threshold=None) as conn:
            while not done.is_set():
                conn.execute("select count(*) from pg_catalog.pg_class")

    others = [threading.Thread(target=work) for _ in range(6)]
    for other in others:
        other.start()
    try:
        found = [pooler.problem(pooled.dsn("transaction")) for _ in range(10)]
    finally:
        done.set()
        for other in others:
            other.join()

    assert found == [pooler.ADVICE] * 10


def test_a_pool_gives_nothing_out(pooled: Bouncer, caplog: pytest.LogCaptureFixture) -> None:
    pool = open_pool(pooled.dsn("transaction"), "shiftbot_worker", 2, "worker", timeout=1)
    with pool, pytest.raises(PoolTimeout), pool.connection():
        pytest.fail("it was given out")

    assert FIX in caplog.text


def test_webhooks_that_found_out_late_record_nothing(database: Database, pooled: Bouncer) -> None:
    with product(database, database_url=pooled.dsn("transaction")) as story:
        assert httpx.get(f"{story.url}/readyz", timeout=30).status_code == 503
        assert story.statuses() == []


@pytest.mark.parametrize(
    ("command", "setting"),
    [
        ("webhooks", "DATABASE_URL:"),
        ("worker", "DATABASE_URL:"),
        ("listen telegram", "DATABASE_URL:"),
        ("dashboard", "DASHBOARD_DATABASE_URL:"),
        ("migrate", "DATABASE_URL"),
    ],
)
def test_a_program_ends_with_one_sentence(pooled: Bouncer, command: str, setting: str) -> None:
    done = shiftbot(command, pooled.dsn("transaction"))

    assert done.returncode == 2
    assert f"{setting} {pooler.ADVICE}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_not_taken_for_one(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError):
        pooler.problem(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres")


def warm_up(dsn: str) -> None:
    """Makes the pooler open several server connections."""
    held = [psycopg.connect(dsn) for _ in range(4)]
    for conn in held:
        conn.execute("select 1")  # begins a transaction
    for conn in held:
        conn.close()


def shiftbot(command: str, dsn: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "DATABASE_URL": dsn,
        "WEBHOOKS_BIND": "127.0.0.1:0",
        "SOURCES_FILE": str(ROOT / "sources.json"),
        "TELEGRAM_BOT_TOKEN": "1:none-is-asked",
        "DASHBOARD_DATABASE_URL": dsn,
        "DASHBOARD_COOKIE_SECRET": "of the test" * 3,
        "DASHBOARD_LOCAL_ENGINEERS": "ana@example.com",
    }
    return subprocess.run(
        [sys.executable, "-m", "shiftbot.cli", *command.split()],
        env=os.environ | environment, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
