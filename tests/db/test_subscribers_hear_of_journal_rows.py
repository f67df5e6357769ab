"""Each journal row is queued for every active subscription that wants it, with the row; only admins say who that is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.db.world import CUSTOMER, World, refused

URL = "https://example.com/hooks"


def subscribe(world: World, url: str = URL, **columns: Any) -> int:
    given = {"name": "test", "url": url} | columns
    casts = {
        "events": "text[]",
        "platforms": "public.platform[]",
        "source_ids": "bigint[]",
        "ticket_ids": "bigint[]",
    }
    values = ", ".join(f"%s::{casts[name]}" if name in casts else "%s" for name in given)
    number: int = world.value(
        f"insert into public.subscriptions ({', '.join(given)}) values ({values}) returning id",
        *given.values(),
    )
    return number


def queued(world: World) -> list[tuple[int, int, int]]:
    return [
        (m["subscription_id"], m["ticket_id"], m["seq"]) for m in world.queue("deliveries") if "test" not in m
    ]


def test_every_row_is_queued_for_every_active_subscription(world: World) -> None:
    world.source()
    one, two = subscribe(world), subscribe(world)
    subscribe(world, is_active=False)
    ticket = world.says().ticket_id
    world.append(ticket or 0, "closed")

    assert sorted(queued(world)) == [
        (one, ticket, 1),
        (one, ticket, 2),
        (two, ticket, 1),
        (two, ticket, 2),
    ]


def test_without_a_subscription_nothing_is_queued(world: World) -> None:
    world.source()
    world.says()

    assert queued(world) == []


def test_a_row_that_is_undone_is_not_queued(world: World) -> None:
    ticket = world.ticket()
    subscribe(world)
    with world.conn.transaction(force_rollback=True):
        world.append(ticket, "closed")

        assert world.value("select count(*) from pgmq.q_deliveries") == 1

    assert queued(world) == []


def test_filters_let_through_what_they_name(world: World) -> None:
    group, other = world.source(), world.source("C1", "slack")
    wanted, unwanted = world.ticket(source_id=group), world.ticket(source_id=group)
    by = {
        "event": subscribe(world, events=["closed"]),
        "ticket": subscribe(world, ticket_ids=[wanted]),
        "platform": subscribe(world, platforms=["telegram"]),
        "other platform": subscribe(world, platforms=["slack"]),
        "source": subscribe(world, source_ids=[group]),
        "other source": subscribe(world, source_ids=[other]),
        "both": subscribe(world, events=["closed"], ticket_ids=[wanted]),
    }
    world.append(wanted, "closed")
    world.append(unwanted, "triaged_escalate")
    names = {number: name for name, number in by.items()}

    assert sorted((names[s], t) for s, t, _ in queued(world)) == [
        ("both", wanted),
        ("event", wanted),
        ("platform", wanted),
        ("platform", unwanted),
        ("source", wanted),
        ("source", unwanted),
        ("ticket", wanted),
    ]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"url": "http://example.com/"}, "subscription_url_is_https"),
        ({"url": "https://user:secret@example.com/"}, "subscription_url_is_https"),
        ({"url": "http://localhost.example.com/"}, "subscription_url_is_https"),
        ({"url": "http://127.0.0.1@example.com/"}, "subscription_url_is_https"),
        ({"url": "ftp://example.com/"}, "subscription_url_is_https"),
        ({"url": "https://example.com/a\nb"}, "subscription_url_is_https"),
        ({"name": " "}, "subscription_has_a_name"),
        ({"events": []}, "subscription_filter_lets_something_through"),
        ({"events": ["clsoed"]}, "subscription_events_exist"),
        ({"source_ids": [99]}, "subscription_sources_exist"),
        ({"secret_version": 0}, "subscription_secret_version_counts_up"),
    ],
)
def test_nonsense_is_refused(world: World, columns: dict[str, Any], rule: str) -> None:
    with refused(rule):
        subscribe(world, **columns)


@pytest.mark.parametrize(
    "url", [URL, "https://[::1]:8443", "http://localhost:80/x?y=1", "http://127.0.0.1", "http://[::1]:9/"]
)
def test_what_can_be_sent_to_is_taken(world: World, url: str) -> None:
    assert subscribe(world, url) > 0


def test_an_old_secret_does_not_come_back(world: World) -> None:
    number = subscribe(world)
    world.do("update public.subscriptions set secret_version = 2 where id = %s", number)
    with refused("subscription_secret_version_counts_up"):
        world.do("update public.subscriptions set secret_version = 1 where id = %s", number)

    assert world.value("select secret_versions from private.claim_delivery(%s, null, null)", number) == [2, 1]

    world.do("update public.subscriptions set secret_rotated_at = now() - interval '25 hours'")

    assert world.value("select secret_versions from private.claim_delivery(%s, null, null)", number) == [2]


def test_only_admins_see_and_change_subscriptions(world: World) -> None:
    number = subscribe(world)
    world.engineer("Ada", is_admin=True)
    world.engineer("Ben")
    ada, ben = world.signed_in("Ada"), world.signed_in("Ben")

    assert world.rows("select id from public.subscriptions", conn=ada) == [(number,)]
    assert world.do("update public.subscriptions set is_active = false returning id", conn=ada) == 1
    assert world.do("insert into public.subscriptions (name, url) values ('x', %s)", URL, conn=ada) == 1
    assert world.do("delete from public.subscriptions where id = %s", number, conn=ada) == 1

    assert world.rows("select id from public.subscriptions", conn=ben) == []
    assert world.do("update public.subscriptions set is_active = true", conn=ben) == 0
    assert world.do("delete from public.subscriptions", conn=ben) == 0
    with refused("42501"):
        world.do("insert into public.subscriptions (name, url) values ('x', %s)", URL, conn=ben)


@pytest.mark.parametrize("role", ["anon", "shiftbot_ingest", "shiftbot_worker", "service_role"])
def test_programs_and_strangers_do_not_read_the_table(world: World, role: str) -> None:
    with refused("42501"):
        world.rows("select id from public.subscriptions", conn=world.database.connect(role))


def test_words_are_sent_only_where_asked_for_and_never_after_they_were_erased(world: World) -> None:
    world.source()
    facts, words = subscribe(world), subscribe(world, include_content=True)
    ticket = world.says("My password is swordfish").ticket_id
    claim = "select event from private.claim_delivery(%s, %s, 1)"
    sent = world.value(claim, words, ticket, conn=world.worker)

    assert sent["type"] == "ticket.message"
    assert (sent["data"]["ticket_id"], sent["data"]["seq"]) == (ticket, 1)
    assert (sent["data"]["actor"], sent["data"]["status_after"]) == (CUSTOMER, "open")
    assert sent["data"]["content"]["body"] == "My password is swordfish"
    assert "swordfish" not in str(world.value(claim, facts, ticket, conn=world.worker))

    world.do("select private.erase_content(%s, 'asked for')", ticket)
    after = world.value(claim, words, ticket, conn=world.worker)

    assert "swordfish" not in str(after)
    assert after["data"]["is_erased"] is True
    assert "content" not in after["data"]


def test_a_replay_queues_what_is_wanted_of_the_past(world: World) -> None:
    ticket, other = world.ticket("escalated"), world.ticket("closed")
    number = subscribe(world, events=["acknowledged", "closed"])

    assert world.value("select private.replay_subscription(%s)", number) == 2
    assert [t for _, t, _ in queued(world)] == [ticket, other]
    assert world.value("select private.replay_subscription(%s, p_ticket_id => %s)", number, other) == 1
    assert world.value("select private.replay_subscription(%s, now() + interval '1 hour')", number) == 0
