"""Law 8: webhooks, workers and the watchdog touch no table; each calls its functions."""

from __future__ import annotations

import pytest

from tests.db.world import World, refused

MAY_CALL = {
    "shiftbot_ingest": {
        *("ingest_message", "move_source", "sync_sources"),
        *("press_page", "hear_sms", "hear_call_status", "answer_call", "look_at_link", "acknowledge_by_link"),
        *("metrics", "readiness", "calendar", "correlation_of_ticket", "correlation_of_attempt"),
        *("slack_channels", "unrecorded"),
    },
    "shiftbot_worker": {
        *("read_queue", "archive_message", "await_queue", "postpone_message", "fail_message", "claim_triage"),
        *(
            "record_verdict",
            "claim_reply_part",
            "record_reply_part",
            "finish_reply",
            "block_sends",
            "retry_reply",
            "settle_reply",
            "await_turn",
            "archive_messages",
        ),
        *("set_escalation_threshold", "move_source", "sweep", "keep_house"),
        *(
            "claim_attempt",
            "claim_attempts",
            "settle_attempt",
            "settle_attempts",
            "retry_attempt",
            "look_at_attempt",
            "page_needless_for",
            "is_attempt_wanted",
        ),
        *("settle_joined", "sign_of_life", "sign_off", "metrics", "readiness"),
        *("claim_attachment", "settle_attachment", "files_to_link", "keep_links"),
        *("claim_delivery", "settle_delivery", "retry_delivery", "bury_delivery"),
        "deactivate_subscription",
    },
    "shiftbot_watchdog": {
        *(
            "is_anybody_ringing",
            "sweep",
            "watchdog_claim",
            "settle_attempt",
            "answer_call",
            "hear_call_status",
        ),
    },
}


@pytest.mark.parametrize("role", sorted(MAY_CALL))
def test_it_may_call_its_functions_and_no_other(world: World, role: str) -> None:
    callable_ones = world.rows(
        "select f.proname from pg_proc as f join pg_namespace as n on n.oid = f.pronamespace"
        " where n.nspname in ('public', 'private', 'ops', 'pgmq', 'realtime', 'auth', 'storage')"
        " and has_schema_privilege(%s, n.oid, 'usage') and has_function_privilege(%s, f.oid, 'execute')",
        *(role, role),
        conn=world.superuser,
    )

    assert MAY_CALL[role] == {name for (name,) in callable_ones}


@pytest.mark.parametrize("role", sorted(MAY_CALL))
def test_it_touches_no_table(world: World, role: str) -> None:
    world.ticket("escalated")
    conn = world.database.connect(role)
    tables = world.rows(
        "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'private', 'ops', 'pgmq') and c.relkind in ('r', 'p', 'v')",
        conn=world.superuser,
    )

    assert {"pgmq.q_triage", "pgmq.a_replies", "public.tickets"} <= {table for (table,) in tables}
    for (table,) in tables:
        for statement in (
            f"select 1 from {table}",
            f"delete from {table}",
            f"insert into {table} default values",
        ):
            with refused("42501"):
                conn.execute(statement.encode())


@pytest.mark.parametrize("role", sorted(MAY_CALL))
def test_it_is_no_login_and_inherits_nothing(world: World, role: str) -> None:
    assert world.row(
        "select rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = %s",
        role,
    ) == (False, False, False, False, False)


def test_what_a_webhook_writes_is_signed_with_its_role(world: World) -> None:
    world.source()
    world.says()

    assert world.row("select actor, actor_type::text, written_by from public.ticket_actions") == (
        *("telegram:7", "customer", "shiftbot_ingest"),
    )


def test_it_cannot_become_somebody_else(world: World) -> None:
    for role in MAY_CALL:
        conn = world.database.connect("authenticated")
        with refused("42501"):
            conn.execute(f"set role {role}".encode())
