"""Telegram turns a group into a supergroup: the source and its open tickets follow, and threads go on."""

from __future__ import annotations

from typing import Any

from tests.support.web import Web, counted, update

OLD, NEW = -4012345678, -1001999999999
GROUP = {"id": OLD, "type": "group", "title": "Acme pilot"}
SUPERGROUP = {"id": NEW, "type": "supergroup", "title": "Acme pilot"}


def moved() -> list[dict[str, Any]]:
    service = (
        update(10, chat=GROUP, migrate_to_chat_id=NEW),
        update(1, chat=SUPERGROUP, migrate_from_chat_id=OLD),
    )
    for one in service:
        del one["message"]["text"]
    return list(service)


def test_source_and_open_tickets_follow(served: Web) -> None:
    served.telegram(update(5, chat=GROUP))
    before = counted()

    answers = [served.telegram(one).status_code for one in (*moved(), *moved())]

    assert answers == [200] * 4
    assert counted() - before == {"telegram source_moved": 2, "telegram dropped service_message": 2}
    query = "select external_id, is_active from public.sources where name = %s"
    assert served.rows(query, str(OLD)) == [(str(NEW), True)]
    assert served.rows("select chat_external_id, status from public.tickets") == [(str(NEW), "open")]


def test_a_later_reply_finds_its_ticket(served: Web) -> None:
    served.telegram(update(5, chat=GROUP))
    for one in moved():
        served.telegram(one)

    # After the move the replied-to message keeps its old number, and so names the old thread.
    answered = update(5, chat=SUPERGROUP)["message"]
    served.telegram(update(12, chat=SUPERGROUP, text="Still failing", reply_to_message=answered))
    served.telegram(update(13, chat=SUPERGROUP, text="Something else"))

    journal = served.rows(
        "select ticket_id, body from public.ticket_actions where event = 'message' order by id"
    )
    assert journal == [
        (1, "The export fails, report 5"),
        (1, "Still failing"),
        (2, "Something else"),
    ]


def test_a_straggler_from_before_the_move_is_recorded(served: Web) -> None:
    for one in moved():
        served.telegram(one)

    served.telegram(update(6, chat=GROUP))

    assert served.journal() == [(1, "message")]
