"""One send budget for all workers, in Postgres: no window of a limit's length ever holds more sends than the limit."""

from __future__ import annotations

import pytest

from tests.db.world import GROUP, World, at_once

TAKE = "select private.take_send_permit(%s, %s)"


def take(world: World, chat: str = GROUP, platform: str = "telegram") -> float:
    """Seconds to wait, 0 for permitted."""
    return float(world.value(TAKE, platform, chat))


def stretch(world: World) -> None:
    """Every limit is for an hour, so that no test depends on how fast it runs."""
    world.do("update private.send_limits set per_seconds = 3600")


def pass_time(world: World, seconds: float) -> None:
    """What was sent and blocked is moved back: the rows, not the clock."""
    world.do(
        "update private.send_budgets as b set blocked_until = blocked_until - %s * interval '1 second', sent_at ="
        " array(select s - %s * interval '1 second' from unnest(b.sent_at) with ordinality as u (s, n) order by n)",
        *(seconds, seconds),
    )


def test_the_limits_are_the_platforms(world: World) -> None:
    assert world.rows(
        "select platform::text, scope, sends, per_seconds::int from private.send_limits order by 1, 2"
    ) == [
        ("slack", "direct", 10, 10),
        ("slack", "group", 10, 10),
        ("telegram", "direct", 3, 3),
        ("telegram", "group", 20, 60),
        ("telegram", "total", 30, 1),
    ]


def test_the_twenty_first_send_to_a_group_waits(world: World) -> None:
    stretch(world)

    assert [take(world) for _ in range(20)] == [0] * 20
    assert 3500 < take(world) <= 3600
    assert take(world, "-1002") == 0


def test_what_waits_spends_nothing(world: World) -> None:
    stretch(world)
    for _ in range(40):
        take(world)

    assert world.value("select max(cardinality(sent_at)) from private.send_budgets") == 20


def test_the_thirty_first_send_to_anybody_waits(world: World) -> None:
    stretch(world)

    assert [take(world, str(n)) for n in range(30)] == [0] * 30
    assert take(world, "31") > 3500
    assert take(world, "C1", "slack") == 0


@pytest.mark.parametrize(
    ("platform", "chat", "sends"),
    [("telegram", "7", 3), ("telegram", "-7", 20), ("slack", "C1", 10), ("slack", "D1", 10)],
)
def test_each_kind_of_chat_has_its_limit(world: World, platform: str, chat: str, sends: int) -> None:
    stretch(world)

    assert [take(world, chat, platform) for _ in range(sends)] == [0] * sends
    assert take(world, chat, platform) > 3500


def test_no_window_holds_more_than_the_limit(world: World) -> None:
    """After a burst, a bucket that refills steadily would let one through every three minutes; a window does not."""
    stretch(world)
    for _ in range(20):
        take(world)
    pass_time(world, 1800)

    assert 1700 < take(world) <= 1800

    pass_time(world, 1801)

    assert [take(world) for _ in range(20)] == [0] * 20
    assert take(world) > 3500


def test_sends_become_free_one_by_one(world: World) -> None:
    stretch(world)
    for _ in range(10):
        take(world)
    pass_time(world, 3000)
    for _ in range(10):
        take(world)
    pass_time(world, 601)

    assert [take(world) for _ in range(10)] == [0] * 10
    assert 2900 < take(world) <= 3000


def test_a_platform_that_asks_to_wait_is_honoured(world: World) -> None:
    world.rows("select private.block_sends('telegram', %s, 3600::numeric)", GROUP, conn=world.worker)

    assert 3500 < take(world) <= 3600
    assert take(world, "-1002") == 0

    world.rows("select private.block_sends('telegram', %s, 5::numeric)", GROUP, conn=world.worker)
    assert take(world) > 3500  # a shorter wait does not shorten

    pass_time(world, 3601)
    assert take(world) == 0


@pytest.mark.parametrize("group", [True, False])
def test_concurrent_workers_do_not_overspend(world: World, group: bool) -> None:
    """Twenty at once, five times each: 20 for one group, 30 in all for many."""
    stretch(world)

    def spend(conn: object, n: int) -> int:
        chats = [GROUP if group else f"-{n}{k}" for k in range(5)]
        return sum(world.value(TAKE, "telegram", chat, conn=conn) == 0 for chat in chats)  # type: ignore[arg-type]

    assert sum(at_once(world.database, None, 20, spend)) == (20 if group else 30)


def test_claims_of_replies_spend_the_budget(world: World) -> None:
    stretch(world)
    world.source()
    ticket = world.ticket("escalated")
    for n in range(21):
        world.append(ticket, "public_reply", f"Part {n}")
    replies = [body["reply_id"] for _, _, body in world.take("replies")]
    results = at_once(
        world.database,
        "shiftbot_worker",
        21,
        lambda conn, n: conn.execute(
            "select outcome from private.claim_reply_part(%s, 0, 60)", (replies[n],)
        ).fetchone()[0],  # type: ignore[index]
    )

    assert sorted(results) == ["claimed"] * 20 + ["wait"]
    assert world.value("select count(*) from public.reply_attempts") == 20
