"""Replies without a budget come back one after the other, and hold nobody up meanwhile."""

from __future__ import annotations

import pytest

from tests.db.conversation import claim_part
from tests.db.world import GROUP, World, at_once, refused

AWAIT = "select private.await_turn(%s, 'telegram', %s, %s::numeric)"
# What waits, in the order in which it comes back, and in how many whole seconds from now.
QUEUE = (
    "select (message ->> 'reply_id')::integer, round(extract(epoch from vt - clock_timestamp()))::integer"
    " from pgmq.q_replies order by vt, msg_id"
)


def crowd(world: World, count: int) -> list[int]:
    """So many replies in one group, which takes one an hour; the budget is spent."""
    world.do("update private.send_limits set sends = 1, per_seconds = 3600 where scope = 'group'")
    world.source()
    ticket = world.ticket("escalated")
    world.do("delete from pgmq.q_replies")  # what was said on the way there
    for n in range(count):
        world.append(ticket, "public_reply", f"Part {n}")
    world.value("select private.take_send_permit('telegram', %s)", GROUP)
    return [reply for reply, _ in world.rows(QUEUE)]


def await_turn(world: World) -> int:
    """The next reply is claimed in vain and put off; how many were, with it."""
    msg_id, _, body = world.take("replies", quantity=1)[0]
    claimed = claim_part(world, body["reply_id"])
    assert claimed["outcome"] == "wait"
    many: int = world.value(AWAIT, msg_id, claimed["chat"], claimed["wait_seconds"], conn=world.worker)
    return many


def test_those_behind_are_put_off_with_the_first(world: World) -> None:
    replies = crowd(world, 3)
    world.do("update private.send_limits set per_seconds = 60 where scope = 'group'")

    assert await_turn(world) == 3
    assert world.take("replies") == []
    waiting = world.rows(QUEUE)
    assert [reply for reply, _ in waiting] == replies
    assert [59 <= seconds - 60 * n <= 61 for n, (_, seconds) in enumerate(waiting)] == [True, True, True]


def test_whoever_comes_later_has_a_later_turn(world: World) -> None:
    crowd(world, 1)
    world.do("update private.send_limits set per_seconds = 60 where scope = 'group'")
    await_turn(world)
    world.append(world.value("select max(id) from public.tickets"), "public_reply", "One more")

    assert await_turn(world) == 1
    assert 118 <= world.rows(QUEUE)[-1][1] <= 122


def test_other_chats_are_not_put_off(world: World) -> None:
    crowd(world, 2)
    other = world.value(
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by)"
        " values ('telegram', %s, '-1002', 'other', 'telegram:8') returning id",
        world.source("-1002"),
    )
    world.append(other, "triaged_answer", "Please reload the page.")

    assert await_turn(world) == 2
    ((_, _, body),) = world.take("replies")
    assert claim_part(world, body["reply_id"])["outcome"] == "claimed"


def test_a_far_turn_is_no_promise(world: World) -> None:
    """Those before may be withdrawn: who is far behind asks again sooner, each at a time of its own."""
    crowd(world, 5)

    assert await_turn(world) == 5
    seconds = [seconds for _, seconds in world.rows(QUEUE)]
    assert all(3599 <= wait <= 3600 + 1201 for wait in seconds)
    assert len(set(seconds)) > 1


def test_what_is_in_hand_is_left_alone(world: World) -> None:
    crowd(world, 3)
    (held, _, _), *_ = world.take("replies", quantity=1)

    assert await_turn(world) == 2
    assert world.value("select read_ct from pgmq.q_replies where msg_id = %s", held) == 1


def test_waiting_is_no_failed_attempt(world: World) -> None:
    crowd(world, 2)
    await_turn(world)

    assert world.rows("select read_ct from pgmq.q_replies") == [(0,), (0,)]


def test_many_take_turns_at_once_without_a_deadlock(world: World) -> None:
    crowd(world, 40)
    held = [msg_id for msg_id, _, _ in world.take("replies", quantity=8)]

    moved = at_once(
        world.database,
        "shiftbot_worker",
        8,
        lambda conn, n: conn.execute(AWAIT, (held[n], GROUP, 60)).fetchone()[0],  # type: ignore[index]
    )

    assert sum(moved) == 40
    assert world.value("select count(*) from pgmq.q_replies") == 40
    assert world.take("replies") == []


@pytest.mark.parametrize("role", ["shiftbot_ingest", "authenticated"])
def test_only_workers_take_turns(world: World, role: str) -> None:
    with refused("42501"), world.database.connect(role) as conn:
        conn.execute(AWAIT, (1, GROUP, 1))
