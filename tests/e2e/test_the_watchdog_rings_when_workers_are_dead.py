"""supabase/functions/escalation-watchdog: with every worker killed the page still arrives, once, and a key acknowledges it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.deno import deno, kill, served, unpacked
from tests.support.duty import Duty
from tests.support.pages import come_back, ringing, waiting_ticket
from tests.workers.worker_process import start

pytestmark = pytest.mark.newest_postgres
TOKEN = "token-of-the-cron-job"
FUNCTION = "escalation-watchdog"


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """Ada is on call; an e-mail, which the watchdog cannot send, comes before the call."""
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("on_call", "email", 60), ("on_call", "phone_call", 60), ("everyone", "telegram_message", 60))
    return duty


@pytest.fixture
def watchdog_settings(duty: Duty) -> dict[str, str]:
    """The project's secrets; the owner's connection is there by itself."""
    return {
        "SUPABASE_DB_URL": duty.database.dsn,
        "WATCHDOG_TOKEN": TOKEN,
        "TWILIO_ACCOUNT_SID": duty.twilio.account_sid,
        "TWILIO_AUTH_TOKEN": duty.twilio.auth_token,
        "TWILIO_FROM_NUMBER": duty.twilio.number,
        "TWILIO_API_BASE_URL": duty.twilio.url,
        "TELEGRAM_BOT_TOKEN": duty.telegram.token,
        "TELEGRAM_API_BASE_URL": duty.telegram.url,
    }


@pytest.fixture
def watchdog(watchdog_settings: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The function, up."""
    with served(FUNCTION, tmp_path, watchdog_settings) as url:
        yield url


def wakes(watchdog: str, token: str = TOKEN) -> httpx.Response:
    """What pg_cron does each minute."""
    return httpx.post(watchdog, headers={"authorization": f"Bearer {token}"}, timeout=30)


def test_all_workers_are_killed_and_the_page_arrives_once(duty: Duty, watchdog: str) -> None:
    worker = start(duty.settings, "triage")
    ringer = start(duty.settings, "escalations")
    is_up = "select from private.workers where queue = 'escalations'"
    assert duty.until(lambda: duty.rows(is_up) != [], 60)
    ringer.kill()
    ringer.wait()
    ticket = duty.outage()
    assert duty.until(lambda: duty.status(ticket) == "escalation_pending", 60)
    worker.kill()
    worker.wait()

    assert wakes(watchdog).json() == {
        "rang": []
    }  # the last sign of life is fresh: a restart may be under way
    duty.conn.execute("update private.workers set seen_at = seen_at - interval '61 seconds'")
    with ThreadPoolExecutor(4) as threads:  # cron ticks that overlap
        answers = list(threads.map(lambda _: wakes(watchdog), range(4)))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum(len(answer.json()["rang"]) for answer in answers) == 1
    ring = duty.operator("Ada").expects_ring().answers()
    assert f"Ticket {ticket}" in ring.hears()
    assert "No worker of Shift-Bot is alive" in ring.hears()
    ring.presses("1")
    assert duty.until(lambda: duty.status(ticket) == "escalated")
    assert duty.attempts(ticket) == [("email", "Ada", "skipped"), ("phone_call", "Ada", "acknowledged")]
    assert len(duty.operator("Ada").rings()) == 1
    with duty.workers():  # back again: the reporter is told, nothing rings any more
        assert duty.hears("An engineer has this now")
        assert duty.until(lambda: duty.rows("select from ops.queues where length > 0") == [])
    assert ringing(duty) == []
    assert len(duty.operator("Ada").rings()) == 1
    duty.assert_sound()


def test_a_worker_that_lives_is_left_to_ring(duty: Duty, watchdog: str) -> None:
    duty.policy(("on_call", "phone_call", 60))
    with duty.workers("triage", "escalations"):
        ticket = duty.outage()
        duty.operator("Ada").expects_ring(30)
        assert wakes(watchdog).json() == {"rang": []}

    assert len(duty.operator("Ada").rings()) == 1
    assert [method for method, _, _ in duty.attempts(ticket)] == ["phone_call"]


def test_twilio_is_down_and_the_page_goes_on_to_telegram(duty: Duty, watchdog: str) -> None:
    ticket = waiting_ticket(duty)
    duty.twilio.fault("server_error")

    rang = [ring["outcome"] for _ in range(2) for ring in wakes(watchdog).json()["rang"]]

    assert rang[0] == "failed"
    assert set(rang[1:]) == {"delivered"}
    assert len(duty.telegram.messages(7_000_000_001, sender="bot")) == 1
    assert duty.attempts(ticket)[1] == ("phone_call", "Ada", "failed")


@pytest.mark.parametrize(
    "odd",
    ['"x"', "[1]", '{"kind": "attempt", "attempt_id": "1; drop", "ticket_id": {}}', '{"kind": "settle"}'],
)
def test_an_odd_message_or_a_broken_sweep_does_not_silence_it(duty: Duty, watchdog: str, odd: str) -> None:
    ticket = waiting_ticket(duty)
    duty.conn.execute("select pgmq.send('escalations', %s::jsonb)", (odd,))
    duty.conn.execute(
        "create or replace function private.sweep() returns jsonb language plpgsql set search_path = ''"
        " as $$ begin raise exception 'broken'; end $$"
    )

    assert [ring["method"] for ring in wakes(watchdog).json()["rang"]] == ["phone_call"]
    assert ("phone_call", "Ada") in [made[:2] for made in duty.attempts(ticket)]


def test_killed_between_the_claim_and_the_call_it_is_rung_again(
    duty: Duty, watchdog_settings: dict[str, str], tmp_path: Path
) -> None:
    """Nobody knows whether the first call was made: unknown, and the page goes on."""
    ticket = waiting_ticket(duty)
    duty.twilio.fault("timeout", "calls.create", count=1, seconds=30)
    (tmp_path / "first").mkdir()
    with served(FUNCTION, tmp_path / "first", watchdog_settings) as first, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(httpx.post, first, headers={"authorization": f"Bearer {TOKEN}"}, timeout=30)
        assert duty.until(lambda: duty.twilio.calls["calls.create"] == 1)
        kill(first)
        with pytest.raises(httpx.HTTPError):
            asked.result()
    assert ("phone_call", "Ada", "attempted") in duty.attempts(ticket)

    come_back(duty)
    duty.time_passes(60)
    with served(FUNCTION, tmp_path, watchdog_settings) as second:
        for _ in range(2):
            wakes(second)
        assert duty.until(lambda: ("phone_call", "Ada", "unknown") in duty.attempts(ticket))
        assert duty.until(lambda: duty.attempts(ticket)[-1][0] == "telegram_message")


def test_nine_passes_on_and_silence_is_no_acknowledgement(duty: Duty, watchdog: str) -> None:
    ticket = waiting_ticket(duty)
    wakes(watchdog)
    duty.operator("Ada").expects_ring().presses("9")
    assert duty.until(lambda: duty.attempts(ticket)[-1][0] == "telegram_message")

    assert duty.status(ticket) == "escalation_pending"
    assert ("phone_call", "Ada", "declined") in duty.attempts(ticket)


@pytest.mark.parametrize("token", ["x", "wrong", TOKEN[:-1]])
def test_a_stranger_wakes_nothing(duty: Duty, watchdog: str, token: str) -> None:
    waiting_ticket(duty)

    assert wakes(watchdog, token).status_code == 401
    assert duty.operator("Ada").rings() == []


def test_what_twilio_did_not_sign_is_refused(duty: Duty, watchdog: str) -> None:
    ticket = waiting_ticket(duty)
    wakes(watchdog)
    duty.operator("Ada").expects_ring()
    token = duty.rows(
        "select private.attempt_token(max(id)) from public.escalation_attempts where method = 'phone_call'"
    )
    form = {"CallSid": "CA1", "Digits": "1"}
    query = f"attempt=2&turn=0&token={token[0][0]}"
    for route in ("voice", "status"):
        for headers in ({}, {"x-twilio-signature": "bm90IGl0"}):
            answer = httpx.post(f"{watchdog}/{route}?{query}", data=form, headers=headers, timeout=10)
            assert answer.status_code == 403

    assert duty.status(ticket) == "escalation_pending"


def test_its_role_reads_no_table(duty: Duty) -> None:
    with duty.database.connect() as conn:
        conn.execute("set role shiftbot_watchdog")
        for table in ("public.tickets", "public.engineers", "private.paging_secret", "pgmq.q_escalations"):
            with pytest.raises(Exception, match="permission denied"):
                conn.execute(f"select from {table}".encode())
        with pytest.raises(Exception, match="permission denied"):
            conn.execute("select private.hand_over(1, 'me')")


def test_it_is_checked_formatted_and_linted(tmp_path: Path) -> None:
    folder = unpacked(FUNCTION, tmp_path)
    for arguments in (("check", "--node-modules-dir=manual", "index.ts"), ("fmt", "--check"), ("lint",)):
        done = deno(folder, *arguments)
        assert done.returncode == 0, done.stderr
