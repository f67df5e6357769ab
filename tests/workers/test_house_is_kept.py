"""Real workers erase what is outdated, beside all that they do."""

from __future__ import annotations

import pytest

from tests.db.test_erasing_keeps_the_chain import places_with
from tests.db.test_words_go_on_time import age
from tests.db.world import World
from tests.support.customers import TelegramCustomer
from tests.support.product import Product

pytestmark = pytest.mark.newest_postgres


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
