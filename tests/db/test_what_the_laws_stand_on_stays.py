"""Rows that the laws stand on cannot be taken away, not by the owner in Studio either."""

from __future__ import annotations

import pytest

from tests.db.world import World, refused

KEPT = {
    "app_settings": "settings_are_kept",
    "status_transitions": "legal_moves_are_kept",
    "action_events": "legal_moves_are_kept",
    "escalations": "pages_are_kept",
    "escalation_attempts": "pages_are_kept",
    "replies": "replies_are_kept",
    "reply_attempts": "replies_are_kept",
    "on_call_history": "on_call_history_is_kept",
}


def test_what_the_laws_stand_on_cannot_be_removed(world: World) -> None:
    for table, rule in KEPT.items():
        for removal in (f"delete from public.{table}", f"truncate public.{table} cascade"):
            with refused(rule) as refusal:
                world.do(removal)

            assert refusal.hint


@pytest.mark.parametrize("table", ["status_transitions", "action_events"])
def test_the_legal_moves_cannot_be_edited(world: World, table: str) -> None:
    with refused("legal_moves_are_kept"):
        world.do(f"update public.{table} set description = 'as I like it'")


def test_settings_are_changed_and_moves_are_added(world: World) -> None:
    world.do("update public.app_settings set escalation_threshold = 0.5")
    world.do(
        "insert into public.action_events (event, action_type, written_by, description)"
        " select 'promised', action_type, written_by, 'A date was promised.' from public.action_events where event = 'note'"
    )
    added = world.do(
        "insert into public.status_transitions (from_status, event, to_status, description)"
        " values ('open', 'promised', 'open', 'Stays.')"
    )

    assert added == 1
    assert world.value("select escalation_threshold from public.app_settings") == 0.5
