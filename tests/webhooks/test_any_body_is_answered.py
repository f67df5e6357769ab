"""Whatever is posted, signed or not: no 5xx, no exception, nothing stored that nobody signed, and no person's message lost.

`make fuzz` runs this with 100,000 bodies and more; `make test` with a few, always the same ones.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from shiftbot.sources import sync
from tests.support.postgres import Database
from tests.support.web import FORM, Web, envelope, update, web
from tests.webhooks import fuzz
from tests.webhooks.conftest import SOURCES

pytestmark = [
    pytest.mark.newest_postgres,
    # The pool's thread does, meanwhile.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),
]
PUBLIC, TOKEN = "https://bot.example", "auth-token-of-the-test"
STORED = (
    "select (select count(*) from public.ticket_actions), (select count(*) from public.tickets),"
    " (select count(*) from private.heard_messages), (select coalesce(max(msg_id), 0) from pgmq.q_triage)"
)
ROUTES = (
    *("/webhooks/telegram", "/webhooks/slack/events", "/webhooks/slack/interactions"),
    *(
        "/webhooks/slack/commands",
        "/webhooks/twilio/voice",
        "/webhooks/twilio/status",
        "/webhooks/twilio/sms",
    ),
)


@pytest.fixture
def door(database: Database) -> Any:
    with web(database, public_base_url=PUBLIC, twilio_auth_token=TOKEN) as it:
        sync(it.conn, SOURCES)
        yield it


def assert_sound(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert [r.getMessage() for r in caplog.records if r.exc_info] == []
    assert door.rows("select * from ops.status_drift") == []
    assert door.rows("select * from ops.verify_journal()") == []


def is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_telegram_s_bodies(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    numbers = itertools.count(1)

    @fuzz.rounds("telegram")
    @given(st.data())
    def every(data: st.DataObject) -> None:
        name, payload = data.draw(fuzz.twisted("telegram"))
        note(name)
        body = fuzz.fresh(data.draw(fuzz.encoded(payload) | fuzz.NO_SHAPE), next(numbers))

        assert door.telegram(body).status_code == 200

    every()
    assert_sound(door, caplog)
    assert door.rows("select count(*) > 20 from public.ticket_actions") == [(True,)]


def test_slack_s_bodies(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    numbers = itertools.count(1)

    @fuzz.rounds("slack")
    @given(st.data())
    def every(data: st.DataObject) -> None:
        name, payload = data.draw(fuzz.twisted("slack"))
        note(name)
        body = fuzz.fresh(data.draw(fuzz.encoded(payload) | fuzz.NO_SHAPE), next(numbers))
        path = data.draw(st.sampled_from(["events", "events", "interactions", "commands"]))
        if path == "interactions" and data.draw(st.booleans()):
            body = urlencode({"payload": body}).encode()
        kind = "application/json" if path == "events" else FORM

        # Slack's library checks no signature of what is no UTF-8: such a body is a forgery.
        assert door.slack(body, path, kind).status_code in ((200,) if is_utf8(body) else (401, 429))

    every()
    assert_sound(door, caplog)
    assert door.rows("select count(*) > 3 from public.ticket_actions") == [(True,)]


def test_twilio_s_forms(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    validator = RequestValidator(TOKEN)

    @fuzz.rounds("twilio")
    @given(st.sampled_from(["voice", "status", "sms"]), fuzz.QUERY, fuzz.FORM)
    def every(route: str, query: dict[str, str], form: dict[str, str]) -> None:
        asked = urlencode(query, errors="surrogatepass")
        path = f"/webhooks/twilio/{route}" + (f"?{asked}" if asked else "")
        sent = {k: v.encode("utf-8", "replace").decode() for k, v in form.items()}
        signature = validator.compute_signature(PUBLIC + path, sent)
        answer = door.http.post(
            path, data=urlencode(sent), content_type=FORM, headers={"X-Twilio-Signature": signature}
        )

        # 403: a call that there never was; 429: such guesses, after many.
        assert answer.status_code in ((200,) if route == "sms" else (200, 204, 403, 429))

    every()
    assert_sound(door, caplog)


def test_nothing_that_nobody_signed_is_stored(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    before = door.rows(STORED)

    @fuzz.rounds("forged")
    @given(st.data())
    def every(data: st.DataObject) -> None:
        platform = data.draw(st.sampled_from(["telegram", "slack"]))
        body = data.draw(fuzz.encoded(data.draw(fuzz.twisted(platform))[1]) | fuzz.NO_SHAPE)
        # A client sends bytes of latin-1 in headers, and no line ends.
        odd = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=80)
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": data.draw(odd),
            "X-Slack-Request-Timestamp": data.draw(st.just(str(int(time.time()))) | odd),
            "X-Slack-Signature": data.draw(st.just("v0=" + "0" * 64) | odd),
            "X-Twilio-Signature": data.draw(odd),
        }
        route = data.draw(st.sampled_from(ROUTES))
        kind = data.draw(
            st.sampled_from(["application/json", FORM, "text/plain", "multipart/form-data; boundary=x"])
        )

        assert door.http.post(route, data=body, headers=headers, content_type=kind).status_code in (
            401,
            403,
            429,
        )

    every()
    assert door.rows(STORED) == before
    assert_sound(door, caplog)


def test_no_text_of_a_person_is_lost(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is in it: what Postgres cannot hold is replaced, and the rest is kept."""
    count = 0

    @fuzz.rounds("texts")
    @given(
        st.sampled_from(["telegram", "slack"]),
        st.text(max_size=60),
        st.sampled_from(["", "\x00", "\ud800", "\udfff"]),
    )
    def every(platform: str, text: str, odd: str) -> None:
        nonlocal count
        count += 1
        said = f"It is down {text}{odd}{text} for all"
        if platform == "telegram":
            answer = door.telegram(json.dumps(update(count, text=said)).encode())
            external_id = f"telegram:-1001987654321/{count}"
        else:
            ts = f"17{count:08}.000100"
            answer = door.slack(json.dumps(envelope(ts, text=said)).encode())
            external_id = f"slack:C02BUGS/{ts}"
        stored = door.rows("select body from public.ticket_actions where external_id = %s", external_id)

        assert answer.status_code == 200
        assert len(stored) == 1
        assert stored[0][0].startswith("It is down")
        assert stored[0][0].endswith("for all")

    every()
    assert_sound(door, caplog)
