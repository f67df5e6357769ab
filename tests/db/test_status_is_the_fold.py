"""Law 3: replaying a ticket's journal gives the ticket, always and as of any earlier moment."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.db.world import STATUSES, World, refused

NOW = "select * from ops.ticket_as_of(%s)"
STORED = """
select id, status, severity, title, summary, language, assigned_engineer_id, last_action_seq, last_said_seq, updated_at
from public.tickets where id = %s
"""


class Walk:
    """Steps of every kind, chosen at random: appends, direct edits, edits of several fields at once."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)  # noqa: S311  # the same story again
        self.engineers = [world.engineer("Ana"), world.engineer("Bob")]
        self.ticket = world.ticket()
        self.moves: dict[str, list[str]] = {}
        for start, event in world.rows(
            # The mark is about one acknowledgement and written once: test_needless_pages_are_marked.py.
            "select from_status::text, event from public.status_transitions where event <> 'page_not_needed' order by 1, 2"
        ):
            self.moves.setdefault(start, []).append(event)

    def step(self) -> None:
        self.dice.choice([self.append, self.append, self.edit_status, self.edit_fields])()

    def append(self) -> None:
        event = self.dice.choice(self.moves[self.world.status(self.ticket)])
        payload: dict[str, Any] = {}
        if self.dice.random() < 0.5:
            payload = {"title": self.word(), "summary": self.word()}
            payload["facts"] = {
                "severity": self.dice.random(),
                "language": self.dice.choice(["de", "en"]),
                "assigned_engineer_id": self.dice.choice(self.engineers),
            }
        self.world.append(self.ticket, event, self.word(), **payload)

    def edit_status(self) -> None:
        target = self.dice.choice(STATUSES)
        legal = self.world.value(
            "select private.event_of_edit((select status from public.tickets where id = %s), %s) is not null",
            *(self.ticket, target),
        )
        edit = "update public.tickets set status = %s, severity = %s where id = %s"
        arguments = (target, self.dice.random(), self.ticket)
        if legal or self.world.status(self.ticket) == target:
            assert self.world.do(edit, *arguments) == 1
        else:
            with refused("ticket_transition_allowed"):
                self.world.do(edit, *arguments)

    def edit_fields(self) -> None:
        self.world.do(
            "update public.tickets set title = %s, summary = %s, language = %s, severity = %s,"
            " assigned_engineer_id = %s where id = %s",
            *(
                self.maybe(self.word()),
                self.maybe(self.word()),
                self.maybe("ru"),
                self.maybe(self.dice.random()),
            ),
            *(self.maybe(self.dice.choice(self.engineers)), self.ticket),
        )

    def word(self) -> str:
        return f"word {self.dice.randrange(5)}"

    def maybe(self, value: Any) -> Any:
        return self.dice.choice([value, None])


@pytest.mark.parametrize("seed", range(6))
def test_any_walk_replays_to_what_is_stored(world: World, seed: int) -> None:
    walk = Walk(world, seed)
    snapshots = {}
    for _ in range(60):
        walk.step()
        stored = world.row(STORED, walk.ticket)
        snapshots[stored[-1]] = stored

    assert world.row(NOW, walk.ticket) == world.row(STORED, walk.ticket)
    assert len(snapshots) > 30
    for moment, snapshot in snapshots.items():
        assert world.row("select * from ops.ticket_as_of(%s, %s)", walk.ticket, moment) == snapshot
    assert world.rows("select * from ops.status_drift") == []
    assert world.rows("select * from ops.verify_journal()") == []


def test_a_ticket_did_not_exist_before_it_was_made(world: World) -> None:
    ticket = world.ticket("escalated")

    assert world.rows("select * from ops.ticket_as_of(%s, now() - interval '1 day')", ticket) == []
    assert world.rows("select * from ops.ticket_as_of(404)") == []


def test_a_ticket_without_actions_is_open(world: World) -> None:
    ticket = world.ticket()

    assert world.row(NOW, ticket) == world.row(STORED, ticket)


@pytest.mark.parametrize("status", [s for s in STATUSES if s != "escalated"])
def test_a_status_forced_by_a_superuser_shows(world: World, status: str) -> None:
    ticket, other = world.ticket("escalated"), world.ticket("escalated")

    assert world.rows("select * from ops.status_drift") == []

    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute("update public.tickets set status = %s where id = %s", (status, ticket))

    assert world.rows(
        "select ticket_id, stored_status::text, replayed_status::text from ops.status_drift"
    ) == [(ticket, status, "escalated")]
    assert world.status(other) == "escalated"


def test_a_linked_ticket_knows_its_language_from_its_journal(world: World) -> None:
    world.source()
    parent = world.says(message=1).ticket_id
    world.append(parent or 0, "closed", facts={"language": "de"})
    child = world.says(message=2, thread_key="msg:1")

    assert child.outcome == "created_linked"
    assert world.value("select language from public.tickets where id = %s", child.ticket_id) == "de"
    assert world.row(NOW, child.ticket_id) == world.row(STORED, child.ticket_id)
