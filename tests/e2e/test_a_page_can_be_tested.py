"""`shiftbot page test`: an engineer learns before the night whether the phone will ring."""

from __future__ import annotations

import threading

import pytest

from shiftbot.cli import main
from tests.support.duty import Duty

pytestmark = pytest.mark.newest_postgres


@pytest.fixture(autouse=True)
def operators_database(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", duty.database.dsn)


def presses_one_when_it_rings(duty: Duty) -> threading.Thread:
    thread = threading.Thread(target=lambda: duty.operator("Ada").expects_ring(20).presses("1"))
    thread.start()
    return thread


def test_it_says_what_works_until_it_is_acknowledged(duty: Duty, capsys: pytest.CaptureFixture[str]) -> None:
    duty.engineer("Ada", on_call=True, telegram_user_id=None)
    duty.policy(("on_call", "telegram_message", 0), ("on_call", "phone_call", 60))
    with duty.workers("escalations"):
        ada = presses_one_when_it_rings(duty)
        code = main(["page", "test", "ada"])
        ada.join()
    said = capsys.readouterr().out

    assert code == 0, said
    assert "telegram message: skipped (no Telegram user id)" in said
    assert said.rstrip().endswith("Ada acknowledged.")
    assert duty.statuses() == []
    assert "This is a test call" in duty.operator("Ada").rings()[0].hears()


def test_one_way_can_be_tried_alone(duty: Duty, capsys: pytest.CaptureFixture[str]) -> None:
    duty.engineer("Ada", on_call=True)
    with duty.workers("escalations"):
        code = main(["page", "test", "ada@example.com", "--method", "telegram_call"])
    said = capsys.readouterr().out

    assert code == 1
    assert "telegram call: skipped (telegram call is not configured)" in said
    assert "Nothing reached the engineer" in said


def test_without_a_worker_it_says_so(
    duty: Duty, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiftbot.cli.pages._WORKER_SECONDS", 0.5)
    duty.engineer("Ada", on_call=True)

    assert main(["page", "test", "1"]) == 1
    assert "does `shiftbot worker escalations` run?" in capsys.readouterr().out
    assert duty.rows("select state from public.escalations") == [("resolved",)]


def test_a_stranger_cannot_be_tested(duty: Duty, capsys: pytest.CaptureFixture[str]) -> None:
    duty.engineer("Ada", on_call=True)

    assert main(["page", "test", "Zoe"]) == 2
    assert "there is no active engineer 'Zoe'. The active ones: Ada." in capsys.readouterr().err


def test_the_list_shows_what_rings(duty: Duty, capsys: pytest.CaptureFixture[str]) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "phone_call", 60))
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring()

        assert main(["page", "list"]) == 0
    assert f"page 1, ticket {ticket}: " in (said := capsys.readouterr().out)
    assert ": rings, cycle 1, 1 attempts so far, next step at " in said
