"""Queues, replies, journal and tickets from the command line, against a real database."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.cli.conftest import Run
from tests.support.postgres import Database


@pytest.fixture
def conn(database: Database, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection[Any]:
    """The database that the commands use, with one ticket."""
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    monkeypatch.setenv("COLUMNS", "140")
    conn = database.connect()
    conn.execute("insert into public.sources (platform, external_id, name) values ('slack', 'C1', 'bugs')")
    conn.execute(
        "select private.ingest_message('slack', 'C1', 'message', 'slack:C1/1.0', '1.0', 'slack:U1', 'It is broken',"
        ' \'{"author_name": "Priya"}\')'
    )
    return conn


def ask(conn: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = conn.execute(query.encode(), values).fetchone()
    return row[0] if row else None


def bury(conn: psycopg.Connection[Any], reason: str) -> None:
    """Lets the waiting triage message fail until it is dead."""
    conn.execute("update public.app_settings set queue_max_attempts = 1")
    msg_id = ask(conn, "select msg_id from private.read_queue('triage', 60, 1)")
    assert ask(conn, "select private.fail_message('triage', %s, %s)", msg_id, reason) == "dead"


def test_queue_list_tells_depth_and_the_dead(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    bury(conn, "ValueError: the model said nonsense")
    conn.execute(
        "select private.ingest_message('slack', 'C1', 'message', 'slack:C1/2.0', '1.0', 'slack:U1', 'more')"
    )
    code, out, _ = shiftbot("queue", "list")

    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert lines[1] == ["triage", "1", "0", "0", "s", "1"]
    assert "dead: triage 1 (" in out
    assert "after 1 attempts\n  ValueError: the model said nonsense" in out
    assert "Put one back with: shiftbot queue requeue QUEUE NUMBER" in out


def test_requeue_puts_one_back(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    bury(conn, "timeout")

    assert shiftbot("queue", "requeue", "triage", "1") == (
        0,
        "1 message of triage put back to work.\n",
        "",
    )
    assert ask(conn, "select count(*) from ops.dead_letters") == 0
    assert ask(conn, "select length from ops.queues where queue = 'triage'") == 1


def test_requeue_of_a_message_that_is_not_dead_is_refused(
    shiftbot: Run, conn: psycopg.Connection[Any]
) -> None:
    assert shiftbot("queue", "requeue", "triage", "999") == (
        1,
        "",
        "shiftbot: there is no dead message 999 of triage; see `shiftbot queue list`.\n",
    )
    assert shiftbot("queue", "requeue", "triage") == (0, "0 messages of triage put back to work.\n", "")


def test_journal_that_is_intact(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("journal", "verify") == (0, "The journal is intact: 1 rows of 1 tickets.\n", "")


def test_journal_that_was_tampered_with(
    shiftbot: Run, conn: psycopg.Connection[Any], database: Database
) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin:
        admin.execute("alter table public.ticket_actions disable trigger user")
        admin.execute("update public.ticket_actions set body = 'It is fine'")
    code, out, _ = shiftbot("journal", "verify")

    assert code == 1
    assert out == (
        "ticket 1, row 1: its content was changed\nThe journal is NOT intact: 1 of 1 tickets are bad.\n"
    )


def unknown_reply(conn: psycopg.Connection[Any]) -> int:
    """A reply whose worker died in the middle of the send."""
    verdict = {
        "title": "Broken",
        "summary": "s",
        "reason": "r",
        "reply": "Please sign in again.",
        "language": "en",
    }
    verdict |= {"severity": 0.4, "escalate": False, "category": "bug", "engine": "rules"}
    msg_id = ask(conn, "select msg_id from private.read_queue('triage', 60, 1)")
    upto = ask(conn, "select upto_seq from private.claim_triage(1, %s, 60)", msg_id)
    conn.execute("select private.record_verdict(1, %s, %s, %s)", (msg_id, upto, Jsonb(verdict)))
    reply_id = int(ask(conn, "select id from public.replies"))
    msg_id = ask(conn, "select msg_id from private.read_queue('replies', 60, 1)")
    conn.execute("select * from private.claim_reply_part(%s, 0, 60)", (reply_id,))
    conn.execute("select private.finish_reply(%s, %s, 'unknown', 'cut off')", (reply_id, msg_id))
    return reply_id


def test_unknown_replies_are_listed_and_decided(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    reply_id = unknown_reply(conn)
    code, out, _ = shiftbot("replies", "list")
    assert code == 0
    assert f"reply {reply_id} on ticket 1, since" in out
    assert "Please sign in again." in out

    assert shiftbot("replies", "delivered", str(reply_id))[:2] == (
        0,
        f"Reply {reply_id} is taken as delivered.\n",
    )
    assert ask(conn, "select state from public.replies") == "delivered"
    assert shiftbot("replies", "list")[1] == "No reply waits for a decision.\n"


def test_unknown_reply_is_sent_again(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    reply_id = unknown_reply(conn)

    assert shiftbot("replies", "resend", str(reply_id))[:2] == (0, f"Reply {reply_id} is sent again.\n")
    assert ask(conn, "select length from ops.queues where queue = 'replies'") == 1


def test_reply_that_waits_for_nothing_is_refused(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("replies", "resend", "99") == (
        1,
        "",
        "shiftbot: reply 99 waits for no decision; `shiftbot replies list` shows those that do.\n",
    )


def test_tickets_are_listed_and_told(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    code, out, _ = shiftbot("tickets")
    assert code == 0
    assert "slack, bugs" in out

    code, out, _ = shiftbot("tickets", "1")
    assert code == 0
    assert "message           Priya         “It is broken”" in out
    assert shiftbot("tickets", "77") == (
        1,
        "",
        "shiftbot: there is no ticket 77; `shiftbot tickets` lists them.\n",
    )


def test_migrate_of_an_up_to_date_database(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("migrate") == (0, "The database is up to date.\n", "")
