"""Law 7 in Studio's table editor: no cell ends a page, or puts it off for ever, while its ticket waits for a human."""

from __future__ import annotations

import pytest

from tests.db.paging import Pager
from tests.db.world import World, refused


@pytest.fixture
def page(world: World) -> int:
    """A ticket that pages."""
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    return pager.escalated_report()


@pytest.mark.parametrize("is_acknowledged", [False, True], ids=["ringing", "acknowledged"])
def test_a_page_that_is_wanted_cannot_be_ended(world: World, page: int, is_acknowledged: bool) -> None:
    if is_acknowledged:
        world.append(page, "acknowledged")
    with refused("page_ends_with_its_ticket") as refusal:
        world.do("update public.escalations set state = 'resolved', due_at = null")

    assert "deescalated" in refusal.hint
    assert world.rows("select * from ops.stalled_escalations") == []


def test_a_page_cannot_be_given_to_another_ticket(world: World, page: int) -> None:
    other = world.ticket("closed")
    with refused("page_ends_with_its_ticket"):
        world.do("update public.escalations set ticket_id = %s", other)


@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_a_step_cannot_be_put_off_for_ever(world: World, page: int, moment: str) -> None:
    with refused("next_step_comes_some_day"):
        world.do("update public.escalations set due_at = %s", moment)


@pytest.mark.parametrize("status", ["closed", "open"])
def test_a_page_ends_where_its_ticket_is_moved(world: World, page: int, status: str) -> None:
    world.do("update public.tickets set status = %s where id = %s", status, page)

    assert world.value("select state from public.escalations") == "resolved"


def test_a_page_of_before_is_edited_freely(world: World, page: int) -> None:
    world.append(page, "closed")

    assert world.do("update public.escalations set cycle = 2, due_at = null, state = 'resolved'") == 1
