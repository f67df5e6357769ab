"""Migrations are applied first and programs are replaced afterwards, so yesterday's programs have to work on today's schema."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shiftbot.local.database import prepare_database
from shiftbot.local.ports import free_port
from shiftbot.migrate import migrate, pending
from shiftbot.sim.telegram import TelegramSim
from tests.support.postgres import ROOT, Database, TestServer
from tests.support.previous import previous_version, program
from tests.support.product import GROUP, SECRET
from tests.support.waiting import eventually

pytestmark = pytest.mark.newest_postgres


class Customers:
    """Each asks one question in the group, and gets one answer to it."""

    def __init__(self, telegram: TelegramSim) -> None:
        self._telegram = telegram
        self._people = itertools.count(7)
        self.questions: list[int] = []
        telegram.create_chat("supergroup", "Group", chat_id=GROUP)

    def ask(self) -> None:
        said = self._telegram.say(GROUP, next(self._people), "How do I export my invoices as CSV?")
        self.questions.append(said["message_id"])

    def answers(self) -> Counter[int]:
        return Counter(said["reply_to"] for said in self._telegram.messages(GROUP, sender="bot"))

    def are_answered(self) -> bool:
        """Waits until all are, then says whether each was, once."""
        eventually(lambda: set(self.questions) <= set(self.answers()), 60)
        return self.answers() == Counter(self.questions)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Somebody asks every few moments, for as long as the block lasts."""
        is_over = threading.Event()

        def ask_on() -> None:
            for _ in range(100):
                self.ask()
                if is_over.wait(0.03):
                    return

        thread = threading.Thread(target=ask_on)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


@pytest.fixture
def yesterday(postgres_server: TestServer, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    """The previous version's code, and a database that it has migrated."""
    code = previous_version(tmp_path / "previous")
    with postgres_server.clone("template1") as database:
        prepare_database(database.admin_dsn)
        migrate(database.dsn, code / "supabase" / "migrations")
        database.connect().execute(
            "update private.send_limits set sends = 1000"
        )  # sooner than a group allows
        yield code, database


def test_nothing_is_lost_or_doubled_while_the_schema_changes(
    yesterday: tuple[Path, Database], tmp_path: Path
) -> None:
    code, database = yesterday
    with TelegramSim() as telegram:
        customers = Customers(telegram)
        settings = settings_of(database, telegram, tmp_path)
        telegram.set_webhook(f"http://{settings['WEBHOOKS_BIND']}/webhooks/telegram", SECRET)
        with program(code, settings, "webhooks"):
            with program(code, settings, "worker"):
                customers.ask()
                assert customers.are_answered()
                with customers.asking():
                    applied = migrate(database.dsn)
                customers.ask()
                assert customers.are_answered()
            customers.ask()  # taken in by the old version, for the new one to answer
            assert eventually(lambda: len(tickets(database)) == len(customers.questions))
        with program(ROOT, settings, "webhooks"), program(ROOT, settings, "worker"):
            customers.ask()
            assert customers.are_answered()

    assert applied != []
    assert pending(database.connect()) == []
    assert set(tickets(database)) == {"awaiting_feedback"}
    assert_sound(database)


def tickets(database: Database) -> list[str]:
    return [status for (status,) in database.connect().execute("select status::text from public.tickets")]


def assert_sound(database: Database) -> None:
    conn = database.connect()
    for nothing in ("ops.status_drift", "ops.verify_journal()", "ops.dead_letters", "ops.unknown_replies"):
        assert conn.execute(f"select * from {nothing}").fetchall() == []


def settings_of(database: Database, telegram: TelegramSim, folder: Path) -> dict[str, str]:
    """What both versions are told, and nothing that only one of them knows."""
    sources = folder / "sources.json"
    group = {"platform": "telegram", "external_id": str(GROUP), "name": "Group", "settings": {}}
    sources.write_text(json.dumps([group]))
    return {
        "DATABASE_URL": database.dsn,
        "WEBHOOKS_BIND": f"127.0.0.1:{free_port()}",
        "SOURCES_FILE": str(sources),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_API_BASE_URL": telegram.url,
    }
