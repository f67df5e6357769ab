"""Programs lock in one order: the ticket, its reply, the attempt, then the send budget."""

from __future__ import annotations

from typing import Any

from tests.db.conversation import claim_part
from tests.db.world import GROUP, World, at_once


def test_a_platform_that_asks_to_wait_does_not_block_the_next_claim(world: World) -> None:
    """Two replies of one ticket on two workers: one is told to wait while the other claims."""
    world.source()
    ticket = world.ticket("escalated")
    for n in range(8):
        world.append(ticket, "public_reply", f"Part {n}")
    taken = [(number, body["reply_id"]) for number, _, body in world.take("replies")]
    claimed = {reply: claim_part(world, reply)["attempt_id"] for _, reply in taken[:4]}

    def act(conn: Any, n: int) -> str:
        number, reply = taken[n]
        with conn.transaction():
            if reply in claimed:
                conn.execute(
                    "select private.retry_reply(%s, %s, %s, 5, 'busy')", (reply, number, claimed[reply])
                )
                conn.execute("select private.block_sends('telegram', %s, 5::numeric)", (GROUP,))
                return "told to wait"
            found = conn.execute(
                "select outcome from private.claim_reply_part(%s, 0, 60)", (reply,)
            ).fetchone()
            return str(found[0])

    results = at_once(world.database, "shiftbot_worker", 8, act)

    assert results[:4] == ["told to wait"] * 4
    assert set(results[4:]) <= {"claimed", "wait"}
