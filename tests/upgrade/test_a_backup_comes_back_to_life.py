"""Dumped in the middle of work and restored on another server: the chain verifies, pages ring on, queues go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from shiftbot.migrate import migrate
from tests.support.customers import rests
from tests.support.drill import FreshServer, back_up, restore
from tests.support.duty import Duty, on_duty
from tests.support.postgres import ROOT, Database
from tests.support.product import GROUP, SECRET, serve

pytestmark = pytest.mark.newest_postgres
TABLES = (
    "tickets",
    "ticket_actions",
    "engineers",
    "replies",
    "escalations",
    "escalation_attempts",
    "on_call_history",
)
QUEUES = ("triage", "replies", "escalations")
ANSWERED = ("replying", "waiting", "new")


@pytest.fixture
def duty(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duty]:
    monkeypatch.setattr("workers.loop.POLL_SECONDS", 0.2)
    monkeypatch.setattr("workers.loop.SWEEP_SECONDS", 0.2)
    with on_duty(database) as story:
        yield story


@pytest.fixture(scope="module")
def fresh_server(major: int) -> Iterator[FreshServer]:
    with FreshServer(major).running() as server:
        yield server


@pytest.fixture
def elsewhere(fresh_server: FreshServer) -> Iterator[Database]:
    """A database of a new project on another server."""
    with fresh_server.clone() as fresh:
        yield fresh


def in_the_middle_of_work(duty: Duty) -> dict[str, int]:
    """A page that rings, an answered report, one whose answer waits to be sent, one that waits for triage, erased words."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "phone_call", 600), ("everyone", "sms", 600))
    duty.conn.execute("update public.escalation_steps set ring_seconds = 120")  # longer than the test
    told = {}
    with duty.workers():
        told["answered"] = ask(duty, 11)
        assert duty.until(lambda: duty.status(told["answered"]) == "awaiting_feedback")
        told["ringing"] = duty.outage(12)
        duty.operator("Ada").expects_ring()
        assert duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])
    told["replying"] = ask(duty, 13)
    with duty.workers("triage"):
        assert duty.until(lambda: duty.status(told["replying"]) == "auto_answered")
    told["waiting"] = ask(duty, 14)
    duty.conn.execute("select private.erase_content(%s, 'asked for')", (told["answered"],))
    return told


def ask(duty: Duty, customer: int) -> int:
    return duty.outage(customer, "How do I export my invoices as CSV?")


def answered(duty: Duty) -> Counter[int]:
    """How often the bot answered each message of the group, by its number."""
    return Counter(said["reply_to"] for said in duty.telegram.messages(GROUP, sender="bot"))


def moved_to(duty: Duty, database: Database) -> Duty:
    """The same customers, phones and platforms, with another database behind the programs."""
    settings = duty.settings.model_copy(update={"database_url": SecretStr(database.dsn)})
    return replace(duty, database=database, conn=database.connect(), settings=settings)


def rows(duty: Duty) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that was kept, table by table."""
    return {table: duty.rows(f"select * from public.{table} order by id") for table in TABLES}


def waiting(duty: Duty) -> dict[str, list[Any]]:
    """What is on the queues."""
    return {queue: duty.rows(f"select message from pgmq.q_{queue} order by msg_id") for queue in QUEUES}


def test_everything_comes_back_as_it_was(duty: Duty, elsewhere: Database, tmp_path: Path) -> None:
    in_the_middle_of_work(duty)
    back_up(duty.database, tmp_path)
    done = restore(elsewhere, tmp_path)
    there = moved_to(duty, elsewhere)

    assert done.returncode == 0, done.stdout
    assert (rows(there), waiting(there)) == (rows(duty), waiting(duty))
    assert (
        there.rows("select * from ops.verify_journal()") == there.rows("select * from ops.status_drift") == []
    )

    again = restore(elsewhere, tmp_path)

    assert again.returncode != 0
    assert "this database has tickets: restore into a fresh one" in again.stdout
    assert (rows(there), waiting(there)) == (rows(duty), waiting(duty))
    with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
        there.conn.execute("update public.ticket_actions set body = 'x'")


def test_the_work_goes_on_even_where_the_queues_were_not_in_the_dump(
    duty: Duty, elsewhere: Database, tmp_path: Path
) -> None:
    told = in_the_middle_of_work(duty)
    back_up(duty.database, tmp_path, without=" --schema=pgmq")
    done = restore(elsewhere, tmp_path)
    there = moved_to(duty, elsewhere)

    assert done.returncode == 0, done.stdout
    assert {queue: len(messages) for queue, messages in waiting(there).items()} == {
        "triage": 1,
        "replies": 1,
        "escalations": 0,
    }

    before = answered(duty)
    with serve(there.settings) as url, there.workers():
        duty.telegram.set_webhook(f"{url}/webhooks/telegram", SECRET)
        told["new"] = ask(there, 15)
        there.time_passes(601)
        assert len(duty.operator("Ben").messages(1, timeout=30)) == 1
        assert there.until(lambda: {there.status(told[name]) for name in ANSWERED} == {"awaiting_feedback"})
        there.conn.execute(
            "insert into public.ticket_actions (ticket_id, event) values (%s, 'acknowledged')",
            (told["ringing"],),
        )
        assert rests(there)

    assert sorted((answered(duty) - before).values()) == [
        1,
        1,
        1,
        1,
    ]  # three answers, and that a human has it
    assert len(duty.operator("Ada").rings()) == 1
    assert told["new"] == max(told.values())
    there.assert_sound()


def test_another_version_is_refused_as_a_whole(
    database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    conn = database.connect()
    conn.execute("insert into public.sources (platform, external_id, name) values ('slack', 'C1', 'bugs')")
    conn.execute(
        "delete from supabase_migrations.schema_migrations"
        " where version = (select max(version) from supabase_migrations.schema_migrations)"
    )
    back_up(database, tmp_path)
    done = restore(elsewhere, tmp_path)

    assert done.returncode != 0
    assert "the dump is of migration" in done.stdout
    assert elsewhere.connect().execute("select * from public.sources").fetchall() == []
    assert migrate(elsewhere.dsn) == []


def test_no_queue_is_forgotten(database: Database) -> None:
    """Whoever adds a queue says in end.sql from which rows it is filled again."""
    end = (ROOT / "supabase" / "restore" / "end.sql").read_text()
    # Which rows a subscriber has not had is written nowhere else: they are sent again by hand, under the same ids.
    assert "shiftbot subscriptions replay" in end
    query = "select name from private.queues where name <> 'deliveries' order by name"
    queues = [name for (name,) in database.connect().execute(query)]

    assert [name for name in queues if f"from pgmq.q_{name} as q" not in end] == []
    assert len(queues) >= 4
