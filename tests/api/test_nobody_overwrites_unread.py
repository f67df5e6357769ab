"""ETag and If-Match: a change says what it was decided on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.newest_postgres


def test_a_change_names_what_it_read(served: Api) -> None:
    tag = served.get(f"/engineers/{served.ben}").headers["ETag"]
    done = served.send("PATCH", f"/engineers/{served.ben}", {"phone": "+4930901820"}, If_Match=tag)

    assert done.status_code == 200
    assert done.json is not None
    assert done.json["phone"] == "+4930901820"
    assert served.get(f"/engineers/{served.ben}").headers["ETag"] == done.headers["ETag"] != tag


def test_a_stale_one_is_refused_and_a_missing_one_demanded(served: Api) -> None:
    tag = served.get(f"/engineers/{served.ben}").headers["ETag"]
    served.world.do("update public.engineers set name = 'Benjamin' where id = %s", served.ben)
    stale = served.send("PATCH", f"/engineers/{served.ben}", {"name": "Benny"}, If_Match=tag)
    missing = served.send("PATCH", f"/engineers/{served.ben}", {"name": "Benny"})

    assert (stale.status_code, missing.status_code) == (412, 428)
    assert served.world.value("select name from public.engineers where id = %s", served.ben) == "Benjamin"


def test_of_many_at_once_one_changes_it(served: Api) -> None:
    tag = served.get(f"/engineers/{served.ben}").headers["ETag"]

    def rename(number: int) -> int:
        return served.send(
            "PATCH", f"/engineers/{served.ben}", {"name": f"Ben {number}"}, If_Match=tag
        ).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(rename, range(6)))

    assert statuses == [200, 412, 412, 412, 412, 412]


def test_a_reply_may_say_what_it_has_read(served: Api) -> None:
    ticket = served.world.ticket()
    tag = served.get(f"/tickets/{ticket}").headers["ETag"]
    first = served.post(f"/tickets/{ticket}/notes", {"body": "Mine"}, If_Match=tag)
    second = served.post(f"/tickets/{ticket}/notes", {"body": "Yours"}, "ben", If_Match=tag)
    third = served.post(f"/tickets/{ticket}/notes", {"body": "Yours"}, "ben", If_Match=first.headers["ETag"])

    assert [each.status_code for each in (first, second, third)] == [201, 412, 201]
    assert served.world.journal(ticket) == ["note", "note"]


def test_nobody_is_deleted(served: Api) -> None:
    tag = served.get(f"/engineers/{served.ben}").headers["ETag"]
    gone = served.send("DELETE", f"/engineers/{served.ben}", If_Match=tag)

    assert gone.json is not None
    assert (gone.status_code, gone.json["is_active"]) == (200, False)
    assert served.get("/tickets", token="ben").status_code == 403


def test_shifts_are_changed_by_admins_who_read_them(served: Api) -> None:
    made = served.post("/shifts", {"engineer_id": served.ben, "ends_at": "2999-01-01T00:00:00Z"}, token="ben")
    assert made.json is not None
    shift, tag = made.json["id"], made.headers["ETag"]
    refused = served.send("PATCH", f"/shifts/{shift}", {"engineer_id": served.ada}, "ben", If_Match=tag)
    changed = served.send("PATCH", f"/shifts/{shift}", {"engineer_id": served.ada}, If_Match=tag)
    stale = served.send("DELETE", f"/shifts/{shift}", If_Match=tag)
    removed = served.send("DELETE", f"/shifts/{shift}", If_Match=changed.headers["ETag"])

    assert [each.status_code for each in (made, refused, changed, stale, removed)] == [
        201,
        403,
        200,
        412,
        200,
    ]
    assert served.get(f"/shifts/{shift}").status_code == 404
