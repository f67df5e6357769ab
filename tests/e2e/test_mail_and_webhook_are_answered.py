from __future__ import annotations

import re

import httpx

from tests.support.duty import Duty


def heading(answer: httpx.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)
    assert found is not None
    return found[1]


def test_a_mail_scanner_changes_nothing_and_the_button_acknowledges(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.engineer("Ben")
    duty.policy(("everyone", "email", 600))
    ada, ben = (duty.mail.reader(duty.address(name)) for name in ("Ada", "Ben"))
    with duty.workers():
        ticket = duty.outage()
        page, other = ada.expects_mail(), ben.expects_mail()
        assert page.subject.startswith(f"Ticket {ticket}: ")

        for look in (httpx.get, httpx.head, httpx.get):  # the scanner of Ada's mailbox, and Ada
            assert look(page.link()).status_code == 200
        assert duty.status(ticket) == "escalation_pending"

        assert heading(httpx.post(page.link())) == f"You have it: ticket {ticket}"
        assert duty.hears("An engineer has this now")
        assert heading(httpx.post(other.link())) == "Ada has it"
        told = ben.expects_mail()

    assert told.text.startswith("Ada has it.")
    assert told.headers["in-reply-to"] == other.headers["message-id"]
    assert duty.status(ticket) == "escalated"
    assert duty.events(ticket).count("acknowledged") == 1
    duty.assert_sound()


def test_an_alert_elsewhere_follows_the_page(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("everyone", "webhook", 0), ("on_call", "phone_call", 600))
    with duty.workers():
        ticket = duty.outage()
        begun = duty.receiver.expects("trigger")
        assert [paged["id"] for paged in begun.body["payload"]["custom_details"]["tickets"]] == [ticket]

        duty.operator("Ada").expects_ring().presses("1")
        taken = duty.receiver.expects("acknowledge")
        assert taken.body["payload"]["custom_details"]["holder"] == "Ada"

        duty.conn.execute(
            "insert into public.ticket_actions (ticket_id, event) values (%s, 'closed')", (ticket,)
        )
        duty.receiver.expects("resolve")

    assert duty.receiver.alerts() == {begun.dedup_key: "resolved"}


def test_a_receiver_that_is_down_is_asked_again(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("everyone", "webhook", 600))
    duty.receiver.fault("server_error", count=1)
    with duty.workers():
        duty.outage()
        begun = duty.receiver.expects("trigger", timeout=20)

    assert duty.receiver.calls["trigger"] == 2
    assert begun.delivery.endswith("-trigger")


def test_a_mailbox_that_does_not_exist_lets_the_page_go_on(duty: Duty) -> None:
    duty.engineer("Ada", on_call=True)
    duty.policy(("on_call", "email", 600), ("on_call", "phone_call", 600))
    duty.mail.fault("refused", duty.address("Ada"))
    with duty.workers():
        ticket = duty.outage()
        duty.operator("Ada").expects_ring().presses("1")
        assert duty.until(lambda: duty.status(ticket) == "escalated")

    assert duty.attempts(ticket) == [("email", "Ada", "failed"), ("phone_call", "Ada", "acknowledged")]
    assert duty.rows("select detail from public.escalation_attempts where method = 'email'") == [
        ("the mail server refuses the recipient (550 5.1.1)",)
    ]
