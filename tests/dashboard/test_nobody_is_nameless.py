"""Slack's events name nobody: whoever wrote is told by their account then, never by nothing."""

from __future__ import annotations

import pytest

from dashboard import ticket_words
from dashboard.queries import ticket_journal, ticket_talk
from dashboard.queries.ticket import ticket
from dashboard.queries.ticket_talk import Message
from tests.db.world import World

pytestmark = pytest.mark.newest_postgres


@pytest.mark.parametrize(("given", "said"), [("Momo", "Momo"), ("", "telegram:77")])
def test_a_reporter_is_told_by_name_or_account(world: World, given: str, said: str) -> None:
    world.source()
    opened = world.says(author="telegram:77", payload={"author_name": given}).ticket_id
    assert opened is not None
    found = ticket(world.superuser, opened)
    talk = ticket_talk.talk(world.superuser, opened)
    assert found is not None
    assert found.reporter == said
    assert [each.who for each in talk.said if isinstance(each, Message)] == [said]
    first = ticket_journal.journal(world.superuser, opened, "all").entries[-1]
    assert ticket_words.who(first) == ticket_words.customer(said)


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("slack:U0TOM", "Slack member U0TOM"),
        ("telegram:77", "Telegram user 77"),
        ("Momo: the first", "Momo: the first"),
    ],
)
def test_an_account_is_told_in_words(actor: str, said: str) -> None:
    assert ticket_words.customer(actor) == said
