"""Law 8 in paging: engineers see pages, admins keep the policy, programs call their functions, and a test rings oneself."""

from __future__ import annotations

import pytest

from tests.db.paging import ONE_BY_ONE, Pager
from tests.db.world import World, refused

TABLES = ("escalations", "escalation_attempts", "escalation_steps")
ADD_STEP = "insert into public.escalation_steps (position, target, method, wait_seconds) values (90, 'everyone', 'sms', 60)"


@pytest.fixture
def pager(world: World) -> Pager:
    pager = Pager(world)
    pager.engineer("Ada", is_admin=True)
    pager.engineer("Ben", on_call=True)
    pager.policy(*ONE_BY_ONE)
    return pager


@pytest.mark.parametrize("table", TABLES)
def test_engineers_read(pager: Pager, table: str) -> None:
    pager.escalated_report()
    everything = pager.world.value(f"select count(*) from public.{table}")

    assert everything > 0
    for name in ("Ada", "Ben"):
        seen = pager.world.value(f"select count(*) from public.{table}", conn=pager.world.signed_in(name))
        assert seen == everything


@pytest.mark.parametrize("table", TABLES)
def test_strangers_see_nothing(pager: Pager, table: str) -> None:
    pager.escalated_report()

    assert pager.world.rows(f"select * from public.{table}", conn=pager.world.signed_in("Eve")) == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["anon", "service_role", "shiftbot_ingest", "shiftbot_worker"])
def test_programs_and_anon_may_not_even_ask(pager: Pager, table: str, role: str) -> None:
    with refused("42501"):
        pager.world.database.connect(role).execute(f"select from public.{table}".encode())


def test_admins_keep_the_policy(pager: Pager) -> None:
    conn = pager.world.signed_in("Ada")

    assert pager.world.do(ADD_STEP, conn=conn) == 1
    assert (
        pager.world.do("update public.escalation_steps set wait_seconds = 5 where position = 90", conn=conn)
        == 1
    )
    assert pager.world.do("delete from public.escalation_steps where position = 90", conn=conn) == 1
    assert (
        pager.world.do("update public.app_settings set storm_window = '0', ack_timeout = null", conn=conn)
        == 1
    )


@pytest.mark.parametrize("name", ["Ben", "Eve"])
def test_others_do_not(pager: Pager, name: str) -> None:
    conn = pager.world.signed_in(name)
    before = pager.world.rows("select * from public.escalation_steps order by 1")
    with refused("42501"):
        pager.world.do(ADD_STEP, conn=conn)
    for statement in (
        "update public.escalation_steps set wait_seconds = 5",
        "delete from public.escalation_steps",
        "update public.app_settings set storm_window = '0'",
    ):
        assert pager.world.do(statement, conn=conn) == 0

    assert pager.world.rows("select * from public.escalation_steps order by 1") == before


@pytest.mark.parametrize("name", ["Ada", "Ben"])
@pytest.mark.parametrize(
    "statement",
    [
        "update public.escalations set state = 'resolved', due_at = null",
        "delete from public.escalations",
        "insert into public.escalations (tested_engineer_id, due_at) values (1, now())",
        "update public.escalation_attempts set outcome = 'acknowledged'",
        "delete from public.escalation_attempts",
        "insert into public.escalation_attempts (engineer_id, kind, method) values (1, 'notice', 'sms')",
        "select * from private.paging_secret",
        "select private.attempt_token(1)",
        "select private.advance_escalation(1, true)",
        "select private.sweep()",
    ],
)
def test_nobody_writes_pages_by_hand(pager: Pager, name: str, statement: str) -> None:
    pager.escalated_report()
    with refused("42501"):
        pager.world.signed_in(name).execute(statement.encode())


def test_an_engineer_does_not_write_what_paging_writes(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    for event in (
        "page_joined",
        "call_placed",
        "call_outcome",
        "ack_refused",
        "paged_everyone",
    ):
        with refused("42501"):
            pager.world.append(ticket_id, event, conn=pager.world.signed_in("Ada"))


def test_an_engineer_says_that_it_is_still_in_hand(pager: Pager) -> None:
    ticket_id = pager.escalated_report()
    pager.world.append(ticket_id, "acknowledged", conn=pager.world.signed_in("Ben"))

    assert pager.world.append(ticket_id, "ack_extended", conn=pager.world.signed_in("Ben"))[1] == "escalated"


def open_test_page(pager: Pager, of: str, by: str | None, method: str | None = None) -> int:
    number: int = pager.world.value(
        "select private.open_test_page((select id from public.engineers where name = %s), %s)",
        *(of, method),
        conn=pager.world.signed_in(by) if by else None,
    )
    return number


def test_engineers_test_their_own_page_and_admins_any(pager: Pager) -> None:
    for of, by in (("Ben", "Ben"), ("Ben", "Ada"), ("Ada", "Ada"), ("Ada", None)):
        page_id = open_test_page(pager, of, by)
        people = pager.world.rows(
            "select distinct e.name from public.escalation_attempts as a join public.engineers as e on e.id = a.engineer_id"
            " where a.escalation_id = %s",
            page_id,
        )
        assert people == [(of,)]


@pytest.mark.parametrize("by", ["Ben", "Eve"])
def test_nobody_else_is_rung_for_a_test(pager: Pager, by: str) -> None:
    ada = pager.world.value("select id from public.engineers where name = 'Ada'")
    with refused("42501"):
        pager.world.signed_in(by).execute("select private.open_test_page(%s)", (ada,))

    assert pager.world.rows("select from public.escalations") == []


def test_a_test_of_somebody_inactive_is_refused(pager: Pager) -> None:
    gone = pager.engineer("Gone")
    pager.world.do("update public.engineers set is_active = false where id = %s", gone)
    for number in (gone, 404):
        with refused("tested_engineer_is_active") as refusal:
            pager.world.rows("select private.open_test_page(%s)", number)
        assert refusal.hint == "Name an active engineer."


def rung(pager: Pager, page_id: int) -> list[tuple[str, str | None]]:
    return pager.world.rows(
        "select method::text, outcome from public.escalation_attempts where escalation_id = %s order by id",
        page_id,
    )


def test_a_test_goes_through_every_way_once_and_ends(pager: Pager) -> None:
    page_id = open_test_page(pager, "Ben", None)
    for _ in range(6):
        pager.work()
        pager.world.do("update public.escalations set due_at = clock_timestamp() where state = 'ringing'")
        pager.sweep()

    assert rung(pager, page_id) == [("phone_call", "delivered"), ("sms", "delivered")]
    assert pager.world.value("select state from public.escalations where id = %s", page_id) == "resolved"


@pytest.mark.parametrize("method", ["sms", "slack_message"])
def test_a_test_of_one_way_rings_that_way_also_outside_the_policy(pager: Pager, method: str) -> None:
    page_id = open_test_page(pager, "Ben", "Ben", method)
    assert rung(pager, page_id) == [(method, None)]
    pager.work(lambda attempt: "failed")

    assert rung(pager, page_id) == [(method, "failed")]
    assert pager.world.value("select state from public.escalations where id = %s", page_id) == "resolved"


def test_a_test_is_acknowledged_like_a_page_and_journaled_nowhere(pager: Pager) -> None:
    open_test_page(pager, "Ben", None)
    attempt_id = pager.world.value("select id from public.escalation_attempts")
    pager.claim(attempt_id)
    pager.settle(attempt_id, "ringing", f"sid-{attempt_id}")

    assert pager.presses_key(attempt_id) == "acknowledged"
    assert pager.attempt(attempt_id)["outcome"] == "acknowledged"
    assert pager.world.rows("select from public.ticket_actions") == []
    assert pager.stalled() == []
    pager.world.do("update public.escalations set acknowledged_at = now() - interval '11 minutes'")
    pager.sweep()
    assert pager.world.rows("select * from ops.pages") == []


def test_a_test_joins_no_storm_and_none_joins_it(pager: Pager) -> None:
    open_test_page(pager, "Ben", None)
    ticket_id = pager.escalated_report()
    open_test_page(pager, "Ada", None)

    assert pager.page(ticket_id)["leader_id"] is None
    assert pager.world.rows("select from public.escalations where state = 'joined'") == []


def test_a_second_test_ends_the_first(pager: Pager) -> None:
    first = open_test_page(pager, "Ben", None)
    open_test_page(pager, "Ben", None)

    assert rung(pager, first) == [("phone_call", "cancelled")]
    assert pager.world.value("select state from public.escalations where id = %s", first) == "resolved"


def test_a_hand_over_leaves_a_test_with_its_engineer(pager: Pager) -> None:
    page_id = open_test_page(pager, "Ben", None)
    pager.hand_over(pager.world.value("select id from public.engineers where name = 'Ada'"))
    pager.sweep()

    assert rung(pager, page_id) == [("phone_call", None)]
