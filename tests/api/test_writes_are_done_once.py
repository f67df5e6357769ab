"""Idempotency-Key: the same request with the same key has one effect and one answer, however often and whenever it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.newest_postgres
KEY = "a-key-of-one-request"


def notes(served: Api, ticket: int) -> int:
    found: int = served.world.value(
        "select count(*) from public.ticket_actions where ticket_id = %s and event = 'note'", ticket
    )
    return found


def test_sent_again_it_has_the_same_answer(served: Api) -> None:
    ticket = served.world.ticket()
    first, again = (
        served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, Idempotency_Key=KEY) for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert notes(served, ticket) == 1


def test_another_request_may_not_use_the_key(served: Api) -> None:
    ticket = served.world.ticket()
    served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, Idempotency_Key=KEY)
    other = served.post(f"/tickets/{ticket}/notes", {"body": "Found it"}, Idempotency_Key=KEY)

    assert other.status_code == 422
    assert other.json is not None
    assert other.json["constraint"] == "idempotency_key_names_one_request"
    assert notes(served, ticket) == 1


def test_keys_belong_to_whoever_sends_them(served: Api) -> None:
    ticket = served.world.ticket()
    for token in ("ada", "ben"):
        done = served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, token, Idempotency_Key=KEY)
        assert done.status_code == 201

    assert notes(served, ticket) == 2


def test_at_once_it_is_done_once(served: Api) -> None:
    ticket = served.world.ticket()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, Idempotency_Key=KEY),
                range(8),
            )
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert notes(served, ticket) == 1


def test_what_was_refused_may_be_tried_again(served: Api) -> None:
    ticket = served.world.ticket("open")
    refused = served.post(f"/tickets/{ticket}/acknowledge", Idempotency_Key=KEY)
    served.post(f"/tickets/{ticket}/escalate")
    done = served.post(f"/tickets/{ticket}/acknowledge", Idempotency_Key=KEY)

    assert (refused.status_code, done.status_code) == (409, 201)


def test_a_key_is_forgotten_after_a_day(served: Api) -> None:
    ticket = served.world.ticket()
    served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, Idempotency_Key=KEY)
    served.world.do("update private.api_requests set created_at = created_at - interval '25 hours'")
    served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, "ben")
    assert (
        served.world.value("select count(*) from private.api_requests") == 1
    )  # swept by whoever writes next
    served.post(f"/tickets/{ticket}/notes", {"body": "Looking"}, Idempotency_Key=KEY)

    assert notes(served, ticket) == 3


def test_a_write_without_a_key_is_refused(served: Api) -> None:
    ticket = served.world.ticket()
    refused = served.http.post(
        f"/api/v1/tickets/{ticket}/notes", json={"body": "Looking"}, headers={"Authorization": "Bearer ada"}
    )

    assert refused.status_code == 400
    assert refused.json is not None
    assert refused.json["detail"] == "The header Idempotency-Key is missing."
