"""shiftbot seed: what is made up stands as the triggers would have left it, and life goes on in it by all the laws."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.support.postgres import Database

pytestmark = pytest.mark.newest_postgres
TICKETS = 200
# A ticket as it is kept against the same, rebuilt from its journal alone.
_UNLIKE_ITS_JOURNAL = """
select t.id from public.tickets as t cross join lateral ops.ticket_as_of(t.id) as f
where (t.status, t.severity, t.title, t.summary, t.language, t.assigned_engineer_id,
  t.last_action_seq, t.last_said_seq, t.updated_at)
  is distinct from
  (f.status, f.severity, f.title, f.summary, f.language, f.assigned_engineer_id,
  f.last_action_seq, f.last_said_seq, f.updated_at)
"""
# Moves that the triggers would have refused, by the table of legal ones.
_ILLEGAL = """
select a.ticket_id, a.seq from (
  select ticket_id, seq, event, status_after,
    lag(status_after, 1, 'open') over (partition by ticket_id order by seq) as before
  from public.ticket_actions) as a
where a.status_after is distinct from private.next_status(a.before, a.event)
"""


@pytest.fixture
def seeded(database: Database, monkeypatch: pytest.MonkeyPatch, shiftbot: Run) -> psycopg.Connection[Any]:
    monkeypatch.setenv("DATABASE_URL", database.admin_dsn)
    code, out, err = shiftbot("seed", "--tickets", str(TICKETS), "--unclosed", "50")
    assert (code, err) == (0, "")
    assert f"Made {TICKETS} tickets" in out
    return database.connect()


def rows(conn: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return conn.execute(query.encode()).fetchall()


def test_every_chain_is_valid_and_every_ticket_the_fold_of_its_journal(
    seeded: psycopg.Connection[Any],
) -> None:
    assert rows(seeded, "select count(*) from public.tickets") == [(TICKETS,)]
    assert rows(seeded, "select * from ops.verify_journal()") == []
    assert rows(seeded, "select * from ops.status_drift") == []
    assert rows(seeded, _ILLEGAL) == []
    assert rows(seeded, _UNLIKE_ITS_JOURNAL) == []


def test_a_row_that_is_changed_is_noticed_as_in_any_journal(
    seeded: psycopg.Connection[Any], database: Database
) -> None:
    admin = psycopg.connect(database.admin_dsn, autocommit=True)
    with admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(
            "update public.ticket_actions set body = 'All is well' where ticket_id = 100 and seq = 1"
        )
    assert rows(seeded, "select * from ops.verify_journal()") == [(100, 1, "its content was changed")]


def test_it_is_a_mix_over_months(seeded: psycopg.Connection[Any]) -> None:
    distinct = rows(
        seeded,
        "select count(distinct platform), count(distinct source_id), count(distinct status), count(distinct opened_by),"
        " max(created_at) - min(created_at) from public.tickets",
    )
    platforms, sources, statuses, authors, span = distinct[0]
    assert platforms == 2
    assert sources > 5
    assert statuses >= 4
    assert authors > 20
    assert span.days > 150
    ((a_ticket,),) = rows(
        seeded, "select count(*)::float / count(distinct ticket_id) from public.ticket_actions"
    )
    assert 8 < a_ticket < 12
    for table in ("replies", "reply_attempts", "escalations", "escalation_attempts", "journal_heads"):
        assert rows(seeded, f"select exists (select from public.{table})") == [(True,)], table
    ((rings, called),) = rows(
        seeded,
        "select count(distinct outcome), (select count(distinct payload #>> '{facts,outcome}') from public.ticket_actions"
        " where event = 'call_outcome') from public.escalation_attempts",
    )
    assert rings == called
    assert rings > 2


def test_checkpoints_go_on_from_those_that_were_made(seeded: psycopg.Connection[Any]) -> None:
    heads = "select count(*) from public.journal_heads"
    assert rows(seeded, heads) == [(TICKETS,)]
    seeded.execute("select private.checkpoint_journal()")
    assert rows(seeded, heads) == [(TICKETS,)], "every head was kept already"


def test_a_word_in_a_seeded_thread_joins_its_ticket_by_the_laws(seeded: psycopg.Connection[Any]) -> None:
    ((ticket, chat, thread, author, seq),) = rows(
        seeded,
        "select t.id, t.chat_external_id, t.thread_key, t.opened_by, t.last_action_seq from public.tickets as t"
        " where t.platform = 'slack' and t.status = 'awaiting_feedback' order by t.id limit 1",
    )

    seeded.execute(
        "select private.ingest_message('slack', %s, 'message', %s, %s, %s, 'It is still down')",
        (chat, f"slack:{chat}/999.9", thread, author),
    )

    assert rows(seeded, f"select status, last_action_seq from public.tickets where id = {ticket}") == [
        ("open", seq + 1)
    ]
    assert rows(seeded, "select * from ops.verify_journal()") == []
    assert rows(seeded, "select * from ops.status_drift") == []
    ((queued,),) = rows(
        seeded, f"select count(*) from pgmq.q_triage where message @> '{{\"ticket_id\": {ticket}}}'"
    )
    assert queued == 1
    with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
        seeded.execute("delete from public.ticket_actions where ticket_id = %s", (ticket,))


def test_tickets_that_come_later_have_numbers_of_their_own(
    seeded: psycopg.Connection[Any], shiftbot: Run
) -> None:
    code, _, err = shiftbot("seed", "--tickets", "20", "--more")

    assert (code, err) == (0, "")
    assert rows(seeded, "select count(*) from public.tickets") == [(TICKETS + 20,)]
    assert rows(seeded, "select * from ops.verify_journal()") == []


def test_a_database_that_holds_tickets_is_left_alone(seeded: psycopg.Connection[Any], shiftbot: Run) -> None:
    code, _, err = shiftbot("seed", "--tickets", "20")

    assert code == 1
    assert "--more" in err
    assert rows(seeded, "select count(*) from public.tickets") == [(TICKETS,)]


def test_a_login_that_may_not_keep_triggers_still_hears_whose_may(
    database: Database, monkeypatch: pytest.MonkeyPatch, shiftbot: Run
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.dsn)

    code, _, err = shiftbot("seed", "--tickets", "20")

    assert code == 1
    assert "session_replication_role" in err
    assert "supabase_admin" in err
    assert rows(database.connect(), "select count(*) from public.tickets") == [(0,)]
