"""Before migration 0057 a newer answer could be withdrawn with the older one. Whom that left alone is triaged once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from shiftbot.migrate import migrate
from tests.db.conversation import claim_part, deliver, triage
from tests.db.earlier import database_at
from tests.db.world import World
from tests.support.postgres import TestServer


def left_alone(world: World, message: int) -> int:
    """Both answers waited, and both were withdrawn at their turn."""
    ticket = (
        world.says(message=message, author=f"telegram:{message}", thread_key=f"msg:{message}").ticket_id or 0
    )
    triage(world, ticket)
    world.says("More", message=message + 1, thread_key=f"msg:{message}")
    triage(world, ticket, reply="Newer")
    for _, _, body in world.take("replies", quantity=2):
        assert claim_part(world, body["reply_id"])["outcome"] == "withdrawn"
    for number, _, _ in world.take("triage", quantity=10):
        world.value("select private.archive_message('triage', %s)", number, conn=world.worker)
    assert world.status(ticket) == "open"
    return ticket


@pytest.mark.parametrize("has_engineer", [False, True])
def test_whom_both_answers_missed_is_triaged_again(
    postgres_server: TestServer, tmp_path: Path, has_engineer: bool
) -> None:
    with database_at(postgres_server, "0056", tmp_path) as database:
        world = World(database)
        world.source()
        ticket = left_alone(world, 5)
        if has_engineer:
            world.append(ticket, "public_reply", "I have answered")
            deliver(world)
        migrate(database.dsn)

        assert len(world.queue("triage")) == (0 if has_engineer else 1)
        if not has_engineer:
            assert triage(world, ticket) == "triaged_answer"
            deliver(world)
            assert world.status(ticket) == "awaiting_feedback"
        assert world.rows("select * from ops.status_drift", conn=world.superuser) == []
        assert world.rows("select * from ops.verify_journal()", conn=world.superuser) == []
