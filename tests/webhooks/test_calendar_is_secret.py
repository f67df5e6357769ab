"""GET /calendar/<secret>.ics: the shifts for whoever has the address, and nothing for anybody else."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from werkzeug.test import TestResponse

from tests.support.web import Web

pytestmark = pytest.mark.newest_postgres
SHIFT = (
    "insert into public.shifts (engineer_id, starts_at, ends_at, reason)"
    " select id, now() + %s::interval, now() + %s::interval, %s from public.engineers where name = %s"
)


@pytest.fixture
def planned(served: Web) -> Web:
    """Ana and Bob, with shifts long ago, lately, and to come."""
    served.conn.execute(
        "insert into public.engineers (name, email) values ('Ana', 'ana@example.com'), ('Bob', 'bob@example.com')"
    )
    for starts, ends, reason, who in (
        ("-40 days", "-39 days", "forgotten", "Ana"),
        ("-29 days", "-28 days", "lately", "Ana"),
        ("1 day", "2 days", "dentist; back, later", "Bob"),
        ("300 days", "301 days", "", "Ana"),
    ):
        served.conn.execute(SHIFT, (starts, ends, reason, who))
    return served


def token(web: Web, name: str | None = None) -> str:
    ((secret,),) = web.rows(
        "select private.make_calendar_token((select id from public.engineers where name = %s))", name
    )
    return str(secret)


def fetched(web: Web, secret: str, **headers: str) -> TestResponse:
    return web.http.get(f"/calendar/{secret}.ics", headers=headers)


def events(answer: TestResponse) -> list[Any]:
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.get_data()).walk("VEVENT"))


def summaries(answer: TestResponse) -> list[str]:
    return [str(event["summary"]) for event in events(answer)]


def test_everybodys_calendar_has_the_last_30_days_and_all_to_come(planned: Web) -> None:
    answer = fetched(planned, token(planned))

    assert answer.mimetype == "text/calendar"
    assert summaries(answer) == ["Ana is on call", "Bob is on call", "Ana is on call"]
    assert [str(event.get("description")) for event in events(answer)] == [
        "manual, lately",
        "manual, dentist; back, later",
        "manual",
    ]


def test_an_engineers_calendar_has_their_shifts_only(planned: Web) -> None:
    answer = fetched(planned, token(planned, "Bob"))

    assert summaries(answer) == ["Bob is on call"]
    assert Calendar.from_ical(answer.get_data())["x-wr-calname"] == "On call: Bob"


def test_moments_are_those_of_the_shift_in_utc(planned: Web) -> None:
    ((starts, ends),) = planned.rows(
        "select starts_at, ends_at from public.shifts where reason like 'dentist%%'"
    )
    (event,) = events(fetched(planned, token(planned, "Bob")))

    assert (event["dtstart"].dt, event["dtend"].dt) == tuple(
        moment.astimezone(UTC).replace(microsecond=0) for moment in (starts, ends)
    )
    assert event["dtstamp"].dt <= datetime.now(UTC)
    assert str(event["transp"]) == "TRANSPARENT"


def test_programs_are_told_when_to_look_again(planned: Web) -> None:
    answer = fetched(planned, token(planned))
    calendar = Calendar.from_ical(answer.get_data())

    assert calendar["refresh-interval"].dt == timedelta(minutes=15)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in answer.get_data()
    assert str(calendar["x-published-ttl"]) == "PT15M"
    assert answer.headers["Cache-Control"] == "private, max-age=900"


def test_a_shift_keeps_its_uid_when_it_is_planned_anew(planned: Web) -> None:
    add = (
        "insert into public.rotations (name, engineer_ids, time_zone, starts_on)"
        " select 'weekly', array_agg(id order by id), 'Europe/Berlin', current_date + 3 from public.engineers"
    )
    planned.conn.execute(add)
    secret = token(planned)
    before = {str(event["uid"]): str(event["summary"]) for event in events(fetched(planned, secret))}
    planned.conn.execute("update public.rotations set is_active = false")
    planned.conn.execute("update public.rotations set is_active = true")
    after = {str(event["uid"]): str(event["summary"]) for event in events(fetched(planned, secret))}

    assert len(before) > 8
    assert after == before


def test_an_unchanged_calendar_is_not_sent_twice(planned: Web) -> None:
    secret = token(planned)
    first = fetched(planned, secret)
    again = fetched(planned, secret, **{"If-None-Match": first.headers["ETag"]})
    planned.conn.execute("delete from public.shifts where reason = 'lately'")
    changed = fetched(planned, secret, **{"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_data()) == (304, b"")
    assert changed.status_code == 200


@pytest.mark.parametrize("guess", ["0" * 64, "x", "%00", "0" * 63 + "'", "A" * 64, "0" * 5000])
def test_an_unknown_secret_is_not_found(planned: Web, guess: str) -> None:
    token(planned)
    answer = fetched(planned, guess)

    assert (answer.status_code, answer.get_data()) == (404, b"there is no such calendar\n")


def test_a_new_secret_ends_the_one_before(planned: Web) -> None:
    old, others = token(planned), token(planned, "Ana")
    new = token(planned)

    assert [fetched(planned, secret).status_code for secret in (old, new, others)] == [404, 200, 200]


def test_a_revoked_secret_is_not_found(planned: Web) -> None:
    secret = token(planned)
    planned.conn.execute("select private.revoke_calendar_token(null)")

    assert fetched(planned, secret).status_code == 404


def test_the_secret_of_somebody_who_left_is_not_found(planned: Web) -> None:
    personal, common = token(planned, "Bob"), token(planned)
    planned.conn.execute("update public.engineers set is_active = false where name = 'Bob'")

    assert fetched(planned, personal).status_code == 404
    assert "nobody is on call (Bob is inactive)" in summaries(fetched(planned, common))


def test_the_database_does_not_hold_the_secret(planned: Web) -> None:
    secret = token(planned, "Ana")
    ((kept,),) = planned.rows("select t::text from private.calendar_tokens as t")

    assert len(secret) == 64
    assert secret not in kept


def test_the_secret_is_in_no_log_and_no_metric(planned: Web, caplog: pytest.LogCaptureFixture) -> None:
    secret = token(planned)
    with caplog.at_level(logging.DEBUG):
        fetched(planned, secret)
        with planned.outage():
            assert fetched(planned, secret).status_code == 503

    assert "cannot record now" in caplog.text
    assert not any(secret in str(record.__dict__) for record in caplog.records)
    metrics = planned.http.get("/metrics").get_data(as_text=True)
    assert 'url_rule="/calendar/<token>.ics"' in metrics
    assert secret not in metrics
