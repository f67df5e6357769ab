"""Real workers erase what is outdated, beside all that they do."""

from __future__ import annotations

import pytest

from tests.db.test_erasing_keeps_the_chain import places_with
from tests.db.test_words_go_on_time import age
from tests.db.world import World
from tests.support.customers import TelegramCustomer
from tests.support.product import Product

pytestmark = pytest.mark.newest_postgres


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ten seconds."""
    monkeypatch.setattr("workers.loop.HOUSE_SECONDS", 0.2)


def test_an_outdated_ticket_loses_its_words_while_another_is_answered(story: Product) -> None:
    world = World(story.database)
    ann = TelegramCustomer(story)
    world.do("update public.app_settings set retention_days = 30")
    with story.workers("triage", "replies"):
        ann.says("How do I play the xylophone?")
        ann.hears()
        ann.presses("This helped")
        ann.hears()  # thanks
        assert story.until(lambda: story.statuses() == ["closed"])
        assert "public.ticket_actions" in places_with(world, "xylophone")
        age(world, 31)
        assert story.until(lambda: places_with(world, "xylophone") == set())
        ann.says("And how the gamelan?")
        ann.hears()
        assert story.until(lambda: story.rows("select from ops.queues where length > 0") == [])

    assert story.events(1)[-1] == "content_erased"
    assert "public.ticket_actions" in places_with(world, "gamelan")
    story.assert_sound()


@pytest.mark.parametrize("chore", ["keep_house", "sweep"])
def test_a_chore_that_fails_keeps_nobody_from_being_answered(
    story: Product, chore: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A row that housekeeping cannot stand must not silence the workers, least of all those who ring."""
    story.conn.execute(
        f"create or replace function private.{chore}() returns jsonb language plpgsql set search_path = ''"
        " as $$ begin raise exception 'hunter2' using errcode = 'check_violation'; end $$".encode()
    )
    ann = TelegramCustomer(story)
    with story.workers():
        ann.says("How do I play the xylophone?")
        ann.hears()
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"])

    failed = [record for record in caplog.records if getattr(record, "action", "") == "chore_failed"]
    assert failed
    assert "hunter2" not in caplog.text
