"""Everybody says how they are reached, of themselves only; taking the shift that nobody has is a race with one winner."""

from __future__ import annotations

import pytest

from tests.db.paging import Pager
from tests.db.world import World, at_once, refused

CHANGE = "select private.change_my_contact(%s, %s, %s, %s)"
CONTACT = (
    "select phone, telegram_handle, telegram_user_id, slack_user_id from public.engineers where name = %s"
)


def test_an_engineer_changes_the_own_contact_data_and_nobody_elses(world: World) -> None:
    world.engineer("Ana")
    world.engineer("Bob")
    world.do(CHANGE, " +4930901820 ", "@ana_a", 77, "U024BE7LH", conn=world.signed_in("Ana"))

    assert world.row(CONTACT, "Ana") == ("+4930901820", "ana_a", 77, "U024BE7LH")
    assert world.row(CONTACT, "Bob")[2:] == (None, None)


def test_what_is_empty_is_forgotten(world: World) -> None:
    world.engineer("Ana")
    conn = world.signed_in("Ana")
    world.do(CHANGE, "+4930901820", "ana_a", 77, "U024BE7LH", conn=conn)
    world.do(CHANGE, "", "", None, " ", conn=conn)

    assert world.row(CONTACT, "Ana") == (None, None, None, None)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (("030 901820", "", None, ""), "engineer_phone_is_e164"),
        (("", "a b", None, ""), "engineer_telegram_handle_has_no_at"),
        (("", "", None, "ana"), "engineer_slack_id_looks_like_one"),
        (("", "", 5, ""), "engineer_telegram_is_one_person"),
    ],
)
def test_what_nobody_could_be_reached_by_is_refused(
    world: World, values: tuple[object, ...], rule: str
) -> None:
    world.engineer("Ana")
    Pager(world).engineer("Bob", telegram_user_id=5)
    with refused(rule):
        world.do(CHANGE, *values, conn=world.signed_in("Ana"))


@pytest.mark.parametrize("who", ["Eve", "Gone"])
def test_who_is_no_engineer_changes_nothing(world: World, who: str) -> None:
    world.engineer("Gone", is_active=False)
    with refused("42501"):
        world.do(CHANGE, "+4930901820", "", None, "", conn=world.signed_in(who))


def test_of_many_who_take_the_shift_that_nobody_has_one_wins(world: World) -> None:
    names = [f"Eng{n}" for n in range(8)]
    for name in names:
        world.engineer(name)
    ids = dict(world.rows("select name, id from public.engineers"))
    answers = at_once(
        world.database,
        None,
        len(names),
        lambda conn, n: conn.execute(
            "select private.hand_over(%s, 'took it', 0)", (ids[names[n]],)
        ).fetchone(),
    )

    won = [answer for answer in answers if isinstance(answer, tuple)]
    assert len(won) == 1
    assert world.rows("select id from public.engineers where is_on_call") == won
    assert {str(answer.diag.constraint_name) for answer in answers if not isinstance(answer, tuple)} == {
        "on_call_changed_meanwhile"
    }


def test_a_test_page_is_told_to_listeners_as_it_moves(world: World) -> None:
    pager = Pager(world)
    ana = pager.engineer("Ana", phone="+4930901820")
    world.do("delete from realtime.messages")
    world.do("select private.open_test_page(%s, 'phone_call')", ana, conn=world.signed_in("Ana"))

    told = "select distinct topic, event, (payload ->> 'engineer_id')::bigint from realtime.messages"
    assert world.rows(told) == [("on_call", "test_page_moved", ana)]


def test_a_real_page_is_told_by_its_ticket_alone(world: World) -> None:
    pager = Pager(world)
    pager.engineer("Ana", on_call=True, phone="+4930901820")
    world.do("delete from realtime.messages")
    pager.escalated_report()

    assert world.value("select count(*) from realtime.messages where event = 'test_page_moved'") == 0
    assert world.value("select count(*) from realtime.messages where event = 'ticket_moved'") > 0
