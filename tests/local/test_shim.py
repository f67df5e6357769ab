from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from shiftbot.local.database import prepare_database
from tests.support.postgres import Database

PERSON = "11111111-2222-3333-4444-555555555555"
CLAIMS = {"sub": PERSON, "role": "authenticated", "email": "ana@example.com"}


def row(conn: psycopg.Connection[object], query: str) -> object:
    return conn.execute(query.encode()).fetchone()


def test_identity_is_read_from_the_claims(database: Database) -> None:
    person = database.connect("authenticated", CLAIMS)

    assert row(person, "select auth.uid()::text, auth.role(), auth.email(), auth.jwt() ->> 'sub'") == (
        PERSON,
        "authenticated",
        "ana@example.com",
        PERSON,
    )


def test_the_older_claim_settings_count_too(database: Database) -> None:
    conn = database.connect("authenticated")
    conn.execute(f"set request.jwt.claim.sub to '{PERSON}'".encode())

    assert row(conn, "select auth.uid()::text, auth.jwt()") == (PERSON, None)


def test_nobody_has_no_identity(database: Database) -> None:
    assert row(database.connect("anon"), "select auth.uid(), auth.jwt()") == (None, None)


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_postgres_and_authenticator_may_become_an_api_role(database: Database, role: str) -> None:
    as_postgres = database.connect()
    as_postgres.execute(f"set role {role}".encode())
    as_authenticator = database.connect(role)

    assert row(as_postgres, "select current_user, session_user") == (role, "postgres")
    assert row(as_authenticator, "select current_user, session_user") == (role, "authenticator")


def test_a_broadcast_lands_in_messages(database: Database) -> None:
    conn = database.connect()
    conn.execute("select realtime.send('{\"ticket\": 4}', 'ticket_moved', 'tickets')")

    assert row(
        conn, "select topic, event, extension, private, payload -> 'ticket' from realtime.messages"
    ) == (
        "tickets",
        "ticket_moved",
        "broadcast",
        True,
        4,
    )


def test_a_failing_broadcast_only_warns(database: Database) -> None:
    conn = database.connect()
    warnings: list[str] = []
    conn.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    conn.execute("select realtime.send('[]', 'ticket_moved', 'tickets')")

    assert row(conn, "select count(*) from realtime.messages") == (0,)
    assert warnings[0].startswith("ErrorSendingBroadcastMessage: ")


def test_a_policy_decides_who_hears_a_topic(database: Database) -> None:
    owner = database.connect()
    owner.execute("select realtime.send('{}', 'ticket_moved', 'tickets')")
    person = database.connect("authenticated", CLAIMS)
    count = "select count(*) from realtime.messages"
    person.execute("set realtime.topic to 'tickets'")
    assert row(person, count) == (0,)
    owner.execute(
        'create policy "Signed-in people hear shim_test" on realtime.messages for select to authenticated'
        " using ((select realtime.topic()) = 'tickets')"
    )

    assert row(person, count) == (1,)
    assert row(database.connect("anon"), count) == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "alter table realtime.messages add column mine int",
        "alter table realtime.messages disable row level security",
        "create table realtime.mine ()",
        "alter table auth.users add column mine int",
        "create table storage.mine ()",
        "create extension plpgsql_check",
    ],
)
def test_the_platforms_own_schemas_are_closed_to_postgres(database: Database, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)):
        database.connect().execute(statement.encode())


def test_preparing_twice_changes_nothing(database: Database) -> None:
    conn = database.connect()
    conn.execute("select realtime.send('{}', 'ticket_moved', 'tickets')")
    prepare_database(database.admin_dsn)

    assert row(conn, "select count(*) from realtime.messages") == (1,)


def test_postgres_runs_queues(database: Database) -> None:
    conn = database.connect()
    conn.execute("select pgmq.create('shim_test')")
    assert row(conn, "select pgmq.send('shim_test', '{\"n\": 1}'::jsonb)") == (1,)
    assert row(conn, "select pgmq.send('shim_test', '{\"n\": 2}'::jsonb, 60)") == (2,)
    assert row(conn, "select msg_id, read_ct, message from pgmq.read('shim_test', 30, 5)") == (1, 1, {"n": 1})
    assert row(conn, "select msg_id from pgmq.set_vt('shim_test', 1, 0)") == (1,)
    assert row(conn, "select queue_length from pgmq.metrics('shim_test')") == (2,)
    assert row(conn, "select pgmq.archive('shim_test', 1), pgmq.delete('shim_test', 2)") == (True, True)
    assert row(conn, "select message from pgmq.a_shim_test") == ({"n": 1},)
    assert row(conn, "select tableowner from pg_tables where tablename = 'q_shim_test'") == ("postgres",)

    assert row(conn, "select pgmq.drop_queue('shim_test')") == (True,)


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_api_roles_cannot_reach_queues(database: Database, role: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="schema pgmq"):
        database.connect(role).execute("select pgmq.list_queues()")
