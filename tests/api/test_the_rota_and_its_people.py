"""Engineers, on call and shifts: what the database lets engineers and admins do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.api import Api

pytestmark = pytest.mark.newest_postgres


def told(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert isinstance(answer.json, dict)
    return answer.json


def test_the_shift_is_handed_over(served: Api) -> None:
    assert told(served.get("/on-call"))["now"]["engineer_id"] is None
    told(served.send("PUT", f"/engineers/{served.ada}/on-call", {"is_on_call": True}))
    handed = told(
        served.post(
            "/on-call/hand-over",
            {"to_engineer_id": served.ben, "from_engineer_id": served.ada, "reason": "tired"},
        )
    )
    late = served.post("/on-call/hand-over", {"to_engineer_id": served.ada, "from_engineer_id": served.ada})

    assert (handed["now"]["engineer_id"], handed["now"]["reason"]) == (served.ben, "tired")
    assert told(late, 409)["constraint"] == "on_call_changed_meanwhile"
    off = told(served.send("PUT", f"/engineers/{served.ben}/on-call", {"is_on_call": False}, token="ben"))
    assert off["is_on_call"] is False


def test_who_is_next_is_what_the_plan_says(served: Api) -> None:
    starts = datetime.now(UTC) + timedelta(days=1)
    told(
        served.post(
            "/shifts",
            {
                "engineer_id": served.ben,
                "starts_at": starts.isoformat(),
                "ends_at": (starts + timedelta(days=1)).isoformat(),
            },
            token="ben",
        ),
        201,
    )

    assert told(served.get("/on-call"))["next"]["engineer_id"] == served.ben
    (planned,) = told(served.get("/shifts"))["items"]
    assert (planned["engineer_id"], planned["kind"]) == (served.ben, "override")


def test_shifts_are_paged_by_time(served: Api) -> None:
    day, now = timedelta(days=1), datetime.now(UTC)
    for n in range(1, 6):
        served.world.do(
            "insert into public.shifts (engineer_id, starts_at, ends_at) values (%s, %s, %s)",
            *(served.ben, now + n * day, now + (n + 1) * day),
        )
    seen: list[int] = []
    since: str | None = None
    while since or not seen:
        page = told(served.get("/shifts", limit=2, **({"from": since} if since else {})))
        seen += [shift["id"] for shift in page["items"]]
        since = page["next"]

    assert len(seen) == len(set(seen)) == 5


def test_only_admins_let_people_in(served: Api) -> None:
    new = {"name": "Robot", "email": "robot@example.com", "auth_subject": "client:ci"}
    assert told(served.post("/engineers", new, token="ben"), 403)["detail"] == "You may not do that."
    made = served.post("/engineers", new)

    robot = told(made, 201)
    assert made.headers["Location"] == f"/api/v1/engineers/{robot['id']}"
    served.provider.knows("ci", sub=None, client_id="ci", scope="tickets:read")
    assert told(served.get("/engineers", token="ci"))["items"][-1]["name"] == "Robot"
    rule = told(served.post("/engineers", new), 409)["constraint"]
    assert rule in ("engineers_email_idx", "engineer_subject_is_one_person")


def test_who_is_on_call_cannot_leave(served: Api) -> None:
    told(served.send("PUT", f"/engineers/{served.ben}/on-call", {"is_on_call": True}))
    tag = served.get(f"/engineers/{served.ben}").headers["ETag"]

    refused = told(served.send("DELETE", f"/engineers/{served.ben}", If_Match=tag), 409)
    assert refused["constraint"] == "engineer_on_call_is_active"
    assert refused["hint"].startswith("Hand the shift over first.")


def test_dead_letters_are_put_back_to_work(served: Api) -> None:
    ticket = served.world.ticket()
    served.world.value(
        "select private.enqueue('triage', jsonb_build_object('ticket_id', %s::bigint))", ticket
    )
    served.world.do("update public.app_settings set queue_max_attempts = 1")
    ((msg_id, _, _),) = served.world.take("triage")
    served.world.value(
        "select private.fail_message('triage', %s, 'poison')", msg_id, conn=served.world.worker
    )
    (dead,) = told(served.get("/dead-letters"))["items"]

    assert (dead["queue"], dead["reason"], dead["ticket_id"]) == ("triage", "poison", ticket)
    path = f"/dead-letters/triage/{dead['msg_id']}/requeue"
    told(served.post(path))
    told(served.post(path), 404)
    assert served.world.journal(ticket)[-1] == "requeued"
    assert len(served.world.queue("triage")) == 1


def test_lists_are_paged_without_gaps(served: Api) -> None:
    made = [served.world.ticket() for _ in range(5)] + [served.world.ticket("closed")]
    seen: list[int] = []
    after: str | None = None
    while after or not seen:
        page = told(served.get("/tickets", limit=2, **({"after": after} if after else {})))
        seen += [ticket["id"] for ticket in page["items"]]
        after = page["next"]

    assert seen == made[::-1]
    assert [t["id"] for t in told(served.get("/tickets", status="closed"))["items"]] == made[-1:]
    assert len(told(served.get("/tickets", status=["open", "closed"]))["items"]) == 6
    served.post(f"/tickets/{made[0]}/escalate")
    served.post(f"/tickets/{made[0]}/acknowledge", token="ben")
    assert [t["id"] for t in told(served.get("/tickets", token="ben", assignee="me"))["items"]] == made[:1]
    assert [t["id"] for t in told(served.get("/tickets", q=str(made[1])))["items"]] == [made[1]]
    assert len(told(served.get("/tickets", assignee="nobody"))["items"]) == 5
